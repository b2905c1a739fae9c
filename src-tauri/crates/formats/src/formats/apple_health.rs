//! The export of Apple Health, `export.xml`, alone or in its archive.
//!
//! It has gigabytes, of which the mindful sessions are a few records:
//! `<Record type="HKCategoryTypeIdentifierMindfulSession" startDate="2018-05-21 19:21:15 -0800" endDate="..."/>`. The UTC
//! offset is that of the export and not of the sit. Only a child `HKTimeZone` tells the zone of the sit.
//!
//! iOS has written broken DTDs, U+000B in attributes, and attributes twice.

use crate::collect::{Collector, Draft, Start};
use crate::error::Fault;
use crate::limits::{DTD_BYTES, XML_DEPTH, XML_EVENT_BYTES};
use crate::report::is_cancelled;
use crate::skipped::{Position, Reason};
use crate::times::{self, instant, seconds_between};
use crate::zone;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use memchr::memmem::Finder;
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use std::cell::Cell;
use std::io::{self, BufRead, Cursor, Read};
use std::rc::Rc;

const ROOT: &[u8] = b"<HealthData";
const RECORD: &str = "Record";
const MINDFUL: &str = "HKCategoryTypeIdentifierMindfulSession";

/// Whether a file is an export, by its beginning. `export_cda.xml` is not.
pub fn is_export(head: &str) -> bool {
    head.contains("<HealthData") || head.contains("<!DOCTYPE HealthData")
}

/// Counts the lines of a text, and ends it with an error when an event is too long.
struct Guarded<R> {
    text: R,
    counts: Rc<Counts>,
}

struct Counts {
    line: Cell<u64>,
    /// How many bytes the current event may still have.
    left: Cell<usize>,
}

impl<R: BufRead> BufRead for Guarded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = self.counts.left.get();
        if left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let text = self.text.fill_buf()?;
        Ok(&text[..text.len().min(left)])
    }

    fn consume(&mut self, amount: usize) {
        // What was returned is still in the buffer, so this reads nothing and cannot fail.
        if let Ok(text) = self.text.fill_buf() {
            let lines = memchr::memchr_iter(b'\n', &text[..amount.min(text.len())]).count();
            self.counts.line.set(self.counts.line.get() + lines as u64);
        }
        self.counts.left.set(self.counts.left.get().saturating_sub(amount));
        self.text.consume(amount);
    }
}

impl<R: BufRead> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

/// Passes everything before the root element, and its name. The DTD is not parsed: iOS writes broken ones.
fn skip_to_root(text: &mut impl BufRead) -> Result<(), Fault> {
    let (mut matched, mut passed) = (0, 0);
    loop {
        let part = text.fill_buf()?;
        if part.is_empty() {
            return Err(Fault::Truncated);
        }
        let mut length = 0;
        for byte in part {
            length += 1;
            matched =
                if *byte == ROOT[matched] { matched + 1 } else { usize::from(*byte == ROOT[0]) };
            if matched == ROOT.len() {
                break;
            }
        }
        text.consume(length);
        passed += length;
        if matched == ROOT.len() {
            return Ok(());
        }
        if passed > DTD_BYTES {
            return Err(Fault::NotRecognised);
        }
    }
}

/// A mindful session whose element is not closed yet.
struct Record {
    line: u64,
    start: String,
    end: String,
    source: String,
    zone: Option<Tz>,
}

