//! The import that the window has begun. It outlives the window: the next one follows it, and shows how it has ended.

use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::watch;
use zafu_engine::protocol::{ImportView, IpcError};

/// How an import has ended: `None` if there was nothing to import.
pub type Outcome = Result<Option<ImportView>, IpcError>;

/// The last import of the window.
#[derive(Debug)]
enum Last {
    /// There was none, or a window has shown how it has ended.
    Shown,
    Running,
    Ended(Outcome),
}

/// Follows the import that the window has begun.
pub struct Importing {
    last: watch::Sender<Last>,
    /// The number of windows that were closed, which identifies the open one.
    closed: AtomicU32,
}

impl Default for Importing {
    fn default() -> Self {
        Self { last: watch::Sender::new(Last::Shown), closed: AtomicU32::new(0) }
    }
}

impl Importing {
    /// Carries out `import`, and returns how it has ended to the window that has begun it; `None` if that one was closed
    /// meanwhile.
    pub async fn run(&self, import: impl Future<Output = Outcome>) -> Option<Outcome> {
        let window = self.window();
        self.last.send_replace(Last::Running);
        let outcome = import.await;
        self.last.send_replace(Last::Ended(outcome));
        self.take(window)
    }

    /// Waits for the import that runs, and returns how it has ended; `None` if there is none that no window has shown, or if
    /// the window that asks was closed meanwhile.
    pub async fn follow(&self) -> Option<Outcome> {
        let window = self.window();
        self.ended().await;
        self.take(window)
    }

    /// Waits for the import that runs.
    pub async fn ended(&self) {
        // The sender is not dropped while this borrows it.
        let _ = self.last.subscribe().wait_for(|last| !matches!(last, Last::Running)).await;
    }

    /// Notes that the window was closed.
    pub fn window_closed(&self) {
        self.closed.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns whether an import runs.
    pub fn is_running(&self) -> bool {
        matches!(*self.last.borrow(), Last::Running)
    }

    /// Returns whether an import has failed that no window has shown.
    pub fn has_failed(&self) -> bool {
        matches!(*self.last.borrow(), Last::Ended(Err(_)))
    }

    /// Returns whether an import runs, or has ended and no window has shown it.
    pub fn is_to_be_shown(&self) -> bool {
        !matches!(*self.last.borrow(), Last::Shown)
    }

    fn window(&self) -> u32 {
        self.closed.load(Ordering::SeqCst)
    }

    fn take(&self, window: u32) -> Option<Outcome> {
        let mut taken = None;
        self.last.send_if_modified(|last| {
            if window == self.window()
                && matches!(last, Last::Ended(_))
                && let Last::Ended(outcome) = std::mem::replace(last, Last::Shown)
            {
                taken = Some(outcome);
            }
            false
        });
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tauri::async_runtime::block_on;

    #[test]
    fn the_window_that_has_begun_an_import_gets_how_it_has_ended() {
        let importing = Importing::default();
        let outcome = block_on(importing.run(async {
            assert!(importing.is_running() && importing.is_to_be_shown());
            Ok(None)
        }));
        assert_eq!(outcome, Some(Ok(None)));
        assert!(!importing.is_to_be_shown());
        assert_eq!(block_on(importing.follow()), None);
    }

    #[test]
    fn the_next_window_gets_how_an_import_has_ended_that_has_outlived_its_window() {
        let importing = Importing::default();
        let outcome = block_on(importing.run(async {
            importing.window_closed();
            Ok(None)
        }));
        assert_eq!(outcome, None);
        assert!(!importing.is_running() && importing.is_to_be_shown());
        assert_eq!(block_on(importing.follow()), Some(Ok(None)));
        assert!(!importing.is_to_be_shown());
    }
}
