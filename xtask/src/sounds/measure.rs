//! Measures sounds, for the table that the command prints and for its tests.

use super::synthesis::RATE;
#[cfg(test)]
use std::f64::consts::TAU;

/// Returns the highest sample, in decibels of full scale.
pub fn peak(sound: &[f64]) -> f64 {
    to_decibels(sound.iter().fold(0.0, |highest: f64, sample| highest.max(sample.abs())))
}

/// Returns the root mean square, in decibels of full scale.
#[cfg(test)]
pub fn level(sound: &[f64]) -> f64 {
    let power = sound.iter().map(|sample| sample * sample).sum::<f64>() / sound.len() as f64;
    to_decibels(power.sqrt())
}

/// Returns the amplitude of a frequency in the sound, as a fraction of full scale (G. Goertzel 1958; a Hann window
/// suppresses neighbouring frequencies).
#[cfg(test)]
pub fn amplitude_at(sound: &[f64], frequency: f64) -> f64 {
    let turn = TAU * frequency / f64::from(RATE);
    let (mut before, mut last) = (0.0, 0.0);
    for (index, sample) in sound.iter().enumerate() {
        let window = 0.5 - 0.5 * (TAU * index as f64 / sound.len() as f64).cos();
        (before, last) = (last, sample * window + 2.0 * turn.cos() * last - before);
    }
    let power = before * before + last * last - 2.0 * turn.cos() * before * last;
    4.0 * power.max(0.0).sqrt() / sound.len() as f64
}

/// Returns the loudness of the first 400 ms in LUFS (ITU-R BS.1770-5, with its coefficients for 48 kHz).
pub fn loudness(sound: &[f64]) -> f64 {
    let head_shadow = [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85];
    let head_shadow_back = [-1.690_659_293_182_41, 0.732_480_774_215_85];
    let low_cut_back = [-1.990_047_454_833_98, 0.990_072_250_366_21];
    let start = &sound[..sound.len().min(RATE as usize * 2 / 5)];
    let weighed = filter(start, head_shadow, head_shadow_back);
    let weighed = filter(&weighed, [1.0, -2.0, 1.0], low_cut_back);
    let power = weighed.iter().map(|x| x * x).sum::<f64>() / (f64::from(RATE) * 0.4);
    -0.691 + 10.0 * power.log10()
}

fn filter(sound: &[f64], ahead: [f64; 3], back: [f64; 2]) -> Vec<f64> {
    let (mut x, mut y) = ([0.0; 2], [0.0; 2]);
    sound
        .iter()
        .map(|&sample| {
            let out = ahead[0] * sample + ahead[1] * x[0] + ahead[2] * x[1]
                - back[0] * y[0]
                - back[1] * y[1];
            (x, y) = ([sample, x[0]], [out, y[0]]);
            out
        })
        .collect()
}

fn to_decibels(amplitude: f64) -> f64 {
    20.0 * amplitude.log10()
}
