//! Restored data folders and cloned computers: the later change wins.

mod common;

use common::{acknowledge, at, id, pull_of, push_of, sat, sign_in, user};
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use uuid::Uuid;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::DeviceId;
use zafu_core::session::{Details, Register, Session};
use zafu_store::{Cursor, Pull, Pulled, RowOutcome, Store};

/// How a data folder is restored.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Restored {
    /// From copies of its files, as by a backup program.
    Files,
    /// By an image of the whole disk, which leaves no trace.
    Disk,
}

/// A data folder with one sit of the first account, which the server has.
struct Folder {
    dir: tempfile::TempDir,
    store: Option<Store>,
    backup: PathBuf,
    seq: i64,
}

impl Folder {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), at(0).wall).unwrap();
        sign_in(&store);
        sat(&store, id(1), 0);
        let backup = dir.path().join("backup");
        let mut folder = Self { dir, store: Some(store), backup, seq: 0 };
        folder.acknowledge();
        folder.pull(Vec::new());
        folder
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn database(&self) -> PathBuf {
        self.dir.path().join("zafu.db")
    }

    fn back_up(&mut self) {
        self.store = None;
        let backup = fs::read(self.database()).unwrap();
        fs::write(&self.backup, backup).unwrap();
        self.open();
    }

    fn restore(&mut self, how: Restored) {
        self.store = None;
        for log in ["zafu.db-wal", "zafu.db-shm"] {
            fs::remove_file(self.dir.path().join(log)).ok();
        }
        if how == Restored::Files {
            let aside = self.dir.path().join("new");
            fs::copy(&self.backup, &aside).unwrap();
            fs::rename(aside, self.database()).unwrap();
        } else {
            fs::write(self.database(), fs::read(&self.backup).unwrap()).unwrap();
        }
        self.open();
    }

    fn open(&mut self) {
        self.store = Some(Store::open(self.dir.path(), at(5000).wall).unwrap());
    }

    fn device(&self) -> DeviceId {
        self.store().device().unwrap()
    }

    fn sit(&self) -> Session {
        self.store().session(id(1)).unwrap().unwrap()
    }

    fn note(&self) -> String {
        self.sit().details.value.note
    }

    fn edit(&self, note: &str) {
        self.store().edit(id(1), SessionEdit::texts(note, ""), at(0).wall.utc).unwrap();
    }

    /// Acknowledges everything that is pending. Returns the sit.
    fn acknowledge(&self) -> Session {
        for row in self.store().pending(9).unwrap() {
            assert!(acknowledge(self.store(), row.session, row.generation));
        }
        self.sit()
    }

    fn pull(&mut self, rows: Vec<Session>) {
        self.seq += 1;
        let cursor = Cursor { seq: self.seq, history_id: Uuid::from_u128(5) };
        let pull = Pull { at: at(6000).wall.utc, ..pull_of(rows, cursor) };
        let merged = self.store().apply_pull(user(1), pull).unwrap();
        assert!(matches!(merged, Pulled::Merged { .. }));
    }

    /// Returns the first pending session, if any.
    fn waits(&self) -> Option<Session> {
        let outgoing = self.store().outgoing(user(1), 9, usize::MAX).unwrap();
        outgoing.into_iter().next().map(|row| row.session)
    }
}

/// Whether this system records when a file was created: only then a replaced file is noticed at once. Windows gives a
/// new file the time of the one it replaces.
fn records_creation(path: &Path) -> bool {
    !cfg!(windows) && path.metadata().unwrap().created().is_ok()
}

#[test]
fn real_life_07_a_change_after_a_restore_wins_over_those_before_it() {
    for how in [Restored::Files, Restored::Disk] {
        for before in 1..4 {
            let mut folder = Folder::new();
            folder.back_up();
            for n in 0..before {
                folder.edit(&format!("before the crash {n}"));
            }
            let there = folder.acknowledge();
            let device = there.details.deviceid;
            folder.restore(how);
            folder.edit("after the restore");
            folder.pull(vec![there.clone()]);
            assert_eq!(folder.note(), "after the restore", "{how:?} {before}");
            assert_ne!(folder.device(), device, "{how:?}");
            let waits = folder.waits().unwrap();
            assert_eq!(waits.clone().join(&there), waits, "the server will accept it");
            assert_eq!(there.join(&waits).details, waits.details);
            // On the server, it is an ordinary change of an ordinary device.
            folder.acknowledge();
            folder.pull(vec![waits]);
            assert_eq!(folder.waits(), None);
        }
    }
}

#[test]
fn real_life_07_a_change_between_two_restores_is_not_mistaken_for_an_earlier_one() {
    let mut folder = Folder::new();
    if !records_creation(&folder.database()) {
        eprintln!(
            "this file system does not record when a file was created: the restore cannot be detected"
        );
        return;
    }
    folder.back_up();
    folder.edit("before the crash");
    let mut there = folder.acknowledge();
    for round in ["after the first restore", "after the second", "after the third"] {
        folder.restore(Restored::Files);
        folder.edit(round);
        folder.pull(vec![there.clone()]);
        assert_eq!(folder.note(), round);
        let waits = folder.waits().unwrap();
        assert_eq!(there.join(&waits).details, waits.details);
        there = folder.acknowledge();
    }
}

