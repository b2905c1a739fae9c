//! Knows whether the user can see the tray icon.

use std::sync::atomic::{AtomicBool, Ordering};
use tauri::{AppHandle, Manager};
use zafu_engine::doctor;

/// True once the tray icon was created.
#[derive(Default)]
pub struct TrayExists(AtomicBool);

/// Records that the tray icon was created.
pub fn set_exists(app: &AppHandle) {
    app.state::<TrayExists>().0.store(true, Ordering::SeqCst);
}

/// Returns whether the tray icon exists and the desktop shows tray icons at this moment.
pub fn is_visible(app: &AppHandle) -> bool {
    app.state::<TrayExists>().0.load(Ordering::SeqCst) && doctor::tray_is_shown()
}
