//! The types about the account and its sync.

use super::{IpcError, SitRecord};
use serde::{Deserialize, Serialize};
use std::fmt;
use zafu_core::ids::UserId;
use zafu_core::message::Message;

/// The state of the account and of its sync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SyncView {
    /// The account's email address.
    pub email: String,
    /// The URL of its project.
    pub project: String,
    /// True if the account is signed in; false once it was signed out.
    pub signed_in: bool,
    /// The state of the sync.
    pub state: SyncState,
    /// The number of sits with changes to send.
    pub pending: u32,
    /// The number of dead letters.
    pub rejected: u32,
    /// The number of sits that stay on this device only, by the user's decision.
    pub local_only: u32,
    /// The number of sits that only a newer version of Zafu can read. They are kept.
    pub unreadable: u32,
    /// The number of labels that the server has rejected. They are kept on this device.
    pub rejected_labels: u32,
    /// The number of sits without an owner that the user has neither assigned to the account nor declined.
    pub ownerless: u32,
    /// The account that is gone and whose sits the user may move to the signed-in account.
    pub adopt_from: Option<Box<OwnerView>>,
    /// The last time at which this device and the server had the same sits.
    pub synced_at: Option<String>,
    /// The progress through a long backlog.
    pub progress: Option<Progress>,
    /// The action that the user has to take.
    pub need: Option<SyncNeed>,
    /// The error that explains why the sync does not work at the moment, if there is one.
    pub trouble: Option<IpcError>,
    /// True if the credentials could not be saved in the keychain: the account is signed in only until Zafu quits.
    pub until_quit: bool,
    /// Whether notes and labels stay on the devices of the account.
    pub keeps_texts: bool,
}

/// An owner of sits on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OwnerView {
    /// The account; `None` for sits without an owner.
    pub id: Option<UserId>,
    /// The account's email address; empty if it is unknown.
    pub email: String,
    /// The URL of its project; empty if it is unknown.
    pub project: String,
    /// Whether the account can be signed in to.
    pub state: OwnerState,
    /// Whether the log shows its sits by default.
    pub shown: bool,
    /// The number of sits that are not deleted.
    pub sits: u32,
    /// The number of deleted sits.
    pub deleted: u32,
    /// The number of sits with changes that its server does not have: pending or rejected.
    pub unsent: u32,
    /// The number of sits that stay on this device only.
    pub local_only: u32,
}

/// The state of an owner of sits on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum OwnerState {
    /// The account is signed in.
    SignedIn,
    /// The account is signed out, and is not known to be gone.
    SignedOut,
    /// The account was deleted from its server.
    Deleted,
    /// Another account now has its email address in its project.
    Replaced,
    /// The sits have no owner: no account was signed in.
    Nobody,
}

impl OwnerState {
    /// True if the account cannot be signed in to again.
    #[must_use]
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Deleted | Self::Replaced)
    }
}

/// The state of the sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SyncState {
    /// This device and the server have the same sits, as far as this device knows.
    Synced,
    /// A long backlog is being sent.
    Syncing,
    /// Changes are pending, or sits of other devices may be missing.
    Waiting,
    /// The user has to act: see [`SyncView::need`].
    ActionNeeded,
    /// The account was signed out.
    SignedOut,
}

/// The progress through a backlog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Progress {
    /// The number of sits that are no longer pending.
    pub done: u32,
    /// The number of sits in the backlog at its largest.
    pub total: u32,
}

/// An action that the user has to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SyncNeed {
    /// Sign in again.
    SignIn,
    /// Sign in to another account: this one is gone.
    AccountGone,
    /// Decide whether to upload this device's sits again: another device has erased them from the server.
    Erased,
    /// Decide whether sits without an owner become the account's.
    Adopt,
    /// Decide whether the sits of an account that is gone become this account's: see [`SyncView::adopt_from`].
    AdoptFrom,
    /// Enter the project's key again: the server rejects it.
    Key,
    /// Ask the administrator of the project: the account is blocked.
    Blocked,
    /// Repair the server: it is misconfigured.
    ServerMisconfigured,
    /// Update Zafu.
    TooOld,
    /// Look at the dead letters.
    Rejected,
}

/// A credential. It is redacted in `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A request to sign in to an account or to create one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignInRequest {
    /// The URL of the project.
    pub url: String,
    /// Its publishable key.
    pub key: String,
    /// The account's email address.
    pub email: String,
    /// The proof that the account belongs to the user.
    pub how: Proof,
    /// Whether notes and labels stay on the devices of the account; `None`: as the user has chosen before, or else not.
    #[serde(default)]
    #[cfg_attr(test, ts(optional = nullable))]
    pub keep_texts: Option<bool>,
}

/// A proof that an account belongs to the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Proof {
    /// Its password.
    Password(Secret),
    /// A code that was sent to its email address.
    Code(Secret),
}

/// A request for a sign-in code by email.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CodeRequest {
    /// The URL of the project.
    pub url: String,
    /// Its publishable key.
    pub key: String,
    /// The account's email address.
    pub email: String,
}

/// The result of signing in or of creating an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignedInView {
    /// The number of sits without an owner that became the account's.
    pub adopted: u32,
    /// True if a confirmation was mailed: the account is not signed in yet.
    pub mail_sent: bool,
}

/// A dead letter: a sit that the server has rejected for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeadLetterView {
    /// The sit.
    pub sit: SitRecord,
    /// The server's error code.
    pub code: String,
    /// Why the server has rejected the sit.
    pub reason: Message,
}

/// The project of the last account, or the one for which this build was made; both fields are empty if there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProjectView {
    /// The URL of the project.
    pub url: String,
    /// Its publishable key.
    pub key: String,
}

/// The result of one sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    /// The number of sits whose current state the server has received.
    pub pushed: u32,
    /// The number of sits that are new or changed on this device.
    pub pulled: u32,
    /// The number of sits still pending.
    pub pending: u32,
    /// The number of dead letters.
    pub rejected: u32,
}
