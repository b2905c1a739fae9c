//! The partner of an account.

use super::Store;
use crate::StoreError;
use crate::log;
use crate::partner::{
    self, KeptInvitation, PartnerApplied, PartnerChanges, PartnerState, PartnerUpdate,
};
use chrono::{DateTime, Utc};
use std::ops::Range;
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::partnership::{News, Privacy, SharedSit};
use zafu_core::profile::{Profile, WeeklyTarget};

impl Store {
    /// Returns what is known of the profile, the target and the partner of the shown account; without an account, the
    /// ownerless target.
    ///
    /// # Errors
    /// An I/O error.
    pub fn partner(&self) -> Result<PartnerState, StoreError> {
        self.read(partner::state)
    }

    /// Sets the profile of the shown account.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`] if no account ever signed in, or an I/O error.
    pub fn set_profile(&self, profile: Profile) -> Result<(), StoreError> {
        self.write(move |transaction| partner::set_profile(transaction, profile))
    }

    /// Sets the weekly target of the shown account. Without an account, it becomes that of the first account, or of the one
    /// that gets the ownerless sits.
    ///
    /// # Errors
    /// An I/O error.
    pub fn set_target(&self, target: WeeklyTarget) -> Result<(), StoreError> {
        self.write(move |transaction| partner::set_target(transaction, target))
    }

    /// Sets what the partner of the shown account sees.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], [`StoreError::NoPartnership`], or an I/O error.
    pub fn set_privacy(&self, level: Privacy) -> Result<(), StoreError> {
        self.write(move |transaction| partner::set_privacy(transaction, level))
    }

    /// Queues a bow to the partner of the shown account, with the new id `id`. If one waits already, nothing changes.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], [`StoreError::NoPartnership`], [`StoreError::BowNotYet`], or an I/O error.
    pub fn bow(&self, id: Uuid) -> Result<(), StoreError> {
        self.write(move |transaction| partner::bow(transaction, id))
    }

    /// Queues leaving the partnership of the shown account.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], [`StoreError::NoPartnership`], or an I/O error.
    pub fn leave(&self) -> Result<(), StoreError> {
        self.write(|transaction| partner::leave(transaction))
    }

    /// Returns the invitation of `account` that this device keeps. It may have been accepted or withdrawn since.
    ///
    /// # Errors
    /// An I/O error.
    pub fn kept_invitation(&self, account: UserId) -> Result<Option<KeptInvitation>, StoreError> {
        self.read(|connection| partner::kept_invitation(connection, account))
    }

    /// Keeps `invitation` of `account` in place of the last one, until the account has a partner; none: forgets it.
    ///
    /// # Errors
    /// An I/O error.
    pub fn keep_invitation(
        &self,
        account: UserId,
        invitation: Option<KeptInvitation>,
    ) -> Result<(), StoreError> {
        self.write(move |transaction| {
            partner::keep_invitation(transaction, account, invitation.as_ref())
        })
    }

    /// Returns the news of the shown account that were not announced, the oldest first, and records that they are now: each
    /// is returned once. What was there when the news of the account were first read on this device is not returned.
    ///
    /// # Errors
    /// An I/O error.
    pub fn take_news(&self) -> Result<Vec<News>, StoreError> {
        let news = self.read(partner::unannounced_news)?;
        if news.is_empty() {
            return Ok(news);
        }
        self.write(move |transaction| {
            let is_new = partner::record_announced(transaction, &news)?;
            Ok(if is_new { news } else { Vec::new() })
        })
    }

    /// Returns the sits that count towards a week and whose effective start is in `starts`, the first one first: those of
    /// `account` that its server has or will get; without an account, those of the shown account and the ownerless ones.
    ///
    /// # Errors
    /// An I/O error.
    pub fn counted_sits(
        &self,
        account: Option<UserId>,
        starts: Range<DateTime<Utc>>,
    ) -> Result<Vec<SharedSit>, StoreError> {
        self.read(|connection| log::counted_sits(connection, account, starts))
    }

    /// Returns what is to be sent about the partner of `account`, and the number of the state of the server that was last
    /// read.
    ///
    /// # Errors
    /// An I/O error.
    pub fn outgoing_partner(
        &self,
        account: UserId,
    ) -> Result<(PartnerChanges, Option<i64>), StoreError> {
        self.read(|connection| {
            Ok((partner::outgoing(connection, account)?, partner::known_seq(connection, account)?))
        })
    }

    /// Returns whether there is something to send or to read about the partner of `account`.
    ///
    /// # Errors
    /// An I/O error.
    pub fn partner_is_due(&self, account: UserId) -> Result<bool, StoreError> {
        self.read(|connection| partner::is_due(connection, account))
    }

    /// Applies the response to a request about the partner of `account`. A change during the request stays pending.
    ///
    /// # Errors
    /// An I/O error; then nothing was changed.
    pub fn apply_partner(
        &self,
        account: UserId,
        response: PartnerUpdate,
    ) -> Result<PartnerApplied, StoreError> {
        self.write(move |transaction| partner::apply(transaction, account, &response))
    }
}
