//! How a connection to the database is set up: what is durable, who waits for whom.

use crate::{StoreError, folder};
use rusqlite::{Connection, OpenFlags};
use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

/// How long a call waits for another program that holds the database.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection that writes. Foreign keys are not enforced yet: a migration may have to rebuild a table.
pub(crate) fn writing(database: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        database,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(busy)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    Ok(connection)
}

/// Makes every commit of `connection` durable before it returns.
pub(crate) fn make_durable(connection: &Connection) -> Result<(), StoreError> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        // Some network disks cannot share memory. A rollback journal is slower there, and as safe.
        tracing::warn!(mode, "the database cannot be opened with a write-ahead log");
    }
    connection.pragma_update(None, "synchronous", "full")?;
    // On macOS an fsync leaves the data in the cache of the disk; elsewhere these two change nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // After an import the log would stay as large as it ever was.
    connection.pragma_update_and_check(None, "journal_size_limit", 4 << 20, |_| Ok(()))?;
    Ok(())
}

/// Makes `connection` refuse rows that refer to nothing.
pub(crate) fn enforce_foreign_keys(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// A connection that only reads: it never waits for the one that writes, nor that one for it.
pub(crate) fn reading(database: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        database,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(busy)?;
    Ok(connection)
}

/// Writes all that `source` sees, what is only in its log too, to the new file `to`, for its owner only, and to the
/// disk. Replaces what is at `to`; leaves nothing there if it fails.
pub(crate) fn copy(source: &Connection, data: &Path, to: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::io(data, to, error);
    let written = || -> Result<(), StoreError> {
        folder::remove_if_there(to).map_err(failed)?;
        // Created here so that nobody else can read it; SQLite takes an empty file for a new one.
        folder::private(OpenOptions::new().write(true).create_new(true))
            .open(to)
            .map_err(failed)?;
        let text = to.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(to.into()))?;
        source.execute("VACUUM INTO ?1", [text])?;
        folder::sync_file(to).map_err(failed)
    };
    written().inspect_err(|_| {
        // A full disk is no better for half a copy.
        if let Err(error) = folder::remove_if_there(to) {
            tracing::warn!(%error, path = %to.display(), "half a copy is left");
        }
    })
}
