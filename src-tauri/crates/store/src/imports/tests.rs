//! Faults of the disk during an import, and the priority of the timer's saves.

use super::*;
use crate::store::Store;
use crate::{CommitProgress, StagedImport, migrate};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::{Details, Lifecycle, Register, Source, Stage};
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset};
use zafu_core::timer::{Command, Timer, saves};

fn now() -> Moment {
    Moment {
        boot: BootTime(Duration::from_secs(1000)),
        boot_id: BootId(Uuid::from_u128(7)),
        wall: WallTime::new("2026-03-01T06:00:00Z".parse().unwrap(), UtcOffset(60)),
    }
}

fn opened() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_with(folder.path(), now().wall, migrate::MIGRATIONS, Duration::ZERO);
    (folder, store.unwrap())
}

fn staged(store: &Store, sits: u32) -> StagedImport {
    let mut staged = store.stage_import().unwrap();
    for n in 1..=sits {
        let startedat = now().wall.utc - chrono::TimeDelta::hours(n.into());
        let device = DeviceId(Uuid::nil());
        let satlength = Seconds(600);
        let stage = Stage::Completed { completedat: startedat + satlength.duration(), satlength };
        let session = Session {
            id: SessionId(Uuid::from_u128(n.into())),
            lifecycle: Lifecycle { startedat, sitlength: satlength, stage },
            details: Register::untouched(Details::default(), device),
            deletion: Register::untouched(None, device),
            utcoffset: UtcOffset(60),
            deviceid: device,
            source: Source::Import,
            createdat: startedat,
        };
        staged.add(0, &session).unwrap();
    }
    staged
}

fn staging_files(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_str().unwrap().contains("staging")).count()
}

fn no_progress() -> CommitProgress {
    Arc::new(|_| true)
}

/// Returns the number of sessions, imports and rows in the outbox.
fn rows(store: &Store) -> [u32; 3] {
    store.on_writer(|connection| {
        ["sessions", "imports", "outbox"].map(|table| {
            let count = format!("SELECT count(*) FROM {table}");
            connection.query_row(&count, [], |row| row.get(0)).unwrap()
        })
    })
}

#[test]
fn an_import_for_which_the_disk_has_no_room_is_not_begun() {
    let (folder, store) = opened();
    let mut staged = staged(&store, 100);
    let source = ImportSource::default();
    let error = staged.commit_if_fits(&source, now().wall, &no_progress(), 1 << 20).unwrap_err();
    assert!(
        matches!(&error, StoreError::NoSpaceForImport { available, .. } if *available == 1 << 20),
        "{error}"
    );
    assert_eq!(rows(&store), [0, 0, 0]);
    assert!(Store::backups(folder.path()).unwrap().is_empty(), "no backup fills the disk");
    staged.commit_if_fits(&source, now().wall, &no_progress(), 1 << 30).unwrap();
    assert_eq!(rows(&store), [100, 1, 100]);
}

#[test]
fn a_disk_that_becomes_full_rolls_back_the_whole_import() {
    let (folder, store) = opened();
    let limit = |pages: i64| {
        store.on_writer(move |connection| {
            let has: i64 =
                connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
            let limit = has + pages;
            connection.pragma_update_and_check(None, "max_page_count", limit, |_| Ok(())).unwrap();
        });
    };
    limit(200);
    let error = staged(&store, 5_000).commit(&ImportSource::default(), now().wall, &no_progress());
    assert!(matches!(error, Err(StoreError::DiskFull { .. })), "{error:?}");
    assert_eq!(rows(&store), [0, 0, 0]);
    assert_eq!(staging_files(folder.path()), 0);
    limit(100_000);
    staged(&store, 5_000).commit(&ImportSource::default(), now().wall, &no_progress()).unwrap();
    assert_eq!(rows(&store), [5_000, 1, 5_000]);
    store.check().unwrap();
}

#[test]
fn a_save_of_the_timer_comes_before_an_import() {
    let (_folder, store) = opened();
    let saving = Arc::new(Mutex::new(None));
    let calls = Arc::new(Mutex::new(Vec::new()));
    let on_progress: CommitProgress = {
        let (store, saving, calls) = (store.clone(), saving.clone(), calls.clone());
        Arc::new(move |done| {
            calls.lock().unwrap().push(done);
            saving.lock().unwrap().get_or_insert_with(|| {
                let plan = Plan {
                    length: Length::Timed(Bounded::new(600).unwrap()),
                    delay: Duration::ZERO,
                    preparation: Bounded::new(0).unwrap(),
                    bells: Bells::default(),
                    overtime: OvertimeChoice::Ask,
                };
                let id = SessionId(Uuid::from_u128(1 << 64));
                let saves =
                    saves(&Timer::default().apply(Command::Start { id, plan, seed: 1 }, now()));
                let saver = store.clone();
                let thread = thread::spawn(move || saver.save(&saves).unwrap());
                while !store.urgent_waits() {
                    thread::yield_now();
                }
                thread
            });
            true
        })
    };
    let outcome =
        staged(&store, 5_000).commit(&ImportSource::default(), now().wall, &on_progress).unwrap();
    saving.lock().unwrap().take().unwrap().join().unwrap();
    let ImportOutcome::Imported(info) = outcome else { panic!("{outcome:?}") };
    assert_eq!(info.counts.added, 5_000);
    assert_eq!(*calls.lock().unwrap(), [2_000, 2_000, 4_000, 5_000], "it began again");
    assert_eq!(rows(&store), [5_001, 1, 5_001]);
    // The sit was saved before any row of the import.
    assert_eq!(store.open_sits().unwrap().len(), 1);
    let first: i64 = store.on_writer(|connection| {
        let sql = "SELECT session_key FROM open_sits";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    });
    assert_eq!(first, 1);
}

#[test]
fn the_log_is_derived_from_imported_and_undone_sits() {
    let (_folder, store) = opened();
    let import = || {
        let staged = staged(&store, 3_000);
        let outcome = staged.commit(&ImportSource::default(), now().wall, &no_progress());
        crate::log::tests::expected::check(&store);
        match outcome.unwrap() {
            ImportOutcome::Imported(info) => info.id,
            other => panic!("{other:?}"),
        }
    };
    for _ in 0..2 {
        let id = import();
        store.undo_import(id, now().wall.utc).unwrap();
        crate::log::tests::expected::check(&store);
    }
}
