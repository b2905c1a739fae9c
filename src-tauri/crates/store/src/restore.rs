//! Restores a backup. The current database is moved aside, never deleted, and an interruption at any point leaves one of the
//! two in place.

use crate::text::Stamp;
use crate::{StoreError, backups, connection, device, folder, migrate, settings};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use zafu_core::time::{Seconds, UtcOffset, WallTime};

/// Replaces the database in `data` by `backup`. Returns the new path of the replaced database; none if there was none.
pub(crate) fn restore(
    data: &Path,
    backup: &Path,
    now: DateTime<Utc>,
) -> Result<Option<PathBuf>, StoreError> {
    let _unchanged = KeepsFolder::of(backup);
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

/// Removes the empty log, and its index, that SQLite leaves beside a database in WAL mode which it only reads.
struct KeepsFolder {
    log: PathBuf,
    index: PathBuf,
    /// Whether there was neither before.
    is_tidy: bool,
}

impl KeepsFolder {
    /// Is called before the database at `path` is opened.
    fn of(path: &Path) -> Self {
        let (log, index) = (folder::suffixed(path, "-wal"), folder::suffixed(path, "-shm"));
        let is_tidy = !log.exists() && !index.exists();
        Self { log, index, is_tidy }
    }
}

impl Drop for KeepsFolder {
    fn drop(&mut self) {
        if self.is_tidy && fs::metadata(&self.log).is_ok_and(|log| log.len() == 0) {
            for path in [&self.index, &self.log] {
                if let Err(error) = folder::remove_if_there(path) {
                    tracing::info!(%error, path = %path.display(), "a file of SQLite is left");
                }
            }
        }
    }
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

/// What restoring a backup would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestorePreview {
    /// The number of sits in the backup.
    pub sits: u32,
    /// The number of sits in the log that are not in the backup.
    pub missing: u32,
    /// The starts and lengths of some of them, newest first.
    pub newest_missing: Vec<(WallTime, Seconds)>,
    /// The number of sits that the backup has as they were before they ended or were edited.
    pub changed: u32,
    /// The number of sits in the backup that are not in the log: deleted since then.
    pub returning: u32,
    /// The number of labels that were changed, merged or deleted since the backup.
    pub labels: u32,
    /// The number of presets that were added, changed or deleted since the backup.
    pub presets: u32,
    /// Whether the backup has other settings.
    pub settings: bool,
}

impl RestorePreview {
    /// Returns whether anything is newer than the backup and would be lost from the log.
    #[must_use]
    pub const fn loses(&self) -> bool {
        self.missing > 0 || self.changed > 0 || self.labels > 0 || self.presets > 0 || self.settings
    }
}

/// The sits of a log, in `main` or in `backup`. All formats have the columns that are read here, except the owner.
fn sits_of(schema: &str) -> String {
    format!("{schema}.sessions AS {schema}_sits WHERE {schema}_sits.deletedat IS NULL")
}

/// Returns the number of sits in a backup.
pub(crate) fn sits_in(backup: &Path) -> Result<u32, StoreError> {
    let backup = connection::reading(backup, connection::BUSY_TIMEOUT)?;
    let count = format!("SELECT count(*) FROM {}", sits_of("main"));
    Ok(backup.query_row(&count, [], |row| row.get(0))?)
}

/// Compares the database in `data` with `backup`. Names up to `named` sits.
pub(crate) fn preview(
    data: &Path,
    backup: &Path,
    named: u32,
) -> Result<RestorePreview, StoreError> {
    let _unchanged = KeepsFolder::of(backup);
    if let Some(reason) = backups::why_unusable(backup) {
        return Err(StoreError::BackupUnusable { backup: backup.into(), reason });
    }
    let sits = sits_in(backup)?;
    let database = folder::database(data);
    let has_log = fs::metadata(&database).is_ok_and(|file| file.len() > 0);
    if !has_log {
        return Ok(RestorePreview { sits, returning: sits, ..RestorePreview::default() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let both = Connection::open_with_flags(connection::read_only_uri(&database), flags)?;
    both.busy_timeout(connection::BUSY_TIMEOUT)?;
    both.execute("ATTACH ?1 AS backup", [connection::read_only_uri(backup)])?;
    let count = |sql: &str| both.query_row(sql, [], |row| row.get::<_, u32>(0));
    let (log, kept) = (sits_of("main"), sits_of("backup"));
    let is_same = is_same_sit(&both)?;
    let missing = format!("FROM {log} AND NOT EXISTS (SELECT 1 FROM {kept} AND {is_same})");
    let returning = format!("FROM {kept} AND NOT EXISTS (SELECT 1 FROM {log} AND {is_same})");
    let changed = format!(
        "FROM {log} AND EXISTS (SELECT 1 FROM {kept} AND {is_same})
           AND NOT EXISTS (
             SELECT 1 FROM {kept} AND {is_same}
               AND (backup_sits.detailsrevision, backup_sits.note, backup_sits.satlength, backup_sits.iscompleted)
                 = (main_sits.detailsrevision, main_sits.note, main_sits.satlength, main_sits.iscompleted)
               AND backup_sits.label = main_sits.label
               AND backup_sits.endedat IS main_sits.endedat
           )"
    );
    let offset = match has_column(&both, "main", "sessions", "correctedoffset")? {
        true => "coalesce(correctedoffset, utcoffset)",
        false => "utcoffset",
    };
    let newest = format!(
        "SELECT coalesce(correctedstart, startedat), {offset}, coalesce(correctedlength, satlength) {missing}
         ORDER BY 1 DESC LIMIT ?1"
    );
    let mut newest = both.prepare(&newest)?;
    let newest = newest.query_map([named], |row| {
        let start = WallTime::new(row.get::<_, Stamp>(0)?.0, UtcOffset(row.get(1)?));
        Ok((start, Seconds(row.get(2)?)))
    })?;
    Ok(RestorePreview {
        sits,
        missing: count(&format!("SELECT count(*) {missing}"))?,
        newest_missing: newest.collect::<Result<_, _>>()?,
        changed: count(&format!("SELECT count(*) {changed}"))?,
        returning: count(&format!("SELECT count(*) {returning}"))?,
        labels: changed_labels(&both)?,
        presets: count(
            "SELECT count(DISTINCT id) FROM (
               SELECT * FROM (SELECT id, name, plan FROM main.presets EXCEPT SELECT id, name, plan FROM backup.presets)
               UNION ALL
               SELECT * FROM (SELECT id, name, plan FROM backup.presets EXCEPT SELECT id, name, plan FROM main.presets)
             )",
        )?,
        settings: settings::read(&both)?
            != settings::read(&connection::reading(backup, connection::BUSY_TIMEOUT)?)?,
    })
}

/// Returns the condition that a session of the backup is one of the log: with the same id and the same owner. Several
/// accounts can have a sit of the same id, such as that of an imported file. An ownerless session of the backup is the
/// first one of its id in the log, to which an account may have been assigned since.
fn is_same_sit(both: &Connection) -> Result<String, StoreError> {
    let owner = |schema: &str| -> Result<String, StoreError> {
        let has = has_column(both, schema, "sessions", "owner")?;
        Ok(if has { format!("{schema}_sits.owner") } else { "NULL".into() })
    };
    let (log, kept) = (owner("main")?, owner("backup")?);
    Ok(format!(
        "backup_sits.id = main_sits.id AND ({log} IS {kept} OR ({kept} IS NULL AND main_sits.rowid = (
           SELECT min(rowid) FROM main.sessions AS copies WHERE copies.id = main_sits.id
         )))"
    ))
}

/// Counts the labels whose last change is not in the backup.
fn changed_labels(both: &Connection) -> Result<u32, StoreError> {
    if !has_column(both, "main", "labels", "revision")? {
        return Ok(0);
    }
    let is_unknown = if has_column(both, "backup", "labels", "revision")? {
        "NOT EXISTS (
           SELECT 1 FROM backup.labels AS kept
           WHERE kept.key = main.labels.key AND (kept.owner IS main.labels.owner OR kept.owner IS NULL)
             AND (kept.revision, kept.deviceid) = (main.labels.revision, main.labels.deviceid)
         )"
    } else {
        "true"
    };
    let sql = format!(
        "SELECT count(DISTINCT key) FROM main.labels WHERE main.labels.revision > 0 AND {is_unknown}"
    );
    Ok(both.query_row(&sql, [], |row| row.get(0))?)
}

fn has_column(
    connection: &Connection,
    schema: &str,
    table: &str,
    column: &str,
) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1, ?2) WHERE name = ?3)";
    Ok(connection.query_row(sql, [table, schema, column], |row| row.get(0))?)
}
