//! The window itself, and the end of the program.

use crate::exit;
use tauri::{AppHandle, State, WebviewWindow};
use zafu_engine::Engine;
use zafu_engine::protocol::{ErrorCode, IpcError};
use zafu_engine::runner::Runner;

/// Fills the screen, or no longer does.
#[tauri::command]
pub fn set_fullscreen(window: WebviewWindow, on: bool) -> Result<(), IpcError> {
    let failed = |error: tauri::Error| IpcError::new(ErrorCode::Refused, error.to_string());
    window.set_fullscreen(on).map_err(failed)
}

/// Ends the sit that runs, keeps what was sat, and quits: the person has been asked. Stays if that cannot be saved.
#[tauri::command]
pub async fn quit_app(app: AppHandle, engine: State<'_, Engine>) -> Result<(), IpcError> {
    engine.run(Runner::end_to_quit).await?;
    exit::now(&app);
    Ok(())
}
