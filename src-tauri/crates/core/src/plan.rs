//! What a person asks for before a sit: how long, how announced, with which bells.

use crate::bounded::Bounded;
use crate::length::{LengthError, Zone, until};
use crate::time::{Seconds, WallTime};
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The length of a timed sit as a person may ask for it: 1 s to 24 h, in seconds.
pub type SitSeconds = Bounded<1, 86_400>;
/// The planned length of a sit, in seconds. A clock time can be more than 24 h away if the clock of the place is
/// set back before then.
pub type PlannedSeconds = Bounded<1, 172_800>;
/// The preparation before a sit: none to 5 min, in seconds.
pub type PreparationSeconds = Bounded<0, 300>;
/// How often one bell is struck: 1 to 9 times.
pub type Strikes = Bounded<1, 9>;
/// How many interval bells are spread over a sit.
pub type BellCount = Bounded<1, 99>;

/// How long a sit is to be, fixed when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Length {
    /// It ends by itself after so many seconds.
    Timed(PlannedSeconds),
    /// It ends when the person ends it.
    Open,
}

impl Length {
    /// As records write it: the seconds planned, 0 for an open-ended sit.
    #[must_use]
    pub fn seconds(self) -> Seconds {
        match self {
            Self::Timed(seconds) => Seconds(seconds.get()),
            Self::Open => Seconds::ZERO,
        }
    }
}

/// How long a sit is to be, as a person says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum LengthChoice {
    /// So many seconds.
    Timed {
        /// From 1 s to 24 h.
        seconds: SitSeconds,
    },
    /// Until the person ends it.
    Open,
    /// Until the wall clock shows this time next.
    Until {
        /// `HH:MM`, on the clock of the place.
        #[serde(with = "clock_text")]
        #[cfg_attr(feature = "ts", ts(as = "String"))]
        clock: NaiveTime,
    },
}

impl LengthChoice {
    /// Fixes the choice to a length: from here on no change of clock or zone moves the end. The second value is
    /// how long to wait before the preparation: see [`Plan::delay`].
    ///
    /// `now` is when the person asked, `preparation` what comes before the sit. A clock time names the end of
    /// the sit, so the preparation is taken off.
    ///
    /// # Errors
    /// [`LengthError`] if the preparation leaves nothing to sit.
    pub fn fix(
        self,
        now: WallTime,
        preparation: PreparationSeconds,
        zone: &impl Zone,
    ) -> Result<(Length, Duration), LengthError> {
        match self {
            Self::Timed { seconds } => Ok((Length::Timed(seconds.widen()), Duration::ZERO)),
            Self::Open => Ok((Length::Open, Duration::ZERO)),
            Self::Until { clock } => {
                let (seconds, delay) = until(clock, now, preparation, zone)?;
                Ok((Length::Timed(seconds), delay))
            }
        }
    }
}

mod clock_text {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(clock: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&clock.format("%H:%M"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(from)?;
        crate::length::parse_clock(&text).map_err(D::Error::custom)
    }
}

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
