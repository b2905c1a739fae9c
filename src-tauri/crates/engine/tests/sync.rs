//! Faults of the sync during a sit, which must not affect the sit.

#[allow(dead_code, reason = "the tests of the engine use the rest of it")]
mod fakes;

use fakes::{Fakes, Memory, USER};
use futures_lite::future::block_on;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use zafu_core::ids::UserId;
use zafu_engine::protocol::{ErrorCode, SyncNeed, SyncReply, SyncRequest, SyncState, SyncView};
use zafu_sync::supabase::{Vault, VaultError};

/// An address on which no server listens.
const NOWHERE: &str = "http://127.0.0.1:9";

fn ask(fakes: &Fakes, request: SyncRequest) -> SyncReply {
    block_on(fakes.engine().sync(request)).unwrap()
}

fn status(fakes: &Fakes) -> SyncView {
    let SyncReply::Status(Some(view)) = ask(fakes, SyncRequest::Status) else { unreachable!() };
    view
}

fn sync(fakes: &Fakes) -> SyncView {
    let SyncReply::Synced(_, Some(view)) = ask(fakes, SyncRequest::Now) else { unreachable!() };
    view
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
    assert!(vault.was.load(Ordering::SeqCst), "it has panicked by now");
    sit(&fakes);
    let view = sync(&fakes);
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
    assert_eq!(status(&fakes).need, Some(SyncNeed::SignIn), "its keychain knows of nobody");
    assert_eq!(ask(&fakes, SyncRequest::SignOut), SyncReply::Done);
    let view = status(&fakes);
    assert_eq!((view.state, view.need, view.pending), (SyncState::SignedOut, None, 1));
    let nobody = block_on(fakes.engine().sync(SyncRequest::Now));
    assert_eq!(nobody.unwrap_err().code, ErrorCode::Account);
}
