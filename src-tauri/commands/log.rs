//! Commands for the log.

use super::save_file;
use crate::log_session::KeptLog;
use serde_json::Value;
use tauri::{State, WebviewWindow};
use zafu_core::message;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{ErrorCode, IpcError, LogFilter, LogRequest, UndoEntry};

/// Carries out a request to the log, and keeps `undo` for it if it has succeeded.
#[tauri::command]
pub async fn request_log(
    engine: State<'_, EngineHandle>,
    kept: State<'_, KeptLog>,
    request: LogRequest,
    undo: Option<UndoEntry>,
) -> Result<Value, IpcError> {
    let result = engine.log().request(request).await?;
    if let Some(undo) = undo {
        kept.push(undo, &result);
    }
    Ok(result)
}

/// Forgets a change that was undone, or that never can be.
#[tauri::command]
pub fn drop_undo(kept: State<'_, KeptLog>, id: u32) {
    kept.drop_undo(id);
}

/// Keeps the filter of the log for the next window.
#[tauri::command]
pub fn keep_log_filter(kept: State<'_, KeptLog>, filter: LogFilter) -> Result<(), IpcError> {
    kept.keep_filter(filter)
}

/// Writes a picture to a file that the user chooses, and returns its path; `None` if the user cancels. `name` is the
/// suggested file name, whose extension is that of the picture.
#[tauri::command]
pub async fn save_picture(
    window: WebviewWindow,
    name: String,
    picture: Vec<u8>,
) -> Result<Option<String>, IpcError> {
    let is_plain = !name.contains(['/', '\\', ':']) && !name.starts_with('.');
    if !is_plain || !(name.ends_with(".png") || name.ends_with(".svg")) {
        let message = message!("engine-not-a-picture", name = name.as_str());
        return Err(IpcError::new(ErrorCode::BadRequest, message));
    }
    save_file(&window, &name, &picture).await
}
