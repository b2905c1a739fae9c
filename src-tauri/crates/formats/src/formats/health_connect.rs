//! The export of Android's Health Connect: a database of SQLite in an archive, with the table
//! `mindfulness_session_record_table`. Times are milliseconds since 1970, UTC offsets seconds.
//!
//! SQLite reads only files, so the database is first copied to a folder of its own, which is removed afterwards.

use crate::collect::{Collector, Draft, Start, checked};
use crate::error::Fault;
use crate::limits::{DATABASE_BYTES, DATABASE_MILLION_STEPS, ROW_BYTES};
use crate::skipped::{Position, Reason};
use crate::times::seconds_between;
use chrono::DateTime;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use zafu_core::time::UtcOffset;

/// What a database of SQLite begins with.
pub const MAGIC: &[u8] = b"SQLite format 3\0";

const TABLE: &str = "mindfulness_session_record_table";

/// Reads a database, which is copied into a new folder in `folder`.
pub fn read(
    database: impl Read,
    folder: &Path,
    collector: &mut Collector<'_>,
) -> Result<(), Fault> {
    let folder = tempfile::Builder::new()
        .prefix("zafu-import-")
        .tempdir_in(folder)
        .map_err(Fault::TemporaryFolder)?;
    let path = folder.path().join("health_connect.db");
    copy(database, &path)?;
    let mut connection = open(&path)?;
    let read = rows(&mut connection, collector);
    // Before its folder is removed, which Windows demands.
    drop(connection);
    read
}

/// Copies the database.
fn copy(mut from: impl Read, path: &Path) -> Result<(), Fault> {
    let mut to = File::create_new(path).map_err(Fault::TemporaryFolder)?;
    let (mut buffer, mut copied) = (vec![0; 256 << 10], 0);
    loop {
        let read = match from.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if read == 0 {
            return to.flush().map_err(Fault::TemporaryFolder);
        }
        copied += read as u64;
        if copied > DATABASE_BYTES {
            return Err(Fault::ArchiveTooLarge);
        }
        to.write_all(&buffer[..read]).map_err(Fault::TemporaryFolder)?;
    }
}

/// Opens a database that others have made: its schema is not trusted.
fn open(path: &Path) -> Result<Connection, Fault> {
    // It may be in WAL mode, which a reader cannot open without writing beside it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(ROW_BYTES).unwrap_or(i32::MAX))?;
    connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0")?;
    Ok(connection)
}

fn rows(connection: &mut Connection, collector: &mut Collector<'_>) -> Result<(), Fault> {
    let steps = Arc::new(AtomicU32::new(0));
    let of_handler = Arc::clone(&steps);
    connection.progress_handler(
        1_000_000,
        Some(move || of_handler.fetch_add(1, Ordering::Relaxed) >= DATABASE_MILLION_STEPS),
    )?;
    let is_table = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    if connection.query_row(is_table, [TABLE], |row| row.get::<_, i64>(0))? == 0 {
        return Err(Fault::NotRecognised);
    }
    let sql = format!("SELECT start_time, end_time, start_zone_offset, title, notes FROM {TABLE}");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut number = 0;
    while let Some(row) = rows.next()? {
        number += 1;
        steps.store(0, Ordering::Relaxed);
        let integer = |column| match row.get_ref(column)? {
            ValueRef::Integer(value) => Ok(Some(value)),
            _ => Ok::<_, rusqlite::Error>(None),
        };
        let text = |column| match row.get_ref(column)? {
            ValueRef::Text(text) => Ok(String::from_utf8_lossy(text)),
            _ => Ok::<_, rusqlite::Error>("".into()),
        };
        let (title, notes) = (text(3)?, text(4)?);
        let [start_text, end_text] =
            [integer(0)?, integer(1)?].map(|time| time.map_or(String::new(), |it| it.to_string()));
        let time = |milliseconds: Option<i64>, text: &str| {
            checked(milliseconds.and_then(DateTime::from_timestamp_millis), text)
        };
        let offset = integer(2)?.and_then(offset);
        let draft = time(integer(0)?, &start_text).and_then(|start| {
            let end = time(integer(1).ok().flatten(), &end_text);
            let end = end.map_err(|_| Reason::length(&end_text))?;
            Ok(Draft {
                start: Start::Instant(start, offset),
                start_text: &start_text,
                seconds: seconds_between(start, end).ok_or(Reason::EndsBeforeStart)?,
                length_text: &end_text,
                clock_seconds: None,
                planned: None,
                label: &title,
                note: &notes,
            })
        });
        collector.add(Position::Element(number), draft)?;
    }
    Ok(())
}

fn offset(seconds: i64) -> Option<UtcOffset> {
    let minutes = i16::try_from(seconds / 60).ok()?;
    (minutes.abs() < 24 * 60).then_some(UtcOffset(minutes))
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database { reason: error.to_string() }
    }
}
