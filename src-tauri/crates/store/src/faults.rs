//! Faults of the disk, of files and of other programs, and the state of the store after each.

use crate::store::Store;
use crate::{StoreError, folder, migrate};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, ffi};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;
use zafu_core::settings::{Preset, Settings};
use zafu_core::time::{UtcOffset, WallTime};

fn now() -> WallTime {
    let utc: DateTime<Utc> = "2026-03-01T06:00:00Z".parse().unwrap();
    WallTime::new(utc, UtcOffset(0))
}

fn preset(name: &str) -> Preset {
    Preset {
        id: Uuid::from_u128(name.len() as u128),
        name: name.into(),
        plan: Settings::default().plan,
    }
}

/// Opens the store without a busy timeout.
fn open(folder: &Path) -> Result<Store, StoreError> {
    Store::open_with(folder, now(), migrate::MIGRATIONS, Duration::ZERO)
}

fn opened() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    (folder, store)
}

/// Returns all files of the folder with their content.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_full_disk_rolls_back_the_whole_change_and_the_store_works_once_there_is_space() {
    let (folder, store) = opened();
    store.save_preset(&preset("kept")).unwrap();
    store.on_writer(|connection| {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |r| r.get(0)).unwrap();
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    });
    let error = store.save_preset(&preset(&"long ".repeat(4000))).unwrap_err();
    assert!(
        matches!(&error, StoreError::DiskFull { folder: at } if at == folder.path()),
        "{error}"
    );
    assert_eq!(store.presets().unwrap(), [preset("kept")]);
    store.on_writer(|connection| {
        connection.pragma_update_and_check(None, "max_page_count", 100_000, |_| Ok(())).unwrap();
    });
    store.save_preset(&preset(&"long ".repeat(4000))).unwrap();
    store.check().unwrap();
    drop(store);
    assert_eq!(open(folder.path()).unwrap().presets().unwrap().len(), 2);
}

#[test]
fn a_database_that_another_program_writes_to_is_locked_until_it_is_done() {
    let (folder, store) = opened();
    let other = Connection::open(folder::database(folder.path())).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.save_preset(&preset("a")).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert!(store.presets().unwrap().is_empty(), "reading does not wait");
    other.execute_batch("ROLLBACK").unwrap();
    store.save_preset(&preset("a")).unwrap();
}

#[test]
fn a_database_that_another_program_has_locked_exclusively_cannot_be_opened() {
    let (folder, store) = opened();
    drop(store);
    let other = Connection::open(folder::database(folder.path())).unwrap();
    other.execute_batch("PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE").unwrap();
    assert!(matches!(open(folder.path()), Err(StoreError::Locked { .. })));
    drop(other);
    open(folder.path()).unwrap();
}

#[test]
fn a_read_only_database_has_its_own_error() {
    let (_folder, store) = opened();
    store.on_writer(|connection| connection.pragma_update(None, "query_only", true)).unwrap();
    let error = store.save_preset(&preset("a")).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
}

#[test]
fn a_newer_database_is_rejected_and_not_changed() {
    let (folder, store) = opened();
    store.on_writer(|connection| connection.pragma_update(None, "user_version", 99)).unwrap();
    drop(store);
    let before = content(folder.path());
    let error = open(folder.path()).err().unwrap();
    let newest = crate::migrate::newest(crate::migrate::MIGRATIONS);
    assert!(
        matches!(error, StoreError::Newer { found: 99, known, .. } if known == newest),
        "{error}"
    );
    assert_eq!(content(folder.path()), before);
}

#[test]
fn a_newer_format_that_is_only_in_the_log_is_rejected() {
    let (folder, store) = opened();
    store.on_writer(|connection| connection.pragma_update(None, "user_version", 99)).unwrap();
    // As after a power cut, without a checkpoint.
    let copy = tempfile::tempdir().unwrap();
    for (name, bytes) in content(folder.path()) {
        fs::write(copy.path().join(name), bytes).unwrap();
    }
    let error = open(copy.path()).err().unwrap();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
}

