//! `cargo xtask soak`: what a test does often, done as often as there is time for.

use crate::workspace::cargo;
use anyhow::{Result, ensure};
use clap::{Args, Subcommand};

const FEATURES: &str = "zafu/test-clock,zafu-cli/test-clock";

/// What to do again and again.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Kill the engine at random moments, and look for what was lost
    Kill {
        /// How often
        #[arg(long, default_value_t = 1000)]
        times: u64,
        /// Do again what was done with this seed
        #[arg(long)]
        seed: Option<u64>,
    },
}

/// Builds, then kills.
///
/// # Errors
/// If it cannot be built, or something was lost.
pub fn run(options: &Options) -> Result<()> {
    let What::Kill { times, seed } = options.what;
    let what = ["--package", "zafu", "--package", "zafu-cli", "--features", FEATURES];
    ensure!(cargo(&["build"]).args(what).status()?.success(), "it cannot be built");
    let mut test = cargo(&["test"]);
    test.args(what).args(["--test", "e2e", "--", "--nocapture", "--exact"]);
    test.arg("kill::no_kill_loses_or_doubles_a_sit").env("ZAFU_KILL_TIMES", times.to_string());
    if let Some(seed) = seed {
        test.env("ZAFU_KILL_SEED", seed.to_string());
    }
    ensure!(test.status()?.success(), "a kill has lost something: the seed is above");
    Ok(())
}
