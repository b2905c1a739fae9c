//! What a sit of 20 minutes costs: memory, processor, wake-ups, with its window open and with it destroyed.

use super::Programs;
use super::desktop::{App, Desktop, HEIGHT, WIDTH};
use super::figure::{Figure, median, round};
use super::memory::{self, SETTLE};
use super::minimal;
use super::process::{cpu_seconds, sleeps};
use super::start::is_painted;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long is measured, in seconds.
const WHILE: u64 = 60;

/// The title of Zafu's window.
const TITLE: &str = "^Zafu$";

/// Memory with the window open and with it destroyed, beside the minimal app's.
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
    super::rest(SETTLE);
    Ok([open, memory::of(app)?])
}

/// The window open, 480 pixels wide and 640 high.
pub fn open(programs: &Programs) -> Result<Vec<Figure>> {
    let desktop = Desktop::start()?;
    let app = open_sit(&desktop, programs)?;
    let before = cpu_seconds(app.pid());
    let frames = frames(&desktop);
    let percent = (cpu_seconds(app.pid()) - before) / WHILE as f64 * 100.0;
    let period = median(frames.clone());
    let what = format!("CPU, visible at 480x640, redrawn every {} s", round(period));
    let detail =
        json!({ "seconds": WHILE, "redraws": frames.len() + 1, "period_s": round(period) });
    let value = (percent, "%", 2.0);
    Ok(vec![Figure::absolute(("cpu-open", &what), "<= 2 % of a core", value, detail)])
}

/// The window destroyed.
pub fn closed(programs: &Programs) -> Result<Vec<Figure>> {
    let desktop = Desktop::start()?;
    let app = open_sit(&desktop, programs)?;
    desktop.close(TITLE)?;
    super::rest(SETTLE);
    let (cpu_before, before) = (cpu_seconds(app.pid()), sleeps(app.pid()));
    super::rest(WHILE);
    let (cpu_after, after) = (cpu_seconds(app.pid()), sleeps(app.pid()));
    let percent = (cpu_after - cpu_before) / WHILE as f64 * 100.0;
    let what = ("cpu-closed", "CPU, sitting, window destroyed");
    let detail = json!({ "seconds": WHILE });
    let cpu = Figure::absolute(what, "< 0.1 % of a core", (percent, "%", 0.0999), detail);
    // Threads that lived all the time.
    let mut by_thread = BTreeMap::new();
    for (thread, (name, count)) in &after {
        if let Some((_, earlier)) = before.get(thread) {
            *by_thread.entry(name.clone()).or_insert(0.0) +=
                (count - earlier) as f64 / WHILE as f64;
        }
    }
    let sum = by_thread.values().sum();
    let what = ("wake-ups", "wake-ups a second, window destroyed");
    let detail: Value = by_thread.into_iter().map(|(name, rate)| (name, round(rate))).collect();
    Ok(vec![cpu, Figure::absolute(what, "<= 2", (sum, "/s", 2.0), detail)])
}

/// The app that Zafu is compared with, at rest.
fn open_minimal(desktop: &Desktop, programs: &Programs) -> Result<App> {
    let app = desktop.run(desktop.command(&programs.minimal))?;
    desktop.wait_for("the minimal window", |desktop| {
        desktop.pixels().iter().any(|pixel| pixel[..3] != [0; 3])
    })?;
    super::rest(2);
    desktop.resize(minimal::NAME)?;
    super::rest(SETTLE);
    Ok(app)
}

/// Zafu with its window open and a sit that has been running for a while.
fn open_sit(desktop: &Desktop, programs: &Programs) -> Result<App> {
    let app = desktop.run(desktop.command(&programs.app))?;
    desktop.wait_for("the sit screen", is_painted)?;
    desktop.resize(TITLE)?;
    memory::sit(desktop, programs)?;
    super::rest(SETTLE);
    ensure!(!is_painted(desktop), "the window still shows what a sit is begun from");
    Ok(app)
}

/// Watches the window, and says how many seconds apart its pictures were.
fn frames(desktop: &Desktop) -> Vec<f64> {
    let start = super::now();
    let picture = || desktop.rows(0..HEIGHT, WIDTH);
    let (mut last, mut changed, mut apart) = (picture(), None, vec![]);
    while start.elapsed().as_secs() < WHILE {
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
