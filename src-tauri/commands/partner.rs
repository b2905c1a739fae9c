//! Commands for the profile, the weekly target and the partner.

use tauri::State;
use zafu_core::partnership::Privacy;
use zafu_core::profile::WeeklyTarget;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{
    InvitationPreview, InvitationView, IpcError, PartnerView, ProfileView, Secret, WeekProgress,
};

/// Returns what this device knows of the profile, the target and the partner.
#[tauri::command]
pub async fn get_partner(engine: State<'_, EngineHandle>) -> Result<PartnerView, IpcError> {
    engine.partner().view().await
}

/// Returns how far the week is that the lotus shows.
#[tauri::command]
pub async fn get_week(engine: State<'_, EngineHandle>) -> Result<WeekProgress, IpcError> {
    engine.partner().week().await
}

/// Returns the open invitation, or creates one.
#[tauri::command]
pub async fn invite_partner(engine: State<'_, EngineHandle>) -> Result<InvitationView, IpcError> {
    engine.partner().invite().await
}

/// Withdraws the open invitation.
#[tauri::command]
pub async fn withdraw_invitation(engine: State<'_, EngineHandle>) -> Result<PartnerView, IpcError> {
    engine.partner().withdraw().await
}

/// Returns the address of the server that the invitation in `text` names; `None` if there is none. Asks nobody.
#[tauri::command(async)]
pub fn invitation_host(text: Secret) -> Option<String> {
    zafu_engine::invitation_host(&text)
}

/// Returns who invites with the invitation in `text`.
#[tauri::command]
pub async fn preview_invitation(
    engine: State<'_, EngineHandle>,
    text: Secret,
) -> Result<InvitationPreview, IpcError> {
    engine.partner().preview(text).await
}

/// Accepts the invitation in `text`, and sets whether notes and labels stay on the devices of the account.
#[tauri::command]
pub async fn accept_invitation(
    engine: State<'_, EngineHandle>,
    text: Secret,
    keep_texts: bool,
) -> Result<PartnerView, IpcError> {
    engine.partner().accept(text, keep_texts).await
}

/// Sets the profile.
#[tauri::command]
pub async fn set_profile(
    engine: State<'_, EngineHandle>,
    profile: ProfileView,
) -> Result<PartnerView, IpcError> {
    engine.partner().set_profile(profile).await
}

/// Sets the number of sits that the user wants to sit in a week.
#[tauri::command]
pub async fn set_target(
    engine: State<'_, EngineHandle>,
    target: WeeklyTarget,
) -> Result<PartnerView, IpcError> {
    engine.partner().set_target(target).await
}

/// Sets what the partner sees of the user's sits.
#[tauri::command]
pub async fn set_privacy(
    engine: State<'_, EngineHandle>,
    level: Privacy,
) -> Result<PartnerView, IpcError> {
    engine.partner().set_privacy(level).await
}

/// Bows to the partner.
#[tauri::command]
pub async fn bow(engine: State<'_, EngineHandle>) -> Result<PartnerView, IpcError> {
    engine.partner().bow().await
}

/// Leaves the partnership. The window has asked the user.
#[tauri::command]
pub async fn leave_partner(engine: State<'_, EngineHandle>) -> Result<PartnerView, IpcError> {
    engine.partner().leave().await
}
