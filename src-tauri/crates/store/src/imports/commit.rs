//! Adds staged sits to the log.

use super::staging::Status;
use super::{CHUNK, Compared, ImportCounts, ImportInfo, ImportSource, find};
use crate::text::{Id, Json, Stamp};
use crate::{StoreError, accounts, device, imports::ImportId, labels, log, outbox};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, named_params};
use std::sync::Arc;
use zafu_core::ids::{DeviceId, UserId};
use zafu_core::label::{Colour, Shape};

/// After so many sits the write-ahead log is written to the disk, so that the commit at the end does not take long: the
/// timer's saves wait for it.
const SYNCED: i64 = 50 * CHUNK;

/// Receives the number of staged sits that are added, and returns whether to continue.
pub type CommitProgress = Arc<dyn Fn(u32) -> bool + Send + Sync>;

/// The staged sits to be added. They are attached to the connection as `staging`.
pub(crate) struct Commit {
    pub compared: Compared,
    pub counts: ImportCounts,
    pub source: ImportSource,
    /// The number of the last staged sit.
    pub last: i64,
    pub at: DateTime<Utc>,
    pub on_progress: CommitProgress,
}

/// The result of one attempt.
pub(crate) enum Committed {
    Imported(ImportInfo),
    Cancelled,
    /// Another account is signed in since the comparison.
    OwnerChanged,
}

/// What is the same for all chunks.
struct Target {
    import: i64,
    owner: Option<UserId>,
    device: DeviceId,
    /// The key of a session is this, plus the number of its staged sit.
    key: i64,
    /// The generation of a session is this, plus the number of its staged sit.
    generation: i64,
    /// Whether sits that the user has deleted come back too.
    brings_back: bool,
}

/// The staged sits that come back, with numbers after `:after` and up to `:end`: see [`Status::Undone`] and [`Status::Back`].
const RETURNING: &str = "n > :after AND n <= :end AND status IN (4, 5)";
/// Those of them that an import has restored, as they are to be, and whether that differs from how they were.
const RESTORED: &str =
    "SELECT *, (former_note = '' AND note <> '') OR (former_start, former_length, former_offset) <> (start, length, offset)
       AS differs
     FROM (
       SELECT n, session_key, staged.note, former.note AS former_note,
         coalesce(former.correctedstart, former.startedat) AS former_start,
         coalesce(former.correctedlength, former.satlength) AS former_length,
         coalesce(former.correctedoffset, former.utcoffset) AS former_offset,
         coalesce(iif(status = 4, coalesce(staged.correctedstart, staged.startedat), former.correctedstart), former.startedat)
           AS start,
         coalesce(iif(
           status = 4 AND NOT (staged.length = former.satlength AND former.detailsrevision > coalesce((
             SELECT max(details_revision) FROM import_sits AS earlier
             WHERE earlier.session_key = former.key AND is_revived = 0
           ), 0)), staged.length, former.correctedlength
         ), former.satlength) AS length,
         coalesce(iif(status = 4, coalesce(staged.correctedoffset, staged.utcoffset), former.correctedoffset), former.utcoffset)
           AS offset
       FROM staging.sits AS staged CROSS JOIN import_sits USING (session_key)
         CROSS JOIN sessions AS former ON former.key = session_key
       WHERE n > :after AND n <= :end AND status IN (4, 5) AND import_id = :import
     )";
/// Whether undoing an import has deleted the session, and nobody has changed that since.
const IS_UNDONE: &str = "EXISTS (
       SELECT 1 FROM import_sits
       WHERE import_sits.session_key = key AND undo_revision = deletionrevision AND undo_device = deletiondevice
     )";

