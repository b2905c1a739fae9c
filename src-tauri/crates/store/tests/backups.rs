//! Backups: taken daily, seven are kept, and each can be restored.

mod common;

use common::{at, id, log, sat, user, wall};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::edit::SessionEdit;
use zafu_core::label::{Colour, Shape};
use zafu_core::plan::PlanChoice;
use zafu_core::session::Session;
use zafu_core::settings::Preset;
use zafu_core::time::{UtcOffset, WallTime};
use zafu_store::{
    BACKUPS_KEPT, BackupInfo, BackupReason, CommitProgress, ImportOutcome, ImportSource,
    RestorePreview, Store, StoreError,
};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    (folder, store)
}

fn days_later(days: u64) -> WallTime {
    at(days * 86_400).wall
}

fn names(folder: &Path) -> BTreeSet<String> {
    let name =
        |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    fs::read_dir(folder).unwrap().map(name).collect()
}

#[test]
fn one_backup_is_taken_per_day() {
    let (_folder, store) = store();
    // Local midnight, one hour ahead of UTC.
    let taken = store.backup_if_due(wall("2026-03-01T22:30:00Z")).unwrap().unwrap();
    assert_eq!(taken.reason, BackupReason::Daily);
    assert_eq!(store.backup_if_due(wall("2026-03-01T22:59:00Z")).unwrap(), None);
    assert!(store.backup_if_due(wall("2026-03-01T23:01:00Z")).unwrap().is_some());
}

#[test]
fn the_last_seven_backups_are_kept() {
    let (folder, store) = store();
    for day in 0..10 {
        store.backup_if_due(days_later(day)).unwrap().unwrap();
    }
    let kept = Store::backups(folder.path()).unwrap();
    assert_eq!(kept.len(), BACKUPS_KEPT);
    assert_eq!(kept.iter().map(|s| s.number).collect::<Vec<_>>(), [10, 9, 8, 7, 6, 5, 4]);
    assert_eq!(kept[0].taken, days_later(9).utc);
    assert!(kept[0].bytes > 0);
}

#[test]
fn a_wrong_clock_does_not_remove_the_newest_backup() {
    let (folder, store) = store();
    for day in 0..8 {
        store.backup_if_due(days_later(365 + day)).unwrap().unwrap();
    }
    let today = store.backup_if_due(days_later(0)).unwrap().unwrap();
    assert_eq!(Store::backups(folder.path()).unwrap()[0], today);
}

#[test]
fn a_backup_is_one_file_without_a_log() {
    let (folder, store) = store();
    sat(&store, id(1), 0);
    let backup = store.backup_if_due(days_later(0)).unwrap().unwrap();
    assert_eq!(names(&folder.path().join("backups")).len(), 1);
    assert_eq!(fs::read(backup.path).unwrap()[18..20], [1, 1], "the file says it needs a log");
}

#[test]
fn a_damaged_database_is_replaced_by_a_backup_and_kept() {
    let (folder, store) = store();
    sat(&store, id(1), 0);
    let device = store.device().unwrap();
    store.backup_if_due(days_later(0)).unwrap().unwrap();
    sat(&store, id(2), 2000);
    drop(store);
    fs::write(folder.path().join("zafu.db"), "damaged").unwrap();

    let Err(StoreError::Corrupt { newest_backup: Some(newest), .. }) =
        Store::open(folder.path(), at(0).wall)
    else {
        panic!("no backup was offered")
    };
    let aside = Store::restore(folder.path(), &newest, at(0).wall).unwrap().unwrap();
    assert_eq!(fs::read(aside).unwrap(), b"damaged");
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    assert_eq!(log(&store), [id(1)]);
    assert_ne!(store.device().unwrap(), device, "a device that went back in time is another one");
    assert_eq!(store.session(id(1)).unwrap().unwrap().deviceid, device);
    store.check().unwrap();
    assert_eq!(Store::backups(folder.path()).unwrap().len(), 1, "the backup is still there");
}

