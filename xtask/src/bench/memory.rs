//! Private memory of a sit without a window.

use super::Programs;
use super::desktop::{App, Desktop};
use super::figure::{Figure, round};
use super::process::private_memory;
use anyhow::Result;
use serde_json::{Value, json};

/// Seconds until an app is idle: the bells at the beginning of a sit have ended by then.
pub const IDLE_AFTER: u64 = 30;

/// Returns the private memory of an app and all its processes in MB, in total and of each process.
pub fn of(app: &App) -> Result<(f64, Value)> {
    let all = private_memory(app.pid())?;
    let sum = all.iter().map(|(_, memory)| memory).sum();
    let each = all.into_iter().map(|(name, memory)| json!({ name: round(memory) }));
    Ok((sum, each.collect()))
}

pub fn terminal(programs: &Programs) -> Result<Vec<Figure>> {
    let desktop = Desktop::start()?;
    let mut command = desktop.command(&programs.command);
    command.args(["sit", "--terminal", "20m", "--prepare", "0s"]);
    let app = desktop.run(command)?;
    super::rest(IDLE_AFTER);
    let (memory, detail) = of(&app)?;
    let what = ("memory-terminal", "private memory, zafu sit --terminal");
    Ok(vec![Figure::absolute(what, "<= 12 MB", (memory, "MB", 12.0), detail)])
}

pub fn background(programs: &Programs) -> Result<Vec<Figure>> {
    let desktop = Desktop::start()?;
    let mut command = desktop.command(&programs.app);
    command.arg("--background");
    let app = desktop.run(command)?;
    super::rest(3);
    sit(&desktop, programs)?;
    super::rest(IDLE_AFTER);
    let (memory, detail) = of(&app)?;
    let what = ("memory-background", "private memory, sitting, --background");
    Ok(vec![Figure::absolute(what, "<= 32 MB", (memory, "MB", 32.0), detail)])
}

/// Starts a sit of 20 minutes in the running engine.
pub fn sit(desktop: &Desktop, programs: &Programs) -> Result<()> {
    let mut command = desktop.command(&programs.command);
    command.args(["sit", "20m", "--prepare", "0s"]);
    desktop.output(command).map(drop)
}
