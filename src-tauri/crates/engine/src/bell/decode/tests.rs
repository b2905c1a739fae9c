//! Tests the decoding of sound files, mainly of unusual and damaged ones.

use super::super::ringing::{Ringing, Stage};
use super::super::sound::BuiltIn;
use super::super::thread;
use super::*;
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

const BLOCK_MP3: &[u8] = include_bytes!("../../../tests/bell_files/block.mp3");
const BLOCK_OGG: &[u8] = include_bytes!("../../../tests/bell_files/block.ogg");

/// The samples of a WAV file, by their format.
#[derive(Clone, Copy, Debug)]
enum Samples<'a> {
    Integers(&'a [i16]),
    Floats(&'a [f32]),
}

/// Builds a WAV file.
fn wav(samples: Samples<'_>, channels: u16, rate: u32) -> Vec<u8> {
    let (format, bits, data): (u16, u16, Vec<u8>) = match samples {
        Samples::Integers(all) => (1, 16, all.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Samples::Floats(all) => (3, 32, all.iter().flat_map(|x| x.to_le_bytes()).collect()),
    };
    let (length, frame) = (u32::try_from(data.len()).unwrap(), channels * bits / 8);
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0");
    file.extend(format.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend(rate.wrapping_mul(u32::from(frame)).to_le_bytes());
    file.extend(frame.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(data);
    file
}

/// Reads a file as a bell does, with a deadline that no test reaches.
fn read(path: &Path) -> Result<Recording, FileFault> {
    thread::read(path, Duration::from_secs(600))
}

/// Writes `bytes` to a file called `name` and reads it as a bell does.
fn read_as(name: &str, bytes: &[u8]) -> Result<Recording, FileFault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read(&path)
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()))
}

#[test]
fn every_built_in_sound_is_audible() {
    for sound in BuiltIn::ALL {
        let recording = built_in(sound.flac()).expect("its file is a FLAC");
        let peak = peak(&recording.samples);
        assert!((0.70..0.72).contains(&peak), "{}: {peak}", sound.name());
        assert_eq!((recording.channels, recording.rate), (1, 48_000));
    }
}

#[test]
fn every_supported_format_is_read() {
    for (name, bytes) in [("block.mp3", BLOCK_MP3), ("block.ogg", BLOCK_OGG)] {
        let peak = peak(&read_as(name, bytes).unwrap().samples);
        assert!((0.6..0.8).contains(&peak), "{name}: {peak}");
    }
    assert!(read_as("block.flac", BuiltIn::WoodBlock.flac()).is_ok());
}

#[test]
fn the_name_of_a_file_does_not_decide_its_format() {
    for name in ["block.ogg", "block", "block.jpeg", "block.mp3.part"] {
        assert!(read_as(name, BLOCK_MP3).is_ok(), "{name}");
    }
}

#[test]
fn two_channels_are_kept_and_more_are_mixed_down() {
    let stereo = read_as("a.wav", &wav(Samples::Integers(&[16_384, -16_384].repeat(100)), 2, 8000));
    let stereo = stereo.unwrap();
    assert_eq!((stereo.frames(), stereo.frame(7)), (100, [0.5, -0.5]));
    let front = [16_384, 16_384, 0, 0, 0, 0, 0, 0].repeat(100);
    let surround = read_as("a.wav", &wav(Samples::Integers(&front), 8, 8000)).unwrap();
    assert_eq!((surround.channels, surround.frame(7)), (1, [0.125; 2]));
}

#[test]
fn a_long_file_is_cut_off_with_a_fade() {
    let long = wav(Samples::Integers(&vec![16_000; 8000 * 90]), 1, 8000);
    let recording = read_as("long.wav", &long).unwrap();
    // The end of the fade is inaudible and therefore trimmed.
    assert!((8000 * 59..8000 * 60).contains(&recording.frames()), "{}", recording.frames());
    assert!(recording.samples[8000 * 56] > 0.4 && recording.samples[8000 * 59] < 0.1);
    assert_eq!(recording.samples.last(), Some(&0.0));
}

#[test]
fn real_life_16_a_file_that_is_not_a_sound_is_rejected_without_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert_eq!(read(&at("gone.wav")), Err(FileFault::Missing));
    assert_eq!(read(folder.path()), Err(FileFault::NotAFile));
    std::fs::write(at("letter.mp3"), "Dear bell, ".repeat(500)).unwrap();
    assert_eq!(read(&at("letter.mp3")), Err(FileFault::UnknownFormat));
    std::fs::write(at("empty.ogg"), "").unwrap();
    assert_eq!(read(&at("empty.ogg")), Err(FileFault::UnknownFormat));
    #[cfg(unix)]
    {
        let pipe = at("pipe.wav");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert_eq!(read(&pipe), Err(FileFault::NotAFile));
        // A pipe may also replace a file after the check: opening it does not wait for a writer.
        let opened = open(&pipe).unwrap();
        assert!(!opened.metadata().unwrap().is_file());
        assert_eq!(read(Path::new("/dev/zero")), Err(FileFault::NotAFile));
    }
}

