//! The table of sessions: one row per [`Session`]. Copies are merged by the core, not here.

use crate::StoreError;
use crate::text::{Id, Stamp};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, OptionalExtension, Row, params};
use zafu_core::ids::{DeviceId, SessionId, UserId};
use zafu_core::session::{Details, Lifecycle, Register, Session, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset};

/// A part of the log: the newest sits, or those that follow a certain one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogQuery {
    /// The largest number of sits to return.
    pub limit: u32,
    /// Only sits that follow this one in the log, that is, started before it.
    pub before: Option<SessionId>,
}

/// Filters the log by owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnerFilter {
    /// Sits of the shown account, and ownerless ones.
    #[default]
    Shown,
    /// Sits of all owners.
    All,
    /// Sits of one account.
    Of(UserId),
}

/// A sit of the log with its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The sit.
    pub session: Session,
    /// Its owner; none if it is ownerless.
    pub owner: Option<UserId>,
}

/// The columns that [`from_row`] reads.
macro_rules! columns {
    () => {
        "id, startedat, sitlength, satlength, iscompleted, completedat, endedat, deletedat, utcoffset,
         deviceid, source, createdat, note, label, correctedstart, correctedlength, detailsrevision,
         detailsdevice, deletionrevision, deletiondevice"
    };
}

/// Excludes sits in their preparation, which are not in the log yet.
macro_rules! is_session {
    () => {
        "id NOT IN (SELECT session_id FROM open_sits WHERE preparing = 1)"
    };
}

pub(crate) use is_session;

/// The query of the log. It scans the index `sessions_by_start` and reads no more rows than it returns, except those of other
/// owners. The unary plus keeps SQLite from using another index.
macro_rules! log {
    ($whose:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", owner FROM sessions
              WHERE deletedat IS NULL
                AND coalesce(correctedstart, startedat) <= ?1
                AND (coalesce(correctedstart, startedat) < ?1 OR id < ?2)
                AND ",
            $whose,
            " AND ",
            is_session!(),
            " ORDER BY coalesce(correctedstart, startedat) DESC, id DESC LIMIT ?3"
        )
    };
}
const LOG: &str =
    log!("(+owner IS NULL OR +owner = (SELECT id FROM accounts WHERE shown = 1)) AND ?4 IS NULL");
const LOG_OF_ALL: &str = log!("?4 IS NULL");
const LOG_OF_ONE: &str = log!("+owner = ?4");

/// Sorts after every time and every id.
const END: &str = "~";

/// Returns the sits of `query`, newest first.
pub(crate) fn log(
    connection: &Connection,
    query: &LogQuery,
    owner: OwnerFilter,
) -> Result<Vec<LogEntry>, StoreError> {
    let (sql, owner) = match owner {
        OwnerFilter::Shown => (LOG, None),
        OwnerFilter::All => (LOG_OF_ALL, None),
        OwnerFilter::Of(id) => (LOG_OF_ONE, Some(Id(id))),
    };
    let entry = |row: &Row<'_>| {
        let owner = row.get::<_, Option<Id<_>>>("owner")?.map(|id| id.0);
        Ok(LogEntry { session: from_row(row)?, owner })
    };
    let mut statement = connection.prepare_cached(sql)?;
    let rows: rusqlite::Result<_> = match query.before {
        None => statement.query_map((END, END, query.limit, owner), entry)?.collect(),
        Some(id) => {
            // A sit that was deleted since it was read still has its position.
            let (session, _) = record(connection, id)?.ok_or(StoreError::NoSuchSession { id })?;
            let start = session.effective_start().utc;
            statement.query_map((Stamp(start), Id(id), query.limit, owner), entry)?.collect()
        }
    };
    rows.map_err(Into::into)
}

/// Returns a session that is not in its preparation, deleted or not.
pub(crate) fn find(connection: &Connection, id: SessionId) -> Result<Option<Session>, StoreError> {
    const SQL: &str =
        concat!("SELECT ", columns!(), " FROM sessions WHERE id = ?1 AND ", is_session!());
    Ok(connection.prepare_cached(SQL)?.query_row([Id(id)], from_row).optional()?)
}

/// Inserts a session of `owner`. Does not enqueue it.
pub(crate) fn insert(
    connection: &Connection,
    session: &Session,
    owner: Option<UserId>,
) -> Result<(), StoreError> {
    const SQL: &str = concat!(
        "INSERT INTO sessions (",
        columns!(),
        ", owner) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
           ?19, ?20, ?21)"
    );
    write(connection, SQL, session, owner)
}

/// Returns a session and its owner, also one in its preparation.
pub(crate) fn record(
    connection: &Connection,
    id: SessionId,
) -> Result<Option<(Session, Option<UserId>)>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT * FROM sessions WHERE id = ?1")?;
    let found = statement.query_row([Id(id)], |row| {
        let owner = row.get::<_, Option<Id<_>>>("owner")?.map(|id| id.0);
        Ok((from_row(row)?, owner))
    });
    Ok(found.optional()?)
}

