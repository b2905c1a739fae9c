//! Imports: files, what importing them would change, and imports that were made.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use zafu_core::message::Message;
use zafu_core::time::Seconds;

/// Files to be imported together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportFiles {
    /// Their absolute paths.
    pub files: Vec<PathBuf>,
    /// The IANA time zone of local times, such as `Europe/Berlin`; by default the system's.
    #[serde(default)]
    pub zone: Option<String>,
    /// The order of day and month in files that do not tell it.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    /// True if sits of more than 24 hours are imported too.
    #[serde(default)]
    pub long_sits: bool,
    /// True if sits that were deleted, on this or another device, come back.
    #[serde(default)]
    pub deleted_sits: bool,
}

/// Files that the user has chosen for an import. Their paths stay in the process that opened the dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChosenFiles {
    /// Identifies them in the request that reads them.
    pub id: u32,
    /// Their names, without their folders.
    pub names: Vec<String>,
}

/// Whether the month or the day comes first in dates such as 4/5/2026.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum DateOrder {
    /// April 5.
    MonthFirst,
    /// May 4.
    DayFirst,
}

/// The result of reading files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ImportReading {
    /// The files were read. Nothing is imported yet.
    Preview(Box<ImportPreview>),
    /// The order of day and month has to be given: see [`ImportFiles::date_order`].
    DateOrderNeeded {
        /// The name of the file.
        file: String,
        /// A date of the file.
        example: String,
    },
}

/// What importing files would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportPreview {
    /// Identifies what was read, for the request that imports it.
    pub number: u32,
    /// The files, in the order in which they were given.
    pub files: Vec<ImportedFile>,
    /// The time zone that was assumed.
    pub zone: String,
    /// True if a sit depends on it.
    pub zone_was_used: bool,
    /// The numbers of sits.
    pub counts: ImportCounts,
    /// The number of notes that the log gets.
    pub notes: u32,
    /// The number of sits that are in the files twice, each time with the same values.
    pub repeated: u32,
    /// The number of skipped rows that can be imported on request, because only their length of more than 24 hours was the
    /// reason.
    pub long_sits: u32,
    /// The local day of the first sit that is new or comes back.
    #[cfg_attr(test, ts(as = "Option<String>"))]
    pub first_day: Option<NaiveDate>,
    /// The local day of the last one.
    #[cfg_attr(test, ts(as = "Option<String>"))]
    pub last_day: Option<NaiveDate>,
    /// The latest of them, latest first.
    pub samples: Vec<ImportSample>,
    /// The first rows that are not imported.
    pub skipped: Vec<SkippedRow>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportedFile {
    /// Its name; with its folder if another of the files has the same name.
    pub name: String,
    /// The name of its format, such as `insight-timer`.
    pub format: String,
    /// The order of day and month that was found or given, if the format has one.
    pub date_order: Option<DateOrder>,
    /// The number of sits.
    pub sits: u32,
    /// The number of rows that are not imported.
    pub skipped: u32,
}

/// The numbers of sits in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportCounts {
    /// Sits that are new.
    pub added: u32,
    /// Sits that come back: undoing an earlier import on this device has deleted them, or see [`ImportFiles::deleted_sits`].
    pub revived: u32,
    /// Sits that are in the log already. They stay as they are, except for their note: see `noted`.
    pub known: u32,
    /// Sits that are in the log, or in another of the files, in another format or spelling.
    pub same: u32,
    /// Sits that were deleted, on this or another device. They stay deleted.
    pub deleted: u32,
    /// Sits of `known` and `same` that had no note, and get that of the files.
    pub noted: u32,
    /// Rows that are not imported.
    pub skipped: u32,
}

impl ImportCounts {
    /// Returns whether an import changes the log.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        self.added > 0 || self.revived > 0 || self.noted > 0
    }
}

/// What undoing an import would change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportUndoView {
    /// The number of sits that are deleted.
    pub sits: u32,
    /// The number of those that were changed since the import.
    pub edited: u32,
    /// The number of other sits whose note, which the import gave, is taken away.
    pub notes: u32,
    /// The latest of the changed ones, latest first.
    pub samples: Vec<ImportSample>,
}

/// A sit that would be imported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportSample {
    /// The start, RFC 3339 with the local UTC offset of the sit.
    pub started_at: String,
    /// The time sat.
    pub sat_seconds: Seconds,
    /// The name of its label; empty: none.
    pub label: String,
    /// Its note.
    pub note: String,
}

/// A row that is not imported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SkippedRow {
    /// The file, by its index.
    pub file: u32,
    /// The number of the line, or of the entry in a file without lines.
    #[cfg_attr(test, ts(type = "number"))]
    pub row: u64,
    /// Where and why.
    pub message: Message,
}

/// How far the import is that runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportProgress {
    /// The part that is done, of `total`.
    #[cfg_attr(test, ts(type = "number"))]
    pub done: u64,
    /// The whole; 0 if it is not known yet.
    #[cfg_attr(test, ts(type = "number"))]
    pub total: u64,
}

/// An import that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportView {
    /// Its ID on this device.
    #[cfg_attr(test, ts(type = "number"))]
    pub id: i64,
    /// When it was made, RFC 3339 in UTC.
    pub imported_at: String,
    /// The names of its files; with their folders if several have the same name.
    pub files: Vec<String>,
    /// The names of their formats.
    pub formats: Vec<String>,
    /// The time zone that was assumed, if a sit depends on it.
    pub zone: Option<String>,
    /// The numbers of sits.
    pub counts: ImportCounts,
    /// When it was undone.
    pub undone_at: Option<String>,
    /// The number of sits that undoing it has deleted.
    pub undone: Option<u32>,
}
