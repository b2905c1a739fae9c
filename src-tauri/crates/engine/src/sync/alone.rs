//! The account and its sync where no engine runs: the folder is held for one thing, which is done to its end.

use super::worker::{Turn, Worker};
use crate::adapters::keychain::Keychain;
use crate::folder::{DataFolder, FolderLock};
use crate::host::HostError;
use crate::protocol::{IpcError, SyncReply, SyncRequest};
use crate::system;
use std::sync::Arc;
use tokio::runtime::Runtime;
use zafu_store::Store;
use zafu_sync::{Out, Report, Trigger};

/// A folder that is held for its account.
pub(super) struct Alone {
    worker: Worker,
    runtime: Runtime,
    _lock: FolderLock,
}

impl Alone {
    /// Uses `folder`, which `lock` holds.
    ///
    /// # Errors
    /// [`HostError`].
    pub fn with(folder: &DataFolder, lock: FolderLock) -> Result<Self, HostError> {
        let clock = system::clock();
        let store = Store::open(folder.path(), clock.now().wall)?;
        let vault = Arc::new(Keychain::of(folder.path()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { worker: Worker::new(store, clock, vault, false), runtime, _lock: lock })
    }

    /// Does what is asked for.
    ///
    /// # Errors
    /// What came of it.
    pub fn ask(&mut self, request: SyncRequest) -> Result<SyncReply, IpcError> {
        let worker = &mut self.worker;
        self.runtime.block_on(async {
            match request {
                SyncRequest::Now => return sync(worker).await,
                // That there was one is learnt from the server.
                SyncRequest::AfterErasure { .. } => drop(sync(worker).await?),
                _ => {}
            }
            worker.answer(request).await
        })
    }
}

/// Syncs until there is nothing to do for now.
async fn sync(worker: &mut Worker) -> Result<SyncReply, IpcError> {
    worker.trigger(Trigger::Asked);
    let (mut total, mut out) = (Report::default(), Out::default());
    while let Turn::Answers = worker.turn(&mut out) {
        let answered = out.land().await;
        total.add(worker.landed(answered, &mut out));
    }
    worker.synced(&total)
}
