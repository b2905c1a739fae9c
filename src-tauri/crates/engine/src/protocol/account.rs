//! The account and its sync, as they cross to a client.

use super::{IpcError, SitRecord};
use serde::{Deserialize, Serialize};
use std::fmt;
use zafu_core::ids::UserId;

/// How this device and the account's project stand to each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SyncView {
    /// The account's address.
    pub email: String,
    /// Where its project is.
    pub project: String,
    /// Whether it is signed in, or only was.
    pub signed_in: bool,
    /// All of it in a word.
    pub state: SyncState,
    /// Sits that wait to be sent.
    pub pending: u32,
    /// Sits that the server will not have.
    pub rejected: u32,
    /// Sits that stay on this device only, as the person said.
    pub local_only: u32,
    /// Sits that only a newer version of Zafu can read. They are kept.
    pub unreadable: u32,
    /// Sits that were made while nobody was signed in, and of which the person has to say whose they are.
    pub ownerless: u32,
    /// The account that is gone and about whose sits on this device the user is asked.
    pub adopt_from: Option<Box<OwnerView>>,
    /// When this device and the server last had the same sits.
    pub synced_at: Option<String>,
    /// How far a long backlog has come.
    pub progress: Option<Progress>,
    /// What the person has to do.
    pub need: Option<SyncNeed>,
    /// Why the last try failed, while none has succeeded since.
    pub trouble: Option<IpcError>,
    /// The system keeps no secrets: it is signed in only until Zafu ends.
    pub until_quit: bool,
}

/// An owner of sits on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OwnerView {
    /// The account; none for sits that were made while nobody was signed in.
    pub id: Option<UserId>,
    /// The account's address; empty if it is not known.
    pub email: String,
    /// The URL of its project; empty if it is not known.
    pub project: String,
    /// Whether somebody can sign in to it.
    pub state: OwnerState,
    /// Whether the log shows its sits by default.
    pub shown: bool,
    /// Sits that are not deleted.
    pub sits: u32,
    /// Deleted sits.
    pub deleted: u32,
    /// Sits whose last change its server does not have.
    pub unsent: u32,
    /// Sits that stay on this device only.
    pub local_only: u32,
}

/// State of an owner of sits on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum OwnerState {
    /// The account is signed in.
    SignedIn,
    /// The account is signed out. As far as is known it can be signed in to again.
    SignedOut,
    /// The account was deleted from its server.
    Deleted,
    /// Another account has its address in its project now.
    Replaced,
    /// No account: nobody was signed in.
    Nobody,
}

impl OwnerState {
    /// True if the account cannot be signed in to again.
    #[must_use]
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Deleted | Self::Replaced)
    }
}

/// How a sync is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SyncState {
    /// Nothing waits, here or there, as far as is known.
    Synced,
    /// A long backlog is on its way.
    Syncing,
    /// Something waits to be sent, or to be asked for.
    Waiting,
    /// The person has to do something.
    ActionNeeded,
    /// Nobody is signed in any more.
    SignedOut,
}

/// How far a backlog has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Progress {
    /// Sits that were sent.
    pub done: u32,
    /// Sits that there were to send.
    pub total: u32,
}

/// What the person has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SyncNeed {
    /// Sign in again.
    SignIn,
    /// The account is gone: sign in to another one.
    AccountGone,
    /// The account's sits were erased elsewhere: say what becomes of those here.
    Erased,
    /// Say whether sits that are nobody's are the account's.
    Adopt,
    /// Decide whether the sits of an account that is gone become this account's: see [`SyncView::adopt_from`].
    AdoptFrom,
    /// Enter the project's key again: it is not accepted.
    Key,
    /// Ask whoever runs the project: the account is blocked.
    Blocked,
    /// See to it that the server is as it must be.
    ServerMisconfigured,
    /// Update Zafu.
    TooOld,
    /// Look at what the server will not have.
    Rejected,
}

/// What the person proves themselves with. It is in no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Who wants to be signed in, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignInRequest {
    /// Where the project is.
    pub url: String,
    /// Its publishable key.
    pub key: String,
    /// The account's address.
    pub email: String,
    /// What shows that it is theirs.
    pub how: Proof,
}

/// What shows that an account is somebody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Proof {
    /// Its password.
    Password(Secret),
    /// A code that was sent to its address.
    Code(Secret),
}

/// Who wants a code by mail, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CodeRequest {
    /// Where the project is.
    pub url: String,
    /// Its publishable key.
    pub key: String,
    /// The account's address.
    pub email: String,
}

/// What came of signing in or up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignedInView {
    /// So many sits that were nobody's are the account's now.
    pub adopted: u32,
    /// Nobody is signed in yet: a mail was sent to the address.
    pub mail_sent: bool,
}

/// A sit that the server will not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeadLetterView {
    /// The sit.
    pub sit: SitRecord,
    /// What the server says of it.
    pub code: String,
}

/// The project that was last used, or that this build is made for; both empty if there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProjectView {
    /// Where it is.
    pub url: String,
    /// Its publishable key.
    pub key: String,
}

/// What one sync has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    /// Sits that the server has since then as they are here.
    pub pushed: u32,
    /// Sits that are new or changed here.
    pub pulled: u32,
    /// Sits that still wait.
    pub pending: u32,
    /// Sits that the server will not have.
    pub rejected: u32,
}

/// What a client asks of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SyncRequest {
    /// How it stands.
    Status,
    /// The project to begin with.
    Project,
    /// Sign in.
    SignIn(SignInRequest),
    /// Make an account.
    SignUp(SignInRequest),
    /// Have a code sent.
    SendCode(CodeRequest),
    /// Sign out. Nothing is removed here.
    SignOut,
    /// Erase all that the server has of the account. The sits stay on this device.
    Erase,
    /// Say whether sits that are nobody's are the account's.
    Adopt(bool),
    /// Every owner of sits on this device.
    Owners,
    /// Move all sits of another account to the signed-in one, with the user's consent.
    AdoptFrom {
        /// The account that has them.
        owner: UserId,
        /// The user has confirmed that this account may still be in use. Needed unless it is known to be gone.
        confirmed: bool,
    },
    /// Leave the sits of another account where they are, and ask no more until the next sign-in.
    DeclineFrom(UserId),
    /// Say whether sits that were erased elsewhere are sent again, or stay here only.
    AfterErasure {
        /// They are sent again.
        upload: bool,
    },
    /// Sync now, to its end.
    Now,
    /// What the server will not have.
    DeadLetters,
    /// All of that, as it was sent.
    ExportDeadLetters,
    /// Send that again.
    RetryDeadLetters,
    /// Whether the server is as it must be.
    Check,
}

/// What is answered to that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SyncReply {
    /// How it stands; none: there never was an account.
    Status(Option<SyncView>),
    /// The project to begin with.
    Project(ProjectView),
    /// Somebody is signed in, or a mail was sent.
    SignedIn(SignedInView),
    /// It was done.
    Done,
    /// Every owner of sits on this device: the account in use first.
    Owners(Vec<OwnerView>),
    /// This many sits were moved from another account, deleted ones included.
    Adopted(u32),
    /// A sync has come to its end, and how it stands now.
    Synced(SyncReport, Option<SyncView>),
    /// What the server will not have.
    DeadLetters(Vec<DeadLetterView>),
    /// What the server will not have, whole.
    Exported(serde_json::Value),
    /// What the server says is wrong with it; none: nobody is signed in to one.
    Checked(Option<Vec<String>>),
}
