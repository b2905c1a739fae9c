//! What is to be sent. A row says "this sit has changed, at generation g"; the sit itself is what is sent, so
//! that any number of changes made offline become one row.

use crate::StoreError;
use crate::text::Id;
use rusqlite::Connection;
use zafu_core::ids::{SessionId, UserId};

/// A sit that waits to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Which.
    pub session: SessionId,
    /// Its last change. To be given back with the acknowledgement.
    pub generation: i64,
    /// Whose it is, if someone was signed in.
    pub owner: Option<UserId>,
    /// How often sending it was tried since it changed.
    pub attempts: u32,
}

/// Marks a sit as changed, within the transaction that changes it. What was refused before deserves another try.
pub(crate) fn mark(connection: &Connection, session: SessionId) -> Result<(), StoreError> {
    let generation: i64 = connection
        .prepare_cached("UPDATE outbox_generation SET last = last + 1 RETURNING last")?
        .query_row([], |row| row.get(0))?;
    connection
        .prepare_cached(
            "INSERT INTO outbox (session_id, generation, attempts, state) VALUES (?1, ?2, 0, 'pending')
             ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation,
               attempts = 0, next_at = NULL, last_code = NULL, state = 'pending'",
        )?
        .execute((Id(session), generation))?;
    Ok(())
}

/// The first `limit` sits that wait to be sent, those first that have waited longest since their last change.
pub(crate) fn pending(connection: &Connection, limit: u32) -> Result<Vec<Pending>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT session_id, generation, owner, attempts FROM outbox
         WHERE state = 'pending' ORDER BY generation LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(Pending {
            session: row.get::<_, Id<_>>(0)?.0,
            generation: row.get(1)?,
            owner: row.get::<_, Option<Id<_>>>(2)?.map(|id| id.0),
            attempts: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The server has the sit as it was at `generation`. Says whether nothing is left to send of it: a change made
/// in the meantime stays.
pub(crate) fn acknowledge(
    connection: &Connection,
    session: SessionId,
    generation: i64,
) -> Result<bool, StoreError> {
    let removed = connection
        .prepare_cached("DELETE FROM outbox WHERE session_id = ?1 AND generation = ?2")?
        .execute((Id(session), generation))?;
    Ok(removed == 1)
}