impl Commit {
    /// Adds the sits, in the caller's transaction.
    pub fn run(&self, connection: &Connection) -> Result<Committed, StoreError> {
        let owner = accounts::signed_in(connection)?;
        if owner != self.compared.owner {
            return Ok(Committed::OwnerChanged);
        }
        connection.execute_batch("SAVEPOINT import")?;
        let import = self.record(connection)?;
        let target = Target {
            import,
            owner,
            device: device::current(connection)?,
            key: connection
                .query_row("SELECT coalesce(max(key), 0) FROM sessions", [], |row| row.get(0))?,
            generation: outbox::generations(
                connection,
                u32::try_from(self.last).unwrap_or(u32::MAX),
            )?,
            brings_back: self.compared.brings_back,
        };
        find_label_keys(connection, owner)?;
        let (mut after, mut added, mut revived, mut noted) = (0, 0_u32, 0_u32, 0_u32);
        while after < self.last {
            let end = after + CHUNK;
            log::derive_late(connection, || {
                added += target.add(connection, after, end)?;
                if self.counts.revived > 0 {
                    revived += target.revive(connection, after, end)?;
                }
                if self.counts.noted > 0 {
                    noted += target.give_notes(connection, after, end)?;
                }
                Ok(())
            })?;
            if !(self.on_progress)(u32::try_from(end.min(self.last)).unwrap_or(u32::MAX)) {
                connection.execute_batch("ROLLBACK TO import; RELEASE import")?;
                return Ok(Committed::Cancelled);
            }
            after = end;
            if after % SYNCED == 0 {
                crate::connection::sync_log(connection);
            }
        }
        connection.execute_batch("DROP TABLE temp.label_keys")?;
        add_looks(connection, owner)?;
        // The log may have changed since the comparison.
        connection.execute(
            "UPDATE imports SET added = ?2, revived = ?3, noted = ?4 WHERE id = ?1",
            (import, added, revived, noted),
        )?;
        connection.execute_batch("RELEASE import")?;
        find(connection, ImportId(import)).map(Committed::Imported)
    }

    /// Inserts the row of the import, and returns its id.
    fn record(&self, connection: &Connection) -> Result<i64, StoreError> {
        let Self { counts, source, .. } = self;
        connection.execute(
            "INSERT INTO imports (importedat, formats, files, zone, added, revived, known, same, deleted, skipped)
             VALUES (:at, :formats, :files, :zone, 0, 0, :known, :same, :deleted, :skipped)",
            named_params! {
                ":at": Stamp(self.at),
                ":formats": Json(&source.formats),
                ":files": Json(&source.files),
                ":zone": source.zone,
                ":known": counts.known,
                ":same": counts.same,
                ":deleted": counts.deleted,
                ":skipped": source.skipped,
            },
        )?;
        Ok(connection.last_insert_rowid())
    }
}

