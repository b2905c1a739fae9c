//! Migrations: every released format is migrated to the newest one without loss.

use super::*;
use crate::store::Store;
use rusqlite::types::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use zafu_core::time::{UtcOffset, WallTime};

/// The checksum (FNV-1a) of each migration that was released: never edit one, add another.
const RELEASED: &[u64] = &[
    0xd966_8534_d21f_2856,
    0xc089_f2c5_a92f_8a1b,
    0x4c0b_df38_c521_9def,
    0x48f7_4bc8_28ea_c399,
    0xfd37_a779_ab62_d205,
    0x1a73_30c3_2610_0889,
    0x6711_43b7_0020_8c25,
    0x5b0d_3b5d_9fb0_e163,
    0x584c_42c2_3310_f9d6,
    0x3a48_af4a_7409_6702,
    0x0f91_db31_03e5_ddd9,
    0xa6fd_be11_2265_11e8,
    0xbd94_f6fa_f139_4107,
    0x3e3d_98be_1f39_431a,
    0x0bc7_4c20_fc45_49a1,
    0xae3d_04ab_e13d_80ee,
    0x945d_d368_e9dd_0ec3,
    0xeaa4_23e8_01a4_3e2e,
];

fn now() -> WallTime {
    WallTime::new("2026-03-01T06:00:00Z".parse().unwrap(), UtcOffset(0))
}

fn fixture(format: usize) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/v{format}.db"))
}

/// Columns that a later format stores elsewhere or not at all, each with the reason.
const REMOVED: &[(&str, &str)] = &[
    ("outbox", "owner"),    // 2: in the session's row
    ("outbox", "attempts"), // 2: was always 0
    ("outbox", "next_at"),  // 2: was always null
    ("device", "place"),    // 3: depends on where the database is opened
    ("device", "file"),     // 5: likewise
    ("device", "folder_digest"),
    ("device", "file_digest"),
    ("unreadable_rows", "version"), // 7: emptied, so that every row is read again
];

/// Columns that format 6 has renamed.
const RENAMED: &[(&str, &str, &str)] = &[
    ("accounts", "mark", "history_id"),
    ("accounts", "erased", "erasure_id"),
    ("accounts", "met", "has_pulled"),
    ("accounts", "leavesownerless", "declined_ownerless"),
    ("accounts", "gone", "closed_reason"),
    ("accounts", "devicesread", "former_devices_read"),
    ("device", "madeat", "createdat"),
    ("outbox", "unjudged", "request_failed"),
];

/// States that format 6 has renamed.
const RENAMED_STATES: &[(&str, &str, &str)] = &[
    ("outbox", "refused", "rejected"),
    ("outbox", "kept", "local_only"),
    ("unreadable_rows", "there", "on_server"),
    ("unreadable_rows", "kept", "local_only"),
];

/// Returns a folder with the fixture of `format`.
fn holding(format: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture(format), folder::database(folder.path())).unwrap();
    folder
}

fn open(folder: &Path, migrations: &[&str]) -> Result<Store, StoreError> {
    Store::open_with(folder, now(), migrations, Duration::ZERO)
}

/// The id of a session, for a table that has its key since format 7.
const SESSION_ID: &str = "(SELECT id FROM sessions WHERE sessions.key = session_key) AS session_id";

/// All rows by table, with the names of the columns.
type Rows = BTreeMap<String, (Vec<String>, Vec<Vec<Value>>)>;

/// Tables that are derived from others: see `log::tests`.
const DERIVED: [&str; 6] =
    ["log_", "day_totals", "year_totals", "half_hour_counts", "length_counts", "note_"];

