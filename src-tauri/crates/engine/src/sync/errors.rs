//! Converts failures of the sync to errors for clients.

use crate::protocol::{ErrorCode, IpcError, SyncNeed};
use zafu_sync::supabase::{AuthError, ProjectError, VaultError};
use zafu_sync::{ErrorClass, Fault, Hold, RemoteError};

impl From<ProjectError> for IpcError {
    fn from(error: ProjectError) -> Self {
        Self::new(ErrorCode::BadRequest, error.to_string())
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
        Self::new(code, error.to_string())
    }
}

impl From<VaultError> for IpcError {
    fn from(error: VaultError) -> Self {
        Self::new(ErrorCode::Account, error.to_string())
    }
}

/// The server's code for an account without a profile: see supabase/README.md.
const NO_PROFILE: &str = "PT412";

/// Returns whether the account has reached its limit of a day: see supabase/README.md.
fn is_limit_of_a_day(error: &RemoteError) -> bool {
    matches!(&error.fault, Fault::Status { code: Some(code), .. } if code == "PT429")
}

impl From<RemoteError> for IpcError {
    fn from(error: RemoteError) -> Self {
        let code = code(&error);
        if matches!(&error.fault, Fault::Status { code: Some(code), .. } if code == NO_PROFILE) {
            let message = "the account exists, but the project has made no profile for it: the project's sign-up trigger is missing, or was when the account was made. \
                 Whoever runs the project finds the repair under \"An account without a profile\" in supabase/README.md. \
                 Nothing is sent until then; everything is kept";
            return Self::new(code, message);
        }
        if is_limit_of_a_day(&error) {
            let message = "the server stores no more from this account today. Everything is kept here, \
                 and sent tomorrow";
            return Self::new(code, message);
        }
        if error.class() == ErrorClass::Session {
            let message = format!(
                "{error}: it does not accept the session for now, as when its clock is behind. Zafu goes on trying; everything is kept"
            );
            return Self::new(code, message);
        }
        let then = match code {
            ErrorCode::Server => "Nothing is sent until that is mended; everything is kept",
            _ => "Everything is kept, and sent later",
        };
        Self::new(code, format!("{error}. {then}"))
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
            let message = format!(
                "the server is not as it must be: {}. Nothing is sent until it is; everything is kept",
                findings.join("; ")
            );
            Some(IpcError::new(ErrorCode::Server, message))
        }
        Hold::ClientTooOld(oldest) => {
            let message = format!(
                "the server serves Zafu {oldest} and newer: update Zafu. Everything is kept until then"
            );
            Some(IpcError::new(ErrorCode::Server, message))
        }
    }
}

/// Returns the error for a request without a signed-in account.
pub(super) fn nobody() -> IpcError {
    IpcError::new(ErrorCode::Account, "nobody is signed in: sign in first")
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
        assert!(
            error.to_string().contains("sign-up trigger") && !error.to_string().contains("gone")
        );
        assert_eq!(said(410, "PT410").class(), ErrorClass::Account);
    }

    #[test]
    fn real_life_19_a_daily_limit_has_its_own_message() {
        let limit = Fault::Status { status: 429, code: Some("PT429".into()) };
        let error = IpcError::from(RemoteError::from(limit));
        assert_eq!(error.code, ErrorCode::Server);
        assert!(
            error.to_string().contains("today") && error.to_string().contains("kept"),
            "{error:?}"
        );
        // Anybody else's "too many requests" passes sooner.
        let busy = IpcError::from(RemoteError::from(Fault::Status { status: 429, code: None }));
        assert_eq!(busy.code, ErrorCode::Network);
        assert!(!busy.to_string().contains("today"), "{busy:?}");
    }
}
