//! Runs Zafu as a user or a script does, in a separate data folder.
//!
//! Independent of Zafu's internals: it runs the programs, connects to their socket, and reads the database with the
//! `sqlite3` of the system.

use crate::keyring::Keyring;
use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;
use zafu_core::time::BootId;
use zafu_engine::Client;
use zafu_engine::protocol::EngineState;
use zafu_engine::{DATA_DIR_VARIABLE, DataFolder};

/// Timeout of [`eventually`]. Long enough for a busy machine: it only ends a test that would wait for ever.
pub const TIMEOUT: Duration = Duration::from_secs(120);

/// Longest step of the clock that is not a gap.
pub const MAX_STEP: Duration = Duration::from_secs(50);

/// Returns the path of a program of this build.
pub fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_zafu-app")).with_file_name(name)
}

/// Calls `poll` until it returns a value, and returns that value. Panics after [`TIMEOUT`].
#[expect(clippy::disallowed_methods, reason = "how long a test waits; it does not measure a sit")]
pub fn eventually<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let start = std::time::Instant::now();
    loop {
        if let Some(found) = poll() {
            return found;
        }
        assert!(start.elapsed() < TIMEOUT, "timed out waiting until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Reports that a test is skipped because something is missing. Panics if `CI` is set.
pub fn missing(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}, and nothing may be skipped if CI is set");
    eprintln!("\n*** SKIPPED: {what} ***\n");
}

/// An installation with a home and a data folder.
pub struct Zafu {
    home: TempDir,
    data: PathBuf,
    /// Environment variables of the session bus, if there is one.
    bus: Vec<(&'static str, PathBuf)>,
    ahead: Cell<Duration>,
    boot: Cell<u32>,
}

impl Zafu {
    /// Creates a home without any data of Zafu.
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        Self { home, data, bus: Vec::new(), ahead: Cell::default(), boot: Cell::new(1) }
    }

    /// As [`Zafu::new`], with the data in `folder` of the home.
    pub fn at(folder: &str) -> Self {
        let new = Self::new();
        Self { data: new.home().join(folder), ..new }
    }

    /// As [`Zafu::new`], on a session bus that may have a keychain.
    pub fn on(keyring: &Keyring) -> Self {
        Self { bus: keyring.environment().to_vec(), ..Self::new() }
    }

    /// Returns the home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Returns the data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Returns the path of the database.
    pub fn database(&self) -> PathBuf {
        self.data.join("zafu.db")
    }

    /// Advances the clocks of the programs that start from now on.
    pub fn pass(&self, time: Duration) {
        self.ahead.set(self.ahead.get() + time);
    }

    /// Simulates a reboot for the programs that start from now on.
    pub fn reboot(&self) {
        self.boot.set(self.boot.get() + 1);
    }

    /// Returns how far the simulated clocks are ahead of the real ones.
    pub fn ahead(&self) -> Duration {
        self.ahead.get()
    }

    /// Returns the simulated boot id.
    pub fn boot_id(&self) -> BootId {
        BootId(Uuid::from_u128(
            0x0000_0000_0000_4000_8000_0000_0000_0000 + u128::from(self.boot.get()),
        ))
    }

    /// Returns the command `zafu` without a display, a sound device or a locale, in a fixed time zone.
    pub fn command<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(program("zafu"));
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .envs(self.bus.iter().map(|(name, value)| (name, value)))
            .env("TZ", "Asia/Kathmandu")
            .env("ALSA_CONFIG_PATH", "/dev/null")
            .env(DATA_DIR_VARIABLE, &self.data)
            .env("ZAFU_TEST_AHEAD_MS", self.ahead.get().as_millis().to_string())
            .env("ZAFU_TEST_BOOT_ID", self.boot_id().0.to_string())
            .stdin(Stdio::null());
        command
    }

    /// Runs `zafu` with these arguments to its end.
    pub fn run(&self, line: &str) -> CommandResult {
        CommandResult::of(self.command(line.split_whitespace()))
    }

    /// As [`Zafu::run`], but must succeed. Returns the standard output.
    pub fn ok(&self, line: &str) -> String {
        let result = self.run(line);
        assert_eq!(result.code, Some(0), "zafu {line}: {result:?}");
        result.out
    }

    /// As [`Zafu::ok`], and parses the standard output as JSON.
    pub fn json(&self, line: &str) -> serde_json::Value {
        serde_json::from_str(&self.ok(line)).unwrap()
    }

    /// Starts a sit with `zafu sit --terminal`, whose process is the engine.
    pub fn sit(&self, line: &str) -> Engine {
        let line = format!("sit {line} --terminal");
        let engine = Engine::spawn(self.command(line.split_whitespace()), &self.data);
        assert!(engine.id.is_some(), "zafu {line} printed no ID: {:?}", engine.exited_status());
        engine
    }

    /// Runs SQL on the database with `sqlite3` and returns its output. No other process may be writing.
    pub fn sql(&self, query: &str) -> String {
        sql(&self.database(), query)
    }

    /// Changes the database. No other process may be using it.
    pub fn change_database(&self, change: &str) {
        self.sql(change);
    }
}

