//! `cargo xtask types`: writes the TypeScript types of everything that crosses from Rust to the screen.
//!
//! The types are written by the engine's own test, which at all other times fails when they are stale:
//! one place knows which types there are.

use crate::workspace::cargo;
use anyhow::{Context, Result, ensure};

/// Writes them.
///
/// # Errors
/// If the engine does not compile, or a file cannot be written.
pub fn run() -> Result<()> {
    let status = cargo(&["test", "--quiet", "--package", "zafu-engine", "types"])
        .env("ZAFU_WRITE_TYPES", "1")
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "the types were not written: see above");
    Ok(())
}
