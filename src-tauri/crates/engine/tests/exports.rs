//! Exporting the log to real files, beside a store that is open.

#[allow(dead_code, reason = "the tests of the engine use the rest of it")]
mod fakes;

use chrono::TimeDelta;
use fakes::Fakes;
use proptest::prelude::*;
use std::path::Path;
use tempfile::TempDir;
use uuid::Uuid;
use zafu_core::edit::ManualSit;
use zafu_core::ids::SessionId;
use zafu_core::label::{Colour, LabelKey, Shape};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_engine::export::{ExportError, ExportFormat, Exported, export_log, write, write_file};
use zafu_engine::protocol::{
    BackupReason, ErrorCode, ExportedFile, ImportFiles, ImportReading, IpcError, LogFilter,
    SitEntry,
};
use zafu_engine::{DataFolder, ImportClient};
use zafu_store::{LogQuery, OpenOutcome, ReadOnlyStore, Store};

fn now() -> WallTime {
    WallTime::new("2026-06-01T06:00:00.250Z".parse().unwrap(), UtcOffset(345))
}

fn data() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), now()).unwrap();
    (dir, store)
}

fn add(store: &Store, n: u32, note: &str, label: &str) {
    let start = WallTime::new(now().utc - TimeDelta::hours(24 * i64::from(n)), now().offset);
    let (id, length) = (SessionId(Uuid::from_u128(n.into())), Seconds(600 + n));
    let sit = ManualSit { id, start, length, note: note.into(), label: label.into() };
    store.add_manual(sit, now().utc).unwrap();
}

fn read(folder: &Path) -> ReadOnlyStore {
    match ReadOnlyStore::open(folder).unwrap() {
        OpenOutcome::Open(database) => database,
        _ => panic!("there is a database"),
    }
}

fn text(folder: &Path, filter: &LogFilter, format: ExportFormat) -> (String, Exported) {
    let (database, mut bytes) = (read(folder), Vec::new());
    let log = database.log_snapshot().unwrap();
    let exported = write(Some(&log), filter, format, &mut bytes).unwrap();
    (String::from_utf8(bytes).unwrap(), exported)
}

fn file(
    folder: &Path,
    filter: &LogFilter,
    path: &Path,
    replace: bool,
) -> Result<Exported, ExportError> {
    let database = read(folder);
    write_file(Some(&database.log_snapshot()?), filter, ExportFormat::Csv, folder, path, replace)
}

#[test]
fn a_filter_selects_the_sits_and_the_labels_of_an_export() {
    let (dir, store) = data();
    store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    store.create_label("Unused", Colour::Blue, Shape::Cross).unwrap();
    add(&store, 1, "rain on the roof", "Zazen");
    add(&store, 2, "=1+1", "Walking");
    add(&store, 3, "", "");
    store.change_label(&LabelKey("Walking".into()), "Kinhin", Colour::Pink, Shape::Square).unwrap();
    let whole = LogFilter::default();
    let (json, exported) = text(dir.path(), &whole, ExportFormat::Json);
    assert_eq!(exported, Exported { sits: 3, left_out: 0 });
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let names = |json: &serde_json::Value| -> Vec<_> {
        json["labels"].as_array().unwrap().iter().map(|label| label["name"].clone()).collect()
    };
    assert_eq!(names(&json), ["Kinhin", "Unused", "Zazen"]);
    assert_eq!(json["sits"][1]["label"], "Kinhin", "the name, not the key");

    let walking = LogFilter { labels: vec!["Walking".into()], ..LogFilter::default() };
    let (json, exported) = text(dir.path(), &walking, ExportFormat::Json);
    assert_eq!(exported.sits, 1);
    assert_eq!(names(&serde_json::from_str(&json).unwrap()), ["Kinhin"]);
    let rain = LogFilter { words: "rain".into(), ..LogFilter::default() };
    let (csv, exported) = text(dir.path(), &rain, ExportFormat::Csv);
    assert!(exported.sits == 1 && csv.contains("rain on the roof"), "{csv}");
    let day = "2026-05-30".parse().ok();
    let days = LogFilter { first_day: day, last_day: day, ..LogFilter::default() };
    let (ics, exported) = text(dir.path(), &days, ExportFormat::Calendar);
    assert!(exported.sits == 1 && ics.contains("SUMMARY:Kinhin\r\n"), "{ics}");
}

#[test]
fn a_sit_that_is_not_over_is_left_out_and_counted_while_the_engine_runs() {
    let fakes = Fakes::new();
    let folder = fakes.folder().path();
    add(fakes.store(), 1, "", "");
    let id = fakes.start(600, 0).unwrap().sit.unwrap().id;
    for format in [ExportFormat::Csv, ExportFormat::Json, ExportFormat::Calendar] {
        let (text, exported) = text(folder, &LogFilter::default(), format);
        assert_eq!(exported, Exported { sits: 1, left_out: 1 });
        assert!(!text.contains(&id.to_string()), "{text}");
    }
}

