//! Bells: struck at the moment they are due, heard to the end of their tail.
//!
//! For each bell the default device of that moment is opened anew, about a second early: half a second of silence
//! wakes Bluetooth devices, which would swallow the stroke. It is closed when the tail has been heard. While no
//! bell rings there is no device, no thread and no wake-up. Nothing here ever waits for a device on the
//! caller's thread, and no trouble with a device stops anything but the bell.

mod device;
mod error;
mod quiet;
mod recording;
mod resample;
mod ringing;
mod signal;
mod sound;
mod thread;

pub use error::BellError;
pub use sound::{BuiltIn, Sound, UnknownSound};

use crate::clock::Clock;
use signal::Signal;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use zafu_core::plan::Strikes;
use zafu_core::time::BootTime;

/// One bell.
#[derive(Clone, Debug, PartialEq)]
pub struct Strike {
    /// What is struck.
    pub sound: Sound,
    /// What is struck if that is a file that cannot be heard.
    pub instead: BuiltIn,
    /// How often.
    pub strikes: Strikes,
    /// How loud, from 0 to 1, apart from the system's volume. Half is heard as about half as loud.
    pub volume: f32,
}

/// Where troubles are told. It is called from the thread of a bell, and must not wait.
type Report = Arc<dyn Fn(BellError) + Send + Sync>;

/// Plays bells.
#[derive(Clone)]
pub struct Player {
    clock: Arc<dyn Clock>,
    report: Report,
}

impl Player {
    /// One that keeps time by `clock` and tells troubles to `report`, from a thread of its own; they are logged
    /// too.
    pub fn new(clock: Arc<dyn Clock>, report: impl Fn(BellError) + Send + Sync + 'static) -> Self {
        Self { clock, report: Arc::new(report) }
    }

    /// Lets a bell be heard at `due`, or at once if that is past; returns at once.
    ///
    /// Best called a second early: the device must be opened, and may have to wake up. A bell that was asked for
    /// in time, but whose time passed while the computer slept, is not rung.
    #[must_use = "only what is returned can cancel the bell; drop it to let it ring"]
    pub fn play(&self, strike: Strike, due: BootTime) -> Armed {
        let signal = Arc::new(Signal::new());
        thread::start(
            strike,
            due,
            Arc::clone(&self.clock),
            Arc::clone(&self.report),
            Arc::clone(&signal),
        );
        Armed { signal }
    }

    /// The name of the device on which a bell would be heard now.
    ///
    /// # Errors
    /// [`BellError::NoDevice`] or [`BellError::DeviceRefused`].
    pub fn check(&self) -> Result<String, BellError> {
        device::Device::find().map(|device| device.name)
    }
}

impl fmt::Debug for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Player").finish_non_exhaustive()
    }
}

/// A bell that was asked for. Dropping this lets it ring.
#[derive(Clone, Debug)]
pub struct Armed {
    signal: Arc<Signal>,
}

impl Armed {
    /// Strokes that have not begun never will; what rings fades within 1.5 s.
    pub fn cancel(&self) {
        self.signal.cancel();
    }

    /// Waits until its tail has been heard, or it failed, for at most `timeout`. Says whether that is so.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        self.signal.wait_for_end(timeout)
    }
}
