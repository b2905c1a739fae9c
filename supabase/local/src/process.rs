//! Programs that end with whoever started them, also when that is killed.
//!
//! Each runs beside a shell that waits for the end of its standard input. The other end of that pipe is ours:
//! it closes when we close it, and it closes when we die.

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

/// Why the backend does not run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Something is not installed.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// Something did not do what it should.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

/// How often it is looked whether something has come about.
const POLL: Duration = Duration::from_millis(20);

/// How often at most: 2 minutes, because the machine may be busy.
const POLLS: u32 = 6000;

/// Waits until `look` finds something.
pub(crate) fn until<T>(what: &str, log: &Path, mut look: impl FnMut() -> Option<T>) -> Result<T> {
    for _ in 0..POLLS {
        if let Some(found) = look() {
            return Ok(found);
        }
        sleep(POLL);
    }
    bail!("{what} has not come about; {} ends with:\n{}", log.display(), tail(log))
}

fn tail(log: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// Who a program runs as: PostgreSQL refuses to be run by root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub uid: u32,
    pub gid: u32,
}

impl Identity {
    /// Makes a program run as this one.
    pub fn assume(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}

/// Does something when we are gone.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
}

impl Guard {
    /// Runs a shell script, which must begin by reading a line. `$0` and on are `words`.
    pub fn new(
        script: &str,
        words: impl IntoIterator<Item = impl AsRef<OsStr>>,
        identity: Option<Identity>,
        log: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .args(words)
            .envs(environment.iter().copied())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            // Not of our group: a Ctrl-C at the terminal is ours to answer, and everything ends in order.
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
        // It ends what it guards, and nothing more can be done here if it does not.
        self.shell.wait().ok();
    }
}

/// A server that listens on a socket in a folder. Not on a port: it would have to be chosen before somebody
/// else has it, or read from what the server prints while its threads print too.
#[derive(Debug)]
pub(crate) struct Server {
    _guard: Guard,
}

impl Server {
    /// Where a server of that name listens.
    pub fn socket(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.sock"))
    }

    /// Where it writes what it has to say.
    pub fn log(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.log"))
    }

    /// Starts it, and returns when it listens.
    pub fn start(
        name: &str,
        command: &[&OsStr],
        environment: &[(&str, &str)],
        folder: &Path,
    ) -> Result<Self> {
        const SCRIPT: &str = r#""$@" & read _; kill "$!" 2>/dev/null; wait"#;
        let (socket, log) = (Self::socket(folder, name), Self::log(folder, name));
        // One that was killed has left it behind.
        fs::remove_file(&socket).ok();
        let words = std::iter::once(OsStr::new("sh")).chain(command.iter().copied());
        let guard = Guard::new(SCRIPT, words, None, &log, environment)?;
        until(&format!("{name}'s socket"), &log, || UnixStream::connect(&socket).ok())?;
        Ok(Self { _guard: guard })
    }
}

/// Runs a program to its end.
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
