//! The sit that runs.

use super::on_a_thread;
use tauri::State;
use zafu_core::ids::SessionId;
use zafu_core::timer::{Answer, OvertimeAnswer};
use zafu_engine::Engine;
use zafu_engine::adapters::bells;
use zafu_engine::protocol::{BellCheck, EngineState, IpcError, StartRequest};

/// The state of things.
#[tauri::command]
pub async fn get_state(engine: State<'_, Engine>) -> Result<EngineState, IpcError> {
    engine.run(|runner| Ok(runner.state())).await
}

/// Begins a sit; it is on disk when this answers.
#[tauri::command]
pub async fn start_sit(
    engine: State<'_, Engine>,
    request: StartRequest,
) -> Result<EngineState, IpcError> {
    engine.run(move |runner| runner.start(request)).await
}

/// Lets the sit stand still.
#[tauri::command]
pub async fn pause_sit(engine: State<'_, Engine>) -> Result<EngineState, IpcError> {
    engine.run(|runner| runner.pause()).await
}

/// Lets the sit go on.
#[tauri::command]
pub async fn resume_sit(engine: State<'_, Engine>) -> Result<EngineState, IpcError> {
    engine.run(|runner| runner.resume()).await
}

/// Ends the sit and keeps what was sat.
#[tauri::command]
pub async fn end_sit(
    engine: State<'_, Engine>,
    overtime: Option<OvertimeAnswer>,
) -> Result<EngineState, IpcError> {
    engine.run(move |runner| runner.end(overtime)).await
}

/// Ends the sit and throws it away.
#[tauri::command]
pub async fn discard_sit(engine: State<'_, Engine>) -> Result<EngineState, IpcError> {
    engine.run(|runner| runner.discard()).await
}

/// Takes the person's word on an unsettled sit.
#[tauri::command]
pub async fn resolve_sit(
    engine: State<'_, Engine>,
    id: SessionId,
    answer: Answer,
) -> Result<EngineState, IpcError> {
    engine.run(move |runner| runner.resolve(Some(id), answer)).await
}

/// The person has seen that the sit has ended.
#[tauri::command]
pub async fn dismiss_finished(engine: State<'_, Engine>) -> Result<EngineState, IpcError> {
    engine.run(|runner| Ok(runner.dismiss_finished())).await
}

/// Whether bells will be heard.
#[tauri::command]
pub async fn check_bell() -> Result<BellCheck, IpcError> {
    on_a_thread(bells::check).await
}
