//! Programs that stop when this process ends, also if it is killed.
//!
//! A shell beside each program waits for the end of its standard input. This process holds the other end of that pipe,
//! which the kernel closes when the process ends.

use crate::parts::Missing;
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Why the backend did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A program is not installed.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A program failed.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

/// Time between two polls.
const POLL: Duration = Duration::from_millis(20);

/// Maximum number of polls: 2 minutes in total, because the machine may be busy.
const POLLS: u32 = 6000;

/// Polls until `poll` returns a value.
pub(crate) fn until<T>(what: &str, log: &Path, mut poll: impl FnMut() -> Option<T>) -> Result<T> {
    for _ in 0..POLLS {
        if let Some(found) = poll() {
            return Ok(found);
        }
        sleep(POLL);
    }
    bail!("{what} is not ready after 2 minutes; {} ends with:\n{}", log.display(), tail(log))
}

fn tail(log: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// The user that a program runs as: PostgreSQL does not run as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub uid: u32,
    pub gid: u32,
}

impl Identity {
    /// Runs the command as this user.
    pub fn assume(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}

/// A shell script that continues when this is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
}

impl Guard {
    /// Starts a shell script, which must begin with `read`. Its `$0`, `$1`, ... are `arguments`.
    pub fn new(
        script: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
        identity: Option<Identity>,
        log: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .args(arguments)
            .envs(environment.iter().copied())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            // In a process group of its own, so that Ctrl-C reaches only this process, which stops everything in order.
            .process_group(0);
        if let Some(identity) = identity {
            identity.assume(&mut command);
        }
        Ok(Self { shell: command.spawn().context("sh cannot be started")? })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // Nothing can be done here if the script fails.
        self.shell.wait().ok();
    }
}

/// A server that listens on a socket in a folder. Not on a port, which another process could take first.
#[derive(Debug)]
pub(crate) struct Server {
    _guard: Guard,
}

impl Server {
    /// Returns the socket of the server with this name.
    pub fn socket(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.sock"))
    }

    /// Returns its log.
    pub fn log(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.log"))
    }

    /// Starts a server and waits until it listens.
    pub fn start(
        name: &str,
        command: &[&OsStr],
        environment: &[(&str, &str)],
        folder: &Path,
    ) -> Result<Self> {
        const SCRIPT: &str = r#""$@" & read _; kill "$!" 2>/dev/null; wait"#;
        let (socket, log) = (Self::socket(folder, name), Self::log(folder, name));
        // Left behind by a server that was killed.
        fs::remove_file(&socket).ok();
        let arguments = std::iter::once(OsStr::new("sh")).chain(command.iter().copied());
        let guard = Guard::new(SCRIPT, arguments, None, &log, environment)?;
        until(&format!("{name}'s socket"), &log, || UnixStream::connect(&socket).ok())?;
        Ok(Self { _guard: guard })
    }
}

/// Runs a program, waits for it, and returns its standard output.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let program = PathBuf::from(command.get_program());
    let output =
        command.output().with_context(|| format!("{} cannot be started", program.display()))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}:\n{}", program.display(), output.status, error.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}
