//! What an engine that is gone has left, and the person's word on it while none runs.
//!
//! A sit that was cut off waits like one that is unsettled: whether it could go on is decided by an engine that
//! takes it up, and there is none.

use crate::protocol::{IpcError, UnsettledView};
use crate::view;
use zafu_core::ids::SessionId;
use zafu_core::time::Moment;
use zafu_core::timer::{
    Answer, Command, Effect, GapReason, OpenSit, Rejection, Save, Timer, Unsettled,
};
use zafu_store::{ReadSits, Store, StoreError};

/// The sits that wait, oldest first, as of `now`.
///
/// # Errors
/// They cannot be read.
pub fn waiting(store: &impl ReadSits, now: Moment) -> Result<Vec<UnsettledView>, StoreError> {
    let left = store.open_sits()?;
    Ok(left.iter().map(|open| view::unsettled(&unsettled(open, now))).collect())
}

/// Takes the person's word on a sit that waits; none named: the oldest.
///
/// # Errors
/// No such sit waits, or the answer cannot be saved. Then it goes on waiting.
pub fn resolve(
    store: &Store,
    id: Option<SessionId>,
    answer: Answer,
    now: Moment,
) -> Result<(), IpcError> {
    let left: Vec<_> = store.open_sits()?.iter().map(|open| unsettled(open, now)).collect();
    let id =
        id.or_else(|| left.first().map(|oldest| oldest.id)).ok_or(Rejection::NothingToResolve)?;
    let chosen =
        left.iter().find(|one| one.id == id).copied().ok_or(Rejection::NothingToResolve)?;
    let (mut timer, _) = Timer::recover(left.into_iter().map(OpenSit::Unsettled).collect(), now);
    // Cut off or unsettled before: from here on it is unsettled, and then what the person says.
    let mut saves = vec![Save::Unsettle(chosen)];
    for effect in timer.apply(Command::Resolve { id, answer }, now) {
        match effect {
            Effect::Save(save) => saves.push(save),
            Effect::Reject(rejection) => return Err(rejection.into()),
            _ => {}
        }
    }
    Ok(store.save(&saves)?)
}

fn unsettled(open: &OpenSit, now: Moment) -> Unsettled {
    match open {
        OpenSit::Unsettled(known) => *known,
        OpenSit::Running(sit) if sit.seen.boot_id == now.boot_id => {
            Unsettled::new(sit, GapReason::Stopped, now)
        }
        OpenSit::Running(sit) => Unsettled::new(sit, GapReason::Restarted, now),
    }
}