#[test]
fn a_file_is_never_replaced_unasked_and_never_half_written() {
    let (dir, store) = data();
    add(&store, 1, "first", "");
    let whole = LogFilter::default();
    let target = tempfile::tempdir().unwrap();
    let path = target.path().join("log.csv");
    file(dir.path(), &whole, &path, false).unwrap();
    let first = std::fs::read_to_string(&path).unwrap();
    assert_eq!(first, text(dir.path(), &whole, ExportFormat::Csv).0);

    add(&store, 2, "second", "");
    let refused = file(dir.path(), &whole, &path, false).unwrap_err();
    assert!(matches!(refused, ExportError::Exists(_)), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
    file(dir.path(), &whole, &path, true).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("second"));

    let refused = file(dir.path(), &whole, target.path(), true).unwrap_err();
    assert!(matches!(refused, ExportError::NotAFile(_)), "{refused}");
    let failed = file(dir.path(), &whole, &target.path().join("none/log.csv"), false).unwrap_err();
    assert!(matches!(failed, ExportError::File { .. }), "{failed}");
    #[cfg(unix)]
    {
        let link = target.path().join("link.csv");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let refused = file(dir.path(), &whole, &link, false).unwrap_err();
        assert!(matches!(refused, ExportError::Exists(_)), "{refused}");
        add(&store, 3, "third", "");
        file(dir.path(), &whole, &link, true).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert!(std::fs::read_to_string(&path).unwrap().contains("third"));
        std::fs::remove_file(&link).unwrap();
    }
    let left: Vec<_> = std::fs::read_dir(target.path()).unwrap().map(|it| it.unwrap()).collect();
    assert_eq!(left.len(), 1, "no temporary file is left: {left:?}");
}

#[test]
fn an_export_shows_the_log_as_it_was_at_its_beginning() {
    let (dir, store) = data();
    // More than are read at once.
    for n in 1..=1100 {
        add(&store, n, "before", "");
    }
    let database = read(dir.path());
    let log = database.log_snapshot().unwrap();
    let mut bytes = Vec::new();
    assert_eq!(log.labels(zafu_store::OwnerFilter::Shown).unwrap(), []);
    add(&store, 5000, "after", "");
    let exported = write(Some(&log), &LogFilter::default(), ExportFormat::Csv, &mut bytes).unwrap();
    assert_eq!(exported.sits, 1100);
    assert!(!String::from_utf8(bytes).unwrap().contains("after"));
    let all = store.sessions(&LogQuery::newest(5000)).unwrap();
    assert_eq!(all.len(), 1101);
}

#[test]
fn without_a_database_an_export_is_empty_and_valid() {
    for format in [ExportFormat::Csv, ExportFormat::Json, ExportFormat::Calendar] {
        let mut bytes = Vec::new();
        let exported = write(None, &LogFilter::default(), format, &mut bytes).unwrap();
        assert_eq!(exported, Exported::default());
        if format == ExportFormat::Json {
            let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(json["sits"], serde_json::json!([]));
        }
    }
}

proptest! {
    // Each case opens two databases on the disk.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_export_that_is_imported_into_an_empty_log_is_exported_with_another_source_only(
        sits in prop::collection::vec(("[^\\x00]{0,40}", "\\PC{0,6}"), 1..6),
    ) {
        let (dir, store) = data();
        for (n, (note, label)) in (1..).zip(&sits) {
            add(&store, n, note, label);
        }
        let whole = LogFilter::default();
        for format in [ExportFormat::Csv, ExportFormat::Json] {
            let (export, _) = text(dir.path(), &whole, format);
            let target = tempfile::tempdir().unwrap();
            let path = target.path().join("export");
            std::fs::write(&path, &export).unwrap();
            let folder = DataFolder::at(&target.path().join("data")).unwrap();
            let mut client = ImportClient::connect(&folder).unwrap();
            let files = ImportFiles { files: vec![path], ..ImportFiles::default() };
            let ImportReading::Preview(preview) = client.read(files).unwrap() else {
                panic!("an export of Zafu has one order of dates")
            };
            client.commit(preview.number).unwrap().unwrap();
            drop(client);
            let imported = export
                .replace(",manual,", ",import,")
                .replace("\"source\":\"manual\"", "\"source\":\"import\"");
            prop_assert_eq!(text(folder.path(), &whole, format).0, imported);
        }
    }
}

#[test]
fn beside_a_running_engine_a_log_is_exported_over_a_chosen_file_and_backed_up_and_compared() {
    let fakes = Fakes::prepared(|store| add(store, 1, "", ""));
    let folder = fakes.folder();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.csv");
    std::fs::write(&path, "chosen by the user").unwrap();
    let exported = export_log(folder, &LogFilter::default(), ExportFormat::Csv, &path).unwrap();
    let name = path.display().to_string();
    assert_eq!(exported, ExportedFile { file: name, sits: 1, left_out: 0 });
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    let nowhere = dir.path().join("none/log.csv");
    let error = export_log(folder, &LogFilter::default(), ExportFormat::Csv, &nowhere);
    assert_eq!(IpcError::from(error.unwrap_err()).code, ErrorCode::File);

    let made = ImportClient::connect(folder).unwrap().back_up().unwrap();
    assert_eq!((made.reason, made.sits), (BackupReason::Manual, Some(1)));
    let counted = zafu_engine::CountedSits::default();
    assert_eq!(zafu_engine::backups(folder, &counted).unwrap()[0], made);
    fakes.engine().log().add_sit(entry("2026-02-28T07:00:00+02:00")).wait().unwrap();
    let preview = zafu_engine::restore_preview(folder, made.number).unwrap();
    assert_eq!((preview.sits, preview.missing), (1, 1));
    let missing = &preview.newest_missing[0];
    assert_eq!(missing.started_at, "2026-02-28T07:00:00+02:00");
    assert_eq!(missing.sat_seconds, Seconds(900));
    let error = zafu_engine::restore_preview(folder, made.number + 1).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    // Its sits are counted once.
    std::fs::write(&made.path, "").unwrap();
    assert_eq!(zafu_engine::backups(folder, &counted).unwrap()[0].sits, Some(1));
}

fn entry(started_at: &str) -> SitEntry {
    let (note, label) = (String::new(), String::new());
    SitEntry { started_at: started_at.into(), sat_seconds: Seconds(900), note, label }
}
