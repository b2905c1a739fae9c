//! Makes the views that clients receive from the data of the core and the store.

use crate::protocol::{
    FinishedView, LogOwner, LogRequest, OwnerState, OwnerView, PhaseView, SitRecord, SitView,
    StageView, UnsettledView,
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use std::time::Duration;
use zafu_core::day::{DayStart, day_of};
use zafu_core::ids::{SessionId, SessionRef, UserId};
use zafu_core::plan::Length;
use zafu_core::session::{Lifecycle, Session, Stage};
use zafu_core::time::{BootTime, Seconds, WallTime};
use zafu_core::timer::{OpenSit, Phase, Sit, Unsettled};
use zafu_store::{
    ClosedReason, LogFilter, LogPosition, LogQuery, Owner, OwnerFilter, ReadSits, StoreError,
};

/// Formats a time as RFC 3339 with its UTC offset.
#[must_use]
pub fn moment(at: WallTime) -> String {
    at.with_offset().to_rfc3339_opts(SecondsFormat::Secs, false)
}

fn planned(seconds: Seconds) -> Option<Seconds> {
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

pub(crate) fn finished(session: &Session, saved: bool) -> FinishedView {
    FinishedView {
        id: session.id,
        planned_seconds: planned(session.lifecycle.sitlength),
        sat_seconds: session.effective_length(),
        complete: session.lifecycle.is_completed(),
        saved,
        started_at: moment(session.effective_start()),
        note: session.details.value.note.clone(),
        label: session.details.value.label.clone(),
    }
}

/// Makes the records of the log. An open session of another device may still be running there.
pub(crate) struct Log {
    now: DateTime<Utc>,
    /// The open sits of this device.
    open: Vec<SessionId>,
    /// The hour at which the user's day begins.
    day_start: DayStart,
}

/// A timed sit of another device counts as unfinished this long after its planned end: it may have been paused.
const GRACE: TimeDelta = TimeDelta::hours(1);
/// An open-ended sit of another device counts as unfinished this long after its start.
const LONGEST_OPEN: TimeDelta = TimeDelta::hours(24);

impl Log {
    /// Reads the open sits at `now`.
    pub fn of(store: &impl ReadSits, now: WallTime) -> Result<Self, StoreError> {
        let id = |open: &OpenSit| match open {
            OpenSit::Running(sit) => sit.id,
            OpenSit::Unsettled(unsettled) => unsettled.id,
        };
        Ok(Self {
            now: now.utc,
            open: store.open_sits()?.iter().map(id).collect(),
            day_start: store.settings()?.day_starts_at_hour,
        })
    }

    fn stage(&self, session: &Session) -> StageView {
        let Lifecycle { startedat, sitlength, stage } = session.lifecycle;
        match stage {
            Stage::EndedEarly { .. } => StageView::EndedEarly,
            Stage::Completed { .. } => StageView::Completed,
            Stage::Started if self.open.contains(&session.id) => StageView::Started,
            Stage::Started => {
                let longest = match sitlength {
                    Seconds::ZERO => LONGEST_OPEN,
                    length => TimeDelta::seconds(length.0.into()) + GRACE,
                };
                match self.now - startedat < longest {
                    true => StageView::RunningElsewhere,
                    false => StageView::Unfinished,
                }
            }
        }
    }

    /// Returns the record of a session and its owner.
    pub fn record(&self, session: &Session, owner: Option<UserId>) -> SitRecord {
        let local = |utc| moment(WallTime::new(utc, session.utcoffset));
        SitRecord {
            id: session.id,
            started_at: moment(session.effective_start()),
            day: day_of(session.effective_start(), self.day_start),
            planned_seconds: planned(session.lifecycle.sitlength),
            sat_seconds: session.effective_length(),
            stage: self.stage(session),
            ended_at: session.lifecycle.endedat().map(local),
            note: session.details.value.note.clone(),
            label: session.details.value.label.clone(),
            source: session.source,
            owner,
        }
    }
}

/// Returns sessions for the log at `now`, newest first.
///
/// # Errors
/// The sessions cannot be read.
pub fn sessions(
    store: &impl ReadSits,
    request: &LogRequest,
    now: WallTime,
) -> Result<Vec<SitRecord>, StoreError> {
    let log = Log::of(store, now)?;
    let owner = match request.owner {
        LogOwner::Shown => OwnerFilter::Shown,
        LogOwner::All => OwnerFilter::All,
        LogOwner::Of(id) => OwnerFilter::Of(id),
    };
    let of = match request.owner {
        LogOwner::Of(id) => Some(id),
        LogOwner::Shown | LogOwner::All => None,
    };
    let position = request
        .before
        .map_or(LogPosition::Newest, |id| LogPosition::After(SessionRef { id, owner: of }));
    let filter = LogFilter { owner, ..LogFilter::default() };
    let page = store.log(&LogQuery { filter, position, limit: request.limit })?;
    Ok(page.entries.iter().map(|one| log.record(&one.session, one.owner)).collect())
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
