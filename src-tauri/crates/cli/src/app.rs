//! Starts `zafu-app`, the program with the window.

use crate::detached::{Detached, State};
use crate::failure::{FAILED, Failure, UNREACHABLE};
use std::path::PathBuf;
use std::time::Duration;
use zafu_core::message;
use zafu_engine::Client;
use zafu_engine::DataFolder;

const PROGRAM: &str = if cfg!(windows) { "zafu-app.exe" } else { "zafu-app" };
/// Time limit for the start of the program with the window.
const START_TIMEOUT: Duration = Duration::from_secs(20);

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
        return Err(Failure::new(FAILED, message!("startup-no-display")));
    }
    let path = program()?;
    let args = [args, &["--tell-when-started"]].concat();
    let started = Detached::start(&path, &args).map_err(|error| {
        let (program, reason) = (path.display(), error.to_string());
        Failure::new(FAILED, message!("cli-app-not-executable", program = program, reason = reason))
    })?;
    match started.wait(START_TIMEOUT)? {
        State::Running => {}
        State::Ended { status, .. } if status.success() => {}
        State::Ended { stderr, .. } => {
            let message = match reason(&stderr) {
                Some(reason) => message!("cli-app-failed", reason = reason),
                None => message!("cli-app-failed-silently"),
            };
            return Err(Failure::new(FAILED, message));
        }
        State::Unknown { stderr } => {
            let message = match reason(&stderr) {
                Some(reason) => message!("cli-app-no-response-reason", reason = reason),
                None => message!("cli-app-no-response"),
            };
            return Err(Failure::new(UNREACHABLE, message));
        }
    }
    Client::connect(folder)?.ok_or_else(|| Failure::new(UNREACHABLE, message!("cli-app-stopped")))
}

/// Returns the last message of the program on its standard error, or else the last line of its libraries.
fn reason(stderr: &str) -> Option<&str> {
    let own = stderr.lines().rev().find_map(|line| line.strip_prefix("zafu: "));
    own.or_else(|| stderr.lines().last())
}

fn program() -> Result<PathBuf, Failure> {
    let beside = std::env::current_exe()?.with_file_name(PROGRAM);
    if beside.is_file() {
        return Ok(beside);
    }
    Err(Failure::new(FAILED, message!("cli-app-missing", program = PROGRAM)))
}

/// Returns whether a window can be shown. Always true on systems other than Linux.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
