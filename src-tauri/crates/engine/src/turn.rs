//! Whose turn it is in a data folder: one process holds it at a time, and whoever comes second reaches the first.
//!
//! Between the moment at which a folder is held and the one at which its engine can be reached, and again while that
//! engine stops, there is a while in which neither is possible. It is waited for, never taken for a fault.

use crate::client::Client;
use crate::folder::{DataFolder, FolderError, FolderLock};
use crate::protocol::{ErrorCode, IpcError};
use std::time::Duration;

/// How long a folder may be held by somebody who cannot be reached, and how often that is looked at.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// What a process finds in a data folder.
pub enum Turn {
    /// Nobody holds it: this process does now.
    Ours(FolderLock),
    /// An engine holds it, and answers.
    Served(Box<Client>),
}

/// Neither is possible.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The folder cannot be used, or is held by somebody who cannot be reached.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The engine that holds it does not respond.
    #[error(transparent)]
    Engine(#[from] IpcError),
}

impl From<TurnError> for IpcError {
    fn from(error: TurnError) -> Self {
        match error {
            TurnError::Engine(error) => error,
            TurnError::Folder(error @ FolderError::Held { .. }) => Self::new(
                ErrorCode::Engine,
                format!(
                    "{error}, and cannot be reached. Nothing was changed; end it and try again"
                ),
            ),
            TurnError::Folder(error) => Self::new(ErrorCode::Storage, error.to_string()),
        }
    }
}

/// Takes `folder`, or reaches the engine that holds it; waits for as long as neither is possible yet, or any more.
///
/// # Errors
/// [`TurnError`]; then nothing was changed.
pub fn take(folder: &DataFolder) -> Result<Turn, TurnError> {
    let looks = PATIENCE.as_millis() / LOOK_EVERY.as_millis();
    let mut why = None;
    for _ in 0..looks {
        let held = match folder.lock() {
            Ok(lock) => return Ok(Turn::Ours(lock)),
            Err(held @ FolderError::Held { .. }) => held,
            Err(error) => return Err(error.into()),
        };
        match reach(folder) {
            Reached::Engine(client) => return Ok(Turn::Served(client)),
            Reached::NotYet => why = Some(held.into()),
            Reached::Failed(error) => return Err(error.into()),
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Err(why.unwrap_or(FolderError::Held { path: folder.path().to_owned() }.into()))
}

enum Reached {
    Engine(Box<Client>),
    /// It does not listen yet, or has just stopped.
    NotYet,
    Failed(IpcError),
}

fn reach(folder: &DataFolder) -> Reached {
    let mut client = match Client::connect(folder) {
        Ok(Some(client)) => client,
        Ok(None) => return Reached::NotYet,
        Err(error) => return Reached::Failed(error),
    };
    match client.state() {
        Ok(_) => Reached::Engine(Box::new(client)),
        Err(error) if !client.timed_out() => {
            tracing::debug!(%error, "the engine stops");
            Reached::NotYet
        }
        Err(error) => Reached::Failed(error),
    }
}