#[test]
fn a_folder_that_was_copied_is_another_device() {
    let (folder, store) = store();
    let device = store.device().unwrap();
    drop(store);
    assert_eq!(Store::open(folder.path(), at(0).wall).unwrap().device().unwrap(), device);
    let copy = tempfile::tempdir().unwrap();
    fs::copy(folder.path().join("zafu.db"), copy.path().join("zafu.db")).unwrap();
    let copied = Store::open(copy.path(), at(0).wall).unwrap().device().unwrap();
    assert_ne!(copied, device);
    assert_eq!(
        Store::open(copy.path(), at(0).wall).unwrap().device().unwrap(),
        copied,
        "and stays it"
    );
    assert_eq!(Store::open(folder.path(), at(0).wall).unwrap().device().unwrap(), device);
}

#[test]
fn a_damaged_database_is_set_aside_with_its_log() {
    let (folder, store) = store();
    drop(store);
    fs::write(folder.path().join("zafu.db"), "damaged").unwrap();
    fs::write(folder.path().join("zafu.db-wal"), "log").unwrap();
    let now = wall("2026-03-01T06:00:00Z");
    let aside = Store::set_aside(folder.path(), now).unwrap().unwrap();
    assert!(aside.ends_with("zafu.db.corrupt-20260301T060000Z"), "{}", aside.display());
    assert_eq!(fs::read(&aside).unwrap(), b"damaged");
    assert_eq!(
        fs::read(aside.with_file_name("zafu.db.corrupt-20260301T060000Z-wal")).unwrap(),
        b"log"
    );
    Store::open(folder.path(), now).unwrap();
    // Another one in the same second does not overwrite it.
    assert_ne!(Store::set_aside(folder.path(), now).unwrap().unwrap(), aside);
    assert_eq!(fs::read(&aside).unwrap(), b"damaged");
    assert_eq!(Store::set_aside(folder.path(), now).unwrap(), None);
}

#[test]
fn a_replaced_database_is_complete_without_its_log() {
    let (folder, store) = store();
    sat(&store, id(1), 0);
    let backup = store.backup_if_due(days_later(0)).unwrap().unwrap().path;
    sat(&store, id(2), 2000);
    drop(store);
    let aside = Store::restore(folder.path(), &backup, at(0).wall).unwrap().unwrap();
    let other = tempfile::tempdir().unwrap();
    fs::copy(aside, other.path().join("zafu.db")).unwrap();
    assert_eq!(log(&Store::open(other.path(), at(0).wall).unwrap()), [id(2), id(1)]);
}

#[test]
fn a_damaged_backup_is_rejected_and_nothing_is_changed() {
    let (folder, store) = store();
    sat(&store, id(1), 0);
    drop(store);
    let backup = folder.path().join("backup.db");
    for bad in [&b"damaged"[..], b""] {
        fs::write(&backup, bad).unwrap();
        let before = names(folder.path());
        let refused = Store::restore(folder.path(), &backup, at(0).wall);
        assert!(matches!(refused, Err(StoreError::BackupUnusable { .. })));
        assert_eq!(names(folder.path()), before);
    }
    assert_eq!(log(&Store::open(folder.path(), at(0).wall).unwrap()), [id(1)]);
}

#[test]
fn an_interrupted_restore_is_completed_when_the_folder_is_opened() {
    let (folder, store) = store();
    sat(&store, id(1), 0);
    let backup = store.backup_if_due(days_later(0)).unwrap().unwrap().path;
    sat(&store, id(2), 2000);
    drop(store);
    // Interrupted after the database was moved aside and before its log was.
    fs::copy(backup, folder.path().join("zafu.db.restoring")).unwrap();
    fs::rename(folder.path().join("zafu.db"), folder.path().join("zafu.db.replaced")).unwrap();
    fs::write(folder.path().join("zafu.db-wal"), "an old log").unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    assert_eq!(log(&store), [id(1)]);
    assert!(names(folder.path()).iter().any(|name| name.starts_with("zafu.db.orphaned-")));
    assert!(!folder.path().join("zafu.db.restoring").exists());
}

