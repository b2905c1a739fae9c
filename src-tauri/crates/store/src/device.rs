//! The device id of this installation, and its former ids.
//!
//! A data folder gets an id when it is created. It gets another one when it turns out to be a copy, when an older state of it
//! was restored, and when the server has changes under its id that are unknown here: a restored device, or two devices with
//! one id, would use the same revisions twice.
//!
//! Changes that the server has under a former id are older than the changes that the user has made here since.

use crate::text::{Id, Stamp};
use crate::{StoreError, folder};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;
use uuid::{NoContext, Timestamp, Uuid};
use zafu_core::ids::{DeviceId, UserId};

/// Names the digests of [`folder_digest`] and [`file_digest`]: what is hashed with it is hashed for nothing else.
const NAMESPACE: Uuid = Uuid::from_u128(0x1a7a_fd0c_5f0e_4b6f_9b57_0b1d_64c3_9e21);

/// Digests by which a copied or restored data folder is recognised. An unknown digest matches any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FolderIdentity {
    /// A digest of this computer and of the folder's path.
    folder_digest: Option<Uuid>,
    /// A digest of when the database file was created.
    file_digest: Option<Uuid>,
}

impl FolderIdentity {
    /// Computes the digests of the database in `folder`, which must exist.
    pub fn of(folder: &Path) -> Self {
        Self {
            folder_digest: folder_digest(folder),
            file_digest: file_digest(&folder::database(folder)),
        }
    }
}

/// Returns a digest of this computer and the path of `folder`; none if the computer has no machine id.
fn folder_digest(folder: &Path) -> Option<Uuid> {
    let machine = machine_uid::get().ok()?;
    let path = folder.canonicalize().ok()?;
    let name = format!("{machine}\0{}", path.display());
    Some(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// Returns a digest of the creation time of the database; none on a file system that does not record it. A file that was
/// restored from a copy is a new one; only a restored image of the whole disk goes unnoticed. None on Windows, which gives a
/// new file the creation time of a file that had its name shortly before; there only the server's copy shows a restore.
fn file_digest(database: &Path) -> Option<Uuid> {
    if cfg!(windows) {
        return None;
    }
    let created = database.metadata().and_then(|metadata| metadata.created()).ok()?;
    let created = DateTime::<Utc>::from(created).timestamp_nanos_opt()?;
    Some(Uuid::new_v5(&NAMESPACE, format!("file\0{created}").as_bytes()))
}

/// Why an id was retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retired {
    /// The folder was copied or restored, and nothing was changed in it under this id since.
    Restored,
    /// The server has changes under this id that are unknown here.
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

/// Returns the id of this installation. Generates one if there is none, or if the folder was copied or restored.
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

/// Generates a new id for this installation.
fn make(connection: &Connection, now: DateTime<Utc>) -> Result<DeviceId, StoreError> {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let stamp = Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos());
    name(connection, DeviceId(Uuid::new_v7(stamp)), now)
}

/// Retires `id` and sets its successor. Each id has exactly one: a folder that is restored twice takes the same id twice, and
/// so recognises its changes in between.
fn succeed(
    connection: &Connection,
    id: DeviceId,
    why: Retired,
    now: DateTime<Utc>,
) -> Result<DeviceId, StoreError> {
    retire(connection, id, why, now)?;
    name(connection, successor(id), now)
}

/// Returns the successor of `id`: a UUIDv7 one millisecond later, so that it sorts directly after `id`.
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

/// Returns the id of this installation.
pub(crate) fn current(connection: &Connection) -> Result<DeviceId, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id FROM device")?;
    Ok(statement.query_row([], |row| Ok(row.get::<_, Id<_>>(0)?.0))?)
}

/// Returns the id of this installation and those that it had before.
pub(crate) fn all(connection: &Connection) -> Result<Vec<DeviceId>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM device UNION SELECT id FROM former_devices")?;
    let ids = statement.query_map([], |row| Ok(row.get::<_, Id<_>>(0)?.0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Records `id` as a former id.
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

/// Sets another id in a copy of a database that is about to be restored.
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

/// How many successors a folder may have used since the state that was restored.
const AHEAD: usize = 16;

/// The ids of this installation under which the server may have changes that are unknown here, oldest first.
pub(crate) struct Lineage {
    /// Former ids.
    former: Vec<(DeviceId, Retired)>,
    current: DeviceId,
    /// Successors that it may have used since the state that was restored.
    ahead: Vec<DeviceId>,
}

impl Lineage {
    /// Reads the ids whose changes on the server of `account` were not all pulled.
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

    /// Returns the id of this installation.
    pub fn current(&self) -> DeviceId {
        self.current
    }

    /// Returns whether `id` is, was or may have been an id of this installation.
    pub fn holds(&self, id: DeviceId) -> bool {
        self.is_taken(id) || self.age(id).is_some()
    }

    /// Returns whether `id` may not be used for further changes once the server has unknown changes under it.
    fn is_taken(&self, id: DeviceId) -> bool {
        id == self.current || self.ahead.contains(&id)
    }

    /// Returns the position of `id` in the order of ids.
    fn age(&self, id: DeviceId) -> Option<usize> {
        let former = self.former.iter().position(|(one, _)| *one == id);
        former.or((id == self.current).then_some(self.former.len()))
    }

    /// Returns whether a change made here under `ours` is later than an unknown one that the server has under `theirs`.
    pub fn comes_after(&self, ours: DeviceId, theirs: DeviceId) -> bool {
        let (Some(age), Some(other)) = (self.age(ours), self.age(theirs)) else { return false };
        // Under the same id both orders are possible, unless it was retired before any change under it.
        age > other
            || (age == other && self.former.get(age).is_none_or(|it| it.1 == Retired::Conflict))
    }

    /// Handles unknown changes that the server has under `id`: if it is the current id or a possible successor, retires the
    /// ids up to it and takes the next one.
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

/// Records that all changes under former ids were pulled from the server of `account`.
pub(crate) fn all_read(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE accounts SET former_devices_read = (SELECT max(number) FROM former_devices)
             WHERE id = ?1 AND former_devices_read < (SELECT max(number) FROM former_devices)",
        )?
        .execute([Id(account)])?;
    Ok(())
}
