//! Decides what the sync does next. Pure: time and jitter are arguments.
//!
//! A failed request is retried, and its rows stay pending. A row becomes a dead letter only if it fails alone while others
//! pass.

mod backoff;
mod batch;
mod policy;
mod token;

use crate::error_class::ErrorClass;
use crate::remote::{Fault, PullLimit, RemoteError};
use backoff::{Backoff, fraction};
use batch::BatchSize;
use policy::*;
use std::time::Duration;
use token::TokenState;
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::time::BootTime;
use zafu_store::Cursor;

/// A reason to check whether there is something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wakeup {
    /// A session was started, ended or changed on this device.
    LocalChange,
    /// The computer's network addresses changed.
    NetworkChange,
    /// The computer was resumed after a suspend.
    Resume,
    /// The user opened or focused the window.
    WindowFocus,
    /// The user requested a sync.
    Request,
    /// The user signed in.
    SignIn,
    /// The user decided what happens to the sessions of this device after an erasure.
    ErasureDecision,
}

/// What the planner needs to know of the store. By default nobody is signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreView {
    /// The signed-in account.
    pub account: Option<UserId>,
    /// How far the server was read.
    pub cursor: Option<Cursor>,
    /// Whether anything is pending.
    pub has_outgoing: bool,
    /// Whether labels are to be sent or read.
    pub labels_due: bool,
    /// Whether something about the partner is to be sent or read.
    pub partner_due: bool,
    /// Whether something is to be sent by which the partner sees less: fewer details, or nothing.
    pub narrows: bool,
    /// Whether digests are to be compared: nothing is pending or rejected, and it was not done in the last 24 hours.
    pub comparison_due: bool,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Refresh the access token.
    RefreshToken,
    /// Run the server's health check.
    CheckHealth,
    /// Push pending rows.
    Push {
        /// How many at most.
        rows: u32,
        /// Their size together, in bytes, about.
        bytes: u32,
    },
    /// Pull the next rows.
    Pull(PullLimit),
    /// Send changed labels and read all labels.
    SyncLabels,
    /// Send only that by which the partner sees less, and read all about the partner.
    Narrow,
    /// Send what the user has changed about their partner, and read all of it.
    SyncPartner,
    /// Compare digests.
    CompareDigests,
    /// Nothing for now.
    Wait(Wait),
}

/// How long nothing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until this time, or a wake-up.
    Until(BootTime),
    /// Until a wake-up.
    ForWakeup,
}

/// A reason for which the sync stands still although there is something to do. Everything is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The token cannot be refreshed: the user must sign in.
    SignIn,
    /// The account is blocked.
    AccountBlocked,
    /// The project's key is rejected.
    KeyRejected,
    /// The account was deleted.
    AccountDeleted,
    /// The account's sessions were erased: the user must decide what happens to those of this device.
    Erased(Uuid),
    /// The server fails in a way that only a wrong configuration explains.
    Misconfigured(RemoteError),
    /// The server's health check has findings.
    Unhealthy(Vec<String>),
    /// The server serves only this version of Zafu and later ones.
    ClientTooOld(String),
}

impl Hold {
    /// Whether it can end without the user of this device.
    const fn is_probed(&self) -> bool {
        match self {
            Self::SignIn | Self::Erased(_) => false,
            Self::AccountBlocked
            | Self::KeyRejected
            | Self::AccountDeleted
            | Self::Misconfigured(_)
            | Self::Unhealthy(_)
            | Self::ClientTooOld(_) => true,
        }
    }
}

/// The result of a push, in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushResult {
    /// Rows that were sent.
    pub rows: u32,
    /// Rows that will not be sent again as they were.
    pub resolved: u32,
    /// Whether this device has read everything up to the server's new cursor.
    pub caught_up: bool,
    /// Whether an earlier request, which was in flight at the same time, has failed.
    pub after_failure: bool,
}

/// What happens to the rows of a push that failed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureAction {
    /// They stay pending.
    Retry,
    /// It was one row, which can never be stored: it becomes a dead letter.
    Reject,
    /// It was one row, and the server is at fault: it is sent after all others.
    Defer,
    /// The server is at fault: dead letters of failed requests become pending again.
    RetryDeadLetters,
}

/// What a comparison of digests, or the pull after it, shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Nothing yet.
    Inconclusive,
    /// It is done for today: the digests agree, or the server changes too often to tell.
    Done,
    /// This device and the server differ: everything must be sent and read again.
    Differs,
}