/// Returns the owner of a session; the outer option is none if there is no such session.
pub(crate) fn owner(
    connection: &Connection,
    id: SessionId,
) -> Result<Option<Option<UserId>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT owner FROM sessions WHERE id = ?1")?;
    let found = statement.query_row([Id(id)], |row| row.get::<_, Option<Id<_>>>(0));
    Ok(found.optional()?.map(|owner| owner.map(|id| id.0)))
}

/// Updates a session. Does not enqueue it.
pub(crate) fn update(
    connection: &Connection,
    session: &Session,
    owner: Option<UserId>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE sessions SET startedat = ?2, sitlength = ?3, satlength = ?4,
           iscompleted = ?5, completedat = ?6, endedat = ?7, deletedat = ?8, utcoffset = ?9,
           deviceid = ?10, source = ?11, createdat = ?12, note = ?13, label = ?14,
           correctedstart = ?15, correctedlength = ?16, detailsrevision = ?17, detailsdevice = ?18,
           deletionrevision = ?19, deletiondevice = ?20, owner = ?21
         WHERE id = ?1";
    write(connection, SQL, session, owner)
}

/// Removes a session in its preparation. A trigger of the schema rejects the removal of any other.
pub(crate) fn remove(connection: &Connection, id: SessionId) -> Result<(), StoreError> {
    match connection.prepare_cached("DELETE FROM sessions WHERE id = ?1")?.execute([Id(id)])? {
        1 => Ok(()),
        _ => Err(StoreError::NoSuchSession { id }),
    }
}

fn write(
    connection: &Connection,
    sql: &str,
    session: &Session,
    owner: Option<UserId>,
) -> Result<(), StoreError> {
    let Session { lifecycle, details, deletion, .. } = session;
    let written = connection.prepare_cached(sql)?.execute(params![
        Id(session.id),
        Stamp(lifecycle.startedat),
        lifecycle.sitlength.0,
        lifecycle.satlength().0,
        lifecycle.is_completed(),
        lifecycle.completedat().map(Stamp),
        lifecycle.endedat().map(Stamp),
        deletion.value.map(Stamp),
        session.utcoffset.0,
        Id(session.deviceid),
        session.source.as_str(),
        Stamp(session.createdat),
        details.value.note,
        details.value.label,
        details.value.corrected_start.map(Stamp),
        details.value.corrected_length.map(|length| length.0),
        details.revision,
        Id(details.deviceid),
        deletion.revision,
        Id(deletion.deviceid),
        owner.map(Id),
    ])?;
    match written {
        1 => Ok(()),
        _ => Err(StoreError::NoSuchSession { id: session.id }),
    }
}

pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Session> {
    let time = |column| row.get::<_, Stamp>(column).map(|stamp| stamp.0);
    let maybe_time =
        |column| row.get::<_, Option<Stamp>>(column).map(|stamp| stamp.map(|stamp| stamp.0));
    let device = |column| row.get::<_, Id<DeviceId>>(column).map(|id| id.0);
    let satlength = Seconds(row.get("satlength")?);
    let stage = match (maybe_time("completedat")?, maybe_time("endedat")?) {
        (Some(completedat), _) => Stage::Completed { completedat, satlength },
        (None, Some(endedat)) => Stage::EndedEarly { endedat, satlength },
        (None, None) => Stage::Started,
    };
    let source: String = row.get("source")?;
    Ok(Session {
        id: row.get::<_, Id<_>>("id")?.0,
        lifecycle: Lifecycle {
            startedat: time("startedat")?,
            sitlength: Seconds(row.get("sitlength")?),
            stage,
        },
        details: Register {
            value: Details {
                note: row.get("note")?,
                label: row.get("label")?,
                corrected_start: maybe_time("correctedstart")?,
                corrected_length: row.get::<_, Option<u32>>("correctedlength")?.map(Seconds),
            },
            revision: row.get("detailsrevision")?,
            deviceid: device("detailsdevice")?,
        },
        deletion: Register {
            value: maybe_time("deletedat")?,
            revision: row.get("deletionrevision")?,
            deviceid: device("deletiondevice")?,
        },
        utcoffset: UtcOffset(row.get("utcoffset")?),
        deviceid: device("deviceid")?,
        source: Source::from_name(&source).ok_or_else(|| {
            let unknown = FromSqlError::Other(format!("\"{source}\" is not a known source").into());
            rusqlite::Error::FromSqlConversionFailure(0, Type::Text, unknown.into())
        })?,
        createdat: time("createdat")?,
    })
}

#[cfg(test)]
mod tests;
