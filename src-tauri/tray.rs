//! The tray: what runs, and what can be done about it without a window.

use crate::exit;
use crate::ring_icon;
use crate::window::{self, Reason};
use std::time::Duration;
use tauri::menu::{Menu, MenuBuilder, MenuItem, MenuItemBuilder, Submenu, SubmenuBuilder};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Wry};
use tokio::sync::broadcast::error::RecvError;
use zafu_core::settings::Preset;
use zafu_engine::Engine;
use zafu_engine::doctor;
use zafu_engine::protocol::{IpcError, PhaseView, SitView, Snapshot, StartRequest};
use zafu_engine::runner::{Event, Runner};

/// How often a running sit is looked at: the ring moves by a sixtieth of a turn in a quarter of an hour's sit.
const REDRAW: Duration = Duration::from_secs(15);
const PRESET: &str = "preset:";

/// The parts of the tray that change.
struct Tray {
    icon: TrayIcon,
    state: MenuItem<Wry>,
    start: MenuItem<Wry>,
    presets: Submenu<Wry>,
    pause: MenuItem<Wry>,
    resume: MenuItem<Wry>,
    end: MenuItem<Wry>,
}

/// Makes the tray and keeps it true; says whether there is one. Where its library is missing there is none, and
/// everything else works.
pub fn make(app: &AppHandle) -> bool {
    if !doctor::tray_library() {
        tracing::info!("no tray: its library is not installed");
        return false;
    }
    match build(app) {
        Ok(tray) => {
            tauri::async_runtime::spawn(keep_true(app.clone(), tray));
            true
        }
        Err(error) => {
            tracing::warn!(%error, "no tray");
            false
        }
    }
}

fn build(app: &AppHandle) -> tauri::Result<Tray> {
    let item = |id: &str, text: &str| MenuItemBuilder::with_id(id, text).build(app);
    let state = MenuItemBuilder::with_id("state", "No sit is running").enabled(false).build(app)?;
    let (start, pause) = (item("start", "Start a sit")?, item("pause", "Pause")?);
    let (resume, end) = (item("resume", "Resume")?, item("end", "End and keep")?);
    let presets =
        SubmenuBuilder::with_id(app, "presets", "Start a preset").enabled(false).build()?;
    let menu: Menu<Wry> = MenuBuilder::new(app)
        .item(&state)
        .separator()
        .items(&[&start, &presets, &pause, &resume, &end])
        .separator()
        .items(&[&item("show", "Show Zafu")?, &item("quit", "Quit Zafu")?])
        .build()?;
    let icon = TrayIconBuilder::with_id("zafu")
        .icon(ring_icon::draw(None))
        .tooltip("Zafu")
        .menu(&menu)
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .build(app)?;
    Ok(Tray { icon, state, start, presets, pause, resume, end })
}

/// Does what was chosen from the menu.
fn chosen(app: &AppHandle, id: &str) {
    match id {
        "start" => ask(app, |runner| runner.start(StartRequest::default())),
        "pause" => ask(app, Runner::pause),
        "resume" => ask(app, Runner::resume),
        "end" => ask(app, |runner| runner.end(None)),
        "show" => window::show(app, Reason::Show),
        "quit" => exit::asked(app),
        _ => {
            let preset_id = id.strip_prefix(PRESET).and_then(|id| id.parse().ok());
            let request = StartRequest { preset_id, ..StartRequest::default() };
            ask(app, move |runner| runner.start(request));
        }
    }
}

/// Asks the engine; what it refuses is told in the window.
fn ask(
    app: &AppHandle,
    action: impl FnOnce(&mut Runner) -> Result<Snapshot, IpcError> + Send + 'static,
) {
    app.state::<Engine>().post(move |runner| {
        if let Err(error) = action(runner) {
            runner.report(error);
        }
    });
}

/// Shows each change, and the passing of time while a sit runs.
async fn keep_true(app: AppHandle, tray: Tray) {
    let engine = app.state::<Engine>().inner().clone();
    let mut events = engine.events();
    let mut presets_stale = true;
    loop {
        let known = engine.run(|runner| Ok((runner.snapshot(), runner.presets()?))).await;
        let Ok((snapshot, presets)) = known else { return };
        if let Err(error) = tray.show(&app, &snapshot, presets_stale.then_some(&presets)) {
            tracing::warn!(%error, "the tray could not be redrawn");
        }
        let moving = snapshot.sit.is_some_and(|sit| sit.phase != PhaseView::Paused);
        presets_stale = loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(Event::Snapshot(_)) | Err(RecvError::Lagged(_)) => break false,
                    Ok(Event::Settings) => break true,
                    Ok(_) => {}
                    Err(RecvError::Closed) => return,
                },
                () = tokio::time::sleep(REDRAW), if moving => break false,
            }
        };
    }
}

impl Tray {
    fn show(
        &self,
        app: &AppHandle,
        snapshot: &Snapshot,
        presets: Option<&Vec<Preset>>,
    ) -> tauri::Result<()> {
        let sit = snapshot.sit.as_ref();
        let phase = sit.map(|sit| sit.phase);
        let words = sit.map_or_else(|| "No sit is running".into(), words);
        self.icon.set_icon(Some(ring_icon::draw(sit.map(progress))))?;
        self.icon.set_tooltip(Some(&words))?;
        self.state.set_text(&words)?;
        let idle = matches!(phase, None | Some(PhaseView::Overtime));
        self.start.set_enabled(idle)?;
        self.pause.set_enabled(phase == Some(PhaseView::Sitting))?;
        self.resume.set_enabled(phase == Some(PhaseView::Paused))?;
        self.end.set_enabled(phase.is_some())?;
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

/// What of the sit is over, 0 to 1; an open-ended one goes round once an hour.
#[expect(
    clippy::cast_precision_loss,
    reason = "a ring of 64 pixels shows far less than 2^24 steps"
)]
fn progress(sit: &SitView) -> f32 {
    let whole_ms = sit.planned_seconds.map_or(3_600_000, |planned| u64::from(planned.0) * 1000);
    match sit.planned_seconds {
        Some(_) => (sit.elapsed_ms as f32 / whole_ms as f32).min(1.0),
        None => (sit.elapsed_ms % whole_ms) as f32 / whole_ms as f32,
    }
}

fn words(sit: &SitView) -> String {
    let minutes = |ms: u64| ms.div_ceil(60_000);
    let left = sit
        .planned_seconds
        .map(|planned| minutes((u64::from(planned.0) * 1000).saturating_sub(sit.elapsed_ms)));
    match (sit.phase, left) {
        (PhaseView::Preparing, _) => "Settling".into(),
        (PhaseView::Sitting, Some(left)) => format!("{left} min left"),
        (PhaseView::Sitting, None) => format!("{} min", sit.elapsed_ms / 60_000),
        (PhaseView::Paused, Some(left)) => format!("Paused, {left} min left"),
        (PhaseView::Paused, None) => format!("Paused at {} min", sit.elapsed_ms / 60_000),
        (PhaseView::Overtime, _) => {
            format!("Complete, and {} min beyond", sit.overtime_ms / 60_000)
        }
    }
}
