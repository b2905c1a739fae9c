//! The sessions of Meditate: `start_time_unix,duration_secs,mode,label,note`, and since version 26.8.5 also
//! `uuid,start_local,label_uuid,guided_file_uuid`. `start_local` tells the UTC offset of the sit.

use crate::collect::{Draft, Start};
use crate::detect::Columns;
use crate::skipped::Reason;
use crate::table::unguarded;
use crate::times::{self, DateOrder, Local};
use chrono::{DateTime, Utc};
use zafu_core::time::UtcOffset;

/// Columns of a table.
pub struct Layout {
    start: usize,
    duration: usize,
    label: Option<usize>,
    note: Option<usize>,
    start_local: Option<usize>,
}

impl Layout {
    pub fn new(columns: &Columns) -> Option<Self> {
        let column = |name| columns.find(name);
        Some(Self {
            start: column("start_time_unix")?,
            duration: column("duration_secs")?,
            label: column("label"),
            note: column("note"),
            start_local: column("start_local"),
        })
    }

    pub fn draft<'r>(&self, cell: impl Fn(usize) -> &'r str) -> Result<Draft<'r>, Reason> {
        let (start_text, length_text) = (cell(self.start).trim(), cell(self.duration).trim());
        let utc = times::unix_seconds(start_text).ok_or_else(|| Reason::start(start_text))?;
        let seconds = times::seconds(length_text).ok_or_else(|| Reason::length(length_text))?;
        let offset = self.start_local.and_then(|column| offset(utc, cell(column)));
        let text = |column: Option<usize>| unguarded(column.map_or("", &cell));
        Ok(Draft {
            start: Start::Instant(utc, offset),
            start_text,
            seconds,
            length_text,
            clock_seconds: None,
            planned: None,
            label: text(self.label),
            note: text(self.note),
        })
    }
}

/// Returns the UTC offset of a local time, to the minute.
fn offset(utc: DateTime<Utc>, local: &str) -> Option<UtcOffset> {
    let Local::Time(local) = times::local(local, DateOrder::MonthFirst)? else { return None };
    let seconds = local.signed_duration_since(utc.naive_utc()).num_seconds();
    let minutes = (seconds + 30).div_euclid(60);
    i16::try_from(minutes).ok().filter(|minutes| minutes.abs() < 24 * 60).map(UtcOffset)
}
