//! The handle to a data folder.

use crate::accounts::{self, Account, AfterErasure, Ownerless};
use crate::backups::{self, BackupInfo, BackupReason};
use crate::location::{self, DatabaseLocation, Relocation};
use crate::outbox::{self, Backlog, DeadLetter, DeadLetters, Outgoing, Pending};
use crate::owners::{self, Owner};
use crate::sessions::{self, LogEntry, LogQuery, OwnerFilter};
use crate::sync::{self, Pull, Pulled, Push, Pushed};
use crate::unreadable::{self, ServerRow, UnreadableRow};
use crate::writer::{Urgent, Writer};
use crate::{
    StoreError, changes, connection, device, folder, migrate, open_sits, presets, restore, save,
    server_rows, settings,
};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{DeviceId, SessionId, UserId};
use zafu_core::session::Session;
use zafu_core::settings::{Preset, Settings};
use zafu_core::time::WallTime;
use zafu_core::timer::{OpenSit, Save};

/// The database of one data folder. Clones share it; dropping the last one closes the database.
///
/// A call that returns success is durable, and a call that returns an error changed nothing. All writes run on one
/// thread, one transaction per call; reads never wait for it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    /// The open file, and whether it is still at its path.
    location: Arc<DatabaseLocation>,
    busy: Duration,
    /// Opened by the first read, with the generation of its file. Dropped before the writer, which can then remove the
    /// log.
    reader: Mutex<Option<(u32, Connection)>>,
    /// Held during a backup.
    backup: Mutex<()>,
    writer: Writer,
}

/// How many times a long job yields to urgent ones; a sync must end even if the timer saves all the time.
const MAX_YIELDS: u32 = 8;

impl Store {
    /// Opens the database in `folder`. Creates both, accessible by their owner only, if they are missing; migrates an
    /// older database to the newest format.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with the newest intact backup: the caller can [`Store::restore`] it, or
    /// [`Store::set_aside`] the database and open the folder again. [`StoreError::Newer`] and [`StoreError::NotOurs`]
    /// change nothing. Otherwise an I/O error.
    pub fn open(folder: &Path, now: WallTime) -> Result<Self, StoreError> {
        Self::open_with(folder, now, migrate::MIGRATIONS, connection::BUSY_TIMEOUT)
    }

    pub(crate) fn open_with(
        folder: &Path,
        now: WallTime,
        migrations: &[&str],
        busy: Duration,
    ) -> Result<Self, StoreError> {
        folder::prepare(folder, now.utc)?;
        migrate::refuse_newer(folder, migrations)?;
        let opened = || -> Result<_, StoreError> {
            let mut connection = connection::writing(&folder::database(folder), busy)?;
            let found = migrate::examine(&connection, folder, migrations)?;
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
        Ok(Self(Arc::new(Inner {
            folder: folder.into(),
            location,
            busy,
            reader: Mutex::new(None),
            backup: Mutex::new(()),
            writer,
        })))
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
        self.0.location.relocation()
    }

    /// Lists the open sits, oldest first, from which the timer recovers.
    ///
    /// # Errors
    /// An I/O error.
    pub fn open_sits(&self) -> Result<Vec<OpenSit>, StoreError> {
        self.read(open_sits::all)
    }

    /// Applies all of `saves` in order, or none.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] or [`StoreError::NotOpen`] if the sit of a save does not exist or is not open;
    /// otherwise an I/O error.
    pub fn save(&self, saves: &[Save]) -> Result<(), StoreError> {
        if saves.is_empty() {
            return Ok(());
        }
        let saves = saves.to_vec();
        let location = Arc::clone(&self.0.location);
        let outcome = self.0.writer.run_urgently(move |connection| {
            transact(connection, &location, |change| {
                let device = device::current(change)?;
                saves.into_iter().try_for_each(|one| save::apply(change, one, device))
            })
        });
        outcome.map_err(|error| error.explained(&self.0.folder))
    }

    /// Returns the session `id`, deleted or not; `None` if it is in its preparation or does not exist.
    ///
    /// # Errors
    /// An I/O error.
    pub fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.read(|connection| sessions::find(connection, id))
    }

    /// Returns a part of the log, newest first by corrected start: sits of the shown account and ownerless ones,
    /// without deleted ones and those in their preparation.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] if `before` does not exist; otherwise an I/O error.
    pub fn sessions(&self, query: &LogQuery) -> Result<Vec<Session>, StoreError> {
        let entries = self.log(query, OwnerFilter::Shown)?;
        Ok(entries.into_iter().map(|one| one.session).collect())
    }

