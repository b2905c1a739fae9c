//! Accounts: whose sits this folder holds, who is signed in, and how far the server's sits were read.
//!
//! At most one account is signed in, and at most one is shown: the one that is or was last signed in.

use crate::StoreError;
use crate::outbox;
use crate::text::{Id, Stamp};
use crate::unreadable;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use uuid::Uuid;
use zafu_core::ids::UserId;

/// How far this device has read the sits of one account on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Sequence number in the order of the server's commits.
    pub seq: i64,
    /// Identifies the server's timeline: a server that does not know it was restored from a backup.
    pub history_id: Uuid,
}

/// An account that was signed in on this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id, as the server names it.
    pub id: UserId,
    /// Where its project is.
    pub url: String,
    /// The project's publishable key; empty where it is not known.
    pub key: String,
    /// Its address.
    pub email: String,
    /// Whether it is signed in now.
    pub signed_in: bool,
    /// How far the server's sits were read; none: from the beginning.
    pub cursor: Option<Cursor>,
    /// The id of the last erasure that this device has agreed to.
    pub erasure_id: Option<Uuid>,
    /// Whether anything was ever read from the server.
    pub has_pulled: bool,
    /// When this device and the server last had the same sits.
    pub synced_at: Option<DateTime<Utc>>,
    /// When both sides were last compared as a whole.
    pub compared_at: Option<DateTime<Utc>>,
    /// Whether sits that were made while nobody was signed in are not to be its own, as the person said.
    pub declined_ownerless: bool,
    /// Whether the log shows its sits without being asked to: it is the account in use.
    pub shown: bool,
    /// Why it cannot be signed in to again, if that is known.
    pub closed: Option<ClosedReason>,
    /// The account whose user chose to leave this one's sits where they are.
    pub declined_by: Option<UserId>,
}

/// Why an account cannot be signed in to again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedReason {
    /// Its own server said that it was deleted.
    Deleted,
    /// Another account has its address in its project now.
    Replaced,
}

impl ClosedReason {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "deleted" => Some(Self::Deleted),
            "replaced" => Some(Self::Replaced),
            _ => None,
        }
    }
}

/// What becomes of sits that were made while nobody was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownerless {
    /// No other account ever used this folder: so many are the account's now.
    Assigned(u32),
    /// Another account did: so many wait for the person's word, see [`Store::assign_ownerless`](crate::Store::assign_ownerless).
    Undecided(u32),
}

/// What becomes of an account's sits on this device after they were erased from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterErasure {
    /// They are sent again.
    Upload,
    /// They stay here, and are not sent.
    KeepHere,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Account> {
    let stamp =
        |column| row.get::<_, Option<Stamp>>(column).map(|stamp| stamp.map(|stamp| stamp.0));
    let uuid = |column| row.get::<_, Option<Id<Uuid>>>(column).map(|id| id.map(|id| id.0));
    let seq: Option<i64> = row.get("seq")?;
    Ok(Account {
        id: row.get::<_, Id<_>>("id")?.0,
        url: row.get("url")?,
        key: row.get("key")?,
        email: row.get("email")?,
        signed_in: row.get("signedin")?,
        cursor: seq.zip(uuid("history_id")?).map(|(seq, history_id)| Cursor { seq, history_id }),
        erasure_id: uuid("erasure_id")?,
        has_pulled: row.get("has_pulled")?,
        synced_at: stamp("syncedat")?,
        compared_at: stamp("comparedat")?,
        declined_ownerless: row.get("declined_ownerless")?,
        shown: row.get("shown")?,
        closed: row
            .get::<_, Option<String>>("closed_reason")?
            .as_deref()
            .and_then(ClosedReason::from_name),
        declined_by: row.get::<_, Option<Id<_>>>("declinedby")?.map(|id| id.0),
    })
}

/// The account whose sits are shown: the one that is signed in, or was last.
pub(crate) fn shown(connection: &Connection) -> Result<Option<Account>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT * FROM accounts WHERE shown = 1")?;
    Ok(statement.query_row([], from_row).optional()?)
}

/// Lists the accounts that ever signed in here: the shown one first, then by address.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Account>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM accounts ORDER BY shown DESC, email, id")?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// An account that signed in here once.
pub(crate) fn find(connection: &Connection, id: UserId) -> Result<Account, StoreError> {
    let mut statement = connection.prepare_cached("SELECT * FROM accounts WHERE id = ?1")?;
    let found = statement.query_row([Id(id)], from_row).optional()?;
    found.ok_or(StoreError::NoSuchAccount { id })
}

