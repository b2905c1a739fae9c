//! The rules of an import: the order of dates, encodings, archives, progress and cancelling.

#[path = "common/archives.rs"]
mod archives;
mod common;

use archives::{apple_zip, database, database_with, zip_of};
use common::{Reading, found, latest, read_all, read_at, zone};
use std::io::Cursor;
use std::ops::ControlFlow;
use zafu_formats::{DateOrder, Event, Fault, Format, Options, Outcome, Position, Reason, read};

/// Each sit as its UTC start, offset, seconds, label and note.
fn sits(reading: &Reading) -> Vec<(String, i16, u32, &str, &str)> {
    let sit = |found: &zafu_formats::FoundSit| {
        let start = found.sit.start;
        (start.utc.format("%FT%T").to_string(), start.offset.0, found.sit.length.0)
    };
    reading
        .sits()
        .map(|found| {
            let (start, offset, seconds) = sit(found);
            (start, offset, seconds, &*found.sit.label, &*found.sit.note)
        })
        .collect()
}

fn starts(reading: &Reading) -> Vec<String> {
    sits(reading).into_iter().map(|(start, ..)| start).collect()
}

fn insight(rows: &[&str]) -> String {
    format!("Started At,Duration,Preset,Activity\n{}\n", rows.join("\n"))
}

fn fault(file: &[u8]) -> Fault {
    found(&[file], zone("Europe/Berlin"), None).0.unwrap_err().fault
}

#[test]
fn one_unambiguous_date_decides_the_order_of_all() {
    let file = insight(&[
        "5/4/2026 08:00:00,600,,",
        "6/4/2026 08:00:00,600,,",
        "13/4/2026 08:00:00,600,,",
    ]);
    let reading = read_all(&[file.as_bytes()]);
    assert_eq!(reading.summaries[0].date_order, Some(DateOrder::DayFirst));
    assert_eq!(
        starts(&reading),
        ["2026-04-05T06:00:00", "2026-04-06T06:00:00", "2026-04-13T06:00:00"]
    );
}

#[test]
fn dates_that_disagree_are_decided_by_the_most() {
    let file = insight(&[
        "4/13/2026 08:00:00,600,,",
        "4/14/2026 08:00:00,600,,",
        "15/4/2026 08:00:00,600,,",
    ]);
    let reading = read_all(&[file.as_bytes()]);
    assert_eq!(reading.summaries[0].date_order, Some(DateOrder::MonthFirst));
    assert_eq!(reading.skipped().map(|it| it.position).collect::<Vec<_>>(), [Position::Line(4)]);
}

/// Nothing is reported before the user has answered, also not from the files before.
#[test]
fn without_an_unambiguous_date_the_user_is_asked() {
    let clear = insight(&["4/13/2026 08:00:00,600,,"]);
    let unclear = insight(&["4/4/2026 08:00:00,600,,", "5/4/2026 08:00:00,600,,"]);
    let files = [clear.as_bytes(), unclear.as_bytes()];
    let (outcome, events) = found(&files, zone("Europe/Berlin"), None);
    let example = "5/4/2026 08:00:00".to_owned();
    assert_eq!(outcome.unwrap(), Outcome::DateOrderNeeded { file: 1, example });
    assert_eq!(events, []);

    let answered = |order| {
        let (outcome, events) = found(&files, zone("Europe/Berlin"), Some(order));
        assert!(matches!(outcome, Ok(Outcome::Read(_))));
        Reading { summaries: vec![], events }
    };
    let month_first = answered(DateOrder::MonthFirst);
    let day_first = answered(DateOrder::DayFirst);
    assert_eq!(starts(&month_first)[2], "2026-05-04T06:00:00");
    assert_eq!(starts(&day_first)[2], "2026-04-05T06:00:00");
    // The answer does not enter the ids, and does not change the file that tells its order.
    let ids = |reading: &Reading| reading.sits().map(|it| it.sit.id).collect::<Vec<_>>();
    assert_eq!(ids(&month_first), ids(&day_first));
    assert_eq!(starts(&day_first)[0], "2026-04-13T06:00:00");
}

#[test]
fn dates_that_are_the_same_in_both_orders_ask_nothing() {
    let file = insight(&["4/4/2026 08:00:00,600,,", "2026-05-06 08:00:00,600,,"]);
    assert_eq!(
        starts(&read_all(&[file.as_bytes()])),
        ["2026-04-04T06:00:00", "2026-05-06T06:00:00"]
    );
}

