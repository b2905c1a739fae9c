//! Two devices of one account, the server, and the proxy between them.

use crate::device::{Device, moment};
use fastrand::Rng;
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use uuid::Uuid;
use zafu_backend::proxy::{Action, Proxy, Request};
use zafu_backend::{Backend, or_skip, shared};
use zafu_core::ids::UserId;
use zafu_core::time::BootTime;
use zafu_sync::fake::Memory;
use zafu_sync::supabase::{Account, Http, Keyring, Project, SignedIn, Supabase, Tokens};
use zafu_sync::{Event, Transferred, Wait, Wakeup};

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// The server that all tests share, or a separate one for tests that break it.
#[derive(Clone)]
pub enum Server {
    Shared(&'static Backend),
    Separate(Arc<Backend>),
}

impl Deref for Server {
    type Target = Backend;

    fn deref(&self) -> &Backend {
        match self {
            Self::Shared(backend) => backend,
            Self::Separate(backend) => backend,
        }
    }
}

pub struct World {
    pub backend: Server,
    pub proxy: Proxy,
    pub account: UserId,
    pub partnership: String,
    pub devices: Vec<Device>,
    pub now: Duration,
    pub rng: Rng,
}

/// Runs a future on a runtime whose clock can be advanced.
pub fn wait<T>(what: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(what)
}

impl World {
    /// Creates a world with the server that all tests share.
    pub fn new() -> Option<Self> {
        shared().map(Server::Shared).map(Self::with_server)
    }

    /// Creates a world with a separate server.
    pub fn with_separate_server() -> Option<Self> {
        or_skip(Backend::start()).map(Arc::new).map(Server::Separate).map(Self::with_server)
    }

    /// Creates a world with a separate server, to which only the migrations are applied whose names `is_due` accepts.
    pub fn with_migrations(is_due: impl Fn(&str) -> bool) -> Option<Self> {
        let backend = or_skip(Backend::start_empty())?;
        backend.migrate_only(is_due).unwrap();
        backend.start_postgrest().unwrap();
        Some(Self::with_server(Server::Separate(Arc::new(backend))))
    }

    fn with_server(backend: Server) -> Self {
        let port = backend.url().rsplit(':').next().unwrap().parse().unwrap();
        let proxy = Proxy::open(port).unwrap();
        let account = UserId(backend.new_user().unwrap().id);
        let partnership = String::new();
        let (devices, now) = (Vec::new(), seconds(1000));
        let rng = Rng::with_seed(11);
        let mut world = Self { backend, proxy, account, partnership, devices, now, rng };
        world.use_account(account);
        world.devices = (0..2)
            .map(|n| Device::new(now + seconds(n), account, world.signed_in(world.tokens())))
            .collect();
        world
    }

    /// Uses `account` from now on, and gives it a partner.
    pub fn use_account(&mut self, account: UserId) {
        let partner = self.backend.new_user().unwrap().id;
        let insert = "insert into partnerships (userid, partnerid, startedat) values";
        let values = format!(
            "('{account}', '{partner}', '{}') returning id",
            crate::check::PARTNERSHIP_START
        );
        self.partnership = self.backend.sql(&format!("{insert} {values}")).unwrap();
        self.account = account;
    }

    /// Returns tokens that the auth server does not know: they do not expire and cannot be refreshed.
    pub fn tokens(&self) -> Tokens {
        let access = self.backend.token_for(self.account.0);
        Tokens { access, refresh: Uuid::new_v4().to_string() }
    }

    pub fn http(&self, url: &str) -> Http {
        Http::new(Project::new(url, self.backend.publishable_key()).unwrap()).unwrap()
    }

    /// Returns a remote for the account that connects through the proxy.
    pub fn signed_in(&self, tokens: Tokens) -> Arc<Supabase> {
        self.signed_in_at(&self.proxy.url(), tokens)
    }

    /// As [`World::signed_in`], with another publishable key.
    pub fn signed_in_with_key(&self, key: &str, tokens: Tokens) -> Arc<Supabase> {
        let http = Http::new(Project::new(&self.proxy.url(), key).unwrap()).unwrap();
        self.with(http, tokens)
    }

    pub fn signed_in_at(&self, url: &str, tokens: Tokens) -> Arc<Supabase> {
        self.with(self.http(url), tokens)
    }

    fn with(&self, http: Http, tokens: Tokens) -> Arc<Supabase> {
        let signed_in = SignedIn { user: self.account, email: String::new(), tokens };
        let account = Account::new(signed_in, Keyring::new(Arc::new(Memory::default())));
        Arc::new(Supabase::new(http, account))
    }

    /// Runs both devices for an hour with the faults of `script`, then without faults, and checks the invariants.
    pub fn survives(script: impl FnMut(&Request) -> Action + Send + 'static) {
        let Some(world) = Self::new() else { return };
        wait(world.survive(script));
    }