/// Returns the rows of all tables that are not derived, in the columns of `like` or in all columns.
fn rows(database: &Path, like: Option<&Rows>) -> Rows {
    let connection = Connection::open(database).unwrap();
    let tables: Vec<String> = match like {
        Some(like) => like.keys().cloned().collect(),
        None => connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .filter(|name: &String| !DERIVED.iter().any(|derived| name.starts_with(derived)))
            .collect(),
    };
    let read = |table: String| {
        let columns = like.map_or_else(|| "*".to_owned(), |like| like[&table].0.join(", "));
        let has_key = format!("SELECT session_key FROM {table}");
        let columns = if connection.prepare(&has_key).is_ok() {
            columns.replace("session_id", SESSION_ID)
        } else {
            columns
        };
        let order = match table.as_str() {
            "outbox" => "generation",
            "import_sits" | "import_notes" => "import_id, session_key",
            _ => "rowid",
        };
        let mut statement =
            connection.prepare(&format!("SELECT {columns} FROM {table} ORDER BY {order}")).unwrap();
        let names: Vec<_> = statement.column_names().map(str::to_owned).collect();
        let width = names.len();
        let rows = statement
            .query_map([], |row| (0..width).map(|n| row.get(n)).collect())
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        (table, (names, rows))
    };
    tables.into_iter().map(read).collect()
}

/// Returns what the newest format holds of `rows`, under its names.
fn in_newest_format(mut rows: Rows) -> Rows {
    for (table, (names, rows)) in &mut rows {
        let stays: Vec<_> =
            names.iter().map(|name| !REMOVED.contains(&(table.as_str(), name.as_str()))).collect();
        let mut stay = stays.iter();
        names.retain(|_| *stay.next().unwrap());
        for row in &mut *rows {
            let mut stay = stays.iter();
            row.retain(|_| *stay.next().unwrap());
        }
        let state = names.iter().position(|name| name == "state");
        for (_, old, new) in RENAMED_STATES.iter().filter(|(of, ..)| of == table) {
            for row in &mut *rows {
                let state =
                    state.map(|at| &mut row[at]).filter(|is| **is == Value::from(old.to_string()));
                state.into_iter().for_each(|state| *state = Value::from(new.to_string()));
            }
        }
        for (_, old, new) in RENAMED.iter().filter(|(of, ..)| of == table) {
            names.iter_mut().filter(|name| name == old).for_each(|name| *name = new.to_string());
        }
    }
    rows
}

#[test]
fn the_owner_of_a_sit_moves_from_the_outbox_to_the_session() {
    let folder = holding(1);
    let raw = Connection::open(folder::database(folder.path())).unwrap();
    let owned = |sql: &str| {
        let mut statement = raw.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<Vec<(String, String)>, _>>().unwrap()
    };
    let before = owned("SELECT session_id, owner FROM outbox WHERE owner IS NOT NULL");
    assert_eq!(before.len(), 1);
    let store = open(folder.path(), MIGRATIONS).unwrap();
    assert_eq!(owned("SELECT id, owner FROM sessions WHERE owner IS NOT NULL"), before);
    assert_eq!(store.account().unwrap(), None, "no account was ever signed in");
}

#[test]
fn dead_letters_and_local_rows_keep_their_states_under_their_new_names() {
    let folder = holding(5);
    let store = open(folder.path(), MIGRATIONS).unwrap();
    let counts = store.on_writer(|connection| {
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
        (
            count(
                "SELECT count(*) FROM outbox WHERE state = 'rejected' AND last_code = 'bad_note'",
            ),
            count("SELECT count(*) FROM outbox WHERE state = 'local_only'"),
            count("SELECT count(*) FROM unreadable_rows WHERE state = 'on_server'"),
        )
    });
    assert_eq!(counts, (1, 1, 1));
}

