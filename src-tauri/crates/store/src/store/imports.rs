//! Importing sits, and undoing imports.

use super::Store;
use crate::backups::{self, BackupReason};
use crate::imports::{
    self, Commit, CommitProgress, Committed, ImportId, ImportInfo, ImportOutcome, ImportPreview,
    ImportSource, ImportUndoPreview, StagedAs, Staging,
};
use crate::{StoreError, folder};
use chrono::{DateTime, Utc};
use std::path::Path;
use std::sync::{Arc, PoisonError};
use zafu_core::label::{Colour, Shape};
use zafu_core::session::Session;
use zafu_core::time::WallTime;

/// Sits that were read from files and are not in the log yet. Dropping it discards them.
///
/// They are in a temporary folder in the data folder. Nothing is changed in the log before [`Self::commit`].
pub struct StagedImport {
    store: Store,
    staging: Staging,
}

/// Each staged byte needs up to this many bytes of disk space: in the database, its indexes and its write-ahead log.
const SPACE_PER_STAGED_BYTE: u64 = 8;
/// Disk space that an import leaves free.
const RESERVED_SPACE: u64 = 16 << 20;
/// How many times a commit compares again because another account was signed in meanwhile.
const MAX_COMPARISONS: u32 = 4;

impl StagedImport {
    /// Returns an existing folder for files that are needed until this is dropped.
    #[must_use]
    pub fn temporary_folder(&self) -> &Path {
        self.staging.temporary_folder()
    }

    /// Returns the number of staged sits.
    #[must_use]
    pub const fn sits(&self) -> u32 {
        self.staging.count()
    }

    /// Makes sits that the user has deleted, on this or another device, come back with the import.
    pub const fn bring_back_deleted(&mut self) {
        self.staging.bring_back_deleted();
    }

    /// Adds a sit that was read from the file with the index `file`, unless one with its id was added before. The text in its
    /// label is the name of a label. The id of this device, which is in a session, is set by [`Self::commit`].
    ///
    /// # Errors
    /// An I/O error.
    pub fn add(&mut self, file: usize, session: &Session) -> Result<StagedAs, StoreError> {
        self.staging.add(file, session)
    }

    /// Adds the look of a label.
    ///
    /// # Errors
    /// An I/O error.
    pub fn add_label(
        &mut self,
        name: &str,
        colour: Colour,
        shape: Shape,
    ) -> Result<(), StoreError> {
        self.staging.add_look(name, colour, shape)
    }

    /// Compares the staged sits with the log. `formats` has the name of each file's format. Returns what an import would
    /// change, with up to `samples` sits.
    ///
    /// # Errors
    /// An I/O error.
    pub fn preview(
        &mut self,
        formats: &[String],
        samples: u32,
    ) -> Result<ImportPreview, StoreError> {
        self.compare(formats)?;
        self.staging.preview(samples)
    }

    /// Takes a backup, and adds the staged sits to the log: all of them or none. Saves of the timer come first.
    ///
    /// # Errors
    /// [`StoreError::NoSpaceForImport`], [`StoreError::TimerSaves`], or an I/O error. Then nothing was imported.
    pub fn commit(
        mut self,
        source: &ImportSource,
        now: WallTime,
        on_progress: &CommitProgress,
    ) -> Result<ImportOutcome, StoreError> {
        let available = self.store.available_space()?;
        self.commit_if_fits(source, now, on_progress, available)
    }

    /// Checks that reading files has not filled the disk, which the timer needs too. To be called after every few megabytes
    /// that are read.
    ///
    /// # Errors
    /// [`StoreError::NoSpaceForImport`], or an I/O error.
    pub fn check_space(&self) -> Result<(), StoreError> {
        self.store.available_space().and_then(|available| self.store.ensure_reserved(available))
    }

