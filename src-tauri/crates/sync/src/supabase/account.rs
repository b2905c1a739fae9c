//! The open account: its tokens, the token refresh, and the refresh token in the keychain.

use super::Http;
use super::auth::{SignedIn, Tokens};
use crate::error_class::ErrorClass;
use crate::remote::{Fault, RemoteError};
use std::fmt;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinError;
use zafu_core::ids::UserId;
use zafu_core::message;
use zafu_core::message::{Argument, Message};

/// The keychain of the system. Its calls block, and the system may ask the user first.
pub trait Vault: Send + Sync {
    /// Reads the secret of an account, if there is one.
    ///
    /// # Errors
    /// The keychain cannot be used.
    fn read(&self, account: UserId) -> Result<Option<String>, VaultError>;

    /// Stores a secret, replacing the one before. It is stored durably when this returns.
    ///
    /// # Errors
    /// It is not stored.
    fn write(&self, account: UserId, secret: &str) -> Result<(), VaultError>;

    /// Removes a secret.
    ///
    /// # Errors
    /// It may still be there.
    fn remove(&self, account: UserId) -> Result<(), VaultError>;
}

/// The keychain cannot be used, permanently or at the moment.
///
/// Its reason is a text of the system, or a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultError(pub Argument);

impl VaultError {
    /// Returns its text.
    #[must_use]
    pub fn message(&self) -> Message {
        message!("server-keychain-unusable", reason = self.0.clone())
    }
}

zafu_core::message_error!(VaultError);

/// Calls a [`Vault`] on a thread for blocking work, one call at a time, in the order in which they were made.
#[derive(Clone)]
pub struct Keyring {
    vault: Arc<dyn Vault>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Keyring {
    /// Creates a keyring for `vault`. Clones share the order of calls.
    #[must_use]
    pub fn new(vault: Arc<dyn Vault>) -> Self {
        Self { vault, turn: Arc::default() }
    }

    /// Reads the secret of an account; see [`Vault::read`].
    ///
    /// # Errors
    /// The keychain cannot be used.
    pub async fn read(&self, account: UserId) -> Result<Option<String>, VaultError> {
        self.call(move |vault| vault.read(account)).await
    }

    /// Removes the secret of an account; see [`Vault::remove`].
    ///
    /// # Errors
    /// It may still be there.
    pub async fn remove(&self, account: UserId) -> Result<(), VaultError> {
        self.call(move |vault| vault.remove(account)).await
    }

    async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let vault = Arc::clone(&self.vault);
        let called = tokio::task::spawn_blocking(move || {
            // Held until the call has returned, even if the caller stops waiting.
            let _turn = turn;
            call(&*vault)
        });
        called.await.unwrap_or_else(|error| Err(VaultError(panic_or(error).to_string().into())))
    }
}

/// Resumes the panic of a task. Returns the error if there was none: the runtime is shutting down.
fn panic_or(error: JoinError) -> JoinError {
    if error.is_panic() { resume_unwind(error.into_panic()) } else { error }
}

/// An open account.
pub struct Account(Arc<Inner>);

struct Inner {
    user: UserId,
    keyring: Keyring,
    tokens: Mutex<Tokens>,
    /// Whether the keychain holds the refresh token. After a failure, the keychain is called again only on request: the
    /// system may ask the user each time.
    stored: AtomicBool,
    /// Whether the keychain did not accept the refresh token.
    store_failed: AtomicBool,
    /// Whether the user has signed out. Nothing is stored after that.
    closed: AtomicBool,
    /// Held during a refresh.
    refreshing: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("user", &self.0.user).finish_non_exhaustive()
    }
}

impl Account {
    /// Opens an account after a sign-in. [`Account::store_token`] stores its refresh token.
    #[must_use]
    pub fn new(signed_in: SignedIn, keyring: Keyring) -> Self {
        Self::with(signed_in.user, signed_in.tokens, false, keyring)
    }

    /// Opens an account with the refresh token in the keychain; returns `None` if there is none. The account has no
    /// access token: the first request is rejected, which causes a token refresh.
    ///
    /// # Errors
    /// The keychain cannot be used.
    pub async fn from_keyring(user: UserId, keyring: Keyring) -> Result<Option<Self>, VaultError> {
        let refresh = keyring.read(user).await?;
        let tokens = |refresh| Tokens { access: String::new(), refresh };
        Ok(refresh.map(|refresh| Self::with(user, tokens(refresh), true, keyring)))
    }

