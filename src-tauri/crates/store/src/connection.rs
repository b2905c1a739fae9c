//! Opens SQLite connections: durability, timeouts, read-only access, copies.

use crate::{StoreError, folder, log};
use rusqlite::{Connection, OpenFlags};
use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

/// How long a call waits for another process that has locked the database.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens a connection that writes. Foreign keys are not enforced yet: a migration may have to rebuild a table.
pub(crate) fn writing(database: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        database,
        // Databases are attached by their URIs.
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI,
    )?;
    connection.busy_timeout(busy)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    log::register_functions(&connection)?;
    Ok(connection)
}

/// Makes every commit of `connection` durable before it returns.
pub(crate) fn make_durable(connection: &Connection) -> Result<(), StoreError> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        // Some network file systems have no shared memory. A rollback journal is slower and as safe.
        tracing::warn!(mode, "the database cannot be opened with a write-ahead log");
    }
    connection.pragma_update(None, "synchronous", "full")?;
    // On macOS, fsync leaves data in the cache of the disk; on other systems these two have no effect.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // Otherwise the log keeps its largest size, such as that after an import.
    connection.pragma_update_and_check(None, "journal_size_limit", 4 << 20, |_| Ok(()))?;
    Ok(())
}

/// Enforces foreign keys on `connection`.
pub(crate) fn enforce_foreign_keys(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// The page cache of a change of possibly a million sessions, in KiB.
const LARGE_CACHE: i64 = 8_192;
/// The page cache otherwise, which is SQLite's default.
const CACHE: i64 = 2_000;

/// Runs a job that changes possibly a million sessions: with a large cache, and without writing the log back at its commit,
/// for which the next job would wait. The caller then calls [`checkpoint`] and [`checkpoint_at_commits`].
pub(crate) fn with_large_changes<T>(
    connection: &mut Connection,
    job: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    checkpoint_at_commits(connection, false)?;
    connection.pragma_update(None, "cache_size", -LARGE_CACHE)?;
    let outcome = job(connection);
    connection.pragma_update(None, "cache_size", -CACHE)?;
    connection.execute_batch("PRAGMA shrink_memory")?;
    outcome
}

/// Sets whether `connection` writes the log back into the database at a commit after which the log is large.
pub(crate) fn checkpoint_at_commits(
    connection: &Connection,
    writes_back: bool,
) -> Result<(), StoreError> {
    // SQLite's default, in pages.
    let pages = if writes_back { 1000 } else { 0 };
    connection.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()))?;
    Ok(())
}

/// Writes the log of `database` back into it with a connection of its own. Other connections read and write meanwhile.
pub(crate) fn checkpoint(database: &Path, busy: Duration) -> Result<(), StoreError> {
    let connection = writing(database, busy)?;
    make_durable(&connection)?;
    connection.pragma(None, "wal_checkpoint", "passive", |_| Ok(()))?;
    Ok(())
}

/// Writes what the log of `connection` has until now to the disk. A failure is that of the commit, which does the same.
pub(crate) fn sync_log(connection: &Connection) {
    let Some(database) = connection.path() else { return };
    let log = folder::suffixed(Path::new(database), "-wal");
    let synced = OpenOptions::new().write(true).open(log).and_then(|log| log.sync_data());
    if let Err(error) = synced {
        tracing::debug!(%error, "the log is written to the disk at the commit");
    }
}

/// Opens a connection that only reads. In WAL mode it never waits for the writer, nor the writer for it.
pub(crate) fn reading(database: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        database,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(busy)?;
    Ok(connection)
}

/// Returns the URI by which SQLite opens `database` only if it exists, and only to read it.
pub(crate) fn read_only_uri(database: &Path) -> String {
    uri(database, "mode=ro")
}

/// Returns the URI of `database` with `parameters`.
pub(crate) fn uri(database: &Path, parameters: &str) -> String {
    let mut uri = String::from("file:");
    for byte in database.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?" + parameters
}

/// Copies the database that `source` sees, its log included, to the file `to`, readable by its owner only, and syncs it.
/// Replaces a file at `to`; removes a partial copy if it fails.
pub(crate) fn copy(source: &Connection, data: &Path, to: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::io(data, to, error);
    let written = || -> Result<(), StoreError> {
        folder::remove_if_there(to).map_err(failed)?;
        // Created here with private permissions; SQLite accepts an empty file as a new database.
        folder::private(OpenOptions::new().write(true).create_new(true))
            .open(to)
            .map_err(failed)?;
        let text = to.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(to.into()))?;
        source.execute("VACUUM INTO ?1", [text])?;
        folder::sync_file(to).map_err(failed)
    };
    written().inspect_err(|_| {
        // A partial copy would only fill the disk.
        if let Err(error) = folder::remove_if_there(to) {
            tracing::warn!(%error, path = %to.display(), "half a copy is left");
        }
    })
}
