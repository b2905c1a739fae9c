//! An engine that runs: its data folder held, its thread started, its socket served.

use crate::folder::{DataFolder, FolderError, FolderLock};
use crate::protocol::{ErrorCode, IpcError, SyncReply, SyncRequest};
use crate::runner::{Event, Message, Parts, Runner};
use crate::serve::Server;
use crate::sync::{News, Seed, Sync, Tell};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use tokio::sync::{broadcast, oneshot};
use zafu_store::{Store, StoreError};

/// How many events a listener may lag behind; it then only misses states that newer ones replace.
const EVENTS: usize = 64;

/// An engine cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Its folder cannot be used, or is held.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives it no thread or no socket.
    #[error("Zafu cannot start: {0}. Nothing was changed")]
    System(#[from] std::io::Error),
}

/// Reaches a running engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    messages: Sender<Message>,
    events: broadcast::Sender<Event>,
    sync: Sync,
}

impl Engine {
    /// Asks for something of the account, without holding up the engine.
    ///
    /// # Errors
    /// What came of it, or that the engine is gone.
    pub async fn sync(&self, request: SyncRequest) -> Result<SyncReply, IpcError> {
        self.sync.ask(request).await
    }

    /// Does `action` on the engine's thread.
    ///
    /// # Errors
    /// What the action answers, or that the engine is gone.
    pub async fn run<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut Runner) -> Result<T, IpcError> + Send + 'static,
    ) -> Result<T, IpcError> {
        self.send(action).await.unwrap_or_else(|_| Err(gone()))
    }

    /// As [`Self::run`], for callers outside any async runtime.
    ///
    /// # Errors
    /// What the action answers, or that the engine is gone.
    pub fn run_blocking<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut Runner) -> Result<T, IpcError> + Send + 'static,
    ) -> Result<T, IpcError> {
        self.send(action).blocking_recv().unwrap_or_else(|_| Err(gone()))
    }

    /// Asks for `action` without waiting for it.
    pub fn post(&self, action: impl FnOnce(&mut Runner) + Send + 'static) {
        // An engine that is gone has nothing left to be told.
        let _ = self.messages.send(Message::Do(Box::new(action)));
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    fn send<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut Runner) -> Result<T, IpcError> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, IpcError>> {
        let (answer, answered) = oneshot::channel();
        self.post(move |runner| {
            // A caller that no longer waits still had its wish carried out.
            let _ = answer.send(action(runner));
        });
        answered
    }
}

fn gone() -> IpcError {
    IpcError::new(ErrorCode::Engine, "Zafu is stopping; what was saved is kept. Start it again")
}

/// Passes on what the sync has to say.
fn teller(engine: Engine) -> Tell {
    Arc::new(move |news| {
        engine.post(|runner| match news {
            News::Status(view) => runner.synced(view),
            News::Log => runner.log_changed(),
        });
    })
}

/// Makes the outside for an engine, which reports back through the [`Engine`] it is given.
pub type MakeParts = Box<dyn FnOnce(&Engine) -> Parts + Send>;

/// An engine that this process runs.
pub struct Host {
    engine: Engine,
    events: Option<broadcast::Receiver<Event>>,
    thread: Option<JoinHandle<()>>,
    // Dropped in this order: nobody is served by an engine that has gone, and the folder is let go last.
    _server: Server,
    _lock: Arc<FolderLock>,
}

impl Host {
    /// Takes `folder`, takes up what the last run left, and serves whoever asks.
    ///
    /// # Errors
    /// [`HostError`]; then nothing was changed.
    pub fn start(folder: &DataFolder, make_parts: MakeParts) -> Result<Self, HostError> {
        Self::start_holding(folder, folder.lock()?, make_parts)
    }

    /// As [`Self::start`], with a folder that is held already.
    ///
    /// # Errors
    /// [`HostError`]; then nothing was changed.
    pub fn start_holding(
        folder: &DataFolder,
        lock: FolderLock,
        make_parts: MakeParts,
    ) -> Result<Self, HostError> {
        let lock = Arc::new(lock);
        if let Some(warning) = folder.warning() {
            tracing::warn!("{warning}");
        }
        let (messages, inbox) = channel();
        let (events, heard) = broadcast::channel(EVENTS);
        let sync = Sync::new();
        let engine = Engine { messages, events: events.clone(), sync: sync.clone() };
        let parts = make_parts(&engine);
        let store = Store::open(folder.path(), parts.clock.now().wall)?;
        let server = Server::start(folder, engine.clone())?;
        let signed_in = store.signed_in()?.is_some();
        let seed = Seed {
            store: store.clone(),
            clock: Arc::clone(&parts.clock),
            vault: Arc::clone(&parts.vault),
            tell: teller(engine.clone()),
            lock: Arc::clone(&lock),
        };
        let runner = Runner::new(parts, store, events, sync.clone())?;
        let held = Arc::clone(&lock);
        let thread = std::thread::Builder::new().name("engine".into()).spawn(move || {
            runner.run(&inbox);
            drop(held);
        })?;
        // Last: from here on the two hold each other, until the host is dropped.
        sync.provide(seed);
        if signed_in {
            sync.wake();
        }
        let (events, thread) = (Some(heard), Some(thread));
        Ok(Self { engine, events, thread, _server: server, _lock: lock })
    }

    /// What has happened since the start, for the one who shows it: what a client asked for before there was
    /// anything to show it with is not lost.
    pub fn events(&mut self) -> broadcast::Receiver<Event> {
        self.events.take().unwrap_or_else(|| self.engine.events())
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl Drop for Host {
    /// Saves how far a sit has come, and stops.
    fn drop(&mut self) {
        // The sit first: it is saved while the sync comes to its end.
        let _ = self.engine.messages.send(Message::Stop);
        self.engine.sync.stop();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the engine's thread had panicked");
        }
    }
}
