//! What becomes of time that the engine did not see: suspended, stopped, or dead.

use super::{Active, GapReason, Phase, Ring, Sit};
use crate::bells::Role;
use crate::time::Moment;
use std::time::Duration;

/// A gap up to this counts as seen.
const COUNTS_AS_SEEN: Duration = Duration::from_secs(60);
/// A timed sit whose end is still ahead goes on in silence after a gap up to this.
const GOES_ON_AFTER: Duration = Duration::from_secs(5 * 60);

/// Whether the time since the sit was last seen leaves the sit unsettled, and why.
pub(super) fn unsettles(sit: &Sit, unseen: GapReason, now: Moment) -> Option<GapReason> {
    if now.boot_id != sit.seen.boot_id {
        return Some(GapReason::Restarted);
    }
    let gap = now.boot.since(sit.seen.boot);
    let end_is_ahead = sit.end_due().is_some_and(|end| end > now.boot);
    let goes_on = match sit.phase {
        // Nothing is counted while it stands still.
        Phase::Paused { .. } => true,
        Phase::Preparing { .. } | Phase::Sitting { .. } => end_is_ahead && gap <= GOES_ON_AFTER,
        Phase::Overtime { .. } => false,
    };
    (gap > COUNTS_AS_SEEN && !goes_on).then_some(unseen)
}

/// The end bell of a sit whose end came during a gap, if it is still worth hearing.
pub(super) fn late_end_bell(active: &Active, reason: GapReason, now: Moment) -> Option<Ring> {
    if reason == GapReason::Restarted || matches!(active.sit.phase, Phase::Overtime { .. }) {
        return None;
    }
    let (last, bell) = active.bells.len().checked_sub(1).zip(active.bells.last())?;
    let ring = active.bell(last).filter(|_| bell.role == Role::End)?;
    let late = now.boot.since(ring.due);
    (ring.due <= now.boot && late < Role::End.grace()).then_some(ring)
}
