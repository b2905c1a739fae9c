//! Runs a package manager: retries while another program holds its lock, and reports a failure in one line.

use std::fmt;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The longest wait for the lock. Unattended upgrades of a new machine take minutes.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_secs(2);

/// Why a package manager failed.
#[derive(Debug)]
pub enum Failure {
    /// Another program still held the lock at the end of the wait.
    Locked(String),
    /// The package manager failed, with its first error message.
    Ended(String),
    /// It could not be started, or the log could not be written.
    Io(std::io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked(reason) => {
                let minutes = LONGEST_WAIT.as_secs() / 60;
                write!(f, "another program has used it for {minutes} minutes ({reason})")
            }
            Self::Ended(reason) => f.write_str(reason),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// Waits for a lock, for a limited time in all.
pub struct LockWait<F> {
    start: Instant,
    was_told: bool,
    tell: F,
}

impl<F: FnMut()> LockWait<F> {
    /// Starts the wait. `tell` is called once, before the first pause.
    pub fn new(tell: F) -> Self {
        Self { start: now(), was_told: false, tell }
    }

    /// Pauses once and returns true, or returns false if the wait has been too long.
    pub fn once(&mut self) -> bool {
        if !std::mem::replace(&mut self.was_told, true) {
            (self.tell)();
        }
        if self.start.elapsed() > LONGEST_WAIT {
            return false;
        }
        std::thread::sleep(PAUSE);
        true
    }
}

/// Runs a shell command and appends its output to `log`. While its output contains one of `locked`, retries it after
/// each call of `wait` that returns true.
///
/// # Errors
/// If it fails for another reason, or `wait` returns false.
pub fn run(
    line: &str,
    log: &Path,
    locked: &[&str],
    mut wait: impl FnMut() -> bool,
) -> Result<(), Failure> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    loop {
        let output = File::options().create(true).append(true).open(log)?;
        let before = output.metadata()?.len();
        let status = Command::new("sh")
            .args(["-c", line])
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .status()?;
        if status.success() {
            return Ok(());
        }
        let all = fs::read(log)?;
        let said = String::from_utf8_lossy(&all[all.len().min(before as usize)..]);
        let holder = said.lines().find(|line| locked.iter().any(|sign| line.contains(sign)));
        match holder {
            Some(holder) if !wait() => return Err(Failure::Locked(holder.trim().to_owned())),
            Some(_) => {}
            None => return Err(Failure::Ended(reason(&said, &status.to_string()))),
        }
    }
}

/// Returns the first error message of a package manager: later ones are often consequences of it.
fn reason(said: &str, status: &str) -> String {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_error = |line: &str| {
        ["E: ", "error: ", "Error: ", "Error:"].iter().any(|sign| line.starts_with(sign))
    };
    let error = lines.clone().find(|line| is_error(line)).or_else(|| lines.next_back());
    error.map_or_else(|| status.to_owned(), |line| format!("{line} ({status})"))
}

#[expect(clippy::disallowed_methods, reason = "the wait of a tool; not the time of a sit")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
