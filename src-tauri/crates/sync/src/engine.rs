//! The sync engine: sends the requests that the planner decides on, and applies their responses to the store.
//!
//! One request is in flight at a time, or two pushes while all goes well: the second carries the rows behind the first, so
//! that a slow connection costs little. Responses are applied in the order in which the requests were started. A request
//! that is dropped has changed nothing, and its rows stay pending. The state of the engine may be lost at any time, as in a
//! panic: a new engine knows everything that the store knows.

use crate::digest::Digest;
use crate::planner::{
    Action, Comparison, FailureAction, Hold, Planner, PushResult, Side, StoreView, Wait, Wakeup,
};
use crate::remote::{
    DigestResponse, Health, LabelsResponse, PartnerResponse, PullResponse, PushResponse, Remote,
    RemoteError, ServerPartner,
};
use crate::request::{Completed, Request, Response};
use crate::wire;
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, StreamExt};
use semver::Version;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use zafu_core::ids::UserId;
use zafu_core::label::Label;
use zafu_core::time::Moment;
use zafu_store::{
    Account, Backlog, Cursor, LabelUpdate, LabelsApplied, Outgoing, PartnerApplied, PartnerChanges,
    PartnerUpdate, Pull, Pulled, Push, PushedRow, RowOutcome, ServerRow, Store, StoreError,
};

/// Minimum time between comparisons of digests.
const COMPARISON_INTERVAL: TimeDelta = TimeDelta::hours(24);
/// Labels of one request, at most. With the longest texts, they are still smaller than what the server accepts.
const LABELS_PER_REQUEST: u32 = 500;
/// A second push follows only one of this many rows: a smaller one is the last, or searches for a row that cannot be
/// stored.
const SECOND_PUSH_FROM: usize = 100;

/// Synchronizes one store with a server.
pub struct SyncEngine {
    store: Store,
    planner: Planner,
    /// This version of Zafu.
    version: String,
    jitter: Rng,
    in_flight: FuturesOrdered<BoxFuture<'static, Completed>>,
    /// The number of the request that was started last.
    sequence: u64,
    /// Requests up to this number were in flight when another one failed.
    failed_through: u64,
    /// The generation of the last row of the request that was started last, if a second push may follow it.
    last_generation: Option<i64>,
    second_push_from: usize,
    /// After this version has tried to read the unreadable rows of others: how many sessions that changed, not reported yet.
    reread: Option<u32>,
}

/// The next event of a [`SyncEngine`].
#[derive(Debug)]
pub enum Event {
    /// A request was answered or has failed. To be [applied](SyncEngine::apply).
    Response(Completed),
    /// There is nothing to do for now, and no request in flight.
    Idle(Wait),
}

/// Counts sessions that a response, or several, have transferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transferred {
    /// Sessions whose current state the server has since then.
    pub pushed: u32,
    /// Sessions that are new or changed on this device.
    pub pulled: u32,
    /// Sessions that became dead letters.
    pub rejected: u32,
    /// Labels that are new or changed on this device.
    pub labels: u32,
    /// Whether anything about the partner is new or changed on this device.
    pub partner: bool,
}

impl Transferred {
    /// Adds another count.
    pub const fn add(&mut self, more: Self) {
        self.pushed += more.pushed;
        self.pulled += more.pulled;
        self.rejected += more.rejected;
        self.labels += more.labels;
        self.partner |= more.partner;
    }
}

/// The state of the sync, to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncStatus {
    /// The account that is signed in, or was last.
    pub account: Option<Account>,
    /// The sessions whose current state the server does not have.
    pub backlog: Backlog,
    /// Why the sync stands still, if it does.
    pub hold: Option<Hold>,
    /// The last failure, unless a request has succeeded since.
    pub last_failure: Option<RemoteError>,
}

impl SyncEngine {
    /// Creates an engine for `store`. `seed` determines the jitter; `version` is this version of Zafu.
    #[must_use]
    pub fn new(store: Store, seed: u64, version: &str) -> Self {
        Self {
            store,
            planner: Planner::new(),
            version: version.into(),
            jitter: Rng::with_seed(seed),
            in_flight: FuturesOrdered::new(),
            sequence: 0,
            failed_through: 0,
            last_generation: None,
            second_push_from: SECOND_PUSH_FROM,
            reread: None,
        }
    }

