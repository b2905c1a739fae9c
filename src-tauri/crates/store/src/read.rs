//! Reads a data folder beside whoever uses it: takes no lock, waits for nobody, makes and changes nothing.
//!
//! A database with a write-ahead log needs an index of that log in shared memory beside it. Where that cannot be made
//! (a folder that cannot be written, a full disk), a database that was closed in order is read as a file that does
//! not change, and one that has a log is copied first, with its log.

use crate::{
    LogEntry, LogQuery, Owner, OwnerFilter, StoreError, backups, connection, folder, migrate,
    open_sits, owners, sessions, settings,
};
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use zafu_core::settings::Settings;
use zafu_core::timer::OpenSit;

/// What can be read without holding the folder.
pub trait ReadSits {
    /// The sits that are not over, oldest first.
    ///
    /// # Errors
    /// What the disk says.
    fn open_sits(&self) -> Result<Vec<OpenSit>, StoreError>;

    /// A part of the log, newest first: see [`crate::Store::log`].
    ///
    /// # Errors
    /// See [`crate::Store::log`].
    fn log(&self, page: &LogQuery, owner: OwnerFilter) -> Result<Vec<LogEntry>, StoreError>;

    /// The settings: see [`crate::Store::settings`].
    ///
    /// # Errors
    /// What the disk says.
    fn settings(&self) -> Result<Settings, StoreError>;

    /// Every owner of sits: see [`crate::Store::owners`].
    ///
    /// # Errors
    /// What the disk says.
    fn owners(&self) -> Result<Vec<Owner>, StoreError>;
}

impl ReadSits for crate::Store {
    fn open_sits(&self) -> Result<Vec<OpenSit>, StoreError> {
        self.open_sits()
    }

    fn log(&self, page: &LogQuery, owner: OwnerFilter) -> Result<Vec<LogEntry>, StoreError> {
        self.log(page, owner)
    }

    fn settings(&self) -> Result<Settings, StoreError> {
        self.settings()
    }

    fn owners(&self) -> Result<Vec<Owner>, StoreError> {
        self.owners()
    }
}

/// A database that is only read.
pub struct ReadOnlyStore {
    connection: Connection,
    folder: PathBuf,
    // Removed after the connection was closed.
    _copy: Option<Copied>,
}

/// What there is to read in a folder.
pub enum OpenOutcome {
    /// No database: nothing was saved yet.
    NoDatabase,
    /// A database of an older version, which must be brought to the newest format before it can be read.
    OlderFormat,
    /// A database that can be read.
    Open(ReadOnlyStore),
}

impl ReadOnlyStore {
    /// Opens the database in `folder`.
    ///
    /// # Errors
    /// As [`crate::Store::open`]; a database that cannot be written is none.
    pub fn open(folder: &Path) -> Result<OpenOutcome, StoreError> {
        Self::open_with(folder, migrate::MIGRATIONS)
    }

    fn open_with(folder: &Path, migrations: &[&str]) -> Result<OpenOutcome, StoreError> {
        let database = folder::database(folder);
        match fs::metadata(&database) {
            Ok(file) if file.len() > 0 => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::io(folder, &database, error));
            }
            _ if folder::is_emptied(folder, &database) => {
                return Err(StoreError::corrupt(folder, "it is empty".into()));
            }
            // Missing, or about to be filled.
            _ => return Ok(OpenOutcome::NoDatabase),
        }
        migrate::refuse_newer(folder, migrations)?;
        let read = ways(&database, |connection| migrate::examine(connection, folder, migrations));
        let (connection, copy, version) = read.map_err(|error| error.explained(folder))?;
        if version < migrate::newest(migrations) {
            return Ok(OpenOutcome::OlderFormat);
        }
        Ok(OpenOutcome::Open(Self { connection, folder: folder.to_path_buf(), _copy: copy }))
    }

    /// Reads all of the database and checks that it is whole.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with what was found, or what the disk says.
    pub fn check(&self) -> Result<(), StoreError> {
        match self.read(backups::findings)? {
            None => Ok(()),
            Some(findings) => Err(StoreError::corrupt(&self.folder, findings)),
        }
    }

    /// Whether an account is signed in.
    ///
    /// # Errors
    /// What the disk says.
    pub fn is_signed_in(&self) -> Result<bool, StoreError> {
        let account = self.read(crate::accounts::shown)?;
        Ok(account.is_some_and(|account| account.signed_in))
    }

    fn read<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        job(&self.connection).map_err(|error| error.explained(&self.folder))
    }
}

