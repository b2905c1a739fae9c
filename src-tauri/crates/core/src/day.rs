//! The local day and week of a sit, and streaks of days. A day follows from the start of a sit, the UTC offset stored with
//! it, and the hour at which the user's day begins, so that travelling never moves a sit to another day.

use crate::bounded::Bounded;
use crate::time::WallTime;
use chrono::{Datelike, Days, Duration, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The hour at which the user's day begins: a sit after midnight may belong to the day before.
pub type DayStart = Bounded<0, 23>;

/// Returns the local day of `moment`, for a user whose day begins at `starts`.
#[must_use]
pub fn day_of(moment: WallTime, starts: DayStart) -> NaiveDate {
    (moment.local() - Duration::hours(i64::from(starts.get()))).date()
}

/// Returns the Monday of the week of `day`.
#[must_use]
pub fn week_of(day: NaiveDate) -> NaiveDate {
    let since_monday = u64::from(day.weekday().num_days_from_monday());
    day.checked_sub_days(Days::new(since_monday)).unwrap_or(day)
}

/// A part of the day, in minutes of the local clock: from `from` until before `until`. If that is not later, the part goes
/// on after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TimeRange {
    /// The first minute, from 0 on.
    pub from: u16,
    /// The minute after the last one, up to 1440.
    pub until: u16,
}

impl TimeRange {
    /// Returns the parts of one day, each from its first minute until before its last one.
    #[must_use]
    pub fn parts(self) -> Vec<(u16, u16)> {
        match self.from < self.until {
            true => vec![(self.from, self.until)],
            false => vec![(0, self.until), (self.from, 1440)],
        }
    }
}

/// Counts the consecutive days with a sit that end today, or yesterday if there is none today yet: a day that is not
/// over does not break a streak.
#[must_use]
pub fn streak(days: &BTreeSet<NaiveDate>, today: NaiveDate) -> u32 {
    let last = if days.contains(&today) { Some(today) } else { today.pred_opt() };
    let row = std::iter::successors(last, |day| day.pred_opt());
    u32::try_from(row.take_while(|day| days.contains(day)).count()).unwrap_or(u32::MAX)
}

/// Returns the length of the longest streak.
#[must_use]
pub fn longest_streak(days: &BTreeSet<NaiveDate>) -> u32 {
    let (mut longest, mut row, mut before) = (0, 0, None);
    for day in days {
        row = if before.is_some() && day.pred_opt() == before { row + 1 } else { 1 };
        longest = longest.max(row);
        before = Some(*day);
    }
    longest
}

/// Counts the days with a sit among the `span` days that end today, as in "47 of 48 days".
#[must_use]
pub fn days_with_sits(days: &BTreeSet<NaiveDate>, today: NaiveDate, span: u32) -> u32 {
    let first = span.checked_sub(1).and_then(|back| today.checked_sub_days(Days::new(back.into())));
    first.map_or(0, |first| u32::try_from(days.range(first..=today).count()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UtcOffset;
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(utc: &str, offset: i16) -> WallTime {
        WallTime::new(utc.parse::<DateTime<Utc>>().unwrap(), UtcOffset(offset))
    }

    fn starts(hour: u32) -> DayStart {
        DayStart::new(hour).unwrap()
    }

    #[test]
    fn a_day_follows_the_offset_of_the_sit_and_not_utc() {
        assert_eq!(day_of(at("2026-03-01T23:30:00Z", 120), starts(0)), date("2026-03-02"));
        assert_eq!(day_of(at("2026-03-01T00:30:00Z", -300), starts(0)), date("2026-02-28"));
    }

    #[test]
    fn a_sit_before_the_day_begins_belongs_to_the_day_before() {
        assert_eq!(day_of(at("2026-03-02T02:00:00Z", 0), starts(4)), date("2026-03-01"));
        assert_eq!(day_of(at("2026-03-02T04:00:00Z", 0), starts(4)), date("2026-03-02"));
    }

    #[test]
    fn a_streak_is_broken_only_by_a_day_that_is_over() {
        let days = ["2026-03-01", "2026-03-02", "2026-03-03"].map(date).into();
        assert_eq!(streak(&days, date("2026-03-03")), 3);
        assert_eq!(streak(&days, date("2026-03-04")), 3);
        assert_eq!(streak(&days, date("2026-03-05")), 0);
    }

    #[test]
    fn days_with_sits_count_today() {
        let days = ["2026-03-01", "2026-03-03"].map(date).into();
        assert_eq!(days_with_sits(&days, date("2026-03-03"), 3), 2);
        assert_eq!(days_with_sits(&days, date("2026-03-03"), 1), 1);
        assert_eq!(days_with_sits(&days, date("2026-03-03"), 0), 0);
    }

    #[test]
    fn a_week_starts_on_monday() {
        assert_eq!(week_of(date("2026-03-01")), date("2026-02-23"));
        assert_eq!(week_of(date("2026-03-02")), date("2026-03-02"));
    }

    proptest! {
        #[test]
        fn a_day_lasts_24_hours_at_one_offset(
            seconds in 0_i64..4_000_000_000, offset in -720_i16..=840, hour in 0_u32..24,
        ) {
            let moment = |s| WallTime::new(DateTime::from_timestamp(s, 0).unwrap(), UtcOffset(offset));
            let today = day_of(moment(seconds), starts(hour));
            prop_assert_eq!(day_of(moment(seconds + 86_400), starts(hour)), today.succ_opt().unwrap());
        }

        #[test]
        fn no_streak_is_longer_than_the_longest_streak(
            offsets in prop::collection::btree_set(0_u64..60, 0..40), today in 0_u64..60,
        ) {
            let first = date("2026-01-01");
            let days: BTreeSet<_> = offsets.iter().map(|d| first + Days::new(*d)).collect();
            let today = first + Days::new(today);
            prop_assert!(streak(&days, today) <= longest_streak(&days));
            prop_assert!(longest_streak(&days) as usize <= days.len());
            prop_assert!(days_with_sits(&days, today, 30) >= streak(&days, today).min(30).saturating_sub(1));
        }
    }
}
