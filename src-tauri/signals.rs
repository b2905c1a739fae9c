//! Signals that ask the process to quit: SIGTERM, SIGHUP, SIGINT. On Windows the end of a session reaches the window.

#[cfg(unix)]
use crate::exit;
use tauri::AppHandle;

/// Receives signals from the moment it is made; those that come before they are handled wait.
pub struct SignalListener {
    /// `None` if the system refuses handlers.
    #[cfg(unix)]
    signals: Option<[tokio::signal::unix::Signal; 3]>,
}

#[cfg(unix)]
impl SignalListener {
    /// Listens from now on. Called before there is an engine whose sit a signal could interrupt.
    pub fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = tauri::async_runtime::block_on(async {
            let terminate = signal(SignalKind::terminate())?;
            let hangup = signal(SignalKind::hangup())?;
            let interrupt = signal(SignalKind::interrupt())?;
            Ok::<_, std::io::Error>([terminate, hangup, interrupt])
        });
        if let Err(error) = &signals {
            tracing::error!(%error, "no signal handlers: a signal keeps a sit up to its last checkpoint");
        }
        Self { signals: signals.ok() }
    }

    /// Waits for a signal; forever without handlers.
    async fn next(self) {
        let Some([mut terminate, mut hangup, mut interrupt]) = self.signals else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// Runs `dialog`, which blocks, before there is an engine. A signal then ends the process at once: nothing is unsaved.
#[cfg(unix)]
pub fn while_quitting_at_once<T>(dialog: impl FnOnce() -> T) -> T {
    let signals = SignalListener::new();
    let quit = tauri::async_runtime::spawn(async {
        signals.next().await;
        std::process::exit(0);
    });
    let answer = dialog();
    quit.abort();
    answer
}

/// Quits without asking as soon as a signal comes.
#[cfg(unix)]
pub fn quit_on_signal(app: &AppHandle, listener: SignalListener) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        listener.next().await;
        exit::quit(&app);
    });
}

#[cfg(windows)]
impl SignalListener {
    /// Does nothing: there are no such signals.
    pub fn new() -> Self {
        Self {}
    }
}

/// Runs `dialog`: the end of a session ends a process without a window.
#[cfg(windows)]
pub fn while_quitting_at_once<T>(dialog: impl FnOnce() -> T) -> T {
    dialog()
}

/// Does nothing: at the end of a session the event loop ends in order.
#[cfg(windows)]
pub fn quit_on_signal(_app: &AppHandle, _listener: SignalListener) {}
