//! Every sound: no clipping, the documented partials, an immediate onset, a tail that ends in silence.

use super::instruments::{ALL, Instrument, WOOD_BLOCK};
use super::measure::{amplitude_at, level, loudness, peak};
use super::synthesis::{RATE, decay, decibels, frequency, strike};
use super::{file, flac};

fn seconds(sound: &[f64], from: f64, to: f64) -> &[f64] {
    let frame = |time: f64| (time * f64::from(RATE)) as usize;
    &sound[frame(from)..frame(to).min(sound.len())]
}

fn name(instrument: &Instrument) -> &str {
    instrument.name
}

#[test]
fn the_highest_sample_is_3_db_below_full_scale() {
    for instrument in &ALL {
        let peak = peak(&strike(instrument));
        assert!((peak + 3.0).abs() < 0.01, "{}: {peak} dBFS", name(instrument));
    }
}

#[test]
fn the_bells_are_equally_loud() {
    let bells = ALL.iter().filter(|instrument| instrument.name != WOOD_BLOCK.name);
    let loudness: Vec<f64> = bells.map(|bell| loudness(&strike(bell))).collect();
    let spread = loudness.iter().copied().fold(f64::MIN, f64::max)
        - loudness.iter().copied().fold(f64::MAX, f64::min);
    assert!(spread < 3.0, "{loudness:?} LUFS");
}

#[test]
fn the_onset_is_within_5_ms() {
    for instrument in &ALL {
        let sound = strike(instrument);
        let start = level(seconds(&sound, 0.004, 0.006));
        assert!(start > peak(&sound) - 20.0, "{}: {start} dB after 5 ms", name(instrument));
        assert!(sound[0].abs() < decibels(-60.0), "{} starts with a click", name(instrument));
    }
}

#[test]
fn the_first_partials_are_the_documented_ones() {
    for instrument in &ALL {
        let sound = strike(instrument);
        for mode in instrument.modes.iter().take(3) {
            // Short enough that a pair, which beats slowly, is still one line.
            let start = seconds(&sound, 0.005, 0.005 + decay(instrument, mode).min(0.4));
            let middle = frequency(instrument, mode);
            let at = |ratio: f64| amplitude_at(start, middle * ratio);
            let there = at(1.0);
            assert!(
                there > at(0.96) && there > at(1.04),
                "{}: no partial at {middle} Hz",
                name(instrument)
            );
            assert!(there > decibels(-60.0), "{}: {middle} Hz is not heard", name(instrument));
        }
    }
}

#[test]
fn high_partials_decay_first() {
    for instrument in &ALL {
        let sound = strike(instrument);
        let half = instrument.decay / 2.0;
        let lost = |ratio: f64| {
            let at = |from: f64| {
                let part = seconds(&sound, from, from + half.min(0.4));
                amplitude_at(part, instrument.lowest * ratio)
            };
            at(0.005) / at(half)
        };
        let (low, high) = (lost(1.0), lost(instrument.modes[2].ratio));
        assert!(high > 3.0 * low, "{}: lowest by {low}, third by {high}", name(instrument));
    }
}

#[test]
fn bowls_beat_slowly() {
    for instrument in ALL.iter().filter(|instrument| instrument.name.ends_with("bowl")) {
        let sound = strike(instrument);
        let levels: Vec<f64> = (10..100)
            .map(|tenth| f64::from(tenth) / 10.0)
            .map(|from| level(seconds(&sound, from, from + 0.1)))
            .collect();
        let swells = levels.windows(3).filter(|w| w[1] > w[0] && w[1] >= w[2]).count();
        let expected = 9.0 * instrument.modes[0].split;
        assert!(
            (swells as f64 - expected).abs() <= 2.0,
            "{}: {swells} swells, {expected} expected",
            name(instrument)
        );
    }
}

#[test]
fn the_tail_ends_in_silence() {
    for instrument in &ALL {
        let sound = strike(instrument);
        let length = instrument.length;
        let before_fade = level(seconds(&sound, length * 0.9, length * 0.95));
        assert!(before_fade < peak(&sound) - 50.0, "{}: cut at {before_fade}", name(instrument));
        let end = level(seconds(&sound, length * 0.98, length));
        assert!(end < peak(&sound) - 60.0, "{}: ends at {end} dB", name(instrument));
        assert!(
            sound[sound.len() - 1].abs() < 0.5 / 32768.0,
            "{}: ends with a click",
            name(instrument)
        );
    }
}

#[test]
fn the_files_are_up_to_date_and_small() {
    let mut total = 0;
    for instrument in &ALL {
        let bytes = flac::encode(&strike(instrument)).expect("a sound can be encoded");
        total += bytes.len();
        let kept = std::fs::read(file(instrument.name)).expect("cargo xtask sounds has been run");
        assert!(kept == bytes, "{} is out of date: run cargo xtask sounds", name(instrument));
    }
    assert!(total < 1_000_000, "{total} bytes");
}
