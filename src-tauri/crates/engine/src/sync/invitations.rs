//! Invitations to a partnership: creating, showing, withdrawing and accepting one. All but showing one that was created here
//! needs the network.

use super::account_session::{AccountSession, Done};
use crate::partner::{LocalPartner, profile};
use crate::protocol::{
    ErrorCode, InvitationNeed, InvitationPreview, InvitationView, IpcError, PartnerView, Secret,
};
use crate::view::moment;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use zafu_core::ids::UserId;
use zafu_core::invitation::{Invitation, InvitationCode, InvitationError};
use zafu_core::message;
use zafu_core::partnership::Refusal;
use zafu_core::time::WallTime;
use zafu_messages::text;
use zafu_store::{KeptInvitation, PartnerChanges, PartnerOutcomes, PartnerUpdate};
use zafu_sync::supabase::{Http, Project, Supabase};
use zafu_sync::{
    Answer, ErrorClass, Fault, Invitations, Inviter, PartnerResponse, Remote, RemoteError,
    ServerPartner, Wakeup,
};

impl AccountSession {
    /// Returns the open invitation, or creates one.
    pub async fn invite(&self) -> Result<Done<InvitationView>, IpcError> {
        let user = self.open_signed_in().await?;
        let now = self.now().wall.utc;
        let kept = self.store().kept_invitation(user)?;
        let kept = kept.filter(|kept| kept.expires_at.is_none_or(|at| at > now));
        let known_until = kept.as_ref().and_then(|kept| kept.expires_at);
        let code = match &kept {
            Some(kept) => kept.code.clone(),
            None => self.new_code(user)?,
        };
        let (code, expires_at) = match self.create_invitation(user, &code).await {
            Ok(Ok(at)) => (code, at),
            // It was accepted, withdrawn, or has expired.
            Ok(Err(Refusal::NotOpen)) if kept.is_some() => {
                let code = self.new_code(user)?;
                let answer = self.create_invitation(user, &code).await?;
                (code, answer.map_err(refused)?)
            }
            Ok(Err(refusal)) => {
                self.store().keep_invitation(user, None)?;
                return Err(refused(refusal));
            }
            Err(error) => match known_until {
                Some(at) => (code, at),
                None => return Err(error),
            },
        };
        let expires = Some(expires_at);
        let kept = KeptInvitation { code: code.clone(), expires_at: expires };
        self.store().keep_invitation(user, Some(kept))?;
        self.read_partner(user).await;
        let view = self.invitation_view(code, expires_at)?;
        Ok(Done { changes_partner: true, ..Done::waking(view, Wakeup::Request) })
    }

