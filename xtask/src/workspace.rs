//! Where things are in this repository, and how its tools are called.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace's root")
}

/// The folder of the screens.
pub fn ui() -> PathBuf {
    root().join("ui")
}

/// Returns a command of the cargo that runs this program.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// Returns a command that runs cargo or one of its tools in the root of the repository.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    // Some build scripts take the variables that `cargo run` sets for changed settings.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
            command.env_remove(name);
        }
    }
    command
}

/// npm in a folder. On Windows it is a script, which has to be called by its full name.
pub fn npm(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(folder).args(arguments);
    command
}

/// What cargo knows about this workspace: its members only, or its dependencies too.
///
/// # Errors
/// If cargo cannot read a manifest: its own words.
pub fn metadata(arguments: &[&str]) -> Result<Value> {
    let output = cargo(&["metadata", "--format-version", "1"])
        .args(arguments)
        .output()
        .context("cargo metadata cannot be run")?;
    if !output.status.success() {
        bail!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("cargo metadata answered what is not JSON")
}

/// Where cargo builds.
///
/// # Errors
/// If cargo cannot read a manifest.
pub fn target() -> Result<PathBuf> {
    let metadata = metadata(&["--no-deps"])?;
    let folder = metadata["target_directory"].as_str();
    Ok(folder.context("cargo metadata names no target directory")?.into())
}

/// A program that was just built, for debugging.
///
/// # Errors
/// If cargo cannot read a manifest.
pub fn built(program: &str) -> Result<PathBuf> {
    Ok(target()?.join("debug").join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
}

/// Whether a check that cannot run here must fail rather than be skipped: on the machines that decide.
pub fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
