//! The handle to a data folder: opens the database, and runs each read and each transaction. What can be read and written
//! is in the modules below, one per area.

mod accounts;
mod files;
mod imports;
mod labels;
mod log;
mod partner;
mod sits;
mod sync;

use crate::backups::{self, BackupReason};
use crate::location::{DatabaseLocation, Relocation};
use crate::writer::{Urgent, Writer};
pub use imports::StagedImport;

use crate::{StoreError, connection, device, folder, migrate};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use zafu_core::ids::DeviceId;
use zafu_core::time::WallTime;

/// The database of one data folder. Clones share it; dropping the last one closes the database.
///
/// A call that returns success is durable, and a call that returns an error changed nothing. All writes run on one
/// thread, one transaction per call; reads never wait for it, only for other reads: see [`Self::with_own_reader`].
#[derive(Clone)]
pub struct Store {
    // Dropped before the writer, which can then remove the write-ahead log.
    reader: Arc<Mutex<Reader>>,
    inner: Arc<Inner>,
}

/// A connection that reads, opened by the first read, with the generation of its file.
type Reader = Option<(u32, Connection)>;

struct Inner {
    folder: PathBuf,
    /// The open file, and whether it is still at its path.
    location: Arc<DatabaseLocation>,
    busy: Duration,
    /// Held during a backup.
    backup: Mutex<()>,
    writer: Writer,
}

/// How many times a long job yields to urgent ones. Then a sync makes them wait, because its jobs take at most a second, and an
/// import fails.
const MAX_YIELDS: u32 = 8;
/// The number of instructions of SQLite's virtual machine after which a job that can wait looks whether another one
/// waits: below a millisecond.
const INTERRUPT_EVERY: i32 = 10_000;

impl Store {
    /// Opens the database in `folder`. Creates both, accessible by their owner only, if they are missing; migrates an
    /// older database to the newest format.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with the newest intact backup: the caller can [`Store::restore`] it, or
    /// [`Store::set_aside`] the database and open the folder again. [`StoreError::Newer`], [`StoreError::NotOurs`] and
    /// [`StoreError::NoSpaceForMigration`] change nothing. Otherwise an I/O error.
    pub fn open(folder: &Path, now: WallTime) -> Result<Self, StoreError> {
        Self::open_with(folder, now, migrate::MIGRATIONS, connection::BUSY_TIMEOUT)
    }

    pub(crate) fn open_with(
        folder: &Path,
        now: WallTime,
        migrations: &[&str],
        busy: Duration,
    ) -> Result<Self, StoreError> {
        Self::open_if_fits(folder, now, migrations, busy, |folder| fs4::available_space(folder))
    }

    /// As [`Self::open`]. `available` returns the free bytes of the disk of a folder.
    pub(crate) fn open_if_fits(
        folder: &Path,
        now: WallTime,
        migrations: &[&str],
        busy: Duration,
        available: impl Fn(&Path) -> io::Result<u64>,
    ) -> Result<Self, StoreError> {
        folder::prepare(folder, now.utc)?;
        migrate::refuse_newer(folder, migrations)?;
        let opened = || -> Result<_, StoreError> {
            let mut connection = connection::writing(&folder::database(folder), busy)?;
            let found = migrate::examine(&connection, folder, migrations)?;
            if (1..migrate::newest(migrations)).contains(&found) {
                migrate::ensure_space(folder, available)?;
            }
            connection::make_durable(&connection)?;
            if found < migrate::newest(migrations) {
                if found > 0 {
                    backups::take(&connection, folder, BackupReason::Migration, now.utc)?;
                }
                migrate::migrate(&mut connection, folder, migrations)?;
            }
            connection::enforce_foreign_keys(&connection)?;
            device::ensure_id(&connection, device::FolderIdentity::of(folder), now.utc)?;
            let location = Arc::new(DatabaseLocation::open(folder, busy, now.utc)?);
            Ok((connection, location))
        };
        let (connection, location) = opened().map_err(|error| error.explained(folder))?;
        let writer = Writer::spawn(connection)
            .map_err(|error| StoreError::io(folder, &folder::database(folder), error))?;
        let backup = Mutex::new(());
        let inner = Arc::new(Inner { folder: folder.into(), location, busy, backup, writer });
        Ok(Self { reader: Arc::default(), inner })
    }

    /// Returns another handle to the same database, whose reads do not wait for those of this one and its clones.
    #[must_use]
    pub fn with_own_reader(&self) -> Self {
        Self { reader: Arc::default(), inner: Arc::clone(&self.inner) }
    }

