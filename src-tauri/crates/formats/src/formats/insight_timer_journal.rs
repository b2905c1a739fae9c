//! The journal of Insight Timer: blocks between lines of 32 `=`, each with `Timer Start:`, `Timer Duration:` and a note.
//!
//! Its entries belong to sits of the log, which are found by the minute of their start and by their length. An entry whose
//! sit is in no log is a sit of its own.

use crate::collect::{Collector, Draft, Start};
use crate::error::Fault;
use crate::limits::{JOURNAL_BYTES, NOTE_BYTES};
use crate::skipped::{Position, Reason};
use crate::times::{self, DateOrder, Local};
use std::collections::BTreeMap;
use std::io::{BufRead, Read};

const START: &str = "Timer Start:";
const DURATION: &str = "Timer Duration:";
const SEPARATOR: &str = "================================";

/// Whether a text is a journal, by its beginning.
pub fn is_journal(head: &str) -> bool {
    head.trim_start_matches(|character: char| character.is_whitespace() || character == '=')
        .starts_with(START)
}

/// The entries of journals whose sits were not found yet.
#[derive(Default)]
pub struct Journal {
    /// By the minute of the local start, the length in seconds, and the order in which they were read.
    entries: BTreeMap<(i64, u64, u64), Entry>,
    read: u64,
    bytes: usize,
}

struct Entry {
    file: usize,
    position: Position,
    local: Local,
    start_text: String,
    length_text: String,
    seconds: u64,
    note: String,
}

/// An entry while its lines are read.
#[derive(Default)]
struct Block {
    line: u64,
    start: Option<String>,
    duration: Option<String>,
    note: String,
    is_too_long: bool,
}

impl Journal {
    /// Reads a journal. Entries that cannot be read are reported to `collector`.
    pub fn read(
        &mut self,
        mut text: impl BufRead,
        collector: &mut Collector<'_>,
    ) -> Result<(), Fault> {
        let mut block = Block::default();
        let (mut bytes, mut number, mut is_new, mut separators) = (vec![], 0, true, 0_u64);
        loop {
            bytes.clear();
            // A longer line is read in parts, of which each passes for a line of a note that is too long anyway.
            let limit = 2 * NOTE_BYTES as u64;
            if (&mut text).take(limit).read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            number += 1;
            let line = String::from_utf8_lossy(&bytes);
            let line = line.trim_end_matches(['\r', '\n']);
            if is_new && line.trim().is_empty() {
                continue;
            }
            if line.trim_end() == SEPARATOR {
                is_new = true;
                separators += 1;
            } else if let (true, Some(start)) = (is_new, line.strip_prefix(START)) {
                let finished = std::mem::take(&mut block);
                self.finish(finished, collector)?;
                block.line = number;
                block.start = Some(start.trim().to_owned());
                (is_new, separators) = (false, 0);
            } else if let (None, Some(duration)) = (&block.duration, line.strip_prefix(DURATION)) {
                block.duration = Some(duration.trim().to_owned());
            } else {
                // A line of equals signs that no start follows is part of a note.
                for _ in 0..std::mem::take(&mut separators) {
                    block.add_line(SEPARATOR, number);
                }
                block.add_line(line, number);
                is_new = false;
            }
        }
        self.finish(block, collector)
    }

    fn finish(&mut self, block: Block, collector: &mut Collector<'_>) -> Result<(), Fault> {
        if block.line == 0 {
            return Ok(());
        }
        let position = Position::Line(block.line);
        let (local, seconds) = match block.times() {
            Ok(times) => times,
            Err(reason) => return collector.add(position, Err(reason)),
        };
        collector.reporter.row()?;
        let entry = Entry {
            file: collector.reporter.file(),
            position,
            local,
            start_text: block.start.unwrap_or_default(),
            length_text: block.duration.unwrap_or_default(),
            seconds,
            note: block.note.trim_matches('\n').to_owned(),
        };
        self.bytes += size_of::<Entry>() * 2 + entry.note.len() + entry.start_text.len();
        if self.bytes > JOURNAL_BYTES {
            return Err(Fault::JournalTooLong);
        }
        self.entries.insert((minute(local), seconds, self.read), entry);
        self.read += 1;
        Ok(())
    }

    /// Takes the note of a sit of the log.
    pub fn take_note(&mut self, start: Local, seconds: u64) -> Option<String> {
        let minute = minute(start);
        let same = (minute, seconds, 0)..=(minute, seconds, u64::MAX);
        let key = *self.entries.range(same).next()?.0;
        self.entries.remove(&key).map(|entry| entry.note)
    }

    /// Adds the entries of `file` whose sits were not found, in the order of the file.
    pub fn add_rest(&mut self, file: usize, collector: &mut Collector<'_>) -> Result<(), Fault> {
        let of_file = self.entries.extract_if(.., |_, entry| entry.file == file);
        let mut rest: Vec<Entry> = of_file.map(|(_, entry)| entry).collect();
        rest.sort_unstable_by_key(|entry| entry.position.number());
        for entry in rest {
            let draft = Draft {
                start: Start::Local(entry.local),
                start_text: &entry.start_text,
                seconds: entry.seconds,
                length_text: &entry.length_text,
                clock_seconds: None,
                planned: None,
                label: "",
                note: &entry.note,
            };
            collector.add(entry.position, Ok(draft))?;
        }
        Ok(())
    }
}

impl Block {
    fn add_line(&mut self, line: &str, number: u64) {
        if self.line == 0 {
            self.line = number;
        }
        self.is_too_long |= self.note.len() + line.len() > NOTE_BYTES;
        if !self.is_too_long {
            self.note.push_str(line);
            self.note.push('\n');
        }
    }

    fn times(&self) -> Result<(Local, u64), Reason> {
        let start = self.start.as_deref().unwrap_or_default();
        let duration = self.duration.as_deref().unwrap_or_default();
        if self.is_too_long {
            return Err(Reason::TextTooLong);
        }
        let local =
            times::local(start, DateOrder::MonthFirst).ok_or_else(|| Reason::start(start))?;
        Ok((local, length(duration).ok_or_else(|| Reason::length(duration))?))
    }
}

/// Returns the minutes since 1970 in local time.
fn minute(local: Local) -> i64 {
    let time = match local {
        Local::Time(time) => time,
        Local::Day(day) => day.into(),
    };
    time.and_utc().timestamp().div_euclid(60)
}

/// Reads a length such as `1 hr 45 mins 37 secs`.
fn length(text: &str) -> Option<u64> {
    let text = times::plain(text);
    let mut words = text.split_ascii_whitespace();
    let mut sum = None;
    while let Some(number) = words.next() {
        let number = times::seconds(number)?;
        let unit = match words.next()? {
            "day" | "days" => 86_400,
            "hr" | "hrs" | "hour" | "hours" => 3600,
            "min" | "mins" | "minute" | "minutes" => 60,
            "sec" | "secs" | "second" | "seconds" => 1,
            _ => return None,
        };
        sum = Some(number.checked_mul(unit)?.checked_add(sum.unwrap_or(0))?);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read() {
        assert_eq!(length("1 hr 5 secs"), Some(3605));
        assert_eq!(length("2 hrs 45 mins"), Some(9900));
        assert_eq!(length("4 secs"), Some(4));
        for text in ["", "4", "secs", "4 secs 5", "4 parsecs", "-4 secs"] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn a_journal_is_told_by_its_beginning() {
        assert!(is_journal("\n====\n\nTimer Start: x"));
        assert!(!is_journal("Started At,Duration"));
    }
}
