//! A desktop of its own for one measurement: a screen, a session bus, a sound server and a home, all new.

use super::process;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub const WIDTH: usize = 1280;
pub const HEIGHT: usize = 900;

/// How long anything may take to show itself.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A desktop. It ends with everything that was started on it.
pub struct Desktop {
    home: PathBuf,
    display: String,
    bus: String,
    parts: Vec<Child>,
}

impl Desktop {
    /// Starts one.
    ///
    /// # Errors
    /// If a part of it is missing or does not start.
    pub fn start() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // Not in target/: the paths of sockets must be short.
        let home = std::env::temp_dir().join(format!("zafu-bench-{}-{count}", std::process::id()));
        fs::create_dir_all(&home).with_context(|| format!("{} cannot be made", home.display()))?;
        fs::write(
            home.join(".asoundrc"),
            "pcm.!default { type pulse }\nctl.!default { type pulse }\n",
        )?;
        let mut desktop = Self { home, display: String::new(), bus: String::new(), parts: vec![] };
        let screen = format!("{WIDTH}x{HEIGHT}x24");
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &screen, "-fbdir"]);
        xvfb.arg(&desktop.home);
        desktop.display = format!(":{}", desktop.part(xvfb)?);
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        desktop.bus = desktop.part(bus)?;
        let mut sound = desktop.command("pulseaudio");
        sound
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"])
            .args(["--realtime=no", "--high-priority=no", "--log-level=error"])
            .args(["-L", &format!("module-native-protocol-unix socket={}", desktop.socket())])
            .args(["-L", "module-null-sink sink_name=cap rate=48000"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        desktop.parts.push(sound.spawn().context("pulseaudio cannot be started")?);
        // So that windows can be closed as people close them.
        let mut openbox = desktop.command("openbox");
        openbox.stdout(Stdio::null()).stderr(Stdio::null());
        desktop.parts.push(openbox.spawn().context("openbox cannot be started")?);
        desktop.wait_for("the sound server", |desktop| Path::new(&desktop.socket()).exists())?;
        super::rest(1);
        Ok(desktop)
    }

    /// Starts a part that says in its first line where it can be reached.
    fn part(&mut self, mut command: Command) -> Result<String> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.env("HOME", &self.home).stdin(Stdio::null()).stderr(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{program} cannot be started"))?;
        let mut line = String::new();
        let read = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        self.parts.push(child);
        match read {
            Some(Ok(1..)) => Ok(line.trim().to_owned()),
            _ => bail!("{program} did not start"),
        }
    }

    fn socket(&self) -> String {
        self.home.join("sound").display().to_string()
    }

    /// A command that lives on this desktop and knows of no other.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("XDG_") || ["WAYLAND_DISPLAY", "ZAFU_DATA_DIR"].contains(&&*name) {
                command.env_remove(name);
            }
        }
        command
            .env("HOME", &self.home)
            .env("XDG_RUNTIME_DIR", &self.home)
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("PULSE_SERVER", format!("unix:{}", self.socket()))
            .env("PULSE_COOKIE", self.home.join("cookie"))
            // Or a session may wait for an accessibility bus that nobody serves.
            .env("NO_AT_BRIDGE", "1")
            .stdin(Stdio::null());
        command
    }

    /// Starts an app. Its output goes to a file in the home.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn run(&self, mut command: Command) -> Result<App> {
        let program = command.get_program().to_string_lossy().into_owned();
        let output = fs::File::options().create(true).append(true).open(self.home.join("said"))?;
        let child = command
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("{program} cannot be started; is it built?"))?;
        Ok(App(child))
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// If it fails: what it said.
    pub fn done(&self, mut command: Command) -> Result<String> {
        let output = command.output().with_context(|| format!("{command:?} cannot be run"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        anyhow::ensure!(
            output.status.success(),
            "{} ended with {}: {}",
            command.get_program().to_string_lossy(),
            output.status,
            text(&output.stderr)
        );
        Ok(text(&output.stdout))
    }

    /// Every eighth pixel of every eighth row of the screen: blue, green, red and nothing. Few, because looking
    /// must not take the processor from what is looked at.
    pub fn pixels(&self) -> Vec<[u8; 4]> {
        let sample = |row: Vec<u8>| row.as_chunks::<4>().0.iter().step_by(8).copied().collect();
        self.rows((0..HEIGHT).step_by(8), WIDTH)
            .into_iter()
            .map(sample)
            .collect::<Vec<Vec<_>>>()
            .concat()
    }

    /// So many pixels of some rows of the screen, from the left, as bytes.
    pub fn rows(&self, rows: impl Iterator<Item = usize>, width: usize) -> Vec<Vec<u8>> {
        // An XWD file: a header, colours, then the picture, which ends the file. There is none at first.
        let Ok(mut file) = fs::File::open(self.home.join("Xvfb_screen0")) else { return vec![] };
        let length = file.metadata().map_or(0, |file| file.len());
        let Some(from) = length.checked_sub((WIDTH * HEIGHT * 4) as u64) else { return vec![] };
        let read = |row: usize| {
            let mut bytes = vec![0; width * 4];
            file.seek(SeekFrom::Start(from + (row * WIDTH * 4) as u64)).ok()?;
            file.read_exact(&mut bytes).ok()?;
            Some(bytes)
        };
        rows.filter_map(read).collect()
    }

    /// Waits until something is so; looks every few milliseconds.
    ///
    /// # Errors
    /// If it never was.
    pub fn wait_for(&self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<Duration> {
        let start = super::now();
        while start.elapsed() < TIMEOUT {
            if is_so(self) {
                return Ok(start.elapsed());
            }
            std::thread::sleep(Duration::from_millis(4));
        }
        let said = fs::read_to_string(self.home.join("said")).unwrap_or_default();
        bail!("{what} did not come within {} s\n{said}", TIMEOUT.as_secs())
    }

    /// Gives the window of this title another size.
    ///
    /// # Errors
    /// If there is no such window.
    pub fn resize(&self, title: &str) -> Result<()> {
        let mut xdotool = self.command("xdotool");
        xdotool.args(["search", "--onlyvisible", "--name", title, "windowsize", "480", "640"]);
        self.done(xdotool).map(drop).with_context(|| format!("no window is called {title}"))
    }

    /// Closes the window of this title, as a person does.
    ///
    /// # Errors
    /// If it does not go.
    pub fn close(&self, title: &str) -> Result<()> {
        let search = || {
            let mut xdotool = self.command("xdotool");
            xdotool.args(["search", "--onlyvisible", "--name", title]);
            xdotool
        };
        let found = self.done(search()).with_context(|| format!("no window is called {title}"))?;
        let window = found.lines().next().context("xdotool found a window and named none")?;
        // The window is named to the first part only: keys that are sent to a window, and not pressed, would go on
        // being sent when it has gone.
        let mut press = self.command("xdotool");
        press.args(["windowfocus", "--sync", window, "key", "--clearmodifiers", "alt+F4"]);
        self.done(press)?;
        self.wait_for("the end of the window", |desktop| desktop.done(search()).is_err()).map(drop)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // In reverse: apps are gone already, the screen goes last.
        for part in self.parts.iter_mut().rev() {
            end(part);
        }
        // A folder in the system's own place for what may be lost.
        fs::remove_dir_all(&self.home).ok();
    }
}

/// An app that runs on a desktop, and ends when this is dropped.
pub struct App(Child);

impl App {
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let family: Vec<String> = process::family(self.pid()).iter().map(u32::to_string).collect();
        // Its helpers are not our children: they are asked by number. Those gone already are as good.
        let _ = Command::new("kill")
            .arg("-KILL")
            .args(&family)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        end(&mut self.0);
    }
}

fn end(child: &mut Child) {
    // Already gone is as good.
    let _ = child.kill();
    let _ = child.wait();
}
