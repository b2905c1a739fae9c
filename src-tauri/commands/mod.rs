//! What the window can ask for: three lines each over the engine. No decision is taken here.

pub mod account;
pub mod log;
pub mod settings;
pub mod shell;
pub mod sit;

use zafu_engine::protocol::{ErrorCode, IpcError};

/// Runs `work`, which waits for the system, on a thread where it holds up neither the engine nor the window.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, IpcError> {
    let failed = |_| IpcError::new(ErrorCode::Engine, "A part of Zafu stopped. Please try again");
    tauri::async_runtime::spawn_blocking(work).await.map_err(failed)
}
