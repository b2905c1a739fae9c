//! Settings and presets.

mod common;

use common::at;
use rusqlite::Connection;
use uuid::Uuid;
use zafu_core::settings::{Preset, Settings, Theme, TimeDisplay};
use zafu_store::{Store, StoreError};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    (folder, store)
}

fn preset(id: u128, name: &str) -> Preset {
    Preset { id: Uuid::from_u128(id), name: name.into(), plan: Settings::default().plan }
}

#[test]
fn settings_that_were_never_set_have_defaults() {
    let (_folder, store) = store();
    assert_eq!(store.settings().unwrap(), Settings::default());
}

#[test]
fn each_setting_has_its_own_row() {
    let (folder, store) = store();
    let chosen = Settings { theme: Theme::Dark, dim: true, ..Settings::default() };
    store.save_settings(&chosen).unwrap();
    drop(store);
    let raw = Connection::open(folder.path().join("zafu.db")).unwrap();
    let theme: String =
        raw.query_row("SELECT value FROM settings WHERE key = 'theme'", [], |r| r.get(0)).unwrap();
    assert_eq!(theme, "\"dark\"");
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    assert_eq!(store.settings().unwrap(), chosen);
}

#[test]
fn an_unreadable_setting_has_its_default_and_affects_no_other() {
    let (folder, store) = store();
    let chosen = Settings { time_display: TimeDisplay::Seconds, ..Settings::default() };
    store.save_settings(&chosen).unwrap();
    let raw = Connection::open(folder.path().join("zafu.db")).unwrap();
    raw.execute("UPDATE settings SET value = '\"ultraviolet\"' WHERE key = 'theme'", []).unwrap();
    raw.execute("INSERT INTO settings VALUES ('ofAnotherVersion', '1')", []).unwrap();
    assert_eq!(store.settings().unwrap(), chosen);
    store.save_settings(&Settings::default()).unwrap();
    let others: u32 = raw
        .query_row("SELECT count(*) FROM settings WHERE key = 'ofAnotherVersion'", [], |r| r.get(0))
        .unwrap();
    assert_eq!(others, 1, "what another version has set is kept");
}

#[test]
fn presets_are_listed_by_name() {
    let (_folder, store) = store();
    store.save_preset(&preset(1, "evening")).unwrap();
    store.save_preset(&preset(2, "Early")).unwrap();
    store.save_preset(&preset(1, "Morning")).unwrap();
    assert_eq!(store.presets().unwrap(), [preset(2, "Early"), preset(1, "Morning")]);
    store.delete_preset(Uuid::from_u128(2)).unwrap();
    assert_eq!(store.presets().unwrap(), [preset(1, "Morning")]);
}

#[test]
fn two_presets_cannot_have_the_same_name() {
    let (_folder, store) = store();
    store.save_preset(&preset(1, "morning")).unwrap();
    let error = store.save_preset(&preset(2, "morning")).unwrap_err();
    assert!(matches!(&error, StoreError::PresetNameTaken { name } if name == "morning"), "{error}");
    assert!(matches!(store.save_preset(&preset(3, " ")), Err(StoreError::PresetNameEmpty)));
    assert_eq!(store.presets().unwrap(), [preset(1, "morning")]);
}

#[test]
fn an_unknown_preset_cannot_be_deleted() {
    let (_folder, store) = store();
    let missing = Uuid::from_u128(9);
    let error = store.delete_preset(missing).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchPreset { id } if id == missing), "{error}");
}
