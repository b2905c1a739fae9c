//! Measures imports through the engine: `cargo run --release -p zafu-engine --example import_figures [ROWS]`. ROWS is the
//! size of the large import, by default 1,000,000.
//!
//! It prints one JSON object, for 10,000 and for ROWS sits: seconds, those of a processor beside those of a clock, and
//! megabytes. `cargo xtask bench` has the goals.

#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(clippy::disallowed_methods, reason = "no suspend is measured")]

use rusqlite::types::Value as Column;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;
use zafu_engine::protocol::{DateOrder, ImportFiles, ImportReading};
use zafu_engine::{DataFolder, ImportClient};

type AnyResult<T> = Result<T, Box<dyn Error>>;

/// Writes a log of Insight Timer with `rows` sits of ten minutes, one each half hour.
fn write_csv(path: &Path, rows: u32) -> AnyResult<()> {
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

/// Returns the seconds that processors have run this process; 0 where the system does not tell.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may have spaces: user and system time are the 12th and the 13th field, in hundredths.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Measures by name.
#[derive(Default)]
struct Figures(Map<String, Value>);

impl Figures {
    /// Runs `action` and records how long it takes.
    fn time<T, E: Into<Box<dyn Error>>>(
        &mut self,
        name: &str,
        action: impl FnOnce() -> Result<T, E>,
    ) -> AnyResult<T> {
        let (began, ran) = (Instant::now(), processor_seconds());
        let done = action().map_err(Into::into)?;
        self.0.insert(format!("{name}_s"), json!(began.elapsed().as_secs_f64()));
        self.0.insert(format!("{name}_processor_s"), json!(processor_seconds() - ran));
        self.0.insert(format!("{name}_peak_mb"), json!(peak()));
        Ok(done)
    }
}

/// The cache that the store gives an import, in kilobytes.
const CACHE: i64 = 8_192;

/// A table of SQLite alone, to be filled with the sessions of a store: its checks and indexes, without the triggers that
/// derive the log.
struct Bare {
    connection: Connection,
    columns: String,
}

impl Bare {
    /// Creates the empty table in the file `to`, as durable and with as much cache as in the store `from`.
    fn create(from: &Path, to: &Path) -> AnyResult<Self> {
        let connection = Connection::open(to)?;
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "cache_size", -CACHE)?;
        // The accounts are not copied.
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.execute("ATTACH ?1 AS store", [from.to_str()])?;
        let texts = |sql: &str| -> AnyResult<Vec<String>> {
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let schema = texts(
            "SELECT sql FROM store.sqlite_schema
             WHERE tbl_name = 'sessions' AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type DESC",
        )?;
        let columns = texts("SELECT name FROM pragma_table_info('sessions', 'store')")?.join(", ");
        connection.execute_batch(&schema.join("\n;\n"))?;
        Ok(Self { connection, columns })
    }

    /// Inserts the sessions in one transaction.
    fn insert(&self) -> AnyResult<()> {
        let Self { connection, columns } = self;
        let transaction = connection.unchecked_transaction()?;
        let mut read = connection.prepare(&format!("SELECT {columns} FROM store.sessions"))?;
        let width = read.column_count();
        let places = vec!["?"; width].join(", ");
        let mut insert = connection
            .prepare(&format!("INSERT INTO main.sessions ({columns}) VALUES ({places})"))?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            let row = (0..width).map(|column| row.get::<_, Column>(column));
            insert.execute(params_from_iter(row.collect::<Result<Vec<_>, _>>()?))?;
        }
        Ok(transaction.commit()?)
    }
}

fn measure(rows: u32) -> AnyResult<Value> {
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
        deleted_sits: false,
    };
    let idle = peak();
    let mut figures = Figures::default();
    let read = |client: &mut ImportClient| match client.read(files.clone())? {
        ImportReading::Preview(preview) => Ok(preview),
        ImportReading::DateOrderNeeded { .. } => Err(Box::<dyn Error>::from("it is given")),
    };
    let preview = figures.time("dry_run", || read(&mut client))?;
    if preview.counts.added != rows {
        return Err("a sit is known".into());
    }
    let imported = figures.time("import", || client.commit(preview.number))?;
    let imported = imported.ok_or("nothing was imported")?;
    // Of sits that the log has.
    figures.time("dry_run_again", || read(&mut client))?;
    figures.time("undo", || client.undo(imported.id))?;
    let preview = read(&mut client)?;
    figures.time("import_again", || client.commit(preview.number))?;
    figures.0.insert("memory_mb".into(), json!(peak() - idle));
    // Last, because its memory is not that of an import.
    let bare = Bare::create(&data.join("zafu.db"), &dir.path().join("bare.db"))?;
    figures.time("bare", || bare.insert())?;
    Ok(Value::Object(figures.0))
}

fn main() -> AnyResult<()> {
    let rows = std::env::args().nth(1).map_or(Ok(1_000_000), |rows| rows.parse())?;
    println!("{}", json!({ "10k": measure(10_000)?, "1m": measure(rows)? }));
    Ok(())
}
