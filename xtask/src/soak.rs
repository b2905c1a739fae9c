//! `cargo xtask soak`: what a test does often, done as often as there is time for.

use crate::workspace::cargo;
use anyhow::{Result, ensure};
use clap::{Args, Subcommand};

const FEATURES: &str = "zafu/test-clock,zafu-cli/test-clock";

/// What to do again and again.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    target: Target,
}

#[derive(Subcommand)]
enum Target {
    /// Kill the engine at random moments, and look for what was lost
    Kill {
        /// How often
        #[arg(long, default_value_t = 1000)]
        times: u64,
        /// Do again what was done with this seed
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Kill the command in the middle of a sync with a real server, and look for what was lost or doubled
    KillSync {
        /// How often
        #[arg(long, default_value_t = 500)]
        times: u64,
        /// Do again what was done with this seed
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Let devices and a server live through every fault, and look for what was lost or doubled
    Sync {
        /// How many lives
        #[arg(long, default_value_t = 10_000)]
        seeds: u64,
        /// The seed of the first one
        #[arg(long, default_value_t = 0)]
        first: u64,
        /// Live the life of this seed again, and say what happens
        #[arg(long)]
        seed: Option<u64>,
    },
}

/// Does it.
///
/// # Errors
/// If it cannot be built, or something was lost.
pub fn run(options: &Options) -> Result<()> {
    match options.target {
        Target::Kill { times, seed } => {
            kill("kill::no_kill_loses_or_doubles_a_sit", "ZAFU_KILL", times, seed)
        }
        Target::KillSync { times, seed } => {
            let test = "kill_sync::no_kill_in_a_sync_loses_or_doubles_a_sit";
            kill(test, "ZAFU_SYNC_KILL", times, seed)
        }
        Target::Sync { seeds, first, seed } => sync(seeds, first, seed),
    }
}

/// Runs the end-to-end test of that name, which reads how often and with which seed from two variables.
fn kill(name: &str, variable: &str, times: u64, seed: Option<u64>) -> Result<()> {
    let what = ["--package", "zafu", "--package", "zafu-cli", "--features", FEATURES];
    ensure!(cargo(&["build"]).args(what).status()?.success(), "it cannot be built");
    let mut test = cargo(&["test"]);
    test.args(what).args(["--test", "e2e", "--", "--nocapture", "--exact"]);
    test.arg(name).env(format!("{variable}_TIMES"), times.to_string());
    if let Some(seed) = seed {
        test.env(format!("{variable}_SEED"), seed.to_string());
    }
    ensure!(test.status()?.success(), "a kill has lost something: the seed is above");
    Ok(())
}

fn sync(seeds: u64, first: u64, seed: Option<u64>) -> Result<()> {
    let mut test = cargo(&["test", "--package", "zafu-sync", "--test", "simulation", "--"]);
    test.args(["--nocapture", "--exact", "whatever_happens_nothing_is_lost_or_doubled"]);
    test.env("ZAFU_SEEDS", seeds.to_string()).env("ZAFU_FIRST_SEED", first.to_string());
    if let Some(seed) = seed {
        test.env("ZAFU_SEED", seed.to_string());
    }
    ensure!(test.status()?.success(), "a life has lost something: the seeds are above");
    Ok(())
}
