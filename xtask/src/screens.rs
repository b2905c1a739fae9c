//! `cargo xtask screens`: takes pictures of every screen, light and dark, in the sizes and languages that matter, and
//! checks each with axe. `ui/screens/take.js` does the work, on the demo build of the UI.

use crate::packages::{self, Purpose};
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{self, npm, ui};
use anyhow::{Context, Result, ensure};

/// Which pictures to take.
#[derive(clap::Args)]
pub struct Options {
    /// Scenes of ui/screens/scenes.js; none takes all
    scenes: Vec<String>,
}

/// Takes pictures into `target/screens/`, and writes `docs/sit.png`.
///
/// # Errors
/// If a tool is missing, the UI does not build, a picture could not be taken, or axe finds a violation.
pub fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::quiet()?;
    setup::prepare(Purpose::Screens, &mut steps)?;
    let is_built = steps.command("ui: demo build", npm(&ui(), &["run", "build:demo"]));
    ensure!(is_built, "the demo was not built: see above");
    let browser =
        packages::browser().context("no Chromium found: install Chromium or Google Chrome")?;
    let status = npm(&ui(), &["run", "--silent", "screens", "--"])
        .arg(browser)
        .arg(workspace::target()?.join("screens"))
        .arg(workspace::root().join("docs").join("sit.png"))
        .args(&options.scenes)
        .status()
        .context("npm cannot be run")?;
    ensure!(status.success(), "pictures are missing or screens have faults: see above");
    Ok(())
}