#[test]
fn a_database_of_another_program_is_rejected_and_not_changed() {
    for version in [0, 1, 99] {
        let folder = tempfile::tempdir().unwrap();
        let other = Connection::open(folder::database(folder.path())).unwrap();
        other.execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
        other.pragma_update(None, "user_version", version).unwrap();
        other.close().unwrap();
        let before = content(folder.path());
        let error = open(folder.path()).err().unwrap();
        assert!(matches!(error, StoreError::NotOurs { .. }), "{error}");
        assert_eq!(content(folder.path()), before);
    }
}

#[test]
fn a_damaged_database_is_not_moved_and_the_newest_intact_backup_is_named() {
    for damage in
        [b"not a database at all, but long enough for a header to be read".as_slice(), b""]
    {
        let (folder, store) = opened();
        store.save_preset(&preset("kept")).unwrap();
        let whole = store.backup_if_due(now()).unwrap().unwrap().path;
        let tomorrow = now().plus(Duration::from_secs(86_400));
        let broken = store.backup_if_due(tomorrow).unwrap().unwrap().path;
        drop(store);
        fs::write(broken, "broken").unwrap();
        fs::write(folder::database(folder.path()), damage).unwrap();
        let Err(StoreError::Corrupt { newest_backup, database, .. }) = open(folder.path()) else {
            panic!("a damaged database was opened")
        };
        assert_eq!(fs::read(database).unwrap(), damage);
        assert_eq!(newest_backup.as_ref(), Some(&whole));
    }
}

#[test]
fn a_truncated_database_is_damaged() {
    let (folder, store) = opened();
    drop(store);
    let database = folder::database(folder.path());
    let half = fs::metadata(&database).unwrap().len() / 2;
    fs::OpenOptions::new().write(true).open(&database).unwrap().set_len(half).unwrap();
    assert!(matches!(open(folder.path()), Err(StoreError::Corrupt { .. })));
}

#[test]
fn a_check_finds_damage_inside_the_database() {
    let (folder, store) = opened();
    store.save_preset(&preset("kept")).unwrap();
    let page: u64 = store.on_writer(|connection| {
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'presets'";
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap()
    });
    drop(store);
    let database = folder::database(folder.path());
    let mut bytes = fs::read(&database).unwrap();
    let from = usize::try_from(page - 1).unwrap() * 4096;
    bytes[from..from + 4096].fill(0xAA);
    fs::write(&database, bytes).unwrap();
    let store = open(folder.path()).unwrap();
    assert!(matches!(store.check(), Err(StoreError::Corrupt { .. })));
    assert!(matches!(store.presets(), Err(StoreError::Corrupt { .. })));
    // It must not replace an intact backup.
    assert!(matches!(store.backup_if_due(now()), Err(StoreError::Corrupt { .. })));
    assert!(Store::backups(folder.path()).unwrap().is_empty());
}

#[cfg(unix)]
mod moved {
    //! Windows does not let an open database be removed or replaced.

    use super::*;
    use crate::location::Relocation;

    fn names(presets: &[Preset]) -> Vec<&str> {
        presets.iter().map(|preset| preset.name.as_str()).collect()
    }

    #[test]
    fn real_life_03_a_database_that_is_removed_is_written_again() {
        let (folder, store) = opened();
        store.save_preset(&preset("before")).unwrap();
        let database = folder::database(folder.path());
        fs::remove_file(&database).unwrap();
        store.save_preset(&preset("after it")).unwrap();
        assert_eq!(store.relocation(), Some(Relocation::Rewritten { database }));
        assert_eq!(names(&store.presets().unwrap()), ["after it", "before"]);
        store.save_preset(&preset("later")).unwrap();
        drop(store);
        let store = open(folder.path()).unwrap();
        assert_eq!(names(&store.presets().unwrap()), ["after it", "before", "later"]);
        store.check().unwrap();
    }

    #[test]
    fn real_life_03_a_removed_folder_is_created_again_and_a_moved_one_is_not_changed() {
        let outer = tempfile::tempdir().unwrap();
        let (folder, elsewhere) = (outer.path().join("data"), outer.path().join("elsewhere"));
        let store = open(&folder).unwrap();
        store.save_preset(&preset("before")).unwrap();
        fs::rename(&folder, &elsewhere).unwrap();
        store.save_preset(&preset("after it")).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        store.save_preset(&preset("later")).unwrap();
        drop(store);
        let store = open(&folder).unwrap();
        assert_eq!(names(&store.presets().unwrap()), ["after it", "before", "later"]);
        assert_eq!(names(&open(&elsewhere).unwrap().presets().unwrap()), ["before"]);
    }

