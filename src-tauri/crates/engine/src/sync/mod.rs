//! The account and its sync, on a thread of their own, which nothing waits for.
//!
//! The thread is there from the moment that it has something to do: who never signs in never pays for it. What it
//! knows it tells the engine; what it writes, it writes through the store, like everybody else.

mod alone;
mod courier;
mod door;
mod view;
mod words;
mod worker;

pub use door::Door;
pub(crate) use view::resting;

use crate::clock::Clock;
use crate::folder::FolderLock;
use crate::protocol::{ErrorCode, IpcError, SyncReply, SyncRequest, SyncView};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use zafu_store::Store;
use zafu_sync::Trigger;
use zafu_sync::supabase::Vault;

/// How long a session that is being renewed may take when Zafu stops.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long Zafu then waits for the thread, which may be in a keychain that does not answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What reaches the thread.
enum Order {
    /// Something has happened.
    Trigger(Trigger),
    /// Answer this.
    Ask(SyncRequest, oneshot::Sender<Result<SyncReply, IpcError>>),
    /// End.
    Stop,
}

/// Reaches the thread, which begins with the first that is asked of it. Cheap to clone.
#[derive(Clone)]
pub struct Sync(Arc<Inner>);

struct Inner {
    orders: UnboundedSender<Order>,
    state: Mutex<State>,
}

/// What there is to know of a sync.
pub(crate) enum News {
    /// How it stands now; none: there never was an account.
    Status(Option<SyncView>),
    /// The log has changed.
    Log,
}

/// Hears what there is to know.
pub(crate) type Tell = Arc<dyn Fn(News) + Send + std::marker::Sync>;

/// What the thread is made of.
pub(crate) struct Seed {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub vault: Arc<dyn Vault>,
    /// Hears what there is to know.
    pub tell: Tell,
    /// The folder is held for as long as anybody may write to it.
    pub lock: Arc<FolderLock>,
}

enum State {
    /// There is no store yet.
    New(UnboundedReceiver<Order>),
    /// Nothing was asked of it yet.
    Idle(UnboundedReceiver<Order>, Box<Seed>),
    /// It runs, and drops the other end when it has ended.
    Running(Receiver<()>),
    /// It is over, or could not begin.
    Gone,
}

impl Sync {
    /// One that does nothing before it is [provided](Self::provide) for.
    pub(crate) fn new() -> Self {
        let (orders, inbox) = unbounded_channel();
        Self(Arc::new(Inner { orders, state: Mutex::new(State::New(inbox)) }))
    }

    /// From now on it could run.
    pub(crate) fn provide(&self, seed: Seed) {
        self.change(|state| match state {
            State::New(inbox) => State::Idle(inbox, Box::new(seed)),
            other => other,
        });
        // Somebody may have asked before there was anything to ask.
        let is_asked = matches!(&*self.state(), State::Idle(inbox, _) if !inbox.is_empty());
        if is_asked {
            self.wake();
        }
    }

    /// Lets it run.
    pub(crate) fn wake(&self) {
        self.change(|state| match state {
            State::Idle(inbox, seed) => {
                let (running, ended) = channel();
                let spawned = std::thread::Builder::new().name("sync".into()).spawn(move || {
                    let _running = running;
                    courier::run(*seed, inbox);
                });
                match spawned {
                    Ok(_) => State::Running(ended),
                    Err(error) => {
                        tracing::error!(%error, "no thread for the sync");
                        State::Gone
                    }
                }
            }
            other => other,
        });
    }

    /// Tells it that something has happened, if anybody is signed in.
    pub(crate) fn trigger(&self, trigger: Trigger) {
        if matches!(*self.state(), State::Running(_)) {
            // A thread that is gone has nothing left to be told.
            let _ = self.0.orders.send(Order::Trigger(trigger));
        }
    }

    /// Asks for something of the account.
    ///
    /// # Errors
    /// What came of it, or that the thread is gone.
    pub(crate) async fn ask(&self, request: SyncRequest) -> Result<SyncReply, IpcError> {
        self.wake();
        let gone = || {
            IpcError::new(
                ErrorCode::Engine,
                "the sync has stopped; what was saved is kept. Start Zafu again",
            )
        };
        let (answer, answered) = oneshot::channel();
        self.0.orders.send(Order::Ask(request, answer)).map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Ends it. Whatever is on its way goes again the next time.
    pub(crate) fn stop(&self) {
        let before = std::mem::replace(&mut *self.state(), State::Gone);
        let State::Running(ended) = before else { return };
        let _ = self.0.orders.send(Order::Stop);
        if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the sync was still waiting for something when Zafu stopped");
        }
    }

    fn change(&self, change: impl FnOnce(State) -> State) {
        let mut state = self.state();
        *state = change(std::mem::replace(&mut *state, State::Gone));
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
