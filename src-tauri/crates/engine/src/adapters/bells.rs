//! Implements [`Bells`] with the player: resolves sound names and keeps the armed bells, to silence them.

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

/// Maximum time from the first stroke of a bell to its end: nine strokes and the longest tail.
const LONGEST: Duration = Duration::from_secs(120);

/// Length of the fade of ringing bells when the program ends.
const LAST_FADE: Duration = Duration::from_millis(300);

/// Maximum wait for that fade: the device first plays the nearly half a second of sound in its buffers.
const LAST_WAIT: Duration = Duration::from_millis(1500);

/// The armed bells that may still ring. Shared, so that the code that ends the program can wait for them.
#[derive(Clone, Default)]
pub struct Ringing(Arc<Mutex<Vec<Armed>>>);

impl Ringing {
    /// Waits until every tail has been heard or [`Self::fade`] is called.
    pub fn wait(&self) {
        for armed in self.all() {
            let _ = armed.wait(LONGEST);
        }
    }

    /// Fades out ringing bells and cancels the others. Waits for the fade, but not for a device that does not
    /// respond.
    pub fn fade(&self) {
        let all = self.all();
        for armed in &all {
            armed.fade(LAST_FADE);
        }
        // All fade at the same time: if one does not end in time, the others are not waited for.
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

/// Rings bells on the default sound device.
pub struct SystemBells {
    player: Player,
    ringing: Ringing,
    report: Report,
}

/// Receives the result of each bell: an error, or `Ok` if it was heard in full with its own sound.
type Report = Arc<dyn Fn(Result<(), IpcError>) + Send + Sync>;

impl SystemBells {
    /// Creates the bells. `clock` decides when each is due; `report` receives the result of each.
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
        Self::new(ErrorCode::Sound, error.message())
    }
}

/// Checks whether bells can be heard. Blocks for up to a few seconds: never call it on the engine's thread.
#[must_use]
pub fn check() -> BellCheck {
    match bell::check_device() {
        Ok(device) => BellCheck { device: Some(device), error: None },
        Err(error) => BellCheck { device: None, error: Some(error.into()) },
    }
}

/// Checks whether a file can be used as a bell, by reading it to its end. Blocks for up to a few seconds.
///
/// # Errors
/// [`ErrorCode::Sound`] with the fault of the file.
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
        // They stay in the list while they fade, so that the end of the program waits for the fade.
        for armed in self.ringing.all() {
            armed.cancel();
        }
    }

    fn sounds(&self) -> Vec<&'static str> {
        BuiltIn::ALL.iter().map(|sound| sound.name()).collect()
    }
}
