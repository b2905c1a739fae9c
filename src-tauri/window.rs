//! The window. It is created when it is shown and destroyed when it is closed, which frees most of the memory while a
//! sit continues. It opens at its last position.

use crate::exit;
use crate::importing::Importing;
use crate::log_session::KeptLog;
use crate::startup::Restored;
use serde::Serialize;
use std::sync::{Mutex, PoisonError};
use tauri::plugin::TauriPlugin;
use tauri::utils::config::BackgroundThrottlingPolicy;
use tauri::window::Color;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry};
use zafu_core::ids::SessionId;
use zafu_core::settings::{Settings, Theme};
use zafu_engine::DataFolder;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{EngineState, LogSession};

/// Label of the window, also in capabilities and events.
pub const LABEL: &str = "main";

/// Data that is defined in the window before its first script runs, so that its first frame is complete.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    engine_state: &'a EngineState,
    settings: &'a Settings,
    quit_asked: bool,
    note_asked: bool,
    restored: Option<Restored>,
    /// Whether an import runs, or has ended and no window has shown it.
    importing: bool,
    log: LogSession,
}

/// Returns the plugin that saves the window's position, in the data folder: the plugin joins the file name to a folder
/// of its own, which an absolute path replaces.
pub fn state_plugin(folder: &DataFolder) -> TauriPlugin<Wry> {
    let builder = tauri_plugin_window_state::Builder::default();
    let path = folder.path().join("window.json");
    match path.to_str() {
        Some(path) => builder.with_filename(path).build(),
        // The plugin takes only UTF-8 paths. Otherwise it uses its own folder.
        None => builder.build(),
    }
}

/// Removes the folder that the plugin makes although its file is elsewhere, if it is empty.
pub fn remove_empty_folder(app: &AppHandle) {
    if let Ok(folder) = app.path().app_config_dir() {
        let _ = std::fs::remove_dir(folder);
    }
}

/// Locked while the window is created, so that two requests create one window.
#[derive(Default)]
pub struct MakeLock(tokio::sync::Mutex<()>);

/// The backup that was restored before the start, until a window has shown it.
pub struct ToShow(pub Mutex<Option<Restored>>);

/// Why the window is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user or another process has requested it.
    Show,
    /// To ask the user whether to quit during a sit.
    AskToQuit,
    /// To open the note of this session.
    AddNote(SessionId),
}

/// Shows the window without blocking, and creates it first if there is none.
pub fn show(app: &AppHandle, reason: Reason) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = show_now(&app, reason).await {
            tracing::error!(%error, "the window could not be made");
        }
    });
}

/// As [`show`], and returns once the window exists.
///
/// # Errors
/// The window cannot be created.
pub async fn show_now(app: &AppHandle, reason: Reason) -> Result<(), String> {
    let lock = app.state::<MakeLock>();
    let _guard = lock.0.lock().await;
    exit::stay(app);
    if let Some(window) = app.get_webview_window(LABEL) {
        raise(&window);
        tell(app, reason);
        return Ok(());
    }
    make(app, reason).await.map_err(|error| error.to_string())
}

fn raise(window: &WebviewWindow) {
    for result in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = result {
            tracing::warn!(%error, "the window could not be raised");
        }
    }
}

/// Sends the reason to a window that exists already.
fn tell(app: &AppHandle, reason: Reason) {
    let sent = match reason {
        Reason::Show => Ok(()),
        Reason::AskToQuit => app.emit_to(LABEL, "quit-asked", ()),
        Reason::AddNote(id) => app.emit_to(LABEL, "open-note", serde_json::json!({ "id": id })),
    };
    if let Err(error) = sent {
        tracing::warn!(%error, "an event was not sent to the window");
    }
}

async fn make(app: &AppHandle, reason: Reason) -> Result<(), Box<dyn std::error::Error>> {
    let engine = app.state::<EngineHandle>();
    let (state, settings) = (engine.state().await?, engine.settings().await?);
    let kept = app.state::<KeptLog>();
    kept.follow(&state);
    let to_show = app.state::<ToShow>();
    let restored = to_show.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let start = serde_json::to_string(&Start {
        engine_state: &state,
        settings: &settings,
        quit_asked: reason == Reason::AskToQuit,
        note_asked: matches!(reason, Reason::AddNote(_)),
        restored,
        importing: app.state::<Importing>().is_to_be_shown(),
        log: kept.session(),
    })?;
    let theme = match settings.theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    };
    let builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Zafu")
        .inner_size(480.0, 680.0)
        .min_inner_size(320.0, 480.0)
        .theme(theme)
        .background_throttling(BackgroundThrottlingPolicy::Suspend)
        .initialization_script(format!(
            "Object.defineProperty(window, '__ZAFU_START__', {{ value: {start} }});"
        ));
    // On Windows and Linux; macOS stores the data of a web view in a folder of its own.
    let builder = builder.data_directory(app.state::<DataFolder>().path().join("webview"));
    let window = builder.visible(false).build()?;
    // The background of the first frame, before the page is painted.
    let dark = window.theme().is_ok_and(|theme| theme == tauri::Theme::Dark);
    window.set_background_color(Some(if dark { INK } else { PAPER }))?;
    window.show()?;
    Ok(())
}

const PAPER: Color = Color(0xfb, 0xf8, 0xf3, 0xff);
const INK: Color = Color(0x1d, 0x22, 0x29, 0xff);
