//! Starts `zafu-app`, the program with the window.

use crate::detached::{Detached, State};
use crate::failure::{FAILED, Failure, UNREACHABLE};
use std::path::PathBuf;
use std::time::Duration;
use zafu_engine::Client;
use zafu_engine::folder::DataFolder;

const PROGRAM: &str = if cfg!(windows) { "zafu-app.exe" } else { "zafu-app" };
/// Time limit for the start of the program with the window.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens the window of the running engine, or of a new one.
pub fn open(folder: &DataFolder) -> Result<(), Failure> {
    let mut client = match Client::connect(folder)? {
        Some(client) => client,
        None => return start(folder, &[]).map(drop),
    };
    Ok(client.show_window()?)
}

/// Starts an engine with a tray icon and without a window, and connects to it.
pub fn start_in_background(folder: &DataFolder) -> Result<Client, Failure> {
    start(folder, &["--background"])
}

/// Starts the program and waits until it is running or has handed over to another instance. Connects to the engine.
fn start(folder: &DataFolder, args: &[&str]) -> Result<Client, Failure> {
    if !has_display() {
        let message = "there is no display here: `zafu sit --terminal` runs a sit without one";
        return Err(Failure::new(FAILED, message));
    }
    let path = program()?;
    let args = [args, &["--tell-when-started"]].concat();
    let started = Detached::start(&path, &args).map_err(|error| {
        Failure::new(FAILED, format!("{} cannot be started: {error}", path.display()))
    })?;
    match started.wait(PATIENCE)? {
        State::Runs => {}
        State::Ended { status, .. } if status.success() => {}
        State::Ended { said, .. } => return Err(Failure::new(FAILED, explained(&said))),
        State::Unknown { said } => {
            let said = explained(&said);
            let message = format!(
                "Zafu was started and does not answer; `zafu doctor` looks for the cause ({said})"
            );
            return Err(Failure::new(UNREACHABLE, message));
        }
    }
    Client::connect(folder)?.ok_or_else(|| {
        let message = "Zafu was started and has stopped again; the log files say why";
        Failure::new(UNREACHABLE, message)
    })
}

/// Extracts the reason for a failed start from the standard error of the program, without the output of its libraries.
fn explained(said: &str) -> String {
    let ours = said.lines().rev().find_map(|line| line.strip_prefix("zafu: "));
    match (ours, said.lines().last()) {
        (Some(reason), _) => reason.to_owned(),
        (None, Some(last)) => format!("Zafu could not be started: {last}"),
        (None, None) => "Zafu could not be started; the log files say why".to_owned(),
    }
}

fn program() -> Result<PathBuf, Failure> {
    let beside = std::env::current_exe()?.with_file_name(PROGRAM);
    if beside.is_file() {
        return Ok(beside);
    }
    let message = format!(
        "{PROGRAM} is not installed beside `zafu`: install Zafu anew, or use `zafu sit --terminal`"
    );
    Err(Failure::new(FAILED, message))
}

/// Returns whether a window can be shown. Always true on systems other than Linux.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
