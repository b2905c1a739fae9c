//! Computes the tables of the log from the sessions, with the rules of the core.

use crate::Store;
use crate::log::{day_number, day_start};
use crate::sessions::{self, Record, SessionKey};
use chrono::{Datelike, Timelike};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;
use zafu_core::day::day_of;
use zafu_core::session::{Source, Stage};

/// A row of the log, without its position: key, owner, start, offset, day, length, label, outcome, source.
type Row = (i64, String, i64, i64, i64, i64, String, i64, i64);

fn rows(connection: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = connection.prepare(sql).unwrap();
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|n| row.get(n)).collect()).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn numbers(connection: &Connection, sql: &str) -> Vec<Vec<i64>> {
    let number = |value| if let Value::Integer(number) = value { number } else { panic!("{sql}") };
    rows(connection, sql).into_iter().map(|row| row.into_iter().map(number).collect()).collect()
}

fn assert_same<T: PartialEq + Debug>(what: &str, found: Vec<T>, expected: Vec<T>) {
    assert!(found == expected, "{what}\nfound:    {found:?}\nexpected: {expected:?}");
}

/// Checks all tables of the log.
pub(crate) fn check(store: &Store) {
    store.on_writer(|connection| check_tables(connection));
}

fn check_tables(connection: &Connection) {
    let day_start = day_start(connection).unwrap();
    let keys = numbers(
        connection,
        "SELECT key FROM sessions WHERE deletedat IS NULL
           AND key NOT IN (SELECT session_key FROM open_sits WHERE preparing = 1) ORDER BY key",
    );
    let mut expected: Vec<Row> = Vec::new();
    let mut days: BTreeMap<(String, i64, String), (i64, i64)> = BTreeMap::new();
    let mut years: BTreeMap<(String, i64, String), (i64, i64)> = BTreeMap::new();
    let mut half_hours: BTreeMap<(String, i64, i64), i64> = BTreeMap::new();
    let mut lengths: BTreeMap<(String, i64, i64), i64> = BTreeMap::new();
    for key in keys {
        let Record { session, owner, .. } =
            sessions::by_key(connection, SessionKey(key[0])).unwrap();
        let owner = owner.map(|id| id.to_string()).unwrap_or_default();
        let start = session.effective_start();
        let date = day_of(start, day_start);
        let day = day_number(date);
        let length = i64::from(session.effective_length().0);
        let outcome = match session.lifecycle.stage {
            Stage::Started => 0,
            Stage::EndedEarly { .. } => 1,
            Stage::Completed { .. } => 2,
        };
        let source = match session.source {
            Source::Timer => 0,
            Source::Manual => 1,
            Source::Import => 2,
        };
        let label = session.details.value.label.clone();
        expected.push((
            key[0],
            owner.clone(),
            start.utc.timestamp_millis(),
            start.offset.0.into(),
            day,
            length,
            label.clone(),
            outcome,
            source,
        ));
        if outcome > 0 {
            let (year, local) = (i64::from(date.year()), start.local());
            let of_day = days.entry((owner.clone(), day, label.clone())).or_default();
            let of_year = years.entry((owner.clone(), year, label)).or_default();
            for total in [of_day, of_year] {
                *total = (total.0 + 1, total.1 + length);
            }
            let half_hour = i64::from(local.hour() * 2 + local.minute() / 30);
            *half_hours.entry((owner.clone(), year, half_hour)).or_default() += 1;
            *lengths.entry((owner, year, length / 60)).or_default() += 1;
        }
    }

    let read = |sql: &str, read: fn(&rusqlite::Row<'_>) -> rusqlite::Result<Row>| {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], read).unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let found = read(
        "SELECT log_rows.key, log_owners.id, start, utcoffset, day, length, coalesce(labels.key, ''), outcome, source
         FROM log_rows JOIN log_owners ON number = log_rows.owner LEFT JOIN labels ON labels.id = label
         ORDER BY log_rows.key",
        |row| {
            let (key, owner, start) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (offset, day, length) = (row.get(3)?, row.get(4)?, row.get(5)?);
            Ok((key, owner, start, offset, day, length, row.get(6)?, row.get(7)?, row.get(8)?))
        },
    );
    assert_same("log_rows", found, expected);
    assert_same(
        "labels of rows are those of their owners",
        rows(
            connection,
            "SELECT 1 FROM log_rows JOIN labels ON labels.id = label JOIN log_owners ON number = log_rows.owner
             WHERE coalesce(labels.owner, '') <> log_owners.id",
        ),
        vec![],
    );
    // A position is the one that follows from the session, or the next free one.
    assert_same(
        "positions",
        rows(
            connection,
            "SELECT log_rows.position, log_source.position FROM log_rows LEFT JOIN log_source USING (key)
             WHERE log_rows.position IS NOT log_source.position AND (
               log_rows.position < log_source.position OR log_rows.position - log_source.position > 30
               OR NOT EXISTS (SELECT 1 FROM log_rows AS other WHERE other.position = log_source.position))",
        ),
        vec![],
    );

    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let number = |value: &Value| match value {
        Value::Integer(number) => *number,
        other => panic!("{other:?}"),
    };
    for (table, period, expected) in [("day_totals", "day", days), ("year_totals", "year", years)] {
        let found = rows(
            connection,
            &format!(
                "SELECT log_owners.id, {period}, coalesce(labels.key, ''), sits, seconds
                 FROM {table} AS total JOIN log_owners ON number = total.owner LEFT JOIN labels ON labels.id = label
                 ORDER BY 1, 2, 3"
            ),
        );
        let found = found.iter().map(|row| {
            let period = (text(&row[0]), number(&row[1]), text(&row[2]));
            (period, (number(&row[3]), number(&row[4])))
        });
        assert_same(table, found.collect(), expected.into_iter().collect());
    }
    for (table, by, expected) in
        [("half_hour_counts", "half_hour", half_hours), ("length_counts", "minutes", lengths)]
    {
        let found = rows(
            connection,
            &format!(
                "SELECT id, year, {by}, sits FROM {table} JOIN log_owners ON number = owner ORDER BY 1, 2, 3"
            ),
        );
        let found = found
            .iter()
            .map(|row| ((text(&row[0]), number(&row[1]), number(&row[2])), number(&row[3])));
        assert_same(table, found.collect(), expected.into_iter().collect());
    }
    check_words(connection);
    assert_eq!(numbers(connection, "SELECT derives_late FROM log_state"), [[0]]);
    assert_eq!(numbers(connection, "SELECT count(*) FROM log_changes"), [[0]]);
}

/// Compares the index of words with a new one.
fn check_words(connection: &Connection) {
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE temp.fresh USING fts5 (
               note, content = '', tokenize = \"unicode61 remove_diacritics 2 categories 'L* N* Co So'\"
             );
             CREATE VIRTUAL TABLE temp.fresh_words USING fts5vocab (temp, fresh, instance);
             CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, note_words, instance);
             INSERT INTO temp.fresh (rowid, note)
             SELECT position, zafu_words(note) FROM log_rows JOIN sessions USING (key) WHERE note <> ''",
        )
        .unwrap();
    let all = |table: &str| {
        rows(connection, &format!("SELECT term, doc, offset FROM temp.{table} ORDER BY 1, 2, 3"))
    };
    assert_same("note_words", all("words"), all("fresh_words"));
    connection
        .execute_batch(
            "DROP TABLE temp.words; DROP TABLE temp.fresh_words; DROP TABLE temp.fresh;
             INSERT INTO note_words (note_words) VALUES ('integrity-check')",
        )
        .unwrap();
}
