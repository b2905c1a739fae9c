//! The two clocks of Zafu, which are never mixed.
//!
//! [`BootTime`] measures: it is monotonic and includes time in suspend. [`WallTime`] records: it is the local time that a
//! wall clock shows. A duration is always the difference of two boot times.

use chrono::{DateTime, Duration as ChronoDuration, FixedOffset, NaiveDateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use uuid::Uuid;

/// Whole seconds, the unit of every stored or transmitted length.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(as = "u32"))]
pub struct Seconds(pub u32);

impl Seconds {
    /// Zero seconds.
    pub const ZERO: Self = Self(0);

    /// Returns the whole seconds in `duration`, rounded down.
    #[must_use]
    pub fn floor(duration: Duration) -> Self {
        Self(u32::try_from(duration.as_secs()).unwrap_or(u32::MAX))
    }

    /// Converts to a duration.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }
}

impl fmt::Display for Seconds {
    /// Writes `mm:ss`, or `h:mm:ss` from one hour on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        if hours > 0 {
            write!(f, "{hours}:{minutes:02}:{seconds:02}")
        } else {
            write!(f, "{minutes:02}:{seconds:02}")
        }
    }
}

/// Time since the computer was booted, time in suspend included.
///
/// Comparable only with boot times of the same [`BootId`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootTime(pub Duration);

impl BootTime {
    /// Returns the time since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl std::ops::Add<Duration> for BootTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

impl std::ops::Sub<Duration> for BootTime {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration))
    }
}

/// Identifies one boot of the computer. Boot times of different boots cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootId(pub Uuid);

/// A moment in local time: the UTC instant and the UTC offset in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WallTime {
    /// The UTC instant.
    pub utc: DateTime<Utc>,
    /// Local time minus UTC, in minutes.
    pub offset: UtcOffset,
}

impl WallTime {
    /// Returns the local time of `utc`, truncated to milliseconds, the precision of every stored time.
    #[must_use]
    pub fn new(utc: DateTime<Utc>, offset: UtcOffset) -> Self {
        Self { utc: utc.trunc_subsecs(3), offset }
    }

    /// Returns the local date and time.
    #[must_use]
    pub fn local(self) -> NaiveDateTime {
        self.utc.naive_utc() + ChronoDuration::minutes(i64::from(self.offset.0))
    }

    /// Returns the time `duration` later, at the same offset.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let utc = ChronoDuration::from_std(duration)
            .ok()
            .and_then(|d| self.utc.checked_add_signed(d))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self::new(utc, self.offset)
    }

    /// Returns the time `duration` earlier, at the same offset.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let utc = ChronoDuration::from_std(duration)
            .ok()
            .and_then(|d| self.utc.checked_sub_signed(d))
            .unwrap_or(DateTime::<Utc>::MIN_UTC);
        Self::new(utc, self.offset)
    }

    /// Converts to chrono's type, which formats as RFC 3339 with the offset.
    #[must_use]
    pub fn with_offset(self) -> DateTime<FixedOffset> {
        let offset = FixedOffset::east_opt(i32::from(self.offset.0) * 60)
            .unwrap_or_else(|| FixedOffset::east_opt(0).expect("zero is a valid offset"));
        self.utc.with_timezone(&offset)
    }
}

/// Local time minus UTC, in minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(as = "i16"))]
pub struct UtcOffset(pub i16);

/// A moment on both clocks. Every rule of the core takes the current time as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The boot clock.
    pub boot: BootTime,
    /// The boot that `boot` belongs to.
    pub boot_id: BootId,
    /// The wall clock.
    pub wall: WallTime,
}
