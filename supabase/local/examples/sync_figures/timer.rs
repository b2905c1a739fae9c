//! Time to save the start and the end of a sit: without a sync, during a push, during a pull, and while the network hangs.

use crate::device::{Account, moment, now};
use crate::sits;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;
use uuid::Uuid;
use zafu_backend::Backend;
use zafu_core::bounded::Bounded;
use zafu_core::ids::SessionId;
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::time::Moment;
use zafu_core::timer::{Command, Save, Timer, saves};
use zafu_store::Store;
use zafu_sync::SyncEngine;

/// Sessions that are pushed and pulled meanwhile.
const SITS: u32 = 30_000;
/// Number of starts and ends without a sync, and the maximum.
const ROUNDS: u32 = 100;
const ROUNDS_AT_MOST: u32 = 2000;
/// Pause between two of them.
const PAUSE: Duration = Duration::from_millis(10);

/// Durations in milliseconds.
#[derive(Default)]
struct Took {
    starts: Vec<f64>,
    finishes: Vec<f64>,
}

impl Took {
    fn json(self) -> Value {
        let longest = |all: &[f64]| all.iter().copied().fold(0.0, f64::max);
        json!({
            "rounds": self.starts.len(),
            "start_longest_ms": longest(&self.starts), "finish_longest_ms": longest(&self.finishes),
            "start_ms": median(self.starts), "finish_ms": median(self.finishes),
        })
    }
}

pub fn measure(folder: &Path) -> Result<[(&'static str, Value); 1]> {
    let backend = Backend::start()?;
    let account = Account::new(&backend)?;
    let opened = |name: &str, account: &Account, sits| -> Result<Store> {
        let folder = folder.join(name);
        sits::fill(&folder, account, sits, 3)?;
        Ok(Store::open(&folder, moment().wall)?)
    };
    let sender = opened("sender", &account, SITS)?;
    let mut alone = Took::default();
    rounds(&sender, &mut alone, |done| done < ROUNDS)?;
    let push = beside(&sender, &account, SITS)?;
    let reader = opened("reader", &account, 0)?;
    let pull = beside(&reader, &account, SITS)?;
    rounds(&sender, &mut alone, |done| done < ROUNDS)?;

    // Accepts connections and never responds.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let nowhere = account.at(format!("http://{}", silent.local_addr()?));
    let hang = beside_silence(&sender, &nowhere)?;
    Ok([(
        "timer",
        json!({ "sits": SITS, "alone": alone.json(), "push": push.json(), "pull": pull.json(),
            "hang": hang.json() }),
    )])
}

/// Measures during a sync of `sits` sessions.
fn beside(store: &Store, account: &Account, sits: u32) -> Result<Took> {
    let remote = Arc::new(account.remote()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    while_it_runs(store, || {
        let mut engine = SyncEngine::new(store.clone(), 1, env!("CARGO_PKG_VERSION"));
        let (total, _) = runtime.block_on(engine.run_until_idle(&remote, moment))?;
        let transferred = total.pushed + total.pulled;
        ensure!(transferred >= sits, "{transferred} were transferred: {:?}", engine.status()?);
        Ok(())
    })
}

/// Measures while a request gets no response.
fn beside_silence(store: &Store, account: &Account) -> Result<Took> {
    let remote = Arc::new(account.remote()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    while_it_runs(store, || {
        let mut engine = SyncEngine::new(store.clone(), 1, env!("CARGO_PKG_VERSION"));
        let event = engine.next_event(&remote, moment());
        let event = async { tokio::time::timeout(Duration::from_secs(3), event).await };
        ensure!(runtime.block_on(event).is_err(), "there was a response, or nothing was due");
        Ok(())
    })
}

fn while_it_runs(store: &Store, sync: impl FnOnce() -> Result<()> + Send) -> Result<Took> {
    let over = AtomicBool::new(false);
    let mut took = Took::default();
    scope(|scope| {
        let running = scope.spawn(|| {
            let done = sync();
            over.store(true, Ordering::Relaxed);
            done
        });
        rounds(store, &mut took, |done| done < ROUNDS_AT_MOST && !over.load(Ordering::Relaxed))?;
        running.join().map_err(|_| anyhow::anyhow!("the sync panicked"))?
    })?;
    Ok(took)
}

/// Starts and ends sits as the engine does.
fn rounds(store: &Store, took: &mut Took, go_on: impl Fn(u32) -> bool) -> Result<()> {
    let mut timer = Timer::default();
    let plan = Plan {
        length: Length::Timed(Bounded::new(1200)?),
        delay: std::time::Duration::ZERO,
        preparation: Bounded::new(0)?,
        bells: Bells::default(),
        overtime: OvertimeChoice::Ask,
    };
    let mut done = 0;
    let base = moment();
    let at = |seconds: u64| Moment {
        boot: base.boot + Duration::from_secs(seconds),
        wall: base.wall.plus(Duration::from_secs(seconds)),
        ..base
    };
    while go_on(done) {
        let seconds = u64::from(done) * 1000;
        let begin = Command::Start { id: SessionId(Uuid::new_v4()), plan: plan.clone(), seed: 1 };
        took.starts.push(timed(store, &saves(&timer.apply(begin, at(seconds))))?);
        sleep(PAUSE);
        let end = Command::End { overtime: None };
        took.finishes.push(timed(store, &saves(&timer.apply(end, at(seconds + 20))))?);
        sleep(PAUSE);
        done += 1;
    }
    Ok(())
}

/// In milliseconds.
fn timed(store: &Store, saves: &[Save]) -> Result<f64> {
    ensure!(!saves.is_empty(), "there is nothing to save");
    let start = now();
    store.save(saves)?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}
