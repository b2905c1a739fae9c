//! Converts internal errors to the errors that a client receives.

use crate::protocol::{ErrorCode, IpcError};
use zafu_core::length::LengthError;
use zafu_core::message::Message;
use zafu_core::timer::Rejection;
use zafu_store::StoreError;

impl IpcError {
    /// Creates an error from its code and message.
    #[must_use]
    pub fn new(code: ErrorCode, message: Message) -> Self {
        Self { code, message }
    }
}

/// The message's id and arguments, for logs.
impl std::fmt::Display for IpcError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for IpcError {}

impl From<Rejection> for IpcError {
    fn from(rejection: Rejection) -> Self {
        Self::new(ErrorCode::Rejected, rejection.message())
    }
}

impl From<LengthError> for IpcError {
    fn from(error: LengthError) -> Self {
        Self::new(ErrorCode::BadRequest, error.message())
    }
}

impl From<StoreError> for IpcError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NoSuchSession { .. }
            | StoreError::NoSuchAccount { .. }
            | StoreError::NoSuchPreset { .. }
            | StoreError::NoSuchLabel { .. }
            | StoreError::NoSuchImport { .. } => ErrorCode::NotFound,
            StoreError::SitNotOver
            | StoreError::LabelFixed
            | StoreError::TooManyLabels
            | StoreError::NoPartnership
            | StoreError::BowNotYet
            | StoreError::ImportUndone { .. } => ErrorCode::Rejected,
            StoreError::InvalidSit(_)
            | StoreError::PresetNameEmpty
            | StoreError::PresetNameTaken { .. }
            | StoreError::Nul { .. }
            | StoreError::LabelName { .. }
            | StoreError::LabelNameTaken { .. }
            | StoreError::LabelIntoItself => ErrorCode::BadRequest,
            StoreError::NotSignedIn | StoreError::OtherProject { .. } => ErrorCode::Account,
            StoreError::DiskFull { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::Locked { .. }
            | StoreError::Moved { .. }
            | StoreError::Newer { .. }
            | StoreError::NotOurs { .. }
            | StoreError::Corrupt { .. }
            | StoreError::BackupUnusable { .. }
            | StoreError::Io { .. }
            | StoreError::Unreadable { .. }
            | StoreError::NotOpen { .. }
            | StoreError::NoSpaceForImport { .. }
            | StoreError::NoSpaceForMigration { .. }
            | StoreError::TimerSaves
            | StoreError::Impossible { .. }
            | StoreError::Sqlite(_) => ErrorCode::Storage,
        };
        Self::new(code, error.message())
    }
}
