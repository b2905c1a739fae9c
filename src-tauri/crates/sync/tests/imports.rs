//! Two devices of one account that import the same file.

mod common;

use common::{Device, ME, at, id, server};
use std::sync::Arc;
use zafu_core::edit::ManualSit;
use zafu_core::session::{Origin, Session, Source};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_store::{
    CommitProgress, ImportCounts, ImportInfo, ImportOutcome, ImportSource, StagedImport,
};

/// Returns the sits of a file, read with another assumed zone on each device.
fn file(offset: i16) -> Vec<Session> {
    let start = at(0).wall.utc - chrono::TimeDelta::days(2);
    (1..=20_i16)
        .map(|n| {
            let utc = start + chrono::TimeDelta::hours(n.into())
                - chrono::TimeDelta::minutes(offset.into());
            let sit = ManualSit {
                id: id(100 + n.unsigned_abs() as u128),
                start: WallTime::new(utc, UtcOffset(offset)),
                length: Seconds(600),
                note: format!("note {n}"),
                label: "Zazen".into(),
            };
            let nobody = zafu_core::ids::DeviceId(uuid::Uuid::nil());
            let origin = Origin { deviceid: nobody, createdat: at(0).wall.utc };
            Session { source: Source::Import, ..sit.session(origin).unwrap() }
        })
        .collect()
}

fn import(device: &Device, offset: i16) -> Option<ImportInfo> {
    commit(offset, device.store.stage_import().unwrap())
}

/// As [`import`], and brings back the sits that were deleted.
fn import_deleted(device: &Device, offset: i16) -> Option<ImportInfo> {
    let mut staged = device.store.stage_import().unwrap();
    staged.bring_back_deleted();
    commit(offset, staged)
}

fn commit(offset: i16, mut staged: StagedImport) -> Option<ImportInfo> {
    for sit in &file(offset) {
        staged.add(0, sit).unwrap();
    }
    let source = ImportSource { formats: vec!["tao".into()], ..ImportSource::default() };
    let on_progress: CommitProgress = Arc::new(|_| true);
    match staged.commit(&source, at(0).wall, &on_progress).unwrap() {
        ImportOutcome::Imported(info) => Some(info),
        _ => None,
    }
}

#[test]
fn two_devices_that_import_the_same_file_have_each_sit_once() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    let mut imports = Vec::new();
    for (device, offset) in [(&one, 60), (&two, -300)] {
        let imported = import(device, offset).unwrap();
        assert_eq!(imported.counts, ImportCounts { added: 20, ..ImportCounts::default() });
        imports.push(imported.id);
    }
    for _ in 0..2 {
        one.sync();
        two.sync();
    }
    assert_eq!(one.there().len(), 20);
    assert_eq!((one.log().len(), two.log().len()), (20, 20));
    for n in 101..=120 {
        assert_eq!(one.session(n), two.session(n), "both devices have the same");
    }
    assert_eq!(one.store.backlog(ME).unwrap().pending + two.store.backlog(ME).unwrap().pending, 0);
    // The undo on one device is one on the other.
    one.store.undo_import(imports[0], at(60).wall.utc).unwrap();
    for _ in 0..2 {
        one.sync();
        two.sync();
    }
    assert_eq!((one.log().len(), two.log().len()), (0, 0));
    // Only the device that undid its import restores it without being asked to.
    assert_eq!(import(&two, -300), None);
    assert_eq!(import(&one, 60).unwrap().counts.revived, 20);
    for _ in 0..2 {
        one.sync();
        two.sync();
    }
    assert_eq!((one.log().len(), two.log().len()), (20, 20));
}

#[test]
fn sits_that_were_deleted_on_another_device_come_back_everywhere_if_the_user_wants_them() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    let imported = import(&one, -300).unwrap();
    one.sync();
    two.sync();
    one.store.undo_import(imported.id, at(60).wall.utc).unwrap();
    one.sync();
    two.sync();
    assert_eq!(two.log().len(), 0);
    // With the right time zone this time.
    assert_eq!(import_deleted(&two, 60).unwrap().counts.revived, 20);
    for _ in 0..2 {
        two.sync();
        one.sync();
    }
    assert_eq!((one.log().len(), two.log().len()), (20, 20));
    let expected: Vec<_> = file(60).iter().map(Session::effective_start).collect();
    for (n, start) in (101..=120).zip(expected) {
        assert_eq!(one.session(n), two.session(n), "both devices have the same");
        assert_eq!(one.session(n).effective_start(), start);
    }
}
