//! Bells, through the player: names become sounds, and what is armed can be silenced.

use super::Bells;
use crate::bell::{Armed, BellError, BuiltIn, Player, Sound, Strike as Bell};
use crate::clock::Clock;
use crate::protocol::{ErrorCode, IpcError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use zafu_core::plan::Strike;
use zafu_core::settings::VolumePercent;
use zafu_core::time::BootTime;

/// The longest that a bell may go on after it was struck: nine strokes and the longest tail.
const LONGEST: Duration = Duration::from_secs(120);

/// What has been asked for and may still ring. Shared, so that whoever ends the program can let it end.
#[derive(Clone, Default)]
pub struct Ringing(Arc<Mutex<Vec<Armed>>>);

impl Ringing {
    /// Waits until every tail has been heard.
    pub fn wait(&self) {
        for armed in self.take() {
            let _ = armed.wait(LONGEST);
        }
    }

    fn take(&self) -> Vec<Armed> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
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
    report: Arc<dyn Fn(IpcError) + Send + Sync>,
}

impl SystemBells {
    /// One that keeps time by `clock` and tells troubles to `report`.
    pub fn new(
        clock: Arc<dyn Clock>,
        report: impl Fn(IpcError) + Send + Sync + 'static,
        ringing: Ringing,
    ) -> Self {
        let report: Arc<dyn Fn(IpcError) + Send + Sync> = Arc::new(report);
        let told = Arc::clone(&report);
        let player = Player::new(clock, move |error| told(error.into()));
        Self { player, ringing, report }
    }
}

impl From<BellError> for IpcError {
    fn from(error: BellError) -> Self {
        Self::new(ErrorCode::Sound, error.to_string())
    }
}

impl Bells for SystemBells {
    fn arm(&mut self, strike: &Strike, volume: VolumePercent, due: BootTime) {
        let instead = BuiltIn::LargeBowl;
        let name = strike.sound.0.clone();
        let sound = name.parse().unwrap_or_else(|_| {
            (self.report)(BellError::UnknownSound { name, instead }.into());
            Sound::BuiltIn(instead)
        });
        let percent = u8::try_from(volume.get()).unwrap_or(100);
        let volume = f32::from(percent) / 100.0;
        let bell = Bell { sound, instead, strikes: strike.strikes, volume };
        self.ringing.add(self.player.play(bell, due));
    }

    fn silence(&mut self) {
        for armed in self.ringing.take() {
            armed.cancel();
        }
    }

    fn check(&self) -> Result<String, IpcError> {
        Ok(self.player.check()?)
    }

    fn sounds(&self) -> Vec<&'static str> {
        BuiltIn::ALL.iter().map(|sound| sound.name()).collect()
    }
}
