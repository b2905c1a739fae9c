//! Staged sits: those that were read from files and are not in the log yet.
//!
//! They are in a database in a temporary folder in the data folder, so that memory stays bounded whatever the number of
//! sits. It is removed when the import ends, and at the next start if the process was killed.

use super::compare::{self, Compared};
use super::id_filter::IdFilter;
use super::{ImportCounts, ImportPreview, ImportSample, StagedAs, effective};
use crate::text::Stamp;
use crate::{StoreError, connection};
use chrono::DateTime;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, ToSql, params};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zafu_core::label::{Colour, MAX_LABELS, Shape};
use zafu_core::session::Session;
use zafu_core::time::{Seconds, UtcOffset, WallTime};

const PREFIX: &str = "import-";
const SUFFIX: &str = ".staging";

/// Removes staged sits that a process has left in `folder` when it was killed.
pub(crate) fn remove_leftovers(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_staging =
            name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if is_staging && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// What becomes of a staged sit, as a number in the column `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub(super) enum Status {
    /// It is not in the log.
    New = 0,
    /// The log has it under its id.
    Known = 1,
    /// The log, or another of the files, has it in another format.
    Same = 2,
    /// The user has deleted it.
    Deleted = 3,
    /// Undoing an import has deleted it, or the user has and wants it back. It comes back as the file has it.
    Undone = 4,
    /// The user has deleted it and wants it back, and has corrected it, or the file has it in another format or spelling. It
    /// comes back as it was.
    Back = 5,
}

/// The tables of staged sits. `session_key` is the session in the log to which `status` refers, and `twin` the
/// staged sit that is the same one in another file. `gives_note` is 1 if the log
/// gets the note: that of a new sit, or one for a session that has none.
const SCHEMA: &str = "
    CREATE TABLE sits (
      n INTEGER PRIMARY KEY,
      file INTEGER NOT NULL,
      id TEXT NOT NULL,
      start INTEGER NOT NULL,
      length INTEGER NOT NULL,
      utcoffset INTEGER NOT NULL,
      startedat TEXT NOT NULL,
      sitlength INTEGER NOT NULL,
      satlength INTEGER NOT NULL,
      completedat TEXT,
      endedat TEXT,
      source TEXT NOT NULL,
      createdat TEXT NOT NULL,
      correctedstart TEXT,
      correctedlength INTEGER,
      correctedoffset INTEGER,
      detailsrevision INTEGER NOT NULL,
      status INTEGER NOT NULL DEFAULT 0,
      session_key INTEGER,
      twin INTEGER,
      gives_note INTEGER NOT NULL DEFAULT 0,
      label TEXT NOT NULL,
      note TEXT NOT NULL
    ) STRICT;
    CREATE INDEX sits_by_status ON sits (status) WHERE status <> 0;
    CREATE TABLE looks (name TEXT PRIMARY KEY, colour TEXT NOT NULL, shape TEXT NOT NULL) STRICT";

/// Finds sits by their ids. As ids have no order, each sit that is added would change another page of it, so that it is only
/// created once an id was probably added before. The ends of ids suffice, and need less memory.
const INDEX_OF_IDS: &str = "CREATE INDEX IF NOT EXISTS sits_by_id ON sits (substr(id, -12))";

/// Returns the path of the database in a temporary folder.
fn database(temporary: &TempDir) -> PathBuf {
    temporary.path().join("sits.db")
}

/// A staged sit, compared with one of the same id.
struct Known {
    n: i64,
    /// Whether their values are the same. Of two files, one may have no note.
    is_equal: bool,
    /// Whether only the other one has a note.
    lacks_note: bool,
}

/// Sits that were read from files.
pub(crate) struct Staging {
    // Closed before the folder is removed.
    connection: Connection,
    temporary: TempDir,
    folder: PathBuf,
    staged: u32,
    /// Sits that were staged before.
    repeated: u32,
    looks: u32,
    /// Whether a transaction is open, in which sits are added.
    is_adding: bool,
    /// Whether sits that the user has deleted come back too.
    brings_back: bool,
    compared: Option<Compared>,
    /// The ids of the sits; none after a comparison.
    ids: Option<IdFilter>,
}

