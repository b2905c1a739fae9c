//! Owners: the number of sits of each account in this database, and moving the sits of one account to another.
//!
//! A move is always the user's decision. A server can only say that its own account is closed; it cannot name the account
//! that gets the sits.

use crate::StoreError;
use crate::accounts::{self, Account};
use crate::device;
use crate::labels;
use crate::outbox::{self, Edited};
use crate::partner;
use crate::sessions::{self, Record, SessionKey};
use crate::text::Id;
use crate::texts;
use rusqlite::Connection;
use zafu_core::ids::UserId;
use zafu_core::session::Register;

/// Counts of one owner's sits in this database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The account; none for ownerless sits.
    pub account: Option<Account>,
    /// Sits in the log.
    pub sits: u32,
    /// Deleted sits.
    pub deleted: u32,
    /// Sits with changes that the server does not have: pending or rejected.
    pub unsent: u32,
    /// Sits that are stored on this device only, by the user's decision.
    pub local_only: u32,
}

impl Owner {
    /// Returns whether the database has any sit of this owner.
    #[must_use]
    pub const fn has_sits(&self) -> bool {
        self.sits > 0 || self.deleted > 0
    }
}

/// Counts the sits of one account, or the ownerless ones.
fn count(connection: &Connection, account: Option<Account>) -> Result<Owner, StoreError> {
    const COUNTS: &str = "SELECT count(*) FILTER (WHERE deletedat IS NULL),
           count(*) FILTER (WHERE deletedat IS NOT NULL),
           count(*) FILTER (WHERE state IN ('pending', 'rejected')),
           count(*) FILTER (WHERE state = 'local_only')
         FROM sessions LEFT JOIN outbox ON session_key = key
         WHERE owner IS ?1 AND key NOT IN (SELECT session_key FROM open_sits WHERE preparing = 1)";
    let id = account.as_ref().map(|account| Id(account.id));
    let mut statement = connection.prepare_cached(COUNTS)?;
    Ok(statement.query_row([id], |row| {
        let (sits, deleted) = (row.get(0)?, row.get(1)?);
        Ok(Owner { account, sits, deleted, unsent: row.get(2)?, local_only: row.get(3)? })
    })?)
}

/// Lists the owners: the shown account first, then the other accounts by address, then the ownerless sits if there are any.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Owner>, StoreError> {
    let mut owners = Vec::new();
    for account in accounts::all(connection)? {
        owners.push(count(connection, Some(account))?);
    }
    let ownerless = count(connection, None)?;
    if ownerless.has_sits() {
        owners.push(ownerless);
    }
    Ok(owners)
}

/// Lists the closed accounts with sits here that the user of the signed-in account has not decided about: those with the
/// e-mail address of the signed-in account first.
pub(crate) fn orphans(connection: &Connection) -> Result<Vec<Owner>, StoreError> {
    let Some(user) = accounts::shown(connection)?.filter(|account| account.signed_in) else {
        return Ok(Vec::new());
    };
    let mut accounts = accounts::all(connection)?;
    accounts.retain(|account| {
        account.id != user.id && account.closed.is_some() && account.declined_by != Some(user.id)
    });
    accounts.sort_by_key(|account| {
        account.url != user.url || !account.email.eq_ignore_ascii_case(&user.email)
    });
    let mut orphans = Vec::new();
    for account in accounts {
        orphans.push(count(connection, Some(account))?);
    }
    orphans.retain(|owner| owner.sits > 0);
    Ok(orphans)
}

/// Moves all sits of `source` to the signed-in account and enqueues each, also those that were pushed before: the server of
/// the new account has none of them. Ids, revisions and deletions stay; a sit that the account has already is merged with
/// it. Returns the number of moved sits, deleted ones included; a second move moves none.
pub(crate) fn move_sits(connection: &Connection, source: UserId) -> Result<u32, StoreError> {
    let target = accounts::signed_in(connection)?.ok_or(StoreError::NotSignedIn)?;
    accounts::find(connection, source)?;
    if source == target {
        return Ok(0);
    }
    let moved = connection.execute(
        "INSERT INTO owner_moves (session_key, target) SELECT key, ?2 FROM sessions WHERE owner = ?1",
        (Id(source), Id(target)),
    )?;
    texts::leave_moved(connection, source)?;
    merge_copies(connection)?;
    connection.execute(
        "UPDATE sessions SET owner = ?1 WHERE key IN (SELECT session_key FROM owner_moves)",
        [Id(target)],
    )?;
    outbox::enqueue_moved(connection)?;
    texts::enter_moved(connection, target)?;
    connection.execute("DELETE FROM owner_moves", [])?;
    labels::copy(connection, Some(source), target)?;
    Ok(u32::try_from(moved).unwrap_or(u32::MAX))
}