impl Target {
    /// Adds the new sits with numbers after `after` and up to `end`. Returns how many were added.
    fn add(&self, connection: &Connection, after: i64, end: i64) -> Result<u32, StoreError> {
        let added = connection
            .prepare_cached(
                "INSERT INTO sessions (key, id, startedat, sitlength, satlength, iscompleted, completedat, endedat, utcoffset,
                   deviceid, source, createdat, note, label, correctedstart, correctedlength, correctedoffset,
                   detailsrevision, detailsdevice, deletionrevision, deletiondevice, owner)
                 SELECT :key + n, id, startedat, sitlength, satlength, completedat IS NOT NULL, completedat, endedat,
                   utcoffset, :device, source, createdat, note,
                   coalesce((SELECT key FROM temp.label_keys WHERE name = label), label), correctedstart,
                   correctedlength, correctedoffset, detailsrevision, :device, 0, :device, :owner
                 FROM staging.sits WHERE n > :after AND n <= :end AND status = :new AND NOT EXISTS (
                   SELECT 1 FROM sessions AS known
                   WHERE known.id = sits.id AND coalesce(known.owner, '') = coalesce(:owner, '')
                 )",
            )?
            .execute(named_params! {
                ":key": self.key,
                ":device": Id(self.device),
                ":owner": self.owner.map(Id),
                ":after": after,
                ":end": end,
                ":new": Status::New as i64,
            })?;
        let (first, last) = (self.key + after, self.key + end);
        connection
            .prepare_cached(
                "INSERT INTO import_sits (import_id, session_key, is_revived, details_revision)
                 SELECT ?1, key, 0, detailsrevision FROM sessions WHERE key > ?2 AND key <= ?3",
            )?
            .execute((self.import, first, last))?;
        connection
            .prepare_cached(
                "INSERT INTO outbox (session_key, generation, state, edited)
                 SELECT key, key - ?1 + ?2, 'pending', detailsrevision > 0 FROM sessions WHERE key > ?3 AND key <= ?4",
            )?
            .execute((self.key, self.generation, first, last))?;
        Ok(u32::try_from(added).unwrap_or(u32::MAX))
    }

    /// Restores the sits with numbers after `after` and up to `end` that undoing an import has deleted, or that the user wants
    /// back, unless their deletion was changed since. Their starts, offsets and lengths are corrected to those that were read
    /// now, so that a wrong time zone or order of day and month can be mended, but not to those of another format, nor if the
    /// user had corrected and deleted them. A length that the user has corrected stays in any case. A sit without a note gets
    /// the one that was read. Returns how many were restored.
    fn revive(&self, connection: &Connection, after: i64, end: i64) -> Result<u32, StoreError> {
        if self.brings_back {
            forget_former_undos(connection, after, end)?;
        }
        let range = named_params! {
            ":import": self.import, ":after": after, ":end": end, ":brings_back": self.brings_back,
        };
        connection
            .prepare_cached(&format!(
                "INSERT INTO import_sits (import_id, session_key, is_revived)
                 SELECT :import, session_key, 1 FROM staging.sits JOIN sessions ON key = session_key
                 WHERE {RETURNING} AND deletedat IS NOT NULL AND (:brings_back OR {IS_UNDONE})"
            ))?
            .execute(range)?;
        let range = &range[..3];
        connection
            .prepare_cached(&format!(
                "INSERT INTO outbox (session_key, generation, state, edited)
                 SELECT session_key, :generation + n, 'pending', 2 | differs FROM ({RESTORED}) WHERE true {}",
                outbox::ON_CONFLICT
            ))?
            .execute(&*[range, named_params! { ":generation": self.generation }].concat())?;
        // Once the import that added a sit is undone, its row has the last revision in which an import has written the length,
        // so that a correction by the user is told from one by an earlier import, however often the sit has come back since.
        connection
            .prepare_cached(&format!(
                "UPDATE import_sits SET details_revision = (
                   SELECT min(detailsrevision + 1, 4294967295) FROM sessions WHERE key = session_key
                 )
                 WHERE is_revived = 0 AND import_id IN (SELECT id FROM imports WHERE undoneat IS NOT NULL)
                   AND session_key IN (SELECT session_key FROM ({RESTORED}) WHERE length <> former_length)"
            ))?
            .execute(range)?;
        let revived = connection
            .prepare_cached(&format!(
                "UPDATE sessions SET deletedat = NULL, deletionrevision = min(deletionrevision + 1, 4294967295),
                   deletiondevice = :device,
                   note = iif(sessions.note = '', read.note, sessions.note),
                   correctedstart = nullif(read.start, startedat),
                   correctedlength = nullif(read.length, satlength),
                   correctedoffset = nullif(read.offset, utcoffset),
                   detailsrevision = min(detailsrevision + read.differs, 4294967295),
                   detailsdevice = iif(read.differs, :device, detailsdevice)
                 FROM ({RESTORED}) AS read WHERE key = read.session_key"
            ))?
            .execute(&*[range, named_params! { ":device": Id(self.device) }].concat())?;
        connection
            .prepare_cached(&format!(
                "UPDATE import_sits SET details_revision = (SELECT detailsrevision FROM sessions WHERE key = session_key)
                 WHERE import_id = :import AND session_key IN (SELECT session_key FROM staging.sits WHERE {RETURNING})"
            ))?
            .execute(range)?;
        Ok(u32::try_from(revived).unwrap_or(u32::MAX))
    }

    /// Gives the notes of staged sits with numbers after `after` and up to `end` to the sits of the log that have none, as an
    /// edit of the user would. Returns how many.
    fn give_notes(&self, connection: &Connection, after: i64, end: i64) -> Result<u32, StoreError> {
        // The log may have changed since the comparison.
        const GIVEN: &str = "FROM staging.sits AS staged CROSS JOIN sessions AS former ON former.key = staged.session_key
            WHERE n > :after AND n <= :end AND gives_note = 1 AND status IN (:known, :same)
              AND former.note = '' AND former.deletedat IS NULL";
        let range = named_params! {
            ":after": after, ":end": end, ":known": Status::Known as i64, ":same": Status::Same as i64,
        };
        let with = |name, value| [range, &[(name, value)]].concat();
        connection
            .prepare_cached(&format!(
                "INSERT INTO import_notes (import_id, session_key, note)
                 SELECT :import, session_key, staged.note {GIVEN}"
            ))?
            .execute(&*with(":import", &self.import))?;
        connection
            .prepare_cached(&format!(
                "INSERT INTO outbox (session_key, generation, state, edited)
                 SELECT session_key, :generation + n, 'pending', 1 {GIVEN} {}",
                outbox::ON_CONFLICT
            ))?
            .execute(&*with(":generation", &self.generation))?;
        let noted = connection
            .prepare_cached(&format!(
                "UPDATE sessions SET note = given.note, detailsrevision = min(detailsrevision + 1, 4294967295),
                   detailsdevice = :device
                 FROM (SELECT session_key, staged.note {GIVEN}) AS given WHERE key = given.session_key"
            ))?
            .execute(&*with(":device", &Id(self.device)))?;
        Ok(u32::try_from(noted).unwrap_or(u32::MAX))
    }
}

