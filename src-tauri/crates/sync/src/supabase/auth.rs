//! Sign-up, sign-in, sign-out and token refresh with the auth server of Supabase.

use super::Http;
use crate::remote::{Distrust, Fault, RemoteError};
use crate::wire::plain;
use serde::Deserialize;
use serde_json::json;
use std::fmt;
use zafu_core::ids::UserId;
use zafu_core::message;
use zafu_core::message::Message;

/// The access token and the refresh token of an account. They are never logged, and redacted in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Access token: authenticates each request, valid for about an hour.
    pub access: String,
    /// Refresh token: exchanged once for the next pair of tokens.
    pub refresh: String,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

/// The result of a successful sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The id of the user.
    pub user: UserId,
    /// The e-mail address of the account, from the server.
    pub email: String,
    /// The tokens of the new auth session.
    pub tokens: Tokens,
}

/// The result of a sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedUp {
    /// The account was created and is signed in.
    In(SignedIn),
    /// A mail was sent if the address is new: the auth server does not reveal which addresses it knows.
    MailSent,
}

/// An error of the auth server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthError {
    /// The account does not exist, or the password is wrong.
    WrongPassword,
    /// The address of the account is not confirmed.
    NotConfirmed,
    /// The owner of the project has blocked the account.
    Blocked,
    /// The password does not meet the project's rules.
    WeakPassword,
    /// An account with this address exists already.
    AddressTaken,
    /// The project does not accept new accounts.
    SignUpClosed,
    /// The e-mail address is not valid.
    InvalidEmail,
    /// The code is wrong or has expired.
    WrongCode,
    /// The auth server limits the rate of requests.
    TooManyTries,
    /// The project rejects the API key.
    WrongKey,
    /// The response is not from a Supabase project.
    NotSupabase,
    /// A captive portal responded instead of the project.
    CaptivePortal,
    /// The project could not be reached. The request was not sent.
    Unreachable,
    /// The project's certificate is not trusted.
    Untrusted(Distrust),
    /// The request was sent, and no response arrived in time.
    TimedOut,
    /// The auth session has ended on the server.
    SessionEnded,
    /// Any other error.
    Other(RemoteError),
}

impl AuthError {
    /// Returns its text, which says what the user can do.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::WrongPassword => message!("server-auth-wrong-password"),
            Self::NotConfirmed => message!("server-auth-not-confirmed"),
            Self::Blocked => message!("server-auth-blocked"),
            Self::WeakPassword => message!("server-auth-weak-password"),
            Self::AddressTaken => message!("server-auth-address-taken"),
            Self::SignUpClosed => message!("server-auth-sign-up-closed"),
            Self::InvalidEmail => message!("server-auth-address-invalid"),
            Self::WrongCode => message!("server-auth-wrong-code"),
            Self::TooManyTries => message!("server-auth-too-many-attempts"),
            Self::WrongKey => message!("server-auth-wrong-key"),
            Self::NotSupabase => message!("server-auth-not-supabase"),
            Self::CaptivePortal => message!("server-auth-captive-portal"),
            Self::Unreachable => message!("server-auth-unreachable"),
            Self::Untrusted(why) => why.message(),
            Self::TimedOut => message!("server-auth-timed-out"),
            Self::SessionEnded => message!("server-auth-expired"),
            Self::Other(error) => message!("server-auth-failed", error = error.message()),
        }
    }
}

zafu_core::message_error!(AuthError);

impl Http {
    /// Signs in with a password.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, AuthError> {
        let body = json!({ "email": email, "password": password });
        signed_in(&self.ask("/auth/v1/token?grant_type=password", None, &body).await?)
    }

    /// Signs up: creates an account with a password.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn sign_up(&self, email: &str, password: &str) -> Result<SignedUp, AuthError> {
        let body = json!({ "email": email, "password": password });
        let answer = self.ask("/auth/v1/signup", None, &body).await?;
        // Only a token proves the sign-in: for a known address, the auth server returns a made-up user.
        Ok(signed_in(&answer).map_or(SignedUp::MailSent, SignedUp::In))
    }

    /// Requests a sign-in code by mail. `create` allows the server to create a missing account.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn send_code(&self, email: &str, create: bool) -> Result<(), AuthError> {
        let body = json!({ "email": email, "create_user": create });
        self.ask("/auth/v1/otp", None, &body).await.map(drop)
    }

    /// Signs in with the code from a mail.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn enter_code(&self, email: &str, code: &str) -> Result<SignedIn, AuthError> {
        let body = json!({ "type": "email", "email": email, "token": code.trim() });
        signed_in(&self.ask("/auth/v1/verify", None, &body).await?)
    }

    /// Ends the auth session of this device on the server, and no other session.
    ///
    /// # Errors
    /// [`AuthError`]. The caller signs out locally even so.
    pub async fn sign_out(&self, tokens: &Tokens) -> Result<(), AuthError> {
        let path = "/auth/v1/logout?scope=local";
        self.ask(path, Some(&tokens.access), &json!({})).await.map(drop)
    }

    /// Exchanges a refresh token for the next pair of tokens.
    ///
    /// # Errors
    /// The error of the request, or [`Fault::InvalidResponse`] if the response has no tokens.
    pub(super) async fn renew(&self, refresh: &str) -> Result<SignedIn, RemoteError> {
        let body = json!({ "refresh_token": refresh }).to_string().into_bytes();
        let answer = self.post("/auth/v1/token?grant_type=refresh_token", None, body).await?;
        if !(200..300).contains(&answer.status) {
            return Err(answer.error());
        }
        signed_in(&answer.body).map_err(|_| Fault::InvalidResponse.into())
    }

    async fn ask(
        &self,
        path: &str,
        token: Option<&str>,
        body: &serde_json::Value,
    ) -> Result<Vec<u8>, AuthError> {
        let answer = self.post(path, token, body.to_string().into_bytes()).await;
        let answer = answer.map_err(|error| meaning(&error))?;
        let is_json = answer.body.is_empty()
            || serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_ok();
        match answer.status {
            200..=299 if is_json => Ok(answer.body),
            200..=399 | 511 => Err(AuthError::CaptivePortal),
            _ if !is_json => Err(AuthError::NotSupabase),
            _ => Err(meaning(&answer.error())),
        }
    }
}

