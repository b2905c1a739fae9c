//! The record of a sit, and how two copies of one record are joined.
//!
//! A record has three groups of fields, each with its own rule: the lifecycle is a lattice, the details and
//! the deletion are registers. Every rule is commutative, associative and idempotent, so that copies may meet
//! in any order and any number of times.

use crate::ids::{DeviceId, SessionId};
use crate::time::{Seconds, UtcOffset, WallTime};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How long a complete sit must be to count.
pub const COUNTS_FROM: Seconds = Seconds(60);

/// One sit, as it is stored and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its identity.
    pub id: SessionId,
    /// Where in its life it is.
    pub lifecycle: Lifecycle,
    /// What the person wrote of it.
    pub details: Register<Details>,
    /// When it was deleted, if it is.
    pub deletion: Register<Option<DateTime<Utc>>>,
    /// Local time minus UTC where and when it was sat.
    pub utcoffset: UtcOffset,
    /// Where it was made.
    pub deviceid: DeviceId,
    /// How it was made.
    pub source: Source,
    /// When the record was made.
    pub createdat: DateTime<Utc>,
}

impl Session {
    /// A sit that is about to run on this device.
    #[must_use]
    pub fn new(id: SessionId, started: WallTime, sitlength: Seconds, origin: Origin) -> Self {
        Self {
            id,
            lifecycle: Lifecycle { startedat: started.utc, sitlength, stage: Stage::Started },
            details: Register::untouched(Details::default(), origin.deviceid),
            deletion: Register::untouched(None, origin.deviceid),
            utcoffset: started.offset,
            deviceid: origin.deviceid,
            source: Source::Timer,
            createdat: origin.createdat,
        }
    }

    /// Joins what two places know of the same sit. What was fixed at its creation is taken from `self`.
    #[must_use]
    pub fn join(self, other: &Self) -> Self {
        Self {
            lifecycle: self.lifecycle.join(other.lifecycle),
            details: self.details.join(&other.details),
            deletion: self.deletion.join(&other.deletion),
            ..self
        }
    }

    /// When it began: as corrected, if so.
    #[must_use]
    pub fn effective_start(&self) -> WallTime {
        let utc = self.details.value.corrected_start.unwrap_or(self.lifecycle.startedat);
        WallTime { utc, offset: self.utcoffset }
    }

    /// How long was sat: as corrected, if so.
    #[must_use]
    pub fn effective_length(&self) -> Seconds {
        self.details.value.corrected_length.unwrap_or_else(|| self.lifecycle.satlength())
    }

    /// Whether it counts towards a goal: complete, not deleted, not imported, at least a minute sat.
    #[must_use]
    pub fn counts(&self) -> bool {
        matches!(self.lifecycle.stage, Stage::Completed { .. })
            && self.deletion.value.is_none()
            && self.source != Source::Import
            && self.effective_length() >= COUNTS_FROM
    }
}

/// Who made a record, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The device.
    pub deviceid: DeviceId,
    /// The moment.
    pub createdat: DateTime<Utc>,
}

/// The part of a record that the timer writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// The end of the preparation.
    pub startedat: DateTime<Utc>,
    /// The planned length, 0 for an open-ended sit.
    pub sitlength: Seconds,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a sit has come. It only ever goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// It runs, or waits for an answer.
    Started,
    /// It was ended before its planned end.
    EndedEarly {
        /// When.
        endedat: DateTime<Utc>,
        /// What was sat, without pauses.
        satlength: Seconds,
    },
    /// It reached its planned end, or was open-ended and ended.
    Completed {
        /// When. Overtime does not move it.
        completedat: DateTime<Utc>,
        /// What was sat, without pauses, with accepted overtime.
        satlength: Seconds,
    },
}

impl Stage {
    const fn rank(self) -> u8 {
        match self {
            Self::Started => 0,
            Self::EndedEarly { .. } => 1,
            Self::Completed { .. } => 2,
        }
    }

