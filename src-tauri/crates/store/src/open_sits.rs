//! The table of open sits: the state of running and unsettled sits, from which the timer recovers.

use crate::StoreError;
use crate::sessions::SessionKey;
use crate::text::{Id, Json, Stamp};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use zafu_core::ids::SessionId;
use zafu_core::timer::{OpenSit, Phase};

/// Lists the open sits, oldest first.
pub(crate) fn all(connection: &Connection) -> Result<Vec<OpenSit>, StoreError> {
    // The running sit was started last. Keys give the order of the others whatever the clock did.
    let mut statement = connection
        .prepare_cached("SELECT body FROM open_sits ORDER BY phase = 'running', session_key")?;
    let rows = statement.query_map([], |row| Ok(row.get::<_, Json<OpenSit>>(0)?.0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the key of the session of an open sit; none if no sit with this id is open.
pub(crate) fn key(
    connection: &Connection,
    id: SessionId,
) -> Result<Option<SessionKey>, StoreError> {
    // A cross join reads the few open sits first.
    let mut statement = connection.prepare_cached(
        "SELECT key FROM open_sits CROSS JOIN sessions ON key = session_key WHERE id = ?1",
    )?;
    Ok(statement.query_row([Id(id)], |row| row.get(0)).optional()?)
}

/// Inserts a sit at the start of its preparation.
pub(crate) fn insert(
    connection: &Connection,
    session: SessionKey,
    open: &OpenSit,
) -> Result<(), StoreError> {
    let row = Row::of(open);
    connection
        .prepare_cached(
            "INSERT INTO open_sits (session_key, phase, preparing, body, savedat)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((session, row.phase, row.preparing, Json(open), Stamp(row.savedat)))?;
    Ok(())
}

/// Updates the state of a sit. Returns the key of its session.
pub(crate) fn update(connection: &Connection, open: &OpenSit) -> Result<SessionKey, StoreError> {
    let row = Row::of(open);
    let session = key(connection, row.id)?.ok_or(StoreError::NotOpen { id: row.id })?;
    connection
        .prepare_cached(
            "UPDATE open_sits SET phase = ?2, preparing = ?3, body = ?4, savedat = ?5
             WHERE session_key = ?1",
        )?
        .execute((session, row.phase, row.preparing, Json(open), Stamp(row.savedat)))?;
    Ok(session)
}

/// Removes a sit that has ended. Returns the key of its session.
pub(crate) fn remove(connection: &Connection, id: SessionId) -> Result<SessionKey, StoreError> {
    let session = key(connection, id)?.ok_or(StoreError::NotOpen { id })?;
    connection
        .prepare_cached("DELETE FROM open_sits WHERE session_key = ?1")?
        .execute([session])?;
    Ok(session)
}

/// Returns whether a sit is running or unsettled.
pub(crate) fn is_open(connection: &Connection, session: SessionKey) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM open_sits WHERE session_key = ?1")?;
    Ok(statement.exists([session])?)
}

/// Returns whether a sit is in its preparation.
pub(crate) fn is_preparing(
    connection: &Connection,
    session: SessionKey,
) -> Result<bool, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM open_sits WHERE session_key = ?1 AND preparing = 1")?;
    Ok(statement.exists([session])?)
}

/// The columns that queries need, computed from the JSON body.
struct Row {
    id: SessionId,
    phase: &'static str,
    preparing: bool,
    savedat: DateTime<Utc>,
}

impl Row {
    fn of(open: &OpenSit) -> Self {
        match open {
            OpenSit::Running(sit) => Self {
                id: sit.id,
                phase: "running",
                preparing: matches!(sit.phase, Phase::Preparing { .. }),
                savedat: sit.seen.wall.utc,
            },
            OpenSit::Unsettled(unsettled) => Self {
                id: unsettled.id,
                phase: "unsettled",
                preparing: unsettled.in_preparation,
                savedat: unsettled.gap_ended.utc,
            },
        }
    }
}