fn signed_in(answer: &[u8]) -> Result<SignedIn, AuthError> {
    #[derive(Deserialize)]
    struct User {
        id: UserId,
        email: Option<String>,
    }
    #[derive(Deserialize)]
    struct Session {
        access_token: String,
        refresh_token: String,
        user: User,
    }
    let session: Session = serde_json::from_slice(answer).map_err(|_| AuthError::NotSupabase)?;
    Ok(SignedIn {
        user: session.user.id,
        email: plain(&session.user.email.unwrap_or_default()),
        tokens: Tokens { access: session.access_token, refresh: session.refresh_token },
    })
}

/// Maps an error response to the error for the user, by its code.
fn meaning(error: &RemoteError) -> AuthError {
    let Fault::Status { status, code } = &error.fault else {
        return match error.fault {
            Fault::Unreachable => AuthError::Unreachable,
            Fault::Untrusted(why) => AuthError::Untrusted(why),
            Fault::TimedOut => AuthError::TimedOut,
            Fault::KeyRejected => AuthError::WrongKey,
            _ => AuthError::Other(error.clone()),
        };
    };
    match (code.as_deref().unwrap_or_default(), status) {
        ("invalid_credentials" | "user_not_found", _) => AuthError::WrongPassword,
        ("email_not_confirmed", _) => AuthError::NotConfirmed,
        ("user_banned", _) => AuthError::Blocked,
        ("weak_password", _) => AuthError::WeakPassword,
        ("user_already_exists" | "email_exists", _) => AuthError::AddressTaken,
        ("signup_disabled" | "otp_disabled", _) => AuthError::SignUpClosed,
        ("email_address_invalid" | "validation_failed", _) => AuthError::InvalidEmail,
        ("otp_expired", _) => AuthError::WrongCode,
        (
            "refresh_token_not_found"
            | "refresh_token_already_used"
            | "session_not_found"
            | "session_expired"
            | "bad_jwt",
            _,
        ) => AuthError::SessionEnded,
        ("over_request_rate_limit" | "over_email_send_rate_limit", _) | (_, 429) => {
            AuthError::TooManyTries
        }
        // The auth server always sends a code. A response without one is from the API gateway, which checks only keys.
        ("", 401) => AuthError::WrongKey,
        ("", 404 | 405) => AuthError::NotSupabase,
        _ => AuthError::Other(error.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, code: &str) -> AuthError {
        let code = (!code.is_empty()).then(|| code.to_owned());
        meaning(&Fault::Status { status, code }.into())
    }

    #[test]
    fn each_auth_error_code_has_its_error() {
        use AuthError::*;
        for (status, code, meant) in [
            (400, "invalid_credentials", WrongPassword),
            (400, "email_not_confirmed", NotConfirmed),
            (400, "user_banned", Blocked),
            (422, "weak_password", WeakPassword),
            (422, "user_already_exists", AddressTaken),
            (422, "signup_disabled", SignUpClosed),
            (400, "validation_failed", InvalidEmail),
            (403, "otp_expired", WrongCode),
            (429, "over_email_send_rate_limit", TooManyTries),
            (429, "", TooManyTries),
            (401, "", WrongKey),
            (404, "", NotSupabase),
            (400, "refresh_token_already_used", SessionEnded),
        ] {
            assert_eq!(error(status, code), meant, "{status} {code}");
        }
        assert_eq!(meaning(&Fault::Unreachable.into()), Unreachable);
        assert!(matches!(error(500, "unexpected_failure"), Other(_)));
    }

    #[test]
    fn debug_output_does_not_contain_tokens() {
        let tokens = Tokens { access: "aaa".into(), refresh: "bbb".into() };
        let debug = format!("{tokens:?}");
        assert!(!debug.contains("aaa") && !debug.contains("bbb"));
    }
}
