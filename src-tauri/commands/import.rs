//! Commands for imports. The window knows files by their names only: their paths stay here.

use crate::importing::Importing;
use crate::window::Reason;
use crate::{dialogs, window};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, DragDropEvent, Emitter, Manager, State, WebviewWindow};
use zafu_core::message;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{
    ChosenFiles, DateOrder, ErrorCode, ImportFiles, ImportProgress, ImportReading, ImportUndoView,
    ImportView, IpcError,
};

/// The number of choices whose paths are kept. The window uses the last one, or the one before it while it is busy.
const CHOICES_KEPT: usize = 8;

/// The paths of the files that the user has chosen or dropped.
#[derive(Default)]
pub struct Chosen(Mutex<Choices>);

#[derive(Default)]
struct Choices {
    last: u32,
    /// The latest last.
    files: Vec<(u32, Vec<PathBuf>)>,
}

impl Chosen {
    /// Keeps the paths and returns what the window may know of them.
    fn keep(&self, files: Vec<PathBuf>) -> ChosenFiles {
        let name = |path: &PathBuf| {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        };
        let names = files.iter().map(name).collect();
        let mut choices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        choices.last = choices.last.wrapping_add(1);
        let id = choices.last;
        choices.files.push((id, files));
        let forgotten = choices.files.len().saturating_sub(CHOICES_KEPT);
        choices.files.drain(..forgotten);
        ChosenFiles { id, names }
    }

    /// Returns the paths of a choice.
    fn files(&self, id: u32) -> Result<Vec<PathBuf>, IpcError> {
        let choices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = choices.files.iter().find(|choice| choice.0 == id);
        found
            .map(|choice| choice.1.clone())
            .ok_or_else(|| IpcError::new(ErrorCode::NotFound, message!("import-choose-again")))
    }
}

/// Tells the window that files are dragged over it, and which ones were dropped.
pub fn dragged(app: &AppHandle, event: &DragDropEvent) {
    let sent = match event {
        DragDropEvent::Enter { .. } => app.emit_to(window::LABEL, "files-over", true),
        DragDropEvent::Leave => app.emit_to(window::LABEL, "files-over", false),
        DragDropEvent::Drop { paths, .. } => {
            let chosen = app.state::<Chosen>().keep(paths.clone());
            app.emit_to(window::LABEL, "files-dropped", chosen)
        }
        _ => Ok(()),
    };
    if let Err(error) = sent {
        tracing::warn!(%error, "an event was not sent to the window");
    }
}

/// Opens a dialog for the files to import, and returns what the user has chosen; `None` if the user cancels.
#[tauri::command]
pub async fn choose_import_files(
    window: WebviewWindow,
    chosen: State<'_, Chosen>,
) -> Result<Option<ChosenFiles>, IpcError> {
    let files = dialogs::choose_files(&window).await;
    Ok(if files.is_empty() { None } else { Some(chosen.keep(files)) })
}

/// Reads files that the user has chosen, and returns what importing them would change.
#[tauri::command]
pub async fn read_import(
    engine: State<'_, EngineHandle>,
    chosen: State<'_, Chosen>,
    id: u32,
    zone: Option<String>,
    date_order: Option<DateOrder>,
    long_sits: bool,
    deleted_sits: bool,
) -> Result<ImportReading, IpcError> {
    let files = chosen.files(id)?;
    engine.imports().read(ImportFiles { files, zone, date_order, long_sits, deleted_sits }).await
}

/// Imports what was read as `number`. Returns `None` if there is nothing to import. If the window is closed meanwhile, the next
/// one can follow it; one is opened if it fails.
#[tauri::command]
pub async fn commit_import(
    app: AppHandle,
    engine: State<'_, EngineHandle>,
    importing: State<'_, Importing>,
    number: u32,
) -> Result<Option<ImportView>, IpcError> {
    let outcome = importing.run(engine.imports().commit(number)).await;
    if importing.has_failed() {
        window::show(&app, Reason::Show);
    }
    outcome.unwrap_or(Ok(None))
}

/// How an import has ended that an earlier window has begun.
#[derive(Serialize)]
pub struct FollowedImport {
    /// The import; `None` if there was nothing to import.
    imported: Option<ImportView>,
}

/// Waits for the import that an earlier window has begun. Returns `None` if there is none that a window has not shown.
#[tauri::command]
pub async fn follow_import(
    importing: State<'_, Importing>,
) -> Result<Option<FollowedImport>, IpcError> {
    let outcome = importing.follow().await.transpose()?;
    Ok(outcome.map(|imported| FollowedImport { imported }))
}

/// Discards what was read.
#[tauri::command]
pub async fn discard_import(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.imports().discard().await
}

/// Returns how far the reading or import is that runs.
#[tauri::command]
pub async fn import_progress(engine: State<'_, EngineHandle>) -> Result<ImportProgress, IpcError> {
    engine.imports().progress().await
}

/// Cancels the reading or import that runs.
#[tauri::command]
pub async fn cancel_import(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.imports().cancel().await
}

/// Returns the imports, newest first.
#[tauri::command]
pub async fn list_imports(engine: State<'_, EngineHandle>) -> Result<Vec<ImportView>, IpcError> {
    engine.imports().list().await
}

/// Returns what undoing an import would change.
#[tauri::command]
pub async fn preview_import_undo(
    engine: State<'_, EngineHandle>,
    id: i64,
) -> Result<ImportUndoView, IpcError> {
    engine.imports().preview_undo(id).await
}

/// Undoes an import.
#[tauri::command]
pub async fn undo_import(engine: State<'_, EngineHandle>, id: i64) -> Result<ImportView, IpcError> {
    engine.imports().undo(id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_gets_names_and_the_paths_of_the_last_choices_are_kept() {
        let chosen = Chosen::default();
        let first = chosen.keep(vec!["/home/me/a.csv".into(), "/media/b.json".into()]);
        assert_eq!(first.names, ["a.csv", "b.json"]);
        let second = chosen.keep(vec!["/home/me/c.csv".into()]);
        let files = chosen.files(first.id).unwrap();
        assert_eq!(files, [PathBuf::from("/home/me/a.csv"), "/media/b.json".into()]);
        assert_eq!(chosen.files(second.id).unwrap(), [PathBuf::from("/home/me/c.csv")]);
        for _ in 0..CHOICES_KEPT {
            chosen.keep(Vec::new());
        }
        let error = chosen.files(second.id).unwrap_err();
        assert_eq!(
            (error.code, error.message.id.as_ref()),
            (ErrorCode::NotFound, "import-choose-again")
        );
    }
}
