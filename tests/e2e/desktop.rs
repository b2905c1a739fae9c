//! A separate desktop for one test: a screen with a window manager, a session bus, a system bus, and the services that
//! the test adds. Dropping it stops all of its processes and removes its files.

use crate::keyring;
use crate::zafu::{eventually, missing, program};
use std::cell::Cell;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;
use zafu_core::edit::ManualSit;
use zafu_core::ids::SessionId;
use zafu_core::settings::Settings;
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_engine::Client;
use zafu_engine::protocol::{EngineState, StartRequest};
use zafu_engine::{DATA_DIR_VARIABLE, DataFolder};
use zafu_store::Store;

/// Programs that every test with a window needs.
const NEEDED: [&str; 5] = ["Xvfb", "openbox", "xdotool", "dbus-daemon", "sqlite3"];

/// Configuration of a bus on which every connection may own every name, and which activates no services.
pub const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>ADDRESS</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"#;

/// A program and its process group. Killed when dropped.
pub struct Program(Child);

impl Program {
    /// Starts `command` in a new process group.
    pub fn start(command: &mut Command) -> Self {
        Self(command.process_group(0).stdin(Stdio::null()).spawn().unwrap())
    }

    /// Sends a signal to the program, not to its group.
    pub fn signal(&self, name: &str) {
        signal(self.0.id(), name);
    }

    /// Returns the process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Returns whether the program has exited.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Waits until the program exits, and returns its status.
    pub fn ended(&mut self) -> ExitStatus {
        eventually("a program ends", || self.0.try_wait().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let mut kill = Command::new("kill");
        let _ = kill.args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &process.to_string()]).status();
    assert!(sent.unwrap().success(), "process {process} had exited before {name}");
}

/// Returns whether all of `programs` are installed. Reports the first missing one with [`missing`].
pub fn has(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &&&str| !std::env::split_paths(&path).any(|dir| dir.join(name).is_file());
    let absent: Vec<_> = programs.iter().filter(there).collect();
    if !absent.is_empty() {
        missing(&format!("these programs are not installed: {absent:?}"));
    }
    absent.is_empty()
}

/// A separate desktop.
pub struct Desktop {
    // Programs are dropped before the screen and the buses that they use.
    programs: Vec<Program>,
    system: Option<Program>,
    home: TempDir,
    display: String,
    ahead_ms: Cell<u64>,
    is_accessible: bool,
}

