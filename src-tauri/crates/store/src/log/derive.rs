//! Keeps the tables of the log as the triggers alone cannot: in bulk, and after a change of the day start.

use crate::StoreError;
use rusqlite::Connection;
use zafu_core::day::DayStart;

/// Computes the days of all rows again if they were computed with another hour than `day_start`.
pub(crate) fn ensure_day_start(
    connection: &Connection,
    day_start: DayStart,
) -> Result<(), StoreError> {
    let changed = connection
        .execute("UPDATE log_state SET day_start = ?1 WHERE day_start <> ?1", [day_start.get()])?;
    if changed > 0 { derive_days(connection) } else { Ok(()) }
}

/// Computes the days of all rows and everything that is counted by day.
fn derive_days(connection: &Connection) -> Result<(), StoreError> {
    // No trigger counts a row whose day alone changes.
    connection.execute_batch(
        "UPDATE log_rows SET day = log_source.day FROM log_source
         WHERE log_source.key = log_rows.key AND log_source.day <> log_rows.day;
         DELETE FROM day_totals;
         DELETE FROM year_totals;
         DELETE FROM half_hour_counts;
         DELETE FROM length_counts;
         INSERT INTO day_totals
         SELECT owner, day, label, count(*), sum(length) FROM counted_rows GROUP BY owner, day, label;
         INSERT INTO year_totals
         SELECT owner, year, label, count(*), sum(length) FROM counted_rows GROUP BY owner, year, label;
         INSERT INTO half_hour_counts
         SELECT owner, year, half_hour, count(*) FROM counted_rows GROUP BY owner, year, half_hour;
         INSERT INTO length_counts
         SELECT owner, year, minutes, count(*) FROM counted_rows GROUP BY owner, year, minutes",
    )?;
    Ok(())
}

/// Runs a change that may insert many sessions, and adds their rows to the log at its end, which takes a fifth of the time
/// of adding each at once.
pub(crate) fn add_rows_late<T>(
    connection: &Connection,
    change: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let last: i64 =
        connection.query_row("SELECT coalesce(max(key), 0) FROM sessions", [], |row| row.get(0))?;
    connection.execute("UPDATE log_state SET adds_rows_late = 1", [])?;
    // If the change fails, the caller rolls back the transaction and with it the state.
    let done = change()?;
    connection.execute("UPDATE log_state SET adds_rows_late = 0", [])?;
    connection.execute("INSERT INTO row_adding SELECT key FROM sessions WHERE key > ?1", [last])?;
    Ok(done)
}
