//! Migrates a database to the newest format.
//!
//! A migration is a numbered file that is never edited after its release. All missing migrations run in one transaction,
//! which also updates `user_version`.

use crate::{StoreError, backups, folder};
use rusqlite::{Connection, TransactionBehavior};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// All migrations, oldest first: the one at index `n` leads from format `n` to format `n + 1`.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_sits.sql"),
    include_str!("migrations/0002_accounts.sql"),
    include_str!("migrations/0003_projects.sql"),
    include_str!("migrations/0004_owners.sql"),
    include_str!("migrations/0005_sync.sql"),
    include_str!("migrations/0006_names.sql"),
    include_str!("migrations/0007_keys.sql"),
    include_str!("migrations/0008_labels.sql"),
    include_str!("migrations/0009_log.sql"),
    include_str!("migrations/0010_year_totals.sql"),
    include_str!("migrations/0011_imports.sql"),
    include_str!("migrations/0012_partner.sql"),
    include_str!("migrations/0013_late_log.sql"),
    include_str!("migrations/0014_invitation.sql"),
    include_str!("migrations/0015_texts.sql"),
    include_str!("migrations/0016_kinds.sql"),
    include_str!("migrations/0017_import_notes.sql"),
    include_str!("migrations/0018_sign_ups.sql"),
];

/// Returns the format that `migrations` lead to.
pub(crate) fn newest(migrations: &[&str]) -> u32 {
    u32::try_from(migrations.len()).unwrap_or(u32::MAX)
}

/// `PRAGMA application_id` of Zafu's databases: see the first migration.
const OURS: u32 = 0x5A61_6675;

/// Rejects a database that is newer than `migrations`, before SQLite opens it.
///
/// Format and application are read from the file's header (offsets 60 and 68, big-endian:
/// <https://sqlite.org/fileformat2.html>). A header that is only in the log is read by [`examine`].
pub(crate) fn refuse_newer(folder: &Path, migrations: &[&str]) -> Result<(), StoreError> {
    let database = folder::database(folder);
    let mut header = [0; 72];
    match File::open(&database).and_then(|mut file| file.read_exact(&mut header)) {
        Ok(()) if header.starts_with(b"SQLite format 3\0") => {
            let word = |at: usize| {
                u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
            };
            refuse(folder, word(60), word(68), migrations)
        }
        // Not an SQLite file: opening it returns an error.
        Ok(()) => Ok(()),
        // Too short for a header: new, or damaged.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(()),
        Err(error) => Err(StoreError::io(folder, &database, error)),
    }
}

/// Rejects a database that is newer than `migrations` or not Zafu's, before anything is written to it. Returns its format.
pub(crate) fn examine(
    connection: &Connection,
    folder: &Path,
    migrations: &[&str],
) -> Result<u32, StoreError> {
    let found = version(connection)?;
    let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    refuse(folder, found, application, migrations)?;
    let tables: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if found == 0 && tables > 0 {
        return Err(StoreError::NotOurs { database: folder::database(folder) });
    }
    Ok(found)
}

fn refuse(
    folder: &Path,
    found: u32,
    application: u32,
    migrations: &[&str],
) -> Result<(), StoreError> {
    let (database, known) = (folder::database(folder), newest(migrations));
    if found > 0 && application != OURS {
        return Err(StoreError::NotOurs { database });
    }
    if found > known {
        return Err(StoreError::Newer { database, found, known });
    }
    Ok(())
}

/// Returns the format of a database: the number of migrations that were applied to it.
pub(crate) fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// A migration and the backup before it need up to this many times the space of the database: for the copy, for what is
/// written again in its log, and for that in the database.
const SPACE_PER_BYTE: u64 = 4;

/// Checks that the disk has room to migrate the database in `folder`. `available` returns the free bytes.
pub(crate) fn ensure_space(
    folder: &Path,
    available: impl FnOnce(&Path) -> io::Result<u64>,
) -> Result<(), StoreError> {
    let available = available(folder).map_err(|error| StoreError::io(folder, folder, error))?;
    let needed = folder::bytes(&folder::database(folder)).saturating_mul(SPACE_PER_BYTE);
    if available < needed {
        let folder = folder.into();
        return Err(StoreError::NoSpaceForMigration { folder, needed, available });
    }
    Ok(())
}

/// Applies all missing migrations to the database in `folder`, or none.
pub(crate) fn migrate(
    connection: &mut Connection,
    folder: &Path,
    migrations: &[&str],
) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // The format is read inside the transaction: another process may have migrated the database a moment ago.
    let found = examine(&transaction, folder, migrations)?;
    if found == newest(migrations) {
        return Ok(());
    }
    for migration in migrations.iter().skip(found as usize) {
        transaction.execute_batch(migration)?;
    }
    if let Some(damage) = backups::broken_references(&transaction)? {
        return Err(StoreError::corrupt(folder, damage));
    }
    transaction.pragma_update(None, "user_version", newest(migrations))?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests;
