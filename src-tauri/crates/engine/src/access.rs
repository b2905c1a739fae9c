//! Access to a data folder: locks it, or connects to the engine that holds it: one process holds a folder at a time.
//!
//! For a short time after an engine has locked a folder and before it listens, and again while it stops, neither is
//! possible. [`lock_or_connect`] waits until that has passed and does not treat it as an error.

use crate::client::Client;
use crate::folder::{DataFolder, FolderError, FolderLock};
use crate::protocol::{ErrorCode, IpcError};
use std::time::Duration;
use zafu_core::message;
use zafu_core::message::Message;

/// Maximum wait while a folder is held and its engine cannot be reached.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// Interval of the attempts.
const RETRY_INTERVAL: Duration = Duration::from_millis(25);

/// The result of [`lock_or_connect`].
pub enum Access {
    /// This process now holds the folder.
    Lock(FolderLock),
    /// An engine holds the folder and responds.
    Engine(Box<Client>),
}

/// The folder can neither be locked nor its engine be reached.
#[derive(Debug)]
pub enum AccessError {
    /// The folder cannot be used, or is held by a process that cannot be reached.
    Folder(FolderError),
    /// The engine that holds the folder does not respond.
    Engine(IpcError),
}

impl AccessError {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Engine(error) => error.message.clone(),
            Self::Folder(FolderError::Held { path }) => {
                message!("engine-folder-held", path = path.display())
            }
            Self::Folder(error) => error.message(),
        }
    }
}

zafu_core::message_error!(AccessError);

impl From<FolderError> for AccessError {
    fn from(error: FolderError) -> Self {
        Self::Folder(error)
    }
}

impl From<IpcError> for AccessError {
    fn from(error: IpcError) -> Self {
        Self::Engine(error)
    }
}

impl From<AccessError> for IpcError {
    fn from(error: AccessError) -> Self {
        let code = match &error {
            AccessError::Engine(error) => error.code,
            AccessError::Folder(FolderError::Held { .. }) => ErrorCode::Engine,
            AccessError::Folder(_) => ErrorCode::Storage,
        };
        Self::new(code, error.message())
    }
}

/// Locks `folder`, or connects to the engine that holds it. Waits for up to 10 s while neither is possible.
///
/// # Errors
/// [`AccessError`] if neither was possible; nothing was changed.
pub fn lock_or_connect(folder: &DataFolder) -> Result<Access, AccessError> {
    let attempts = MAX_WAIT.as_millis() / RETRY_INTERVAL.as_millis();
    let mut why = None;
    for _ in 0..attempts {
        let held = match folder.lock() {
            Ok(lock) => return Ok(Access::Lock(lock)),
            Err(held @ FolderError::Held { .. }) => held,
            Err(error) => return Err(error.into()),
        };
        match reach(folder) {
            Reached::Engine(client) => return Ok(Access::Engine(client)),
            Reached::NotYet => why = Some(held.into()),
            Reached::Failed(error) => return Err(error.into()),
        }
        std::thread::sleep(RETRY_INTERVAL);
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