#[test]
fn real_life_07_a_restore_is_detected_from_the_response_to_a_push() {
    let mut folder = Folder::new();
    folder.back_up();
    folder.edit("before the crash");
    let there = folder.acknowledge();
    folder.restore(Restored::Disk);
    folder.edit("after the restore");
    let row = folder.store().pending(1).unwrap()[0];
    let outcome = RowOutcome::Merged(Box::new(there.clone()));
    let pushed =
        folder.store().apply_push(user(1), push_of(row.session, row.generation, outcome)).unwrap();
    assert_eq!((pushed.resolved, pushed.acknowledged), (1, 0));
    assert_eq!(folder.note(), "after the restore");
    let waits = folder.waits().unwrap();
    assert!(waits.details.revision > there.details.revision);
    assert_ne!(waits.details.deviceid, there.details.deviceid);
}

#[test]
fn real_life_07_a_deletion_after_a_restore_wins_and_the_unchanged_note_is_the_servers() {
    for how in [Restored::Files, Restored::Disk] {
        let mut folder = Folder::new();
        folder.back_up();
        folder.edit("before the crash");
        folder.store().delete(&[id(1).into()], at(100).wall.utc).unwrap();
        folder.store().undelete(&[id(1).into()]).unwrap();
        let there = folder.acknowledge();
        folder.restore(how);
        folder.store().delete(&[id(1).into()], at(200).wall.utc).unwrap();
        folder.pull(vec![there.clone()]);
        let waits = folder.waits().unwrap();
        assert_eq!(waits.details, there.details, "it was not changed after the restore");
        assert_eq!(waits.deletion.value, Some(at(200).wall.utc));
        assert!(waits.deletion.revision > there.deletion.revision);
    }
}

#[test]
fn real_life_07_a_restore_without_a_later_change_takes_the_servers_state_and_a_new_device_id() {
    for how in [Restored::Files, Restored::Disk] {
        let mut folder = Folder::new();
        folder.back_up();
        folder.edit("before the crash");
        let there = folder.acknowledge();
        folder.restore(how);
        folder.pull(vec![there.clone()]);
        assert_eq!((folder.sit(), folder.waits()), (there.clone(), None), "{how:?}");
        folder.edit("after that");
        let waits = folder.waits().unwrap();
        assert_ne!(waits.details.deviceid, there.details.deviceid, "{how:?}");
        assert_eq!(waits.details.revision, there.details.revision + 1);
    }
}

#[test]
fn real_life_07_a_change_that_was_pending_in_the_backup_loses_to_later_changes() {
    let mut folder = Folder::new();
    if !records_creation(&folder.database()) {
        eprintln!(
            "this file system does not record when a file was created: the restore cannot be detected"
        );
        return;
    }
    folder.edit("in the backup");
    folder.back_up();
    folder.acknowledge();
    folder.edit("after the backup");
    let there = folder.acknowledge();
    folder.restore(Restored::Files);
    folder.pull(vec![there.clone()]);
    assert_eq!(folder.sit().details, there.details);
}

#[test]
fn real_life_07_an_unknown_sit_of_this_device_reveals_a_restore() {
    let mut folder = Folder::new();
    folder.back_up();
    sat(folder.store(), id(2), 9000);
    let made = folder.store().session(id(2)).unwrap().unwrap();
    folder.restore(Restored::Disk);
    folder.pull(vec![made.clone()]);
    assert_ne!(folder.device(), made.deviceid);
}

#[test]
fn a_clone_that_has_pulled_all_changes_is_an_ordinary_device() {
    let mut folder = Folder::new();
    folder.back_up();
    folder.edit("by the other");
    let there = folder.acknowledge();
    folder.restore(Restored::Disk);
    folder.pull(vec![there.clone()]);
    // The other computer continues under the old id with two changes; this one has made one.
    folder.edit("here");
    let value = Details { note: "there".into(), ..Details::default() };
    let details = Register { value, revision: there.details.revision + 2, ..there.details.clone() };
    let theirs = Session { details, ..there };
    folder.pull(vec![theirs.clone()]);
    assert_eq!((folder.note(), folder.waits()), ("there".into(), None));
}

#[test]
fn pulling_its_own_changes_does_not_change_the_device_id() {
    let mut folder = Folder::new();
    let device = folder.device();
    let mut sent = Vec::new();
    for n in 0..4 {
        folder.edit(&n.to_string());
        sent.push(folder.sit());
    }
    // In any order, and while a newer change is pending.
    for state in [2, 0, 3, 1, 3] {
        folder.pull(vec![sent[state].clone()]);
    }
    folder.edit("4");
    folder.pull(vec![sent[3].clone()]);
    assert_eq!((folder.device(), folder.note()), (device, "4".into()));
    folder.back_up();
    assert_eq!(folder.device(), device, "closing and opening is not a restore");
    let raw = Connection::open(folder.database()).unwrap();
    let former: u32 =
        raw.query_row("SELECT count(*) FROM former_devices", [], |row| row.get(0)).unwrap();
    assert_eq!(former, 0);
}
