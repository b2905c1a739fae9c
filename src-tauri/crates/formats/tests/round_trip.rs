//! What is exported is read back exactly, by Zafu and by others.

mod common;

use chrono::{DateTime, Utc};
use common::{found, read_all, read_at, zone};
use icalendar::{Calendar, CalendarComponent, Component, DatePerhapsTime, Event as CalendarEvent};
use proptest::prelude::*;
use zafu_core::ids::SessionId;
use zafu_core::label::{Colour, Shape};
use zafu_core::session::Source;
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_formats::write::{CalendarWriter, CsvWriter, JsonWriter};
use zafu_formats::{Event, Fault, Format, LabelStyle, Reason, Record, Sit, SitOutcome, limits};

/// Years that RFC 3339 and SQLite have, in milliseconds.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (-62_000_000_000_000_i64..253_000_000_000_000)
        .prop_map(|milliseconds| DateTime::from_timestamp_millis(milliseconds).unwrap())
}

fn offset() -> impl Strategy<Value = UtcOffset> {
    (-1439_i16..=1439).prop_map(UtcOffset)
}

/// Any text but U+0000, which Zafu stores nowhere. Often what CSV, JSON, iCalendar and spreadsheets treat as special.
fn text() -> impl Strategy<Value = String> {
    let special = prop::collection::vec(
        prop::sample::select(vec![
            "\"",
            "'",
            "=",
            "+",
            "-",
            "@",
            ",",
            ";",
            ":",
            "\n",
            "\r\n",
            "\r",
            "\t",
            "\\",
            "\\n",
            "🪷",
            "é",
            "\u{feff}",
            "\u{2028}",
            "＝",
            " ",
            "zafu 1",
            "{",
            "]",
            "\u{1}",
            "END:VEVENT",
            "x",
        ]),
        0..12,
    );
    // Long enough to be folded several times.
    let times = prop_oneof![Just(1), 2_usize..20];
    (prop_oneof![special.prop_map(|parts| parts.concat()), "\\PC*", any::<String>()], times)
        .prop_map(|(text, times)| text.replace('\0', "").repeat(times))
}

fn record() -> impl Strategy<Value = Record> {
    (
        prop::sample::select(vec![SitOutcome::Completed, SitOutcome::EndedEarly]),
        instant(),
        prop::sample::select(vec![Source::Timer, Source::Manual, Source::Import]),
        instant(),
        prop::option::of(instant()),
        prop::option::of(offset()),
        prop::option::of(any::<u32>().prop_map(Seconds)),
    )
        .prop_map(|(outcome, ended, source, created, start, offset, length)| Record {
            outcome,
            ended,
            source,
            created,
            recorded_start: start,
            recorded_offset: offset,
            recorded_length: length,
        })
}

fn sit() -> impl Strategy<Value = Sit> {
    (
        any::<u128>(),
        (instant(), offset()),
        any::<u32>(),
        prop::option::of(any::<u32>().prop_map(Seconds)),
        text(),
        text(),
        prop::option::of(record()),
    )
        .prop_map(|(id, (start, offset), length, planned, label, note, record)| Sit {
            id: SessionId(uuid::Uuid::from_u128(id)),
            start: WallTime::new(start, offset),
            length: Seconds(length),
            planned,
            label,
            note,
            record,
        })
}

/// A sit that Zafu has recorded, as it exports it.
fn recorded() -> impl Strategy<Value = Sit> {
    (sit(), record()).prop_map(|(sit, record)| Sit { record: Some(record), ..sit })
}

fn csv_of(sits: &[Sit]) -> Vec<u8> {
    let mut writer = CsvWriter::new(vec![]).unwrap();
    sits.iter().for_each(|sit| writer.write(sit).unwrap());
    writer.finish().unwrap()
}

fn json_of(sits: &[Sit], labels: &[LabelStyle]) -> Vec<u8> {
    let mut writer = JsonWriter::new(vec![], labels).unwrap();
    sits.iter().for_each(|sit| writer.write(sit).unwrap());
    writer.finish().unwrap()
}

