//! The table of open sits: the state of running and unsettled sits, from which the timer recovers.

use crate::StoreError;
use crate::text::{Id, Json, Stamp};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use zafu_core::ids::SessionId;
use zafu_core::timer::{OpenSit, Phase};

/// Lists the open sits, oldest first.
pub(crate) fn all(connection: &Connection) -> Result<Vec<OpenSit>, StoreError> {
    // The running sit was started last. Row ids give the order of the others whatever the clock did, since a row is never
    // replaced.
    let mut statement = connection
        .prepare_cached("SELECT body FROM open_sits ORDER BY phase = 'running', rowid")?;
    let rows = statement.query_map([], |row| Ok(row.get::<_, Json<OpenSit>>(0)?.0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Inserts a sit at the start of its preparation.
pub(crate) fn insert(connection: &Connection, open: &OpenSit) -> Result<(), StoreError> {
    let row = Row::of(open);
    connection
        .prepare_cached(
            "INSERT INTO open_sits (session_id, phase, preparing, body, savedat)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((Id(row.id), row.phase, row.preparing, Json(open), Stamp(row.savedat)))?;
    Ok(())
}

/// Updates the state of a sit.
pub(crate) fn update(connection: &Connection, open: &OpenSit) -> Result<(), StoreError> {
    let row = Row::of(open);
    let updated = connection
        .prepare_cached(
            "UPDATE open_sits SET phase = ?2, preparing = ?3, body = ?4, savedat = ?5
             WHERE session_id = ?1",
        )?
        .execute((Id(row.id), row.phase, row.preparing, Json(open), Stamp(row.savedat)))?;
    is_open(row.id, updated)
}

/// Removes a sit that has ended.
pub(crate) fn remove(connection: &Connection, id: SessionId) -> Result<(), StoreError> {
    let removed = connection
        .prepare_cached("DELETE FROM open_sits WHERE session_id = ?1")?
        .execute([Id(id)])?;
    is_open(id, removed)
}

/// Returns whether a sit is in its preparation.
pub(crate) fn is_preparing(connection: &Connection, id: SessionId) -> Result<bool, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM open_sits WHERE session_id = ?1 AND preparing = 1")?;
    Ok(statement.exists([Id(id)])?)
}

fn is_open(id: SessionId, rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NotOpen { id }) }
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
