//! Hears bells as a person would: a sound server of our own whose sink keeps real time, a recording of it, and
//! the moments at which something begins in that recording.
//!
//! Used by the tests in `tests/bell_capture.rs` and by the benchmark; both run the player in a process of its
//! own, because where sound goes is set by the environment.

use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use zafu_core::plan::Strikes;
use zafu_engine::bell::{BuiltIn, Player, Sound, Strike};
use zafu_engine::clock::{Clock, SystemClock};

/// Frames per second of the recording.
pub const RATE: u32 = 48_000;

/// Names the script for a process that is to be the player.
pub const SCRIPT: &str = "ZAFU_BELL_SCRIPT";

/// One bell to be played, counted from the start of the player.
#[derive(Clone, Debug)]
pub struct Cue {
    /// When it is due.
    pub at: Duration,
    /// The name of its sound.
    pub sound: String,
    /// How often.
    pub strikes: u32,
    /// From 0 to 1.
    pub volume: f32,
    /// When it is cancelled, if it is.
    pub cancel_at: Option<Duration>,
}

impl Cue {
    /// One stroke at half the volume.
    pub fn new(at: Duration, sound: &str) -> Self {
        Self { at, sound: sound.to_owned(), strikes: 1, volume: 0.7, cancel_at: None }
    }
}

/// A folder that is the home of everything that makes sound, and what runs in it.
pub struct SoundServer {
    home: tempfile::TempDir,
    server: Option<Child>,
}

impl SoundServer {
    /// Starts a server whose only sink keeps real time, as a sound card does.
    ///
    /// # Errors
    /// What is missing.
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
        for _ in 0..100 {
            if Path::new(&socket(this.home.path())).exists() {
                return Ok(this);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("pulseaudio did not start within 5 s".into())
    }

    /// A computer without any sound device.
    ///
    /// # Errors
    /// If there is no room for a folder.
    pub fn none() -> Result<Self, String> {
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

    /// Where files for the player can be put.
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// Lets a command live in this home.
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

    /// Runs `player` (a command that ends up in [`play_script`]) with these cues, and records what is heard.
    ///
    /// # Errors
    /// What could not be run.
    pub fn hear(&self, cues: &[Cue], player: Command) -> Result<Heard, String> {
        let (played, recording) = self.listen(|| {
            self.command(player).env(SCRIPT, script(cues)).stderr(Stdio::inherit()).output()
        })?;
        let output = played.map_err(|error| format!("the player: {error}"))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            return Err(format!("the player failed: {said}"));
        }
        let lines = |word: &str| -> Vec<String> {
            let lines = said.lines().filter_map(|line| line.trim().strip_prefix(word));
            lines.map(|rest| rest.trim().to_owned()).collect()
        };
        let due = lines("due ").into_iter().filter_map(|nanos| nanos.parse().ok());
        Ok(Heard {
            due: due.map(Duration::from_nanos).collect(),
            troubles: lines("trouble "),
            device: lines("device ").pop(),
            threads_left: lines("threads ").pop().and_then(|n| n.parse().ok()).unwrap_or(0),
            recording,
        })
    }

    /// Records what is heard while `sound` is made.
    ///
    /// # Errors
    /// It cannot be recorded.
    pub fn listen<T>(&self, sound: impl FnOnce() -> T) -> Result<(T, Recording), String> {
        let recorder = self.server.as_ref().map(|_| Recorder::start(self)).transpose()?;
        let made = sound();
        Ok((made, recorder.map(Recorder::stop).unwrap_or_default()))
    }
}

impl Drop for SoundServer {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            // Already gone is as good.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn socket(home: &Path) -> String {
    home.join("sound").display().to_string()
}

/// What was played and what was heard of it.
#[derive(Debug, Default)]
pub struct Heard {
    /// When each bell was due, in boot time.
    pub due: Vec<Duration>,
    /// What the player reported.
    pub troubles: Vec<String>,
    /// The device that the player found.
    pub device: Option<String>,
    /// How many threads the player had when all bells were over: 1 is the one that counts them.
    pub threads_left: usize,
    /// The recording.
    pub recording: Recording,
}

impl Heard {
    /// How late each bell was heard, in milliseconds; nothing for one that was not.
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

/// What a microphone at the loudspeaker would have recorded.
#[derive(Debug, Default)]
pub struct Recording {
    /// From -1 to 1.
    pub samples: Vec<f32>,
    /// How many had been read at which boot time, in seconds. The sink's clock is not quite ours, so the beginning
    /// alone would not tell when a late one was heard.
    arrivals: Vec<(usize, f64)>,
}

impl Recording {
    /// The moments at which something begins, in boot time: it is suddenly nearly twice as loud as in the 40 ms
    /// before (beating is slower than that), and was not struck in the 150 ms before.
    pub fn onsets(&self) -> Vec<Duration> {
        const WINDOW: usize = 96;
        let peaks: Vec<f32> = self.samples.chunks(WINDOW).map(peak).collect();
        let mut onsets: Vec<usize> = Vec::new();
        for (index, level) in peaks.iter().enumerate() {
            let before = peaks[index.saturating_sub(20)..index].iter().copied().fold(0.0, f32::max);
            let fresh = onsets.last().is_none_or(|last| index - last > 75);
            if *level > 0.02 && *level > 1.8 * before && fresh {
                onsets.push(index);
            }
        }
        let exact = |window: usize| {
            let floor =
                peaks[window.saturating_sub(20)..window].iter().copied().fold(0.005, f32::max);
            let from = window.saturating_sub(1) * WINDOW;
            let offset =
                self.samples[from..].iter().position(|x| x.abs() > floor * 1.05).unwrap_or(0);
            self.time(from + offset)
        };
        onsets.into_iter().map(exact).collect()
    }

