//! The tray: what runs, and what can be done about it without a window.

use crate::exit;
use crate::ring_icon;
use crate::window::{self, Reason};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tauri::menu::{Menu, MenuBuilder, MenuItem, MenuItemBuilder, Submenu, SubmenuBuilder};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Wry};
use tokio::sync::broadcast::error::RecvError;
use zafu_core::settings::Preset;
use zafu_engine::Engine;
use zafu_engine::doctor;
use zafu_engine::protocol::{EngineState, IpcError, PhaseView, SitView, StartRequest};
use zafu_engine::runner::{Event, Runner};

/// The ring goes round in so many steps: one is as much as can be seen of a ring this small.
const STEPS: u64 = 40;
/// What can be seen changes no more often than this, however short the sit.
const OFTEN: Duration = Duration::from_secs(5);
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

/// Whether there is a tray.
#[derive(Default)]
pub struct IsThere(AtomicBool);

/// Whether an icon can be seen in a tray just now.
pub fn is_shown(app: &AppHandle) -> bool {
    app.state::<IsThere>().0.load(Ordering::SeqCst) && doctor::tray_is_shown()
}

/// Makes the tray and keeps it true. Where its library is missing there is none, and everything else works. Must be
/// called on the main thread.
pub fn make(app: &AppHandle) {
    if !doctor::tray_library() {
        tracing::info!("no tray: its library is not installed");
        return;
    }
    match build(app) {
        Ok(tray) => {
            app.state::<IsThere>().0.store(true, Ordering::SeqCst);
            tauri::async_runtime::spawn(keep_true(app.clone(), tray));
        }
        Err(error) => tracing::warn!(%error, "no tray"),
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
    action: impl FnOnce(&mut Runner) -> Result<EngineState, IpcError> + Send + 'static,
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
    let tray = Arc::new(Mutex::new((tray, None)));
    let mut presets_stale = true;
    loop {
        let known = engine.run(|runner| Ok((runner.state(), runner.presets()?))).await;
        let Ok((state, presets)) = known else { return };
        let face = Face::of(state.sit.as_ref());
        let presets = presets_stale.then_some(presets);
        let (tray, on) = (Arc::clone(&tray), app.clone());
        // All of it in one turn of the main thread, which has to be woken for each part otherwise.
        let shown = app.run_on_main_thread(move || {
            let mut tray = tray.lock().unwrap_or_else(PoisonError::into_inner);
            let (tray, before) = &mut *tray;
            if let Err(error) = tray.show(&face, before.as_ref(), presets.as_deref(), &on) {
                tracing::warn!(%error, "the tray could not be redrawn");
            }
            *before = Some(face);
        });
        if let Err(error) = shown {
            tracing::warn!(%error, "the tray could not be redrawn");
        }
        let moves = state.sit.as_ref().and_then(moves_in);
        presets_stale = loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(Event::State(_)) | Err(RecvError::Lagged(_)) => break false,
                    Ok(Event::Settings) => break true,
                    Ok(_) => {}
                    Err(RecvError::Closed) => return,
                },
                () = tokio::time::sleep(moves.unwrap_or_default()), if moves.is_some() => {
                    break false;
                }
            }
        };
    }
}

/// What the tray shows of the sit.
#[derive(Debug, PartialEq)]
struct Face {
    words: String,
    phase: Option<PhaseView>,
    /// How far the ring is closed, in [`STEPS`]; none while nobody sits.
    ring: Option<u64>,
}

impl Face {
    fn of(sit: Option<&SitView>) -> Self {
        Self {
            words: sit.map_or_else(|| "No sit is running".into(), words),
            phase: sit.map(|sit| sit.phase),
            ring: sit.map(ring),
        }
    }
}

impl Tray {
    /// Shows what is not shown `before`.
    fn show(
        &self,
        face: &Face,
        before: Option<&Face>,
        presets: Option<&[Preset]>,
        app: &AppHandle,
    ) -> tauri::Result<()> {
        if before.is_none_or(|before| before.ring != face.ring) {
            #[expect(clippy::cast_precision_loss, reason = "there are few steps")]
            let closed = face.ring.map(|ring| ring as f32 / STEPS as f32);
            self.icon.set_icon(Some(ring_icon::draw(closed)))?;
        }
        if before.is_none_or(|before| before.words != face.words) {
            self.icon.set_tooltip(Some(&face.words))?;
            self.state.set_text(&face.words)?;
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

/// How long one turn of the ring takes: the planned length; an hour for an open-ended sit.
fn turn_ms(sit: &SitView) -> u64 {
    sit.planned_seconds.map_or(3_600_000, |planned| u64::from(planned.0) * 1000).max(1)
}

/// How far the ring is closed, in [`STEPS`].
fn ring(sit: &SitView) -> u64 {
    let turn = turn_ms(sit);
    let elapsed = match sit.planned_seconds {
        Some(_) => sit.elapsed_ms.min(turn),
        None => sit.elapsed_ms % turn,
    };
    elapsed * STEPS / turn
}

/// When the passing of time alone will change the ring or the words, if it does.
fn moves_in(sit: &SitView) -> Option<Duration> {
    let step_ms = (turn_ms(sit) / STEPS).max(1);
    let (elapsed, minute) = match sit.phase {
        PhaseView::Preparing | PhaseView::Paused => return None,
        PhaseView::Sitting => (sit.elapsed_ms, 60_000),
        PhaseView::Overtime => (sit.overtime_ms, 60_000),
    };
    let left = |every: u64| every - elapsed % every;
    let ring = (sit.phase == PhaseView::Sitting).then(|| left(step_ms));
    let next = left(minute).min(ring.unwrap_or(u64::MAX));
    Some(Duration::from_millis(next).max(OFTEN))
}

fn words(sit: &SitView) -> String {
    let minutes = |ms: u64| ms.div_ceil(60_000);
    let left = sit
        .planned_seconds
        .map(|planned| minutes((u64::from(planned.0) * 1000).saturating_sub(sit.elapsed_ms)));
    match (sit.phase, left) {
        (PhaseView::Preparing, _) => "Preparation".into(),
        (PhaseView::Sitting, Some(left)) => format!("{left} min left"),
        (PhaseView::Sitting, None) => format!("{} min", sit.elapsed_ms / 60_000),
        (PhaseView::Paused, Some(left)) => format!("Paused, {left} min left"),
        (PhaseView::Paused, None) => format!("Paused at {} min", sit.elapsed_ms / 60_000),
        (PhaseView::Overtime, _) => {
            format!("Complete, and {} min beyond", sit.overtime_ms / 60_000)
        }
    }
}
