//! The table of imports: what each import brought, and undoing it.
//!
//! An import changes nothing until it is committed: its sits are staged in a database of its own (see [`staging`]),
//! compared with the log (see [`compare`]), and then added in one transaction (see [`commit`]).

mod commit;
mod compare;
mod id_filter;
mod staging;

pub use commit::CommitProgress;
pub(crate) use commit::{Commit, Committed};
pub(crate) use compare::Compared;
pub(crate) use staging::{Staging, remove_leftovers};

use crate::sessions::{self, SessionKey};
use crate::text::{Id, Json, Stamp};
use crate::{StoreError, device, labels, log, outbox};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use std::fmt;
use zafu_core::ids::DeviceId;
use zafu_core::session::Session;
use zafu_core::time::{Seconds, WallTime};

/// Identifies an import on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportId(pub i64);

impl fmt::Display for ImportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The numbers of sits that were found in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Sits that are not in the log.
    pub added: u32,
    /// Sits that come back: undoing an earlier import has deleted them, or the user has and wants them back.
    pub revived: u32,
    /// Sits that are in the log.
    pub known: u32,
    /// Sits that are in the log, or in another of the files, in another format or spelling.
    pub same: u32,
    /// Sits that were deleted by the user, or by an undo on another device. They stay deleted.
    pub deleted: u32,
    /// Sits of `known` and `same` that had no note, and get that of the files.
    pub noted: u32,
}

impl ImportCounts {
    /// Returns whether an import changes the log.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        self.added > 0 || self.revived > 0 || self.noted > 0
    }
}

/// What would change if the staged sits were imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPreview {
    /// The numbers of sits.
    pub counts: ImportCounts,
    /// The number of notes that the log gets.
    pub notes: u32,
    /// The number of sits that are in the files twice, each time with the same values.
    pub repeated: u32,
    /// The start of the first sit that is new or comes back.
    pub first: Option<WallTime>,
    /// The start of the last one.
    pub last: Option<WallTime>,
    /// The latest of them, latest first.
    pub samples: Vec<ImportSample>,
}

/// What became of a sit that was read from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StagedAs {
    /// It was staged.
    New,
    /// A sit with the same id and the same values was staged before. It has got the note if it had none.
    Repeated,
    /// A sit with the same id and other values was staged before. This one is not.
    Different,
}

/// A sit that would be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSample {
    /// The start.
    pub start: WallTime,
    /// The time sat.
    pub length: Seconds,
    /// The name of its label; empty: none.
    pub label: String,
    /// Its note.
    pub note: String,
}

/// What would change if an import were undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportUndoPreview {
    /// The number of sits that are deleted.
    pub sits: u32,
    /// The number of those that the user has changed since.
    pub edited: u32,
    /// The number of other sits whose note, which the import gave, is taken away.
    pub notes: u32,
    /// The latest of the changed ones, latest first.
    pub samples: Vec<ImportSample>,
}

/// What is recorded of an import beside the sits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSource {
    /// The names of the files, without their folders.
    pub files: Vec<String>,
    /// The name of each file's format.
    pub formats: Vec<String>,
    /// The time zone that was assumed; none: no sit depends on it.
    pub zone: Option<String>,
    /// The number of rows that are not imported.
    pub skipped: u32,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportInfo {
    /// Its id.
    pub id: ImportId,
    /// When it was imported.
    pub at: DateTime<Utc>,
    /// The files.
    pub source: ImportSource,
    /// The numbers of sits.
    pub counts: ImportCounts,
    /// When it was undone, and the number of sits that this deleted; none: it was not undone.
    pub undone: Option<(DateTime<Utc>, u32)>,
}

/// The result of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The sits were imported.
    Imported(ImportInfo),
    /// There was nothing to import.
    Nothing,
    /// The caller has cancelled. Nothing was imported.
    Cancelled,
}

/// How many sessions are changed at a time.
const CHUNK: i64 = 2_000;

/// The imports that the user sees: those whose first sit the log can show. Its owner is that of the others.
const SHOWN: &str = "SELECT * FROM imports WHERE (
       SELECT owner IS NULL OR owner = (SELECT id FROM accounts WHERE shown = 1) FROM sessions
       WHERE key = coalesce(
         (SELECT min(session_key) FROM import_sits WHERE import_id = imports.id),
         (SELECT min(session_key) FROM import_notes WHERE import_id = imports.id)
       )
     )";
