//! Resamples recordings without the metallic aliasing that linear interpolation adds to bells.

use std::f32::consts::PI;

/// Number of frames on each side, at the lower of the two rates, from which a new frame is computed.
const REACH: usize = 16;

/// Resamples interleaved samples by windowed-sinc interpolation (J. O. Smith, "Digital Audio Resampling"). The rates
/// are in frames per second.
pub fn resample(samples: &[f32], channels: usize, from: u32, to: u32) -> Vec<f32> {
    let common = gcd(from, to);
    let (step, phases) = ((from / common) as usize, (to / common) as usize);
    // Low-pass filter: removes what the lower of the two rates cannot represent.
    let (low, high) = (from.min(to), from.max(to));
    let cutoff = 0.95 * low as f32 / if to < from { high as f32 } else { from as f32 };
    let reach = REACH * from.div_ceil(to) as usize;
    let frames = samples.len() / channels;
    let length = frames * phases / step;
    let kernel_of = |phase: usize| kernel(phase as f32 / phases as f32, cutoff, reach);
    // Precomputed only if kernels are reused: if the rates have a small common divisor, each may be used once.
    let kernels: Vec<Vec<f32>> =
        if phases < length { (0..phases).map(kernel_of).collect() } else { vec![] };
    let mut out = Vec::with_capacity(length * channels);
    for frame in 0..length {
        let (at, phase) = (frame * step / phases, frame * step % phases);
        let single;
        let kernel = match kernels.get(phase) {
            Some(kernel) => kernel,
            None => {
                single = kernel_of(phase);
                &single
            }
        };
        for channel in 0..channels {
            let mut sum = 0.0;
            for (tap, weight) in kernel.iter().enumerate() {
                let near = (at + tap + 1).checked_sub(reach).filter(|near| *near < frames);
                sum += near.map_or(0.0, |near| samples[near * channels + channel]) * weight;
            }
            out.push(sum);
        }
    }
    out
}

/// Returns the weights of the frames around a point that is `fraction` of a frame after a frame.
fn kernel(fraction: f32, cutoff: f32, reach: usize) -> Vec<f32> {
    let mut weights = vec![0.0; 2 * reach];
    for (tap, weight) in weights.iter_mut().enumerate() {
        let distance = tap as f32 + 1.0 - reach as f32 - fraction;
        let window = (PI * distance / (2.0 * reach as f32)).cos().powi(2);
        let angle = PI * distance * cutoff;
        *weight = window * cutoff * if angle.abs() < 1e-6 { 1.0 } else { angle.sin() / angle };
    }
    // Normalized, so that a constant level is unchanged.
    let sum: f32 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    weights
}

const fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(frequency: f32, rate: u32, frames: usize) -> Vec<f32> {
        (0..frames).map(|n| (2.0 * PI * frequency * n as f32 / rate as f32).sin()).collect()
    }

    #[test]
    fn resampling_keeps_the_pitch() {
        for (from, to) in [(48_000, 44_100), (44_100, 48_000), (48_000, 96_000), (22_050, 48_000)] {
            let made = resample(&sine(1000.0, from, from as usize / 10), 1, from, to);
            let wanted = sine(1000.0, to, made.len());
            let inner = 50..made.len() - 50;
            let worst = inner.map(|n| (made[n] - wanted[n]).abs()).fold(0.0, f32::max);
            assert!(worst < 0.002, "{from} to {to}: off by {worst}");
            assert_eq!(made.len(), to as usize / 10);
        }
    }

    #[test]
    fn resampling_does_not_mix_channels() {
        let samples: Vec<f32> = sine(500.0, 48_000, 4800).iter().flat_map(|x| [*x, 0.0]).collect();
        let made = resample(&samples, 2, 48_000, 44_100);
        assert!(made.chunks(2).all(|frame| frame[1] == 0.0));
        assert!(made.chunks(2).any(|frame| frame[0] > 0.99));
    }

    #[test]
    fn frequencies_above_the_lower_rates_limit_are_removed() {
        let made = resample(&sine(20_000.0, 48_000, 9600), 1, 48_000, 22_050);
        let loudest = made[100..made.len() - 100].iter().fold(0.0_f32, |a, x| a.max(x.abs()));
        assert!(loudest < 0.01, "{loudest}");
    }
}
