//! Runs the real command `zafu` with a data folder of its own.

use chrono::TimeDelta;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use zafu_core::edit::ManualSit;
use zafu_core::ids::SessionId;
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_store::Store;

/// A home with a data folder.
pub struct Zafu(TempDir);

/// What a command has printed, and its exit code.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Zafu {
    /// Creates an empty home.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Returns the data folder.
    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Returns a path in the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Opens the database, as an engine does.
    pub fn store(&self) -> Store {
        std::fs::create_dir_all(self.data()).unwrap();
        Store::open(&self.data(), now()).unwrap()
    }

    /// Returns a command; no word of it has a space.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zafu"));
        command
            .args(line.split(' '))
            .current_dir(self.0.path())
            .env("ZAFU_DATA_DIR", self.data())
            .env("HOME", self.0.path())
            .env("LANGUAGE", "en")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, line: &str) -> Ended {
        let output = self.command(line).output().unwrap();
        Ended {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that succeeds, and returns its output.
    pub fn ok(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        ended.out
    }
}

impl Ended {
    /// Checks the exit code and a part of the message.
    pub fn fails_with(&self, code: i32, words: &str) {
        assert!(self.code == Some(code) && self.err.contains(words), "{self:?}");
    }
}

/// Returns a fixed time.
pub fn now() -> WallTime {
    WallTime::new("2026-06-01T06:00:00Z".parse().unwrap(), UtcOffset(0))
}

/// Adds a sit of `n` days before [`now`].
pub fn add(store: &Store, n: u32, note: &str, label: &str) {
    let start = WallTime::new(now().utc - TimeDelta::days(n.into()), now().offset);
    let id = SessionId(format!("00000000-0000-4000-8000-{n:012}").parse().unwrap());
    let sit = ManualSit { id, start, length: Seconds(600), note: note.into(), label: label.into() };
    store.add_manual(sit, now().utc).unwrap();
}

/// Returns the names in a folder, in order.
#[allow(dead_code, reason = "not every test lists a folder")]
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A command at a terminal: `script` gives it one.
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "not every test needs a terminal")]
pub struct Terminal {
    child: std::process::Child,
    input: std::process::ChildStdin,
    output: std::process::ChildStdout,
}

#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "not every test needs a terminal")]
impl Terminal {
    /// Starts a command.
    pub fn start(zafu: &Zafu, line: &str) -> Self {
        let command = zafu.command(line);
        // Without `exec` a shell may stay between, and end with the signal of Ctrl-C instead of the exit code.
        let line = format!("exec {} {line}", command.get_program().display());
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).current_dir(zafu.path(""));
        script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        script.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = script.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// Types a text.
    pub fn write(&mut self, text: &str) {
        std::io::Write::write_all(&mut self.input, text.as_bytes()).unwrap();
    }

    /// Returns what the command prints up to the end of `words`.
    pub fn read_until(&mut self, words: &str) -> String {
        let (mut printed, mut byte) = (Vec::new(), [0]);
        while !printed.ends_with(words.as_bytes()) {
            let read = std::io::Read::read(&mut self.output, &mut byte).unwrap();
            assert!(read > 0, "{words} is not in {}", String::from_utf8_lossy(&printed));
            printed.push(byte[0]);
        }
        String::from_utf8(printed).unwrap()
    }

    /// Returns the exit code and the rest of what the command prints.
    pub fn end(mut self) -> (i32, String) {
        let mut printed = String::new();
        std::io::Read::read_to_string(&mut self.output, &mut printed).unwrap();
        (self.child.wait().unwrap().code().unwrap(), printed)
    }
}
