//! Applies the server's responses to this device: the outcomes of a push, and the rows of a pull. Each response is one
//! transaction, so that rows and cursor are always written together.
//!
//! [`reconcile`] merges two states of one session, [`texts`] their notes and labels if these stay on this device.

use crate::accounts::{self, Cursor};
use crate::device::{self, Lineage};
use crate::outbox::{self, Edited, State};
use crate::sessions::{self, Record};
use crate::texts::Joined;
use crate::unreadable::{self, UnreadableRow};
use crate::writer::Urgent;
use crate::{StoreError, labels, log, open_sits, partner, reconcile, texts};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::{Register, Session};

/// The outcome of one pushed row, as the server sent it, or derived from the failure of a request with only this row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// The server has the session as it was sent: it stored the session, or had it already.
    Accepted,
    /// The server merged the session with its own state. Contains the result.
    Merged(Box<Session>),
    /// As [`Self::Merged`], but this version of Zafu cannot read the result.
    Unreadable(UnreadableRow),
    /// The server rejected the session for good. It becomes a dead letter.
    Rejected {
        /// The server's code.
        reason: String,
    },
    /// Every request with this row fails. The session becomes a dead letter, until the server is found to be at fault:
    /// see [`Store::retry_failed_requests`](crate::Store::retry_failed_requests).
    RequestFailed {
        /// Why the request failed.
        reason: String,
    },
    /// The request failed because of the server. The row is sent again after all others.
    Deferred {
        /// Why the request failed.
        reason: String,
    },
}

/// The outcome of one row that was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedRow {
    /// The session.
    pub id: SessionId,
    /// Its generation when it was sent.
    pub generation: i64,
    /// Its outcome.
    pub outcome: RowOutcome,
}

/// A response to a push, as the store needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The rows for which there is an outcome.
    pub rows: Vec<PushedRow>,
    /// This version of Zafu.
    pub version: String,
    /// The server's cursor before and after the push, if there is an outcome for each row.
    pub moved: Option<(Cursor, Cursor)>,
    /// When the response is applied.
    pub at: DateTime<Utc>,
}

/// The result of applying a [`Push`], in rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Rows that will not be sent again in the same state.
    pub resolved: u32,
    /// Resolved rows whose current state the server has.
    pub acknowledged: u32,
    /// Resolved rows that became dead letters.
    pub rejected: u32,
    /// Whether this device has read everything up to the server's new cursor.
    pub caught_up: bool,
}

/// A response to a pull, as the store needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// The sessions.
    pub rows: Vec<Session>,
    /// Rows that this version of Zafu cannot read.
    pub unreadable: Vec<UnreadableRow>,
    /// This version of Zafu.
    pub version: String,
    /// The cursor after these rows.
    pub cursor: Cursor,
    /// Whether no more rows follow.
    pub last: bool,
    /// The id of the last erasure of the account's sessions.
    pub erased: Option<Uuid>,
    /// The seq of the last change of the account's labels; `None` if the server does not know labels.
    pub labels_seq: Option<i64>,
    /// The number of the state of the account's partner; `None` if the server does not know partners.
    pub partner_seq: Option<i64>,
    /// Whether notes and labels stay on the devices of the account; `None` if the server does not store that.
    pub keeps_texts: Option<Register<bool>>,
    /// When the response is applied.
    pub at: DateTime<Utc>,
}

/// The result of applying a [`Pull`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// The rows are stored.
    Merged {
        /// The number of sessions that are new or changed on this device.
        changed: u32,
    },
    /// The sessions of the account were erased, and the user has not decided about it yet. Nothing was changed.
    Erased {
        /// The id of the erasure.
        erasure_id: Uuid,
    },
    /// Notes and labels stay on this device from now on, and everything must be pulled again before anything is pushed.
    /// Nothing else was changed.
    Restarted,
}

