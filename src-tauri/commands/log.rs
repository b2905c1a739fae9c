//! Past sits.

use tauri::State;
use zafu_core::ids::SessionId;
use zafu_engine::Engine;
use zafu_engine::protocol::{IpcError, LogOwner, LogRequest, OwnerView, SitRecord};

/// A page of past sits, newest first.
#[tauri::command]
pub async fn list_sits(
    engine: State<'_, Engine>,
    limit: u32,
    before: Option<SessionId>,
    owner: LogOwner,
) -> Result<Vec<SitRecord>, IpcError> {
    engine.run(move |runner| runner.sits(&LogRequest { limit, before, owner })).await
}

/// Lists every owner of sits on this device, the account in use first.
#[tauri::command]
pub async fn list_owners(engine: State<'_, Engine>) -> Result<Vec<OwnerView>, IpcError> {
    engine.run(|runner| runner.owners()).await
}

/// Writes down what the person says of a sit.
#[tauri::command]
pub async fn edit_sit(
    engine: State<'_, Engine>,
    id: SessionId,
    note: String,
    label: String,
) -> Result<(), IpcError> {
    engine.run(move |runner| runner.edit(id, &note, &label)).await
}

/// Deletes a sit, so that it can be undone.
#[tauri::command]
pub async fn delete_sit(engine: State<'_, Engine>, id: SessionId) -> Result<(), IpcError> {
    engine.run(move |runner| runner.delete(id)).await
}

/// Takes a deletion back.
#[tauri::command]
pub async fn restore_sit(engine: State<'_, Engine>, id: SessionId) -> Result<(), IpcError> {
    engine.run(move |runner| runner.undelete(id)).await
}
