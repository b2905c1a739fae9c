//! `cargo xtask icons`: generates the icons of every system from `icons/zafu.svg` and `icons/tray.svg`.
//!
//! The renderer is built for this command only: without the feature `icons`, it runs itself again with it.

#[cfg(feature = "icons")]
mod containers;
#[cfg(feature = "icons")]
mod draw;

#[cfg(feature = "icons")]
pub use draw::run;

/// Runs this command again in a build that has the renderer.
///
/// # Errors
/// If cargo cannot be run, or the command failed.
#[cfg(not(feature = "icons"))]
pub fn run() -> anyhow::Result<()> {
    use anyhow::Context;
    let status = crate::workspace::cargo(&["run", "--quiet", "--package", "xtask"])
        .args(["--features", "icons", "--", "icons"])
        .status()
        .context("cargo cannot be run")?;
    anyhow::ensure!(status.success(), "no icons were generated: see above");
    Ok(())
}