    /// The stage that has come further; of two that have come equally far, the earlier end and the longer sit.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::EndedEarly { endedat: a, satlength: m },
                Self::EndedEarly { endedat: b, satlength: n },
            ) => Self::EndedEarly { endedat: a.min(b), satlength: m.max(n) },
            (
                Self::Completed { completedat: a, satlength: m },
                Self::Completed { completedat: b, satlength: n },
            ) => Self::Completed { completedat: a.min(b), satlength: m.max(n) },
            _ if self.rank() >= other.rank() => self,
            _ => other,
        }
    }
}

impl Lifecycle {
    /// What was sat so far, as the record says: nothing while it runs.
    #[must_use]
    pub const fn satlength(&self) -> Seconds {
        match self.stage {
            Stage::Started => Seconds::ZERO,
            Stage::EndedEarly { satlength, .. } | Stage::Completed { satlength, .. } => satlength,
        }
    }

    /// When it ended, early or not.
    #[must_use]
    pub const fn endedat(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::Started => None,
            Stage::EndedEarly { endedat, .. } => Some(endedat),
            Stage::Completed { completedat, .. } => Some(completedat),
        }
    }

    /// When it was completed, if it was.
    #[must_use]
    pub const fn completedat(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::Completed { completedat, .. } => Some(completedat),
            Stage::Started | Stage::EndedEarly { .. } => None,
        }
    }

    /// Whether it reached its end.
    #[must_use]
    pub const fn is_completed(&self) -> bool {
        matches!(self.stage, Stage::Completed { .. })
    }

    /// Joins two copies: the earlier start, the smaller plan (the two never differ in practice), the further
    /// stage.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            startedat: self.startedat.min(other.startedat),
            sitlength: self.sitlength.min(other.sitlength),
            stage: self.stage.join(other.stage),
        }
    }
}

/// The highest revision of a register that a server stores, `zafu.last_revision` in `supabase/`. Half of the range:
/// a device that reads such a row still has higher revisions left.
pub const MAX_REVISION: u32 = i32::MAX.unsigned_abs();

/// A value of which the last word wins, where "last" is counted, not timed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register<T> {
    /// The value.
    pub value: T,
    /// How many times it was set, as far as its writer knew. 0: never.
    pub revision: u32,
    /// Who set it: decides between equal revisions.
    pub deviceid: DeviceId,
}

impl<T: Clone> Register<T> {
    /// A value that nobody has set yet.
    #[must_use]
    pub const fn untouched(value: T, deviceid: DeviceId) -> Self {
        Self { value, revision: 0, deviceid }
    }

    /// Sets it: one revision above the highest one seen.
    #[must_use]
    pub fn set(&self, value: T, deviceid: DeviceId) -> Self {
        Self { value, revision: self.revision.saturating_add(1), deviceid }
    }

    /// The higher revision; of two equal ones, that of the higher device.
    #[must_use]
    pub fn join(self, other: &Self) -> Self {
        if (other.revision, other.deviceid) > (self.revision, self.deviceid) {
            other.clone()
        } else {
            self
        }
    }
}

/// What the person says of a sit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// A note, for nobody else.
    pub note: String,
    /// What kind of sit it was.
    pub label: String,
    /// When it really began, if the person corrected it.
    pub corrected_start: Option<DateTime<Utc>>,
    /// How long it really was, if the person corrected it.
    pub corrected_length: Option<Seconds>,
}

/// How a record came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Source {
    /// Sat with the timer.
    Timer,
    /// Written down afterwards.
    Manual,
    /// Read from another program's export.
    Import,
}

impl Source {
    /// As tables write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timer => "timer",
            Self::Manual => "manual",
            Self::Import => "import",
        }
    }

    /// Reads what tables write.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Timer, Self::Manual, Self::Import].into_iter().find(|s| s.as_str() == name)
    }
}
