//! Locks a data folder, or connects to the engine that holds it: one process holds a folder at a time.
//!
//! For a short time after an engine has locked a folder and before it listens, and again while it stops, neither is
//! possible. [`take`] waits until that has passed and does not treat it as an error.

use crate::client::Client;
use crate::folder::{DataFolder, FolderError, FolderLock};
use crate::protocol::{ErrorCode, IpcError};
use std::time::Duration;

/// Maximum wait while a folder is held and its engine cannot be reached.
const PATIENCE: Duration = Duration::from_secs(10);
/// Interval of the attempts.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// The result of [`take`].
pub enum Turn {
    /// This process now holds the folder.
    Ours(FolderLock),
    /// An engine holds the folder and responds.
    Served(Box<Client>),
}

/// The folder can neither be locked nor its engine be reached.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The folder cannot be used, or is held by a process that cannot be reached.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The engine that holds the folder does not respond.
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

/// Locks `folder`, or connects to the engine that holds it. Waits for up to 10 s while neither is possible.
///
/// # Errors
/// [`TurnError`] if neither was possible; nothing was changed.
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
    /// The engine does not listen yet, or has just stopped.
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
