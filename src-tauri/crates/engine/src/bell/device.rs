//! Opens the default sound device for one bell.
//!
//! The device reports for each buffer when it will be heard, so a bell starts at the exact frame, whatever the latency.
//! Any call to the device may hang, so all of them are made on a separate thread ([`super::output`]).

use super::error::BellError;
use super::quiet;
use super::ringing::{Ringing, Stage};
use super::signal::{Fate, Signal};
use crate::clock::Clock;
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, ErrorKind, FromSample, OutputCallbackInfo, SampleFormat, SizedSample, StreamConfig,
    SupportedBufferSize, SupportedStreamConfig,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use zafu_core::time::BootTime;

/// Requested length of a buffer; a device usually holds two. A short load peak does not interrupt the sound, and the
/// computer wakes up only five times a second. Strokes are on time all the same, because each buffer reports when it
/// will be heard; only a fade begins later by the buffered time.
const BUFFER: Duration = Duration::from_millis(200);

/// A device that reports errors for longer than this, without taking sound in between, is lost. Shorter series of
/// errors are transient: PulseAudio does not know its latency for a moment after an interruption.
const PASSING: Duration = Duration::from_millis(300);

/// Delay after each error, so that a device that reports errors continuously does not use a whole core.
const AFTER_ERROR: Duration = Duration::from_millis(5);

/// A device that was the default when it was found, and its stream configuration.
pub struct Device {
    device: cpal::Device,
    config: SupportedStreamConfig,
    /// Name given by the system.
    pub name: String,
}

impl Device {
    /// Finds the current default device.
    ///
    /// # Errors
    /// [`BellError::NoDevice`] if there is no device or it does not respond; [`BellError::DeviceRefused`] if another
    /// program holds it or access is denied.
    pub fn find() -> Result<Self, BellError> {
        quiet::here();
        let none = || BellError::NoDevice { reason: None };
        let device = cpal::default_host().default_output_device().ok_or_else(none)?;
        let name =
            device.description().map_or_else(|_| "default".into(), |about| about.name().to_owned());
        let config = device.default_output_config().map_err(|error| trouble(&error, &name))?;
        Ok(Self { device, config, name })
    }

    /// Returns the sample rate in frames per second.
    pub fn rate(&self) -> u32 {
        self.config.sample_rate()
    }

    /// Opens the device and rings the bell so that its first stroke is heard at `due`. Reports the progress to
    /// `signal`. Dropping the returned stream closes the device.
    ///
    /// # Errors
    /// As [`Device::find`].
    pub fn ring(
        &self,
        ringing: Ringing,
        due: BootTime,
        clock: &Arc<dyn Clock>,
        signal: &Arc<Signal>,
    ) -> Result<cpal::Stream, BellError> {
        quiet::here();
        let ringing = Arc::new(std::sync::Mutex::new(ringing));
        let open = |buffer_size| {
            let config = StreamConfig { buffer_size, ..self.config.config() };
            let feed = Feed {
                ringing: Arc::clone(&ringing),
                channels: usize::from(config.channels),
                due,
                clock: Arc::clone(clock),
                signal: Arc::clone(signal),
            };
            self.open(config, feed)
        };
        // Some devices accept only their own buffer size.
        let stream = open(self.buffer_size())
            .or_else(|_| open(BufferSize::Default))
            .map_err(|error| trouble(&error, &self.name))?;
        stream.play().map_err(|error| trouble(&error, &self.name))?;
        Ok(stream)
    }

    fn buffer_size(&self) -> BufferSize {
        let wanted = u32::try_from(super::recording::frames(BUFFER, self.rate())).unwrap_or(2048);
        match *self.config.buffer_size() {
            SupportedBufferSize::Range { min, max } => {
                BufferSize::Fixed(wanted.clamp(min, max.max(min)))
            }
            SupportedBufferSize::Unknown => BufferSize::Fixed(wanted),
        }
    }

