//! What went wrong between here and the server, in words and with a code that a client can act on.

use crate::protocol::{ErrorCode, IpcError, SyncNeed};
use zafu_sync::supabase::{AuthError, ProjectError, VaultError};
use zafu_sync::{Class, Fault, Hold, RemoteError, class};

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

/// The server's code for an account that exists and has no profile: see supabase/README.md.
const NO_PROFILE: &str = "PT412";

/// Whether the account has come to what the server stores for it on one day: see supabase/README.md.
fn is_limit_of_a_day(error: &RemoteError) -> bool {
    matches!(&error.fault, Fault::Answer { code: Some(said), .. } if said == "PT429")
}

/// A call to the server that failed.
impl From<RemoteError> for IpcError {
    fn from(error: RemoteError) -> Self {
        let code = code(&error);
        if matches!(&error.fault, Fault::Answer { code: Some(said), .. } if said == NO_PROFILE) {
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
        if class::class(&error) == Class::Session {
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
    match (class::class(error), &error.fault) {
        (Class::SignIn | Class::Blocked | Class::Key | Class::Account, _) => ErrorCode::Account,
        (_, Fault::Unreachable | Fault::Untrusted(_) | Fault::TimedOut | Fault::Unreadable) => {
            ErrorCode::Network
        }
        // A session that has ended for good is known by its renewal.
        (Class::Session | Class::Transient | Class::TooSlow, _) => ErrorCode::Network,
        _ => ErrorCode::Server,
    }
}

/// What a hold asks of the person.
pub(super) fn need(hold: &Hold) -> SyncNeed {
    match hold {
        Hold::SignIn => SyncNeed::SignIn,
        Hold::Blocked => SyncNeed::Blocked,
        Hold::Key => SyncNeed::Key,
        Hold::Account => SyncNeed::AccountGone,
        Hold::Erased(_) => SyncNeed::Erased,
        Hold::Configuration(_) | Hold::Unwell(_) => SyncNeed::ServerWrong,
        Hold::TooOld(_) => SyncNeed::TooOld,
    }
}

/// What is to be said of a hold besides what it asks.
pub(super) fn trouble(hold: &Hold) -> Option<IpcError> {
    match hold {
        Hold::SignIn | Hold::Blocked | Hold::Key | Hold::Account | Hold::Erased(_) => None,
        Hold::Configuration(error) => Some(error.clone().into()),
        Hold::Unwell(findings) => {
            let message = format!(
                "the server is not as it must be: {}. Nothing is sent until it is; everything is kept",
                findings.join("; ")
            );
            Some(IpcError::new(ErrorCode::Server, message))
        }
        Hold::TooOld(oldest) => {
            let message = format!(
                "the server serves Zafu {oldest} and newer: update Zafu. Everything is kept until then"
            );
            Some(IpcError::new(ErrorCode::Server, message))
        }
    }
}

/// Nobody is signed in, and somebody must be.
pub(super) fn nobody() -> IpcError {
    IpcError::new(ErrorCode::Account, "nobody is signed in: sign in first")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_life_15_a_missing_profile_is_a_fault_of_the_server_and_not_of_the_account() {
        let said = |status, code: &str| -> RemoteError {
            Fault::Answer { status, code: Some(code.into()) }.into()
        };
        let no_profile = said(412, "PT412");
        assert_eq!(class::class(&no_profile), Class::Configuration);
        assert_eq!(need(&Hold::Configuration(no_profile.clone())), SyncNeed::ServerWrong);
        let error = IpcError::from(no_profile);
        assert_eq!(error.code, ErrorCode::Server);
        assert!(error.message.contains("sign-up trigger") && !error.message.contains("gone"));
        assert_eq!(class::class(&said(410, "PT410")), Class::Account);
    }

    #[test]
    fn real_life_19_a_limit_of_the_day_is_told_in_plain_words() {
        let limit = Fault::Answer { status: 429, code: Some("PT429".into()) };
        let error = IpcError::from(RemoteError::from(limit));
        assert_eq!(error.code, ErrorCode::Server);
        assert!(error.message.contains("today") && error.message.contains("kept"), "{error:?}");
        // Anybody else's "too many requests" passes sooner.
        let busy = IpcError::from(RemoteError::from(Fault::Answer { status: 429, code: None }));
        assert_eq!(busy.code, ErrorCode::Network);
        assert!(!busy.message.contains("today"), "{busy:?}");
    }
}
