//! Failures of commands, and the exit codes.

use zafu_core::length::LengthError;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_engine::FolderError;
use zafu_engine::HostError;
use zafu_engine::export::ExportError;
use zafu_engine::output;
use zafu_engine::protocol::{ErrorCode, IpcError};
use zafu_store::StoreError;

/// A failure of a command: a message and an exit code.
#[derive(Debug)]
pub struct Failure {
    /// The message for the user.
    pub message: Message,
    /// The exit code of the process.
    pub code: u8,
}

/// Exit code: the command succeeded.
pub const DONE: u8 = 0;
/// Exit code: the command failed.
pub const FAILED: u8 = 1;
/// Exit code: the command line is invalid.
pub const USAGE: u8 = 2;
/// Exit code: the command does not fit the present state, or names what does not exist.
pub const REJECTED: u8 = 3;
/// Exit code: the running engine cannot be reached.
pub const UNREACHABLE: u8 = 4;
/// Exit code: changes are waiting for a network or a server.
pub const WAITING: u8 = 5;
/// Exit code: the account needs an action by the user.
pub const ACCOUNT_ATTENTION: u8 = 6;

impl Failure {
    /// Creates a failure with a message and an exit code.
    pub const fn new(code: u8, message: Message) -> Self {
        Self { message, code }
    }

    /// Prints the message on standard error and returns the exit code.
    pub fn report(&self) -> u8 {
        output::print_error(zafu_messages::text(&self.message));
        self.code
    }
}

impl From<IpcError> for Failure {
    fn from(error: IpcError) -> Self {
        let code = match error.code {
            ErrorCode::Rejected | ErrorCode::NotFound => REJECTED,
            ErrorCode::BadRequest => USAGE,
            ErrorCode::Engine => UNREACHABLE,
            ErrorCode::Network => WAITING,
            ErrorCode::Account | ErrorCode::Server => ACCOUNT_ATTENTION,
            ErrorCode::Storage
            | ErrorCode::NotSaved
            | ErrorCode::Moved
            | ErrorCode::File
            | ErrorCode::Sound
            | ErrorCode::Notification
            | ErrorCode::KeepAwake => FAILED,
        };
        Self::new(code, error.message)
    }
}

impl From<LengthError> for Failure {
    fn from(error: LengthError) -> Self {
        Self::new(USAGE, error.message())
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        Self::new(FAILED, error.message())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(FAILED, error.message())
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let code = match &error {
            ExportError::Exists(_) | ExportError::NotAFile(_) | ExportError::InDataFolder(_) => {
                USAGE
            }
            ExportError::Store(_) | ExportError::Output(_) | ExportError::File { .. } => FAILED,
        };
        Self::new(code, error.message())
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::new(FAILED, error.message())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(FAILED, message!("cli-system", reason = error.to_string()))
    }
}
