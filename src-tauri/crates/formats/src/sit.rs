//! The sit of an export: what is read from a file and written to one.

use chrono::{DateTime, Utc};
use zafu_core::ids::SessionId;
use zafu_core::label::{Colour, Shape};
use zafu_core::session::Source;
use zafu_core::time::{Seconds, UtcOffset, WallTime};

/// A sit as it is read from an export or written to one. Times are exact to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sit {
    /// The id of its session: from Zafu's own exports as it was, otherwise derived (see [`crate::identity`]).
    pub id: SessionId,
    /// When it started, as corrected by the user if it was.
    pub start: WallTime,
    /// The time sat, as corrected by the user if it was.
    pub length: Seconds,
    /// The planned length, 0 if open-ended; none: not known.
    pub planned: Option<Seconds>,
    /// The name of its label as it is shown; empty: none.
    pub label: String,
    /// Its note.
    pub note: String,
    /// What only Zafu's own exports know.
    pub record: Option<Record>,
}

impl Sit {
    /// Returns how it ended. For an export of another program: early if it was shorter than planned.
    #[must_use]
    pub fn outcome(&self) -> SitOutcome {
        match (&self.record, self.planned) {
            (Some(record), _) => record.outcome,
            (None, Some(planned)) if self.length < planned => SitOutcome::EndedEarly,
            (None, _) => SitOutcome::Completed,
        }
    }
}

/// The fields of a session that other programs do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How it ended.
    pub outcome: SitOutcome,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// How the session was created.
    pub source: Source,
    /// When the session was created.
    pub created: DateTime<Utc>,
    /// The start before it was corrected; none: it was not.
    pub recorded_start: Option<DateTime<Utc>>,
    /// The UTC offset before it was corrected; none: it was not.
    pub recorded_offset: Option<UtcOffset>,
    /// The length before it was corrected; none: it was not.
    pub recorded_length: Option<Seconds>,
}

/// How a sit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SitOutcome {
    /// It reached its planned end, or was open-ended and ended.
    Completed,
    /// It ended before its planned end.
    EndedEarly,
}

impl SitOutcome {
    /// Returns its name in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::EndedEarly => "ended early",
        }
    }

    /// Parses its name in exports.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Completed, Self::EndedEarly].into_iter().find(|it| it.as_str() == name)
    }
}

/// How a label looks. Only Zafu's JSON has it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LabelStyle {
    /// The name of the label as it is shown.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// Its shape.
    pub shape: Shape,
}
