//! Commands for the window itself and for quitting.

use crate::exit;
use crate::invitation::ToShow;
use tauri::{AppHandle, State, WebviewWindow};
use zafu_core::message;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{ErrorCode, IpcError, Secret};

/// Returns the link of an invitation that the system opened before the window listened. The window listens for the event
/// `join` first, which brings each later link, and then calls this once.
#[tauri::command]
pub fn take_join_link(to_show: State<'_, ToShow>) -> Option<Secret> {
    to_show.take()
}

/// Enters or leaves full screen.
#[tauri::command]
pub fn set_fullscreen(window: WebviewWindow, on: bool) -> Result<(), IpcError> {
    let failed = |error: tauri::Error| {
        IpcError::new(ErrorCode::Engine, message!("engine-fault", reason = error.to_string()))
    };
    window.set_fullscreen(on).map_err(failed)
}

/// Ends the running sit, keeps the time sat, and quits. The window has asked the user. Fails, and does not quit, if the
/// sit cannot be saved.
#[tauri::command]
pub async fn quit_app(app: AppHandle, engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.end_sit_to_quit().await?;
    exit::quit(&app);
    Ok(())
}
