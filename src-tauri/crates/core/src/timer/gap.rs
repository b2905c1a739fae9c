//! Gaps: time that the engine did not see because the computer was suspended or restarted or Zafu was not running.

use super::{Active, GapReason, Phase, Ring, Sit};
use crate::bells::Role;
use crate::time::Moment;
use std::time::Duration;

/// A shorter gap is ignored.
const IGNORED_UP_TO: Duration = Duration::from_secs(60);
/// A timed sit whose planned end is still ahead continues after a gap of up to this.
const CONTINUES_UP_TO: Duration = Duration::from_secs(5 * 60);

/// Returns why the gap since the sit was last seen leaves it unsettled; none: the sit continues.
pub(super) fn unsettles(sit: &Sit, unseen: GapReason, now: Moment) -> Option<GapReason> {
    if now.boot_id != sit.seen.boot_id {
        return Some(GapReason::Restarted);
    }
    let gap = now.boot.since(sit.seen.boot);
    let end_is_ahead = sit.end_due().is_some_and(|end| end > now.boot);
    let continues = match sit.phase {
        // A pause counts no time.
        Phase::Paused { .. } => true,
        Phase::Preparing { .. } | Phase::Sitting { .. } => end_is_ahead && gap <= CONTINUES_UP_TO,
        Phase::Overtime { .. } => false,
    };
    (gap > IGNORED_UP_TO && !continues).then_some(unseen)
}

/// Returns the end bell of a sit whose planned end was during the gap, if it is not too late for it.
pub(super) fn late_end_bell(active: &Active, reason: GapReason, now: Moment) -> Option<Ring> {
    if reason == GapReason::Restarted || matches!(active.sit.phase, Phase::Overtime { .. }) {
        return None;
    }
    let (last, bell) = active.bells.len().checked_sub(1).zip(active.bells.last())?;
    let ring = active.bell(last).filter(|_| bell.role == Role::End)?;
    let late = now.boot.since(ring.due);
    (ring.due <= now.boot && late < Role::End.grace()).then_some(ring)
}
