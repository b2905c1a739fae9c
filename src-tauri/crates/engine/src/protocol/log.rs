//! The log: pages of it, changes of its sessions, and labels.

use super::SitRecord;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use zafu_core::day::TimeRange;
use zafu_core::ids::{SessionRef, UserId};
use zafu_core::label::{Colour, LabelKey, Shape};
use zafu_core::message::Message;
use zafu_core::session::Source;
use zafu_core::time::Seconds;

/// The owners whose sessions a log lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LogOwner {
    /// The account in use, and sits without an owner.
    #[default]
    Shown,
    /// All owners.
    All,
    /// One account.
    Of(UserId),
}

/// Selects sessions of the log. All conditions apply together; an empty list is no condition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub struct LogFilter {
    /// The owners.
    pub owner: LogOwner,
    /// Labels, one of which the session has; the empty text selects sessions without a label.
    pub labels: Vec<String>,
    /// Words that the note or the name of the label contains, each in full or as the beginning of a word.
    pub words: String,
    /// The shortest time sat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortest: Option<Seconds>,
    /// The longest time sat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest: Option<Seconds>,
    /// Outcomes, one of which the session has.
    pub outcomes: Vec<Outcome>,
    /// Sources, one of which the session has.
    pub sources: Vec<Source>,
    /// The first local day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(as = "Option<String>"))]
    pub first_day: Option<NaiveDate>,
    /// The last local day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(as = "Option<String>"))]
    pub last_day: Option<NaiveDate>,
    /// The part of the local day in which sessions start, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeRange>,
}

/// All sits that a filter selects, except some.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogSelection {
    /// The filter.
    pub filter: LogFilter,
    /// The sits that are not selected.
    pub except: Vec<SessionRef>,
}

/// What the user can change of a selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SelectionView {
    /// The number of sits: all but those that another device is still timing.
    pub sits: u32,
    /// Their time sat together.
    #[cfg_attr(test, ts(type = "number"))]
    pub seconds: u64,
    /// The number of those that can be deleted.
    pub deletable: u32,
}

/// A change of a selection, which `revert_selection` can revert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChangedSelection {
    /// Identifies the change until the engine stops.
    pub change: u32,
    /// The number of sits that were changed.
    pub sits: u32,
}

/// How a sit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Outcome {
    /// It reached its planned end.
    Completed,
    /// It was ended before its planned end.
    EndedEarly,
    /// It has not ended, as far as this device knows.
    Started,
}

/// Where a page of the log begins. The log is ordered from the newest start to the oldest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LogPosition {
    /// At the newest session.
    #[default]
    Newest,
    /// After this session of the list: older ones.
    After(SessionRef),
    /// It ends before this session of the list: newer ones.
    Before(SessionRef),
    /// At the last session of this local day, or of the nearest day before it.
    Day(#[cfg_attr(test, ts(as = "String"))] NaiveDate),
}

/// A query for a page of the log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogQuery {
    /// Selects sessions.
    #[serde(default)]
    pub filter: LogFilter,
    /// Where the page begins.
    #[serde(default)]
    pub position: LogPosition,
    /// The maximum number of sessions.
    pub limit: u32,
}

/// A page of the log, newest session first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogPage {
    /// The sessions.
    pub sits: Vec<SitRecord>,
    /// The totals of their local days, including sessions of these days on other pages.
    pub days: Vec<DayTotal>,
    /// True if there are newer sessions.
    pub newer: bool,
    /// True if there are older sessions.
    pub older: bool,
    /// The number of newer sessions, if it is known.
    pub newer_count: Option<u32>,
    /// The number of all sessions that the filter selects, if it is known.
    pub total: Option<u32>,
}

/// The sits of a local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DayTotal {
    /// The local day.
    #[cfg_attr(test, ts(as = "String"))]
    pub day: NaiveDate,
    /// The number of sits that have ended.
    pub sits: u32,
    /// Their time sat together, in seconds.
    #[cfg_attr(test, ts(type = "number"))]
    pub seconds: u64,
}

/// A sit that the user adds by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SitEntry {
    /// The start, RFC 3339 with the local UTC offset of the sit.
    pub started_at: String,
    /// The time sat.
    pub sat_seconds: Seconds,
    /// The note.
    pub note: String,
    /// The key of the label; the empty text for none.
    pub label: String,
}

/// What the user has changed of a session. What is missing stays as it is, also if another device has changed it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub struct SitChange {
    /// The start, RFC 3339 with the local UTC offset of the sit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// The time sat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sat_seconds: Option<Seconds>,
    /// The note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The key of the label; the empty text for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What the user can change of a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LabelLook {
    /// The name that is shown.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// Its shape.
    pub shape: Shape,
}

/// A label, as the window shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LabelView {
    /// What sessions with this label contain, and requests use.
    pub key: LabelKey,
    /// The name that is shown.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// Its shape.
    pub shape: Shape,
    /// The number of sits with this label, including those of labels that were merged into it.
    pub sits: u32,
    /// Why the server has rejected its last change, and what to do; none if it has not.
    pub rejected: Option<Message>,
}
