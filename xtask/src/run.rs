//! `cargo xtask run`: sets up, builds and starts Zafu, also from a fresh clone.

use crate::packages::Purpose;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{built, cargo};
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// How to run Zafu.
#[derive(clap::Args)]
pub struct Options {
    /// Arguments of `zafu`; none opens the window
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Sets up, builds and starts Zafu, and exits with its exit code.
///
/// # Errors
/// If something is missing, does not compile or cannot be started.
pub fn run(options: &Options) -> Result<()> {
    setup::prepare(Purpose::Build, &mut Steps::quiet()?)?;
    let status = cargo(&["build", "--package", "zafu", "--package", "zafu-cli"])
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "Zafu was not built: see above");
    let zafu = built("zafu")?;
    let status = Command::new(&zafu)
        .args(&options.arguments)
        .status()
        .with_context(|| format!("{} cannot be started", zafu.display()))?;
    std::process::exit(status.code().unwrap_or(1))
}
