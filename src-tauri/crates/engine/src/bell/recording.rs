//! Sound in memory: finite, no louder than full scale, from its stroke to the end of what can be heard.

use super::error::FileFault;
use super::resample::resample;
use std::time::Duration;

/// The longest that is played of a file; then it fades.
pub const LONGEST: Duration = Duration::from_secs(60);

/// How long that fade is.
const FADE: Duration = Duration::from_secs(3);

/// The highest rate that is kept, in frames per second: above it there is nothing for ears.
const HIGHEST_RATE: u32 = 48_000;

/// What is this much quieter than the loudest sample (40 dB) is silence before the stroke.
const BEFORE_STROKE: f32 = 0.01;

/// So much of the silence is kept, for the very first of the attack.
const ATTACK: Duration = Duration::from_millis(5);

/// What is this much quieter than the loudest sample (60 dB) is silence after the tail.
const AFTER_TAIL: f32 = 0.001;

/// Over so much of that silence the tail is drawn to nothing.
const TAIL_FADE: Duration = Duration::from_millis(20);

/// A recording whose loudest sample is below this (60 dB under full scale) is silent.
const AUDIBLE: f32 = 0.001;

/// A recording that is shorter than this is not heard as a bell.
const SHORTEST: Duration = Duration::from_millis(10);

/// Sound as samples from -1 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// One after another, or left and right in turn.
    pub samples: Vec<f32>,
    /// 1 or 2.
    pub channels: usize,
    /// Frames per second.
    pub rate: u32,
}

impl Recording {
    /// Makes samples as they come from a decoder fit to be a bell: scaled down to full scale, at no more than
    /// 48 kHz, and without the silence before and after.
    ///
    /// # Errors
    /// [`FileFault::Silent`] if nothing of it can be heard.
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

    /// The same at the device's rate.
    #[must_use]
    pub fn at_rate(&self, rate: u32) -> Self {
        let samples = resample(&self.samples, self.channels, self.rate, rate);
        Self { samples, channels: self.channels, rate }
    }

    /// How many frames there are.
    #[must_use]
    pub const fn frames(&self) -> usize {
        self.samples.len() / self.channels
    }

    /// Left and right of a frame.
    #[must_use]
    pub fn frame(&self, index: usize) -> [f32; 2] {
        if self.channels == 1 {
            [self.samples[index]; 2]
        } else {
            [self.samples[index * 2], self.samples[index * 2 + 1]]
        }
    }

    /// Cuts it to so many frames, the last of which fade.
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

    /// Recordings, and the padding of MP3, begin before the stroke: it would be heard late.
    fn skip_silence(&mut self) {
        let silence = self.peak() * BEFORE_STROKE;
        let stroke = self.samples.iter().position(|sample| sample.abs() > silence);
        let frame = stroke.unwrap_or(0) / self.channels;
        let skipped = frame.saturating_sub(frames(ATTACK, self.rate));
        self.samples.drain(..skipped * self.channels);
    }

    /// Whoever waits for the end of a bell waits for nothing that cannot be heard. Returns how many frames can be.
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

/// How many frames a duration has at a rate.
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
    fn what_is_louder_than_full_scale_is_made_quieter_as_a_whole() {
        let made = mono([0.5, -4.0, 2.0].repeat(100), 8000).prepared().unwrap();
        assert_eq!(made.samples[..3], [0.125, -1.0, 0.5]);
        let made = mono(vec![f32::MAX; 1000], 8000).prepared().unwrap();
        assert_eq!(made.samples[10], 1.0);
    }

    #[test]
    fn what_cannot_be_heard_is_silent() {
        // It comes and goes smoothly: an edge would be heard as a click.
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
    fn a_recording_begins_with_its_stroke() {
        let samples = [vec![0.001; 16_000], vec![0.5; 100]].concat();
        assert_eq!(mono(samples, 8000).prepared().unwrap().frames(), 140);
    }

    #[test]
    fn real_life_17_a_recording_ends_when_it_is_60_db_below_its_peak() {
        // It loses 60 dB in a second, and goes on for nine more.
        let decay = (0..80_000).map(|n| 0.5 * 10_f32.powf(-3.0 * n as f32 / 8000.0)).collect();
        let made = mono(decay, 8000).prepared().unwrap();
        assert!(made.frames().abs_diff(8000 + 160) <= 1, "{}", made.frames());
        assert_eq!(made.samples.last(), Some(&0.0));
        // What can be heard is as it was.
        assert!((made.samples[7990] - 0.5e-3).abs() < 0.01e-3, "{}", made.samples[7990]);
    }
}