    /// Returns a part of the log of some or all owners, newest first by corrected start, without deleted sits and those
    /// in their preparation.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] if `before` does not exist; otherwise an I/O error.
    pub fn log(&self, query: &LogQuery, owner: OwnerFilter) -> Result<Vec<LogEntry>, StoreError> {
        self.read(|connection| sessions::log(connection, query, owner))
    }

    /// Lists the owners: the shown account first, then the other accounts by address, then the ownerless sits if there
    /// are any.
    ///
    /// # Errors
    /// An I/O error.
    pub fn owners(&self) -> Result<Vec<Owner>, StoreError> {
        self.read(owners::all)
    }

    /// Lists the closed accounts whose sits the user of the signed-in account has not decided about, those with the
    /// same e-mail address first. Empty if no account is signed in.
    ///
    /// # Errors
    /// An I/O error.
    pub fn orphans(&self) -> Result<Vec<Owner>, StoreError> {
        self.read(owners::orphans)
    }

    /// Moves all sits of `source` to the signed-in account and enqueues each. It cannot be undone; the caller has the
    /// user's consent. Returns the number of moved sits; a second move moves none.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], [`StoreError::NoSuchAccount`], or an I/O error.
    pub fn move_sits_from(&self, source: UserId) -> Result<u32, StoreError> {
        self.write(move |change| owners::move_sits(change, source))
    }

    /// Records that the user does not want to move the sits of `source` to the signed-in account. The next sign-in asks
    /// again.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], [`StoreError::NoSuchAccount`], or an I/O error.
    pub fn decline(&self, source: UserId) -> Result<(), StoreError> {
        self.write(move |change| owners::decline(change, source))
    }

    /// Records that `account` was deleted on its server. Its sits stay, under the same owner.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or an I/O error.
    pub fn record_deleted(&self, account: UserId) -> Result<(), StoreError> {
        self.write(move |change| owners::is_deleted(change, account))
    }

    /// Sets the note and the label of a sit.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], [`StoreError::Nul`], or an I/O error.
    pub fn edit(&self, id: SessionId, note: &str, label: &str) -> Result<(), StoreError> {
        let (note, label) = (note.to_owned(), label.to_owned());
        self.write(move |change| changes::edit(change, id, note, label, device::current(change)?))
    }

    /// Deletes a sit. Its record stays as a tombstone.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], or an I/O error.
    pub fn delete(&self, id: SessionId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.set_deletion(id, Some(at))
    }

    /// Undoes the deletion of a sit.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], or an I/O error.
    pub fn undelete(&self, id: SessionId) -> Result<(), StoreError> {
        self.set_deletion(id, None)
    }

    fn set_deletion(&self, id: SessionId, at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        self.write(move |change| changes::delete(change, id, at, device::current(change)?))
    }

    /// Returns the settings.
    ///
    /// # Errors
    /// An I/O error.
    pub fn settings(&self) -> Result<Settings, StoreError> {
        self.read(settings::read)
    }

    /// Saves the settings.
    ///
    /// # Errors
    /// An I/O error.
    pub fn save_settings(&self, chosen: &Settings) -> Result<(), StoreError> {
        let chosen = chosen.clone();
        self.write(move |change| settings::save(change, &chosen))
    }

    /// Lists the presets by name.
    ///
    /// # Errors
    /// An I/O error.
    pub fn presets(&self) -> Result<Vec<Preset>, StoreError> {
        self.read(presets::all)
    }

    /// Adds `preset`, or updates the one with its id.
    ///
    /// # Errors
    /// [`StoreError::PresetNameTaken`], [`StoreError::PresetNameEmpty`], or an I/O error.
    pub fn save_preset(&self, preset: &Preset) -> Result<(), StoreError> {
        let preset = preset.clone();
        self.write(move |change| presets::save(change, &preset))
    }

    /// Removes the preset `id`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPreset`], or an I/O error.
    pub fn delete_preset(&self, id: Uuid) -> Result<(), StoreError> {
        self.write(move |change| presets::delete(change, id))
    }

    /// Returns the first `limit` pending entries of the outbox, of all accounts, those with the oldest change first.
    ///
    /// # Errors
    /// An I/O error.
    pub fn pending(&self, limit: u32) -> Result<Vec<Pending>, StoreError> {
        self.read(|connection| outbox::pending(connection, limit))
    }

    /// Returns the account that the log shows: the signed-in account, or the one that was signed in last.
    ///
    /// # Errors
    /// An I/O error.
    pub fn account(&self) -> Result<Option<Account>, StoreError> {
        self.read(accounts::shown)
    }

