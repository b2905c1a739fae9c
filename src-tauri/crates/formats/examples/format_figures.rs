//! Measures how fast exports are read, and how much memory it takes.
//!
//! `cargo run --release -p zafu-formats --example format_figures [-- MEGABYTES]` reads a table of 1,000,000 sits and an
//! export of Apple Health of MEGABYTES (2,000 by default), alone and in an archive. Both are generated while they
//! are read, so that no disk is measured. It prints one JSON object.

#[path = "../tests/common/generated.rs"]
mod generated;
#[path = "../tests/common/memory.rs"]
mod memory;

use generated::Generated;
use std::error::Error;
use std::io::{self, Cursor, Read, Seek, Write};
use std::ops::ControlFlow;
use std::time::Instant;
use zafu_formats::{Event, Options, Outcome, read};
use zip::write::SimpleFileOptions;

const ROWS: u64 = 1_000_000;
/// The number of records of other types before each mindful session.
const OTHERS: u64 = 2_000;

/// A thousand rows of Insight Timer, a sit each half an hour.
fn insight_rows(block: u64, to: &mut Vec<u8>) {
    for row in block * 1000..(block + 1) * 1000 {
        let (day, half_hour) = (row / 48, row % 48);
        let (year, month, day) = (1970 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
        let (hour, minute) = (half_hour / 2, half_hour % 2 * 30);
        writeln!(
            to,
            "{month:02}/{day:02}/{year} {hour:02}:{minute:02}:14,0:20:{:02},,PracticeType.Meditation",
            row % 60
        )
        .expect("a vector can be written");
    }
}

/// Records of a watch, and a mindful session.
fn apple_records(block: u64, to: &mut Vec<u8>) {
    let minutes = block % 60;
    for record in 0..OTHERS {
        let second = record % 60;
        writeln!(
            to,
            " <Record type=\"HKQuantityTypeIdentifierHeartRate\" sourceName=\"Watch\" sourceVersion=\"11.1\" \
             device=\"&lt;&lt;HKDevice: 0x2800&gt;, name:Apple Watch, manufacturer:Apple&gt;\" unit=\"count/min\" \
             creationDate=\"2025-07-01 08:{minutes:02}:{second:02} +0100\" startDate=\"2025-07-01 07:50:00 +0100\" \
             endDate=\"2025-07-01 08:00:00 +0100\" value=\"62\"/>"
        )
        .expect("a vector can be written");
    }
    let (day, hour) = (block / 24 % 28 + 1, block % 24);
    let (year, month) = (1990 + block / (24 * 28 * 12) % 100, block / (24 * 28) % 12 + 1);
    writeln!(
        to,
        " <Record type=\"HKCategoryTypeIdentifierMindfulSession\" sourceName=\"Watch\" \
         startDate=\"{year}-{month:02}-{day:02} {hour:02}:00:00 +0100\" \
         endDate=\"{year}-{month:02}-{day:02} {hour:02}:20:00 +0100\">\n  \
         <MetadataEntry key=\"HKTimeZone\" value=\"Europe/Berlin\"/>\n </Record>"
    )
    .expect("a vector can be written");
}

const APPLE_HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<HealthData locale=\"en_US\">\n";
const APPLE_TAIL: &str = "</HealthData>\n";

/// What a dry run took.
struct Figure {
    seconds: f64,
    peak: usize,
    sits: u64,
}

/// Runs `action` and returns its duration in seconds.
fn timed<T, E>(action: impl FnOnce() -> Result<T, E>) -> Result<f64, E> {
    #[expect(clippy::disallowed_methods, reason = "measures a computation, not a sit")]
    let start = Instant::now();
    action()?;
    Ok(start.elapsed().as_secs_f64())
}

/// Reads a file as the preview of an import does.
fn dry_run(file: impl Read + Seek) -> Result<Figure, Box<dyn Error>> {
    let memory = memory::Peak::start();
    let folder = std::env::temp_dir();
    let options = Options {
        zone: "Europe/Berlin".parse()?,
        date_order: None,
        now: "2200-01-01T00:00:00Z".parse()?,
        temporary_folder: &folder,
    };
    let mut sits = 0;
    let mut outcome = None;
    let seconds = timed(|| {
        let read = read(&mut [file], options, &mut |event| {
            sits += u64::from(matches!(event, Event::Sit(_)));
            ControlFlow::Continue(())
        });
        read.map(|read| outcome = Some(read))
    })?;
    let peak = memory.bytes();
    match outcome {
        Some(Outcome::Read(summaries)) if summaries.iter().all(|it| it.skipped == 0) => {
            Ok(Figure { seconds, peak, sits })
        }
        other => Err(format!("not everything was read: {other:?}").into()),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let megabytes: u64 = std::env::args().nth(1).map_or(Ok(2_000), |text| text.parse())?;
    let head = "Started At,Duration,Preset,Activity\n";
    let mut rows = Generated::new(head, insight_rows, ROWS / 1000, "");
    // Once without reading it as an import, which reads it three times.
    let generate = timed(|| io::copy(&mut rows, &mut io::sink()))?;
    rows.rewind()?;
    let table = dry_run(rows)?;
    if table.sits != ROWS {
        return Err(format!("{} of {ROWS} sits", table.sits).into());
    }
    let mut block = vec![];
    apple_records(0, &mut block);
    let blocks = megabytes * 1_000_000 / block.len() as u64;
    let file = Generated::new(APPLE_HEAD, apple_records, blocks, APPLE_TAIL);
    let bytes = file.bytes;
    let apple = dry_run(file)?;
    // A twentieth of it, packed. The packing is not measured.
    let mut zip = zip::ZipWriter::new(Cursor::new(vec![]));
    zip.start_file("export.xml", SimpleFileOptions::default())?;
    let packed_bytes = io::copy(
        &mut Generated::new(APPLE_HEAD, apple_records, (blocks / 20).max(1), APPLE_TAIL),
        &mut zip,
    )?;
    let packed = dry_run(zip.finish()?)?;
    let mb_per_second = |bytes: u64, figure: &Figure| (bytes as f64 / 1e6 / figure.seconds).round();
    let all = serde_json::json!({
        "csv_rows": ROWS,
        "csv_s": table.seconds,
        "csv_generate_s": generate,
        "csv_rows_per_s": (ROWS as f64 / table.seconds).round(),
        "csv_peak_kb": table.peak / 1024,
        "apple_mb": bytes / 1_000_000,
        "apple_s": apple.seconds,
        "apple_sits": apple.sits,
        "apple_mb_per_s": mb_per_second(bytes, &apple),
        "apple_peak_kb": apple.peak / 1024,
        "apple_zip_mb": packed_bytes / 1_000_000,
        "apple_zip_mb_per_s": mb_per_second(packed_bytes, &packed),
        "apple_zip_peak_kb": packed.peak / 1024,
    });
    println!("{all}");
    Ok(())
}
