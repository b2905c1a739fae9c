//! Two devices of one account, the server, and the proxy between them.

use crate::device::{Device, moment};
use fastrand::Rng;
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use uuid::Uuid;
use zafu_backend::proxy::{Asked, Fate, Proxy};
use zafu_backend::{Backend, or_skip, shared};
use zafu_core::ids::UserId;
use zafu_core::time::BootTime;
use zafu_sync::fake::Memory;
use zafu_sync::supabase::{Account, Http, Project, SignedIn, Supabase, Tokens};
use zafu_sync::{Next, Report, Trigger, Wait};

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// The server of all tests, or one of its own for those that break it.
#[derive(Clone)]
pub enum OwnerFilter {
    Everyones(&'static Backend),
    Own(Arc<Backend>),
}

impl Deref for OwnerFilter {
    type Target = Backend;

    fn deref(&self) -> &Backend {
        match self {
            Self::Everyones(backend) => backend,
            Self::Own(backend) => backend,
        }
    }
}

pub struct World {
    pub backend: OwnerFilter,
    pub proxy: Proxy,
    pub account: UserId,
    pub partnership: String,
    pub devices: Vec<Device>,
    pub now: Duration,
    pub chance: Rng,
}

/// Waits for what a test asks, on a runtime whose clock can be moved.
pub fn wait<T>(what: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(what)
}

impl World {
    /// With the server that all tests share.
    pub fn new() -> Option<Self> {
        shared().map(OwnerFilter::Everyones).map(Self::before)
    }

    /// With a server of its own.
    pub fn alone() -> Option<Self> {
        or_skip(Backend::start()).map(Arc::new).map(OwnerFilter::Own).map(Self::before)
    }

    fn before(backend: OwnerFilter) -> Self {
        let port = backend.url().rsplit(':').next().unwrap().parse().unwrap();
        let proxy = Proxy::open(port).unwrap();
        let account = UserId(backend.new_user().unwrap().id);
        let partnership = String::new();
        let (devices, now) = (Vec::new(), seconds(1000));
        let chance = Rng::with_seed(11);
        let mut world = Self { backend, proxy, account, partnership, devices, now, chance };
        world.pair(account);
        world.devices = (0..2)
            .map(|n| Device::new(now + seconds(n), account, world.signed_in(world.tokens())))
            .collect();
        world
    }

    /// The world is about `account` from now on, who shares weeks with somebody.
    pub fn pair(&mut self, account: UserId) {
        let partner = self.backend.new_user().unwrap().id;
        let insert = "insert into partnerships (userid, partnerid, startedat) values";
        let values = format!("('{account}', '{partner}', '{}') returning id", crate::check::PAIRED);
        self.partnership = self.backend.sql(&format!("{insert} {values}")).unwrap();
        self.account = account;
    }

    /// Tokens that no auth server has made: they last, and cannot be renewed.
    pub fn tokens(&self) -> Tokens {
        let access = self.backend.token_for(self.account.0);
        Tokens { access, refresh: Uuid::new_v4().to_string() }
    }

    pub fn http(&self, url: &str) -> Http {
        Http::new(Project::new(url, self.backend.publishable_key()).unwrap()).unwrap()
    }

    /// The server, through the proxy, in the account's name.
    pub fn signed_in(&self, tokens: Tokens) -> Supabase {
        self.signed_in_at(&self.proxy.url(), tokens)
    }

    /// The same, under a key that may not be the project's.
    pub fn signed_in_with_key(&self, key: &str, tokens: Tokens) -> Supabase {
        let http = Http::new(Project::new(&self.proxy.url(), key).unwrap()).unwrap();
        self.with(http, tokens)
    }

    pub fn signed_in_at(&self, url: &str, tokens: Tokens) -> Supabase {
        self.with(self.http(url), tokens)
    }

    fn with(&self, http: Http, tokens: Tokens) -> Supabase {
        let signed_in = SignedIn { user: self.account, email: String::new(), tokens };
        let (account, kept) = Account::opened(signed_in, Arc::new(Memory::default()));
        kept.unwrap();
        Supabase::new(http, account)
    }

    /// Both devices live through an hour of whatever `script` does, then all is well, and then all is looked at.
    pub fn survives(script: impl FnMut(&Asked) -> Fate + Send + 'static) {
        let Some(world) = Self::new() else { return };
        wait(world.survive(script));
    }

    pub async fn survive(mut self, mut script: impl FnMut(&Asked) -> Fate + Send + 'static) {
        self.compare().await;
        let faults = Arc::new(AtomicUsize::new(0));
        let counted = faults.clone();
        self.proxy.obey(move |asked| {
            let fate = script(asked);
            if !matches!(fate, Fate::Pass) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
            fate
        });
        self.live().await;
        assert!(faults.load(Ordering::Relaxed) >= 2, "the fault has hardly happened");
        self.proxy.deliver().unwrap();
        self.heal().await;
    }

