//! Tauri commands: each calls one method of the engine or of the system, and contains no other logic.

pub mod account;
pub mod log;
pub mod settings;
pub mod shell;
pub mod sit;

use std::path::Path;
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
    let dialog = rfd::AsyncFileDialog::new().set_parent(window).set_file_name(name);
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    let dialog = match extension {
        Some(extension) => dialog.add_filter(extension.to_uppercase(), &[extension]),
        None => dialog,
    };
    let Some(file) = dialog.save_file().await else { return Ok(None) };
    let path = file.path().display().to_string();
    file.write(content).await.map_err(|error| {
        let message =
            message!("engine-file-not-written", file = path.as_str(), reason = error.to_string());
        IpcError::new(ErrorCode::Storage, message)
    })?;
    Ok(Some(path))
}
