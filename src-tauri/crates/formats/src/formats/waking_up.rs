//! The sessions of Waking Up: `Finished On,Title,Duration`, a day, a title and seconds.

use crate::collect::{Draft, Start};
use crate::detect::Columns;
use crate::skipped::Reason;
use crate::times::{self, DateOrder};

/// Columns of a table.
pub struct Layout {
    finished: usize,
    title: usize,
    duration: usize,
}

impl Layout {
    pub fn new(columns: &Columns) -> Option<Self> {
        let column = |name| columns.find(name);
        Some(Self {
            finished: column("finished on")?,
            title: column("title")?,
            duration: column("duration")?,
        })
    }

    pub fn date_column(&self) -> usize {
        self.finished
    }

    pub fn draft<'r>(
        &self,
        cell: impl Fn(usize) -> &'r str,
        order: DateOrder,
    ) -> Result<Draft<'r>, Reason> {
        let (start_text, length_text) = (cell(self.finished).trim(), cell(self.duration).trim());
        let local = times::local(start_text, order).ok_or_else(|| Reason::start(start_text))?;
        let seconds = times::seconds(length_text).ok_or_else(|| Reason::length(length_text))?;
        Ok(Draft {
            start: Start::Local(local),
            start_text,
            seconds,
            length_text,
            clock_seconds: None,
            planned: None,
            label: cell(self.title),
            note: "",
        })
    }
}
