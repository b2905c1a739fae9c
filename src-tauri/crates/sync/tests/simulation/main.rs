//! Simulation of two to four devices with real stores and one server, with all kinds of faults, in virtual time.
//!
//! The seed determines the whole run. `ZAFU_SEED=7` repeats one run and prints its events; `ZAFU_SEEDS=10000` runs that
//! number of seeds, beginning with `ZAFU_FIRST_SEED`: see `cargo xtask soak sync`.

mod call_fault;
mod check;
mod device;
mod log;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use world::World;

/// The number of seeds in a normal test run.
const SEEDS: u64 = 100;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

#[test]
fn no_fault_loses_or_duplicates_a_sit() {
    if let Some(seed) = number("ZAFU_SEED") {
        World::new(seed, true).run();
        return;
    }
    let seeds = number("ZAFU_SEEDS").unwrap_or(SEEDS);
    let first = number("ZAFU_FIRST_SEED").unwrap_or(0);
    let (next, calls) = (AtomicU64::new(first), AtomicU64::new(0));
    let run = || {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed - first >= seeds {
                return failed;
            }
            match catch_unwind(AssertUnwindSafe(|| World::new(seed, false).run())) {
                Ok(made) => _ = calls.fetch_add(made, Ordering::Relaxed),
                Err(_) => {
                    eprintln!("ZAFU_SEED={seed} fails");
                    failed.push(seed);
                }
            }
        }
    };
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let failed: Vec<u64> = thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        all.into_iter().flat_map(|one| one.join().expect("each seed is caught")).collect()
    });
    println!("{seeds} seeds, {} calls, {} failed", calls.into_inner(), failed.len());
    assert!(failed.is_empty(), "run again with ZAFU_SEED set to one of {failed:?}");
}

#[test]
fn the_same_seed_gives_the_same_simulation() {
    for seed in [3, 11] {
        assert_eq!(
            World::new(seed, false).into_log(),
            World::new(seed, false).into_log(),
            "{seed}"
        );
    }
}
