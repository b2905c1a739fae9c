//! Commands for the log.

use tauri::State;
use zafu_core::ids::SessionId;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{IpcError, LogOwner, LogRequest, OwnerView, SitRecord};

/// Returns sessions for the log, newest first.
#[tauri::command]
pub async fn list_sits(
    engine: State<'_, EngineHandle>,
    limit: u32,
    before: Option<SessionId>,
    owner: LogOwner,
) -> Result<Vec<SitRecord>, IpcError> {
    engine.sessions(LogRequest { limit, before, owner }).await
}

/// Returns every owner of sits on this device, the account in use first.
#[tauri::command]
pub async fn list_owners(engine: State<'_, EngineHandle>) -> Result<Vec<OwnerView>, IpcError> {
    engine.owners().await
}

/// Replaces the note and the label of a session.
#[tauri::command]
pub async fn edit_sit(
    engine: State<'_, EngineHandle>,
    id: SessionId,
    note: String,
    label: String,
) -> Result<(), IpcError> {
    engine.edit_sit(id, note, label).await
}

/// Marks a session as deleted; `restore_sit` undoes it.
#[tauri::command]
pub async fn delete_sit(engine: State<'_, EngineHandle>, id: SessionId) -> Result<(), IpcError> {
    engine.delete_sit(id).await
}

/// Undoes the deletion of a session.
#[tauri::command]
pub async fn restore_sit(engine: State<'_, EngineHandle>, id: SessionId) -> Result<(), IpcError> {
    engine.restore_sit(id).await
}
