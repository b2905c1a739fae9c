//! Commands for the account and its sync. They may wait for the server, without blocking the engine.

use super::save_file;
use tauri::{State, WebviewWindow};
use zafu_core::ids::UserId;
use zafu_core::message;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{
    CodeRequest, DeadLetterView, ErrorCode, IpcError, ProjectView, SignInRequest, SignedInView,
};

/// Returns the project of the last account, or the one for which this build was made.
#[tauri::command]
pub async fn account_project(engine: State<'_, EngineHandle>) -> Result<ProjectView, IpcError> {
    engine.account().project().await
}

/// Signs in.
#[tauri::command]
pub async fn account_sign_in(
    engine: State<'_, EngineHandle>,
    request: SignInRequest,
) -> Result<SignedInView, IpcError> {
    engine.account().sign_in(request).await
}

/// Creates an account.
#[tauri::command]
pub async fn account_sign_up(
    engine: State<'_, EngineHandle>,
    request: SignInRequest,
) -> Result<SignedInView, IpcError> {
    engine.account().sign_up(request).await
}

/// Has a sign-in code mailed.
#[tauri::command]
pub async fn account_send_code(
    engine: State<'_, EngineHandle>,
    request: CodeRequest,
) -> Result<(), IpcError> {
    engine.account().send_code(request).await
}

/// Signs out. Removes nothing from this device.
#[tauri::command]
pub async fn account_sign_out(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.account().sign_out().await
}

/// Erases the account's sits from the server. The window has asked the user.
#[tauri::command]
pub async fn account_erase(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.account().erase().await
}

/// Chooses whether notes and labels stay on the devices of the account, for all of them.
#[tauri::command]
pub async fn set_keeps_texts(engine: State<'_, EngineHandle>, keeps: bool) -> Result<(), IpcError> {
    engine.account().set_keeps_texts(keeps).await
}

/// Assigns the sits without an owner to the account, or declines them.
#[tauri::command]
pub async fn account_adopt(engine: State<'_, EngineHandle>, adopt: bool) -> Result<(), IpcError> {
    engine.account().adopt(adopt).await
}

/// Moves the sits of a closed account to the signed-in one, or leaves them. Returns how many
/// were moved.
#[tauri::command]
pub async fn account_adopt_from(
    engine: State<'_, EngineHandle>,
    owner: UserId,
    adopt: bool,
) -> Result<u32, IpcError> {
    match adopt {
        true => engine.account().adopt_from(owner, false).await,
        false => engine.account().decline_from(owner).await.map(|()| 0),
    }
}

/// Resolves an erasure by another device: uploads the sits of this device again, or keeps them on this device only.
#[tauri::command]
pub async fn account_after_erasure(
    engine: State<'_, EngineHandle>,
    upload: bool,
) -> Result<(), IpcError> {
    engine.account().after_erasure(upload).await
}

/// Syncs until nothing is left to do.
#[tauri::command]
pub async fn sync_now(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.account().sync_now().await.map(drop)
}

/// Returns the dead letters.
#[tauri::command]
pub async fn list_dead_letters(
    engine: State<'_, EngineHandle>,
) -> Result<Vec<DeadLetterView>, IpcError> {
    engine.account().dead_letters().await
}

/// Sends the dead letters again.
#[tauri::command]
pub async fn retry_dead_letters(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.account().retry_dead_letters().await
}

/// Writes the dead letters to a file that the user chooses, and returns its path; `None` if the user cancels.
#[tauri::command]
pub async fn export_dead_letters(
    window: WebviewWindow,
    engine: State<'_, EngineHandle>,
) -> Result<Option<String>, IpcError> {
    let dead_letters = engine.account().export_dead_letters().await?;
    let text = serde_json::to_vec_pretty(&dead_letters).map_err(|error| {
        IpcError::new(ErrorCode::Engine, message!("engine-fault", reason = error.to_string()))
    })?;
    save_file(&window, "zafu-dead-letters.json", &text).await
}
