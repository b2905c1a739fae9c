//! Tests of two pushes in flight at once: never more than two, no lost row, and the failure of one of them.

mod common;

use common::{Device, ME, SlowRemote, at, id, server};
use futures_lite::future::block_on;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::session::Session;
use zafu_store::{Cursor, Pull};
use zafu_sync::{Fault, Wait};

/// Syncs until idle. Returns the number of pushed sessions and what the sync waits for.
fn run(device: &mut Device, remote: &Arc<SlowRemote>) -> (u32, Wait) {
    let mut now = at(device.seconds);
    let tick = || {
        now.boot = now.boot + Duration::from_millis(1);
        now
    };
    let (transferred, wait) = block_on(device.engine.run_until_idle(remote, tick)).unwrap();
    (transferred.pushed, wait)
}

fn with_backlog(sits: u128) -> Device {
    let mut device = Device::new(&server(), 1);
    // One completed sit and copies of it; all are pending, as after a restart of the sync.
    device.start(1);
    device.finish();
    let like = device.session(1);
    let rows = (2..=sits).map(|n| Session { id: id(n), ..like.clone() }).collect();
    let cursor = Cursor { seq: 0, history_id: Uuid::nil() };
    let pull = Pull {
        rows,
        unreadable: Vec::new(),
        version: "0.1.0".into(),
        cursor,
        last: true,
        erased: None,
        labels_seq: None,
        partner_seq: None,
        keeps_texts: None,
        at: at(0).wall.utc,
    };
    device.store.apply_pull(ME, pull).unwrap();
    device.store.restart_sync(ME).unwrap();
    device
}

#[test]
fn a_backlog_is_sent_in_two_pushes_at_a_time_and_each_session_once() {
    let mut device = with_backlog(1000);
    let remote = SlowRemote::new(&device.remote);
    assert_eq!(run(&mut device, &remote).0, 1000);
    let seen = remote.seen.lock().unwrap();
    assert_eq!(seen.most, 2);
    assert_eq!(seen.sent, (1..=1000).map(|n| (id(n), 1)).collect());
    assert_eq!(device.there().len(), 1000);
    let cursor = device.store.account().unwrap().unwrap();
    assert!(cursor.synced_at.is_some(), "its own pushes need not be read again");
}

#[test]
fn two_pushes_with_a_rejected_token_cause_one_refresh() {
    let mut device = with_backlog(1000);
    // The first push is smaller and succeeds.
    let remote = SlowRemote::failing(
        &device.remote,
        101,
        Fault::Status { status: 401, code: Some("PGRST303".into()) },
        2,
    );
    assert_eq!(run(&mut device, &remote).0, 1000);
    assert_eq!(remote.seen.lock().unwrap().refreshes, 1);
    assert_eq!(device.engine.status().unwrap().hold, None);
    assert_eq!(device.there().len(), 1000);
}

#[test]
fn the_failures_of_two_pushes_in_flight_count_once_and_lose_nothing() {
    let mut device = with_backlog(1000);
    let remote = SlowRemote::failing(&device.remote, 101, Fault::Unreachable, 2);
    let (pushed, wait) = run(&mut device, &remote);
    assert_eq!(pushed, 100);
    assert_eq!(device.store.backlog(ME).unwrap().pending, 900);
    let Wait::Until(until) = wait else { panic!("it is tried again") };
    // With full jitter, the backoff after one failure is at most two seconds.
    assert!(until <= at(device.seconds).boot + Duration::from_millis(2100), "{until:?}");
    device.seconds += 10;
    assert_eq!(run(&mut device, &remote).0, 900);
    assert_eq!(device.there().len(), 1000);
}
