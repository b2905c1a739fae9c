//! `cargo xtask check-windows` and `check-macos`: type-check Zafu for other systems from Linux.
//!
//! Neither downloads Rust: the scripts in `xtask/cross/` install Debian's compiler and the sources of its standard
//! library into a folder of their own.

use crate::setup;
use crate::steps::Steps;
use crate::workspace;
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// The crates whose tests run under Wine. Those of the window cannot, because Wine lacks WebView2.
const LIBRARIES: [&str; 4] = ["zafu-core", "zafu-store", "zafu-sync", "zafu-engine"];

/// Type-checks everything for Windows, then runs the tests of the libraries under Wine.
///
/// # Errors
/// If this machine cannot run the check, or it fails.
pub fn check_windows() -> Result<()> {
    script("check-windows.sh", &["check", "--workspace", "--all-targets"])?;
    let mut tests = vec!["test"];
    tests.extend(LIBRARIES.iter().flat_map(|library| ["--package", library]));
    script("check-windows.sh", &tests)
}

/// Type-checks everything for macOS.
///
/// # Errors
/// If this machine cannot run the check, or it fails.
pub fn check_macos() -> Result<()> {
    script("check-macos.sh", &["check", "--workspace", "--all-targets"])
}

fn script(name: &str, arguments: &[&str]) -> Result<()> {
    ensure!(
        cfg!(target_os = "linux"),
        "this check needs Debian and root; on this system, cargo check does the same"
    );
    setup::prepare_ui(&mut Steps::quiet()?)?;
    let status = Command::new("bash")
        .arg(workspace::root().join("xtask").join("cross").join(name))
        .args(arguments)
        .current_dir(workspace::root())
        .status()
        .context("bash cannot be run")?;
    ensure!(status.success(), "{name} {} failed: see above", arguments[0]);
    Ok(())
}
