//! Importing from files to the log, with and without a running engine.

#[allow(dead_code, reason = "the tests of the engine use the rest of it")]
mod fakes;

use chrono::SecondsFormat;
use fakes::Fakes;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::label::{Colour, LabelKey, Shape};
use zafu_core::session::{Origin, Session, Source};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_engine::exchange::{session_of, sit_of};
use zafu_engine::export::{self, ExportFormat};
use zafu_engine::protocol::{
    ErrorCode, ImportCounts, ImportFiles, ImportPreview, ImportReading, ImportView, IpcError,
    LogFilter,
};
use zafu_engine::{DataFolder, ImportClient};
use zafu_store::{LogQuery, OpenOutcome, ReadOnlyStore, Store};

fn sample(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../formats/tests/samples", name].iter().collect()
}

fn files(paths: &[PathBuf], zone: &str) -> ImportFiles {
    ImportFiles { files: paths.to_vec(), zone: Some(zone.into()), ..ImportFiles::default() }
}

fn data() -> (TempDir, DataFolder) {
    let dir = tempfile::tempdir().unwrap();
    let folder = DataFolder::at(dir.path()).unwrap();
    (dir, folder)
}

fn read(client: &mut ImportClient, files: ImportFiles) -> ImportPreview {
    match client.read(files).unwrap() {
        ImportReading::Preview(preview) => *preview,
        other => panic!("{other:?}"),
    }
}

fn import(client: &mut ImportClient, files: ImportFiles) -> Option<ImportView> {
    let preview = read(client, files);
    client.commit(preview.number).unwrap()
}

fn now() -> WallTime {
    WallTime::new("2026-06-01T06:00:00Z".parse().unwrap(), UtcOffset(120))
}

fn open(folder: &DataFolder) -> Store {
    Store::open(folder.path(), now()).unwrap()
}

/// Returns the sessions in the log, oldest first.
fn log(folder: &DataFolder) -> Vec<Session> {
    let mut log = open(folder).sessions(&LogQuery::newest(100_000)).unwrap();
    log.reverse();
    log
}

/// The start in seconds, the offset, the length, the label and the note of each.
fn written(log: &[Session]) -> Value {
    log.iter()
        .map(|session| {
            let start = session.effective_start();
            let details = &session.details.value;
            serde_json::json!({
                "start": start.utc.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                "utcoffset": start.offset.0,
                "seconds": session.effective_length().0,
                "label": details.label,
                "note": details.note,
            })
        })
        .collect()
}

