//! What a server must be able to do, and how it can fail.

use std::fmt;
use std::future::Future;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;
use zafu_store::{Cursor, UnreadableRow};

/// A server that keeps sits.
///
/// Each call but [`Remote::health`] is made in the name of one account. An implementation sends the token of that
/// account or answers [`Fault::OtherAccount`]: whoever is signed in by now must never lend their name to it.
pub trait Remote {
    /// Sends whole sits. `erased` is the last erasure that this device knows of.
    fn push(
        &self,
        account: UserId,
        sits: &[Session],
        erased: Option<Uuid>,
    ) -> impl Future<Output = Result<PushAnswer, RemoteError>> + Send;

    /// Reads what follows `after`, or all there is.
    fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        page: Page,
    ) -> impl Future<Output = Result<PullAnswer, RemoteError>> + Send;

    /// Asks for a digest of all there is.
    fn digest(
        &self,
        account: UserId,
    ) -> impl Future<Output = Result<DigestAnswer, RemoteError>> + Send;

    /// Erases all there is. Returns the id of the erasure.
    fn erase(&self, account: UserId) -> impl Future<Output = Result<Uuid, RemoteError>> + Send;

    /// Asks for a new token, after one was not taken. Whoever asks at the same time gets the same answer.
    fn refresh(&self, account: UserId) -> impl Future<Output = Result<(), RemoteError>> + Send;

    /// Asks the server how it is. Needs no account.
    fn health(&self) -> impl Future<Output = Result<Health, RemoteError>> + Send;
}

/// How much to read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Sits.
    pub rows: u32,
    /// Bytes.
    pub bytes: u32,
}

/// What a server says to sits that were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushAnswer {
    /// It took them in.
    Taken {
        /// What it says of each, as far as it could be read.
        verdicts: Vec<Judged>,
        /// Where it stood before.
        before: Cursor,
        /// Where it stands now.
        after: Cursor,
    },
    /// It took nothing: the account's sits were erased, and this device did not say that it knows.
    Erased(Uuid),
}

/// What a server says of one sit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Which.
    pub id: SessionId,
    /// What.
    pub word: Word,
}

/// What can be said of a sit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It is there as it was sent.
    There,
    /// It is there, joined with what was known before.
    Merged(Box<Session>),
    /// The same, but this version of Zafu cannot read what came of it.
    Unreadable(UnreadableRow),
    /// It is not taken, for good, and why.
    Refused(String),
}

/// What a server says to a question for what it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullAnswer {
    /// A part of it.
    Page {
        /// The sits.
        rows: Vec<Session>,
        /// Those that this version of Zafu cannot read.
        unreadable: Vec<UnreadableRow>,
        /// What to ask from next time.
        next: Cursor,
        /// Whether something follows.
        more: bool,
        /// The last erasure.
        erased: Option<Uuid>,
        /// Whether the cursor was too old for the server to tell whether it was restored since: compare digests.
        compare: bool,
    },
    /// It does not know the cursor: it was restored from an older state, or is another one.
    Diverged,
}

/// All that a server has of an account, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestAnswer {
    /// How many sits, deleted ones too.
    pub count: u64,
    /// As [`crate::digest`] makes it.
    pub digest: String,
}

/// How a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The oldest version of Zafu that it serves.
    pub oldest_client: String,
    /// What is wrong with it: tables that are not protected, privileges that are too many or too few.
    pub findings: Vec<String>,
    /// How many sits it takes at once.
    pub rows_a_push: u32,
    /// How many bytes it takes at once.
    pub bytes_a_push: u32,
    /// A digest of all that it says: another one means that the server was changed.
    pub fingerprint: String,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteError {
    /// What happened.
    pub fault: Fault,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
}

/// What can happen to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody was reached: no network, no such name.
    Unreachable,
    /// The server's certificate is not trusted. The connection was closed before anything was sent.
    Untrusted(Distrust),
    /// No answer came in time. The server may have done what was asked.
    TimedOut,
    /// It was no answer of the server's: a page of a captive portal, or one that was cut off.
    Unreadable,
    /// There is a token, but for another account.
    OtherAccount,
    /// The gateway before the server does not take the project's key.
    KeyRefused,
    /// The server, or someone before it, said no.
    Answer {
        /// The status of HTTP.
        status: u16,
        /// Its own code: an SQLSTATE, a code of PostgREST's or of the auth server's.
        code: Option<String>,
    },
}

/// Why the certificate of a server is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It was issued by nobody whom this computer trusts, or by the server itself.
    #[error(
        "its issuer is not trusted by this computer; something on this network may be intercepting the connection"
    )]
    Issuer,
    /// It belongs to another host name.
    #[error("it belongs to another address")]
    Name,
    /// It has expired, or the clock of this computer is ahead.
    #[error("it has expired; check the date of this computer")]
    Expired,
    /// It is not valid yet, or the clock of this computer is behind.
    #[error("it is not valid yet; check the date of this computer")]
    NotYetValid,
    /// This computer trusts no issuer at all.
    #[error("this computer has no list of trusted issuers; install its package ca-certificates")]
    NoIssuers,
    /// Anything else that is wrong with it.
    #[error("it is not valid")]
    Other,
}

impl From<Fault> for RemoteError {
    fn from(fault: Fault) -> Self {
        Self { fault, retry_after: None }
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Fault::Unreachable => f.write_str("the server was not reached"),
            Fault::Untrusted(why) => {
                write!(f, "the server's certificate is not trusted, so nothing was sent: {why}")
            }
            Fault::TimedOut => f.write_str("no answer came in time"),
            Fault::Unreadable => f.write_str("what answered was not the server, or was cut off"),
            Fault::OtherAccount => f.write_str("another account is signed in"),
            Fault::KeyRefused => f.write_str("the project does not accept its key"),
            Fault::Answer { status, code: Some(code) } => {
                write!(f, "the server said {status} {code}")
            }
            Fault::Answer { status, code: None } => write!(f, "the server said {status}"),
        }
    }
}

impl std::error::Error for RemoteError {}
