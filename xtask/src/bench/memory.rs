//! Private memory where no window was ever opened.

use super::Programs;
use super::desktop::{App, Desktop};
use super::figure::{Figure, round};
use super::process::private_memory;
use anyhow::Result;
use serde_json::{Value, json};

/// How long an app has to come to rest: bells at the beginning of a sit have rung by then.
pub const SETTLE: u64 = 30;

/// The memory of an app and of all it has started, in MB, and of each process.
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
    super::rest(SETTLE);
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
    super::rest(SETTLE);
    let (memory, detail) = of(&app)?;
    let what = ("memory-background", "private memory, sitting, --background");
    Ok(vec![Figure::absolute(what, "<= 32 MB", (memory, "MB", 32.0), detail)])
}

/// Begins a sit of 20 minutes in the engine that runs.
pub fn sit(desktop: &Desktop, programs: &Programs) -> Result<()> {
    let mut command = desktop.command(&programs.command);
    command.args(["sit", "20m", "--prepare", "0s"]);
    desktop.done(command).map(drop)
}
