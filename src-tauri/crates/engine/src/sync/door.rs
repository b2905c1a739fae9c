//! The way to a folder's account from another process: through the engine that runs, or by itself where none does.

use super::alone::Alone;
use crate::client::Client;
use crate::folder::DataFolder;
use crate::host::HostError;
use crate::protocol::{ErrorCode, IpcError, Request, SyncReply, SyncRequest};
use crate::turn::{self, Turn};

/// Reaches the account of a folder.
pub struct Door(Way);

enum Way {
    Engine(Box<Client>),
    Alone(Box<Alone>),
}

impl Door {
    /// Goes through the engine of `folder`; where none runs, takes the folder for as long as this lasts.
    ///
    /// # Errors
    /// An engine runs and cannot be reached, or the folder cannot be used.
    pub fn open(folder: &DataFolder) -> Result<Self, IpcError> {
        Ok(Self(match turn::take(folder)? {
            Turn::Served(client) => Way::Engine(client),
            Turn::Ours(lock) => {
                Way::Alone(Box::new(Alone::with(folder, lock).map_err(|error| match error {
                    HostError::Store(error) => error.into(),
                    HostError::Folder(_) | HostError::System(_) => {
                        IpcError::new(ErrorCode::Storage, error.to_string())
                    }
                })?))
            }
        }))
    }

    /// Does what is asked for, and waits for it.
    ///
    /// # Errors
    /// What came of it.
    pub fn ask(&mut self, request: SyncRequest) -> Result<SyncReply, IpcError> {
        match &mut self.0 {
            Way::Alone(alone) => alone.ask(request),
            Way::Engine(client) => client.call(&Request::Account(request)),
        }
    }
}
