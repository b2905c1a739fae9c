//! Plays bells: each is struck at its due time and heard to the end of its tail.
//!
//! Each bell opens the device that is the default at that moment, about a second early: half a second of silence wakes
//! Bluetooth devices, which would otherwise swallow the stroke. The device is closed after the tail. While no bell
//! rings there is no open device, no thread and no wake-up. Calls to a device are made on other threads than the
//! caller's, with a deadline, and an error of a device stops nothing but its bell.

mod deadline;
mod decode;
mod device;
mod error;
mod output;
mod quiet;
mod recording;
mod resample;
mod ringing;
mod signal;
mod sound;
mod thread;

pub use error::{BellError, FileFault};
pub use sound::{BuiltIn, Sound, UnknownSound};

use crate::clock::Clock;
use signal::Signal;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use zafu_core::plan::Strikes;
use zafu_core::time::BootTime;

/// A bell to be played.
#[derive(Clone, Debug, PartialEq)]
pub struct Strike {
    /// The sound of each stroke.
    pub sound: Sound,
    /// The sound to use if `sound` is a file that cannot be played.
    pub instead: BuiltIn,
    /// The number of strokes.
    pub strikes: Strikes,
    /// Volume from 0 to 1, independent of the system's volume. 0.5 is heard as about half as loud.
    pub volume: f32,
}

/// Length of the fade when a bell is cancelled during a sit.
const FADE: Duration = Duration::from_millis(1500);

/// Receives the result of a bell. Called on the bell's thread; must not block.
type Report = Arc<dyn Fn(Result<(), BellError>) + Send + Sync>;

/// Plays bells.
#[derive(Clone)]
pub struct Player {
    clock: Arc<dyn Clock>,
    report: Report,
}

impl Player {
    /// Creates a player. `clock` decides when bells are due. `report` is called on a bell's thread: with each error,
    /// which is logged too, or with `Ok` if the bell was heard in full with its own sound.
    pub fn new(
        clock: Arc<dyn Clock>,
        report: impl Fn(Result<(), BellError>) + Send + Sync + 'static,
    ) -> Self {
        Self { clock, report: Arc::new(report) }
    }

    /// Plays a bell at `due`, or immediately if that is past. Does not block.
    ///
    /// Call it at least a second early: the device must be opened and may have to wake up. A bell that was armed in
    /// time but became due while the computer was suspended is not played.
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
}

/// Returns the name of the current default device. Blocks for up to a few seconds.
///
/// # Errors
/// [`BellError::NoDevice`], [`BellError::DeviceRefused`] or [`BellError::SoundStuck`].
pub fn check_device() -> Result<String, BellError> {
    output::Output::find().map(|device| device.name.clone())
}

/// Checks a sound file by reading it to its end, as for a bell. Blocks for up to a few seconds.
///
/// # Errors
/// [`BellError::FileRefused`] if the file cannot be played.
pub fn check_file(path: &Path) -> Result<(), BellError> {
    let refused = |fault| BellError::FileRefused { file: path.to_owned(), fault };
    // Settings and plans store the path as text.
    path.to_str().ok_or(FileFault::BadName).map_err(refused)?;
    thread::read(path, thread::READ).map(drop).map_err(refused)
}

impl fmt::Debug for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Player").finish_non_exhaustive()
    }
}

/// A bell that has been armed. Dropping this does not cancel it.
#[derive(Clone, Debug)]
pub struct Armed {
    signal: Arc<Signal>,
}

impl Armed {
    /// Cancels strokes that have not begun and fades out the others within 1.5 s.
    pub fn cancel(&self) {
        self.fade(FADE);
    }

    /// Cancels strokes that have not begun and fades out the others within `over`.
    pub fn fade(&self, over: Duration) {
        self.signal.cancel(over);
    }

    /// Returns whether the first stroke has been passed to a device and the bell has not ended since.
    #[must_use]
    pub fn rings(&self) -> bool {
        self.signal.rings()
    }

    /// Waits at most `timeout` until the tail has been heard or the bell failed. Returns whether that happened.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        self.signal.wait_for_end(timeout)
    }
}