/// Applies the response to a push of `account`, even if the account has been signed out since. Returns `None` if an
/// urgent write is waiting: the caller must then roll back and repeat the call.
pub(crate) fn apply_push(
    connection: &Connection,
    account: UserId,
    push: &Push,
    urgent: &Urgent,
) -> Result<Option<Pushed>, StoreError> {
    let mut pushed = Pushed::default();
    let mut lineage = Lineage::of(connection, account)?;
    let has_unreadable = unreadable::exist(connection, account)?;
    let keeps_texts = texts::are_kept(connection, Some(account))?;
    for PushedRow { id, generation, outcome } in &push.rows {
        if urgent.waits() {
            return Ok(None);
        }
        let (id, generation) = (*id, *generation);
        // The session was moved to another account while the request was in flight.
        let Some(record) = sessions::of_owner(connection, id, Some(account))? else { continue };
        let key = record.key;
        match outcome {
            RowOutcome::Accepted => {
                if has_unreadable {
                    unreadable::forget(connection, account, id.0)?;
                }
                pushed.resolved += 1;
                pushed.acknowledged += u32::from(outbox::acknowledge(connection, key, generation)?);
            }
            RowOutcome::Merged(theirs) if theirs.id == id => {
                let entry = outbox::entry(connection, key)?;
                let edited = entry.map_or(Edited::NOTHING, |entry| entry.edited);
                let Joined { session, raised, is_confirmed: confirmed } = texts::join(
                    connection,
                    &mut lineage,
                    keeps_texts,
                    &record,
                    theirs,
                    edited,
                    push.at,
                )?;
                if session != record.session {
                    sessions::update(connection, &Record { session, ..record })?;
                }
                unreadable::forget(connection, account, id.0)?;
                if raised != Edited::NOTHING {
                    outbox::enqueue(connection, key, raised)?;
                }
                match entry {
                    Some(entry) if entry.state == State::Pending && confirmed => {
                        outbox::remove(connection, key)?;
                        pushed.resolved += 1;
                        pushed.acknowledged += 1;
                    }
                    // The session is sent again with its raised revision.
                    _ if raised != Edited::NOTHING => pushed.resolved += 1,
                    // The session changed while the request was in flight.
                    Some(entry) if entry.generation != generation => pushed.resolved += 1,
                    // The server ignored a part of the row. Sending the same state again would change nothing.
                    _ => {}
                }
            }
            // A merged row includes everything that was sent, so that an unreadable one is acknowledged too.
            RowOutcome::Unreadable(row) if row.id == id.0 => {
                unreadable::put(connection, account, row, &push.version)?;
                pushed.resolved += 1;
                pushed.acknowledged += u32::from(outbox::acknowledge(connection, key, generation)?);
            }
            // The response has the row of another session, so that this one is not confirmed.
            RowOutcome::Merged(_) | RowOutcome::Unreadable(_) => {}
            RowOutcome::Rejected { reason } | RowOutcome::RequestFailed { reason } => {
                let request_failed = matches!(outcome, RowOutcome::RequestFailed { .. });
                pushed.rejected +=
                    u32::from(outbox::reject(connection, key, generation, reason, request_failed)?);
                pushed.resolved += 1;
            }
            RowOutcome::Deferred { reason } => outbox::defer(connection, key, generation, reason)?,
        }
    }
    if let Some((before, after)) = push.moved {
        pushed.caught_up = accounts::pass_over(connection, account, before, after)?;
        if pushed.caught_up && !outbox::has_outgoing(connection, account)? {
            accounts::record_sync(connection, account, push.at)?;
        }
    }
    Ok(Some(pushed))
}

