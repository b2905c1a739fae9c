//! Reads bytes and keeps everything that is reported.

#![allow(dead_code, reason = "every test file uses its own part")]

pub mod invariants;

use chrono::{DateTime, Utc};
use std::io::Cursor;
use std::ops::ControlFlow;
use zafu_formats::{
    DateOrder, Event, FoundSit, Options, Outcome, ReadError, Skipped, Summary, Tz, read,
};

/// What was read from files.
#[derive(Clone, Debug)]
pub struct Reading {
    pub summaries: Vec<Summary>,
    /// Without the progress.
    pub events: Vec<Event>,
}

impl Reading {
    pub fn sits(&self) -> impl Iterator<Item = &FoundSit> {
        self.events.iter().filter_map(|event| match event {
            Event::Sit(found) => Some(found),
            _ => None,
        })
    }

    pub fn skipped(&self) -> impl Iterator<Item = &Skipped> {
        self.events.iter().filter_map(|event| match event {
            Event::Skipped(skipped) => Some(skipped),
            _ => None,
        })
    }
}

/// Returns a time after all sits that are read, so that the files of the tests have none in the future.
pub fn latest() -> DateTime<Utc> {
    "2200-01-01T00:00:00Z".parse().unwrap()
}

pub fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

/// Reads files, and returns everything but the progress.
pub fn found(
    files: &[&[u8]],
    zone: Tz,
    date_order: Option<DateOrder>,
) -> (Result<Outcome, ReadError>, Vec<Event>) {
    let folder = std::env::temp_dir();
    read_with(files, Options { zone, date_order, now: latest(), temporary_folder: &folder })
}

fn read_with(files: &[&[u8]], options: Options<'_>) -> (Result<Outcome, ReadError>, Vec<Event>) {
    let mut files: Vec<_> = files.iter().map(Cursor::new).collect();
    let mut events = vec![];
    let outcome = read(&mut files, options, &mut |event| {
        if !matches!(event, Event::Progress(_)) {
            events.push(event);
        }
        ControlFlow::Continue(())
    });
    (outcome, events)
}

/// Reads files that can be read, as if in Berlin.
pub fn read_all(files: &[&[u8]]) -> Reading {
    read_at(latest(), files)
}

/// The same at a time.
pub fn read_at(now: DateTime<Utc>, files: &[&[u8]]) -> Reading {
    let folder = std::env::temp_dir();
    let zone = zone("Europe/Berlin");
    let options = Options { zone, date_order: None, now, temporary_folder: &folder };
    let (outcome, events) = read_with(files, options);
    match outcome.unwrap() {
        Outcome::Read(summaries) => Reading { summaries, events },
        needed @ Outcome::DateOrderNeeded { .. } => panic!("{needed:?}"),
    }
}
