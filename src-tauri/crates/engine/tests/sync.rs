//! Faults of the sync during a sit, which must not affect the sit.

#[allow(dead_code, reason = "the tests of the engine use the rest of it")]
mod fakes;
#[allow(dead_code, reason = "the tests of the partner use the rest of it")]
mod project;

use fakes::{Fakes, Memory, USER};
use futures_lite::future::{block_on, poll_once};
use project::Project;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use zafu_core::ids::UserId;
use zafu_engine::protocol::{
    CodeRequest, ErrorCode, Proof, Secret, SignInRequest, SyncNeed, SyncState, SyncView,
};
use zafu_sync::supabase::{Vault, VaultError};

/// An address on which no server listens.
const NOWHERE: &str = "http://127.0.0.1:9";

fn status(fakes: &Fakes) -> SyncView {
    block_on(fakes.engine().account().status()).unwrap().unwrap()
}

fn sync(fakes: &Fakes) -> SyncView {
    let (_, view) = block_on(fakes.engine().account().sync_now()).unwrap();
    view.unwrap()
}

/// Starts a sit and ends it after its planned length.
fn sit(fakes: &Fakes) {
    fakes.start(60, 0).unwrap();
    fakes.pass(Duration::from_secs(60));
    let at = fakes.engine().end_sit(None).wait().unwrap();
    assert!(at.sit.is_none() && at.finished.is_some_and(|finished| finished.complete));
}

/// A keychain whose first read panics.
#[derive(Default)]
struct Broken {
    was: AtomicBool,
}

impl Vault for Broken {
    fn read(&self, _: UserId) -> Result<Option<String>, VaultError> {
        assert!(self.was.swap(true, Ordering::SeqCst), "the keychain is broken");
        Ok(None)
    }

    fn write(&self, _: UserId, _: &str) -> Result<(), VaultError> {
        Ok(())
    }

    fn remove(&self, _: UserId) -> Result<(), VaultError> {
        Ok(())
    }
}

/// Covers fault 10.
#[test]
fn a_panic_in_the_sync_does_not_affect_the_sit_and_restarts_the_sync() {
    let vault = Arc::new(Broken::default());
    let fakes = Fakes::signed_in(NOWHERE, vault.clone());
    sit(&fakes);
    assert_eq!(status(&fakes).pending, 1);
    sit(&fakes);
    let view = loop {
        match block_on(fakes.engine().account().sync_now()) {
            Ok((_, view)) => break view.unwrap(),
            Err(error) => assert_eq!(error.code, ErrorCode::Engine, "cut off by the panic"),
        }
    };
    assert!(vault.was.load(Ordering::SeqCst), "it has panicked by now");
    assert_eq!((view.state, view.need), (SyncState::ActionNeeded, Some(SyncNeed::SignIn)));
    assert_eq!(view.pending, 2, "everything is kept");
}

#[test]
fn a_sit_does_not_wait_for_a_server_that_never_responds() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let vault = Arc::new(Memory::default());
    vault.write(USER, "secret").unwrap();
    let fakes = Fakes::signed_in(&format!("http://{}", silent.local_addr().unwrap()), vault);
    // The request is in flight without a response until the connection is dropped.
    let _held = silent.accept().unwrap();
    sit(&fakes);
    assert_eq!(status(&fakes).pending, 1);
}

#[test]
fn an_unreachable_server_is_reported_and_needs_no_action() {
    let vault = Arc::new(Memory::default());
    vault.write(USER, "secret").unwrap();
    let fakes = Fakes::signed_in(NOWHERE, vault);
    sit(&fakes);
    let view = sync(&fakes);
    assert_eq!((view.state, view.need, view.pending), (SyncState::Waiting, None, 1));
    assert_eq!(view.trouble.unwrap().code, ErrorCode::Network);
    let shown = fakes.state().sync.unwrap();
    assert_eq!((shown.state, shown.pending), (SyncState::Waiting, 1), "the window knows it too");
}

