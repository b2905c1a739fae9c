//! Records the real player on a real sound server. The tests assert samples and the order of events;
//! `cargo xtask bench` measures how punctual bells are.
//!
//! Needs `pulseaudio`, `parec` and ALSA's pulse plugin. If one is missing, the tests fail with `CI=true`, and are
//! skipped with a message otherwise.
#![cfg(target_os = "linux")]

#[path = "../examples/bell_onsets/harness.rs"]
#[allow(dead_code, reason = "the benchmark uses the rest of it")]
mod harness;

use harness::{Cue, Ends, Played, RATE, SCRIPT, SoundServer};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Serializes the tests, because each starts its own sound server.
static SERIAL: Mutex<()> = Mutex::new(());

fn serial() -> MutexGuard<'static, ()> {
    SERIAL.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Returns the command that runs this test program as the player.
fn player() -> Command {
    let mut player = Command::new(std::env::current_exe().expect("this program has a path"));
    player.args(["plays_the_bells_of_the_script", "--exact", "--nocapture", "--ignored"]);
    player
}

#[test]
#[ignore = "it is the player of the other tests"]
fn plays_the_bells_of_the_script() {
    // Without a script, as in `cargo test -- --ignored`, there is nothing to play.
    if std::env::var_os(SCRIPT).is_some() {
        // Ends the line that the test harness has started.
        println!();
        harness::play_script();
    }
}

fn server() -> Option<SoundServer> {
    match SoundServer::start() {
        Ok(server) => Some(server),
        Err(missing) if std::env::var("CI").is_ok_and(|ci| ci == "true") => {
            panic!("bells cannot be played: {missing}")
        }
        Err(missing) => {
            eprintln!("SKIPPED, BELLS WERE NOT HEARD: {missing}");
            None
        }
    }
}

fn record(server: &SoundServer, cues: &[Cue]) -> Played {
    server.record(cues, player()).expect("the player runs and is recorded")
}

/// Converts seconds to samples of a recording.
const fn seconds(count: usize) -> usize {
    count * RATE as usize
}

/// Returns the number of audible samples after the only onset.
fn audible_samples(played: &Played) -> usize {
    let [onset] = played.recording.onset_samples()[..] else {
        panic!("{:?}", played.recording.onset_samples());
    };
    played.recording.last_audible().expect("it was played") - onset
}

#[test]
fn every_bell_is_recorded_once() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let cues: Vec<Cue> = (1..=8).map(|index| Cue::new(ms(1307) * index, "wood-block")).collect();
    let played = record(&server, &cues);
    assert_eq!(played.recording.onset_samples().len(), 8);
    assert_eq!(played.troubles, [""; 0]);
    assert!(played.device.is_some());
}

#[test]
fn no_thread_is_left_after_the_bells() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let played =
        record(&server, &[Cue::new(ms(1000), "wood-block"), Cue::new(ms(1200), "wood-block")]);
    // The reporting thread and the main thread of the test program.
    assert_eq!(played.thread_count, 2);
}

#[test]
fn nine_strokes_are_recorded_as_nine() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let played = record(&server, &[Cue { strikes: 9, ..Cue::new(ms(1000), "wood-block") }]);
    let onsets = played.recording.onset_samples();
    assert_eq!(onsets.len(), 9, "{onsets:?}");
    // A busy computer can only delay strokes, so only the shortest interval is checked.
    let shortest_interval = onsets.windows(2).map(|pair| pair[1] - pair[0]).min();
    assert!(shortest_interval >= Some(seconds(1) - 240), "{onsets:?}");
}

#[test]
fn a_cancelled_bell_fades_and_is_not_struck_again() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let ends = Ends::CancelledRinging;
    let played = record(&server, &[Cue { strikes: 9, ends, ..Cue::new(ms(1000), "inkin") }]);
    // Without the cancellation, a stroke is audible for more than six seconds.
    let audible = audible_samples(&played);
    assert!((seconds(1)..seconds(4)).contains(&audible), "{audible}");
}

#[test]
fn real_life_17_a_bell_fades_when_the_program_ends() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let ends = Ends::FadedRinging;
    let played = record(&server, &[Cue { strikes: 9, ends, ..Cue::new(ms(1000), "inkin") }]);
    let audible = audible_samples(&played);
    assert!((seconds(1) / 5..seconds(2)).contains(&audible), "{audible}");
    assert_eq!(played.troubles, [""; 0]);
}

#[test]
fn a_bell_cancelled_before_it_is_due_is_not_recorded() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let cancelled = Cue { ends: Ends::CancelledAtOnce, ..Cue::new(ms(2000), "bell") };
    let played = record(&server, &[cancelled, Cue::new(ms(3500), "wood-block")]);
    // The cancelled bell would be audible for longer than the wood block.
    let audible = audible_samples(&played);
    assert!(audible < seconds(1), "{audible}");
}

#[test]
fn two_bells_ring_at_once() {
    let _serial = serial();
    let Some(server) = server() else { return };
    // As in a sit of one second: the start bell still rings when the end bell is struck. The sounds differ, because the
    // phase would decide how loud two equal sounds are together.
    let played = record(&server, &[Cue::new(ms(1000), "inkin"), Cue::new(ms(2000), "wood-block")]);
    let onsets = played.recording.onset_samples();
    assert_eq!(onsets.len(), 2, "{onsets:?}");
    let between = &played.recording.samples[onsets[0]..onsets[1]];
    let longest_silence = between.split(|x| x.abs() > 0.0003).map(<[f32]>::len).max();
    assert!(longest_silence < Some(seconds(1) / 2), "{longest_silence:?}");
}

