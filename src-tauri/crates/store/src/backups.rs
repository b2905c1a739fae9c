//! Backups of the database, taken daily and before each migration; the newest seven are kept. Those before imports, and
//! those that the user makes, are counted on their own.
//!
//! They are ordered by the numbers in their names and not by time: a clock that was once wrong must not make an old backup
//! the newest one, or have the newest one removed.

use crate::error::damage_report;
use crate::{StoreError, connection, folder, migrate, partner};
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use rusqlite::Connection;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use zafu_core::message;
use zafu_core::message::Message;
use zafu_core::time::WallTime;

/// The number of backups that are kept, and of those that the user has made, beside those before imports.
pub const BACKUPS_KEPT: usize = 7;
/// The number of backups before imports that are kept.
pub const IMPORT_BACKUPS_KEPT: usize = 3;

/// A backup of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupInfo {
    /// Its path.
    pub path: PathBuf,
    /// Its number, which grows with each backup.
    pub number: u32,
    /// When it was taken, in whole seconds.
    pub taken: DateTime<Utc>,
    /// Why it was taken.
    pub reason: BackupReason,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why a backup was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupReason {
    /// The first backup of a day.
    Daily,
    /// Before a migration.
    Migration,
    /// Before an import.
    Import,
    /// The user has made it.
    Manual,
}

impl BackupReason {
    /// Returns its name in the names of files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Migration => "migration",
            Self::Import => "import",
            Self::Manual => "manual",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Daily, Self::Migration, Self::Import, Self::Manual]
            .into_iter()
            .find(|reason| reason.as_str() == name)
    }
}

impl BackupInfo {
    /// Parses a name such as `zafu-000012-20260301T060000Z-daily.db`; none for any other name.
    fn read(path: PathBuf, bytes: u64) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_prefix("zafu-")?.strip_suffix(".db")?;
        let mut parts = name.split('-');
        let (number, taken, reason) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            number: number.parse().ok()?,
            taken: NaiveDateTime::parse_from_str(taken, folder::FILE_STAMP).ok()?.and_utc(),
            reason: BackupReason::from_name(reason)?,
            bytes,
            path,
        })
    }
}

/// Lists the backups in the data folder `data`, newest first.
pub(crate) fn all(data: &Path) -> Result<Vec<BackupInfo>, StoreError> {
    let within = folder::backups(data);
    let list = || -> io::Result<Vec<BackupInfo>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&within)? {
            let entry = entry?;
            found.extend(BackupInfo::read(entry.path(), entry.metadata()?.len()));
        }
        found.sort_by_key(|backup| std::cmp::Reverse(backup.number));
        Ok(found)
    };
    match list() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|error| StoreError::io(data, &within, error)),
    }
}

/// Takes the daily backup, unless there is one.
pub(crate) fn take_if_due(
    connection: &Connection,
    data: &Path,
    now: WallTime,
) -> Result<Option<BackupInfo>, StoreError> {
    let day =
        |utc: DateTime<Utc>| (utc.naive_utc() + Duration::minutes(i64::from(now.offset.0))).date();
    let of_today = |backup: &BackupInfo| {
        backup.reason == BackupReason::Daily && day(backup.taken) == day(now.utc)
    };
    if all(data)?.iter().any(of_today) {
        return Ok(None);
    }
    take(connection, data, BackupReason::Daily, now.utc).map(Some)
}

/// Takes a backup of what `connection` sees, without what partners show, and removes the oldest ones.
///
/// The file gets its name only when it is complete and synced.
pub(crate) fn take(
    connection: &Connection,
    data: &Path,
    reason: BackupReason,
    now: DateTime<Utc>,
) -> Result<BackupInfo, StoreError> {
    let within = folder::backups(data);
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |error| StoreError::io(data, &path, error)
    };
    folder::make_folder(&within).map_err(failed(&within))?;
    let kept = all(data)?;
    let number = kept.first().map_or(1, |newest| newest.number.saturating_add(1));
    let stamp = now.format(folder::FILE_STAMP);
    let path = within.join(format!("zafu-{number:06}-{stamp}-{}.db", reason.as_str()));
    let partial = within.join("zafu.partial");

    let copied = connection::copy(connection, data, &partial)
        .and_then(|()| partner::remove_views_of_backup(&partial))
        .and_then(|()| folder::sync_file(&partial).map_err(failed(&partial)));
    if let Err(error) = copied {
        folder::remove_if_there(&partial).map_err(failed(&partial))?;
        return Err(error);
    }
    fs::rename(&partial, &path).map_err(failed(&path))?;
    folder::sync_folder(&within).map_err(failed(&within))?;
    // Imports do not use up the backups of other days, and nothing uses up those that the user has made.
    let group = |reason| match reason {
        BackupReason::Daily | BackupReason::Migration => BackupReason::Daily,
        BackupReason::Import | BackupReason::Manual => reason,
    };
    let limit = if reason == BackupReason::Import { IMPORT_BACKUPS_KEPT } else { BACKUPS_KEPT };
    let alike = kept.iter().filter(|old| group(old.reason) == group(reason));
    for old in alike.skip(limit - 1) {
        folder::remove_if_there(&old.path).map_err(failed(&old.path))?;
    }
    let bytes = fs::metadata(&path).map_err(failed(&path))?.len();
    BackupInfo::read(path.clone(), bytes)
        .ok_or_else(|| StoreError::io(data, &path, ErrorKind::InvalidFilename.into()))
}

/// Returns the newest backup that can be restored.
pub(crate) fn newest_intact(data: &Path) -> Option<PathBuf> {
    let backups = all(data).ok()?;
    backups.into_iter().map(|backup| backup.path).find(|path| why_unusable(path).is_none())
}

/// Returns why the database at `path` cannot be restored; none if it can.
pub(crate) fn why_unusable(path: &Path) -> Option<Message> {
    let examine = || -> Result<Option<Message>, StoreError> {
        let backup = connection::reading(path, connection::BUSY_TIMEOUT)?;
        let (found, known) = (migrate::version(&backup)?, migrate::newest(migrate::MIGRATIONS));
        if !(1..=known).contains(&found) {
            return Ok(Some(message!("storage-backup-format", found = found, known = known)));
        }
        damage(&backup)
    };
    examine().unwrap_or_else(|error| match error {
        StoreError::Sqlite(error) => Some(damage_report(error)),
        error => Some(error.message()),
    })
}

/// Checks the whole database and returns what is damaged; none if it is intact.
pub(crate) fn damage(connection: &Connection) -> Result<Option<Message>, StoreError> {
    let mut lines = connection
        .prepare("PRAGMA integrity_check(3)")?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    lines.retain(|line| line != "ok");
    match lines.is_empty() {
        true => broken_references(connection),
        false => Ok(Some(damage_report(lines.join("; ")))),
    }
}

/// Returns the tables with rows that refer to missing rows, as damage; none if there are none.
pub(crate) fn broken_references(connection: &Connection) -> Result<Option<Message>, StoreError> {
    let tables = connection
        .prepare("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check")?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    let damage = || message!("storage-damage-references", tables = tables.join(", "));
    Ok((!tables.is_empty()).then(damage))
}