#[test]
fn signing_out_keeps_every_sit_and_needs_no_action() {
    let fakes = Fakes::signed_in(NOWHERE, Arc::new(Memory::default()));
    sit(&fakes);
    assert_eq!(sync(&fakes).need, Some(SyncNeed::SignIn), "its keychain has no credentials");
    block_on(fakes.engine().account().sign_out()).unwrap();
    let view = status(&fakes);
    assert_eq!((view.state, view.need, view.pending), (SyncState::SignedOut, None, 1));
    let result = block_on(fakes.engine().account().sync_now());
    assert_eq!(result.unwrap_err().code, ErrorCode::Account);
}

/// A keychain that can be locked: its calls then wait until it is unlocked, as while the system asks the user.
#[derive(Default)]
struct Lockable {
    secrets: Memory,
    state: Mutex<LockState>,
    changed: Condvar,
}

#[derive(Default)]
struct LockState {
    is_locked: bool,
    waiting: u32,
}

impl Lockable {
    fn set_locked(&self, is_locked: bool) {
        self.state.lock().unwrap().is_locked = is_locked;
        self.changed.notify_all();
    }

    /// Blocks until a call waits.
    fn wait_for_call(&self) {
        let state = self.state.lock().unwrap();
        drop(self.changed.wait_while(state, |state| state.waiting == 0).unwrap());
    }

    /// Waits while the keychain is locked.
    fn secrets(&self) -> &Memory {
        let mut state = self.state.lock().unwrap();
        state.waiting += 1;
        self.changed.notify_all();
        state = self.changed.wait_while(state, |state| state.is_locked).unwrap();
        state.waiting -= 1;
        &self.secrets
    }
}

impl Vault for Lockable {
    fn read(&self, account: UserId) -> Result<Option<String>, VaultError> {
        self.secrets().read(account)
    }

    fn write(&self, account: UserId, secret: &str) -> Result<(), VaultError> {
        self.secrets().write(account, secret)
    }

    fn remove(&self, account: UserId) -> Result<(), VaultError> {
        self.secrets().remove(account)
    }
}

/// Creates an engine whose account can be opened with `vault`.
fn signed_in_to(project: &Project, vault: &Arc<Lockable>) -> Fakes {
    vault.secrets.write(USER, "refresh").unwrap();
    Fakes::signed_in(project.url(), vault.clone())
}

fn sign_in_request(project: &Project) -> SignInRequest {
    SignInRequest {
        url: project.url().into(),
        key: "key".into(),
        email: "me@example.org".into(),
        how: Proof::Password(Secret("password".into())),
        keep_texts: None,
    }
}

#[test]
fn the_choice_about_texts_at_a_sign_up_holds_once_the_address_is_confirmed() {
    for (keep_texts, keeps_texts) in [(Some(true), true), (None, false)] {
        let (project, fakes) = (Project::start(), Fakes::new());
        let account = fakes.engine().account();
        let email = " Me@Example.org ".into();
        let request = SignInRequest { email, keep_texts, ..sign_in_request(&project) };
        assert!(block_on(account.sign_up(request)).unwrap().mail_sent);
        assert_eq!(fakes.store().account().unwrap(), None);
        block_on(account.sign_in(sign_in_request(&project))).unwrap();
        assert_eq!(status(&fakes).keeps_texts, keeps_texts);
    }
}

/// Makes every request that needs neither the keychain nor the credentials of the account.
fn make_requests(fakes: &Fakes, project: &Project) {
    let account = fakes.engine().account();
    block_on(async {
        let view = account.status().await.unwrap().unwrap();
        assert!(view.signed_in);
        assert_eq!(fakes.engine().log().owners().await.unwrap().len(), 1);
        assert_eq!(account.project().await.unwrap().url, project.url());
        assert_eq!(account.dead_letters().await.unwrap(), []);
        account.export_dead_letters().await.unwrap();
        account.retry_dead_letters().await.unwrap();
        account.adopt(false).await.unwrap();
        account.decline_from(USER).await.unwrap();
    });
}