    fn with(user: UserId, tokens: Tokens, stored: bool, keyring: Keyring) -> Self {
        Self(Arc::new(Inner {
            user,
            keyring,
            tokens: Mutex::new(tokens),
            stored: AtomicBool::new(stored),
            store_failed: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            refreshing: tokio::sync::Mutex::default(),
        }))
    }

    /// Returns whether the account cannot be opened again after a restart: the keychain did not accept its refresh token.
    #[must_use]
    pub fn has_failed_to_store(&self) -> bool {
        self.0.store_failed.load(Ordering::Relaxed)
    }

    /// Stores the refresh token in the keychain, unless it is stored already.
    ///
    /// # Errors
    /// The keychain cannot be used.
    pub async fn store_token(&self) -> Result<(), VaultError> {
        // A refresh in flight is about to replace the token.
        let _refreshed = self.0.refreshing.lock().await;
        if self.0.is_stored() {
            return Ok(());
        }
        let refresh = self.tokens().refresh;
        self.0.store(refresh).await
    }

    /// Stops storing tokens in the keychain, so that the secret can be removed for good.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::Relaxed);
    }

    /// Waits for a refresh in flight, until its tokens are stored.
    pub async fn finish_refresh(&self) {
        drop(self.0.refreshing.lock().await);
    }

    /// Returns the id of its user.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.0.user
    }

    /// Returns its tokens.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        self.0.tokens().clone()
    }

    /// Returns the access token of `user`.
    ///
    /// # Errors
    /// Another account is open, or it must be refreshed first.
    pub(super) fn token(&self, user: UserId) -> Result<String, RemoteError> {
        if user != self.0.user {
            return Err(Fault::OtherAccount.into());
        }
        let token = self.0.tokens().access.clone();
        if token.is_empty() {
            return Err(Fault::Status { status: 401, code: None }.into());
        }
        Ok(token)
    }

    /// Refreshes the tokens. Concurrent calls share one refresh and its result.
    ///
    /// The refresh runs as a separate task: the server has replaced the old refresh token, so that the new one must be
    /// stored even if the caller stops waiting.
    pub(super) async fn refresh(&self, http: &Http, user: UserId) -> Result<(), RemoteError> {
        if user != self.0.user {
            return Err(Fault::OtherAccount.into());
        }
        let (inner, http, before) = (Arc::clone(&self.0), http.clone(), self.tokens());
        let refresh = tokio::spawn(async move { inner.refresh(&http, before).await });
        refresh.await.unwrap_or_else(|error| {
            panic_or(error);
            Err(Fault::Unreachable.into())
        })
    }
}

impl Inner {
    fn is_stored(&self) -> bool {
        self.stored.load(Ordering::Relaxed)
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn refresh(self: Arc<Self>, http: &Http, before: Tokens) -> Result<(), RemoteError> {
        let _one_at_a_time = self.refreshing.lock().await;
        if *self.tokens() != before {
            return Ok(());
        }
        let renewed = match http.renew(&before.refresh).await {
            Err(error) if error.class() == ErrorClass::SignIn => {
                // Another process may have refreshed it.
                match self.stored_since(&before).await {
                    Some(refresh) => http.renew(&refresh).await?,
                    None => return Err(error),
                }
            }
            other => other?,
        };
        if renewed.user != self.user {
            return Err(Fault::OtherAccount.into());
        }
        // Stored before its first use: the server has invalidated the old one.
        if self.is_stored()
            && let Err(error) = self.store(renewed.tokens.refresh.clone()).await
        {
            tracing::warn!(%error, "the new refresh token was not stored");
        }
        *self.tokens() = renewed.tokens;
        Ok(())
    }

    async fn store(self: &Arc<Self>, refresh: String) -> Result<(), VaultError> {
        let inner = Arc::clone(self);
        let stored = self.keyring.call(move |vault| {
            // A sign-out removes the secret, which must not be stored again.
            if inner.closed.load(Ordering::Relaxed) {
                return Ok(());
            }
            vault.write(inner.user, &refresh)
        });
        let stored = stored.await;
        self.stored.store(stored.is_ok(), Ordering::Relaxed);
        self.store_failed.store(stored.is_err(), Ordering::Relaxed);
        stored
    }

    /// Returns the refresh token in the keychain, if another process has replaced it.
    async fn stored_since(&self, before: &Tokens) -> Option<String> {
        if !self.is_stored() {
            return None;
        }
        let stored = self.keyring.read(self.user).await;
        stored.ok().flatten().filter(|stored| *stored != before.refresh)
    }
}
