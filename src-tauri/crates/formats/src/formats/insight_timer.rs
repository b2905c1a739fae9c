//! The log of Insight Timer, `Started At,Duration,Preset,Activity`. Times are local without a zone; the columns come in
//! any order and case. Notes are in a file of their own, see [`super::insight_timer_journal`].

use crate::collect::{Draft, Start};
use crate::detect::Columns;
use crate::skipped::Reason;
use crate::times::{self, DateOrder, Local};

/// Columns of a log.
pub struct Layout {
    started: usize,
    duration: usize,
    activity: Option<usize>,
}

impl Layout {
    pub fn new(columns: &Columns) -> Option<Self> {
        let column = |name| columns.find(name);
        Some(Self {
            started: column("started at")?,
            duration: column("duration")?,
            activity: column("activity"),
        })
    }

    pub fn date_column(&self) -> usize {
        self.started
    }

    /// Reads a row. Returns its local start too, by which its note is found.
    pub fn draft<'r>(
        &self,
        cell: impl Fn(usize) -> &'r str,
        order: DateOrder,
    ) -> Result<(Draft<'r>, Local), Reason> {
        let (start_text, length_text) = (cell(self.started).trim(), cell(self.duration).trim());
        let local = times::local(start_text, order).ok_or_else(|| Reason::start(start_text))?;
        let seconds =
            times::clock_length(length_text).ok_or_else(|| Reason::length(length_text))?;
        let activity = self.activity.map_or("", cell).trim();
        let draft = Draft {
            start: Start::Local(local),
            start_text,
            seconds,
            length_text,
            clock_seconds: None,
            planned: None,
            label: activity.strip_prefix("PracticeType.").unwrap_or(activity),
            note: "",
        };
        Ok((draft, local))
    }
}