#[test]
fn real_life_16_rates_and_channel_counts_that_no_device_has_are_rejected() {
    let tone = [12_000, -12_000].repeat(4000);
    // The format reader itself panics on a rate of 0.
    let read = read_as("a.wav", &wav(Samples::Integers(&tone), 1, 0));
    assert!(matches!(read, Err(FileFault::Damaged { .. })));
    for hertz in [1, 3999, 384_001, u32::MAX] {
        let file = wav(Samples::Integers(&tone), 1, hertz);
        assert_eq!(read_as("a.wav", &file), Err(FileFault::Rate { hertz }));
    }
    for hertz in [4000, 383_999, 384_000] {
        let level = vec![0.5; 8000];
        let read = read_as("a.wav", &wav(Samples::Floats(&level), 1, hertz)).unwrap();
        assert!(read.rate <= 48_000 && peak(&read.samples) > 0.4, "{hertz}");
    }
    for channels in [0, 9, 24, 1000] {
        let read = read_as("a.wav", &wav(Samples::Integers(&tone), channels, 48_000));
        assert!(
            matches!(
                read,
                Err(FileFault::Channels { .. }
                    | FileFault::Damaged { .. }
                    | FileFault::UnknownFormat)
            ),
            "{channels}: {:?}",
            read.map(|read| read.frames())
        );
    }
}

#[test]
fn real_life_16_samples_that_are_not_numbers_are_rejected_and_loud_ones_reduced() {
    for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut samples = vec![0.5; 8000];
        samples[5000] = odd;
        let file = wav(Samples::Floats(&samples), 1, 8000);
        assert_eq!(read_as("a.wav", &file), Err(FileFault::NotFinite), "{odd}");
    }
    for loud in [1.5, 1e9, f32::MAX] {
        let mut samples = vec![0.5 * loud; 8000];
        samples[5000] = -loud;
        let read = read_as("a.wav", &wav(Samples::Floats(&samples), 1, 8000)).unwrap();
        assert_eq!((peak(&read.samples), read.samples[100]), (1.0, 0.5), "{loud}");
    }
}

#[test]
fn real_life_16_a_silent_file_is_rejected() {
    for samples in [vec![0; 8000], vec![3; 8000], vec![20_000; 8], vec![]] {
        let read = read_as("a.wav", &wav(Samples::Integers(&samples), 1, 8000));
        assert!(matches!(read, Err(FileFault::Silent | FileFault::UnknownFormat)), "{read:?}");
    }
}

#[test]
fn an_abandoned_read_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    std::fs::write(&path, wav(Samples::Integers(&[9000; 8000]), 1, 8000)).unwrap();
    let (length, abandoned) = (std::fs::metadata(&path).unwrap().len(), Abandoned::default());
    let mut source =
        AwaitedFile { file: open(&path).unwrap(), length, abandoned: abandoned.clone() };
    assert!(source.read(&mut [0; 10]).is_ok());
    abandoned.set();
    assert!(source.read(&mut [0; 10]).is_err());
}

