//! Reads a data folder while another process may use it: takes no lock, waits for nothing and changes nothing.
//!
//! A database with a write-ahead log needs a shared-memory index beside it. If that cannot be created (read-only folder, full
//! disk), a database without a log is read as an immutable file, and one with a log is copied first, with its log.

use crate::labels::{self, LabelEntry};
use crate::log::{
    self, DayTotal, Insight, InsightQuery, LogPage, LogQuery, LogSnapshot, OwnerFilter,
};
use crate::{
    ImportInfo, Owner, StoreError, backups, connection, device, folder, imports, migrate,
    open_sits, owners, settings,
};
use chrono::NaiveDate;
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use zafu_core::day::DayStart;
use zafu_core::ids::DeviceId;
use zafu_core::message;
use zafu_core::settings::Settings;
use zafu_core::timer::OpenSit;

/// A database that can be read.
pub(crate) trait Read {
    /// Runs `job` with a connection that reads.
    fn read_with<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError>;
}

/// Queries that do not need exclusive use of the data folder.
#[expect(private_bounds, reason = "only the types of this crate can be read")]
pub trait ReadSits: Read {
    /// Lists the open sits, oldest first.
    ///
    /// # Errors
    /// An I/O error.
    fn open_sits(&self) -> Result<Vec<OpenSit>, StoreError> {
        self.read_with(open_sits::all)
    }

    /// Returns a page of the log: see [`crate::Store::log`].
    ///
    /// # Errors
    /// See [`crate::Store::log`].
    fn log(&self, query: &LogQuery) -> Result<LogPage, StoreError> {
        self.read_with(|connection| log::page(connection, query))
    }

    /// Returns the figures of the log: see [`crate::Store::insight`].
    ///
    /// # Errors
    /// An I/O error.
    fn insight(&self, query: &InsightQuery) -> Result<Insight, StoreError> {
        self.read_with(|connection| log::insight(connection, query))
    }

    /// Returns the totals of days by label: see [`crate::Store::day_totals`].
    ///
    /// # Errors
    /// An I/O error.
    fn day_totals(
        &self,
        owner: OwnerFilter,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<DayTotal>, StoreError> {
        self.read_with(|connection| log::day_totals(connection, owner, days))
    }

    /// Lists the labels that the user can choose: see [`crate::Store::labels`].
    ///
    /// # Errors
    /// An I/O error.
    fn labels(&self) -> Result<Vec<LabelEntry>, StoreError> {
        self.read_with(labels::all)
    }

    /// Returns the ids of this device, former ones included.
    ///
    /// # Errors
    /// An I/O error.
    fn devices(&self) -> Result<Vec<DeviceId>, StoreError> {
        self.read_with(device::all)
    }

    /// Returns the settings: see [`crate::Store::settings`].
    ///
    /// # Errors
    /// An I/O error.
    fn settings(&self) -> Result<Settings, StoreError> {
        self.read_with(settings::read)
    }

    /// Returns the hour at which the days of the log begin: see [`crate::Store::derive_days`].
    ///
    /// # Errors
    /// An I/O error.
    fn day_start(&self) -> Result<DayStart, StoreError> {
        self.read_with(log::day_start)
    }

    /// Lists the owners of sits: see [`crate::Store::owners`].
    ///
    /// # Errors
    /// An I/O error.
    fn owners(&self) -> Result<Vec<Owner>, StoreError> {
        self.read_with(owners::all)
    }

    /// Lists the imports: see [`crate::Store::imports`].
    ///
    /// # Errors
    /// An I/O error.
    fn imports(&self) -> Result<Vec<ImportInfo>, StoreError> {
        self.read_with(imports::all)
    }
}

impl ReadSits for crate::Store {}
impl ReadSits for ReadOnlyStore {}

/// A database that is opened only to read it.
pub struct ReadOnlyStore {
    connection: Connection,
    folder: PathBuf,
    // Dropped after the connection.
    _copy: Option<Copied>,
}

/// The outcome of opening a data folder to read it.
pub enum OpenOutcome {
    /// There is no database: nothing was saved yet.
    NoDatabase,
    /// The database has an older format and must be migrated before it can be read.
    OlderFormat,
    /// The database can be read.
    Open(ReadOnlyStore),
}

impl ReadOnlyStore {
    /// Opens the database in `folder`.
    ///
    /// # Errors
    /// As [`crate::Store::open`], but a read-only database is not an error.
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
                return Err(StoreError::corrupt(folder, message!("storage-damage-empty")));
            }
            // Missing, or just created by a process that is about to fill it.
            _ => return Ok(OpenOutcome::NoDatabase),
        }
        migrate::refuse_newer(folder, migrations)?;
        let read =
            open_first(&database, |connection| migrate::examine(connection, folder, migrations));
        let (connection, copy, version) = read.map_err(|error| error.explained(folder))?;
        if version < migrate::newest(migrations) {
            return Ok(OpenOutcome::OlderFormat);
        }
        Ok(OpenOutcome::Open(Self { connection, folder: folder.to_path_buf(), _copy: copy }))
    }

    /// Returns the log at this moment. One at a time.
    ///
    /// # Errors
    /// An I/O error.
    pub fn log_snapshot(&self) -> Result<LogSnapshot<'_>, StoreError> {
        LogSnapshot::new(&self.connection, &self.folder)
    }

    /// Checks the whole database for damage.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], or an I/O error.
    pub fn check(&self) -> Result<(), StoreError> {
        match self.read_with(backups::damage)? {
            None => Ok(()),
            Some(damage) => Err(StoreError::corrupt(&self.folder, damage)),
        }
    }

    /// Returns whether an account is signed in.
    ///
    /// # Errors
    /// An I/O error.
    pub fn is_signed_in(&self) -> Result<bool, StoreError> {
        let account = self.read_with(crate::accounts::shown)?;
        Ok(account.is_some_and(|account| account.signed_in))
    }
}

impl Read for ReadOnlyStore {
    fn read_with<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        job(&self.connection).map_err(|error| error.explained(&self.folder))
    }
}

impl Read for crate::Store {
    fn read_with<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read(job)
    }
}

/// Opens `database` in the first mode in which `first` succeeds: shared, copied, or immutable.
fn open_first<T>(
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

/// Returns whether `error` means that the index of the log cannot be created.
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

/// Returns whether the log of `database` may have pages that are not in `database`.
fn has_log(database: &Path) -> bool {
    fs::metadata(folder::suffixed(database, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// Opens `database` as immutable: SQLite takes no lock and ignores a log.
fn unchanging(database: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Ok(Connection::open_with_flags(connection::uri(database, "immutable=1"), flags)?)
}

/// A copy of a database and its log in a temporary folder, which is removed on drop.
struct Copied(tempfile::TempDir);

impl Copied {
    fn of(database: &Path) -> io::Result<Self> {
        let copied = Self(tempfile::Builder::new().prefix("zafu-").tempdir()?);
        // The database first: pages that a checkpoint moves meanwhile stay in the log until it is overwritten.
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
