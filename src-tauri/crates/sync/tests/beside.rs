//! Two pushes at once: never more, none of them lost, and what becomes of the other where one fails.

mod common;

use common::{Device, ME, at, id, server};
use futures_lite::future::{block_on, yield_now};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;
use zafu_store::{Cursor, Pull};
use zafu_sync::fake::FakeRemote;
use zafu_sync::remote::{DigestAnswer, Health, Page, PullAnswer, PushAnswer};
use zafu_sync::{Fault, Remote, RemoteError, Wait};

/// A long way to a server: what is asked takes a while to arrive.
struct Far<'a> {
    server: &'a FakeRemote,
    /// Pushes of this number of sits and more fail so, so many times.
    failing: Mutex<(usize, Fault, u32)>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    out: u32,
    most: u32,
    refreshes: u32,
    sent: BTreeMap<SessionId, u32>,
}

impl<'a> Far<'a> {
    fn to(server: &'a FakeRemote, from: usize, fault: Fault, times: u32) -> Self {
        Self { server, failing: Mutex::new((from, fault, times)), seen: Mutex::default() }
    }
}

impl Remote for Far<'_> {
    async fn push(
        &self,
        account: UserId,
        sits: &[Session],
        erased: Option<Uuid>,
    ) -> Result<PushAnswer, RemoteError> {
        {
            let mut seen = self.seen.lock().unwrap();
            seen.out += 1;
            seen.most = seen.most.max(seen.out);
        }
        for _ in 0..3 {
            yield_now().await;
        }
        self.seen.lock().unwrap().out -= 1;
        {
            let mut failing = self.failing.lock().unwrap();
            if failing.2 > 0 && sits.len() >= failing.0 {
                failing.2 -= 1;
                return Err(failing.1.clone().into());
            }
        }
        for sit in sits {
            *self.seen.lock().unwrap().sent.entry(sit.id).or_default() += 1;
        }
        self.server.push(account, sits, erased).await
    }

    async fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        page: Page,
    ) -> Result<PullAnswer, RemoteError> {
        self.server.pull(account, after, page).await
    }

    async fn digest(&self, account: UserId) -> Result<DigestAnswer, RemoteError> {
        self.server.digest(account).await
    }

    async fn erase(&self, account: UserId) -> Result<Uuid, RemoteError> {
        self.server.erase(account).await
    }

    async fn refresh(&self, account: UserId) -> Result<(), RemoteError> {
        self.seen.lock().unwrap().refreshes += 1;
        self.server.refresh(account).await
    }

    async fn health(&self) -> Result<Health, RemoteError> {
        self.server.health().await
    }
}

/// Runs once, and says how many were pushed, and whether the sync waits for something to happen only.
fn run(device: &mut Device, far: &Far<'_>) -> (u32, Wait) {
    let mut now = at(device.seconds);
    let tick = || {
        now.boot = now.boot + Duration::from_millis(1);
        now
    };
    let (report, wait) = block_on(device.carrier.run(far, tick)).unwrap();
    (report.pushed, wait)
}

fn with_backlog(sits: u128) -> Device {
    let mut device = Device::new(&server(), 1);
    // One of the person's, and others like it, as a restored folder has them: all wait to be sent.
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
        at: at(0).wall.utc,
    };
    device.store.merge(ME, pull).unwrap();
    device.store.restart_sync(ME).unwrap();
    device
}

#[test]
fn a_backlog_goes_two_pushes_at_a_time_and_each_sit_once() {
    let mut device = with_backlog(1000);
    let remote = device.remote.clone();
    let far = Far::to(&remote, 0, Fault::TimedOut, 0);
    assert_eq!(run(&mut device, &far).0, 1000);
    let seen = far.seen.into_inner().unwrap();
    assert_eq!(seen.most, 2);
    assert_eq!(seen.sent, (1..=1000).map(|n| (id(n), 1)).collect());
    assert_eq!(device.there().len(), 1000);
    let cursor = device.store.account().unwrap().unwrap();
    assert!(cursor.synced_at.is_some(), "its own pushes need not be read again");
}

#[test]
fn two_that_are_not_taken_for_their_token_ask_for_one_new_one() {
    let mut device = with_backlog(1000);
    let remote = device.remote.clone();
    // The first push is smaller, and passes.
    let far =
        Far::to(&remote, 101, Fault::Answer { status: 401, code: Some("PGRST303".into()) }, 2);
    assert_eq!(run(&mut device, &far).0, 1000);
    assert_eq!(far.seen.into_inner().unwrap().refreshes, 1);
    assert_eq!(device.carrier.status().unwrap().hold, None);
    assert_eq!(device.there().len(), 1000);
}

#[test]
fn a_failure_beside_a_failure_counts_once_and_loses_nothing() {
    let mut device = with_backlog(1000);
    let remote = device.remote.clone();
    let far = Far::to(&remote, 101, Fault::Unreachable, 2);
    let (pushed, wait) = run(&mut device, &far);
    assert_eq!(pushed, 100);
    assert_eq!(device.store.backlog(ME).unwrap().pending, 900);
    let Wait::Until(until) = wait else { panic!("it is tried again") };
    // Full jitter after one failure: two seconds at most.
    assert!(until <= at(device.seconds).boot + Duration::from_millis(2100), "{until:?}");
    device.seconds += 10;
    assert_eq!(run(&mut device, &far).0, 900);
    assert_eq!(device.there().len(), 1000);
}