    /// Lets a second push follow one of at least `rows` rows: for tests, whose stores are small.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn second_push_from(self, rows: usize) -> Self {
        Self { second_push_from: rows, ..self }
    }

    /// Returns why the sync stands still, if it does.
    #[must_use]
    pub const fn hold(&self) -> Option<&Hold> {
        self.planner.hold()
    }

    /// Returns whether a request is in flight.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Records a wake-up. [`SyncEngine::next_event`] then does what is due.
    pub fn wake(&mut self, wakeup: Wakeup, now: Moment) {
        self.planner.wake(wakeup, now.boot);
    }

    /// Drops the requests in flight.
    pub fn drop_requests(&mut self) {
        self.in_flight = FuturesOrdered::new();
    }

    /// Starts the requests that are due and waits for the next response. If the call is cancelled, the requests stay in
    /// flight.
    ///
    /// # Errors
    /// What the disk says. The same is done again later.
    pub async fn next_event<R: Remote + 'static>(
        &mut self,
        remote: &Arc<R>,
        now: Moment,
    ) -> Result<Event, StoreError> {
        if self.in_flight.is_empty() {
            match self.first_request(now) {
                Ok(Due::Request(account, request)) => self.start(account, request, remote, now),
                Ok(Due::Nothing(wait)) => return Ok(Event::Idle(wait)),
                Err(error) => {
                    self.planner.store_failed(now.boot, self.jitter.u32(..));
                    return Err(error);
                }
            }
        }
        match self.second_push(now) {
            Ok(Some((account, push))) => self.start(account, push, remote, now),
            Ok(None) => {}
            // The rows stay pending, and the first request must not wait for this.
            Err(error) => tracing::error!(%error, "the rows of a second push cannot be read"),
        }
        Ok(Event::Response(self.next_response().await))
    }

    /// Waits for the next response to a request in flight, and starts none; without one in flight, waits for ever.
    pub async fn next_response(&mut self) -> Completed {
        match self.in_flight.next().await {
            Some(completed) => completed,
            None => std::future::pending().await,
        }
    }

    fn start<R: Remote + 'static>(
        &mut self,
        account: UserId,
        request: Request,
        remote: &Arc<R>,
        now: Moment,
    ) {
        self.sequence += 1;
        self.last_generation = match &request {
            Request::Push { rows, .. } if rows.len() >= self.second_push_from => {
                rows.last().map(|row| row.generation)
            }
            _ => None,
        };
        let (sequence, started, remote) = (self.sequence, now.boot, Arc::clone(remote));
        self.in_flight.push_back(Box::pin(async move {
            let response = Box::new(request.send(account, remote).await);
            Completed { sequence, account, started, response }
        }));
    }

    /// Returns the request that is due while none is in flight.
    fn first_request(&mut self, now: Moment) -> Result<Due, StoreError> {
        self.reread(now)?;
        let account = self.store.signed_in()?;
        let view = match &account {
            None => StoreView::default(),
            Some(account) => self.view(account, now.wall.utc)?,
        };
        let action = self.planner.next(view, now.boot);
        let Some(account) = account else { return Ok(Due::Nothing(Wait::ForWakeup)) };
        let Account { id, cursor, erasure_id, .. } = account;
        let request = match action {
            Action::Wait(wait) => return Ok(Due::Nothing(wait)),
            Action::RefreshToken => Request::RefreshToken,
            Action::CheckHealth => Request::CheckHealth,
            Action::Pull(limit) => Request::Pull { after: cursor, limit, erasure_id },
            Action::SyncLabels => {
                let labels = self.store.outgoing_labels(id, LABELS_PER_REQUEST)?;
                Request::SyncLabels { labels, erasure_id }
            }
            Action::Narrow => {
                let (changes, known_seq) = self.store.outgoing_partner(id)?;
                let changes = Box::new(changes.narrowing());
                Request::SyncPartner { changes, known_seq, erasure_id }
            }
            Action::SyncPartner => {
                let (changes, known_seq) = self.store.outgoing_partner(id)?;
                Request::SyncPartner { changes: Box::new(changes), known_seq, erasure_id }
            }
            Action::CompareDigests => Request::CompareDigests { cursor },
            Action::Push { rows, bytes } => {
                let rows = self.store.outgoing(id, rows, bytes as usize)?;
                Request::Push { rows, erasure_id }
            }
        };
        Ok(Due::Request(id, request))
    }

    /// Returns the push that may follow the only request in flight: the rows behind it, if all goes well.
    fn second_push(&mut self, now: Moment) -> Result<Option<(UserId, Request)>, StoreError> {
        let is_alone = self.in_flight.len() == 1 && self.sequence > self.failed_through;
        let Some(last_generation) = self.last_generation.filter(|_| is_alone) else {
            return Ok(None);
        };
        if !self.planner.allows_second_push() {
            return Ok(None);
        }
        let Some(Account { id, cursor, erasure_id, .. }) = self.store.signed_in()? else {
            return Ok(None);
        };
        let view = StoreView {
            account: Some(id),
            cursor,
            has_outgoing: true,
            narrows: self.narrows(id)?,
            ..StoreView::default()
        };
        let Action::Push { rows, bytes } = self.planner.next(view, now.boot) else {
            return Ok(None);
        };
        let rows = self.store.outgoing_after(id, last_generation, rows, bytes as usize)?;
        Ok((!rows.is_empty()).then_some((id, Request::Push { rows, erasure_id })))
    }

    /// Tries once to read the rows that other versions of Zafu could not read.
    fn reread(&mut self, now: Moment) -> Result<(), StoreError> {
        if self.reread.is_some() {
            return Ok(());
        }
        let rows = self.store.unreadable_by_other_versions(&self.version)?;
        let mut changed = 0;
        if !rows.is_empty() {
            let readable = rows
                .into_iter()
                .filter_map(|(account, row)| {
                    wire::read_row(&row.body)
                        .filter(|session| session.id.0 == row.id)
                        .map(|session| (account, session))
                })
                .collect();
            changed = self.store.reread(readable, &self.version, now.wall.utc)?;
        }
        self.reread = Some(changed);
        Ok(())
    }

    fn view(&self, account: &Account, now: DateTime<Utc>) -> Result<StoreView, StoreError> {
        let has_outgoing = self.store.has_outgoing(account.id)?;
        // The absolute value: a clock that was wrong once must not postpone it for a year.
        let is_due = account.compared_at.is_none_or(|at| (now - at).abs() >= COMPARISON_INTERVAL);
        let comparison_due = is_due && !has_outgoing && {
            let backlog = self.store.backlog(account.id)?;
            backlog.pending == 0 && backlog.rejected == 0
        };
        let labels_due = self.store.labels_are_due(account.id)?;
        let partner_due = self.store.partner_is_due(account.id)?;
        let narrows = partner_due && self.narrows(account.id)?;
        let (account, cursor) = (Some(account.id), account.cursor);
        Ok(StoreView {
            account,
            cursor,
            has_outgoing,
            labels_due,
            partner_due,
            narrows,
            comparison_due,
        })
    }

    /// Returns whether something is to be sent by which the partner of `account` sees less.
    fn narrows(&self, account: UserId) -> Result<bool, StoreError> {
        Ok(!self.store.outgoing_partner(account)?.0.narrowing().is_empty())
    }

    /// Applies a response, in one transaction.
    ///
    /// # Errors
    /// What the disk says. Then nothing was applied, and the request is repeated later.
    pub fn apply(&mut self, completed: Completed, now: Moment) -> Result<Transferred, StoreError> {
        let after_failure = completed.sequence <= self.failed_through;
        if completed.response.is_failure() {
            self.failed_through = self.sequence;
            if after_failure {
                // Already recorded as part of the same outage.
                return Ok(Transferred::default());
            }
        }
        let jitter = self.jitter.u32(..);
        let took = now.boot.since(completed.started);
        let at = Arrival { now, took, jitter, after_failure };
        let mut applied = self.apply_response(completed, at);
        match &mut applied {
            Ok(transferred) => transferred.pulled += self.reread.replace(0).unwrap_or_default(),
            Err(_) => self.planner.store_failed(now.boot, jitter),
        }
        applied
    }

    fn apply_response(
        &mut self,
        Completed { account, response, .. }: Completed,
        at: Arrival,
    ) -> Result<Transferred, StoreError> {
        let Arrival { now, took, jitter, .. } = at;
        match *response {
            Response::RefreshToken(Ok(())) => self.planner.record_refresh(now.boot),
            Response::RefreshToken(Err(error)) => {
                self.planner.refresh_failed(error, now.boot, jitter);
            }
            Response::CheckHealth(Ok(health)) => {
                self.apply_health(account, health, now, jitter)?;
            }
            Response::Push { rows, result: Ok(response) } => {
                return self.apply_push(account, rows, response, at);
            }
            Response::Push { rows, result: Err(error) } => {
                return self.push_failed(account, rows, error, now, jitter);
            }
            Response::Pull { after, erasure_id, result: Ok(response) } => {
                // Read before an erasure that this device has agreed to since: nothing of it is on the server any more. Or
                // before the user has chosen that texts stay on this device: everything must be read again.
                let is_current = |known: Account| {
                    known.erasure_id == erasure_id && (known.id != account || known.cursor == after)
                };
                if self.store.signed_in()?.is_none_or(is_current) {
                    return self.apply_pull(account, response, now, took);
                }
            }
            Response::Pull { result: Err(error), .. } => {
                self.planner.pull_failed(error, now.boot, jitter);
            }
            Response::SyncLabels { labels, erasure_id, result: Ok(response) } => {
                // As a pull: read before an erasure that this device has agreed to since.
                if self.store.signed_in()?.is_none_or(|known| known.erasure_id == erasure_id) {
                    return self.apply_labels(account, labels, response, now, jitter);
                }
            }
            Response::SyncLabels { result: Err(error), .. } => {
                tracing::warn!(%error, "labels are not synced");
                self.planner.side_failed(Side::Labels, error, now.boot, jitter);
            }
            Response::SyncPartner { changes, erasure_id, result: Ok(response) } => {
                // As a pull: read before an erasure that this device has agreed to since.
                if self.store.signed_in()?.is_none_or(|known| known.erasure_id == erasure_id) {
                    return self.apply_partner(account, *changes, response, now, jitter);
                }
            }
            Response::SyncPartner { result: Err(error), .. } => {
                tracing::warn!(%error, "the partner is not synced");
                self.planner.side_failed(Side::Partner, error, now.boot, jitter);
            }
            Response::CompareDigests { cursor, result: Ok(theirs) } => {
                self.apply_digest(account, cursor, &theirs, now)?;
            }
            Response::CheckHealth(Err(error))
            | Response::CompareDigests { result: Err(error), .. } => {
                self.planner.request_failed(error, now.boot, jitter);
            }
        }
        Ok(Transferred::default())
    }

    fn apply_health(
        &mut self,
        account: UserId,
        health: Health,
        now: Moment,
        jitter: u32,
    ) -> Result<(), StoreError> {
        let retried = self.store.record_health(account, &health.fingerprint)?;
        if retried > 0 {
            tracing::info!(retried, "the server was changed: dead letters are sent again");
        }
        let too_old = is_older(&self.version, &health.oldest_client);
        self.planner.limit_push(health.rows_a_push);
        self.planner.record_health(
            health.findings,
            too_old.then_some(health.oldest_client),
            now.boot,
            jitter,
        );
        Ok(())
    }

    fn apply_push(
        &mut self,
        account: UserId,
        rows: Vec<Outgoing>,
        response: PushResponse,
        Arrival { now, took, jitter, after_failure }: Arrival,
    ) -> Result<Transferred, StoreError> {
        let (outcomes, before, after) = match response {
            PushResponse::Stored { outcomes, before, after } => (outcomes, before, after),
            PushResponse::Erased(erasure_id) => {
                // This device may have agreed to it since.
                let known = self.store.signed_in()?.and_then(|account| account.erasure_id);
                if known != Some(erasure_id) {
                    self.planner.record_erasure(erasure_id);
                }
                return Ok(Transferred::default());
            }
        };
        // Outcomes of rows that were not sent are ignored, and of several for one row all but the first.
        let mut outcome_of = HashMap::with_capacity(outcomes.len());
        for (id, outcome) in outcomes {
            outcome_of.entry(id).or_insert(outcome);
        }
        let sent = rows.len();
        let rows: Vec<_> = rows
            .into_iter()
            .filter_map(|Outgoing { session, generation }| {
                let outcome = outcome_of.remove(&session.id)?;
                Some(PushedRow { id: session.id, generation, outcome })
            })
            .collect();
        let moved = (rows.len() == sent).then_some((before, after));
        let push = Push { rows, version: self.version.clone(), moved, at: now.wall.utc };
        let pushed = self.store.apply_push(account, push)?;
        let result = PushResult {
            rows: u32::try_from(sent).unwrap_or(u32::MAX),
            resolved: pushed.resolved,
            caught_up: pushed.caught_up,
            after_failure,
        };
        self.planner.record_push(result, took, now.boot, jitter);
        let (pushed, rejected) = (pushed.acknowledged, pushed.rejected);
        Ok(Transferred { pushed, rejected, ..Transferred::default() })
    }

    fn push_failed(
        &mut self,
        account: UserId,
        rows: Vec<Outgoing>,
        error: RemoteError,
        now: Moment,
        jitter: u32,
    ) -> Result<Transferred, StoreError> {
        let sent = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let Some(Outgoing { session, generation }) = rows.into_iter().next() else {
            self.planner.request_failed(error, now.boot, jitter);
            return Ok(Transferred::default());
        };
        let texts = session.details.value.note.len() + session.details.value.label.len();
        let reason = error.reason();
        let outcome = match self.planner.push_failed(error, sent, texts, now.boot, jitter) {
            FailureAction::Retry => return Ok(Transferred::default()),
            FailureAction::RetryDeadLetters => {
                self.store.retry_failed_requests(account)?;
                return Ok(Transferred::default());
            }
            FailureAction::Reject => RowOutcome::RequestFailed { reason },
            FailureAction::Defer => RowOutcome::Deferred { reason },
        };
        let rows = vec![PushedRow { id: session.id, generation, outcome }];
        let push = Push { rows, version: self.version.clone(), moved: None, at: now.wall.utc };
        let rejected = self.store.apply_push(account, push)?.rejected;
        Ok(Transferred { rejected, ..Transferred::default() })
    }

    fn apply_pull(
        &mut self,
        account: UserId,
        response: PullResponse,
        now: Moment,
        took: Duration,
    ) -> Result<Transferred, StoreError> {
        let PullResponse::Rows {
            rows,
            unreadable,
            next,
            more,
            erasure_id,
            compare,
            labels_seq,
            partner_seq,
            keeps_texts,
        } = response
        else {
            self.store.restart_sync(account)?;
            self.planner.record_reset(now.boot);
            return Ok(Transferred::default());
        };
        if compare {
            // Before the cursor moves: if the rest fails, the same rows come again.
            self.store.request_comparison(account)?;
        }
        let count = u32::try_from(rows.len() + unreadable.len()).unwrap_or(u32::MAX);
        if !unreadable.is_empty() {
            tracing::warn!(
                rows = unreadable.len(),
                "some sessions need a newer Zafu: they are kept"
            );
        }
        let pull = Pull {
            rows,
            unreadable,
            version: self.version.clone(),
            cursor: next,
            last: !more,
            erased: erasure_id,
            labels_seq,
            partner_seq,
            keeps_texts,
            at: now.wall.utc,
        };
        let changed = match self.store.apply_pull(account, pull)? {
            Pulled::Erased { erasure_id } => {
                self.planner.record_erasure(erasure_id);
                return Ok(Transferred::default());
            }
            Pulled::Restarted => {
                self.planner.record_reset(now.boot);
                return Ok(Transferred::default());
            }
            Pulled::Merged { changed } => changed,
        };
        if self.planner.record_pull(count, more, next, took, now.boot) == Comparison::Differs {
            tracing::warn!("this device and the server differ: everything is sent and read again");
            self.store.restart_sync(account)?;
            self.store.record_comparison(account, now.wall.utc)?;
            self.planner.record_reset(now.boot);
        }
        Ok(Transferred { pulled: changed, ..Transferred::default() })
    }

    fn apply_labels(
        &mut self,
        account: UserId,
        sent: Vec<Label>,
        response: LabelsResponse,
        now: Moment,
        jitter: u32,
    ) -> Result<Transferred, StoreError> {
        let update = match response {
            LabelsResponse::Merged { labels, unreadable, rejected, labels_seq, before, after } => {
                let (moved, at) = ((before, after), now.wall.utc);
                LabelUpdate { sent, labels, unreadable, rejected, labels_seq, moved, at }
            }
            LabelsResponse::Erased(erasure_id) => {
                self.planner.record_erasure(erasure_id);
                return Ok(Transferred::default());
            }
        };
        if !update.unreadable.is_empty() {
            let labels = update.unreadable.len();
            tracing::warn!(labels, "some labels need a newer Zafu: they are shown as before");
        }
        let LabelsApplied { changed, resolved, caught_up } =
            self.store.apply_labels(account, update)?;
        self.planner.record_labels(resolved, caught_up, now.boot, jitter);
        Ok(Transferred { labels: changed, ..Transferred::default() })
    }

    fn apply_partner(
        &mut self,
        account: UserId,
        sent: PartnerChanges,
        response: PartnerResponse,
        now: Moment,
        jitter: u32,
    ) -> Result<Transferred, StoreError> {
        let update = match response {
            PartnerResponse::State(state) => {
                let ServerPartner { outcomes, profile, target, view, partner_seq } = *state;
                let at = now.wall.utc;
                PartnerUpdate { sent, outcomes, profile, target, view, partner_seq, at }
            }
            PartnerResponse::Erased(erasure_id) => {
                self.planner.record_erasure(erasure_id);
                return Ok(Transferred::default());
            }
        };
        let PartnerApplied { changed, resolved } = self.store.apply_partner(account, update)?;
        self.planner.record_side(Side::Partner, resolved, now.boot, jitter);
        Ok(Transferred { partner: changed, ..Transferred::default() })
    }

    fn apply_digest(
        &mut self,
        account: UserId,
        cursor: Option<Cursor>,
        theirs: &DigestResponse,
        now: Moment,
    ) -> Result<(), StoreError> {
        let (mut digest, mut is_whole) = (Digest::default(), true);
        let backlog = self.store.for_each_server_row(account, |row| match row {
            ServerRow::Session(session) => digest.add(session),
            ServerRow::Unreadable(row) => is_whole &= digest.add_unreadable(row),
        })?;
        let (count, digest) = digest.finish();
        // If a row has nothing that could be compared, pulling it again would not help.
        let same = !is_whole || (count == theirs.count && digest == theirs.digest);
        if !same && (backlog.pending > 0 || backlog.rejected > 0) {
            // Something changed on this device meanwhile: that is pushed first, and then compared again.
            return Ok(());
        }
        match self.planner.record_comparison(same, cursor, now.boot) {
            Comparison::Done => self.store.record_comparison(account, now.wall.utc),
            Comparison::Inconclusive | Comparison::Differs => Ok(()),
        }
    }

    /// Does what is due until there is nothing to do for now. `now` tells the time.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn run_until_idle<R: Remote + 'static>(
        &mut self,
        remote: &Arc<R>,
        mut now: impl FnMut() -> Moment,
    ) -> Result<(Transferred, Wait), StoreError> {
        let mut total = Transferred::default();
        loop {
            match self.next_event(remote, now()).await? {
                Event::Response(completed) => total.add(self.apply(completed, now())?),
                Event::Idle(wait) => return Ok((total, wait)),
            }
        }
    }

    /// Returns the state of the sync.
    ///
    /// # Errors
    /// What the disk says.
    pub fn status(&self) -> Result<SyncStatus, StoreError> {
        let account = self.store.account()?;
        let backlog = match &account {
            Some(account) => self.store.backlog(account.id)?,
            None => Backlog::default(),
        };
        Ok(SyncStatus {
            account,
            backlog,
            hold: self.planner.hold().cloned(),
            last_failure: self.planner.last_failure().cloned(),
        })
    }
}

/// The circumstances of a response.
#[derive(Clone, Copy)]
struct Arrival {
    now: Moment,
    /// Time since the request was started.
    took: Duration,
    jitter: u32,
    /// Whether an earlier request, which was in flight at the same time, has failed.
    after_failure: bool,
}

/// What is due while no request is in flight.
enum Due {
    Request(UserId, Request),
    Nothing(Wait),
}

/// Whether the version `ours` is older than `oldest`. A text that is not a version blocks no client.
fn is_older(ours: &str, oldest: &str) -> bool {
    matches!((Version::parse(ours), Version::parse(oldest)), (Ok(ours), Ok(oldest)) if ours < oldest)
}

#[cfg(test)]
mod tests {
    use super::is_older;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(is_older("0.9.0", "0.10.0") && !is_older("0.10.0", "0.9.0"));
        assert!(!is_older("0.1.0", "0.1.0"));
        assert!(is_older("0.2.0-beta.1", "0.2.0"), "a pre-release is older than its release");
        assert!(!is_older("0.1.0", "next"), "a text that is not a version blocks no client");
    }
}
