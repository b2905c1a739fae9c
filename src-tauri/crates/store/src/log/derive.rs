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
