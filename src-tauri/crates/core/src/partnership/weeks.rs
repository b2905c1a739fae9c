//! Shared weeks: when they start, what they count, and whether they were kept.

use crate::day::{DayStart, day_of};
use crate::time::WallTime;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The length of every week: a change of the clocks in spring or autumn moves its local start.
pub const WEEK: TimeDelta = TimeDelta::hours(168);

/// Returns the start of the first week of a partnership that begins at `accepted`: the start of the inviter's local day,
/// with the UTC offset and the start of the day that the inviter had. `accepted` has that offset.
#[must_use]
pub fn first_week_at(accepted: WallTime, starts: DayStart) -> DateTime<Utc> {
    let local = day_of(accepted, starts).and_time(chrono::NaiveTime::MIN)
        + TimeDelta::hours(i64::from(starts.get()));
    local.and_utc() - TimeDelta::minutes(i64::from(accepted.offset.0))
}

/// Returns the start of the week `number`, from 1, if the first week starts at `first`. A week that chrono cannot name starts
/// at the end of time.
#[must_use]
pub fn week_start(first: DateTime<Utc>, number: u32) -> DateTime<Utc> {
    let before = i64::from(number) - 1;
    let passed = WEEK.num_seconds().checked_mul(before).and_then(TimeDelta::try_seconds);
    let start = passed.and_then(|passed| first.checked_add_signed(passed));
    start.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Returns the number, from 1, of the week that `moment` is in; none before the first week.
#[must_use]
pub fn week_number(first: DateTime<Utc>, moment: DateTime<Utc>) -> Option<u32> {
    let passed = moment - first;
    if passed < TimeDelta::zero() {
        return None;
    }
    u32::try_from(passed.num_seconds() / WEEK.num_seconds() + 1).ok()
}

/// One week of a partnership, as one of its users sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// Its number, from 1.
    pub number: u32,
    /// Its start.
    pub start: DateTime<Utc>,
    /// The sits that both wanted to sit together; 0: both were resting.
    pub goal: u32,
    /// The user's sits that count.
    pub mine: u32,
    /// The partner's sits that count.
    pub partners: u32,
}

impl Week {
    /// Returns when the next week starts.
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        self.start.checked_add_signed(WEEK).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Returns whether the goal is reached; none in a week without a goal.
    #[must_use]
    pub fn kept(&self) -> Option<bool> {
        let sits = u64::from(self.mine) + u64::from(self.partners);
        (self.goal > 0).then(|| sits >= u64::from(self.goal))
    }
}

/// Totals over the weeks of a partnership. "Kept 4 of 5" is `kept` of `kept + missed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Weeks whose goal was reached.
    pub kept: u32,
    /// Weeks that passed in the partnership without reaching their goal.
    pub missed: u32,
}

impl Tally {
    /// Counts `weeks` of a partnership that lasted until `until`, or lasts at that moment. The week that is not over then,
    /// of today or of leaving, counts only if it is kept; weeks without a goal do not count.
    #[must_use]
    pub fn of<'a>(weeks: impl IntoIterator<Item = &'a Week>, until: DateTime<Utc>) -> Self {
        let mut tally = Self::default();
        for week in weeks {
            match week.kept() {
                Some(true) => tally.kept += 1,
                Some(false) if week.end() <= until => tally.missed += 1,
                Some(false) | None => {}
            }
        }
        tally
    }
}

/// Returns how far the lotus of a week is open, from 0 to 1: `known` sits that count and the part `sit`, from 0 to 1, of a
/// sit that runs, of the `goal`. `None` in a week without a goal.
#[must_use]
pub fn week_share(goal: u32, known: u32, sit: f64) -> Option<f64> {
    let sat = f64::from(known) + sit.clamp(0.0, 1.0);
    (goal > 0).then(|| (sat / f64::from(goal)).min(1.0))
}
