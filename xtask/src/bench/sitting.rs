//! Memory, processor time and wake-ups during a sit of 20 minutes, with its window open and destroyed.

use super::Programs;
use super::desktop::{App, Desktop, HEIGHT, WIDTH};
use super::figure::{Figure, median, round};
use super::memory::{self, IDLE_AFTER};
use super::minimal;
use super::process::{cpu_seconds, sleeps};
use super::start::is_painted;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// The duration of a measurement, in seconds.
const DURATION: u64 = 60;

/// The title of the window of Zafu, as a pattern of xdotool.
const TITLE: &str = "^Zafu$";

/// Measures memory with the window open and destroyed, compared to the minimal app.
pub fn memory(programs: &Programs) -> Result<Vec<Figure>> {
    let desktop = Desktop::start()?;
    let app = open_sit(&desktop, programs)?;
    let zafu = open_and_closed(&desktop, &app, TITLE)?;
    drop((app, desktop));
    let desktop = Desktop::start()?;
    let app = open_minimal(&desktop, programs)?;
    let minimal = open_and_closed(&desktop, &app, minimal::NAME)?;
    let [open, closed] = [0, 1].map(|at| json!({ "zafu": zafu[at].1, "minimal": minimal[at].1 }));
    let what = ("memory-open", "private memory, sitting, window open");
    let value = (zafu[0].0, "MB", minimal[0].0 + 25.0);
    let open = Figure::absolute(what, "<= minimal + 25 MB", value, open)
        .compared_to("minimal", minimal[0].0);
    let what = ("memory-closed", "private memory, sitting, window destroyed");
    let value = (zafu[1].0, "MB", minimal[1].0 + 8.0);
    let closed = Figure::absolute(what, "<= minimal + 8 MB", value, closed)
        .compared_to("minimal", minimal[1].0);
    Ok(vec![open, closed])
}

fn open_and_closed(desktop: &Desktop, app: &App, title: &str) -> Result<[(f64, Value); 2]> {
    let open = memory::of(app)?;
    desktop.close(title)?;
    super::rest(IDLE_AFTER);
    Ok([open, memory::of(app)?])
}

/// Measures processor time with the window open at 480x640 pixels.
pub fn open(programs: &Programs) -> Result<Vec<Figure>> {
    let desktop = Desktop::start()?;
    let app = open_sit(&desktop, programs)?;
    let before = cpu_seconds(app.pid());
    let frames = frames(&desktop);
    let percent = (cpu_seconds(app.pid()) - before) / DURATION as f64 * 100.0;
    let period = median(frames.clone());
    let what = format!("CPU, visible at 480x640, redrawn every {} s", round(period));
    let detail =
        json!({ "seconds": DURATION, "redraws": frames.len() + 1, "period_s": round(period) });
    let value = (percent, "%", 2.0);
    Ok(vec![Figure::absolute(("cpu-open", &what), "<= 2 % of a core", value, detail)])
}

/// Measures processor time and wake-ups with the window destroyed.
pub fn closed(programs: &Programs) -> Result<Vec<Figure>> {
    let desktop = Desktop::start()?;
    let app = open_sit(&desktop, programs)?;
    desktop.close(TITLE)?;
    super::rest(IDLE_AFTER);
    let (cpu_before, before) = (cpu_seconds(app.pid()), sleeps(app.pid()));
    super::rest(DURATION);
    let (cpu_after, after) = (cpu_seconds(app.pid()), sleeps(app.pid()));
    let percent = (cpu_after - cpu_before) / DURATION as f64 * 100.0;
    let what = ("cpu-closed", "CPU, sitting, window destroyed");
    let detail = json!({ "seconds": DURATION });
    let cpu = Figure::absolute(what, "< 0.1 % of a core", (percent, "%", 0.0999), detail);
    // Only threads that existed during the whole measurement.
    let mut by_thread = BTreeMap::new();
    for (thread, (name, count)) in &after {
        if let Some((_, earlier)) = before.get(thread) {
            *by_thread.entry(name.clone()).or_insert(0.0) +=
                (count - earlier) as f64 / DURATION as f64;
        }
    }
    let sum = by_thread.values().sum();
    let what = ("wake-ups", "wake-ups a second, window destroyed");
    let detail: Value = by_thread.into_iter().map(|(name, rate)| (name, round(rate))).collect();
    Ok(vec![cpu, Figure::absolute(what, "<= 2", (sum, "/s", 2.0), detail)])
}

/// Starts the minimal app and waits until it is idle.
fn open_minimal(desktop: &Desktop, programs: &Programs) -> Result<App> {
    let app = desktop.run(desktop.command(&programs.minimal))?;
    desktop.wait_for("the minimal window", |desktop| {
        desktop.pixels().iter().any(|pixel| pixel[..3] != [0; 3])
    })?;
    super::rest(2);
    desktop.resize(minimal::NAME)?;
    super::rest(IDLE_AFTER);
    Ok(app)
}

/// Starts Zafu with its window and a sit, and waits until it is idle.
fn open_sit(desktop: &Desktop, programs: &Programs) -> Result<App> {
    let app = desktop.run(desktop.command(&programs.app))?;
    desktop.wait_for("the setup screen", is_painted)?;
    desktop.resize(TITLE)?;
    memory::sit(desktop, programs)?;
    super::rest(IDLE_AFTER);
    ensure!(!is_painted(desktop), "the window still shows the setup screen");
    Ok(app)
}

/// Watches the screen and returns the seconds between each two changes of its picture.
fn frames(desktop: &Desktop) -> Vec<f64> {
    let start = super::now();
    let picture = || desktop.rows(0..HEIGHT, WIDTH);
    let (mut last, mut changed, mut apart) = (picture(), None, vec![]);
    while start.elapsed().as_secs() < DURATION {
        std::thread::sleep(Duration::from_millis(40));
        let now = picture();
        if now != last {
            last = now;
            let at = start.elapsed().as_secs_f64();
            apart.extend(changed.replace(at).map(|before: f64| at - before));
        }
    }
    apart
}
