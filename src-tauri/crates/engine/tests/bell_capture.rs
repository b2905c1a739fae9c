//! Bells as they are heard: the real player on a real sound server, recorded.
//!
//! Needs `pulseaudio`, `parec` and ALSA's pulse plugin; where they are missing, `CI=true` fails and anything else
//! skips, loudly.
#![cfg(target_os = "linux")]

#[path = "../examples/bell_onsets/harness.rs"]
#[allow(dead_code, reason = "the benchmark uses the rest of it")]
mod harness;

use harness::{Cue, Heard, SCRIPT, SoundServer};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One at a time: they measure milliseconds.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// This test program, as the player.
fn player() -> Command {
    let mut player = Command::new(std::env::current_exe().expect("this program has a path"));
    player.args(["plays_what_the_script_says", "--exact", "--nocapture", "--ignored"]);
    player
}

#[test]
#[ignore = "it is the player of the other tests"]
fn plays_what_the_script_says() {
    // Run by hand without a script it has nothing to do.
    if std::env::var_os(SCRIPT).is_some() {
        // The harness of the tests has begun a line.
        println!();
        harness::play_script();
    }
}

fn server() -> Option<SoundServer> {
    match SoundServer::start() {
        Ok(server) => Some(server),
        Err(missing) if std::env::var("CI").is_ok_and(|ci| ci == "true") => {
            panic!("bells cannot be heard: {missing}")
        }
        Err(missing) => {
            eprintln!("SKIPPED, BELLS WERE NOT HEARD: {missing}");
            None
        }
    }
}

fn hear(server: &SoundServer, cues: &[Cue]) -> Heard {
    server.hear(cues, player()).expect("the player runs and is recorded")
}

/// When each onset was, counted from when the first bell was due, in milliseconds.
fn onsets(heard: &Heard) -> Vec<f64> {
    let first = heard.due[0].as_secs_f64();
    let onsets = heard.recording.onsets();
    onsets.iter().map(|onset| (onset.as_secs_f64() - first) * 1e3).collect()
}

#[test]
fn bells_are_heard_when_they_are_due() {
    let _turn = turn();
    let Some(server) = server() else { return };
    let cues: Vec<Cue> = (1..=8).map(|index| Cue::new(ms(1307) * index, "wood-block")).collect();
    let heard = hear(&server, &cues);
    let mut errors: Vec<f64> =
        heard.errors().into_iter().map(|error| error.expect("every bell is heard")).collect();
    errors.sort_by(f64::total_cmp);
    let (median, spread) = (errors[4], errors[7] - errors[0]);
    assert!(median.abs() < 60.0 && spread < 20.0, "late by {errors:.1?} ms");
    assert_eq!(heard.troubles, [""; 0]);
    assert!(heard.device.is_some());
}

#[test]
fn no_thread_is_left_when_bells_are_over() {
    let _turn = turn();
    let Some(server) = server() else { return };
    let heard =
        hear(&server, &[Cue::new(ms(1000), "wood-block"), Cue::new(ms(1200), "wood-block")]);
    // The one that tells, and the test program's own.
    assert_eq!(heard.threads_left, 2);
}

#[test]
fn nine_strokes_are_heard_as_nine() {
    let _turn = turn();
    let Some(server) = server() else { return };
    let heard = hear(&server, &[Cue { strikes: 9, ..Cue::new(ms(1000), "wood-block") }]);
    let onsets = onsets(&heard);
    assert_eq!(onsets.len(), 9, "{onsets:.1?}");
    for (index, onset) in onsets.iter().enumerate() {
        let apart = onset - onsets[0];
        assert!((apart - 1000.0 * index as f64).abs() < 5.0, "{onsets:.1?}");
    }
}

