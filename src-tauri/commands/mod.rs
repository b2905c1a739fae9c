//! Tauri commands: each calls one method of the engine or of the system, and contains no other logic.

pub mod account;
pub mod log;
pub mod settings;
pub mod shell;
pub mod sit;

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
