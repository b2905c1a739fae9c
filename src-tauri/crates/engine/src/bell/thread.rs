//! The life of one bell: read its sound, wait, open a device, see it through, close the device.

use super::device::Device;
use super::error::BellError;
use super::recording::{Recording, Unreadable};
use super::ringing::Ringing;
use super::signal::{Fate, Signal};
use super::sound::{BuiltIn, Sound};
use super::{Report, Strike};
use crate::clock::Clock;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use zafu_core::time::BootTime;

/// How long before a bell is due its device is opened.
const LEAD: Duration = Duration::from_millis(1200);

/// A bell asked for in time that is so late before its device is even opened was slept through: whether it is
/// still to be rung is the engine's to decide.
const SLEPT: Duration = Duration::from_secs(2);

/// Between two attempts to find or open a device.
const RETRY: Duration = Duration::from_millis(200);

/// How long after a bell was due (or was asked for, if later) a device is still looked for.
const PATIENCE: Duration = Duration::from_millis(600);

/// A device that has not asked for samples for so long is stuck.
const STUCK: Duration = Duration::from_secs(3);

/// Starts it on a thread of its own.
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
        let trouble = match rung {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(_) => Some(BellError::Failed { reason: "its thread panicked".into() }),
        };
        if let Some(error) = trouble {
            bell.tell(error);
        }
        bell.signal.end();
    };
    if let Err(error) = std::thread::Builder::new().name("zafu-bell".into()).spawn(run) {
        let error = BellError::Failed { reason: format!("no thread for it: {error}") };
        tracing::warn!(%error, "a bell");
        report(error);
        signal.end();
    }
}

struct Bell {
    due: BootTime,
    clock: Arc<dyn Clock>,
    report: Report,
    signal: Arc<Signal>,
}

impl Bell {
    fn ring(&self, strike: &Strike) -> Result<(), BellError> {
        let asked = self.now();
        let recording = self.load(&strike.sound, strike.instead)?;
        self.sleep_until(self.due - LEAD);
        let late = self.now().since(self.due);
        if asked <= self.due && late > SLEPT {
            tracing::info!(?late, "a bell was slept through");
            return Ok(());
        }
        let strokes = strike.strikes.get() as usize;
        let between = strike.sound.between_strokes();
        let (mut recording, mut begun) = (Arc::new(recording), 0);
        while begun < strokes && !self.signal.is_cancelled() {
            // Strokes that were lost with their device are not made up for: the others keep their time.
            let due = self.due + between * u32::try_from(begun).unwrap_or(u32::MAX);
            let device = self.find(due.max(asked) + PATIENCE)?;
            if recording.rate != device.rate() {
                recording = Arc::new(recording.at_rate(device.rate()));
            }
            let ringing =
                Ringing::new(Arc::clone(&recording), strokes - begun, between, strike.volume);
            let Some((lost, reason)) = self.see_through(&device, ringing, due)? else {
                return Ok(());
            };
            begun += lost;
            tracing::warn!(device = device.name, reason, begun, "a bell lost its device");
            if begun >= strokes {
                return Err(BellError::DeviceLost { device: device.name, reason });
            }
            self.signal.sleep(RETRY);
        }
        Ok(())
    }

    /// Rings on this device until all of it has been heard; otherwise, how many strokes had begun when the device
    /// was lost, and why.
    fn see_through(
        &self,
        device: &Device,
        ringing: Ringing,
        due: BootTime,
    ) -> Result<Option<(usize, String)>, BellError> {
        self.signal.start_over();
        // Open for as long as this function runs.
        let _stream = device.ring(ringing, due, &self.clock, &self.signal)?;
        let mut filled = self.signal.filled();
        loop {
            match self.signal.wait(STUCK) {
                Fate::Over(latency) => {
                    // The last samples are still on their way to the ear.
                    std::thread::sleep(latency + Duration::from_millis(100));
                    return Ok(None);
                }
                Fate::Lost { begun, reason } => return Ok(Some((begun, reason))),
                Fate::Going(_) if self.signal.filled() == filled => {
                    self.signal.tell_lost("it stopped taking sound".into());
                }
                Fate::Going(_) => filled = self.signal.filled(),
            }
        }
    }

    /// Finds a device, for as long as the bell makes sense.
    fn find(&self, latest: BootTime) -> Result<Device, BellError> {
        loop {
            match Device::find() {
                Ok(device) => return Ok(device),
                Err(error) if self.now() >= latest || self.signal.is_cancelled() => {
                    return Err(error);
                }
                Err(error) => tracing::debug!(%error, "no device yet"),
            }
            self.signal.sleep(RETRY);
        }
    }

    /// Reads the sound, or the one to be heard instead.
    fn load(&self, sound: &Sound, instead: BuiltIn) -> Result<Recording, BellError> {
        let built_in = |sound| {
            Recording::built_in(sound).map_err(|error| BellError::Failed {
                reason: format!("the {} cannot be read: {error:?}", sound.title()),
            })
        };
        let path = match sound {
            Sound::BuiltIn(sound) => return built_in(*sound),
            Sound::File(path) => path,
        };
        let unreadable = match Recording::file(path) {
            Ok(recording) => return Ok(recording),
            Err(unreadable) => unreadable,
        };
        let path = path.clone();
        self.tell(match unreadable {
            Unreadable::Missing => BellError::FileMissing { path, instead },
            Unreadable::Because(reason) => BellError::FileUnreadable { path, reason, instead },
        });
        built_in(instead)
    }

    /// A sleep stops while the computer does, so the clock is looked at each second.
    fn sleep_until(&self, time: BootTime) {
        while self.now() < time && !self.signal.is_cancelled() {
            self.signal.sleep(time.since(self.now()).min(Duration::from_secs(1)));
        }
    }

    fn now(&self) -> BootTime {
        self.clock.now().boot
    }

    fn tell(&self, error: BellError) {
        tracing::warn!(%error, "a bell");
        (self.report)(error);
    }
}
