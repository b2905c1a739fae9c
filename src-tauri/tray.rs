//! The tray icon and its menu: shows the running sit and controls it without a window.

use crate::exit;
use crate::window::{self, Reason};
use crate::{ring_icon, tray_visibility};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tauri::menu::{Menu, MenuBuilder, MenuItem, MenuItemBuilder, Submenu, SubmenuBuilder};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Wry};
use tokio::sync::broadcast::error::RecvError;
use zafu_core::settings::Preset;
use zafu_engine::doctor;
use zafu_engine::protocol::{EngineState, PhaseView, SitView, StartRequest};
use zafu_engine::{EngineHandle, Event, Pending};
use zafu_messages::{Language, text};

/// Steps of the ring in one turn: the smallest change that can be seen in an icon.
const STEPS: u64 = 40;
/// Shortest time between two updates, however short the sit.
const UPDATE_INTERVAL: Duration = Duration::from_secs(5);
/// Prefix of the IDs of menu items that start a preset.
const PRESET: &str = "preset:";

/// The tray icon and the menu items that change.
struct Tray {
    icon: TrayIcon,
    state: MenuItem<Wry>,
    start: MenuItem<Wry>,
    presets: Submenu<Wry>,
    pause: MenuItem<Wry>,
    resume: MenuItem<Wry>,
    end: MenuItem<Wry>,
    show: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

/// Creates the tray icon and keeps it up to date; does nothing if its library is missing. Must be called on the
/// main thread.
pub fn make(app: &AppHandle) {
    if !doctor::tray_library() {
        tracing::info!("no tray: its library is not installed");
        return;
    }
    match build(app) {
        Ok(tray) => {
            tray_visibility::set_exists(app);
            tauri::async_runtime::spawn(update(app.clone(), tray));
        }
        Err(error) => tracing::warn!(%error, "no tray"),
    }
}

fn build(app: &AppHandle) -> tauri::Result<Tray> {
    // `set_labels` sets the texts, here and after each change of the language.
    let item = |id: &str| MenuItemBuilder::with_id(id, "").build(app);
    let state = MenuItemBuilder::with_id("state", "").enabled(false).build(app)?;
    let (start, pause, resume, end) =
        (item("start")?, item("pause")?, item("resume")?, item("end")?);
    let presets = SubmenuBuilder::with_id(app, "presets", "").enabled(false).build()?;
    let (show, quit) = (item("show")?, item("quit")?);
    let menu: Menu<Wry> = MenuBuilder::new(app)
        .item(&state)
        .separator()
        .items(&[&start, &presets, &pause, &resume, &end])
        .separator()
        .items(&[&show, &quit])
        .build()?;
    let icon = TrayIconBuilder::with_id("zafu")
        .icon(ring_icon::draw(None))
        .tooltip("Zafu")
        .menu(&menu)
        .on_menu_event(|app, event| select(app, event.id().as_ref()))
        .build(app)?;
    let tray = Tray { icon, state, start, presets, pause, resume, end, show, quit };
    tray.set_labels()?;
    Ok(tray)
}

/// Carries out the menu item with `id`.
fn select(app: &AppHandle, id: &str) {
    let engine = app.state::<EngineHandle>();
    match id {
        "start" => show_error(app, engine.start_sit(StartRequest::default())),
        "pause" => show_error(app, engine.pause_sit()),
        "resume" => show_error(app, engine.resume_sit()),
        "end" => show_error(app, engine.end_sit(None)),
        "show" => window::show(app, Reason::Show),
        "quit" => exit::quit_or_ask(app),
        _ => {
            let preset_id = id.strip_prefix(PRESET).and_then(|id| id.parse().ok());
            let request = StartRequest { preset_id, ..StartRequest::default() };
            show_error(app, engine.start_sit(request));
        }
    }
}

/// Shows the error in the window if `response` is one.
fn show_error(app: &AppHandle, response: Pending<EngineState>) {
    let engine = app.state::<EngineHandle>().inner().clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = response.await {
            engine.report(error);
        }
    });
}

/// Redraws the tray after each change, and as time passes while a sit is running.
async fn update(app: AppHandle, tray: Tray) {
    let engine = app.state::<EngineHandle>().inner().clone();
    let mut events = engine.subscribe();
    let tray = Arc::new(Mutex::new((tray, None)));
    let mut presets_stale = true;
    loop {
        let presets = if presets_stale { engine.presets().await.map(Some) } else { Ok(None) };
        let (Ok(state), Ok(presets)) = (engine.state().await, presets) else { return };
        let face = Face::of(state.sit.as_ref());
        let (tray, on) = (Arc::clone(&tray), app.clone());
        // In one call on the main thread: each separate update of an item would wake it again.
        let shown = app.run_on_main_thread(move || {
            let mut tray = tray.lock().unwrap_or_else(PoisonError::into_inner);
            let (tray, before) = &mut *tray;
            if let Err(error) = tray.draw(&face, before.as_ref(), presets.as_deref(), &on) {
                tracing::warn!(%error, "the tray could not be redrawn");
            }
            *before = Some(face);
        });
        if let Err(error) = shown {
            tracing::warn!(%error, "the tray could not be redrawn");
        }
        let next_change = state.sit.as_ref().and_then(until_next_change);
        presets_stale = loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(Event::State(_)) | Err(RecvError::Lagged(_)) => break false,
                    Ok(Event::Settings) => break true,
                    Ok(_) => {}
                    Err(RecvError::Closed) => return,
                },
                () = tokio::time::sleep(next_change.unwrap_or_default()), if next_change.is_some() => {
                    break false;
                }
            }
        };
    }
}