    pub(crate) fn commit_if_fits(
        &mut self,
        source: &ImportSource,
        now: WallTime,
        on_progress: &CommitProgress,
        available: u64,
    ) -> Result<ImportOutcome, StoreError> {
        let mut has_backup = false;
        for _ in 0..MAX_COMPARISONS {
            self.compare(&source.formats)?;
            let Some(compared) = self.staging.compared().copied() else { break };
            let counts = self.staging.counts().map_err(|error| self.store.explained(error))?;
            if !counts.is_change() {
                return Ok(ImportOutcome::Nothing);
            }
            if !has_backup {
                self.ensure_space(available)?;
                self.store.backup_before_import(now)?;
                has_backup = true;
            }
            let commit = Commit {
                compared,
                counts,
                source: source.clone(),
                last: i64::from(self.staging.count()),
                at: now.utc,
                on_progress: Arc::clone(on_progress),
            };
            let committed = self
                .store
                .write_in_bulk(Some(&self.staging.path()), move |change| commit.run(change))?;
            match committed {
                Committed::Imported(info) => return Ok(ImportOutcome::Imported(info)),
                Committed::Cancelled => return Ok(ImportOutcome::Cancelled),
                Committed::OwnerChanged => {}
            }
        }
        Ok(ImportOutcome::Cancelled)
    }

    fn compare(&mut self, formats: &[String]) -> Result<(), StoreError> {
        let (database, _) = self.store.inner.location.current();
        self.staging.compare(&database, formats)
    }

    /// Checks that the disk has room for a backup and for the sits.
    fn ensure_space(&self, available: u64) -> Result<(), StoreError> {
        let data = &self.store.inner.folder;
        let (database, _) = self.store.inner.location.current();
        let backup = folder::bytes(&database);
        let staged = self.staging.bytes()?.saturating_mul(SPACE_PER_STAGED_BYTE);
        let needed = backup.saturating_add(staged).saturating_add(RESERVED_SPACE);
        if available < needed {
            return Err(StoreError::NoSpaceForImport { folder: data.clone(), needed, available });
        }
        Ok(())
    }
}

impl Store {
    /// Begins an import. Changes nothing in the log.
    ///
    /// # Errors
    /// [`StoreError::NoSpaceForImport`], or an I/O error.
    pub fn stage_import(&self) -> Result<StagedImport, StoreError> {
        self.ensure_reserved(self.available_space()?)?;
        Ok(StagedImport { store: self.clone(), staging: Staging::create(&self.inner.folder)? })
    }

    fn available_space(&self) -> Result<u64, StoreError> {
        let folder = &self.inner.folder;
        fs4::available_space(folder).map_err(|error| StoreError::io(folder, folder, error))
    }

    /// Checks that the disk has the space that an import leaves free.
    pub(crate) fn ensure_reserved(&self, available: u64) -> Result<(), StoreError> {
        if available < RESERVED_SPACE {
            let folder = self.inner.folder.clone();
            return Err(StoreError::NoSpaceForImport { folder, needed: RESERVED_SPACE, available });
        }
        Ok(())
    }

    /// Lists the imports whose sits are those of the shown account or ownerless, newest first.
    ///
    /// # Errors
    /// An I/O error.
    pub fn imports(&self) -> Result<Vec<ImportInfo>, StoreError> {
        self.read(imports::all)
    }

    /// Returns what undoing an import would change, with up to `samples` of the sits that the user has changed since.
    ///
    /// # Errors
    /// [`StoreError::NoSuchImport`], [`StoreError::ImportUndone`], or an I/O error.
    pub fn preview_import_undo(
        &self,
        id: ImportId,
        samples: u32,
    ) -> Result<ImportUndoPreview, StoreError> {
        self.read(|connection| imports::preview_undo(connection, id, samples))
    }

    /// Undoes an import as a whole: deletes the sits that it added or restored, except those that the user has deleted, and
    /// takes away the notes that it gave to other sits, except those that the user has changed. Importing the same files
    /// again restores what was taken here.
    ///
    /// # Errors
    /// [`StoreError::NoSuchImport`], [`StoreError::ImportUndone`], [`StoreError::TimerSaves`], or an I/O error.
    pub fn undo_import(&self, id: ImportId, at: DateTime<Utc>) -> Result<ImportInfo, StoreError> {
        self.write_in_bulk(None, move |change| imports::undo(change, id, at))
    }

    fn backup_before_import(&self, now: WallTime) -> Result<(), StoreError> {
        let _one_at_a_time = self.inner.backup.lock().unwrap_or_else(PoisonError::into_inner);
        let data = &self.inner.folder;
        self.read_separately(|connection| {
            backups::take(connection, data, BackupReason::Import, now.utc)
        })?;
        Ok(())
    }

    fn explained(&self, error: StoreError) -> StoreError {
        error.explained(&self.inner.folder)
    }
}
