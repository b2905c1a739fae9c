//! `cargo xtask backend`: PostgreSQL, PostgREST and an auth server on this machine, until Ctrl-C.

use crate::packages::Purpose;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{built, cargo};
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// How to start it.
#[derive(clap::Args)]
pub struct Options {
    /// Listen on this port of loopback; without it, on any that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
}

/// Sets up, builds and starts it, and ends with it.
///
/// # Errors
/// If something is missing, does not compile or cannot be started.
pub fn run(options: &Options) -> Result<()> {
    setup::ready(Purpose::Backend, &mut Steps::quiet()?)?;
    let status = cargo(&["build", "--quiet", "--package", "zafu-backend"])
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "the backend was not built: see above");
    let mut backend = Command::new(built("zafu-backend")?);
    backend.arg(options.port.to_string());
    exec(&mut backend)
}

/// In the place of this process, so that Ctrl-C and signals are heard by nobody else.
#[cfg(unix)]
fn exec(backend: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(backend.exec()).context("the backend cannot be started")
}

#[cfg(not(unix))]
fn exec(backend: &mut Command) -> Result<()> {
    ensure!(backend.status()?.success(), "the backend does not run here");
    Ok(())
}
