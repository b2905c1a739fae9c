//! Starts the window's program.

use crate::failure::{FAILED, Failure, UNREACHABLE};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use zafu_engine::Client;
use zafu_engine::folder::DataFolder;
use zafu_engine::protocol::Request;

const PROGRAM: &str = if cfg!(windows) { "zafu-app.exe" } else { "zafu-app" };
/// How long the window's program may take to be reachable, and how often that is looked at.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Opens the window, in the engine that runs or in a new one.
pub fn open(folder: &DataFolder) -> Result<(), Failure> {
    let mut client = match Client::connect(folder)? {
        Some(client) => client,
        None => return start(folder, &[]).map(drop),
    };
    client.ask(&Request::Show)?;
    Ok(())
}

/// Starts an engine that has a tray and no window yet.
pub fn start_in_background(folder: &DataFolder) -> Result<Client, Failure> {
    start(folder, &["--background"])
}

fn start(folder: &DataFolder, args: &[&str]) -> Result<Client, Failure> {
    if !has_display() {
        let message = "there is no display here: `zafu sit --terminal` runs a sit without one";
        return Err(Failure::new(FAILED, message));
    }
    let path = program()?;
    let mut child =
        Command::new(&path).args(args).stdin(Stdio::null()).stdout(Stdio::null()).spawn().map_err(
            |error| Failure::new(FAILED, format!("{} cannot be started: {error}", path.display())),
        )?;
    await_engine(folder, &mut child)
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

/// Waits until the engine answers. A program that ended with success has handed over to another one.
fn await_engine(folder: &DataFolder, child: &mut Child) -> Result<Client, Failure> {
    let looks = PATIENCE.as_millis() / LOOK_EVERY.as_millis();
    for _ in 0..looks {
        if let Some(client) = Client::connect(folder)? {
            return Ok(client);
        }
        if let Some(status) = child.try_wait()?
            && !status.success()
        {
            return Err(Failure::new(
                FAILED,
                "the window could not be opened; the reason is above and in the log files",
            ));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Err(Failure::new(
        UNREACHABLE,
        "Zafu was started and does not answer; `zafu doctor` looks for the cause",
    ))
}

/// Whether a window could be shown: elsewhere than on Linux, always.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
