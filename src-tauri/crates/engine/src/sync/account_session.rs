//! The account of a data folder: sign-in, sign-up, sign-out, erasure, and access to the keychain.
//!
//! Requests run beside each other and beside the sync: one that waits for the server or the keychain delays no other. The
//! store is changed first, and the account opened or closed with it in one step. Nothing is written to the keychain for an
//! account that is closed.

use super::errors::{no_credentials, not_signed_in, rejection};
use super::status::{self, Connection};
use crate::clock::Clock;
use crate::log::Records;
use crate::protocol::{
    CodeRequest, DeadLetterView, ErrorCode, IpcError, OwnerView, Progress, ProjectView, Proof,
    SignInRequest, SignedInView, SyncReport, SyncView,
};
use crate::view::owners;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use zafu_core::ids::UserId;
use zafu_core::label::LabelKey;
use zafu_core::message;
use zafu_core::time::Moment;
use zafu_store::{AfterErasure, DeadLetter, Ownerless, Store, StoreError};
use zafu_sync::supabase::{
    Account, Http, Keyring, Project, SignedIn, SignedUp, Supabase, Vault, VaultError,
};
use zafu_sync::wire;
use zafu_sync::{
    ErrorClass, Fault, Hold, Remote, RemoteError, SyncEngine, SyncStatus, Transferred, Wakeup,
};

/// The project for which this build is made, if there is one.
const PROJECT: (Option<&str>, Option<&str>) =
    (option_env!("ZAFU_PROJECT_URL"), option_env!("ZAFU_PROJECT_KEY"));
/// How long the server may take to end a session that is closed on this device already.
const SIGN_OUT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many dead letters are listed.
const DEAD_LETTERS_LISTED: u32 = 1000;

/// Access to the signed-in account.
enum Access {
    /// No account is signed in, or its credentials were not read yet.
    Closed,
    /// The account is open.
    Open(Arc<Supabase>),
    /// The keychain has no credentials of this account.
    NoCredentials(UserId),
    /// The keychain cannot be used. It is not called again by itself.
    KeychainFailed(UserId, VaultError),
}

impl Access {
    fn user(&self) -> Option<UserId> {
        match self {
            Self::Closed => None,
            Self::Open(remote) => Some(remote.account().user()),
            Self::NoCredentials(user) | Self::KeychainFailed(user, _) => Some(*user),
        }
    }
}

/// A request that was carried out.
pub(crate) struct Done<T> {
    /// Its result.
    pub value: T,
    /// Wakes the sync.
    pub wakeup: Option<Wakeup>,
    /// Whether sessions in the log have changed.
    pub changes_log: bool,
    /// Whether anything about the partner has changed.
    pub changes_partner: bool,
}

impl<T> Done<T> {
    pub fn new(value: T) -> Self {
        Self { value, wakeup: None, changes_log: false, changes_partner: false }
    }

    pub fn waking(value: T, wakeup: Wakeup) -> Self {
        Self { wakeup: Some(wakeup), ..Self::new(value) }
    }

    /// Returns the result of the request, and what follows from it.
    pub fn split(self) -> (T, Done<()>) {
        let Self { value, wakeup, changes_log, changes_partner } = self;
        (value, Done { value: (), wakeup, changes_log, changes_partner })
    }
}

/// The account of a data folder.
pub(crate) struct AccountSession {
    store: Store,
    clock: Arc<dyn Clock>,
    keyring: Keyring,
    access: Mutex<Access>,
    access_changed: Notify,
    /// Held while the credentials are read.
    opening: tokio::sync::Mutex<()>,
    /// Whether an account can be used whose credentials the keychain does not store.
    without_keychain: bool,
}

