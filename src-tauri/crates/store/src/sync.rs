//! What the server said, written down: the verdicts on what was sent, and what it has that is not here. Each is
//! one transaction, so that no row is ever without its cursor, nor a cursor without its rows.
//!
//! How two states of one sit are joined is the affair of [`reconcile`].

use crate::accounts::{self, Cursor};
use crate::device::{self, Lineage};
use crate::outbox::{self, Edited, State};
use crate::unreadable::{self, UnreadableRow};
use crate::writer::Urgent;
use crate::{StoreError, open_sits, reconcile, sessions};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;

/// What came of sending some sits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// What the server said, of each sit that it spoke of.
    pub verdicts: Vec<Verdict>,
    /// Where the server stood before and after it, if it spoke of all that was sent.
    pub moved: Option<(Cursor, Cursor)>,
    /// Now.
    pub at: DateTime<Utc>,
}

/// What the server said of one sit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which.
    pub session: SessionId,
    /// As it was sent.
    pub generation: i64,
    /// What.
    pub said: Said,
}

/// What a server can say of a sit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It has the sit as it was sent.
    There,
    /// It knew more of it: this is what it has now.
    Merged(Box<Session>),
    /// The same, but this version of Zafu cannot read what it has now.
    Unreadable {
        /// What it has.
        row: UnreadableRow,
        /// This version.
        version: String,
    },
    /// It will not have it.
    Refused(String),
    /// It said nothing of it, but the whole request fails when the sit is in it.
    Unjudged(String),
    /// It said nothing of it, and the fault is not the sit's: it waits behind all others.
    Deferred(String),
}

/// What became of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Verdicts that changed something: the next push is another one.
    pub settled: u32,
    /// Those of them with which the server has all there is of the sit.
    pub acknowledged: u32,
    /// Those of them that were refused.
    pub refused: u32,
    /// Whether all that the server has was read.
    pub caught_up: bool,
}

/// A part of what the server has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// The sits.
    pub rows: Vec<Session>,
    /// Those that this version of Zafu cannot read.
    pub unreadable: Vec<UnreadableRow>,
    /// This version.
    pub version: String,
    /// Up to where the server was read with them.
    pub cursor: Cursor,
    /// Whether nothing follows.
    pub last: bool,
    /// The id of the last erasure of the account's sits.
    pub erased: Option<Uuid>,
    /// Now.
    pub at: DateTime<Utc>,
}

/// What became of what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// It is here.
    Merged {
        /// Sits that are new here, or are no longer as they were.
        changed: u32,
        /// Sits that are not here: another account has their ids on this device. Ids are unique per account on
        /// the server, but per device here, so that neither may take the other's place.
        of_other_accounts: u32,
    },
    /// The account's sits were erased, and the person has not been asked. Nothing was changed.
    Erased {
        /// Which erasure.
        erasure_id: Uuid,
    },
}

