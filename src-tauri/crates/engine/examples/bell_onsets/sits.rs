//! Real sits of one second, the shortest possible, started from the command line. Their end bell is due before its
//! device had the usual time to wake up.

use super::harness::{Played, SoundServer};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use zafu_core::plan::{OvertimeChoice, SoundName, Strike, Strikes};
use zafu_engine::Client;
use zafu_engine::{Clock, SystemClock};
use zafu_engine::{DATA_DIR_VARIABLE, DataFolder};
use zafu_store::Store;

const SIT: Duration = Duration::from_secs(1);

/// Runs `count` sits with the command `zafu`. Returns how late each end bell was, in milliseconds.
///
/// # Errors
/// The command or the recorder fails.
pub fn errors(server: &SoundServer, zafu: &Path, count: u32) -> Result<Vec<Option<f64>>, String> {
    let data = server.folder().join("zafu");
    choose_a_sound_without_a_tail(&data)?;
    let sits = || (0..count).map(|_| sit(server, zafu, &data)).collect::<Result<_, _>>();
    let (due, recording) = server.record_while(sits)?;
    Ok(Played { due: due?, recording, ..Played::default() }.errors())
}

fn choose_a_sound_without_a_tail(data: &Path) -> Result<(), String> {
    let now = SystemClock::new().now().wall;
    let store = Store::open(data, now).map_err(|error| error.to_string())?;
    let mut settings = store.settings().map_err(|error| error.to_string())?;
    settings.plan.start_bell = None;
    settings.plan.end_bell =
        Some(Strike { sound: SoundName("wood-block".into()), strikes: Strikes::MIN });
    settings.plan.overtime = OvertimeChoice::Never;
    settings.notify = false;
    store.save_settings(&settings).map_err(|error| error.to_string())
}

/// Runs one sit. Returns when its end bell was due, in boot time, computed from the engine's state.
fn sit(server: &SoundServer, zafu: &Path, data: &Path) -> Result<Duration, String> {
    let to_text = |error: std::io::Error| error.to_string();
    let mut command = Command::new(zafu);
    command.args(["sit", "1s", "--prepare", "0s", "--terminal"]).env(DATA_DIR_VARIABLE, data);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = server.command(command).spawn().map_err(to_text)?;
    let mut out = BufReader::new(running.stdout.take().ok_or("no output")?);
    out.read_line(&mut String::new()).map_err(to_text)?;
    let folder = DataFolder::at(data).map_err(|error| error.to_string())?;
    let mut client = Client::connect(&folder).ok().flatten().ok_or("the sit cannot be reached")?;
    let clock = SystemClock::new();
    let before = clock.now().boot;
    let state = client.state().map_err(|error| error.to_string())?;
    let after = clock.now().boot;
    let elapsed = state.sit.ok_or("the sit ended before its state was read")?.elapsed_ms;
    let requested = before.0 + after.since(before) / 2;
    running.wait().map_err(to_text)?;
    Ok(requested.saturating_sub(Duration::from_millis(elapsed)) + SIT)
}
