//! Renders one bell to samples: times the strokes, mixes their tails and fades them. Uses no device and no clock.

use super::recording::{Recording, frames};
use std::sync::Arc;
use std::time::Duration;

/// A stream that is further behind than this, in seconds, was suspended: the rest of its bell is dropped.
const ASLEEP: f64 = 5.0;

/// Amplitude above which samples are limited smoothly instead of clipped, where several tails add up.
const KNEE: f32 = 0.85;

/// The progress of a bell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No stroke has begun.
    Waiting,
    /// It rings; holds the number of strokes that have begun.
    Rings(usize),
    /// Nothing more will be heard.
    Over,
}

/// A bell that is rendered for a device.
#[derive(Debug)]
pub struct Ringing {
    recording: Arc<Recording>,
    strokes: usize,
    between: usize,
    gain: f32,
    /// Number of frames rendered.
    position: usize,
    /// The frame of the first stroke, and its delay in seconds.
    first: Option<(usize, f64)>,
    fade: Option<Fade>,
}

/// A fade to silence.
#[derive(Clone, Copy, Debug)]
struct Fade {
    /// The frame at which it began.
    from: usize,
    /// Length in frames.
    length: usize,
    /// The gain that an earlier, slower fade had reached when this one began.
    gain: f32,
}

impl Fade {
    fn gain_at(self, position: usize) -> f32 {
        if position >= self.end() {
            return 0.0;
        }
        let through = position.saturating_sub(self.from) as f32 / self.length as f32;
        // A squared quarter cosine: its slope is zero at both ends.
        self.gain * (through * std::f32::consts::FRAC_PI_2).cos().powi(2)
    }

    const fn end(self) -> usize {
        self.from + self.length
    }
}

impl Ringing {
    /// Creates a bell of `strokes` strokes, `between` apart. `recording` must have the device's sample rate.
    ///
    /// `volume` is the user's setting, from 0 to 1. 0.5 is heard as about half as loud, which is a quarter of the
    /// amplitude.
    pub fn new(recording: Arc<Recording>, strokes: usize, between: Duration, volume: f32) -> Self {
        let volume = volume.clamp(0.0, 1.0);
        let between = frames(between, recording.rate);
        Self {
            recording,
            strokes,
            between,
            gain: volume * volume,
            position: 0,
            first: None,
            fade: None,
        }
    }

    /// Renders the next frames, of `channels` samples each, and returns the progress of the bell.
    ///
    /// `until_due` is the time in seconds from the moment at which the first of them will be heard to the moment at
    /// which the bell is due: negative if that is past. Each call before the first stroke uses its own value, because
    /// the known latency of a device gets more exact while it runs.
    ///
    /// `fade` is the length of the fade, once the bell is cancelled.
    pub fn fill(
        &mut self,
        out: &mut [f32],
        channels: usize,
        until_due: f64,
        fade: Option<Duration>,
    ) -> Stage {
        out.fill(0.0);
        let length = out.len() / channels;
        if let Some(fade) = fade {
            self.fade_out(frames(fade, self.recording.rate));
        }
        if self.first.is_none() && self.fade.is_none() {
            self.strike_within(length, until_due);
        }
        if self.first.is_some() {
            self.mix(out, channels);
        }
        self.position += length;
        self.stage(until_due)
    }

    /// Starts a fade. It replaces a running fade only if it ends sooner.
    fn fade_out(&mut self, length: usize) {
        let from = self.position;
        if self.fade.is_none_or(|fade| from + length < fade.end()) {
            let gain = self.fade.map_or(1.0, |fade| fade.gain_at(from));
            // No stroke begins during a fade, neither during this one nor during a later one.
            self.strokes = self.starts().take_while(|start| *start < from).count();
            self.fade = Some(Fade { from, length, gain });
        }
    }

    fn strike_within(&mut self, length: usize, until_due: f64) {
        let offset = (until_due * f64::from(self.recording.rate)).round().max(0.0);
        if offset < length as f64 {
            self.first = Some((self.position + offset as usize, (-until_due).max(0.0)));
        }
    }

    fn mix(&self, out: &mut [f32], channels: usize) {
        for (index, frame) in out.chunks_exact_mut(channels).enumerate() {
            let position = self.position + index;
            let fade = self.fade.map_or(1.0, |fade| fade.gain_at(position));
            // Limits the samples before applying the gain, so that none exceeds the volume.
            let [left, right] = self.at(position).map(|sample| limit(sample) * self.gain * fade);
            match frame {
                [one] => *one = f32::midpoint(left, right),
                [first, second, ..] => (*first, *second) = (left, right),
                [] => {}
            }
        }
    }

