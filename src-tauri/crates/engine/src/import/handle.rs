//! Imports, as the process that runs the engine uses them.

use super::Activity;
use super::session::ImportSession;
use crate::clock::Clock;
use crate::folder::FolderLock;
use crate::handle::{EngineHandle, Pending};
use crate::protocol::{
    ErrorCode, ImportFiles, ImportProgress, ImportReading, ImportView, IpcError,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
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
        self.0.run(move |_, session| session.read(&files, &activity))
    }

    /// Takes a backup, and imports what was read as `number`: all of it or nothing. Returns `None` if there is nothing to
    /// import.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if something else was read since, [`ErrorCode::Rejected`] if it is cancelled.
    pub fn commit(&self, number: u32) -> Pending<Option<ImportView>> {
        let activity = self.0.begin();
        self.0.run(move |engine, session| {
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

    /// Returns how far the last reading or import is.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unused_async, reason = "as the other requests")]
    pub async fn progress(&self) -> Result<ImportProgress, IpcError> {
        Ok(self.0.activity().progress())
    }

    /// Cancels the reading or import that runs.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unused_async, reason = "as the other requests")]
    pub async fn cancel(&self) -> Result<(), IpcError> {
        self.0.activity().cancel();
        Ok(())
    }

    /// Returns the imports, newest first.
    pub fn list(&self) -> Pending<Vec<ImportView>> {
        self.0.run(|_, session| session.list())
    }

    /// Undoes an import: deletes the sits that it brought, except those that the user has deleted.
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
    /// Of the last reading or import.
    activity: Mutex<Arc<Activity>>,
}

/// Runs imports in the process of the engine.
#[derive(Clone, Default)]
pub(crate) struct ImportHandle(Arc<Inner>);

impl ImportHandle {
    /// Provides what imports need.
    pub fn provide(&self, parts: ImportParts) {
        let ImportParts { store, clock, engine, lock } = parts;
        let session = ImportSession::new(store, clock);
        *self.running() = Some(Running { session, engine, _lock: lock });
    }

    /// Cancels what runs and waits for its end. Discards what was read.
    pub fn stop(&self) {
        self.activity().cancel();
        let stopped = self.running().take();
        drop(stopped);
    }

    fn begin(&self) -> Arc<Activity> {
        let activity = Arc::new(Activity::default());
        *self.0.activity.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&activity);
        activity
    }

    fn activity(&self) -> Arc<Activity> {
        Arc::clone(&self.0.activity.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        // A panic of a parser leaves a session that discards what was read.
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
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
