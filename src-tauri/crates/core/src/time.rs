//! The two times of Zafu, which are never mixed.
//!
//! [`BootTime`] measures: it is monotonic and goes on in suspend. [`WallTime`] records: it is what a person
//! would read off a clock at that place. A duration is only ever the difference of two boot times.

use chrono::{DateTime, Duration as ChronoDuration, FixedOffset, NaiveDateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use uuid::Uuid;

/// Whole seconds: the unit of every length on every wire and in every table.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(as = "u32"))]
pub struct Seconds(pub u32);

impl Seconds {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// The whole seconds in `duration`; what is left of the last one is dropped.
    #[must_use]
    pub fn floor(duration: Duration) -> Self {
        Self(u32::try_from(duration.as_secs()).unwrap_or(u32::MAX))
    }

    /// As a duration.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }
}

impl fmt::Display for Seconds {
    /// `mm:ss`, or `h:mm:ss` from one hour on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        if hours > 0 {
            write!(f, "{hours}:{minutes:02}:{seconds:02}")
        } else {
            write!(f, "{minutes:02}:{seconds:02}")
        }
    }
}

/// Time since the computer was started, counting the time it was suspended.
///
/// Only comparable with another one of the same [`BootId`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootTime(pub Duration);

impl BootTime {
    /// The time from `earlier` to this moment; zero if `earlier` is later.
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

/// Names one run of the computer, from one start to the next. Boot times of two runs say nothing of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootId(pub Uuid);

/// A moment on the wall clock of a place: the UTC instant and the offset in force there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WallTime {
    /// The instant.
    pub utc: DateTime<Utc>,
    /// Local time minus UTC, in minutes.
    pub offset: UtcOffset,
}

impl WallTime {
    /// This instant at this place, cut to whole milliseconds, the precision of every record.
    #[must_use]
    pub fn new(utc: DateTime<Utc>, offset: UtcOffset) -> Self {
        Self { utc: utc.trunc_subsecs(3), offset }
    }

    /// What the wall clock shows.
    #[must_use]
    pub fn local(self) -> NaiveDateTime {
        self.utc.naive_utc() + ChronoDuration::minutes(i64::from(self.offset.0))
    }

    /// The same place, `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let utc = ChronoDuration::from_std(duration)
            .ok()
            .and_then(|d| self.utc.checked_add_signed(d))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self::new(utc, self.offset)
    }

    /// The same place, `duration` earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let utc = ChronoDuration::from_std(duration)
            .ok()
            .and_then(|d| self.utc.checked_sub_signed(d))
            .unwrap_or(DateTime::<Utc>::MIN_UTC);
        Self::new(utc, self.offset)
    }

    /// With its offset, as RFC 3339 writes it.
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

/// One moment on both clocks: what every decision of the core is given as `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// On the clock that measures.
    pub boot: BootTime,
    /// Which run of the computer `boot` belongs to.
    pub boot_id: BootId,
    /// On the clock that records.
    pub wall: WallTime,
}
