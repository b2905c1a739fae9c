//! What every format shares: from what a row says to a sit that is imported, or to the reason why it is not.

use crate::error::Fault;
use crate::identity::session_id;
use crate::limits;
use crate::read::{Event, Format, FoundSit};
use crate::report::Reporter;
use crate::sit::{LabelStyle, Sit};
use crate::skipped::{Position, Reason, Skipped};
use crate::times::{Local, instant};
use crate::zone;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::{HashMap, HashSet};
use zafu_core::time::{Seconds, UtcOffset, WallTime};

/// What a row says of a sit.
pub struct Draft<'r> {
    pub start: Start,
    /// The text of the file from which the id is derived.
    pub start_text: &'r str,
    pub seconds: u64,
    /// The text of the file from which the id is derived.
    pub length_text: &'r str,
    /// The length by the clock on the wall, if it is another in another zone. Rows that are there twice are told by it.
    pub clock_seconds: Option<i64>,
    pub planned: Option<Seconds>,
    pub label: &'r str,
    pub note: &'r str,
}

/// When a sit started, as far as its file says.
#[derive(Clone, Copy)]
pub enum Start {
    /// In local time.
    Local(Local),
    /// In UTC, and the UTC offset if the file has it.
    Instant(DateTime<Utc>, Option<UtcOffset>),
}

/// Collects the sits of one file.
pub struct Collector<'c> {
    pub reporter: &'c Reporter<'c>,
    pub format: Format,
    pub zone: Tz,
    /// Whether a sit depends on the assumed time zone.
    pub zone_was_used: bool,
    pub sits: u64,
    pub skipped: u64,
    pub notes_joined: u64,
    /// The start and the length of every sit, in 64 bits.
    seen: HashSet<u64>,
    /// How many rows have the same start and length, where they are different sits.
    counts: HashMap<u64, u32>,
    /// The time sat on a day by the sits whose time of day is not known.
    days: HashMap<NaiveDate, i64>,
    /// Each label as it was spelled first, by its lower case.
    labels: HashMap<String, String>,
}

impl<'c> Collector<'c> {
    pub fn new(reporter: &'c Reporter<'c>, format: Format, zone: Tz) -> Self {
        Self {
            reporter,
            format,
            zone,
            zone_was_used: false,
            sits: 0,
            skipped: 0,
            notes_joined: 0,
            seen: HashSet::new(),
            counts: HashMap::new(),
            days: HashMap::new(),
            labels: HashMap::new(),
        }
    }

    /// Adds what a row of another program's export says.
    pub fn add(
        &mut self,
        position: Position,
        draft: Result<Draft<'_>, Reason>,
    ) -> Result<(), Fault> {
        self.reporter.row()?;
        let (sit, texts) = match draft.and_then(|draft| self.sit(&draft)) {
            Ok(sit) => sit,
            Err(reason) => return self.skip(position, reason, None),
        };
        // Those that are offered are remembered too. A count takes twice the memory.
        if self.seen.len() + 2 * self.counts.len() > limits::SITS {
            return Err(Fault::TooManySits);
        }
        if u64::from(sit.length.0) > limits::DAY {
            let reason = Reason::LongerThanDay { length: sit.length };
            return self.skip(position, reason, Some(Box::new(sit)));
        }
        self.found(position, texts, sit)
    }

    /// Adds a sit of Zafu's own export, which is not changed. Its id tells whether it is there twice.
    pub fn add_own(&mut self, position: Position, sit: Result<Sit, Reason>) -> Result<(), Fault> {
        self.reporter.row()?;
        match sit {
            Ok(sit) => self.found(position, (String::new(), String::new()), sit),
            Err(reason) => self.skip(position, reason, None),
        }
    }

    /// Adds the look of a label.
    pub fn add_label(&mut self, label: LabelStyle) -> Result<(), Fault> {
        self.reporter.send(Event::Label(label))
    }

    fn found(
        &mut self,
        position: Position,
        (start_text, length_text): (String, String),
        sit: Sit,
    ) -> Result<(), Fault> {
        self.sits += 1;
        let file = self.reporter.file();
        self.reporter.send(Event::Sit(FoundSit { file, position, start_text, length_text, sit }))
    }

    fn skip(
        &mut self,
        position: Position,
        reason: Reason,
        offered: Option<Box<Sit>>,
    ) -> Result<(), Fault> {
        self.skipped += 1;
        let file = self.reporter.file();
        self.reporter.send(Event::Skipped(Skipped { file, position, reason, offered }))
    }