fn calendar_of(sits: &[Sit]) -> String {
    let mut writer = CalendarWriter::new(vec![], "Sit, with; marks").unwrap();
    sits.iter().for_each(|sit| writer.write(sit).unwrap());
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn sits_of(bytes: &[u8], format: Format) -> Vec<Sit> {
    let reading = read_all(&[bytes]);
    assert_eq!(reading.summaries[0].format, format);
    assert_eq!(reading.skipped().next(), None);
    assert!(!reading.summaries[0].zone_was_used);
    reading.sits().map(|found| found.sit.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn csv_is_read_back_exactly(sits in prop::collection::vec(recorded(), 0..6)) {
        prop_assert_eq!(sits_of(&csv_of(&sits), Format::ZafuCsv), sits);
    }

    #[test]
    fn json_is_read_back_exactly(sits in prop::collection::vec(recorded(), 0..6)) {
        prop_assert_eq!(sits_of(&json_of(&sits, &[]), Format::ZafuJson), sits);
    }

    #[test]
    fn csv_is_read_by_another_reader(sits in prop::collection::vec(sit(), 0..6)) {
        let bytes = csv_of(&sits);
        let mut reader = csv::Reader::from_reader(&*bytes);
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(rows.len(), sits.len());
        for (row, sit) in rows.iter().zip(&sits) {
            prop_assert_eq!(&row[1], sit.id.to_string());
            prop_assert_eq!(&row[3], sit.length.0.to_string());
            for (cell, text) in [(&row[5], &sit.label), (&row[6], &sit.note)] {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
                prop_assert!(cell == text || cell.strip_prefix('\'') == Some(text));
            }
        }
    }

    #[test]
    fn a_calendar_is_read_by_another_reader(sits in prop::collection::vec(sit(), 0..4)) {
        let text = calendar_of(&sits);
        for line in text.split_terminator("\r\n") {
            prop_assert!(line.len() <= 75, "{}", line);
            prop_assert!(!line.contains(|it: char| it.is_ascii_control() && it != '\t'), "{:?}", line);
        }
        let calendar: Calendar = text.parse().unwrap();
        let events: Vec<&CalendarEvent> =
            calendar.components.iter().filter_map(CalendarComponent::as_event).collect();
        prop_assert_eq!(events.len(), sits.len());
        for (event, sit) in events.into_iter().zip(&sits) {
            prop_assert_eq!(event.get_uid(), Some(&*sit.id.to_string()));
            let to_the_second = |time: DateTime<Utc>| {
                DatePerhapsTime::from(DateTime::from_timestamp(time.timestamp(), 0).unwrap())
            };
            prop_assert_eq!(event.get_start(), Some(to_the_second(sit.start.utc)));
            let plain = |text: &str| {
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                text.replace(|it: char| it.is_ascii_control() && it != '\n' && it != '\t', "")
            };
            let title = if sit.label.is_empty() { "Sit, with; marks" } else { &sit.label };
            prop_assert_eq!(event.get_summary(), Some(&*plain(title)));
            let note = Some(&*sit.note).filter(|note| !note.is_empty()).map(plain);
            prop_assert_eq!(event.get_description(), note.as_deref());
        }
    }
}

fn example() -> Sit {
    Sit {
        id: "0192f0c4-7b1a-7000-8000-000000000001".parse().unwrap(),
        start: WallTime::new("2026-03-30T04:55:02.123Z".parse().unwrap(), UtcOffset(120)),
        length: Seconds(1800),
        planned: Some(Seconds(1200)),
        label: "Morning".to_owned(),
        note: "=1+1, \"quoted\"\nsecond line".to_owned(),
        record: Some(Record {
            outcome: SitOutcome::Completed,
            ended: "2026-03-30T05:15:02.123Z".parse().unwrap(),
            source: Source::Timer,
            created: "2026-03-30T04:54:52Z".parse().unwrap(),
            recorded_start: None,
            recorded_offset: Some(UtcOffset(-30)),
            recorded_length: Some(Seconds(1795)),
        }),
    }
}

/// What has been exported has to be read by every later version.
#[test]
fn the_formats_stay_as_they_are() {
    let csv = "format,id,start,seconds,planned seconds,label,note,outcome,ended,source,created,\
        recorded start,recorded offset minutes,recorded seconds\r\n\
        zafu 1,0192f0c4-7b1a-7000-8000-000000000001,2026-03-30T06:55:02.123+02:00,1800,1200,\
        \"Morning\",\"'=1+1, \"\"quoted\"\"\nsecond line\",completed,2026-03-30T05:15:02.123Z,timer,\
        2026-03-30T04:54:52.000Z,,-30,1795\r\n";
    assert_eq!(String::from_utf8(csv_of(&[example()])).unwrap(), csv);
    let label =
        LabelStyle { name: "Morning".to_owned(), colour: Colour::Teal, shape: Shape::Circle };
    let json = "{\"format\":\"zafu\",\"version\":1,\n\
        \"labels\":[{\"name\":\"Morning\",\"colour\":\"teal\",\"shape\":\"circle\"}],\n\
        \"sits\":[\n\
        {\"id\":\"0192f0c4-7b1a-7000-8000-000000000001\",\"start\":\"2026-03-30T06:55:02.123+02:00\",\
        \"seconds\":1800,\"planned_seconds\":1200,\"label\":\"Morning\",\
        \"note\":\"=1+1, \\\"quoted\\\"\\nsecond line\",\"outcome\":\"completed\",\
        \"ended\":\"2026-03-30T05:15:02.123Z\",\"source\":\"timer\",\
        \"created\":\"2026-03-30T04:54:52.000Z\",\"recorded_offset_minutes\":-30,\
        \"recorded_seconds\":1795}\n]}\n";
    assert_eq!(
        String::from_utf8(json_of(&[example()], std::slice::from_ref(&label))).unwrap(),
        json
    );
    let read = read_all(&[json.as_bytes()]);
    assert_eq!(read.events[0], Event::Label(label));
}

#[test]
fn a_table_that_a_spreadsheet_has_saved_is_read() {
    let csv = String::from_utf8(csv_of(&[example()])).unwrap();
    // With semicolons, a byte order mark, the columns in another order and empty rows.
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(vec![]);
    let headers: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    writer.write_record(headers.iter().rev()).unwrap();
    for row in rows.records() {
        writer.write_record(row.unwrap().iter().collect::<Vec<_>>().iter().rev()).unwrap();
    }
    let saved = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let saved = format!("\u{feff}{saved}\r\n\r\n");
    assert_eq!(sits_of(saved.as_bytes(), Format::ZafuCsv), [example()]);
    let utf_16: Vec<u8> = saved.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(sits_of(&utf_16, Format::ZafuCsv), [example()]);
}

#[test]
fn an_export_of_a_newer_zafu_is_rejected_as_a_whole() {
    let csv = String::from_utf8(csv_of(&[example()])).unwrap().replace("zafu 1", "zafu 2");
    let json = String::from_utf8(json_of(&[example()], &[])).unwrap();
    let json = json.replace("\"version\":1", "\"version\":2");
    // jq sorts the names of fields.
    let sorted: serde_json::Value = serde_json::from_str(&json).unwrap();
    for file in [csv, json, sorted.to_string()] {
        let (outcome, _) = found(&[file.as_bytes()], zone("UTC"), None);
        let fault = outcome.unwrap_err().fault;
        assert!(matches!(fault, Fault::Newer { found: 2, known: 1 }), "{fault:?}");
    }
}

#[test]
fn a_changed_value_is_skipped_by_name() {
    let csv = String::from_utf8(csv_of(&[example(), example()])).unwrap();
    let csv = csv.replacen("timer", "sundial", 1);
    let reading = read_all(&[csv.as_bytes()]);
    let reasons: Vec<_> = reading.skipped().map(|it| it.reason.clone()).collect();
    let reason = Reason::ValueNotUnderstood { column: "source", text: "sundial".to_owned() };
    assert_eq!(reasons, [reason]);
    assert_eq!(reading.sits().count(), 1);
}

/// Everything but the length and the start is optional in a row that was written by hand.
#[test]
fn rows_without_a_record_have_the_rules_of_other_exports() {
    let written = |n: u128, start: &str, length: u32, label: &str, note: &str| Sit {
        id: SessionId(uuid::Uuid::from_u128(n)),
        start: WallTime::new(start.parse().unwrap(), UtcOffset(60)),
        length: Seconds(length),
        planned: None,
        label: label.into(),
        note: note.into(),
        record: None,
    };
    let good = "2026-03-30T05:24:52Z";
    let long = "x".repeat(limits::NOTE_BYTES + 1);
    let sits = [
        written(1, good, 600, " Zazen\t", "two\r\nlines"),
        written(2, good, 0, "", ""),
        written(3, good, 86_401, "", ""),
        written(4, good, u32::MAX, "", ""),
        written(5, "1066-10-14T09:00:00Z", 600, "", ""),
        written(6, "2026-04-02T08:00:01Z", 600, "", ""),
        written(7, good, 600, "", &long),
    ];
    for file in [csv_of(&sits), json_of(&sits, &[])] {
        let reading = read_at("2026-04-01T08:00:00Z".parse().unwrap(), &[&file]);
        let found: Vec<_> = reading.sits().map(|found| found.sit.clone()).collect();
        assert_eq!(found, [written(1, good, 600, "Zazen", "two\nlines")]);
        let reasons: Vec<_> = reading.skipped().map(|it| it.reason.clone()).collect();
        let text = String::from;
        assert_eq!(
            reasons,
            [
                Reason::NoTime,
                Reason::LongerThanDay { length: Seconds(86_401) },
                Reason::LengthNotUnderstood { text: text("4294967295") },
                Reason::StartNotUnderstood { text: text("1066-10-14T10:00:00+01:00") },
                Reason::InFuture { text: text("2026-04-02T09:00:01+01:00") },
                Reason::TextTooLong,
            ]
        );
        let offered: Vec<_> = reading.skipped().filter_map(|it| it.offered.as_ref()).collect();
        assert_eq!(offered.len(), 1);
    }
}
