//! The sessions of Brethap: `start,end,breaths,heartrate`. Times are local, with milliseconds or microseconds.

use crate::collect::{Draft, Start};
use crate::detect::Columns;
use crate::skipped::Reason;
use crate::times::{self, DateOrder, Local};
use crate::zone;
use chrono_tz::Tz;

/// Columns of a table.
pub struct Layout {
    start: usize,
    end: usize,
}

impl Layout {
    pub fn new(columns: &Columns) -> Option<Self> {
        let column = |name| columns.find(name);
        column("breaths")?;
        Some(Self { start: column("start")?, end: column("end")? })
    }

    pub fn draft<'r>(
        &self,
        cell: impl Fn(usize) -> &'r str,
        zone: Tz,
    ) -> Result<Draft<'r>, Reason> {
        let (start_text, end_text) = (cell(self.start).trim(), cell(self.end).trim());
        let time = |text| match times::local(text, DateOrder::MonthFirst) {
            Some(Local::Time(time)) => Some(time),
            _ => None,
        };
        let start = time(start_text).ok_or_else(|| Reason::start(start_text))?;
        let end = time(end_text).ok_or_else(|| Reason::length(end_text))?;
        // The clocks may have changed in between.
        let started = zone::resolve(zone, start);
        let ended = zone::resolve_end(zone, end, started.utc);
        let seconds =
            times::seconds_between(started.utc, ended.utc).ok_or(Reason::EndsBeforeStart)?;
        Ok(Draft {
            start: Start::Local(Local::Time(start)),
            start_text,
            seconds,
            length_text: end_text,
            clock_seconds: Some(end.signed_duration_since(start).num_seconds()),
            planned: None,
            label: "",
            note: "",
        })
    }
}