    /// Returns the sit of a row, and the texts of its id.
    fn sit(&mut self, draft: &Draft<'_>) -> Result<(Sit, (String, String)), Reason> {
        let length = match draft.seconds {
            0 => return Err(Reason::NoTime),
            seconds @ 1..=limits::LONGEST => Seconds(u32::try_from(seconds).unwrap_or(u32::MAX)),
            _ => return Err(Reason::length(draft.length_text)),
        };
        if draft.note.len() > limits::NOTE_BYTES || draft.label.len() > limits::LABEL_BYTES {
            return Err(Reason::TextTooLong);
        }
        let clock_seconds = draft.clock_seconds.unwrap_or(i64::from(length.0));
        let ordinal = self.ordinal(draft.start, clock_seconds)?;
        let sit = Sit {
            id: session_id(self.format, draft.start_text, draft.length_text, ordinal),
            start: self.wall_time(draft.start, length),
            length,
            planned: draft.planned,
            label: self.label(draft.label),
            note: without_nul(draft.note).replace("\r\n", "\n"),
            record: None,
        };
        Ok((sit, (draft.start_text.to_owned(), draft.length_text.to_owned())))
    }

    /// Returns how many rows before have the same start and length, if such rows are different sits. They are not if the
    /// start is known to the second. The assumed zone does not enter.
    fn ordinal(&mut self, start: Start, clock_seconds: i64) -> Result<u32, Reason> {
        let (seconds, is_exact) = match start {
            Start::Local(Local::Time(time)) => {
                (time.and_utc().timestamp(), self.format != Format::InsightTimerJournal)
            }
            Start::Local(Local::Day(day)) => (noon(day).and_utc().timestamp(), false),
            Start::Instant(utc, _) => (utc.timestamp(), true),
        };
        // The years of a sit have less than 2^34 seconds and its length less than 2^29, so no two keys are the same.
        let key = (seconds << 30).wrapping_add(clock_seconds).cast_unsigned();
        if is_exact {
            return if self.seen.insert(key) { Ok(0) } else { Err(Reason::TwiceInFile) };
        }
        let count = self.counts.entry(key).or_default();
        let ordinal = *count;
        *count = count.saturating_add(1);
        Ok(ordinal)
    }

    fn wall_time(&mut self, start: Start, length: Seconds) -> WallTime {
        let local = match start {
            Start::Instant(utc, Some(offset)) => return WallTime::new(utc, offset),
            Start::Instant(utc, None) => {
                self.zone_was_used = true;
                return zone::at(self.zone, utc);
            }
            Start::Local(Local::Time(time)) => time,
            // Those of a day follow one another, and stay on that day.
            Start::Local(Local::Day(day)) => {
                let before = self.days.entry(day).or_default();
                let time =
                    noon(day) + TimeDelta::seconds((*before).min(limits::DAY as i64 / 2 - 1));
                *before = before.saturating_add(i64::from(length.0));
                time
            }
        };
        self.zone_was_used = true;
        zone::resolve(self.zone, local)
    }

    /// Returns a label as it was spelled first in the file.
    fn label(&mut self, label: &str) -> String {
        let label = label_text(label);
        if label.is_empty() || label.len() > 1 << 10 {
            return label;
        }
        let folded = label.to_lowercase();
        if let Some(first) = self.labels.get(&folded) {
            return first.clone();
        }
        if self.labels.len() < limits::FOLDED_LABELS {
            self.labels.insert(folded, label.clone());
        }
        label
    }
}

fn noon(day: NaiveDate) -> NaiveDateTime {
    day.and_hms_opt(12, 0, 0).unwrap_or_default()
}

/// Returns an instant of a file, or the reason why it is none.
pub fn checked(utc: Option<DateTime<Utc>>, text: &str) -> Result<DateTime<Utc>, Reason> {
    utc.and_then(instant).ok_or_else(|| Reason::start(text))
}

/// Returns a label without control characters and white space around it.
fn label_text(text: &str) -> String {
    let text = text.trim();
    if text.contains(char::is_control) {
        text.replace(char::is_control, " ")
    } else {
        text.to_owned()
    }
}

/// Returns a text without U+0000, which cannot be stored.
pub fn without_nul(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text.to_owned() }
}
