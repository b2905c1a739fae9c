//! Faults of the disk during an import, and the priority of the timer's saves.

use super::*;
use crate::store::Store;
use crate::{CommitProgress, StagedImport, migrate};
use rusqlite::Transaction;
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
fn reading_stops_before_it_fills_the_disk() {
    let (_folder, store) = opened();
    let error = store.ensure_reserved((16 << 20) - 1).unwrap_err();
    assert!(matches!(error, StoreError::NoSpaceForImport { .. }), "{error}");
    store.ensure_reserved(16 << 20).unwrap();
    staged(&store, 1).check_space().unwrap();
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

/// Returns how an import reports its progress, during whose first `saves` reports a sit begins on another thread. The
/// import goes on when the sit waits to be saved.
fn begins_sits(store: &Store, saves: usize) -> (CommitProgress, Arc<Mutex<Begun>>) {
    let begun = Arc::new(Mutex::new(Begun::default()));
    let on_progress = {
        let (store, begun) = (store.clone(), begun.clone());
        Arc::new(move |done| {
            let mut begun = begun.lock().unwrap();
            begun.reports.push(done);
            if begun.threads.len() < saves {
                let number = begun.threads.len();
                begun.threads.push(begin_sit(&store, number));
                while !store.urgent_waits() {
                    thread::yield_now();
                }
            }
            true
        })
    };
    (on_progress, begun)
}

#[derive(Default)]
struct Begun {
    reports: Vec<u32>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Begun {
    /// Waits until all sits are saved.
    fn join(&mut self) {
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}

/// Begins and ends a sit on another thread.
fn begin_sit(store: &Store, number: usize) -> thread::JoinHandle<()> {
    let plan = Plan {
        length: Length::Timed(Bounded::new(600).unwrap()),
        delay: Duration::ZERO,
        preparation: Bounded::new(0).unwrap(),
        bells: Bells::default(),
        overtime: OvertimeChoice::Ask,
    };
    let id = SessionId(Uuid::from_u128((1 << 64) + number as u128));
    let mut timer = Timer::default();
    let mut effects = timer.apply(Command::Start { id, plan, seed: 1 }, now());
    effects.extend(timer.apply(Command::End { overtime: None }, now()));
    let store = store.clone();
    thread::spawn(move || store.save(&saves(&effects)).unwrap())
}

#[test]
fn a_save_of_the_timer_comes_before_an_import() {
    let (_folder, store) = opened();
    let (on_progress, begun) = begins_sits(&store, 1);
    let outcome =
        staged(&store, 5_000).commit(&ImportSource::default(), now().wall, &on_progress).unwrap();
    begun.lock().unwrap().join();
    let ImportOutcome::Imported(info) = outcome else { panic!("{outcome:?}") };
    assert_eq!(info.counts.added, 5_000);
    assert_eq!(begun.lock().unwrap().reports, [2_000, 2_000, 4_000, 5_000], "it began again");
    assert_eq!(rows(&store), [5_001, 1, 5_001]);
    // The sit was saved before any row of the import.
    let first: String = store.on_writer(|connection| {
        let sql = "SELECT source FROM sessions ORDER BY key LIMIT 1";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    });
    assert_eq!(first, "timer");
    crate::log::tests::expected::check(&store);
}

#[test]
fn an_import_that_the_timer_never_lets_end_is_given_up() {
    let (folder, store) = opened();
    let (on_progress, begun) = begins_sits(&store, usize::MAX);
    let outcome = staged(&store, 5_000).commit(&ImportSource::default(), now().wall, &on_progress);
    assert!(matches!(outcome, Err(StoreError::TimerSaves)), "{outcome:?}");
    begun.lock().unwrap().join();
    // Every sit is saved, and none of the import.
    assert_eq!(rows(&store), [8, 0, 8]);
    assert_eq!(staging_files(folder.path()), 0);
    let (on_progress, begun) = begins_sits(&store, 0);
    staged(&store, 5_000).commit(&ImportSource::default(), now().wall, &on_progress).unwrap();
    assert_eq!(begun.lock().unwrap().reports, [2_000, 4_000, 5_000]);
    assert_eq!(rows(&store), [5_008, 1, 5_008]);
    crate::log::tests::expected::check(&store);
}

#[test]
fn a_save_of_the_timer_comes_before_the_undo_of_an_import() {
    let (_folder, store) = opened();
    let outcome =
        staged(&store, 5_000).commit(&ImportSource::default(), now().wall, &no_progress());
    let ImportOutcome::Imported(info) = outcome.unwrap() else { panic!() };
    let at = now().wall.utc;
    let undo_while_a_sit_begins = {
        let (store, mut attempts, mut saving) = (store.clone(), 0, None);
        move |change: &Transaction<'_>| {
            attempts += 1;
            if attempts == 1 {
                saving = Some(begin_sit(&store, 0));
                while !store.urgent_waits() {
                    thread::yield_now();
                }
            } else if let Some(saving) = saving.take() {
                saving.join().unwrap();
            }
            undo(change, info.id, at).map(|info| (info, attempts))
        }
    };
    let (info, attempts) = store.write_in_bulk(None, undo_while_a_sit_begins).unwrap();
    assert_eq!((info.undone.map(|(_, sits)| sits), attempts), (Some(5_000), 2));
    assert_eq!(rows(&store), [5_001, 1, 5_001]);
    crate::log::tests::expected::check(&store);
}

/// The log is written back into the database, and every commit does so again.
#[test]
fn the_write_ahead_log_is_small_after_an_import() {
    let (folder, store) = opened();
    staged(&store, 20_000).commit(&ImportSource::default(), now().wall, &no_progress()).unwrap();
    begin_sit(&store, 0).join().unwrap();
    let log = folder.path().join("zafu.db-wal");
    assert!(fs::metadata(log).unwrap().len() < 5 << 20);
    let pages: u32 = store.on_writer(|connection| {
        connection.pragma_query_value(None, "wal_autocheckpoint", |row| row.get(0)).unwrap()
    });
    assert_eq!(pages, 1000);
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