    /// Returns the id of this installation. A merge of pulled rows can change it.
    ///
    /// # Errors
    /// An I/O error.
    pub fn device(&self) -> Result<DeviceId, StoreError> {
        self.read(device::current)
    }

    /// Returns how the database was last saved after its file was removed or replaced while it was open; `None` if that
    /// never happened.
    #[must_use]
    pub fn relocation(&self) -> Option<Relocation> {
        self.inner.location.relocation()
    }

    /// Returns whether an urgent job is waiting, for tests.
    #[cfg(test)]
    pub(crate) fn urgent_waits(&self) -> bool {
        self.inner.writer.urgent().waits()
    }

    /// Runs `job` with the writing connection, for tests of faults.
    #[cfg(test)]
    pub(crate) fn on_writer<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> T {
        self.inner.writer.run(job)
    }

    /// Runs `change` in one transaction, for which long jobs yield: see [`Self::write_yielding`].
    fn write_urgently<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let location = Arc::clone(&self.inner.location);
        let outcome = self
            .inner
            .writer
            .run_urgently(move |connection| transact(connection, &location, change));
        outcome.map_err(|error| error.explained(&self.inner.folder))
    }

    /// Runs `change` in one transaction.
    fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let location = Arc::clone(&self.inner.location);
        let outcome =
            self.inner.writer.run(move |connection| transact(connection, &location, change));
        outcome.map_err(|error| error.explained(&self.inner.folder))
    }

    /// Runs a long `change`, which may return `None` while an urgent job is waiting. It is then rolled back and runs
    /// again after the urgent job. After [`MAX_YIELDS`] times, urgent jobs are hidden from it.
    fn write_yielding<T: Send + 'static>(
        &self,
        mut change: impl FnMut(&Transaction<'_>, &Urgent) -> Result<Option<T>, StoreError>
        + Send
        + 'static,
    ) -> Result<T, StoreError> {
        let urgent = self.inner.writer.urgent();
        let mut yields = 0;
        loop {
            let heeded = if yields < MAX_YIELDS { urgent.clone() } else { Urgent::default() };
            let location = Arc::clone(&self.inner.location);
            let (outcome, again) = self.inner.writer.run(move |connection| {
                let outcome =
                    transact_if(connection, &location, |transaction| change(transaction, &heeded));
                (outcome, change)
            });
            match outcome.map_err(|error| error.explained(&self.inner.folder))? {
                Some(done) => return Ok(done),
                None => (change, yields) = (again, yields + 1),
            }
        }
    }

    /// Runs a `change` of possibly a million sessions, with the database `staging` attached under this name, to be read
    /// only. It is rolled back at any statement while an urgent job waits, and runs again after that one.
    ///
    /// # Errors
    /// [`StoreError::TimerSaves`] after [`MAX_YIELDS`] times; then nothing was changed.
    pub(crate) fn write_in_bulk<T: Send + 'static>(
        &self,
        staging: Option<&Path>,
        mut change: impl FnMut(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let staging = staging.map(connection::read_only_uri);
        let (urgent, location) = (self.inner.writer.urgent(), Arc::clone(&self.inner.location));
        let run = move |connection: &mut Connection| {
            let run = |connection: &mut Connection| {
                with_attached(connection, staging.as_deref(), |connection| {
                    transact(connection, &location, &mut change)
                })
            };
            connection::with_large_changes(connection, run)
        };
        let mut attempts = 0..MAX_YIELDS;
        let outcome =
            self.run_until_done(|| attempts.next().is_some(), move || urgent.waits(), run);
        self.write_log_back();
        outcome
            .and_then(|done| done.ok_or(StoreError::TimerSaves))
            .map_err(|error| error.explained(&self.inner.folder))
    }

    /// Writes a large write-ahead log into the database, beside the writer thread, so that no save waits for it.
    fn write_log_back(&self) {
        let written = || -> Result<(), StoreError> {
            self.inner.location.verify()?;
            let (database, _) = self.inner.location.current();
            connection::checkpoint(&database, self.inner.busy)
        };
        if let Err(error) = written() {
            tracing::warn!(%error, "the log is written back later");
        }
        self.inner.writer.run(|connection| {
            if let Err(error) = connection::checkpoint_at_commits(connection, true) {
                tracing::error!(%error, "the log grows until the next start");
            }
        });
    }

    /// Runs a `change` that can wait. It is rolled back at any statement while another job waits, and runs again after that
    /// one. Returns `None` if it was not done when `stop` was set.
    fn write_interruptibly<T: Send + 'static>(
        &self,
        stop: &Arc<AtomicBool>,
        mut change: impl FnMut(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let location = Arc::clone(&self.inner.location);
        let run = move |connection: &mut Connection| transact(connection, &location, &mut change);
        let (waiting, stopped) = (self.inner.writer.waiting(), Arc::clone(stop));
        let is_over = move || waiting.waits() || stopped.load(Ordering::Relaxed);
        self.run_until_done(|| !stop.load(Ordering::Relaxed), is_over, run)
            .map_err(|error| error.explained(&self.inner.folder))
    }

    /// Runs `job`, whose statements fail as soon as `is_over` returns true, and again until it is not interrupted. Returns
    /// `None` once `may_run` returns false.
    fn run_until_done<T: Send + 'static>(
        &self,
        mut may_run: impl FnMut() -> bool,
        is_over: impl Fn() -> bool + Clone + Send + 'static,
        mut job: impl FnMut(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        while may_run() {
            let (location, is_over) = (Arc::clone(&self.inner.location), is_over.clone());
            let (outcome, again) = self.inner.writer.run(move |connection| {
                (interruptible(connection, &location, is_over, &mut job), job)
            });
            match outcome {
                Err(StoreError::Sqlite(error)) if is_interrupted(&error) => job = again,
                outcome => return outcome.map(Some),
            }
        }
        Ok(None)
    }

    /// Reads with the connection that clones share.
    pub(crate) fn read<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A panic during a read leaves no invalid state.
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let known = reader.take().filter(|(of, _)| *of == self.inner.location.current().1);
        known
            .map_or_else(|| self.open_reader(), Ok)
            .and_then(|known| job(&reader.insert(known).1))
            .map_err(|error| error.explained(&self.inner.folder))
    }

    /// Reads with a separate connection, for long reads.
    fn read_separately<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.open_reader()
            .and_then(|(_, connection)| job(&connection))
            .map_err(|error| error.explained(&self.inner.folder))
    }

    /// Opens a connection that reads the file in use, and returns the generation of that file.
    fn open_reader(&self) -> Result<(u32, Connection), StoreError> {
        let location = Arc::clone(&self.inner.location);
        if location.verify().is_err() {
            // Another file is at the path.
            let location = Arc::clone(&location);
            self.inner.writer.run(move |connection| location.ensure_open_file(connection))?;
        }
        let (database, generation) = location.current();
        Ok((generation, connection::reading(&database, self.inner.busy)?))
    }
}