    /// Returns the signed-in account, if there is one.
    ///
    /// # Errors
    /// An I/O error.
    pub fn signed_in(&self) -> Result<Option<Account>, StoreError> {
        Ok(self.account()?.filter(|account| account.signed_in))
    }

    /// Signs in the account with the server's id `id` and its project's `url` and publishable `key`. Ownerless sits
    /// become the account's at once only if no other account ever used this data folder.
    ///
    /// # Errors
    /// [`StoreError::OtherProject`] if the account belongs to another project, or an I/O error.
    pub fn sign_in(
        &self,
        id: UserId,
        url: &str,
        key: &str,
        email: &str,
    ) -> Result<Ownerless, StoreError> {
        let (url, key, email) = (url.to_owned(), key.to_owned(), email.to_owned());
        self.write(move |change| accounts::sign_in(change, id, &url, &key, &email))
    }

    /// Counts the ownerless sits, which were started while no account was signed in.
    ///
    /// # Errors
    /// An I/O error.
    pub fn ownerless(&self) -> Result<u32, StoreError> {
        self.read(accounts::ownerless)
    }

    /// Records that the user does not want to assign the ownerless sits to the signed-in account. The next sign-in asks
    /// again.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], or an I/O error.
    pub fn decline_ownerless(&self) -> Result<(), StoreError> {
        self.write(|change| accounts::decline_ownerless(change))
    }

    /// Assigns the ownerless sits to the signed-in account. It cannot be undone. Returns their number.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], or an I/O error.
    pub fn assign_ownerless(&self) -> Result<u32, StoreError> {
        self.write(|change| accounts::assign_ownerless(change))
    }

    /// Signs out. Nothing is removed, and the log still shows the same sits.
    ///
    /// # Errors
    /// An I/O error.
    pub fn sign_out(&self) -> Result<(), StoreError> {
        self.write(|change| accounts::sign_out(change))
    }

    /// Returns the first pending rows of `account` for a push: those with the oldest change first, at most `rows`, of
    /// about `bytes` together, and at least one if there is any.
    ///
    /// # Errors
    /// An I/O error.
    pub fn outgoing(
        &self,
        account: UserId,
        rows: u32,
        bytes: usize,
    ) -> Result<Vec<Outgoing>, StoreError> {
        self.outgoing_after(account, 0, rows, bytes)
    }

    /// Returns pending rows as [`Self::outgoing`], but only those changed after `generation`: the rows for a second
    /// push while one is in flight.
    ///
    /// # Errors
    /// An I/O error.
    pub fn outgoing_after(
        &self,
        account: UserId,
        generation: i64,
        rows: u32,
        bytes: usize,
    ) -> Result<Vec<Outgoing>, StoreError> {
        self.read(|connection| outbox::outgoing(connection, account, generation, rows, bytes))
    }

    /// Returns whether any row of `account` is pending.
    ///
    /// # Errors
    /// An I/O error.
    pub fn has_outgoing(&self, account: UserId) -> Result<bool, StoreError> {
        self.read(|connection| outbox::has_outgoing(connection, account))
    }

    /// Counts the sessions of `account` whose current state the server does not have.
    ///
    /// # Errors
    /// An I/O error.
    pub fn backlog(&self, account: UserId) -> Result<Backlog, StoreError> {
        self.read(|connection| outbox::backlog(connection, account))
    }

    /// Returns the first `limit` dead letters of `account`.
    ///
    /// # Errors
    /// An I/O error.
    pub fn dead_letters(&self, account: UserId, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
        self.read(|connection| outbox::dead_letters(connection, account, limit))
    }

    /// Makes all dead letters of `account` pending again. Returns their number.
    ///
    /// # Errors
    /// An I/O error.
    pub fn retry_dead_letters(&self, account: UserId) -> Result<u32, StoreError> {
        self.write(move |change| outbox::retry_dead_letters(change, account, DeadLetters::All))
    }

    /// Makes the dead letters of `account` for which whole requests failed pending again: the server was at fault.
    /// Returns their number.
    ///
    /// # Errors
    /// An I/O error.
    pub fn retry_failed_requests(&self, account: UserId) -> Result<u32, StoreError> {
        self.write(move |change| {
            outbox::retry_dead_letters(change, account, DeadLetters::FromFailedRequests)
        })
    }

