//! A device in a separate process: store, sync and remote, as in the engine.

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};
use uuid::Uuid;
use zafu_backend::Backend;
use zafu_core::ids::UserId;
use zafu_core::label::Label;
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_store::{Cursor, Outgoing, PartnerChanges, Store};
use zafu_sync::fake::Memory;
use zafu_sync::remote::{
    DigestResponse, Health, LabelsResponse, PartnerResponse, PullLimit, PullResponse, PushResponse,
};
use zafu_sync::supabase::{Account as Opened, Http, Keyring, Project, SignedIn, Supabase, Tokens};
use zafu_sync::{Remote, RemoteError, SyncEngine};

/// Argument that starts this program as the device.
pub const ARGUMENT: &str = "--device";

/// Interval of memory measurements.
const LOOK: Duration = Duration::from_millis(50);

/// An account and its server.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    pub user: UserId,
    pub url: String,
    key: String,
    token: String,
}

impl Account {
    /// Creates an account.
    pub fn new(backend: &Backend) -> Result<Self> {
        let user = backend.new_user()?;
        Ok(Self::of(backend, UserId(user.id)))
    }

    /// Returns an existing account.
    pub fn of(backend: &Backend, user: UserId) -> Self {
        let token = backend.token_for(user.0);
        Self { user, url: backend.url(), key: backend.publishable_key().into(), token }
    }

    /// Returns the same account at another URL.
    pub fn at(&self, url: String) -> Self {
        Self { url, ..self.clone() }
    }

    /// Returns a remote for the account.
    pub fn remote(&self) -> Result<Supabase> {
        let http = Http::new(Project::new(&self.url, &self.key)?)?;
        // Valid until 2100, so that it is never refreshed.
        let tokens = Tokens { access: self.token.clone(), refresh: String::new() };
        let signed_in = SignedIn { user: self.user, email: String::new(), tokens };
        let account = Opened::new(signed_in, Keyring::new(Arc::new(Memory::default())));
        Ok(Supabase::new(http, account))
    }
}

/// What the device does.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Pushes all pending sessions.
    Push,
    /// Pulls all sessions.
    Pull,
}

#[derive(Serialize, Deserialize)]
struct Order {
    folder: PathBuf,
    account: Account,
    task: Task,
}

/// Runs a task on a device. Returns its time, its requests, and the additional memory.
pub fn measure(folder: &Path, account: &Account, task: Task) -> Result<Value> {
    let order = Order { folder: folder.into(), account: account.clone(), task };
    let mut device = Command::new(std::env::current_exe()?)
        .arg(ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = device.stdin.take().context("it listens")?;
    input.write_all(&serde_json::to_vec(&order)?)?;
    drop(input);
    let output = device.wait_with_output()?;
    ensure!(output.status.success(), "the device failed: {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Runs as the device.
pub fn run() -> Result<()> {
    let Order { folder, account, task } = serde_json::from_reader(std::io::stdin())?;
    let store = Store::open(&folder, moment().wall)?;
    let remote = account.remote()?;
    let mut engine = SyncEngine::new(store, 1, env!("CARGO_PKG_VERSION"));
    engine.status()?;
    let idle = private_memory()?;
    println!("{}", watched(&mut engine, remote, task, idle)?);
    Ok(())
}

fn watched(engine: &mut SyncEngine, remote: Supabase, task: Task, idle: f64) -> Result<Value> {
    let over = AtomicBool::new(false);
    scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most: f64 = 0.0;
            while !over.load(Ordering::Relaxed) {
                most = most.max(private_memory().unwrap_or(f64::NAN));
                sleep(LOOK);
            }
            most
        });
        let carried = sync(engine, remote, task);
        over.store(true, Ordering::Relaxed);
        let most = watch.join().map_err(|_| anyhow::anyhow!("the memory was not measured"))?;
        let mut carried = carried?;
        carried["idle_mb"] = json!(idle);
        carried["above_idle_mb"] = json!(most - idle);
        Ok(carried)
    })
}