#[test]
fn days_without_a_time_begin_at_noon_and_identical_rows_are_different_sits() {
    let file = insight(&["04/20/2026,600,,a", "04/20/2026,600,,b", "04/20/2026,300,,c"]);
    let reading = read_all(&[file.as_bytes()]);
    assert_eq!(
        starts(&reading),
        ["2026-04-20T10:00:00", "2026-04-20T10:10:00", "2026-04-20T10:20:00"]
    );
    let ids: std::collections::HashSet<_> = reading.sits().map(|it| it.sit.id).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn local_times_around_a_change_of_the_clocks_are_resolved() {
    let file = insight(&["03/29/2026 02:30:00,600,,left out", "10/25/2026 02:30:00,600,,doubled"]);
    let reading = read_all(&[file.as_bytes()]);
    let expected = [
        ("2026-03-29T01:30:00".to_owned(), 120, 600, "left out", ""),
        ("2026-10-25T00:30:00".to_owned(), 120, 600, "doubled", ""),
    ];
    assert_eq!(sits(&reading), expected);
}

#[test]
fn sits_that_start_later_than_a_day_after_the_import_are_skipped() {
    let file = insight(&[
        "04/20/2026 08:00:00,600,,",
        "04/21/2026 07:59:00,600,,",
        "04/21/2026 08:01:00,600,,",
        "04/20/99 08:00:00,600,,",
    ]);
    let reading = read_at("2026-04-20T06:00:00Z".parse().unwrap(), &[file.as_bytes()]);
    assert_eq!(starts(&reading), ["2026-04-20T06:00:00", "2026-04-21T05:59:00"]);
    let reasons: Vec<_> = reading.skipped().map(|it| it.reason.clone()).collect();
    let future = |text: &str| Reason::InFuture { text: text.to_owned() };
    assert_eq!(reasons, [future("04/21/2026 08:01:00"), future("04/20/99 08:00:00")]);
}

#[test]
fn labels_that_differ_in_case_are_one() {
    let file = insight(&["04/20/2026 08:00:00,600,,Zazen", "04/21/2026 08:00:00,600,, ZAZEN "]);
    let reading = read_all(&[file.as_bytes()]);
    assert!(reading.sits().all(|found| found.sit.label == "Zazen"));
}

#[test]
fn every_encoding_gives_the_same_sits() {
    let file = insight(&["04/20/2026 08:00:00,600,,Gehmeditation für Anfänger", "x,1,,ü"]);
    let reading = read_all(&[file.as_bytes()]);
    let utf_16 = |bytes: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{file}").encode_utf16().flat_map(bytes).collect()
    };
    let latin: Vec<u8> = file.chars().map(|character| u8::try_from(character).unwrap()).collect();
    for bytes in [
        format!("\u{feff}{file}").into_bytes(),
        utf_16(u16::to_le_bytes, "\u{feff}"),
        utf_16(u16::to_be_bytes, "\u{feff}"),
        utf_16(u16::to_le_bytes, ""),
        utf_16(u16::to_be_bytes, ""),
        latin,
        file.replace('\n', "\r\n").into_bytes(),
        file.replace('\n', "\r").into_bytes(),
        file.replace(',', ";").into_bytes(),
        file.replace(',', "\t").into_bytes(),
    ] {
        assert_eq!(read_all(&[&bytes]).events, reading.events);
    }
    let xml = include_str!("samples/apple-export.xml");
    let xml_16: Vec<u8> = xml.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read_all(&[&xml_16]).events, read_all(&[xml.as_bytes()]).events);
}

#[test]
fn other_files_are_rejected() {
    for file in [
        "a,b,c\n1,2,3\n",
        "Started At\n04/20/2026\n",
        "<html><body>Started At,Duration</body></html>",
        "<?xml version=\"1.0\"?><ClinicalDocument/>",
        "{\"sits\": []}",
        "[1, 2, 3]",
        "[]",
        " \n",
        "\u{feff}",
        "SQLite format 4",
    ] {
        assert!(matches!(fault(file.as_bytes()), Fault::NotRecognised), "{file}");
    }
    assert!(matches!(fault(b""), Fault::Empty));
    assert!(matches!(fault(&[0xff; 5000]), Fault::NotRecognised));
}

