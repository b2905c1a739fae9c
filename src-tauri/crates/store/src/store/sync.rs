//! What the sync reads and writes.

use super::Store;
use crate::accounts::{self, AfterErasure};
use crate::outbox::{self, Backlog, DeadLetter, DeadLetters, Outgoing, Pending};
use crate::sync::{self, Pull, Pulled, Push, Pushed};
use crate::unreadable::{self, ServerRow, UnreadableRow};
use crate::{StoreError, labels, partner, server_rows};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::session::Session;

impl Store {
    /// Returns the first `limit` pending entries of the outbox, of all accounts, those with the oldest change first.
    ///
    /// # Errors
    /// An I/O error.
    pub fn pending(&self, limit: u32) -> Result<Vec<Pending>, StoreError> {
        self.read(|connection| outbox::pending(connection, limit))
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

    /// Makes all dead letters of `account` pending again, and its rejected labels and profile. Returns the number of dead
    /// letters.
    ///
    /// # Errors
    /// An I/O error.
    pub fn retry_dead_letters(&self, account: UserId) -> Result<u32, StoreError> {
        self.write(move |change| {
            labels::retry_rejected(change, account)?;
            partner::retry_rejected(change, account)?;
            outbox::retry_dead_letters(change, account, DeadLetters::All)
        })
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
            labels::retry_rejected(change, account)?;
            partner::retry_rejected(change, account)?;
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

    /// Applies the response to a pull of `account`. Saves of the timer take precedence.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or an I/O error; then nothing was changed.
    pub fn apply_pull(&self, account: UserId, pull: Pull) -> Result<Pulled, StoreError> {
        self.write_yielding(move |change, urgent| sync::apply_pull(change, account, &pull, urgent))
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
}
