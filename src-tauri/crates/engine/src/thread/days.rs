//! Moves the sits of the log to other days, after a change of the hour at which the user's day begins.

use super::Event;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use tokio::sync::broadcast;
use zafu_store::Store;

/// The thread that does it, as it takes seconds for a log of a million sits. Dropping this stops the thread; the next start
/// of the engine begins again.
#[derive(Default)]
pub(super) struct DayDerivation {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DayDerivation {
    /// Starts the thread if the days of the log do not begin at the hour of the settings. `events` get [`Event::Log`] when
    /// sits have other days.
    pub fn start(&mut self, store: &Store, events: &broadcast::Sender<Event>) {
        let (store, events, stop) = (store.clone(), events.clone(), Arc::clone(&self.stop));
        let earlier = self.thread.take();
        let spawned = std::thread::Builder::new().name("days".into()).spawn(move || {
            // It may have read the settings before.
            join(earlier);
            match store.derive_days(&stop) {
                Ok(true) => drop(events.send(Event::Log)),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "the days of the log begin at the former hour");
                }
            }
        });
        match spawned {
            Ok(thread) => self.thread = Some(thread),
            Err(error) => tracing::warn!(%error, "no thread for the days of the log"),
        }
    }
}

impl Drop for DayDerivation {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        join(self.thread.take());
    }
}

fn join(thread: Option<JoinHandle<()>>) {
    if thread.is_some_and(|thread| thread.join().is_err()) {
        tracing::error!("the thread of the days of the log has panicked");
    }
}
