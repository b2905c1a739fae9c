//! The one place at which Zafu reads a clock.

mod boot;
#[cfg(feature = "test-clock")]
mod test;
mod zone;

#[cfg(feature = "test-clock")]
pub use test::TestClock;
pub use zone::LocalZone;

use chrono::{DateTime, Local, Offset, Utc};
use std::time::SystemTime;
use uuid::Uuid;
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};

/// Tells what time it is.
pub trait Clock: Send + Sync {
    /// This moment, on the clock that measures and on the one that records.
    fn now(&self) -> Moment;

    /// Lets time pass, as far as this clock can; the real one cannot.
    fn advance(&self, _by: std::time::Duration) -> bool {
        false
    }
}

/// The computer's own clocks.
#[derive(Debug)]
pub struct SystemClock {
    boot_id: BootId,
}

impl SystemClock {
    /// Finds out which run of the computer this is.
    #[must_use]
    pub fn new() -> Self {
        // A computer that does not tell its runs apart is taken to start anew each time: the person is then
        // asked of a sit that was cut off, which is the careful side to err on. (`Uuid::now_v7` panics before 1970.)
        let boot_id = boot::id().unwrap_or_else(Uuid::new_v4);
        Self { boot_id: BootId(boot_id) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment { boot: BootTime(boot::time()), boot_id: self.boot_id, wall: wall() }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock adapter")]
fn wall() -> WallTime {
    wall_of(SystemTime::now())
}

/// What the clock of the place shows at `time`. `Local::now()` panics on a clock that is set before 1970, as it is
/// on a computer whose battery is empty.
fn wall_of(time: SystemTime) -> WallTime {
    let local = DateTime::<Utc>::from(time).with_timezone(&Local);
    let minutes = local.offset().fix().local_minus_utc() / 60;
    WallTime::new(local.to_utc(), UtcOffset(i16::try_from(minutes).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn real_life_31_a_clock_before_1970_is_read() {
        let time = SystemTime::UNIX_EPOCH - Duration::from_millis(86_400_000 - 1);
        assert_eq!(wall_of(time).utc.to_rfc3339(), "1969-12-31T00:00:00.001+00:00");
    }
}
