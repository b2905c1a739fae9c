//! Which installation this is, and which it was before.
//!
//! The id is made once for each data folder. It is made again when the folder turns out to be a copy, when an older
//! state of it was put back, and when the server holds changes under it that this folder does not know: a device that
//! went back in time, or two that take themselves for one, would use revisions a second time.
//!
//! The ids that it had before are its former selves. What the server has of a former self is older than what the user
//! has changed since.

use crate::text::{Id, Stamp};
use crate::{StoreError, folder};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;
use uuid::{NoContext, Timestamp, Uuid};
use zafu_core::ids::{DeviceId, UserId};

/// Names the digests of [`folder_digest`] and [`file_digest`]: what is hashed with it is hashed for nothing else.
const NAMESPACE: Uuid = Uuid::from_u128(0x1a7a_fd0c_5f0e_4b6f_9b57_0b1d_64c3_9e21);

/// Where a database is. A part that is not known tells nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FolderIdentity {
    /// A digest of this computer and of the folder's path.
    folder_digest: Option<Uuid>,
    /// A digest of when the database file was created.
    file_digest: Option<Uuid>,
}

impl FolderIdentity {
    /// Looks at the database in `folder`, which must be there.
    pub fn of(folder: &Path) -> Self {
        Self {
            folder_digest: folder_digest(folder),
            file_digest: file_digest(&folder::database(folder)),
        }
    }
}

/// None on a computer that does not tell itself from others.
fn folder_digest(folder: &Path) -> Option<Uuid> {
    let machine = machine_uid::get().ok()?;
    let path = folder.canonicalize().ok()?;
    let name = format!("{machine}\0{}", path.display());
    Some(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// None on a file system that does not record it. A file that was restored from a copy is a new one; only a whole disk
/// can go back without this being seen. Not used on Windows, which gives a file the creation time of one that was there
/// shortly before under its name; there only the server's copy shows that a folder was put back.
fn file_digest(database: &Path) -> Option<Uuid> {
    if cfg!(windows) {
        return None;
    }
    let created = database.metadata().and_then(|metadata| metadata.created()).ok()?;
    let created = DateTime::<Utc>::from(created).timestamp_nanos_opt()?;
    Some(Uuid::new_v5(&NAMESPACE, format!("file\0{created}").as_bytes()))
}

/// Why an id was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retired {
    /// The folder is a copy or was put back, and nothing was changed in it under this id since.
    Restored,
    /// The server has changes under this id that this folder does not know.
    Conflict,
}

impl Retired {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::Conflict => "conflict",
        }
    }
}

/// The id of this installation, made `now` if there is none, or if the one there is belongs to another place or an
/// older state.
pub(crate) fn ensure_id(
    connection: &Connection,
    identity: FolderIdentity,
    now: DateTime<Utc>,
) -> Result<DeviceId, StoreError> {
    let found = connection
        .query_row("SELECT id, folder_digest, file_digest FROM device", [], |row| {
            let digest =
                |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<Id<_>>>(at)?.map(|id| id.0));
            Ok((
                row.get::<_, Id<_>>(0)?.0,
                FolderIdentity { folder_digest: digest(1)?, file_digest: digest(2)? },
            ))
        })
        .optional()?;
    let differs = |recorded: Option<Uuid>, found: Option<Uuid>| {
        recorded.zip(found).is_some_and(|(a, b)| a != b)
    };
    let transaction = connection.unchecked_transaction()?;
    let id = match found {
        Some((id, recorded)) if differs(recorded.folder_digest, identity.folder_digest) => {
            tracing::info!("this data folder was copied or moved: it is another device now");
            retire(&transaction, id, Retired::Restored, now)?;
            make(&transaction, now)?
        }
        Some((id, recorded)) if differs(recorded.file_digest, identity.file_digest) => {
            tracing::info!(
                "an older state of this data folder was put back: it is another device now"
            );
            succeed(&transaction, id, Retired::Restored, now)?
        }
        Some((id, _)) => id,
        None => make(&transaction, now)?,
    };
    if found.map(|(_, recorded)| recorded) != Some(identity) {
        transaction.execute(
            "UPDATE device SET folder_digest = coalesce(?1, folder_digest), file_digest = coalesce(?2, file_digest)",
            (identity.folder_digest.map(Id), identity.file_digest.map(Id)),
        )?;
    }
    transaction.commit()?;
    Ok(id)
}

/// Gives this installation a new id.
fn make(connection: &Connection, now: DateTime<Utc>) -> Result<DeviceId, StoreError> {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let stamp = Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos());
    name(connection, DeviceId(Uuid::new_v7(stamp)), now)
}

/// Gives this installation the id that follows `id`. Each id has one successor: a folder that is put back twice takes the
/// same id twice, and so recognises what it has changed in between.
fn succeed(
    connection: &Connection,
    id: DeviceId,
    why: Retired,
    now: DateTime<Utc>,
) -> Result<DeviceId, StoreError> {
    retire(connection, id, why, now)?;
    name(connection, successor(id), now)
}

/// The id that follows `id`: a UUIDv7 of a millisecond later, so that it sorts next to it, and right after it.
fn successor(id: DeviceId) -> DeviceId {
    let (millis, _) = id.0.as_u64_pair();
    let hash = Uuid::new_v5(&NAMESPACE, format!("after\0{id}").as_bytes()).into_bytes();
    let mut random = [0; 10];
    random.copy_from_slice(&hash[6..]);
    let next = uuid::Builder::from_unix_timestamp_millis((millis >> 16).wrapping_add(1), &random);
    DeviceId(next.into_uuid())
}

