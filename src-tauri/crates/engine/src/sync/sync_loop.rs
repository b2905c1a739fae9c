//! The thread of the sync: drives the [`SyncEngine`], and carries out requests about the account beside it.
//!
//! It sleeps until something is due, at most a minute, so that a resume of the computer or another network is noticed. A
//! panic is logged and pauses the sync; the timer does not notice it.

use super::account_session::{AccountSession, Done};
use super::{FINISH_TIMEOUT, Message, Report, Respond, SyncEvent, SyncParts};
use crate::adapters::network::Network;
use crate::clock::Clock;
use crate::protocol::{IpcError, Progress, SyncReport, SyncView};
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, OptionFuture};
use futures_util::stream::FuturesUnordered;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use zafu_core::time::BootTime;
use zafu_store::StoreError;
use zafu_sync::supabase::Supabase;
use zafu_sync::{Completed, Event, Hold, SyncEngine, Transferred, Wait, Wakeup};

/// The longest sleep.
const MAX_SLEEP: Duration = Duration::from_secs(60);
/// If this much more time has passed than the computer was awake, it was suspended.
const MIN_SUSPEND: Duration = Duration::from_secs(20);
/// Minimum time between reports while requests are in flight.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// How long the sync pauses after a panic.
const PAUSE_AFTER_PANIC: Duration = Duration::from_secs(60);
/// How long the sync pauses after the disk has failed.
const PAUSE_AFTER_DISK_ERROR: Duration = Duration::from_secs(5);
/// A backlog of at least this many sessions is shown with its progress.
const LONG_BACKLOG: u32 = 500;

/// Runs until it is told to stop.
pub(super) fn run(parts: SyncParts, mut inbox: UnboundedReceiver<Message>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "the sync cannot run"),
    };
    let SyncParts { store, clock, vault, report, lock: _held } = parts;
    let mut paused_until = None;
    loop {
        let session =
            AccountSession::new(store.clone(), Arc::clone(&clock), Arc::clone(&vault), true);
        let mut sync_loop =
            SyncLoop::new(session, Arc::clone(&clock), Arc::clone(&report), paused_until);
        let served =
            catch_unwind(AssertUnwindSafe(|| runtime.block_on(sync_loop.serve(&mut inbox))));
        if served.is_ok() {
            break;
        }
        tracing::error!("the sync has panicked: it starts again after a pause");
        paused_until = Some(clock.now().boot + PAUSE_AFTER_PANIC);
    }
    // A call of the keychain that has not returned must not hold up the end.
    runtime.shutdown_background();
}

/// A task that has ended.
struct Finished {
    /// What follows from it.
    done: Done<()>,
    /// Sends the response of a request.
    respond: Box<dyn FnOnce() + Send>,
}

pub(crate) struct SyncLoop {
    engine: SyncEngine,
    session: Arc<AccountSession>,
    clock: Arc<dyn Clock>,
    report: Report,
    /// The server to which the requests in flight go.
    remote: Option<Arc<Supabase>>,
    /// Requests about the account that wait for the server or the keychain.
    tasks: FuturesUnordered<BoxFuture<'static, Finished>>,
    /// Reads the credentials of the account from the keychain.
    opening: Option<BoxFuture<'static, Result<(), StoreError>>>,
    /// Nothing is due before this, unless something happens.
    idle: Option<Wait>,
    /// Nothing is done before this, unless the user requests it.
    paused_until: Option<BootTime>,
    /// Requests for a sync, answered when it is idle; and what it has transferred since the first of them.
    waiting: Vec<Respond<(SyncReport, Option<SyncView>)>>,
    transferred: Transferred,
    /// The size of a long backlog when it was noticed, in sessions.
    long_backlog: Option<u32>,
    /// The last status that was reported.
    reported: Option<Option<SyncView>>,
    reported_at: Option<BootTime>,
    environment: Option<Environment>,
}

impl SyncLoop {
    fn new(
        session: AccountSession,
        clock: Arc<dyn Clock>,
        report: Report,
        paused_until: Option<BootTime>,
    ) -> Self {
        Self {
            engine: session.engine(),
            session: Arc::new(session),
            clock,
            report,
            remote: None,
            tasks: FuturesUnordered::new(),
            opening: None,
            idle: None,
            paused_until,
            waiting: Vec::new(),
            transferred: Transferred::default(),
            long_backlog: None,
            reported: None,
            reported_at: None,
            environment: None,
        }
    }

