//! Figures of the log, for charts. Only sits that are over count; their labels are those that are shown, after merges.

use super::LabelView;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The period of the charts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum InsightPeriod {
    /// The year of today.
    #[default]
    Current,
    /// All years.
    All,
    /// A year.
    Year(i32),
}

/// Sits together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TotalView {
    /// Their number.
    pub sits: u32,
    /// Their time sat, in seconds.
    #[cfg_attr(test, ts(type = "number"))]
    pub seconds: u64,
}

/// The sits of one label on one local day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LabelDayTotal {
    /// The day.
    #[cfg_attr(test, ts(as = "String"))]
    pub day: NaiveDate,
    /// The key of the label; the empty text for sits without one.
    pub label: String,
    /// The number of sits.
    pub sits: u32,
    /// Their time sat, in seconds.
    #[cfg_attr(test, ts(type = "number"))]
    pub seconds: u64,
}

/// The sits of one label in one year of local days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LabelYearTotal {
    /// The year.
    pub year: i32,
    /// The key of the label; the empty text for sits without one.
    pub label: String,
    /// The number of sits.
    pub sits: u32,
    /// Their time sat, in seconds.
    #[cfg_attr(test, ts(type = "number"))]
    pub seconds: u64,
}

/// The number of sits of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LengthTotalView {
    /// The time sat in whole minutes, rounded down.
    pub minutes: u32,
    /// The number of sits.
    pub sits: u32,
}

/// Consecutive days with a sit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StreakView {
    /// Those that end today, or yesterday while there is no sit today.
    pub current: u32,
    /// The longest run.
    pub longest: u32,
}

/// Days with a sit among the last ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RecentDays {
    /// The days with a sit.
    pub days: u32,
    /// The days in total, today included.
    pub span: u32,
}

/// Figures of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InsightView {
    /// The local day.
    #[cfg_attr(test, ts(as = "String"))]
    pub today: NaiveDate,
    /// The day of the first sit.
    #[cfg_attr(test, ts(as = "Option<String>"))]
    pub first_day: Option<NaiveDate>,
    /// All sits.
    pub total: TotalView,
    /// The sits of this week, from Monday on.
    pub this_week: TotalView,
    /// The sits of the week before.
    pub last_week: TotalView,
    /// The sits of this month.
    pub this_month: TotalView,
    /// The sits of the month before.
    pub last_month: TotalView,
    /// Consecutive days with a sit.
    pub streak: StreakView,
    /// Days with a sit among the last ones.
    pub recent: RecentDays,
    /// The labels that the user can choose.
    pub labels: Vec<LabelView>,
    /// The totals of all years, the first year first.
    pub years: Vec<LabelYearTotal>,
    /// The chosen year; `None` for all years.
    pub year: Option<i32>,
    /// The totals of the days of the chosen year, the first day first; empty for all years.
    pub days: Vec<LabelDayTotal>,
    /// The sits of the period by the half hour in which they started, at their own UTC offset, from midnight.
    #[cfg_attr(test, ts(as = "Vec<u32>"))]
    pub half_hours: Vec<u32>,
    /// The sits of the period by length, shortest first.
    pub lengths: Vec<LengthTotalView>,
    /// The totals of the days of the last weeks of the period, the first day first.
    pub recent_days: Vec<LabelDayTotal>,
}
