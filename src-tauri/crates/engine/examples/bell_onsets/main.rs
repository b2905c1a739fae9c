//! Measures how exactly bells ring when they are due, on a separate sound server that runs in real time.
//!
//! `cargo run --release -p zafu-engine --example bell_onsets -- [BELLS] [SOUND]` plays this number of bells (20) of a
//! sound (`wood-block`), and prints one JSON object: the error of each onset in milliseconds (`null` for a bell
//! that was not recorded), their median, the 99th percentile of the distance from it, and the number of missing bells.
//! `-- sits SITS ZAFU` measures the end bells of real sits of one second, started with the command at `ZAFU`.

#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod harness;
#[cfg(target_os = "linux")]
mod sits;

#[cfg(target_os = "linux")]
fn main() {
    use harness::{Cue, SCRIPT, SoundServer, play_script};
    use std::process::Command;
    use std::time::Duration;
    use zafu_engine::bell::Sound;

    if std::env::var_os(SCRIPT).is_some() {
        return play_script();
    }
    let mut args = std::env::args().skip(1).peekable();
    let server = SoundServer::start().expect("a sound server can be started");
    if args.next_if_eq("sits").is_some() {
        let count = args.next().expect("how many sits").parse().expect("a number of sits");
        let zafu = args.next().expect("where the command is");
        let errors = sits::errors(&server, zafu.as_ref(), count).expect("sits can be sat");
        return println!("{}", report(&errors));
    }
    let bells = args.next().map_or(20, |bells| bells.parse().expect("the number of bells"));
    let sound = args.next().unwrap_or_else(|| "wood-block".into());
    // A stroke must not overlap the tail of the one before. The interval is not a round number, so that bells are at
    // different positions within the buffers of the device.
    let between =
        sound.parse::<Sound>().map_or(Duration::from_secs(5), |sound| sound.between_strokes());
    let interval = between + Duration::from_millis(307);
    let cues: Vec<Cue> = (1..=bells).map(|index| Cue::new(interval * index, &sound)).collect();
    let player = Command::new(std::env::current_exe().expect("this program has a path"));
    let played = server.record(&cues, player).expect("bells can be played");
    println!("{}", report(&played.errors()));
    for trouble in &played.troubles {
        eprintln!("{trouble}");
    }
}

#[cfg(target_os = "linux")]
fn report(errors: &[Option<f64>]) -> String {
    let sorted = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all
    };
    let at = |all: &[f64], share: f64| {
        let index = (all.len().saturating_sub(1) as f64 * share).ceil() as usize;
        all.get(index).copied().unwrap_or(f64::NAN)
    };
    let played = sorted(errors.iter().copied().flatten().collect());
    let median = at(&played, 0.5);
    let spread = sorted(played.iter().map(|error| (error - median).abs()).collect());
    let number = |error: f64| serde_json::json!((error * 100.0).round() / 100.0);
    serde_json::json!({
        "bells": errors.len(),
        "missed": errors.len() - played.len(),
        "median_ms": number(median),
        "p99_from_median_ms": number(at(&spread, 0.99)),
        "worst_from_median_ms": number(at(&spread, 1.0)),
        "errors_ms": errors.iter().map(|error| error.map(number)).collect::<Vec<_>>(),
    })
    .to_string()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("This measurement needs PulseAudio, which Linux has.");
}
