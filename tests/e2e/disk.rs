//! The disk is full or read-only, or the database is damaged or locked: Zafu reports it, keeps what is stored, and
//! continues once it can.
//!
//! A test that mounts a file system runs itself again in a private mount namespace.

use crate::zafu::{Zafu, missing, sql};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use zafu_engine::protocol::ErrorCode;

const MINUTE: Duration = Duration::from_secs(60);
const INSIDE: &str = "ZAFU_TEST_INSIDE";

/// Runs the test `name` again in a mount namespace. Returns true in that second run.
fn may_mount(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let unshare = |args: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user"]).args(args);
        command
    };
    let is_possible = "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d && rmdir $d";
    let tried = unshare(&["sh", "-c", is_possible]).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        missing("a disk of its own cannot be mounted for a test (unshare --mount --map-root-user)");
        return false;
    }
    let this = std::env::current_exe().unwrap();
    let test = format!("disk::{name}");
    let mut inside = unshare(&[]);
    let output = inside.arg(this).args(["--exact", &test]).env(INSIDE, "1").output().unwrap();
    let result = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && result.contains("1 passed"), "{result}");
    false
}

fn mount(args: &[&str], at: &Path) {
    let output = Command::new("mount").args(args).arg(at).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Mounts a file system of 1 MiB at the data folder.
fn small_disk(zafu: &Zafu) {
    fs::create_dir(zafu.data()).unwrap();
    mount(&["-t", "tmpfs", "-o", "size=1m", "tmpfs"], zafu.data());
}

/// Fills the file system to its last byte.
fn fill(zafu: &Zafu) {
    let mut ballast =
        OpenOptions::new().create(true).append(true).open(zafu.data().join("ballast")).unwrap();
    for size in [65536, 4096, 256, 16, 1] {
        while ballast.write_all(&vec![0; size]).is_ok() {}
    }
}

fn free(zafu: &Zafu) {
    fs::remove_file(zafu.data().join("ballast")).unwrap();
}

#[test]
fn on_a_full_disk_a_sit_that_cannot_be_saved_does_not_start() {
    if !may_mount("on_a_full_disk_a_sit_that_cannot_be_saved_does_not_start") {
        return;
    }
    let zafu = Zafu::new();
    small_disk(&zafu);
    let engine = zafu.sit("20m --prepare 0s");
    zafu.ok("end");
    engine.wait();
    fill(&zafu);
    zafu.run("sit 20m --terminal").fails_with(1, "is full. This change was not saved");
    free(&zafu);
    assert_eq!(zafu.json("log --json").as_array().unwrap().len(), 1);
    assert_eq!(zafu.json("status --json")["unsettled"], serde_json::json!([]));
}

#[test]
fn a_sit_continues_on_a_full_disk_and_loses_nothing() {
    if !may_mount("a_sit_continues_on_a_full_disk_and_loses_nothing") {
        return;
    }
    let zafu = Zafu::new();
    small_disk(&zafu);
    let engine = zafu.sit("open --prepare 0s");
    engine.pass(5 * MINUTE);
    fill(&zafu);
    let mut client = engine.client();
    let at = engine.pass(5 * MINUTE);
    let trouble = at.trouble.iter().find(|error| error.code == ErrorCode::NotSaved);
    let trouble = trouble.unwrap_or_else(|| panic!("no trouble with the disk is reported: {at:?}"));
    let text = zafu_messages::text(&trouble.message);
    assert!(text.contains("is full"), "{text}");
    assert!(at.sit.is_some(), "the sit continues");
    free(&zafu);
    let at = engine.pass(MINUTE);
    assert!(at.trouble.iter().all(|error| error.code != ErrorCode::NotSaved), "{at:?}");
    fill(&zafu);
    let at = engine.pass(MINUTE);
    assert!(at.trouble.iter().any(|error| error.code == ErrorCode::NotSaved), "{at:?}");
    free(&zafu);
    client.end_sit(None).unwrap();
    engine.wait();
    let log = zafu.json("log --json");
    assert_eq!((&log[0]["stage"], &log[0]["satSeconds"]), (&"completed".into(), &720.into()));
}

#[test]
fn real_life_03_an_end_on_a_full_disk_is_reported_as_saved_only_once_it_is() {
    if !may_mount("real_life_03_an_end_on_a_full_disk_is_reported_as_saved_only_once_it_is") {
        return;
    }
    let zafu = Zafu::new();
    small_disk(&zafu);
    let engine = zafu.sit("20m --prepare 0s");
    engine.pass(5 * MINUTE);
    fill(&zafu);
    let mut client = engine.client();
    zafu.run("end").fails_with(1, "The end of the sit is not saved yet. The disk that holds");
    zafu.run("quit").fails_with(1, "is not saved yet. The disk that holds");
    let ended = client.state().unwrap();
    assert!(ended.trouble.iter().any(|error| error.code == ErrorCode::NotSaved), "{ended:?}");
    let finished = ended.finished.unwrap();
    assert_eq!((finished.sat_seconds.0, finished.saved), (300, false));
    assert!(engine.exited_status().is_none(), "it waits for the disk");
    free(&zafu);
    let saved = client.advance(1000).unwrap();
    assert!(saved.trouble.iter().all(|error| error.code != ErrorCode::NotSaved), "{saved:?}");
    assert_eq!(engine.wait().0.code(), Some(0));
    let log = zafu.json("log --json");
    assert_eq!((&log[0]["stage"], &log[0]["satSeconds"]), (&"endedEarly".into(), &300.into()));
}

#[test]
fn a_read_only_folder_is_named_and_nothing_is_changed() {
    if !may_mount("a_read_only_folder_is_named_and_nothing_is_changed") {
        return;
    }
    let zafu = Zafu::new();
    small_disk(&zafu);
    let engine = zafu.sit("20m --prepare 0s");
    zafu.ok("end");
    engine.wait();
    mount(&["-o", "remount,ro"], zafu.data());
    let folder = zafu.data().to_str().unwrap();
    for line in ["sit 20m --terminal", "resolve gap"] {
        zafu.run(line).fails_with(1, folder);
        zafu.run(line).fails_with(1, "othing was changed");
    }
    mount(&["-o", "remount,rw"], zafu.data());
    assert_eq!(zafu.json("log --json").as_array().unwrap().len(), 1);
}

#[test]
fn real_life_03_a_database_that_is_removed_during_a_sit_is_written_again() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    engine.pass(MINUTE);
    for file in ["zafu.db", "zafu.db-wal", "zafu.db-shm"] {
        fs::remove_file(zafu.data().join(file)).unwrap();
    }
    zafu.ok("end");
    assert_eq!(engine.wait().0.code(), Some(0));
    let log = zafu.json("log --json");
    assert_eq!((&log[0]["stage"], &log[0]["satSeconds"]), (&"endedEarly".into(), &60.into()));
}

