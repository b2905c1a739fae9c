//! Measures the log of 10,000 and of 1,000,000 sits.
//!
//! `cargo run --release -p zafu-store --example log_figures -- FOLDER` creates databases in `FOLDER`, measures, deletes them,
//! and prints one JSON object: medians in milliseconds, sizes in bytes. `without` is a store without the tables of the log,
//! in which a change costs what it cost before there were such tables. With a number of sits as the second argument, it only
//! creates a database with as many in `FOLDER`.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use rusqlite::Connection;
use serde_json::{Map, Value, json};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::label::LabelKey;
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::{Details, Lifecycle, Register, Session, Source, Stage};
use zafu_core::settings::Settings;
use zafu_core::time::{BootId, BootTime, Moment, Seconds, UtcOffset, WallTime};
use zafu_core::timer::{Command, Timer, saves};
use zafu_store::{
    CommitProgress, ImportSource, InsightQuery, LogFilter, LogPosition, LogQuery, Outcome,
    OwnerFilter, Store,
};

/// The number of reads of each kind.
const READS: usize = 15;
/// The number of sits that are started, finished and edited.
const ROUNDS: u32 = 100;
/// The time from the first sit to the last one.
const YEARS: i64 = 40;

type AnyResult<T> = Result<T, Box<dyn Error>>;

fn main() -> AnyResult<()> {
    let folder = std::env::args_os().nth(1).ok_or("pass a folder on the disk to be measured")?;
    let folder = Path::new(&folder);
    if let Some(sits) = std::env::args().nth(2) {
        fill(&Store::open(folder, at(0).wall)?, sits.parse()?)?;
        return Ok(());
    }
    let mut figures = Map::new();
    for (name, sits) in [("empty", 0), ("without", 0), ("10k", 10_000), ("1m", 1_000_000)] {
        let part = folder.join(name);
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        fs::create_dir_all(&part)?;
        figures.insert(name.into(), measure(&part, sits, name == "without")?);
        fs::remove_dir_all(&part)?;
    }
    println!("{}", Value::Object(figures));
    Ok(())
}

fn measure(folder: &Path, sits: u32, without: bool) -> AnyResult<Value> {
    drop(Store::open(folder, at(0).wall)?);
    let database = folder.join("zafu.db");
    let mut figures = Map::new();
    if without {
        remove_log(&database)?;
    }
    let store = Store::open(folder, at(0).wall)?;
    if sits > 0 {
        figures.extend(fill(&store, sits)?);
        figures.extend(sizes(&database)?);
    }
    if sits > 0 {
        figures.extend(reads(&store, sits)?);
    }
    figures.extend(changes(&store, folder)?);
    if sits > 0 {
        let day_starts_at_hour = Bounded::new(3)?;
        let settings = Settings { day_starts_at_hour, ..Settings::default() };
        store.save_settings(&settings)?;
        let (took, _) = timed(|| store.derive_days(&Arc::default()))?;
        figures.insert("day_start_ms".into(), json!(took));
    }
    Ok(Value::Object(figures))
}

/// Removes what derives the tables of the log.
fn remove_log(database: &Path) -> AnyResult<()> {
    let connection = Connection::open(database)?;
    let triggers = connection
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('sessions', 'open_sits')
             AND (sql LIKE '%row_%' OR sql LIKE '%log_%')",
        )?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    for trigger in triggers {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}"))?;
    }
    Ok(())
}

/// A sequence of numbers that is the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % u64::from(end)).unwrap_or(0)
    }
}

