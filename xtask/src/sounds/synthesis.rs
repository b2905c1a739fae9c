//! Additive synthesis: every mode of an instrument is a pair of decaying sines, and the stroke adds a knock.
//!
//! All functions that the C library would compute come from `libm`, so that every machine makes the same bytes.

use super::instruments::{Instrument, Mode};
use std::f64::consts::{PI, TAU};

/// Samples per second of every sound: what most devices run at, so that it is rarely converted.
pub const RATE: u32 = 48_000;

/// The second partial of a pair, as a fraction of the first: less than 1, so that a beat never silences it.
const SECOND_OF_PAIR: f64 = 0.45;

/// How far the second partial of a pair starts behind the first, in turns: it catches up a little after the
/// stroke, so that the sound opens before it begins to fade.
const BEHIND: f64 = 0.2;

/// The last stretch, over which what is left of the tail (already below -60 dB) is drawn to nothing: a fraction
/// of the whole.
const FADE: f64 = 0.04;

/// The sound of one stroke, its highest sample at the instrument's peak.
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

/// The frequency of a mode in hertz: the middle of its pair.
pub fn frequency(instrument: &Instrument, mode: &Mode) -> f64 {
    instrument.lowest * mode.ratio
}

/// The time in which a mode falls by 60 dB, in seconds.
pub fn decay(instrument: &Instrument, mode: &Mode) -> f64 {
    instrument.decay * libm::pow(mode.ratio, -instrument.damping)
}

/// An amplitude from decibels.
pub fn decibels(level: f64) -> f64 {
    libm::pow(10.0, level / 20.0)
}

fn add_mode(sound: &mut [f64], instrument: &Instrument, mode: &Mode, index: usize) {
    let (middle, decay, level) =
        (frequency(instrument, mode), decay(instrument, mode), decibels(mode.level));
    // Each mode starts at its own angle (the golden one), or all would peak at once and sound like a click.
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

/// One decaying sine, by turning and shrinking a pointer: exact, and the same everywhere.
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

/// Noise through two low passes of one pole each.
fn add_knock(sound: &mut [f64], instrument: &Instrument) {
    let (knock, rate) = (instrument.knock, f64::from(RATE));
    let keep = libm::exp(-TAU * knock.cutoff / rate);
    let shrink = decibels(-60.0 / (knock.decay * rate));
    // The low passes take most of white noise's power: this brings it back to about the level asked for.
    let mut level = decibels(knock.level) * libm::sqrt(rate / knock.cutoff / PI);
    let (mut noise, mut first, mut second) = (Noise(0x5A_F0_5A_F0_5A_F0_5A_F1), 0.0, 0.0);
    for sample in sound.iter_mut().take((knock.decay * rate) as usize * 2) {
        first = noise.next() * (1.0 - keep) + first * keep;
        second = first * (1.0 - keep) + second * keep;
        *sample += second * level;
        level *= shrink;
    }
}

/// The striker gives its energy over the time it touches: the sound rises with it.
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

/// Numbers that look random and are the same each time (xorshift, G. Marsaglia 2003).
struct Noise(u64);

impl Noise {
    /// From -1 to 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}