/// Assigns the ownerless sits to the signed-in account. One that the account has already is merged with it. Returns their
/// number.
pub(crate) fn assign_ownerless(connection: &Connection) -> Result<u32, StoreError> {
    let account = accounts::signed_in(connection)?.ok_or(StoreError::NotSignedIn)?;
    let target = Id(account);
    labels::copy(connection, None, account)?;
    connection.execute(
        "INSERT INTO owner_moves (session_key, target)
         SELECT key, ?1 FROM sessions WHERE owner IS NULL AND EXISTS (
           SELECT 1 FROM sessions AS copy WHERE copy.id = sessions.id AND coalesce(copy.owner, '') = ?1)",
        [target],
    )?;
    let merged = merge_copies(connection)?;
    texts::enter_ownerless(connection, account)?;
    // They are in the outbox already: an ownerless sit was never pushed.
    let assigned =
        connection.execute("UPDATE sessions SET owner = ?1 WHERE owner IS NULL", [target])?;
    labels::remove_ownerless(connection)?;
    partner::assign_ownerless(connection, account)?;
    Ok(u32::try_from(merged + assigned).unwrap_or(u32::MAX))
}

/// Merges each session in `owner_moves` that the target has already into the target's, and removes it. Returns their number.
fn merge_copies(connection: &Connection) -> Result<usize, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT session_key, copy.key FROM owner_moves
         CROSS JOIN sessions AS moved ON moved.key = session_key
         CROSS JOIN sessions AS copy ON copy.id = moved.id AND coalesce(copy.owner, '') = target",
    )?;
    let pairs = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(SessionKey, SessionKey)>, _>>()?;
    for (moved, copy) in &pairs {
        merge_copy(connection, *moved, *copy)?;
    }
    Ok(pairs.len())
}

/// Merges the session `moved` into its `copy`, and removes it. An open sit stays open.
fn merge_copy(
    connection: &Connection,
    moved: SessionKey,
    copy: SessionKey,
) -> Result<(), StoreError> {
    let device = device::current(connection)?;
    let (theirs, ours) =
        (sessions::by_key(connection, moved)?, sessions::by_key(connection, copy)?);
    let entries = (outbox::entry(connection, moved)?, outbox::entry(connection, copy)?);
    let changed_last =
        entries.0.map(|entry| entry.generation) > entries.1.map(|entry| entry.generation);
    let owners = [theirs.owner, ours.owner];
    let (theirs, before) = (theirs.session, ours.session.clone());
    let mut joined = before.clone().join(&theirs);
    // This device has changed both copies with the same revision: the later change wins, with a revision of its own.
    if changed_last && is_tie(&before.details, &theirs.details) {
        joined.details = before.details.set(theirs.details.value.clone(), device);
    }
    if changed_last && is_tie(&before.deletion, &theirs.deletion) {
        joined.deletion = before.deletion.set(theirs.deletion.value, device);
    }
    // Texts that stay on this device are changed without a new revision, so that none of them is later.
    let [from, to] = owners;
    if texts::are_kept(connection, from)? || texts::are_kept(connection, to)? {
        let (own, other) = (&before.details.value, &theirs.details.value);
        let mut value = joined.details.value.clone();
        value.note = texts::combine(&own.note, &other.note);
        if value.label.is_empty() {
            value.label.clone_from(if own.label.is_empty() { &other.label } else { &own.label });
        }
        if value != joined.details.value {
            joined.details = joined.details.set(value, device);
        }
    }
    let edited = entries.0.map_or(Edited::NOTHING, |entry| entry.edited);
    let edited = Edited {
        details: edited.details && joined.details != before.details,
        deletion: edited.deletion && joined.deletion != before.deletion,
    };
    outbox::remove(connection, moved)?;
    connection
        .execute("UPDATE open_sits SET session_key = ?2 WHERE session_key = ?1", (moved, copy))?;
    connection.execute(
        "UPDATE OR IGNORE import_sits SET session_key = ?2 WHERE session_key = ?1",
        (moved, copy),
    )?;
    sessions::remove(connection, moved)?;
    if joined != before {
        sessions::update(connection, &Record { session: joined, ..ours })?;
        outbox::enqueue(connection, copy, edited)?;
    }
    Ok(())
}

/// Returns whether two registers have different values and the rules of merging do not say which is newer.
fn is_tie<T: PartialEq>(one: &Register<T>, other: &Register<T>) -> bool {
    (one.revision, one.deviceid) == (other.revision, other.deviceid) && one.value != other.value
}

/// Records that the sits of `source` are not to become the signed-in account's.
pub(crate) fn decline(connection: &Connection, source: UserId) -> Result<(), StoreError> {
    let target = accounts::signed_in(connection)?.ok_or(StoreError::NotSignedIn)?;
    let declined = connection
        .execute("UPDATE accounts SET declinedby = ?2 WHERE id = ?1", (Id(source), Id(target)))?;
    accounts::known(source, declined)
}

/// Records that the server of `account` says that the account was deleted.
pub(crate) fn is_deleted(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    let recorded = connection
        .execute("UPDATE accounts SET closed_reason = 'deleted' WHERE id = ?1", [Id(account)])?;
    accounts::known(account, recorded)
}