    #[test]
    fn real_life_03_a_database_that_is_replaced_is_not_mixed_with_ours() {
        let (other, theirs) = opened();
        theirs.save_preset(&preset("theirs")).unwrap();
        drop(theirs);
        let (folder, store) = opened();
        store.save_preset(&preset("before")).unwrap();
        let database = folder::database(folder.path());
        let bytes = fs::read(folder::database(other.path())).unwrap();
        fs::rename(folder::database(other.path()), &database).unwrap();
        store.save_preset(&preset("after it")).unwrap();
        let Some(Relocation::Beside { rescued, .. }) = store.relocation() else {
            panic!("{:?}", store.relocation())
        };
        assert_eq!(names(&store.presets().unwrap()), ["after it", "before"]);
        drop(store);
        assert_eq!(fs::read(&database).unwrap(), bytes, "the other file is untouched");
        assert_eq!(names(&open(folder.path()).unwrap().presets().unwrap()), ["theirs"]);
        // As the message says.
        let aside = Store::restore(folder.path(), &rescued, now()).unwrap().unwrap();
        let store = open(folder.path()).unwrap();
        assert_eq!(names(&store.presets().unwrap()), ["after it", "before"]);
        assert!(aside.exists());
    }

    /// Opens a store and replaces its database with another one; returns the file in use from then on.
    fn replaced() -> (TempDir, Store, std::path::PathBuf) {
        let (other, theirs) = opened();
        theirs.save_preset(&preset("theirs")).unwrap();
        drop(theirs);
        let (folder, store) = opened();
        store.save_preset(&preset("before")).unwrap();
        fs::rename(folder::database(other.path()), folder::database(folder.path())).unwrap();
        store.save_preset(&preset("after it")).unwrap();
        let Some(Relocation::Beside { rescued, .. }) = store.relocation() else {
            panic!("{:?}", store.relocation())
        };
        (folder, store, rescued)
    }

    #[test]
    fn real_life_03_a_rescued_database_is_restored_with_changes_that_are_only_in_its_log() {
        let (folder, store, rescued) = replaced();
        store.save_preset(&preset("later")).unwrap();
        // As after a kill, without the checkpoint of a close.
        let killed = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(folder.path()).unwrap() {
            let file = entry.unwrap();
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), killed.path().join(file.file_name())).unwrap();
            }
        }
        let rescued = killed.path().join(rescued.file_name().unwrap());
        Store::restore(killed.path(), &rescued, now()).unwrap();
        let store = open(killed.path()).unwrap();
        assert_eq!(names(&store.presets().unwrap()), ["after it", "before", "later"]);
    }

    #[test]
    fn real_life_03_a_removed_rescued_database_is_written_to_the_path_that_is_opened_next() {
        let (folder, store, rescued) = replaced();
        let database = folder::database(folder.path());
        fs::remove_dir_all(folder.path()).unwrap();
        store.save_preset(&preset("later")).unwrap();
        assert_eq!(store.relocation(), Some(Relocation::Rewritten { database }));
        drop(store);
        assert!(!rescued.exists());
        let store = open(folder.path()).unwrap();
        assert_eq!(names(&store.presets().unwrap()), ["after it", "before", "later"]);
    }

    #[test]
    fn real_life_03_a_removed_database_that_cannot_be_written_again_is_an_error_and_can_be_retried()
    {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");
        let store = open(&folder).unwrap();
        store.save_preset(&preset("before")).unwrap();
        fs::rename(&folder, outer.path().join("elsewhere")).unwrap();
        fs::write(&folder, "not a folder").unwrap();
        store.save_preset(&preset("after it")).unwrap_err();
        store.presets().unwrap_err();
        fs::remove_file(&folder).unwrap();
        store.save_preset(&preset("after it")).unwrap();
        assert_eq!(names(&open(&folder).unwrap().presets().unwrap()), ["after it", "before"]);
    }

    #[test]
    fn real_life_03_a_log_that_is_removed_is_written_back() {
        let (folder, store) = opened();
        let database = folder::database(folder.path());
        fs::remove_file(folder.path().join("zafu.db-wal")).unwrap();
        store.save_preset(&preset("after it")).unwrap();
        // As after a kill, without the checkpoint of a close.
        let copy = tempfile::tempdir().unwrap();
        fs::copy(&database, folder::database(copy.path())).unwrap();
        assert_eq!(names(&open(copy.path()).unwrap().presets().unwrap()), ["after it"]);
        assert_eq!(store.relocation(), None);
    }
}

