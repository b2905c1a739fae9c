//! Additive synthesis: every mode of an instrument is a pair of decaying sines, and the stroke adds a knock.
//!
//! Transcendental functions come from `libm` and not from the C library, so that every machine generates the same bytes.

use super::instruments::{Instrument, Mode};
use std::f64::consts::{PI, TAU};

/// Samples per second: the rate of most devices, so that sounds are rarely converted.
pub const RATE: u32 = 48_000;

/// Amplitude of the second partial of a pair over the first: less than 1, so that a beat never reaches silence.
const SECOND_OF_PAIR: f64 = 0.45;

/// Phase of the second partial of a pair behind the first, in turns: they are in phase a little after the stroke, so
/// that the sound swells before it fades.
const BEHIND: f64 = 0.2;

/// The end of the sound, as a fraction of its length, in which the rest (already below -60 dB) fades to zero.
const FADE: f64 = 0.04;

/// Returns the samples of one stroke, with the highest at the peak of the instrument.
pub fn strike(instrument: &Instrument) -> Vec<f64> {
    let mut sound = vec![0.0; (instrument.length * f64::from(RATE)) as usize];
    for (index, mode) in instrument.modes.iter().enumerate() {
        add_mode(&mut sound, instrument, mode, index);
    }
    add_knock(&mut sound, instrument);
    round_attack(&mut sound, instrument.contact);
    fade_out(&mut sound);
    scale_to(&mut sound, decibels(instrument.peak));
    sound
}

/// Returns the frequency of a mode in hertz: the middle of its pair.
pub fn frequency(instrument: &Instrument, mode: &Mode) -> f64 {
    instrument.lowest * mode.ratio
}

/// Returns the time in which a mode falls by 60 dB, in seconds.
pub fn decay(instrument: &Instrument, mode: &Mode) -> f64 {
    instrument.decay * libm::pow(mode.ratio, -instrument.damping)
}

/// Converts decibels to an amplitude.
pub fn decibels(level: f64) -> f64 {
    libm::pow(10.0, level / 20.0)
}

fn add_mode(sound: &mut [f64], instrument: &Instrument, mode: &Mode, index: usize) {
    let (middle, decay, level) =
        (frequency(instrument, mode), decay(instrument, mode), decibels(mode.level));
    // Each mode starts at another phase (the golden angle): in phase, all would peak at once and sound like a click.
    let angle = TAU * 0.618_033_988_75 * index as f64;
    if mode.split == 0.0 {
        add_partial(sound, middle, decay, level, angle);
        return;
    }
    let second = level * SECOND_OF_PAIR / (1.0 + SECOND_OF_PAIR);
    let behind = angle - TAU * BEHIND;
    add_partial(sound, middle - mode.split / 2.0, decay, level - second, angle);
    add_partial(sound, middle + mode.split / 2.0, decay, second, behind);
}

/// Adds one decaying sine, as a vector that is rotated and scaled at each sample.
fn add_partial(sound: &mut [f64], frequency: f64, decay: f64, level: f64, angle: f64) {
    let rate = f64::from(RATE);
    let shrink = decibels(-60.0 / (decay * rate));
    let (turn_sin, turn_cos) = libm::sincos(TAU * frequency / rate);
    let (turn_sin, turn_cos) = (turn_sin * shrink, turn_cos * shrink);
    let (sin, cos) = libm::sincos(angle);
    let (mut sin, mut cos) = (sin * level, cos * level);
    for sample in sound {
        *sample += sin;
        (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
    }
}

/// Adds noise through two one-pole low-pass filters.
fn add_knock(sound: &mut [f64], instrument: &Instrument) {
    let (knock, rate) = (instrument.knock, f64::from(RATE));
    let keep = libm::exp(-TAU * knock.cutoff / rate);
    let shrink = decibels(-60.0 / (knock.decay * rate));
    // The filters remove most of the power of white noise: this compensates for it, approximately.
    let mut level = decibels(knock.level) * libm::sqrt(rate / knock.cutoff / PI);
    let (mut noise, mut first, mut second) = (Noise(0x5A_F0_5A_F0_5A_F0_5A_F1), 0.0, 0.0);
    for sample in sound.iter_mut().take((knock.decay * rate) as usize * 2) {
        first = noise.next() * (1.0 - keep) + first * keep;
        second = first * (1.0 - keep) + second * keep;
        *sample += second * level;
        level *= shrink;
    }
}

/// Lets the sound rise during the contact of the striker.
fn round_attack(sound: &mut [f64], contact: f64) {
    let frames = (contact * f64::from(RATE)) as usize;
    for (index, sample) in sound.iter_mut().take(frames).enumerate() {
        *sample *= 0.5 - 0.5 * libm::cos(PI * index as f64 / frames as f64);
    }
}

fn fade_out(sound: &mut [f64]) {
    let frames = (FADE * sound.len() as f64) as usize;
    for (index, sample) in sound.iter_mut().rev().take(frames).enumerate() {
        *sample *= 0.5 - 0.5 * libm::cos(PI * index as f64 / frames as f64);
    }
}

fn scale_to(sound: &mut [f64], peak: f64) {
    let highest = sound.iter().fold(0.0_f64, |highest, sample| highest.max(sample.abs()));
    for sample in sound {
        *sample *= peak / highest;
    }
}

/// Pseudo-random numbers, the same each time (xorshift, G. Marsaglia 2003).
struct Noise(u64);

impl Noise {
    /// Returns a number from -1 to 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}
