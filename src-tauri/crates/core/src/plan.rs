//! What a person asks for before a sit: how long, how announced, with which bells.

use crate::bounded::Bounded;
use crate::length::{LengthError, Zone};
use crate::time::WallTime;
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub use crate::length::{Length, LengthChoice, PlannedSeconds, PreparationSeconds, SitSeconds};

/// How often one bell is struck: 1 to 9 times.
pub type Strikes = Bounded<1, 9>;
/// How many interval bells are spread over a sit.
pub type BellCount = Bounded<1, 99>;

/// Names a sound: one of Zafu's own, or the path of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(as = "String"))]
pub struct SoundName(pub String);

/// One bell: what is struck, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Strike {
    /// What is struck.
    pub sound: SoundName,
    /// How often.
    pub strikes: Strikes,
}

impl Strike {
    /// `strikes` strokes of the sound of that name.
    #[must_use]
    pub fn new(sound: &str, strikes: Strikes) -> Self {
        Self { sound: SoundName(sound.into()), strikes }
    }
}

/// When interval bells are rung, counted from the beginning of the sit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum IntervalTimes {
    /// Each time so many seconds have been sat.
    Every {
        /// From 1 s to 24 h.
        seconds: SitSeconds,
    },
    /// At these moments.
    At {
        /// Seconds from the beginning, in any order.
        seconds: Vec<SitSeconds>,
    },
    /// So many, evenly; an open-ended sit has none of these.
    Spread {
        /// How many.
        count: BellCount,
    },
    /// At random, each a gap from `min_gap_seconds` to `max_gap_seconds` after the one before.
    #[serde(rename_all = "camelCase")]
    Random {
        /// The least between two bells.
        min_gap_seconds: SitSeconds,
        /// The most between two bells; taken as the least if it is less.
        max_gap_seconds: SitSeconds,
    },
}

/// Interval bells: when, and what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Intervals {
    /// When.
    pub when: IntervalTimes,
    /// What.
    pub strike: Strike,
}

/// The bells of a sit. Each may be none: some own a bowl.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bells {
    /// At the end of the preparation.
    pub start: Option<Strike>,
    /// During the sit.
    pub intervals: Option<Intervals>,
    /// At the planned end.
    pub end: Option<Strike>,
}

/// What becomes of time sat beyond the planned end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum OvertimeChoice {
    /// It is measured, and the person is asked.
    #[default]
    Ask,
    /// It is measured and added.
    Always,
    /// The sit is over at its planned end.
    Never,
}

/// A plan as a person makes it and as settings and presets keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PlanChoice {
    /// How long.
    pub length: LengthChoice,
    /// The preparation before it.
    pub preparation_seconds: PreparationSeconds,
    /// The bell at the beginning.
    pub start_bell: Option<Strike>,
    /// The bells on the way.
    pub intervals: Option<Intervals>,
    /// The bell at the planned end.
    pub end_bell: Option<Strike>,
    /// What becomes of time beyond the end.
    pub overtime: OvertimeChoice,
}

impl Default for PlanChoice {
    /// Twenty minutes, ten seconds of preparation, a bowl at both ends.
    fn default() -> Self {
        Self {
            length: LengthChoice::Timed { seconds: SitSeconds::constant::<1200>() },
            preparation_seconds: PreparationSeconds::constant::<10>(),
            start_bell: Some(Strike::new("large-bowl", Strikes::constant::<1>())),
            intervals: None,
            end_bell: Some(Strike::new("large-bowl", Strikes::constant::<3>())),
            overtime: OvertimeChoice::default(),
        }
    }
}

impl PlanChoice {
    /// Fixes the choice to the plan of a sit that starts `now`.
    ///
    /// # Errors
    /// [`LengthError`] if a clock time leaves nothing to sit.
    pub fn fix(&self, now: WallTime, zone: &impl Zone) -> Result<Plan, LengthError> {
        let (length, delay) = self.length.fix(now, self.preparation_seconds, zone)?;
        Ok(Plan {
            length,
            delay,
            preparation: self.preparation_seconds,
            bells: Bells {
                start: self.start_bell.clone(),
                intervals: self.intervals.clone(),
                end: self.end_bell.clone(),
            },
            overtime: self.overtime,
        })
    }
}

/// The plan of one sit, every part of it fixed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// How long.
    pub length: Length,
    /// Added to the preparation, less than a second: lengths are whole seconds, and a sit until a clock time must
    /// end when the clock shows that time, neither before nor after.
    #[serde(default)]
    pub delay: Duration,
    /// The preparation before it.
    pub preparation: PreparationSeconds,
    /// Its bells.
    pub bells: Bells,
    /// What becomes of time beyond the end.
    pub overtime: OvertimeChoice,
}
