//! Accounts: who is signed in, and how far the sync of each account has come.
//!
//! At most one account is signed in. At most one is shown in the log: the signed-in account, or the last one that was.

use crate::StoreError;
use crate::labels;
use crate::outbox;
use crate::owners;
use crate::partner;
use crate::text::{Id, Stamp};
use crate::texts;
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
    /// Its id on the server.
    pub id: UserId,
    /// The URL of its project.
    pub url: String,
    /// The project's publishable key; empty if it is not known.
    pub key: String,
    /// Its e-mail address.
    pub email: String,
    /// Whether it is signed in now.
    pub signed_in: bool,
    /// How far the server was read; none: the next pull starts from the beginning.
    pub cursor: Option<Cursor>,
    /// The id of the last erasure that the user of this device knows of.
    pub erasure_id: Option<Uuid>,
    /// Whether anything was ever read from the server.
    pub has_pulled: bool,
    /// When this device and the server last had the same sessions.
    pub synced_at: Option<DateTime<Utc>>,
    /// When all sessions of both sides were last compared.
    pub compared_at: Option<DateTime<Utc>>,
    /// Whether the user does not want ownerless sits to become this account's.
    pub declined_ownerless: bool,
    /// Whether the log shows its sits by default.
    pub shown: bool,
    /// Why its user cannot sign in again; `None` if nothing is known against it.
    pub closed: Option<ClosedReason>,
    /// The account whose user declined to take over the sits of this one.
    pub declined_by: Option<UserId>,
    /// Whether notes and labels stay on this device.
    pub keeps_texts: bool,
}

/// Why the user of an account cannot sign in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedReason {
    /// Its server says that it was deleted.
    Deleted,
    /// Another account has its e-mail address in its project now.
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

/// What a sign-in did with ownerless sits, which were recorded while no account was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownerless {
    /// They were assigned to the account, since no other account ever used this data folder. Their number.
    Assigned(u32),
    /// They stay ownerless until the user decides, see [`Store::assign_ownerless`](crate::Store::assign_ownerless). Their
    /// number.
    Undecided(u32),
}

/// What happens to an account's sits on this device after they were erased from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterErasure {
    /// They are pushed again.
    Upload,
    /// They stay on this device only.
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
        keeps_texts: row.get("keeps_texts")?,
    })
}

/// Returns the account that the log shows: the signed-in account, or the last one that was.
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

/// Returns an account that signed in on this device before.
pub(crate) fn find(connection: &Connection, id: UserId) -> Result<Account, StoreError> {
    let mut statement = connection.prepare_cached("SELECT * FROM accounts WHERE id = ?1")?;
    let found = statement.query_row([Id(id)], from_row).optional()?;
    found.ok_or(StoreError::NoSuchAccount { id })
}

/// Returns the signed-in account.
pub(crate) fn signed_in(connection: &Connection) -> Result<Option<UserId>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id FROM accounts WHERE signedin = 1")?;
    Ok(statement.query_row([], |row| Ok(row.get::<_, Id<_>>(0)?.0)).optional()?)
}

/// Keeps the user's choice whether notes and labels stay on this device until `email` has been confirmed and signs in.
pub(crate) fn record_sign_up(
    connection: &Connection,
    url: &str,
    email: &str,
    keeps_texts: bool,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT OR REPLACE INTO sign_ups (url, email, keeps_texts) VALUES (?1, lower(?2), ?3)",
        (url, email, keeps_texts),
    )?;
    Ok(())
}

/// Signs in `id` and signs out any other account. `keeps_texts` is the user's choice whether notes and labels stay on this
/// device, if they made one; else that of their sign-up counts.
pub(crate) fn sign_in(
    connection: &Connection,
    id: UserId,
    url: &str,
    key: &str,
    email: &str,
    keeps_texts: Option<bool>,
) -> Result<Ownerless, StoreError> {
    // An account belongs to the project it first signed in to: no other server may claim its sits.
    let at = connection
        .query_row("SELECT url FROM accounts WHERE id = ?1 AND url <> ''", [Id(id)], |row| {
            row.get::<_, String>(0)
        })
        .optional()?;
    if let Some(project) = at.filter(|project| project != url) {
        return Err(StoreError::OtherProject { project });
    }
    connection.execute("UPDATE accounts SET signedin = 0, shown = 0 WHERE shown = 1", [])?;
    connection.execute(
        "INSERT INTO accounts (id, url, key, email, signedin, shown, has_pulled)
         VALUES (?1, ?2, ?3, ?4, 1, 1, 0)
         ON CONFLICT (id) DO UPDATE SET url = excluded.url, key = excluded.key,
           email = excluded.email, signedin = 1, shown = 1, declined_ownerless = 0, closed_reason = NULL",
        (Id(id), url, key, email),
    )?;
    // Declined questions are asked again.
    connection.execute("UPDATE accounts SET declinedby = NULL WHERE declinedby = ?1", [Id(id)])?;
    // An e-mail address has one account in a project: any other that had it was deleted, or has another address now.
    connection.execute(
        "UPDATE accounts SET closed_reason = coalesce(closed_reason, 'replaced')
         WHERE id <> ?1 AND url = ?2 AND email <> '' AND lower(email) = lower(?3)",
        (Id(id), url, email),
    )?;
    let accounts: u32 =
        connection.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0))?;
    let ownerless = if accounts == 1 {
        Ownerless::Assigned(owners::assign_ownerless(connection)?)
    } else {
        Ownerless::Undecided(ownerless(connection)?)
    };
    let at_sign_up = connection
        .query_row(
            "DELETE FROM sign_ups WHERE url = ?1 AND email = lower(?2) RETURNING keeps_texts",
            (url, email),
            |row| row.get(0),
        )
        .optional()?;
    if let Some(are_kept) = keeps_texts.or(at_sign_up) {
        texts::set_kept(connection, id, are_kept)?;
    }
    Ok(ownerless)
}