/// The sits that undoing an import would delete.
const BROUGHT: &str = "FROM import_sits JOIN sessions ON key = session_key WHERE import_id = ?1 AND deletedat IS NULL";
/// The sits whose note undoing an import would take away: it is still the one that the import gave.
const NOTED: &str = "FROM import_notes AS given JOIN sessions ON key = given.session_key
     WHERE import_id = ?1 AND sessions.note = given.note AND deletedat IS NULL";

fn from_row(row: &Row<'_>) -> rusqlite::Result<ImportInfo> {
    let undoneat: Option<Stamp> = row.get("undoneat")?;
    let undone: Option<u32> = row.get("undone")?;
    Ok(ImportInfo {
        id: ImportId(row.get("id")?),
        at: row.get::<_, Stamp>("importedat")?.0,
        source: ImportSource {
            files: row.get::<_, Json<_>>("files")?.0,
            formats: row.get::<_, Json<_>>("formats")?.0,
            zone: row.get("zone")?,
            skipped: row.get("skipped")?,
        },
        counts: ImportCounts {
            added: row.get("added")?,
            revived: row.get("revived")?,
            known: row.get("known")?,
            same: row.get("same")?,
            deleted: row.get("deleted")?,
            noted: row.get("noted")?,
        },
        undone: undoneat.map(|at| at.0).zip(undone),
    })
}

/// Lists the imports whose sits are those of the shown account or ownerless, newest first.
pub(crate) fn all(connection: &Connection) -> Result<Vec<ImportInfo>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SHOWN} ORDER BY id DESC"))?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns an import that the user sees.
fn find(connection: &Connection, id: ImportId) -> Result<ImportInfo, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SHOWN} AND id = ?1"))?;
    statement.query_row([id.0], from_row).optional()?.ok_or(StoreError::NoSuchImport { id })
}

/// Returns what undoing an import would change, with the latest `samples` sits that the user has changed since.
pub(crate) fn preview_undo(
    connection: &Connection,
    id: ImportId,
    samples: u32,
) -> Result<ImportUndoPreview, StoreError> {
    if find(connection, id)?.undone.is_some() {
        return Err(StoreError::ImportUndone { id });
    }
    let count = |of: &str| -> Result<u32, StoreError> {
        let mut statement = connection.prepare_cached(&format!("SELECT count(*) {of}"))?;
        Ok(statement.query_row([id.0], |row| row.get(0))?)
    };
    let edited = format!("{BROUGHT} AND detailsrevision > details_revision");
    let mut statement = connection.prepare_cached(&format!(
        "SELECT session_key {edited} ORDER BY coalesce(correctedstart, startedat) DESC LIMIT ?2"
    ))?;
    let keys = statement.query_map((id.0, samples), |row| row.get::<_, SessionKey>(0))?;
    let sample = |key: rusqlite::Result<SessionKey>| -> Result<ImportSample, StoreError> {
        let record = sessions::by_key(connection, key?)?;
        let label = labels::shown_name(connection, &record)?.unwrap_or_default();
        let session = record.session;
        Ok(ImportSample {
            start: session.effective_start(),
            length: session.effective_length(),
            label,
            note: session.details.value.note,
        })
    };
    Ok(ImportUndoPreview {
        sits: count(BROUGHT)?,
        edited: count(&edited)?,
        notes: count(NOTED)?,
        samples: keys.map(sample).collect::<Result<_, _>>()?,
    })
}

/// Deletes the sits that an import brought, except those that the user has deleted, and takes away the notes that it gave,
/// except those that the user has changed. Sits that the user had deleted before the import brought them back are deleted by
/// their user again: importing their file does not restore them. Returns the import.
pub(crate) fn undo(
    connection: &Connection,
    id: ImportId,
    at: DateTime<Utc>,
) -> Result<ImportInfo, StoreError> {
    if find(connection, id)?.undone.is_some() {
        return Err(StoreError::ImportUndone { id });
    }
    let device = device::current(connection)?;
    let (mut after, mut undone) = (0, 0_usize);
    loop {
        const END: &str = "SELECT max(session_key) FROM (
               SELECT session_key FROM import_sits WHERE import_id = ?1 AND session_key > ?2
               ORDER BY session_key LIMIT ?3
             )";
        let end: Option<i64> =
            connection.prepare_cached(END)?.query_row((id.0, after, CHUNK), |row| row.get(0))?;
        let Some(end) = end else { break };
        undone +=
            log::derive_late(connection, || undo_up_to(connection, id, (after, end), device, at))?;
        after = end;
    }
    log::derive_late(connection, || take_notes(connection, id, device))?;
    connection
        .prepare_cached("UPDATE imports SET undoneat = ?2, undone = ?3 WHERE id = ?1")?
        .execute((id.0, Stamp(at), u32::try_from(undone).unwrap_or(u32::MAX)))?;
    find(connection, id)
}

