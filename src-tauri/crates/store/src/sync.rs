//! What the server said, written down: the verdicts on what was sent, and what it has that is not here. Each is
//! one transaction, so that no row is ever without its cursor, nor a cursor without its rows.
//!
//! Copies are joined by the core's rules. Where two copies contradict each other in what those rules cannot
//! decide (a folder that was copied to a second computer counts the same revisions), the server's word stands,
//! so that all devices come to agree.

use crate::accounts::{self, Cursor};
use crate::outbox::{self, State};
use crate::writer::Urgent;
use crate::{StoreError, open_sits, sessions};
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
    /// It will not have it.
    Refused(String),
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
    /// Up to where the server was read with them.
    pub cursor: Cursor,
    /// Whether nothing follows.
    pub last: bool,
    /// The mark of the last erasure of the account's sits.
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
        mark: Uuid,
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
                let joined = joined(&ours, theirs);
                if joined != ours {
                    sessions::update(connection, &joined, owner)?;
                }
                match outbox::state(connection, session)? {
                    Some((State::Pending, _)) if joined == **theirs => {
                        outbox::is_there(connection, session)?;
                        pushed.settled += 1;
                        pushed.acknowledged += 1;
                    }
                    // It changed in the meantime, and waits anew.
                    Some((_, now)) if now != generation => pushed.settled += 1,
                    // The server did not take all of what was sent. To send the same again would do nothing.
                    _ => {}
                }
            }
            Said::Merged(_) => {}
            Said::Refused(code) => {
                if outbox::refuse(connection, session, generation, code)? {
                    pushed.refused += 1;
                }
                pushed.settled += 1;
            }
        }
    }
    if let Some((before, after)) = push.moved {
        pushed.caught_up = accounts::pass_over(connection, account, before, after)?;
        if pushed.caught_up && !outbox::has_outgoing(connection, account)? {
            accounts::synced(connection, account, push.at)?;
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
        Some(mark) if pull.erased != known.erased => {
            if known.met {
                return Ok(Some(Pulled::Erased { mark }));
            }
            // Nothing of it came from here.
            accounts::learn_erasure(connection, account, mark)?;
        }
        _ => {}
    }
    let (mut changed, mut of_other_accounts) = (0, 0);
    for theirs in &pull.rows {
        if urgent.waits() {
            return Ok(None);
        }
        let Some((ours, owner)) = sessions::record(connection, theirs.id)? else {
            sessions::insert(connection, theirs, Some(account))?;
            changed += 1;
            continue;
        };
        if owner.is_some_and(|owner| owner != account) {
            of_other_accounts += 1;
            continue;
        }
        let joined = joined(&ours, theirs);
        if joined != ours || owner.is_none() {
            sessions::update(connection, &joined, Some(account))?;
            changed += 1;
        }
        if joined == *theirs {
            outbox::is_there(connection, theirs.id)?;
        } else if !open_sits::is_preparing(connection, theirs.id)? {
            match outbox::state(connection, theirs.id)? {
                Some((State::Pending | State::Refused, _)) => {}
                // The server has the sit: it is not kept here only any more.
                Some((State::Kept, _)) => {
                    outbox::is_there(connection, theirs.id)?;
                    outbox::mark(connection, theirs.id)?;
                }
                None => outbox::mark(connection, theirs.id)?,
            }
        }
    }
    accounts::read_up_to(connection, account, pull.cursor)?;
    if pull.last && !outbox::has_outgoing(connection, account)? {
        accounts::synced(connection, account, pull.at)?;
    }
    Ok(Some(Pulled::Merged { changed, of_other_accounts }))
}

/// What both copies say; what they contradict each other in is the server's.
fn joined(ours: &Session, theirs: &Session) -> Session {
    theirs.clone().join(ours)
}
