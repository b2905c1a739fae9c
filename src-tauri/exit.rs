//! Quitting: a quit by the user during a sit asks first; a quit by the system saves and does not ask.

use crate::importing::Importing;
use crate::tray_visibility;
use crate::window::{self, Reason};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Manager};
use zafu_core::settings::CloseWhenIdle;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::ErrorCode;

/// State of the exit.
#[derive(Default)]
pub struct ExitState {
    /// True once a quit is decided: then nothing prevents the exit when the last window closes.
    is_decided: AtomicBool,
    /// True once the user was notified how to return to a sit that neither a window nor the tray shows.
    was_notified: AtomicBool,
    /// True while a quit waits for an import, until a window is shown.
    is_waiting: AtomicBool,
    /// The number of the backup that the next start restores, if the user wants it.
    to_restore: Mutex<Option<u32>>,
}

/// Quits. An import that runs is finished first, without a window; opening one keeps Zafu running.
pub fn quit(app: &AppHandle) {
    if !is_importing(app) {
        exit(app, 0);
        return;
    }
    quit_after_import(app);
    if let Some(window) = app.get_webview_window(window::LABEL)
        && let Err(error) = window.destroy()
    {
        tracing::warn!(%error, "the window was not closed");
    }
}

/// Quits without waiting for an import: it is cancelled, and nothing is imported.
#[cfg(unix)]
pub fn quit_at_once(app: &AppHandle) {
    exit(app, 0);
}

/// Returns whether an import of the window runs, or a request of any client about imports.
fn is_importing(app: &AppHandle) -> bool {
    app.state::<Importing>().is_running() || app.state::<EngineHandle>().imports().is_busy()
}

/// Waits for the import that runs, and quits then, unless the user has opened a window or begun a sit meanwhile, or the import
/// has failed, which a window shows. What is only read for the window is cancelled.
fn quit_after_import(app: &AppHandle) {
    if app.state::<ExitState>().is_waiting.swap(true, Ordering::SeqCst) {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let (engine, importing) = (app.state::<EngineHandle>(), app.state::<Importing>());
        let is_sitting = async || engine.state().await.is_ok_and(|state| state.sit.is_some());
        let was_sitting = is_sitting().await;
        if !importing.is_running() {
            // It does not fail.
            let _ = engine.imports().cancel().await;
        }
        importing.ended().await;
        while engine.imports().is_busy() {
            // It fails only if the engine has stopped.
            let _ = engine.imports().finish().await;
        }
        let is_waiting = app.state::<ExitState>().is_waiting.swap(false, Ordering::SeqCst);
        if is_waiting && !importing.has_failed() && (was_sitting || !is_sitting().await) {
            exit(&app, 0);
        }
    });
}

/// Drops a quit that waits for an import.
pub fn stay(app: &AppHandle) {
    app.state::<ExitState>().is_waiting.store(false, Ordering::SeqCst);
}

/// Quits, and starts Zafu again with the backup with this number.
pub fn restore_backup(app: &AppHandle, number: u32) {
    let state = app.state::<ExitState>();
    *state.to_restore.lock().unwrap_or_else(PoisonError::into_inner) = Some(number);
    exit(app, 0);
}

/// Starts Zafu again if a backup is to be restored. Called when the engine has stopped.
pub fn start_again(app: &AppHandle) {
    let state = app.state::<ExitState>();
    let to_restore = *state.to_restore.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(number) = to_restore else { return };
    let started = tauri::process::current_binary(&app.env()).and_then(|program| {
        Command::new(program).arg("--restore-backup").arg(number.to_string()).spawn()
    });
    if let Err(error) = started {
        tracing::error!(%error, number, "Zafu was not started again to restore a backup");
    }
}

/// Quits with the exit code of a failure: the window could not be shown.
pub fn fail(app: &AppHandle) {
    exit(app, 1);
}

fn exit(app: &AppHandle, code: i32) {
    app.state::<ExitState>().is_decided.store(true, Ordering::SeqCst);
    app.exit(code);
}

/// Quits, or asks in the window first if a sit is running. Does not quit while changes are unsaved: the window says so.
pub fn quit_or_ask(app: &AppHandle) {
    if is_sit_running(app) {
        window::show(app, Reason::AskToQuit);
    } else if save_all(app) {
        quit(app);
    } else {
        window::show(app, Reason::Show);
    }
}

/// Saves all changes that are not on disk yet. Returns true if quitting would lose nothing.
fn save_all(app: &AppHandle) -> bool {
    match app.state::<EngineHandle>().prepare_to_quit().wait() {
        // A stopped engine has no unsaved changes in memory.
        Err(error) => error.code != ErrorCode::NotSaved,
        Ok(()) => true,
    }
}

/// Returns whether the process quits as its last window closes: never during a sit, never on macOS, and otherwise as
/// the settings say.
pub fn quits_with_last_window(app: &AppHandle) -> bool {
    let state = app.state::<ExitState>();
    if state.is_decided.load(Ordering::SeqCst) {
        return true;
    }
    if state.is_waiting.load(Ordering::SeqCst) {
        return false;
    }
    let engine = app.state::<EngineHandle>();
    if is_sit_running(app) {
        let was_notified = state.was_notified.swap(true, Ordering::SeqCst);
        if !was_notified && !tray_visibility::is_visible(app) {
            engine.notify_sit_continues();
        }
        return false;
    }
    if !save_all(app) {
        window::show(app, Reason::Show);
        return false;
    }
    if cfg!(target_os = "macos") {
        return false;
    }
    let settings = engine.settings().wait();
    let stays = settings.is_ok_and(|settings| settings.close_when_idle == CloseWhenIdle::Tray);
    // Without a tray icon nothing would show that Zafu is still running.
    if stays && tray_visibility::is_visible(app) {
        return false;
    }
    let is_importing = is_importing(app);
    if is_importing {
        quit_after_import(app);
    }
    !is_importing
}

fn is_sit_running(app: &AppHandle) -> bool {
    app.state::<EngineHandle>().state().wait().is_ok_and(|state| state.sit.is_some())
}