/// Runs `job` with the database at the URI `staging` attached.
fn with_attached<T>(
    connection: &mut Connection,
    staging: Option<&str>,
    job: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let Some(staging) = staging else { return job(connection) };
    connection.execute("ATTACH ?1 AS staging", [staging])?;
    let outcome = job(connection);
    // Statements that read it.
    connection.flush_prepared_statement_cache();
    if let Err(error) = connection.execute_batch("DETACH staging") {
        tracing::warn!(%error, "a database of staged sits stays open");
    }
    outcome
}

/// Runs `job`, whose statements fail as soon as `is_over` returns true.
fn interruptible<T>(
    connection: &mut Connection,
    location: &DatabaseLocation,
    is_over: impl FnMut() -> bool + Send + 'static,
    job: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // Otherwise the transaction could open another connection, which nothing interrupts.
    location.ensure_open_file(connection)?;
    connection.progress_handler(INTERRUPT_EVERY, Some(is_over))?;
    // A panic must not leave a connection that is interrupted.
    let outcome = catch_unwind(AssertUnwindSafe(|| job(connection)));
    connection.progress_handler(0, None::<fn() -> bool>)?;
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

fn is_interrupted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted)
}

/// Runs `change` in one transaction.
fn transact<T>(
    connection: &mut Connection,
    location: &DatabaseLocation,
    change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let done = transact_if(connection, location, |transaction| change(transaction).map(Some))?;
    Ok(done.unwrap_or_else(|| unreachable!("the closure always returns a value")))
}

/// Runs `change` in one transaction, which is rolled back if it returns `None`.
fn transact_if<T>(
    connection: &mut Connection,
    location: &DatabaseLocation,
    change: impl FnOnce(&Transaction<'_>) -> Result<Option<T>, StoreError>,
) -> Result<Option<T>, StoreError> {
    location.ensure_open_file(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = change(&transaction)?;
    if done.is_some() {
        location.verify()?;
        transaction.commit()?;
        location.secure_log(connection);
    }
    Ok(done)
}

#[cfg(test)]
mod tests;
