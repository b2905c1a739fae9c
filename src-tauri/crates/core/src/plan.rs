//! The plan of a sit: its length, preparation, bells and overtime.

use crate::bounded::Bounded;
use crate::length::{LengthError, Zone};
use crate::time::WallTime;
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub use crate::length::{Length, LengthChoice, PlannedSeconds, PreparationSeconds, SitSeconds};

/// The number of times that a bell is struck: 1 to 9.
pub type Strikes = Bounded<1, 9>;
/// The number of interval bells that are spread over a sit.
pub type BellCount = Bounded<1, 99>;

/// The name of a built-in sound, or the path of a sound file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(as = "String"))]
pub struct SoundName(pub String);

/// A sound and the number of times that it is struck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Strike {
    /// The sound.
    pub sound: SoundName,
    /// The number of times that it is struck.
    pub strikes: Strikes,
}

impl Strike {
    /// Returns a strike of the sound with this name, `strikes` times.
    #[must_use]
    pub fn new(sound: &str, strikes: Strikes) -> Self {
        Self { sound: SoundName(sound.into()), strikes }
    }
}

/// The times of interval bells, measured from the start of the sit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum IntervalTimes {
    /// Every `seconds` seconds.
    Every {
        /// 1 s to 24 h.
        seconds: SitSeconds,
    },
    /// At set times.
    At {
        /// Seconds from the start, in any order.
        seconds: Vec<SitSeconds>,
    },
    /// `count` bells, evenly spaced; none in an open-ended sit.
    Spread {
        /// The number of bells.
        count: BellCount,
    },
    /// At random, each `min_gap_seconds` to `max_gap_seconds` after the one before.
    #[serde(rename_all = "camelCase")]
    Random {
        /// The shortest time between two bells.
        min_gap_seconds: SitSeconds,
        /// The longest time between two bells; treated as the shortest one if it is less.
        max_gap_seconds: SitSeconds,
    },
}

/// Interval bells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Intervals {
    /// Their times.
    pub when: IntervalTimes,
    /// The strike of each.
    pub strike: Strike,
}

/// The bells of a sit, all of them optional.
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

/// What happens to overtime, the time sat after the planned end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum OvertimeChoice {
    /// It is measured, and the user is asked whether to add it.
    #[default]
    Ask,
    /// It is measured and added.
    Always,
    /// There is none: the sit ends at its planned end.
    Never,
}

/// A plan as the user chooses it, and as settings and presets store it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PlanChoice {
    /// The length.
    pub length: LengthChoice,
    /// The preparation, in seconds.
    pub preparation_seconds: PreparationSeconds,
    /// The bell at the end of the preparation.
    pub start_bell: Option<Strike>,
    /// The bells during the sit.
    pub intervals: Option<Intervals>,
    /// The bell at the planned end.
    pub end_bell: Option<Strike>,
    /// What happens to overtime.
    pub overtime: OvertimeChoice,
}

impl Default for PlanChoice {
    /// Returns a plan of 20 minutes with 10 seconds of preparation and a bowl at the start and at the end.
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
    /// Returns the plan of a sit that starts at `now`, with a fixed length.
    ///
    /// # Errors
    /// [`LengthError::NothingLeft`] if the preparation leaves no time until a clock time.
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

/// The plan of one sit, with a fixed length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The length.
    pub length: Length,
    /// Added to the preparation, less than one second: lengths are whole seconds, and a sit until a clock time must end
    /// at exactly that time.
    #[serde(default)]
    pub delay: Duration,
    /// The preparation, in seconds.
    pub preparation: PreparationSeconds,
    /// Its bells.
    pub bells: Bells,
    /// What happens to overtime.
    pub overtime: OvertimeChoice,
}
