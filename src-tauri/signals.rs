//! What the system says: terminate, hang up, log out.

#[cfg(unix)]
use crate::exit;
use tauri::AppHandle;

/// Signals that are heard from now on and not yet acted on.
pub struct Heard {
    #[cfg(unix)]
    signals: Option<[tokio::signal::unix::Signal; 3]>,
}

/// Listens, before there is an engine whose sit could be lost: what comes until there is an app waits for it.
#[cfg(unix)]
pub fn listen() -> Heard {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = tauri::async_runtime::block_on(async {
        let terminate = signal(SignalKind::terminate())?;
        let hangup = signal(SignalKind::hangup())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok::<_, std::io::Error>([terminate, hangup, interrupt])
    });
    if let Err(error) = &signals {
        tracing::error!(%error, "signals cannot be heard: the last checkpoint will have to do");
    }
    Heard { signals: signals.ok() }
}

/// Goes when the system says so, for as long as the program runs.
#[cfg(unix)]
pub fn heed(app: &AppHandle, heard: Heard) {
    let Some([mut terminate, mut hangup, mut interrupt]) = heard.signals else { return };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
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
pub fn listen() -> Heard {
    Heard {}
}

/// On Windows the end of a session reaches the window itself, and the event loop ends in order.
#[cfg(windows)]
pub fn heed(_app: &AppHandle, _heard: Heard) {}
