//! Totals of the log for charts, and streaks. All of it is read from totals that triggers keep, never from the sessions.

use super::filter::{self, Labels, OwnerFilter};
use super::{Total, day_number, day_of_number};
use crate::StoreError;
use chrono::{Datelike, Days, NaiveDate};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use zafu_core::day;
use zafu_core::label::LabelKey;

/// The sits of one label on one local day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayTotal {
    /// The day.
    pub day: NaiveDate,
    /// The label as which it is shown, after merges; none: no label.
    pub label: Option<LabelKey>,
    /// The sits.
    pub total: Total,
}

/// The sits of one label in one year of local days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearTotal {
    /// The year.
    pub year: i32,
    /// The label as which it is shown, after merges; none: no label.
    pub label: Option<LabelKey>,
    /// The sits.
    pub total: Total,
}

/// The number of sits of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthTotal {
    /// The time sat in whole minutes, rounded down.
    pub minutes: u32,
    /// The number of sits.
    pub sits: u32,
}

/// A query for the figures of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InsightQuery {
    /// The owners of the sits.
    pub owner: OwnerFilter,
    /// The local day.
    pub today: NaiveDate,
    /// The year whose days, half hours and lengths are returned; none: half hours and lengths of all years, and no days.
    pub year: Option<i32>,
    /// The number of days, today included, of which those with a sit are counted.
    pub span: u32,
}

/// Figures of the log. Only sits that are over count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insight {
    /// The day of the first sit.
    pub first_day: Option<NaiveDate>,
    /// All sits.
    pub total: Total,
    /// The sits of the week of today, from Monday on.
    pub this_week: Total,
    /// The sits of the week before.
    pub last_week: Total,
    /// The sits of the month of today.
    pub this_month: Total,
    /// The sits of the month before.
    pub last_month: Total,
    /// Consecutive days with a sit that end today or yesterday.
    pub streak: u32,
    /// The longest run of consecutive days with a sit.
    pub longest_streak: u32,
    /// Days with a sit among the last ones: see [`InsightQuery::span`].
    pub recent_days: u32,
    /// The totals of each year by label, the first year first.
    pub years: Vec<YearTotal>,
    /// The totals of the days of the selected year by label, the first day first.
    pub days: Vec<DayTotal>,
    /// The sits of the selected years by the half hour of the clock in which they started, at their own UTC offset.
    pub half_hours: [u32; 48],
    /// The sits of the selected years by length, shortest first.
    pub lengths: Vec<LengthTotal>,
}

/// Returns the figures of the log.
pub(crate) fn insight(
    connection: &Connection,
    query: &InsightQuery,
) -> Result<Insight, StoreError> {
    let InsightQuery { owner, today, year, span } = *query;
    // All queries read one state of the database.
    let connection = &*connection.unchecked_transaction()?;
    let owners = filter::owners(connection, owner)?;
    let labels = Labels::read(connection)?;
    let mut by_day: BTreeMap<i64, Total> = BTreeMap::new();
    let mut by_year: BTreeMap<(i32, i64), Total> = BTreeMap::new();
    for owner in &owners {
        let mut days = connection.prepare_cached(
            "SELECT day, sum(sits), sum(seconds) FROM day_totals WHERE owner = ?1 GROUP BY day",
        )?;
        let mut rows = days.query([owner])?;
        while let Some(row) = rows.next()? {
            *by_day.entry(row.get(0)?).or_default() += Total::read(row, 1)?;
        }
        let mut years = connection.prepare_cached(
            "SELECT year, label, sits, seconds FROM year_totals WHERE owner = ?1",
        )?;
        let mut rows = years.query([owner])?;
        while let Some(row) = rows.next()? {
            *by_year.entry((row.get(0)?, row.get(1)?)).or_default() += Total::read(row, 2)?;
        }
    }
    let within = |days: RangeInclusive<NaiveDate>| {
        let range = day_number(*days.start())..=day_number(*days.end());
        let mut sum = Total::default();
        by_day.range(range).for_each(|(_, total)| sum += *total);
        sum
    };
    let monday = day::week_of(today);
    let first_of_month = today.with_day(1).unwrap_or(today);
    let days_before = |day: NaiveDate, days| day.checked_sub_days(Days::new(days)).unwrap_or(day);
    let end_of_last_month = days_before(first_of_month, 1);
    // As in the charts: a short sit is one too.
    let sat: BTreeSet<_> = by_day.keys().map(|number| day_of_number(*number)).collect();
    let mut total = Total::default();
    by_day.values().for_each(|day| total += *day);
    Ok(Insight {
        first_day: by_day.keys().next().map(|number| day_of_number(*number)),
        total,
        this_week: within(monday..=today),
        last_week: within(days_before(monday, 7)..=days_before(monday, 1)),
        this_month: within(first_of_month..=today),
        last_month: within(
            end_of_last_month.with_day(1).unwrap_or(end_of_last_month)..=end_of_last_month,
        ),
        streak: day::streak(&sat, today),
        longest_streak: day::longest_streak(&sat),
        recent_days: day::days_with_sits(&sat, today, span),
        years: shown(by_year, &labels, |year, label, total| YearTotal { year, label, total }),
        days: match year {
            Some(year) => totals_of_days(connection, &owners, &labels, days_of(year))?,
            None => Vec::new(),
        },
        half_hours: half_hours(connection, &owners, year)?,
        lengths: lengths(connection, &owners, year)?,
    })
}

