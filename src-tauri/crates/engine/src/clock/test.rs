//! A clock that tests can advance. Releases do not contain it.

use super::{Clock, SystemClock};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::time::{BootId, Moment};

/// The clocks of the computer, plus the time by which a test has advanced them.
#[derive(Debug, Default)]
pub struct TestClock {
    real: SystemClock,
    ahead_ms: AtomicU64,
    boot_id: Option<BootId>,
}

impl TestClock {
    /// Creates a clock that is ahead by `ZAFU_TEST_AHEAD_MS` milliseconds and has the boot id in `ZAFU_TEST_BOOT_ID`.
    #[must_use]
    pub fn from_env() -> Self {
        let ahead = std::env::var("ZAFU_TEST_AHEAD_MS").ok().and_then(|ms| ms.parse().ok());
        let boot_id = std::env::var("ZAFU_TEST_BOOT_ID").ok();
        Self {
            real: SystemClock::new(),
            ahead_ms: AtomicU64::new(ahead.unwrap_or_default()),
            boot_id: boot_id.and_then(|id| Uuid::parse_str(&id).ok()).map(BootId),
        }
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        let now = self.real.now();
        let ahead = Duration::from_millis(self.ahead_ms.load(Ordering::SeqCst));
        Moment {
            boot: now.boot + ahead,
            boot_id: self.boot_id.unwrap_or(now.boot_id),
            wall: now.wall.plus(ahead),
        }
    }

    fn advance(&self, by: Duration) -> bool {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.ahead_ms.fetch_add(by, Ordering::SeqCst);
        true
    }
}