/// Reads an export.
pub fn read(text: impl BufRead, collector: &mut Collector<'_>) -> Result<(), Fault> {
    let counts = Rc::new(Counts { line: Cell::new(1), left: Cell::new(DTD_BYTES * 2) });
    let mut text = Guarded { text, counts: Rc::clone(&counts) };
    skip_to_root(&mut text)?;
    let mut xml = Reader::from_reader(Cursor::new(ROOT).chain(text));
    let config = xml.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mindful = Finder::new(MINDFUL);
    let (mut buffer, mut depth, mut pending) = (vec![], 0_usize, None);
    loop {
        buffer.clear();
        counts.left.set(XML_EVENT_BYTES);
        let line = counts.line.get();
        match xml.read_event_into(&mut buffer).map_err(|error| fault(error, line))? {
            Event::Start(tag) => {
                depth += 1;
                if depth > XML_DEPTH {
                    return Err(Fault::TooComplex { line });
                }
                open(&tag, line, &mindful, &mut pending, collector)?;
            }
            Event::Empty(tag) => {
                open(&tag, line, &mindful, &mut pending, collector)?;
                if tag.name().as_ref() == RECORD {
                    close(&mut pending, collector)?;
                }
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                match tag.name().as_ref() {
                    RECORD => close(&mut pending, collector)?,
                    // Also if an element in it was not closed.
                    "HealthData" => {
                        depth = 0;
                        close(&mut pending, collector)?;
                    }
                    _ => {}
                }
            }
            Event::Eof if depth > 0 => return Err(Fault::Truncated),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn fault(error: quick_xml::Error, line: u64) -> Fault {
    match error {
        quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Fault::TooComplex { line }
        }
        quick_xml::Error::Io(error) if is_cancelled(&error) => Fault::Cancelled,
        quick_xml::Error::Io(error) => Fault::Io(io::Error::new(error.kind(), error)),
        error => Fault::Damaged { line, reason: error.to_string() },
    }
}

/// Looks at a tag that opens.
fn open(
    tag: &BytesStart<'_>,
    line: u64,
    mindful: &Finder<'_>,
    pending: &mut Option<Record>,
    collector: &mut Collector<'_>,
) -> Result<(), Fault> {
    match tag.name().as_ref() {
        RECORD => {
            // One that was not closed.
            close(pending, collector)?;
            if mindful.find(tag.as_bytes()).is_some() && attribute(tag, "type") == MINDFUL {
                *pending = Some(Record {
                    line,
                    start: attribute(tag, "startDate"),
                    end: attribute(tag, "endDate"),
                    source: attribute(tag, "sourceName"),
                    zone: None,
                });
            } else {
                collector.reporter.row()?;
            }
        }
        "MetadataEntry" => {
            if let Some(record) = pending
                && attribute(tag, "key") == "HKTimeZone"
            {
                record.zone = attribute(tag, "value").parse().ok();
            }
        }
        _ => {}
    }
    Ok(())
}

/// Returns an attribute, the first if it is there twice; empty if it is not there.
fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let mut attributes = tag.attributes();
    attributes.with_checks(false);
    let found = attributes.flatten().find(|attribute| attribute.key.as_ref() == name);
    let value = found.map(|attribute| attribute.value).unwrap_or_default();
    unescape(&value).map(|value| value.into_owned()).unwrap_or_else(|_| value.to_string())
}

/// Adds the record that ends.
fn close(pending: &mut Option<Record>, collector: &mut Collector<'_>) -> Result<(), Fault> {
    let Some(record) = pending.take() else { return Ok(()) };
    let position = Position::Line(record.line);
    let Some(start) = time(&record.start) else {
        return collector.add(position, Err(Reason::start(&record.start)));
    };
    let Some(end) = time(&record.end) else {
        return collector.add(position, Err(Reason::length(&record.end)));
    };
    let Some(seconds) = seconds_between(start, end) else {
        return collector.add(position, Err(Reason::EndsBeforeStart));
    };
    let draft = Draft {
        start: Start::Instant(start, record.zone.map(|zone| zone::at(zone, start).offset)),
        // Not the texts of the file: an export made in another season or country has others for the same sit.
        start_text: &start.timestamp().to_string(),
        seconds,
        length_text: &seconds.to_string(),
        clock_seconds: None,
        planned: None,
        label: &record.source,
        note: "",
    };
    collector.add(position, Ok(draft))
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_str(&times::plain(text), "%Y-%m-%d %H:%M:%S %z").ok()?;
    instant(time.with_timezone(&Utc))
}