    /// Serves until it is told to stop.
    async fn serve(&mut self, inbox: &mut UnboundedReceiver<Message>) {
        loop {
            self.follow_account();
            self.report_status_unless_busy();
            // A sign-in may have opened the account before the keychain responds to the request to read it.
            let is_opening = self.opening.is_some() && self.remote.is_none();
            let runs = self.idle.is_none() && !is_opening && !self.is_paused();
            let (sleep, session) = (self.sleep(), Arc::clone(&self.session));
            tokio::select! {
                message = inbox.recv() => match message {
                    None | Some(Message::Stop) => return self.finish().await,
                    Some(Message::Wake(wakeup)) => self.wake(wakeup),
                    Some(Message::Run(work)) => work(self),
                },
                event = next_event(&mut self.engine, self.remote.as_ref(), &*self.clock), if runs => {
                    self.handle(event);
                }
                () = session.access_changed() => {}
                Some(finished) = self.tasks.next() => self.task_finished(finished),
                Some(opened) = OptionFuture::from(self.opening.as_mut()) => self.opened(opened),
                () = tokio::time::sleep(sleep) => self.idle = None,
            }
            self.check_environment();
        }
    }

    /// Opens the account that is signed in, and drops requests in flight for another one.
    fn follow_account(&mut self) {
        if self.opening.is_none() && !self.is_paused() {
            match self.session.needs_opening() {
                Ok(false) => {}
                Ok(true) => {
                    let session = Arc::clone(&self.session);
                    self.opening = Some(Box::pin(async move { session.open().await }));
                }
                Err(error) => self.disk_failed(&error),
            }
        }
        let remote = self.session.remote();
        if remote.as_ref().map(Arc::as_ptr) != self.remote.as_ref().map(Arc::as_ptr) {
            // A token refresh goes on, as a task of its own.
            self.engine.drop_requests();
            self.remote = remote;
            self.idle = None;
        }
    }

    /// Returns whether the sync pauses after a panic or an error of the disk.
    fn is_paused(&self) -> bool {
        self.paused_until.is_some_and(|until| self.clock.now().boot < until)
    }

    /// How long to wait for something to happen.
    fn sleep(&self) -> Duration {
        if self.engine.is_busy() {
            return REPORT_INTERVAL;
        }
        let now = self.clock.now().boot;
        let until = match self.idle {
            Some(Wait::Until(at)) => Some(at),
            Some(Wait::ForWakeup) | None => None,
        };
        let until = until.into_iter().chain(self.paused_until.filter(|until| now < *until)).max();
        until.map_or(MAX_SLEEP, |at| at.since(now).min(MAX_SLEEP))
    }

    /// Wakes the engine.
    fn wake(&mut self, wakeup: Wakeup) {
        if wakeup == Wakeup::Request {
            // The user may have unlocked the keychain. It is not called by itself: it may ask the user.
            self.session.retry_keychain();
            self.paused_until = None;
            if let Some(remote) = self.session.remote() {
                self.tasks.push(Box::pin(async move {
                    if let Err(error) = remote.account().store_token().await {
                        tracing::warn!(%error, "the refresh token is not stored");
                    }
                    Finished { done: Done::new(()), respond: Box::new(|| ()) }
                }));
            }
        }
        self.engine.wake(wakeup, self.clock.now());
        self.idle = None;
    }

    /// Starts a request about the account, which runs beside the sync and other requests.
    pub(super) fn request<T, R>(
        &mut self,
        request: impl FnOnce(Arc<AccountSession>) -> R,
        respond: Respond<T>,
    ) where
        T: Send + 'static,
        R: Future<Output = Result<Done<T>, IpcError>> + Send + 'static,
    {
        let request = request(Arc::clone(&self.session));
        self.tasks.push(Box::pin(async move {
            let (result, done) = match request.await.map(Done::split) {
                Ok((value, done)) => (Ok(value), done),
                Err(error) => (Err(error), Done::new(())),
            };
            // A request is carried out even if its caller no longer waits.
            Finished { done, respond: Box::new(|| drop(respond.send(result))) }
        }));
    }

