//! Recordings in memory: finite samples within full scale, from the stroke to the end of the audible tail.

use super::error::FileFault;
use super::resample::resample;
use std::time::Duration;

/// Maximum length played of a file, including the fade at its end.
pub const LONGEST: Duration = Duration::from_secs(60);

/// Length of that fade.
const FADE: Duration = Duration::from_secs(3);

/// Highest sample rate kept, in frames per second: higher rates add only inaudible frequencies.
const HIGHEST_RATE: u32 = 48_000;

/// Samples below this fraction of the peak (40 dB below it) are silence before the stroke.
const BEFORE_STROKE: f32 = 0.01;

/// Length of silence kept before the stroke, so that the start of its attack is not lost.
const ATTACK: Duration = Duration::from_millis(5);

/// Samples below this fraction of the peak (60 dB below it) are silence after the tail.
const AFTER_TAIL: f32 = 0.001;

/// Length of the fade to zero within that silence.
const TAIL_FADE: Duration = Duration::from_millis(20);

/// A recording with a peak below this (60 dB below full scale) is silent.
const AUDIBLE: f32 = 0.001;

/// Minimum length of a recording: a shorter one is not heard as a bell.
const SHORTEST: Duration = Duration::from_millis(10);

/// Sound as samples from -1 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Mono samples, or left and right samples interleaved.
    pub samples: Vec<f32>,
    /// Number of channels: 1 or 2.
    pub channels: usize,
    /// Sample rate in frames per second.
    pub rate: u32,
}

impl Recording {
    /// Prepares decoded samples for use as a bell: scales them down to full scale, resamples them to at most 48 kHz and
    /// trims the silence before and after.
    ///
    /// # Errors
    /// [`FileFault::Silent`] if nothing is audible.
    pub fn prepared(mut self) -> Result<Self, FileFault> {
        self.limit_to_full_scale();
        if self.rate > HIGHEST_RATE {
            self = self.at_rate(HIGHEST_RATE);
            self.limit_to_full_scale();
        }
        if self.peak() < AUDIBLE {
            return Err(FileFault::Silent);
        }
        self.skip_silence();
        if self.trim_tail() < frames(SHORTEST, self.rate) {
            return Err(FileFault::Silent);
        }
        Ok(self)
    }

    /// Returns the recording resampled to `rate`, in frames per second.
    #[must_use]
    pub fn at_rate(&self, rate: u32) -> Self {
        let samples = resample(&self.samples, self.channels, self.rate, rate);
        Self { samples, channels: self.channels, rate }
    }

    /// Returns the number of frames.
    #[must_use]
    pub const fn frames(&self) -> usize {
        self.samples.len() / self.channels
    }

    /// Returns the left and the right sample of a frame, which are the same in mono.
    #[must_use]
    pub fn frame(&self, index: usize) -> [f32; 2] {
        if self.channels == 1 {
            [self.samples[index]; 2]
        } else {
            [self.samples[index * 2], self.samples[index * 2 + 1]]
        }
    }

    /// Cuts the recording to `length` frames and fades out the last 3 s.
    pub fn cut(&mut self, length: usize) {
        self.samples.truncate(length * self.channels);
        self.fade_out(frames(FADE, self.rate));
    }

    fn limit_to_full_scale(&mut self) {
        let peak = self.peak();
        if peak > 1.0 {
            self.samples.iter_mut().for_each(|sample| *sample /= peak);
        }
    }

    fn peak(&self) -> f32 {
        self.samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()))
    }

    /// Removes the silence before the stroke, such as the padding of MP3: it would delay the stroke.
    fn skip_silence(&mut self) {
        let silence = self.peak() * BEFORE_STROKE;
        let stroke = self.samples.iter().position(|sample| sample.abs() > silence);
        let frame = stroke.unwrap_or(0) / self.channels;
        let skipped = frame.saturating_sub(frames(ATTACK, self.rate));
        self.samples.drain(..skipped * self.channels);
    }

    /// Removes the inaudible end, so that no caller waits for silence. Returns the number of audible frames.
    fn trim_tail(&mut self) -> usize {
        let silence = self.peak() * AFTER_TAIL;
        let last = self.samples.iter().rposition(|sample| sample.abs() > silence);
        let heard = last.unwrap_or(0) / self.channels + 1;
        let fade = frames(TAIL_FADE, self.rate);
        self.samples.truncate((heard + fade) * self.channels);
        self.fade_out(fade.min(self.frames() / 4));
        heard
    }

    fn fade_out(&mut self, fade: usize) {
        let fade = fade.min(self.frames());
        for (left, frame) in self.samples.rchunks_exact_mut(self.channels).take(fade).enumerate() {
            let gain = left as f32 / fade as f32;
            frame.iter_mut().for_each(|sample| *sample *= gain * gain);
        }
    }
}

/// Returns the number of frames in a duration at `rate` frames per second.
#[must_use]
pub fn frames(duration: Duration, rate: u32) -> usize {
    let frames = duration.as_nanos() * u128::from(rate) / 1_000_000_000;
    usize::try_from(frames).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mono(samples: Vec<f32>, rate: u32) -> Recording {
        Recording { samples, channels: 1, rate }
    }

    #[test]
    fn a_recording_above_full_scale_is_reduced_as_a_whole() {
        let made = mono([0.5, -4.0, 2.0].repeat(100), 8000).prepared().unwrap();
        assert_eq!(made.samples[..3], [0.125, -1.0, 0.5]);
        let made = mono(vec![f32::MAX; 1000], 8000).prepared().unwrap();
        assert_eq!(made.samples[10], 1.0);
    }

    #[test]
    fn an_inaudible_recording_is_silent() {
        // It fades in and out: an edge would be heard as a click.
        let envelope = |n: usize| (std::f32::consts::PI * n as f32 / 96_000.0).sin();
        let ultrasonic =
            (0..96_000).map(|n| if n % 4 < 2 { envelope(n) } else { -envelope(n) }).collect();
        let click = [vec![0.9], vec![0.0; 8000]].concat();
        for (samples, rate) in [
            (vec![], 8000),
            (vec![0.0; 8000], 8000),
            (vec![0.0009; 8000], 8000),
            (vec![1.0; 79], 8000),
            (click, 8000),
            (ultrasonic, 384_000),
        ] {
            let frames = mono(samples, rate).prepared().map(|made| made.frames());
            assert_eq!(frames, Err(FileFault::Silent), "{rate}");
        }
    }

    #[test]
    fn a_recording_starts_with_its_stroke() {
        let samples = [vec![0.001; 16_000], vec![0.5; 100]].concat();
        assert_eq!(mono(samples, 8000).prepared().unwrap().frames(), 140);
    }

    #[test]
    fn real_life_17_a_recording_ends_when_it_is_60_db_below_its_peak() {
        // It decays by 60 dB per second, for ten seconds.
        let decay = (0..80_000).map(|n| 0.5 * 10_f32.powf(-3.0 * n as f32 / 8000.0)).collect();
        let made = mono(decay, 8000).prepared().unwrap();
        assert!(made.frames().abs_diff(8000 + 160) <= 1, "{}", made.frames());
        assert_eq!(made.samples.last(), Some(&0.0));
        // The audible part is unchanged.
        assert!((made.samples[7990] - 0.5e-3).abs() < 0.01e-3, "{}", made.samples[7990]);
    }
}
