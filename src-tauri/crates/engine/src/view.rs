//! Makes the views that clients receive from the data of the core and the store.

use crate::protocol::{FinishedView, OwnerState, OwnerView, PhaseView, SitView, UnsettledView};
use chrono::SecondsFormat;
use std::time::Duration;
use zafu_core::ids::UserId;
use zafu_core::plan::Length;
use zafu_core::session::Session;
use zafu_core::time::{BootTime, Seconds, WallTime};
use zafu_core::timer::{Phase, Sit, Unsettled};
use zafu_store::{ClosedReason, Owner, ReadSits, StoreError};

/// Formats a time as RFC 3339 with its UTC offset.
#[must_use]
pub fn moment(at: WallTime) -> String {
    at.with_offset().to_rfc3339_opts(SecondsFormat::Secs, false)
}

pub(crate) fn planned(seconds: Seconds) -> Option<Seconds> {
    (seconds != Seconds::ZERO).then_some(seconds)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn sit(sit: &Sit, now: BootTime) -> SitView {
    let elapsed = sit.elapsed(now);
    let overtime = match sit.phase {
        Phase::Overtime { since, .. } => now.since(since),
        _ => Duration::ZERO,
    };
    SitView {
        id: sit.id,
        phase: match sit.phase {
            Phase::Preparing { .. } => PhaseView::Preparing,
            Phase::Sitting { .. } => PhaseView::Sitting,
            Phase::Paused { .. } => PhaseView::Paused,
            Phase::Overtime { .. } => PhaseView::Overtime,
        },
        planned_seconds: planned(sit.plan.length.seconds()),
        preparation_seconds: Seconds(sit.plan.preparation.get()),
        preparation_left_ms: millis(sit.preparation_left(now)),
        elapsed_ms: millis(elapsed),
        overtime_ms: millis(overtime),
        started_at: moment(sit.started),
        overtime: sit.plan.overtime,
    }
}

pub(crate) fn unsettled(unsettled: &Unsettled) -> UnsettledView {
    let gap = unsettled.gap_ended.utc - unsettled.gap_began.utc;
    UnsettledView {
        id: unsettled.id,
        planned_seconds: match unsettled.length {
            Length::Timed(seconds) => Some(Seconds(seconds.get())),
            Length::Open => None,
        },
        started_at: moment(unsettled.started),
        sat_before_gap_seconds: unsettled.sat_before_gap,
        overtime_seconds: unsettled.overtime(),
        sat_with_gap_seconds: unsettled.sat_with_gap,
        gap_seconds: Seconds::floor(gap.to_std().unwrap_or_default()),
        gap_began_at: moment(unsettled.gap_began),
        reason: unsettled.reason,
    }
}

pub(crate) fn finished(
    session: &Session,
    owner: Option<UserId>,
    label: Option<String>,
    saved: bool,
) -> FinishedView {
    FinishedView {
        id: session.id,
        planned_seconds: planned(session.lifecycle.sitlength),
        sat_seconds: session.effective_length(),
        complete: session.lifecycle.is_completed(),
        saved,
        started_at: moment(session.effective_start()),
        note: session.details.value.note.clone(),
        label: label.unwrap_or_default(),
        owner,
    }
}

/// Returns every owner of sits in the database, the account in use first.
///
/// # Errors
/// The owners cannot be read.
pub fn owners(store: &impl ReadSits) -> Result<Vec<OwnerView>, StoreError> {
    Ok(store.owners()?.into_iter().map(owner).collect())
}

/// Makes the view of an owner.
pub(crate) fn owner(owner: Owner) -> OwnerView {
    let Owner { account, sits, deleted, unsent, local_only } = owner;
    let state = match &account {
        None => OwnerState::Nobody,
        Some(account) if account.signed_in => OwnerState::SignedIn,
        Some(account) => match account.closed {
            None => OwnerState::SignedOut,
            Some(ClosedReason::Deleted) => OwnerState::Deleted,
            Some(ClosedReason::Replaced) => OwnerState::Replaced,
        },
    };
    let shown = account.as_ref().is_none_or(|account| account.shown);
    let (id, email, project) =
        account.map(|account| (Some(account.id), account.email, account.url)).unwrap_or_default();
    OwnerView { id, email, project, state, shown, sits, deleted, unsent, local_only }
}