fn expected(name: &str) -> Value {
    let text = std::fs::read(sample(&format!("{name}.expected.json"))).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn every_sample_goes_to_the_log_once_and_back_by_undo() {
    for name in [
        "insight-24h.csv",
        "insight-12h.csv",
        "meditation-assistant.csv",
        "meditate-5.csv",
        "meditate-9.csv",
        "tao.json",
        "brethap.sessions.csv",
        "waking-up.csv",
        "apple-export.xml",
    ] {
        let (_dir, folder) = data();
        let expected = expected(name);
        let new = u32::try_from(expected["new"].as_u64().unwrap()).unwrap();
        let mut client = ImportClient::connect(&folder).unwrap();
        let path = [sample(name)];
        let preview = read(&mut client, files(&path, "Europe/Berlin"));
        let skipped = expected["skipped"].as_array().unwrap();
        assert_eq!((preview.counts.added, preview.counts.skipped as usize), (new, skipped.len()));
        assert_eq!(preview.samples.len(), new as usize, "{name}");
        let lines: Vec<_> = preview.skipped.iter().map(|row| Value::from(row.row)).collect();
        let known: Vec<_> = skipped.iter().map(|row| row["line"].clone()).collect();
        assert_eq!(lines, known, "{name}");
        let imported = client.commit(preview.number).unwrap().unwrap();
        assert_eq!(imported.files, [name]);
        drop(client);
        let mut sits = expected["sits"].clone();
        for sit in sits.as_array_mut().unwrap() {
            sit.as_object_mut().unwrap().remove("planned");
        }
        assert_eq!(written(&log(&folder)), sits, "{name}");

        let mut client = ImportClient::connect(&folder).unwrap();
        for zone in ["Europe/Berlin", "America/New_York"] {
            let counts = read(&mut client, files(&path, zone)).counts;
            assert_eq!((counts.known, counts.added), (new, 0), "{name} {zone}");
            assert_eq!(import(&mut client, files(&path, zone)), None);
        }
        let undone = client.undo(imported.id).unwrap();
        assert_eq!((undone.undone, client.list().unwrap()), (Some(new), vec![undone]));
        drop(client);
        assert_eq!(log(&folder), [], "{name}");

        let mut client = ImportClient::connect(&folder).unwrap();
        let zone = "America/New_York";
        let preview = read(&mut client, files(&path, zone));
        let again = client.commit(preview.number).unwrap().unwrap();
        assert_eq!((again.counts.revived, again.counts.added), (new, 0), "{name}");
        drop(client);
        let (_other_dir, other) = data();
        import(&mut ImportClient::connect(&other).unwrap(), files(&path, zone)).unwrap();
        let mended = log(&folder);
        assert_eq!(written(&mended), written(&log(&other)), "{name}: as in the zone given now");
        let start = |session: &Session| {
            session.effective_start().with_offset().to_rfc3339_opts(SecondsFormat::Secs, false)
        };
        let previewed = preview.samples.iter().rev().map(|sample| sample.started_at.clone());
        assert_eq!(mended.iter().map(start).collect::<Vec<_>>(), previewed.collect::<Vec<_>>());

        // The first zone again is no correction any more.
        let mut client = ImportClient::connect(&folder).unwrap();
        client.undo(again.id).unwrap();
        import(&mut client, files(&path, "Europe/Berlin")).unwrap();
        drop(client);
        assert_eq!(written(&log(&folder)), sits, "{name}");
        assert!(log(&folder).iter().all(|session| {
            let details = &session.details.value;
            (details.corrected_start, details.corrected_offset, details.corrected_length)
                == (None, None, None)
        }));
    }
}

#[test]
fn a_log_and_its_journal_are_imported_together() {
    let (_dir, folder) = data();
    let mut client = ImportClient::connect(&folder).unwrap();
    let both = [sample("insight-24h.csv"), sample("insight-journal.txt")];
    let preview = read(&mut client, files(&both, "Europe/Berlin"));
    assert_eq!((preview.counts.added, preview.counts.same), (6, 0));
    assert_eq!(preview.notes, 3);
    client.commit(preview.number).unwrap();
    drop(client);
    assert_eq!(written(&log(&folder)), expected("insight-journal.txt")["sits"]);
}

#[test]
fn a_journal_gives_its_notes_to_a_log_that_was_imported_before() {
    let (_dir, folder) = data();
    let mut client = ImportClient::connect(&folder).unwrap();
    import(&mut client, files(&[sample("insight-24h.csv")], "Europe/Berlin")).unwrap();
    drop(client);
    let before = written(&log(&folder));
    let mut client = ImportClient::connect(&folder).unwrap();
    let both = [sample("insight-24h.csv"), sample("insight-journal.txt")];
    let preview = read(&mut client, files(&both, "Europe/Berlin"));
    let counts = preview.counts;
    assert_eq!((counts.added, counts.known, counts.noted, preview.notes), (1, 5, 2, 3));
    assert!(counts.is_change());
    let made = client.commit(preview.number).unwrap().unwrap();
    assert_eq!(client.list().unwrap()[0], made);
    let undo = client.preview_undo(made.id).unwrap();
    assert_eq!((undo.sits, undo.edited, undo.notes), (1, 0, 2));
    drop(client);
    assert_eq!(written(&log(&folder)), expected("insight-journal.txt")["sits"]);
    let mut client = ImportClient::connect(&folder).unwrap();
    client.undo(made.id).unwrap();
    let error = client.preview_undo(made.id).unwrap_err();
    assert_eq!(error.code, ErrorCode::Rejected);
    drop(client);
    assert_eq!(written(&log(&folder)), before);
}

#[test]
fn a_file_that_cannot_be_imported_is_named_and_changes_nothing() {
    let (dir, folder) = data();
    let mut client = ImportClient::connect(&folder).unwrap();
    let mut error = |path: &Path, zone: &str| -> IpcError {
        client.read(files(&[path.to_owned()], zone)).unwrap_err()
    };
    let text = dir.path().join("letter.txt");
    std::fs::write(&text, "Dear reader").unwrap();
    for (path, inner) in [
        (text.as_path(), "import-not-recognised"),
        (&dir.path().join("missing.csv"), "import-io"),
        (dir.path(), "import-is-folder"),
    ] {
        let error = error(path, "Europe/Berlin");
        assert_eq!((error.code, &*error.message.id), (ErrorCode::File, "import-file"), "{error}");
        let name = path.file_name().unwrap().to_str().unwrap();
        let message = error.to_string();
        assert!(message.contains(name) && message.contains(inner), "{message}");
    }
    let error = error(&sample("tao.json"), "Mars/Olympus");
    assert_eq!((error.code, &*error.message.id), (ErrorCode::BadRequest, "import-unknown-zone"));
    assert_eq!(client.list().unwrap(), []);
    assert_eq!(client.commit(1).unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn the_order_of_day_and_month_is_asked_for_if_no_date_tells_it() {
    let (dir, folder) = data();
    let path = dir.path().join("log.csv");
    let rows = "Started At,Duration,Preset,Activity\n04/05/2026 08:00:00,0:20:0,,Meditation\n";
    std::fs::write(&path, rows).unwrap();
    let mut client = ImportClient::connect(&folder).unwrap();
    let asked = client.read(files(std::slice::from_ref(&path), "Europe/Berlin")).unwrap();
    let ImportReading::DateOrderNeeded { file, example } = asked else { panic!("{asked:?}") };
    assert_eq!((file.as_str(), example.contains("04/05/2026")), ("log.csv", true), "{example}");
    for (order, day) in [
        (zafu_engine::protocol::DateOrder::DayFirst, "2026-05-04"),
        (zafu_engine::protocol::DateOrder::MonthFirst, "2026-04-05"),
    ] {
        let files = ImportFiles {
            date_order: Some(order),
            ..files(std::slice::from_ref(&path), "Europe/Berlin")
        };
        let preview = read(&mut client, files);
        assert_eq!(preview.first_day.unwrap().to_string(), day);
    }
}

#[test]
fn sits_that_are_imported_again_after_an_undo_get_the_notes_of_a_journal() {
    let (_dir, folder) = data();
    let mut client = ImportClient::connect(&folder).unwrap();
    let both = [sample("insight-24h.csv"), sample("insight-journal.txt")];
    let alone = import(&mut client, files(&both[..1], "Europe/Berlin")).unwrap();
    client.undo(alone.id).unwrap();
    import(&mut client, files(&both, "Europe/Berlin")).unwrap();
    drop(client);
    assert_eq!(written(&log(&folder)), expected("insight-journal.txt")["sits"]);
}

#[test]
fn a_wrong_order_of_day_and_month_is_mended_by_importing_again_after_the_undo() {
    use zafu_engine::protocol::DateOrder::{DayFirst, MonthFirst};
    let (dir, folder) = data();
    let path = dir.path().join("log.csv");
    std::fs::write(&path, "Started At,Duration,Preset,Activity\n04/05/2026 08:00:00,0:20:0,,\n")
        .unwrap();
    let in_order = |order| ImportFiles {
        date_order: Some(order),
        ..files(std::slice::from_ref(&path), "Europe/Berlin")
    };
    let mut client = ImportClient::connect(&folder).unwrap();
    let wrong = import(&mut client, in_order(MonthFirst)).unwrap();
    client.undo(wrong.id).unwrap();
    let right = import(&mut client, in_order(DayFirst)).unwrap();
    assert_eq!(right.counts.revived, 1);
    drop(client);
    let log = log(&folder);
    assert_eq!(log[0].effective_start().utc.to_rfc3339(), "2026-05-04T06:00:00+00:00");
    assert_eq!(log[0].details.revision, 1);
}

#[test]
fn the_days_of_a_preview_begin_at_the_hour_that_is_set() {
    let (dir, folder) = data();
    let path = dir.path().join("log.csv");
    let rows = "Started At,Duration,Preset,Activity\n\
        04/20/2026 03:59:00,0:20:0,,\n04/25/2026 04:00:00,0:20:0,,\n";
    std::fs::write(&path, rows).unwrap();
    let mut client = ImportClient::connect(&folder).unwrap();
    let preview = read(&mut client, files(&[path], "Europe/Berlin"));
    let days = [preview.first_day, preview.last_day].map(|day| day.unwrap().to_string());
    assert_eq!(days, ["2026-04-19", "2026-04-25"]);
}

#[test]
fn more_files_than_can_be_open_at_once_are_rejected() {
    let (_dir, folder) = data();
    let mut client = ImportClient::connect(&folder).unwrap();
    let many = vec![sample("meditation-assistant.csv"); 101];
    let error = client.read(files(&many, "Europe/Berlin")).unwrap_err();
    assert_eq!(error.message.id, "import-too-many-files");
    read(&mut client, files(&many[..100], "Europe/Berlin"));
}

#[test]
fn sits_of_more_than_a_day_are_imported_on_request() {
    let (_dir, folder) = data();
    let mut client = ImportClient::connect(&folder).unwrap();
    let path = [sample("meditation-assistant.csv")];
    let preview = read(&mut client, files(&path, "Europe/Berlin"));
    assert_eq!((preview.counts.added, preview.counts.skipped, preview.long_sits), (3, 2, 1));
    assert_eq!((preview.files[0].sits, preview.files[0].skipped), (3, 2));
    let long = ImportFiles { long_sits: true, ..files(&path, "Europe/Berlin") };
    let preview = read(&mut client, long);
    assert_eq!((preview.counts.added, preview.counts.skipped, preview.long_sits), (4, 1, 0));
    assert_eq!((preview.files[0].sits, preview.files[0].skipped), (4, 1));
}

/// Adds sits of every kind to the log.
fn fill(store: &Store) {
    let utc = now().utc;
    store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    store.create_label("Other", Colour::Pink, Shape::Cross).unwrap();
    store.change_label(&LabelKey("Other".into()), "Metta", Colour::Pink, Shape::Cross).unwrap();
    for (n, label) in ["Zazen", "Other", "", "Plain"].into_iter().enumerate() {
        let id = SessionId(uuid::Uuid::from_u128(n as u128 + 1));
        store
            .add_manual(
                zafu_core::edit::ManualSit {
                    id,
                    start: WallTime::new(
                        utc - chrono::TimeDelta::hours(n as i64 + 5),
                        now().offset,
                    ),
                    length: Seconds(600 + u32::try_from(n).unwrap()),
                    note: ["=1+1", "\"quoted\"\r\nline", "", "'; , \t雨"][n].into(),
                    label: label.into(),
                },
                utc,
            )
            .unwrap();
    }
    let edit = SessionEdit {
        start: Some(utc - chrono::TimeDelta::days(40)),
        length: Some(Seconds(77)),
        offset: Some(UtcOffset(-210)),
        ..SessionEdit::default()
    };
    store.edit(SessionId(uuid::Uuid::from_u128(2)), edit, utc).unwrap();
}

/// Exports the log as CSV and as JSON.
fn export(folder: &DataFolder) -> (String, String) {
    let OpenOutcome::Open(database) = ReadOnlyStore::open(folder.path()).unwrap() else {
        panic!("there is a database")
    };
    let log = database.log_snapshot().unwrap();
    let write = |format| {
        let mut text = Vec::new();
        export::write(Some(&log), &LogFilter::default(), format, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    };
    (write(ExportFormat::Csv), write(ExportFormat::Json))
}

#[test]
fn an_export_that_is_imported_into_an_empty_log_is_exported_with_another_source_only() {
    let (_dir, folder) = data();
    let store = open(&folder);
    fill(&store);
    drop(store);
    let (csv, json) = export(&folder);
    let as_imported = (
        csv.replace(",manual,", ",import,"),
        json.replace("\"source\":\"manual\"", "\"source\":\"import\""),
    );
    assert!(as_imported.0 != csv && as_imported.1 != json);
    for (name, text) in [("log.csv", &csv), ("log.json", &json)] {
        let (dir, folder) = data();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut client = ImportClient::connect(&folder).unwrap();
        let imported =
            import(&mut client, files(std::slice::from_ref(&path), "Asia/Tokyo")).unwrap();
        assert_eq!(imported.counts.added, 4);
        drop(client);
        let again = export(&folder);
        if name == "log.json" {
            assert_eq!(again.1, as_imported.1);
        }
        assert_eq!(again.0, as_imported.0, "{name}");
        let mut client = ImportClient::connect(&folder).unwrap();
        assert_eq!(read(&mut client, files(&[path], "Asia/Tokyo")).counts.known, 4);
    }
}

#[test]
fn a_session_survives_its_export_whatever_was_corrected() {
    let (_dir, folder) = data();
    let store = open(&folder);
    fill(&store);
    let device = DeviceId(uuid::Uuid::from_u128(5));
    let origin = Origin { deviceid: device, createdat: now().utc };
    let recorded = store.sessions(&LogQuery::newest(1000)).unwrap();
    for corrected in 0..8 {
        for mut session in recorded.clone() {
            let details = &mut session.details.value;
            let is_corrected = |bit: u8| corrected & (1 << bit) != 0;
            details.corrected_start =
                is_corrected(0).then(|| now().utc - chrono::TimeDelta::days(40));
            details.corrected_length = is_corrected(1).then_some(Seconds(77));
            details.corrected_offset = is_corrected(2).then_some(UtcOffset(-210));
            let label = details.label.clone();
            let mut again = session_of(sit_of(&session, label).unwrap(), origin);
            assert_eq!((again.deviceid, again.source), (device, Source::Import));
            assert!(!again.counts());
            again.deviceid = session.deviceid;
            again.source = session.source;
            again.details.deviceid = session.details.deviceid;
            again.details.revision = session.details.revision;
            again.deletion = session.deletion.clone();
            assert_eq!(again, session, "{corrected}");
        }
    }
}

#[test]
fn a_client_of_an_engine_that_has_stopped_says_what_became_of_the_import() {
    let fakes = Fakes::new();
    let mut clients = [(); 3].map(|()| ImportClient::connect(fakes.folder()).unwrap());
    let path = [sample("tao.json")];
    let preview = read(&mut clients[0], files(&path, "Europe/Berlin"));
    drop(fakes);
    let [client, reading, undoing] = &mut clients;
    for (error, id) in [
        (client.commit(preview.number).unwrap_err(), "import-engine-stopped-unknown"),
        (reading.read(files(&path, "Europe/Berlin")).unwrap_err(), "import-engine-stopped"),
        (undoing.undo(1).unwrap_err(), "import-engine-stopped-unknown"),
    ] {
        assert_eq!((error.code, &*error.message.id), (ErrorCode::Engine, id), "{error}");
    }
}

#[test]
fn a_running_engine_reads_and_imports_the_files_itself() {
    let fakes = Fakes::new();
    let mut client = ImportClient::connect(fakes.folder()).unwrap();
    let path = [sample("tao.json")];
    let preview = read(&mut client, files(&path, "Europe/Berlin"));
    assert_eq!(preview.counts, ImportCounts { added: 3, skipped: 1, ..ImportCounts::default() });
    let imported = client.commit(preview.number).unwrap().unwrap();
    assert_eq!(client.list().unwrap(), std::slice::from_ref(&imported));
    // Another connection sees it too.
    let mut other = ImportClient::connect(fakes.folder()).unwrap();
    assert_eq!(read(&mut other, files(&path, "Europe/Berlin")).counts.known, 3);
    let error = client.read(files(&[sample("none.csv")], "Europe/Berlin")).unwrap_err();
    assert_eq!(error.code, ErrorCode::File);
    assert_eq!(other.undo(imported.id).unwrap().undone, Some(3));
    assert_eq!(client.undo(imported.id).unwrap_err().code, ErrorCode::Rejected);
    assert_eq!(client.undo(77).unwrap_err().code, ErrorCode::NotFound);
}
