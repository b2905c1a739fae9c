//! A sound device on a thread of its own, which is waited for only so long: a sound server that stands still, or a
//! driver that hangs, costs a bell and nothing else.

use super::deadline::{Abandoned, NoResult, Worker};
use super::device::Device;
use super::error::BellError;
use super::ringing::Ringing;
use super::signal::Signal;
use crate::clock::Clock;
use std::sync::Arc;
use std::time::Duration;
use zafu_core::time::BootTime;

/// How long a device may take to be found, or opened. A busy computer needs tenths of a second, a Bluetooth device
/// one or two.
const DEADLINE: Duration = Duration::from_secs(4);

/// The default device of the moment at which it was found. It closes when this is dropped.
pub struct Output {
    worker: Worker<Open>,
    /// Frames per second.
    pub rate: u32,
    /// What the system calls it.
    pub name: String,
}

/// What the thread owns: dropped in this order.
#[derive(Default)]
struct Open {
    stream: Option<cpal::Stream>,
    device: Option<Device>,
}

impl Output {
    /// Finds it.
    ///
    /// # Errors
    /// As [`Device::find`], and [`BellError::SoundStuck`] if the system does not answer.
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

    /// Opens it and lets the bell ring so that its first stroke is heard at `due`. How it fares is told to
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
            let gone = || BellError::NoDevice { reason: "it was not found before".into() };
            let device = open.device.as_ref().ok_or_else(gone)?;
            open.stream = Some(device.ring(ringing, due, &clock, &heard)?);
            Ok(())
        };
        let rings = self.worker.call(DEADLINE, ring).map_err(no_result);
        if matches!(rings, Err(BellError::SoundStuck)) {
            // Should it open after all, it stays silent.
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