/// Who is signed in.
pub(crate) fn signed_in(connection: &Connection) -> Result<Option<UserId>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id FROM accounts WHERE signedin = 1")?;
    Ok(statement.query_row([], |row| Ok(row.get::<_, Id<_>>(0)?.0)).optional()?)
}

/// Signs `id` in, and whoever was signed in out.
pub(crate) fn sign_in(
    connection: &Connection,
    id: UserId,
    url: &str,
    key: &str,
    email: &str,
) -> Result<Ownerless, StoreError> {
    // Whose sits it gets must not be a server's to say: an account stays with the project that it was met at.
    let at = connection
        .query_row("SELECT url FROM accounts WHERE id = ?1 AND url <> ''", [Id(id)], |row| {
            row.get::<_, String>(0)
        })
        .optional()?;
    if let Some(known) = at.filter(|known| known != url) {
        return Err(StoreError::OtherProject { known });
    }
    connection.execute("UPDATE accounts SET signedin = 0, shown = 0 WHERE shown = 1", [])?;
    connection.execute(
        "INSERT INTO accounts (id, url, key, email, signedin, shown, has_pulled)
         VALUES (?1, ?2, ?3, ?4, 1, 1, 0)
         ON CONFLICT (id) DO UPDATE SET url = excluded.url, key = excluded.key,
           email = excluded.email, signedin = 1, shown = 1, declined_ownerless = 0, closed_reason = NULL",
        (Id(id), url, key, email),
    )?;
    // What was declined is asked again.
    connection.execute("UPDATE accounts SET declinedby = NULL WHERE declinedby = ?1", [Id(id)])?;
    // An address has one account in a project: any other that had it was deleted, or has another address now.
    connection.execute(
        "UPDATE accounts SET closed_reason = coalesce(closed_reason, 'replaced')
         WHERE id <> ?1 AND url = ?2 AND email <> '' AND lower(email) = lower(?3)",
        (Id(id), url, email),
    )?;
    let accounts: u32 =
        connection.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0))?;
    if accounts == 1 {
        return assign_ownerless(connection).map(Ownerless::Assigned);
    }
    ownerless(connection).map(Ownerless::Undecided)
}

/// How many sits are nobody's.
pub(crate) fn ownerless(connection: &Connection) -> Result<u32, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) FROM sessions WHERE owner IS NULL")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Notes that what is nobody's is not to be the account's that is signed in.
pub(crate) fn decline_ownerless(connection: &Connection) -> Result<(), StoreError> {
    let noted =
        connection.execute("UPDATE accounts SET declined_ownerless = 1 WHERE signedin = 1", [])?;
    if noted == 1 { Ok(()) } else { Err(StoreError::NotSignedIn) }
}

/// Gives all that is nobody's to who is signed in. Says how many sits that were.
pub(crate) fn assign_ownerless(connection: &Connection) -> Result<u32, StoreError> {
    let account = signed_in(connection)?.ok_or(StoreError::NotSignedIn)?;
    // All of them wait in the outbox: nothing that is nobody's was ever sent.
    let assigned =
        connection.execute("UPDATE sessions SET owner = ?1 WHERE owner IS NULL", [Id(account)])?;
    Ok(u32::try_from(assigned).unwrap_or(u32::MAX))
}

/// Signs out. Nothing is removed, and the log goes on showing what it showed.
pub(crate) fn sign_out(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("UPDATE accounts SET signedin = 0 WHERE signedin = 1", [])?;
    Ok(())
}

/// Moves the cursor of `account`, wherever it was. The server has answered in its name: it is not gone.
pub(crate) fn read_up_to(
    connection: &Connection,
    account: UserId,
    cursor: Cursor,
) -> Result<(), StoreError> {
    let moved = connection.execute(
        "UPDATE accounts SET seq = ?2, history_id = ?3, has_pulled = 1, closed_reason = NULL WHERE id = ?1",
        (Id(account), cursor.seq, Id(cursor.history_id)),
    )?;
    known(account, moved)
}

