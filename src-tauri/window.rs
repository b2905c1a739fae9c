//! The one window. It is made when it is wanted and destroyed when it is closed: a sit lives on without it, at a
//! fraction of the memory, and the window comes back where it was.

use serde::Serialize;
use tauri::plugin::TauriPlugin;
use tauri::utils::config::BackgroundThrottlingPolicy;
use tauri::window::Color;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry};
use zafu_core::ids::SessionId;
use zafu_core::settings::{Settings, Theme};
use zafu_engine::Engine;
use zafu_engine::folder::DataFolder;
use zafu_engine::protocol::EngineState;

/// Names the window, in capabilities and events too.
pub const LABEL: &str = "main";

/// What the window is told before its first line of script runs, so that its first picture is the right one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    engine_state: &'a EngineState,
    settings: &'a Settings,
    quit_asked: bool,
    note_asked: bool,
}

/// Remembers where the window was, in the data folder: the plugin joins a name to a folder of its own, which a whole
/// path replaces.
pub fn remembered(folder: &DataFolder) -> TauriPlugin<Wry> {
    let builder = tauri_plugin_window_state::Builder::default();
    let path = folder.path().join("window.json");
    match path.to_str() {
        Some(path) => builder.with_filename(path).build(),
        // A path that is no text: the place that the plugin has for it.
        None => builder.build(),
    }
}

/// Removes the folder that the plugin makes for a file which lies elsewhere, if it is empty.
pub fn leave_no_folder(app: &AppHandle) {
    if let Ok(folder) = app.path().app_config_dir() {
        let _ = std::fs::remove_dir(folder);
    }
}

/// Held while the window is made: who wants to see it meanwhile waits for that one.
#[derive(Default)]
pub struct Making(tokio::sync::Mutex<()>);

/// Why the window is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody wants to see it.
    Show,
    /// The person is asked whether to quit in mid-sit.
    AskToQuit,
    /// The person wants to write a note on this sit.
    AddNote(SessionId),
}

/// Shows the window, and makes it first if there is none. Returns at once.
pub fn show(app: &AppHandle, reason: Reason) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = shown(&app, reason).await {
            tracing::error!(%error, "the window could not be made");
        }
    });
}

/// As [`show`], and returns once it is made.
///
/// # Errors
/// It cannot be made.
pub async fn shown(app: &AppHandle, reason: Reason) -> Result<(), String> {
    let making = app.state::<Making>();
    let _one_at_a_time = making.0.lock().await;
    if let Some(window) = app.get_webview_window(LABEL) {
        raise(&window);
        tell(app, reason);
        return Ok(());
    }
    make(app, reason).await.map_err(|error| error.to_string())
}

fn raise(window: &WebviewWindow) {
    for done in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = done {
            tracing::warn!(%error, "the window could not be raised");
        }
    }
}

fn tell(app: &AppHandle, reason: Reason) {
    let sent = match reason {
        Reason::Show => Ok(()),
        Reason::AskToQuit => app.emit_to(LABEL, "quit-asked", ()),
        Reason::AddNote(id) => app.emit_to(LABEL, "open-note", serde_json::json!({ "id": id })),
    };
    if let Err(error) = sent {
        tracing::warn!(%error, "the window could not be told");
    }
}

async fn make(app: &AppHandle, reason: Reason) -> Result<(), Box<dyn std::error::Error>> {
    let engine = app.state::<Engine>();
    let (state, settings) = engine.run(|runner| Ok((runner.state(), runner.settings()))).await?;
    let start = serde_json::to_string(&Start {
        engine_state: &state,
        settings: &settings,
        quit_asked: reason == Reason::AskToQuit,
        note_asked: matches!(reason, Reason::AddNote(_)),
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
    // Windows and Linux; on macOS the system has a place for it.
    let builder = builder.data_directory(app.state::<DataFolder>().path().join("webview"));
    let window = builder.visible(false).build()?;
    // Before anything is painted, the window has the colour of what will be.
    let dark = window.theme().is_ok_and(|theme| theme == tauri::Theme::Dark);
    window.set_background_color(Some(if dark { INK } else { PAPER }))?;
    window.show()?;
    Ok(())
}

const PAPER: Color = Color(0xfb, 0xf8, 0xf3, 0xff);
const INK: Color = Color(0x1d, 0x22, 0x29, 0xff);
