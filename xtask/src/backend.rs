//! `cargo xtask backend`: runs PostgreSQL, PostgREST and an auth server on this machine until Ctrl-C.

use crate::packages::Purpose;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{built, cargo};
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// How to start the backend.
#[derive(clap::Args)]
pub struct Options {
    /// Port on loopback; 0 chooses a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
}

/// Sets up, builds and runs the backend until it ends.
///
/// # Errors
/// If something is missing, does not compile or cannot be started.
pub fn run(options: &Options) -> Result<()> {
    setup::prepare(Purpose::Backend, &mut Steps::quiet()?)?;
    let status = cargo(&["build", "--quiet", "--package", "zafu-backend"])
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "the backend was not built: see above");
    let mut backend = Command::new(built("zafu-backend")?);
    backend.arg(options.port.to_string());
    exec(&mut backend)
}

/// Replaces this process by the backend, which then receives Ctrl-C and signals directly.
#[cfg(unix)]
fn exec(backend: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(backend.exec()).context("the backend cannot be started")
}

#[cfg(not(unix))]
fn exec(backend: &mut Command) -> Result<()> {
    ensure!(backend.status()?.success(), "the backend failed: see above");
    Ok(())
}