impl AccountSession {
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        vault: Arc<dyn Vault>,
        without_keychain: bool,
    ) -> Self {
        Self {
            store,
            clock,
            keyring: Keyring::new(vault),
            access: Mutex::new(Access::Closed),
            access_changed: Notify::new(),
            opening: tokio::sync::Mutex::default(),
            without_keychain,
        }
    }

    /// Creates a sync engine for the same store.
    pub fn engine(&self) -> SyncEngine {
        let seed = uuid::Uuid::new_v4().as_u64_pair().0;
        SyncEngine::new(self.store.clone(), seed, env!("CARGO_PKG_VERSION"))
    }

    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the current time.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    fn access(&self) -> MutexGuard<'_, Access> {
        self.access.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the server, if the account is open.
    pub fn remote(&self) -> Option<Arc<Supabase>> {
        match &*self.access() {
            Access::Open(remote) => Some(Arc::clone(remote)),
            _ => None,
        }
    }

    /// Replaces the access. The account that was open is closed, so that a token refresh in flight stores nothing.
    fn set_access(&self, access: Access) -> Option<Arc<Supabase>> {
        let before = std::mem::replace(&mut *self.access(), access);
        self.access_changed.notify_one();
        match before {
            Access::Open(remote) => {
                remote.account().close();
                Some(remote)
            }
            _ => None,
        }
    }

    /// Waits until an account was opened or closed, which a request may do long before it ends.
    pub async fn access_changed(&self) {
        self.access_changed.notified().await;
    }

    /// Returns whether the credentials of the signed-in account are to be read.
    pub fn needs_opening(&self) -> Result<bool, StoreError> {
        let signed_in = self.store.signed_in()?.map(|account| account.id);
        Ok(self.access().user() != signed_in)
    }

    /// Opens the signed-in account with the credentials in the keychain, unless that was tried.
    pub async fn open(&self) -> Result<(), StoreError> {
        let _one_at_a_time = self.opening.lock().await;
        if !self.needs_opening()? {
            return Ok(());
        }
        let Some(known) = self.store.signed_in()? else {
            self.set_access(Access::Closed);
            return Ok(());
        };
        let user = known.id;
        let access = match Account::from_keyring(user, self.keyring.clone()).await {
            Ok(Some(account)) => match http(&known.url, &known.key) {
                Ok(http) => Access::Open(Arc::new(Supabase::new(http, account))),
                Err(error) => {
                    tracing::warn!(%error, "the project of the account cannot be used");
                    Access::NoCredentials(user)
                }
            },
            Ok(None) => Access::NoCredentials(user),
            Err(error) => {
                tracing::warn!(%error, "the account cannot be opened");
                Access::KeychainFailed(user, error)
            }
        };
        // Another account may have been signed in meanwhile, or this one again.
        if self.needs_opening()? && self.store.signed_in()?.is_some_and(|now| now.id == user) {
            self.set_access(access);
        }
        Ok(())
    }

    /// Lets the credentials be read again if the keychain had none or failed: the user has requested a sync.
    pub fn retry_keychain(&self) {
        let mut access = self.access();
        if matches!(*access, Access::NoCredentials(_) | Access::KeychainFailed(..)) {
            *access = Access::Closed;
        }
    }

    /// Records that the signed-in account was deleted from the server.
    pub fn record_deleted_account(&self) -> Result<(), StoreError> {
        match self.store.signed_in()? {
            Some(account) if account.closed.is_none() => self.store.record_deleted(account.id),
            _ => Ok(()),
        }
    }

    /// Returns what clients are shown of the account and its sync.
    pub fn view(
        &self,
        status: SyncStatus,
        progress: Option<Progress>,
    ) -> Result<Option<SyncView>, StoreError> {
        let Some(account) = status.account else { return Ok(None) };
        let connection = {
            let access = self.access();
            Connection {
                hold: status.hold,
                last_failure: status.last_failure,
                progress,
                has_no_credentials: matches!(*access, Access::NoCredentials(_)),
                keychain_failure: match &*access {
                    Access::KeychainFailed(_, error) => Some(error.clone().into()),
                    _ => None,
                },
                is_not_kept: matches!(&*access, Access::Open(remote) if remote.account().has_failed_to_store()),
            }
        };
        let offset = self.clock.now().wall.offset;
        status::view_of(&self.store, account, status.backlog, connection, offset).map(Some)
    }

    /// Returns the signed-in account, or fails.
    fn signed_in(&self) -> Result<UserId, IpcError> {
        let account = self.store.signed_in()?;
        account.map(|account| account.id).ok_or_else(not_signed_in)
    }

    /// Returns every owner of sits on this device, the account in use first.
    pub fn owners(&self) -> Result<Vec<OwnerView>, StoreError> {
        owners(&self.store)
    }

    /// Returns the project of the last account, or the one for which this build was made.
    pub fn project(&self) -> Result<Done<ProjectView>, IpcError> {
        let last = self.store.account()?;
        Ok(Done::new(match (last, PROJECT) {
            (Some(account), _) if !account.key.is_empty() => {
                ProjectView { url: account.url, key: account.key }
            }
            (_, (Some(url), Some(key))) => ProjectView { url: url.into(), key: key.into() },
            _ => ProjectView::default(),
        }))
    }

    /// Fails if an account that is signed in now could not be opened again: better before there is an account.
    async fn check_keychain(&self) -> Result<(), IpcError> {
        if self.without_keychain {
            return Ok(());
        }
        let read = self.keyring.read(UserId(uuid::Uuid::nil())).await;
        read.map(drop).map_err(|error| not_kept(&error))
    }

    /// Signs in.
    pub async fn sign_in(&self, request: SignInRequest) -> Result<Done<SignedInView>, IpcError> {
        self.check_keychain().await?;
        let (http, email) = (http(&request.url, &request.key)?, request.email.trim());
        let signed_in = match &request.how {
            Proof::Password(password) => http.sign_in(email, &password.0).await,
            Proof::Code(code) => http.enter_code(email, &code.0).await,
        }?;
        self.enter(http, signed_in, email, request.keep_texts).await
    }

    /// Creates an account and signs in, or has a confirmation mailed first.
    pub async fn sign_up(&self, request: SignInRequest) -> Result<Done<SignedInView>, IpcError> {
        self.check_keychain().await?;
        let (http, email) = (http(&request.url, &request.key)?, request.email.trim());
        let Proof::Password(password) = &request.how else {
            return Err(IpcError::new(ErrorCode::BadRequest, message!("server-password-needed")));
        };
        match http.sign_up(email, &password.0).await? {
            SignedUp::In(signed_in) => self.enter(http, signed_in, email, request.keep_texts).await,
            SignedUp::MailSent => {
                // The window can be closed until the address is confirmed.
                if let Some(keeps_texts) = request.keep_texts {
                    self.store.record_sign_up(http.project().url(), email, keeps_texts)?;
                }
                Ok(Done::new(SignedInView { adopted: 0, mail_sent: true }))
            }
        }
    }

    /// Has a sign-in code mailed.
    pub async fn send_code(&self, request: CodeRequest) -> Result<Done<()>, IpcError> {
        let CodeRequest { url, key, email } = request;
        http(&url, &key)?.send_code(email.trim(), true).await?;
        Ok(Done::new(()))
    }

    /// Signs in the account whose user has proved who they are, and stores its refresh token.
    async fn enter(
        &self,
        http: Http,
        signed_in: SignedIn,
        email: &str,
        keep_texts: Option<bool>,
    ) -> Result<Done<SignedInView>, IpcError> {
        let before = self.store.signed_in()?.map(|account| account.id);
        let user = signed_in.user;
        let email = if signed_in.email.is_empty() { email } else { &signed_in.email }.to_owned();
        let (url, key) = (http.project().url().to_owned(), http.project().key().to_owned());
        // The store first: it rejects an account of another project, whose secret must stay as it is.
        let ownerless = self.store.sign_in_with(user, &url, &key, &email, keep_texts)?;
        let account = Account::new(signed_in, self.keyring.clone());
        let remote = Arc::new(Supabase::new(http, account));
        let old = self.set_access(Access::Open(Arc::clone(&remote)));
        match remote.account().store_token().await {
            Err(error) if !self.without_keychain => {
                self.store.sign_out()?;
                self.set_access(Access::Closed);
                return Err(not_kept(&error));
            }
            Err(error) => tracing::warn!(%error, "the refresh token is not stored"),
            Ok(()) => {}
        }
        if let Some(before) = before.filter(|before| *before != user) {
            self.end_session(before, old).await;
        }
        let adopted = match ownerless {
            Ownerless::Assigned(sits) => sits,
            Ownerless::Undecided(_) => 0,
        };
        let view = SignedInView { adopted, mail_sent: false };
        let done = Done::waking(view, Wakeup::SignIn);
        Ok(Done { changes_log: true, changes_partner: true, ..done })
    }

    /// Signs out. Removes nothing from this device.
    pub async fn sign_out(&self) -> Result<Done<()>, IpcError> {
        // The server ends the session only for its own credentials.
        let user = self.open_signed_in().await?;
        self.store.sign_out()?;
        let old = self.set_access(Access::Closed);
        self.end_session(user, old).await;
        Ok(Done { changes_partner: true, ..Done::new(()) })
    }

    /// Opens the account that is signed in, and returns it. Fails if another one was signed in while the keychain was
    /// read: the request was meant for the first.
    pub async fn open_signed_in(&self) -> Result<UserId, IpcError> {
        let user = self.signed_in()?;
        self.open().await?;
        match self.signed_in()? == user {
            true => Ok(user),
            false => Err(RemoteError::from(Fault::OtherAccount).into()),
        }
    }

    /// Removes the secret of `user`, whose account is closed, and ends its session on the server if it was open.
    async fn end_session(&self, user: UserId, old: Option<Arc<Supabase>>) {
        // It may be signed in again by now, with a new secret.
        if self.signed_in().is_ok_and(|now| now == user) {
            return;
        }
        if let Err(error) = self.keyring.remove(user).await {
            tracing::warn!(%error, "the secret of an account may still be in the keychain");
        }
        let Some(remote) = old else { return };
        if !matches!(tokio::time::timeout(SIGN_OUT_TIMEOUT, remote.sign_out()).await, Ok(Ok(()))) {
            tracing::info!("the session was not ended on the server");
        }
    }

    /// Calls the server in the name of `user`, again with a new access token if it rejects the first one.
    ///
    /// # Errors
    /// The credentials are not there. That the call failed is a value.
    pub async fn call<T, R>(
        &self,
        user: UserId,
        call: impl Fn(Arc<Supabase>) -> R,
    ) -> Result<Result<T, RemoteError>, IpcError>
    where
        R: Future<Output = Result<T, RemoteError>>,
    {
        let remote = self.remote().ok_or_else(no_credentials)?;
        Ok(match call(Arc::clone(&remote)).await {
            Err(error) if error.class() == ErrorClass::Session => {
                match remote.refresh(user).await {
                    Ok(()) => call(remote).await,
                    Err(error) => Err(error),
                }
            }
            other => other,
        })
    }

    /// Erases the account's sessions from the server. They stay on this device as local-only sessions.
    pub async fn erase(&self) -> Result<Done<()>, IpcError> {
        let user = self.open_signed_in().await?;
        let erase = |remote: Arc<Supabase>| async move { remote.erase(user).await };
        let erasure_id = self.call(user, erase).await?.map_err(not_erased)?;
        self.store.agree_to_erasure(user, erasure_id, AfterErasure::KeepHere)?;
        let done = Done::waking((), Wakeup::ErasureDecision);
        Ok(Done { changes_partner: true, ..done })
    }

    /// Assigns the sits without an owner to the account, or declines them.
    pub fn adopt(&self, adopt: bool) -> Result<Done<()>, IpcError> {
        if !adopt {
            return Ok(Done::new(self.store.decline_ownerless()?));
        }
        self.store.assign_ownerless()?;
        let done = Done::waking((), self.wakeup_after_move()?);
        Ok(Done { changes_log: true, changes_partner: true, ..done })
    }

    /// Returns the wake-up after sits were moved to the signed-in account. If it keeps its texts, only a pull shows which of
    /// them the server has.
    fn wakeup_after_move(&self) -> Result<Wakeup, IpcError> {
        let keeps_texts = self.store.signed_in()?.is_some_and(|account| account.keeps_texts);
        Ok(if keeps_texts { Wakeup::Request } else { Wakeup::LocalChange })
    }

    /// Chooses whether notes and labels stay on the devices of the account, or are sent by this one.
    pub fn set_keeps_texts(&self, keeps: bool) -> Result<Done<()>, IpcError> {
        self.store.set_keeps_texts(self.signed_in()?, keeps)?;
        Ok(Done::waking((), Wakeup::Request))
    }

    /// Leaves the sits of `owner` where they are, and does not ask again until the next sign-in.
    pub fn decline_from(&self, owner: UserId) -> Result<Done<()>, IpcError> {
        Ok(Done::new(self.store.decline(owner)?))
    }

    /// Moves the sessions of `owner` to the signed-in account. Unless that account is known to be gone, the user must have
    /// `confirmed` it.
    pub fn adopt_from(&self, owner: UserId, confirmed: bool) -> Result<Done<u32>, IpcError> {
        let user = self.signed_in()?;
        let is_gone = |one: &zafu_store::Owner| {
            one.account
                .as_ref()
                .is_some_and(|account| account.id == owner && account.closed.is_some())
        };
        if !confirmed && owner != user && !self.store.owners()?.iter().any(is_gone) {
            return Err(IpcError::new(ErrorCode::BadRequest, message!("server-owner-in-use")));
        }
        let moved = self.store.move_sits_from(owner)?;
        Ok(Done { changes_log: true, ..Done::waking(moved, self.wakeup_after_move()?) })
    }

    /// Resolves an erasure by another device, which is the `hold` of the sync.
    pub fn after_erasure(&self, upload: bool, hold: Option<Hold>) -> Result<Done<()>, IpcError> {
        let user = self.signed_in()?;
        let Some(Hold::Erased(erasure_id)) = hold else {
            return Err(IpcError::new(ErrorCode::Rejected, message!("server-nothing-erased")));
        };
        let then = if upload { AfterErasure::Upload } else { AfterErasure::KeepHere };
        self.store.agree_to_erasure(user, erasure_id, then)?;
        let done = Done::waking((), Wakeup::ErasureDecision);
        Ok(Done { changes_partner: true, ..done })
    }

    /// Returns the dead letters.
    pub fn dead_letters(&self) -> Result<Done<Vec<DeadLetterView>>, IpcError> {
        let user = self.signed_in()?;
        let letters = self.store.dead_letters(user, DEAD_LETTERS_LISTED)?;
        let records = Records::of(&self.store, self.clock.now().wall)?;
        let view = |letter: &DeadLetter| DeadLetterView {
            sit: records.record(
                &letter.session,
                Some(user),
                LabelKey::of(&letter.session.details.value.label).as_ref(),
            ),
            code: letter.code.clone(),
            reason: rejection(&letter.code),
        };
        Ok(Done::new(letters.iter().map(view).collect()))
    }

    /// Returns all dead letters as JSON, with the whole rows as they were sent.
    pub fn export_dead_letters(&self) -> Result<Done<serde_json::Value>, IpcError> {
        let letters = self.store.dead_letters(self.signed_in()?, u32::MAX)?;
        let sessions = letters.iter().map(|letter| &letter.session);
        let rows: Vec<serde_json::Value> =
            serde_json::from_slice(&wire::push_body(sessions, None)).unwrap_or_default();
        let whole = letters.iter().zip(rows);
        let whole =
            whole.map(|(letter, row)| serde_json::json!({ "code": letter.code, "sit": row }));
        Ok(Done::new(whole.collect()))
    }

    /// Sends the dead letters again.
    pub fn retry_dead_letters(&self) -> Result<Done<()>, IpcError> {
        self.store.retry_dead_letters(self.signed_in()?)?;
        Ok(Done::waking((), Wakeup::Request))
    }

    /// Returns the findings of the server's health check; `None` if no account is signed in.
    pub async fn check_server(&self) -> Result<Done<Option<Vec<String>>>, IpcError> {
        self.open().await?;
        if let Some(remote) = self.remote() {
            return Ok(Done::new(Some(remote.health().await?.findings)));
        }
        match &*self.access() {
            Access::NoCredentials(_) => Err(no_credentials()),
            Access::KeychainFailed(_, error) => Err(error.clone().into()),
            Access::Closed | Access::Open(_) => Ok(Done::new(None)),
        }
    }

    /// Returns the report of a sync that has become idle.
    pub fn synced(
        &self,
        transferred: Transferred,
        view: Option<SyncView>,
    ) -> Result<(SyncReport, Option<SyncView>), IpcError> {
        self.signed_in()?;
        let (pending, rejected) =
            view.as_ref().map_or((0, 0), |view| (view.pending, view.rejected));
        let Transferred { pushed, pulled, .. } = transferred;
        Ok((SyncReport { pushed, pulled, pending, rejected }, view))
    }
}

/// Creates a client of the project that the user has entered.
fn http(url: &str, key: &str) -> Result<Http, IpcError> {
    Ok(Http::new(Project::new(url, key)?)?)
}

fn not_kept(error: &VaultError) -> IpcError {
    let message = message!("server-keychain-not-kept", reason = error.0.clone());
    IpcError::new(ErrorCode::Account, message)
}

fn not_erased(error: RemoteError) -> IpcError {
    let cause = error.message();
    let message = match error.fault {
        Fault::TimedOut | Fault::InvalidResponse => message!("server-erase-unknown", error = cause),
        _ => message!("server-erase-failed", error = cause),
    };
    let IpcError { code, .. } = error.into();
    IpcError::new(code, message)
}
