//! Which installation this is. The id is made once for each data folder, and again when a snapshot is restored:
//! a device that went back in time would count the revisions it already used a second time.

use crate::StoreError;
use crate::text::{Id, Stamp};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use uuid::{NoContext, Timestamp, Uuid};
use zafu_core::ids::DeviceId;

/// The id of this installation, made `now` if there is none.
pub(crate) fn made_once(
    connection: &Connection,
    now: DateTime<Utc>,
) -> Result<DeviceId, StoreError> {
    let found = connection
        .query_row("SELECT id FROM device", [], |row| row.get::<_, Id<_>>(0))
        .optional()?;
    found.map_or_else(|| make(connection, now), |id| Ok(id.0))
}

/// Gives this installation a new id.
pub(crate) fn make(connection: &Connection, now: DateTime<Utc>) -> Result<DeviceId, StoreError> {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let stamp = Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos());
    let id = DeviceId(Uuid::new_v7(stamp));
    connection.execute(
        "INSERT INTO device (only, id, madeat) VALUES (1, ?1, ?2)
         ON CONFLICT (only) DO UPDATE SET id = excluded.id, madeat = excluded.madeat",
        (Id(id), Stamp(now)),
    )?;
    Ok(id)
}