#[test]
fn a_restore_that_was_interrupted_before_the_move_changes_nothing() {
    let (folder, store) = store();
    sat(&store, id(1), 0);
    let backup = store.backup_if_due(days_later(0)).unwrap().unwrap().path;
    sat(&store, id(2), 2000);
    drop(store);
    fs::copy(backup, folder.path().join("zafu.db.restoring")).unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    assert_eq!(log(&store), [id(2), id(1)]);
    assert!(!folder.path().join("zafu.db.restoring").exists());
}

#[test]
fn backups_of_earlier_versions_are_found_and_their_folder_is_renamed() {
    let (folder, store) = store();
    let backup = store.backup_if_due(at(0).wall).unwrap().expect("the first of the day");
    drop(store);
    let (former, renamed) = (folder.path().join("snapshots"), folder.path().join("backups"));
    fs::rename(&renamed, &former).unwrap();
    let number = |backups: Vec<BackupInfo>| backups.iter().map(|it| it.number).collect::<Vec<_>>();
    assert_eq!(
        number(Store::backups(folder.path()).unwrap()),
        [backup.number],
        "before the rename"
    );

    let store = Store::open(folder.path(), at(1).wall).unwrap();
    assert!(renamed.is_dir() && !former.exists());
    assert_eq!(number(Store::backups(folder.path()).unwrap()), [backup.number]);
    drop(store);

    // If both folders exist, the former one is not touched.
    fs::create_dir(&former).unwrap();
    fs::write(former.join("other"), "kept").unwrap();
    Store::open(folder.path(), at(2).wall).unwrap();
    assert_eq!(fs::read_to_string(former.join("other")).unwrap(), "kept");
    assert_eq!(number(Store::backups(folder.path()).unwrap()), [backup.number]);
}

#[test]
fn backups_of_the_user_and_of_the_days_do_not_replace_each_other() {
    let (folder, store) = store();
    store.backup_if_due(days_later(0)).unwrap().unwrap();
    for _ in 0..BACKUPS_KEPT + 2 {
        assert_eq!(store.back_up(days_later(0)).unwrap().reason, BackupReason::Manual);
    }
    for day in 1..10 {
        store.backup_if_due(days_later(day)).unwrap().unwrap();
    }
    let kept = Store::backups(folder.path()).unwrap();
    let manual = kept.iter().filter(|backup| backup.reason == BackupReason::Manual).count();
    assert_eq!((manual, kept.len() - manual), (BACKUPS_KEPT, BACKUPS_KEPT));
}

#[test]
fn a_backup_of_any_format_is_counted_and_compared() {
    let (folder, store) = store();
    drop(store);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut compared = 0;
    for fixture in fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()) {
        if fixture.extension().is_none_or(|extension| extension != "db") {
            continue;
        }
        let backup = folder.path().join(fixture.file_name().unwrap());
        fs::copy(&fixture, &backup).unwrap();
        let preview = Store::restore_preview(folder.path(), &backup, 5).unwrap();
        assert!(preview.sits > 0, "{}", fixture.display());
        assert_eq!(Store::sits_in(&backup).unwrap(), preview.sits);
        assert_eq!((preview.missing, preview.returning), (0, preview.sits));
        Store::restore(folder.path(), &backup, days_later(1)).unwrap();
        let preview = Store::restore_preview(folder.path(), &backup, 5).unwrap();
        assert_eq!((preview.missing, preview.returning), (0, 0), "{}", fixture.display());
        Store::set_aside(folder.path(), days_later(1)).unwrap();
        compared += 1;
    }
    assert!(compared > 5, "{compared}");
}

