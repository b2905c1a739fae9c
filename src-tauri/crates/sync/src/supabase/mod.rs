//! The real server: a Supabase project, over HTTP.

mod account;
mod auth;
mod http;
mod project;
mod rest;

pub use account::{Account, Vault, VaultError};
pub use auth::{AuthError, SignedIn, SignedUp, Tokens};
pub use http::Http;
pub use project::{Project, ProjectError};

use zafu_core::ids::UserId;

/// A project, and the account that is open there.
#[derive(Debug)]
pub struct Supabase {
    http: Http,
    account: Account,
}

impl Supabase {
    /// Speaks with the project of `http` in the name of `account`.
    #[must_use]
    pub fn new(http: Http, account: Account) -> Self {
        Self { http, account }
    }

    /// Whose account is open.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.account.user()
    }

    /// Whether it will still be open when Zafu is started anew.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.account.is_kept()
    }

    /// Has the vault keep what renews the session, if it does not.
    pub fn keep(&self) {
        self.account.keep();
    }

    /// Ends this device's session, and no other's. Whoever leaves does so even if this fails.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn sign_out(&self) -> Result<(), AuthError> {
        if self.account.tokens().access.is_empty() {
            // What was kept from an earlier run only renews.
            self.account.refresh(&self.http, self.user()).await.map_err(AuthError::Other)?;
        }
        self.http.sign_out(&self.account.tokens()).await
    }
}
