//! The sessions of Meditation Assistant: `"ID","Length","Started","Completed","Message"`. Times are UTC in whole minutes,
//! in the digits of the phone's script.

use crate::collect::{Draft, Start};
use crate::detect::Columns;
use crate::skipped::Reason;
use crate::times::{self, DateOrder, Local};

/// Columns of a table.
pub struct Layout {
    pub length: usize,
    pub started: usize,
    pub message: usize,
}

impl Layout {
    pub fn new(columns: &Columns) -> Option<Self> {
        let column = |name| columns.find(name);
        column("completed")?;
        Some(Self {
            length: column("length")?,
            started: column("started")?,
            message: column("message")?,
        })
    }

    /// Reads a row whose start and length are in plain digits: the same sit has one id, whatever the script.
    pub fn draft<'r>(
        &self,
        start_text: &'r str,
        length_text: &'r str,
        message: &'r str,
    ) -> Result<Draft<'r>, Reason> {
        let start = times::local(start_text, DateOrder::MonthFirst);
        let Some(Local::Time(start)) = start else { return Err(Reason::start(start_text)) };
        let seconds =
            times::hours_and_minutes(length_text).ok_or_else(|| Reason::length(length_text))?;
        Ok(Draft {
            start: Start::Instant(start.and_utc(), None),
            start_text,
            seconds,
            length_text,
            clock_seconds: None,
            planned: None,
            label: "",
            note: message,
        })
    }
}