/// What the tray shows.
#[derive(Debug, PartialEq)]
struct Face {
    language: Language,
    text: String,
    phase: Option<PhaseView>,
    /// The closed part of the ring in [`STEPS`]; `None` while no sit is running.
    ring: Option<u64>,
}

impl Face {
    fn of(sit: Option<&SitView>) -> Self {
        Self {
            language: zafu_messages::current().language(),
            text: sit.map_or_else(|| text!("tray-idle"), describe),
            phase: sit.map(|sit| sit.phase),
            ring: sit.map(ring),
        }
    }
}

impl Tray {
    /// Sets the texts that do not depend on the sit, in the current language.
    fn set_labels(&self) -> tauri::Result<()> {
        self.start.set_text(text!("tray-start"))?;
        self.presets.set_text(text!("tray-presets"))?;
        self.pause.set_text(text!("tray-pause"))?;
        self.resume.set_text(text!("tray-resume"))?;
        self.end.set_text(text!("tray-end"))?;
        self.show.set_text(text!("tray-show"))?;
        self.quit.set_text(text!("tray-quit"))
    }

    /// Draws the differences between `face` and `before`.
    fn draw(
        &self,
        face: &Face,
        before: Option<&Face>,
        presets: Option<&[Preset]>,
        app: &AppHandle,
    ) -> tauri::Result<()> {
        if before.is_none_or(|before| before.ring != face.ring) {
            #[expect(clippy::cast_precision_loss, reason = "the number of steps is small")]
            let closed = face.ring.map(|ring| ring as f32 / STEPS as f32);
            self.icon.set_icon(Some(ring_icon::draw(closed)))?;
        }
        if before.is_some_and(|before| before.language != face.language) {
            self.set_labels()?;
        }
        if before.is_none_or(|before| before.text != face.text) {
            self.icon.set_tooltip(Some(&face.text))?;
            self.state.set_text(&face.text)?;
        }
        if before.is_none_or(|before| before.phase != face.phase) {
            self.start.set_enabled(matches!(face.phase, None | Some(PhaseView::Overtime)))?;
            self.pause.set_enabled(face.phase == Some(PhaseView::Sitting))?;
            self.resume.set_enabled(face.phase == Some(PhaseView::Paused))?;
            self.end.set_enabled(face.phase.is_some())?;
        }
        if let Some(presets) = presets {
            while self.presets.remove_at(0)?.is_some() {}
            for preset in presets {
                let id = format!("{PRESET}{}", preset.id);
                self.presets.append(&MenuItemBuilder::with_id(id, &preset.name).build(app)?)?;
            }
            self.presets.set_enabled(!presets.is_empty())?;
        }
        Ok(())
    }
}

/// Returns how long one turn of the ring takes, in ms: the planned length, or an hour for an open-ended sit.
fn turn_ms(sit: &SitView) -> u64 {
    sit.planned_seconds.map_or(3_600_000, |planned| u64::from(planned.0) * 1000).max(1)
}

/// Returns the closed part of the ring in [`STEPS`].
fn ring(sit: &SitView) -> u64 {
    let turn = turn_ms(sit);
    let elapsed = match sit.planned_seconds {
        Some(_) => sit.elapsed_ms.min(turn),
        None => sit.elapsed_ms % turn,
    };
    elapsed * STEPS / turn
}

/// Returns the time until the ring or the text changes, or `None` if time alone changes neither.
fn until_next_change(sit: &SitView) -> Option<Duration> {
    let step_ms = (turn_ms(sit) / STEPS).max(1);
    let (elapsed, minute) = match sit.phase {
        PhaseView::Preparing | PhaseView::Paused => return None,
        PhaseView::Sitting => (sit.elapsed_ms, 60_000),
        PhaseView::Overtime => (sit.overtime_ms, 60_000),
    };
    let left = |every: u64| every - elapsed % every;
    let ring = (sit.phase == PhaseView::Sitting).then(|| left(step_ms));
    let next = left(minute).min(ring.unwrap_or(u64::MAX));
    Some(Duration::from_millis(next).max(UPDATE_INTERVAL))
}

/// Describes the sit in whole minutes.
fn describe(sit: &SitView) -> String {
    let minutes = |ms: u64| u32::try_from(ms / 60_000).unwrap_or(u32::MAX);
    let left = sit.planned_seconds.map(|planned| {
        let ms = (u64::from(planned.0) * 1000).saturating_sub(sit.elapsed_ms);
        minutes(ms.div_ceil(60_000) * 60_000)
    });
    match (sit.phase, left) {
        (PhaseView::Preparing, _) => text!("tray-preparing"),
        (PhaseView::Sitting, Some(left)) => text!("tray-left", minutes = left),
        (PhaseView::Sitting, None) => text!("tray-sat", minutes = minutes(sit.elapsed_ms)),
        (PhaseView::Paused, Some(left)) => text!("tray-paused-left", minutes = left),
        (PhaseView::Paused, None) => text!("tray-paused-sat", minutes = minutes(sit.elapsed_ms)),
        (PhaseView::Overtime, _) => text!("tray-overtime", minutes = minutes(sit.overtime_ms)),
    }
}
