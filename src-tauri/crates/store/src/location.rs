//! Whether the open database is still the file at its path, and what is done if it is not.
//!
//! A backup program, a synchronised folder or a person can remove or replace the database, or its whole folder, while
//! Zafu has it open. On Unix the open file goes on existing without a name: commits succeed, and are gone with the
//! process. So the file at the path is compared with the open one before each transaction and before its commit. If it
//! is another, or none, everything that the open database holds is copied to a file with a name, and that file is used
//! from then on:
//!
//! - if nothing is at the path that the next start opens, to that path (the folder is made again if it is gone too);
//! - if another file is there, beside it. It is never mixed with ours and never moved: which of the two is to stay is
//!   for the user to say, with `zafu restore`.
//!
//! If the copy fails, the transaction does not begin, so that whoever asked for it can try again.
//!
//! Windows does not let an open database be removed or replaced: SQLite opens it without `FILE_SHARE_DELETE`.

use crate::folder::suffixed;
use crate::{StoreError, connection, folder};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the names of rescued databases begin with; a number follows.
const RESCUED: &str = "zafu.db.rescued-";

/// What was done after the database was removed or replaced while it was open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relocation {
    /// Nothing was at its path: everything was written there again.
    Rewritten {
        /// The path.
        database: PathBuf,
    },
    /// Another file was at its path: everything was written to a new file beside it.
    Beside {
        /// The path, where the other file still is.
        database: PathBuf,
        /// The new file, which is in use from now on.
        rescued: PathBuf,
    },
}

impl std::fmt::Display for Relocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rewritten { database } => write!(
                f,
                "{} was removed while Zafu was using it: everything was written to it again, and nothing is lost",
                database.display()
            ),
            Self::Beside { database, rescued } => write!(
                f,
                "another file was put in the place of {} while Zafu was using it: that file is untouched, and all of \
                 your sits, this one too, are saved in {1}; to go on with them, quit Zafu and run `zafu restore {1}`",
                database.display(),
                rescued.display()
            ),
        }
    }
}

/// Which file is open, and where its name is.
pub(crate) struct DatabaseLocation {
    folder: PathBuf,
    busy: Duration,
    /// When the database was opened: names files that are moved aside.
    opened: DateTime<Utc>,
    now: Mutex<Current>,
}

/// The file that is in use.
#[derive(Clone)]
struct Current {
    path: PathBuf,
    file: FileId,
    /// Its log, as it was found last.
    log: Option<FileId>,
    /// How many files were in use before.
    generation: u32,
    relocation: Option<Relocation>,
}

/// Device and inode.
type FileId = (u64, u64);

impl DatabaseLocation {
    /// The database in `folder`, which was just opened.
    pub fn open(folder: &Path, busy: Duration, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let path = folder::database(folder);
        let file = file_at(&path)
            .map_err(|error| StoreError::io(folder, &path, error))?
            .ok_or_else(|| StoreError::Moved { database: path.clone() })?;
        let log = log_at(&path);
        let current = Current { path, file, log, generation: 0, relocation: None };
        Ok(Self { folder: folder.into(), busy, opened: now, now: Mutex::new(current) })
    }

    /// The path of the file in use, and how many were before it.
    pub fn current(&self) -> (PathBuf, u32) {
        let current = self.lock();
        (current.path.clone(), current.generation)
    }

    /// What was done last after the database was removed or replaced.
    pub fn relocation(&self) -> Option<Relocation> {
        self.lock().relocation.clone()
    }

    /// Makes sure that `connection` has the file at the path open, before a transaction: relocates the database if not.
    pub fn ensure_open_file(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let current = self.lock().clone();
        match self.file_at(&current.path)? {
            Some(file) if file == current.file => Ok(()),
            _ => self.relocate(connection, &current),
        }
    }

    /// Fails if the open file is not the one at the path, before a commit. The next [`Self::ensure_open_file`] relocates it.
    pub fn verify(&self) -> Result<(), StoreError> {
        let current = self.lock().clone();
        match self.file_at(&current.path)? {
            Some(file) if file == current.file => Ok(()),
            _ => Err(StoreError::Moved { database: current.path }),
        }
    }

    /// Looks for the log after a commit. If it has lost its name, what is in it is written into the database: a log
    /// without a name is gone with the process.
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
        // The next start opens `home`, whatever file is in use now.
        let home = folder::database(&self.folder);
        let is_free = self.file_at(&home)?.is_none();
        let to = if is_free { home.clone() } else { self.free_name() };
        // SQLite would play a log into whatever database is at its path next: the other file, or our own new one.
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
        // SQLite leaves the files at a path alone when the one that it closes is no longer there.
        *connection = opened;
        let relocation = match is_free {
            true => Relocation::Rewritten { database: home },
            false => Relocation::Beside { database: home, rescued: to.clone() },
        };
        tracing::error!("{relocation}");
        let (log, generation) = (log_at(&to), current.generation + 1);
        *self.lock() = Current { path: to, file, log, generation, relocation: Some(relocation) };
        Ok(())
    }

    /// A name in the folder that no file has.
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
        // It is replaced as a whole.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rescued databases in `folder`, by name: what was saved while another file was at the database's path.
pub(crate) fn rescued(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_rescued = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        // Not its log, nor a copy that was never completed.
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

/// Which file is at `path`, if any.
#[cfg(unix)]
fn file_at(path: &Path) -> io::Result<Option<FileId>> {
    use std::os::unix::fs::MetadataExt;
    match fs::metadata(path) {
        Ok(file) => Ok(Some((file.dev(), file.ino()))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Always the open one: see the top of this file.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on the other platforms")]
fn file_at(_path: &Path) -> io::Result<Option<FileId>> {
    Ok(Some((0, 0)))
}

/// Which file is the log of the database at `path`; one that cannot be looked at is as good as none.
fn log_at(path: &Path) -> Option<FileId> {
    file_at(&suffixed(path, "-wal")).ok().flatten()
}
