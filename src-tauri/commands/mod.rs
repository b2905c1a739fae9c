//! Tauri commands: each calls one method of the engine or of the system, and contains no other logic.

pub mod account;
pub mod import;
pub mod log;
pub mod partner;
pub mod settings;
pub mod shell;
pub mod sit;
pub mod transfer;

use crate::dialogs;
use tauri::WebviewWindow;
use zafu_core::message;
use zafu_engine::protocol::{ErrorCode, IpcError};

/// Runs `work`, which may block, on a separate thread.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, IpcError> {
    let failed = |error: tauri::Error| {
        IpcError::new(ErrorCode::Engine, message!("engine-fault", reason = error.to_string()))
    };
    tauri::async_runtime::spawn_blocking(work).await.map_err(failed)
}

/// Writes `content` to a file that the user chooses, and returns its path; `None` if the user cancels. `name` is the
/// suggested file name.
async fn save_file(
    window: &WebviewWindow,
    name: &str,
    content: &[u8],
) -> Result<Option<String>, IpcError> {
    let Some(path) = dialogs::choose_target(window, name).await else { return Ok(None) };
    let shown = path.display().to_string();
    let content = content.to_owned();
    on_a_thread(move || std::fs::write(path, content)).await?.map_err(|error| {
        let message =
            message!("engine-file-not-written", file = shown.as_str(), reason = error.to_string());
        IpcError::new(ErrorCode::Storage, message)
    })?;
    Ok(Some(shown))
}