    /// Returns the sum of all strokes that ring at this frame, left and right.
    fn at(&self, position: usize) -> [f32; 2] {
        let mut sum = [0.0; 2];
        for start in self.starts().take_while(|start| *start <= position) {
            if position - start < self.recording.frames() {
                let [left, right] = self.recording.frame(position - start);
                sum = [sum[0] + left, sum[1] + right];
            }
        }
        sum
    }

    /// Returns the start frames of all strokes; none before the first stroke has its place.
    fn starts(&self) -> impl Iterator<Item = usize> {
        let begin = self.first.map(|(first, _)| first);
        (0..self.strokes).filter_map(move |stroke| Some(begin? + stroke * self.between))
    }

    fn stage(&self, until_due: f64) -> Stage {
        let Some((first, late)) = self.first else {
            return if self.fade.is_some() { Stage::Over } else { Stage::Waiting };
        };
        let silent = self.starts().last().map_or(first, |last| last + self.recording.frames());
        let made = (self.position.saturating_sub(first)) as f64 / f64::from(self.recording.rate);
        let asleep = -until_due - late - made > ASLEEP;
        if self.position >= silent.min(self.fade.map_or(usize::MAX, Fade::end)) || asleep {
            return Stage::Over;
        }
        Stage::Rings(self.starts().take_while(|start| *start < self.position).count())
    }
}

