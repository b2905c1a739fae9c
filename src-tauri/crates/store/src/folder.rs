//! The data folder: what is called what in it, who may read it, and how files are moved aside.
//!
//! Nothing here ever deletes a person's data: a database that is replaced or damaged gets another name. A move
//! that was cut short is finished the next time the folder is opened.

use crate::StoreError;
use chrono::{DateTime, Utc};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The database in `folder`.
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

/// A restored database that only waits to take the place of the one that is moved aside.
pub(crate) fn restoring(folder: &Path) -> PathBuf {
    folder.join("zafu.db.restoring")
}

/// A moment as file names hold it.
pub(crate) const FILE_STAMP: &str = "%Y%m%dT%H%M%SZ";

/// Makes sure that the folder and a file for the database exist, for their owner only, and finishes a move that
/// was cut short.
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
    let database = database(folder);
    let restoring = restoring(folder);
    if is_emptied(folder, &database) {
        return Err(StoreError::corrupt(folder, "it is empty".into()));
    }
    if database.try_exists().map_err(failed(&database))? {
        // The backup that it was made from is still there.
        remove_if_there(&restoring).map_err(failed(&restoring))?;
    } else {
        // A log without its database would be played into the next one.
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

/// Whether the database lost all its content. One that was never filled has no backups beside it.
pub(crate) fn is_emptied(folder: &Path, database: &Path) -> bool {
    fs::metadata(database).is_ok_and(|file| file.len() == 0)
        && fs::read_dir(backups(folder)).is_ok_and(|mut entries| entries.next().is_some())
}

/// Moves the database in `folder` and what belongs to it to `zafu.db.<why>-<stamp>`, and says where to, if there
/// was anything to move.
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

/// Moves the log of the database at `path`, and its index, to `zafu.db.orphaned-<stamp>`; the database stays.
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

/// A name that no file has, with none of the suffixes.
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

/// The database itself, the log of what is not yet in it, and the index of that log.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

pub(crate) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Removes a file that may not be there.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Makes a folder for its owner only, unless it exists.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // A new folder is only there after a power cut if the one that holds it was synced.
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), sync_folder)
}

/// Makes `options` create files for their owner only.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Writes the names in a folder to the disk. Windows does so by itself.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Writes a file's content to the disk.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}
