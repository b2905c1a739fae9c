//! Errors of the store.
//!
//! Errors of SQLite are told apart by their extended result codes, never by their messages.

use crate::backups;
use crate::imports::ImportId;
use rusqlite::ffi;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;
use zafu_core::edit::EditError;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::label::{InvalidLabel, LabelKey, MAX_LABELS};
use zafu_core::message;
use zafu_core::message::Message;

/// An error of the store.
#[derive(Debug)]
pub enum StoreError {
    /// The disk is full. The change was rolled back.
    DiskFull {
        /// The data folder.
        folder: PathBuf,
    },

    /// The data folder or the database is not writable.
    ReadOnly {
        /// The data folder.
        folder: PathBuf,
    },

    /// Another process has locked the database.
    Locked {
        /// The database.
        database: PathBuf,
    },

    /// The database was moved, replaced or deleted while it was open. The change was rolled back.
    Moved {
        /// The path of the database.
        database: PathBuf,
    },

    /// The database was written by a newer version of Zafu.
    Newer {
        /// The database.
        database: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that this version knows.
        known: u32,
    },

    /// The file is a database of another program.
    NotOurs {
        /// The file.
        database: PathBuf,
    },

    /// The database is damaged.
    Corrupt {
        /// The database, which was not moved.
        database: PathBuf,
        /// What is damaged.
        damage: Message,
        /// The newest intact backup.
        newest_backup: Option<PathBuf>,
    },

    /// A backup cannot be used to restore the database.
    BackupUnusable {
        /// The backup.
        backup: PathBuf,
        /// Why it cannot be used.
        reason: Message,
    },

    /// An I/O error of the file system.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        source: Box<dyn Error + Send + Sync>,
    },

    /// A row has a value that this version of Zafu cannot read.
    Unreadable {
        /// The database.
        database: PathBuf,
        /// The value, and why it cannot be read.
        reason: String,
    },

    /// There is no session with this id.
    NoSuchSession {
        /// The requested id.
        id: SessionId,
    },

    /// The sit is not open on this device: it has ended, or was never started here.
    NotOpen {
        /// The requested id.
        id: SessionId,
    },

    /// No account is signed in.
    NotSignedIn,

    /// The account belongs to another project: see [`crate::Store::sign_in`].
    OtherProject {
        /// The URL of the account's project.
        project: String,
    },

    /// The account never signed in on this device.
    NoSuchAccount {
        /// The requested id.
        id: UserId,
    },

    /// There is no preset with this id.
    NoSuchPreset {
        /// The requested id.
        id: Uuid,
    },

    /// Another preset has the name.
    PresetNameTaken {
        /// The name.
        name: String,
    },

    /// There is no such import, or it is not one of the shown account.
    NoSuchImport {
        /// Its id.
        id: ImportId,
    },

    /// The import was undone before.
    ImportUndone {
        /// Its id.
        id: ImportId,
    },

    /// The disk has no room for an import and the backup before it.
    NoSpaceForImport {
        /// The data folder.
        folder: PathBuf,
        /// The bytes that have to be free.
        needed: u64,
        /// The bytes that are free.
        available: u64,
    },

    /// The disk has no room to migrate a database of an older format, and for the backup before. Nothing was changed.
    NoSpaceForMigration {
        /// The data folder.
        folder: PathBuf,
        /// The bytes that have to be free.
        needed: u64,
        /// The bytes that are free.
        available: u64,
    },

    /// A long change was interrupted by so many saves of the timer that it was given up. It changed nothing.
    TimerSaves,

    /// The name of a preset is empty.
    PresetNameEmpty,

    /// A sit is running or unsettled, so that it cannot be deleted.
    SitNotOver,

    /// A sit cannot have a value that the user entered for it.
    InvalidSit(EditError),

    /// The user sees no label of this key, or it is shown as another one.
    NoSuchLabel {
        /// The requested key.
        key: LabelKey,
    },

    /// The text cannot be the name of a label.
    LabelName {
        /// Why it cannot.
        reason: InvalidLabel,
    },

    /// Another label has the name.
    LabelNameTaken {
        /// The name.
        name: String,
    },

    /// The key of the label is too long or has a control character, so that the label can only be shown.
    LabelFixed,

    /// A label cannot be merged into itself.
    LabelIntoItself,

    /// The owner has [`MAX_LABELS`](zafu_core::label::MAX_LABELS) labels already.
    TooManyLabels,

    /// The account has no partner.
    NoPartnership,

    /// The partner has not sat since the last bow.
    BowNotYet,

    /// A text contains U+0000, which PostgreSQL cannot store.
    Nul {
        /// The field.
        field: TextField,
    },

    /// A constraint of the schema was violated, such as by a second running sit.
    Impossible {
        /// The error of SQLite.
        source: rusqlite::Error,
    },

    /// Any other error of SQLite.
    Sqlite(rusqlite::Error),
}

