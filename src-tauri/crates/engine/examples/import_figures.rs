//! Measures imports through the engine: `cargo run --release -p zafu-engine --example import_figures [ROWS]`. ROWS is the
//! size of the large import, by default 1,000,000. `cargo xtask bench` has the goals.

#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(clippy::disallowed_methods, reason = "no suspend is measured")]

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;
use zafu_engine::protocol::{DateOrder, ImportFiles, ImportReading};
use zafu_engine::{DataFolder, ImportClient};

/// Writes a log of Insight Timer with `rows` sits of ten minutes, one each half hour.
fn write_csv(path: &Path, rows: u32) -> Result<(), Box<dyn Error>> {
    let mut to = BufWriter::new(File::create(path)?);
    writeln!(to, "Started At,Duration,Preset,Activity")?;
    // A million rows take 57 years, and sits in the future are not imported.
    let first = chrono::DateTime::UNIX_EPOCH.naive_utc() - chrono::TimeDelta::days(3650);
    for n in 0..rows {
        let start = first + chrono::TimeDelta::minutes(i64::from(n) * 30);
        writeln!(to, "{},0:10:{},,Meditation", start.format("%m/%d/%Y %H:%M:%S"), n % 60)?;
    }
    Ok(to.flush()?)
}

/// Returns the most memory that the process has used, in megabytes; 0 where the system does not tell.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

/// Inserts the sessions of `from` into an empty table of SQLite in one transaction.
fn insert_bare(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let connection = rusqlite::Connection::open(to)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute("ATTACH ?1 AS source", [from.to_str()])?;
    connection.execute_batch("CREATE TABLE sessions AS SELECT * FROM source.sessions LIMIT 0")?;
    connection.execute_batch("INSERT INTO sessions SELECT * FROM source.sessions")?;
    Ok(())
}

fn measure(rows: u32) -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let (path, data) = (dir.path().join("log.csv"), dir.path().join("data"));
    write_csv(&path, rows)?;
    let folder = DataFolder::at(&data)?;
    let mut client = ImportClient::connect(&folder)?;
    let files = ImportFiles {
        files: vec![path],
        zone: Some("Europe/Berlin".into()),
        date_order: Some(DateOrder::MonthFirst),
        long_sits: false,
    };
    let idle = peak();
    let began = Instant::now();
    let ImportReading::Preview(preview) = client.read(files.clone())? else {
        return Err("the order of the dates is given".into());
    };
    let read = began.elapsed().as_secs_f64();
    println!("{rows} rows, {} new: read and compared in {read:.2} s", preview.counts.added);
    println!("  {:.0} rows/s, {} MB above idle", f64::from(rows) / read, peak() - idle);
    let began = Instant::now();
    client.commit(preview.number)?;
    let committed = began.elapsed().as_secs_f64();
    println!("  imported in {committed:.2} s, {} MB above idle", peak() - idle);
    let began = Instant::now();
    client.read(files)?;
    println!("  read again and compared in {:.2} s", began.elapsed().as_secs_f64());
    drop(client);
    let began = Instant::now();
    insert_bare(&data.join("zafu.db"), &dir.path().join("bare.db"))?;
    let bare = began.elapsed().as_secs_f64();
    println!("  bare SQLite: {bare:.2} s, {:.2} of the import", bare / committed);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let rows = std::env::args().nth(1).map_or(Ok(1_000_000), |rows| rows.parse())?;
    measure(10_000)?;
    measure(rows)
}
