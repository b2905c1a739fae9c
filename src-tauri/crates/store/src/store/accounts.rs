//! Accounts, and whose the sits are.

use super::Store;
use crate::StoreError;
use crate::accounts::{self, Account, Ownerless};
use crate::owners::{self, Owner};
use crate::texts;
use zafu_core::ids::UserId;

impl Store {
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
        self.sign_in_with(id, url, key, email, None)
    }

    /// Keeps the user's choice whether notes and labels stay on this device for the next sign-in with `email` to the project
    /// at `url`: a new account waits until its address is confirmed.
    ///
    /// # Errors
    /// An I/O error.
    pub fn record_sign_up(
        &self,
        url: &str,
        email: &str,
        keeps_texts: bool,
    ) -> Result<(), StoreError> {
        let (url, email) = (url.to_owned(), email.to_owned());
        self.write(move |change| accounts::record_sign_up(change, &url, &email, keeps_texts))
    }

    /// Signs in as [`Self::sign_in`]. `keeps_texts` is the user's choice whether notes and labels stay on this device, if
    /// they made one: see [`Self::set_keeps_texts`].
    ///
    /// # Errors
    /// As [`Self::sign_in`].
    pub fn sign_in_with(
        &self,
        id: UserId,
        url: &str,
        key: &str,
        email: &str,
        keeps_texts: Option<bool>,
    ) -> Result<Ownerless, StoreError> {
        let (url, key, email) = (url.to_owned(), key.to_owned(), email.to_owned());
        self.write(move |change| accounts::sign_in(change, id, &url, &key, &email, keeps_texts))
    }

    /// Returns whether notes and labels of `account` stay on this device.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or an I/O error.
    pub fn keeps_texts(&self, account: UserId) -> Result<bool, StoreError> {
        Ok(self.read(|connection| accounts::find(connection, account))?.keeps_texts)
    }

    /// Chooses whether notes and labels of `account` stay on this device. If so, they stay on all devices of the account, and
    /// what the server has of them stays there. If not, this device sends them, also those that the server does not have yet;
    /// a device that keeps them goes on until its user chooses otherwise there.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`], or an I/O error.
    pub fn set_keeps_texts(&self, account: UserId, keeps: bool) -> Result<(), StoreError> {
        self.write(move |change| texts::set_kept(change, account, keeps))
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

    /// Assigns the ownerless sits to the signed-in account. One that the account has already is merged with it. It cannot
    /// be undone. Returns their number.
    ///
    /// # Errors
    /// [`StoreError::NotSignedIn`], or an I/O error.
    pub fn assign_ownerless(&self) -> Result<u32, StoreError> {
        self.write(|change| owners::assign_ownerless(change))
    }

    /// Signs out. Nothing is removed, and the log still shows the same sits.
    ///
    /// # Errors
    /// An I/O error.
    pub fn sign_out(&self) -> Result<(), StoreError> {
        self.write(|change| accounts::sign_out(change))
    }
}
