//! Exponential backoff with full jitter, and `Retry-After`.

use super::policy::{MAX_BACKOFF, MAX_RETRY_AFTER, MIN_RETRY_DELAY};
use std::time::Duration;
use zafu_core::time::BootTime;

/// When a failed request is retried.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    /// Consecutive failures.
    failures: u32,
    /// The time of the last failure.
    pub failed_at: BootTime,
    /// No request before this, whatever wakes the sync: from `Retry-After`.
    floor: BootTime,
    /// No request before this, unless something wakes the sync.
    until: BootTime,
}

impl Backoff {
    /// The state for another account of the same server: only its `Retry-After` stays in force.
    pub fn for_other_account(self) -> Self {
        Self { floor: self.floor, ..Self::default() }
    }

    /// Records a failure. `jitter` is uniform over all values; the delay is anything from zero to the maximum, which
    /// doubles with each failure.
    pub fn fail(&mut self, retry_after: Option<Duration>, now: BootTime, jitter: u32) {
        self.failures = self.failures.saturating_add(1);
        if let Some(retry_after) = retry_after {
            self.floor = self.floor.max(now + retry_after.min(MAX_RETRY_AFTER));
        }
        let longest = MAX_BACKOFF.min(Duration::from_secs(1 << self.failures.min(16)));
        self.failed_at = now;
        self.until = now + fraction(longest, jitter);
    }

    /// Records a success.
    pub fn succeed(&mut self) {
        self.failures = 0;
    }

    /// Shortens the delay: something woke the sync.
    pub fn wake(&mut self, requested: bool, now: BootTime) {
        let soonest = if requested { now } else { self.failed_at + MIN_RETRY_DELAY };
        self.until = self.until.min(soonest);
    }

    /// The time before which nothing is requested.
    pub fn until(self) -> BootTime {
        self.floor.max(self.until)
    }
}

/// A fraction of `longest`, proportional to `jitter`.
pub fn fraction(longest: Duration, jitter: u32) -> Duration {
    longest.mul_f64(f64::from(jitter) / f64::from(u32::MAX))
}
