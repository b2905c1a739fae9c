//! Rows of a server that this version of Zafu cannot read, because a later version made them. They are kept as text, so
//! that nothing of them is lost and everything else goes on, and read again by a version that may know more.

use crate::StoreError;
use crate::text::Id;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::session::Session;

/// A row of a server that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRow {
    /// The id of its sit.
    pub id: Uuid,
    /// All of it, as JSON.
    pub body: String,
}

/// A row that the server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerRow<'a> {
    /// It could be read.
    Session(&'a Session),
    /// It could not; as JSON.
    Unreadable(&'a str),
}

/// Whether the server has an unreadable row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It has.
    OnServer,
    /// It may have lost it: once it can be read, it is sent.
    Unsent,
    /// It was erased: once it can be read, it stays on this device.
    LocalOnly,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::OnServer => "on_server",
            Self::Unsent => "unsent",
            Self::LocalOnly => "local_only",
        }
    }
}

/// Keeps a row that the server has, in the place of an earlier state of it.
pub(crate) fn put(
    connection: &Connection,
    owner: UserId,
    row: &UnreadableRow,
    version: &str,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO unreadable_rows (owner, id, body, version, state) VALUES (?1, ?2, ?3, ?4, 'on_server')
             ON CONFLICT (owner, id) DO UPDATE
             SET body = excluded.body, version = excluded.version, state = 'on_server'",
        )?
        .execute((Id(owner), Id(row.id), &row.body, version))?;
    Ok(())
}

/// Forgets a row of which a newer state can be read.
pub(crate) fn forget(connection: &Connection, owner: UserId, id: Uuid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM unreadable_rows WHERE owner = ?1 AND id = ?2")?
        .execute((Id(owner), Id(id)))?;
    Ok(())
}

/// Takes a row out, to read it. Says whether the server has it.
pub(crate) fn take(
    connection: &Connection,
    owner: UserId,
    id: Uuid,
) -> Result<Option<State>, StoreError> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM unreadable_rows WHERE owner = ?1 AND id = ?2 RETURNING state",
    )?;
    let found = statement.query_row((Id(owner), Id(id)), |row| {
        Ok(match row.get_ref(0)?.as_str()? {
            "on_server" => State::OnServer,
            "unsent" => State::Unsent,
            _ => State::LocalOnly,
        })
    });
    Ok(found.optional()?)
}

/// The rows that another version than `version` could not read, and whose they are.
pub(crate) fn of_other_versions(
    connection: &Connection,
    version: &str,
) -> Result<Vec<(UserId, UnreadableRow)>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT owner, id, body FROM unreadable_rows WHERE version <> ?1")?;
    let rows = statement.query_map([version], |row| {
        let owner = row.get::<_, Id<_>>(0)?.0;
        Ok((owner, UnreadableRow { id: row.get::<_, Id<_>>(1)?.0, body: row.get(2)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that `version` cannot read what is left.
pub(crate) fn tried(connection: &Connection, version: &str) -> Result<(), StoreError> {
    connection.execute("UPDATE unreadable_rows SET version = ?1", [version])?;
    Ok(())
}

/// The rows of `owner` that the server has, in the order of their ids.
pub(crate) fn on_server(
    connection: &Connection,
    owner: UserId,
) -> Result<Vec<UnreadableRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, body FROM unreadable_rows WHERE owner = ?1 AND state = 'on_server' ORDER BY id",
    )?;
    let rows = statement.query_map([Id(owner)], |row| {
        Ok(UnreadableRow { id: row.get::<_, Id<_>>(0)?.0, body: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The server of `owner` may have lost what it had.
pub(crate) fn doubt(connection: &Connection, owner: UserId) -> Result<(), StoreError> {
    set(connection, owner, State::Unsent, Some(State::OnServer))
}

/// Sets the state of all rows of `owner`, or of those whose state is `only`.
pub(crate) fn set(
    connection: &Connection,
    owner: UserId,
    state: State,
    only: Option<State>,
) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE unreadable_rows SET state = ?2 WHERE owner = ?1 AND (?3 IS NULL OR state = ?3)",
        (Id(owner), state.as_str(), only.map(State::as_str)),
    )?;
    Ok(())
}