fn import(store: &Store, session: &Session) {
    let mut staged = store.stage_import().unwrap();
    staged.add(0, session).unwrap();
    let source = ImportSource { formats: vec!["tao".into()], ..ImportSource::default() };
    let progress: CommitProgress = std::sync::Arc::new(|_| true);
    let outcome = staged.commit(&source, at(0).wall, &progress).unwrap();
    assert!(matches!(outcome, ImportOutcome::Imported(_)), "{outcome:?}");
}

#[test]
fn a_preview_tells_the_sits_of_two_accounts_apart_that_imported_the_same_file() {
    let (folder, store) = store();
    sat(&store, id(1), 0);
    let session = store.session(id(1)).unwrap().unwrap();
    common::sign_in(&store);
    store.assign_ownerless().unwrap();
    let backup = store.back_up(days_later(0)).unwrap().path;
    store.sign_out().unwrap();
    store.sign_in(user(2), "https://one.example", "key", "two@example.org").unwrap();
    import(&store, &session);
    drop(store);
    let preview = Store::restore_preview(folder.path(), &backup, 5).unwrap();
    assert_eq!((preview.missing, preview.returning, preview.changed), (1, 0, 0));
    assert!(preview.loses());
}

#[test]
fn a_sit_that_was_assigned_to_an_account_since_is_in_the_backup() {
    let (folder, store) = store();
    sat(&store, id(1), 0);
    let key = store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    let backup = store.back_up(days_later(0)).unwrap().path;
    common::sign_in(&store);
    store.assign_ownerless().unwrap();
    let preview = || Store::restore_preview(folder.path(), &backup, 5).unwrap();
    let same = RestorePreview { sits: 1, ..RestorePreview::default() };
    assert_eq!(preview(), same);
    store.delete_label(&key).unwrap();
    assert_eq!(preview(), RestorePreview { labels: 1, ..same });
}

#[test]
fn a_preview_names_a_sit_at_its_corrected_local_time() {
    let (folder, store) = store();
    let backup = store.back_up(days_later(0)).unwrap().path;
    sat(&store, id(1), 0);
    let edit = SessionEdit { offset: Some(UtcOffset(540)), ..SessionEdit::default() };
    store.edit(id(1), edit, days_later(1).utc).unwrap();
    let preview = Store::restore_preview(folder.path(), &backup, 5).unwrap();
    assert_eq!(preview.newest_missing[0].0.offset, UtcOffset(540));
}

#[test]
fn a_preview_counts_labels_presets_and_settings_that_are_newer_than_the_backup() {
    let (folder, store) = store();
    let label = |name: &str| store.create_label(name, Colour::Red, Shape::Star).unwrap();
    let [changed, merged, deleted, _] = ["a", "b", "c", "d"].map(label);
    let preset = |n: u128, name: &str| {
        let preset =
            Preset { id: Uuid::from_u128(n), name: name.into(), plan: PlanChoice::default() };
        store.save_preset(&preset).unwrap();
    };
    preset(1, "morning");
    preset(2, "evening");
    preset(3, "noon");
    let backup = store.back_up(days_later(0)).unwrap().path;
    let preview = || Store::restore_preview(folder.path(), &backup, 5).unwrap();
    assert!(!preview().loses(), "{:?}", preview());

    store.change_label(&changed, "e", Colour::Blue, Shape::Star).unwrap();
    store.merge_label(&merged, &changed).unwrap();
    store.delete_label(&deleted).unwrap();
    assert_eq!(preview(), RestorePreview { labels: 3, ..RestorePreview::default() });
    assert!(preview().loses());
    preset(1, "early");
    preset(4, "night");
    store.delete_preset(Uuid::from_u128(3)).unwrap();
    assert_eq!((preview().labels, preview().presets, preview().settings), (3, 3, false));
    let mut settings = store.settings().unwrap();
    store.save_settings(&settings).unwrap();
    assert!(!preview().settings, "defaults that were saved are no change");
    settings.day_starts_at_hour = Bounded::new(5).unwrap();
    store.save_settings(&settings).unwrap();
    assert!(preview().settings);
}