/// A text of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
    /// Its note.
    Note,
    /// Its label.
    Label,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(&**source),
            Self::Impossible { source } | Self::Sqlite(source) => Some(source),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<EditError> for StoreError {
    fn from(error: EditError) -> Self {
        Self::InvalidSit(error)
    }
}

impl StoreError {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::DiskFull { folder } => message!("storage-disk-full", folder = folder.display()),
            Self::ReadOnly { folder } => message!("storage-read-only", folder = folder.display()),
            Self::Locked { database } => message!("storage-locked", database = database.display()),
            Self::Moved { database } => message!("storage-moved", database = database.display()),
            Self::Newer { database, found, known } => message!(
                "storage-newer",
                database = database.display(),
                found = *found,
                known = *known
            ),
            Self::NotOurs { database } => {
                message!("storage-not-ours", database = database.display())
            }
            Self::Corrupt { database, damage, newest_backup: Some(backup) } => message!(
                "storage-corrupt",
                database = database.display(),
                damage = damage.clone(),
                backup = backup.display()
            ),
            Self::Corrupt { database, damage, newest_backup: None } => message!(
                "storage-corrupt-without-backup",
                database = database.display(),
                damage = damage.clone()
            ),
            Self::BackupUnusable { backup, reason } => message!(
                "storage-backup-unusable",
                backup = backup.display(),
                reason = reason.clone()
            ),
            Self::Io { path, source } => {
                message!("storage-io", path = path.display(), reason = source.to_string())
            }
            Self::Unreadable { database, reason } => message!(
                "storage-unreadable",
                database = database.display(),
                reason = reason.as_str()
            ),
            Self::NoSuchSession { id } => {
                message!("storage-no-such-session", id = id.to_string())
            }
            Self::NotOpen { id } => message!("storage-not-open", id = id.to_string()),
            Self::NotSignedIn => message!("storage-not-signed-in"),
            Self::OtherProject { project } => {
                message!("storage-other-project", project = project.as_str())
            }
            Self::NoSuchAccount { id } => {
                message!("storage-no-such-account", id = id.to_string())
            }
            Self::NoSuchPreset { id } => message!("storage-no-such-preset", id = id.to_string()),
            Self::NoSuchImport { id } => message!("storage-no-such-import", id = id.to_string()),
            Self::ImportUndone { id } => message!("storage-import-undone", id = id.to_string()),
            Self::NoSpaceForImport { folder, needed, available } => message!(
                "storage-import-no-space",
                folder = folder.display(),
                needed = needed.div_ceil(1 << 20),
                free = available >> 20
            ),
            Self::NoSpaceForMigration { folder, needed, available } => message!(
                "storage-migration-no-space",
                folder = folder.display(),
                needed = needed.div_ceil(1 << 20),
                free = available >> 20
            ),
            Self::TimerSaves => message!("storage-timer-saves"),
            Self::PresetNameTaken { name } => {
                message!("storage-preset-name-taken", name = name.as_str())
            }
            Self::PresetNameEmpty => message!("storage-preset-name-empty"),
            Self::SitNotOver => message!("storage-sit-not-over"),
            Self::InvalidSit(error) => error.message(),
            Self::NoSuchLabel { key } => {
                message!("storage-no-such-label", label = key.0.as_str())
            }
            Self::LabelName { reason: InvalidLabel::Empty } => message!("storage-label-name-empty"),
            Self::LabelName { reason: InvalidLabel::TooLong } => {
                message!("storage-label-name-too-long")
            }
            Self::LabelName { reason: InvalidLabel::ControlCharacter } => {
                message!("storage-label-name-control-character")
            }
            Self::LabelNameTaken { name } => {
                message!("storage-label-name-taken", name = name.as_str())
            }
            Self::LabelFixed => message!("storage-label-fixed"),
            Self::LabelIntoItself => message!("storage-label-into-itself"),
            Self::TooManyLabels => message!("storage-too-many-labels", count = MAX_LABELS),
            Self::NoPartnership => message!("storage-no-partnership"),
            Self::BowNotYet => message!("storage-bow-not-yet"),
            Self::Nul { field: TextField::Note } => message!("storage-nul-in-note"),
            Self::Nul { field: TextField::Label } => message!("storage-nul-in-label"),
            Self::Impossible { source } => {
                message!("storage-impossible", reason = source.to_string())
            }
            Self::Sqlite(source) => message!("storage-failed", reason = source.to_string()),
        }
    }

    /// Converts an error of the file system at `path`, in the data folder `folder`.
    pub(crate) fn io(folder: &Path, path: &Path, source: io::Error) -> Self {
        let folder = folder.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { folder },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { folder }
            }
            _ => Self::Io { path: path.into(), source: source.into() },
        }
    }

    /// Converts an error of SQLite to one that names the database in `folder`.
    pub(crate) fn explained(self, folder: &Path) -> Self {
        let Self::Sqlite(error) = self else { return self };
        let database = crate::folder::database(folder);
        let failure = match &error {
            rusqlite::Error::SqliteFailure(failure, _) => failure,
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => {
                return Self::Unreadable { database, reason: error.to_string() };
            }
            _ => return Self::Sqlite(error),
        };
        match (failure.extended_code, failure.extended_code & 0xff) {
            // The shared-memory file beside the database could not grow; a full disk is the likely cause.
            (ffi::SQLITE_IOERR_SHMSIZE, _) | (_, ffi::SQLITE_FULL) => {
                Self::DiskFull { folder: folder.into() }
            }
            (ffi::SQLITE_READONLY_DBMOVED, _) => Self::Moved { database },
            (_, ffi::SQLITE_READONLY | ffi::SQLITE_CANTOPEN | ffi::SQLITE_PERM) => {
                Self::ReadOnly { folder: folder.into() }
            }
            (_, ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED) => Self::Locked { database },
            (ffi::SQLITE_IOERR_CORRUPTFS, _) | (_, ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB) => {
                Self::corrupt(folder, damage_report(failure))
            }
            (_, ffi::SQLITE_IOERR) => Self::Io { path: database, source: error.into() },
            (_, ffi::SQLITE_CONSTRAINT) => Self::Impossible { source: error },
            _ => Self::Sqlite(error),
        }
    }

    /// Returns the error for a damaged database, with the newest intact backup.
    pub(crate) fn corrupt(folder: &Path, damage: Message) -> Self {
        Self::Corrupt {
            database: crate::folder::database(folder),
            damage,
            newest_backup: backups::newest_intact(folder),
        }
    }
}

/// Returns the message for damage that SQLite reports.
pub(crate) fn damage_report(report: impl fmt::Display) -> Message {
    message!("storage-damage", reason = report.to_string())
}

/// Returns whether `error` is a violation of a UNIQUE constraint.
pub(crate) fn is_taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|e| e.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE)
}
