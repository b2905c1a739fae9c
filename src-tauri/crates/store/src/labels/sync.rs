//! Sends labels to the server of their account, and applies what it responds.

use super::{Record, State, find, from_row, of_owner, update_resolved, write};
use crate::device::Lineage;
use crate::text::Id;
use crate::{Cursor, StoreError, accounts, reconcile};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use std::collections::BTreeSet;
use zafu_core::ids::UserId;
use zafu_core::label::{Label, LabelKey};

/// The response to a request that sent labels, to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelUpdate {
    /// The labels that were sent, as they were then.
    pub sent: Vec<Label>,
    /// All labels that the server has.
    pub labels: Vec<Label>,
    /// The keys of labels of the server that this version of Zafu cannot read.
    pub unreadable: Vec<LabelKey>,
    /// The labels that the server rejected, with its codes.
    pub rejected: Vec<(LabelKey, String)>,
    /// The seq of the last change of the account's labels.
    pub labels_seq: i64,
    /// The server's cursor before and after the request.
    pub moved: (Cursor, Cursor),
    /// When the response is applied.
    pub at: DateTime<Utc>,
}

/// The result of applying a [`LabelUpdate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelsApplied {
    /// Labels that are new or changed on this device.
    pub changed: u32,
    /// Whether none of the labels that were sent has to be sent again as it was.
    pub resolved: bool,
    /// Whether this device has read everything up to the server's new cursor.
    pub caught_up: bool,
}

/// Returns the first `limit` labels of `account` that are to be sent.
pub(crate) fn outgoing(
    connection: &Connection,
    account: UserId,
    limit: u32,
) -> Result<Vec<Label>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM labels WHERE owner = ?1 AND state = 'pending'
           AND EXISTS (SELECT 1 FROM accounts WHERE id = ?1 AND keeps_texts = 0)
         ORDER BY labels.id LIMIT ?2",
    )?;
    let rows = statement.query_map((Id(account), limit), from_row)?;
    rows.map(|record| Ok(record?.label)).collect()
}

/// Returns whether labels of `account` are to be sent or read. Never, if its server does not know labels, or if they stay on
/// this device.
pub(crate) fn are_due(connection: &Connection, account: UserId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT EXISTS (
           SELECT 1 FROM accounts WHERE id = ?1 AND keeps_texts = 0 AND server_labels_seq IS NOT NULL AND (
             coalesce(labels_seq, 0) <> server_labels_seq
             OR EXISTS (SELECT 1 FROM labels WHERE owner = ?1 AND state = 'pending')
           )
         )";
    Ok(connection.prepare_cached(SQL)?.query_row([Id(account)], |row| row.get(0))?)
}

/// Applies the response to a request that sent labels of `account`.
pub(crate) fn apply(
    connection: &Connection,
    account: UserId,
    response: &LabelUpdate,
) -> Result<LabelsApplied, StoreError> {
    let owner = Some(account);
    let mut lineage = Lineage::of(connection, account)?;
    let mut changed = 0;
    for theirs in &response.labels {
        let Some(record) = find(connection, owner, &theirs.key)? else {
            lineage.meet_unknown(connection, theirs.details.deviceid, response.at)?;
            write(connection, owner, theirs, None)?;
            changed += 1;
            continue;
        };
        let ours = &record.label.details;
        let is_edited = record.state == Some(State::Pending);
        let (details, is_raised) = reconcile::join_register(
            connection,
            &mut lineage,
            ours,
            &theirs.details,
            is_edited,
            response.at,
        )?;
        let state = if details == theirs.details {
            None
        } else if let (Some(State::Rejected(_)), false) = (&record.state, is_raised) {
            record.state.clone()
        } else {
            Some(State::Pending)
        };
        changed += u32::from(details != *ours);
        if details != *ours || state != record.state {
            let label = Label { key: theirs.key.clone(), details };
            write(connection, owner, &label, state.as_ref())?;
        }
    }
    for (key, reason) in &response.rejected {
        let sent = response.sent.iter().find(|label| label.key == *key);
        let ours = find(connection, owner, key)?.map(|record| record.label);
        // A later change may be accepted.
        if let Some(label) = ours.filter(|label| sent == Some(label)) {
            write(connection, owner, &label, Some(&State::Rejected(reason.clone())))?;
        }
    }
    let on_server: BTreeSet<_> =
        response.labels.iter().map(|label| &label.key).chain(&response.unreadable).collect();
    for Record { label, state, .. } in of_owner(connection, owner)? {
        if label.details.revision == 0 {
            continue;
        }
        let state = match state {
            // A later version of Zafu has changed it since.
            Some(State::Pending) if response.unreadable.contains(&label.key) => None,
            // The server has lost it.
            None if !on_server.contains(&label.key) => Some(State::Pending),
            _ => continue,
        };
        write(connection, owner, &label, state.as_ref())?;
    }
    update_resolved(connection, owner)?;
    connection
        .prepare_cached(
            "UPDATE accounts SET labels_seq = ?2, server_labels_seq = ?2 WHERE id = ?1",
        )?
        .execute((Id(account), response.labels_seq))?;
    let (before, after) = response.moved;
    let caught_up = before == after || accounts::pass_over(connection, account, before, after)?;
    let waiting = outgoing(connection, account, u32::MAX)?;
    let resolved = !response.sent.iter().any(|label| waiting.contains(label));
    Ok(LabelsApplied { changed, resolved, caught_up })
}

/// Records the seq of the last change of the labels that a pull of `account` returned.
pub(crate) fn record_server_seq(
    connection: &Connection,
    account: UserId,
    labels_seq: Option<i64>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE accounts SET server_labels_seq = ?2 WHERE id = ?1")?
        .execute((Id(account), labels_seq))?;
    Ok(())
}

/// Forgets which state of the labels of `account` was read.
fn forget_read(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute("UPDATE accounts SET labels_seq = NULL WHERE id = ?1", [Id(account)])?;
    Ok(())
}

/// Makes all labels of `account` due to be sent and read again, except local-only ones.
pub(crate) fn restart_sync(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE labels SET state = 'pending', reason = NULL
         WHERE owner = ?1 AND revision > 0 AND state IS NOT 'local_only'",
        [Id(account)],
    )?;
    forget_read(connection, account)
}

/// Ends the local-only state of the labels of `account`.
pub(crate) fn release(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE labels SET state = 'pending' WHERE owner = ?1 AND state = 'local_only'",
        [Id(account)],
    )?;
    Ok(())
}

/// Makes all labels of `account` local only, until the user changes them.
pub(crate) fn keep_all_local(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE labels SET state = 'local_only', reason = NULL WHERE owner = ?1 AND revision > 0",
        [Id(account)],
    )?;
    forget_read(connection, account)
}

/// Makes the labels of `account` that the server has rejected pending again.
pub(crate) fn retry_rejected(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE labels SET state = 'pending', reason = NULL WHERE owner = ?1 AND state = 'rejected'",
        [Id(account)],
    )?;
    Ok(())
}
