//! Records the player through a separate sound server whose sink runs in real time, and finds the onsets in the
//! recording.
//!
//! Used by the tests in `tests/bell_capture.rs` and by the benchmark. Both run the player in a separate process, because
//! environment variables select the sound server.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use zafu_core::plan::Strikes;
use zafu_core::time::BootTime;
use zafu_engine::bell::{Armed, BuiltIn, Player, Sound, Strike};
use zafu_engine::{Clock, SystemClock};

/// Frames per second of the recording.
pub const RATE: u32 = 48_000;

/// Environment variable with the script, which makes a process the player.
pub const SCRIPT: &str = "ZAFU_BELL_SCRIPT";

/// One bell to be played. Times are relative to the start of the player.
#[derive(Clone, Debug)]
pub struct Cue {
    /// When it is due.
    pub at: Duration,
    /// Its sound: a name or a path.
    pub sound: String,
    /// The number of strokes.
    pub strikes: u32,
    /// From 0 to 1.
    pub volume: f32,
    /// How it ends.
    pub ends: Ends,
}

/// How a bell ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// After its last stroke has faded.
    ByItself,
    /// It is cancelled as soon as it was armed.
    CancelledAtOnce,
    /// It is cancelled once it rings.
    CancelledRinging,
    /// It fades, as when the program ends, once it rings.
    FadedRinging,
}

impl Cue {
    /// Creates a bell of one stroke at 70 % of the volume.
    pub fn new(at: Duration, sound: &str) -> Self {
        Self { at, sound: sound.to_owned(), strikes: 1, volume: 0.7, ends: Ends::ByItself }
    }
}

/// A sound server with its own home folder. It stops when it is dropped.
pub struct SoundServer {
    home: tempfile::TempDir,
    server: Option<Child>,
}

impl SoundServer {
    /// Starts a server whose only sink runs in real time, as a sound card does.
    ///
    /// # Errors
    /// PulseAudio is missing or does not start.
    pub fn start() -> Result<Self, String> {
        let home = Self::home("pcm.!default { type pulse }\nctl.!default { type pulse }\n")?;
        let mut command = Command::new("pulseaudio");
        command
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"])
            .args(["--realtime=no", "--high-priority=no", "--log-level=error"])
            .args(["-L", &format!("module-native-protocol-unix socket={}", socket(home.path()))])
            .args(["-L", &format!("module-null-sink sink_name=cap rate={RATE}")]);
        let mut this = Self { home, server: None };
        let server = this.command(command).stderr(Stdio::null()).spawn();
        this.server = Some(server.map_err(|error| format!("pulseaudio: {error}"))?);
        for _ in 0..1200 {
            if Path::new(&socket(this.home.path())).exists() {
                return Ok(this);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("pulseaudio did not start within a minute".into())
    }

    /// Simulates a computer without a sound device.
    ///
    /// # Errors
    /// The home folder cannot be created.
    pub fn without_device() -> Result<Self, String> {
        let home =
            Self::home("pcm.!default { type hw card 31 }\nctl.!default { type hw card 31 }\n")?;
        Ok(Self { home, server: None })
    }

    fn home(asoundrc: &str) -> Result<tempfile::TempDir, String> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        std::fs::write(home.path().join(".asoundrc"), asoundrc)
            .map_err(|error| error.to_string())?;
        Ok(home)
    }

    /// Stops the process of the server, so that it no longer responds.
    ///
    /// # Errors
    /// There is no server, or it cannot be stopped.
    pub fn stop(&self) -> Result<(), String> {
        let server = self.server.as_ref().ok_or("there is no server")?;
        let kill = Command::new("kill").args(["-STOP", &server.id().to_string()]).status();
        let stopped = kill.map_err(|error| format!("kill: {error}"))?;
        if stopped.success() { Ok(()) } else { Err("kill failed".into()) }
    }

    /// Returns the home folder, for files of the player.
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// Returns `command` with the environment of this server.
    pub fn command(&self, mut command: Command) -> Command {
        let home = self.home.path();
        command
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("PULSE_SERVER", format!("unix:{}", socket(home)))
            .env("PULSE_COOKIE", home.join("cookie"));
        command
    }

    /// Runs `player` (a command that calls [`play_script`]) with these bells, and records them.
    ///
    /// # Errors
    /// The player or the recorder fails.
    pub fn record(&self, cues: &[Cue], player: Command) -> Result<Played, String> {
        let (played, recording) = self.record_while(|| self.play(cues, player, |_| {}))?;
        let mut played = played?;
        played.recording = recording;
        Ok(played)
    }

    /// Runs `player` with these bells, and calls `line` for each line of its output.
    ///
    /// # Errors
    /// The player fails.
    pub fn play(
        &self,
        cues: &[Cue],
        player: Command,
        mut line: impl FnMut(&str),
    ) -> Result<Played, String> {
        let failed = |error: std::io::Error| format!("the player: {error}");
        let mut player = self.command(player);
        player.env(SCRIPT, script(cues)).stdout(Stdio::piped());
        let mut player = player.spawn().map_err(failed)?;
        let mut output = String::new();
        for each in BufReader::new(player.stdout.take().ok_or("no output")?).lines() {
            let each = each.map_err(failed)?;
            line(each.trim());
            output.push_str(&each);
            output.push('\n');
        }
        if !player.wait().map_err(failed)?.success() {
            return Err(format!("the player failed: {output}"));
        }
        let lines = |prefix: &str| -> Vec<String> {
            let lines = output.lines().filter_map(|line| line.trim().strip_prefix(prefix));
            lines.map(|rest| rest.trim().to_owned()).collect()
        };
        let due = lines("due ").into_iter().filter_map(|nanos| nanos.parse().ok());
        Ok(Played {
            due: due.map(Duration::from_nanos).collect(),
            troubles: lines("trouble "),
            device: lines("device ").pop(),
            thread_count: lines("threads ").pop().and_then(|n| n.parse().ok()).unwrap_or(0),
            recording: Recording::default(),
        })
    }

    /// Records while `sound` runs. Returns its result and the recording.
    ///
    /// # Errors
    /// The recorder fails.
    pub fn record_while<T>(&self, sound: impl FnOnce() -> T) -> Result<(T, Recording), String> {
        let recorder = self.server.as_ref().map(|_| Recorder::start(self)).transpose()?;
        let result = sound();
        Ok((result, recorder.map(Recorder::stop).unwrap_or_default()))
    }
}

impl Drop for SoundServer {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            // Fails only if it has ended already.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn socket(home: &Path) -> String {
    home.join("sound").display().to_string()
}

/// The output of the player, and the recording.
#[derive(Debug, Default)]
pub struct Played {
    /// When each bell was due, in boot time.
    pub due: Vec<Duration>,
    /// What the player reported.
    pub troubles: Vec<String>,
    /// The device that the player found.
    pub device: Option<String>,
    /// The number of threads of the player after all bells, including the one that counts them.
    pub thread_count: usize,
    /// The recording.
    pub recording: Recording,
}

impl Played {
    /// Returns how late each bell was, in milliseconds; `None` if it was not recorded.
    pub fn errors(&self) -> Vec<Option<f64>> {
        let onsets = self.recording.onsets();
        let error = |due: &Duration| {
            let late = |onset: &Duration| (onset.as_secs_f64() - due.as_secs_f64()) * 1e3;
            onsets
                .iter()
                .map(late)
                .filter(|late| late.abs() < 500.0)
                .min_by(|a, b| a.abs().total_cmp(&b.abs()))
        };
        self.due.iter().map(error).collect()
    }
}

/// A recording of the sound server's output.
#[derive(Debug, Default)]
pub struct Recording {
    /// From -1 to 1.
    pub samples: Vec<f32>,
    /// The number of samples that had been read, with the boot time in seconds. The sink's clock differs a little from the
    /// computer's, so that the time of a late sample cannot be computed from the first one.
    arrivals: Vec<(usize, f64)>,
}

impl Recording {
    /// Returns the onsets, in boot time: moments at which the level is nearly twice that of the 40 ms before (beating is
    /// slower), and at least 150 ms after the previous onset.
    pub fn onsets(&self) -> Vec<Duration> {
        self.onset_samples().into_iter().map(|sample| self.time(sample)).collect()
    }

