//! The trait of a server, its responses, and the ways in which a call can fail.

use crate::error_class::{ErrorClass, classify};
use chrono::{DateTime, Utc};
use std::future::Future;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::day::DayStart;
use zafu_core::ids::{PartnershipId, SessionId, UserId};
use zafu_core::invitation::InvitationCode;
use zafu_core::label::{Label, LabelKey};
use zafu_core::message;
use zafu_core::message::Message;
use zafu_core::partnership::{PartnerView, Refusal};
use zafu_core::profile::{Profile, WeeklyTarget};
use zafu_core::session::{Register, Session};
use zafu_core::time::UtcOffset;
use zafu_store::{Cursor, Outgoing, PartnerChanges, PartnerOutcomes, RowOutcome, UnreadableRow};

/// A server that stores the sessions of its users.
///
/// Each call except [`Remote::health`] is made in the name of one account. An implementation sends the token of that
/// account or fails with [`Fault::OtherAccount`]: the token of another account is never used for it.
pub trait Remote: Send + Sync {
    /// Sends whole sessions. `erasure_id` is the last erasure that this device has agreed to.
    fn push(
        &self,
        account: UserId,
        rows: &[Outgoing],
        erasure_id: Option<Uuid>,
    ) -> impl Future<Output = Result<PushResponse, RemoteError>> + Send;

    /// Reads rows after the cursor `after`; from the beginning if there is none.
    fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        limit: PullLimit,
    ) -> impl Future<Output = Result<PullResponse, RemoteError>> + Send;

    /// Sends whole labels, and reads all labels of the account. `erasure_id` is the last erasure that this device has agreed
    /// to.
    fn sync_labels(
        &self,
        account: UserId,
        labels: &[Label],
        erasure_id: Option<Uuid>,
    ) -> impl Future<Output = Result<LabelsResponse, RemoteError>> + Send;

    /// Sends what the user has changed about their profile, target and partner, and reads all of it. `known_seq` is the
    /// number of the state that was read last; `erasure_id` is the last erasure that this device has agreed to.
    fn sync_partner(
        &self,
        account: UserId,
        changes: &PartnerChanges,
        known_seq: Option<i64>,
        erasure_id: Option<Uuid>,
    ) -> impl Future<Output = Result<PartnerResponse, RemoteError>> + Send;

    /// Reads the digest of all rows.
    fn digest(
        &self,
        account: UserId,
    ) -> impl Future<Output = Result<DigestResponse, RemoteError>> + Send;

    /// Erases all rows. Returns the id of the erasure.
    fn erase(&self, account: UserId) -> impl Future<Output = Result<Uuid, RemoteError>> + Send;

    /// Gets a new access token. Concurrent calls share one refresh and its result.
    fn refresh(&self, account: UserId) -> impl Future<Output = Result<(), RemoteError>> + Send;

    /// Runs the server's health check. Needs no account.
    fn health(&self) -> impl Future<Output = Result<Health, RemoteError>> + Send;
}

/// A server on which users invite each other.
///
/// Unlike the calls of [`Remote`], these are made at the user's request and are not repeated by themselves. A refusal is a
/// regular response.
pub trait Invitations: Send + Sync {
    /// Creates an invitation with the hash of `code`, and withdraws the last one. Called again, it changes nothing.
    /// `utc_offset` and `day_start` are those of the inviting user. Returns when the invitation expires.
    fn create_invitation(
        &self,
        account: UserId,
        code: &InvitationCode,
        utc_offset: UtcOffset,
        day_start: DayStart,
    ) -> impl Future<Output = Answer<DateTime<Utc>>> + Send;

    /// Returns who invites with `code`.
    fn preview_invitation(
        &self,
        account: UserId,
        code: &InvitationCode,
    ) -> impl Future<Output = Answer<Inviter>> + Send;

