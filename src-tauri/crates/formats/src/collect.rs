//! What every format shares: from what a row says to a sit that is imported, or to the reason why it is not.

use crate::error::Fault;
use crate::identity::session_id;
use crate::limits;
use crate::read::{Event, Format, FoundSit, Options};
use crate::report::Reporter;
use crate::sit::{LabelStyle, Sit};
use crate::skipped::{Position, Reason, Skipped};
use crate::times::{Local, instant};
use crate::zone;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::{HashMap, HashSet};
use zafu_core::label::folded;
use zafu_core::time::{Seconds, UtcOffset, WallTime};

/// What a row says of a sit.
pub struct Draft<'r> {
    pub start: Start,
    /// The text of the file from which the id is derived.
    pub start_text: &'r str,
    pub seconds: u64,
    /// The text of the file from which the id is derived.
    pub length_text: &'r str,
    /// The local time of the end minus that of the start, in seconds, for a format whose length depends on the assumed zone.
    /// It identifies duplicate rows in place of the length.
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
    /// No sit starts after this.
    latest: DateTime<Utc>,
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
    pub fn new(reporter: &'c Reporter<'c>, format: Format, options: Options<'_>) -> Self {
        Self {
            reporter,
            format,
            zone: options.zone,
            // A clock can be wrong by a time zone.
            latest: options.now + TimeDelta::seconds(limits::DAY as i64),
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
        let sit = match draft.and_then(|draft| self.sit_of(&draft)) {
            Ok(sit) => sit,
            Err(reason) => return self.skip(position, reason, None),
        };
        // Those that are offered are remembered too. A count takes twice the memory.
        if self.seen.len() + 2 * self.counts.len() > limits::SITS {
            return Err(Fault::TooManySits);
        }
        self.report_sit(position, sit)
    }

    /// Adds a sit of Zafu's own export. Its id identifies duplicate rows. A sit that Zafu has recorded is not changed; one
    /// without a record was written by hand, and the rules of other exports apply.
    pub fn add_own(&mut self, position: Position, sit: Result<Sit, Reason>) -> Result<(), Fault> {
        self.reporter.row()?;
        match sit.and_then(|sit| if sit.record.is_some() { Ok(sit) } else { self.checked_own(sit) })
        {
            Ok(sit) => self.report_sit(position, sit),
            Err(reason) => self.skip(position, reason, None),
        }
    }

    /// Adds the look of a label.
    pub fn add_label(&mut self, label: LabelStyle) -> Result<(), Fault> {
        self.reporter.send(Event::Label(label))
    }

    /// Reports a sit. One that is longer than a day, and not recorded by Zafu, is skipped and offered.
    fn report_sit(&mut self, position: Position, sit: Sit) -> Result<(), Fault> {
        if sit.record.is_none() && u64::from(sit.length.0) > limits::DAY {
            let reason = Reason::LongerThanDay { length: sit.length };
            return self.skip(position, reason, Some(Box::new(sit)));
        }
        self.sits += 1;
        let file = self.reporter.file();
        self.reporter.send(Event::Sit(FoundSit { file, position, sit }))
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

    /// Returns the sit of a row.
    fn sit_of(&mut self, draft: &Draft<'_>) -> Result<Sit, Reason> {
        let length = match draft.seconds {
            0 => return Err(Reason::NoTime),
            seconds @ 1..=limits::LONGEST => Seconds(u32::try_from(seconds).unwrap_or(u32::MAX)),
            _ => return Err(Reason::length(draft.length_text)),
        };
        check_texts(draft.label, draft.note)?;
        let clock_seconds = draft.clock_seconds.unwrap_or(i64::from(length.0));
        let ordinal = self.ordinal(draft.start, clock_seconds)?;
        let start = self.wall_time(draft.start, length);
        self.check_not_in_future(start, draft.start_text)?;
        Ok(Sit {
            id: session_id(self.format, draft.start_text, draft.length_text, ordinal),
            start,
            length,
            planned: draft.planned,
            label: self.label(draft.label),
            note: without_nul(draft.note).replace("\r\n", "\n"),
            record: None,
        })
    }

    /// Returns a sit of Zafu's own format that was written by hand, if it is possible.
    fn checked_own(&mut self, sit: Sit) -> Result<Sit, Reason> {
        match u64::from(sit.length.0) {
            0 => return Err(Reason::NoTime),
            1..=limits::LONGEST => {}
            _ => return Err(Reason::length(&sit.length.0.to_string())),
        }
        check_texts(&sit.label, &sit.note)?;
        let text = sit.start.with_offset().to_rfc3339();
        checked(Some(sit.start.utc), &text)?;
        self.check_not_in_future(sit.start, &text)?;
        Ok(Sit { label: label_text(&sit.label), note: sit.note.replace("\r\n", "\n"), ..sit })
    }

    fn check_not_in_future(&self, start: WallTime, text: &str) -> Result<(), Reason> {
        if start.utc > self.latest { Err(Reason::future(text)) } else { Ok(()) }
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
        let folded = folded(&label);
        if let Some(first) = self.labels.get(&folded) {
            return first.clone();
        }
        if self.labels.len() < limits::FOLDED_LABELS {
            self.labels.insert(folded, label.clone());
        }
        label
    }
}

fn check_texts(label: &str, note: &str) -> Result<(), Reason> {
    if note.len() > limits::NOTE_BYTES || label.len() > limits::LABEL_BYTES {
        return Err(Reason::TextTooLong);
    }
    Ok(())
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
