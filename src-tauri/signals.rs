//! What the system says: terminate, hang up, log out.

use crate::exit;
use tauri::AppHandle;

/// Goes when the system says so, for as long as the program runs.
#[cfg(unix)]
pub fn heed(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let kinds = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
        let (Ok(mut terminate), Ok(mut hangup), Ok(mut interrupt)) =
            (signal(kinds[0]), signal(kinds[1]), signal(kinds[2]))
        else {
            tracing::error!("signals cannot be heard: the last checkpoint will have to do");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
        }
        exit::hurried(&app);
    });
}

/// On Windows the end of a session reaches the window itself, and the event loop ends in order.
#[cfg(windows)]
pub fn heed(_app: &AppHandle) {}
