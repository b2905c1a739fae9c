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
