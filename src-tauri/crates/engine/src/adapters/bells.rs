//! Bells, through the player: names become sounds, and what is armed can be silenced.

use super::Bells;
use crate::bell::{self, Armed, BellError, BuiltIn, Player, Sound, Strike as Bell};
use crate::clock::Clock;
use crate::protocol::{BellCheck, ErrorCode, IpcError};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use zafu_core::plan::Strike;
use zafu_core::settings::VolumePercent;
use zafu_core::time::BootTime;

/// The longest that a bell may go on after it was struck: nine strokes and the longest tail.
const LONGEST: Duration = Duration::from_secs(120);

/// How long what rings takes to fade when the program ends.
const LAST_FADE: Duration = Duration::from_millis(300);

/// How long that fade is waited for: the device first plays the near half second that it holds.
const LAST_WAIT: Duration = Duration::from_millis(1500);

/// What has been asked for and may still ring. Shared, so that whoever ends the program can let it end.
#[derive(Clone, Default)]
pub struct Ringing(Arc<Mutex<Vec<Armed>>>);

impl Ringing {
    /// Waits until every tail has been heard, or [`Self::fade`] was called.
    pub fn wait(&self) {
        for armed in self.all() {
            let _ = armed.wait(LONGEST);
        }
    }

    /// Lets what rings fade, and what has not begun not begin; waits for that, but not for a device that does not
    /// respond.
    pub fn fade(&self) {
        let all = self.all();
        for armed in &all {
            armed.fade(LAST_FADE);
        }
        // They fade together: after one that did not end in time there is no time left for the others.
        let _ = all.iter().all(|armed| armed.wait(LAST_WAIT));
    }

    fn all(&self) -> Vec<Armed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, armed: Armed) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|armed| !armed.wait(Duration::ZERO));
        all.push(armed);
    }
}

/// The system's sound.
pub struct SystemBells {
    player: Player,
    ringing: Ringing,
    report: Report,
}

/// Where it is told how each bell fared: an error, or that it was heard as it was meant to be.
type Report = Arc<dyn Fn(Result<(), IpcError>) + Send + Sync>;

impl SystemBells {
    /// One that keeps time by `clock` and tells `report` how each bell fared.
    pub fn new(
        clock: Arc<dyn Clock>,
        report: impl Fn(Result<(), IpcError>) + Send + Sync + 'static,
        ringing: Ringing,
    ) -> Self {
        let report: Report = Arc::new(report);
        let told = Arc::clone(&report);
        let player = Player::new(clock, move |fared| told(fared.map_err(IpcError::from)));
        Self { player, ringing, report }
    }
}

impl From<BellError> for IpcError {
    fn from(error: BellError) -> Self {
        let message = error.to_string();
        Self { code: ErrorCode::Sound, message, bell: Some(Box::new(error)) }
    }
}

/// Whether bells will be heard. Waits for the sound system, for some seconds at most: not for the engine's thread.
#[must_use]
pub fn check() -> BellCheck {
    match bell::check_device() {
        Ok(device) => BellCheck { device: Some(device), error: None },
        Err(error) => BellCheck { device: None, error: Some(error.into()) },
    }
}

/// Whether a file can be a bell: reads it to its end. Waits for the disk, for some seconds at most.
///
/// # Errors
/// What is wrong with it.
pub fn check_file(path: &Path) -> Result<(), IpcError> {
    Ok(bell::check_file(path)?)
}

impl Bells for SystemBells {
    fn arm(&mut self, strike: &Strike, volume: VolumePercent, due: BootTime) {
        let instead = BuiltIn::LargeBowl;
        let name = strike.sound.0.clone();
        let sound = name.parse().unwrap_or_else(|_| {
            (self.report)(Err(BellError::UnknownSound { name, instead }.into()));
            Sound::BuiltIn(instead)
        });
        let percent = u8::try_from(volume.get()).unwrap_or(100);
        let volume = f32::from(percent) / 100.0;
        let bell = Bell { sound, instead, strikes: strike.strikes, volume };
        self.ringing.add(self.player.play(bell, due));
    }

    fn silence(&mut self) {
        // They stay known while they fade, so that the end of the program waits for that.
        for armed in self.ringing.all() {
            armed.cancel();
        }
    }

    fn sounds(&self) -> Vec<&'static str> {
        BuiltIn::ALL.iter().map(|sound| sound.name()).collect()
    }
}
