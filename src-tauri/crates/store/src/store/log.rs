//! The log and its figures.

use super::Store;
use crate::StoreError;
use crate::log::{
    self, DayTotal, Insight, InsightQuery, LogPage, LogQuery, LogSelection, OwnerFilter, Total,
};
use chrono::NaiveDate;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use zafu_core::day::DayStart;
use zafu_core::session::Session;

impl Store {
    /// Returns a page of the log: sessions that are not deleted and not in their preparation, in the order of their effective
    /// starts, the newest first.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] if the session at which the page begins does not exist; otherwise an I/O error.
    pub fn log(&self, query: &LogQuery) -> Result<LogPage, StoreError> {
        self.read(|connection| log::page(connection, query))
    }

    /// Returns the sessions of a page of the log: see [`Self::log`].
    ///
    /// # Errors
    /// As [`Self::log`].
    pub fn sessions(&self, query: &LogQuery) -> Result<Vec<Session>, StoreError> {
        let page = self.log(query)?;
        Ok(page.entries.into_iter().map(|entry| entry.session).collect())
    }

    /// Returns the number of the selected sits, and their time sat together. Counts also those that are not over.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] if an excepted one does not exist; otherwise an I/O error.
    pub fn selected_total(&self, selection: &LogSelection) -> Result<Total, StoreError> {
        self.read(|connection| log::selected_total(connection, selection))
    }

    /// Returns the figures of the log for charts.
    ///
    /// # Errors
    /// An I/O error.
    pub fn insight(&self, query: &InsightQuery) -> Result<Insight, StoreError> {
        self.read(|connection| log::insight(connection, query))
    }

    /// Moves sits to other days if the settings say another hour than [`Self::day_start`]. Takes seconds for a log of a
    /// million sits; no other change waits for it. Returns whether a day changed; false also if `stop` was set, and then
    /// nothing was changed.
    ///
    /// # Errors
    /// An I/O error; then nothing was changed.
    pub fn derive_days(&self, stop: &Arc<AtomicBool>) -> Result<bool, StoreError> {
        let derived = self.write_interruptibly(stop, |change| log::derive_days(change))?;
        Ok(derived.unwrap_or(false))
    }

    /// Returns the hour at which the days of the log begin. It follows the settings once [`Self::derive_days`] has run.
    ///
    /// # Errors
    /// An I/O error.
    pub fn day_start(&self) -> Result<DayStart, StoreError> {
        self.read(log::day_start)
    }

    /// Returns the totals of the sits that are over, by local day and label, the first day first.
    ///
    /// # Errors
    /// An I/O error.
    pub fn day_totals(
        &self,
        owner: OwnerFilter,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<DayTotal>, StoreError> {
        self.read(|connection| log::day_totals(connection, owner, days))
    }
}
