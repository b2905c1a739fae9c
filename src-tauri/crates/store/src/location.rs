//! Detects that the open database was removed or replaced at its path, and relocates it.
//!
//! A backup program, a synchronised folder or the user can remove or replace the database or its folder while Zafu has it
//! open. On Unix the open file then exists without a name: commits succeed, and are lost with the process. So the file at the
//! path is compared with the open one before each transaction and before its commit. If they differ, the open database is
//! copied to a file with a name, which is used from then on:
//!
//! - if no file is at the path that the next start opens, to that path (the folder is created again if necessary);
//! - if another file is there, beside it. That file is never merged with ours and never moved: the user chooses between the
//!   two with `zafu restore`.
//!
//! If the copy fails, the transaction does not start, so that the caller can try again.
//!
//! Windows does not let an open database be removed or replaced: SQLite opens it without `FILE_SHARE_DELETE`.

use crate::folder::suffixed;
use crate::{StoreError, connection, folder};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zafu_core::message;
use zafu_core::message::Message;

/// The prefix of the names of rescued databases; a number follows.
const RESCUED: &str = "zafu.db.rescued-";

/// How the database was saved after it was removed or replaced while it was open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relocation {
    /// No file was at its path: everything was written there again.
    Rewritten {
        /// The path.
        database: PathBuf,
    },
    /// Another file was at its path: everything was written to a new file beside it.
    Beside {
        /// The path, with the other file.
        database: PathBuf,
        /// The new file, which is used from now on.
        rescued: PathBuf,
    },
}

impl Relocation {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Rewritten { database } => {
                message!("storage-rewritten", database = database.display())
            }
            Self::Beside { database, rescued } => message!(
                "storage-rescued",
                database = database.display(),
                rescued = rescued.display()
            ),
        }
    }
}

/// The open database file and its path.
pub(crate) struct DatabaseLocation {
    folder: PathBuf,
    busy: Duration,
    /// When the database was opened; used in the names of files that are moved aside.
    opened: DateTime<Utc>,
    now: Mutex<Current>,
}

/// The file in use.
#[derive(Clone)]
struct Current {
    path: PathBuf,
    file: FileId,
    /// Its log, when it was last seen.
    log: Option<FileId>,
    /// The number of files that were in use before it.
    generation: u32,
    relocation: Option<Relocation>,
}

/// Device and inode.
type FileId = (u64, u64);

impl DatabaseLocation {
    /// Returns the location of the database in `folder`, which was just opened.
    pub fn open(folder: &Path, busy: Duration, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let path = folder::database(folder);
        let file = file_at(&path)
            .map_err(|error| StoreError::io(folder, &path, error))?
            .ok_or_else(|| StoreError::Moved { database: path.clone() })?;
        let log = log_at(&path);
        let current = Current { path, file, log, generation: 0, relocation: None };
        Ok(Self { folder: folder.into(), busy, opened: now, now: Mutex::new(current) })
    }

    /// Returns the path of the file in use, and its generation.
    pub fn current(&self) -> (PathBuf, u32) {
        let current = self.lock();
        (current.path.clone(), current.generation)
    }

    /// Returns the last relocation.
    pub fn relocation(&self) -> Option<Relocation> {
        self.lock().relocation.clone()
    }

    /// Relocates the database if `connection` does not have the file at the path open. Called before a transaction.
    pub fn ensure_open_file(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let current = self.lock().clone();
        match self.file_at(&current.path)? {
            Some(file) if file == current.file => Ok(()),
            _ => self.relocate(connection, &current),
        }
    }

    /// Returns an error if the open file is not the one at the path. Called before a commit; the next
    /// [`Self::ensure_open_file`] relocates the database.
    pub fn verify(&self) -> Result<(), StoreError> {
        let current = self.lock().clone();
        match self.file_at(&current.path)? {
            Some(file) if file == current.file => Ok(()),
            _ => Err(StoreError::Moved { database: current.path }),
        }
    }

