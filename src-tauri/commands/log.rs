//! Commands for the log.

use super::save_file;
use tauri::{State, WebviewWindow};
use zafu_core::ids::SessionRef;
use zafu_core::label::LabelKey;
use zafu_core::message;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{
    ErrorCode, InsightPeriod, InsightView, IpcError, LabelLook, LabelView, LogPage, LogQuery,
    OwnerView, SitChange, SitEntry,
};

/// The most sits that the window reads at once.
const MAX_PAGE: u32 = 1_000;

/// Returns a page of the log.
#[tauri::command]
pub async fn log_page(
    engine: State<'_, EngineHandle>,
    query: LogQuery,
) -> Result<LogPage, IpcError> {
    let limit = query.limit.min(MAX_PAGE);
    engine.log().sits(LogQuery { limit, ..query }).await
}

/// Returns the figures of the log.
#[tauri::command]
pub async fn get_insight(
    engine: State<'_, EngineHandle>,
    period: InsightPeriod,
) -> Result<InsightView, IpcError> {
    engine.log().insight(period).await
}

/// Returns every owner of sits on this device, the account in use first.
#[tauri::command]
pub async fn list_owners(engine: State<'_, EngineHandle>) -> Result<Vec<OwnerView>, IpcError> {
    engine.log().owners().await
}

/// Adds a sit that was not timed on this device.
#[tauri::command]
pub async fn add_sit(
    engine: State<'_, EngineHandle>,
    entry: SitEntry,
) -> Result<SessionRef, IpcError> {
    engine.log().add_sit(entry).await
}

/// Changes what the user can correct of a session.
#[tauri::command]
pub async fn edit_sit(
    engine: State<'_, EngineHandle>,
    session: SessionRef,
    change: SitChange,
) -> Result<(), IpcError> {
    engine.log().edit_sit(session, change).await
}

/// Marks sessions as deleted; `restore_sits` undoes it.
#[tauri::command]
pub async fn delete_sits(
    engine: State<'_, EngineHandle>,
    sessions: Vec<SessionRef>,
) -> Result<(), IpcError> {
    engine.log().delete_sits(sessions).await
}

/// Undoes the deletion of sessions.
#[tauri::command]
pub async fn restore_sits(
    engine: State<'_, EngineHandle>,
    sessions: Vec<SessionRef>,
) -> Result<(), IpcError> {
    engine.log().restore_sits(sessions).await
}

/// Sets the label of sessions; the empty text removes it.
#[tauri::command]
pub async fn set_label(
    engine: State<'_, EngineHandle>,
    sessions: Vec<SessionRef>,
    key: String,
) -> Result<(), IpcError> {
    engine.log().set_label(sessions, key).await
}

/// Returns the labels that the user can choose, by name.
#[tauri::command]
pub async fn list_labels(engine: State<'_, EngineHandle>) -> Result<Vec<LabelView>, IpcError> {
    engine.log().labels().await
}

/// Creates a label.
#[tauri::command]
pub async fn create_label(
    engine: State<'_, EngineHandle>,
    look: LabelLook,
) -> Result<LabelView, IpcError> {
    engine.log().create_label(look).await
}

/// Changes the name, the colour and the shape of a label.
#[tauri::command]
pub async fn change_label(
    engine: State<'_, EngineHandle>,
    key: LabelKey,
    look: LabelLook,
) -> Result<(), IpcError> {
    engine.log().change_label(key, look).await
}

/// Shows the sits of one label under another one.
#[tauri::command]
pub async fn merge_label(
    engine: State<'_, EngineHandle>,
    from: LabelKey,
    into: LabelKey,
) -> Result<(), IpcError> {
    engine.log().merge_label(from, into).await
}

/// Removes a label. Its sits stay.
#[tauri::command]
pub async fn delete_label(engine: State<'_, EngineHandle>, key: LabelKey) -> Result<(), IpcError> {
    engine.log().delete_label(key).await
}

/// Undoes a merge or a deletion of a label.
#[tauri::command]
pub async fn restore_label(engine: State<'_, EngineHandle>, key: LabelKey) -> Result<(), IpcError> {
    engine.log().restore_label(key).await
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
