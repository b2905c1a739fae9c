//! A request to the server while it is in flight, and its response.

use crate::remote::{
    DigestResponse, Health, LabelsResponse, PartnerResponse, PullLimit, PullResponse, PushResponse,
    Remote, RemoteError,
};
use std::sync::Arc;
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::label::Label;
use zafu_core::time::BootTime;
use zafu_store::{Cursor, Outgoing, PartnerChanges};

/// A request to the server.
pub(crate) enum Request {
    RefreshToken,
    CheckHealth,
    Push {
        rows: Vec<Outgoing>,
        /// The last erasure that this device has agreed to.
        erasure_id: Option<Uuid>,
    },
    Pull {
        after: Option<Cursor>,
        limit: PullLimit,
        /// The last erasure that this device has agreed to.
        erasure_id: Option<Uuid>,
    },
    SyncLabels {
        labels: Vec<Label>,
        /// The last erasure that this device has agreed to.
        erasure_id: Option<Uuid>,
    },
    SyncPartner {
        changes: Box<PartnerChanges>,
        /// The number of the state that was read last.
        known_seq: Option<i64>,
        /// The last erasure that this device has agreed to.
        erasure_id: Option<Uuid>,
    },
    CompareDigests {
        /// How far the server was read.
        cursor: Option<Cursor>,
    },
}

/// A response, with what is needed of its request to apply it.
#[derive(Debug)]
pub(crate) enum Response {
    RefreshToken(Result<(), RemoteError>),
    CheckHealth(Result<Health, RemoteError>),
    Push {
        rows: Vec<Outgoing>,
        result: Result<PushResponse, RemoteError>,
    },
    Pull {
        after: Option<Cursor>,
        erasure_id: Option<Uuid>,
        result: Result<PullResponse, RemoteError>,
    },
    SyncLabels {
        labels: Vec<Label>,
        erasure_id: Option<Uuid>,
        result: Result<LabelsResponse, RemoteError>,
    },
    SyncPartner {
        changes: Box<PartnerChanges>,
        erasure_id: Option<Uuid>,
        result: Result<PartnerResponse, RemoteError>,
    },
    CompareDigests {
        cursor: Option<Cursor>,
        result: Result<DigestResponse, RemoteError>,
    },
}

/// A request that was answered or has failed. If it is dropped instead of applied, nothing has changed, and the request is
/// repeated.
#[derive(Debug)]
pub struct Completed {
    /// The number of the request.
    pub(crate) sequence: u64,
    pub(crate) account: UserId,
    pub(crate) started: BootTime,
    pub(crate) response: Box<Response>,
}

impl Request {
    /// Sends it in the name of `account`.
    pub(crate) async fn send<R: Remote>(self, account: UserId, remote: Arc<R>) -> Response {
        match self {
            Self::RefreshToken => Response::RefreshToken(remote.refresh(account).await),
            Self::CheckHealth => Response::CheckHealth(remote.health().await),
            Self::Push { rows, erasure_id } => {
                let result = remote.push(account, &rows, erasure_id).await;
                Response::Push { rows, result }
            }
            Self::Pull { after, limit, erasure_id } => {
                let result = remote.pull(account, after, limit).await;
                Response::Pull { after, erasure_id, result }
            }
            Self::SyncLabels { labels, erasure_id } => {
                let result = remote.sync_labels(account, &labels, erasure_id).await;
                Response::SyncLabels { labels, erasure_id, result }
            }
            Self::SyncPartner { changes, known_seq, erasure_id } => {
                let result = remote.sync_partner(account, &changes, known_seq, erasure_id).await;
                Response::SyncPartner { changes, erasure_id, result }
            }
            Self::CompareDigests { cursor } => {
                Response::CompareDigests { cursor, result: remote.digest(account).await }
            }
        }
    }
}

impl Response {
    pub(crate) const fn is_failure(&self) -> bool {
        match self {
            Self::RefreshToken(result) => result.is_err(),
            Self::CheckHealth(result) => result.is_err(),
            Self::Push { result, .. } => result.is_err(),
            Self::Pull { result, .. } => result.is_err(),
            Self::SyncLabels { result, .. } => result.is_err(),
            Self::SyncPartner { result, .. } => result.is_err(),
            Self::CompareDigests { result, .. } => result.is_err(),
        }
    }
}
