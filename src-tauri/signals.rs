//! Signals that ask the process to quit: SIGTERM, SIGHUP, SIGINT. On Windows the window receives the end of a session.

#[cfg(unix)]
use crate::exit;
use tauri::AppHandle;

/// Receives signals from its creation on. Signals that arrive before they are handled stay pending.
pub struct SignalListener {
    /// `None` if the system refuses handlers.
    #[cfg(unix)]
    signals: Option<[tokio::signal::unix::Signal; 3]>,
}

#[cfg(unix)]
impl SignalListener {
    /// Starts to listen. Must be called before the engine starts, so that no signal can interrupt a sit.
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

    /// Waits for a signal. Never returns if there are no handlers.
    async fn next(&mut self) {
        let Some([terminate, hangup, interrupt]) = &mut self.signals else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// Runs `dialog`, which blocks, before the engine starts. A signal ends the process at once: nothing is unsaved then.
#[cfg(unix)]
pub fn while_quitting_at_once<T>(dialog: impl FnOnce() -> T) -> T {
    let mut signals = SignalListener::new();
    let quit = tauri::async_runtime::spawn(async move {
        signals.next().await;
        std::process::exit(0);
    });
    let answer = dialog();
    quit.abort();
    answer
}

/// Quits without asking as soon as a signal arrives; after an import that runs, unless a second signal arrives.
#[cfg(unix)]
pub fn quit_on_signal(app: &AppHandle, mut listener: SignalListener) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        listener.next().await;
        exit::quit(&app);
        listener.next().await;
        exit::quit_at_once(&app);
    });
}

#[cfg(windows)]
impl SignalListener {
    /// Does nothing: there are no such signals.
    pub fn new() -> Self {
        Self {}
    }
}

/// Runs `dialog`. Windows itself ends a process without a window at the end of a session.
#[cfg(windows)]
pub fn while_quitting_at_once<T>(dialog: impl FnOnce() -> T) -> T {
    dialog()
}

/// Does nothing: at the end of a session the event loop exits normally.
#[cfg(windows)]
pub fn quit_on_signal(_app: &AppHandle, _listener: SignalListener) {}
