//! Compares staged sits with the log: which of them it has, under the same id or in another format.
//!
//! Two formats rarely agree to the second. A sit of one format is that of another if it starts within a minute of it and
//! its length is within a second. Each sit of the log, or of another file, is at most one sit of a format: several short
//! sits in one minute stay several. Two files of one format can spell the same start in two ways, as exports of one program
//! in two languages do: a sit of one is that of the other if both have exactly the same start and length. A sit that the user
//! has deleted stays deleted, however a file spells it, unless the user wants the deleted sits back.

use super::staging::Status;
use crate::connection;
use crate::text::{Id, Stamp};
use crate::{StoreError, accounts};
use chrono::DateTime;
use rusqlite::Connection;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::path::Path;
use zafu_core::ids::UserId;

/// How far apart the starts of the same sit may be in two formats, in milliseconds.
const START_TOLERANCE: i64 = 60_000;
/// How much the lengths may differ, in seconds.
const LENGTH_TOLERANCE: i64 = 1;

/// How many sits within two minutes are compared with other files, times the number of files. Memory stays bounded, and no
/// user has that many: those beyond are new.
const MAX_CANDIDATES: usize = 65_536;

/// The log with which staged sits were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    /// The account that was signed in.
    pub owner: Option<UserId>,
    /// Whether sits that the user has deleted come back too.
    pub brings_back: bool,
}

/// Compares all staged sits in `staging` with the log in `database`, and records what becomes of each. Sits that the user has
/// deleted come back if `brings_back`.
pub(super) fn compare(
    staging: &Connection,
    database: &Path,
    formats: &[String],
    brings_back: bool,
) -> Result<Compared, StoreError> {
    staging.execute("ATTACH ?1 AS log", [connection::read_only_uri(database)])?;
    let compared = compare_attached(staging, formats, brings_back);
    staging.flush_prepared_statement_cache();
    let detached = staging.execute_batch("DETACH log");
    let compared = compared?;
    detached?;
    Ok(compared)
}

fn compare_attached(
    staging: &Connection,
    formats: &[String],
    brings_back: bool,
) -> Result<Compared, StoreError> {
    let transaction = staging.unchecked_transaction()?;
    let staging = &*transaction;
    staging.execute_batch(
        "DROP INDEX IF EXISTS sits_by_session;
         UPDATE sits SET status = 0, session_key = NULL, twin = NULL WHERE status <> 0;
         UPDATE sits SET gives_note = 0 WHERE gives_note = 1",
    )?;
    let owner = accounts::signed_in(staging)?;
    let shown = accounts::shown(staging)?.map(|account| account.id);
    let has_sessions: bool =
        staging.query_row("SELECT EXISTS (SELECT 1 FROM log.sessions)", [], |row| row.get(0))?;
    if has_sessions {
        find_by_id(staging, shown, brings_back)?;
    }
    if has_sessions || formats.len() > 1 {
        staging.execute_batch(
            "CREATE INDEX sits_by_session ON sits (session_key, file) WHERE session_key IS NOT NULL",
        )?;
        find_in_other_formats(staging, shown, formats, brings_back)?;
    }
    if brings_back {
        keep_corrections(staging)?;
    }
    find_notes(staging)?;
    transaction.commit()?;
    Ok(Compared { owner, brings_back })
}

/// Finds the staged sits whose ids are those of sessions that the user sees, or has deleted.
fn find_by_id(
    staging: &Connection,
    shown: Option<UserId>,
    brings_back: bool,
) -> Result<(), StoreError> {
    let mut find = staging.prepare(
        "UPDATE sits SET session_key = (
           SELECT key FROM log.sessions AS known WHERE known.id = sits.id AND coalesce(known.owner, '') = ?1
         ) WHERE session_key IS NULL",
    )?;
    if let Some(shown) = shown {
        find.execute([shown.to_string()])?;
    }
    find.execute([""])?;
    staging.execute(
        "UPDATE sits SET status = (
           SELECT CASE
             WHEN deletedat IS NULL THEN ?1
             WHEN EXISTS (
               SELECT 1 FROM log.import_sits
               WHERE import_sits.session_key = key AND undo_revision = deletionrevision AND undo_device = deletiondevice
             ) THEN ?2
             ELSE ?3
           END FROM log.sessions WHERE key = sits.session_key
         ) WHERE session_key IS NOT NULL",
        [
            Status::Known as i64,
            Status::Undone as i64,
            if brings_back { Status::Undone as i64 } else { Status::Deleted as i64 },
        ],
    )?;
    Ok(())
}