    /// Returns the onsets as indexes of samples.
    pub fn onset_samples(&self) -> Vec<usize> {
        const WINDOW: usize = 96;
        let peaks: Vec<f32> = self.samples.chunks(WINDOW).map(peak).collect();
        let mut onsets: Vec<usize> = Vec::new();
        for (index, level) in peaks.iter().enumerate() {
            let before = peaks[index.saturating_sub(20)..index].iter().copied().fold(0.0, f32::max);
            let is_new = onsets.last().is_none_or(|last| index - last > 75);
            if *level > 0.02 && *level > 1.8 * before && is_new {
                onsets.push(index);
            }
        }
        let exact = |window: usize| {
            let floor =
                peaks[window.saturating_sub(20)..window].iter().copied().fold(0.005, f32::max);
            let from = window.saturating_sub(1) * WINDOW;
            let offset =
                self.samples[from..].iter().position(|x| x.abs() > floor * 1.05).unwrap_or(0);
            from + offset
        };
        onsets.into_iter().map(exact).collect()
    }

    /// Returns the index of the last audible sample.
    pub fn last_audible(&self) -> Option<usize> {
        self.samples.iter().rposition(|sample| sample.abs() > 0.0003)
    }

    /// Returns the time at which a sample was played. A sample can only arrive late, so the earliest estimate of the
    /// arrivals around it is used.
    fn time(&self, sample: usize) -> Duration {
        let reach = 3 * RATE as usize;
        let first = self.arrivals.partition_point(|(read, _)| *read + reach < sample);
        let near = self.arrivals[first..].iter().take_while(|(read, _)| *read < sample + reach);
        let seconds = |samples: usize| samples as f64 / f64::from(RATE);
        let start = near.map(|(read, at)| at - seconds(*read)).fold(f64::MAX, f64::min);
        Duration::from_secs_f64((start + seconds(sample)).clamp(0.0, 1e12))
    }
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

struct Recorder {
    parec: Child,
    reader: JoinHandle<Recording>,
}

impl Recorder {
    fn start(home: &SoundServer) -> Result<Self, String> {
        let mut command = Command::new("parec");
        command
            .args(["-d", "cap.monitor", "--channels=1", "--format=s16le", "--latency-msec=10"])
            .arg(format!("--rate={RATE}"));
        let spawned = home.command(command).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut parec = spawned.map_err(|error| format!("parec: {error}"))?;
        let from = parec.stdout.take().ok_or("parec has no output")?;
        let (ready, started) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || read(from, &ready));
        started
            .recv_timeout(Duration::from_secs(60))
            .map_err(|_| "parec recorded nothing within a minute".to_owned())?;
        Ok(Self { parec, reader })
    }

