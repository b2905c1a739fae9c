//! The table of sessions: one row per [`Session`]. Copies are merged by the core, not here.

use crate::text::{Id, Stamp};
use crate::{StoreError, open_sits};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};
use zafu_core::ids::{DeviceId, SessionId, SessionRef, UserId};
use zafu_core::session::{Details, Lifecycle, Register, Session, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset};

/// Identifies a row of the table of sessions on this device. The id of a session identifies it only among those of its
/// owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey(pub i64);

impl ToSql for SessionKey {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for SessionKey {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

/// A row of the table of sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub key: SessionKey,
    pub session: Session,
    /// The owner; none if the session is ownerless.
    pub owner: Option<UserId>,
}

/// The columns that [`from_row`] reads.
macro_rules! columns {
    () => {
        "id, startedat, sitlength, satlength, iscompleted, completedat, endedat, deletedat, utcoffset,
         deviceid, source, createdat, note, label, correctedstart, correctedlength, correctedoffset,
         detailsrevision, detailsdevice, deletionrevision, deletiondevice"
    };
}

/// Excludes sits in their preparation, which are not in the log yet.
macro_rules! is_session {
    () => {
        "key NOT IN (SELECT session_key FROM open_sits WHERE preparing = 1)"
    };
}

pub(crate) use is_session;

/// Finds the session that a user means by `id`, deleted or not: that of the shown account, else the ownerless one. None if
/// it is in its preparation or does not exist; one of another account must be named with its owner.
pub(crate) fn find(connection: &Connection, id: SessionId) -> Result<Option<Record>, StoreError> {
    const SQL: &str = concat!(
        "SELECT * FROM sessions WHERE id = ?1 AND ",
        is_session!(),
        " AND (owner IS NULL OR owner = (SELECT id FROM accounts WHERE shown = 1)) ORDER BY owner IS NULL LIMIT 1"
    );
    let mut statement = connection.prepare_cached(SQL)?;
    Ok(statement.query_row([Id(id)], record_from_row).optional()?)
}

/// Names the session that the timer of this device has recorded with `id`, whoever owns it: its sit goes on when another
/// account signs in. If several owners have the id: that of the shown account, else the ownerless one, else any.
pub(crate) fn timed(connection: &Connection, id: SessionId) -> Result<SessionRef, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT owner FROM sessions WHERE id = ?1
         ORDER BY owner IS NOT (SELECT id FROM accounts WHERE shown = 1), owner IS NOT NULL, key LIMIT 1",
    )?;
    let owner =
        statement.query_row([Id(id)], |row| row.get::<_, Option<Id<UserId>>>(0)).optional()?;
    let owner = owner.ok_or(StoreError::NoSuchSession { id })?;
    Ok(SessionRef { id, owner: owner.map(|Id(owner)| owner) })
}

/// Returns the session that `session` names, deleted or not.
///
/// # Errors
/// [`StoreError::NoSuchSession`] also if it is in its preparation.
pub(crate) fn named(connection: &Connection, session: SessionRef) -> Result<Record, StoreError> {
    let SessionRef { id, owner } = session;
    let found = match of_owner(connection, id, owner)? {
        Some(record) if !open_sits::is_preparing(connection, record.key)? => Some(record),
        _ => find(connection, id)?,
    };
    found.ok_or(StoreError::NoSuchSession { id })
}

/// Returns the session of `owner` with this id, also one in its preparation.
pub(crate) fn of_owner(
    connection: &Connection,
    id: SessionId,
    owner: Option<UserId>,
) -> Result<Option<Record>, StoreError> {
    const SQL: &str =
        "SELECT * FROM sessions WHERE id = ?1 AND coalesce(owner, '') = coalesce(?2, '')";
    let mut statement = connection.prepare_cached(SQL)?;
    Ok(statement.query_row((Id(id), owner.map(Id)), record_from_row).optional()?)
}

/// Returns the session with this key, also one in its preparation.
pub(crate) fn by_key(connection: &Connection, key: SessionKey) -> Result<Record, StoreError> {
    let mut statement = connection.prepare_cached("SELECT * FROM sessions WHERE key = ?1")?;
    Ok(statement.query_row([key], record_from_row)?)
}

/// Inserts a session of `owner`. Does not enqueue it.
pub(crate) fn insert(
    connection: &Connection,
    session: &Session,
    owner: Option<UserId>,
) -> Result<SessionKey, StoreError> {
    const SQL: &str = concat!(
        "INSERT INTO sessions (",
        columns!(),
        ", owner, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
           ?18, ?19, ?20, ?21, ?22, ?23)"
    );
    write(connection, SQL, session, owner, None)?;
    Ok(SessionKey(connection.last_insert_rowid()))
}

/// Updates a session. Does not enqueue it.
pub(crate) fn update(connection: &Connection, record: &Record) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE sessions SET id = ?1, startedat = ?2, sitlength = ?3, satlength = ?4,
           iscompleted = ?5, completedat = ?6, endedat = ?7, deletedat = ?8, utcoffset = ?9,
           deviceid = ?10, source = ?11, createdat = ?12, note = ?13, label = ?14,
           correctedstart = ?15, correctedlength = ?16, correctedoffset = ?17, detailsrevision = ?18,
           detailsdevice = ?19, deletionrevision = ?20, deletiondevice = ?21, owner = ?22
         WHERE key = ?23";
    write(connection, SQL, &record.session, record.owner, Some(record.key))
}

/// Removes a session in its preparation. A trigger of the schema rejects the removal of any other.
pub(crate) fn remove(connection: &Connection, key: SessionKey) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM sessions WHERE key = ?1")?.execute([key])?;
    Ok(())
}

fn write(
    connection: &Connection,
    sql: &str,
    session: &Session,
    owner: Option<UserId>,
    key: Option<SessionKey>,
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
        details.value.corrected_offset.map(|offset| offset.0),
        details.revision,
        Id(details.deviceid),
        deletion.revision,
        Id(deletion.deviceid),
        owner.map(Id),
        key,
    ])?;
    match written {
        1 => Ok(()),
        _ => Err(StoreError::NoSuchSession { id: session.id }),
    }
}

fn record_from_row(row: &Row<'_>) -> rusqlite::Result<Record> {
    let owner = row.get::<_, Option<Id<_>>>("owner")?.map(|id| id.0);
    Ok(Record { key: row.get("key")?, session: from_row(row)?, owner })
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
                corrected_offset: row.get::<_, Option<i16>>("correctedoffset")?.map(UtcOffset),
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
