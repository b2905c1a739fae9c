//! Runs a sound device on a separate thread with a deadline: a hung sound server or driver costs one bell and nothing
//! else.

use super::deadline::{Abandoned, NoResult, Worker};
use super::device::Device;
use super::error::BellError;
use super::ringing::Ringing;
use super::signal::Signal;
use crate::clock::Clock;
use std::sync::Arc;
use std::time::Duration;
use zafu_core::time::BootTime;

/// Deadline for finding or opening a device. A busy computer needs tenths of a second, a Bluetooth device one or two
/// seconds.
const DEADLINE: Duration = Duration::from_secs(4);

/// The device that was the default when it was found. Dropping this closes it.
pub struct Output {
    worker: Worker<Open>,
    /// Sample rate in frames per second.
    pub rate: u32,
    /// Name given by the system.
    pub name: String,
}

/// The state of the device's thread; its fields are dropped in this order.
#[derive(Default)]
struct Open {
    stream: Option<cpal::Stream>,
    device: Option<Device>,
}

impl Output {
    /// Finds the current default device.
    ///
    /// # Errors
    /// As [`Device::find`], and [`BellError::SoundStuck`] if the system does not respond within 4 s.
    pub fn find() -> Result<Self, BellError> {
        let worker = Worker::<Open>::start("device", Abandoned::default()).map_err(no_result)?;
        let find = |open: &mut Open| {
            let device = Device::find()?;
            let about = (device.rate(), device.name.clone());
            open.device = Some(device);
            Ok(about)
        };
        let (rate, name) = worker.call(DEADLINE, find).map_err(no_result)??;
        Ok(Self { worker, rate, name })
    }

    /// Opens the device and rings the bell so that its first stroke is heard at `due`. Reports the progress to
    /// `signal`.
    ///
    /// # Errors
    /// As [`Output::find`].
    pub fn ring(
        &self,
        ringing: Ringing,
        due: BootTime,
        clock: &Arc<dyn Clock>,
        signal: &Arc<Signal>,
    ) -> Result<(), BellError> {
        let (clock, heard) = (Arc::clone(clock), Arc::clone(signal));
        let ring = move |open: &mut Open| {
            let gone = || BellError::NoDevice { reason: None };
            let device = open.device.as_ref().ok_or_else(gone)?;
            open.stream = Some(device.ring(ringing, due, &clock, &heard)?);
            Ok(())
        };
        let rings = self.worker.call(DEADLINE, ring).map_err(no_result);
        if matches!(rings, Err(BellError::SoundStuck)) {
            // If the device opens later, it stays silent.
            signal.cancel(Duration::ZERO);
        }
        rings?
    }
}

fn no_result(why: NoResult) -> BellError {
    match why {
        NoResult::Late => BellError::SoundStuck,
        NoResult::Panicked => {
            BellError::Failed { reason: "the thread of the device panicked".into() }
        }
    }
}
