//! Runs one bell: reads its sound, waits, opens a device, rings and closes the device.

use super::deadline::{NoResult, within};
use super::decode;
use super::error::{BellError, FileFault};
use super::output::Output;
use super::recording::Recording;
use super::ringing::Ringing;
use super::signal::{Fate, Signal};
use super::sound::{BuiltIn, Sound};
use super::{Report, Strike};
use crate::clock::Clock;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use zafu_core::time::BootTime;

/// Deadline for reading the sound file of a bell. After it there is still time to find a device and ring the built-in
/// sound instead, not much later than due.
pub const READ: Duration = Duration::from_secs(2);

/// Time before a bell is due at which its device is opened.
const LEAD: Duration = Duration::from_millis(1200);

/// A bell that was armed in time, but is later than this before its device is opened, was due during a suspend. It is
/// not rung here: that is the engine's decision.
const SLEPT: Duration = Duration::from_secs(2);

/// Delay between two attempts to find or open a device.
const RETRY: Duration = Duration::from_millis(200);

/// Maximum time after a bell was due, or was armed if that is later, to look for a device.
const PATIENCE: Duration = Duration::from_millis(600);

/// Interval of the checks whether the device still requests samples.
const LOOK: Duration = Duration::from_secs(1);

/// A device that requests no samples during this number of checks is stuck. They take less time than a stream must be
/// behind to count as suspended ([`super::ringing`]), so a stuck device that recovers is never taken for suspended.
const LOOKS: u32 = 3;

/// Starts a bell on a new thread.
pub fn start(
    strike: Strike,
    due: BootTime,
    clock: Arc<dyn Clock>,
    report: Report,
    signal: Arc<Signal>,
) {
    let bell = Bell { due, clock, report: Arc::clone(&report), signal: Arc::clone(&signal) };
    let run = move || {
        let rung = catch_unwind(AssertUnwindSafe(|| bell.ring(&strike)));
        match rung {
            Ok(Ok(Rung::AsMeant)) => (bell.report)(Ok(())),
            Ok(Ok(Rung::Otherwise)) => {}
            Ok(Err(error)) => bell.tell(error),
            Err(_) => bell.tell(BellError::Failed { reason: "its thread panicked".into() }),
        }
        bell.signal.end();
    };
    if let Err(error) = std::thread::Builder::new().name("zafu-bell".into()).spawn(run) {
        let error = BellError::Failed { reason: format!("no thread for it: {error}") };
        tracing::warn!(?error, "a bell was not heard as planned");
        report(Err(error));
        signal.end();
    }
}

/// The result of a bell that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rung {
    /// Heard in full, with its own sound.
    AsMeant,
    /// Not heard, not in full, or with another sound: cancelled or already reported, so not reported again.
    Otherwise,
}

struct Bell {
    due: BootTime,
    clock: Arc<dyn Clock>,
    report: Report,
    signal: Arc<Signal>,
}

impl Bell {
    fn ring(&self, strike: &Strike) -> Result<Rung, BellError> {
        let asked = self.now();
        let (recording, mut rung) = self.load(&strike.sound, strike.instead)?;
        self.sleep_until(self.due - LEAD);
        let late = self.now().since(self.due);
        if asked <= self.due && late > SLEPT {
            tracing::info!(?late, "a bell was slept through");
            return Ok(Rung::Otherwise);
        }
        let strokes = strike.strikes.get() as usize;
        let between = strike.sound.between_strokes();
        let (mut recording, mut begun) = (Arc::new(recording), 0);
        while begun < strokes && !self.signal.is_cancelled() {
            // Strokes that were lost with their device are not repeated: the others keep their times.
            let due = self.due + between * u32::try_from(begun).unwrap_or(u32::MAX);
            let device = self.find(due.max(asked) + PATIENCE)?;
            if recording.rate != device.rate {
                recording = Arc::new(recording.at_rate(device.rate));
            }
            let ringing =
                Ringing::new(Arc::clone(&recording), strokes - begun, between, strike.volume);
            let Some((lost, reason)) = self.see_through(&device, ringing, due)? else {
                return Ok(if self.signal.is_cancelled() { Rung::Otherwise } else { rung });
            };
            rung = Rung::Otherwise;
            begun += lost;
            tracing::warn!(device = device.name, reason, begun, "a bell lost its device");
            if begun >= strokes {
                return Err(BellError::DeviceLost { device: device.name, reason });
            }
            drop(device);
            self.signal.sleep(RETRY);
        }
        Ok(Rung::Otherwise)
    }

