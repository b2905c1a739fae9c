//! The folders of this repository, and commands that run its tools.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder in the root")
}

/// Returns the folder of the UI.
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

/// Returns a command that runs npm in a folder. On Windows npm is a script, which needs its full name.
pub fn npm(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(folder).args(arguments);
    command
}

/// Returns the output of `cargo metadata` with these arguments.
///
/// # Errors
/// If cargo cannot read a manifest, with its message.
pub fn metadata(arguments: &[&str]) -> Result<Value> {
    let output = cargo(&["metadata", "--format-version", "1"])
        .args(arguments)
        .output()
        .context("cargo metadata cannot be run")?;
    if !output.status.success() {
        bail!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("the output of cargo metadata is not JSON")
}

/// Returns the target folder of cargo.
///
/// # Errors
/// If cargo cannot read a manifest.
pub fn target() -> Result<PathBuf> {
    let metadata = metadata(&["--no-deps"])?;
    let folder = metadata["target_directory"].as_str();
    Ok(folder.context("cargo metadata names no target directory")?.into())
}

/// Returns the path of a program of the debug build.
///
/// # Errors
/// If cargo cannot read a manifest.
pub fn built(program: &str) -> Result<PathBuf> {
    Ok(target()?.join("debug").join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
}

/// Whether this is CI, where a check that cannot run fails instead of being skipped.
pub fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
