//! A process is killed repeatedly while it writes: everything that was saved is there, and the database is intact. The test
//! runs itself as the process that is killed.

mod common;

use common::{at, drive, plan, start};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::SessionId;
use zafu_core::profile::WeeklyTarget;
use zafu_core::timer::{Command, Timer};
use zafu_store::Store;

const FOLDER: &str = "ZAFU_STORE_TEST_FOLDER";
const ROUND: &str = "ZAFU_STORE_TEST_ROUND";

/// A note that is long enough to cause a checkpoint of the log every few sits.
fn long_note() -> String {
    "rain ".repeat(40_000)
}

/// The weekly target that is set after a sit.
fn target(id: SessionId) -> WeeklyTarget {
    WeeklyTarget::new((id.0.as_u128() % 1000) as u32).unwrap()
}

/// The process that is killed: saves sits, notes and targets, and prints each save, without end.
#[test]
#[ignore = "only run by the test below, which kills it"]
fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let round: u128 = std::env::var(ROUND).unwrap().parse().unwrap();
    let print = |event: &str, id: SessionId| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{event} {id}").and_then(|()| out.flush()).unwrap();
    };
    print("opening", common::id(0));
    let store = Store::open(&folder, at(0).wall).unwrap();
    for n in 1.. {
        let id = common::id(round << 64 | n);
        let mut timer = Timer::default();
        drive(&store, &mut timer, start(id, plan(600, 0)), at(0));
        print("started", id);
        drive(&store, &mut timer, Command::Checkpoint, at(30));
        drive(&store, &mut timer, Command::End { overtime: None }, at(60));
        print("ended", id);
        store.edit(id, SessionEdit::texts(long_note(), ""), at(0).wall.utc).unwrap();
        print("noted", id);
        store.set_target(target(id)).unwrap();
        print("set", id);
    }
}

fn spawn(folder: &Path, round: u64) -> Child {
    Process::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "writes_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills the process shortly after it has printed `lines` lines, and returns all its lines.
fn killed_after(
    folder: &Path,
    round: u64,
    lines: usize,
    later: Duration,
) -> Vec<(String, SessionId)> {
    let mut child = spawn(folder, round);
    let mut lines_of_child = BufReader::new(child.stdout.take().unwrap()).lines();
    let read = |line: std::io::Result<String>| {
        let line = line.unwrap();
        let (event, id) = line.split_once(' ')?;
        Some((event.to_owned(), id.parse().ok()?))
    };
    let mut printed: Vec<_> = lines_of_child.by_ref().filter_map(read).take(lines).collect();
    std::thread::sleep(later);
    child.kill().unwrap();
    child.wait().unwrap();
    printed.extend(lines_of_child.filter_map(read));
    printed
}

#[test]
fn saved_sits_survive_every_kill() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let mut known = BTreeMap::new();
    for round in 1..=48_u64 {
        // The first rounds are killed while the database is created or opened.
        let lines = if round <= 12 { 1 } else { 1 + (round as usize * 7) % 40 };
        let later = Duration::from_micros(round * 337 % 4000);
        known.extend(killed_after(&folder, round, lines, later).into_iter().map(|(w, id)| (id, w)));
        let store = Store::open(&folder, at(0).wall).unwrap();
        store.check().unwrap();
        let open_sits = store.open_sits().unwrap();
        let (mut timer, _) = Timer::recover(open_sits, at(60));
        for (id, event) in known.iter().filter(|(_, event)| *event != "opening") {
            let session = store.session(*id).unwrap().expect("a sit that was saved is there");
            let ended = session.lifecycle.endedat().is_some();
            assert!(event == "started" || ended, "{id} {event}: {session:?}");
            let is_noted = matches!(event.as_str(), "noted" | "set");
            assert!(!is_noted || session.details.value.note == long_note(), "{id}");
        }
        // The process was killed before it set the next one, or before it printed that.
        if let Some((id, _)) = known.iter().rev().find(|(_, event)| *event == "set") {
            let next = SessionId(Uuid::from_u128(id.0.as_u128() + 1));
            let found = store.partner().unwrap().target.value;
            let of_round = id.0.as_u128() >> 64 == round.into();
            assert!(!of_round || found == target(*id) || found == target(next), "{id}: {found}");
        }
        if timer.sit().is_some() {
            drive(&store, &mut timer, Command::End { overtime: None }, at(60));
        }
        let queued = store.pending(u32::MAX).unwrap();
        assert_eq!(queued.len(), common::log(&store).len(), "every started sit is pending");
    }
    assert!(known.len() > 48, "too few sits were written: {}", known.len());
}
