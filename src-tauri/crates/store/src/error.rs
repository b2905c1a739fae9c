//! Errors of the store. A message says what happened, what was kept and what to do.
//!
//! Errors of SQLite are told apart by their extended result codes, never by their messages.

use crate::backups;
use rusqlite::ffi;
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full. The change was rolled back.
    #[error(
        "the disk that holds {} is full: this change was not saved, everything saved before is kept; \
         free some space and try again", .folder.display()
    )]
    DiskFull {
        /// The data folder.
        folder: PathBuf,
    },

    /// The data folder or the database is not writable.
    #[error(
        "Zafu cannot write in {}: nothing was changed; make the folder and the files in it writable, or \
         start Zafu with another data folder", .folder.display()
    )]
    ReadOnly {
        /// The data folder.
        folder: PathBuf,
    },

    /// Another process has locked the database.
    #[error(
        "another program is using {}: this change was not saved, everything saved before is kept; close \
         that program and try again", .database.display()
    )]
    Locked {
        /// The database.
        database: PathBuf,
    },

    /// The database was moved, replaced or deleted while it was open. The change was rolled back.
    #[error(
        "{} was moved, replaced or deleted while Zafu was using it: this change was not saved; try again, and Zafu \
         writes everything to a new file", .database.display()
    )]
    Moved {
        /// The path of the database.
        database: PathBuf,
    },

    /// The database was written by a newer version of Zafu.
    #[error(
        "{} was written by a newer Zafu (its format is {found}, this Zafu knows up to {known}): nothing \
         was changed; install the newest Zafu to open it", .database.display()
    )]
    Newer {
        /// The database.
        database: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that this version knows.
        known: u32,
    },

    /// The file is a database of another program.
    #[error(
        "{} is a database, but not one of Zafu's: nothing was changed; move the file away, or start Zafu \
         with another data folder", .database.display()
    )]
    NotOurs {
        /// The file.
        database: PathBuf,
    },

    /// The database is damaged.
    #[error(
        "{} is damaged ({findings}): the file is kept as it is; {}", .database.display(),
        offer(.newest_backup.as_deref())
    )]
    Corrupt {
        /// The database, which was not moved.
        database: PathBuf,
        /// The damage.
        findings: String,
        /// The newest intact backup.
        newest_backup: Option<PathBuf>,
    },

    /// A backup cannot be used to restore the database.
    #[error(
        "the backup {} cannot be restored ({reason}): nothing was changed; choose another one",
        .backup.display()
    )]
    BackupUnusable {
        /// The backup.
        backup: PathBuf,
        /// The reason.
        reason: String,
    },

    /// An I/O error of the file system.
    #[error(
        "the disk failed while Zafu was reading or writing {} ({source}): what was being saved may be \
         missing, everything saved before is kept; check the disk and start Zafu again", .path.display()
    )]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// A row has a value that this version of Zafu cannot read.
    #[error(
        "{} holds something that this Zafu cannot read ({reason}): nothing was changed; install the \
         newest Zafu, and if that does not help report this", .database.display()
    )]
    Unreadable {
        /// The database.
        database: PathBuf,
        /// The value, and why it cannot be read.
        reason: String,
    },

    /// There is no session with this id.
    #[error("there is no sit {id}: nothing was changed; look at the log for the ids of your sits")]
    NoSuchSession {
        /// The requested id.
        id: SessionId,
    },

    /// The sit is not open on this device: it has ended, or was never started here.
    #[error("the sit {id} does not run and does not wait for an answer: nothing was changed")]
    NotOpen {
        /// The requested id.
        id: SessionId,
    },

    /// Nobody is signed in.
    #[error("nobody is signed in: nothing was changed; sign in first")]
    NotSignedIn,

    /// The account belongs to another project: see [`crate::Store::sign_in`].
    #[error(
        "this device knows this account from {known}, and sends its sits nowhere else: nothing was changed; sign in with that address"
    )]
    OtherProject {
        /// The URL of the account's project.
        known: String,
    },

    /// The account never signed in on this device.
    #[error("the account {id} never signed in here: nothing was changed; sign in with it first")]
    NoSuchAccount {
        /// The requested id.
        id: UserId,
    },

    /// There is no preset with this id.
    #[error("there is no such preset ({id}): nothing was changed; it may have been deleted")]
    NoSuchPreset {
        /// The requested id.
        id: Uuid,
    },

    /// Another preset has the name.
    #[error("there is already a preset called \"{name}\": nothing was saved; choose another name")]
    PresetNameTaken {
        /// The name.
        name: String,
    },

    /// The name of a preset is empty.
    #[error("a preset needs a name: nothing was saved")]
    PresetNameEmpty,

    /// A text contains U+0000, which PostgreSQL cannot store.
    #[error("the {what} contains a NUL character: nothing was saved; remove it and try again")]
    Nul {
        /// The field.
        what: &'static str,
    },

    /// A constraint of the schema was violated, such as by a second running sit.
    #[error(
        "Zafu tried to save something impossible ({source}): nothing was changed, everything saved before \
         is kept; this is a fault of Zafu's, please report it"
    )]
    Impossible {
        /// The error of SQLite.
        source: rusqlite::Error,
    },

    /// Any other error of SQLite.
    #[error("the database failed ({0}): nothing was changed, everything saved before is kept")]
    Sqlite(#[from] rusqlite::Error),
}

fn offer(backup: Option<&Path>) -> String {
    backup.map_or_else(
        || "there is no intact backup to go back to; it can be set aside to start anew".into(),
        |path| format!("the newest intact backup is {}; it can be restored", path.display()),
    )
}

impl StoreError {
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
                Self::corrupt(folder, failure.to_string())
            }
            (_, ffi::SQLITE_IOERR) => Self::Io { path: database, source: error.into() },
            (_, ffi::SQLITE_CONSTRAINT) => Self::Impossible { source: error },
            _ => Self::Sqlite(error),
        }
    }

    /// Returns the error for a damaged database, with the newest intact backup.
    pub(crate) fn corrupt(folder: &Path, findings: String) -> Self {
        Self::Corrupt {
            database: crate::folder::database(folder),
            findings,
            newest_backup: backups::newest_intact(folder),
        }
    }
}

/// Returns whether `error` is a violation of a UNIQUE constraint.
pub(crate) fn is_taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|e| e.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE)
}
