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
}