/// Counts the ownerless sits.
pub(crate) fn ownerless(connection: &Connection) -> Result<u32, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) FROM sessions WHERE owner IS NULL")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Records that ownerless sits are not to become the signed-in account's.
pub(crate) fn decline_ownerless(connection: &Connection) -> Result<(), StoreError> {
    let recorded =
        connection.execute("UPDATE accounts SET declined_ownerless = 1 WHERE signedin = 1", [])?;
    if recorded == 1 { Ok(()) } else { Err(StoreError::NotSignedIn) }
}

/// Signs out. Nothing is removed, and the log still shows the same account.
pub(crate) fn sign_out(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("UPDATE accounts SET signedin = 0 WHERE signedin = 1", [])?;
    Ok(())
}

/// Sets the cursor of `account`. A response in its name also shows that the account is not closed.
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

/// Moves the cursor of `account` past this device's own push. Returns whether it was at `before`; if not, another device has
/// written in between, and its changes must still be pulled.
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

/// Records that this device and the server have the same sessions.
pub(crate) fn record_sync(
    connection: &Connection,
    account: UserId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let recorded = connection
        .execute("UPDATE accounts SET syncedat = ?2 WHERE id = ?1", (Id(account), Stamp(at)))?;
    known(account, recorded)
}

/// Records that all sessions of both sides were compared.
pub(crate) fn record_comparison(
    connection: &Connection,
    account: UserId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let recorded = connection
        .execute("UPDATE accounts SET comparedat = ?2 WHERE id = ?1", (Id(account), Stamp(at)))?;
    known(account, recorded)
}

/// Makes a comparison of both sides due. All labels and the profile are sent again, since the
/// digests do not include them.
pub(crate) fn request_comparison(
    connection: &Connection,
    account: UserId,
) -> Result<(), StoreError> {
    let recorded =
        connection.execute("UPDATE accounts SET comparedat = NULL WHERE id = ?1", [Id(account)])?;
    known(account, recorded)?;
    partner::restart_sync(connection, account)?;
    labels::restart_sync(connection, account)
}

/// Records the fingerprint of the server's health check. Returns whether it changed.
pub(crate) fn record_health(
    connection: &Connection,
    account: UserId,
    health: &str,
) -> Result<bool, StoreError> {
    let recorded = connection.execute(
        "UPDATE accounts SET health = ?2 WHERE id = ?1 AND health IS NOT ?2",
        (Id(account), health),
    )?;
    Ok(recorded == 1)
}

/// Forgets the cursor and enqueues every session: the server is not the one that was read before.
pub(crate) fn restart_sync(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    let reset = connection.execute(
        "UPDATE accounts SET seq = NULL, history_id = NULL WHERE id = ?1",
        [Id(account)],
    )?;
    known(account, reset)?;
    unreadable::mark_unsent(connection, account)?;
    labels::restart_sync(connection, account)?;
    partner::restart_sync(connection, account)?;
    outbox::enqueue_all(connection, account)
}

/// Records that the user knows of an erasure, and what they chose to do with the sits here.
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
    texts::record_erasure(connection, account)?;
    match then {
        AfterErasure::Upload => {
            unreadable::set(connection, account, unreadable::State::Unsent, None)?;
            outbox::release(connection, account)?;
            labels::release(connection, account)?;
            labels::restart_sync(connection, account)?;
            partner::upload_erased(connection, account)?;
            outbox::enqueue_all(connection, account)
        }
        AfterErasure::KeepHere => {
            unreadable::set(connection, account, unreadable::State::LocalOnly, None)?;
            labels::keep_all_local(connection, account)?;
            partner::keep_all_local(connection, account)?;
            outbox::keep_all_local(connection, account)
        }
    }
}

/// Records an erasure that removed nothing from this device, so that the user need not decide.
pub(crate) fn learn_erasure(
    connection: &Connection,
    account: UserId,
    erasure_id: Uuid,
) -> Result<(), StoreError> {
    let recorded = connection.execute(
        "UPDATE accounts SET erasure_id = ?2 WHERE id = ?1",
        (Id(account), Id(erasure_id)),
    )?;
    known(account, recorded)
}

/// Returns an error unless a change has found the row of `account`.
pub(crate) fn known(account: UserId, rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NoSuchAccount { id: account }) }
}

#[cfg(test)]
mod tests {
    use super::ClosedReason;

    #[test]
    fn closed_reasons_have_the_names_of_the_schema() {
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