/// Applies the response to a pull of `account`. Returns `None` if an urgent write is waiting: the caller must then roll
/// back and repeat the call.
pub(crate) fn apply_pull(
    connection: &Connection,
    account: UserId,
    pull: &Pull,
    urgent: &Urgent,
) -> Result<Option<Pulled>, StoreError> {
    let known = accounts::find(connection, account)?;
    match pull.erased {
        Some(erasure_id) if pull.erased != known.erasure_id => {
            if known.has_pulled {
                return Ok(Some(Pulled::Erased { erasure_id }));
            }
            // This device has never pulled from the account, so that the erasure needs no decision by the user.
            accounts::learn_erasure(connection, account, erasure_id)?;
        }
        _ => {}
    }
    let is_unknown = texts::record_server_choice(connection, account, pull.keeps_texts.as_ref())?;
    if is_unknown && known.cursor.is_some() {
        return Ok(Some(Pulled::Restarted));
    }
    let keeps_texts = texts::are_kept(connection, Some(account))?;
    let mut changed = 0;
    let mut lineage = Lineage::of(connection, account)?;
    for row in &pull.unreadable {
        unreadable::put(connection, account, row, &pull.version)?;
    }
    let merged = log::derive_late(connection, || {
        for theirs in &pull.rows {
            if urgent.waits() {
                return Ok(false);
            }
            unreadable::forget(connection, account, theirs.id.0)?;
            let at = pull.at;
            let merged = merge(connection, account, keeps_texts, &mut lineage, theirs, at)?;
            changed += u32::from(merged);
        }
        Ok(true)
    })?;
    if !merged {
        return Ok(None);
    }
    accounts::read_up_to(connection, account, pull.cursor)?;
    labels::record_server_seq(connection, account, pull.labels_seq)?;
    partner::record_server_seq(connection, account, pull.partner_seq)?;
    if pull.last {
        device::all_read(connection, account)?;
        texts::all_read(connection, account)?;
    }
    if pull.last && !outbox::has_outgoing(connection, account)? {
        accounts::record_sync(connection, account, pull.at)?;
    }
    Ok(Some(Pulled::Merged { changed }))
}

/// Merges one session that the server of `account` has with that of the account here, or with the ownerless one, which
/// becomes the account's. Returns whether it is new or changed on this device.
fn merge(
    connection: &Connection,
    account: UserId,
    keeps_texts: bool,
    lineage: &mut Lineage,
    theirs: &Session,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let here = match sessions::of_owner(connection, theirs.id, Some(account))? {
        None => sessions::of_owner(connection, theirs.id, None)?,
        found => found,
    };
    let Some(record) = here else {
        reconcile::meet(connection, lineage, theirs, at)?;
        let key = sessions::insert(connection, theirs, Some(account))?;
        if keeps_texts {
            texts::receive(connection, key, theirs)?;
        }
        return Ok(true);
    };
    let key = record.key;
    let entry = outbox::entry(connection, key)?;
    let edited = entry.map_or(Edited::NOTHING, |entry| entry.edited);
    let Joined { session, raised, is_confirmed } =
        texts::join(connection, lineage, keeps_texts, &record, theirs, edited, at)?;
    let changed = session != record.session || record.owner.is_none();
    if changed {
        sessions::update(connection, &Record { key, session, owner: Some(account) })?;
    }
    if is_confirmed {
        outbox::remove(connection, key)?;
    } else if !open_sits::is_preparing(connection, key)? {
        match entry.map(|entry| entry.state) {
            Some(State::Pending | State::Rejected) if raised == Edited::NOTHING => {}
            // The server has the session, so that it is no longer local only.
            Some(State::LocalOnly) => {
                outbox::remove(connection, key)?;
                outbox::enqueue(connection, key, edited)?;
            }
            _ => outbox::enqueue(connection, key, raised)?,
        }
    }
    Ok(changed)
}

/// Merges rows that another version of Zafu could not read and `version` can, and records that `version` cannot read
/// the remaining ones. Returns the number of sessions that are new or changed on this device.
pub(crate) fn reread(
    connection: &Connection,
    readable: &[(UserId, Session)],
    version: &str,
    at: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let mut changed = 0;
    for (account, theirs) in readable {
        let Some(state) = unreadable::remove(connection, *account, theirs.id.0)? else { continue };
        let mut lineage = Lineage::of(connection, *account)?;
        let keeps_texts = texts::are_kept(connection, Some(*account))?;
        let merged = merge(connection, *account, keeps_texts, &mut lineage, theirs, at)?;
        changed += u32::from(merged);
        let Some(record) = sessions::of_owner(connection, theirs.id, Some(*account))? else {
            continue;
        };
        if open_sits::is_preparing(connection, record.key)? {
            continue;
        }
        match state {
            unreadable::State::OnServer => {}
            unreadable::State::Unsent => outbox::enqueue(connection, record.key, Edited::NOTHING)?,
            unreadable::State::LocalOnly => outbox::keep_local(connection, record.key)?,
        }
    }
    unreadable::record_version(connection, version)?;
    Ok(changed)
}
