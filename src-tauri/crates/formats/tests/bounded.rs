//! Hostile files take bounded memory. An allocator counts, so this binary has one test.

#[path = "common/archives.rs"]
mod archives;
mod common;
#[path = "common/generated.rs"]
mod generated;
#[path = "common/memory.rs"]
mod memory;

use archives::zip_of;
use generated::Generated;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use zafu_formats::{Event, Fault, Options, Outcome, ReadError, Reason, read};

/// What an import may take above idle.
const LIMIT: usize = 50 << 20;

/// A file that is never in memory: a beginning, a part that is repeated, and an end.
struct Repeated<'f> {
    head: &'f [u8],
    part: &'f [u8],
    times: u64,
    tail: &'f [u8],
    at: u64,
}

impl Repeated<'_> {
    fn length(&self) -> u64 {
        (self.head.len() + self.tail.len()) as u64 + self.part.len() as u64 * self.times
    }

    /// Returns what follows the current position without a break.
    fn rest(&self) -> &[u8] {
        let (head, part) = (self.head.len() as u64, self.part.len() as u64 * self.times);
        match self.at {
            at if at < head => &self.head[at as usize..],
            at if at < head + part => &self.part[((at - head) % self.part.len() as u64) as usize..],
            at => self.tail.get((at - head - part) as usize..).unwrap_or_default(),
        }
    }
}

impl Read for Repeated<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while read < buffer.len() {
            let more = self.rest().read(&mut buffer[read..])?;
            if more == 0 {
                break;
            }
            read += more;
            self.at += more as u64;
        }
        Ok(read)
    }
}

impl Seek for Repeated<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.length().checked_add_signed(by).unwrap(),
            SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
        };
        Ok(self.at)
    }
}

/// The result of reading a file, the number of sits, and the reasons of the rows that were skipped.
type Came = (Result<Outcome, ReadError>, u64, Vec<Reason>);

