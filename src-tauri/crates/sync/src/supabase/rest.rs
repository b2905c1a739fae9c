//! The sits of an account, over PostgREST.

use super::Supabase;
use crate::remote::{DigestAnswer, Health, Page, PullAnswer, PushAnswer, Remote, RemoteError};
use crate::wire::{self, Response};
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::session::Session;
use zafu_store::Cursor;

impl Supabase {
    async fn call(
        &self,
        function: &str,
        token: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Response, RemoteError> {
        self.http.post(&format!("/rest/v1/rpc/{function}"), token, body).await
    }

    /// Calls in the name of `account`, or not at all.
    async fn call_as(
        &self,
        account: UserId,
        function: &str,
        body: Vec<u8>,
    ) -> Result<Response, RemoteError> {
        let token = self.account.token(account)?;
        self.call(function, Some(&token), body).await
    }
}

/// The function that takes sits. Where columns are named, PostgREST hands a body on as it is; without, it reads all of
/// it to look for their names, which takes it twice as long as PostgreSQL takes for the sits. Which are named does not
/// matter: the function takes one value without a name.
const PUSH: &str = "push_sessions?columns=sessions";

/// A function without arguments.
fn nothing() -> Vec<u8> {
    b"{}".to_vec()
}

impl Remote for Supabase {
    async fn push(
        &self,
        account: UserId,
        sits: &[Session],
        erased: Option<Uuid>,
    ) -> Result<PushAnswer, RemoteError> {
        self.call_as(account, PUSH, wire::push_body(sits, erased)).await?.push()
    }

    async fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        page: Page,
    ) -> Result<PullAnswer, RemoteError> {
        self.call_as(account, "pull_sessions", wire::pull_body(after, page)).await?.pull()
    }

    async fn digest(&self, account: UserId) -> Result<DigestAnswer, RemoteError> {
        self.call_as(account, "digest_sessions", nothing()).await?.digest()
    }

    async fn erase(&self, account: UserId) -> Result<Uuid, RemoteError> {
        self.call_as(account, "erase_account", nothing()).await?.erase()
    }

    async fn refresh(&self, account: UserId) -> Result<(), RemoteError> {
        self.account.refresh(&self.http, account).await
    }

    async fn health(&self) -> Result<Health, RemoteError> {
        self.call("zafu_health", None, nothing()).await?.health()
    }
}
