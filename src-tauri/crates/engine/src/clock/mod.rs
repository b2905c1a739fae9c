//! Reads the clocks. No other code of Zafu does.

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

/// Reads the time.
pub trait Clock: Send + Sync {
    /// Returns the current boot time and wall time.
    fn now(&self) -> Moment;

    /// Advances the clock and returns true, if this clock can be advanced. The real one cannot.
    fn advance(&self, _by: std::time::Duration) -> bool {
        false
    }
}

/// The clocks of the computer.
#[derive(Debug)]
pub struct SystemClock {
    boot_id: BootId,
}

impl SystemClock {
    /// Creates the clock and reads the boot id.
    #[must_use]
    pub fn new() -> Self {
        // Without a boot id, each start of the process counts as a boot: the user is then asked about an interrupted
        // sit, which is the safe choice. (`Uuid::now_v7` panics before 1970.)
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

/// Returns the local time at `time`. `Local::now()` panics if the clock is set before 1970, as on a computer with an
/// empty battery.
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
