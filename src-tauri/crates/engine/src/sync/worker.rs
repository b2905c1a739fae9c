//! The account of one folder, and its sync: all that can be asked of them, one thing at a time.
//!
//! Nothing here decides when: that is the [courier](super::courier)'s, or the command line's.

use super::view::{self, Known};
use super::words::nobody;
use crate::clock::Clock;
use crate::protocol::{
    CodeRequest, ErrorCode, IpcError, Progress, ProjectView, Proof, RefusedView, SignInRequest,
    SignedInView, SyncReply, SyncReport, SyncRequest, SyncView,
};
use crate::view::{Log, owners};
use std::sync::Arc;
use std::time::Duration;
use zafu_core::ids::UserId;
use zafu_core::time::BootTime;
use zafu_store::{AfterErasure, Ownerless, Store, StoreError};
use zafu_sync::out::{Asking, Out};
use zafu_sync::run::Answered;
use zafu_sync::supabase::{
    Account, Http, Project, SignedIn, SignedUp, Supabase, Vault, VaultError,
};
use zafu_sync::wire;
use zafu_sync::{
    Carrier, Class, Fault, Hold, Remote, RemoteError, Report, Ticket, Trigger, Wait, class,
};

/// The project that this build is made for, if there is one.
const PROJECT: (Option<&str>, Option<&str>) =
    (option_env!("ZAFU_PROJECT_URL"), option_env!("ZAFU_PROJECT_KEY"));
/// A backlog is worth a bar from so many sits on.
const LONG_BACKLOG: u32 = 500;
/// How long the server may take to end a session that is forgotten here already.
const LEAVING: Duration = Duration::from_secs(5);
/// How many refused sits are listed.
const REFUSED_LISTED: u32 = 1000;
/// How soon a disk that failed is tried again.
const DISK_AGAIN: Duration = Duration::from_secs(5);

/// What opens the account that is signed in.
enum Access {
    /// Nobody is signed in.
    None,
    /// It is open.
    Open(Arc<Supabase>),
    /// What opened it is not in the keychain any more.
    Lost(UserId),
    /// The keychain could not be asked.
    Unasked(UserId, VaultError),
}

/// What is to be waited for.
pub(super) enum Turn {
    /// Answers.
    Answers,
    /// Then, or whatever happens.
    Rest(Option<BootTime>),
}

/// The account and its sync.
pub(super) struct Worker {
    store: Store,
    clock: Arc<dyn Clock>,
    vault: Arc<dyn Vault>,
    carrier: Carrier,
    access: Access,
    /// Whether somebody who signs in stays so although the vault takes nothing.
    stays: bool,
    /// What a long backlog came to when it began.
    backlog: Option<u32>,
}

impl Worker {
    /// One that knows what the store knows. Unless it `stays`, nobody is signed in whom no vault keeps.
    pub fn new(store: Store, clock: Arc<dyn Clock>, vault: Arc<dyn Vault>, stays: bool) -> Self {
        let seed = uuid::Uuid::new_v4().as_u64_pair().0;
        let carrier = Carrier::new(store.clone(), seed, env!("CARGO_PKG_VERSION"));
        Self { store, clock, vault, carrier, access: Access::None, stays, backlog: None }
    }

    /// Takes note of something that happened.
    pub fn trigger(&mut self, trigger: Trigger) {
        if trigger == Trigger::Asked {
            match &self.access {
                Access::None => {}
                Access::Open(remote) => remote.keep(),
                // The person may have unlocked it meanwhile. It is not asked by itself: it may ask the person.
                Access::Lost(_) | Access::Unasked(..) => self.access = Access::None,
            }
        }
        self.carrier.trigger(trigger, self.clock.now().boot);
    }

    /// Asks what there is to ask, beside what is out.
    pub fn turn(&mut self, out: &mut Out<'static>) -> Turn {
        match self.ask(out) {
            Ok(turn) => turn,
            Err(error) => {
                tracing::error!(%error, "the sync cannot read what there is to do");
                Turn::Rest(Some(self.clock.now().boot + DISK_AGAIN))
            }
        }
    }