impl Desktop {
    /// Starts a desktop without services on its buses. Returns `None` if a program that it needs is missing.
    pub fn new() -> Option<Self> {
        if !has(&NEEDED) {
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        for dir in ["run", "config", "data-home", "cache", "state"] {
            fs::create_dir(home.path().join(dir)).unwrap();
        }
        let mut desktop = Self {
            programs: Vec::new(),
            system: None,
            home,
            display: String::new(),
            ahead_ms: Cell::default(),
            is_accessible: false,
        };
        let session = desktop.bus("session");
        desktop.system = Some(desktop.bus("system"));
        let screen = desktop.screen();
        desktop.run("openbox", &["--sm-disable"]);
        // Drop order: programs with windows, the screen, the bus.
        desktop.programs.extend([screen, session]);
        Some(desktop)
    }

    fn bus(&self, name: &str) -> Program {
        let config = self.home.path().join(format!("{name}.conf"));
        fs::write(&config, BUS.replace("ADDRESS", &self.address(name))).unwrap();
        let mut daemon = Command::new("dbus-daemon");
        daemon
            .arg("--nofork")
            .arg("--nopidfile")
            .arg("--config-file")
            .arg(config)
            .stderr(Stdio::null());
        let process = Program::start(&mut daemon);
        let socket = self.home.path().join(name);
        eventually("a bus listens", || socket.exists().then_some(()));
        process
    }

    fn screen(&mut self) -> Program {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
        let mut process = Program::start(xvfb.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut number = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
        self.display = format!(":{}", number.trim());
        process
    }

    /// Returns the address of the bus `session` or `system`.
    pub fn address(&self, bus: &str) -> String {
        format!("unix:path={}", self.home.path().join(bus).display())
    }

    /// Stops the system bus.
    pub fn lose_system_bus(&mut self) {
        self.system = None;
    }

    /// Starts an unlocked keychain. Returns false if it cannot run on this machine.
    pub fn has_keychain(&mut self) -> bool {
        if !has(&keyring::NEEDED) {
            return false;
        }
        // gnome-keyring rejects a folder that other users can read.
        let run = self.home.path().join("run");
        fs::set_permissions(run, fs::Permissions::from_mode(0o700)).unwrap();
        let keychain = keyring::unlocked(|program| self.command(program));
        self.programs.insert(0, keychain);
        true
    }

    /// Enables accessibility for the programs that start from now on.
    pub fn enable_accessibility(&mut self) {
        self.is_accessible = true;
    }

    /// Requests reduced motion for this desktop.
    pub fn without_motion(&self) {
        let folder = self.home.path().join("config/gtk-3.0");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("settings.ini"), "[Settings]\ngtk-enable-animations=0\n").unwrap();
    }

    /// Opens the store. Must be called before Zafu starts.
    fn store(&self) -> Store {
        Store::open(&self.data(), zafu_engine::system::clock().now().wall).unwrap()
    }

    /// Stores sits that the user entered by hand: the start at UTC, the minutes, the note and the label of each. Must be
    /// called before Zafu starts.
    pub fn add_sits<'a>(&self, sits: impl IntoIterator<Item = (String, u32, &'a str, &'a str)>) {
        let (store, now) = (self.store(), zafu_engine::system::clock().now().wall.utc);
        for (start, minutes, note, label) in sits {
            let sit = ManualSit {
                id: SessionId(Uuid::now_v7()),
                start: WallTime::new(start.parse().unwrap(), UtcOffset(0)),
                length: Seconds(60 * minutes),
                note: note.into(),
                label: label.into(),
            };
            store.add_manual(sit, now).unwrap();
        }
    }

