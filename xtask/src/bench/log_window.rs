//! The time from a click until the log of the window is painted.

use super::Programs;
use super::desktop::{App, Desktop};
use super::figure::{Figure, median, round};
use super::start::is_painted;
use crate::workspace::{self, cargo};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::fs;
use std::path::Path;

/// The names of all figures.
pub const NAMES: &[&str] = &["log-open", "log-open-10k"];

/// How often the log is opened. The first times are not counted, because they load its code and read from the disk.
const OPENINGS: usize = 12;
const NOT_COUNTED: usize = 2;

/// The button that opens the log, in pixels from the right and from the top of the window.
const BUTTON: [u32; 2] = [74, 30];

/// The greatest number of sampled pixels that differ between two pictures of the same log.
const NOISE: usize = 12;

/// Opens a log of 10,000 sits and one of 1,000,000 in a window.
pub fn measure(programs: &Programs) -> Result<Vec<Figure>> {
    let folder = workspace::root().join("target/bench-log-window");
    let small = open_often(programs, &folder, 10_000)?;
    let large = open_often(programs, &folder, 1_000_000)?;
    let figure = |(name, what), all: &[f64]| {
        let value = (median(all[NOT_COUNTED..].to_vec()), "ms", 100.0);
        let detail = json!({ "painted_ms": all, "not_counted": NOT_COUNTED });
        Figure::absolute((name, what), "<= 100 ms", value, detail)
    };
    Ok(vec![
        figure(("log-open", "log open to painted, 1,000,000 sits"), &large),
        figure(("log-open-10k", "log open to painted, 10,000 sits"), &small),
    ])
}

/// Returns the milliseconds that each opening took.
fn open_often(programs: &Programs, folder: &Path, sits: u32) -> Result<Vec<f64>> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let output = cargo(&["run", "--release", "--quiet", "--package", "zafu-store"])
        .args(["--example", "log_figures", "--"])
        .arg(folder)
        .arg(sits.to_string())
        .output()
        .context("cargo cannot be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the log was not created:\n{}", errors.trim());
    let desktop = Desktop::start()?;
    let mut command = desktop.command(&programs.app);
    command.env("ZAFU_DATA_DIR", folder);
    let app = desktop.run(command)?;
    let painted = open_and_close(&desktop)?;
    drop::<App>(app);
    drop(desktop);
    fs::remove_dir_all(folder)?;
    Ok(painted)
}

fn open_and_close(desktop: &Desktop) -> Result<Vec<f64>> {
    desktop.wait_for("the setup screen", is_painted)?;
    // Everything that is loaded after the first picture.
    super::rest(3);
    desktop.point("^Zafu$", BUTTON)?;
    desktop.click()?;
    desktop.wait_for("the log", |desktop| !is_painted(desktop))?;
    super::rest(3);
    let log = desktop.pixels();
    let mut painted = vec![];
    for _ in 0..OPENINGS {
        desktop.press("Escape")?;
        desktop.wait_for("the setup screen", is_painted)?;
        super::rest(1);
        let start = super::now();
        desktop.click()?;
        desktop.wait_for("the log", |desktop| {
            let now = desktop.pixels();
            let differing = now.iter().zip(&log).filter(|(now, log)| now != log).count();
            now.len() == log.len() && differing <= NOISE
        })?;
        painted.push(round(start.elapsed().as_secs_f64() * 1e3));
    }
    Ok(painted)
}
