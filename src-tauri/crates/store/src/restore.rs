//! Restores a backup. The current database is moved aside, never deleted, and an interruption at any point leaves one of the
//! two in place.

use crate::{StoreError, backups, connection, device, folder, migrate};
use chrono::{DateTime, Utc};
use rusqlite::TransactionBehavior;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Replaces the database in `data` by `backup`. Returns the new path of the replaced database; none if there was none.
pub(crate) fn restore(
    data: &Path,
    backup: &Path,
    now: DateTime<Utc>,
) -> Result<Option<PathBuf>, StoreError> {
    if let Some(reason) = backups::why_unusable(backup) {
        return Err(StoreError::BackupUnusable { backup: backup.into(), reason });
    }
    let restoring = folder::restoring(data);
    let mut partial = OsString::from(&restoring);
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |error| StoreError::io(data, &path, error)
    };
    if let Err(error) = copy_as_new_device(data, backup, &partial, now) {
        folder::remove_if_there(&partial).map_err(failed(&partial))?;
        return Err(error);
    }
    fs::rename(&partial, &restoring).map_err(failed(&restoring))?;
    folder::sync_folder(data).map_err(failed(data))?;
    checkpoint_log(data);
    let aside = folder::move_aside(data, "replaced", now)?;
    // After the move, opening the folder would also complete the restore: see `folder::prepare`.
    fs::rename(&restoring, folder::database(data)).map_err(failed(&restoring))?;
    folder::sync_folder(data).map_err(failed(data))?;
    Ok(aside)
}

fn copy_as_new_device(
    data: &Path,
    backup: &Path,
    to: &Path,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // Through SQLite, not as a file: a database whose engine was killed has its last changes in its log.
    connection::copy(&connection::reading(backup, connection::BUSY_TIMEOUT)?, data, to)?;
    let mut copy = connection::writing(to, connection::BUSY_TIMEOUT)?;
    migrate::migrate(&mut copy, data, migrate::MIGRATIONS)?;
    let transaction = copy.transaction_with_behavior(TransactionBehavior::Immediate)?;
    device::restored(&transaction, now)?;
    transaction.commit()?;
    copy.close().map_err(|(_, error)| error)?;
    folder::sync_file(to).map_err(|error| StoreError::io(data, to, error))
}

/// Writes the log into the database, so that the file that is moved aside is complete. If this fails because the database is
/// damaged, its log is moved with it.
fn checkpoint_log(data: &Path) {
    let written = connection::writing(&folder::database(data), connection::BUSY_TIMEOUT)
        .and_then(|current| Ok(current.pragma(None, "wal_checkpoint", "truncate", |_| Ok(()))?));
    if let Err(error) = written {
        tracing::info!(%error, "the database that is replaced keeps its log");
    }
}