fn limit(sample: f32) -> f32 {
    if !sample.is_finite() {
        return 0.0;
    }
    let over = sample.abs() - KNEE;
    if over <= 0.0 {
        return sample;
    }
    sample.signum() * (KNEE + (1.0 - KNEE) * (over / (1.0 - KNEE)).tanh())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 1000;

    /// Creates a bell with a constant level for one second, so that sums are easy to check.
    fn ringing(strokes: usize, between_ms: u64) -> Ringing {
        let recording = Recording { samples: vec![0.25; 1000], channels: 1, rate: RATE };
        Ringing::new(Arc::new(recording), strokes, Duration::from_millis(between_ms), 1.0)
    }

    /// Renders `seconds` of a stream that starts `until_due` seconds before the bell is due.
    fn hear(
        ringing: &mut Ringing,
        seconds: f64,
        until_due: f64,
        cancel_at: f64,
    ) -> (Vec<f32>, Stage) {
        let (mut heard, mut stage) = (Vec::new(), Stage::Waiting);
        while (heard.len() as f64) < seconds * 1000.0 {
            let mut buffer = [9.0; 64];
            let now = heard.len() as f64 / 1000.0;
            let fade = (now >= cancel_at).then_some(Duration::from_millis(1500));
            stage = ringing.fill(&mut buffer, 1, until_due - now, fade);
            heard.extend(buffer);
        }
        (heard, stage)
    }

    #[test]
    fn a_bell_is_struck_at_the_exact_frame_at_which_it_is_due() {
        let (heard, stage) = hear(&mut ringing(1, 0), 2.0, 0.777, 99.0);
        assert_eq!(heard.iter().position(|x| *x > 0.0), Some(777));
        assert_eq!(heard.iter().rposition(|x| *x > 0.0), Some(1776));
        assert_eq!(stage, Stage::Over);
    }

    #[test]
    fn an_overdue_bell_is_struck_at_once() {
        let (heard, _) = hear(&mut ringing(1, 0), 0.1, -3.0, 99.0);
        assert!(heard[0] > 0.0);
    }

    #[test]
    fn a_new_latency_estimate_moves_the_stroke() {
        let mut ringing = ringing(1, 0);
        let mut buffer = [0.0; 100];
        assert_eq!(ringing.fill(&mut buffer, 1, 0.150, None), Stage::Waiting);
        assert_eq!(ringing.fill(&mut buffer, 1, 0.080, None), Stage::Rings(1));
        assert_eq!(buffer.iter().position(|x| *x > 0.0), Some(80));
    }

    #[test]
    fn the_tails_of_strokes_mix() {
        let (heard, stage) = hear(&mut ringing(3, 400), 2.5, 0.0, 99.0);
        assert_eq!([heard[200], heard[600], heard[900], heard[1300]], [0.25, 0.5, 0.75, 0.5]);
        assert_eq!(stage, Stage::Over);
    }

    #[test]
    fn loud_sums_are_compressed_and_not_clipped() {
        let (heard, _) = hear(&mut ringing(6, 10), 0.5, 0.0, 99.0);
        assert!(heard.iter().all(|x| *x <= 1.0));
        assert!(heard[100] > KNEE);
    }

    #[test]
    fn a_cancelled_bell_fades_and_is_not_struck_again() {
        let mut ringing = ringing(5, 900);
        let (heard, _) = hear(&mut ringing, 1.0, 0.0, 0.5);
        assert!(heard[400] == 0.25 && heard[800] < 0.25 && heard[950] > 0.0);
        let (heard, stage) = hear(&mut ringing, 3.0, -1.0, 0.0);
        assert!(heard.iter().all(|x| *x < 0.2));
        assert_eq!(stage, Stage::Over);
    }

    #[test]
    fn a_bell_cancelled_before_it_is_due_is_silent() {
        let (heard, stage) = hear(&mut ringing(2, 500), 3.0, 1.0, 0.5);
        assert!(heard.iter().all(|x| *x == 0.0));
        assert_eq!(stage, Stage::Over);
    }

    #[test]
    fn strokes_that_were_due_during_a_suspend_are_skipped() {
        let mut ringing = ringing(9, 5000);
        let mut buffer = [0.0; 100];
        assert_eq!(ringing.fill(&mut buffer, 1, 0.0, None), Stage::Rings(1));
        assert_eq!(ringing.fill(&mut buffer, 1, -0.1, None), Stage::Rings(1));
        assert_eq!(ringing.fill(&mut buffer, 1, -3600.0, None), Stage::Over);
    }

    #[test]
    fn half_the_volume_is_a_quarter_of_the_amplitude() {
        let recording = Recording { samples: vec![0.5; 100], channels: 1, rate: RATE };
        let mut ringing = Ringing::new(Arc::new(recording), 1, Duration::ZERO, 0.5);
        let mut buffer = [0.0; 8];
        let _ = ringing.fill(&mut buffer, 2, 0.0, None);
        assert_eq!(buffer, [0.125; 8]);
    }

    #[test]
    fn only_the_front_speakers_ring() {
        let recording = Recording { samples: vec![0.2, 0.4], channels: 2, rate: RATE };
        let mut buffer = [9.0; 6];
        let _ = Ringing::new(Arc::new(recording), 1, Duration::ZERO, 1.0).fill(
            &mut buffer,
            6,
            0.0,
            None,
        );
        assert_eq!(buffer, [0.2, 0.4, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn real_life_17_a_bell_ends_one_frame_after_its_last_frame() {
        // Three strokes of 1000 frames, 400 apart: the last audible frame is the 1800th.
        let mut ringing = ringing(3, 400);
        let mut over = None;
        for frame in 0..3000 {
            let stage = ringing.fill(&mut [0.0], 1, -f64::from(frame) / 1000.0, None);
            over = over.or((stage == Stage::Over).then_some(frame + 1));
        }
        assert_eq!(over, Some(1800));
    }

    #[test]
    fn real_life_17_a_ringing_bell_fades_in_the_given_frames_and_no_stroke_follows() {
        let mut ringing = ringing(9, 900);
        let (mut heard, mut over) = (vec![], None);
        for frame in 0..3000 {
            let fade = (frame >= 500).then_some(Duration::from_millis(300));
            let mut sample = [9.0];
            let stage = ringing.fill(&mut sample, 1, -f64::from(frame) / 1000.0, fade);
            over = over.or((stage == Stage::Over).then_some(frame + 1));
            heard.extend(sample);
        }
        assert_eq!(over, Some(800));
        assert!(heard[..500].iter().all(|sample| *sample == 0.25));
        assert!(heard[500..801].windows(2).all(|pair| pair[1] <= pair[0]), "it fades steadily");
        assert!(heard[790] < 0.001 && heard[800..].iter().all(|sample| *sample == 0.0));
    }

    #[test]
    fn a_short_fade_replaces_a_long_one_without_a_jump() {
        let mut ringing = ringing(1, 0);
        let mut heard = vec![];
        for frame in 0..1000 {
            let fade = match frame {
                0..200 => None,
                200..600 => Some(Duration::from_millis(1500)),
                _ => Some(Duration::from_millis(300)),
            };
            let mut sample = [9.0];
            let _ = ringing.fill(&mut sample, 1, -f64::from(frame) / 1000.0, fade);
            heard.extend(sample);
        }
        let jump = heard.windows(2).map(|pair| pair[0] - pair[1]).fold(0.0, f32::max);
        assert!(jump < 0.002, "{jump}");
        assert!(heard[599] > 0.15 && heard[900..].iter().all(|sample| *sample == 0.0));
    }

    #[test]
    fn the_output_is_never_louder_than_the_volume() {
        let samples = [1.0, -1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX];
        let recording = Recording { samples: samples.repeat(100), channels: 1, rate: RATE };
        let mut ringing = Ringing::new(Arc::new(recording), 9, Duration::from_millis(6), 0.5);
        let mut buffer = [9.0; 600];
        let _ = ringing.fill(&mut buffer, 1, 0.0, None);
        assert!(buffer.iter().all(|sample| sample.abs() <= 0.25), "{buffer:?}");
    }
}
