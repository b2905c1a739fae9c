//! `cargo xtask types`: generates the TypeScript types of the protocol between the engine and the UI.
//!
//! A test of the engine writes them, and without `ZAFU_WRITE_TYPES` fails if they are out of date: so only that test
//! lists the types.

use crate::workspace::cargo;
use anyhow::{Context, Result, ensure};

/// Writes the types.
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
