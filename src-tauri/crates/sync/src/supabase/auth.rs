//! Signing up, in and out, as Supabase's auth server takes it.

use super::Http;
use crate::remote::{Distrust, Fault, RemoteError};
use crate::wire::plain;
use serde::Deserialize;
use serde_json::json;
use std::fmt;
use zafu_core::ids::UserId;

/// What opens an account for a while, and what renews it. Neither is ever logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Names the account in each request; lasts an hour or so.
    pub access: String,
    /// Is given back for the next pair, once.
    pub refresh: String,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

/// Somebody who has just proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The account.
    pub user: UserId,
    /// As the account says.
    pub email: String,
    /// What opens it.
    pub tokens: Tokens,
}

/// What came of signing up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedUp {
    /// The account is there, and open.
    In(SignedIn),
    /// A mail was sent to the address, if it is a new one: an auth server does not say which addresses it knows.
    MailSent,
}

/// Why nobody is signed in now. Each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No such account, or another password.
    #[error("the e-mail address or the password is wrong")]
    WrongPassword,
    /// Its address was not confirmed.
    #[error(
        "this address is not confirmed yet: a mail was sent to it. If the mail has a code, sign in with that code; \
         if it has a link, open the link, then sign in"
    )]
    NotConfirmed,
    /// It was shut out by the project's owner.
    #[error("this account is blocked: ask whoever runs the project")]
    Blocked,
    /// The password does not meet the project's rules.
    #[error("this password is too weak for this project: choose a longer one")]
    WeakPassword,
    /// There is such an account.
    #[error("there is an account for this address already: sign in instead")]
    AlreadyThere,
    /// The project takes nobody new.
    #[error("this project takes no new accounts: ask whoever runs it")]
    SignUpClosed,
    /// No address.
    #[error("this is no e-mail address")]
    NoAddress,
    /// The code is another one, or too old.
    #[error("this code is wrong or too old: ask for a new one")]
    WrongCode,
    /// Too much was tried.
    #[error("too many tries: wait a few minutes, then try again")]
    TooManyTries,
    /// The key is not that of the project.
    #[error(
        "the project does not take this key: copy its publishable key from its settings, under API keys"
    )]
    WrongKey,
    /// Something else answers at this address.
    #[error("what answers at this address is not a Supabase project: look at the address again")]
    NotSupabase,
    /// A network that wants something first answers in the place of the project.
    #[error("this network wants you to sign in to it first: open a web page, then try again")]
    CaptivePortal,
    /// Nobody was reached.
    #[error(
        "the project was not reached: look at the network and at the address. Nothing was changed"
    )]
    Unreachable,
    /// The project's certificate is not trusted.
    #[error(
        "the project's certificate is not trusted, so nothing was sent: {0}. Nothing was changed"
    )]
    Untrusted(Distrust),
    /// It was asked, and nothing came back in time.
    #[error(
        "no answer came in time: whether the project has done it is not known. Look at the network, then try again"
    )]
    NoAnswer,
    /// The session has ended on the server's side.
    #[error("your session has ended: sign in again. What waits to be sent is kept")]
    Ended,
    /// Anything else.
    #[error("the project could not do it ({0}): try again later")]
    Other(RemoteError),
}

impl Http {
    /// Opens an account with a password.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, AuthError> {
        let body = json!({ "email": email, "password": password });
        signed_in(&self.ask("/auth/v1/token?grant_type=password", None, &body).await?)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn sign_up(&self, email: &str, password: &str) -> Result<SignedUp, AuthError> {
        let body = json!({ "email": email, "password": password });
        let answer = self.ask("/auth/v1/signup", None, &body).await?;
        // Only a token shows that somebody is in: a known address is answered with somebody made up.
        Ok(signed_in(&answer).map_or(SignedUp::MailSent, SignedUp::In))
    }