/// Asserts that any input is either an audible bell no louder than the volume, or rejected, so that the built-in sound
/// is heard instead.
fn is_a_bell_or_refused(bytes: &[u8]) -> Result<(), TestCaseError> {
    let source = io::Cursor::new(bytes.to_vec());
    let decoded = std::panic::catch_unwind(|| decode(source, None).and_then(Recording::prepared));
    // The thread that reads contains a panic of the decoder; see the tests of `deadline`.
    let Ok(Ok(recording)) = decoded else { return Ok(()) };
    prop_assert!(recording.channels == 1 || recording.channels == 2);
    prop_assert!((4000..=48_000).contains(&recording.rate));
    prop_assert!(recording.frames() <= frames(LONGEST, recording.rate) + 1);
    prop_assert!(recording.samples.iter().all(|sample| sample.abs() <= 1.0));
    prop_assert!(peak(&recording.samples) >= 0.001);
    // Rendered at half the volume.
    let heard = Arc::new(recording.at_rate(44_100));
    let mut ringing = Ringing::new(Arc::clone(&heard), 2, Duration::from_millis(5), 0.5);
    let mut out = vec![9.0; (heard.frames() + 4410) * 2];
    let stage = ringing.fill(&mut out, 2, 0.0, None);
    prop_assert_eq!(stage, Stage::Over);
    prop_assert!(out.iter().all(|sample| sample.abs() <= 0.25));
    prop_assert!(peak(&out) > 0.0001);
    Ok(())
}

/// Returns a short, valid file of each format.
fn whole_files() -> Vec<Vec<u8>> {
    let tone: Vec<i16> = (0..4000).map(|n| if n % 40 < 20 { 9000 } else { -9000 }).collect();
    let floats: Vec<f32> = tone.iter().map(|x| f32::from(*x) / 32_768.0).collect();
    vec![
        wav(Samples::Integers(&tone), 1, 8000),
        wav(Samples::Integers(&tone), 2, 44_100),
        wav(Samples::Floats(&floats), 1, 48_000),
        BuiltIn::WoodBlock.flac().to_vec(),
        BLOCK_MP3.to_vec(),
        BLOCK_OGG.to_vec(),
    ]
}

/// Damage at one offset of a file.
#[derive(Clone, Debug)]
enum Damage {
    /// Overwrites bytes, mostly in the header, whose fields a decoder trusts.
    Overwrite(Vec<u8>),
    /// Removes this number of bytes.
    Remove(usize),
    /// Removes the rest of the file.
    Cut,
}

fn damages() -> impl Strategy<Value = Vec<(usize, Damage)>> {
    let extreme = prop_oneof![
        Just(vec![0; 4]),
        Just(vec![0xFF; 4]),
        Just(vec![0xFF; 2]),
        Just(f32::NAN.to_le_bytes().to_vec()),
        Just(f32::INFINITY.to_le_bytes().to_vec()),
        Just(vec![0, 0, 0, 0x80]),
    ];
    let damage = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 1..8).prop_map(Damage::Overwrite),
        4 => extreme.prop_map(Damage::Overwrite),
        1 => (1_usize..64).prop_map(Damage::Remove),
        1 => Just(Damage::Cut),
    ];
    let place = prop_oneof![3 => 0_usize..64, 2 => 0_usize..512, 1 => 0_usize..20_000];
    prop::collection::vec((place, damage), 1..6)
}

fn damaged(mut file: Vec<u8>, damages: &[(usize, Damage)]) -> Vec<u8> {
    for (place, damage) in damages {
        let place = (*place).min(file.len());
        match damage {
            Damage::Overwrite(bytes) => {
                let end = (place + bytes.len()).min(file.len());
                file[place..end].copy_from_slice(&bytes[..end - place]);
            }
            Damage::Remove(count) => drop(file.drain(place..(place + count).min(file.len()))),
            Damage::Cut => file.truncate(place),
        }
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn real_life_16_any_file_is_either_a_bell_or_rejected(
        kind in 0_usize..6,
        damages in damages(),
    ) {
        is_a_bell_or_refused(&damaged(whole_files().swap_remove(kind), &damages))?;
    }
}