/// Deletes and enqueues the sits of an import with keys after the first of `keys` and up to the second. Returns how many.
fn undo_up_to(
    connection: &Connection,
    id: ImportId,
    keys: (i64, i64),
    device: DeviceId,
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let (after, end) = keys;
    connection
        .prepare_cached(
            "UPDATE import_sits SET undo_revision = min(deletionrevision + 1, 4294967295), undo_device = :device
             FROM sessions WHERE key = session_key AND import_id = :id AND session_key > :after
               AND session_key <= :end AND deletedat IS NULL",
        )?
        .execute(named_params! { ":device": Id(device), ":id": id.0, ":after": after, ":end": end })?;
    let undone = connection
        .prepare_cached(
            "UPDATE sessions SET deletedat = :at, deletionrevision = undo_revision, deletiondevice = undo_device
             FROM import_sits WHERE key = session_key AND import_id = :id AND session_key > :after
               AND session_key <= :end AND undo_revision IS NOT NULL",
        )?
        .execute(named_params! { ":at": Stamp(at), ":id": id.0, ":after": after, ":end": end })?;
    let last = outbox::generations(connection, u32::try_from(CHUNK).unwrap_or(u32::MAX))?;
    connection
        .prepare_cached(&format!(
            "INSERT INTO outbox (session_key, generation, state, edited)
             SELECT session_key, :last + row_number() OVER (ORDER BY session_key), 'pending', 2
             FROM import_sits WHERE import_id = :id AND session_key > :after AND session_key <= :end
               AND undo_revision IS NOT NULL
             {}",
            outbox::ON_CONFLICT
        ))?
        .execute(named_params! { ":last": last, ":id": id.0, ":after": after, ":end": end })?;
    // A sit that came back because an import was undone still has the deletion by that undo in the row of that import. Of one
    // that its user had deleted, no other row has any.
    connection
        .prepare_cached(
            "UPDATE import_sits SET undo_revision = NULL, undo_device = NULL
             WHERE import_id = :id AND session_key > :after AND session_key <= :end
               AND is_revived = 1 AND undo_revision IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM import_sits AS other
                 WHERE other.session_key = import_sits.session_key AND other.import_id <> :id
                   AND other.undo_revision IS NOT NULL
               )",
        )?
        .execute(named_params! { ":id": id.0, ":after": after, ":end": end })?;
    Ok(undone)
}

/// Takes away the notes that an import gave, and enqueues their sits.
fn take_notes(connection: &Connection, id: ImportId, device: DeviceId) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT count(*) {NOTED}"))?;
    let notes = statement.query_row([id.0], |row| row.get(0))?;
    let last = outbox::generations(connection, notes)?;
    connection
        .prepare_cached(&format!(
            "INSERT INTO outbox (session_key, generation, state, edited)
             SELECT session_key, ?2 + row_number() OVER (ORDER BY session_key), 'pending', 1 {NOTED} {}",
            outbox::ON_CONFLICT
        ))?
        .execute((id.0, last))?;
    connection
        .prepare_cached(&format!(
            "UPDATE sessions SET note = '', detailsrevision = min(detailsrevision + 1, 4294967295), detailsdevice = ?2
             WHERE key IN (SELECT session_key {NOTED})"
        ))?
        .execute((id.0, Id(device)))?;
    Ok(())
}

/// Returns the effective start in milliseconds since 1970, and the effective length.
fn effective(session: &Session) -> (i64, u32) {
    (session.effective_start().utc.timestamp_millis(), session.effective_length().0)
}

#[cfg(test)]
mod tests;