/// Reads a file, and checks how much memory it took.
fn bounded(what: &str, file: impl Read + Seek) -> Came {
    let memory = memory::Peak::start();
    let folder = std::env::temp_dir();
    let options = Options {
        zone: "Europe/Berlin".parse().unwrap(),
        date_order: None,
        now: common::latest(),
        temporary_folder: &folder,
    };
    let (mut sits, mut reasons) = (0, vec![]);
    let outcome = read(&mut [file], options, &mut |event| {
        match event {
            Event::Sit(_) => sits += 1,
            Event::Skipped(skipped) if reasons.len() < 10 => reasons.push(skipped.reason),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    let peak = memory.bytes();
    println!("{what}: {} kB, {sits} sits, {outcome:?}", peak >> 10);
    assert!(peak < LIMIT, "{what} took {peak} bytes");
    (outcome, sits, reasons)
}

fn repeated<'f>(head: &'f str, part: &'f str, times: u64, tail: &'f str) -> Repeated<'f> {
    let [head, part, tail] = [head, part, tail].map(str::as_bytes);
    Repeated { head, part, times, tail, at: 0 }
}

fn fault(came: Came) -> Fault {
    came.0.unwrap_err().fault
}

const INSIGHT: &str = "Started At,Duration,Preset,Activity\n";
const XML: &str = "<?xml version=\"1.0\"?>\n<HealthData>\n";
const KB: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\
    0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn no_file_takes_more_memory_than_an_import_may() {
    let row = "04/20/2026 08:21:14,0:45:0,,x\n";
    // 100 MB in one field, with and without quotation marks; a million columns.
    let times = (100 << 20) / KB.len() as u64;
    let head = format!("{INSIGHT}{row}04/21/2026 08:21:14,0:45:0,,");
    let (outcome, sits, reasons) = bounded("long field", repeated(&head, KB, times, "\n"));
    assert!(outcome.is_ok() && sits == 1 && reasons == [Reason::RowTooLong]);
    let quoted = format!("{head}\"");
    let tail = "\"\n04/22/2026 08:21:14,0:45:0,,x\n";
    let (outcome, sits, reasons) =
        bounded("long quoted field", repeated(&quoted, KB, times / 10, tail));
    assert!(outcome.is_ok() && sits == 2 && reasons == [Reason::RowTooLong]);
    let (_, sits, reasons) = bounded("many columns", repeated(&head, ",", 1_000_000, "\n"));
    assert!(sits == 1 && reasons == [Reason::TooManyColumns]);
    let came =
        bounded("many columns in the first row", repeated(INSIGHT.trim(), ",", 1_000_000, "\n"));
    assert!(matches!(fault(came), Fault::NotRecognised));
    let came = bounded("no rows at all", repeated(INSIGHT, "\n", 2 << 20, ""));
    assert!(came.0.is_ok() && came.1 == 0);

    // Journals.
    let entry = "Timer Start: Apr 20,2026 8:21 AM\nTimer Duration: 45 mins\n\n";
    let (_, sits, reasons) = bounded("long note", repeated(entry, KB, times / 10, ""));
    assert!(sits == 0 && reasons == [Reason::TextTooLong]);
    let block = format!("{entry}note\n================================\n");
    let came = bounded("many equal entries", repeated("", &block, 200_000, ""));
    assert!(matches!(fault(came), Fault::JournalTooLong));
    let entry = |n, to: &mut Vec<u8>| {
        let (day, hour, minute) = (n / 1440 % 28 + 1, n / 60 % 24, n % 60);
        let year = 1900 + n / (1440 * 28);
        writeln!(to, "Timer Start: Apr {day:02},{year} {hour:02}:{minute:02}").unwrap();
        writeln!(to, "Timer Duration: 45 mins\n\nnote\n{}", "=".repeat(32)).unwrap();
    };
    let came = bounded("many entries", Generated::new("", entry, 200_000, ""));
    assert!(matches!(fault(came), Fault::JournalTooLong));

    // XML: a tag, an attribute, a text, nesting and a DTD without end.
    let record = "<Record type=\"HKCategoryTypeIdentifierMindfulSession\" sourceName=\"";
    for (what, part) in [("long attribute", record), ("long tag", "<Record "), ("long text", "<a>")]
    {
        let came = bounded(what, repeated(&format!("{XML}{part}"), KB, times / 10, ""));
        assert!(matches!(fault(came), Fault::TooComplex { line: 3 }), "{what}");
    }
    let came = bounded("nested tags", repeated(XML, "<a>", 1_000_000, ""));
    assert!(matches!(fault(came), Fault::TooComplex { .. }));
    let dtd = "<!DOCTYPE HealthData [\n";
    let came = bounded("long DTD", repeated(dtd, "<!ENTITY a \"&a;&a;\">\n", 1_000_000, "]>"));
    assert!(matches!(fault(came), Fault::NotRecognised));

    // JSON: an element, nesting.
    let element = "[{\"startTime\":\"2025-05-13T21:30\",\"duration\":60},{\"note\":\"";
    let (outcome, sits, reasons) =
        bounded("long element", repeated(element, KB, times / 10, "\"}]"));
    assert!(outcome.is_ok() && sits == 1 && reasons == [Reason::RowTooLong]);
    let nested = "[{\"startTime\":\"2025-05-13T21:30\",\"duration\":60,\"x\":";
    let came = bounded("nested arrays", repeated(nested, "[", 1_000_000, ""));
    assert!(matches!(fault(came), Fault::Truncated));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let note = nested.replace("\"x\"", "\"note\"");
    let (_, sits, reasons) = bounded("nested note", Cursor::new(format!("{note}{deep}}}]")));
    assert!(sits == 0 && reasons == [Reason::NotUnderstood]);

    // An archive that unpacks to more than a hundred times its size.
    let bomb = format!("{XML}{}</HealthData>", "<Record/>\n".repeat(1 << 20));
    let packed = zip_of(&[("export.xml", bomb.as_bytes())]);
    assert!(packed.len() < bomb.len() / 100);
    let bomb = packed;
    let came = bounded("zip bomb", Cursor::new(bomb));
    assert!(came.0.is_ok() && came.1 == 0);

    // As many sits as a large import has.
    let head = "start_time_unix,duration_secs,mode,label,note\n";
    let row = |n, to: &mut Vec<u8>| {
        writeln!(to, "{},1800,timer,Morning,", 1_000_000_000 + n * 3600).unwrap();
    };
    let (outcome, sits, _) = bounded("many sits", Generated::new(head, row, 1_000_000, ""));
    assert!(outcome.is_ok() && sits == 1_000_000);
}
