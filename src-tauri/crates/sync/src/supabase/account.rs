//! The account that is open, and how it stays so: one renewal at a time, kept before it is used.

use super::Http;
use super::auth::{SignedIn, Tokens};
use crate::class::{Class, class};
use crate::remote::{Fault, RemoteError};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zafu_core::ids::UserId;

/// Keeps what renews a session, where the system keeps secrets.
pub trait Vault: Send + Sync {
    /// The secret of an account, if there is one.
    ///
    /// # Errors
    /// It cannot be asked.
    fn read(&self, account: UserId) -> Result<Option<String>, VaultError>;

    /// Keeps it in the place of the one before. It is there for good when this returns.
    ///
    /// # Errors
    /// It is not kept.
    fn write(&self, account: UserId, secret: &str) -> Result<(), VaultError>;

    /// Forgets it.
    ///
    /// # Errors
    /// It may still be there.
    fn remove(&self, account: UserId) -> Result<(), VaultError>;
}

/// The system keeps no secrets, or not now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system's keychain cannot be used ({0})")]
pub struct VaultError(pub String);

/// One account that is open.
pub struct Account {
    user: UserId,
    vault: Arc<dyn Vault>,
    tokens: Mutex<Tokens>,
    /// Whether the vault holds what renews it. Once it has refused, it is not asked again by itself: it may ask
    /// the person each time.
    kept: AtomicBool,
    renewing: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Account {
    /// One that was just opened. Says whether it will still be open when Zafu is started anew.
    pub fn opened(signed_in: SignedIn, vault: Arc<dyn Vault>) -> (Self, Result<(), VaultError>) {
        let kept = vault.write(signed_in.user, &signed_in.tokens.refresh);
        (Self::with(signed_in.user, signed_in.tokens, kept.is_ok(), vault), kept)
    }

    /// One that was opened in an earlier run; none if the vault knows nothing of it. It has to be renewed before
    /// its first request: what it had for requests was never kept.
    ///
    /// # Errors
    /// The vault cannot be asked.
    pub fn kept(user: UserId, vault: Arc<dyn Vault>) -> Result<Option<Self>, VaultError> {
        let tokens = |refresh| Tokens { access: String::new(), refresh };
        Ok(vault.read(user)?.map(|refresh| Self::with(user, tokens(refresh), true, vault)))
    }

    fn with(user: UserId, tokens: Tokens, kept: bool, vault: Arc<dyn Vault>) -> Self {
        let (tokens, kept) = (Mutex::new(tokens), AtomicBool::new(kept));
        Self { user, vault, tokens, kept, renewing: tokio::sync::Mutex::default() }
    }

    /// Whether it will still be open when Zafu is started anew.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.kept.load(Ordering::Relaxed)
    }

    /// Has the vault keep it, if it does not.
    pub fn keep(&self) {
        if !self.is_kept() {
            self.write(&self.tokens().refresh);
        }
    }

    fn write(&self, refresh: &str) {
        let written = self.vault.write(self.user, refresh);
        if let Err(error) = &written {
            tracing::warn!(%error, "what renews a session was not kept");
        }
        self.kept.store(written.is_ok(), Ordering::Relaxed);
    }

    /// Whose it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// What opens it.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        self.held().clone()
    }

    /// What names `user` in a request.
    ///
    /// # Errors
    /// Another account is open; or it has to be renewed first.
    pub(super) fn token(&self, user: UserId) -> Result<String, RemoteError> {
        if user != self.user {
            return Err(Fault::OtherAccount.into());
        }
        let token = self.held().access.clone();
        if token.is_empty() {
            return Err(Fault::Answer { status: 401, code: None }.into());
        }
        Ok(token)
    }

    /// Renews it. Whoever asks while that is done gets what came of it.
    pub(super) async fn refresh(&self, http: &Http, user: UserId) -> Result<(), RemoteError> {
        if user != self.user {
            return Err(Fault::OtherAccount.into());
        }
        let before = self.tokens();
        let _one_at_a_time = self.renewing.lock().await;
        if self.tokens() != before {
            return Ok(());
        }
        let renewed = match http.renew(&before.refresh).await {
            Err(error) if class(&error) == Class::SignIn => match self.kept_since(&before) {
                Some(refresh) => http.renew(&refresh).await?,
                None => return Err(error),
            },
            other => other?,
        };
        if renewed.user != self.user {
            return Err(Fault::OtherAccount.into());
        }
        // On the disk before its first use: the old one is spent.
        if self.is_kept() {
            self.write(&renewed.tokens.refresh);
        }
        *self.held() = renewed.tokens;
        Ok(())
    }

    /// What another process has kept since, if there was one.
    fn kept_since(&self, before: &Tokens) -> Option<String> {
        if !self.is_kept() {
            return None;
        }
        self.vault.read(self.user).ok().flatten().filter(|kept| *kept != before.refresh)
    }

    fn held(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