/// Returns the totals of the days of a range by label, the first day first.
pub(crate) fn day_totals(
    connection: &Connection,
    owner: OwnerFilter,
    days: RangeInclusive<NaiveDate>,
) -> Result<Vec<DayTotal>, StoreError> {
    let connection = &*connection.unchecked_transaction()?;
    let owners = filter::owners(connection, owner)?;
    let labels = Labels::read(connection)?;
    totals_of_days(
        connection,
        &owners,
        &labels,
        day_number(*days.start())..=day_number(*days.end()),
    )
}

fn totals_of_days(
    connection: &Connection,
    owners: &[i64],
    labels: &Labels,
    days: RangeInclusive<i64>,
) -> Result<Vec<DayTotal>, StoreError> {
    let mut totals: BTreeMap<_, Total> = BTreeMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT day, label, sits, seconds FROM day_totals WHERE owner = ?1 AND day BETWEEN ?2 AND ?3",
    )?;
    for owner in owners {
        let mut rows = statement.query((owner, days.start(), days.end()))?;
        while let Some(row) = rows.next()? {
            *totals.entry((row.get(0)?, row.get(1)?)).or_default() += Total::read(row, 2)?;
        }
    }
    Ok(shown(totals, labels, |day, label, total| DayTotal {
        day: day_of_number(day),
        label,
        total,
    }))
}

/// Adds up the totals of labels that are shown as the same one, in the order of periods.
fn shown<Period: Ord, T>(
    totals: BTreeMap<(Period, i64), Total>,
    labels: &Labels,
    make: impl Fn(Period, Option<LabelKey>, Total) -> T,
) -> Vec<T> {
    let mut sums: BTreeMap<_, Total> = BTreeMap::new();
    for ((period, label), total) in totals {
        *sums.entry((period, labels.shown_as(label))).or_default() += total;
    }
    sums.into_iter().map(|((period, label), total)| make(period, label.cloned(), total)).collect()
}

/// Returns the numbers of the days of a year.
fn days_of(year: i32) -> RangeInclusive<i64> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN);
    let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX);
    day_number(first)..=day_number(last)
}

fn half_hours(
    connection: &Connection,
    owners: &[i64],
    year: Option<i32>,
) -> Result<[u32; 48], StoreError> {
    let mut counts = [0_u32; 48];
    let mut statement = connection.prepare_cached(
        "SELECT half_hour, sits FROM half_hour_counts
         WHERE owner = ?1 AND year BETWEEN coalesce(?2, -9999) AND coalesce(?2, 9999)",
    )?;
    for owner in owners {
        let mut rows = statement.query((owner, year))?;
        while let Some(row) = rows.next()? {
            let (half_hour, sits): (u8, u32) = (row.get(0)?, row.get(1)?);
            if let Some(count) = counts.get_mut(usize::from(half_hour)) {
                *count = count.saturating_add(sits);
            }
        }
    }
    Ok(counts)
}

fn lengths(
    connection: &Connection,
    owners: &[i64],
    year: Option<i32>,
) -> Result<Vec<LengthTotal>, StoreError> {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT minutes, sits FROM length_counts
         WHERE owner = ?1 AND year BETWEEN coalesce(?2, -9999) AND coalesce(?2, 9999)",
    )?;
    for owner in owners {
        let mut rows = statement.query((owner, year))?;
        while let Some(row) = rows.next()? {
            let (minutes, sits): (u32, u32) = (row.get(0)?, row.get(1)?);
            let count = counts.entry(minutes).or_default();
            *count = count.saturating_add(sits);
        }
    }
    Ok(counts.into_iter().map(|(minutes, sits)| LengthTotal { minutes, sits }).collect())
}
