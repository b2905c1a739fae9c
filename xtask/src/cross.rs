//! `cargo xtask check-windows` and `check-macos`: what the compilers of other systems would say, from Linux.
//!
//! Neither needs a Rust download: the scripts in `xtask/cross/` put Debian's own compiler and the
//! sources of its standard library into a folder of their own.

use crate::setup;
use crate::steps::Steps;
use crate::workspace;
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// The crates whose tests run under wine. The window's cannot: wine has no WebView2.
const LIBRARIES: [&str; 4] = ["zafu-core", "zafu-store", "zafu-sync", "zafu-engine"];

/// Type-checks everything for Windows, then runs the libraries' tests under wine.
///
/// # Errors
/// If this machine cannot do it, or a check or test failed.
pub fn check_windows() -> Result<()> {
    script("check-windows.sh", &["check", "--workspace", "--all-targets"])?;
    let mut tests = vec!["test"];
    tests.extend(LIBRARIES.iter().flat_map(|library| ["--package", library]));
    script("check-windows.sh", &tests)
}

/// Type-checks everything for macOS.
///
/// # Errors
/// If this machine cannot do it, or the check failed.
pub fn check_macos() -> Result<()> {
    script("check-macos.sh", &["check", "--workspace", "--all-targets"])
}

fn script(name: &str, arguments: &[&str]) -> Result<()> {
    ensure!(
        cfg!(target_os = "linux"),
        "this check runs on Debian as root; here, cargo itself can check for this system"
    );
    setup::ui(&mut Steps::quiet()?)?;
    let status = Command::new("bash")
        .arg(workspace::root().join("xtask").join("cross").join(name))
        .args(arguments)
        .current_dir(workspace::root())
        .status()
        .context("bash cannot be run")?;
    ensure!(status.success(), "{name} {} failed: see above", arguments[0]);
    Ok(())
}
