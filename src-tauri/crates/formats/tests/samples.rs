//! Every sample gives exactly the sits and the skipped rows that are written down beside it. The samples are made for
//! this, after real exports; none has anybody's data.

mod common;

use common::{Reading, found, read_all, zone};
use serde_json::{Value, json};
use std::path::PathBuf;
use zafu_formats::{Event, Format, Outcome, Reason, Skipped};

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "samples", name].iter().collect()
}

/// Compares what was read with the file `NAME.expected.json`. The wording of reasons is free there.
fn compare(name: &str, reading: &Reading) {
    let expected = std::fs::read(path(&format!("{name}.expected.json"))).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut sits: Vec<_> = reading.sits().collect();
    sits.sort_by_key(|found| found.sit.start.utc);
    let sits: Vec<Value> = sits
        .into_iter()
        .map(|found| {
            let sit = &found.sit;
            let mut value = json!({
                "start": sit.start.utc.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                "utcoffset": sit.start.offset.0,
                "seconds": sit.length.0,
                "label": sit.label,
                "note": sit.note,
            });
            if let Some(planned) = sit.planned {
                value["planned"] = planned.0.into();
            }
            value
        })
        .collect();
    assert_eq!(Value::from(sits), expected["sits"], "{name}");
    assert_eq!(reading.sits().count() as u64, expected["new"].as_u64().unwrap(), "{name}");
    let skipped: Vec<_> =
        reading.skipped().map(|it| json!({ "line": it.position.number() })).collect();
    let mut lines = expected["skipped"].clone();
    for line in lines.as_array_mut().unwrap() {
        line.as_object_mut().unwrap().remove("reason");
    }
    assert_eq!(Value::from(skipped), lines, "{name}");
}

fn reasons(reading: &Reading) -> Vec<Reason> {
    reading.skipped().map(|skipped| skipped.reason.clone()).collect()
}

fn start(text: &str) -> Reason {
    Reason::StartNotUnderstood { text: text.to_owned() }
}

fn length(text: &str) -> Reason {
    Reason::LengthNotUnderstood { text: text.to_owned() }
}

#[test]
fn every_sample_is_read_as_expected() {
    let longer = Reason::LongerThanDay { length: zafu_core::time::Seconds(93_600) };
    for (name, format, expected) in [
        ("insight-24h.csv", Format::InsightTimer, vec![Reason::NoTime, start("bad-date")]),
        ("insight-12h.csv", Format::InsightTimer, vec![]),
        ("meditation-assistant.csv", Format::MeditationAssistant, vec![Reason::NoTime, longer]),
        ("meditate-5.csv", Format::Meditate, vec![Reason::TwiceInFile, start("x"), length("-5")]),
        ("meditate-9.csv", Format::Meditate, vec![]),
        ("tao.json", Format::Tao, vec![Reason::NoTime]),
        ("brethap.sessions.csv", Format::Brethap, vec![Reason::EndsBeforeStart]),
        ("waking-up.csv", Format::WakingUp, vec![Reason::NoTime]),
        ("apple-export.xml", Format::AppleHealth, vec![Reason::NoTime]),
    ] {
        let reading = read_all(&[&sample(name)]);
        compare(name, &reading);
        assert_eq!(reading.summaries[0].format, format, "{name}");
        assert_eq!(reasons(&reading), expected, "{name}");
    }
}

#[test]
fn a_journal_is_joined_to_the_log_in_either_order() {
    let (log, journal) = (sample("insight-24h.csv"), sample("insight-journal.txt"));
    for files in [[&log[..], &journal], [&journal, &log]] {
        let reading = read_all(&files);
        // Of the log itself two lines are skipped, which the file does not repeat.
        let sits = reading.events.iter().filter(|event| matches!(event, Event::Sit(_)));
        let only_sits = Reading { events: sits.cloned().collect(), ..reading.clone() };
        compare("insight-journal.txt", &only_sits);
        let joined: u64 = reading.summaries.iter().map(|it| it.notes_joined).sum();
        assert_eq!(joined, 2);
    }
}

#[test]
fn joining_a_journal_changes_no_id() {
    let (log, journal) = (sample("insight-24h.csv"), sample("insight-journal.txt"));
    let alone = read_all(&[&log]);
    let joined = read_all(&[&log, &journal]);
    for found in alone.sits() {
        assert!(joined.sits().any(|other| other.sit.id == found.sit.id));
    }
}

/// Another zone changes times, and no id: importing with another zone brings nothing twice.
#[test]
fn the_assumed_zone_does_not_enter_the_ids() {
    let names = [
        "insight-24h.csv",
        "insight-12h.csv",
        "insight-journal.txt",
        "meditation-assistant.csv",
        "meditate-5.csv",
        "meditate-9.csv",
        "tao.json",
        "brethap.sessions.csv",
        "waking-up.csv",
        "apple-export.xml",
    ];
    for name in names {
        let bytes = sample(name);
        let ids = |zone_name| -> Vec<_> {
            let (outcome, events) = found(&[&bytes], zone(zone_name), None);
            assert!(matches!(outcome, Ok(Outcome::Read(_))), "{name}");
            let reading = Reading { summaries: vec![], events };
            reading.sits().map(|found| found.sit.id).collect()
        };
        let berlin = ids("Europe/Berlin");
        assert!(!berlin.is_empty(), "{name}");
        for other in ["UTC", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Apia"] {
            assert_eq!(ids(other), berlin, "{name} in {other}");
        }
    }
}

/// A change of an id would import every sit of every user a second time.
#[test]
fn the_ids_of_the_samples_never_change() {
    let expected = std::fs::read_to_string(path("ids.txt")).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".expected.json") && name != "ids.txt")
        .collect();
    names.sort();
    let mut ids = String::new();
    for name in names {
        for found in read_all(&[&sample(&name)]).sits() {
            let number = found.position.number();
            ids += &format!("{name} {number} {}\n", found.sit.id);
        }
    }
    assert_eq!(ids, expected);
}

/// The offset of an Apple export is that of the time of the export: another export has other texts for the same sits.
#[test]
fn an_apple_export_from_another_country_has_the_same_ids() {
    let here = sample("apple-export.xml");
    let there = String::from_utf8(here.clone()).unwrap();
    let there = there
        .replace("06:00:00 +0100", "05:00:00 +0000")
        .replace("06:20:00 +0100", "05:20:00 +0000");
    let ids = |bytes: &[u8]| read_all(&[bytes]).sits().map(|it| it.sit.id).collect::<Vec<_>>();
    assert_eq!(ids(&here), ids(there.as_bytes()));
}

#[test]
fn a_sit_of_more_than_a_day_is_offered() {
    let reading = read_all(&[&sample("meditation-assistant.csv")]);
    let Some(Skipped { offered: Some(sit), .. }) = reading.skipped().last() else { panic!() };
    assert_eq!(sit.length.0, 26 * 3600);
    assert_eq!(sit.start.utc.to_rfc3339(), "2024-01-20T06:00:00+00:00");
}
