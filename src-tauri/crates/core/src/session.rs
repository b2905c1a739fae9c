//! The session, the stored record of a sit, and how two copies of it are merged.
//!
//! A session has three groups of fields, each with its own rule: the lifecycle is a lattice, the details and the deletion
//! are last-writer-wins registers. Every rule is commutative, associative and idempotent, so that copies can be merged in
//! any order and any number of times.

use crate::ids::{DeviceId, SessionId};
use crate::time::{Seconds, UtcOffset, WallTime};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The shortest completed sit that counts towards a goal.
pub const COUNTS_FROM: Seconds = Seconds(60);

/// A sit as it is stored and synced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The fields that the timer writes.
    pub lifecycle: Lifecycle,
    /// The fields that the user edits.
    pub details: Register<Details>,
    /// When it was deleted; none: it is not.
    pub deletion: Register<Option<DateTime<Utc>>>,
    /// Local time minus UTC during the sit.
    pub utcoffset: UtcOffset,
    /// The device that created the record.
    pub deviceid: DeviceId,
    /// How the record was created.
    pub source: Source,
    /// When the record was created.
    pub createdat: DateTime<Utc>,
}

impl Session {
    /// Creates the record of a sit that this device is about to start.
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

    /// Merges two copies of the same session. Fields that are fixed at creation are taken from `self`.
    #[must_use]
    pub fn join(self, other: &Self) -> Self {
        Self {
            lifecycle: self.lifecycle.join(other.lifecycle),
            details: self.details.join(&other.details),
            deletion: self.deletion.join(&other.deletion),
            ..self
        }
    }

    /// Returns the start and its UTC offset, each as corrected by the user if it was.
    #[must_use]
    pub fn effective_start(&self) -> WallTime {
        let details = &self.details.value;
        let utc = details.corrected_start.unwrap_or(self.lifecycle.startedat);
        WallTime { utc, offset: details.corrected_offset.unwrap_or(self.utcoffset) }
    }

    /// Returns the time sat, as corrected by the user if it was.
    #[must_use]
    pub fn effective_length(&self) -> Seconds {
        self.details.value.corrected_length.unwrap_or_else(|| self.lifecycle.satlength())
    }

    /// Returns whether it counts towards a shared goal: timed, completed, not deleted, at least one minute long. Sits that
    /// were entered by hand or imported count only in the user's own figures.
    #[must_use]
    pub fn counts(&self) -> bool {
        matches!(self.lifecycle.stage, Stage::Completed { .. })
            && self.deletion.value.is_none()
            && self.source == Source::Timer
            && self.effective_length() >= COUNTS_FROM
    }
}

/// The device that created a record, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The device.
    pub deviceid: DeviceId,
    /// When.
    pub createdat: DateTime<Utc>,
}

/// The fields of a session that the timer writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// The end of the preparation.
    pub startedat: DateTime<Utc>,
    /// The planned length; 0 for an open-ended sit.
    pub sitlength: Seconds,
    /// Whether and how it ended.
    pub stage: Stage,
}

/// The stage of a sit. A merge never takes it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Running or unsettled.
    Started,
    /// Ended before its planned end.
    EndedEarly {
        /// When.
        endedat: DateTime<Utc>,
        /// The time sat, without pauses.
        satlength: Seconds,
    },
    /// Reached its planned end, or was open-ended and ended.
    Completed {
        /// When. Overtime does not change it.
        completedat: DateTime<Utc>,
        /// The time sat, without pauses, with accepted overtime.
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

    /// Returns the later stage; of two equal stages, the earlier end and the longer time sat.
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
    /// Returns the stored time sat: zero until the sit has ended.
    #[must_use]
    pub const fn satlength(&self) -> Seconds {
        match self.stage {
            Stage::Started => Seconds::ZERO,
            Stage::EndedEarly { satlength, .. } | Stage::Completed { satlength, .. } => satlength,
        }
    }

    /// Returns when it ended, early or not.
    #[must_use]
    pub const fn endedat(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::Started => None,
            Stage::EndedEarly { endedat, .. } => Some(endedat),
            Stage::Completed { completedat, .. } => Some(completedat),
        }
    }

    /// Returns when it was completed.
    #[must_use]
    pub const fn completedat(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::Completed { completedat, .. } => Some(completedat),
            Stage::Started | Stage::EndedEarly { .. } => None,
        }
    }

    /// Returns whether it was completed.
    #[must_use]
    pub const fn is_completed(&self) -> bool {
        matches!(self.stage, Stage::Completed { .. })
    }

    /// Merges two copies: the earlier start, the smaller planned length (the two never differ in practice), the later
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

/// A last-writer-wins register, ordered by revision and not by time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register<T> {
    /// The value.
    pub value: T,
    /// How many times the value was set, as far as its writer knew. 0: never.
    pub revision: u32,
    /// The device that set it; decides between equal revisions.
    pub deviceid: DeviceId,
}

impl<T: Clone> Register<T> {
    /// Returns a value that was not set yet.
    #[must_use]
    pub const fn untouched(value: T, deviceid: DeviceId) -> Self {
        Self { value, revision: 0, deviceid }
    }

    /// Returns the register with another value, one revision above this one.
    #[must_use]
    pub fn set(&self, value: T, deviceid: DeviceId) -> Self {
        Self { value, revision: self.revision.saturating_add(1), deviceid }
    }

    /// Returns the copy with the higher revision; of equal revisions, the one of the higher device id.
    #[must_use]
    pub fn join(self, other: &Self) -> Self {
        if (other.revision, other.deviceid) > (self.revision, self.deviceid) {
            other.clone()
        } else {
            self
        }
    }
}

/// The fields of a session that the user edits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// A private note.
    pub note: String,
    /// The kind of sit, in the user's words.
    pub label: String,
    /// The start, if the user corrected it.
    pub corrected_start: Option<DateTime<Utc>>,
    /// The time sat, if the user corrected it.
    pub corrected_length: Option<Seconds>,
    /// Local time minus UTC during the sit, if the user corrected it.
    pub corrected_offset: Option<UtcOffset>,
}

/// How a session was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Source {
    /// By the timer.
    Timer,
    /// Entered by the user afterwards.
    Manual,
    /// Imported from another program's export.
    Import,
}

impl Source {
    /// Returns its name in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timer => "timer",
            Self::Manual => "manual",
            Self::Import => "import",
        }
    }

    /// Parses its name in tables.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Timer, Self::Manual, Self::Import].into_iter().find(|s| s.as_str() == name)
    }
}