#[test]
fn a_previewed_bell_is_recorded() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let played = record(&server, &[Cue::new(ms(0), "wood-block")]);
    assert_eq!(played.recording.onset_samples().len(), 1);
}

#[test]
fn a_custom_sound_file_is_recorded() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let sounds = concat!(env!("CARGO_MANIFEST_DIR"), "/sounds/wood-block.flac");
    let path = server.folder().join("my own block.flac");
    std::fs::copy(sounds, &path).expect("the sound is there");
    let played = record(&server, &[Cue::new(ms(1000), path.to_str().expect("a plain path"))]);
    assert_eq!(played.recording.onset_samples().len(), 1);
    assert_eq!(played.troubles, [""; 0]);
}

#[test]
fn a_missing_file_is_reported_and_replaced_by_another_bell() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let missing = server.folder().join("gone.wav");
    let missing = missing.to_str().expect("a plain path");
    let ends = Ends::CancelledRinging;
    let played = record(&server, &[Cue { ends, ..Cue::new(ms(1000), missing) }]);
    assert_eq!(played.recording.onset_samples().len(), 1);
    let [trouble] = &played.troubles[..] else { panic!("{:?}", played.troubles) };
    assert!(
        trouble.contains("gone.wav") && trouble.contains("instead=(bells-sound-inkin)"),
        "{trouble}"
    );
}

/// Returns a mono WAV file of 32-bit floats.
fn wav(rate: u32, samples: &[f32]) -> Vec<u8> {
    let length = u32::try_from(samples.len() * 4).expect("a short file");
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x03\0\x01\0");
    file.extend(rate.to_le_bytes());
    file.extend(rate.wrapping_mul(4).to_le_bytes());
    file.extend(b"\x04\0\x20\0data");
    file.extend(length.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[test]
fn real_life_16_an_unplayable_file_is_reported_and_replaced_by_another_bell() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let level = [0.9_f32; 48_000];
    let mut blast = level;
    blast[9000] = f32::INFINITY;
    let files: [(&str, Vec<u8>, &str); 3] = [
        ("rate0.wav", wav(0, &level), "error-file-damaged"),
        ("rate1.wav", wav(1, &level), "error-file-rate hertz=\"1\""),
        ("blast.wav", wav(48_000, &blast), "error-file-not-finite"),
    ];
    let mut cues = vec![];
    for (index, (name, bytes, _)) in (1..).zip(&files) {
        let path = server.folder().join(name);
        std::fs::write(&path, bytes).expect("it can be written");
        let ends = Ends::CancelledRinging;
        let path = path.to_str().expect("a plain path");
        cues.push(Cue { ends, ..Cue::new(ms(3000) * index, path) });
    }
    let pipe = server.folder().join("pipe.wav");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    cues.push(Cue::new(ms(12_000), pipe.to_str().expect("a plain path")));
    let played = record(&server, &cues);
    assert_eq!(played.recording.onset_samples().len(), 4);
    let expected = files
        .iter()
        .map(|(name, _, why)| (*name, *why))
        .chain([("pipe.wav", "error-file-not-a-file")]);
    assert_eq!(played.troubles.len(), 4, "{:?}", played.troubles);
    for ((name, why), trouble) in expected.zip(&played.troubles) {
        assert!(trouble.contains(name) && trouble.contains(why), "{trouble}");
    }
    // A cue has the volume 0.7, which halves the amplitude, and no sample exceeds full scale.
    let peak = played.recording.samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    assert!(peak < 0.5, "{peak}");
}

const STUCK: &str = "error-bell-stuck";

#[test]
fn real_life_16_a_sound_server_that_does_not_respond_is_reported() {
    let _serial = serial();
    let Some(server) = server() else { return };
    server.stop().expect("it can be stopped");
    let played = server.play(&[Cue::new(ms(1000), "bell")], player(), |_| {}).expect("it ends");
    let [check, bell] = &played.troubles[..] else { panic!("{:?}", played.troubles) };
    assert!(check.starts_with("at the check: ") && check.contains(STUCK), "{check}");
    assert!(bell.starts_with(STUCK), "{bell}");
}

#[test]
fn real_life_16_a_sound_server_that_stops_responding_during_a_bell_is_reported() {
    let _serial = serial();
    let Some(server) = server() else { return };
    let cue = Cue { strikes: 9, ..Cue::new(ms(1000), "inkin") };
    let stop_once_it_rings = |line: &str| {
        if line == "rings" {
            server.stop().expect("it can be stopped");
        }
    };
    let played = server.play(&[cue], player(), stop_once_it_rings).expect("it ends");
    let [bell] = &played.troubles[..] else { panic!("{:?}", played.troubles) };
    assert!(bell.starts_with(STUCK), "{bell}");
}

#[test]
fn a_missing_sound_device_is_reported_and_the_player_continues() {
    let _serial = serial();
    let server = SoundServer::without_device().expect("a folder can be made");
    let played = record(&server, &[Cue::new(ms(1000), "bell"), Cue::new(ms(1500), "bell")]);
    assert_eq!(played.device, None);
    let [check, first, second] = &played.troubles[..] else { panic!("{:?}", played.troubles) };
    assert!(check.starts_with("at the check: error-bell-no-device"), "{check}");
    for trouble in [first, second] {
        assert!(trouble.starts_with("error-bell-no-device"), "{trouble}");
    }
}