    /// Changes the stored settings. Must be called before Zafu starts.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let store = self.store();
        let mut settings = store.settings().unwrap();
        change(&mut settings);
        store.save_settings(&settings).unwrap();
    }

    /// Answers the system's dialogs for files from now on with these paths: `WebDriver` cannot operate them.
    pub fn choose_in_dialogs(&self, paths: &[&Path]) {
        let lines: Vec<_> = paths.iter().map(|path| path.to_str().unwrap()).collect();
        fs::write(self.home.path().join("dialog"), lines.join("\n")).unwrap();
    }

    /// Returns the home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Returns Zafu's data folder.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("zafu")
    }

    /// Returns the path of the database.
    pub fn database(&self) -> PathBuf {
        self.data().join("zafu.db")
    }

    /// Returns a command with the environment of this desktop.
    pub fn command(&self, name: impl AsRef<std::ffi::OsStr>) -> Command {
        let home = |dir: &str| self.home.path().join(dir);
        let mut command = Command::new(name);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .env("HOME", self.home.path())
            .env("XDG_RUNTIME_DIR", home("run"))
            .env("XDG_CONFIG_HOME", home("config"))
            .env("XDG_DATA_HOME", home("data-home"))
            .env("XDG_CACHE_HOME", home("cache"))
            .env("XDG_STATE_HOME", home("state"))
            .env("DISPLAY", &self.display)
            .env("GDK_BACKEND", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", self.address("session"))
            .env("DBUS_SYSTEM_BUS_ADDRESS", self.address("system"))
            .env("ALSA_CONFIG_PATH", "/dev/null")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env(DATA_DIR_VARIABLE, self.data())
            .env("ZAFU_TEST_DIALOG", home("dialog"))
            .env("ZAFU_TEST_AHEAD_MS", self.ahead_ms.get().to_string())
            .stderr(Stdio::null());
        if !self.is_accessible {
            command.env("NO_AT_BRIDGE", "1");
        }
        command
    }

    /// Starts a program that runs until the desktop is dropped.
    pub fn run(&mut self, name: &str, args: &[&str]) {
        let process = Program::start(self.command(name).args(args).stdout(Stdio::null()));
        self.programs.insert(0, process);
    }

    /// Runs a program to its end and returns its standard output.
    pub fn print(&self, name: impl AsRef<Path>, args: &[&str]) -> String {
        let output = self.command(name.as_ref()).args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Starts `zafu-app` and waits until its engine accepts clients.
    pub fn zafu(&self, args: &[&str]) -> Program {
        let process = Program::start(self.command(program("zafu-app")).args(args));
        self.client();
        process
    }

    /// Connects to the engine, and waits until it accepts the connection.
    pub fn client(&self) -> Client {
        let folder = DataFolder::at(&self.data()).unwrap();
        eventually("the engine can be reached", || Client::connect(&folder).ok().flatten())
    }

    /// Returns the engine state.
    pub fn state(&self) -> EngineState {
        self.client().state().unwrap()
    }

    /// Starts a sit of 20 minutes without preparation.
    pub fn start_sit(&self) -> EngineState {
        let request = serde_json::from_value::<StartRequest>(serde_json::json!({
            "preparationSeconds": 0,
        }));
        self.client().start_sit(request.unwrap()).unwrap()
    }

    /// Advances the clock in steps that the engine sees, as while the computer is awake.
    pub fn pass(&self, time: Duration) {
        let mut left = u64::try_from(time.as_millis()).unwrap();
        while left > 0 {
            let step = left.min(50_000);
            self.client().advance(step).unwrap();
            self.ahead_ms.set(self.ahead_ms.get() + step);
            left -= step;
        }
    }

    /// Advances the clock while Zafu does not run.
    pub fn pass_without_zafu(&self, time: Duration) {
        self.ahead_ms.set(self.ahead_ms.get() + u64::try_from(time.as_millis()).unwrap());
    }

    /// Returns the process id of the `zafu-app` on this desktop.
    pub fn process(&self) -> Option<u32> {
        let mark = format!("{DATA_DIR_VARIABLE}={}", self.data().display());
        fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let exe = fs::read_link(entry.path().join("exe")).ok()?;
            let environ = fs::read(entry.path().join("environ")).ok()?;
            let ours = environ.split(|byte| *byte == 0).any(|line| line == mark.as_bytes());
            (exe.ends_with("zafu-app") && ours).then_some(id)
        })
    }

    /// Returns the ids of the visible windows of Zafu.
    pub fn windows(&self) -> Vec<String> {
        let found = self.print("xdotool", &["search", "--onlyvisible", "--name", "^Zafu$"]);
        found.lines().map(Into::into).collect()
    }

    /// Waits for the dialog that asks where a file is saved, enters this path and confirms it.
    pub fn save_as(&self, file: &Path) {
        let search = || self.print("xdotool", &["search", "--onlyvisible", "--name", "^Save"]);
        let found = eventually("the dialog is seen", || search().lines().next().map(str::to_owned));
        let path = file.display().to_string();
        let keys = ["key", "ctrl+a", "type", "--delay", "20", &path];
        self.print("xdotool", &[&["windowfocus", "--sync", &*found], &keys[..]].concat());
        eventually("the dialog is confirmed", || {
            if search().is_empty() {
                return Some(());
            }
            // Pressed again if it only closed the list of the names that fit.
            self.print("xdotool", &["windowfocus", &found, "key", "Return"]);
            std::thread::sleep(Duration::from_millis(200));
            None
        });
    }

    /// Closes the window as its title bar does.
    pub fn close_window(&self) {
        eventually("a window is seen", || self.windows().first().cloned());
        eventually("the window is closed", || {
            let Some(window) = self.windows().first().cloned() else { return Some(()) };
            // openbox's key for closing a window, which sends WM_DELETE_WINDOW. Pressed again if openbox was not
            // ready for it.
            self.print(
                "xdotool",
                &["windowfocus", "--sync", &window, "key", "--clearmodifiers", "alt+F4"],
            );
            std::thread::sleep(Duration::from_millis(200));
            None
        });
    }
}