impl Staging {
    /// Creates an empty database in the data folder `folder`.
    pub fn create(folder: &Path) -> Result<Self, StoreError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        // Only its owner can open it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let temporary = builder.tempdir_in(folder);
        let temporary = temporary.map_err(|error| StoreError::io(folder, folder, error))?;
        let path = database(&temporary);
        let opened = || -> Result<_, StoreError> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX
                | OpenFlags::SQLITE_OPEN_URI;
            let connection = Connection::open_with_flags(&path, flags)?;
            connection.busy_timeout(connection::BUSY_TIMEOUT)?;
            // Whatever fails, the file is removed: it needs neither a journal nor syncing.
            connection.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
            connection.pragma_update(None, "synchronous", "off")?;
            connection.pragma_update(None, "cache_size", -4096)?;
            connection.execute_batch(SCHEMA)?;
            Ok(connection)
        };
        let connection = opened().map_err(|error| error.explained(folder))?;
        Ok(Self {
            connection,
            temporary,
            folder: folder.into(),
            staged: 0,
            repeated: 0,
            looks: 0,
            is_adding: false,
            brings_back: false,
            compared: None,
            ids: Some(IdFilter::new()),
        })
    }

    /// Returns the path of the database.
    pub fn path(&self) -> PathBuf {
        database(&self.temporary)
    }

    /// Returns a folder for other files that are needed until the import ends.
    pub fn temporary_folder(&self) -> &Path {
        self.temporary.path()
    }

    /// Returns the number of staged sits.
    pub const fn count(&self) -> u32 {
        self.staged
    }

    /// Returns the outcome of the last comparison with the log.
    pub const fn compared(&self) -> Option<&Compared> {
        self.compared.as_ref()
    }

    /// Makes sits that the user has deleted come back too.
    pub const fn bring_back_deleted(&mut self) {
        self.brings_back = true;
    }

    /// Adds a sit of a file. Its label is the name of one; its devices are not used.
    pub fn add(&mut self, file: usize, session: &Session) -> Result<StagedAs, StoreError> {
        self.begin_adding()?;
        let (start, length) = effective(session);
        let Session { lifecycle, details, .. } = session;
        let values = params![
            i64::try_from(file).unwrap_or(i64::MAX),
            crate::text::Id(session.id),
            start,
            length,
            session.utcoffset.0,
            Stamp(lifecycle.startedat),
            lifecycle.sitlength.0,
            lifecycle.satlength().0,
            lifecycle.completedat().map(Stamp),
            lifecycle.endedat().map(Stamp),
            session.source.as_str(),
            Stamp(session.createdat),
            details.value.corrected_start.map(Stamp),
            details.value.corrected_length.map(|length| length.0),
            details.value.corrected_offset.map(|offset| offset.0),
            details.revision,
            details.value.label,
            details.value.note,
        ];
        let is_new = self.ids.as_mut().is_some_and(|ids| ids.add(session.id));
        if !is_new && let Some(known) = self.find(values)? {
            if !known.is_equal {
                return Ok(StagedAs::Different);
            }
            if known.lacks_note {
                self.give_note(known.n, &details.value.note, details.revision)?;
            }
            self.repeated += 1;
            return Ok(StagedAs::Repeated);
        }
        self.connection
            .prepare_cached(
                "INSERT INTO sits (file, id, start, length, utcoffset, startedat, sitlength, satlength, completedat,
                   endedat, source, createdat, correctedstart, correctedlength, correctedoffset, detailsrevision, label, note)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            )
            .and_then(|mut statement| statement.execute(values))
            .map_err(|error| self.explained(error))?;
        self.staged += 1;
        Ok(StagedAs::New)
    }

    /// Gives a note to the staged sit with this number.
    fn give_note(&self, n: i64, note: &str, revision: u32) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE sits SET note = ?2, detailsrevision = max(detailsrevision, ?3) WHERE n = ?1",
            )
            .and_then(|mut statement| statement.execute((n, note, revision)))
            .map_err(|error| self.explained(error))?;
        Ok(())
    }

    /// Finds the sit with the id of `values`, the parameters of a sit. Returns none if there is no such sit.
    fn find(&self, values: &[&dyn ToSql]) -> Result<Option<Known>, StoreError> {
        let find = || {
            self.connection.execute_batch(INDEX_OF_IDS)?;
            let mut statement = self.connection.prepare_cached(
                "SELECT n, (start, length, utcoffset, startedat, sitlength, satlength, completedat, endedat, source, createdat,
                   correctedstart, correctedlength, correctedoffset, label)
                 IS (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?17)
                   AND (note = ?18 OR (file <> ?1 AND '' IN (note, ?18))), note = '' AND ?18 <> ''
                 FROM sits WHERE substr(id, -12) = substr(?2, -12) AND id = ?2",
            )?;
            let read = |row: &Row<'_>| {
                Ok(Known { n: row.get(0)?, is_equal: row.get(1)?, lacks_note: row.get(2)? })
            };
            statement.query_row(values, read).optional()
        };
        find().map_err(|error| self.explained(error))
    }

    /// Adds the look of a label. Those beyond the number of labels that an owner can have are left out.
    pub fn add_look(&mut self, name: &str, colour: Colour, shape: Shape) -> Result<(), StoreError> {
        if self.looks >= MAX_LABELS {
            return Ok(());
        }
        self.looks += 1;
        self.begin_adding()?;
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO looks VALUES (?1, ?2, ?3)")
            .and_then(|mut statement| statement.execute((name, colour.as_str(), shape.as_str())))
            .map_err(|error| self.explained(error))?;
        Ok(())
    }

    /// Compares the staged sits with the log in `database`. `formats` has the format of each file.
    pub fn compare(&mut self, database: &Path, formats: &[String]) -> Result<(), StoreError> {
        self.end_adding()?;
        // The memory is needed to import the sits.
        self.ids = None;
        let compared = compare::compare(&self.connection, database, formats, self.brings_back);
        self.compared = Some(compared.map_err(|error| error.explained(&self.folder))?);
        Ok(())
    }

    /// Returns what the last comparison found, with up to `samples` sits.
    pub fn preview(&self, samples: u32) -> Result<ImportPreview, StoreError> {
        self.read_preview(samples).map_err(|error| error.explained(&self.folder))
    }

    /// Returns the number of bytes of the database.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        let path = self.path();
        let bytes = fs::metadata(&path).map(|file| file.len());
        bytes.map_err(|error| StoreError::io(&self.folder, &path, error))
    }

    pub fn counts(&self) -> Result<ImportCounts, StoreError> {
        let mut counts = ImportCounts { added: self.staged, ..ImportCounts::default() };
        let mut statement = self.connection.prepare_cached(
            "SELECT status, count(*) FROM sits WHERE status <> 0 GROUP BY status",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: u32 = row.get(1)?;
            counts.added -= number;
            match row.get::<_, i64>(0)? {
                status if status == Status::Undone as i64 || status == Status::Back as i64 => {
                    counts.revived += number;
                }
                status if status == Status::Same as i64 => counts.same = number,
                status if status == Status::Deleted as i64 => counts.deleted = number,
                _ => counts.known = number,
            }
        }
        counts.noted = self.notes(&[Status::Known, Status::Same])?;
        Ok(counts)
    }

    /// Returns the number of notes that the log gets from sits of these statuses.
    fn notes(&self, of: &[Status]) -> Result<u32, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM sits WHERE gives_note = 1 AND status = ?1")?;
        let counts = of
            .iter()
            .map(|status| statement.query_row([*status as i64], |row| row.get::<_, u32>(0)));
        Ok(counts.sum::<Result<_, _>>()?)
    }

    fn read_preview(&self, samples: u32) -> Result<ImportPreview, StoreError> {
        const SQL: &str =
            "SELECT start, coalesce(correctedoffset, utcoffset), length, label, note FROM sits
            WHERE status IN (0, 4, 5) ORDER BY start";
        let read = |order: &str, limit: u32| -> Result<Vec<ImportSample>, StoreError> {
            let mut statement =
                self.connection.prepare_cached(&format!("{SQL} {order}, n LIMIT ?1"))?;
            let rows = statement.query_map([limit], |row| {
                let utc = DateTime::from_timestamp_millis(row.get(0)?).unwrap_or_default();
                let start = WallTime { utc, offset: UtcOffset(row.get(1)?) };
                let length = Seconds(row.get(2)?);
                Ok(ImportSample { start, length, label: row.get(3)?, note: row.get(4)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let start = |sits: Vec<ImportSample>| sits.first().map(|sit| sit.start);
        let counts = self.counts()?;
        let mut latest = read("DESC", samples.max(1))?;
        let last = latest.first().map(|sit| sit.start);
        latest.truncate(samples as usize);
        let (first, repeated) = (start(read("ASC", 1)?), self.repeated);
        let notes = counts.noted + self.notes(&[Status::New, Status::Undone, Status::Back])?;
        Ok(ImportPreview { counts, notes, repeated, first, last, samples: latest })
    }

    fn begin_adding(&mut self) -> Result<(), StoreError> {
        if !self.is_adding {
            self.connection.execute_batch("BEGIN").map_err(|error| self.explained(error))?;
            self.is_adding = true;
            self.compared = None;
        }
        Ok(())
    }

    fn end_adding(&mut self) -> Result<(), StoreError> {
        if std::mem::take(&mut self.is_adding) {
            self.connection.execute_batch("COMMIT").map_err(|error| self.explained(error))?;
        }
        Ok(())
    }

    fn explained(&self, error: rusqlite::Error) -> StoreError {
        StoreError::from(error).explained(&self.folder)
    }
}
