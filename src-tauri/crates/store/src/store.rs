//! The handle on the data folder that everything else holds.

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

/// The data of one folder. Cloning it is cheap; the last clone that is dropped closes the database.
///
/// Every call returns once it is done: what was saved is then on the disk, and what failed left nothing behind.
/// Writing goes through one thread, one transaction for each call; reading never waits for it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    /// Which file is open, and whether it is still at its path.
    location: Arc<DatabaseLocation>,
    busy: Duration,
    /// Opened by the first who reads, on the file of that generation. Closed before the writer, which can then leave
    /// no log behind.
    reader: Mutex<Option<(u32, Connection)>>,
    /// Held while a backup is taken.
    backup: Mutex<()>,
    writer: Writer,
}

/// So often what takes long lets the timer go first; a sync must end even if something is saved all the time.
const GIVE_WAY_AT_MOST: u32 = 8;

impl Store {
    /// Opens the database in `folder`; makes both, for their owner only, if they are missing, and brings an
    /// older database to the newest format.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] leaves the database where it is and names the newest intact backup:
    /// [`Store::restore`] it, or [`Store::set_aside`] the database and open anew. [`StoreError::Newer`],
    /// [`StoreError::NotOurs`]: nothing was touched. Otherwise what the disk says.
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

    /// Which installation this is. It may change with any merge of what a server has.
    ///
    /// # Errors
    /// What the disk says.
    pub fn device(&self) -> Result<DeviceId, StoreError> {
        self.read(device::current)
    }

    /// What was done last after the database was removed or replaced while it was open; none: that never happened.
    #[must_use]
    pub fn relocation(&self) -> Option<Relocation> {
        self.0.location.relocation()
    }

    /// The sits that are not over, oldest first: what the timer recovers from.
    ///
    /// # Errors
    /// What the disk says.
    pub fn open_sits(&self) -> Result<Vec<OpenSit>, StoreError> {
        self.read(open_sits::all)
    }

    /// Saves all of `saves`, in their order, or none.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] or [`StoreError::NotOpen`] if one of them is about a sit that is not
    /// there; otherwise what the disk says.
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

