//! Bells: struck at the moment they are due, heard to the end of their tail.
//!
//! For each bell the default device of that moment is opened anew, about a second early: half a second of silence
//! wakes Bluetooth devices, which would swallow the stroke. It is closed when the tail has been heard. While no
//! bell rings there is no device, no thread and no wake-up. Nothing here ever waits for a device on the
//! caller's thread, and no trouble with a device stops anything but the bell.

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

/// How long what rings takes to fade when a bell is cancelled in a sit.
const FADE: Duration = Duration::from_millis(1500);

/// Where it is told how a bell fared. It is called from the thread of a bell, and must not wait.
type Report = Arc<dyn Fn(Result<(), BellError>) + Send + Sync>;

/// Plays bells.
#[derive(Clone)]
pub struct Player {
    clock: Arc<dyn Clock>,
    report: Report,
}

impl Player {
    /// One that keeps time by `clock` and tells `report` how each bell fared, from a thread of its own: each
    /// trouble, which is logged too, or that all of it was heard as it was meant to be.
    pub fn new(
        clock: Arc<dyn Clock>,
        report: impl Fn(Result<(), BellError>) + Send + Sync + 'static,
    ) -> Self {
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
}

/// The name of the device on which a bell would be heard now. Waits for the sound system, for some seconds at most.
///
/// # Errors
/// [`BellError::NoDevice`], [`BellError::DeviceRefused`] or [`BellError::SoundStuck`].
pub fn check_device() -> Result<String, BellError> {
    output::Output::find().map(|device| device.name.clone())
}

/// Reads a sound file to its end, as it would be for a bell. Waits for the disk, for some seconds at most.
///
/// # Errors
/// [`BellError::FileRefused`].
pub fn check_file(path: &Path) -> Result<(), BellError> {
    let refused = |fault| BellError::FileRefused { file: path.display().to_string(), fault };
    // In settings and plans it is text.
    path.to_str().ok_or(FileFault::BadName).map_err(refused)?;
    thread::read(path, thread::READ).map(drop).map_err(refused)
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
        self.fade(FADE);
    }

    /// Strokes that have not begun never will; what rings fades so quickly.
    pub fn fade(&self, over: Duration) {
        self.signal.cancel(over);
    }

    /// Whether its first stroke has been handed to a device and nothing has ended it since.
    #[must_use]
    pub fn rings(&self) -> bool {
        self.signal.rings()
    }

    /// Waits until its tail has been heard, or it failed, for at most `timeout`. Says whether that is so.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        self.signal.wait_for_end(timeout)
    }
}