    /// Returns who invites with `code`, for a user who is not signed in. The only refusal is [`Refusal::NotOpen`], which
    /// is not counted as an attempt.
    fn preview_invitation_without_account(
        &self,
        code: &InvitationCode,
    ) -> impl Future<Output = Answer<Inviter>> + Send;

    /// Accepts the invitation with `code`. Called again, it returns the same partnership, also after it has ended.
    fn accept_invitation(
        &self,
        account: UserId,
        code: &InvitationCode,
    ) -> impl Future<Output = Answer<PartnershipId>> + Send;

    /// Withdraws the open invitation of the user, if there is one.
    fn withdraw_invitation(
        &self,
        account: UserId,
    ) -> impl Future<Output = Result<(), RemoteError>> + Send;
}

/// The response to a call about an invitation, or the server's refusal, or a failure of the call.
pub type Answer<T> = Result<Result<T, Refusal>, RemoteError>;

/// The user who invites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inviter {
    /// The profile.
    pub profile: Profile,
    /// When the invitation expires.
    pub expires_at: DateTime<Utc>,
}

/// How much to read in one pull, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullLimit {
    /// Rows.
    pub rows: u32,
    /// Bytes.
    pub bytes: u32,
}

/// The response to a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushResponse {
    /// The push was carried out.
    Stored {
        /// The outcome of each row, as far as it could be read.
        outcomes: Vec<(SessionId, RowOutcome)>,
        /// The server's cursor before the push.
        before: Cursor,
        /// The server's cursor after it.
        after: Cursor,
    },
    /// Nothing was stored: the account's sessions were erased, and this device has not agreed to that erasure.
    Erased(Uuid),
}

/// The response to a pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullResponse {
    /// The next rows.
    Rows {
        /// The sessions.
        rows: Vec<Session>,
        /// Rows that this version of Zafu cannot read.
        unreadable: Vec<UnreadableRow>,
        /// The cursor after these rows.
        next: Cursor,
        /// Whether more rows follow.
        more: bool,
        /// The last erasure.
        erasure_id: Option<Uuid>,
        /// Whether the cursor was too old for the server to know whether it was restored since: compare digests.
        compare: bool,
        /// The sequence number of the last change of the account's labels; `None` if the server does not know labels.
        labels_seq: Option<i64>,
        /// The number of the state of the account's partner; `None` if the server does not know partners.
        partner_seq: Option<i64>,
        /// Whether notes and labels stay on the devices of the account; `None` if the server does not store that.
        keeps_texts: Option<Register<bool>>,
    },
    /// The server does not know the cursor: it was restored from a backup, or is another one.
    Diverged,
}

/// The response to a request that sent labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelsResponse {
    /// The labels were merged.
    Merged {
        /// All labels of the account.
        labels: Vec<Label>,
        /// The keys of labels that this version of Zafu cannot read.
        unreadable: Vec<LabelKey>,
        /// The labels that were rejected, with the server's codes.
        rejected: Vec<(LabelKey, String)>,
        /// The sequence number of the last change of the account's labels.
        labels_seq: i64,
        /// The server's cursor before the request.
        before: Cursor,
        /// The server's cursor after it.
        after: Cursor,
    },
    /// Nothing was stored: the account's data were erased, and this device has not agreed to that erasure.
    Erased(Uuid),
}

/// The response to a request about the partner of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartnerResponse {
    /// What was sent was carried out or rejected, part by part.
    State(Box<ServerPartner>),
    /// Nothing was stored: the account's data were erased, and this device has not agreed to that erasure.
    Erased(Uuid),
}

/// What the server has about the partner of an account, after it has carried out a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerPartner {
    /// The outcome of each part of the request.
    pub outcomes: PartnerOutcomes,
    /// The profile; none if nothing has changed, or if this version of Zafu cannot read it.
    pub profile: Option<Register<Profile>>,
    /// The weekly target; none as for the profile.
    pub target: Option<Register<WeeklyTarget>>,
    /// What the user sees; none if nothing has changed.
    pub view: Option<PartnerView>,
    /// The number of this state.
    pub partner_seq: i64,
}

