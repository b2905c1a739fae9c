//! Imports, as the process that runs the engine uses them.

use super::Activity;
use super::session::ImportSession;
use crate::clock::Clock;
use crate::folder::FolderLock;
use crate::handle::{EngineHandle, Pending};
use crate::protocol::{
    BackupView, ErrorCode, ImportFiles, ImportProgress, ImportReading, ImportUndoView, ImportView,
    IpcError,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};
use tokio::sync::oneshot;
use uuid::Uuid;
use zafu_core::message;
use zafu_store::Store;

/// A handle on imports. Its requests run one after the other, each on a thread of its own.
///
/// Every method can fail with [`ErrorCode::Storage`] if the database cannot be read or written; then nothing was changed.
pub struct Imports<'a>(&'a ImportHandle);

impl<'a> Imports<'a> {
    pub(crate) const fn new(handle: &'a ImportHandle) -> Self {
        Self(handle)
    }

    /// Reads files and returns what importing them would change. Imports nothing, and discards what was read before.
    ///
    /// # Errors
    /// [`ErrorCode::File`] if a file cannot be imported, [`ErrorCode::BadRequest`] if the time zone is not known,
    /// [`ErrorCode::Rejected`] if it is cancelled.
    pub fn read(&self, files: ImportFiles) -> Pending<ImportReading> {
        let activity = self.0.begin();
        self.0.run(move |_, session| {
            // What another client has read stays for it.
            activity.check()?;
            session.read(&files, &activity)
        })
    }

    /// Takes a backup, and imports what was read as `number`: all of it or nothing. Returns `None` if there is nothing to
    /// import.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if something else was read since, [`ErrorCode::Rejected`] if it is cancelled.
    pub fn commit(&self, number: u32) -> Pending<Option<ImportView>> {
        let activity = self.0.begin();
        self.0.run(move |engine, session| {
            activity.check()?;
            let imported = session.commit(number, &activity)?;
            engine.sessions_changed();
            engine.log_changed();
            Ok(imported)
        })
    }

    /// Discards what was read.
    pub fn discard(&self) -> Pending<()> {
        self.0.run(|_, session| {
            session.discard();
            Ok(())
        })
    }

    /// Returns how far the last reading or import of this client is.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unused_async, reason = "as the other requests")]
    pub async fn progress(&self) -> Result<ImportProgress, IpcError> {
        Ok(self.0.activities().last().map(|last| last.progress()).unwrap_or_default())
    }

    /// Cancels the readings and imports of this client that run or wait for those of others.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unused_async, reason = "as the other requests")]
    pub async fn cancel(&self) -> Result<(), IpcError> {
        self.0.cancel();
        Ok(())
    }

    /// Returns the imports, newest first.
    pub fn list(&self) -> Pending<Vec<ImportView>> {
        self.0.run(|_, session| session.list())
    }

    /// Returns what undoing an import would change.
    ///
    /// # Errors
    /// As [`Self::undo`].
    pub fn preview_undo(&self, id: i64) -> Pending<ImportUndoView> {
        self.0.run(move |_, session| session.preview_undo(id))
    }

    /// Undoes an import: deletes the sits that it brought, except those that the user has deleted, and takes away the notes
    /// that it gave to other sits, except those that the user has changed.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is no such import, [`ErrorCode::Rejected`] if it was undone before.
    pub fn undo(&self, id: i64) -> Pending<ImportView> {
        self.0.run(move |engine, session| {
            let undone = session.undo(id)?;
            engine.sessions_changed();
            engine.log_changed();
            Ok(undone)
        })
    }

    /// Returns whether a request about imports, of any client, is being carried out.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self.0.inner.running.try_lock(), Err(TryLockError::WouldBlock))
    }

    /// Waits for the request that is being carried out.
    pub fn finish(&self) -> Pending<()> {
        self.0.run(|_, _| Ok(()))
    }

    /// Takes a backup, after the import that runs.
    pub fn back_up(&self) -> Pending<BackupView> {
        self.0.run(|_, session| session.back_up())
    }
}

/// What imports need.
pub(crate) struct ImportParts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub engine: EngineHandle,
    /// Held while anything may write to the folder.
    pub lock: Arc<FolderLock>,
}

struct Running {
    session: ImportSession,
    engine: EngineHandle,
    _lock: Arc<FolderLock>,
}

#[derive(Default)]
struct Inner {
    /// `None` before the start and after the stop of the engine.
    running: Mutex<Option<Running>>,
    /// Whether the engine stops.
    is_stopping: Arc<AtomicBool>,
    /// The activities of the clients that have an id.
    clients: Mutex<Vec<(Uuid, Weak<Mutex<Activities>>)>>,
}

/// The readings and imports of a client that are not done, and the last one.
type Activities = Vec<Arc<Activity>>;

/// Runs imports in the process of the engine, for one of its clients. Clones are the same client.
#[derive(Clone, Default)]
pub(crate) struct ImportHandle {
    inner: Arc<Inner>,
    activities: Arc<Mutex<Activities>>,
}

