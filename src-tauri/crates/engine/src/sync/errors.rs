//! Converts failures of the sync to errors for clients.

use crate::protocol::{ErrorCode, IpcError, SyncNeed};
use zafu_core::message;
use zafu_core::message::Message;
use zafu_sync::supabase::{AuthError, ProjectError, VaultError};
use zafu_sync::{ErrorClass, Fault, Hold, RemoteError};

impl From<ProjectError> for IpcError {
    fn from(error: ProjectError) -> Self {
        Self::new(ErrorCode::BadRequest, error.message())
    }
}

impl From<AuthError> for IpcError {
    fn from(error: AuthError) -> Self {
        let code = match &error {
            AuthError::Unreachable
            | AuthError::Untrusted(_)
            | AuthError::CaptivePortal
            | AuthError::TooManyTries => ErrorCode::Network,
            AuthError::Other(cause) => code(cause),
            _ => ErrorCode::Account,
        };
        Self::new(code, error.message())
    }
}

impl From<VaultError> for IpcError {
    fn from(error: VaultError) -> Self {
        Self::new(ErrorCode::Account, error.message())
    }
}

/// Returns whether the account has no profile: see supabase/README.md.
fn has_no_profile(error: &RemoteError) -> bool {
    matches!(&error.fault, Fault::Status { code: Some(code), .. } if code == "PT412")
}

/// Returns whether the account has reached its limit of a day: see supabase/README.md.
fn is_limit_of_a_day(error: &RemoteError) -> bool {
    matches!(&error.fault, Fault::Status { code: Some(code), .. } if code == "PT429")
}

impl From<RemoteError> for IpcError {
    fn from(error: RemoteError) -> Self {
        let (code, cause) = (code(&error), error.message());
        let message = if has_no_profile(&error) {
            message!("server-no-profile")
        } else if is_limit_of_a_day(&error) {
            message!("server-limit-of-day")
        } else if error.class() == ErrorClass::Session {
            message!("server-session-rejected", error = cause)
        } else if code == ErrorCode::Server {
            message!("server-sent-after-repair", error = cause)
        } else {
            message!("server-synced-later", error = cause)
        };
        Self::new(code, message)
    }
}

fn code(error: &RemoteError) -> ErrorCode {
    if is_limit_of_a_day(error) {
        return ErrorCode::Server;
    }
    match (error.class(), &error.fault) {
        (ErrorClass::SignIn | ErrorClass::Blocked | ErrorClass::Key | ErrorClass::Account, _) => {
            ErrorCode::Account
        }
        (
            _,
            Fault::Unreachable | Fault::Untrusted(_) | Fault::TimedOut | Fault::InvalidResponse,
        ) => ErrorCode::Network,
        // Only a refresh shows that a session has ended for good.
        (ErrorClass::Session | ErrorClass::Transient | ErrorClass::TooSlow, _) => {
            ErrorCode::Network
        }
        _ => ErrorCode::Server,
    }
}

/// Returns why the server has rejected a sit with this error code: see `supabase/README.md`.
pub(super) fn rejection(code: &str) -> Message {
    match code {
        "bad_text" | "bad_note" | "bad_label" => message!("sync-rejected-text"),
        "contradiction" => message!("sync-rejected-contradiction"),
        "bad_sitlength" | "bad_satlength" | "bad_correctedlength" => {
            message!("sync-rejected-length")
        }
        "bad_startedat" | "bad_completedat" | "bad_endedat" | "bad_createdat"
        | "bad_correctedstart" | "bad_deletedat" => message!("sync-rejected-time"),
        _ => message!("sync-rejected-other", code = code),
    }
}

/// Returns why the server has rejected a label with this error code, and what to do: see `supabase/README.md`.
pub(crate) fn label_rejection(code: &str) -> Message {
    match code {
        "bad_text" | "bad_key" | "bad_name" => message!("sync-label-rejected-name"),
        "too_many_labels" => message!("sync-label-rejected-number"),
        _ => message!("sync-label-rejected-other", code = code),
    }
}

/// Returns what the user must do to end a hold.
pub(super) fn need(hold: &Hold) -> SyncNeed {
    match hold {
        Hold::SignIn => SyncNeed::SignIn,
        Hold::AccountBlocked => SyncNeed::Blocked,
        Hold::KeyRejected => SyncNeed::Key,
        Hold::AccountDeleted => SyncNeed::AccountGone,
        Hold::Erased(_) => SyncNeed::Erased,
        Hold::Misconfigured(_) | Hold::Unhealthy(_) => SyncNeed::ServerMisconfigured,
        Hold::ClientTooOld(_) => SyncNeed::TooOld,
    }
}

/// Returns the error that explains a hold, if there is more to say than what the user must do.
pub(super) fn trouble(hold: &Hold) -> Option<IpcError> {
    match hold {
        Hold::SignIn
        | Hold::AccountBlocked
        | Hold::KeyRejected
        | Hold::AccountDeleted
        | Hold::Erased(_) => None,
        Hold::Misconfigured(error) => Some(error.clone().into()),
        Hold::Unhealthy(findings) => {
            let message = message!("server-unhealthy", findings = findings.join("; "));
            Some(IpcError::new(ErrorCode::Server, message))
        }
        Hold::ClientTooOld(oldest) => {
            let message = message!("server-too-old", oldest = oldest.as_str());
            Some(IpcError::new(ErrorCode::Server, message))
        }
    }
}

/// Returns the error for a request without a signed-in account.
pub(super) fn not_signed_in() -> IpcError {
    IpcError::new(ErrorCode::Account, message!("server-not-signed-in"))
}

/// Returns the error for a request that needs the credentials of the account.
pub(super) fn no_credentials() -> IpcError {
    IpcError::new(ErrorCode::Account, message!("server-sign-in-again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_life_15_a_missing_profile_is_a_fault_of_the_server_and_not_of_the_account() {
        let said = |status, code: &str| -> RemoteError {
            Fault::Status { status, code: Some(code.into()) }.into()
        };
        let no_profile = said(412, "PT412");
        assert_eq!(no_profile.class(), ErrorClass::Configuration);
        assert_eq!(need(&Hold::Misconfigured(no_profile.clone())), SyncNeed::ServerMisconfigured);
        let error = IpcError::from(no_profile);
        assert_eq!(error.code, ErrorCode::Server);
        assert_eq!(error.message, message!("server-no-profile"));
        assert_eq!(said(410, "PT410").class(), ErrorClass::Account);
    }

    #[test]
    fn real_life_19_a_daily_limit_has_its_own_message() {
        let limit = Fault::Status { status: 429, code: Some("PT429".into()) };
        let error = IpcError::from(RemoteError::from(limit));
        assert_eq!(error.code, ErrorCode::Server);
        assert_eq!(error.message, message!("server-limit-of-day"));
        // Anybody else's "too many requests" passes sooner.
        let busy = IpcError::from(RemoteError::from(Fault::Status { status: 429, code: None }));
        assert_eq!(busy.code, ErrorCode::Network);
        assert_eq!(busy.message.id, "server-synced-later");
    }
}
