//! An engine with recording adapters and a clock that only the test advances.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::broadcast;
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::plan::{LengthChoice, PreparationSeconds, SitSeconds, Strike};
use zafu_core::settings::VolumePercent;
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_engine::Clock;
use zafu_engine::DataFolder;
use zafu_engine::adapters::{Adapters, Awake, Bells, KeepAwake, Notification, Notifier};
use zafu_engine::protocol::{EngineState, IpcError, StartRequest};
use zafu_engine::{EngineHandle, Event, Host};
use zafu_store::Store;
pub use zafu_sync::fake::Memory;
use zafu_sync::supabase::Vault;

/// A recorded call of an adapter.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    Arm { sound: String, in_ms: u128, volume: u32 },
    Silence,
    Notify(Notification),
    Awake(Awake),
}

/// The user of the signed-in account.
pub const USER: UserId = UserId(Uuid::from_u128(9));

/// The user of the account of the partner.
pub const PARTNER: UserId = UserId(Uuid::from_u128(10));

/// Longest step of the clock that is not a gap.
const MAX_STEP: Duration = Duration::from_secs(50);

struct FakeClock(Mutex<Moment>);

impl Clock for FakeClock {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

/// Records adapter calls, and whether a bell was armed for a sit that was not saved.
#[derive(Clone)]
struct Recorder {
    calls: Arc<Mutex<Vec<Call>>>,
    unsaved: Arc<Mutex<bool>>,
    clock: Arc<FakeClock>,
    store: Store,
}

impl Recorder {
    fn record(&self, call: Call) {
        if matches!(call, Call::Arm { .. }) && self.store.open_sits().unwrap().is_empty() {
            *self.unsaved.lock().unwrap() = true;
        }
        self.calls.lock().unwrap().push(call);
    }
}

impl Bells for Recorder {
    fn arm(&mut self, strike: &Strike, volume: VolumePercent, due: BootTime) {
        let in_ms = due.since(self.clock.now().boot).as_millis();
        self.record(Call::Arm { sound: strike.sound.0.clone(), in_ms, volume: volume.get() });
    }

    fn silence(&mut self) {
        self.record(Call::Silence);
    }

    fn sounds(&self) -> Vec<&'static str> {
        vec!["large-bowl"]
    }
}

impl Notifier for Recorder {
    fn show(&mut self, notification: Notification) {
        self.record(Call::Notify(notification));
    }
}

impl KeepAwake for Recorder {
    fn set(&mut self, awake: Awake) {
        self.record(Call::Awake(awake));
    }
}

/// An engine with fake adapters.
pub struct Fakes {
    host: Host,
    recorder: Recorder,
    folder: DataFolder,
    _home: TempDir,
}

impl Fakes {
    pub fn new() -> Self {
        Self::in_folder("data")
    }

    pub fn in_folder(path: &str) -> Self {
        Self::with(path, Arc::new(Memory::default()), |_| {})
    }

    /// Starts an engine whose data folder has an account of the project at `url`.
    pub fn signed_in(url: &str, vault: Arc<dyn Vault>) -> Self {
        Self::with("data", vault, |store| {
            store.sign_in(USER, url, "key", "me@example.org").unwrap();
        })
    }

    /// Starts an engine with the account of the partner.
    pub fn signed_in_as_partner(url: &str) -> Self {
        let vault = Memory::default();
        vault.write(PARTNER, "refresh-partner").unwrap();
        Self::with("data", Arc::new(vault), |store| {
            store.sign_in(PARTNER, url, "key", "partner@example.org").unwrap();
        })
    }

    /// Starts an engine whose database is prepared.
    pub fn prepared(prepare: impl FnOnce(&Store)) -> Self {
        Self::with("data", Arc::new(Memory::default()), prepare)
    }