#[test]
fn real_life_03_a_database_that_is_replaced_during_a_sit_is_not_changed_and_the_sit_can_be_restored()
 {
    let zafu = with_a_backup();
    let copy = zafu.home().join("copy.db");
    fs::copy(zafu.database(), &copy).unwrap();
    let engine = zafu.sit("20m --prepare 0s");
    engine.pass(MINUTE);
    fs::rename(&copy, zafu.database()).unwrap();
    let rescued = zafu.data().join("zafu.db.rescued-1");
    zafu.run("end").fails_with(1, &format!("run `zafu restore {}`", rescued.display()));
    engine.wait();
    assert_eq!(zafu.json("log --json").as_array().unwrap().len(), 2, "as it was put there");
    zafu.ok(&format!("restore {}", rescued.display()));
    let log = zafu.json("log --json");
    assert_eq!((log.as_array().unwrap().len(), &log[0]["satSeconds"]), (3, &60.into()));
}

#[test]
fn real_life_09_reading_works_in_a_read_only_folder_and_on_a_full_disk() {
    if !may_mount("real_life_09_reading_works_in_a_read_only_folder_and_on_a_full_disk") {
        return;
    }
    let zafu = Zafu::new();
    small_disk(&zafu);
    let reads = |sits: usize, unsettled: usize, how: &str| {
        assert_eq!(zafu.json("log --json").as_array().unwrap().len(), sits, "{how}");
        let status = zafu.json("status --json");
        assert_eq!(status["unsettled"].as_array().unwrap().len(), unsettled, "{how}");
        let doctor = zafu.run("doctor").out;
        assert!(doctor.contains("ok    database: intact"), "{how}: {doctor}");
    };
    let everywhere = |sits: usize, unsettled: usize, how: &str| {
        fill(&zafu);
        reads(sits, unsettled, &format!("{how}, on a full disk"));
        free(&zafu);
        mount(&["-o", "remount,ro"], zafu.data());
        reads(sits, unsettled, &format!("{how}, in a folder that cannot be written"));
        mount(&["-o", "remount,rw"], zafu.data());
    };
    let engine = zafu.sit("20m --prepare 0s");
    zafu.ok("end");
    engine.wait();
    everywhere(1, 0, "closed in order");
    // A killed engine leaves its write-ahead log, with a sit that is not in the database file yet.
    let mut engine = zafu.sit("20m --prepare 0s");
    engine.kill();
    everywhere(2, 1, "killed");
    fs::remove_file(zafu.data().join("zafu.db-shm")).unwrap();
    everywhere(2, 1, "killed, and without an index of the log");
}

