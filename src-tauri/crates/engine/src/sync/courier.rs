//! The thread of the sync: asks the server what there is to ask, and hears orders meanwhile.
//!
//! It sleeps until something is due, and at most a minute: a thread that slept with the computer, or a new
//! network, is noticed by looking. A panic in it is logged and costs the sync a rest, and the sit nothing.

use super::worker::{Turn, Worker};
use super::{LAST_WORDS, News, Order, Seed, Tell};
use crate::adapters::network::Network;
use crate::protocol::{IpcError, SyncReply, SyncRequest, SyncView};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use zafu_core::time::BootTime;
use zafu_sync::run::Answered;
use zafu_sync::{Out, Report, Trigger};

/// The longest sleep.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// What is missing by so much was slept.
const SLEPT: Duration = Duration::from_secs(20);
/// How often it is said how far things are, at most, while they move.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// What a panic costs the sync.
const REST_AFTER_PANIC: Duration = Duration::from_secs(60);

/// Runs until it is told to stop.
pub(super) fn run(seed: Seed, mut inbox: UnboundedReceiver<Order>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "the sync cannot run"),
    };
    let Seed { store, clock, vault, tell, lock: _held } = seed;
    let mut rests = None;
    loop {
        let worker = Worker::new(store.clone(), Arc::clone(&clock), Arc::clone(&vault), true);
        let mut courier = Courier::new(worker, Arc::clone(&tell), rests);
        let ran = catch_unwind(AssertUnwindSafe(|| runtime.block_on(courier.serve(&mut inbox))));
        if ran.is_ok() {
            return;
        }
        tracing::error!("the sync had panicked: it begins again after a rest");
        rests = Some(clock.now().boot + REST_AFTER_PANIC);
    }
}

type Waiter = oneshot::Sender<Result<SyncReply, IpcError>>;

struct Courier {
    worker: Worker,
    tell: Tell,
    out: Out<'static>,
    /// Nothing is asked before this.
    rests: Option<BootTime>,
    /// Who waits for the end of a sync, and what it has done so far.
    waiters: Vec<Waiter>,
    total: Report,
    /// What was told last.
    told: Option<Option<SyncView>>,
    seen: Option<Seen>,
    /// Since when nothing was told although something is on its way.
    silent: Option<BootTime>,
}

impl Courier {
    fn new(worker: Worker, tell: Tell, rests: Option<BootTime>) -> Self {
        let total = Report::default();
        Self {
            worker,
            tell,
            out: Out::default(),
            rests,
            waiters: Vec::new(),
            total,
            told: None,
            seen: None,
            silent: None,
        }
    }

    /// Serves until it is told to stop.
    async fn serve(&mut self, inbox: &mut UnboundedReceiver<Order>) {
        loop {
            let until = self.begin();
            let moves = !self.out.is_empty();
            self.tell_unless_it_moves();
            let now = self.worker.now();
            let sleep = until.map_or(LOOK_EVERY, |at| at.since(now).min(LOOK_EVERY));
            tokio::select! {
                order = inbox.recv() => match order {
                    None | Some(Order::Stop) => return self.leave().await,
                    Some(Order::Trigger(trigger)) => self.worker.trigger(trigger),
                    Some(Order::Ask(request, answer)) => self.answer(request, answer).await,
                },
                answered = self.out.land() => self.heard(answered),
                // What is answered at once is not worth a word.
                () = tokio::time::sleep(TELL_EVERY), if moves => {}
                () = tokio::time::sleep(sleep), if !moves => {}
            }
            self.look();
        }
    }

    /// Whether the computer has slept since the last look, or is elsewhere now.
    fn look(&mut self) {
        let seen = Seen {
            boot: self.worker.now(),
            awake: tokio::time::Instant::now(),
            network: Network::now(),
        };
        if let Some(before) = &self.seen {
            for trigger in noticed(
                seen.awake - before.awake,
                seen.boot.since(before.boot),
                &before.network,
                &seen.network,
            ) {
                self.worker.trigger(trigger);
            }
        }
        self.seen = Some(seen);
    }

