//! Rows of the server that this version of Zafu cannot read, because a later version wrote them. They are stored as
//! text, so that no data is lost and the sync continues, until another version can read them.

use crate::StoreError;
use crate::text::Id;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::session::Session;

/// A row of the server that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRow {
    /// The id of the session.
    pub id: Uuid,
    /// The whole row, as JSON.
    pub body: String,
}

/// A row of the server, as this device knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerRow<'a> {
    /// A readable row.
    Session(&'a Session),
    /// An unreadable row, as JSON.
    Unreadable(&'a str),
}

/// The state of an unreadable row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The server has the row.
    OnServer,
    /// The server may have lost the row: it is pushed once it can be read.
    Unsent,
    /// The row was erased on the server: it stays on this device only once it can be read.
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

/// Stores a row of the server, replacing its earlier state.
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

/// Returns whether `owner` has unreadable rows.
pub(crate) fn exist(connection: &Connection, owner: UserId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT EXISTS (SELECT 1 FROM unreadable_rows WHERE owner = ?1)";
    Ok(connection.prepare_cached(SQL)?.query_row([Id(owner)], |row| row.get(0))?)
}

/// Removes a row that has a newer, readable state.
pub(crate) fn forget(connection: &Connection, owner: UserId, id: Uuid) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM unreadable_rows WHERE owner = ?1 AND id = ?2")?
        .execute((Id(owner), Id(id)))?;
    Ok(())
}

/// Removes a row that can be read now. Returns its state; `None` if it was not stored.
pub(crate) fn remove(
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

/// Returns the rows that a version other than `version` could not read, each with its account.
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

/// Records that `version` cannot read the remaining rows.
pub(crate) fn record_version(connection: &Connection, version: &str) -> Result<(), StoreError> {
    connection.execute("UPDATE unreadable_rows SET version = ?1", [version])?;
    Ok(())
}

/// Returns the unreadable rows of `owner` that the server has, ordered by id.
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

/// Records that the server may have lost the unreadable rows of `owner`.
pub(crate) fn mark_unsent(connection: &Connection, owner: UserId) -> Result<(), StoreError> {
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