#[test]
fn a_request_that_waits_for_the_keychain_delays_no_other_request() {
    let (project, vault) = (Project::start(), Arc::new(Lockable::default()));
    vault.set_locked(true);
    let fakes = signed_in_to(&project, &vault);
    let account = fakes.engine().account();
    // These need the credentials of the account, for which the keychain is asked.
    let (mut sign_out, mut check) = (pin!(account.sign_out()), pin!(account.check_server()));
    assert!(block_on(poll_once(&mut check)).is_none());
    vault.wait_for_call();
    assert!(block_on(poll_once(&mut sign_out)).is_none());
    make_requests(&fakes, &project);
    let code = CodeRequest {
        url: project.url().into(),
        key: "key".into(),
        email: "me@example.org".into(),
    };
    block_on(account.send_code(code)).unwrap();
    assert!(block_on(poll_once(&mut check)).is_none(), "the keychain is still locked");
    assert!(block_on(poll_once(&mut sign_out)).is_none(), "the keychain is still locked");
    vault.set_locked(false);
    block_on(sign_out).unwrap();
    // It has run before the sign-out or after it.
    block_on(check).unwrap();
    assert_eq!(status(&fakes).state, SyncState::SignedOut);
}

#[test]
fn a_sign_in_that_waits_for_the_keychain_does_not_delay_the_sync() {
    let (project, vault) = (Project::start(), Arc::new(Lockable::default()));
    vault.set_locked(true);
    let fakes = signed_in_to(&project, &vault);
    sit(&fakes);
    let account = fakes.engine().account();
    vault.wait_for_call();
    let mut sign_in = pin!(account.sign_in(sign_in_request(&project)));
    assert!(block_on(poll_once(&mut sign_in)).is_none());
    // The sign-in opens the account before its refresh token is stored.
    let view = loop {
        let (report, view) = block_on(account.sync_now()).unwrap();
        if report.pushed > 0 {
            break view.unwrap();
        }
    };
    assert_eq!((view.state, view.pending), (SyncState::Synced, 0));
    make_requests(&fakes, &project);
    assert!(block_on(poll_once(&mut sign_in)).is_none(), "the keychain is still locked");
    vault.set_locked(false);
    block_on(sign_in).unwrap();
}

#[test]
fn a_request_that_waits_for_the_server_delays_neither_another_request_nor_the_sync() {
    let (project, vault) = (Project::start(), Arc::new(Lockable::default()));
    let fakes = signed_in_to(&project, &vault);
    let account = fakes.engine().account();
    project.hold("/otp");
    let code = CodeRequest {
        url: project.url().into(),
        key: "key".into(),
        email: "me@example.org".into(),
    };
    let mut send_code = pin!(account.send_code(code));
    assert!(block_on(poll_once(&mut send_code)).is_none());
    project.wait_for_request();
    sit(&fakes);
    let view = sync(&fakes);
    assert_eq!((view.state, view.pending), (SyncState::Synced, 0));
    make_requests(&fakes, &project);
    assert_eq!(block_on(account.check_server()).unwrap(), Some(vec![]));
    block_on(account.sign_in(sign_in_request(&project))).unwrap();
    assert!(block_on(poll_once(&mut send_code)).is_none(), "the server has not responded");
    project.release();
    block_on(send_code).unwrap();
}

#[test]
fn a_sync_that_waits_for_the_server_delays_no_request() {
    let (project, vault) = (Project::start(), Arc::new(Lockable::default()));
    project.hold("/pull_sessions");
    let fakes = signed_in_to(&project, &vault);
    let account = fakes.engine().account();
    let mut sync_now = pin!(account.sync_now());
    assert!(block_on(poll_once(&mut sync_now)).is_none());
    project.wait_for_request();
    make_requests(&fakes, &project);
    assert_eq!(block_on(account.check_server()).unwrap(), Some(vec![]));
    assert!(block_on(poll_once(&mut sync_now)).is_none(), "the server has not responded");
    project.release();
    assert_eq!(block_on(sync_now).unwrap().1.unwrap().state, SyncState::Synced);
}