    /// Has a code sent by mail.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn send_code(&self, email: &str, create: bool) -> Result<(), AuthError> {
        let body = json!({ "email": email, "create_user": create });
        self.ask("/auth/v1/otp", None, &body).await.map(drop)
    }

    /// Opens an account with the code from a mail.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn enter_code(&self, email: &str, code: &str) -> Result<SignedIn, AuthError> {
        let body = json!({ "type": "email", "email": email, "token": code.trim() });
        signed_in(&self.ask("/auth/v1/verify", None, &body).await?)
    }

    /// Ends this device's session, and no other's.
    ///
    /// # Errors
    /// [`AuthError`]. Whoever leaves does so all the same.
    pub async fn sign_out(&self, tokens: &Tokens) -> Result<(), AuthError> {
        let path = "/auth/v1/logout?scope=local";
        self.ask(path, Some(&tokens.access), &json!({})).await.map(drop)
    }

    /// Gets the next pair of tokens.
    ///
    /// # Errors
    /// As the server says it.
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

/// What a refusal means to the person, by its code.
fn meaning(error: &RemoteError) -> AuthError {
    let Fault::Status { status, code } = &error.fault else {
        return match error.fault {
            Fault::Unreachable => AuthError::Unreachable,
            Fault::Untrusted(why) => AuthError::Untrusted(why),
            Fault::TimedOut => AuthError::NoAnswer,
            Fault::KeyRejected => AuthError::WrongKey,
            _ => AuthError::Other(error.clone()),
        };
    };
    match (code.as_deref().unwrap_or_default(), status) {
        ("invalid_credentials" | "user_not_found", _) => AuthError::WrongPassword,
        ("email_not_confirmed", _) => AuthError::NotConfirmed,
        ("user_banned", _) => AuthError::Blocked,
        ("weak_password", _) => AuthError::WeakPassword,
        ("user_already_exists" | "email_exists", _) => AuthError::AlreadyThere,
        ("signup_disabled" | "otp_disabled", _) => AuthError::SignUpClosed,
        ("email_address_invalid" | "validation_failed", _) => AuthError::NoAddress,
        ("otp_expired", _) => AuthError::WrongCode,
        (
            "refresh_token_not_found"
            | "refresh_token_already_used"
            | "session_not_found"
            | "session_expired"
            | "bad_jwt",
            _,
        ) => AuthError::Ended,
        ("over_request_rate_limit" | "over_email_send_rate_limit", _) | (_, 429) => {
            AuthError::TooManyTries
        }
        // The auth server itself always gives a code: this one stands before it, and knows only keys.
        ("", 401) => AuthError::WrongKey,
        ("", 404 | 405) => AuthError::NotSupabase,
        _ => AuthError::Other(error.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, code: &str) -> AuthError {
        let code = (!code.is_empty()).then(|| code.to_owned());
        meaning(&Fault::Status { status, code }.into())
    }

    #[test]
    fn each_refusal_says_what_it_is() {
        use AuthError::*;
        for (status, code, meant) in [
            (400, "invalid_credentials", WrongPassword),
            (400, "email_not_confirmed", NotConfirmed),
            (400, "user_banned", Blocked),
            (422, "weak_password", WeakPassword),
            (422, "user_already_exists", AlreadyThere),
            (422, "signup_disabled", SignUpClosed),
            (400, "validation_failed", NoAddress),
            (403, "otp_expired", WrongCode),
            (429, "over_email_send_rate_limit", TooManyTries),
            (429, "", TooManyTries),
            (401, "", WrongKey),
            (404, "", NotSupabase),
            (400, "refresh_token_already_used", Ended),
        ] {
            assert_eq!(said(status, code), meant, "{status} {code}");
        }
        assert_eq!(meaning(&Fault::Unreachable.into()), Unreachable);
        assert!(matches!(said(500, "unexpected_failure"), Other(_)));
    }

    #[test]
    fn tokens_are_not_in_what_is_logged() {
        let tokens = Tokens { access: "aaa".into(), refresh: "bbb".into() };
        let said = format!("{tokens:?}");
        assert!(!said.contains("aaa") && !said.contains("bbb"));
    }
}
