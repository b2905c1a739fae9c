//! Joins a session with another state of it that the server has.
//!
//! Copies are joined by the rules of [`zafu_core::session`], which take a pair of revision and device id for one change.
//! A folder that was restored from a backup, or a computer that was cloned, makes the same pair twice. That is noticed by a
//! change under an id of this installation that this folder does not know. Then this installation takes a new id, and what
//! the user has changed since is raised above the server's revision, so that the later change wins. If nothing tells which
//! of two changes is the later one, the server's wins, so that all devices come to agree.

use crate::StoreError;
use crate::device::Lineage;
use crate::outbox::Edited;
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use zafu_core::session::{Register, Session};

/// Joins `ours` and `theirs`, where the user has `edited` ours since the server last had it. Returns the result, and what
/// was raised above `theirs`.
pub(crate) fn join(
    connection: &Connection,
    lineage: &mut Lineage,
    ours: &Session,
    theirs: &Session,
    edited: Edited,
    now: DateTime<Utc>,
) -> Result<(Session, Edited), StoreError> {
    let details = is_unknown(lineage, &ours.details, &theirs.details);
    let deletion = is_unknown(lineage, &ours.deletion, &theirs.deletion);
    if details {
        lineage.meet_unknown(connection, theirs.details.deviceid, now)?;
    }
    if deletion {
        lineage.meet_unknown(connection, theirs.deletion.deviceid, now)?;
    }
    let mut joined = theirs.clone().join(ours);
    let mut raised = Edited::NOTHING;
    if details && edited.details && is_later(lineage, &ours.details, &theirs.details) {
        joined.details = raise(&ours.details, &theirs.details, lineage);
        raised.details = true;
    }
    if deletion && edited.deletion && is_later(lineage, &ours.deletion, &theirs.deletion) {
        joined.deletion = raise(&ours.deletion, &theirs.deletion, lineage);
        raised.deletion = true;
    }
    Ok((joined, raised))
}

/// Checks a session of the server that is not on this device: one that was made or changed under the current id shows
/// that this folder was restored from a backup.
pub(crate) fn meet(
    connection: &Connection,
    lineage: &mut Lineage,
    theirs: &Session,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for id in [theirs.deviceid, theirs.details.deviceid, theirs.deletion.deviceid] {
        lineage.meet_unknown(connection, id, now)?;
    }
    Ok(())
}

/// Returns whether `theirs` was set by this installation and this folder does not know it.
fn is_unknown<T: PartialEq>(lineage: &Lineage, ours: &Register<T>, theirs: &Register<T>) -> bool {
    let order = (theirs.revision, theirs.deviceid).cmp(&(ours.revision, ours.deviceid));
    lineage.holds(theirs.deviceid)
        && (order.is_gt() || (order.is_eq() && theirs.value != ours.value))
}

/// Returns whether `ours` was set after `theirs`, which was not known then.
fn is_later<T>(lineage: &Lineage, ours: &Register<T>, theirs: &Register<T>) -> bool {
    let same = (ours.revision, ours.deviceid) == (theirs.revision, theirs.deviceid);
    same || lineage.comes_after(ours.deviceid, theirs.deviceid)
}

/// Returns `ours` with a revision above that of `theirs`, set by the current device id.
fn raise<T: Clone>(ours: &Register<T>, theirs: &Register<T>, lineage: &Lineage) -> Register<T> {
    let above = Register { revision: theirs.revision, ..ours.clone() };
    above.set(ours.value.clone(), lineage.current())
}