/// Sits that their user has corrected and deleted come back as they were. Others take the values of the file: they may be
/// those of an import that was undone on another device, which only looks like a deletion by the user here.
fn keep_corrections(staging: &Connection) -> Result<(), StoreError> {
    staging.execute(
        "UPDATE sits SET status = ?2 WHERE status = ?1 AND EXISTS (
           SELECT 1 FROM log.sessions AS known
           WHERE key = sits.session_key AND coalesce(correctedstart, correctedlength, correctedoffset) IS NOT NULL
             AND NOT EXISTS (
               SELECT 1 FROM log.import_sits
               WHERE import_sits.session_key = known.key AND undo_revision = deletionrevision AND undo_device = deletiondevice
             )
         )",
        [Status::Undone as i64, Status::Back as i64],
    )?;
    Ok(())
}

/// Marks the notes that the log gets: those of new sits, and for each session without a note the first one that was read. A
/// sit without a note gets that of the same sit in another file.
fn find_notes(staging: &Connection) -> Result<(), StoreError> {
    // Of rows with the least number, the note is that of the row which has it.
    staging.execute(
        "UPDATE sits SET note = other.note, detailsrevision = max(sits.detailsrevision, other.detailsrevision)
         FROM (
           SELECT twin, note, detailsrevision, min(n) FROM sits WHERE status = ?1 AND twin IS NOT NULL AND note <> ''
           GROUP BY twin
         ) AS other
         WHERE sits.n = other.twin AND sits.note = ''",
        [Status::Same as i64],
    )?;
    staging.execute(
        "UPDATE sits SET gives_note = 1 WHERE note <> '' AND (status = ?1 OR (
           session_key IS NOT NULL AND status <> ?2
           AND (SELECT note FROM log.sessions WHERE key = sits.session_key) = ''
           AND NOT EXISTS (
             SELECT 1 FROM sits AS earlier WHERE earlier.session_key = sits.session_key AND earlier.n < sits.n
               AND earlier.note <> ''
           )
         ))",
        [Status::New as i64, Status::Deleted as i64],
    )?;
    Ok(())
}

/// A sit that staged sits may be, by its start.
#[derive(Clone, Copy)]
struct Candidate {
    start: i64,
    length: i64,
    /// Distinguishes candidates of the same start and length: the key of a session, to which [`DELETED`] is added if its user
    /// has deleted it, or the negated number of a staged sit.
    number: i64,
}

/// Far above the keys of sessions.
const DELETED: i64 = 1 << 62;

impl Candidate {
    const fn key(self) -> (i64, i64, i64) {
        (self.length, self.start, self.number)
    }
}

/// Candidates by length and start.
type Free = BTreeSet<(i64, i64, i64)>;

/// The sits within a minute, for each file those that no sit of it is yet.
struct Window<'f> {
    /// The format of each file.
    formats: &'f [String],
    candidates: VecDeque<Candidate>,
    /// Of the log and of other formats.
    near: Vec<Free>,
    /// Of other files of the same format. A sit in another spelling has the same start and length.
    equal: Vec<Free>,
}

impl<'f> Window<'f> {
    fn new(formats: &'f [String]) -> Self {
        let free = vec![Free::new(); formats.len()];
        Self { formats, candidates: VecDeque::new(), near: free.clone(), equal: free }
    }

    /// Adds a candidate, unless there are too many. If it is a sit of `file`, no other sit of that file is it.
    fn add(&mut self, candidate: Candidate, file: Option<usize>) {
        if self.candidates.len() * self.formats.len() >= MAX_CANDIDATES {
            return;
        }
        for (other, format) in self.formats.iter().enumerate() {
            if file == Some(other) {
                continue;
            }
            let is_same_format = file.and_then(|file| self.formats.get(file)) == Some(format);
            let free = if is_same_format { &mut self.equal } else { &mut self.near };
            if let Some(free) = free.get_mut(other) {
                free.insert(candidate.key());
            }
        }
        self.candidates.push_back(candidate);
    }

