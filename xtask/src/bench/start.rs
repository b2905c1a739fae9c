//! The time from the start of the program until the setup screen is painted, compared to GNOME Clocks.

use super::Programs;
use super::desktop::Desktop;
use super::figure::{Figure, median, round};
use anyhow::{Result, ensure};
use serde_json::json;
use std::process::Command;

/// The number of starts of each app. The first is not counted, because it reads everything from the disk.
const STARTS: usize = 7;

/// The colour of the start button (`--action` in `ui/src/styles/tokens.css`) as blue, green, red.
const BUTTON: [u8; 3] = [0x2b, 0x32, 0x3a];

/// The least number of sampled pixels in the colour of the button.
const BUTTON_PIXELS: usize = 150;

/// The least number of sampled pixels that differ from the empty screen if there is a window.
const WINDOW_PIXELS: usize = 150;

pub fn measure(programs: &Programs) -> Result<Vec<Figure>> {
    let has_clocks = Command::new("gnome-clocks").arg("--version").output().is_ok();
    ensure!(has_clocks, "Zafu is compared to GNOME Clocks: install the package gnome-clocks");
    let desktop = Desktop::start()?;
    let (mut zafu, mut window, mut clocks) = (vec![], vec![], vec![]);
    for _ in 0..STARTS {
        clocks.push(start(&desktop, desktop.command("gnome-clocks"), "its window", is_window)?[0]);
        let seen = start(&desktop, desktop.command(&programs.app), "the setup screen", is_painted)?;
        zafu.push(seen[0]);
        window.push(seen[1]);
    }
    let warm = |all: &[f64]| median(all[1..].to_vec());
    let reference = warm(&clocks);
    let detail = json!({
        "painted_ms": zafu, "window_ms": window, "clocks_window_ms": clocks,
        "note": "the first of each is not counted",
    });
    let what = ("start", "start to the setup screen painted");
    let value = (warm(&zafu), "ms", 1.5 * reference);
    let figure = Figure::absolute(what, "<= 1.5 x gnome-clocks' window", value, detail);
    Ok(vec![figure.compared_to("gnome-clocks", reference)])
}

/// Starts an app on the empty screen. Returns the milliseconds until a condition holds, and until its window appears.
fn start(
    desktop: &Desktop,
    command: Command,
    what: &str,
    condition: fn(&Desktop) -> bool,
) -> Result<[f64; 2]> {
    desktop.wait_for("an empty screen", |desktop| !is_window(desktop))?;
    // The previous app may still be ending.
    super::rest(1);
    let began = super::now();
    let app = desktop.run(command)?;
    desktop.wait_for("a window", is_window)?;
    let window = began.elapsed();
    desktop.wait_for(what, condition)?;
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
