//! The ways out. A person who quits in mid-sit is asked; the system never is: it saves and goes.

use crate::tray;
use crate::window::{self, Reason};
use std::sync::atomic::{AtomicBool, Ordering};
use tauri::{AppHandle, Manager};
use zafu_core::settings::CloseWhenIdle;
use zafu_engine::Engine;
use zafu_engine::protocol::ErrorCode;
use zafu_engine::runner::Runner;

/// Whether the way out was taken, so that the last window to go holds nobody up.
#[derive(Default)]
pub struct Leaving {
    /// Somebody has decided to quit.
    decided: AtomicBool,
    /// The person knows how to come back to a sit that nothing shows.
    told_it_goes_on: AtomicBool,
}

/// Quits.
pub fn now(app: &AppHandle) {
    app.state::<Leaving>().decided.store(true, Ordering::SeqCst);
    app.exit(0);
}

/// Quits because there is nothing that the person could see.
pub fn failed(app: &AppHandle) {
    app.state::<Leaving>().decided.store(true, Ordering::SeqCst);
    app.exit(1);
}

/// Quits, or asks first if a sit runs. Stays if something is not saved: the window says so.
pub fn asked(app: &AppHandle) {
    if sit_runs(app) {
        window::show(app, Reason::AskToQuit);
    } else if is_saved(app) {
        now(app);
    } else {
        window::show(app, Reason::Show);
    }
}

/// Whether nothing would be lost by quitting; tries to save what is not saved yet.
fn is_saved(app: &AppHandle) -> bool {
    match app.state::<Engine>().run_blocking(Runner::prepare_to_quit) {
        // An engine that has stopped has nothing in memory any more.
        Err(error) => error.code != ErrorCode::NotSaved,
        Ok(()) => true,
    }
}

/// Whether the last window may take the program with it: never in mid-sit, never on macOS, and only if the
/// person wants that while idle.
pub fn with_last_window(app: &AppHandle) -> bool {
    if app.state::<Leaving>().decided.load(Ordering::SeqCst) {
        return true;
    }
    let engine = app.state::<Engine>();
    if sit_runs(app) {
        let told = app.state::<Leaving>().told_it_goes_on.swap(true, Ordering::SeqCst);
        if !told && !tray::is_shown(app) {
            engine.post(|runner| runner.tell_it_goes_on());
        }
        return false;
    }
    if !is_saved(app) {
        window::show(app, Reason::Show);
        return false;
    }
    if cfg!(target_os = "macos") {
        return false;
    }
    // Without a tray nothing would show that Zafu is still there.
    let stays = engine.run_blocking(|runner| Ok(runner.settings().close_when_idle));
    let stays = stays.is_ok_and(|stays| stays == CloseWhenIdle::Tray);
    !(stays && tray::is_shown(app))
}

/// Whether a sit runs.
pub fn sit_runs(app: &AppHandle) -> bool {
    let engine = app.state::<Engine>();
    engine.run_blocking(|runner| Ok(runner.state().sit.is_some())).unwrap_or(false)
}