    /// Removes the candidates that start before `start`. They were added in the order of their starts, or at most twice
    /// the tolerance before.
    fn forget_before(&mut self, start: i64) {
        while let Some(first) = self.candidates.front()
            && first.start < start
        {
            let key = first.key();
            for free in self.near.iter_mut().chain(&mut self.equal) {
                free.remove(&key);
            }
            self.candidates.pop_front();
        }
    }

    /// Takes the candidate that a sit of `file` is; prefers one of the same length.
    fn take(&mut self, file: usize, start: i64, length: i64) -> Option<i64> {
        let equal = self.equal.get_mut(file)?;
        let twins = (length, start, i64::MIN)..=(length, start, i64::MAX);
        if let Some(twin) = equal.range(twins).next().copied() {
            equal.remove(&twin);
            return Some(twin.2);
        }
        let free = self.near.get(file)?;
        let near = |length: i64| {
            (length, start - START_TOLERANCE, i64::MIN)
                ..=(length, start + START_TOLERANCE, i64::MAX)
        };
        let lengths = [length, length - LENGTH_TOLERANCE, length + LENGTH_TOLERANCE];
        let found = lengths.into_iter().find_map(|length| free.range(near(length)).next().copied());
        let found = found?;
        // It is one sit of the format, which another file of the format may have too.
        let twin = Candidate { start, length, number: found.2 };
        for (other, format) in self.formats.iter().enumerate() {
            if self.formats.get(file) != Some(format) {
                continue;
            }
            let was_free = self.near.get_mut(other).is_some_and(|free| free.remove(&found));
            if was_free
                && other != file
                && let Some(equal) = self.equal.get_mut(other)
            {
                equal.insert(twin.key());
            }
        }
        self.candidates.push_back(twin);
        Some(twin.number)
    }
}

/// Finds the staged sits that the log, or another file, has in another format or in another spelling of their own.
fn find_in_other_formats(
    staging: &Connection,
    shown: Option<UserId>,
    formats: &[String],
    brings_back: bool,
) -> Result<(), StoreError> {
    // The position of a row in the log is its start times this number, plus a part that is hardly ever as large.
    const POSITIONS: i64 = 32_768;
    let range = staging.query_row(
        "SELECT min(start), max(start) FROM sits WHERE status IN (?1, ?2)",
        [Status::New as i64, Status::Undone as i64],
        |row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get::<_, Option<i64>>(1)?)),
    )?;
    let Some((first, last)) = range else { return Ok(()) };
    let positions = (
        (first - START_TOLERANCE).saturating_mul(POSITIONS),
        (last + START_TOLERANCE + 1).saturating_mul(POSITIONS),
    );
    let mut known = staging.prepare(
        "SELECT log_rows.start, log_rows.length, log_rows.key, file
         FROM log.log_rows INDEXED BY log_rows_by_position LEFT JOIN sits ON sits.session_key = log_rows.key
         WHERE position BETWEEN ?1 AND ?2 AND outcome > 0
           AND owner IN (SELECT number FROM log.log_owners WHERE id = '' OR id = ?3)
         ORDER BY position",
    )?;
    let mut known = known.query((positions.0, positions.1, shown.map(Id)))?;
    let mut next_known = move || -> Result<Option<(Candidate, Option<usize>)>, StoreError> {
        let Some(row) = known.next()? else { return Ok(None) };
        let candidate = Candidate { start: row.get(0)?, length: row.get(1)?, number: row.get(2)? };
        let by_id = row.get::<_, Option<u32>>(3)?.map(|file| file as usize);
        Ok(Some((candidate, by_id)))
    };
    find_deleted(staging, shown, (first - START_TOLERANCE, last + START_TOLERANCE))?;
    let mut deleted = staging.prepare(
        "SELECT deleted.start, deleted.length, deleted.key, file FROM deleted LEFT JOIN sits ON sits.session_key = deleted.key
         WHERE status IS NOT ?1 ORDER BY deleted.start",
    )?;
    // Those that come back are compared as the sits of their files.
    let mut deleted = deleted.query([Status::Undone as i64])?;
    let mut next_deleted = move || -> Result<Option<(Candidate, Option<usize>)>, StoreError> {
        let Some(row) = deleted.next()? else { return Ok(None) };
        let number = DELETED + row.get::<_, i64>(2)?;
        let candidate = Candidate { start: row.get(0)?, length: row.get(1)?, number };
        Ok(Some((candidate, row.get::<_, Option<u32>>(3)?.map(|file| file as usize))))
    };
    // Sorted before the first row is returned, so that the rows can be updated on the way.
    let mut sits = staging.prepare(
        "SELECT n, start, length, file FROM sits WHERE status IN (?1, ?2) ORDER BY start, n",
    )?;
    let mut sits = sits.query([Status::New as i64, Status::Undone as i64])?;
    let mut update =
        staging.prepare("UPDATE sits SET status = ?2, session_key = ?3, twin = ?4 WHERE n = ?1")?;
    let mut window = Window::new(formats);
    let mut ahead = next_known()?;
    let mut deleted_ahead = next_deleted()?;
    let mut back = HashSet::new();
    while let Some(row) = sits.next()? {
        let (n, start, length): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let file = row.get::<_, u32>(3)? as usize;
        window.forget_before(start - START_TOLERANCE);
        while let Some((candidate, by_id)) =
            ahead.take_if(|(candidate, _)| candidate.start <= start + START_TOLERANCE)
        {
            window.add(candidate, by_id);
            ahead = next_known()?;
        }
        while let Some((candidate, by_id)) =
            deleted_ahead.take_if(|(candidate, _)| candidate.start <= start + START_TOLERANCE)
        {
            window.add(candidate, by_id);
            deleted_ahead = next_deleted()?;
        }
        match window.take(file, start, length) {
            Some(number) if number >= DELETED => {
                let session = number - DELETED;
                // A session comes back once, also if several files have it.
                let status = match brings_back {
                    true if back.insert(session) => Status::Back,
                    true => Status::Same,
                    false => Status::Deleted,
                };
                update.execute((n, status as i64, session, None::<i64>))?;
            }
            Some(number) => {
                let (session, twin) =
                    if number > 0 { (Some(number), None) } else { (None, Some(-number)) };
                update.execute((n, Status::Same as i64, session, twin))?;
            }
            None => window.add(Candidate { start, length, number: -n }, Some(file)),
        }
    }
    Ok(())
}

