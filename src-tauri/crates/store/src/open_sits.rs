//! Sits that are not over on this device: as the timer left them, for it to take up again.

use crate::StoreError;
use crate::text::{Id, Json, Stamp};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use zafu_core::ids::SessionId;
use zafu_core::timer::{OpenSit, Phase};

/// Everything that was left, oldest first.
pub(crate) fn all(connection: &Connection) -> Result<Vec<OpenSit>, StoreError> {
    // The one that runs was begun last. Rows are never replaced, so that their numbers tell their order,
    // whatever the clock did in between.
    let mut statement = connection
        .prepare_cached("SELECT body FROM open_sits ORDER BY phase = 'running', rowid")?;
    let rows = statement.query_map([], |row| Ok(row.get::<_, Json<OpenSit>>(0)?.0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes up a sit whose preparation begins.
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

/// Says how a sit stands now.
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

/// Forgets a sit that is over.
pub(crate) fn remove(connection: &Connection, id: SessionId) -> Result<(), StoreError> {
    let removed = connection
        .prepare_cached("DELETE FROM open_sits WHERE session_id = ?1")?
        .execute([Id(id)])?;
    is_open(id, removed)
}

/// Whether a record is not a sit yet.
pub(crate) fn is_preparing(connection: &Connection, id: SessionId) -> Result<bool, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM open_sits WHERE session_id = ?1 AND preparing = 1")?;
    Ok(statement.exists([Id(id)])?)
}

fn is_open(id: SessionId, rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NotOpen { id }) }
}

/// What the columns say of a body, so that nobody has to look into it.
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
