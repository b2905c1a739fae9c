//! The data folder: file names, permissions, and moving files aside.
//!
//! Nothing here deletes user data: a replaced or damaged database is renamed. An interrupted move is completed when the
//! folder is opened the next time.

use crate::{StoreError, imports};
use chrono::{DateTime, Utc};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use zafu_core::message;

/// Returns the path of the database in `folder`.
pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("zafu.db")
}

/// Returns the folder of the backups. Until [`prepare`] has renamed it, that is the one of earlier versions.
pub(crate) fn backups(folder: &Path) -> PathBuf {
    let (backups, former) = (folder.join("backups"), former_backups(folder));
    if former.is_dir() && !backups.exists() { former } else { backups }
}

/// The name that the folder of the backups had in earlier versions.
fn former_backups(folder: &Path) -> PathBuf {
    folder.join("snapshots")
}

/// Returns the path of a restored database that is complete, until the current database is moved aside.
pub(crate) fn restoring(folder: &Path) -> PathBuf {
    folder.join("zafu.db.restoring")
}

/// The format of a time in file names.
pub(crate) const FILE_STAMP: &str = "%Y%m%dT%H%M%SZ";

/// Creates the folder and an empty database file, accessible by their owner only, unless they exist. Completes an
/// interrupted move, and renames a backup folder of an earlier version.
pub(crate) fn prepare(folder: &Path, now: DateTime<Utc>) -> Result<(), StoreError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |error| StoreError::io(folder, &path, error)
    };
    make_folder(folder).map_err(failed(folder))?;
    let former = former_backups(folder);
    if backups(folder) == former {
        fs::rename(&former, folder.join("backups")).map_err(failed(&former))?;
        sync_folder(folder).map_err(failed(folder))?;
    }
    // They take space and do no harm: the timer starts without their removal.
    if let Err(error) = imports::remove_leftovers(folder) {
        tracing::warn!(%error, "what an interrupted import has left was not removed");
    }
    let database = database(folder);
    let restoring = restoring(folder);
    if is_emptied(folder, &database) {
        return Err(StoreError::corrupt(folder, message!("storage-damage-empty")));
    }
    if database.try_exists().map_err(failed(&database))? {
        // The restore was interrupted before the move; its backup still exists.
        remove_if_there(&restoring).map_err(failed(&restoring))?;
    } else {
        // SQLite would apply a log that is left without its database to the next one.
        move_aside(folder, "orphaned", now)?;
        if restoring.try_exists().map_err(failed(&restoring))? {
            fs::rename(&restoring, &database).map_err(failed(&restoring))?;
            sync_folder(folder).map_err(failed(folder))?;
        }
    }
    private(OpenOptions::new().read(true).write(true).create(true))
        .open(&database)
        .map(drop)
        .map_err(failed(&database))
}

/// Returns whether the database file was truncated to nothing: a new one has no backups beside it.
pub(crate) fn is_emptied(folder: &Path, database: &Path) -> bool {
    fs::metadata(database).is_ok_and(|file| file.len() == 0)
        && fs::read_dir(backups(folder)).is_ok_and(|mut entries| entries.next().is_some())
}

/// Moves the database in `folder` and its log to `zafu.db.<why>-<stamp>`. Returns the new path; none if there was nothing to
/// move.
pub(crate) fn move_aside(
    folder: &Path,
    why: &str,
    now: DateTime<Utc>,
) -> Result<Option<PathBuf>, StoreError> {
    let database = database(folder);
    let aside = free_name(folder, why, now);
    // The database first: found without it, its log is an orphan and never read; the other way round the
    // database would be read without its log.
    let mut moved = false;
    for suffix in SUFFIXES {
        let from = suffixed(&database, suffix);
        match fs::rename(&from, suffixed(&aside, suffix)) {
            Ok(()) => moved = true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::io(folder, &from, error)),
        }
    }
    sync_folder(folder).map_err(|error| StoreError::io(folder, folder, error))?;
    Ok(moved.then_some(aside))
}

/// Moves the log of the database at `path` and its index to `zafu.db.orphaned-<stamp>`. The database stays.
pub(crate) fn move_log_aside(
    folder: &Path,
    path: &Path,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let aside = free_name(folder, "orphaned", now);
    for suffix in &SUFFIXES[1..] {
        let from = suffixed(path, suffix);
        match fs::rename(&from, suffixed(&aside, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::io(folder, &from, error));
            }
            _ => {}
        }
    }
    sync_folder(folder).map_err(|error| StoreError::io(folder, folder, error))
}

/// Returns a path that is free with each of the suffixes.
fn free_name(folder: &Path, why: &str, now: DateTime<Utc>) -> PathBuf {
    let stamp = now.format(FILE_STAMP);
    (1_u32..)
        .map(|n| match n {
            1 => folder.join(format!("zafu.db.{why}-{stamp}")),
            n => folder.join(format!("zafu.db.{why}-{stamp}-{n}")),
        })
        .find(|aside| SUFFIXES.iter().all(|suffix| !suffixed(aside, suffix).exists()))
        .unwrap_or_else(|| unreachable!("a folder does not hold 2^32 files"))
}

/// The database, its write-ahead log, and the index of the log.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Returns the number of bytes of `database` and its log; 0 of a file that is not there.
pub(crate) fn bytes(database: &Path) -> u64 {
    let bytes = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    bytes(database) + bytes(&suffixed(database, "-wal"))
}

pub(crate) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Removes a file if it exists.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Creates a folder that only its owner can access, unless it exists.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // A new folder survives a power cut only if its parent was synced.
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), sync_folder)
}

/// Makes `options` create files that only their owner can access.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Syncs the directory entries of a folder. Windows does so by itself.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Syncs the content of a file.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}