#[test]
fn a_cancelled_bell_fades_and_is_not_struck_again() {
    let _turn = turn();
    let Some(server) = server() else { return };
    let bell = Cue { strikes: 9, cancel_at: Some(ms(3000)), ..Cue::new(ms(1000), "inkin") };
    let heard = hear(&server, &[bell]);
    assert_eq!(heard.recording.onsets().len(), 1);
    let (due, rings) = (heard.due[0], |from: Duration, to| heard.recording.peak_between(from, to));
    let before = rings(due + ms(1500), due + ms(1900));
    assert!(before > 0.01, "it rings until it is cancelled: {before}");
    let fading = rings(due + ms(2700), due + ms(2900));
    assert!(fading > 0.0003 && fading < before / 3.0, "it fades: {fading} after {before}");
    assert!(rings(due + ms(3700), due + ms(5000)) < 0.0003, "it is silent");
}

#[test]
fn a_bell_cancelled_before_its_time_is_not_heard() {
    let _turn = turn();
    let Some(server) = server() else { return };
    let cancelled = Cue { cancel_at: Some(ms(1500)), ..Cue::new(ms(2000), "bell") };
    let heard = hear(&server, &[cancelled, Cue::new(ms(3500), "wood-block")]);
    let onsets = onsets(&heard);
    assert!(onsets.len() == 1 && (onsets[0] - 1500.0).abs() < 100.0, "{onsets:.1?}");
}

#[test]
fn two_bells_ring_at_once() {
    let _turn = turn();
    let Some(server) = server() else { return };
    // A sit of one second: the bell of its start still rings when that of its end is struck.
    let cancel_at = Some(ms(4000));
    let bell = |at| Cue { cancel_at, ..Cue::new(ms(at), "inkin") };
    let heard = hear(&server, &[bell(1000), bell(2000)]);
    let onsets = onsets(&heard);
    assert!(onsets.len() == 2 && (onsets[1] - onsets[0] - 1000.0).abs() < 20.0, "{onsets:.1?}");
}

#[test]
fn one_that_is_tried_out_is_heard_at_once() {
    let _turn = turn();
    let Some(server) = server() else { return };
    let heard = hear(&server, &[Cue::new(ms(0), "wood-block")]);
    let onsets = onsets(&heard);
    assert!(onsets.len() == 1 && onsets[0] < 400.0, "{onsets:.1?}");
}

#[test]
fn a_file_of_ones_own_is_heard() {
    let _turn = turn();
    let Some(server) = server() else { return };
    let sounds = concat!(env!("CARGO_MANIFEST_DIR"), "/sounds/wood-block.flac");
    let path = server.folder().join("my own block.flac");
    std::fs::copy(sounds, &path).expect("the sound is there");
    let heard = hear(&server, &[Cue::new(ms(1000), path.to_str().expect("a plain path"))]);
    assert_eq!(heard.recording.onsets().len(), 1);
    assert_eq!(heard.troubles, [""; 0]);
}

#[test]
fn a_missing_file_is_told_and_another_bell_heard() {
    let _turn = turn();
    let Some(server) = server() else { return };
    let missing = server.folder().join("gone.wav");
    let missing = missing.to_str().expect("a plain path");
    let heard = hear(&server, &[Cue { cancel_at: Some(ms(2000)), ..Cue::new(ms(1000), missing) }]);
    assert_eq!(heard.recording.onsets().len(), 1);
    let [trouble] = &heard.troubles[..] else { panic!("{:?}", heard.troubles) };
    assert!(
        trouble.contains("gone.wav") && trouble.contains("the inkin is heard instead"),
        "{trouble}"
    );
}

#[test]
fn without_a_device_the_player_says_so_and_goes_on() {
    let _turn = turn();
    let server = SoundServer::none().expect("a folder can be made");
    let heard = hear(&server, &[Cue::new(ms(1000), "bell"), Cue::new(ms(1500), "bell")]);
    assert_eq!(heard.device, None);
    let [check, first, second] = &heard.troubles[..] else { panic!("{:?}", heard.troubles) };
    assert!(check.starts_with("at the check: There is no sound device"), "{check}");
    for trouble in [first, second] {
        assert!(trouble.starts_with("There is no sound device, so bells are silent"), "{trouble}");
    }
}