    /// Responds with the state of the sync.
    pub(crate) fn status(&mut self, respond: Respond<Option<SyncView>>) {
        // A client that no longer waits needs no status.
        let _ = respond.send(self.view().map_err(IpcError::from));
    }

    /// Resolves an erasure by another device.
    pub(crate) fn after_erasure(&mut self, upload: bool, respond: Respond<()>) {
        let hold = self.engine.hold().cloned();
        self.request(|account| async move { account.after_erasure(upload, hold) }, respond);
    }

    /// Syncs, and responds once nothing is left to do.
    pub(crate) fn sync_now(&mut self, respond: Respond<(SyncReport, Option<SyncView>)>) {
        if self.waiting.is_empty() {
            self.transferred = Transferred::default();
        }
        self.waiting.push(respond);
        self.wake(Wakeup::Request);
    }

    fn task_finished(&mut self, Finished { done, respond }: Finished) {
        let Done { value: (), wakeup, changes_log, changes_partner } = done;
        if let Some(wakeup) = wakeup {
            self.wake(wakeup);
        }
        if changes_log {
            (self.report)(SyncEvent::Log);
        }
        if changes_partner {
            (self.report)(SyncEvent::Partner);
        }
        self.follow_account();
        // Before the response: the caller sees the effect of its request.
        self.report_status();
        respond();
    }

    fn opened(&mut self, opened: Result<(), StoreError>) {
        self.opening = None;
        self.idle = None;
        if let Err(error) = opened {
            self.disk_failed(&error);
        }
    }

    fn disk_failed(&mut self, error: &StoreError) {
        tracing::error!(%error, "the sync cannot use the disk");
        self.paused_until = Some(self.clock.now().boot + PAUSE_AFTER_DISK_ERROR);
        self.became_idle(Wait::ForWakeup);
    }

    fn handle(&mut self, event: Result<Event, StoreError>) {
        match event {
            Ok(Event::Response(completed)) => self.apply(completed),
            Ok(Event::Idle(wait)) => self.became_idle(wait),
            Err(error) => self.disk_failed(&error),
        }
    }

    /// Applies a response. If the disk fails, nothing is lost: the request is repeated.
    fn apply(&mut self, completed: Completed) {
        let applied = self.engine.apply(completed, self.clock.now());
        let recorded = self.record_deleted_account();
        match applied.and_then(|transferred| recorded.map(|()| transferred)) {
            Ok(transferred) => {
                if transferred.pulled > 0 || transferred.labels > 0 {
                    (self.report)(SyncEvent::Log);
                }
                if transferred.partner {
                    (self.report)(SyncEvent::Partner);
                }
                self.transferred.add(transferred);
            }
            Err(error) => tracing::error!(%error, "a response of the server cannot be stored"),
        }
    }

    fn record_deleted_account(&self) -> Result<(), StoreError> {
        if self.engine.hold() == Some(&Hold::AccountDeleted) {
            self.session.record_deleted_account()?;
        }
        Ok(())
    }

    fn became_idle(&mut self, wait: Wait) {
        self.idle = Some(wait);
        if self.waiting.is_empty() {
            return;
        }
        // Before the responses, so that the callers see the effect of the sync.
        self.report_status();
        let reply = self.view().map_err(IpcError::from);
        let reply = reply.and_then(|view| self.session.synced(self.transferred, view));
        for respond in self.waiting.drain(..) {
            // The sync was carried out even if no caller waits for its result.
            let _ = respond.send(reply.clone());
        }
    }

    /// Lets a token refresh and requests about the account end, for a moment.
    async fn finish(&mut self) {
        let finish = async {
            while !self.tasks.is_empty() {
                tokio::select! {
                    Some(finished) = self.tasks.next() => (finished.respond)(),
                    // The requests may wait for the credentials.
                    Some(_) = OptionFuture::from(self.opening.as_mut()) => self.opening = None,
                }
            }
            if let Some(remote) = self.session.remote() {
                remote.account().finish_refresh().await;
            }
        };
        if tokio::time::timeout(FINISH_TIMEOUT, finish).await.is_err() {
            tracing::warn!("a request about the account had not ended when the engine stopped");
        }
    }

