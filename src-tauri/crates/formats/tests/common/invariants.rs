//! What holds for every file, however damaged it is.

use super::{found, zone};
use chrono::Datelike;
use std::collections::HashSet;
use zafu_formats::{DateOrder, Event, Format, Outcome, limits};

/// Reads a file in two zones, and checks everything that can be said of any result. Panics if it does not hold.
pub fn check(file: &[u8]) {
    check_files(&[file]);
}

/// The same for files that are imported together.
pub fn check_files(files: &[&[u8]]) {
    let answer = Some(DateOrder::DayFirst);
    let (outcome, events) = found(files, zone("Europe/Berlin"), answer);
    let mut ids = HashSet::new();
    let mut formats = vec![];
    if let Ok(outcome) = &outcome {
        let Outcome::Read(summaries) = outcome else { panic!("the answer was given") };
        formats.extend(summaries.iter().map(|it| it.format));
        let sum = |of: fn(&zafu_formats::Summary) -> u64| summaries.iter().map(of).sum::<u64>();
        let count = |is: fn(&Event) -> bool| events.iter().filter(|it| is(it)).count() as u64;
        assert_eq!(sum(|it| it.sits), count(|it| matches!(it, Event::Sit(_))));
        assert_eq!(sum(|it| it.skipped), count(|it| matches!(it, Event::Skipped(_))));
    }
    if let Err(error) = &outcome {
        assert!(error.file < files.len());
        assert!(error.message().id.starts_with("import-"));
    }
    let is_own = |file: usize| !matches!(formats.get(file), Some(format) if !matches!(format, Format::ZafuCsv | Format::ZafuJson));
    for event in &events {
        match event {
            Event::Sit(found) => {
                let sit = &found.sit;
                assert!(found.file < files.len() && found.position.number() > 0);
                assert!(sit.start.offset.0.abs() < 24 * 60);
                assert!(!sit.note.contains('\0') && !sit.label.contains('\0'));
                assert!((0..=9999).contains(&sit.start.utc.year()));
                if !is_own(found.file) {
                    assert!((1..=limits::DAY).contains(&u64::from(sit.length.0)));
                    assert!(sit.note.len() <= limits::NOTE_BYTES);
                    assert!(sit.label.len() <= limits::LABEL_BYTES);
                    assert!(!sit.label.contains(char::is_control));
                    assert!(ids.insert((found.file, sit.id)), "{sit:?} is there twice");
                }
            }
            Event::Skipped(skipped) => {
                assert!(skipped.file < files.len() && skipped.position.number() > 0);
                let message = skipped.message().to_string();
                assert!(message.len() < 500, "{message}");
            }
            Event::Label(_) | Event::Progress(_) => {}
        }
    }
    // The zone changes times, never ids. It only decides whether a sit of Brethap has a length.
    if formats.contains(&Format::Brethap) {
        return;
    }
    let (other_outcome, other_events) = found(files, zone("America/New_York"), answer);
    assert_eq!(outcome.is_ok(), other_outcome.is_ok());
    let ids = |events: &[Event]| -> Vec<_> {
        let id = |event: &Event| match event {
            Event::Sit(found) => Some(found.sit.id),
            _ => None,
        };
        events.iter().filter_map(id).collect()
    };
    assert_eq!(ids(&events), ids(&other_events));
}
