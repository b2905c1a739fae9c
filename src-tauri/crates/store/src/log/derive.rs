//! Keeps the tables of the log as the triggers alone cannot: in bulk, and after a change of the day start.

use crate::{StoreError, settings};
use rusqlite::Connection;
use zafu_core::day::DayStart;
use zafu_core::settings::Settings;

/// Returns the hour at which the days of the log begin. After a change of the setting it is the former one until
/// [`derive_days`] is done.
pub(crate) fn day_start(connection: &Connection) -> Result<DayStart, StoreError> {
    let hour = connection.query_row("SELECT day_start FROM log_state", [], |row| row.get(0))?;
    // The schema allows no other hour.
    Ok(DayStart::new(hour).unwrap_or(Settings::default().day_starts_at_hour))
}

/// Computes the days of all rows and everything that is counted by day, if days begin at another hour in the settings.
/// Returns whether they do.
pub(crate) fn derive_days(connection: &Connection) -> Result<bool, StoreError> {
    let hour = settings::read(connection)?.day_starts_at_hour.get();
    let changed =
        connection.execute("UPDATE log_state SET day_start = ?1 WHERE day_start <> ?1", [hour])?;
    if changed == 0 {
        return Ok(false);
    }
    // The day as in the view `log_source`, without reading the sessions.
    let local = format!("(start + utcoffset * 60000 - {hour} * 3600000)");
    let day = format!("({local} - ({local} % 86400000 + 86400000) % 86400000) / 86400000");
    let year = |day: &str| format!("strftime('%Y', ({day}) * 86400, 'unixepoch')");
    let moved: Vec<i64> = connection
        .prepare(&format!(
            "SELECT key FROM log_rows WHERE day <> {day} AND outcome > 0 AND {} <> {}",
            year("day"),
            year(&day)
        ))?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    // Few sits move to another year: what is counted by year is not computed again.
    let mut count = connection.prepare("INSERT INTO row_counting VALUES (?1, ?2)")?;
    for key in &moved {
        count.execute((key, -1))?;
    }
    // No trigger counts a row whose day alone changes.
    connection.execute(&format!("UPDATE log_rows SET day = {day} WHERE day <> {day}"), [])?;
    for key in &moved {
        count.execute((key, 1))?;
    }
    connection.execute_batch(
        "DELETE FROM day_totals;
         INSERT INTO day_totals
         SELECT owner, day, label, count(*), sum(length) FROM log_rows WHERE outcome > 0 GROUP BY owner, day, label",
    )?;
    Ok(true)
}

/// Runs a change of possibly many sessions, and derives their rows at its end, which takes a tenth of the time of deriving
/// each at once. The change must not read the log.
pub(crate) fn derive_late<T>(
    connection: &Connection,
    change: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.prepare_cached("UPDATE log_state SET derives_late = 1")?.execute([])?;
    // If the change fails, the caller rolls back the transaction and with it the state.
    let done = change()?;
    let execute = |sql: &str| connection.prepare_cached(sql)?.execute([]);
    let had_rows: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM log_changes WHERE had_row = 1)")?
        .query_row([], |row| row.get(0))?;
    if had_rows {
        count_changes(connection, -1)?;
        execute(
            "DELETE FROM note_words WHERE rowid IN (
               SELECT position FROM log_changes CROSS JOIN sessions USING (key) CROSS JOIN log_rows USING (key)
               WHERE note <> '' OR has_other_note = 1
             )",
        )?;
        execute("DELETE FROM log_rows WHERE key IN (SELECT key FROM log_changes)")?;
    }
    // A row whose position another one has is left out.
    execute(
        "INSERT INTO log_rows
         SELECT owner, number + max(position - number) OVER (ORDER BY number), key, start, utcoffset, day, length, label,
           outcome, source
         FROM (
           SELECT log_source.*, row_number() OVER (ORDER BY position, key) AS number
           FROM log_changes CROSS JOIN log_source USING (key)
         )
         WHERE true ON CONFLICT DO NOTHING",
    )?;
    execute(
        "INSERT INTO note_words (rowid, note)
         SELECT position, zafu_words(note) FROM log_changes CROSS JOIN sessions USING (key) CROSS JOIN log_rows USING (key)
         WHERE note <> '' ORDER BY position",
    )?;
    count_changes(connection, 1)?;
    execute("UPDATE log_state SET derives_late = 0")?;
    execute(
        "INSERT INTO row_adding
         SELECT key FROM log_changes WHERE NOT EXISTS (SELECT 1 FROM log_rows WHERE log_rows.key = log_changes.key)",
    )?;
    execute("DELETE FROM log_changes")?;
    Ok(done)
}

/// Adds the rows of the changed sessions to everything that is counted, or with `sign` -1 subtracts them.
fn count_changes(connection: &Connection, sign: i64) -> Result<(), StoreError> {
    const COUNTED: [(&str, &str); 4] = [
        ("day_totals", "owner, day, label"),
        ("year_totals", "owner, year, label"),
        ("half_hour_counts", "owner, year, half_hour"),
        ("length_counts", "owner, year, minutes"),
    ];
    const CHANGED: &str = "FROM log_changes CROSS JOIN counted_rows USING (key)";
    for (table, by) in COUNTED {
        let (seconds, add_seconds) = match table.ends_with("_totals") {
            true => (", ?1 * sum(length)", ", seconds = seconds + excluded.seconds"),
            false => ("", ""),
        };
        connection
            .prepare_cached(&format!(
                "INSERT INTO {table} SELECT {by}, ?1 * count(*){seconds} {CHANGED} GROUP BY {by}
                 ON CONFLICT DO UPDATE SET sits = sits + excluded.sits{add_seconds}"
            ))?
            .execute([sign])?;
        if sign < 0 {
            connection
                .prepare_cached(&format!(
                    "DELETE FROM {table} WHERE sits = 0 AND ({by}) IN (SELECT {by} {CHANGED})"
                ))?
                .execute([])?;
        }
    }
    Ok(())
}