#[test]
fn an_export_in_an_archive_is_found_by_its_content() {
    let reading = read_all(&[&apple_zip()]);
    let alone = read_all(&[include_bytes!("samples/apple-export.xml")]);
    assert_eq!((reading.events, reading.summaries), (alone.events, alone.summaries));
    let other = zip_of(&[("export.xml", b"<?xml version=\"1.0\"?><ClinicalDocument/>")]);
    assert!(matches!(fault(&other), Fault::NothingInArchive));
    assert!(matches!(fault(&zip_of(&[])), Fault::NothingInArchive));
}

#[test]
fn a_damaged_archive_is_an_error() {
    let zip = apple_zip();
    assert!(matches!(fault(&zip[..zip.len() / 2]), Fault::Archive { .. }));
    // Damage in the middle of what is packed, after the beginning by which it is found.
    let export = include_str!("samples/apple-export.xml");
    let record = "<Record type=\"x\" startDate=\"2025-07-01 07:50:00 +0100\"/>\n";
    let many: String = (0..2000).map(|number| record.replace('x', &number.to_string())).collect();
    let mut zip = zip_of(&[("a.xml", export.replace("</HealthData>", &many).as_bytes())]);
    let middle = zip.len() * 3 / 4;
    zip[middle..middle + 20].fill(0xaa);
    assert!(matches!(
        fault(&zip),
        Fault::Archive { .. } | Fault::Damaged { .. } | Fault::Truncated
    ));
}

#[test]
fn a_database_that_unpacks_to_gigabytes_is_not_unpacked() {
    let database = database(&["(1719896400000, 1719897600000, 7200, '', '')"]);
    let mut zip = zip_of(&[("export.db", &database)]);
    let header = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    // The size of the unpacked file, in the archive's list.
    zip[header + 24..header + 28].copy_from_slice(&u32::to_le_bytes(2 << 30));
    assert!(matches!(fault(&zip), Fault::ArchiveTooLarge));
}

#[test]
fn an_export_that_ends_in_the_middle_is_an_error() {
    let xml = include_str!("samples/apple-export.xml");
    for part in [xml.trim_end().trim_end_matches("</HealthData>"), &xml[..xml.len() - 100]] {
        let fault = fault(part.as_bytes());
        assert!(matches!(fault, Fault::Truncated | Fault::Damaged { .. }), "{fault:?}");
    }
    let tao = include_str!("samples/tao.json");
    assert!(matches!(fault(&tao.as_bytes()[..tao.len() - 1]), Fault::Truncated));
}

#[test]
fn the_zone_of_a_record_is_that_of_its_own_element() {
    let record = |start: &str, rest: &str| {
        format!(
            "<Record type=\"HKCategoryTypeIdentifierMindfulSession\" sourceName=\"A\" sourceName=\"B\" \
             startDate=\"2025-07-01 {start}:00:00 +0000\" endDate=\"2025-07-01 {start}:10:00 +0000\"{rest}"
        )
    };
    let zone = "><MetadataEntry key=\"HKTimeZone\" value=\"Asia/Tokyo\"/></Record>";
    let xml = format!(
        "<HealthData>{}{}{}<Correlation>{}</Correlation></HealthData>",
        record("06", zone),
        record("07", "/>"),
        record("08", "><MetadataEntry key=\"HKTimeZone\" value=\"nowhere\"/></Record>"),
        record("09", ">"),
    );
    let reading = read_all(&[xml.as_bytes()]);
    let offsets: Vec<_> = reading.sits().map(|found| found.sit.start.offset.0).collect();
    assert_eq!(offsets, [540, 120, 120, 120]);
    // The last is never closed. And of two attributes the first counts.
    assert!(reading.sits().all(|found| found.sit.label == "A"));
}