    /// Makes a code and keeps it before it is sent, so that the request can be repeated after its response was lost.
    fn new_code(&self, user: UserId) -> Result<InvitationCode, IpcError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| {
            IpcError::new(ErrorCode::Engine, message!("engine-fault", reason = error.to_string()))
        })?;
        let code = InvitationCode::new(random);
        let kept = KeptInvitation { code: code.clone(), expires_at: None };
        self.store().keep_invitation(user, Some(kept))?;
        Ok(code)
    }

    async fn create_invitation(
        &self,
        user: UserId,
        code: &InvitationCode,
    ) -> Result<Result<DateTime<Utc>, Refusal>, IpcError> {
        let offset = self.now().wall.offset;
        let day_start = self.store().settings()?.day_starts_at_hour;
        self.ask(user, |remote| {
            let code = code.clone();
            async move { remote.create_invitation(user, &code, offset, day_start).await }
        })
        .await
    }

    fn invitation_view(
        &self,
        code: InvitationCode,
        expires_at: DateTime<Utc>,
    ) -> Result<InvitationView, IpcError> {
        let account = self.store().account()?;
        let (project_url, publishable_key) =
            account.map(|account| (account.url, account.key)).unwrap_or_default();
        let link = Invitation { project_url, publishable_key, code }.to_link();
        let expires_at = self.local(expires_at);
        let text = text!("partner-invitation-text", link = link.as_str());
        Ok(InvitationView { link, text, expires_at })
    }

    /// Withdraws the open invitation, if there is one.
    pub async fn withdraw_invitation(&self) -> Result<Done<PartnerView>, IpcError> {
        let user = self.open_signed_in().await?;
        self.ask(user, |remote| async move { remote.withdraw_invitation(user).await.map(Ok) })
            .await?
            .map_err(refused)?;
        self.store().keep_invitation(user, None)?;
        self.partner_after(user).await
    }

    /// Returns who invites with the invitation in `text`, and what has to be done before it can be accepted.
    pub async fn preview_invitation(
        &self,
        text: &str,
    ) -> Result<Done<InvitationPreview>, IpcError> {
        let (Invitation { code, .. }, project) = parse(text)?;
        let account = self.store().signed_in()?;
        let needs = match &account {
            None => InvitationNeed::SignIn,
            Some(account) if account.url != project.url() => InvitationNeed::OtherProject,
            Some(_) => InvitationNeed::Nothing,
        };
        let inviter = match account.filter(|_| needs == InvitationNeed::Nothing) {
            Some(account) => {
                let user = account.id;
                self.open().await?;
                let answer = self.ask(user, |remote| {
                    let code = code.clone();
                    async move { remote.preview_invitation(user, &code).await }
                });
                Some(answer.await?.map_err(refused)?)
            }
            None => preview_without_account(project.clone(), &code).await?,
        };
        let url = project.url().to_owned();
        Ok(Done::new(InvitationPreview {
            profile: inviter.as_ref().map(|inviter| profile(&inviter.profile)),
            host: host(&url),
            url,
            key: project.key().to_owned(),
            expires_at: inviter.map(|inviter| self.local(inviter.expires_at)),
            needs,
        }))
    }

    /// Accepts the invitation in `text`. Accepting it again changes no more than the choice. `keep_texts` is the user's choice
    /// whether notes and labels stay on this device.
    pub async fn accept_invitation(
        &self,
        text: &str,
        keep_texts: bool,
    ) -> Result<Done<PartnerView>, IpcError> {
        let (Invitation { code, .. }, project) = parse(text)?;
        let user = self.open_signed_in().await?;
        let account = self.store().signed_in()?;
        if account.is_none_or(|account| account.url != project.url()) {
            let message = message!("partner-other-project", host = host(project.url()));
            return Err(IpcError::new(ErrorCode::Account, message));
        }
        if keep_texts {
            // Before the partnership: nothing may be sent that the user wants to keep. A refusal does not change the choice.
            self.store().set_keeps_texts(user, true)?;
        }
        let answer = self.ask(user, |remote| {
            let code = code.clone();
            async move { remote.accept_invitation(user, &code).await }
        });
        answer.await?.map_err(refused)?;
        self.store().set_keeps_texts(user, keep_texts)?;
        self.partner_after(user).await
    }

    /// Reads what the server has of the partner of `user` after a change, and returns the view of it.
    async fn partner_after(&self, user: UserId) -> Result<Done<PartnerView>, IpcError> {
        self.read_partner(user).await;
        let view = LocalPartner { store: self.store(), now: self.now().wall }.view()?;
        Ok(Done { changes_partner: true, ..Done::waking(view, Wakeup::Request) })
    }

    /// Reads what the server has of the partner of `user`, so that the change is shown at once. If that fails, the sync
    /// reads it later.
    async fn read_partner(&self, user: UserId) {
        let read = async {
            let erasure_id = self.store().signed_in()?.and_then(|account| account.erasure_id);
            let response = self.ask(user, |remote| async move {
                let nothing = PartnerChanges::default();
                remote.sync_partner(user, &nothing, None, erasure_id).await.map(Ok)
            });
            if let Ok(PartnerResponse::State(state)) = response.await? {
                let ServerPartner { profile, target, view, partner_seq, .. } = *state;
                let (sent, outcomes) = (PartnerChanges::default(), PartnerOutcomes::default());
                let at = self.now().wall.utc;
                let update =
                    PartnerUpdate { sent, outcomes, profile, target, view, partner_seq, at };
                self.store().apply_partner(user, update)?;
            }
            Ok::<_, IpcError>(())
        };
        if let Err(error) = read.await {
            tracing::warn!(%error, "the partner is read later");
        }
    }

    /// Calls the server about an invitation or the partner of `user`.
    async fn ask<T, R>(
        &self,
        user: UserId,
        call: impl Fn(Arc<Supabase>) -> R,
    ) -> Result<Result<T, Refusal>, IpcError>
    where
        R: Future<Output = Answer<T>>,
    {
        self.call(user, call).await?.map_err(failed)
    }

    fn local(&self, at: DateTime<Utc>) -> String {
        moment(WallTime::new(at, self.now().wall.offset))
    }
}

/// Returns the address of the server that [`Partner::preview`](crate::Partner::preview) asks about the invitation in `text`;
/// `None` if there is no valid one in it.
#[must_use]
pub fn invitation_host(text: &Secret) -> Option<String> {
    parse(&text.0).ok().map(|(_, project)| host(project.url()))
}

/// Finds the invitation in `text`, and its project.
fn parse(text: &str) -> Result<(Invitation, Project), IpcError> {
    let invitation = Invitation::parse(text)
        .map_err(|error: InvitationError| IpcError::new(ErrorCode::BadRequest, error.message()))?;
    let project =
        Project::new(&invitation.project_url, &invitation.publishable_key).map_err(|error| {
            let message = message!("partner-invitation-unusable", error = error.message());
            IpcError::new(ErrorCode::BadRequest, message)
        })?;
    Ok((invitation, project))
}

/// Returns who invites with `code`, as far as the project shows it without an account: one that is not up to date does not.
async fn preview_without_account(
    project: Project,
    code: &InvitationCode,
) -> Result<Option<Inviter>, IpcError> {
    let http = Http::new(project).map_err(failed)?;
    match http.preview_invitation(code).await {
        Ok(answer) => answer.map(Some).map_err(refused),
        Err(error) if matches!(error.class(), ErrorClass::Session | ErrorClass::SignIn) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// Returns the address of a project without its scheme.
fn host(url: &str) -> String {
    url.split_once("://").map_or(url, |(_, host)| host).to_owned()
}

fn refused(refusal: Refusal) -> IpcError {
    IpcError::new(ErrorCode::Rejected, refusal.message())
}

fn failed(error: RemoteError) -> IpcError {
    let cause = error.message();
    let message = match (&error.fault, error.class()) {
        (Fault::Unreachable, _) => message!("partner-no-network", error = cause),
        (Fault::TimedOut | Fault::InvalidResponse, _) => {
            message!("partner-not-known", error = cause)
        }
        (_, ErrorClass::SignIn | ErrorClass::Session | ErrorClass::Account) => return error.into(),
        _ => message!("partner-failed", error = cause),
    };
    let IpcError { code, .. } = error.into();
    IpcError::new(code, message)
}
