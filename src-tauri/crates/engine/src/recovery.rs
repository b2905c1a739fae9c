//! Recovery without an engine: reads and resolves the open sits that an engine left when it stopped.
//!
//! An interrupted sit counts as unsettled here: only a running engine can continue it.

use crate::protocol::{IpcError, UnsettledView};
use crate::view;
use zafu_core::ids::SessionId;
use zafu_core::time::Moment;
use zafu_core::timer::{
    Answer, Command, Effect, GapReason, OpenSit, Rejection, Save, Timer, Unsettled,
};
use zafu_store::{ReadSits, Store, StoreError};

/// Returns the unsettled sits at `now`, oldest first.
///
/// # Errors
/// The open sits cannot be read.
pub fn unsettled_sits(
    store: &impl ReadSits,
    now: Moment,
) -> Result<Vec<UnsettledView>, StoreError> {
    let open_sits = store.open_sits()?;
    Ok(open_sits.iter().map(|open| view::unsettled(&as_unsettled(open, now))).collect())
}

/// Resolves the gap of the unsettled sit `id`, or of the oldest one if `id` is `None`.
///
/// # Errors
/// There is no such unsettled sit, or the answer cannot be saved: then the sit stays unsettled.
pub fn resolve_sit(
    store: &Store,
    id: Option<SessionId>,
    answer: Answer,
    now: Moment,
) -> Result<(), IpcError> {
    let unsettled: Vec<_> = store.open_sits()?.iter().map(|open| as_unsettled(open, now)).collect();
    let id = id
        .or_else(|| unsettled.first().map(|oldest| oldest.id))
        .ok_or(Rejection::NothingToResolve)?;
    let chosen =
        unsettled.iter().find(|one| one.id == id).copied().ok_or(Rejection::NothingToResolve)?;
    let (mut timer, _) =
        Timer::recover(unsettled.into_iter().map(OpenSit::Unsettled).collect(), now);
    // An interrupted sit becomes unsettled first.
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

fn as_unsettled(open: &OpenSit, now: Moment) -> Unsettled {
    match open {
        OpenSit::Unsettled(known) => *known,
        OpenSit::Running(sit) if sit.seen.boot_id == now.boot_id => {
            Unsettled::new(sit, GapReason::Stopped, now)
        }
        OpenSit::Running(sit) => Unsettled::new(sit, GapReason::Restarted, now),
    }
}
