//! What Zafu's CSV and JSON have in common: the names of the fields, and how their values are written and read.

use crate::skipped::Reason;
use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat, SubsecRound, Utc};
use zafu_core::time::{Seconds, UtcOffset, WallTime};

/// The version of both formats. It grows when an older Zafu could misread a file.
pub const VERSION: u64 = 1;

/// Writes an instant as RFC 3339 in UTC with milliseconds.
pub fn utc(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Writes a moment as RFC 3339 with milliseconds and its UTC offset.
pub fn wall_time(time: WallTime) -> String {
    time.with_offset().to_rfc3339_opts(SecondsFormat::Millis, false)
}

/// Reads what [`wall_time`] writes.
pub fn read_wall_time(text: &str) -> Result<WallTime, Reason> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| Reason::start(text))?;
    let minutes = i16::try_from(time.offset().local_minus_utc() / 60);
    let offset = minutes.map_err(|_| Reason::start(text))?;
    let utc = storable(time).ok_or_else(|| Reason::start(text))?;
    Ok(WallTime::new(utc, UtcOffset(offset)))
}

/// Reads what [`utc`] writes.
pub fn read_utc(column: &'static str, text: &str) -> Result<DateTime<Utc>, Reason> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| Reason::value(column, text))?;
    storable(time).ok_or_else(|| Reason::value(column, text))
}

/// Returns the time in UTC, to the millisecond, if its year has four digits there.
fn storable(time: DateTime<FixedOffset>) -> Option<DateTime<Utc>> {
    let utc = time.with_timezone(&Utc).trunc_subsecs(3);
    (0..=9999).contains(&utc.year()).then_some(utc)
}

/// Reads whole seconds.
pub fn read_seconds(column: &'static str, text: &str) -> Result<Seconds, Reason> {
    text.parse().map(Seconds).map_err(|_| Reason::value(column, text))
}

/// Reads an offset in minutes.
pub fn read_offset(column: &'static str, text: &str) -> Result<UtcOffset, Reason> {
    let minutes: Option<i16> = text.parse().ok();
    let minutes = minutes.filter(|minutes| minutes.unsigned_abs() < 24 * 60);
    minutes.map(UtcOffset).ok_or_else(|| Reason::value(column, text))
}