/// Writes down what came of sending sits of `account`, whoever is signed in by now. Nothing, while something
/// urgent waits.
pub(crate) fn settle(
    connection: &Connection,
    account: UserId,
    push: &Push,
    urgent: &Urgent,
) -> Result<Option<Pushed>, StoreError> {
    let mut pushed = Pushed::default();
    let mut lineage = Lineage::of(connection, account)?;
    for Verdict { session, generation, said } in &push.verdicts {
        if urgent.waits() {
            return Ok(None);
        }
        let (session, generation) = (*session, *generation);
        if sessions::owner(connection, session)? != Some(Some(account)) {
            continue;
        }
        match said {
            Said::There => {
                pushed.settled += 1;
                if outbox::acknowledge(connection, session, generation)? {
                    pushed.acknowledged += 1;
                }
            }
            Said::Merged(theirs) if theirs.id == session => {
                let Some((ours, owner)) = sessions::record(connection, session)? else { continue };
                let entry = outbox::entry(connection, session)?;
                let edited = entry.map_or(Edited::NOTHING, |entry| entry.edited);
                let (joined, raised) =
                    reconcile::join(connection, &mut lineage, &ours, theirs, edited, push.at)?;
                if joined != ours {
                    sessions::update(connection, &joined, owner)?;
                }
                unreadable::forget(connection, account, session.0)?;
                if raised != Edited::NOTHING {
                    outbox::enqueue(connection, session, raised)?;
                }
                match entry {
                    Some(entry) if entry.state == State::Pending && joined == **theirs => {
                        outbox::is_there(connection, session)?;
                        pushed.settled += 1;
                        pushed.acknowledged += 1;
                    }
                    // It is sent again as it is now.
                    _ if raised != Edited::NOTHING => pushed.settled += 1,
                    // It changed in the meantime, and waits anew.
                    Some(entry) if entry.generation != generation => pushed.settled += 1,
                    // The server did not take all of what was sent. To send the same again would do nothing.
                    _ => {}
                }
            }
            Said::Merged(_) => {}
            // A merged row holds all that was sent of it.
            Said::Unreadable { row, version } if row.id == session.0 => {
                unreadable::put(connection, account, row, version)?;
                pushed.settled += 1;
                if outbox::acknowledge(connection, session, generation)? {
                    pushed.acknowledged += 1;
                }
            }
            Said::Unreadable { .. } => {}
            Said::Refused(code) | Said::Unjudged(code) => {
                let request_failed = matches!(said, Said::Unjudged(_));
                if outbox::reject(connection, session, generation, code, request_failed)? {
                    pushed.refused += 1;
                }
                pushed.settled += 1;
            }
            Said::Deferred(code) => outbox::defer(connection, session, generation, code)?,
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

/// Writes down what the server has of `account`, and up to where it was read. Nothing, while something urgent
/// waits.
pub(crate) fn merge(
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
            // Nothing of it came from here.
            accounts::learn_erasure(connection, account, erasure_id)?;
        }
        _ => {}
    }
    let (mut changed, mut of_other_accounts) = (0, 0);
    let mut lineage = Lineage::of(connection, account)?;
    for row in &pull.unreadable {
        unreadable::put(connection, account, row, &pull.version)?;
    }
    for theirs in &pull.rows {
        if urgent.waits() {
            return Ok(None);
        }
        unreadable::forget(connection, account, theirs.id.0)?;
        if sessions::owner(connection, theirs.id)?.flatten().is_some_and(|owner| owner != account) {
            of_other_accounts += 1;
            continue;
        }
        changed += u32::from(merge_one(connection, account, &mut lineage, theirs, pull.at)?);
    }
    accounts::read_up_to(connection, account, pull.cursor)?;
    if pull.last {
        device::all_read(connection, account)?;
    }
    if pull.last && !outbox::has_outgoing(connection, account)? {
        accounts::record_sync(connection, account, pull.at)?;
    }
    Ok(Some(Pulled::Merged { changed, of_other_accounts }))
}

/// Merges one sit that the server of `account` has. Says whether it is new or changed here.
fn merge_one(
    connection: &Connection,
    account: UserId,
    lineage: &mut Lineage,
    theirs: &Session,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let id = theirs.id;
    let Some((ours, owner)) = sessions::record(connection, id)? else {
        reconcile::meet(connection, lineage, theirs, at)?;
        sessions::insert(connection, theirs, Some(account))?;
        return Ok(true);
    };
    let entry = outbox::entry(connection, id)?;
    let edited = entry.map_or(Edited::NOTHING, |entry| entry.edited);
    let (joined, raised) = reconcile::join(connection, lineage, &ours, theirs, edited, at)?;
    let changed = joined != ours || owner.is_none();
    if changed {
        sessions::update(connection, &joined, Some(account))?;
    }
    if joined == *theirs {
        outbox::is_there(connection, id)?;
    } else if !open_sits::is_preparing(connection, id)? {
        match entry.map(|entry| entry.state) {
            Some(State::Pending | State::Rejected) if raised == Edited::NOTHING => {}
            // The server has the sit: it is not kept here only any more.
            Some(State::LocalOnly) => {
                outbox::is_there(connection, id)?;
                outbox::enqueue(connection, id, edited)?;
            }
            _ => outbox::enqueue(connection, id, raised)?,
        }
    }
    Ok(changed)
}

/// Merges rows that an earlier version of Zafu could not read, and `version` can. What is left, it cannot read either.
/// Says how many are new or changed here.
pub(crate) fn reread(
    connection: &Connection,
    readable: &[(UserId, Session)],
    version: &str,
    at: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let mut changed = 0;
    for (account, theirs) in readable {
        // Where another account has a sit of this id, there is no place for it yet.
        let owner = sessions::owner(connection, theirs.id)?.flatten();
        if owner.is_some_and(|owner| owner != *account) {
            continue;
        }
        let Some(state) = unreadable::take(connection, *account, theirs.id.0)? else { continue };
        let mut lineage = Lineage::of(connection, *account)?;
        changed += u32::from(merge_one(connection, *account, &mut lineage, theirs, at)?);
        if open_sits::is_preparing(connection, theirs.id)? {
            continue;
        }
        match state {
            unreadable::State::OnServer => {}
            unreadable::State::Unsent => outbox::enqueue(connection, theirs.id, Edited::NOTHING)?,
            unreadable::State::LocalOnly => outbox::keep_local(connection, theirs.id)?,
        }
    }
    unreadable::tried(connection, version)?;
    Ok(changed)
}
