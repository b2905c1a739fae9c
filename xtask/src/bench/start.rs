//! From the start of the program to the screen that a sit is begun from, painted; beside GNOME's clock.

use super::Programs;
use super::desktop::Desktop;
use super::figure::{Figure, median, round};
use anyhow::{Result, ensure};
use serde_json::json;
use std::process::Command;

/// How often each app is started. The first time, which reads all from the disk, does not count.
const STARTS: usize = 7;

/// The colour of the button that begins a sit (`--action` in `ui/src/styles/tokens.css`), as the screen keeps it.
const BUTTON: [u8; 3] = [0x2b, 0x32, 0x3a];

/// How many pixels of that colour the button has at least, of those that are looked at.
const BUTTON_PIXELS: usize = 150;

/// How many of them that are not the empty screen's make a window.
const WINDOW_PIXELS: usize = 150;

pub fn measure(programs: &Programs) -> Result<Vec<Figure>> {
    let has_clocks = Command::new("gnome-clocks").arg("--version").output().is_ok();
    ensure!(has_clocks, "Zafu is compared with GNOME's clock: install the package gnome-clocks");
    let desktop = Desktop::start()?;
    let (mut zafu, mut window, mut clocks) = (vec![], vec![], vec![]);
    for _ in 0..STARTS {
        clocks.push(start(&desktop, desktop.command("gnome-clocks"), "its window", is_window)?[0]);
        let seen = start(&desktop, desktop.command(&programs.app), "the sit screen", is_painted)?;
        zafu.push(seen[0]);
        window.push(seen[1]);
    }
    let warm = |all: &[f64]| median(all[1..].to_vec());
    let reference = warm(&clocks);
    let detail = json!({
        "painted_ms": zafu, "window_ms": window, "clocks_window_ms": clocks,
        "note": "the first of each is not counted",
    });
    let what = ("start", "start to the sit screen painted");
    let value = (warm(&zafu), "ms", 1.5 * reference);
    let figure = Figure::absolute(what, "<= 1.5 x gnome-clocks' window", value, detail);
    Ok(vec![figure.compared_to("gnome-clocks", reference)])
}

/// Starts an app on the empty screen, and says after how many milliseconds it was there, and its window at all.
fn start(
    desktop: &Desktop,
    command: Command,
    what: &str,
    is_there: fn(&Desktop) -> bool,
) -> Result<[f64; 2]> {
    desktop.wait_for("an empty screen", |desktop| !is_window(desktop))?;
    // What the last one left behind is not to be in the way of this one.
    super::rest(1);
    let began = super::now();
    let app = desktop.run(command)?;
    desktop.wait_for("a window", is_window)?;
    let window = began.elapsed();
    desktop.wait_for(what, is_there)?;
    let painted = began.elapsed();
    drop(app);
    Ok([painted, window].map(|time| round(time.as_secs_f64() * 1e3)))
}

fn is_window(desktop: &Desktop) -> bool {
    desktop.pixels().iter().filter(|pixel| pixel[..3] != [0, 0, 0]).count() > WINDOW_PIXELS
}

pub fn is_painted(desktop: &Desktop) -> bool {
    desktop.pixels().iter().filter(|pixel| pixel[..3] == BUTTON).count() > BUTTON_PIXELS
}
