//! What the system says: terminate, hang up, log out.

#[cfg(unix)]
use crate::exit;
use tauri::AppHandle;

/// Signals that are heard from now on and not yet acted on.
pub struct Heard {
    #[cfg(unix)]
    signals: Option<Signals>,
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    /// Those that come from now on.
    fn listen() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = tauri::async_runtime::block_on(async {
            let terminate = signal(SignalKind::terminate())?;
            let hangup = signal(SignalKind::hangup())?;
            let interrupt = signal(SignalKind::interrupt())?;
            Ok::<_, std::io::Error>(Self([terminate, hangup, interrupt]))
        });
        if let Err(error) = &signals {
            tracing::error!(%error, "signals cannot be heard: the last checkpoint will have to do");
        }
        signals.ok()
    }

    /// Waits for one.
    async fn next(mut self) {
        let [terminate, hangup, interrupt] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// Listens, before there is an engine whose sit could be lost: what comes until there is an app waits for it.
#[cfg(unix)]
pub fn listen() -> Heard {
    Heard { signals: Signals::listen() }
}

/// Asks the person something before there is an engine. Nothing is to be saved then: a signal ends the program at
/// once, and does not wait for the answer.
#[cfg(unix)]
pub fn ask<T>(question: impl FnOnce() -> T) -> T {
    let leaving = Signals::listen().map(|signals| {
        tauri::async_runtime::spawn(async {
            signals.next().await;
            std::process::exit(0);
        })
    });
    let answer = question();
    if let Some(leaving) = leaving {
        leaving.abort();
    }
    answer
}

/// Goes when the system says so, for as long as the program runs.
#[cfg(unix)]
pub fn heed(app: &AppHandle, heard: Heard) {
    let Some(signals) = heard.signals else { return };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        signals.next().await;
        exit::now(&app);
    });
}

/// On Windows the end of a session reaches the window itself, and the event loop ends in order.
#[cfg(windows)]
pub fn listen() -> Heard {
    Heard {}
}

/// On Windows the end of a session ends a program that only asks something.
#[cfg(windows)]
pub fn ask<T>(question: impl FnOnce() -> T) -> T {
    question()
}

/// On Windows the end of a session reaches the window itself, and the event loop ends in order.
#[cfg(windows)]
pub fn heed(_app: &AppHandle, _heard: Heard) {}
