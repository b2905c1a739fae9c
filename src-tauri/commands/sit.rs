//! Commands for the running sit.

use super::on_a_thread;
use tauri::State;
use zafu_core::ids::SessionId;
use zafu_core::timer::{Answer, OvertimeAnswer};
use zafu_engine::EngineHandle;
use zafu_engine::adapters::bells;
use zafu_engine::protocol::{BellCheck, EngineState, IpcError, StartRequest};

/// Returns the state of the engine.
#[tauri::command]
pub async fn get_state(engine: State<'_, EngineHandle>) -> Result<EngineState, IpcError> {
    engine.state().await
}

/// Starts a sit and saves its row before responding.
#[tauri::command]
pub async fn start_sit(
    engine: State<'_, EngineHandle>,
    request: StartRequest,
) -> Result<EngineState, IpcError> {
    engine.start_sit(request).await
}

/// Pauses the sit.
#[tauri::command]
pub async fn pause_sit(engine: State<'_, EngineHandle>) -> Result<EngineState, IpcError> {
    engine.pause_sit().await
}

/// Resumes the paused sit.
#[tauri::command]
pub async fn resume_sit(engine: State<'_, EngineHandle>) -> Result<EngineState, IpcError> {
    engine.resume_sit().await
}

/// Ends the sit and keeps the time sat.
#[tauri::command]
pub async fn end_sit(
    engine: State<'_, EngineHandle>,
    overtime: Option<OvertimeAnswer>,
) -> Result<EngineState, IpcError> {
    engine.end_sit(overtime).await
}

/// Ends the sit and discards it.
#[tauri::command]
pub async fn discard_sit(engine: State<'_, EngineHandle>) -> Result<EngineState, IpcError> {
    engine.discard_sit().await
}

/// Resolves the gap of an unsettled sit.
#[tauri::command]
pub async fn resolve_sit(
    engine: State<'_, EngineHandle>,
    id: SessionId,
    answer: Answer,
) -> Result<EngineState, IpcError> {
    engine.resolve_sit(Some(id), answer).await
}

/// Removes the finished sit from the state.
#[tauri::command]
pub async fn dismiss_finished(engine: State<'_, EngineHandle>) -> Result<EngineState, IpcError> {
    engine.dismiss_finished().await
}

/// Checks whether a bell can be played.
#[tauri::command]
pub async fn check_bell() -> Result<BellCheck, IpcError> {
    on_a_thread(bells::check).await
}
