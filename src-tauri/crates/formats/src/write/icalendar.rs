//! iCalendar as in RFC 5545: one event for each sit, in UTC.

use crate::sit::Sit;
use chrono::{DateTime, TimeDelta, Utc};
use std::io::{self, Write};

/// The longest line, in bytes without its end (RFC 5545, 3.1).
const LINE_BYTES: usize = 75;

/// Writes sits as events of a calendar.
#[derive(Debug)]
pub struct CalendarWriter<W> {
    to: W,
    untitled: String,
}

impl<W: Write> CalendarWriter<W> {
    /// Writes the beginning. `untitled` is the title of sits without a label.
    ///
    /// # Errors
    /// If `to` cannot be written.
    pub fn new(to: W, untitled: &str) -> io::Result<Self> {
        let mut writer = Self { to, untitled: untitled.to_owned() };
        writer.line("BEGIN:VCALENDAR")?;
        writer.line("VERSION:2.0")?;
        writer.line("PRODID:-//Zafu//Zafu//EN")?;
        writer.line("CALSCALE:GREGORIAN")?;
        Ok(writer)
    }

    /// Writes a sit. Its UID is the id of the session, so that importing it again changes the same event.
    ///
    /// # Errors
    /// If the writer cannot be written.
    pub fn write(&mut self, sit: &Sit) -> io::Result<()> {
        let start = sit.start.utc;
        let end =
            start.checked_add_signed(TimeDelta::seconds(sit.length.0.into())).unwrap_or(start);
        self.line("BEGIN:VEVENT")?;
        self.line(&format!("UID:{}", sit.id))?;
        // When the record was made, or as good as it is known: no clock is read here.
        self.line(&format!("DTSTAMP:{}", utc(sit.record.as_ref().map_or(end, |it| it.created))))?;
        self.line(&format!("DTSTART:{}", utc(start)))?;
        self.line(&format!("DTEND:{}", utc(end)))?;
        let title = if sit.label.is_empty() { &self.untitled } else { &sit.label };
        let title = format!("SUMMARY:{}", escaped(title));
        self.line(&title)?;
        if !sit.label.is_empty() {
            self.line(&format!("CATEGORIES:{}", escaped(&sit.label)))?;
        }
        if !sit.note.is_empty() {
            self.line(&format!("DESCRIPTION:{}", escaped(&sit.note)))?;
        }
        // A sit of the past makes nobody unavailable.
        self.line("TRANSP:TRANSPARENT")?;
        self.line("END:VEVENT")
    }

    /// Writes the end, flushes and returns the writer.
    ///
    /// # Errors
    /// If the writer cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.line("END:VCALENDAR")?;
        self.to.flush()?;
        Ok(self.to)
    }

    /// Writes a line, folded between characters.
    fn line(&mut self, line: &str) -> io::Result<()> {
        let mut rest = line;
        let mut room = LINE_BYTES;
        while rest.len() > room {
            let (part, after) = rest.split_at(rest.floor_char_boundary(room));
            write!(self.to, "{part}\r\n ")?;
            // The space counts.
            (rest, room) = (after, LINE_BYTES - 1);
        }
        write!(self.to, "{rest}\r\n")
    }
}

fn utc(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Escapes a text (RFC 5545, 3.3.11). Control characters, which it does not allow, are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            _ if character.is_ascii_control() => {}
            _ => escaped.push(character),
        }
    }
    escaped
}
