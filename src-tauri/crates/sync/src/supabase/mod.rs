//! The real server: a Supabase project, over HTTP.

mod account;
mod auth;
mod http;
mod project;
mod rest;

pub use account::{Account, Keyring, Vault, VaultError};
pub use auth::{AuthError, SignedIn, SignedUp, Tokens};
pub use http::Http;
pub use project::{Project, ProjectError};

/// A project, and the account that is open there.
#[derive(Debug)]
pub struct Supabase {
    http: Http,
    account: Account,
}

impl Supabase {
    /// Creates a client of the project of `http`, in the name of `account`.
    #[must_use]
    pub fn new(http: Http, account: Account) -> Self {
        Self { http, account }
    }

    /// Returns the open account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Ends this device's session on the server, and no other's.
    ///
    /// # Errors
    /// [`AuthError`]. The account is closed on this device even so.
    pub async fn sign_out(&self) -> Result<(), AuthError> {
        self.account.finish_refresh().await;
        if self.account.tokens().access.is_empty() {
            // The keychain holds the refresh token only.
            let user = self.account.user();
            self.account.refresh(&self.http, user).await.map_err(AuthError::Other)?;
        }
        self.http.sign_out(&self.account.tokens()).await
    }
}