    /// Records the fingerprint of the health check of the server of `account`. Dead letters that were rejected under
    /// another fingerprint become pending again. Returns their number.
    ///
    /// # Errors
    /// An I/O error.
    pub fn record_health(&self, account: UserId, fingerprint: &str) -> Result<u32, StoreError> {
        let fingerprint = fingerprint.to_owned();
        self.write(move |change| {
            if !accounts::record_health(change, account, &fingerprint)? {
                return Ok(0);
            }
            let which = DeadLetters::FromOtherServer(&fingerprint);
            outbox::retry_dead_letters(change, account, which)
        })
    }

    /// Returns the rows that a version of Zafu other than `version` could not read, each with its account.
    ///
    /// # Errors
    /// An I/O error.
    pub fn unreadable_by_other_versions(
        &self,
        version: &str,
    ) -> Result<Vec<(UserId, UnreadableRow)>, StoreError> {
        self.read(|connection| unreadable::of_other_versions(connection, version))
    }

    /// Merges the `readable` ones of the rows from [`Self::unreadable_by_other_versions`], and records that `version`
    /// cannot read the others. Returns the number of sessions that are new or changed on this device.
    ///
    /// # Errors
    /// An I/O error.
    pub fn reread(
        &self,
        readable: Vec<(UserId, Session)>,
        version: &str,
        at: DateTime<Utc>,
    ) -> Result<u32, StoreError> {
        let version = version.to_owned();
        self.write(move |change| sync::reread(change, &readable, &version, at))
    }

    /// Applies the response to a push of `account`. A change during the request stays pending. Saves of the timer take
    /// precedence.
    ///
    /// # Errors
    /// An I/O error; then nothing was changed.
    pub fn apply_push(&self, account: UserId, push: Push) -> Result<Pushed, StoreError> {
        self.write_yielding(move |change, urgent| sync::apply_push(change, account, &push, urgent))
    }

    /// Applies the response to a pull of `account`. Saves of the timer take precedence. `as_text` writes a session as a
    /// row of the server, which is stored instead of the session if another account has its id on this device.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or an I/O error; then nothing was changed.
    pub fn apply_pull(
        &self,
        account: UserId,
        pull: Pull,
        as_text: fn(&Session) -> String,
    ) -> Result<Pulled, StoreError> {
        self.write_yielding(move |change, urgent| {
            sync::apply_pull(change, account, &pull, as_text, urgent)
        })
    }

    /// Restarts the sync of `account` after its server was replaced or restored: removes the cursor and enqueues all
    /// sessions again, except dead letters and local-only ones.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or an I/O error.
    pub fn restart_sync(&self, account: UserId) -> Result<(), StoreError> {
        self.write(move |change| accounts::restart_sync(change, account))
    }

    /// Records the user's decision about the erasure `erasure_id` of the sessions of `account` on the server, and
    /// carries out `then`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or an I/O error.
    pub fn agree_to_erasure(
        &self,
        account: UserId,
        erasure_id: Uuid,
        then: AfterErasure,
    ) -> Result<(), StoreError> {
        self.write(move |change| accounts::agree_to_erasure(change, account, erasure_id, then))
    }

    /// Calls `each` with every row of `account` that the server should have, ordered by id, and returns the backlog.
    /// Both are from one read transaction.
    ///
    /// # Errors
    /// An I/O error.
    pub fn for_each_server_row(
        &self,
        account: UserId,
        each: impl FnMut(ServerRow<'_>),
    ) -> Result<Backlog, StoreError> {
        self.read_separately(|connection| {
            let moment = connection.unchecked_transaction()?;
            server_rows::for_each(&moment, account, each)?;
            outbox::backlog(&moment, account)
        })
    }

    /// Records that the digests of `account` on this device and on the server were compared at `at`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or an I/O error.
    pub fn record_comparison(&self, account: UserId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |change| accounts::record_comparison(change, account, at))
    }

    /// Makes the next comparison of the digests of `account` due now.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or an I/O error.
    pub fn request_comparison(&self, account: UserId) -> Result<(), StoreError> {
        self.write(move |change| accounts::request_comparison(change, account))
    }

    /// Takes the daily backup, unless there is one already. Takes as long as copying the database; does not block other
    /// calls. Returns the new backup, if it was taken.
    ///
    /// # Errors
    /// An I/O error. Existing backups stay.
    pub fn backup_if_due(&self, now: WallTime) -> Result<Option<BackupInfo>, StoreError> {
        let _one_at_a_time = self.0.backup.lock().unwrap_or_else(PoisonError::into_inner);
        self.read_separately(|connection| backups::take_if_due(connection, &self.0.folder, now))
    }

    /// Lists the backups in `folder`, newest first. Does not open the database.
    ///
    /// # Errors
    /// An I/O error.
    pub fn backups(folder: &Path) -> Result<Vec<BackupInfo>, StoreError> {
        backups::all(folder)
    }