    fn open(&self, config: StreamConfig, feed: Feed) -> Result<cpal::Stream, cpal::Error> {
        match self.config.sample_format() {
            SampleFormat::F32 => self.open_as::<f32>(config, feed),
            SampleFormat::F64 => self.open_as::<f64>(config, feed),
            SampleFormat::I8 => self.open_as::<i8>(config, feed),
            SampleFormat::I16 => self.open_as::<i16>(config, feed),
            SampleFormat::I24 => self.open_as::<cpal::I24>(config, feed),
            SampleFormat::I32 => self.open_as::<i32>(config, feed),
            SampleFormat::I64 => self.open_as::<i64>(config, feed),
            SampleFormat::U8 => self.open_as::<u8>(config, feed),
            SampleFormat::U16 => self.open_as::<u16>(config, feed),
            SampleFormat::U24 => self.open_as::<cpal::U24>(config, feed),
            SampleFormat::U32 => self.open_as::<u32>(config, feed),
            SampleFormat::U64 => self.open_as::<u64>(config, feed),
            other => Err(cpal::Error::with_message(
                ErrorKind::UnsupportedConfig,
                format!("samples of the format {other}"),
            )),
        }
    }

    fn open_as<T: SizedSample + FromSample<f32>>(
        &self,
        config: StreamConfig,
        mut feed: Feed,
    ) -> Result<cpal::Stream, cpal::Error> {
        let mut troubles = Troubles {
            clock: Arc::clone(&feed.clock),
            signal: Arc::clone(&feed.signal),
            since: None,
        };
        let mut samples = Vec::new();
        self.device.build_output_stream(
            config,
            move |out: &mut [T], info: &OutputCallbackInfo| {
                samples.resize(out.len(), 0.0);
                feed.fill(&mut samples, info);
                for (sample, made) in out.iter_mut().zip(&samples) {
                    *sample = T::from_sample(*made);
                }
            },
            move |error| troubles.heed(&error),
            None,
        )
    }
}

/// Renders samples when the device's own thread requests them.
struct Feed {
    ringing: Arc<std::sync::Mutex<Ringing>>,
    channels: usize,
    due: BootTime,
    clock: Arc<dyn Clock>,
    signal: Arc<Signal>,
}

impl Feed {
    fn fill(&mut self, samples: &mut [f32], info: &OutputCallbackInfo) {
        quiet::here();
        // A panic must not unwind into the system's code, which calls this.
        let filled = catch_unwind(AssertUnwindSafe(|| self.fill_or_panic(samples, info)));
        if filled.is_err() {
            samples.fill(0.0);
            self.signal.tell_lost("a mistake in Zafu stopped the sound".into());
        }
    }

    fn fill_or_panic(&self, samples: &mut [f32], info: &OutputCallbackInfo) {
        let time = info.timestamp();
        let latency = time.playback.saturating_duration_since(time.callback);
        let heard = self.clock.now().boot + latency;
        let until_due = self.due.since(heard).as_secs_f64() - heard.since(self.due).as_secs_f64();
        // Never contended: the lock only lets two attempts to open a device share one bell.
        let mut ringing = self.ringing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let stage = ringing.fill(samples, self.channels, until_due, self.signal.fade());
        self.signal.count_filled();
        self.signal.tell(if stage == Stage::Over {
            Fate::Over(latency)
        } else {
            Fate::Going(stage)
        });
    }
}

/// Handles the errors that an open device reports.
struct Troubles {
    clock: Arc<dyn Clock>,
    signal: Arc<Signal>,
    /// Time of the first of a series of errors, and the number of buffers filled by then.
    since: Option<(BootTime, u64)>,
}

impl Troubles {
    fn heed(&mut self, error: &cpal::Error) {
        tracing::debug!(%error, kind = ?error.kind(), "the sound device says");
        match error.kind() {
            ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged => {}
            ErrorKind::DeviceNotAvailable
            | ErrorKind::HostUnavailable
            | ErrorKind::StreamInvalidated => {
                self.signal.tell_lost(error.to_string());
            }
            _ => self.wait_and_see(error),
        }
    }

    fn wait_and_see(&mut self, error: &cpal::Error) {
        let (now, filled) = (self.clock.now().boot, self.signal.filled());
        match self.since {
            Some((first, before)) if before == filled => {
                if now.since(first) > PASSING {
                    self.signal.tell_lost(error.to_string());
                }
            }
            _ => self.since = Some((now, filled)),
        }
        std::thread::sleep(AFTER_ERROR);
    }
}

fn trouble(error: &cpal::Error, device: &str) -> BellError {
    let reason = error.to_string();
    match error.kind() {
        ErrorKind::DeviceBusy | ErrorKind::PermissionDenied | ErrorKind::UnsupportedConfig => {
            BellError::DeviceRefused { device: device.to_owned(), reason }
        }
        _ => BellError::NoDevice { reason: Some(reason) },
    }
}