    fn view(&mut self) -> Result<Option<SyncView>, StoreError> {
        let status = self.engine.status()?;
        let pending = status.backlog.pending;
        self.long_backlog = match self.long_backlog {
            _ if pending == 0 || status.hold.is_some() || status.last_failure.is_some() => None,
            Some(total) => Some(total.max(pending)),
            None => (pending >= LONG_BACKLOG && self.remote.is_some()).then_some(pending),
        };
        let progress = self.long_backlog.map(|total| Progress { done: total - pending, total });
        self.session.view(status, progress)
    }

    /// Reports the status; while requests are in flight, which change it often, only now and then.
    fn report_status_unless_busy(&mut self) {
        if !self.engine.is_busy() {
            self.reported_at = None;
            return self.report_status();
        }
        let now = self.clock.now().boot;
        let reported_at = *self.reported_at.get_or_insert(now);
        if now.since(reported_at) >= REPORT_INTERVAL {
            self.reported_at = Some(now);
            self.report_status();
        }
    }

    /// Reports the status to the engine, if it has changed.
    fn report_status(&mut self) {
        let view = match self.view() {
            Ok(view) => view,
            Err(error) => return tracing::error!(%error, "the status of the sync cannot be read"),
        };
        if self.reported.as_ref() != Some(&view) {
            self.reported = Some(view.clone());
            (self.report)(SyncEvent::Status(view));
        }
    }

    /// Wakes the engine if the computer was suspended, or its network has changed.
    fn check_environment(&mut self) {
        let environment = Environment {
            boot: self.clock.now().boot,
            awake: tokio::time::Instant::now(),
            network: Network::now(),
        };
        if let Some(before) = &self.environment {
            let awake = environment.awake - before.awake;
            let passed = environment.boot.since(before.boot);
            let wakeups: Vec<_> =
                wakeups(awake, passed, &before.network, &environment.network).collect();
            for wakeup in wakeups {
                self.wake(wakeup);
            }
        }
        self.environment = Some(environment);
    }
}

/// Returns the next event of the engine. Without a server, there is nothing to do.
async fn next_event(
    engine: &mut SyncEngine,
    remote: Option<&Arc<Supabase>>,
    clock: &dyn Clock,
) -> Result<Event, StoreError> {
    match remote {
        Some(remote) => engine.next_event(remote, clock.now()).await,
        None => Ok(Event::Idle(Wait::ForWakeup)),
    }
}

/// What tells a suspend and another network.
struct Environment {
    boot: BootTime,
    /// By the clock that stops while the computer is suspended, if there is one.
    awake: tokio::time::Instant,
    network: Network,
}

/// Returns the wake-ups that are due if the computer was `awake` for a part of the time that `passed`.
fn wakeups(
    awake: Duration,
    passed: Duration,
    before: &Network,
    now: &Network,
) -> impl Iterator<Item = Wakeup> {
    let resumed = (passed > awake + MIN_SUSPEND).then_some(Wakeup::Resume);
    resumed.into_iter().chain((before != now).then_some(Wakeup::NetworkChange))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspend_and_another_network_wake_the_sync() {
        let minute = Duration::from_secs(60);
        let network = |addresses: &[&str]| -> Network {
            addresses.iter().map(|address| address.parse().unwrap()).collect()
        };
        let (home, train) = (network(&["192.168.1.7", "fe80::1"]), network(&["10.0.0.2"]));
        let after = |passed, now| wakeups(minute, passed, &home, now).collect::<Vec<_>>();
        assert_eq!(after(minute, &home), []);
        assert_eq!(after(minute + MIN_SUSPEND, &home), [], "a busy computer is a little late");
        assert_eq!(after(minute * 60, &home), [Wakeup::Resume]);
        assert_eq!(after(minute, &train), [Wakeup::NetworkChange]);
        let both = [Wakeup::Resume, Wakeup::NetworkChange];
        assert_eq!(after(minute * 60, &network(&[])), both);
    }
}
