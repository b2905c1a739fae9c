//! A power cut at each sync of a long session of use: everything that was saved is there, and the database is intact.

#[path = "../common/mod.rs"]
mod common;
mod disk;

use common::{at, drive, id, log, plan, start};
use disk::{Disk, Files, Op, Survives, name_of};
use std::fs;
use std::path::Path;
use zafu_core::edit::SessionEdit;
use zafu_core::settings::{Preset, Settings};
use zafu_core::timer::{Answer, Command, OvertimeAnswer, Timer};
use zafu_store::Store;

/// Returns everything in the database that a user would miss, as text.
fn state(store: &Store) -> String {
    let sits: Vec<_> = log(store).into_iter().map(|id| store.session(id).unwrap()).collect();
    let (open_sits, settings) = (store.open_sits().unwrap(), store.settings().unwrap());
    let (presets, account) = (store.presets().unwrap(), store.account().unwrap());
    let outbox = store.pending(100).unwrap();
    // Each note is one repeated letter, which is enough to identify it.
    let text = format!("{open_sits:?} {sits:?} {settings:?} {presets:?} {account:?} {outbox:?}");
    text.replace("rain ", "")
}

/// A note that is long enough to cause a checkpoint of the log after a few of them. Each has another length: SQLite writes
/// only the changed pages of a row whose length stays.
fn long_note(n: usize) -> String {
    format!("{n}{}", "rain ".repeat(200_000 + n))
}

/// A session of use, and a callback for each acknowledged change.
struct Usage<Callback> {
    store: Store,
    timer: Timer,
    seconds: u64,
    on_change: Callback,
}

impl<Callback: FnMut(&Store)> Usage<Callback> {
    fn after(&mut self, seconds: u64, command: Command) {
        self.seconds += seconds;
        drive(&self.store, &mut self.timer, command, at(self.seconds));
        (self.on_change)(&self.store);
    }

    fn change<E: std::fmt::Debug, T>(&mut self, change: impl FnOnce(&Store) -> Result<T, E>) {
        change(&self.store).unwrap();
        (self.on_change)(&self.store);
    }
}

/// Runs a session of use with changes of every kind.
fn use_store(folder: &Path, mut on_change: impl FnMut(&Store)) {
    let store = Store::open(folder, at(0).wall).unwrap();
    on_change(&store);
    let mut usage = Usage { store, timer: Timer::default(), seconds: 0, on_change };
    // A sit to its end, with a pause and with overtime.
    usage.after(0, start(id(1), plan(100, 10)));
    usage.after(10, Command::Tick);
    usage.after(30, Command::Tick);
    usage.after(5, Command::Pause);
    usage.after(500, Command::Resume);
    usage.after(30, Command::Tick);
    usage.after(40, Command::Tick);
    usage.after(10, Command::End { overtime: Some(OvertimeAnswer::Add) });
    // Ended early, discarded, ended in the preparation.
    for (n, end) in [(2, Command::End { overtime: None }), (3, Command::Discard)] {
        usage.after(60, start(id(n), plan(100, 0)));
        usage.after(30, end);
    }
    usage.after(60, start(id(4), plan(100, 30)));
    usage.after(5, Command::Discard);
    // Interrupted and unsettled.
    usage.after(60, start(id(5), plan(1000, 0)));
    usage.after(600, Command::Tick);
    usage.after(10, Command::Resolve { id: id(5), answer: Answer::Whole });
    // Left running at the end.
    usage.after(60, start(id(6), plan(1000, 0)));
    usage.after(30, Command::Tick);

    let preset = Preset { id: id(9).0, name: "Early".into(), plan: Settings::default().plan };
    usage.change(|store| store.save_settings(&Settings { dim: true, ..Settings::default() }));
    usage.change(|store| store.save_preset(&preset));
    usage.change(|store| {
        common::sign_in(store);
        Ok::<_, ()>(())
    });
    usage.change(|store| store.delete(&[id(2).into()], at(0).wall.utc));
    for n in 0..17 {
        usage.change(|store| {
            store.edit(id(1), SessionEdit::texts(long_note(n), ""), at(0).wall.utc)
        });
    }
    usage.after(30, Command::Tick);
}

/// Opens the database after a power cut and returns its state.
fn found(files: &Files) -> Result<String, String> {
    // In memory where that is possible: these files need not be durable.
    let memory = Path::new("/dev/shm");
    let folder =
        if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let store = Store::open(folder.path(), at(0).wall).map_err(|error| error.to_string())?;
    store.check().map_err(|error| error.to_string())?;
    Ok(state(&store))
}

