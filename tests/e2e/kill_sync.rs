//! Kills `zafu sync` at random system calls: when it writes to the disk, sends a request, receives a response or
//! refreshes its token. The next sync completes what was not done, exactly once.
//!
//! `strace` kills the real program at the chosen call (faults 1 to 7 of `docs/faults.md`). `ZAFU_SYNC_KILL_TIMES` sets
//! the number of kills, and `ZAFU_SYNC_KILL_SEED` replays the choice of the calls.

use crate::cloud::{User, backend, server};
use crate::desktop::has;
use crate::keyring::Keyring;
use crate::offline;
use crate::zafu::{CommandResult, Zafu, sql};
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// System calls with which a sync writes to the disk, sends and receives, each with the approximate number of calls of
/// one thread in a sync of a few sits.
const CALLS: [(&str, u64); 5] =
    [("pwrite64", 40), ("fsync", 8), ("sendto", 8), ("recvfrom", 10), ("sendmsg", 10)];

/// Runs `command` and kills it at the `nth` such call of one of its threads. Returns `None` if there was no such call.
fn killed_at(command: &Command, call: &str, nth: u64) -> Option<CommandResult> {
    let mut strace = Command::new("strace");
    strace
        .args(["--follow-forks", "--quiet=all", "--output=/dev/null"])
        .arg(format!("--trace={call}"))
        .arg(format!("--inject={call}:signal=SIGKILL:when={nth}"))
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let result = CommandResult::of(strace);
    (result.code.is_none() || result.code == Some(137)).then_some(result)
}

/// Stores one to three sits, completed or ended early, while no engine runs. Returns their ids.
fn sit(zafu: &Zafu, random: &mut Rng) -> BTreeSet<String> {
    (0..random.u32(1..4)).map(|_| offline::sit(zafu, random.bool())).collect()
}

/// Query of the columns that device and server store in the same way.
const ROWS: &str =
    "select id, sitlength, satlength, iscompleted, endedat is null from sessions order by id";

fn rows_on_device(zafu: &Zafu) -> BTreeMap<String, String> {
    rows(&zafu.sql(ROWS))
}

fn rows(text: &str) -> BTreeMap<String, String> {
    let row = |line: &str| {
        let line = line.replace("|t", "|1").replace("|f", "|0");
        line.split_once('|').map(|(id, rest)| (id.to_owned(), rest.to_owned()))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn no_kill_in_a_sync_loses_or_duplicates_a_sit() {
    let number = |name, or| std::env::var(name).map_or(or, |text| text.parse().unwrap());
    let (kills, seed) =
        (number("ZAFU_SYNC_KILL_TIMES", 25), number("ZAFU_SYNC_KILL_SEED", Rng::new().u64(..)));
    println!("{kills} kills; ZAFU_SYNC_KILL_SEED={seed} chooses the same moments again");
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    if !has(&["strace", "sqlite3"]) {
        return;
    }
    let mut random = Rng::with_seed(seed);
    let user = User::new(backend);
    let (one, two) = (Zafu::on(&keyring), Zafu::on(&keyring));
    user.sign_up(&one);
    user.sign_in(&two);
    let mut known = BTreeSet::new();
    let (mut done, mut kills_by_call, mut lost_sessions) = (0, BTreeMap::<&str, u32>::new(), 0);
    while done < kills {
        let device = if random.bool() { &one } else { &two };
        let other = if std::ptr::eq(device, &one) { &two } else { &one };
        // The killed sync has to pull what the other device has pushed.
        if random.bool() {
            known.append(&mut sit(other, &mut random));
            sync(&user, other, &mut lost_sessions);
        }
        known.append(&mut sit(device, &mut random));
        let before = rows_on_device(device);
        let (call, often) = CALLS[random.usize(..CALLS.len())];
        let nth = random.u64(1..=often);
        if killed_at(&device.command(["sync"]), call, nth).is_some() {
            done += 1;
            *kills_by_call.entry(call).or_default() += 1;
        }
        let after = rows_on_device(device);
        for (id, row) in &before {
            assert_eq!(after.get(id), Some(row), "{call} {nth}: a saved sit has changed");
        }
        let on_server = rows(&server(backend, &user, ROWS));
        for (id, row) in &on_server {
            assert!(known.contains(id), "{call} {nth}: {id} is unknown");
            let ours = before.get(id).or_else(|| after.get(id));
            assert!(
                ours.is_none_or(|ours| ours == row),
                "{call} {nth}: {id} differs from what was sent"
            );
        }
    }
    println!(
        "killed at {kills_by_call:?}; signed in again {lost_sessions} times; sits: {}",
        known.len()
    );
    sync(&user, &one, &mut lost_sessions);
    sync(&user, &two, &mut lost_sessions);
    sync(&user, &one, &mut lost_sessions);
    let on_server = rows(&server(backend, &user, ROWS));
    assert_eq!(
        on_server.keys().cloned().collect::<BTreeSet<_>>(),
        known,
        "sits are lost or unknown"
    );
    for device in [&one, &two] {
        assert_eq!(rows_on_device(device), on_server);
        assert_eq!(device.sql("select count(*) from outbox"), "0");
    }
    if kills >= 25 {
        assert!(
            kills_by_call.len() >= 3,
            "most kinds of calls were never reached: {kills_by_call:?}"
        );
    }
}

/// Syncs successfully. If a kill has lost a refreshed token, the user signs in again first (fault 7).
fn sync(user: &User, zafu: &Zafu, lost_sessions: &mut u32) {
    let mut result = zafu.run("sync");
    if result.code == Some(6) && result.err.contains("sign in again") {
        *lost_sessions += 1;
        user.sign_in(zafu);
        result = zafu.run("sync");
    }
    assert_eq!(result.code, Some(0), "{result:?}");
}

/// Covers fault 6.
#[test]
fn no_kill_in_a_migration_loses_anything() {
    if !has(&["strace", "sqlite3"]) {
        return;
    }
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/crates/store/tests/fixtures/v1.db");
    const ALL: &str = "select id, startedat, satlength, note from sessions order by id";
    let before = sql(&fixture, ALL);
    assert!(before.lines().count() > 5);
    let mut kills = 0;
    // Every third write is enough because there are many. Each of the other calls makes a step durable.
    for (call, step) in [("pwrite64", 3), ("fsync", 1), ("ftruncate", 1), ("unlink", 1)] {
        for nth in (1..).step_by(step) {
            let zafu = Zafu::new();
            fs::create_dir_all(zafu.data()).unwrap();
            fs::copy(&fixture, zafu.database()).unwrap();
            let was_killed = killed_at(&zafu.command(["log"]), call, nth).is_some();
            assert_eq!(zafu.run("log").code, Some(0), "{call} {nth}");
            assert_eq!(zafu.sql(ALL), before, "{call} {nth}");
            assert_eq!(zafu.sql("pragma integrity_check"), "ok", "{call} {nth}");
            if !was_killed {
                break;
            }
            kills += 1;
        }
    }
    println!("killed {kills} times");
    assert!(kills > 10, "too few kills");
}
