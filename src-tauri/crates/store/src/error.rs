//! What can go wrong with the data on disk, in words for a person: what happened, what was kept, what to do.
//!
//! SQLite is asked for its extended result codes; the text of its messages is never looked at.

use crate::backups;
use rusqlite::ffi;
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no space left. The change was undone as a whole.
    #[error(
        "the disk that holds {} is full: this change was not saved, everything saved before is kept; \
         free some space and try again", .folder.display()
    )]
    DiskFull {
        /// The data folder.
        folder: PathBuf,
    },

    /// The data folder, or the database in it, cannot be written.
    #[error(
        "Zafu cannot write in {}: nothing was changed; make the folder and the files in it writable, or \
         start Zafu with another data folder", .folder.display()
    )]
    ReadOnly {
        /// The data folder.
        folder: PathBuf,
    },

    /// Another program holds the database.
    #[error(
        "another program is using {}: this change was not saved, everything saved before is kept; close \
         that program and try again", .database.display()
    )]
    Locked {
        /// The database.
        database: PathBuf,
    },

    /// The database was moved, replaced or deleted while it was open, and this change was undone.
    #[error(
        "{} was moved, replaced or deleted while Zafu was using it: this change was not saved; try again, and Zafu \
         writes everything to a new file", .database.display()
    )]
    Moved {
        /// Where the database was.
        database: PathBuf,
    },

    /// A later version of Zafu has written this database.
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

    /// A file of the database's name holds something else.
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
        /// The database, still in its place.
        database: PathBuf,
        /// What was found.
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
        /// Why not.
        reason: String,
    },

    /// The disk failed.
    #[error(
        "the disk failed while Zafu was reading or writing {} ({source}): what was being saved may be \
         missing, everything saved before is kept; check the disk and start Zafu again", .path.display()
    )]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// A row holds what this version cannot read.
    #[error(
        "{} holds something that this Zafu cannot read ({reason}): nothing was changed; install the \
         newest Zafu, and if that does not help report this", .database.display()
    )]
    Unreadable {
        /// The database.
        database: PathBuf,
        /// What, and why not.
        reason: String,
    },

    /// There is no sit of that id.
    #[error("there is no sit {id}: nothing was changed; look at the log for the ids of your sits")]
    NoSuchSession {
        /// The id asked for.
        id: SessionId,
    },

    /// The sit is over, or has never been prepared, on this device.
    #[error("the sit {id} does not run and does not wait for an answer: nothing was changed")]
    NotOpen {
        /// The id asked for.
        id: SessionId,
    },

    /// Nobody is signed in.
    #[error("nobody is signed in: nothing was changed; sign in first")]
    NotSignedIn,

    /// A project says that somebody is an account which this device knows from another project.
    #[error(
        "this device knows this account from {known}, and sends its sits nowhere else: nothing was changed; sign in with that address"
    )]
    OtherProject {
        /// Where the account is.
        known: String,
    },

    /// That account never signed in on this device.
    #[error("the account {id} never signed in here: nothing was changed; sign in with it first")]
    NoSuchAccount {
        /// The id asked for.
        id: UserId,
    },

    /// There is no preset of that id.
    #[error("there is no such preset ({id}): nothing was changed; it may have been deleted")]
    NoSuchPreset {
        /// The id asked for.
        id: Uuid,
    },

    /// Two presets cannot be called the same.
    #[error("there is already a preset called \"{name}\": nothing was saved; choose another name")]
    PresetNameTaken {
        /// The name.
        name: String,
    },

    /// A preset without a name could not be chosen.
    #[error("a preset needs a name: nothing was saved")]
    PresetNameEmpty,

    /// A text holds a character that no server can store.
    #[error("the {what} contains a NUL character: nothing was saved; remove it and try again")]
    Nul {
        /// Which text.
        what: &'static str,
    },

    /// A record that contradicts itself, or a second sit that runs: the database refused it.
    #[error(
        "Zafu tried to save something impossible ({source}): nothing was changed, everything saved before \
         is kept; this is a fault of Zafu's, please report it"
    )]
    Impossible {
        /// What the database says.
        source: rusqlite::Error,
    },

    /// Anything else.
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
    /// An error of the file system at `path`, in the data folder `folder`.
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

    /// Names what an error of SQLite means for the database in `folder`.
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
            // The file of shared memory beside the database could not be made larger: of all reasons a full
            // disk is the one that happens.
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

    /// The database in `folder` is damaged; looks for an intact backup.
    pub(crate) fn corrupt(folder: &Path, findings: String) -> Self {
        Self::Corrupt {
            database: crate::folder::database(folder),
            findings,
            newest_backup: backups::newest_intact(folder),
        }
    }
}

/// Whether `error` is a breach of a uniqueness constraint.
pub(crate) fn is_taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|e| e.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE)
}
