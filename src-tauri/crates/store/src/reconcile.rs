//! Merges a session with the state of it that the server has.
//!
//! Copies are merged by the rules of [`zafu_core::session`], for which a pair of revision and device id identifies one
//! change. After a restore of the folder from a backup, or on a cloned computer, the same pair can occur twice. A
//! change under a device id of this installation that this folder does not know shows that. This installation then
//! takes a new device id, and the later changes of the user get a revision above that of the server, so that they win.
//! If the order of two changes cannot be determined, the server's change wins, so that all devices converge.

use crate::StoreError;
use crate::device::Lineage;
use crate::outbox::Edited;
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use zafu_core::session::{Register, Session};

/// Merges `ours` and `theirs`. `edited` are the changes by the user to `ours` since the server last confirmed it.
/// Returns the result, and the parts whose revision was raised above that of `theirs`.
pub(crate) fn join(
    connection: &Connection,
    lineage: &mut Lineage,
    ours: &Session,
    theirs: &Session,
    edited: Edited,
    now: DateTime<Utc>,
) -> Result<(Session, Edited), StoreError> {
    // Both are met before one is raised, since each can change the device id.
    for (is_unknown, deviceid) in [
        (is_unknown(lineage, &ours.details, &theirs.details), theirs.details.deviceid),
        (is_unknown(lineage, &ours.deletion, &theirs.deletion), theirs.deletion.deviceid),
    ] {
        if is_unknown {
            lineage.meet_unknown(connection, deviceid, now)?;
        }
    }
    let mut joined = theirs.clone().join(ours);
    let mut raised = Edited::NOTHING;
    (joined.details, raised.details) =
        join_register(connection, lineage, &ours.details, &theirs.details, edited.details, now)?;
    (joined.deletion, raised.deletion) =
        join_register(connection, lineage, &ours.deletion, &theirs.deletion, edited.deletion, now)?;
    Ok((joined, raised))
}

/// Merges two copies of one register, as [`join`] does for a session. Returns whether the revision of `ours` was raised above
/// that of `theirs`.
pub(crate) fn join_register<T: Clone + PartialEq>(
    connection: &Connection,
    lineage: &mut Lineage,
    ours: &Register<T>,
    theirs: &Register<T>,
    is_edited: bool,
    now: DateTime<Utc>,
) -> Result<(Register<T>, bool), StoreError> {
    let is_unknown = is_unknown(lineage, ours, theirs);
    if is_unknown {
        lineage.meet_unknown(connection, theirs.deviceid, now)?;
    }
    if is_unknown && is_edited && is_later(lineage, ours, theirs) {
        return Ok((raise(ours, theirs, lineage), true));
    }
    Ok((theirs.clone().join(ours), false))
}

/// Checks a session of the server that is not on this device. If it was created or changed under the current device id,
/// this folder was restored from a backup, and the installation takes a new id.
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

/// Returns whether `theirs` was set by this installation and is unknown to this folder.
fn is_unknown<T: PartialEq>(lineage: &Lineage, ours: &Register<T>, theirs: &Register<T>) -> bool {
    let order = (theirs.revision, theirs.deviceid).cmp(&(ours.revision, ours.deviceid));
    lineage.holds(theirs.deviceid)
        && (order.is_gt() || (order.is_eq() && theirs.value != ours.value))
}

/// Returns whether `ours` was set after `theirs`, although `theirs` was unknown at that time.
fn is_later<T>(lineage: &Lineage, ours: &Register<T>, theirs: &Register<T>) -> bool {
    let same = (ours.revision, ours.deviceid) == (theirs.revision, theirs.deviceid);
    same || lineage.comes_after(ours.deviceid, theirs.deviceid)
}

/// Returns `ours` with a revision above that of `theirs`, under the current device id.
fn raise<T: Clone>(ours: &Register<T>, theirs: &Register<T>, lineage: &Lineage) -> Register<T> {
    let above = Register { revision: theirs.revision, ..ours.clone() };
    above.set(ours.value.clone(), lineage.current())
}