    /// Both sides are compared as a whole, which is then not done again for a day: whatever it would repair is not
    /// repaired by it.
    pub async fn compare(&mut self) {
        for place in 0..self.devices.len() {
            self.sync_now(place, minutes(1)).await;
            let account = self.devices[place].store.account().unwrap().unwrap();
            assert!(account.compared_at.is_some(), "{account:?}");
        }
    }

    /// An hour in which people sit at both devices.
    pub async fn live(&mut self) {
        let before: Vec<_> = self.devices.iter().map(|device| device.calls).collect();
        let end = self.now + minutes(60);
        while self.now < end {
            for place in 0..self.devices.len() {
                for _ in 0..2 {
                    self.now = self.devices[place].act(self.now, &mut self.chance);
                }
                self.devices[place].carrier.trigger(Trigger::Changed, BootTime(self.now));
                self.sync(place, minutes(4)).await;
            }
        }
        for (device, before) in self.devices.iter().zip(before) {
            let calls = device.calls - before;
            assert!(calls < 90, "{calls} calls in an hour or so");
        }
    }

    /// The person at a device sits so many times, unseen by anybody.
    pub fn sits(&mut self, place: usize, count: usize) {
        for _ in 0..count {
            self.devices[place].start(60, self.now);
            self.now = self.devices[place].sit(seconds(60), self.now);
        }
    }

    /// The same at once, as if nobody had synced for years.
    pub fn backlog(&mut self, place: usize, count: usize) {
        self.now = self.devices[place].backlog(count, self.now);
    }

    /// One device does what is to be done, for so long.
    pub async fn sync(&mut self, place: usize, long: Duration) -> Report {
        let (report, now) = sync(&mut self.devices[place], &self.proxy, self.now, long).await;
        self.now = now;
        report
    }

    /// Both do, at the same time.
    pub async fn sync_both(&mut self, long: Duration) {
        let now = self.now;
        let [one, two] = &mut self.devices[..] else { panic!("there are two") };
        for device in [&mut *one, &mut *two] {
            device.carrier.trigger(Trigger::Asked, BootTime(now));
        }
        let both = (sync(one, &self.proxy, now, long), sync(two, &self.proxy, now, long));
        let ((_, one), (_, two)) = tokio::join!(both.0, both.1);
        self.now = one.max(two);
    }

    /// The person at a device wants it now, and gives it so long.
    pub async fn sync_now(&mut self, place: usize, long: Duration) -> Report {
        self.devices[place].carrier.trigger(Trigger::Asked, BootTime(self.now));
        self.sync(place, long).await
    }

    pub fn pending(&self, place: usize) -> u32 {
        self.devices[place].store.backlog(self.account).unwrap().pending
    }
}

/// Has a device do what is to be done for so long, from `now` on. Answers until when.
async fn sync(
    device: &mut Device,
    proxy: &Proxy,
    mut now: Duration,
    long: Duration,
) -> (Report, Duration) {
    let end = now + long;
    let mut total = Report::default();
    let most = device.calls + 400;
    while now < end {
        assert!(device.calls < most, "it asks without end");
        match device.carrier.next(moment(now, device.skew)).unwrap() {
            Next::Wait(Wait::Until(BootTime(until))) if until < end => {
                now = until.max(now + Duration::from_millis(1));
            }
            Next::Wait(_) => now = end,
            Next::Ask(ticket) => {
                let mut ask = pin!(ticket.ask(&device.remote));
                let answered = loop {
                    tokio::select! {
                        biased;
                        answered = &mut ask => break answered,
                        () = proxy.falls_silent() => {}
                    }
                    // Nobody says anything: time passes, and nothing else.
                    tokio::time::pause();
                    tokio::time::advance(SILENCE).await;
                    tokio::time::resume();
                    now += SILENCE;
                    tokio::select! {
                        biased;
                        answered = &mut ask => break answered,
                        () = tokio::task::yield_now() => {}
                    }
                    assert!(now < end + minutes(3), "it waits for ever");
                    proxy.go_on();
                };
                device.calls += 1;
                now += Duration::from_millis(20);
                let report = device.carrier.done(answered, moment(now, device.skew)).unwrap();
                total.pushed += report.pushed;
                total.pulled += report.pulled;
                total.refused += report.refused;
            }
        }
    }
    (total, now)
}

/// How long a silence is looked at before it goes on.
const SILENCE: Duration = seconds(11);