/// What is synced beside the sessions. A failure never delays them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Labels.
    Labels,
    /// The profile, the target and the partner.
    Partner,
}

/// The failures of one [`Side`].
#[derive(Clone, Debug, Default)]
struct SideState {
    backoff: Backoff,
    failure: Option<RemoteError>,
}

/// Decides what the sync does next. Its state is for one account, and lost with the process.
#[derive(Clone, Debug)]
pub struct Planner {
    account: Option<UserId>,
    push_size: BatchSize,
    pull_size: BatchSize,
    token: TokenState,
    backoff: Backoff,
    /// Whether a push has caused the backoff.
    push_backs_off: bool,
    labels: SideState,
    partner: SideState,
    hold: Option<Hold>,
    /// Whether a push has caused `hold`: then only a push can end it.
    held_by_push: bool,
    /// When the server is tried again in spite of `hold`.
    probe_at: Option<BootTime>,
    /// Consecutive failures that caused a hold.
    probes: u32,
    last_failure: Option<RemoteError>,
    healthy_until: Option<BootTime>,
    pulled_at: Option<BootTime>,
    pull_at: BootTime,
    /// Consecutive rows that became dead letters because their request failed.
    rejected: u32,
    /// Whether the last push was of one row that was deferred.
    has_deferred: bool,
    /// Whether the last push was answered fast, with an outcome for each row.
    fast_push: bool,
    /// The digests differed when the server was read up to this cursor.
    differed_at: Option<Cursor>,
    /// Consecutive comparisons without a result.
    comparisons: u32,
}