    /// Writes the log into the database if the log was removed from its path: it would be lost with the process. Called after
    /// a commit.
    pub fn secure_log(&self, connection: &Connection) {
        let path = self.lock().path.clone();
        if let Some(log) = log_at(&path) {
            self.lock().log = Some(log);
            return;
        }
        let written = connection.pragma(None, "wal_checkpoint", "full", |_| Ok(()));
        if let Err(error) = written {
            tracing::error!(%error, database = %path.display(), "the log was removed and cannot be written back");
        }
    }

    fn relocate(&self, connection: &mut Connection, current: &Current) -> Result<(), StoreError> {
        let failed = |at: &Path| {
            let at = at.to_path_buf();
            move |error| StoreError::io(&self.folder, &at, error)
        };
        folder::make_folder(&self.folder).map_err(failed(&self.folder))?;
        // The next start opens `home`, also if another file is in use now.
        let home = folder::database(&self.folder);
        let is_free = self.file_at(&home)?.is_none();
        let to = if is_free { home.clone() } else { self.free_name() };
        // SQLite would apply a log to any database at its path: the other file, or our new one.
        if log_at(&current.path).is_some_and(|log| Some(log) == current.log) {
            folder::move_log_aside(&self.folder, &current.path, self.opened)?;
        }
        if is_free && log_at(&home).is_some() {
            folder::move_log_aside(&self.folder, &home, self.opened)?;
        }
        let partial = suffixed(&to, ".partial");
        connection::copy(connection, &self.folder, &partial)?;
        fs::rename(&partial, &to).map_err(failed(&to))?;
        folder::sync_folder(&self.folder).map_err(failed(&self.folder))?;

        let opened = connection::writing(&to, self.busy)?;
        connection::make_durable(&opened)?;
        connection::enforce_foreign_keys(&opened)?;
        let file = self.file_at(&to)?.ok_or_else(|| StoreError::Moved { database: to.clone() })?;
        // SQLite does not touch the files at the path of a closed database that is no longer there.
        *connection = opened;
        let relocation = match is_free {
            true => Relocation::Rewritten { database: home },
            false => Relocation::Beside { database: home, rescued: to.clone() },
        };
        tracing::error!("{}", relocation.message());
        let (log, generation) = (log_at(&to), current.generation + 1);
        *self.lock() = Current { path: to, file, log, generation, relocation: Some(relocation) };
        Ok(())
    }

    /// Returns a free path for a rescued database.
    fn free_name(&self) -> PathBuf {
        (1_u32..)
            .map(|n| self.folder.join(format!("{RESCUED}{n}")))
            .find(|path| ["", "-wal", ".partial"].iter().all(|end| !suffixed(path, end).exists()))
            .unwrap_or_else(|| unreachable!("a folder does not hold 2^32 files"))
    }

    fn file_at(&self, path: &Path) -> Result<Option<FileId>, StoreError> {
        file_at(path).map_err(|error| StoreError::io(&self.folder, path, error))
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        // The value is only replaced as a whole, so that a panic leaves a valid one.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lists the rescued databases in `folder` by name.
pub(crate) fn rescued(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_rescued = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        // Not a log and not a partial copy.
        let number = name.and_then(|name| name.strip_prefix(RESCUED));
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut found: Vec<_> = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    found.retain(is_rescued);
    found.sort();
    Ok(found)
}

/// Returns the identity of the file at `path`; none if there is no file.
#[cfg(unix)]
fn file_at(path: &Path) -> io::Result<Option<FileId>> {
    use std::os::unix::fs::MetadataExt;
    match fs::metadata(path) {
        Ok(file) => Ok(Some((file.dev(), file.ino()))),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Always the open file: see the module documentation.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on the other platforms")]
fn file_at(_path: &Path) -> io::Result<Option<FileId>> {
    Ok(Some((0, 0)))
}

/// Returns the identity of the log of the database at `path`; none also if it cannot be read.
fn log_at(path: &Path) -> Option<FileId> {
    file_at(&suffixed(path, "-wal")).ok().flatten()
}