    /// The sit `id`, deleted or not; none if it has not begun.
    ///
    /// # Errors
    /// What the disk says.
    pub fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.read(|connection| sessions::find(connection, id))
    }

    /// A part of the log, newest first: what has begun and is not deleted, by its start as corrected, of the account
    /// that is shown and of nobody.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] if the page is to begin after a sit that is not there; otherwise what the
    /// disk says.
    pub fn sessions(&self, page: &LogQuery) -> Result<Vec<Session>, StoreError> {
        let logged = self.log(page, OwnerFilter::Shown)?;
        Ok(logged.into_iter().map(|one| one.session).collect())
    }

    /// Returns a part of the log of some or all owners, newest first: what has begun and is not deleted, by its start
    /// as corrected.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] if the page is to begin after a sit that is not there; otherwise what the
    /// disk says.
    pub fn log(&self, page: &LogQuery, owner: OwnerFilter) -> Result<Vec<LogEntry>, StoreError> {
        self.read(|connection| sessions::page(connection, page, owner))
    }

    /// Lists every owner in the database: the account in use first, then the other accounts by address, then nobody
    /// if it has sits.
    ///
    /// # Errors
    /// What the disk says.
    pub fn owners(&self) -> Result<Vec<Owner>, StoreError> {
        self.read(owners::all)
    }

    /// Lists the accounts that are gone and whose sits the user of the signed-in account has not decided about yet:
    /// those of the same address first. None if nobody is signed in.
    ///
    /// # Errors
    /// What the disk says.
    pub fn orphans(&self) -> Result<Vec<Owner>, StoreError> {
        self.read(owners::orphans)
    }

    /// Moves all sits of `source` to the signed-in account, for good, and enqueues each of them. The caller has the
    /// user's consent. Returns how many; moving again moves none.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], [`StoreError::NoSuchAccount`], or what the disk says.
    pub fn move_sits_from(&self, source: UserId) -> Result<u32, StoreError> {
        self.write(move |change| owners::move_sits(change, source))
    }

    /// Records that the sits of `source` are not to become the signed-in account's. Signing in again asks again.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], [`StoreError::NoSuchAccount`], or what the disk says.
    pub fn decline(&self, source: UserId) -> Result<(), StoreError> {
        self.write(move |change| owners::decline(change, source))
    }

    /// Records that the server of `account` says that it was deleted. Its sits stay, and stay its own.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or what the disk says.
    pub fn record_deleted(&self, account: UserId) -> Result<(), StoreError> {
        self.write(move |change| owners::is_deleted(change, account))
    }

    /// Sets the note and the label of a sit.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], [`StoreError::Nul`], or what the disk says.
    pub fn edit(&self, id: SessionId, note: &str, label: &str) -> Result<(), StoreError> {
        let (note, label) = (note.to_owned(), label.to_owned());
        self.write(move |change| changes::edit(change, id, note, label, device::current(change)?))
    }

    /// Deletes a sit: it stays in the table, marked.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], or what the disk says.
    pub fn delete(&self, id: SessionId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.set_deletion(id, Some(at))
    }

    /// Takes back the deletion of a sit.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], or what the disk says.
    pub fn undelete(&self, id: SessionId) -> Result<(), StoreError> {
        self.set_deletion(id, None)
    }

    fn set_deletion(&self, id: SessionId, at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        self.write(move |change| changes::delete(change, id, at, device::current(change)?))
    }

    /// What the person has chosen.
    ///
    /// # Errors
    /// What the disk says.
    pub fn settings(&self) -> Result<Settings, StoreError> {
        self.read(settings::read)
    }

    /// Saves what the person has chosen.
    ///
    /// # Errors
    /// What the disk says.
    pub fn save_settings(&self, chosen: &Settings) -> Result<(), StoreError> {
        let chosen = chosen.clone();
        self.write(move |change| settings::save(change, &chosen))
    }

    /// The plans kept by name, by name.
    ///
    /// # Errors
    /// What the disk says.
    pub fn presets(&self) -> Result<Vec<Preset>, StoreError> {
        self.read(presets::all)
    }

    /// Adds `preset`, or changes the one of its id.
    ///
    /// # Errors
    /// [`StoreError::PresetNameTaken`], [`StoreError::PresetNameEmpty`], or what the disk says.
    pub fn save_preset(&self, preset: &Preset) -> Result<(), StoreError> {
        let preset = preset.clone();
        self.write(move |change| presets::save(change, &preset))
    }

    /// Removes the preset `id`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPreset`], or what the disk says.
    pub fn delete_preset(&self, id: Uuid) -> Result<(), StoreError> {
        self.write(move |change| presets::delete(change, id))
    }

    /// The first `limit` sits that wait to be sent, whosever they are.
    ///
    /// # Errors
    /// What the disk says.
    pub fn pending(&self, limit: u32) -> Result<Vec<Pending>, StoreError> {
        self.read(|connection| outbox::pending(connection, limit))
    }

    /// The account whose sits are shown: the one that is signed in, or was last.
    ///
    /// # Errors
    /// What the disk says.
    pub fn account(&self) -> Result<Option<Account>, StoreError> {
        self.read(accounts::shown)
    }

    /// The account that is signed in.
    ///
    /// # Errors
    /// What the disk says.
    pub fn signed_in(&self) -> Result<Option<Account>, StoreError> {
        Ok(self.account()?.filter(|account| account.signed_in))
    }

    /// Signs an account in: `id` is the server's, `url` and `key` its project's. What was begun while nobody was
    /// signed in is adopted at once only if no other account ever used this folder.
    ///
    /// # Errors
    /// [`StoreError::OtherProject`] if the account is known from another one, or what the disk says.
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

    /// How many sits are nobody's: made while nobody was signed in, and not adopted since.
    ///
    /// # Errors
    /// What the disk says.
    pub fn ownerless(&self) -> Result<u32, StoreError> {
        self.read(accounts::ownerless)
    }

    /// Notes that the sits that are nobody's are not to be the account's that is signed in. Signing in again asks
    /// again.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], or what the disk says.
    pub fn decline_ownerless(&self) -> Result<(), StoreError> {
        self.write(|change| accounts::decline_ownerless(change))
    }

    /// Gives all sits that are nobody's to the account that is signed in, for good. Says how many.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], or what the disk says.
    pub fn assign_ownerless(&self) -> Result<u32, StoreError> {
        self.write(|change| accounts::assign_ownerless(change))
    }

    /// Signs out. Nothing is removed, and the log goes on showing the same sits.
    ///
    /// # Errors
    /// What the disk says.
    pub fn sign_out(&self) -> Result<(), StoreError> {
        self.write(|change| accounts::sign_out(change))
    }

    /// The first sits of `account` that wait to be sent, as they are now: those first that have waited longest
    /// since their last change, at most `rows`, of about `bytes` together, and at least one if there is any.
    ///
    /// # Errors
    /// What the disk says.
    pub fn outgoing(
        &self,
        account: UserId,
        rows: u32,
        bytes: usize,
    ) -> Result<Vec<Outgoing>, StoreError> {
        self.outgoing_after(account, 0, rows, bytes)
    }

    /// The same, of those that were changed after `generation`: what waits behind a push that is out.
    ///
    /// # Errors
    /// What the disk says.
    pub fn outgoing_after(
        &self,
        account: UserId,
        generation: i64,
        rows: u32,
        bytes: usize,
    ) -> Result<Vec<Outgoing>, StoreError> {
        self.read(|connection| outbox::outgoing(connection, account, generation, rows, bytes))
    }

    /// Whether anything of `account` waits that could be sent now.
    ///
    /// # Errors
    /// What the disk says.
    pub fn has_outgoing(&self, account: UserId) -> Result<bool, StoreError> {
        self.read(|connection| outbox::has_outgoing(connection, account))
    }

    /// How many sits of `account` are not on the server as they are here.
    ///
    /// # Errors
    /// What the disk says.
    pub fn backlog(&self, account: UserId) -> Result<Backlog, StoreError> {
        self.read(|connection| outbox::backlog(connection, account))
    }

    /// The first `limit` sits of `account` that the server will not have, and why.
    ///
    /// # Errors
    /// What the disk says.
    pub fn dead_letters(&self, account: UserId, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
        self.read(|connection| outbox::dead_letters(connection, account, limit))
    }

    /// Has what was refused of `account` sent again. Says how many sits that are.
    ///
    /// # Errors
    /// What the disk says.
    pub fn retry_dead_letters(&self, account: UserId) -> Result<u32, StoreError> {
        self.write(move |change| outbox::retry(change, account, DeadLetters::All))
    }

    /// Has those dead letters of `account` sent again with which whole requests failed: the fault was the server's. Says
    /// how many sits that are.
    ///
    /// # Errors
    /// What the disk says.
    pub fn retry_failed_requests(&self, account: UserId) -> Result<u32, StoreError> {
        self.write(move |change| outbox::retry(change, account, DeadLetters::FromFailedRequests))
    }

    /// Records how the server of `account` is, as a fingerprint. Where it is otherwise than when it rejected a sit, that
    /// sit is sent again. Says how many sits that are.
    ///
    /// # Errors
    /// What the disk says.
    pub fn record_health(&self, account: UserId, health: &str) -> Result<u32, StoreError> {
        let health = health.to_owned();
        self.write(move |change| {
            if !accounts::record_health(change, account, &health)? {
                return Ok(0);
            }
            outbox::retry(change, account, DeadLetters::FromOtherServer(&health))
        })
    }

    /// The rows of servers that another version of Zafu than `version` could not read, and whose they are.
    ///
    /// # Errors
    /// What the disk says.
    pub fn unreadable_by_other_versions(
        &self,
        version: &str,
    ) -> Result<Vec<(UserId, UnreadableRow)>, StoreError> {
        self.read(|connection| unreadable::of_other_versions(connection, version))
    }

    /// Merges those of them that `version` can read. Says how many sits are new or changed here.
    ///
    /// # Errors
    /// What the disk says.
    pub fn reread(
        &self,
        readable: Vec<(UserId, Session)>,
        version: &str,
        at: DateTime<Utc>,
    ) -> Result<u32, StoreError> {
        let version = version.to_owned();
        self.write(move |change| sync::reread(change, &readable, &version, at))
    }

    /// Writes down what came of sending sits of `account`. A change made since then stays to be sent. What the
    /// timer saves meanwhile goes first.
    ///
    /// # Errors
    /// What the disk says.
    pub fn settle(&self, account: UserId, push: Push) -> Result<Pushed, StoreError> {
        self.write_patiently(move |change, urgent| sync::settle(change, account, &push, urgent))
    }

    /// Writes down what the server has of `account`, and up to where it was read. What the timer saves meanwhile
    /// goes first.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or what the disk says.
    pub fn merge(&self, account: UserId, pull: Pull) -> Result<Pulled, StoreError> {
        self.write_patiently(move |change, urgent| sync::merge(change, account, &pull, urgent))
    }

    /// The server is not the one that was read, or not as it was: the cursor is forgotten, and all that `account`
    /// has here is sent again.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or what the disk says.
    pub fn restart_sync(&self, account: UserId) -> Result<(), StoreError> {
        self.write(move |change| accounts::restart_sync(change, account))
    }

    /// The person has seen that the sits of `account` were erased from the server, as `erasure_id` names it.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or what the disk says.
    pub fn agree_to_erasure(
        &self,
        account: UserId,
        erasure_id: Uuid,
        then: AfterErasure,
    ) -> Result<(), StoreError> {
        self.write(move |change| accounts::agree_to_erasure(change, account, erasure_id, then))
    }

    /// Hands to `each` every row of `account` that the server should have, in the order of their ids, and says what it
    /// does not have as it is here. Both are of one moment.
    ///
    /// # Errors
    /// What the disk says.
    pub fn for_each_server_row(
        &self,
        account: UserId,
        each: impl FnMut(ServerRow<'_>),
    ) -> Result<Backlog, StoreError> {
        self.apart(|connection| {
            let moment = connection.unchecked_transaction()?;
            server_rows::for_each(&moment, account, each)?;
            outbox::backlog(&moment, account)
        })
    }

    /// Notes that all that `account` has here and there was compared.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or what the disk says.
    pub fn record_comparison(&self, account: UserId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |change| accounts::record_comparison(change, account, at))
    }

    /// Makes the next comparison of all that `account` has here and there due.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or what the disk says.
    pub fn request_comparison(&self, account: UserId) -> Result<(), StoreError> {
        self.write(move |change| accounts::request_comparison(change, account))
    }

    /// Takes the backup of the day, unless there is one. Takes as long as copying the database does, and
    /// holds up nobody else.
    ///
    /// # Errors
    /// What the disk says; the backups that there are stay.
    pub fn backup_if_due(&self, now: WallTime) -> Result<Option<BackupInfo>, StoreError> {
        let _one_at_a_time = self.0.backup.lock().unwrap_or_else(PoisonError::into_inner);
        self.apart(|connection| backups::take_if_due(connection, &self.0.folder, now))
    }

    /// The backups in `folder`, newest first; the database need not be whole.
    ///
    /// # Errors
    /// What the disk says.
    pub fn backups(folder: &Path) -> Result<Vec<BackupInfo>, StoreError> {
        backups::all(folder)
    }

    /// The rescued databases in `folder`, by name. Each holds what was saved while another file was at the database's
    /// path; [`Store::restore`] puts it back.
    ///
    /// # Errors
    /// What the disk says.
    pub fn rescued(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
        location::rescued(folder).map_err(|error| StoreError::io(folder, folder, error))
    }

    /// The newest backup in `folder` that could take the place of the database.
    #[must_use]
    pub fn newest_intact_backup(folder: &Path) -> Option<PathBuf> {
        backups::newest_intact(folder)
    }

    /// Reads all of the database and checks that it is whole. Holds up nobody else.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with what was found, or what the disk says.
    pub fn check(&self) -> Result<(), StoreError> {
        match self.apart(backups::findings)? {
            None => Ok(()),
            Some(findings) => Err(StoreError::corrupt(&self.0.folder, findings)),
        }
    }

    /// Puts `backup` in the place of the database in `folder`, which nobody may have open. Says where the
    /// database that was there is now, if there was one. The installation becomes another device: one that went back in time
    /// would use revisions a second time.
    ///
    /// # Errors
    /// [`StoreError::BackupUnusable`] if the backup is damaged or of another format; otherwise what the
    /// disk says. An interruption leaves the one or the other in place, whole.
    pub fn restore(
        folder: &Path,
        backup: &Path,
        now: WallTime,
    ) -> Result<Option<PathBuf>, StoreError> {
        restore::restore(folder, backup, now.utc).map_err(|error| error.explained(folder))
    }

    /// Moves a damaged database in `folder`, which nobody may have open, to `zafu.db.corrupt-<UTC>`, with what
    /// belongs to it, and says where to, if there was one.
    ///
    /// # Errors
    /// What the disk says.
    pub fn set_aside(folder: &Path, now: WallTime) -> Result<Option<PathBuf>, StoreError> {
        folder::move_aside(folder, "corrupt", now.utc)
    }

    /// The connection that writes, for tests that make the disk fail.
    #[cfg(test)]
    pub(crate) fn on_writer<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> T {
        self.0.writer.run(job)
    }

    /// Carries out `change` as one transaction: all of it, or none.
    fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let location = Arc::clone(&self.0.location);
        let outcome = self.0.writer.run(move |connection| transact(connection, &location, change));
        outcome.map_err(|error| error.explained(&self.0.folder))
    }

    /// The same for what takes long: while something urgent waits, `change` may answer nothing. Then it is undone,
    /// and carried out anew after what is urgent; so often, and then it has its turn.
    fn write_patiently<T: Send + 'static>(
        &self,
        mut change: impl FnMut(&Transaction<'_>, &Urgent) -> Result<Option<T>, StoreError>
        + Send
        + 'static,
    ) -> Result<T, StoreError> {
        let urgent = self.0.writer.urgent();
        let mut gave_way = 0;
        loop {
            let heeded =
                if gave_way < GIVE_WAY_AT_MOST { urgent.clone() } else { Urgent::default() };
            let location = Arc::clone(&self.0.location);
            let (outcome, again) = self.0.writer.run(move |connection| {
                let outcome =
                    transact_if(connection, &location, |transaction| change(transaction, &heeded));
                (outcome, change)
            });
            match outcome.map_err(|error| error.explained(&self.0.folder))? {
                Some(done) => return Ok(done),
                None => (change, gave_way) = (again, gave_way + 1),
            }
        }
    }

    /// Reads what the last finished transaction left.
    fn read<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A panic while reading leaves nothing half done.
        let mut reader = self.0.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let known = reader.take().filter(|(of, _)| *of == self.0.location.current().1);
        known
            .map_or_else(|| self.reading(), Ok)
            .and_then(|known| job(&reader.insert(known).1))
            .map_err(|error| error.explained(&self.0.folder))
    }

    /// Reads on a connection of its own, for what takes long.
    fn apart<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.reading()
            .and_then(|(_, connection)| job(&connection))
            .map_err(|error| error.explained(&self.0.folder))
    }

    /// Opens a connection that reads the file in use, and says how many were in use before it.
    fn reading(&self) -> Result<(u32, Connection), StoreError> {
        let location = Arc::clone(&self.0.location);
        if location.verify().is_err() {
            // What is at the path is not ours.
            let location = Arc::clone(&location);
            self.0.writer.run(move |connection| location.ensure_open_file(connection))?;
        }
        let (database, generation) = location.current();
        Ok((generation, connection::reading(&database, self.0.busy)?))
    }
}

/// Carries out `change` as one transaction: all of it, or none.
fn transact<T>(
    connection: &mut Connection,
    location: &DatabaseLocation,
    change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let done = transact_if(connection, location, |transaction| change(transaction).map(Some))?;
    Ok(done.unwrap_or_else(|| unreachable!("it answered something")))
}

/// The same, and none of it either if `change` answers nothing.
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