/// The digest of all rows of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestResponse {
    /// The number of rows, including deleted ones.
    pub count: u64,
    /// As made by [`crate::digest`].
    pub digest: String,
}

/// The result of a server's health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The oldest version of Zafu that it serves.
    pub oldest_client: String,
    /// Its faults: unprotected tables, excessive or missing privileges.
    pub findings: Vec<String>,
    /// The largest push that it accepts, in rows.
    pub rows_a_push: u32,
    /// The largest push that it accepts, in bytes.
    pub bytes_a_push: u32,
    /// A digest of the whole result. It changes if the server was changed.
    pub fingerprint: String,
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteError {
    /// What happened.
    pub fault: Fault,
    /// The server's `Retry-After`: the time before which it should not be called again.
    pub retry_after: Option<Duration>,
}

impl RemoteError {
    /// Classifies the failure.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        classify(&self.fault)
    }

    /// Returns what has failed, without what follows from it for the user's data.
    #[must_use]
    pub fn message(&self) -> Message {
        match &self.fault {
            Fault::Unreachable => message!("server-unreachable"),
            Fault::Untrusted(why) => why.message(),
            Fault::TimedOut => message!("server-timed-out"),
            Fault::InvalidResponse => message!("server-invalid-response"),
            Fault::OtherAccount => message!("server-other-account"),
            Fault::KeyRejected => message!("server-key-rejected"),
            Fault::Status { status, code: Some(code) } => {
                message!("server-status-code", status = u32::from(*status), code = code.as_str())
            }
            Fault::Status { status, code: None } => {
                message!("server-status", status = u32::from(*status))
            }
        }
    }

    /// Returns the reason for a dead letter: the code of the server, or what comes closest to one.
    #[must_use]
    pub(crate) fn reason(&self) -> String {
        match &self.fault {
            Fault::Status { code: Some(code), .. } => code.clone(),
            Fault::Status { status, code: None } => status.to_string(),
            _ => self.message().id.into_owned(),
        }
    }
}

/// The ways in which a call can fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server could not be reached: no network, or no such host.
    Unreachable,
    /// The server's certificate is not trusted. The connection was closed before anything was sent.
    Untrusted(Distrust),
    /// No response came in time. The server may have carried out the request.
    TimedOut,
    /// The response was not the server's: the page of a captive portal, or truncated.
    InvalidResponse,
    /// There is a token, but for another account.
    OtherAccount,
    /// The gateway in front of the server does not accept the project's key.
    KeyRejected,
    /// The server, or a gateway in front of it, responded with an error.
    Status {
        /// The status of HTTP.
        status: u16,
        /// An SQLSTATE, or a code of PostgREST or of the auth server.
        code: Option<String>,
    },
}

/// The ways in which a certificate can be untrusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// Its issuer is unknown to this computer, or it is self-signed.
    Issuer,
    /// It is for another host name.
    Name,
    /// It has expired, or the clock of this computer is ahead.
    Expired,
    /// It is not valid yet, or the clock of this computer is behind.
    NotYetValid,
    /// This computer trusts no issuer.
    NoIssuers,
    /// Any other fault.
    Other,
}

impl Distrust {
    pub(crate) fn message(self) -> Message {
        let cause = match self {
            Self::Issuer => message!("server-certificate-issuer"),
            Self::Name => message!("server-certificate-name"),
            Self::Expired => message!("server-certificate-expired"),
            Self::NotYetValid => message!("server-certificate-not-yet-valid"),
            Self::NoIssuers => message!("server-certificate-no-issuers"),
            Self::Other => message!("server-certificate-invalid"),
        };
        message!("server-untrusted", cause = cause)
    }
}

impl From<Fault> for RemoteError {
    fn from(fault: Fault) -> Self {
        Self { fault, retry_after: None }
    }
}

zafu_core::message_error!(RemoteError);
