//! Backups, as clients show them. They are read beside a running engine; `ImportClient::back_up` makes one.

use crate::folder::DataFolder;
use crate::protocol::{BackupReason, BackupView, ErrorCode, IpcError, MissingSit, RestorePreview};
use chrono::SecondsFormat;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use zafu_core::message;
use zafu_store::{self as store, BackupInfo, Store, StoreError};

/// The number of sits that a preview names.
const NAMED: u32 = 10;

/// The numbers of sits in backups, by their paths. Counting them reads the whole file, which never changes.
#[derive(Debug, Default)]
pub struct CountedSits(Mutex<HashMap<PathBuf, u32>>);

impl CountedSits {
    /// Returns the number of sits in the backup at `path`; `None` if it cannot be read.
    fn of(&self, path: &Path) -> Option<u32> {
        let counted = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sits) = counted().get(path) {
            return Some(*sits);
        }
        let sits = Store::sits_in(path).ok()?;
        counted().insert(path.to_owned(), sits);
        Some(sits)
    }
}

/// Returns the backups in `folder`, newest first. Counts the sits of those that are not in `counted`, and adds them.
///
/// # Errors
/// They cannot be listed.
pub fn backups(folder: &DataFolder, counted: &CountedSits) -> Result<Vec<BackupView>, StoreError> {
    let backups = Store::backups(folder.path())?;
    Ok(backups.into_iter().map(|info| view(counted.of(&info.path), info)).collect())
}

/// Returns the path of the backup with this number; `None` if there is none.
///
/// # Errors
/// The backups cannot be listed.
pub fn backup_path(folder: &DataFolder, number: u32) -> Result<Option<PathBuf>, StoreError> {
    let mut backups = Store::backups(folder.path())?.into_iter();
    Ok(backups.find(|backup| backup.number == number).map(|backup| backup.path))
}

/// Returns what restoring the backup with this number would change.
///
/// # Errors
/// [`ErrorCode::NotFound`] if there is no such backup, [`ErrorCode::Storage`] if it cannot be restored or not be compared.
pub fn restore_preview(folder: &DataFolder, number: u32) -> Result<RestorePreview, IpcError> {
    let path = backup_path(folder, number)?.ok_or_else(|| {
        IpcError::new(ErrorCode::NotFound, message!("storage-no-such-backup", number = number))
    })?;
    let preview = Store::restore_preview(folder.path(), &path, NAMED)?;
    let newest_missing = preview.newest_missing.into_iter().map(|(start, length)| MissingSit {
        started_at: start.with_offset().to_rfc3339_opts(SecondsFormat::Secs, false),
        sat_seconds: length,
    });
    Ok(RestorePreview {
        sits: preview.sits,
        missing: preview.missing,
        newest_missing: newest_missing.collect(),
        changed: preview.changed,
        returning: preview.returning,
        labels: preview.labels,
        presets: preview.presets,
        settings: preview.settings,
    })
}

/// Returns a backup, as clients show it.
pub(crate) fn backup(info: BackupInfo) -> BackupView {
    view(Store::sits_in(&info.path).ok(), info)
}

fn view(sits: Option<u32>, info: BackupInfo) -> BackupView {
    BackupView {
        number: info.number,
        taken: info.taken.to_rfc3339_opts(SecondsFormat::Secs, true),
        reason: match info.reason {
            store::BackupReason::Daily => BackupReason::Daily,
            store::BackupReason::Migration => BackupReason::Migration,
            store::BackupReason::Import => BackupReason::Import,
            store::BackupReason::Manual => BackupReason::Manual,
        },
        bytes: info.bytes,
        sits,
        path: info.path.display().to_string(),
    }
}
