//! The files of the data folder: backups, and the database as a whole.

use super::Store;
use crate::backups::{self, BackupInfo, BackupReason};
use crate::restore::RestorePreview;
use crate::{StoreError, folder, location, restore};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use zafu_core::time::WallTime;

impl Store {
    /// Takes the daily backup, unless there is one already. Takes as long as copying the database; does not block other
    /// calls. Returns the new backup, if it was taken.
    ///
    /// # Errors
    /// An I/O error. Existing backups stay.
    pub fn backup_if_due(&self, now: WallTime) -> Result<Option<BackupInfo>, StoreError> {
        let _one_at_a_time = self.inner.backup.lock().unwrap_or_else(PoisonError::into_inner);
        self.read_separately(|connection| backups::take_if_due(connection, &self.inner.folder, now))
    }

    /// Takes a backup at the user's request. The newest seven of these are kept.
    ///
    /// # Errors
    /// An I/O error. Existing backups stay.
    pub fn back_up(&self, now: WallTime) -> Result<BackupInfo, StoreError> {
        let _one_at_a_time = self.inner.backup.lock().unwrap_or_else(PoisonError::into_inner);
        self.read_separately(|connection| {
            backups::take(connection, &self.inner.folder, BackupReason::Manual, now.utc)
        })
    }

    /// Compares the log in `folder`, which must not be open, with that of `backup`, of any format.
    ///
    /// # Errors
    /// [`StoreError::BackupUnusable`] as [`Store::restore`]; otherwise the database in `folder` cannot be read.
    pub fn restore_preview(
        folder: &Path,
        backup: &Path,
        named: u32,
    ) -> Result<RestorePreview, StoreError> {
        restore::preview(folder, backup, named).map_err(|error| error.explained(folder))
    }

    /// Returns the number of sits in a backup, of any format.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn sits_in(backup: &Path) -> Result<u32, StoreError> {
        restore::sits_in(backup)
    }

    /// Lists the backups in `folder`, newest first. Does not open the database.
    ///
    /// # Errors
    /// An I/O error.
    pub fn backups(folder: &Path) -> Result<Vec<BackupInfo>, StoreError> {
        backups::all(folder)
    }

    /// Lists the rescued databases in `folder` by name. Each was saved while another file was at the database's path,
    /// and can be given to [`Store::restore`].
    ///
    /// # Errors
    /// An I/O error.
    pub fn rescued(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
        location::rescued(folder).map_err(|error| StoreError::io(folder, folder, error))
    }

    /// Returns the newest backup in `folder` that can be restored.
    #[must_use]
    pub fn newest_intact_backup(folder: &Path) -> Option<PathBuf> {
        backups::newest_intact(folder)
    }

    /// Checks the whole database for damage. Does not block other calls.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], or an I/O error.
    pub fn check(&self) -> Result<(), StoreError> {
        match self.read_separately(backups::damage)? {
            None => Ok(()),
            Some(damage) => Err(StoreError::corrupt(&self.inner.folder, damage)),
        }
    }

    /// Replaces the database in `folder`, which must not be open, by `backup`. Returns the new path of the replaced
    /// database; `None` if there was none. The installation takes a new device id: with the old one, it would use the
    /// same revisions twice.
    ///
    /// # Errors
    /// [`StoreError::BackupUnusable`] if the backup is damaged or has an unknown format; otherwise an I/O error. An
    /// interruption leaves one of the two in place, intact.
    pub fn restore(
        folder: &Path,
        backup: &Path,
        now: WallTime,
    ) -> Result<Option<PathBuf>, StoreError> {
        restore::restore(folder, backup, now.utc).map_err(|error| error.explained(folder))
    }

    /// Moves a damaged database in `folder`, which must not be open, to `zafu.db.corrupt-<UTC>`, with its log. Returns
    /// the new path; `None` if there was no database.
    ///
    /// # Errors
    /// An I/O error.
    pub fn set_aside(folder: &Path, now: WallTime) -> Result<Option<PathBuf>, StoreError> {
        folder::move_aside(folder, "corrupt", now.utc)
    }
}