    /// Lists the rescued databases in `folder` by name. Each was saved while another file was at the database's path,
    /// and can be given to [`Store::restore`].
    ///
    /// # Errors
    /// An I/O error.
    pub fn rescued(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
        location::rescued(folder).map_err(|error| StoreError::io(folder, folder, error))
    }

    /// Returns the newest backup in `folder` that can be restored.
    #[must_use]
    pub fn newest_intact_backup(folder: &Path) -> Option<PathBuf> {
        backups::newest_intact(folder)
    }

    /// Checks the whole database for damage. Does not block other calls.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], or an I/O error.
    pub fn check(&self) -> Result<(), StoreError> {
        match self.read_separately(backups::findings)? {
            None => Ok(()),
            Some(findings) => Err(StoreError::corrupt(&self.0.folder, findings)),
        }
    }

    /// Replaces the database in `folder`, which must not be open, by `backup`. Returns the new path of the replaced
    /// database; `None` if there was none. The installation takes a new device id: with the old one, it would use the
    /// same revisions twice.
    ///
    /// # Errors
    /// [`StoreError::BackupUnusable`] if the backup is damaged or has an unknown format; otherwise an I/O error. An
    /// interruption leaves one of the two in place, intact.
    pub fn restore(
        folder: &Path,
        backup: &Path,
        now: WallTime,
    ) -> Result<Option<PathBuf>, StoreError> {
        restore::restore(folder, backup, now.utc).map_err(|error| error.explained(folder))
    }

    /// Moves a damaged database in `folder`, which must not be open, to `zafu.db.corrupt-<UTC>`, with its log. Returns
    /// the new path; `None` if there was no database.
    ///
    /// # Errors
    /// An I/O error.
    pub fn set_aside(folder: &Path, now: WallTime) -> Result<Option<PathBuf>, StoreError> {
        folder::move_aside(folder, "corrupt", now.utc)
    }

    /// Runs `job` with the writing connection, for tests of faults.
    #[cfg(test)]
    pub(crate) fn on_writer<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> T {
        self.0.writer.run(job)
    }

    /// Runs `change` in one transaction.
    fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let location = Arc::clone(&self.0.location);
        let outcome = self.0.writer.run(move |connection| transact(connection, &location, change));
        outcome.map_err(|error| error.explained(&self.0.folder))
    }

    /// Runs a long `change`, which may return `None` while an urgent job is waiting. It is then rolled back and runs
    /// again after the urgent job. After [`MAX_YIELDS`] times, urgent jobs are hidden from it.
    fn write_yielding<T: Send + 'static>(
        &self,
        mut change: impl FnMut(&Transaction<'_>, &Urgent) -> Result<Option<T>, StoreError>
        + Send
        + 'static,
    ) -> Result<T, StoreError> {
        let urgent = self.0.writer.urgent();
        let mut yields = 0;
        loop {
            let heeded = if yields < MAX_YIELDS { urgent.clone() } else { Urgent::default() };
            let location = Arc::clone(&self.0.location);
            let (outcome, again) = self.0.writer.run(move |connection| {
                let outcome =
                    transact_if(connection, &location, |transaction| change(transaction, &heeded));
                (outcome, change)
            });
            match outcome.map_err(|error| error.explained(&self.0.folder))? {
                Some(done) => return Ok(done),
                None => (change, yields) = (again, yields + 1),
            }
        }
    }

    /// Reads with the shared reading connection.
    fn read<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A panic during a read leaves no invalid state.
        let mut reader = self.0.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let known = reader.take().filter(|(of, _)| *of == self.0.location.current().1);
        known
            .map_or_else(|| self.open_reader(), Ok)
            .and_then(|known| job(&reader.insert(known).1))
            .map_err(|error| error.explained(&self.0.folder))
    }

    /// Reads with a separate connection, for long reads.
    fn read_separately<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.open_reader()
            .and_then(|(_, connection)| job(&connection))
            .map_err(|error| error.explained(&self.0.folder))
    }

    /// Opens a connection that reads the file in use, and returns the generation of that file.
    fn open_reader(&self) -> Result<(u32, Connection), StoreError> {
        let location = Arc::clone(&self.0.location);
        if location.verify().is_err() {
            // Another file is at the path.
            let location = Arc::clone(&location);
            self.0.writer.run(move |connection| location.ensure_open_file(connection))?;
        }
        let (database, generation) = location.current();
        Ok((generation, connection::reading(&database, self.0.busy)?))
    }
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
