//! `cargo xtask soak`: runs a randomized test many times.

use crate::steps::Steps;
use crate::tools::NEXTEST;
use crate::workspace::cargo;
use anyhow::{Result, ensure};
use clap::{Args, Subcommand};

const FEATURES: &str = "zafu/test-clock,zafu-cli/test-clock";

/// What to test.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    target: Target,
}

#[derive(Subcommand)]
enum Target {
    /// Kill the engine at random moments, and look for lost sits
    Kill {
        /// Number of kills
        #[arg(long, default_value_t = 1000)]
        times: u64,
        /// Repeat the run of this seed
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Kill the command line during a sync with a real server, and look for lost and duplicated sits
    KillSync {
        /// Number of kills
        #[arg(long, default_value_t = 500)]
        times: u64,
        /// Repeat the run of this seed
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Import damaged exports, and look for panics and invalid sits
    Import {
        /// Number of damaged exports
        #[arg(long, default_value_t = 1_000_000)]
        seeds: u64,
        /// Repeat the export of this seed
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Simulate devices and a server with every fault, and look for lost and duplicated sits
    Sync {
        /// Number of simulations
        #[arg(long, default_value_t = 10_000)]
        seeds: u64,
        /// Seed of the first one
        #[arg(long, default_value_t = 0)]
        first: u64,
        /// Repeat the simulation of this seed, and print its events
        #[arg(long)]
        seed: Option<u64>,
    },
}

/// Runs the test.
///
/// # Errors
/// If it cannot be built, no longer exists, or fails.
pub fn run(options: &Options) -> Result<()> {
    match options.target {
        Target::Kill { times, seed } => {
            kill("kill::no_kill_loses_or_duplicates_a_sit", "ZAFU_KILL", times, seed)
        }
        Target::KillSync { times, seed } => {
            let test = "kill_sync::no_kill_in_a_sync_loses_or_duplicates_a_sit";
            kill(test, "ZAFU_SYNC_KILL", times, seed)
        }
        Target::Import { seeds, seed } => import(seeds, seed),
        Target::Sync { seeds, first, seed } => sync(seeds, first, seed),
    }
}

/// Runs an end-to-end test that reads the number of kills and the seed from two variables.
fn kill(test: &str, variable: &str, times: u64, seed: Option<u64>) -> Result<()> {
    let packages = ["--package", "zafu", "--package", "zafu-cli", "--features", FEATURES];
    ensure!(cargo(&["build"]).args(packages).status()?.success(), "the build failed: see above");
    let mut variables = vec![(format!("{variable}_TIMES"), times)];
    variables.extend(seed.map(|seed| (format!("{variable}_SEED"), seed)));
    run_test("e2e", test, &packages, variables)
}

fn import(seeds: u64, seed: Option<u64>) -> Result<()> {
    let mut variables = vec![("ZAFU_IMPORT_SEEDS".to_owned(), seeds)];
    variables.extend(seed.map(|seed| ("ZAFU_IMPORT_SEED".to_owned(), seed)));
    let test = "no_mutation_of_an_export_panics_or_gives_an_invalid_sit";
    run_test("fuzz", test, &["--package", "zafu-formats"], variables)
}

fn sync(seeds: u64, first: u64, seed: Option<u64>) -> Result<()> {
    let mut variables =
        vec![("ZAFU_SEEDS".to_owned(), seeds), ("ZAFU_FIRST_SEED".to_owned(), first)];
    variables.extend(seed.map(|seed| ("ZAFU_SEED".to_owned(), seed)));
    let test = "no_fault_loses_or_duplicates_a_sit";
    run_test("simulation", test, &["--package", "zafu-sync"], variables)
}

/// Runs one test with nextest, which fails if no test has this name.
fn run_test(
    binary: &str,
    test: &str,
    packages: &[&str],
    variables: Vec<(String, u64)>,
) -> Result<()> {
    let mut nextest = NEXTEST.command(&mut Steps::quiet()?)?;
    nextest.args(["run", "--profile", "soak", "--no-capture", "--test", binary]).args(packages);
    nextest.args(["--filterset", &format!("test(={test})")]);
    nextest.envs(variables.into_iter().map(|(name, value)| (name, value.to_string())));
    ensure!(nextest.status()?.success(), "the test failed: see above for its seed");
    Ok(())
}