/// Returns an installation with two sits, of which a backup has the first.
fn with_a_backup() -> Zafu {
    let zafu = Zafu::new();
    for _ in 0..2 {
        let engine = zafu.sit("20m --prepare 0s");
        engine.pass(MINUTE);
        zafu.ok("end");
        engine.wait();
    }
    zafu
}

#[test]
fn a_damaged_database_is_named_and_kept_and_the_newest_backup_restored() {
    for damage in ["header", "half"] {
        let zafu = with_a_backup();
        assert_eq!(zafu.ok("restore").lines().count(), 1, "one backup a day");
        let mut bytes = fs::read(zafu.database()).unwrap();
        match damage {
            "header" => bytes[..100].fill(0x5A),
            _ => bytes.truncate(bytes.len() / 2),
        }
        fs::write(zafu.database(), &bytes).unwrap();
        for line in ["log", "status", "sit 5m --terminal"] {
            zafu.run(line).fails_with(1, "is damaged");
            zafu.run(line).fails_with(1, "The newest intact backup is");
        }
        assert_eq!(fs::read(zafu.database()).unwrap(), bytes, "{damage}: unchanged");
        let result = zafu.ok("restore newest");
        let aside = result.trim().rsplit_once(' ').unwrap().1.trim_end_matches('.');
        assert_eq!(fs::read(aside).unwrap(), bytes, "{damage}: {result}");
        let log = zafu.json("log --json");
        assert_eq!(log.as_array().unwrap().len(), 1, "{damage}: what the backup had: {log}");
        let engine = zafu.sit("5m");
        zafu.ok("end");
        engine.wait();
    }
}

#[test]
fn a_new_database_can_be_started_and_the_damaged_one_is_kept() {
    let zafu = with_a_backup();
    fs::remove_dir_all(zafu.data().join("backups")).unwrap();
    assert!(zafu.ok("restore").starts_with("There are no backups yet in "));
    zafu.run("restore newest")
        .fails_with(1, "`zafu restore empty` creates an empty database and keeps");
    let result = zafu.ok("restore empty");
    let aside = result.trim().rsplit_once(' ').unwrap().1.trim_end_matches('.');
    assert_eq!(sql(Path::new(aside), "SELECT count(*) FROM sessions"), "2");
    assert_eq!(zafu.ok("log"), "No sits yet.\n");
}

#[test]
fn the_database_of_a_newer_zafu_is_rejected_and_not_changed() {
    let zafu = with_a_backup();
    zafu.sql("PRAGMA user_version = 9999");
    let before = fs::read(zafu.database()).unwrap();
    for line in ["log", "status", "resolve gap", "sit 5m --terminal"] {
        zafu.run(line).fails_with(1, "was written by a newer Zafu: its format is 9999");
    }
    assert_eq!(fs::read(zafu.database()).unwrap(), before);
}

#[test]
fn a_database_that_another_program_has_locked_is_named() {
    let zafu = with_a_backup();
    let mut other = Command::new("sqlite3")
        .arg(zafu.database())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = other.stdin.take().unwrap();
    let hold = "PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE; SELECT 'held';\n";
    input.write_all(hold.as_bytes()).unwrap();
    let mut output = std::io::BufReader::new(other.stdout.take().unwrap());
    let mut line = String::new();
    while line != "held\n" {
        line.clear();
        std::io::BufRead::read_line(&mut output, &mut line).unwrap();
    }
    zafu.run("log").fails_with(1, "Another program is using");
    drop(input);
    other.wait().unwrap();
    assert_eq!(zafu.json("log --json").as_array().unwrap().len(), 2);
}