#[test]
fn a_panic_rolls_back_its_change_and_reaches_the_caller() {
    let (_folder, store) = opened();
    let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.on_writer(|connection| {
            let transaction = connection.transaction().unwrap();
            transaction.execute("INSERT INTO settings VALUES ('half', '1')", []).unwrap();
            panic!("on purpose");
        })
    }));
    assert!(asked.is_err());
    let rows: u32 = store.on_writer(|connection| {
        connection.query_row("SELECT count(*) FROM settings", [], |row| row.get(0)).unwrap()
    });
    assert_eq!(rows, 0);
    store.save_settings(&Settings::default()).unwrap();
}

#[test]
fn every_commit_is_on_the_disk_before_it_returns() {
    assert!(rusqlite::version_number() >= 3_051_003, "older ones have a bug in their log");
    let (_folder, store) = opened();
    store.on_writer(|connection| {
        let number =
            |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(number("synchronous"), 2);
        assert_eq!(number("fullfsync"), 1);
        assert_eq!(number("checkpoint_fullfsync"), 1);
        assert_eq!(number("foreign_keys"), 1);
        let mode: String =
            connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    });
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_folder_and_its_files() {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("a/b");
    let store = open(&folder).unwrap();
    store.save_settings(&Settings::default()).unwrap();
    let backup = store.backup_if_due(now()).unwrap().unwrap().path;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder::backups(&folder))), (0o700, 0o700));
    for name in ["zafu.db", "zafu.db-wal", "zafu.db-shm"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&backup), 0o600);
}

#[test]
fn each_code_of_sqlite_has_its_own_error() {
    let named = |code| {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        StoreError::from(error).explained(Path::new("/data"))
    };
    assert!(matches!(named(ffi::SQLITE_FULL), StoreError::DiskFull { .. }));
    assert!(matches!(named(ffi::SQLITE_IOERR_SHMSIZE), StoreError::DiskFull { .. }));
    assert!(matches!(named(ffi::SQLITE_READONLY_DIRECTORY), StoreError::ReadOnly { .. }));
    assert!(matches!(named(ffi::SQLITE_CANTOPEN), StoreError::ReadOnly { .. }));
    assert!(matches!(named(ffi::SQLITE_READONLY_DBMOVED), StoreError::Moved { .. }));
    assert!(matches!(named(ffi::SQLITE_BUSY_SNAPSHOT), StoreError::Locked { .. }));
    assert!(matches!(named(ffi::SQLITE_CORRUPT_INDEX), StoreError::Corrupt { .. }));
    assert!(matches!(named(ffi::SQLITE_IOERR_CORRUPTFS), StoreError::Corrupt { .. }));
    assert!(matches!(named(ffi::SQLITE_NOTADB), StoreError::Corrupt { .. }));
    assert!(matches!(named(ffi::SQLITE_IOERR_FSYNC), StoreError::Io { .. }));
    assert!(matches!(named(ffi::SQLITE_CONSTRAINT_CHECK), StoreError::Impossible { .. }));
    let kinds = [std::io::ErrorKind::StorageFull, std::io::ErrorKind::ReadOnlyFilesystem];
    let [full, read_only] =
        kinds.map(|kind| StoreError::io(Path::new("/data"), Path::new("/data/x"), kind.into()));
    assert!(matches!(full, StoreError::DiskFull { .. }));
    assert!(matches!(read_only, StoreError::ReadOnly { .. }));
}
