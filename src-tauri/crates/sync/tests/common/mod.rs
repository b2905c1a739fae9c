//! Shared by the tests: devices with real stores, and a server in memory.
#![allow(dead_code, reason = "each test file uses its own part")]

use chrono::{DateTime, Utc};
use futures_lite::future::{block_on, yield_now};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::label::Label;
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::Session;
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_core::timer::{Command, Timer, saves};
use zafu_store::{Cursor, LogQuery, Outgoing, PartnerChanges, Store};
use zafu_sync::fake::{FakeRemote, Server};
use zafu_sync::remote::{
    DigestResponse, Health, LabelsResponse, PartnerResponse, PullLimit, PullResponse, PushResponse,
};
use zafu_sync::{Fault, Remote, RemoteError, SyncEngine, Transferred, Wakeup};

pub fn at(seconds: u64) -> Moment {
    let start: DateTime<Utc> = "2026-03-01T06:00:00Z".parse().unwrap();
    Moment {
        boot: BootTime(Duration::from_secs(1000 + seconds)),
        boot_id: BootId(Uuid::from_u128(7)),
        wall: WallTime::new(start, UtcOffset(60)).plus(Duration::from_secs(seconds)),
    }
}

pub fn id(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(n))
}

pub const ME: UserId = UserId(Uuid::from_u128(1));

pub fn server() -> Arc<Mutex<Server>> {
    Arc::new(Mutex::new(Server::new(5)))
}

/// A slow connection to a server: each push takes a few polls before it arrives.
pub struct SlowRemote {
    server: Arc<FakeRemote>,
    /// Pushes of at least this number of rows fail in this way, this many times.
    failing: Mutex<(usize, Fault, u32)>,
    pub seen: Mutex<Seen>,
}

/// The requests that a [`SlowRemote`] has received.
#[derive(Default)]
pub struct Seen {
    in_flight: u32,
    /// The maximum number of pushes in flight at once.
    pub most: u32,
    pub refreshes: u32,
    /// The number of times that each session has arrived.
    pub sent: BTreeMap<SessionId, u32>,
}

impl SlowRemote {
    pub fn new(server: &Arc<FakeRemote>) -> Arc<Self> {
        Self::failing(server, 0, Fault::TimedOut, 0)
    }

    pub fn failing(server: &Arc<FakeRemote>, from: usize, fault: Fault, times: u32) -> Arc<Self> {
        let (failing, seen) = (Mutex::new((from, fault, times)), Mutex::default());
        Arc::new(Self { server: Arc::clone(server), failing, seen })
    }
}

impl Remote for SlowRemote {
    async fn push(
        &self,
        account: UserId,
        rows: &[Outgoing],
        erasure_id: Option<Uuid>,
    ) -> Result<PushResponse, RemoteError> {
        {
            let mut seen = self.seen.lock().unwrap();
            seen.in_flight += 1;
            seen.most = seen.most.max(seen.in_flight);
        }
        for _ in 0..3 {
            yield_now().await;
        }
        self.seen.lock().unwrap().in_flight -= 1;
        {
            let mut failing = self.failing.lock().unwrap();
            if failing.2 > 0 && rows.len() >= failing.0 {
                failing.2 -= 1;
                return Err(failing.1.clone().into());
            }
        }
        for row in rows {
            *self.seen.lock().unwrap().sent.entry(row.session.id).or_default() += 1;
        }
        self.server.push(account, rows, erasure_id).await
    }

    async fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        limit: PullLimit,
    ) -> Result<PullResponse, RemoteError> {
        self.server.pull(account, after, limit).await
    }

    async fn sync_labels(
        &self,
        account: UserId,
        labels: &[Label],
        erasure_id: Option<Uuid>,
    ) -> Result<LabelsResponse, RemoteError> {
        self.server.sync_labels(account, labels, erasure_id).await
    }

    async fn sync_partner(
        &self,
        account: UserId,
        changes: &PartnerChanges,
        known_seq: Option<i64>,
        erasure_id: Option<Uuid>,
    ) -> Result<PartnerResponse, RemoteError> {
        self.server.sync_partner(account, changes, known_seq, erasure_id).await
    }

    async fn digest(&self, account: UserId) -> Result<DigestResponse, RemoteError> {
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

/// A device at which the user [`ME`] is signed in.
pub struct Device {
    folder: TempDir,
    pub store: Store,
    pub timer: Timer,
    pub remote: Arc<FakeRemote>,
    pub engine: SyncEngine,
    pub seconds: u64,
}

impl Device {
    pub fn new(server: &Arc<Mutex<Server>>, seed: u64) -> Self {
        Self::of(server, seed, ME)
    }

    /// A device at which `account` is signed in.
    pub fn of(server: &Arc<Mutex<Server>>, seed: u64, account: UserId) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), at(0).wall).unwrap();
        store.sign_in(account, "https://example.org", "key", "me@example.org").unwrap();
        let remote = Arc::new(FakeRemote::new(server.clone()));
        remote.sign_in(account);
        let engine = SyncEngine::new(store.clone(), seed, "0.1.0");
        let timer = Timer::default();
        Self { folder, store, timer, remote, engine, seconds: 0 }
    }

    /// Applies a command to the timer, `seconds` after the last one.
    pub fn after(&mut self, seconds: u64, command: Command) {
        self.seconds += seconds;
        let effects = self.timer.apply(command, at(self.seconds));
        self.store.save(&saves(&effects)).unwrap();
    }

    /// Starts a sit of 90 seconds.
    pub fn start(&mut self, n: u128) {
        let plan = Plan {
            length: Length::Timed(Bounded::new(90).unwrap()),
            delay: std::time::Duration::ZERO,
            preparation: Bounded::new(0).unwrap(),
            bells: Bells::default(),
            overtime: OvertimeChoice::Ask,
        };
        self.after(1, Command::Start { id: id(n), plan, seed: 1 });
    }

    /// Advances the running sit to its end and ends it.
    pub fn finish(&mut self) {
        self.after(45, Command::Tick);
        self.after(45, Command::Tick);
        self.after(1, Command::End { overtime: None });
    }

    /// Syncs until nothing is due. Returns the number of transferred rows.
    pub fn sync(&mut self) -> Transferred {
        self.engine.wake(Wakeup::Request, at(self.seconds));
        let mut now = at(self.seconds);
        let tick = || {
            now.boot = now.boot + Duration::from_millis(1);
            now
        };
        block_on(self.engine.run_until_idle(&self.remote, tick)).unwrap().0
    }

    /// Returns the path of the database.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("zafu.db")
    }

    pub fn log(&self) -> Vec<SessionId> {
        let query = LogQuery::newest(1000);
        self.store.sessions(&query).unwrap().iter().map(|session| session.id).collect()
    }

    pub fn session(&self, n: u128) -> Session {
        self.store.session(id(n)).unwrap().unwrap()
    }

    /// Returns the sessions of [`ME`] on the server.
    pub fn there(&self) -> Vec<Session> {
        self.remote.with(|server| server.sits(ME).into_values().collect())
    }
}
