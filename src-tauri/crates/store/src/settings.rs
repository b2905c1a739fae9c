//! The table of settings, one row per setting. A setting that this version cannot read has its default; its row stays until
//! it is set again, and so do the rows of settings of other versions.

use crate::StoreError;
use rusqlite::Connection;
use rusqlite::types::ToSqlOutput;
use serde_json::{Map, Value};
use zafu_core::settings::Settings;

/// Returns the settings, with defaults for those that were never set.
pub(crate) fn read(connection: &Connection) -> Result<Settings, StoreError> {
    let mut statement = connection.prepare_cached("SELECT key, value FROM settings")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut readable = Map::new();
    for row in rows {
        let (key, text): (String, String) = row?;
        let alone = serde_json::from_str::<Value>(&text).and_then(|value| {
            let alone = Map::from_iter([(key.clone(), value)]);
            serde_json::from_value::<Settings>(Value::Object(alone.clone())).map(|_| alone)
        });
        match alone {
            Ok(alone) => readable.extend(alone),
            Err(error) => {
                tracing::warn!(key, %error, "a setting cannot be read: its default is used")
            }
        }
    }
    serde_json::from_value(Value::Object(readable)).map_err(unreadable)
}

/// Saves `settings`. A row that does not change is not written.
pub(crate) fn save(connection: &Connection, settings: &Settings) -> Result<(), StoreError> {
    let Value::Object(settings) = serde_json::to_value(settings).map_err(unreadable)? else {
        unreachable!("a struct with named fields is an object")
    };
    let mut statement = connection.prepare_cached(
        "INSERT INTO settings (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
    )?;
    for (key, value) in settings {
        statement.execute((key, ToSqlOutput::from(value.to_string())))?;
    }
    Ok(())
}

fn unreadable(error: serde_json::Error) -> StoreError {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error)).into()
}
