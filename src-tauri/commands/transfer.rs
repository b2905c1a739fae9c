//! Commands for exports and backups.

use super::on_a_thread;
use crate::{dialogs, exit};
use std::sync::Arc;
use tauri::{AppHandle, State, WebviewWindow};
use zafu_core::message;
use zafu_engine::protocol::{
    BackupView, ErrorCode, ExportFormat, ExportedFile, IpcError, LogFilter, RestorePreview,
};
use zafu_engine::{CountedSits, DataFolder, EngineHandle, export};

/// Exports the selected sits to a file that the user chooses; returns `None` if the user cancels.
#[tauri::command]
pub async fn export_log(
    window: WebviewWindow,
    folder: State<'_, DataFolder>,
    filter: LogFilter,
    format: ExportFormat,
) -> Result<Option<ExportedFile>, IpcError> {
    let name = match format {
        ExportFormat::Csv => "zafu.csv",
        ExportFormat::Json => "zafu.json",
        ExportFormat::Calendar => "zafu.ics",
    };
    let Some(path) = dialogs::choose_target(&window, name).await else { return Ok(None) };
    let folder = folder.inner().clone();
    let exported = on_a_thread(move || export::export_log(&folder, &filter, format, &path));
    Ok(Some(exported.await??))
}

/// Returns the backups, newest first.
#[tauri::command]
pub async fn list_backups(
    folder: State<'_, DataFolder>,
    counted: State<'_, Arc<CountedSits>>,
) -> Result<Vec<BackupView>, IpcError> {
    let (folder, counted) = (folder.inner().clone(), Arc::clone(&counted));
    Ok(on_a_thread(move || zafu_engine::backups(&folder, &counted)).await??)
}

/// Takes a backup.
#[tauri::command]
pub async fn make_backup(engine: State<'_, EngineHandle>) -> Result<BackupView, IpcError> {
    engine.imports().back_up().await
}

/// Returns what restoring a backup would change.
#[tauri::command]
pub async fn preview_restore(
    folder: State<'_, DataFolder>,
    number: u32,
) -> Result<RestorePreview, IpcError> {
    let folder = folder.inner().clone();
    on_a_thread(move || zafu_engine::restore_preview(&folder, number)).await?
}

/// Quits, and starts again with the backup with this number. The user has confirmed what it changes, as `shown`. Fails, and does not quit, during a
/// sit or an import, and while changes are not on disk.
#[tauri::command]
pub async fn restore_backup(
    app: AppHandle,
    engine: State<'_, EngineHandle>,
    folder: State<'_, DataFolder>,
    number: u32,
    shown: RestorePreview,
) -> Result<(), IpcError> {
    if engine.state().await?.sit.is_some() {
        return Err(IpcError::new(ErrorCode::Rejected, message!("engine-restore-during-sit")));
    }
    if engine.imports().is_busy() {
        return Err(IpcError::new(ErrorCode::Rejected, message!("engine-restore-during-import")));
    }
    let preview = preview_restore(folder, number).await?;
    if preview != shown {
        return Err(IpcError::new(ErrorCode::Rejected, message!("engine-restore-changed")));
    }
    engine.prepare_to_quit().await?;
    exit::restore_backup(&app, number);
    Ok(())
}
