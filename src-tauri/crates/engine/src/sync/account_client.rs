//! Requests about the account from another process: through the running engine, or directly if there is none.

use super::account_session::{AccountSession, Done};
use crate::access::{self, Access};
use crate::adapters::keychain::Keychain;
use crate::client::Client;
use crate::folder::{DataFolder, FolderLock};
use crate::host::HostError;
use crate::protocol::{
    AccountRequest, CodeRequest, DeadLetterView, ErrorCode, IpcError, OwnerView, ProjectView,
    Request, SignInRequest, SignedInView, SyncReport, SyncView, account_requests,
};
use crate::system;
use std::sync::Arc;
use tokio::runtime::Runtime;
use zafu_core::ids::UserId;
use zafu_core::time::Moment;
use zafu_store::{Store, StoreError};
use zafu_sync::{Hold, SyncEngine, Transferred, Wakeup};

/// Carries out requests about the account of a data folder.
pub struct AccountClient(pub(super) Route);

pub(super) enum Route {
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
                        IpcError::new(ErrorCode::Storage, error.message())
                    }
                },
            )?)),
        }))
    }

    /// Returns every owner of sits on this device, the account in use first.
    ///
    /// # Errors
    /// The database cannot be read, or the running engine cannot be reached.
    pub fn owners(&mut self) -> Result<Vec<OwnerView>, IpcError> {
        match &mut self.0 {
            Route::Engine(client) => client.owners(),
            Route::Direct(direct) => Ok(direct.session.owners()?),
        }
    }
}

/// Defines a method for each request of a table.
macro_rules! define_methods {
    ($Request:ident: $(
        $(#[doc = $doc:literal])*
        $Variant:ident => $method:ident($($argument:ident: $Argument:ty),*) -> $Result:ty;
    )*) => {
        impl AccountClient {$(
            $(#[doc = $doc])*
            ///
            /// # Errors
            /// As the method of [`Account`](crate::Account).
            pub fn $method(&mut self, $($argument: $Argument),*) -> Result<$Result, IpcError> {
                match &mut self.0 {
                    Route::Engine(client) => {
                        client.call(&Request::Account($Request::$Variant { $($argument),* }))
                    }
                    Route::Direct(direct) => direct.$method($($argument),*),
                }
            }
        )*}
    };
}
account_requests!(define_methods);

/// The account of a folder in which no engine runs.
pub(super) struct Direct {
    pub(super) session: AccountSession,
    engine: SyncEngine,
    pub(super) runtime: Runtime,
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

    /// Returns the state without opening the account: that needs no credentials, for which the keychain may ask the user.
    fn status(&mut self) -> Result<Option<SyncView>, IpcError> {
        Ok(self.session.view(self.engine.status()?, None)?)
    }

    fn sync_now(&mut self) -> Result<(SyncReport, Option<SyncView>), IpcError> {
        let transferred = self.sync()?;
        let view = self.status()?;
        self.session.synced(transferred, view)
    }

    /// Syncs first: only the server knows of the erasure.
    fn after_erasure(&mut self, upload: bool) -> Result<(), IpcError> {
        self.sync()?;
        done(self.session.after_erasure(upload, self.engine.hold().cloned()))
    }

    fn project(&self) -> Result<ProjectView, IpcError> {
        done(self.session.project())
    }

    fn sign_in(&self, request: SignInRequest) -> Result<SignedInView, IpcError> {
        done(self.runtime.block_on(self.session.sign_in(request)))
    }

    fn sign_up(&self, request: SignInRequest) -> Result<SignedInView, IpcError> {
        done(self.runtime.block_on(self.session.sign_up(request)))
    }

    fn send_code(&self, request: CodeRequest) -> Result<(), IpcError> {
        done(self.runtime.block_on(self.session.send_code(request)))
    }

    fn sign_out(&self) -> Result<(), IpcError> {
        done(self.runtime.block_on(self.session.sign_out()))
    }

    fn erase(&self) -> Result<(), IpcError> {
        done(self.runtime.block_on(self.session.erase()))
    }

    fn check_server(&self) -> Result<Option<Vec<String>>, IpcError> {
        done(self.runtime.block_on(self.session.check_server()))
    }

    fn set_keeps_texts(&self, keeps: bool) -> Result<(), IpcError> {
        done(self.session.set_keeps_texts(keeps))
    }

    fn adopt(&self, adopt: bool) -> Result<(), IpcError> {
        done(self.session.adopt(adopt))
    }

    fn adopt_from(&self, owner: UserId, confirmed: bool) -> Result<u32, IpcError> {
        done(self.session.adopt_from(owner, confirmed))
    }

    fn decline_from(&self, owner: UserId) -> Result<(), IpcError> {
        done(self.session.decline_from(owner))
    }

    fn dead_letters(&self) -> Result<Vec<DeadLetterView>, IpcError> {
        done(self.session.dead_letters())
    }

    fn retry_dead_letters(&self) -> Result<(), IpcError> {
        done(self.session.retry_dead_letters())
    }

    /// Syncs until there is nothing to do for now.
    pub(super) fn sync(&mut self) -> Result<Transferred, StoreError> {
        let Self { session, engine, runtime, .. } = self;
        runtime.block_on(async {
            session.open().await?;
            let now = || -> Moment { session.now() };
            engine.wake(Wakeup::Request, now());
            let Some(remote) = session.remote() else { return Ok(Transferred::default()) };
            let (transferred, _) = engine.run_until_idle(&remote, now).await?;
            if engine.hold() == Some(&Hold::AccountDeleted) {
                session.record_deleted_account()?;
            }
            Ok(transferred)
        })
    }
}

/// Returns the result of a request. Without an engine there is no sync to wake.
pub(super) fn done<T>(done: Result<Done<T>, IpcError>) -> Result<T, IpcError> {
    done.map(|done| done.value)
}
