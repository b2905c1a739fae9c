//! What the thread of a bell, the callback of its device and whoever armed it tell each other.

use super::ringing::Stage;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How a bell fares on its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is on its way.
    Going(Stage),
    /// All of it has been handed over, and will have been heard after this time.
    Over(Duration),
    /// The device is gone, or stuck. So many strokes had begun.
    Lost {
        /// How many strokes had begun.
        begun: usize,
        /// What the system says.
        reason: String,
    },
}

/// No fade is wanted.
const RINGS: u32 = u32::MAX;

/// Shared by the three.
#[derive(Debug)]
pub struct Signal {
    /// Over how many milliseconds what rings is to fade; [`RINGS`] while it is to ring.
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

    /// Asks for silence after a fade of this length; the shortest one that was asked for holds.
    pub fn cancel(&self, fade: Duration) {
        let millis = u32::try_from(fade.as_millis()).unwrap_or(RINGS - 1);
        self.fade.fetch_min(millis, Ordering::AcqRel);
        // Taken so that a thread between its look and its sleep is not missed.
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

    /// Counts a filled buffer: a device that stops asking for more is stuck.
    pub fn count_filled(&self) {
        self.filled.fetch_add(1, Ordering::Relaxed);
    }

    pub fn filled(&self) -> u64 {
        self.filled.load(Ordering::Relaxed)
    }

    /// Tells how it fares; the thread only wakes up when it is over or lost.
    pub fn tell(&self, fate: Fate) {
        let mut known = lock(&self.fate);
        // What is over or lost stays so until the next try.
        if matches!(*known, Fate::Going(_)) {
            let last = !matches!(fate, Fate::Going(_));
            *known = fate;
            if last {
                self.changed.notify_all();
            }
        }
    }

    /// Whether a stroke has begun.
    pub fn rings(&self) -> bool {
        matches!(*lock(&self.fate), Fate::Going(Stage::Rings(1..)))
    }

    /// Tells that the device is lost.
    pub fn tell_lost(&self, reason: String) {
        let begun = match *lock(&self.fate) {
            Fate::Going(Stage::Rings(begun)) => begun,
            _ => 0,
        };
        self.tell(Fate::Lost { begun, reason });
    }

    /// Before another try on another device.
    pub fn start_over(&self) {
        *lock(&self.fate) = Fate::Going(Stage::Waiting);
    }

    /// How it fares, after at most `timeout`, earlier if it is over or lost.
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

    /// The thread of the bell has nothing more to do.
    pub fn end(&self) {
        *lock(&self.ended) = true;
        self.ended_changed.notify_all();
    }

    /// Whether the thread of the bell ended within `timeout`.
    pub fn wait_for_end(&self, timeout: Duration) -> bool {
        let ended = lock(&self.ended);
        let waited = self.ended_changed.wait_timeout_while(ended, timeout, |ended| !*ended);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// A panic elsewhere leaves plain values behind, which are as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