#[test]
fn health_connect_is_read_with_its_own_offsets() {
    let database = database(&[
        "(1719896400123, 1719897600000, 7200, 'Morning', 'calm')",
        "(1719982800000, 1719984000000, NULL, NULL, NULL)",
        "(1719982800000, 1719984000000, NULL, NULL, 'again')",
        "(1720069200000, 1720069100000, 0, '', '')",
        "('soon', 1720069100000, 0, '', '')",
        "(1720155600000, NULL, 0, '', '')",
    ]);
    let folder = tempfile::tempdir().unwrap();
    for file in [zip_of(&[("a.txt", b"x"), ("b.db", &database)]), database] {
        let mut events = vec![];
        let options = Options {
            zone: zone("America/New_York"),
            date_order: None,
            now: latest(),
            temporary_folder: folder.path(),
        };
        let outcome = read(&mut [Cursor::new(file)], options, &mut |event| {
            if !matches!(event, Event::Progress(_)) {
                events.push(event);
            }
            ControlFlow::Continue(())
        });
        let Ok(Outcome::Read(summaries)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(summaries[0].format, Format::HealthConnect);
        let reading = Reading { summaries, events };
        let expected = [
            ("2024-07-02T05:00:00".to_owned(), 120, 1199, "Morning", "calm"),
            ("2024-07-03T05:00:00".to_owned(), -240, 1200, "", ""),
        ];
        assert_eq!(sits(&reading), expected);
        let skipped: Vec<_> =
            reading.skipped().map(|it| (it.position.number(), it.reason.clone())).collect();
        let text = String::new;
        let expected = [
            (3, Reason::TwiceInFile),
            (4, Reason::EndsBeforeStart),
            (5, Reason::StartNotUnderstood { text: text() }),
            (6, Reason::LengthNotUnderstood { text: text() }),
        ];
        assert_eq!(skipped, expected);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "the copy is removed");
    }
}

#[test]
fn a_database_of_something_else_is_rejected() {
    assert!(matches!(fault(&database_with("CREATE TABLE a (b)")), Fault::NotRecognised));
    let endless = "CREATE VIEW mindfulness_session_record_table AS
        WITH RECURSIVE n(start_time) AS (SELECT 1 UNION ALL SELECT start_time FROM n)
        SELECT start_time, 1 AS end_time, 1 AS start_zone_offset, 1 AS title, 1 AS notes FROM n";
    assert!(matches!(fault(&database_with(endless)), Fault::NotRecognised));
    let other = "CREATE TABLE mindfulness_session_record_table (v)";
    assert!(matches!(fault(&database_with(other)), Fault::Database { .. }));
    let mut damaged = database(&["(1719896400000, 1719897600000, 7200, 'Morning', 'calm')"]);
    damaged[100..].fill(0xff);
    assert!(matches!(fault(&damaged), Fault::Database { .. }));
}

#[test]
fn a_database_in_wal_mode_is_read() {
    let wal = database_with(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE mindfulness_session_record_table
           (start_time, end_time, start_zone_offset, title, notes);
         INSERT INTO mindfulness_session_record_table
           VALUES (1719896400000, 1719897600000, 7200, 'Morning', 'calm');",
    );
    assert_eq!(wal[18..20], [2, 2]);
    assert_eq!(read_all(&[&wal]).sits().count(), 1);
}

#[test]
fn without_a_temporary_folder_only_health_connect_is_an_error() {
    let database = database(&["(1719896400000, 1719897600000, 7200, '', '')"]);
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        zone: zone("UTC"),
        date_order: None,
        now: latest(),
        temporary_folder: &folder.path().join("missing"),
    };
    let mut continues = |_| ControlFlow::Continue(());
    let error = read(&mut [Cursor::new(&database[..])], options, &mut continues).unwrap_err();
    assert!(matches!(error.fault, Fault::TemporaryFolder(_)));
    let tao = &include_bytes!("samples/tao.json")[..];
    assert!(read(&mut [Cursor::new(tao)], options, &mut continues).is_ok());
}