/// Syncs, as the engine does, until everything is pushed and pulled.
fn sync(engine: &mut SyncEngine, remote: Supabase, task: Task) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let watched = Arc::new(Watched { remote, seen: Mutex::default() });
    let start = now();
    let (total, _) = runtime.block_on(engine.run_until_idle(&watched, moment))?;
    // Digests are compared only after everything was pushed, pulled and stored.
    let seen = std::mem::take(&mut *watched.seen());
    let seconds = seen.compared.unwrap_or_else(now).duration_since(start).as_secs_f64();
    let (rows, batches) = match task {
        Task::Push => (total.pushed, seen.pushes),
        Task::Pull => (total.pulled, seen.pages),
    };
    if let Some(failure) = engine.status()?.last_failure {
        bail!("the sync failed: {failure}");
    }
    Ok(json!({ "seconds": seconds, "rows": rows, "batches": batches }))
}

/// A remote that records its requests.
struct Watched {
    remote: Supabase,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    pushes: Vec<usize>,
    pages: Vec<usize>,
    compared: Option<Instant>,
}

impl Watched {
    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remote for Watched {
    async fn push(
        &self,
        account: UserId,
        rows: &[Outgoing],
        erasure_id: Option<Uuid>,
    ) -> Result<PushResponse, RemoteError> {
        self.seen().pushes.push(rows.len());
        self.remote.push(account, rows, erasure_id).await
    }

    async fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        limit: PullLimit,
    ) -> Result<PullResponse, RemoteError> {
        let response = self.remote.pull(account, after, limit).await;
        if let Ok(PullResponse::Rows { rows, .. }) = &response {
            self.seen().pages.push(rows.len());
        }
        response
    }

    async fn sync_labels(
        &self,
        account: UserId,
        labels: &[Label],
        erasure_id: Option<Uuid>,
    ) -> Result<LabelsResponse, RemoteError> {
        self.remote.sync_labels(account, labels, erasure_id).await
    }

    async fn sync_partner(
        &self,
        account: UserId,
        changes: &PartnerChanges,
        known_seq: Option<i64>,
        erasure_id: Option<Uuid>,
    ) -> Result<PartnerResponse, RemoteError> {
        self.remote.sync_partner(account, changes, known_seq, erasure_id).await
    }

    async fn digest(&self, account: UserId) -> Result<DigestResponse, RemoteError> {
        self.seen().compared.get_or_insert_with(now);
        self.remote.digest(account).await
    }

    async fn erase(&self, account: UserId) -> Result<Uuid, RemoteError> {
        self.remote.erase(account).await
    }

    async fn refresh(&self, account: UserId) -> Result<(), RemoteError> {
        self.remote.refresh(account).await
    }

    async fn health(&self) -> Result<Health, RemoteError> {
        self.remote.health().await
    }
}

/// Returns the current time of this machine.
pub fn moment() -> Moment {
    // Relative to a base that is the same for the whole process.
    static BASE: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let passed = BASE.get_or_init(now).elapsed();
    let wall = chrono::DateTime::from_timestamp(1_772_100_000, 0).unwrap_or_default();
    Moment {
        boot: BootTime(Duration::from_secs(1000) + passed),
        boot_id: BootId(Uuid::from_u128(7)),
        wall: WallTime::new(wall, UtcOffset(60)).plus(passed),
    }
}

#[expect(clippy::disallowed_methods, reason = "measures durations while the machine is awake")]
pub fn now() -> Instant {
    Instant::now()
}

/// Returns the private memory of this process in MB (2^20 bytes).
fn private_memory() -> Result<f64> {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Private_Dirty:"));
    let kib: f64 = line
        .and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok())
        .context("smaps_rollup has no Private_Dirty")?;
    Ok(kib / 1024.0)
}