/// Imports finished sits: a third of them have a note of 4 to 15 words, one in 3 "meditation", one in 1,000 "needle"; one in
/// 1,000 has the label "Rare".
fn fill(store: &Store, sits: u32) -> AnyResult<Map<String, Value>> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let deviceid = DeviceId(Uuid::from_u128(1));
    let step = YEARS * 365 * 86_400 / i64::from(sits);
    let mut staged = store.stage_import()?;
    for n in 0..sits {
        let startedat = at(0).wall.utc - TimeDelta::seconds(step * i64::from(sits - n));
        let length =
            [600, 1200, 1200, 1800, 2700, 60 + random.below(5400)][random.below(6) as usize];
        let satlength = Seconds(length);
        let end = startedat + satlength.duration();
        let stage = match random.below(10) {
            0 => Stage::EndedEarly { endedat: end, satlength },
            _ => Stage::Completed { completedat: end, satlength },
        };
        let mut note = String::new();
        if random.below(3) == 0 {
            note = (0..4 + random.below(12)).map(|_| word(&mut random) + " ").collect();
            if random.below(3) == 0 {
                note += "meditation 坐禅";
            }
            if random.below(1000) == 0 {
                note += " needle";
            }
        }
        let label = match random.below(1000) {
            0 => "Rare",
            1..500 => "Zazen",
            500..650 => "Walking",
            650..700 => "Metta",
            _ => "",
        };
        let source = if random.below(4) == 0 { Source::Import } else { Source::Timer };
        let details = Details { note, label: label.into(), ..Details::default() };
        let id = u128::from(n) + 0x0197_0000_0000_7000_8000_0000_0000_0000;
        staged.add(
            0,
            &Session {
                id: SessionId(Uuid::from_u128(id)),
                lifecycle: Lifecycle { startedat, sitlength: Seconds(1200), stage },
                details: Register { value: details, revision: 1, deviceid },
                deletion: Register::untouched(None, deviceid),
                utcoffset: UtcOffset(60),
                deviceid,
                source,
                createdat: startedat,
            },
        )?;
    }
    let goes_on: CommitProgress = Arc::new(|_| true);
    let (imported, _) = timed(|| staged.commit(&ImportSource::default(), at(0).wall, &goes_on))?;
    Ok(Map::from_iter([("import_ms".into(), json!(imported))]))
}

/// Returns a word, some often and most rarely.
fn word(random: &mut Random) -> String {
    let range = 20_u32 << random.below(10);
    format!("w{}", random.below(range))
}

fn sizes(database: &Path) -> AnyResult<Map<String, Value>> {
    let connection = Connection::open(database)?;
    connection.pragma(None, "wal_checkpoint", "truncate", |_| Ok(()))?;
    let bytes = |condition: &str| {
        let sql = format!("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE {condition}");
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0))
    };
    const LOG: &str =
        "name LIKE '%log\\_%' ESCAPE '\\' OR name LIKE 'day_totals%' OR name LIKE '%_counts'";
    Ok(Map::from_iter([
        ("database_bytes".into(), json!(bytes("1")?)),
        ("log_bytes".into(), json!(bytes(LOG)?)),
        ("words_bytes".into(), json!(bytes("name LIKE 'note_words%'")?)),
    ]))
}

fn reads(store: &Store, sits: u32) -> AnyResult<Map<String, Value>> {
    let mut figures = Map::new();
    let today = at(0).wall.utc.date_naive();
    let middle = LogPosition::Day(today - Days::new(365 * YEARS.unsigned_abs() / 2));
    let key = |key: &str| Some(LabelKey(key.into()));
    let words = |words: &str| LogFilter { words: words.into(), ..LogFilter::default() };
    let labels = |labels| LogFilter { labels, ..LogFilter::default() };
    let nothing = |filter| LogFilter { shortest: Some(Seconds(86_000)), ..filter };
    let year = today.year() - 3;
    let filters = [
        ("page", LogFilter::default()),
        ("label", labels(vec![key("Zazen")])),
        ("labels", labels(vec![key("Zazen"), key("Metta"), key("Rare"), None])),
        ("label_rare", labels(vec![key("Rare")])),
        ("word_common", words("meditation")),
        ("word_rare", words("needle")),
        ("word_beginning", words("medit")),
        ("word_letter", words("w")),
        ("word_missing", words("zebra")),
        ("words", words("w1 w2 w3")),
        ("word_of_label", words("zaz")),
        ("word_and_words_of_label", words("zaz meditation")),
        ("word_in_text_without_spaces", words("坐禅")),
        (
            "conditions",
            LogFilter {
                outcomes: vec![Outcome::EndedEarly],
                sources: vec![Source::Import],
                shortest: Some(Seconds(1200)),
                first_day: NaiveDate::from_ymd_opt(year - 20, 1, 1),
                ..words("w1")
            },
        ),
        (
            "year",
            LogFilter {
                first_day: NaiveDate::from_ymd_opt(year, 1, 1),
                last_day: NaiveDate::from_ymd_opt(year, 12, 31),
                ..LogFilter::default()
            },
        ),
        ("nothing_length", nothing(LogFilter::default())),
        ("nothing_label_and_length", nothing(labels(vec![key("Zazen")]))),
        ("nothing_word_and_length", nothing(words("meditation"))),
        // The sits of this label that ended early are all of other sources.
        (
            "nothing_label_and_outcome",
            LogFilter {
                outcomes: vec![Outcome::EndedEarly],
                sources: vec![Source::Manual],
                ..labels(vec![key("Zazen")])
            },
        ),
        (
            "nothing_outcome",
            LogFilter {
                outcomes: vec![Outcome::EndedEarly],
                sources: vec![Source::Manual],
                ..LogFilter::default()
            },
        ),
        ("nothing_rare_word_and_length", nothing(words("needle"))),
    ];
    for (name, filter) in filters {
        for (position, suffix) in [(LogPosition::Newest, ""), (middle, "_middle")] {
            let query = LogQuery { filter: filter.clone(), position, limit: 50 };
            let took = (0..READS).map(|_| Ok(timed(|| store.log(&query))?.0));
            figures.insert(
                format!("{name}{suffix}_ms"),
                json!(median(took.collect::<AnyResult<_>>()?)),
            );
        }
    }
    let count = store.log(&LogQuery::newest(1))?.total;
    assert_eq!(count, Some(sits), "the log has every sit");
    for (name, year) in [("insight_year", Some(year)), ("insight_all", None)] {
        let query = InsightQuery { owner: OwnerFilter::Shown, today, year, span: 48 };
        let took = (0..READS).map(|_| Ok(timed(|| store.insight(&query))?.0));
        figures.insert(format!("{name}_ms"), json!(median(took.collect::<AnyResult<_>>()?)));
    }
    let took = (0..READS).map(|_| {
        let first = today - Days::new(365);
        Ok(timed(|| store.day_totals(OwnerFilter::Shown, first..=today))?.0)
    });
    figures.insert("days_of_year_ms".into(), json!(median(took.collect::<AnyResult<_>>()?)));
    Ok(figures)
}