    pub async fn survive(mut self, mut script: impl FnMut(&Request) -> Action + Send + 'static) {
        self.compare().await;
        let faults = Arc::new(AtomicUsize::new(0));
        let counted = faults.clone();
        self.proxy.set_script(move |request| {
            let action = script(request);
            if !matches!(action, Action::Forward) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
            action
        });
        self.use_devices().await;
        assert!(faults.load(Ordering::Relaxed) >= 2, "the fault happened less than twice");
        self.proxy.deliver_delayed().unwrap();
        self.recover().await;
    }

    /// Compares digests on each device. That is not due again for a day, so that it cannot repair what the test breaks.
    pub async fn compare(&mut self) {
        for index in 0..self.devices.len() {
            self.sync_now(index, minutes(1)).await;
            let account = self.devices[index].store.account().unwrap().unwrap();
            assert!(account.compared_at.is_some(), "{account:?}");
        }
    }

    /// Simulates an hour of use of both devices.
    pub async fn use_devices(&mut self) {
        let before: Vec<_> = self.devices.iter().map(|device| device.calls).collect();
        let end = self.now + minutes(60);
        while self.now < end {
            for index in 0..self.devices.len() {
                for _ in 0..2 {
                    self.now = self.devices[index].random_action(self.now, &mut self.rng);
                }
                self.devices[index].engine.wake(Wakeup::LocalChange, moment(self.now, 0));
                self.sync(index, minutes(4)).await;
            }
        }
        for (device, before) in self.devices.iter().zip(before) {
            let calls = device.calls - before;
            // Sessions, labels and the partner are retried at intervals of their own.
            assert!(calls < 120, "{calls} calls in about an hour");
        }
    }

    /// Records `count` sits on a device, without a sync.
    pub fn record_sits(&mut self, index: usize, count: usize) {
        for _ in 0..count {
            self.devices[index].start(60, self.now);
            self.now = self.devices[index].sit(seconds(60), self.now);
        }
    }

    /// Records `count` sits on a device at once, without a sync.
    pub fn record_backlog(&mut self, index: usize, count: usize) {
        self.now = self.devices[index].record_backlog(count, self.now);
    }

    /// Runs the due requests of one device for this long.
    pub async fn sync(&mut self, index: usize, duration: Duration) -> Transferred {
        let (report, now) = sync(&mut self.devices[index], &self.proxy, self.now, duration).await;
        self.now = now;
        report
    }

    /// Runs the due requests of both devices at the same time.
    pub async fn sync_both(&mut self, duration: Duration) {
        let now = self.now;
        let [one, two] = &mut self.devices[..] else { panic!("there are two") };
        for device in [&mut *one, &mut *two] {
            device.engine.wake(Wakeup::Request, moment(now, 0));
        }
        let both = (sync(one, &self.proxy, now, duration), sync(two, &self.proxy, now, duration));
        let ((_, one), (_, two)) = tokio::join!(both.0, both.1);
        self.now = one.max(two);
    }

    /// Starts a sync on a device as its user would, and runs it for this long.
    pub async fn sync_now(&mut self, index: usize, duration: Duration) -> Transferred {
        self.devices[index].engine.wake(Wakeup::Request, moment(self.now, 0));
        self.sync(index, duration).await
    }

    pub fn pending(&self, index: usize) -> u32 {
        self.devices[index].store.backlog(self.account).unwrap().pending
    }
}

/// Runs the due requests of a device for this long, from `now` on. Returns the new time.
async fn sync(
    device: &mut Device,
    proxy: &Proxy,
    mut now: Duration,
    duration: Duration,
) -> (Transferred, Duration) {
    let end = now + duration;
    let mut total = Transferred::default();
    let max_calls = device.calls + 400;
    while now < end {
        assert!(device.calls < max_calls, "more than 400 requests");
        let event = {
            let mut next = pin!(device.engine.next_event(&device.remote, moment(now, device.skew)));
            loop {
                tokio::select! {
                    biased;
                    event = &mut next => break event.unwrap(),
                    () = proxy.until_waiting() => {}
                }
                // Nothing responds: only time passes.
                tokio::time::pause();
                tokio::time::advance(CLOCK_STEP).await;
                tokio::time::resume();
                now += CLOCK_STEP;
                tokio::select! {
                    biased;
                    event = &mut next => break event.unwrap(),
                    () = tokio::task::yield_now() => {}
                }
                assert!(now < end + minutes(3), "the request never times out");
                proxy.step();
            }
        };
        match event {
            Event::Idle(Wait::Until(BootTime(until))) if until < end => {
                now = until.max(now + Duration::from_millis(1));
            }
            Event::Idle(_) => now = end,
            Event::Response(completed) => {
                device.calls += 1;
                now += Duration::from_millis(20);
                let applied = device.engine.apply(completed, moment(now, device.skew));
                total.add(applied.unwrap());
            }
        }
    }
    (total, now)
}

/// By how much the clock advances while nothing responds.
const CLOCK_STEP: Duration = seconds(11);
