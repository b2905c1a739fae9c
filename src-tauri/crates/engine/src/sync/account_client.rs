//! Requests about the account from another process: through the running engine, or directly if there is none.

use super::account_session::{AccountSession, Done};
use crate::access::{self, Access};
use crate::adapters::keychain::Keychain;
use crate::client::Client;
use crate::folder::{DataFolder, FolderLock};
use crate::host::HostError;
use crate::protocol::{ErrorCode, IpcError, Request, SyncReply, SyncRequest};
use crate::system;
use std::sync::Arc;
use tokio::runtime::Runtime;
use zafu_core::time::Moment;
use zafu_store::{Store, StoreError};
use zafu_sync::{Hold, SyncEngine, Transferred, Wakeup};

/// Carries out requests about the account of a data folder.
pub struct AccountClient(Route);

enum Route {
    Engine(Box<Client>),
    Direct(Box<Direct>),
}

impl AccountClient {
    /// Connects to the running engine of `folder`. Without one, locks the folder for as long as this lives.
    ///
    /// # Errors
    /// The running engine cannot be reached, or the folder cannot be used.
    pub fn connect(folder: &DataFolder) -> Result<Self, IpcError> {
        Ok(Self(match access::lock_or_connect(folder)? {
            Access::Engine(client) => Route::Engine(client),
            Access::Lock(lock) => Route::Direct(Box::new(Direct::open(folder, lock).map_err(
                |error| match error {
                    HostError::Store(error) => error.into(),
                    HostError::Folder(_) | HostError::System(_) => {
                        IpcError::new(ErrorCode::Storage, error.to_string())
                    }
                },
            )?)),
        }))
    }

    /// Carries out a request, and waits for the result.
    ///
    /// # Errors
    /// Those of the request.
    pub fn request(&mut self, request: SyncRequest) -> Result<SyncReply, IpcError> {
        match &mut self.0 {
            Route::Direct(direct) => direct.request(request),
            Route::Engine(client) => client.call(&Request::Account(request)),
        }
    }
}

/// The account of a folder in which no engine runs.
struct Direct {
    session: AccountSession,
    engine: SyncEngine,
    runtime: Runtime,
    _lock: FolderLock,
}

impl Direct {
    fn open(folder: &DataFolder, lock: FolderLock) -> Result<Self, HostError> {
        let clock = system::clock();
        let store = Store::open(folder.path(), clock.now().wall)?;
        let vault = Arc::new(Keychain::of(folder.path()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let session = AccountSession::new(store, clock, vault, false);
        Ok(Self { engine: session.engine(), session, runtime, _lock: lock })
    }

    fn request(&mut self, request: SyncRequest) -> Result<SyncReply, IpcError> {
        let Self { session, engine, runtime, .. } = self;
        runtime.block_on(async {
            match request {
                // The keychain may ask the user, and this needs no credentials.
                SyncRequest::Status => Ok(SyncReply::Status(session.view(engine.status()?, None)?)),
                SyncRequest::Now => {
                    let transferred = sync(session, engine).await?;
                    session.synced(transferred, session.view(engine.status()?, None)?)
                }
                request => {
                    if matches!(request, SyncRequest::AfterErasure { .. }) {
                        // Only the server knows the erasure.
                        sync(session, engine).await?;
                    }
                    let Done { reply, .. } =
                        session.handle(request, engine.hold().cloned()).await?;
                    Ok(reply)
                }
            }
        })
    }
}

/// Syncs until there is nothing to do for now.
async fn sync(
    session: &AccountSession,
    engine: &mut SyncEngine,
) -> Result<Transferred, StoreError> {
    session.open().await?;
    let now = || -> Moment { session.now() };
    engine.wake(Wakeup::Request, now());
    let Some(remote) = session.remote() else { return Ok(Transferred::default()) };
    let (transferred, _) = engine.run_until_idle(&remote, now).await?;
    if engine.hold() == Some(&Hold::AccountDeleted) {
        session.record_deleted_account()?;
    }
    Ok(transferred)
}