    /// Asks what there is to ask. Says until when there is nothing.
    fn begin(&mut self) -> Option<BootTime> {
        let now = self.worker.now();
        if let Some(until) = self.rests.filter(|until| now < *until) {
            return Some(until);
        }
        match self.worker.turn(&mut self.out) {
            Turn::Answers => None,
            Turn::Rest(until) => {
                if !self.waiters.is_empty() {
                    // Whoever waited sees what came of it.
                    self.tell_now();
                    let synced = self.worker.synced(&self.total);
                    for waiter in self.waiters.drain(..) {
                        // Who no longer waits has been synced all the same.
                        let _ = waiter.send(synced.clone());
                    }
                }
                until
            }
        }
    }

    async fn answer(&mut self, request: SyncRequest, answer: Waiter) {
        if request == SyncRequest::Now {
            if self.waiters.is_empty() {
                self.total = Report::default();
            }
            self.waiters.push(answer);
            self.rests = None;
            self.worker.trigger(Trigger::Asked);
            return;
        }
        // Until the server has answered nothing else is heard: nothing must be out that would wait for that.
        let asks_the_server = matches!(
            request,
            SyncRequest::SignIn(_)
                | SyncRequest::SignUp(_)
                | SyncRequest::SendCode(_)
                | SyncRequest::SignOut
                | SyncRequest::Erase
                | SyncRequest::Check
        );
        if asks_the_server {
            self.let_go().await;
        }
        let answered = self.worker.answer(request).await;
        if matches!(answered, Ok(SyncReply::Adopted(_))) {
            (self.tell)(News::Log);
        }
        // Before the answer: whoever asked sees what came of it.
        self.tell_now();
        let _ = answer.send(answered);
    }

    /// Nothing is out any more.
    async fn let_go(&mut self) {
        while self.out.renews() {
            let answered = self.out.land().await;
            self.heard(answered);
        }
        // Whatever else is on its way goes again.
        self.out = Out::default();
    }

    async fn leave(&mut self) {
        let _ = tokio::time::timeout(LAST_WORDS, self.let_go()).await;
    }

    fn heard(&mut self, answered: Answered) {
        let report = self.worker.landed(answered, &mut self.out);
        if report.pulled > 0 {
            (self.tell)(News::Log);
        }
        if !self.waiters.is_empty() {
            self.total.add(report);
        }
    }

    /// While something is on its way things change often: they are told now and then only.
    fn tell_unless_it_moves(&mut self) {
        if self.out.is_empty() {
            self.silent = None;
            return self.tell_now();
        }
        let now = self.worker.now();
        let silent = *self.silent.get_or_insert(now);
        if now.since(silent) >= TELL_EVERY {
            self.silent = Some(now);
            self.tell_now();
        }
    }

    /// Tells the engine how things are, if they are not as they were.
    fn tell_now(&mut self) {
        let view = match self.worker.view() {
            Ok(view) => view,
            Err(error) => return tracing::error!(%error, "how the sync is cannot be read"),
        };
        if self.told.as_ref() != Some(&view) {
            self.told = Some(view.clone());
            (self.tell)(News::Status(view));
        }
    }
}

/// The surroundings at one look.
struct Seen {
    boot: BootTime,
    /// By the clock that stands still while the computer sleeps, where there is one: that is what it is for.
    awake: tokio::time::Instant,
    network: Network,
}

/// What has happened while the computer was awake for so long, and so much time went by: it has slept, or is
/// elsewhere now.
fn noticed(
    awake: Duration,
    took: Duration,
    before: &Network,
    now: &Network,
) -> impl Iterator<Item = Trigger> {
    let woke = (took > awake + SLEPT).then_some(Trigger::Woke);
    woke.into_iter().chain((before != now).then_some(Trigger::Network))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_of_the_computer_and_another_network_are_noticed() {
        let minute = Duration::from_secs(60);
        let network = |addresses: &[&str]| -> Network {
            addresses.iter().map(|address| address.parse().unwrap()).collect()
        };
        let (home, train) = (network(&["192.168.1.7", "fe80::1"]), network(&["10.0.0.2"]));
        let seen = |took, now| noticed(minute, took, &home, now).collect::<Vec<_>>();
        assert_eq!(seen(minute, &home), []);
        assert_eq!(seen(minute + SLEPT, &home), [], "a busy computer is a little late");
        assert_eq!(seen(minute * 60, &home), [Trigger::Woke]);
        assert_eq!(seen(minute, &train), [Trigger::Network]);
        assert_eq!(seen(minute * 60, &network(&[])), [Trigger::Woke, Trigger::Network]);
    }
}
