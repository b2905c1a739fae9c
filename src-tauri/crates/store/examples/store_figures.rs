//! Measures the store, compared with bare SQLite on the same disk.
//!
//! `cargo run --release -p zafu-store --example store_figures -- FOLDER` creates databases in `FOLDER`, measures,
//! deletes them, and prints one JSON object of milliseconds: the median of a bare durable commit, of saving the
//! start and the finish of a sit, and of reading the last 50 of 10,000 and of 1,000,000 sits.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::ids::SessionId;
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_core::timer::{Command, Timer, saves};
use zafu_store::{LogQuery, Store, register_functions};

/// The number of sits that are started and finished, and of bare commits.
const ROUNDS: u32 = 200;
/// The number of reads of the log.
const READS: u32 = 101;

type AnyResult<T> = Result<T, Box<dyn Error>>;

fn main() -> AnyResult<()> {
    let folder = std::env::args_os().nth(1).ok_or("pass a folder on the disk to be measured")?;
    let folder = Path::new(&folder);
    for part in ["durable", "small", "large"] {
        let part = folder.join(part);
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        fs::create_dir_all(&part)?;
    }
    let [commit, start, finish] = durable(&folder.join("durable"))?;
    let (_, small) = log(&folder.join("small"), 10_000)?;
    let (first, large) = log(&folder.join("large"), 1_000_000)?;
    fs::remove_dir_all(folder)?;
    let all = serde_json::json!({
        "rounds": ROUNDS,
        "bare_commit_ms": commit,
        "start_ms": start,
        "finish_ms": finish,
        "reads": READS,
        "log_10k_ms": small,
        "log_1m_ms": large,
        "log_1m_first_ms": first,
    });
    println!("{all}");
    Ok(())
}

/// Measures a bare commit, a start and a finish in turns, so that other load on the disk affects all three.
fn durable(folder: &Path) -> AnyResult<[f64; 3]> {
    let bare = Connection::open(folder.join("bare.db"))?;
    bare.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    bare.pragma_update(None, "synchronous", "full")?;
    bare.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, value TEXT NOT NULL)")?;
    let store = Store::open(folder, at(0).wall)?;
    let mut timer = Timer::default();
    let plan = Plan {
        length: Length::Timed(Bounded::new(1200)?),
        delay: std::time::Duration::ZERO,
        preparation: Bounded::new(0)?,
        bells: Bells::default(),
        overtime: OvertimeChoice::Ask,
    };
    let mut took = [vec![], vec![], vec![]];
    for round in 0..ROUNDS {
        let seconds = u64::from(round) * 1000;
        let insert = || bare.execute("INSERT INTO t (value) VALUES (?1)", ["a sit"]);
        took[0].push(timed(insert)?.0);
        let id = SessionId(Uuid::from_u128(u128::from(round) + 1));
        let start = Command::Start { id, plan: plan.clone(), seed: 1 };
        let start = saves(&timer.apply(start, at(seconds)));
        took[1].push(timed(|| store.save(&start))?.0);
        let ended = saves(&timer.apply(Command::End { overtime: None }, at(seconds + 20)));
        took[2].push(timed(|| store.save(&ended))?.0);
    }
    Ok(took.map(median))
}

/// Measures the first read of the log in a store that was just opened, and the median of many reads.
fn log(folder: &Path, sits: u32) -> AnyResult<(f64, f64)> {
    drop(Store::open(folder, at(0).wall)?);
    fill(&folder.join("zafu.db"), sits)?;
    let store = Store::open(folder, at(0).wall)?;
    let (first, page) = timed(|| store.sessions(&LogQuery::newest(50)))?;
    assert_eq!(page.len(), 50, "the log has a full page");
    let reads = (0..READS).map(|_| Ok(timed(|| store.sessions(&LogQuery::newest(50)))?.0));
    Ok((first, median(reads.collect::<AnyResult<_>>()?)))
}

/// Inserts finished sits into a database, four a day, none of them in the outbox.
fn fill(database: &Path, sits: u32) -> AnyResult<()> {
    let connection = Connection::open(database)?;
    register_functions(&connection)?;
    connection.pragma_update(None, "synchronous", "off")?;
    let device = Uuid::from_u128(1).to_string();
    connection.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
           t (i, s, e) AS (
             SELECT i, strftime('%Y-%m-%dT%H:%M:%fZ', 1772000000 - i * 21600, 'unixepoch'),
                       strftime('%Y-%m-%dT%H:%M:%fZ', 1772001200 - i * 21600, 'unixepoch') FROM n)
         INSERT INTO sessions (id, startedat, sitlength, satlength, iscompleted, completedat, endedat,
           deletedat, utcoffset, deviceid, source, createdat, note, label, correctedstart,
           correctedlength, detailsrevision, detailsdevice, deletionrevision, deletiondevice)
         SELECT printf('%08x-0000-7000-8000-%012x', i, i), s, 1200, 1200, 1, e, e,
           NULL, 60, ?2, 'timer', s, '', 'Zazen', NULL, NULL, 0, ?2, 0, ?2 FROM t",
        (sits, device),
    )?;
    Ok(())
}

fn at(seconds: u64) -> Moment {
    let start = DateTime::<Utc>::from_timestamp(1_772_000_000, 0).unwrap_or_default();
    Moment {
        boot: BootTime(Duration::from_secs(1000 + seconds)),
        boot_id: BootId(Uuid::from_u128(7)),
        wall: WallTime::new(start, UtcOffset(60)).plus(Duration::from_secs(seconds)),
    }
}

/// Runs `action` and returns its duration in milliseconds.
fn timed<T, E: Error + 'static>(action: impl FnOnce() -> Result<T, E>) -> AnyResult<(f64, T)> {
    #[expect(clippy::disallowed_methods, reason = "measures the disk, not a sit")]
    let start = std::time::Instant::now();
    let done = action()?;
    Ok((start.elapsed().as_secs_f64() * 1e3, done))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
