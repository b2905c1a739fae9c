//! An isolated desktop for one measurement: a new screen, session bus, sound server and home.

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

/// The longest wait for a window or a server.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A desktop. Dropping it ends everything that was started on it.
pub struct Desktop {
    home: PathBuf,
    display: String,
    bus: String,
    processes: Vec<Child>,
}

impl Desktop {
    /// Starts a desktop.
    ///
    /// # Errors
    /// If one of its programs is missing or does not start.
    pub fn start() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // Not in target/: the paths of sockets must be short.
        let home = std::env::temp_dir().join(format!("zafu-bench-{}-{count}", std::process::id()));
        fs::create_dir_all(&home)
            .with_context(|| format!("{} cannot be created", home.display()))?;
        fs::write(
            home.join(".asoundrc"),
            "pcm.!default { type pulse }\nctl.!default { type pulse }\n",
        )?;
        let mut desktop =
            Self { home, display: String::new(), bus: String::new(), processes: vec![] };
        let screen = format!("{WIDTH}x{HEIGHT}x24");
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &screen, "-fbdir"]);
        xvfb.arg(&desktop.home);
        desktop.display = format!(":{}", desktop.start_server(xvfb)?);
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        desktop.bus = desktop.start_server(bus)?;
        let mut sound = desktop.command("pulseaudio");
        sound
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"])
            .args(["--realtime=no", "--high-priority=no", "--log-level=error"])
            .args(["-L", &format!("module-native-protocol-unix socket={}", desktop.socket())])
            .args(["-L", "module-null-sink sink_name=cap rate=48000"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        desktop.processes.push(sound.spawn().context("pulseaudio cannot be started")?);
        // A window is closed through the window manager.
        let mut openbox = desktop.command("openbox");
        openbox.stdout(Stdio::null()).stderr(Stdio::null());
        desktop.processes.push(openbox.spawn().context("openbox cannot be started")?);
        desktop.wait_for("the sound server", |desktop| Path::new(&desktop.socket()).exists())?;
        super::rest(1);
        Ok(desktop)
    }

    /// Starts a server that prints its address in its first line, and returns the address.
    fn start_server(&mut self, mut command: Command) -> Result<String> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.env("HOME", &self.home).stdin(Stdio::null()).stderr(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{program} cannot be started"))?;
        let mut line = String::new();
        let read = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        self.processes.push(child);
        match read {
            Some(Ok(1..)) => Ok(line.trim().to_owned()),
            _ => bail!("{program} did not start"),
        }
    }

    fn socket(&self) -> String {
        self.home.join("sound").display().to_string()
    }

    /// Returns a command that runs on this desktop, isolated from the real one.
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
            // Without this, an app may wait for an accessibility bus that does not exist.
            .env("NO_AT_BRIDGE", "1")
            .stdin(Stdio::null());
        command
    }

    /// Starts an app. Its output goes to the file `output` in the home.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn run(&self, mut command: Command) -> Result<App> {
        let program = command.get_program().to_string_lossy().into_owned();
        let output =
            fs::File::options().create(true).append(true).open(self.home.join("output"))?;
        let child = command
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("{program} cannot be started; is it built?"))?;
        Ok(App(child))
    }

    /// Runs a command to its end and returns its output.
    ///
    /// # Errors
    /// If it fails, with its error output.
    pub fn output(&self, mut command: Command) -> Result<String> {
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

    /// Returns every eighth pixel of every eighth row of the screen as blue, green, red and padding. A sample, so that
    /// reading takes little processor time from the app that is measured.
    pub fn pixels(&self) -> Vec<[u8; 4]> {
        let sample = |row: Vec<u8>| row.as_chunks::<4>().0.iter().step_by(8).copied().collect();
        self.rows((0..HEIGHT).step_by(8), WIDTH)
            .into_iter()
            .map(sample)
            .collect::<Vec<Vec<_>>>()
            .concat()
    }

    /// Returns the leftmost pixels of some rows of the screen as bytes, or nothing before the screen has its first picture.
    pub fn rows(&self, rows: impl Iterator<Item = usize>, width: usize) -> Vec<Vec<u8>> {
        // The picture is the end of an XWD file.
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

    /// Polls every few milliseconds until a condition holds, and returns how long that took.
    ///
    /// # Errors
    /// If it does not hold within the timeout, with the output of the apps.
    pub fn wait_for(&self, what: &str, condition: impl Fn(&Self) -> bool) -> Result<Duration> {
        let start = super::now();
        while start.elapsed() < TIMEOUT {
            if condition(self) {
                return Ok(start.elapsed());
            }
            std::thread::sleep(Duration::from_millis(4));
        }
        let output = fs::read_to_string(self.home.join("output")).unwrap_or_default();
        bail!("{what} did not appear within {} s\n{output}", TIMEOUT.as_secs())
    }

    /// Resizes the window of this title to 480x640 pixels.
    ///
    /// # Errors
    /// If there is no such window.
    pub fn resize(&self, title: &str) -> Result<()> {
        let mut xdotool = self.command("xdotool");
        xdotool.args(["search", "--onlyvisible", "--name", title, "windowsize", "480", "640"]);
        self.output(xdotool).map(drop).with_context(|| format!("there is no window {title}"))
    }

    /// Moves the pointer to a place in the window of this title, in pixels from its right and from its top, and gives the
    /// window the focus.
    ///
    /// # Errors
    /// If there is no such window.
    pub fn point(&self, title: &str, [right, top]: [u32; 2]) -> Result<()> {
        let mut search = self.command("xdotool");
        search.args(["search", "--onlyvisible", "--name", title]);
        search.args(["windowfocus", "--sync", "getwindowgeometry", "--shell"]);
        let shell = self.output(search).with_context(|| format!("there is no window {title}"))?;
        let number = |name: &str| -> Result<u32> {
            let line = shell.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            Ok(line.with_context(|| format!("xdotool printed no {name}"))?.parse()?)
        };
        let x = (number("X")? + number("WIDTH")?).saturating_sub(right).to_string();
        let y = (number("Y")? + top).to_string();
        let mut pointer = self.command("xdotool");
        pointer.args(["mousemove", "--sync", &x, &y]);
        self.output(pointer).map(drop)
    }

    /// Clicks where the pointer is.
    ///
    /// # Errors
    /// If that fails.
    pub fn click(&self) -> Result<()> {
        let mut xdotool = self.command("xdotool");
        xdotool.args(["click", "1"]);
        self.output(xdotool).map(drop)
    }

    /// Presses the button of the mouse where the pointer is.
    ///
    /// # Errors
    /// If that fails.
    pub fn press_button(&self) -> Result<()> {
        let mut xdotool = self.command("xdotool");
        xdotool.args(["mousedown", "1"]);
        self.output(xdotool).map(drop)
    }

    /// Releases the button of the mouse, which clicks, and returns at once.
    ///
    /// # Errors
    /// If xdotool cannot be started.
    pub fn release_button(&self) -> Result<App> {
        let mut xdotool = self.command("xdotool");
        xdotool.args(["mouseup", "1"]);
        self.run(xdotool)
    }

    /// Presses a key in the focused window.
    ///
    /// # Errors
    /// If that fails.
    pub fn press(&self, key: &str) -> Result<()> {
        let mut xdotool = self.command("xdotool");
        xdotool.args(["key", key]);
        self.output(xdotool).map(drop)
    }

    /// Closes the window of this title with the keyboard.
    ///
    /// # Errors
    /// If there is no such window, or it does not close.
    pub fn close(&self, title: &str) -> Result<()> {
        let search = || {
            let mut xdotool = self.command("xdotool");
            xdotool.args(["search", "--onlyvisible", "--name", title]);
            xdotool
        };
        let found = self.output(search()).with_context(|| format!("there is no window {title}"))?;
        let window = found.lines().next().context("xdotool found a window and printed no id")?;
        // Only `windowfocus` gets the window: keys that are sent to a window instead of pressed repeat after it has closed.
        let mut press = self.command("xdotool");
        press.args(["windowfocus", "--sync", window, "key", "--clearmodifiers", "alt+F4"]);
        self.output(press)?;
        self.wait_for("the closing of the window", |desktop| desktop.output(search()).is_err())
            .map(drop)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // In reverse: the screen ends last.
        for process in self.processes.iter_mut().rev() {
            end(process);
        }
        // A temporary folder, so an error does not matter.
        fs::remove_dir_all(&self.home).ok();
    }
}

/// An app that runs on a desktop. Dropping it ends the app.
pub struct App(Child);

impl App {
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let tree: Vec<String> = process::tree(self.pid()).iter().map(u32::to_string).collect();
        // Its helpers are not our children, so they are killed by id. Some may have ended already.
        let _ = Command::new("kill")
            .arg("-KILL")
            .args(&tree)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        end(&mut self.0);
    }
}

fn end(child: &mut Child) {
    // Both fail if the process has ended already.
    let _ = child.kill();
    let _ = child.wait();
}
