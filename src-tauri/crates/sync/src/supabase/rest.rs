//! Calls the database functions of the sync over PostgREST.

use super::Supabase;
use crate::remote::{
    DigestResponse, Health, LabelsResponse, PullLimit, PullResponse, PushResponse, Remote,
    RemoteError,
};
use crate::wire::{self, HttpResponse};
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::label::Label;
use zafu_store::{Cursor, Outgoing};

impl Supabase {
    async fn call(
        &self,
        function: &str,
        token: Option<&str>,
        body: Vec<u8>,
    ) -> Result<HttpResponse, RemoteError> {
        self.http.post(&format!("/rest/v1/rpc/{function}"), token, body).await
    }

    /// Calls a function with the access token of `account`, or fails if another account is open.
    async fn call_as(
        &self,
        account: UserId,
        function: &str,
        body: Vec<u8>,
    ) -> Result<HttpResponse, RemoteError> {
        let token = self.account.token(account)?;
        self.call(function, Some(&token), body).await
    }
}

/// The path of a push. With `columns`, PostgREST passes the body on unchanged; without it, PostgREST parses the whole
/// body for the names of the columns, which takes twice as long as PostgreSQL takes to store the rows. Which columns
/// are named does not matter: the function has one unnamed parameter.
const PUSH: &str = "push_sessions?columns=sessions";

/// The path of a request that sends labels, with `columns` as [`PUSH`].
const SYNC_LABELS: &str = "sync_labels?columns=labels";

/// Returns the request body for a function without arguments.
fn no_arguments() -> Vec<u8> {
    b"{}".to_vec()
}

impl Remote for Supabase {
    async fn push(
        &self,
        account: UserId,
        rows: &[Outgoing],
        erasure_id: Option<Uuid>,
    ) -> Result<PushResponse, RemoteError> {
        let body = wire::push_body(rows.iter().map(|row| &row.session), erasure_id);
        self.call_as(account, PUSH, body).await?.push()
    }

    async fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        limit: PullLimit,
    ) -> Result<PullResponse, RemoteError> {
        self.call_as(account, "pull_sessions", wire::pull_body(after, limit)).await?.pull()
    }

    async fn sync_labels(
        &self,
        account: UserId,
        labels: &[Label],
        erasure_id: Option<Uuid>,
    ) -> Result<LabelsResponse, RemoteError> {
        let body = wire::labels_body(labels, erasure_id);
        self.call_as(account, SYNC_LABELS, body).await?.labels()
    }

    async fn digest(&self, account: UserId) -> Result<DigestResponse, RemoteError> {
        self.call_as(account, "digest_sessions", no_arguments()).await?.digest()
    }

    async fn erase(&self, account: UserId) -> Result<Uuid, RemoteError> {
        self.call_as(account, "erase_account", no_arguments()).await?.erase()
    }

    async fn refresh(&self, account: UserId) -> Result<(), RemoteError> {
        self.account.refresh(&self.http, account).await
    }

    async fn health(&self) -> Result<Health, RemoteError> {
        self.call("zafu_health", None, no_arguments()).await?.health()
    }
}
