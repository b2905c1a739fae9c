//! The real [`Remote`](crate::remote::Remote): a Supabase project over HTTP.

mod account;
mod auth;
mod http;
mod project;
mod rest;

pub use account::{Account, Keyring, Vault, VaultError};
pub use auth::{AuthError, SignedIn, SignedUp, Tokens};
pub use http::Http;
pub use project::{Project, ProjectError};

/// A client of a project for one open account.
#[derive(Debug)]
pub struct Supabase {
    http: Http,
    account: Account,
}

impl Supabase {
    /// Creates a client of the project of `http` that is authenticated as `account`.
    #[must_use]
    pub fn new(http: Http, account: Account) -> Self {
        Self { http, account }
    }

    /// Returns the open account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Ends the auth session of this device on the server, and no other session.
    ///
    /// # Errors
    /// [`AuthError`]. The account is closed on this device even so.
    pub async fn sign_out(&self) -> Result<(), AuthError> {
        self.account.finish_refresh().await;
        if self.account.tokens().access.is_empty() {
            // An account that was opened from the keychain has no access token yet.
            let user = self.account.user();
            self.account.refresh(&self.http, user).await.map_err(AuthError::Other)?;
        }
        self.http.sign_out(&self.account.tokens()).await
    }
}
