//! The time from a click until a page of the window is painted.

use super::Programs;
use super::desktop::{App, Desktop};
use super::figure::{Figure, median, round};
use super::start::is_painted;
use crate::workspace::{self, cargo};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::fs;

/// The names of all figures.
pub const NAMES: &[&str] = &["log-open", "log-open-10k", "partner-open"];

/// How often a page is opened. The first times are not counted, because they load its code and read from the disk.
const OPENINGS: usize = 12;
const NOT_COUNTED: usize = 2;

/// The greatest number of sampled pixels that differ between two pictures of the same page.
const NOISE: usize = 12;

/// By how much a channel of a pixel can differ: the pointer stays where it has clicked, and a button of the page that comes
/// to lie under it fades to another shade.
const SHADE: u8 = 24;

/// A page, and the data that it shows.
struct Page {
    name: &'static str,
    what: &'static str,
    /// The example of the store that creates the data, and its second argument.
    example: &'static str,
    sits: Option<&'static str>,
    /// The button that opens it, in pixels from the right and from the top of the window.
    button: [u32; 2],
}

const PAGES: [Page; 3] = [
    Page {
        name: "log-open",
        what: "log open to painted, 1,000,000 sits",
        example: "log_figures",
        sits: Some("1000000"),
        button: [74, 30],
    },
    Page {
        name: "log-open-10k",
        what: "log open to painted, 10,000 sits",
        example: "log_figures",
        sits: Some("10000"),
        button: [74, 30],
    },
    Page {
        name: "partner-open",
        what: "page of the partner open to painted",
        example: "partner_sample",
        sits: None,
        button: [450, 30],
    },
];

/// Opens each page in a window.
pub fn measure(programs: &Programs) -> Result<Vec<Figure>> {
    PAGES.iter().map(|page| measure_page(programs, page)).collect()
}

fn measure_page(programs: &Programs, page: &Page) -> Result<Figure> {
    let folder = workspace::root().join("target/bench-pages");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let output = cargo(&["run", "--release", "--quiet", "--package", "zafu-store"])
        .args(["--example", page.example, "--"])
        .arg(&folder)
        .args(page.sits)
        .output()
        .context("cargo cannot be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the data were not created:\n{}", errors.trim());
    let desktop = Desktop::start()?;
    let mut command = desktop.command(&programs.app);
    command.env("ZAFU_DATA_DIR", &folder);
    let app = desktop.run(command)?;
    let painted = open_and_close(&desktop, page).with_context(|| page.what)?;
    drop::<App>(app);
    drop(desktop);
    fs::remove_dir_all(folder)?;
    let value = (median(painted[NOT_COUNTED..].to_vec()), "ms", 100.0);
    let detail = json!({ "painted_ms": painted, "not_counted": NOT_COUNTED });
    Ok(Figure::absolute((page.name, page.what), "<= 100 ms", value, detail))
}

/// Returns the milliseconds that each opening took.
fn open_and_close(desktop: &Desktop, page: &Page) -> Result<Vec<f64>> {
    desktop.wait_for("the setup screen", is_painted)?;
    // Everything that is loaded after the first picture.
    super::rest(3);
    desktop.point("^Zafu$", page.button)?;
    desktop.click()?;
    desktop.wait_for("the page", |desktop| !is_painted(desktop))?;
    super::rest(3);
    let opened = desktop.pixels();
    let mut painted = vec![];
    for _ in 0..OPENINGS {
        desktop.press("Escape")?;
        desktop.wait_for("the setup screen", is_painted)?;
        super::rest(1);
        desktop.press_button()?;
        let start = super::now();
        // Its program goes on after the event, so it is not waited for.
        let released = desktop.release_button()?;
        desktop.wait_for("the page", |desktop| is_same(&desktop.pixels(), &opened))?;
        painted.push(round(start.elapsed().as_secs_f64() * 1e3));
        drop::<App>(released);
    }
    Ok(painted)
}

fn is_same(now: &[[u8; 4]], then: &[[u8; 4]]) -> bool {
    let differs = |(now, then): &(&[u8; 4], &[u8; 4])| {
        now.iter().zip(*then).any(|(a, b)| a.abs_diff(*b) > SHADE)
    };
    now.len() == then.len() && now.iter().zip(then).filter(differs).count() <= NOISE
}