/// The possible states of the unsynced data, each of which is tried at each power cut.
fn outcomes(disk: &Disk, cut: usize) -> Vec<(&'static str, Files)> {
    let count = disk.unsynced().len();
    let mut rng = Xorshift(0x9E37_79B9_7F4A_7C15 ^ cut as u64);
    let survives = |is: bool| if is { Survives::All } else { Survives::Nothing };
    let is_log = |op: &Op| name_of(op).is_some_and(|name| name.ends_with("-wal"));
    let mut outcomes = vec![("nothing", disk.after_cut(|_, _| Survives::Nothing))];
    if count == 0 {
        return outcomes;
    }
    outcomes.extend([
        ("everything", disk.after_cut(|_, _| Survives::All)),
        ("all but the last", disk.after_cut(|n, _| survives(n + 1 < count))),
        ("the first half", disk.after_cut(|n, _| survives(n < count / 2))),
        ("the last half", disk.after_cut(|n, _| survives(n >= count / 2))),
        ("every second", disk.after_cut(|n, _| survives(n % 2 == 0))),
        ("the log only", disk.after_cut(|_, op| survives(is_log(op)))),
        ("all but the log", disk.after_cut(|_, op| survives(!is_log(op)))),
        (
            "the last one torn",
            disk.after_cut(|n, _| if n + 1 < count { Survives::All } else { Survives::Sectors(1) }),
        ),
        ("each one torn", disk.after_cut(|_, _| Survives::Sectors(rng.below(9)))),
    ]);
    let mut some = || {
        disk.after_cut(|_, _| match rng.below(3) {
            0 => Survives::All,
            1 => Survives::Sectors(rng.below(9)),
            _ => Survives::Nothing,
        })
    };
    outcomes.extend([("some", some()), ("some others", some())]);
    outcomes
}

/// A deterministic pseudo-random generator (xorshift).
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Cuts the power before each sync of `ops` and after the last one, and returns where something was lost: the state must be
/// the acknowledged one, or that with the change in progress.
fn losses(ops: &[Op], states: &[String], syncs_count: bool) -> (usize, Vec<String>) {
    let mut disk = Disk::with_empty_file("zafu.db");
    let (mut acknowledged, mut tried, mut lost) = (0, 0, Vec::new());
    for (cut, op) in ops.iter().map(Some).chain([None]).enumerate() {
        if matches!(op, Some(Op::Sync(_)) | None) {
            for (what, files) in outcomes(&disk, cut) {
                tried += 1;
                let last: usize = acknowledged;
                let allowed = &states[last.saturating_sub(1)..(last + 1).min(states.len())];
                match found(&files) {
                    Ok(found) if allowed.contains(&found) => {}
                    Ok(found) => lost.push(format!("at {cut}, with {what}: {found}")),
                    Err(error) => lost.push(format!("at {cut}, with {what}: {error}")),
                }
            }
        }
        match op {
            Some(Op::Acknowledged) => acknowledged += 1,
            Some(Op::Sync(_) | Op::SyncFolder) if !syncs_count => {}
            Some(op) => disk.apply(op),
            None => {}
        }
    }
    (tried, lost)
}

#[test]
fn fault_16_a_power_cut_at_any_sync_loses_no_saved_sit() {
    disk::install();
    let folder = tempfile::tempdir().unwrap();
    let mut states = Vec::new();
    let ops = disk::recorded(|| {
        use_store(folder.path(), |store| {
            disk::record(Op::Acknowledged);
            states.push(state(store));
        });
    });
    let syncs = |end: &str| {
        let of_file = |op: &&Op| matches!(op, Op::Sync(name) if name.ends_with(end));
        ops.iter().filter(of_file).count()
    };
    assert!(syncs("-wal") >= states.len(), "each change is synced before it is acknowledged");
    assert!(syncs("zafu.db") > 2, "the log was written back in between");
    let (tried, lost) = losses(&ops, &states, true);
    assert!(lost.is_empty(), "{} of {tried}: {lost:#?}", lost.len());
    eprintln!("{} changes, {tried} power cuts", states.len());

    // The test can fail: a disk that ignores syncs loses acknowledged changes.
    let acknowledged = |op: &(usize, &Op)| matches!(op.1, Op::Acknowledged);
    let (early, _) = ops.iter().enumerate().filter(acknowledged).nth(5).unwrap();
    let (tried, lost) = losses(&ops[..=early], &states, false);
    eprintln!("without syncs, {} of {tried} lose something", lost.len());
    assert!(!lost.is_empty());
}
