//! A separate keychain for one test: an unlocked gnome-keyring on its own session bus.

use crate::desktop::{BUS, Program, has};
use crate::zafu::eventually;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Programs that a test with a keychain needs.
pub const NEEDED: [&str; 3] = ["dbus-daemon", "gnome-keyring-daemon", "dbus-send"];

/// A session bus with or without a Secret Service.
pub struct Keyring {
    home: TempDir,
    /// Dropped before the bus that it uses.
    daemon: Option<Program>,
    _bus: Program,
}

impl Keyring {
    /// Starts a bus with an unlocked keychain. Returns `None` if a program that it needs is missing.
    pub fn new() -> Option<Self> {
        let mut keyring = Self::without_keychain()?;
        keyring.unlock();
        Some(keyring)
    }

    /// Starts a bus without a keychain. Returns `None` if a program that it needs is missing.
    pub fn without_keychain() -> Option<Self> {
        if !has(&NEEDED) {
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let socket = home.path().join("bus");
        let config = home.path().join("bus.conf");
        fs::write(&config, BUS.replace("ADDRESS", &format!("unix:path={}", socket.display())))
            .unwrap();
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--nofork", "--nopidfile", "--config-file"]).arg(config).stderr(Stdio::null());
        let bus = Program::start(&mut bus);
        eventually("a bus listens", || socket.exists().then_some(()));
        Some(Self { home, daemon: None, _bus: bus })
    }

    fn unlock(&mut self) {
        self.daemon = Some(unlocked(|program| self.on(Command::new(program))));
    }

    /// Returns whether the keychain has an item of Zafu.
    pub fn has_item(&self) -> bool {
        const SEARCH: [&str; 6] = [
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.SearchItems",
            "dict:string:string:service,app.zafu.Zafu",
        ];
        let output = self.on(Command::new("dbus-send")).args(SEARCH).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).contains("/org/freedesktop/secrets/collection/")
    }

    /// Adds the environment of this bus to a command.
    pub fn on(&self, mut command: Command) -> Command {
        command.envs(self.environment());
        command
    }

    /// Returns the environment variables with which a program finds this bus.
    pub fn environment(&self) -> [(&'static str, PathBuf); 3] {
        let address = format!("unix:path={}", self.home.path().join("bus").display());
        [
            ("DBUS_SESSION_BUS_ADDRESS", address.into()),
            ("XDG_RUNTIME_DIR", self.home.path().into()),
            ("XDG_DATA_HOME", self.home.path().into()),
        ]
    }
}

/// Starts an unlocked keychain on the bus of the commands that `on` returns, and waits until it responds.
pub fn unlocked(on: impl Fn(&str) -> Command) -> Program {
    const START: &str =
        "printf %s word | exec gnome-keyring-daemon --foreground --unlock --components=secrets";
    const IS_THERE: [&str; 6] = [
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.DBus",
        "/",
        "org.freedesktop.DBus.NameHasOwner",
        "string:org.freedesktop.secrets",
    ];
    let mut daemon = on("sh");
    daemon.args(["-c", START]).stdout(Stdio::null()).stderr(Stdio::null());
    let daemon = Program::start(&mut daemon);
    eventually("the keychain is there", || {
        let output = on("dbus-send").args(IS_THERE).output().ok()?;
        String::from_utf8_lossy(&output.stdout).contains("boolean true").then_some(())
    });
    daemon
}