    /// The loudest sample between two moments.
    pub fn peak_between(&self, from: Duration, to: Duration) -> f32 {
        let index = |time: Duration| {
            let near = self.arrivals.partition_point(|(_, at)| *at < time.as_secs_f64());
            let near = self.arrivals.get(near).map_or(self.samples.len(), |(read, _)| *read);
            let ahead = self.time(near).saturating_sub(time).as_secs_f64() * f64::from(RATE);
            near.saturating_sub(ahead as usize)
        };
        peak(&self.samples[index(from)..index(to)])
    }

    /// When a sample was heard. None can arrive before that, so the quickest arrivals around it tell.
    fn time(&self, sample: usize) -> Duration {
        let reach = 3 * RATE as usize;
        let first = self.arrivals.partition_point(|(read, _)| *read + reach < sample);
        let near = self.arrivals[first..].iter().take_while(|(read, _)| *read < sample + reach);
        let seconds = |samples: usize| samples as f64 / f64::from(RATE);
        let began = near.map(|(read, at)| at - seconds(*read)).fold(f64::MAX, f64::min);
        Duration::from_secs_f64((began + seconds(sample)).clamp(0.0, 1e12))
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
            .recv_timeout(Duration::from_secs(5))
            .map_err(|_| "parec recorded nothing within 5 s".to_owned())?;
        Ok(Self { parec, reader })
    }

    fn stop(mut self) -> Recording {
        // What was just played is still on its way to us.
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
            // Nobody waits for the second one.
            let _ = ready.send(());
        }
    }
    let sample = |two: &[u8]| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32768.0;
    Recording { samples: bytes.chunks_exact(2).map(sample).collect(), arrivals }
}

fn script(cues: &[Cue]) -> String {
    let mut text = String::new();
    for cue in cues {
        let cancel = cue.cancel_at.map_or_else(|| "-".to_owned(), |at| at.as_millis().to_string());
        let Cue { at, sound, strikes, volume, .. } = cue;
        writeln!(text, "{} {strikes} {volume} {cancel} {sound}", at.as_millis())
            .expect("text can be written to");
    }
    text
}

/// What the process does that is to be the player: plays the script in the environment, as the engine would, and
/// says on its output what was due when and what went wrong.
pub fn play_script() {
    let script = std::env::var(SCRIPT).expect("the script is in the environment");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let player = Player::new(Arc::clone(&clock), |fared| match fared {
        Ok(()) => println!("heard"),
        Err(error) => println!("trouble {error}"),
    });
    match zafu_engine::bell::check_device() {
        Ok(device) => println!("device {device}"),
        Err(error) => println!("trouble at the check: {error}"),
    }
    let start = clock.now().boot + Duration::from_millis(300);
    let (mut armed, mut deeds) = (Vec::new(), Vec::new());
    for (index, line) in script.lines().enumerate() {
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        let millis = |word: &str| word.parse().ok().map(Duration::from_millis);
        let due = start + millis(words[0]).expect("a time");
        println!("due {}", due.0.as_nanos());
        // A bell that is due at the start is armed late, as one that is tried out in the settings is.
        deeds.push((due - Duration::from_secs(1), index, Some((due, strike(&words)))));
        if let Some(at) = millis(words[3]) {
            deeds.push((start + at, index, None));
        }
        armed.push(None);
    }
    deeds.sort_by_key(|(at, ..)| *at);
    for (at, index, deed) in deeds {
        std::thread::sleep(at.since(clock.now().boot));
        match deed {
            Some((due, strike)) => armed[index] = Some(player.play(strike, due)),
            None => armed[index].iter().for_each(zafu_engine::bell::Armed::cancel),
        }
    }
    for bell in armed.into_iter().flatten() {
        assert!(bell.wait(Duration::from_secs(90)), "a bell did not end");
    }
    // A moment for the last thread to be gone.
    std::thread::sleep(Duration::from_millis(100));
    let threads = std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    println!("threads {threads}");
}

fn strike(words: &[&str]) -> Strike {
    Strike {
        sound: words[4].parse::<Sound>().unwrap_or_else(|_| Sound::File(PathBuf::from(words[4]))),
        instead: BuiltIn::Inkin,
        strikes: Strikes::new(words[1].parse().expect("a number")).expect("1 to 9"),
        volume: words[2].parse().expect("a volume"),
    }
}
