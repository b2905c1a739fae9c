//! Which installation this is. The id is made once for each data folder, and again when a snapshot is restored or
//! the folder turns out to be a copy: a device that went back in time, or two that take themselves for one, would
//! count the revisions that were already used a second time.

use crate::StoreError;
use crate::text::{Id, Stamp};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;
use uuid::{NoContext, Timestamp, Uuid};
use zafu_core::ids::DeviceId;

/// Names the places of [`place`]: what is hashed with it is hashed for nothing else.
const PLACES: Uuid = Uuid::from_u128(0x1a7a_fd0c_5f0e_4b6f_9b57_0b1d_64c3_9e21);

/// Where `folder` is: a digest of this computer and of its path. None on a computer that does not tell itself
/// from others.
pub(crate) fn place(folder: &Path) -> Option<Uuid> {
    let machine = machine_uid::get().ok()?;
    let path = folder.canonicalize().ok()?;
    let name = format!("{machine}\0{}", path.display());
    Some(Uuid::new_v5(&PLACES, name.as_bytes()))
}

/// The id of this installation, made `now` if there is none, or if the one there is was made elsewhere.
pub(crate) fn made_once(
    connection: &Connection,
    place: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<DeviceId, StoreError> {
    let found = connection
        .query_row("SELECT id, place FROM device", [], |row| {
            let place = row.get::<_, Option<Id<Uuid>>>(1)?.map(|place| place.0);
            Ok((row.get::<_, Id<_>>(0)?.0, place))
        })
        .optional()?;
    let id = match found {
        Some((id, made)) if made.is_none() || place.is_none() || made == place => id,
        Some(_) => {
            tracing::info!("this data folder was copied or moved: it is another device now");
            make(connection, now)?
        }
        None => make(connection, now)?,
    };
    if place.is_some() && found.is_none_or(|(_, made)| made != place) {
        connection.execute("UPDATE device SET place = ?1", [place.map(Id)])?;
    }
    Ok(id)
}

/// Gives this installation a new id. The database may be of an older format.
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