/// Runs SQL with `sqlite3` and returns its trimmed output.
pub fn sql(database: &Path, query: &str) -> String {
    let output = Command::new("sqlite3").arg(database).arg(query).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The output and exit code of a command.
#[derive(Debug)]
pub struct CommandResult {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl CommandResult {
    /// Runs `command` to its end.
    pub fn of(mut command: Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// Panics unless the exit code is `code` and the standard error contains `text`.
    #[track_caller]
    pub fn fails_with(&self, code: i32, text: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.err.contains(text), "\"{text}\" is not in {self:?}");
    }
}

impl From<Output> for CommandResult {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr).trim_end().to_owned(),
        }
    }
}

/// An engine process. Killed when dropped.
pub struct Engine {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    data: PathBuf,
    /// The id of the sit, if one was printed.
    pub id: Option<String>,
}

impl Engine {
    /// Starts the engine and waits for its first line, which is the id of its sit if it has started one.
    pub fn spawn(mut command: Command, data: &Path) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let id = Some(line.trim().to_owned()).filter(|id| id.len() == 36);
        Self { child, out, data: data.into(), id }
    }

    /// Returns the id of the sit.
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap()
    }

    /// Connects to the engine.
    pub fn client(&self) -> Client {
        self.reach().expect("the engine cannot be reached")
    }

    /// Connects to the engine, or returns `None` if it does not run.
    pub fn reach(&self) -> Option<Client> {
        Client::connect(&DataFolder::at(&self.data).unwrap()).ok().flatten()
    }

    /// Advances the clock by `time` in steps that the engine sees. Returns the engine state.
    pub fn pass(&self, mut time: Duration) -> EngineState {
        let mut client = self.client();
        loop {
            let step = time.min(MAX_STEP);
            time -= step;
            let ms = u64::try_from(step.as_millis()).unwrap();
            let state = client.advance(ms).unwrap();
            if time.is_zero() || state.sit.is_none() {
                return state;
            }
        }
    }

    /// Advances the clock by `time` in one step, as a suspend does.
    pub fn advance(&self, time: Duration) {
        let ms = u64::try_from(time.as_millis()).unwrap();
        self.client().advance(ms).unwrap();
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits until the engine exits. Returns its status and the rest of its standard output.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let status = eventually("the engine has exited", || self.child.try_wait().unwrap());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (status, rest)
    }

    /// Kills the engine. Returns false if it had exited before.
    pub fn kill(&mut self) -> bool {
        // Fails only if the engine has exited.
        let _ = self.child.kill();
        self.child.wait().unwrap().signal() == Some(9)
    }

    /// Returns `/proc/ID/stat` if the engine has exited.
    pub fn exited_status(&self) -> Option<String> {
        let status = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok();
        status.filter(|status| status.contains(") Z "))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}
