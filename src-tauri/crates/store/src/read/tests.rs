//! Reading beside a writer, and without shared memory.

use super::*;
use crate::{LogFilter, OwnerFilter, Store, sample};
use std::fs;
use zafu_core::time::{UtcOffset, WallTime};

fn now() -> WallTime {
    WallTime::new("2026-03-01T06:00:00Z".parse().unwrap(), UtcOffset(60))
}

fn all() -> LogQuery {
    let filter = LogFilter { owner: OwnerFilter::All, ..LogFilter::default() };
    LogQuery { filter, ..LogQuery::newest(100) }
}

/// Returns a folder with an open store and sits that are still in the log.
fn filled() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), now()).unwrap();
    sample::fill(&store);
    (folder, store)
}

fn opened(folder: &Path) -> ReadOnlyStore {
    match ReadOnlyStore::open(folder).unwrap() {
        OpenOutcome::Open(database) => database,
        OpenOutcome::NoDatabase | OpenOutcome::OlderFormat => {
            panic!("there is a database of the newest format")
        }
    }
}

#[test]
fn real_life_09_saved_sits_are_read_while_the_store_is_open() {
    let (folder, store) = filled();
    let database = opened(folder.path());
    assert_eq!(database.log(&all()).unwrap(), store.log(&all()).unwrap());
    assert!(!store.log(&all()).unwrap().entries.is_empty());
    assert_eq!(database.open_sits().unwrap(), store.open_sits().unwrap());
    database.check().unwrap();
}

#[test]
fn real_life_09_a_copy_includes_the_write_ahead_log_and_is_deleted_after_reading() {
    let (folder, store) = filled();
    let file = folder::database(folder.path());
    assert!(has_log(&file));
    let copied = Copied::of(&file).unwrap();
    let copy = copied.0.path().to_path_buf();
    let connection = connection::reading(&copied.database(), connection::BUSY_TIMEOUT).unwrap();
    let read = ReadOnlyStore { connection, folder: folder.path().into(), _copy: Some(copied) };
    assert_eq!(read.log(&all()).unwrap(), store.log(&all()).unwrap());
    drop(read);
    assert!(!copy.exists());
}

#[test]
fn real_life_09_a_closed_database_is_read_as_an_immutable_file() {
    let (folder, store) = filled();
    let page = store.log(&all()).unwrap();
    drop(store);
    // Windows does not allow a question mark in a file name.
    let odd = folder.path().join(if cfg!(windows) { "b#c%20 d" } else { "a?b#c%20 d" });
    fs::create_dir(&odd).unwrap();
    fs::copy(folder::database(folder.path()), folder::database(&odd)).unwrap();
    let connection = unchanging(&folder::database(&odd)).unwrap();
    let read = ReadOnlyStore { connection, folder: odd.clone(), _copy: None };
    assert_eq!(read.log(&all()).unwrap(), page);
    let words = LogFilter { words: "雨 raining".into(), ..all().filter };
    assert!(read.log(&LogQuery { filter: words.clone(), ..all() }).unwrap().entries.is_empty());
    let words = LogFilter { words: "雨 rain".into(), ..words };
    let found = read.log(&LogQuery { filter: words, ..all() }).unwrap().entries;
    assert_eq!(found.len(), 1, "the index of words is read too");
    let today = now().utc.date_naive();
    let query = InsightQuery { owner: OwnerFilter::All, today, year: None, span: 1 };
    assert!(read.insight(&query).unwrap().total.sits > 0);
    drop(read);
    assert_eq!(fs::read_dir(&odd).unwrap().count(), 1, "nothing was made beside it");
}

#[test]
fn a_folder_without_a_database_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(ReadOnlyStore::open(folder.path()), Ok(OpenOutcome::NoDatabase)));
    assert!(matches!(
        ReadOnlyStore::open(&folder.path().join("missing")),
        Ok(OpenOutcome::NoDatabase)
    ));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_database_of_an_older_format_is_reported_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open_with(
        folder.path(),
        now(),
        &migrate::MIGRATIONS[..1],
        connection::BUSY_TIMEOUT,
    ));
    let before = fs::read(folder::database(folder.path())).unwrap();
    assert!(matches!(ReadOnlyStore::open(folder.path()), Ok(OpenOutcome::OlderFormat)));
    assert_eq!(fs::read(folder::database(folder.path())).unwrap(), before);
}