impl ReadSits for ReadOnlyStore {
    fn open_sits(&self) -> Result<Vec<OpenSit>, StoreError> {
        self.read(open_sits::all)
    }

    fn log(&self, page: &LogQuery, owner: OwnerFilter) -> Result<Vec<LogEntry>, StoreError> {
        self.read(|connection| sessions::page(connection, page, owner))
    }

    fn settings(&self) -> Result<Settings, StoreError> {
        self.read(settings::read)
    }

    fn owners(&self) -> Result<Vec<Owner>, StoreError> {
        self.read(owners::all)
    }
}

/// Opens `database` in the first way in which `first` can read it.
fn ways<T>(
    database: &Path,
    first: impl Fn(&Connection) -> Result<T, StoreError>,
) -> Result<(Connection, Option<Copied>, T), StoreError> {
    let open = |connection: Connection| first(&connection).map(|read| (connection, read));
    let beside = connection::reading(database, connection::BUSY_TIMEOUT).and_then(open);
    let error = match beside {
        Ok((connection, read)) => return Ok((connection, None, read)),
        Err(StoreError::Sqlite(error)) if needs_shared_memory(&error) => error,
        Err(error) => return Err(error),
    };
    tracing::debug!(%error, "read without shared memory");
    if has_log(database) {
        let copied = Copied::of(database)
            .map_err(|error| StoreError::Io { path: database.into(), source: error.into() })?;
        let connection = connection::reading(&copied.database(), connection::BUSY_TIMEOUT)?;
        let (connection, read) = open(connection)?;
        return Ok((connection, Some(copied), read));
    }
    let (connection, read) = open(unchanging(database)?)?;
    Ok((connection, None, read))
}

/// Whether it failed because there is no place for the index of the log.
fn needs_shared_memory(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    error.sqlite_error().is_some_and(|failure| {
        matches!(
            failure.extended_code & 0xff,
            ffi::SQLITE_CANTOPEN | ffi::SQLITE_READONLY | ffi::SQLITE_FULL | ffi::SQLITE_PERM
        ) || matches!(
            failure.extended_code,
            ffi::SQLITE_IOERR_SHMOPEN | ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_SHMMAP
        )
    })
}

/// Whether something may lie in the log of `database` that is not in `database`.
fn has_log(database: &Path) -> bool {
    fs::metadata(folder::suffixed(database, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// A connection to a file that nobody changes: nothing is locked, and no log is looked for.
fn unchanging(database: &Path) -> Result<Connection, StoreError> {
    let mut uri = String::from("file:");
    for byte in database.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Ok(Connection::open_with_flags(uri, flags)?)
}

/// A copy of a database and its log, in a folder of its own that goes with it.
struct Copied(tempfile::TempDir);

impl Copied {
    fn of(database: &Path) -> io::Result<Self> {
        let copied = Self(tempfile::Builder::new().prefix("zafu-").tempdir()?);
        // The database first: what a checkpoint moves out of the log meanwhile is in the log until it is overwritten.
        for suffix in ["", "-wal"] {
            fs::copy(
                folder::suffixed(database, suffix),
                folder::suffixed(&copied.database(), suffix),
            )?;
        }
        Ok(copied)
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("zafu.db")
    }
}

#[cfg(test)]
mod tests;