    /// Rings on this device until the tail has been heard. If the device is lost, returns the number of strokes that
    /// had begun and the reason.
    fn see_through(
        &self,
        device: &Output,
        ringing: Ringing,
        due: BootTime,
    ) -> Result<Option<(usize, String)>, BellError> {
        self.signal.start_over();
        device.ring(ringing, due, &self.clock, &self.signal)?;
        let (mut filled, mut looks) = (self.signal.filled(), 0);
        loop {
            match self.signal.wait(LOOK) {
                Fate::Over(latency) => {
                    // The last samples are still in the device's buffers.
                    std::thread::sleep(latency + Duration::from_millis(100));
                    return Ok(None);
                }
                Fate::Lost { begun, reason } => return Ok(Some((begun, reason))),
                Fate::Going(_) if self.signal.filled() != filled => {
                    (filled, looks) = (self.signal.filled(), 0);
                }
                Fate::Going(_) => looks += 1,
            }
            if looks == LOOKS {
                self.signal.tell_lost("it stopped taking sound".into());
            }
        }
    }

    /// Finds a device. Retries until `latest`, or until the bell is cancelled.
    fn find(&self, latest: BootTime) -> Result<Output, BellError> {
        loop {
            match Output::find() {
                Ok(device) => return Ok(device),
                // Not retried: finding a device has already taken its full deadline.
                Err(error @ BellError::SoundStuck) => return Err(error),
                Err(error) if self.now() >= latest || self.signal.is_cancelled() => {
                    return Err(error);
                }
                Err(error) => tracing::debug!(%error, "no device yet"),
            }
            self.signal.sleep(RETRY);
        }
    }

    /// Reads the sound, or `instead` if it cannot be read.
    fn load(&self, sound: &Sound, instead: BuiltIn) -> Result<(Recording, Rung), BellError> {
        let path = match sound {
            Sound::BuiltIn(sound) => return Ok((built_in(*sound)?, Rung::AsMeant)),
            Sound::File(path) => path,
        };
        match read(path, READ) {
            Ok(recording) => Ok((recording, Rung::AsMeant)),
            Err(fault) => {
                self.tell(BellError::File { file: path.clone(), fault, instead });
                Ok((built_in(instead)?, Rung::Otherwise))
            }
        }
    }

    /// Sleeps until `time`, or until the bell is cancelled. Checks the clock every second: a sleep may not count the
    /// time in suspend.
    fn sleep_until(&self, time: BootTime) {
        while self.now() < time && !self.signal.is_cancelled() {
            self.signal.sleep(time.since(self.now()).min(Duration::from_secs(1)));
        }
    }

    fn now(&self) -> BootTime {
        self.clock.now().boot
    }

    fn tell(&self, error: BellError) {
        tracing::warn!(?error, "a bell was not heard as planned");
        (self.report)(Err(error));
    }
}

fn built_in(sound: BuiltIn) -> Result<Recording, BellError> {
    decode::built_in(sound.flac()).map_err(|fault| BellError::Failed {
        reason: format!("{} cannot be read: {fault:?}", sound.name()),
    })
}

/// Reads a user's sound file on a separate thread and waits for it until `deadline` has passed: the disk may not
/// respond, and the file is untrusted.
///
/// # Errors
/// [`FileFault`] if the file cannot be played.
pub fn read(path: &Path, deadline: Duration) -> Result<Recording, FileFault> {
    let path = path.to_owned();
    match within(deadline, "file", move |abandoned| decode::file(&path, abandoned)) {
        Ok(recording) => recording,
        Err(NoResult::Late) => Err(FileFault::Slow),
        Err(NoResult::Panicked) => {
            Err(FileFault::Damaged { reason: "it breaks the reader of sound files".into() })
        }
    }
}
