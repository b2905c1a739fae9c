//! Exports and backups.

use serde::{Deserialize, Serialize};
use zafu_core::time::Seconds;

/// The format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ExportFormat {
    /// CSV, which spreadsheets read and Zafu imports.
    Csv,
    /// JSON, which has the looks of labels too, and which Zafu imports.
    Json,
    /// iCalendar, for calendars.
    Calendar,
}

/// A file that was exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExportedFile {
    /// Its path.
    pub file: String,
    /// The number of sits.
    pub sits: u32,
    /// The number of sits that were left out, because they are not over.
    pub left_out: u32,
}

/// Why a backup was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum BackupReason {
    /// The first backup of a day.
    Daily,
    /// Before a migration.
    Migration,
    /// Before an import.
    Import,
    /// The user has made it.
    Manual,
}

/// A backup of the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BackupView {
    /// Its number, which grows with each backup.
    pub number: u32,
    /// When it was taken, RFC 3339 in UTC.
    pub taken: String,
    /// Why it was taken.
    pub reason: BackupReason,
    /// Its size in bytes.
    #[cfg_attr(test, ts(type = "number"))]
    pub bytes: u64,
    /// The number of sits; `None` if it cannot be read.
    pub sits: Option<u32>,
    /// Its path.
    pub path: String,
}

/// What restoring a backup would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RestorePreview {
    /// The number of sits in the backup.
    pub sits: u32,
    /// The number of sits in the log that are not in the backup.
    pub missing: u32,
    /// Some of them, newest first.
    pub newest_missing: Vec<MissingSit>,
    /// The number of sits that the backup has as they were before they ended or were edited.
    pub changed: u32,
    /// The number of sits in the backup that are not in the log: deleted since then.
    pub returning: u32,
    /// The number of labels that were changed, merged or deleted since the backup.
    pub labels: u32,
    /// The number of presets that were added, changed or deleted since the backup.
    pub presets: u32,
    /// True if the backup has other settings.
    pub settings: bool,
}

/// A sit that is not in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MissingSit {
    /// The start, RFC 3339 with the local UTC offset of the sit.
    pub started_at: String,
    /// The time sat.
    pub sat_seconds: Seconds,
}