/// Removes what undone imports have left at those of the sits with numbers after `after` and up to `end` that their user has
/// deleted since. So undoing their return can leave them as their user had: see [`super::undo`].
fn forget_former_undos(connection: &Connection, after: i64, end: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(&format!(
            "UPDATE import_sits SET undo_revision = NULL, undo_device = NULL
             WHERE undo_revision IS NOT NULL AND session_key IN (
               SELECT session_key FROM staging.sits JOIN sessions ON key = session_key
               WHERE {RETURNING} AND deletedat IS NOT NULL AND NOT {IS_UNDONE}
             )"
        ))?
        .execute(named_params! { ":after": after, ":end": end })?;
    Ok(())
}

/// Fills a temporary table with the keys of the labels whose keys are not their names.
fn find_label_keys(connection: &Connection, owner: Option<UserId>) -> Result<(), StoreError> {
    connection.execute_batch(
        "CREATE TEMP TABLE label_keys (name TEXT PRIMARY KEY, key TEXT NOT NULL) STRICT",
    )?;
    let mut names = connection
        .prepare("SELECT DISTINCT label FROM staging.sits WHERE status = ?1 AND label <> ''")?;
    let names = names.query_map([Status::New as i64], |row| row.get::<_, String>(0))?;
    let mut insert = connection.prepare("INSERT INTO temp.label_keys VALUES (?1, ?2)")?;
    for other in labels::keys_other_than_names(connection, owner, names)? {
        insert.execute((other.0, other.1.0))?;
    }
    Ok(())
}

/// Gives labels of the staged sits their looks, except those that the user has given a look on this device.
fn add_looks(connection: &Connection, owner: Option<UserId>) -> Result<(), StoreError> {
    let mut looks = connection.prepare("SELECT name, colour, shape FROM staging.looks")?;
    let looks = looks.query_map([], |row| {
        let (colour, shape): (String, String) = (row.get(1)?, row.get(2)?);
        Ok((row.get::<_, String>(0)?, Colour::from_name(&colour), Shape::from_name(&shape)))
    })?;
    let looks = looks.collect::<Result<Vec<_>, _>>()?;
    labels::add_looks(
        connection,
        owner,
        looks.into_iter().filter_map(|(name, colour, shape)| Some((name, colour?, shape?))),
    )
}
