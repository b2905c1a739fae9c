//! What went wrong, and the exit code that says so.

use zafu_core::length::LengthError;
use zafu_engine::HostError;
use zafu_engine::folder::FolderError;
use zafu_engine::output;
use zafu_engine::protocol::{ErrorCode, IpcError};
use zafu_store::StoreError;

/// What went wrong, in words, and with which exit code.
#[derive(Debug)]
pub struct Failure {
    /// In words, for the person.
    pub message: String,
    /// As the process ends.
    pub code: u8,
}

/// What was asked for was done.
pub const DONE: u8 = 0;
/// It failed.
pub const FAILED: u8 = 1;
/// It was not understood.
pub const USAGE: u8 = 2;
/// It does not fit what the timer is doing.
pub const REFUSED: u8 = 3;
/// The running Zafu cannot be reached.
pub const UNREACHABLE: u8 = 4;
/// Something waits for a network or a server.
pub const WAITING: u8 = 5;
/// The account needs the person.
pub const ACCOUNT_ATTENTION: u8 = 6;

impl Failure {
    /// A failure with its words and its code.
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self { message: message.into(), code }
    }

    /// Says it, and returns its exit code.
    pub fn report(&self) -> u8 {
        output::say(&self.message);
        self.code
    }
}

impl From<IpcError> for Failure {
    fn from(error: IpcError) -> Self {
        let code = match error.code {
            ErrorCode::Refused | ErrorCode::NotFound => REFUSED,
            ErrorCode::BadRequest => USAGE,
            ErrorCode::Engine => UNREACHABLE,
            ErrorCode::Network => WAITING,
            ErrorCode::Account | ErrorCode::Server => ACCOUNT_ATTENTION,
            ErrorCode::Storage
            | ErrorCode::NotSaved
            | ErrorCode::Moved
            | ErrorCode::Sound
            | ErrorCode::Notification
            | ErrorCode::KeepAwake => FAILED,
        };
        Self::new(code, error.message)
    }
}

impl From<LengthError> for Failure {
    fn from(error: LengthError) -> Self {
        Self::new(USAGE, error.to_string())
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        Self::new(FAILED, error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(FAILED, error.to_string())
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::new(FAILED, error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(FAILED, error.to_string())
    }
}
