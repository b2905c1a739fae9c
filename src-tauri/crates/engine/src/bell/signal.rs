//! Passes state between the thread of a bell, the callback of its device and the caller that armed it.

use super::ringing::Stage;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The state of a bell on its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In progress.
    Going(Stage),
    /// Passed to the device in full; the last frame is heard after this time.
    Over(Duration),
    /// The device is gone or stuck.
    Lost {
        /// Number of strokes that had begun.
        begun: usize,
        /// The reason, as text for the error.
        reason: String,
    },
}

/// Stored while no fade is requested.
const RINGS: u32 = u32::MAX;

/// The shared state.
#[derive(Debug)]
pub struct Signal {
    /// Length of the requested fade in milliseconds; [`RINGS`] while none is requested.
    fade: AtomicU32,
    filled: AtomicU64,
    fate: Mutex<Fate>,
    changed: Condvar,
    ended: Mutex<bool>,
    ended_changed: Condvar,
}

impl Signal {
    pub fn new() -> Self {
        Self {
            fade: AtomicU32::new(RINGS),
            filled: AtomicU64::new(0),
            fate: Mutex::new(Fate::Going(Stage::Waiting)),
            changed: Condvar::new(),
            ended: Mutex::new(false),
            ended_changed: Condvar::new(),
        }
    }

    /// Requests silence after a fade of this length. The shortest requested fade applies.
    pub fn cancel(&self, fade: Duration) {
        let millis = u32::try_from(fade.as_millis()).unwrap_or(RINGS - 1);
        self.fade.fetch_min(millis, Ordering::AcqRel);
        // Prevents a lost wake-up of a thread that has checked the condition and does not wait yet.
        drop(lock(&self.fate));
        self.changed.notify_all();
    }

    /// Returns the length of the fade, once the bell is cancelled.
    pub fn fade(&self) -> Option<Duration> {
        let millis = self.fade.load(Ordering::Acquire);
        (millis != RINGS).then(|| Duration::from_millis(millis.into()))
    }

    pub fn is_cancelled(&self) -> bool {
        self.fade().is_some()
    }

    /// Counts a filled buffer, to detect a device that has stopped requesting samples.
    pub fn count_filled(&self) {
        self.filled.fetch_add(1, Ordering::Relaxed);
    }

    pub fn filled(&self) -> u64 {
        self.filled.load(Ordering::Relaxed)
    }

    /// Sets the state of the bell. Wakes its thread only if the bell is over or lost.
    pub fn tell(&self, fate: Fate) {
        let mut known = lock(&self.fate);
        // `Over` and `Lost` are final until the next attempt.
        if matches!(*known, Fate::Going(_)) {
            let last = !matches!(fate, Fate::Going(_));
            *known = fate;
            if last {
                self.changed.notify_all();
            }
        }
    }

    /// Returns whether a stroke has begun and the bell is neither over nor lost.
    pub fn rings(&self) -> bool {
        matches!(*lock(&self.fate), Fate::Going(Stage::Rings(1..)))
    }

    /// Sets the state to [`Fate::Lost`], unless the bell is already over or lost.
    pub fn tell_lost(&self, reason: String) {
        let begun = match *lock(&self.fate) {
            Fate::Going(Stage::Rings(begun)) => begun,
            _ => 0,
        };
        self.tell(Fate::Lost { begun, reason });
    }

    /// Resets the state before an attempt on another device.
    pub fn start_over(&self) {
        *lock(&self.fate) = Fate::Going(Stage::Waiting);
    }

    /// Waits at most `timeout` until the bell is over or lost, and returns its state.
    pub fn wait(&self, timeout: Duration) -> Fate {
        let fate = lock(&self.fate);
        let going = |fate: &mut Fate| matches!(fate, Fate::Going(_));
        let waited = self.changed.wait_timeout_while(fate, timeout, going);
        waited.unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Sleeps for at most `timeout`, less if the bell is cancelled.
    pub fn sleep(&self, timeout: Duration) {
        let fate = lock(&self.fate);
        drop(self.changed.wait_timeout_while(fate, timeout, |_| !self.is_cancelled()));
    }

    /// Marks the thread of the bell as ended.
    pub fn end(&self) {
        *lock(&self.ended) = true;
        self.ended_changed.notify_all();
    }

    /// Waits at most `timeout` until the thread of the bell has ended, and returns whether it has.
    pub fn wait_for_end(&self, timeout: Duration) -> bool {
        let ended = lock(&self.ended);
        let waited = self.ended_changed.wait_timeout_while(ended, timeout, |ended| !*ended);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Locks `mutex` even if it is poisoned: these are plain values, which a panic cannot leave inconsistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
