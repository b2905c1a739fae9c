//! Reads the whole log as it is at one moment, a part at a time.

use super::{LogEntry, LogFilter, OwnerFilter, filter, page};
use crate::StoreError;
use crate::labels::{self, LabelEntry};
use rusqlite::{Connection, Transaction};
use std::ops::ControlFlow;
use std::path::Path;

/// The log at one moment: changes of other processes do not affect it.
pub struct LogSnapshot<'a> {
    transaction: Transaction<'a>,
    folder: &'a Path,
}

impl<'a> LogSnapshot<'a> {
    pub(crate) fn new(connection: &'a Connection, folder: &'a Path) -> Result<Self, StoreError> {
        Ok(Self { transaction: connection.unchecked_transaction()?, folder })
    }

    /// Lists the labels of these owners that sits have or that were created or changed, by name: see
    /// [`crate::Store::labels`].
    ///
    /// # Errors
    /// An I/O error.
    pub fn labels(&self, owner: OwnerFilter) -> Result<Vec<LabelEntry>, StoreError> {
        let labels = || match owner {
            OwnerFilter::Shown => labels::all(&self.transaction),
            OwnerFilter::Of(id) => labels::of_owners(&self.transaction, vec![Some(id)]),
            OwnerFilter::All => {
                labels::of_owners(&self.transaction, filter::all_owners(&self.transaction)?)
            }
        };
        labels().map_err(|error| error.explained(self.folder))
    }

    /// Passes all sessions that `filter` selects to `each`, newest first, until it breaks. Few of them are in memory at a
    /// time.
    ///
    /// # Errors
    /// An I/O error.
    pub fn for_each(
        &self,
        filter: &LogFilter,
        mut each: impl FnMut(LogEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        page::for_each(&self.transaction, filter, &mut each)
            .map_err(|error| error.explained(self.folder))
    }
}
