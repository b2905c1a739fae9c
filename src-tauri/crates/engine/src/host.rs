//! Starts and stops the engine: locks its data folder, runs its thread, serves its socket.

use crate::adapters::Adapters;
use crate::folder::{DataFolder, FolderError, FolderLock};
use crate::handle::EngineHandle;
use crate::import::{ImportHandle, ImportParts};
use crate::log::LogThread;
use crate::serve::Server;
use crate::sync::{Report, SyncEvent, SyncHandle, SyncParts};
use crate::thread::{EngineThread, Event};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use tokio::sync::broadcast;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_store::{Store, StoreError};

/// How many events a subscriber may lag behind. It then misses states that newer ones replace.
const EVENT_CAPACITY: usize = 64;

/// The engine cannot start.
#[derive(Debug)]
pub enum HostError {
    /// Its data folder cannot be used, or is locked.
    Folder(FolderError),
    /// Its database cannot be used.
    Store(StoreError),
    /// The system refuses a thread or a socket.
    System(io::Error),
}

impl HostError {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Folder(error) => error.message(),
            Self::Store(error) => error.message(),
            Self::System(error) => message!("storage-start-failed", reason = error.to_string()),
        }
    }
}

zafu_core::message_error!(HostError);

impl From<FolderError> for HostError {
    fn from(error: FolderError) -> Self {
        Self::Folder(error)
    }
}

impl From<StoreError> for HostError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for HostError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Forwards the reports of the sync to the engine.
fn reporter(engine: EngineHandle) -> Report {
    Arc::new(move |event| match event {
        SyncEvent::Status(view) => engine.set_sync_view(view),
        SyncEvent::Log => engine.log_changed(),
        SyncEvent::Partner => engine.partner_changed(),
    })
}

/// Makes the adapters of an engine, which report to it through the given handle.
pub type MakeAdapters = Box<dyn FnOnce(&EngineHandle) -> Adapters + Send>;

/// The engine that this process runs. Dropping it saves a checkpoint of the running sit and stops it.
pub struct Host {
    engine: EngineHandle,
    events: Option<broadcast::Receiver<Event>>,
    threads: Vec<JoinHandle<()>>,
    // Dropped in this order: the server before the lock, so that no process finds the folder unlocked with a socket in it.
    _server: Server,
    _lock: Arc<FolderLock>,
}

impl Host {
    /// Locks `folder`, recovers the open sits of the last run, and serves clients.
    ///
    /// # Errors
    /// [`HostError`]; then nothing was changed.
    pub fn start(folder: &DataFolder, make_adapters: MakeAdapters) -> Result<Self, HostError> {
        Self::start_locked(folder, folder.lock()?, make_adapters)
    }

    /// As [`Self::start`], with a folder that is locked already.
    ///
    /// # Errors
    /// [`HostError`]; then nothing was changed.
    pub fn start_locked(
        folder: &DataFolder,
        lock: FolderLock,
        make_adapters: MakeAdapters,
    ) -> Result<Self, HostError> {
        let lock = Arc::new(lock);
        if let Some(warning) = folder.warning() {
            tracing::warn!("{warning}");
        }
        let (messages, inbox) = channel();
        let (log_messages, log_inbox) = channel();
        let (events, first_events) = broadcast::channel(EVENT_CAPACITY);
        let sync = SyncHandle::new();
        let imports = ImportHandle::default();
        let engine = EngineHandle::new(
            messages,
            log_messages,
            events.clone(),
            sync.clone(),
            imports.clone(),
        );
        let adapters = make_adapters(&engine);
        let store = Store::open(folder.path(), adapters.clock.now().wall)?;
        let server = Server::start(folder, engine.clone())?;
        let signed_in = store.signed_in()?.is_some();
        // Each thread reads by itself, so that no long read delays the timer.
        let sync_parts = SyncParts {
            store: store.with_own_reader(),
            clock: Arc::clone(&adapters.clock),
            vault: Arc::clone(&adapters.vault),
            report: reporter(engine.clone()),
            lock: Arc::clone(&lock),
        };
        let import_parts = ImportParts {
            store: store.with_own_reader(),
            clock: Arc::clone(&adapters.clock),
            engine: engine.clone(),
            lock: Arc::clone(&lock),
        };
        let log =
            LogThread::new(store.with_own_reader(), Arc::clone(&adapters.clock), engine.clone());
        let thread = EngineThread::new(adapters, store, events, sync.clone())?;
        let held = Arc::clone(&lock);
        let thread = std::thread::Builder::new().name("engine".into()).spawn(move || {
            thread.run(&inbox);
            drop(held);
        })?;
        let held = Arc::clone(&lock);
        let log = std::thread::Builder::new().name("log".into()).spawn(move || {
            log.run(&log_inbox);
            drop(held);
        })?;
        // Last: from here on the sync, the imports and the engine keep each other alive until the host is dropped.
        imports.provide(import_parts);
        sync.provide(sync_parts);
        if signed_in {
            sync.start();
        }
        let (events, threads) = (Some(first_events), vec![thread, log]);
        Ok(Self { engine, events, threads, _server: server, _lock: lock })
    }

    /// Returns all events since the start, the first time: a request to show the window that came before there was a
    /// window is not lost. Later calls return the events from then on.
    pub fn events(&mut self) -> broadcast::Receiver<Event> {
        self.events.take().unwrap_or_else(|| self.engine.subscribe())
    }

    /// Returns a handle on the engine.
    #[must_use]
    pub fn engine(&self) -> &EngineHandle {
        &self.engine
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.engine.stop();
        for thread in self.threads.drain(..) {
            let name = thread.thread().name().unwrap_or_default().to_owned();
            if thread.join().is_err() {
                tracing::error!("the thread \"{name}\" has panicked");
            }
        }
    }
}
