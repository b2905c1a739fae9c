//! Zafu as a person or a script runs it, in a data folder of its own.
//!
//! Nothing here knows how Zafu works inside: it runs the programs, talks to their socket, and reads the database
//! with the `sqlite3` of the system.

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
use zafu_engine::folder::{DATA_DIR_VARIABLE, DataFolder};
use zafu_engine::protocol::EngineState;

/// How long anything that must happen may take on a busy machine. Nothing is faster because of it: it only ends a test
/// that would wait for ever.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// What the engine sees at once; more would be a gap.
pub const SEEN_AT_ONCE: Duration = Duration::from_secs(50);

/// A program that was just built.
pub fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_zafu-app")).with_file_name(name)
}

/// Looks again and again until `look` finds something.
#[expect(clippy::disallowed_methods, reason = "how long a test waits; nobody sits meanwhile")]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A part that is missing here: a failure where `CI` is set, and said loudly elsewhere.
pub fn missing(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}, and nothing is left out when CI is set");
    eprintln!("\n*** LEFT OUT: {what} ***\n");
}

/// A person with a home and a data folder.
pub struct Zafu {
    home: TempDir,
    data: PathBuf,
    /// What tells this person's programs of a session bus, if there is one.
    bus: Vec<(&'static str, PathBuf)>,
    ahead: Cell<Duration>,
    boot: Cell<u32>,
}

impl Zafu {
    /// A person who has never run Zafu.
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        Self { home, data, bus: Vec::new(), ahead: Cell::default(), boot: Cell::new(1) }
    }

    /// The same, with the data in `folder` of the home.
    pub fn at(folder: &str) -> Self {
        let new = Self::new();
        Self { data: new.home().join(folder), ..new }
    }

    /// The same, on a session bus that may have a keychain.
    pub fn on(keyring: &Keyring) -> Self {
        Self { bus: keyring.environment().to_vec(), ..Self::new() }
    }

    /// Where this person's home is.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the data lies.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.data.join("zafu.db")
    }

    /// Lets time pass while no engine runs.
    pub fn pass(&self, time: Duration) {
        self.ahead.set(self.ahead.get() + time);
    }

    /// Starts the computer anew, as far as Zafu can tell.
    pub fn reboot(&self) {
        self.boot.set(self.boot.get() + 1);
    }

    /// How far ahead of the computer's clocks this person's are.
    pub fn ahead(&self) -> Duration {
        self.ahead.get()
    }

    /// Which run of the computer it is, as far as Zafu can tell.
    pub fn boot_id(&self) -> BootId {
        BootId(Uuid::from_u128(
            0x0000_0000_0000_4000_8000_0000_0000_0000 + u128::from(self.boot.get()),
        ))
    }

    /// The command `zafu`, without a display or a sound device, in an English of its own.
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

    /// Runs a command line to its end.
    pub fn run(&self, line: &str) -> Said {
        Said::of(self.command(line.split_whitespace()))
    }

    /// Runs a command line that must succeed, and returns what it printed.
    pub fn ok(&self, line: &str) -> String {
        let said = self.run(line);
        assert_eq!(said.code, Some(0), "zafu {line}: {said:?}");
        said.out
    }

    /// Runs a command line that must print JSON.
    pub fn json(&self, line: &str) -> serde_json::Value {
        serde_json::from_str(&self.ok(line)).unwrap()
    }

    /// Begins a sit in a terminal: this process is the engine from here on.
    pub fn sit(&self, line: &str) -> Engine {
        let line = format!("sit {line} --terminal");
        let engine = Engine::spawn(self.command(line.split_whitespace()), &self.data);
        assert!(engine.id.is_some(), "zafu {line} printed no ID: {:?}", engine.gone());
        engine
    }

    /// Asks the database itself, with the system's own SQLite. It must not be in use by a writer.
    pub fn sql(&self, query: &str) -> String {
        sql(&self.database(), query)
    }

    /// Changes what is stored, while nobody uses it.
    pub fn stored(&self, change: &str) {
        self.sql(change);
    }
}

/// What `sqlite3` prints.
pub fn sql(database: &Path, query: &str) -> String {
    let output = Command::new("sqlite3").arg(database).arg(query).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Said {
    /// Runs `command` to its end.
    pub fn of(mut command: Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// It must have ended with `code` and said `words`.
    #[track_caller]
    pub fn refused(&self, code: i32, words: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.err.contains(words), "\"{words}\" is not in {self:?}");
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr).trim_end().to_owned(),
        }
    }
}

/// A process that is an engine.
pub struct Engine {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    data: PathBuf,
    /// The sit that it printed.
    pub id: Option<String>,
}

impl Engine {
    /// Starts it, and waits for its first line.
    pub fn spawn(mut command: Command, data: &Path) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let id = Some(line.trim().to_owned()).filter(|id| id.len() == 36);
        Self { child, out, data: data.into(), id }
    }

    /// The sit that it printed.
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap()
    }

    /// A connection to it.
    pub fn client(&self) -> Client {
        self.reach().expect("the engine cannot be reached")
    }

    /// A connection to it, if it is still there.
    pub fn reach(&self) -> Option<Client> {
        Client::connect(&DataFolder::at(&self.data).unwrap()).ok().flatten()
    }

    /// Lets so much time pass that the engine sees all of it.
    pub fn pass(&self, mut time: Duration) -> EngineState {
        let mut client = self.client();
        loop {
            let step = time.min(SEEN_AT_ONCE);
            time -= step;
            let ms = u64::try_from(step.as_millis()).unwrap();
            let state = client.advance(ms).unwrap();
            if time.is_zero() || state.sit.is_none() {
                return state;
            }
        }
    }

    /// Lets so much time pass at once, as when the computer sleeps.
    pub fn advance(&self, time: Duration) {
        let ms = u64::try_from(time.as_millis()).unwrap();
        self.client().advance(ms).unwrap();
    }

    /// Sends it a signal, by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits until it has gone by itself, and returns how, and what it still said.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let status = eventually("the engine has gone", || self.child.try_wait().unwrap());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (status, rest)
    }

    /// Kills it. Says whether it was still there.
    pub fn kill(&mut self) -> bool {
        // Fails only if it has gone already.
        let _ = self.child.kill();
        self.child.wait().unwrap().signal() == Some(9)
    }

    /// How it ended, if it has gone.
    pub fn gone(&self) -> Option<String> {
        let status = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok();
        status.filter(|status| status.contains(") Z "))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}
