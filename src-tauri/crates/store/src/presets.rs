//! The table of presets, which are named plans.

use crate::StoreError;
use crate::error::is_taken;
use crate::text::{Id, Json};
use rusqlite::Connection;
use uuid::Uuid;
use zafu_core::settings::Preset;

/// Lists the presets by name.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Preset>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT id, name, plan FROM presets ORDER BY name COLLATE NOCASE, name")?;
    let rows = statement.query_map([], |row| {
        Ok(Preset {
            id: row.get::<_, Id<_>>(0)?.0,
            name: row.get(1)?,
            plan: row.get::<_, Json<_>>(2)?.0,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Inserts `preset`, or updates the one with its id.
pub(crate) fn save(connection: &Connection, preset: &Preset) -> Result<(), StoreError> {
    if preset.name.trim().is_empty() {
        return Err(StoreError::PresetNameEmpty);
    }
    let saved = connection
        .prepare_cached(
            "INSERT INTO presets (id, name, plan) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, plan = excluded.plan",
        )?
        .execute((Id(preset.id), &preset.name, Json(&preset.plan)));
    match saved {
        Err(error) if is_taken(&error) => {
            Err(StoreError::PresetNameTaken { name: preset.name.clone() })
        }
        other => other.map(drop).map_err(Into::into),
    }
}

/// Removes the preset `id`.
pub(crate) fn delete(connection: &Connection, id: Uuid) -> Result<(), StoreError> {
    match connection.prepare_cached("DELETE FROM presets WHERE id = ?1")?.execute([Id(id)])? {
        1 => Ok(()),
        _ => Err(StoreError::NoSuchPreset { id }),
    }
}