/// Measures a bare commit, and the changes of a sit in turns with it, so that other load on the disk affects all of them.
fn changes(store: &Store, folder: &Path) -> AnyResult<Map<String, Value>> {
    let bare = Connection::open(folder.join("bare.db"))?;
    bare.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    bare.pragma_update(None, "synchronous", "full")?;
    bare.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, value TEXT NOT NULL)")?;
    let mut timer = Timer::default();
    let plan = Plan {
        length: Length::Timed(Bounded::new(1200)?),
        delay: Duration::ZERO,
        preparation: Bounded::new(0)?,
        bells: Bells::default(),
        overtime: OvertimeChoice::Ask,
    };
    let names = ["bare_commit_ms", "start_ms", "finish_ms", "edit_ms", "delete_ms", "undelete_ms"];
    let mut took = names.map(|name| (name, vec![]));
    for round in 0..ROUNDS {
        let seconds = u64::from(round) * 1000;
        let insert = || bare.execute("INSERT INTO t (value) VALUES (?1)", ["a sit"]);
        took[0].1.push(timed(insert)?.0);
        let id = SessionId(Uuid::from_u128(u128::from(round) + 1));
        let start = Command::Start { id, plan: plan.clone(), seed: 1 };
        let start = saves(&timer.apply(start, at(seconds)));
        took[1].1.push(timed(|| store.save(&start))?.0);
        let ended = saves(&timer.apply(Command::End { overtime: None }, at(seconds + 20)));
        took[2].1.push(timed(|| store.save(&ended))?.0);
        let now = at(seconds + 30).wall.utc;
        let edit = SessionEdit::texts("a note of some words about rain", "Zazen");
        took[3].1.push(timed(|| store.edit(id, edit, now))?.0);
        took[4].1.push(timed(|| store.delete(&[id.into()], now))?.0);
        took[5].1.push(timed(|| store.undelete(&[id.into()]))?.0);
    }
    Ok(took.into_iter().map(|(name, all)| (name.into(), json!(median(all)))).collect())
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
fn timed<T, E: Into<Box<dyn Error>>>(action: impl FnOnce() -> Result<T, E>) -> AnyResult<(f64, T)> {
    #[expect(clippy::disallowed_methods, reason = "measures the database, not a sit")]
    let start = std::time::Instant::now();
    let done = action().map_err(Into::into)?;
    Ok((start.elapsed().as_secs_f64() * 1e3, done))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
