//! What the tests share: devices with real stores, and a server in memory.
#![allow(dead_code, reason = "each test file uses its own part")]

use chrono::{DateTime, Utc};
use futures_lite::future::block_on;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::Session;
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_core::timer::{Command, Timer, saves};
use zafu_store::{LogQuery, Store};
use zafu_sync::fake::{FakeRemote, Server};
use zafu_sync::{Carrier, Report, Trigger};

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

/// A device at which I am signed in.
pub struct Device {
    folder: TempDir,
    pub store: Store,
    pub timer: Timer,
    pub remote: FakeRemote,
    pub carrier: Carrier,
    pub seconds: u64,
}

impl Device {
    pub fn new(server: &Arc<Mutex<Server>>, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), at(0).wall).unwrap();
        store.sign_in(ME, "https://example.org", "key", "me@example.org").unwrap();
        let remote = FakeRemote::new(server.clone());
        remote.sign_in(ME);
        let carrier = Carrier::new(store.clone(), seed, "0.1.0");
        let timer = Timer::default();
        Self { folder, store, timer, remote, carrier, seconds: 0 }
    }

    /// Does something with the timer, `seconds` after what was done before.
    pub fn after(&mut self, seconds: u64, command: Command) {
        self.seconds += seconds;
        let effects = self.timer.apply(command, at(self.seconds));
        self.store.save(&saves(&effects)).unwrap();
    }

    /// Begins a sit of a minute and a half.
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

    /// Sits what was begun to its end.
    pub fn finish(&mut self) {
        self.after(45, Command::Tick);
        self.after(45, Command::Tick);
        self.after(1, Command::End { overtime: None });
    }

    /// Syncs until there is nothing to do.
    pub fn sync(&mut self) -> Report {
        self.carrier.trigger(Trigger::Asked, at(self.seconds).boot);
        let mut now = at(self.seconds);
        let tick = || {
            now.boot = now.boot + Duration::from_millis(1);
            now
        };
        block_on(self.carrier.run(&self.remote, tick)).unwrap().0
    }

    /// The database.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("zafu.db")
    }

    pub fn log(&self) -> Vec<SessionId> {
        let page = LogQuery { limit: 1000, before: None };
        self.store.sessions(&page).unwrap().iter().map(|session| session.id).collect()
    }

    pub fn session(&self, n: u128) -> Session {
        self.store.session(id(n)).unwrap().unwrap()
    }

    /// What the server has of mine.
    pub fn there(&self) -> Vec<Session> {
        self.remote.with(|server| server.sits(ME).into_values().collect())
    }
}