    fn with(path: &str, vault: Arc<dyn Vault>, prepare: impl FnOnce(&Store)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = DataFolder::at(&home.path().join(path)).unwrap();
        let wall = WallTime::new("2026-03-01T06:00:00Z".parse().unwrap(), UtcOffset(60));
        let boot_id = BootId(Uuid::from_u128(1));
        let now = Moment { boot: BootTime(Duration::from_secs(1000)), boot_id, wall };
        let clock = Arc::new(FakeClock(Mutex::new(now)));
        let store = Store::open(folder.path(), wall).unwrap();
        prepare(&store);
        let recorder = Recorder {
            calls: Arc::default(),
            unsaved: Arc::default(),
            clock: clock.clone(),
            store,
        };
        let own = recorder.clone();
        let adapters = move |_: &EngineHandle| Adapters {
            clock,
            bells: Box::new(own.clone()),
            notifier: Box::new(own.clone()),
            awake: Box::new(own),
            vault,
        };
        let host = Host::start(&folder, Box::new(adapters)).unwrap();
        Self { host, recorder, folder, _home: home }
    }

    pub fn engine(&self) -> &EngineHandle {
        self.host.engine()
    }

    /// Returns all events since the start, the first time.
    pub fn events(&mut self) -> broadcast::Receiver<Event> {
        self.host.events()
    }

    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// Returns a second handle of the engine's database.
    pub fn store(&self) -> &Store {
        &self.recorder.store
    }

    /// Returns the state after the engine has read the clock.
    pub fn state(&self) -> EngineState {
        // The engine reads the clock after each message.
        self.engine().state().wait().unwrap();
        self.engine().state().wait().unwrap()
    }

    /// Starts a sit. `seconds` is its length, `preparation` its preparation in seconds.
    pub fn start(&self, seconds: u32, preparation: u32) -> Result<EngineState, IpcError> {
        let request = StartRequest {
            length: Some(LengthChoice::Timed { seconds: SitSeconds::new(seconds).unwrap() }),
            preparation_seconds: Some(PreparationSeconds::new(preparation).unwrap()),
            ..StartRequest::default()
        };
        self.engine().start_sit(request).wait()
    }

    /// Advances the clock in one step, as a suspend does.
    pub fn jump(&self, by: Duration) {
        {
            let mut now = self.recorder.clock.0.lock().unwrap();
            *now = Moment { boot: now.boot + by, wall: now.wall.plus(by), ..*now };
        }
        self.state();
    }

    /// Returns the current time of the fake clock.
    pub fn now(&self) -> Moment {
        self.recorder.clock.now()
    }

    /// Sets the wall clock without changing its UTC offset or the boot time.
    pub fn set_clock(&self, utc: &str) {
        let mut now = self.recorder.clock.0.lock().unwrap();
        now.wall = WallTime::new(utc.parse().unwrap(), now.wall.offset);
    }

    /// Sets the wall clock and its UTC offset, in minutes.
    pub fn travel(&self, utc: &str, offset: i16) {
        let mut now = self.recorder.clock.0.lock().unwrap();
        now.wall = WallTime::new(utc.parse().unwrap(), UtcOffset(offset));
    }

    /// Advances the clock in steps that the engine sees.
    pub fn pass(&self, mut by: Duration) {
        while !by.is_zero() {
            let step = by.min(MAX_STEP);
            self.jump(step);
            by -= step;
        }
    }

    /// Returns the calls since the last call of this method.
    pub fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut *self.recorder.calls.lock().unwrap())
    }

    /// Returns whether every bell was armed only after its sit was saved.
    pub fn was_saved_first(&self) -> bool {
        !*self.recorder.unsaved.lock().unwrap()
    }

    /// Makes saving a sit fail.
    pub fn break_saving(&self) {
        self.sql(
            "CREATE TRIGGER broken BEFORE UPDATE ON open_sits BEGIN SELECT RAISE(ABORT, 'broken'); END;
             CREATE TRIGGER broken_too BEFORE INSERT ON open_sits BEGIN SELECT RAISE(ABORT, 'broken'); END;
             CREATE TRIGGER broken_as_well BEFORE DELETE ON open_sits BEGIN SELECT RAISE(ABORT, 'broken'); END;",
        );
    }

    /// Makes saving a sit work again.
    pub fn repair_saving(&self) {
        self.sql("DROP TRIGGER broken; DROP TRIGGER broken_too; DROP TRIGGER broken_as_well;");
    }

    fn sql(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.folder.path().join("zafu.db")).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}
