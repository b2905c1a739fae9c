//! The log: pages of the visible sessions, the words of their notes, and totals.
//!
//! Everything here is read from the tables of `0009_log.sql`, which triggers derive from the sessions in each transaction.

mod counted;
mod derive;
mod filter;
mod insight;
mod page;
mod snapshot;
mod words;

pub(crate) use counted::counted_sits;
pub(crate) use derive::{day_start, derive_days, derive_late};
pub use filter::{LogFilter, LogSelection, Outcome, OwnerFilter};
pub use insight::{DayTotal, Insight, InsightQuery, LengthTotal, YearTotal};
pub(crate) use insight::{day_totals, insight};
pub use page::{LogEntry, LogPage, LogPosition, LogQuery};
pub(crate) use page::{page, selected, selected_total};
pub use snapshot::LogSnapshot;
pub use words::register_functions;

use chrono::{DateTime, NaiveDate, TimeDelta};
use rusqlite::Row;

/// The number of sits that are over, and their time sat together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// The number of sits.
    pub sits: u32,
    /// Their time sat, in seconds.
    pub seconds: u64,
}

impl Total {
    /// Reads the columns `at` and `at + 1`.
    fn read(row: &Row<'_>, at: usize) -> rusqlite::Result<Self> {
        // A sum of lengths is never negative.
        Ok(Self { sits: row.get(at)?, seconds: row.get::<_, i64>(at + 1)?.unsigned_abs() })
    }
}

impl std::ops::AddAssign for Total {
    fn add_assign(&mut self, other: Self) {
        self.sits = self.sits.saturating_add(other.sits);
        self.seconds = self.seconds.saturating_add(other.seconds);
    }
}

/// Returns the number of `day`, as in the column `day`: days since 1970-01-01.
fn day_number(day: NaiveDate) -> i64 {
    day.signed_duration_since(DateTime::UNIX_EPOCH.date_naive()).num_days()
}

/// Returns the day with this number. Only a row that no session can have is out of the range of dates.
fn day_of_number(number: i64) -> NaiveDate {
    TimeDelta::try_days(number)
        .and_then(|days| DateTime::UNIX_EPOCH.date_naive().checked_add_signed(days))
        .unwrap_or(if number < 0 { NaiveDate::MIN } else { NaiveDate::MAX })
}

#[cfg(test)]
pub(crate) mod tests;
