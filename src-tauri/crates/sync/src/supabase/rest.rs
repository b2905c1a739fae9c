//! Calls the database functions of the sync over PostgREST.

use super::{Http, Supabase};
use crate::remote::{
    Answer, DigestResponse, Health, Invitations, Inviter, LabelsResponse, PartnerResponse,
    PullLimit, PullResponse, PushResponse, Remote, RemoteError,
};
use crate::wire::{self, HttpResponse};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zafu_core::day::DayStart;
use zafu_core::ids::{PartnershipId, UserId};
use zafu_core::invitation::InvitationCode;
use zafu_core::label::Label;
use zafu_core::time::UtcOffset;
use zafu_store::{Cursor, Outgoing, PartnerChanges};

impl Http {
    async fn call(
        &self,
        function: &str,
        token: Option<&str>,
        body: Vec<u8>,
    ) -> Result<HttpResponse, RemoteError> {
        self.post(&format!("/rest/v1/rpc/{function}"), token, body).await
    }

    /// Returns who invites with `code`, without signing in.
    ///
    /// # Errors
    /// A failure of the request. A server whose schema is older than 4 responds that a sign-in is needed.
    pub async fn preview_invitation(&self, code: &InvitationCode) -> Answer<Inviter> {
        self.call(PREVIEW_INVITATION, None, wire::code_body(code)).await?.inviter()
    }
}

impl Supabase {
    /// Calls a function with the access token of `account`, or fails if another account is open.
    async fn call_as(
        &self,
        account: UserId,
        function: &str,
        body: Vec<u8>,
    ) -> Result<HttpResponse, RemoteError> {
        let token = self.account.token(account)?;
        self.http.call(function, Some(&token), body).await
    }
}

/// The path of a push. With `columns`, PostgREST passes the body on unchanged; without it, PostgREST parses the whole
/// body for the names of the columns, which takes twice as long as PostgreSQL takes to store the rows. Which columns
/// are named does not matter: the function has one unnamed parameter.
const PUSH: &str = "push_sessions?columns=sessions";

/// The path of a request that sends labels, with `columns` as [`PUSH`].
const SYNC_LABELS: &str = "sync_labels?columns=labels";

/// The path of a request about the partner, with `columns` as [`PUSH`].
const SYNC_PARTNER: &str = "sync_partner?columns=profile";

/// The path of a preview, with `columns` as [`PUSH`].
const PREVIEW_INVITATION: &str = "preview_invitation?columns=code";

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

    async fn sync_partner(
        &self,
        account: UserId,
        changes: &PartnerChanges,
        known_seq: Option<i64>,
        erasure_id: Option<Uuid>,
    ) -> Result<PartnerResponse, RemoteError> {
        let body = wire::partner_body(changes, known_seq, erasure_id);
        self.call_as(account, SYNC_PARTNER, body).await?.partner()
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
        self.http.call("zafu_health", None, no_arguments()).await?.health()
    }
}

impl Invitations for Supabase {
    async fn create_invitation(
        &self,
        account: UserId,
        code: &InvitationCode,
        utc_offset: UtcOffset,
        day_start: DayStart,
    ) -> Answer<DateTime<Utc>> {
        let body = wire::invitation_body(code, utc_offset, day_start);
        self.call_as(account, "create_invitation?columns=code_hash", body)
            .await?
            .created_invitation()
    }

    async fn preview_invitation(&self, account: UserId, code: &InvitationCode) -> Answer<Inviter> {
        let body = wire::code_body(code);
        self.call_as(account, PREVIEW_INVITATION, body).await?.inviter()
    }

    async fn preview_invitation_without_account(&self, code: &InvitationCode) -> Answer<Inviter> {
        self.http.preview_invitation(code).await
    }

    async fn accept_invitation(
        &self,
        account: UserId,
        code: &InvitationCode,
    ) -> Answer<PartnershipId> {
        let body = wire::code_body(code);
        self.call_as(account, "accept_invitation?columns=code", body).await?.accepted_invitation()
    }

    async fn withdraw_invitation(&self, account: UserId) -> Result<(), RemoteError> {
        let response = self.call_as(account, "withdraw_invitation", no_arguments()).await?;
        response.withdrawn_invitation()
    }
}