impl Planner {
    /// Creates a planner that knows nothing of the server yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            account: None,
            push_size: BatchSize::new(PUSH_ROWS),
            pull_size: BatchSize::new(PULL_ROWS),
            token: TokenState::new(),
            backoff: Backoff::default(),
            push_backs_off: false,
            labels: SideState::default(),
            partner: SideState::default(),
            hold: None,
            held_by_push: false,
            probe_at: None,
            probes: 0,
            last_failure: None,
            healthy_until: None,
            pulled_at: None,
            pull_at: BootTime::default(),
            rejected: 0,
            has_deferred: false,
            fast_push: false,
            differed_at: None,
            comparisons: 0,
        }
    }

    /// Returns why the sync stands still, if it does.
    #[must_use]
    pub const fn hold(&self) -> Option<&Hold> {
        self.hold.as_ref()
    }

    /// Returns the last failure, unless a request has succeeded since; for one of a [`Side`], another request about
    /// it.
    #[must_use]
    pub fn last_failure(&self) -> Option<&RemoteError> {
        let sides = self.labels.failure.as_ref().or(self.partner.failure.as_ref());
        self.last_failure.as_ref().or(sides)
    }

    /// Returns whether all goes so well that a second push may be in flight behind the first.
    #[must_use]
    pub fn allows_second_push(&self) -> bool {
        self.fast_push && self.hold.is_none() && self.last_failure.is_none()
    }

    /// Records a wake-up.
    pub fn wake(&mut self, wakeup: Wakeup, now: BootTime) {
        let requested = match wakeup {
            // The store shows what is pending, and a failure does not pass because there is more to send.
            Wakeup::LocalChange => return,
            Wakeup::NetworkChange | Wakeup::Resume | Wakeup::WindowFocus => false,
            Wakeup::Request | Wakeup::SignIn | Wakeup::ErasureDecision => true,
        };
        self.backoff.wake(requested, now);
        self.labels.backoff.wake(requested, now);
        self.partner.backoff.wake(requested, now);
        let soonest = match self.pulled_at {
            Some(at) if !requested => (at + MIN_PULL_INTERVAL).max(now),
            _ => now,
        };
        self.pull_at = self.pull_at.min(soonest);
        if requested {
            // The user may have removed the cause.
            self.hold = None;
            self.token.reset();
            self.healthy_until = None;
        } else if let Some(probe_at) = &mut self.probe_at {
            *probe_at = (*probe_at).min((self.backoff.failed_at + MIN_PROBE_DELAY).max(now));
        }
    }

    /// Returns what to do next.
    pub fn next(&mut self, store: StoreView, now: BootTime) -> Action {
        if store.account != self.account {
            let backoff = self.backoff.for_other_account();
            *self = Self { account: store.account, backoff, ..Self::new() };
        }
        if store.account.is_none() {
            return Action::Wait(Wait::ForWakeup);
        }
        if self.held_by_push && !store.has_outgoing {
            (self.hold, self.held_by_push) = (None, false);
        }
        // The user expects it at once, and pushes may take hours, or fail for a day.
        let narrows_at = store.narrows.then(|| self.partner.backoff.until());
        if self.hold.is_some() {
            let narrows_at = narrows_at.filter(|_| self.held_by_push);
            match [self.probe_at, narrows_at].into_iter().flatten().min() {
                Some(at) if at <= now => {}
                Some(at) => return Action::Wait(Wait::Until(at)),
                None => return Action::Wait(Wait::ForWakeup),
            }
        }
        let until = match narrows_at {
            Some(at) if self.push_backs_off => at.min(self.backoff.until()),
            _ => self.backoff.until(),
        };
        if now < until {
            return Action::Wait(Wait::Until(until));
        }
        if self.token.needs_refresh() {
            return Action::RefreshToken;
        }
        if self.healthy_until.is_none_or(|until| until <= now) {
            return Action::CheckHealth;
        }
        if narrows_at.is_some_and(|at| at <= now) {
            return Action::Narrow;
        }
        // After a start and an outage, a device pulls before it pushes: only then does it know of an erasure, and of what it
        // need not send. While it runs, it knows what was so at the last pull.
        if store.cursor.is_none() || (self.pull_at <= now && !self.postpones_pull(store, now)) {
            return Action::Pull(PullLimit { rows: self.pull_size.rows(), bytes: PULL_BYTES });
        }
        if store.has_outgoing {
            return Action::Push { rows: self.push_size.rows(), bytes: PUSH_BYTES };
        }
        let (labels_at, partner_at) = (self.labels.backoff.until(), self.partner.backoff.until());
        if store.labels_due && labels_at <= now {
            return Action::SyncLabels;
        }
        if store.partner_due && partner_at <= now {
            return Action::SyncPartner;
        }
        if store.comparison_due {
            return Action::CompareDigests;
        }
        let sides = [(store.labels_due, labels_at), (store.partner_due, partner_at)];
        let due = sides.into_iter().filter(|(is_due, _)| *is_due).map(|(_, at)| at);
        Action::Wait(Wait::Until(due.fold(self.pull_at, BootTime::min)))
    }

    /// Whether pending rows go first: a pull can wait for a minute.
    fn postpones_pull(&self, store: StoreView, now: BootTime) -> bool {
        store.has_outgoing && self.pulled_at.is_some_and(|at| now < at + MIN_PULL_INTERVAL)
    }

    /// Records a health check. `oldest_client` is the oldest version that the server serves, if this one is older.
    pub fn record_health(
        &mut self,
        findings: Vec<String>,
        oldest_client: Option<String>,
        now: BootTime,
        jitter: u32,
    ) {
        if let Some(oldest) = oldest_client {
            self.stop(Hold::ClientTooOld(oldest), now, jitter);
        } else if findings.is_empty() {
            self.healthy_until = Some(now + HEALTH_VALID);
            if matches!(
                self.hold,
                Some(Hold::Unhealthy(_) | Hold::ClientTooOld(_) | Hold::KeyRejected)
            ) {
                self.hold = None;
            }
        } else {
            self.stop(Hold::Unhealthy(findings), now, jitter);
        }
    }

    /// Records how many rows the server accepts in one push.
    pub fn limit_push(&mut self, rows: u32) {
        self.push_size.limit(PUSH_ROWS.1.min(rows));
    }

    /// Records a token refresh.
    pub fn record_refresh(&mut self, now: BootTime) {
        self.token.refreshed(now);
        self.last_failure = None;
    }

    /// Records a push whose response was applied.
    pub fn record_push(&mut self, push: PushResult, took: Duration, now: BootTime, jitter: u32) {
        if !push.caught_up {
            self.pull_at = self.pull_at.min(now);
        }
        if push.after_failure {
            // It was sent before the failure, and tells nothing about the time since.
            return;
        }
        (self.rejected, self.has_deferred) = (0, false);
        self.fast_push = push.resolved == push.rows && took <= FAST_RESPONSE;
        if push.resolved > 0 {
            self.held_by_push = false;
            self.succeed();
        }
        if push.resolved < push.rows {
            // Rows without an outcome are sent again, but not at once.
            self.back_off(Fault::InvalidResponse.into(), now, jitter);
            self.push_backs_off = true;
        } else {
            self.push_size.grow(push.rows, took);
        }
    }

    /// Records a pull whose response was applied, with the server's cursor after it.
    pub fn record_pull(
        &mut self,
        rows: u32,
        more: bool,
        cursor: Cursor,
        took: Duration,
        now: BootTime,
    ) -> Comparison {
        self.succeed();
        self.pull_size.grow(rows, took);
        if more {
            self.pull_at = now;
            return Comparison::Inconclusive;
        }
        self.pulled_at = Some(now);
        self.pull_at = now + POLL_INTERVAL;
        match self.differed_at.take() {
            Some(at) if at == cursor => Comparison::Differs,
            _ => Comparison::Inconclusive,
        }
    }

    /// Records labels that were sent and read. Unless they are `resolved`, the server has ignored some of them.
    pub fn record_labels(&mut self, resolved: bool, caught_up: bool, now: BootTime, jitter: u32) {
        if !caught_up {
            self.pull_at = self.pull_at.min(now);
        }
        self.record_side(Side::Labels, resolved, now, jitter);
    }

    /// Records that a request about a side was answered. Unless it is `resolved`, the server has ignored some of it.
    pub fn record_side(&mut self, side: Side, resolved: bool, now: BootTime, jitter: u32) {
        if self.push_backs_off && now < self.backoff.until() {
            // This tells nothing about pushes.
            self.token.accepted();
        } else {
            self.succeed();
        }
        let state = self.side(side);
        state.failure = None;
        if resolved {
            state.backoff.succeed();
        } else {
            self.side_failed(side, Fault::InvalidResponse.into(), now, jitter);
        }
    }

    /// Records that a request about a side failed. Sessions go on as before.
    pub fn side_failed(&mut self, side: Side, error: RemoteError, now: BootTime, jitter: u32) {
        let class = error.class();
        if class != ErrorClass::Session || !self.token.reject(now) {
            let passes =
                matches!(class, ErrorClass::Session | ErrorClass::Transient | ErrorClass::TooSlow);
            // What does not pass by itself is tried as rarely as a misconfigured server.
            let retry_after = if passes {
                error.retry_after
            } else {
                error.retry_after.max(Some(PROBE_INTERVAL.0))
            };
            self.side(side).backoff.fail(retry_after, now, jitter);
        }
        self.side(side).failure = Some(error);
    }

    const fn side(&mut self, side: Side) -> &mut SideState {
        match side {
            Side::Labels => &mut self.labels,
            Side::Partner => &mut self.partner,
        }
    }

    /// Records that the cursor was reset: everything is pulled again.
    pub fn record_reset(&mut self, now: BootTime) {
        self.succeed();
        self.differed_at = None;
        self.pull_at = now;
    }

    /// Records whether the digests were the `same`, with the server read up to `cursor`.
    pub fn record_comparison(
        &mut self,
        same: bool,
        cursor: Option<Cursor>,
        now: BootTime,
    ) -> Comparison {
        self.succeed();
        self.comparisons += 1;
        if same || self.comparisons > MAX_COMPARISONS {
            self.comparisons = 0;
            return Comparison::Done;
        }
        // Another device may have pushed since: a pull will tell.
        self.differed_at = cursor;
        self.pull_at = now;
        Comparison::Inconclusive
    }

    /// Records that the account's sessions were erased, and this device has not agreed to it.
    pub fn record_erasure(&mut self, erasure_id: Uuid) {
        self.succeed();
        self.hold = Some(Hold::Erased(erasure_id));
        self.held_by_push = false;
        self.probe_at = None;
    }

    /// Records that the store failed: the same is done again later.
    pub fn store_failed(&mut self, now: BootTime, jitter: u32) {
        self.backoff.fail(None, now, jitter);
        self.push_backs_off = false;
    }

    /// Records that a push of `rows` rows failed as a whole. `texts` is the size of the first row's texts, in bytes.
    pub fn push_failed(
        &mut self,
        error: RemoteError,
        rows: u32,
        texts: usize,
        now: BootTime,
        jitter: u32,
    ) -> FailureAction {
        let class = error.class();
        match class {
            // The fault of one of them, or of all together: half of them will tell.
            ErrorClass::Row | ErrorClass::Derived | ErrorClass::TooLarge if rows > 1 => {
                self.push_size.halve(rows);
                self.last_failure = Some(error);
                return FailureAction::Retry;
            }
            ErrorClass::Row | ErrorClass::TooLarge => {
                let rows_fault = class == ErrorClass::Row || texts > SMALL_ROW;
                if rows_fault && self.rejected < MAX_REJECTED_IN_A_ROW {
                    self.rejected += 1;
                    return FailureAction::Reject;
                }
                self.rejected = 0;
                self.stop_pushing(error, now, jitter);
                return if rows_fault {
                    FailureAction::RetryDeadLetters
                } else {
                    FailureAction::Retry
                };
            }
            ErrorClass::Derived => {
                // A second one in a row shows that it is not one odd row.
                if self.has_deferred {
                    self.stop_pushing(error, now, jitter);
                } else {
                    self.has_deferred = true;
                    self.last_failure = Some(error);
                    // The health check may tell the cause.
                    self.healthy_until = None;
                }
                return FailureAction::Defer;
            }
            ErrorClass::Configuration => {
                self.stop_pushing(error, now, jitter);
                return FailureAction::Retry;
            }
            ErrorClass::TooSlow => self.push_size.halve(rows),
            _ => {}
        }
        self.request_failed(error, now, jitter);
        self.push_backs_off = true;
        FailureAction::Retry
    }

    /// Records that a pull failed.
    pub fn pull_failed(&mut self, error: RemoteError, now: BootTime, jitter: u32) {
        if matches!(error.class(), ErrorClass::TooSlow | ErrorClass::TooLarge) {
            self.pull_size.halve(self.pull_size.rows());
        }
        self.request_failed(error, now, jitter);
    }

    /// Records that a token refresh failed. The user must sign in only if the refresh token itself was rejected.
    pub fn refresh_failed(&mut self, error: RemoteError, now: BootTime, jitter: u32) {
        match error.class() {
            ErrorClass::Session => self.back_off(error, now, jitter),
            // Another process may have refreshed it a moment ago.
            ErrorClass::SignIn if is_used(&error) && !self.token.reported_used => {
                self.token.reported_used = true;
                self.back_off(error, now, jitter);
            }
            _ => self.request_failed(error, now, jitter),
        }
    }

    /// Records that a request of any kind failed.
    pub fn request_failed(&mut self, error: RemoteError, now: BootTime, jitter: u32) {
        match error.class() {
            ErrorClass::Session if self.token.reject(now) => self.last_failure = Some(error),
            ErrorClass::SignIn => self.stop(Hold::SignIn, now, jitter),
            ErrorClass::Blocked => self.stop(Hold::AccountBlocked, now, jitter),
            ErrorClass::Key => self.stop(Hold::KeyRejected, now, jitter),
            ErrorClass::Account => self.stop(Hold::AccountDeleted, now, jitter),
            ErrorClass::Configuration => self.stop(Hold::Misconfigured(error), now, jitter),
            // A new token that is rejected is good: the server's clock is behind, or its keys are outdated.
            ErrorClass::Session
            | ErrorClass::Transient
            | ErrorClass::TooSlow
            | ErrorClass::TooLarge
            | ErrorClass::Row
            | ErrorClass::Derived
            | ErrorClass::Unknown => self.back_off(error, now, jitter),
        }
    }

    fn succeed(&mut self) {
        self.backoff.succeed();
        self.push_backs_off = false;
        self.last_failure = None;
        self.token.accepted();
        if !self.held_by_push {
            self.hold = None;
            self.probes = 0;
        }
    }

    fn back_off(&mut self, error: RemoteError, now: BootTime, jitter: u32) {
        self.backoff.fail(error.retry_after, now, jitter);
        self.push_backs_off = false;
        self.last_failure = Some(error);
    }

    /// Puts the sync on hold for a fault of the server that only pushes show.
    fn stop_pushing(&mut self, error: RemoteError, now: BootTime, jitter: u32) {
        self.stop(Hold::Misconfigured(error), now, jitter);
        self.held_by_push = true;
    }

    fn stop(&mut self, hold: Hold, now: BootTime, jitter: u32) {
        let longest = PROBE_INTERVAL.1.min(PROBE_INTERVAL.0 * (1 << self.probes.min(8)));
        self.probes = self.probes.saturating_add(1);
        // At least half of it: few devices probe, and a misconfigured server is not mended in seconds.
        let probe_at = now + longest / 2 + fraction(longest / 2, jitter);
        self.probe_at = hold.is_probed().then_some(probe_at);
        self.last_failure = None;
        self.backoff.failed_at = now;
        // The probe begins with a health check: what it found may be repaired.
        self.healthy_until = None;
        // If nothing is pending, a pull shows whether the hold is over.
        self.pull_at = self.pull_at.min(now);
        self.hold = Some(hold);
        self.held_by_push = false;
    }
}

impl Default for Planner {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether the server reports that the refresh token was used before.
fn is_used(error: &RemoteError) -> bool {
    matches!(&error.fault, Fault::Status { code: Some(code), .. } if code == "refresh_token_already_used")
}

#[cfg(test)]
mod tests;
