//! Requests about imports and backups from another process: through the running engine, or directly if there is none.

use super::Activity;
use super::session::ImportSession;
use crate::access::{self, Access};
use crate::client::Client;
use crate::folder::{DataFolder, FolderLock};
use crate::protocol::{
    BackupView, ErrorCode, ImportFiles, ImportProgress, ImportReading, ImportRequest,
    ImportUndoView, ImportView, IpcError, Request, import_requests,
};
use crate::system;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;
use zafu_core::message;
use zafu_store::Store;

/// Carries out requests about the imports and backups of a data folder.
pub struct ImportClient(Route);

enum Route {
    Engine {
        client: Box<Client>,
        /// Follows and cancels what `client` waits for.
        monitor: Arc<Mutex<Client>>,
    },
    Direct(Box<Direct>),
}

impl ImportClient {
    /// Connects to the running engine of `folder`, which then reads the files. Without one, locks the folder for as long as
    /// this lives, and reads them in this process.
    ///
    /// # Errors
    /// The running engine cannot be reached, or the folder cannot be used.
    pub fn connect(folder: &DataFolder) -> Result<Self, IpcError> {
        Ok(Self(match access::lock_or_connect(folder)? {
            Access::Engine(mut client) => {
                let mut monitor = Client::connect(folder)?.ok_or_else(|| {
                    IpcError::new(ErrorCode::Engine, message!("import-engine-stopped"))
                })?;
                let id = Uuid::new_v4();
                for connection in [&mut *client, &mut monitor] {
                    connection.call::<()>(&Request::ImportAs(id))?;
                }
                Route::Engine { client, monitor: Arc::new(Mutex::new(monitor)) }
            }
            Access::Lock(lock) => Route::Direct(Box::new(Direct::open(folder, lock)?)),
        }))
    }

    /// Returns a monitor for the requests of this client.
    #[must_use]
    pub fn monitor(&self) -> ImportMonitor {
        match &self.0 {
            Route::Engine { monitor, .. } => ImportMonitor(Monitored::Engine(Arc::clone(monitor))),
            Route::Direct(direct) => ImportMonitor(Monitored::Direct(Arc::clone(&direct.activity))),
        }
    }
}

/// Shows how far a request of an [`ImportClient`] is, and cancels it, from another thread.
pub struct ImportMonitor(Monitored);

enum Monitored {
    Engine(Arc<Mutex<Client>>),
    Direct(Arc<Activity>),
}

impl ImportMonitor {
    /// Returns how far the last reading or import is.
    ///
    /// # Errors
    /// The running engine cannot be reached.
    pub fn progress(&self) -> Result<ImportProgress, IpcError> {
        match &self.0 {
            Monitored::Engine(client) => call(client, ImportRequest::Progress {}),
            Monitored::Direct(activity) => Ok(activity.progress()),
        }
    }

    /// Cancels the reading or import that runs. Its request then fails, and nothing is imported.
    ///
    /// # Errors
    /// The running engine cannot be reached.
    pub fn cancel(&self) -> Result<(), IpcError> {
        match &self.0 {
            Monitored::Engine(client) => call(client, ImportRequest::Cancel {}),
            Monitored::Direct(activity) => {
                activity.cancel();
                Ok(())
            }
        }
    }
}

fn call<T: DeserializeOwned>(
    client: &Mutex<Client>,
    request: ImportRequest,
) -> Result<T, IpcError> {
    let mut client = client.lock().unwrap_or_else(PoisonError::into_inner);
    client.call(&Request::Import(request))
}

/// Returns the error of a request to an engine that has stopped before it responded.
fn stopped(request: &ImportRequest) -> IpcError {
    let message = match request {
        ImportRequest::Commit { .. } | ImportRequest::Undo { .. } => {
            message!("import-engine-stopped-unknown")
        }
        _ => message!("import-engine-stopped"),
    };
    IpcError::new(ErrorCode::Engine, message)
}

/// Defines a method for each request of a table.
macro_rules! define_methods {
    ($Request:ident: $(
        $(#[doc = $doc:literal])*
        $Variant:ident => $method:ident($($argument:ident: $Argument:ty),*) -> $Result:ty;
    )*) => {
        impl ImportClient {$(
            $(#[doc = $doc])*
            ///
            /// # Errors
            /// As the method of [`Imports`](crate::Imports).
            pub fn $method(&mut self, $($argument: $Argument),*) -> Result<$Result, IpcError> {
                match &mut self.0 {
                    Route::Engine { client, .. } => {
                        let request = $Request::$Variant { $($argument),* };
                        match client.call(&Request::Import(request.clone())) {
                            Err(_) if !client.is_connected() => Err(stopped(&request)),
                            result => result,
                        }
                    }
                    Route::Direct(direct) => direct.$method($($argument),*),
                }
            }
        )*}
    };
}
import_requests!(define_methods);

/// The data folder, locked and open.
struct Direct {
    session: ImportSession,
    activity: Arc<Activity>,
    // Dropped last.
    _lock: FolderLock,
}

impl Direct {
    fn open(folder: &DataFolder, lock: FolderLock) -> Result<Self, IpcError> {
        let clock = system::clock();
        let store = Store::open(folder.path(), clock.now().wall)?;
        let session = ImportSession::new(store, clock);
        Ok(Self { session, activity: Arc::default(), _lock: lock })
    }

    fn read(&mut self, files: ImportFiles) -> Result<ImportReading, IpcError> {
        self.session.read(&files, &self.activity)
    }

    fn commit(&mut self, number: u32) -> Result<Option<ImportView>, IpcError> {
        self.session.commit(number, &self.activity)
    }

    fn discard(&mut self) -> Result<(), IpcError> {
        self.session.discard();
        Ok(())
    }

    fn progress(&mut self) -> Result<ImportProgress, IpcError> {
        Ok(self.activity.progress())
    }

    fn cancel(&mut self) -> Result<(), IpcError> {
        self.activity.cancel();
        Ok(())
    }

    fn list(&mut self) -> Result<Vec<ImportView>, IpcError> {
        self.session.list()
    }

    fn back_up(&mut self) -> Result<BackupView, IpcError> {
        self.session.back_up()
    }

    fn preview_undo(&mut self, id: i64) -> Result<ImportUndoView, IpcError> {
        self.session.preview_undo(id)
    }

    fn undo(&mut self, id: i64) -> Result<ImportView, IpcError> {
        self.session.undo(id)
    }
}
