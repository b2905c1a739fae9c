//! The times at which the bells of a sit are due.

use crate::plan::{IntervalTimes, Length, Plan, Strike};
use std::time::Duration;

/// Interval bells of an open-ended sit are scheduled up to this elapsed time.
const OPEN_HORIZON: Duration = Duration::from_secs(24 * 3600);

/// The purpose of a bell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The end of the preparation.
    Start,
    /// An interval bell, during the sit.
    Interval,
    /// The planned end.
    End,
}

impl Role {
    /// Returns how late a bell of this role may still be rung: an interval bell is useless once its time has passed, while
    /// the end bell helps for a minute.
    #[must_use]
    pub const fn grace(self) -> Duration {
        match self {
            Self::Start | Self::Interval => Duration::from_secs(2),
            Self::End => Duration::from_secs(60),
        }
    }

    /// Returns the strike that `plan` has for this role.
    #[must_use]
    pub fn strike(self, plan: &Plan) -> Option<&Strike> {
        match self {
            Self::Start => plan.bells.start.as_ref(),
            Self::Interval => plan.bells.intervals.as_ref().map(|intervals| &intervals.strike),
            Self::End => plan.bells.end.as_ref(),
        }
    }
}

/// One bell of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueBell {
    /// Elapsed time of the sit.
    pub at: Duration,
    /// Its purpose.
    pub role: Role,
}

/// Returns the bells of `plan` in order of time. The same `seed` gives the same random bells.
#[must_use]
pub fn schedule(plan: &Plan, seed: u64) -> Vec<DueBell> {
    let end = match plan.length {
        Length::Timed(seconds) => Some(Duration::from_secs(u64::from(seconds.get()))),
        Length::Open => None,
    };
    let mut bells = Vec::new();
    if plan.bells.start.is_some() {
        bells.push(DueBell { at: Duration::ZERO, role: Role::Start });
    }
    if let Some(intervals) = &plan.bells.intervals {
        // An interval bell at the planned end would sound together with the end bell.
        let horizon = end.unwrap_or(OPEN_HORIZON);
        let at = interval_times(&intervals.when, end, horizon, seed);
        bells.extend(at.into_iter().map(|at| DueBell { at, role: Role::Interval }));
    }
    if let (Some(at), Some(_)) = (end, &plan.bells.end) {
        bells.push(DueBell { at, role: Role::End });
    }
    bells
}

/// Returns the elapsed times of `when` before `horizon`, sorted and without duplicates.
fn interval_times(
    when: &IntervalTimes,
    end: Option<Duration>,
    horizon: Duration,
    seed: u64,
) -> Vec<Duration> {
    let seconds = |n: u32| Duration::from_secs(u64::from(n));
    match when {
        IntervalTimes::Every { seconds: every } => {
            (1..).map(|n| seconds(every.get()) * n).take_while(|at| *at < horizon).collect()
        }
        IntervalTimes::At { seconds: given } => {
            let mut at: Vec<_> = given.iter().map(|s| seconds(s.get())).collect();
            at.retain(|at| *at < horizon);
            at.sort_unstable();
            at.dedup();
            at
        }
        IntervalTimes::Spread { count } => end.map_or_else(Vec::new, |end| {
            let mut at: Vec<_> = (1..=count.get()).map(|n| end * n / (count.get() + 1)).collect();
            at.dedup();
            at
        }),
        IntervalTimes::Random { min_gap_seconds, max_gap_seconds } => {
            let least = u64::from(min_gap_seconds.get()) * 1000;
            let most = (u64::from(max_gap_seconds.get()) * 1000).max(least);
            let mut random = fastrand::Rng::with_seed(seed);
            std::iter::successors(Some(Duration::ZERO), |at| {
                Some(*at + Duration::from_millis(random.u64(least..=most)))
            })
            .skip(1)
            .take_while(|at| *at < horizon)
            .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounded::Bounded;
    use crate::plan::{
        BellCount, Bells, Intervals, OvertimeChoice, PreparationSeconds, SitSeconds,
    };
    use crate::plan::{SoundName, Strikes};
    use proptest::prelude::*;

    fn strike() -> Strike {
        Strike { sound: SoundName("bell".into()), strikes: Strikes::MIN }
    }

    fn plan(length: Length, when: IntervalTimes) -> Plan {
        Plan {
            length,
            delay: Duration::ZERO,
            preparation: PreparationSeconds::MIN,
            bells: Bells {
                start: Some(strike()),
                intervals: Some(Intervals { when, strike: strike() }),
                end: Some(strike()),
            },
            overtime: OvertimeChoice::Never,
        }
    }

    fn timed(seconds: u32) -> Length {
        Length::Timed(Bounded::new(seconds).unwrap())
    }

    fn intervals(plan: &Plan) -> Vec<f64> {
        let bells = schedule(plan, 7).into_iter();
        bells.filter(|b| b.role == Role::Interval).map(|b| b.at.as_secs_f64()).collect()
    }

    #[test]
    fn interval_bells_every_few_seconds_leave_out_the_end() {
        let when = IntervalTimes::Every { seconds: SitSeconds::new(300).unwrap() };
        assert_eq!(intervals(&plan(timed(1200), when)), [300.0, 600.0, 900.0]);
    }

    #[test]
    fn set_times_are_sorted_and_those_after_the_end_left_out() {
        let seconds = [500, 60, 60, 1200, 4000].map(|s| SitSeconds::new(s).unwrap()).to_vec();
        assert_eq!(intervals(&plan(timed(1200), IntervalTimes::At { seconds })), [60.0, 500.0]);
    }

    #[test]
    fn spread_bells_divide_the_sit_evenly() {
        let when = IntervalTimes::Spread { count: BellCount::new(3).unwrap() };
        assert_eq!(intervals(&plan(timed(1000), when.clone())), [250.0, 500.0, 750.0]);
        assert_eq!(intervals(&plan(Length::Open, when)), [0.0; 0]);
    }

    #[test]
    fn an_open_ended_sit_has_no_end_bell() {
        let when = IntervalTimes::Every { seconds: SitSeconds::new(3600).unwrap() };
        let bells = schedule(&plan(Length::Open, when), 0);
        assert_eq!(bells.len(), 1 + 23);
        assert!(bells.iter().all(|bell| bell.role != Role::End));
    }

    proptest! {
        #[test]
        fn random_bells_respect_their_gaps_and_repeat_for_the_same_seed(
            length in 1_u32..=7200, least in 1_u32..=600, more in 0_u32..=600, seed: u64,
        ) {
            let when = IntervalTimes::Random {
                min_gap_seconds: SitSeconds::new(least).unwrap(),
                max_gap_seconds: SitSeconds::new(least + more).unwrap(),
            };
            let plan = plan(timed(length), when);
            let bells = schedule(&plan, seed);
            prop_assert_eq!(&bells, &schedule(&plan, seed));
            let at: Vec<_> = std::iter::once(Duration::ZERO)
                .chain(bells.iter().filter(|b| b.role == Role::Interval).map(|b| b.at))
                .collect();
            for pair in at.windows(2) {
                let gap = pair[1] - pair[0];
                prop_assert!(gap >= Duration::from_secs(u64::from(least)));
                prop_assert!(gap <= Duration::from_secs(u64::from(least + more)));
            }
            prop_assert!(at.iter().all(|at| *at < Duration::from_secs(u64::from(length))));
        }
    }
}