fn name(connection: &Connection, id: DeviceId, now: DateTime<Utc>) -> Result<DeviceId, StoreError> {
    connection.execute(
        "INSERT INTO device (only, id, createdat) VALUES (1, ?1, ?2)
         ON CONFLICT (only) DO UPDATE SET id = excluded.id, createdat = excluded.createdat",
        (Id(id), Stamp(now)),
    )?;
    Ok(id)
}

/// The id of this installation.
pub(crate) fn current(connection: &Connection) -> Result<DeviceId, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id FROM device")?;
    Ok(statement.query_row([], |row| Ok(row.get::<_, Id<_>>(0)?.0))?)
}

/// Remembers `id` as a former one.
fn retire(
    connection: &Connection,
    id: DeviceId,
    why: Retired,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO former_devices (id, reason, retiredat) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO NOTHING",
        (Id(id), why.as_str(), Stamp(now)),
    )?;
    Ok(())
}

/// Gives the installation in a database that is about to be restored another id.
pub(crate) fn restored(connection: &Connection, now: DateTime<Utc>) -> Result<(), StoreError> {
    let id = connection
        .query_row("SELECT id FROM device", [], |row| Ok(row.get::<_, Id<_>>(0)?.0))
        .optional()?;
    let Some(id) = id else { return make(connection, now).map(drop) };
    succeed(connection, id, Retired::Restored, now)?;
    // The restored database will be another file.
    connection.execute("UPDATE device SET file_digest = NULL", [])?;
    Ok(())
}

/// How many ids a folder may have taken since the state that was put back.
const AHEAD: usize = 16;

/// The selves of this installation whose changes may not all be known here, oldest first.
pub(crate) struct Lineage {
    /// Ids that it had before.
    former: Vec<(DeviceId, Retired)>,
    current: DeviceId,
    /// Ids that it may have taken already, after the state that was put back.
    ahead: Vec<DeviceId>,
}

impl Lineage {
    /// Reads what matters for the sits of `account`.
    pub fn of(connection: &Connection, account: UserId) -> Result<Self, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT id, reason FROM former_devices
             WHERE number > (SELECT former_devices_read FROM accounts WHERE id = ?1) ORDER BY number",
        )?;
        let former = statement.query_map([Id(account)], |row| {
            let restored = row.get_ref(1)?.as_str()? == Retired::Restored.as_str();
            let why = if restored { Retired::Restored } else { Retired::Conflict };
            Ok((row.get::<_, Id<_>>(0)?.0, why))
        })?;
        let former = former.collect::<Result<Vec<_>, _>>()?;
        let current = current(connection)?;
        let is_put_back = former.last().is_some_and(|(_, why)| *why == Retired::Restored);
        let next = |id: &DeviceId| Some(successor(*id));
        let ahead = std::iter::successors(Some(current), next).skip(1);
        let ahead = if is_put_back { ahead.take(AHEAD).collect() } else { Vec::new() };
        Ok(Self { former, current, ahead })
    }

    /// The id of this installation.
    pub fn current(&self) -> DeviceId {
        self.current
    }

    /// Whether `id` is, was or may have been this installation's.
    pub fn holds(&self, id: DeviceId) -> bool {
        self.is_taken(id) || self.age(id).is_some()
    }

    /// Whether `id` is no name for further changes, if somebody has made changes under it that are not known here.
    fn is_taken(&self, id: DeviceId) -> bool {
        id == self.current || self.ahead.contains(&id)
    }

    /// The place of `id` in the order of these selves.
    fn age(&self, id: DeviceId) -> Option<usize> {
        let former = self.former.iter().position(|(one, _)| *one == id);
        former.or((id == self.current).then_some(self.former.len()))
    }

    /// Whether a change made here under `ours` comes after one that the server has under `theirs` and that is not known
    /// here.
    pub fn comes_after(&self, ours: DeviceId, theirs: DeviceId) -> bool {
        let (Some(age), Some(other)) = (self.age(ours), self.age(theirs)) else { return false };
        // Under one id both orders are possible, unless it was given up before anything was changed under it.
        age > other
            || (age == other && self.former.get(age).is_none_or(|it| it.1 == Retired::Conflict))
    }

    /// The server has changes under `id` that are not known here: gives up the current id, if it is that one or an
    /// earlier one.
    pub fn meet_unknown(
        &mut self,
        connection: &Connection,
        id: DeviceId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !self.is_taken(id) {
            return Ok(());
        }
        tracing::info!(
            "the server has changes of this device that it does not know: it takes a new id"
        );
        let before = self.ahead.iter().position(|ahead| *ahead == id).map_or(0, |at| at + 1);
        for earlier in self.ahead.drain(..before).collect::<Vec<_>>() {
            retire(connection, earlier, Retired::Conflict, now)?;
            self.former.push((earlier, Retired::Conflict));
        }
        self.ahead.clear();
        retire(connection, self.current, Retired::Conflict, now)?;
        self.former.push((self.current, Retired::Conflict));
        self.current = name(connection, successor(id), now)?;
        Ok(())
    }
}

/// All that the server of `account` has of former selves has been read.
pub(crate) fn all_read(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE accounts SET former_devices_read = (SELECT max(number) FROM former_devices)
             WHERE id = ?1 AND former_devices_read < (SELECT max(number) FROM former_devices)",
        )?
        .execute([Id(account)])?;
    Ok(())
}