/// Moves the cursor of `account` over what this device has sent itself. Says whether it stood at `before`: if
/// not, someone else has written in between, and what they wrote is still to be read.
pub(crate) fn pass_over(
    connection: &Connection,
    account: UserId,
    before: Cursor,
    after: Cursor,
) -> Result<bool, StoreError> {
    let moved = connection.execute(
        "UPDATE accounts SET seq = :seq, history_id = :history_id
         WHERE id = :id AND seq = :before_seq AND history_id = :before_history_id",
        named_params! {
            ":id": Id(account), ":seq": after.seq, ":history_id": Id(after.history_id),
            ":before_seq": before.seq, ":before_history_id": Id(before.history_id),
        },
    )?;
    Ok(moved == 1)
}

/// Notes that this device and the server have the same sits.
pub(crate) fn record_sync(
    connection: &Connection,
    account: UserId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let noted = connection
        .execute("UPDATE accounts SET syncedat = ?2 WHERE id = ?1", (Id(account), Stamp(at)))?;
    known(account, noted)
}

/// Notes that both sides were compared as a whole.
pub(crate) fn record_comparison(
    connection: &Connection,
    account: UserId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let noted = connection
        .execute("UPDATE accounts SET comparedat = ?2 WHERE id = ?1", (Id(account), Stamp(at)))?;
    known(account, noted)
}

/// Forgets when both sides were last compared, so that they are compared again.
pub(crate) fn request_comparison(
    connection: &Connection,
    account: UserId,
) -> Result<(), StoreError> {
    let noted =
        connection.execute("UPDATE accounts SET comparedat = NULL WHERE id = ?1", [Id(account)])?;
    known(account, noted)
}

/// Records how the server of `account` is. Says whether it was otherwise when that was last recorded.
pub(crate) fn record_health(
    connection: &Connection,
    account: UserId,
    health: &str,
) -> Result<bool, StoreError> {
    let noted = connection.execute(
        "UPDATE accounts SET health = ?2 WHERE id = ?1 AND health IS NOT ?2",
        (Id(account), health),
    )?;
    Ok(noted == 1)
}

/// The server is not the one that was read: nothing of it is known any more, and all that is here is sent.
pub(crate) fn restart_sync(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    let forgot = connection.execute(
        "UPDATE accounts SET seq = NULL, history_id = NULL WHERE id = ?1",
        [Id(account)],
    )?;
    known(account, forgot)?;
    unreadable::doubt(connection, account)?;
    outbox::enqueue_all(connection, account)
}

/// The person has seen that the sits of `account` were erased from the server.
pub(crate) fn agree_to_erasure(
    connection: &Connection,
    account: UserId,
    erasure_id: Uuid,
    then: AfterErasure,
) -> Result<(), StoreError> {
    let agreed = connection.execute(
        "UPDATE accounts SET erasure_id = ?2, seq = NULL, history_id = NULL WHERE id = ?1",
        (Id(account), Id(erasure_id)),
    )?;
    known(account, agreed)?;
    match then {
        AfterErasure::Upload => {
            unreadable::set(connection, account, unreadable::State::Unsent, None)?;
            outbox::release(connection, account)?;
            outbox::enqueue_all(connection, account)
        }
        AfterErasure::KeepHere => {
            unreadable::set(connection, account, unreadable::State::LocalOnly, None)?;
            outbox::keep_all_local(connection, account)
        }
    }
}

/// Takes note of an erasure that took nothing that came from this device.
pub(crate) fn learn_erasure(
    connection: &Connection,
    account: UserId,
    erasure_id: Uuid,
) -> Result<(), StoreError> {
    let learnt = connection.execute(
        "UPDATE accounts SET erasure_id = ?2 WHERE id = ?1",
        (Id(account), Id(erasure_id)),
    )?;
    known(account, learnt)
}

/// Fails unless a change has found `account`.
pub(crate) fn known(account: UserId, rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NoSuchAccount { id: account }) }
}

#[cfg(test)]
mod tests {
    use super::ClosedReason;

    #[test]
    fn the_reasons_are_named_as_the_schema_names_them() {
        let schema = include_str!("migrations/0004_owners.sql");
        for (name, gone) in
            [("deleted", ClosedReason::Deleted), ("replaced", ClosedReason::Replaced)]
        {
            assert_eq!(ClosedReason::from_name(name), Some(gone));
            assert!(schema.contains(&format!("'{name}'")), "{name}");
        }
        assert_eq!(ClosedReason::from_name("elsewhere"), None);
    }
}
