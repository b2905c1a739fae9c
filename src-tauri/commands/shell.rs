//! Commands for the window itself and for quitting.

use crate::exit;
use crate::invitation::ToShow;
use tauri::{AppHandle, State, WebviewWindow};
use zafu_core::message;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{ErrorCode, IpcError, Secret};

/// Returns the link of an invitation that the system has opened and no window has shown yet. The window asks for it when it
/// begins to listen for the event `join`, and after each of these events.
#[tauri::command]
pub fn get_join_link(to_show: State<'_, ToShow>) -> Option<Secret> {
    to_show.link()
}

/// Drops a link that the window has shown.
#[tauri::command]
pub fn join_link_shown(to_show: State<'_, ToShow>, link: Secret) {
    to_show.shown(&link);
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