#[test]
fn progress_is_reported_and_cancels_at_every_point() {
    let rows: Vec<String> = (0..5_000)
        .map(|row| format!("04/20/{} {}:{:02}:00,60,,", 2000 + row / 1440, row / 60 % 24, row % 60))
        .collect();
    let file = insight(&rows.iter().map(|row| &**row).collect::<Vec<_>>());
    let folder = std::env::temp_dir();
    let options =
        Options { zone: zone("UTC"), date_order: None, now: latest(), temporary_folder: &folder };
    let mut all = vec![];
    let outcome = read(&mut [Cursor::new(&file)], options, &mut |event| {
        if let Event::Progress(progress) = event {
            all.push((progress.done, progress.total));
        }
        ControlFlow::Continue(())
    });
    assert!(matches!(outcome, Ok(Outcome::Read(_))));
    assert!(all.len() > 10);
    assert!(all.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    // It is read three times: for its encoding, its order of dates, and its sits.
    assert_eq!(*all.last().unwrap(), (file.len() as u64 * 3, file.len() as u64 * 3));
    for stop in 0..all.len() {
        let mut seen = 0;
        let outcome = read(&mut [Cursor::new(&file)], options, &mut |event| {
            seen += usize::from(matches!(event, Event::Progress(_)));
            if seen > stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(outcome.unwrap_err().fault, Fault::Cancelled));
        assert_eq!(seen, stop + 1, "nothing is reported after it");
    }
}

/// A file need not have rows to be cancelled: line ends, one field, one element, tags that are no records.
#[test]
fn a_file_without_rows_is_cancelled_too() {
    let many = |part: &str| part.repeat((3 << 20) / part.len());
    let folder = std::env::temp_dir();
    let options =
        Options { zone: zone("UTC"), date_order: None, now: latest(), temporary_folder: &folder };
    for file in [
        format!("{}{}", insight(&[]), many("\n")),
        format!("{}\"{}", insight(&[]), many("x")),
        format!("[{{\"startTime\":\"\",\"duration\":\"{}", many("x")),
        format!("<HealthData>{}", many("<Workout/>")),
        format!("Timer Start: x\n{}", many("\n")),
    ] {
        let mut count = 0;
        let mut all = |_| {
            count += 1;
            ControlFlow::Continue(())
        };
        let _ = read(&mut [Cursor::new(&file)], options, &mut all);
        assert!(count >= 3, "{}", &file[..40]);
        for stop in [0, count - 1] {
            let mut left = stop;
            let outcome = read(&mut [Cursor::new(&file)], options, &mut |_| {
                left -= 1;
                if left < 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            assert!(matches!(outcome.unwrap_err().fault, Fault::Cancelled), "{}", &file[..40]);
        }
    }
}

#[test]
fn a_separator_in_a_note_of_a_journal_is_kept() {
    let line = "=".repeat(32);
    let journal = format!(
        "Timer Start: Apr 20,2026 8:21 AM\r\nTimer Duration: 10 mins\r\n\r\nabove\r\n{line}\r\nbelow\r\n\
         {line}\r\nTimer Start: Apr 21,2026 8:21 AM\r\nTimer Duration: soon\r\n\r\nlost\r\n"
    );
    let reading = read_all(&[journal.as_bytes()]);
    let notes: Vec<_> = reading.sits().map(|found| found.sit.note.clone()).collect();
    assert_eq!(notes, [format!("above\n{line}\nbelow")]);
    let skipped: Vec<_> = reading.skipped().map(|it| it.position.number()).collect();
    assert_eq!(skipped, [8]);
}

#[test]
fn each_of_two_equal_entries_of_a_journal_is_joined_to_a_sit_of_its_own() {
    let entry = |note| {
        format!(
            "Timer Start: Apr 20,2026 8:21 AM\nTimer Duration: 5 secs\n\n{note}\n{}\n",
            "=".repeat(32)
        )
    };
    let journal = entry("first") + &entry("second") + &entry("third");
    let log = insight(&["04/20/2026 08:21:01,5,,", "04/20/2026 08:21:30,5,,"]);
    let reading = read_all(&[log.as_bytes(), journal.as_bytes()]);
    let notes: Vec<_> = reading.sits().map(|found| (found.file, found.sit.note.clone())).collect();
    let expected = [(0, "first"), (0, "second"), (1, "third")];
    assert_eq!(notes, expected.map(|(file, note)| (file, note.to_owned())));
}

#[test]
fn the_entries_of_two_journals_keep_their_files() {
    let journal = |day| {
        format!("Timer Start: Apr {day},2026 8:21 AM\nTimer Duration: 5 secs\n\nof day {day}\n")
    };
    let (first, second) = (journal(22), journal(21));
    let log = insight(&["04/20/2026 08:21:01,5,,"]);
    let reading = read_all(&[first.as_bytes(), log.as_bytes(), second.as_bytes()]);
    let notes: Vec<_> = reading.sits().map(|found| (found.file, &*found.sit.note)).collect();
    assert_eq!(notes, [(1, ""), (0, "of day 22"), (2, "of day 21")]);
    let sits: Vec<_> = reading.summaries.iter().map(|summary| summary.sits).collect();
    assert_eq!(sits, [1, 1, 1]);
}

#[test]
fn a_note_that_no_server_stores_is_skipped() {
    let long = "x".repeat(zafu_formats::limits::NOTE_BYTES + 1);
    let file =
        format!("start_time_unix,duration_secs,mode,label,note\n1712345678,600,timer,,{long}\n");
    let reading = read_all(&[file.as_bytes()]);
    let reasons: Vec<_> = reading.skipped().map(|it| it.reason.clone()).collect();
    assert_eq!(reasons, [Reason::TextTooLong]);
}