impl ImportHandle {
    /// Provides what imports need.
    pub fn provide(&self, parts: ImportParts) {
        let ImportParts { store, clock, engine, lock } = parts;
        let session = ImportSession::new(store, clock);
        *self.running() = Some(Running { session, engine, _lock: lock });
    }

    /// Returns a handle for another client, or for the one with this id.
    pub fn for_client(&self, client: Option<Uuid>) -> Self {
        let activities = client.map(|client| self.activities_of(client)).unwrap_or_default();
        Self { inner: Arc::clone(&self.inner), activities }
    }

    fn activities_of(&self, client: Uuid) -> Arc<Mutex<Activities>> {
        let mut clients = self.inner.clients.lock().unwrap_or_else(PoisonError::into_inner);
        // Those of connections that are closed.
        clients.retain(|(_, activities)| activities.strong_count() > 0);
        let known = clients.iter().find(|(known, _)| *known == client);
        known.and_then(|(_, activities)| activities.upgrade()).unwrap_or_else(|| {
            let new = Arc::default();
            clients.push((client, Arc::downgrade(&new)));
            new
        })
    }

    /// Cancels what runs and waits for its end. Discards what was read.
    pub fn stop(&self) {
        self.inner.is_stopping.store(true, Ordering::Relaxed);
        let stopped = self.running().take();
        drop(stopped);
    }

    /// Cancels the readings and imports of this client.
    pub fn cancel(&self) {
        for activity in &*self.activities() {
            activity.cancel();
        }
    }

    fn begin(&self) -> Arc<Activity> {
        let activity = Arc::new(Activity::stopped_by(&self.inner.is_stopping));
        let mut activities = self.activities();
        // Those that are done are held by nothing else.
        activities.retain(|activity| Arc::strong_count(activity) > 1);
        activities.push(Arc::clone(&activity));
        activity
    }

    fn activities(&self) -> MutexGuard<'_, Activities> {
        self.activities.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        // A panic of a parser leaves a session that discards what was read.
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&EngineHandle, &mut ImportSession) -> Result<T, IpcError> + Send + 'static,
    ) -> Pending<T> {
        let (respond, response) = oneshot::channel();
        let handle = self.clone();
        let spawned = std::thread::Builder::new().name("import".into()).spawn(move || {
            let result = match &mut *handle.running() {
                Some(Running { session, engine, .. }) => work(engine, session),
                None => Err(IpcError::new(ErrorCode::Engine, message!("import-engine-stopped"))),
            };
            // A caller that has gone still had its work done.
            let _ = respond.send(result);
        });
        if let Err(error) = spawned {
            tracing::error!(%error, "no thread for an import");
        }
        Pending::new(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::folder::DataFolder;
    use crate::protocol::ErrorCode;
    use crate::sync::SyncHandle;
    use std::sync::mpsc::channel;
    use tokio::sync::broadcast;

    #[test]
    fn a_client_cancels_its_own_imports_only_also_while_they_wait() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::at(dir.path()).unwrap();
        let path = dir.path().join("log.csv");
        let row = "12/25/2025 07:00:00,0:10:0,,Meditation\n";
        std::fs::write(&path, format!("Started At,Duration,Preset,Activity\n{row}")).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let store = Store::open(folder.path(), clock.now().wall).unwrap();
        let window = ImportHandle::default();
        let engine = EngineHandle::new(
            channel().0,
            channel().0,
            broadcast::channel(1).0,
            SyncHandle::new(),
            window.clone(),
        );
        let lock = Arc::new(folder.lock().unwrap());
        window.provide(ImportParts { store, clock, engine: engine.clone(), lock });
        let files = || ImportFiles { files: vec![path.clone()], ..ImportFiles::default() };
        let number = |reading: ImportReading| match reading {
            ImportReading::Preview(preview) => preview.number,
            other => panic!("{other:?}"),
        };
        // Two connections of one client.
        let id = Some(Uuid::from_u128(1));
        let (client, monitor) = (engine.import_client(id), engine.import_client(id));
        let first = number(Imports::new(&window).read(files()).wait().unwrap());

        // All others wait for this one.
        let (go_on, wait) = channel::<()>();
        let (begin, begun) = channel();
        let running = window.run(move |_, _| {
            begin.send(()).unwrap();
            let _ = wait.recv();
            Ok(())
        });
        begun.recv().unwrap();
        assert!(engine.imports().is_busy());
        let waiting = Imports::new(&client).read(files());
        monitor.cancel();
        drop(go_on);
        running.wait().unwrap();
        assert_eq!(waiting.wait().unwrap_err().code, ErrorCode::Rejected);
        // What the window has read is still there, and nothing cancels its import.
        let committing = Imports::new(&window).commit(first);
        client.cancel();
        assert_eq!(committing.wait().unwrap().unwrap().counts.added, 1);
        engine.imports().finish().wait().unwrap();
        assert!(!engine.imports().is_busy());

        engine.stop();
        let stopped = Imports::new(&client).read(files()).wait().unwrap_err();
        assert_eq!(stopped.code, ErrorCode::Engine);
    }
}