/// Fills the table `deleted` with the sits of the log that their user has deleted, and that start in `range`, in milliseconds
/// since 1970. Those that undoing an import has deleted come back by importing them again.
fn find_deleted(
    staging: &Connection,
    shown: Option<UserId>,
    range: (i64, i64),
) -> Result<(), StoreError> {
    staging.execute_batch(
        "DROP TABLE IF EXISTS deleted;
         CREATE TABLE deleted (start INTEGER NOT NULL, length INTEGER NOT NULL, key INTEGER NOT NULL) STRICT",
    )?;
    // No index has them, so that the whole table is read; most logs have none.
    let has_deleted: bool = staging.query_row(
        "SELECT (SELECT count(*) FROM log.sessions) > (SELECT count(*) FROM log.log_rows)",
        [],
        |row| row.get(0),
    )?;
    if !has_deleted {
        return Ok(());
    }
    let time = |ms| Stamp(DateTime::from_timestamp_millis(ms).unwrap_or_default());
    staging.execute(
        "INSERT INTO deleted
         SELECT CAST(round(unixepoch(coalesce(correctedstart, startedat), 'subsec') * 1000) AS INTEGER),
           coalesce(correctedlength, satlength), key
         FROM log.sessions WHERE deletedat IS NOT NULL AND endedat IS NOT NULL AND (owner IS NULL OR owner = ?1)
           AND coalesce(correctedstart, startedat) BETWEEN ?2 AND ?3
           AND NOT EXISTS (
             SELECT 1 FROM log.import_sits
             WHERE session_key = key AND undo_revision = deletionrevision AND undo_device = deletiondevice
           )",
        (shown.map(Id), time(range.0), time(range.1)),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_bounded_and_still_finds_the_first_sits() {
        let formats = ["a".to_owned(), "b".to_owned()];
        let mut window = Window::new(&formats);
        for number in 1..=MAX_CANDIDATES as i64 {
            window.add(Candidate { start: 0, length: 3 * number, number }, Some(0));
        }
        assert_eq!(window.candidates.len(), MAX_CANDIDATES / 2);
        assert_eq!(window.near.iter().map(Free::len).sum::<usize>(), MAX_CANDIDATES / 2);
        assert_eq!(window.take(1, 0, 21), Some(7));
        assert_eq!(window.take(1, 0, 3 * MAX_CANDIDATES as i64), None);
    }
}