    fn ask(&mut self, out: &mut Out<'static>) -> Result<Turn, StoreError> {
        self.keep_access()?;
        let Access::Open(remote) = &self.access else { return Ok(Turn::Rest(None)) };
        let ask = |ticket: Ticket| -> Asking<'static> {
            let remote = Arc::clone(remote);
            Box::pin(async move { ticket.ask(&*remote).await })
        };
        Ok(match self.carrier.ask(out, ask, self.clock.now())? {
            None => Turn::Answers,
            Some(Wait::Until(at)) => Turn::Rest(Some(at)),
            Some(Wait::ForTrigger) => Turn::Rest(None),
        })
    }

    /// Writes down an answer. A disk that refuses loses nothing: the same is asked again.
    pub fn landed(&mut self, answered: Answered, out: &mut Out<'static>) -> Report {
        let report = self.carrier.landed(answered, out, self.clock.now());
        let report = report.and_then(|report| self.record_deleted().map(|()| report));
        report.unwrap_or_else(|error| {
            tracing::error!(%error, "what the server said cannot be written down");
            Report::default()
        })
    }

    /// Records that the signed-in account was deleted, if its server has just said so.
    fn record_deleted(&self) -> Result<(), StoreError> {
        if self.carrier.hold() != Some(&Hold::Account) {
            return Ok(());
        }
        match self.store.signed_in()? {
            Some(account) if account.closed.is_none() => self.store.record_deleted(account.id),
            _ => Ok(()),
        }
    }

    /// Opens the account that is signed in, if it is not open yet.
    fn keep_access(&mut self) -> Result<(), StoreError> {
        let account = self.store.signed_in()?;
        let signed_in = account.as_ref().map(|account| account.id);
        let whose = match &self.access {
            Access::None => None,
            Access::Open(remote) => Some(remote.user()),
            Access::Lost(user) | Access::Unasked(user, _) => Some(*user),
        };
        if whose == signed_in {
            return Ok(());
        }
        self.access = match account {
            None => Access::None,
            Some(account) => self.open(account.id, &account.url, &account.key),
        };
        Ok(())
    }

    fn open(&self, user: UserId, url: &str, key: &str) -> Access {
        let kept = match Account::kept(user, Arc::clone(&self.vault)) {
            Ok(kept) => kept,
            Err(error) => {
                tracing::warn!(%error, "the account stays closed");
                return Access::Unasked(user, error);
            }
        };
        let http = Project::new(url, key)
            .map_err(|error| error.to_string())
            .and_then(|project| Http::new(project).map_err(|error| error.to_string()));
        match (kept, http) {
            (Some(account), Ok(http)) => Access::Open(Arc::new(Supabase::new(http, account))),
            (None, _) => Access::Lost(user),
            (_, Err(error)) => {
                tracing::warn!(error, "the project of the account is not known");
                Access::Lost(user)
            }
        }
    }

    /// How it all looks.
    pub fn view(&mut self) -> Result<Option<SyncView>, StoreError> {
        let status = self.carrier.status()?;
        let Some(account) = status.account else { return Ok(None) };
        let pending = status.backlog.pending;
        self.backlog = match self.backlog {
            _ if pending == 0 || status.hold.is_some() || status.last_failure.is_some() => None,
            Some(total) => Some(total.max(pending)),
            None => (pending >= LONG_BACKLOG && matches!(self.access, Access::Open(_)))
                .then_some(pending),
        };
        let progress = self.backlog.map(|total| Progress { done: total - pending, total });
        let known = Known {
            hold: status.hold,
            last_failure: status.last_failure,
            progress,
            lost: matches!(self.access, Access::Lost(_)),
            unasked: match &self.access {
                Access::Unasked(_, error) => Some(error.clone().into()),
                _ => None,
            },
            for_now: matches!(&self.access, Access::Open(remote) if !remote.is_kept()),
        };
        let here = self.clock.now().wall.offset;
        view::look(&self.store, account, status.backlog, known, here).map(Some)
    }

    /// Answers everything but [`SyncRequest::Now`], which takes many turns.
    pub async fn answer(&mut self, request: SyncRequest) -> Result<SyncReply, IpcError> {
        let done = |()| SyncReply::Done;
        match request {
            SyncRequest::Status | SyncRequest::Now => Ok(SyncReply::Status(self.view()?)),
            SyncRequest::Project => Ok(SyncReply::Project(self.project()?)),
            SyncRequest::SignIn(request) => self.sign_in(request).await,
            SyncRequest::SignUp(request) => self.sign_up(request).await,
            SyncRequest::SendCode(CodeRequest { url, key, email }) => {
                Ok(http(&url, &key)?.send_code(email.trim(), true).await.map(done)?)
            }
            SyncRequest::SignOut => self.sign_out().await.map(done),
            SyncRequest::Erase => self.erase().await.map(done),
            SyncRequest::Adopt(true) => {
                self.store.assign_ownerless()?;
                Ok(SyncReply::Done)
            }
            SyncRequest::Adopt(false) => Ok(self.store.decline_ownerless().map(done)?),
            SyncRequest::AdoptFrom { owner, confirmed } => {
                self.adopt_from(owner, confirmed).map(SyncReply::Adopted)
            }
            SyncRequest::Owners => Ok(SyncReply::Owners(owners(&self.store)?)),
            SyncRequest::DeclineFrom(owner) => Ok(self.store.decline(owner).map(done)?),
            SyncRequest::AfterErasure { upload } => self.after_erasure(upload).map(done),
            SyncRequest::Refused => self.refused().map(SyncReply::Refused),
            SyncRequest::ExportRefused => self.export().map(SyncReply::Exported),
            SyncRequest::Check => self.check().await.map(SyncReply::Checked),
            SyncRequest::Retry => {
                self.store.retry_dead_letters(self.signed_in()?)?;
                self.trigger(Trigger::Asked);
                Ok(SyncReply::Done)
            }
        }
    }

    fn signed_in(&self) -> Result<UserId, IpcError> {
        let account = self.store.signed_in()?;
        account.map(|account| account.id).ok_or_else(nobody)
    }

    fn project(&self) -> Result<ProjectView, StoreError> {
        let last = self.store.account()?;
        Ok(match (last, PROJECT) {
            (Some(account), _) if !account.key.is_empty() => {
                ProjectView { url: account.url, key: account.key }
            }
            (_, (Some(url), Some(key))) => ProjectView { url: url.into(), key: key.into() },
            _ => ProjectView::default(),
        })
    }

    /// Where nobody would stay signed in, nobody is signed in: better to know it before there is an account.
    fn could_stay(&self) -> Result<(), IpcError> {
        if self.stays {
            return Ok(());
        }
        self.vault.read(UserId(uuid::Uuid::nil())).map(drop).map_err(|error| would_not_stay(&error))
    }

    async fn sign_in(&mut self, request: SignInRequest) -> Result<SyncReply, IpcError> {
        self.could_stay()?;
        let (http, email) = (http(&request.url, &request.key)?, request.email.trim());
        let signed_in = match &request.how {
            Proof::Password(password) => http.sign_in(email, &password.0).await,
            Proof::Code(code) => http.enter_code(email, &code.0).await,
        }?;
        self.enter(http, signed_in, email).await
    }

    async fn sign_up(&mut self, request: SignInRequest) -> Result<SyncReply, IpcError> {
        self.could_stay()?;
        let (http, email) = (http(&request.url, &request.key)?, request.email.trim());
        let Proof::Password(password) = &request.how else {
            let message = "an account is made with a password; a code by mail makes one by itself";
            return Err(IpcError::new(ErrorCode::BadRequest, message));
        };
        match http.sign_up(email, &password.0).await? {
            SignedUp::In(signed_in) => self.enter(http, signed_in, email).await,
            SignedUp::MailSent => {
                Ok(SyncReply::SignedIn(SignedInView { adopted: 0, mail_sent: true }))
            }
        }
    }

    /// Somebody has shown who they are: the account is signed in, and what opens it is kept.
    async fn enter(
        &mut self,
        http: Http,
        signed_in: SignedIn,
        email: &str,
    ) -> Result<SyncReply, IpcError> {
        let before = self.store.signed_in()?;
        let user = signed_in.user;
        let email = if signed_in.email.is_empty() { email } else { &signed_in.email }.to_owned();
        let (url, key) = (http.project().url().to_owned(), http.project().key().to_owned());
        // The store first: it knows of an account that is not this project's, whose secret must stay what it is.
        let ownerless = self.store.sign_in(user, &url, &key, &email)?;
        let (account, kept) = Account::opened(signed_in, Arc::clone(&self.vault));
        if let Err(error) = &kept
            && !self.stays
        {
            self.store.sign_out()?;
            return Err(would_not_stay(error));
        }
        if let Some(before) = before.filter(|before| before.id != user) {
            self.leave(before.id).await;
        }
        self.access = Access::Open(Arc::new(Supabase::new(http, account)));
        self.trigger(Trigger::SignedIn);
        let adopted = match ownerless {
            Ownerless::Assigned(sits) => sits,
            Ownerless::Undecided(_) => 0,
        };
        Ok(SyncReply::SignedIn(SignedInView { adopted, mail_sent: false }))
    }

    fn forget(&self, user: UserId) {
        if let Err(error) = self.vault.remove(user) {
            tracing::warn!(%error, "what opened an account may still be in the keychain");
        }
    }

    async fn sign_out(&mut self) -> Result<(), IpcError> {
        let user = self.signed_in()?;
        self.keep_access()?;
        self.store.sign_out()?;
        self.leave(user).await;
        Ok(())
    }

    /// Forgets what opens the account of `user`, here and, if it is open, on the server.
    async fn leave(&mut self, user: UserId) {
        self.forget(user);
        if let Access::Open(remote) = std::mem::replace(&mut self.access, Access::None) {
            if !matches!(tokio::time::timeout(LEAVING, remote.sign_out()).await, Ok(Ok(()))) {
                tracing::info!("the server was not told that this session is over");
            }
            // To tell it, the session may have had to be renewed, and was kept.
            self.forget(user);
        }
    }

    /// Erases the account's sits on the server. Here they stay, and are sent no more.
    async fn erase(&mut self) -> Result<(), IpcError> {
        let user = self.signed_in()?;
        self.keep_access()?;
        let Access::Open(remote) = &self.access else {
            let message = "sign in again first: only then can the server know that it is you";
            return Err(IpcError::new(ErrorCode::Account, message));
        };
        let erasure_id = match remote.erase(user).await {
            Err(error) if class::class(&error) == Class::Session => {
                remote.refresh(user).await.map_err(not_erased)?;
                remote.erase(user).await
            }
            other => other,
        };
        let erasure_id = erasure_id.map_err(not_erased)?;
        self.store.agree_to_erasure(user, erasure_id, AfterErasure::KeepHere)?;
        self.trigger(Trigger::Answered);
        Ok(())
    }

    /// Moves the sits of `owner` to the signed-in account. Unless that account is known to be gone, the user must
    /// have `confirmed` it.
    fn adopt_from(&mut self, owner: UserId, confirmed: bool) -> Result<u32, IpcError> {
        let user = self.signed_in()?;
        let is_free = |one: &zafu_store::Owner| {
            one.account
                .as_ref()
                .is_some_and(|account| account.id == owner && account.closed.is_some())
        };
        if !confirmed && owner != user && !self.store.owners()?.iter().any(is_free) {
            let message = "this account is not known to be gone, and its user could sign in to it again: \
                 nothing was moved. Confirm it to move its sits";
            return Err(IpcError::new(ErrorCode::BadRequest, message));
        }
        Ok(self.store.move_sits_from(owner)?)
    }

    fn after_erasure(&mut self, upload: bool) -> Result<(), IpcError> {
        let user = self.signed_in()?;
        let Some(Hold::Erased(erasure_id)) = self.carrier.status()?.hold else {
            let message = "there is no erasure to say anything of";
            return Err(IpcError::new(ErrorCode::Refused, message));
        };
        let then = if upload { AfterErasure::Upload } else { AfterErasure::KeepHere };
        self.store.agree_to_erasure(user, erasure_id, then)?;
        self.trigger(Trigger::Answered);
        Ok(())
    }

    fn refused(&self) -> Result<Vec<RefusedView>, IpcError> {
        let user = self.signed_in()?;
        let refused = self.store.dead_letters(user, REFUSED_LISTED)?;
        let log = Log::of(&self.store, self.clock.now().wall)?;
        let view = |one: &zafu_store::DeadLetter| RefusedView {
            sit: log.record(&one.session, Some(user)),
            code: one.code.clone(),
        };
        Ok(refused.iter().map(view).collect())
    }

    /// All that was refused, as it was sent: nothing of it is left out.
    fn export(&self) -> Result<serde_json::Value, IpcError> {
        let refused = self.store.dead_letters(self.signed_in()?, u32::MAX)?;
        let (codes, sits): (Vec<_>, Vec<_>) =
            refused.into_iter().map(|one| (one.code, one.session)).unzip();
        let sent: Vec<serde_json::Value> =
            serde_json::from_slice(&wire::push_body(&sits, None)).unwrap_or_default();
        let whole = codes.iter().zip(sent);
        Ok(whole.map(|(code, sit)| serde_json::json!({ "code": code, "sit": sit })).collect())
    }

    async fn check(&mut self) -> Result<Option<Vec<String>>, IpcError> {
        self.keep_access()?;
        match &self.access {
            Access::None => Ok(None),
            Access::Open(remote) => Ok(Some(remote.health().await?.findings)),
            Access::Lost(_) => Err(IpcError::new(ErrorCode::Account, "sign in again first")),
            Access::Unasked(_, error) => Err(error.clone().into()),
        }
    }

    /// What a sync that has come to rest has done: `total` together.
    pub fn synced(&mut self, total: &Report) -> Result<SyncReply, IpcError> {
        self.signed_in()?;
        let view = self.view()?;
        let (pending, refused) = view.as_ref().map_or((0, 0), |view| (view.pending, view.refused));
        let report = SyncReport { pushed: total.pushed, pulled: total.pulled, pending, refused };
        Ok(SyncReply::Synced(report, view))
    }

    /// The time.
    pub fn now(&self) -> BootTime {
        self.clock.now().boot
    }
}

/// Speaks with the project that somebody entered.
fn http(url: &str, key: &str) -> Result<Http, IpcError> {
    Ok(Http::new(Project::new(url, key)?)?)
}

fn would_not_stay(error: &VaultError) -> IpcError {
    let message = format!(
        "the system's keychain cannot be used ({}), so nobody would be signed in after this: mend that, or sign in from Zafu's window",
        error.0
    );
    IpcError::new(ErrorCode::Account, message)
}

fn not_erased(error: RemoteError) -> IpcError {
    let IpcError { code, .. } = error.clone().into();
    let message = match error.fault {
        Fault::TimedOut | Fault::Unreadable => format!(
            "whether it was erased is not known: {error}. The sits on this device stay; sync, and then try again"
        ),
        _ => format!("nothing was erased: {error}. Try again later"),
    };
    IpcError::new(code, message)
}