#[test]
fn format_7_keeps_open_sits_the_outbox_and_rows_that_were_stored_as_text() {
    let folder = holding(6);
    let raw = Connection::open(folder::database(folder.path())).unwrap();
    // A row of the second account under the id of a session of the first, as format 6 stored it.
    raw.execute_batch(
        "INSERT INTO unreadable_rows (owner, id, body, version, state)
         SELECT (SELECT id FROM accounts WHERE shown = 1), sessions.id, '{}', '0.1.0', 'on_server'
         FROM sessions WHERE owner IS NOT (SELECT id FROM accounts WHERE shown = 1)",
    )
    .unwrap();
    let (open_sits, ids): (Vec<String>, Vec<String>) = {
        let texts = |sql: &str| {
            let mut statement = raw.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        (
            texts("SELECT body FROM open_sits ORDER BY phase = 'running', rowid"),
            texts("SELECT session_id FROM outbox WHERE state = 'pending' ORDER BY generation"),
        )
    };
    drop(raw);
    let store = open(folder.path(), MIGRATIONS).unwrap();
    let found = store.open_sits().unwrap();
    let found: Vec<_> = found.iter().map(|open| serde_json::to_string(open).unwrap()).collect();
    assert_eq!(found, open_sits, "in the same order");
    let pending: Vec<_> =
        store.pending(99).unwrap().iter().map(|row| row.session.to_string()).collect();
    assert_eq!(pending, ids);
    assert!(pending.len() > 3 && open_sits.len() > 2);
    // This version reads them again, although they were stored by it.
    let again = store.unreadable_by_other_versions("0.1.0").unwrap();
    assert_eq!(again.len(), 2);
    let owner = again[0].0;
    let (_, row) = again.iter().find(|(_, row)| row.body == "{}").unwrap();
    let id = zafu_core::ids::SessionId(row.id);
    let filter = crate::LogFilter { owner: crate::OwnerFilter::All, ..crate::LogFilter::default() };
    let all = crate::LogQuery { filter, ..crate::LogQuery::newest(99) };
    // Of the first account: its id alone does not name it while another account is shown.
    let mut entries = store.log(&all).unwrap().entries.into_iter();
    let mut theirs = entries.find(|entry| entry.session.id == id).unwrap().session;
    theirs.details.value.note = "theirs".into();
    store.reread(vec![(owner, theirs.clone())], "0.1.0", now().utc).unwrap();
    assert_eq!(store.session(id).unwrap(), Some(theirs), "that of the shown account");
    let copies =
        store.log(&all).unwrap().entries.into_iter().filter(|entry| entry.session.id == id).count();
    assert_eq!(copies, 2);
    store.check().unwrap();
}

#[test]
fn every_label_of_a_session_becomes_a_row_that_was_never_changed() {
    for format in 1..=7 {
        let folder = holding(format);
        let store = open(folder.path(), MIGRATIONS).unwrap();
        let missing = store.on_writer(|connection| {
            let count = |sql: &str| connection.query_row(sql, [], |row| row.get(0)).unwrap();
            let labels: u32 = count("SELECT count(*) FROM labels WHERE revision = 0 AND resolved = id");
            let used = "SELECT count(*) FROM (SELECT DISTINCT owner, label FROM sessions WHERE label <> '')";
            assert_eq!(labels, count(used));
            labels == 0
        });
        assert!(!missing, "format {format} has a label");
    }
}

#[test]
fn a_migration_that_was_released_is_never_edited() {
    let fnv = |text: &str| {
        text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    };
    let found: Vec<_> = MIGRATIONS.iter().map(|text| fnv(text)).collect();
    assert_eq!(found, RELEASED, "{found:#018x?}");
}

#[test]
fn a_database_for_whose_migration_the_disk_has_no_room_is_not_changed() {
    let folder = holding(1);
    let database = folder::database(folder.path());
    let before = fs::read(&database).unwrap();
    let open_with_free = |free: u64| {
        Store::open_if_fits(folder.path(), now(), MIGRATIONS, Duration::ZERO, move |_| Ok(free))
    };
    let size = u64::try_from(before.len()).unwrap();
    let error = open_with_free(4 * size - 1).err().unwrap();
    assert!(
        matches!(&error, StoreError::NoSpaceForMigration { needed, .. } if *needed == 4 * size),
        "{error}"
    );
    assert!(fs::read(&database).unwrap() == before);
    assert!(Store::backups(folder.path()).unwrap().is_empty(), "no backup fills the disk");
    drop(open_with_free(4 * size).unwrap());
    // One in the newest format needs no room.
    drop(open_with_free(0).unwrap());
}

#[test]
fn every_format_is_migrated_without_loss() {
    for format in 1..=MIGRATIONS.len() {
        let folder = holding(format);
        let before = rows(&folder::database(folder.path()), None);
        assert!(before["sessions"].1.len() > 5 && before["open_sits"].1.len() > 1);
        let store = open(folder.path(), MIGRATIONS).unwrap();
        store.check().unwrap();
        let before = in_newest_format(before);
        let after = rows(&folder::database(folder.path()), Some(&before));
        assert_eq!(after, before, "format {format}");
        assert_eq!(store.open_sits().unwrap().len(), before["open_sits"].1.len());
        assert_eq!(store.presets().unwrap().len(), before["presets"].1.len());
        let page = crate::LogQuery::newest(100);
        assert!(store.sessions(&page).unwrap().iter().any(|s| s.details.value.note == "雨 rain"));
    }
}

/// Returns all migrations and another one.
fn and(next: &'static str) -> Vec<&'static str> {
    MIGRATIONS.iter().copied().chain([next]).collect()
}

/// Returns what a backup holds of `rows`: all but what partners show, which is to be read again.
fn in_backup(mut rows: Rows) -> Rows {
    if let Some((_, views)) = rows.get_mut("partner_views") {
        assert_eq!(views.len(), 1);
        views.clear();
        let (names, accounts) = rows.get_mut("accounts").unwrap();
        let read = names.iter().position(|name| name == "partner_seq").unwrap();
        accounts.iter_mut().for_each(|account| account[read] = Value::Null);
    }
    rows
}

#[test]
fn a_migration_takes_a_backup_before() {
    let next = and("ALTER TABLE presets ADD COLUMN colour TEXT");
    for format in 1..=MIGRATIONS.len() {
        let folder = holding(format);
        let before = rows(&folder::database(folder.path()), None);
        drop(open(folder.path(), &next).unwrap());
        drop(open(folder.path(), &next).unwrap());
        let kept = Store::backups(folder.path()).unwrap();
        assert_eq!(kept.len(), 1, "opening it again has nothing to migrate");
        assert_eq!(kept[0].reason, crate::BackupReason::Migration);
        assert_eq!(rows(&kept[0].path, None), in_backup(before), "format {format}");
        assert!(backups::why_unusable(&kept[0].path).is_none(), "format {format}");
        assert!(matches!(open(folder.path(), MIGRATIONS), Err(StoreError::Newer { .. })));
    }
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = holding(MIGRATIONS.len());
    let before = rows(&folder::database(folder.path()), None);
    let half = and("DELETE FROM presets; ALTER TABLE nonsense ADD COLUMN colour TEXT");
    assert!(open(folder.path(), &half).is_err());
    assert_eq!(rows(&folder::database(folder.path()), None), before);
    open(folder.path(), MIGRATIONS).unwrap();
}

#[test]
fn a_migration_that_violates_a_foreign_key_changes_nothing() {
    let folder = holding(MIGRATIONS.len());
    let before = rows(&folder::database(folder.path()), None);
    let orphaning = and("DROP TRIGGER a_sit_is_never_removed; DELETE FROM sessions");
    assert!(matches!(open(folder.path(), &orphaning), Err(StoreError::Corrupt { .. })));
    assert_eq!(rows(&folder::database(folder.path()), None), before);
}

/// Writes the fixture of the newest format: `cargo test -p zafu-store -- --ignored write_the_newest_fixture`.
/// Only for a format that was never released; the fixtures of those that were are kept as they are.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_newest_fixture() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), MIGRATIONS).unwrap();
    crate::sample::fill(&store);
    // Otherwise a copy elsewhere would be recognised as a copied folder.
    store.on_writer(|c| {
        c.execute("UPDATE device SET folder_digest = NULL, file_digest = NULL", []).unwrap()
    });
    let path = fixture(MIGRATIONS.len());
    folder::remove_if_there(&path).unwrap();
    let path = path.to_str().unwrap().to_owned();
    store.on_writer(move |c| c.execute("VACUUM INTO ?1", [path]).unwrap());
}

#[test]
fn a_backup_of_every_format_can_be_restored_and_makes_another_device() {
    for format in 1..=MIGRATIONS.len() {
        let folder = tempfile::tempdir().unwrap();
        let before = in_newest_format(rows(&fixture(format), None));
        Store::restore(folder.path(), &fixture(format), now()).unwrap();
        let store = open(folder.path(), MIGRATIONS).unwrap();
        let after = rows(&folder::database(folder.path()), Some(&before));
        assert_eq!(after["sessions"], before["sessions"], "format {format}");
        assert_eq!(after["outbox"], before["outbox"], "format {format}");
        assert_ne!(after["device"], before["device"], "format {format}");
        assert_eq!(store.open_sits().unwrap().len(), before["open_sits"].1.len());
    }
}
