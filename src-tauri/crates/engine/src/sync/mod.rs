//! The sync and its account, on a thread of their own, for which nothing waits.
//!
//! The thread is started by the first request or sign-in, so that the timer alone does not pay for it. It reports to the
//! engine, and writes through the store.

mod account_client;
mod account_session;
mod errors;
mod invitations;
mod partner_client;
mod status;
mod sync_loop;

pub use account_client::AccountClient;
use account_session::{AccountSession, Done};
pub(crate) use errors::label_rejection;
pub use invitations::invitation_host;
pub use partner_client::PartnerClient;
pub(crate) use status::without_sync;
use sync_loop::SyncLoop;

use crate::clock::Clock;
use crate::folder::FolderLock;
use crate::protocol::{ErrorCode, IpcError, SyncView};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use zafu_core::message;
use zafu_store::Store;
use zafu_sync::Wakeup;
use zafu_sync::supabase::Vault;

/// How long a token refresh in flight may take when the engine stops.
const FINISH_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the engine then waits for the thread to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// Receives the result of a request.
type Respond<T> = oneshot::Sender<Result<T, IpcError>>;

/// Work for the thread, with its loop.
type Work = Box<dyn FnOnce(&mut SyncLoop) + Send>;

/// A message to the thread.
enum Message {
    Wake(Wakeup),
    Run(Work),
    Stop,
}

/// A handle on the thread of the sync. Cheap to clone.
#[derive(Clone)]
pub struct SyncHandle(Arc<Inner>);

struct Inner {
    messages: UnboundedSender<Message>,
    state: Mutex<State>,
}

/// What the thread reports.
pub(crate) enum SyncEvent {
    /// The state of the sync has changed; `None`: there never was an account.
    Status(Option<SyncView>),
    /// Sessions in the log have changed.
    Log,
    /// Anything about the partner has changed, or another account is in use.
    Partner,
}

/// Receives the reports of the thread.
pub(crate) type Report = Arc<dyn Fn(SyncEvent) + Send + Sync>;

/// What the thread needs.
pub(crate) struct SyncParts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub vault: Arc<dyn Vault>,
    pub report: Report,
    /// Held while anything may write to the folder.
    pub lock: Arc<FolderLock>,
}

enum State {
    /// There is no store yet.
    New(UnboundedReceiver<Message>),
    /// Nothing was requested yet.
    Idle(UnboundedReceiver<Message>, Box<SyncParts>),
    /// The other end is dropped when the thread has ended.
    Running(Receiver<()>),
    /// The thread has ended, or could not be started.
    Stopped,
}

impl SyncHandle {
    /// Creates a handle that does nothing before it has its [parts](Self::provide).
    pub(crate) fn new() -> Self {
        let (messages, inbox) = unbounded_channel();
        Self(Arc::new(Inner { messages, state: Mutex::new(State::New(inbox)) }))
    }

    /// Provides what the thread needs. It is started if there was a request already.
    pub(crate) fn provide(&self, parts: SyncParts) {
        self.change(|state| match state {
            State::New(inbox) => State::Idle(inbox, Box::new(parts)),
            other => other,
        });
        let is_requested = matches!(&*self.state(), State::Idle(inbox, _) if !inbox.is_empty());
        if is_requested {
            self.start();
        }
    }

    /// Starts the thread, unless it runs.
    pub(crate) fn start(&self) {
        self.change(|state| match state {
            State::Idle(inbox, parts) => {
                let (running, ended) = channel();
                let spawned = std::thread::Builder::new().name("sync".into()).spawn(move || {
                    let _running = running;
                    sync_loop::run(*parts, inbox);
                });
                match spawned {
                    Ok(_) => State::Running(ended),
                    Err(error) => {
                        tracing::error!(%error, "no thread for the sync");
                        State::Stopped
                    }
                }
            }
            other => other,
        });
    }

    /// Wakes the sync, if its thread runs.
    pub(crate) fn wake(&self, wakeup: Wakeup) {
        if matches!(*self.state(), State::Running(_)) {
            // A thread that has ended need not be woken.
            let _ = self.0.messages.send(Message::Wake(wakeup));
        }
    }

    /// Carries out a request about the account beside the sync and other requests, and waits for its result.
    ///
    /// # Errors
    /// Those of the request, and [`ErrorCode::Engine`] if the thread has ended.
    pub(crate) async fn request<T, R>(
        &self,
        request: impl FnOnce(Arc<AccountSession>) -> R + Send + 'static,
    ) -> Result<T, IpcError>
    where
        T: Send + 'static,
        R: Future<Output = Result<Done<T>, IpcError>> + Send + 'static,
    {
        self.call(|sync, respond| sync.request(request, respond)).await
    }

    /// Carries out `work` on the thread, and waits for its response.
    ///
    /// # Errors
    /// Those of the response, and [`ErrorCode::Engine`] if the thread has ended.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SyncLoop, Respond<T>) + Send + 'static,
    ) -> Result<T, IpcError> {
        self.start();
        let stopped = || IpcError::new(ErrorCode::Engine, message!("engine-stopping"));
        let (respond, response) = oneshot::channel();
        let work: Work = Box::new(|sync| work(sync, respond));
        self.0.messages.send(Message::Run(work)).map_err(|_| stopped())?;
        response.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Stops the thread. Requests in flight are repeated after the next start.
    pub(crate) fn stop(&self) {
        let before = std::mem::replace(&mut *self.state(), State::Stopped);
        let State::Running(ended) = before else { return };
        let _ = self.0.messages.send(Message::Stop);
        if ended.recv_timeout(STOP_TIMEOUT) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the sync was still waiting for something when the engine stopped");
        }
    }

    fn change(&self, change: impl FnOnce(State) -> State) {
        let mut state = self.state();
        *state = change(std::mem::replace(&mut *state, State::Stopped));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
