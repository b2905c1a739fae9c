//! The partner, as the process that runs the engine uses it: profile, weekly target, invitations, the shared week.
//!
//! What needs no network runs on the thread of the log, so that it delays no sit. A change is stored first and sent as soon
//! as possible.

mod local;
mod news;
mod weeks;

use crate::handle::{EngineHandle, Pending};
use crate::protocol::{
    InvitationPreview, InvitationView, IpcError, PartnerView, ProfileView, Secret, WeekProgress,
};
pub(crate) use local::{LocalPartner, RunningSit, profile};
pub(crate) use news::is_current;
use zafu_core::partnership::Privacy;
use zafu_core::profile::WeeklyTarget;

/// A handle on the profile, the weekly target and the partner of the account in use.
///
/// Every method can fail with [`ErrorCode::Storage`](crate::protocol::ErrorCode::Storage); then nothing was changed. Those
/// that change what only an account or a partnership has fail with
/// [`ErrorCode::Account`](crate::protocol::ErrorCode::Account) and
/// [`ErrorCode::Rejected`](crate::protocol::ErrorCode::Rejected) without one.
pub struct Partner<'a>(&'a EngineHandle);

impl<'a> Partner<'a> {
    pub(crate) const fn new(engine: &'a EngineHandle) -> Self {
        Self(engine)
    }

    /// Returns what this device knows of the profile, the target and the partner.
    pub fn view(&self) -> Pending<PartnerView> {
        self.0.run_log(|log| log.partner().view())
    }

    /// Sets the profile. A name, once set, can be changed and not removed.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`](crate::protocol::ErrorCode::BadRequest) if the name is not valid.
    pub fn set_profile(&self, profile: ProfileView) -> Pending<PartnerView> {
        self.change(move |partner| partner.set_profile(&profile))
    }

    /// Sets the number of sits that the user wants to sit in a week, with or without an account. It holds from the next
    /// shared week on.
    pub fn set_target(&self, target: WeeklyTarget) -> Pending<PartnerView> {
        self.change(move |partner| partner.set_target(target))
    }

    /// Sets what the partner sees of the user's sits.
    pub fn set_privacy(&self, level: Privacy) -> Pending<PartnerView> {
        self.change(move |partner| partner.set_privacy(level))
    }

    /// Bows to the partner. Does nothing if a bow waits to be sent.
    ///
    /// # Errors
    /// [`ErrorCode::Rejected`](crate::protocol::ErrorCode::Rejected) if the partner has not sat since the last bow.
    pub fn bow(&self) -> Pending<PartnerView> {
        self.change(|partner| partner.bow())
    }

    /// Leaves the partnership. The caller has asked the user.
    pub fn leave(&self) -> Pending<PartnerView> {
        self.change(|partner| partner.leave())
    }

    /// Returns the open invitation, or creates one. One that was created on this device is returned without a network too.
    ///
    /// # Errors
    /// [`ErrorCode::Network`](crate::protocol::ErrorCode::Network) if there is none and the server cannot be reached,
    /// [`ErrorCode::Rejected`](crate::protocol::ErrorCode::Rejected) if the user has a partner.
    pub async fn invite(&self) -> Result<InvitationView, IpcError> {
        self.0.sync().request(|account| async move { account.invite().await }).await
    }

    /// Withdraws the open invitation, if there is one.
    ///
    /// # Errors
    /// [`ErrorCode::Network`](crate::protocol::ErrorCode::Network) if the server cannot be reached.
    pub async fn withdraw(&self) -> Result<PartnerView, IpcError> {
        self.0.sync().request(|account| async move { account.withdraw_invitation().await }).await
    }

    /// Returns who invites with the invitation in `text`, and what has to be done before it can be accepted.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`](crate::protocol::ErrorCode::BadRequest) if there is no complete invitation in it,
    /// [`ErrorCode::Rejected`](crate::protocol::ErrorCode::Rejected) if it cannot be accepted,
    /// [`ErrorCode::Network`](crate::protocol::ErrorCode::Network) if the server cannot be reached.
    pub async fn preview(&self, text: Secret) -> Result<InvitationPreview, IpcError> {
        self.0
            .sync()
            .request(|account| async move { account.preview_invitation(&text.0).await })
            .await
    }

    /// Accepts the invitation in `text`. Accepting it again changes no more than the choice. `keep_texts` says whether notes
    /// and labels stay on the devices of the account. If they do, they stay also when the invitation is refused.
    ///
    /// # Errors
    /// As [`Self::preview`], and [`ErrorCode::Account`](crate::protocol::ErrorCode::Account) without an account of its
    /// project.
    pub async fn accept(&self, text: Secret, keep_texts: bool) -> Result<PartnerView, IpcError> {
        self.0
            .sync()
            .request(
                move |account| async move { account.accept_invitation(&text.0, keep_texts).await },
            )
            .await
    }

    /// Returns how far the week of the running sit is, or the current week if no sit runs.
    ///
    /// # Errors
    /// As described at [`Partner`].
    pub async fn week(&self) -> Result<WeekProgress, IpcError> {
        let running = self.0.running_sit().await?;
        self.0.run_log(move |log| log.partner().week(running)).await
    }

    /// Makes a change on this device, and has it sent.
    fn change(
        &self,
        change: impl FnOnce(LocalPartner<'_>) -> Result<PartnerView, IpcError> + Send + 'static,
    ) -> Pending<PartnerView> {
        let engine = self.0.clone();
        self.0.run_log(move |log| {
            let view = change(log.partner())?;
            engine.send_partner_changes();
            Ok(view)
        })
    }
}