    fn stop(mut self) -> Recording {
        // The last samples have not arrived yet.
        std::thread::sleep(Duration::from_millis(300));
        let _ = self.parec.kill();
        let _ = self.parec.wait();
        self.reader.join().unwrap_or_default()
    }
}

fn read(mut from: impl Read, ready: &std::sync::mpsc::Sender<()>) -> Recording {
    let clock = SystemClock::new();
    let (mut bytes, mut arrivals) = (Vec::new(), Vec::new());
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        bytes.extend(&buffer[..count]);
        arrivals.push((bytes.len() / 2, clock.now().boot.0.as_secs_f64()));
        if bytes.len() > RATE as usize {
            // Only the first one is received.
            let _ = ready.send(());
        }
    }
    let sample = |two: &[u8]| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32768.0;
    Recording { samples: bytes.chunks_exact(2).map(sample).collect(), arrivals }
}

fn script(cues: &[Cue]) -> String {
    let mut text = String::new();
    for cue in cues {
        let Cue { at, sound, strikes, volume, ends } = cue;
        writeln!(text, "{} {strikes} {volume} {ends:?} {sound}", at.as_millis())
            .expect("writing to a string succeeds");
    }
    text
}

/// Runs as the player: plays the script of the environment as the engine would, and prints when each bell was due and
/// what failed.
pub fn play_script() {
    let script = std::env::var(SCRIPT).expect("the script is in the environment");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let troubled = Arc::new(AtomicBool::new(false));
    let in_trouble = Arc::clone(&troubled);
    let player = Player::new(Arc::clone(&clock), move |result| match result {
        Ok(()) => println!("heard"),
        Err(error) => {
            println!("trouble {error}");
            in_trouble.store(true, Ordering::SeqCst);
        }
    });
    match zafu_engine::bell::check_device() {
        Ok(device) => println!("device {device}"),
        Err(error) => println!("trouble at the check: {error}"),
    }
    let start = clock.now().boot + Duration::from_millis(300);
    let mut cues: Vec<_> = script.lines().map(|line| cue(line, start)).collect();
    for (due, _, _) in &cues {
        println!("due {}", due.0.as_nanos());
    }
    cues.sort_by_key(|(due, ..)| *due);
    let armed: Vec<_> = cues
        .into_iter()
        .map(|(due, strike, ends)| {
            // A bell that is due at the start is armed late, like a preview in the settings.
            std::thread::sleep((due - Duration::from_secs(1)).since(clock.now().boot));
            let armed = player.play(strike, due);
            if ends == "CancelledAtOnce" {
                armed.cancel();
            }
            let seen = armed.clone();
            let follower = std::thread::spawn(move || follow(&seen, &ends));
            (armed, follower)
        })
        .collect();
    for (bell, follower) in armed {
        assert!(bell.wait(Duration::from_secs(90)), "a bell did not end");
        follower.join().expect("its follower ends with it");
    }
    // Waits until the last threads have ended, unless one hangs.
    let threads = || std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    for _ in 0..3000 {
        if threads() <= 2 || troubled.load(Ordering::SeqCst) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("threads {}", threads());
}

/// Prints when a bell starts to ring, and ends it then if its cue says so.
fn follow(bell: &Armed, ends: &str) {
    while !bell.wait(Duration::from_millis(5)) {
        if bell.rings() {
            println!("rings");
            match ends {
                "CancelledRinging" => bell.cancel(),
                "FadedRinging" => bell.fade(Duration::from_millis(300)),
                _ => {}
            }
            return;
        }
    }
}

fn cue(line: &str, start: BootTime) -> (BootTime, Strike, String) {
    let fields: Vec<&str> = line.splitn(5, ' ').collect();
    let due = start + Duration::from_millis(fields[0].parse().expect("a time"));
    (due, strike(&fields), fields[3].to_owned())
}

fn strike(fields: &[&str]) -> Strike {
    Strike {
        sound: fields[4].parse::<Sound>().unwrap_or_else(|_| Sound::File(PathBuf::from(fields[4]))),
        instead: BuiltIn::Inkin,
        strikes: Strikes::new(fields[1].parse().expect("a number")).expect("1 to 9"),
        volume: fields[2].parse().expect("a volume"),
    }
}
