//! The table of labels: one row for each key that a session of an owner has or had, and for each label that was created.
//!
//! A label that was never changed is called as its key. Rows of one owner never affect those of another; the user sees the
//! labels of the shown account and the ownerless ones as one list, as the log shows their sits. Which label a row is shown
//! as is computed by the core ([`resolve`]) and stored in the transaction that changes a row.

mod names;
mod sync;

pub(crate) use names::{add_looks, keys_other_than_names};
pub use sync::{LabelUpdate, LabelsApplied};
pub(crate) use sync::{
    apply, are_due, keep_all_local, outgoing, record_server_seq, release, restart_sync,
    retry_rejected,
};

use crate::text::Id;
use crate::{StoreError, accounts, device, sessions};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use std::collections::{BTreeMap, BTreeSet};
use zafu_core::ids::{DeviceId, UserId};
use zafu_core::label::{
    Colour, Label, LabelDetails, LabelKey, MAX_LABELS, Shape, resolve, validate,
};
use zafu_core::session::Register;

/// A label as the user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelEntry {
    /// Its key.
    pub key: LabelKey,
    /// The name that is shown.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// Its shape.
    pub shape: Shape,
    /// The number of sits that are shown with it.
    pub sits: u32,
    /// The code of the server that rejected its last change, if it did.
    pub rejected: Option<String>,
}

/// Why the server does not have the current details of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Pending,
    Rejected(String),
    LocalOnly,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    id: i64,
    label: Label,
    state: Option<State>,
    /// The row as which it is shown.
    resolved: Option<i64>,
}

impl Record {
    /// Returns whether it is shown as itself.
    fn is_active(&self) -> bool {
        self.resolved == Some(self.id)
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Record> {
    let unknown = |name: String| {
        let error = FromSqlError::Other(format!("\"{name}\" is not known").into());
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
    };
    let mut label = Label::unchanged(LabelKey(row.get("key")?));
    let revision: u32 = row.get("revision")?;
    if revision > 0 {
        let (colour, shape): (String, String) = (row.get("colour")?, row.get("shape")?);
        let value = LabelDetails {
            name: row.get("name")?,
            colour: Colour::from_name(&colour).ok_or_else(|| unknown(colour))?,
            shape: Shape::from_name(&shape).ok_or_else(|| unknown(shape))?,
            merged_into: row.get::<_, Option<String>>("merged_into")?.map(LabelKey),
            is_deleted: row.get("is_deleted")?,
        };
        let deviceid = row.get::<_, Id<DeviceId>>("deviceid")?.0;
        label.details = Register { value, revision, deviceid };
    }
    let state = match row.get::<_, Option<String>>("state")?.as_deref() {
        None => None,
        Some("pending") => Some(State::Pending),
        Some("rejected") => Some(State::Rejected(row.get("reason")?)),
        Some(_) => Some(State::LocalOnly),
    };
    Ok(Record { id: row.get("id")?, label, state, resolved: row.get("resolved")? })
}

/// Returns all rows of `owner`, by key.
fn of_owner(connection: &Connection, owner: Option<UserId>) -> Result<Vec<Record>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM labels WHERE coalesce(owner, '') = coalesce(?1, '') ORDER BY key",
    )?;
    let rows = statement.query_map([owner.map(Id)], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn find(
    connection: &Connection,
    owner: Option<UserId>,
    key: &LabelKey,
) -> Result<Option<Record>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM labels WHERE coalesce(owner, '') = coalesce(?1, '') AND key = ?2",
    )?;
    Ok(statement.query_row((owner.map(Id), &key.0), from_row).optional()?)
}

/// Inserts or updates the row of a label that was changed at least once. The caller then calls [`update_resolved`].
fn write(
    connection: &Connection,
    owner: Option<UserId>,
    label: &Label,
    state: Option<&State>,
) -> Result<(), StoreError> {
    let Register { value, revision, deviceid } = &label.details;
    let (state, reason) = match state {
        None => (None, None),
        Some(State::Pending) => (Some("pending"), None),
        Some(State::Rejected(reason)) => (Some("rejected"), Some(reason)),
        Some(State::LocalOnly) => (Some("local_only"), None),
    };
    connection
        .prepare_cached(
            "INSERT INTO labels (owner, key, name, colour, shape, merged_into, is_deleted, revision, deviceid, state, reason)
             VALUES (:owner, :key, :name, :colour, :shape, :merged_into, :is_deleted, :revision, :deviceid, :state, :reason)
             ON CONFLICT (coalesce(owner, ''), key) DO UPDATE SET name = excluded.name, colour = excluded.colour,
               shape = excluded.shape, merged_into = excluded.merged_into, is_deleted = excluded.is_deleted,
               revision = excluded.revision, deviceid = excluded.deviceid, state = excluded.state, reason = excluded.reason",
        )?
        .execute(named_params! {
            ":owner": owner.map(Id),
            ":key": label.key.0,
            ":name": value.name,
            ":colour": value.colour.as_str(),
            ":shape": value.shape.as_str(),
            ":merged_into": value.merged_into.as_ref().map(|key| &key.0),
            ":is_deleted": value.is_deleted,
            ":revision": revision,
            ":deviceid": Id(*deviceid),
            ":state": state,
            ":reason": reason,
        })?;
    Ok(())
}

/// Computes as which label each label of `owner` is shown, after any of them was changed.
fn update_resolved(connection: &Connection, owner: Option<UserId>) -> Result<(), StoreError> {
    // A label can be merged into one that no session on this device has.
    connection
        .prepare_cached(
            "INSERT INTO labels (owner, key) SELECT DISTINCT owner, merged_into FROM labels AS merged
             WHERE coalesce(owner, '') = coalesce(?1, '') AND merged_into IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM labels
               WHERE coalesce(labels.owner, '') = coalesce(merged.owner, '') AND labels.key = merged.merged_into
             )",
        )?
        .execute([owner.map(Id)])?;
    let records = of_owner(connection, owner)?;
    let resolved = resolve(records.iter().map(|it| (&it.label.key, &it.label.details.value)));
    let ids: BTreeMap<_, _> = records.iter().map(|it| (&it.label.key, it.id)).collect();
    let mut update = connection.prepare_cached("UPDATE labels SET resolved = ?2 WHERE id = ?1")?;
    for record in &records {
        let end = resolved.get(&record.label.key).copied().flatten();
        let end = end.and_then(|key| ids.get(key).copied());
        if end != record.resolved {
            update.execute((record.id, end))?;
        }
    }
    Ok(())
}

/// Returns the key and the name of the label as which a session is shown; none if it is shown without one.
fn shown_label(
    connection: &Connection,
    session: &sessions::Record,
) -> Result<Option<(String, String)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT shown.key, coalesce(shown.name, shown.key)
         FROM labels AS own JOIN labels AS shown ON shown.id = own.resolved
         WHERE coalesce(own.owner, '') = coalesce(?1, '') AND own.key = ?2",
    )?;
    let own = &session.session.details.value.label;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    Ok(statement.query_row((session.owner.map(Id), own), read).optional()?)
}

/// Returns the name of the label as which a session is shown; none if it is shown without one.
pub(crate) fn shown_name(
    connection: &Connection,
    session: &sessions::Record,
) -> Result<Option<String>, StoreError> {
    Ok(shown_label(connection, session)?.map(|(_, name)| name))
}

/// Returns whether a session is shown with the label `label`, or, if that is empty, without one.
pub(crate) fn is_shown_as(
    connection: &Connection,
    session: &sessions::Record,
    label: &str,
) -> Result<bool, StoreError> {
    let key = shown_label(connection, session)?.map(|(key, _)| key);
    Ok(key.unwrap_or_default() == label)
}

/// Returns the owners whose labels the user sees: the shown account, if there is one, and none.
fn shown_owners(connection: &Connection) -> Result<Vec<Option<UserId>>, StoreError> {
    let account = accounts::shown(connection)?.map(|account| Some(account.id));
    Ok(account.into_iter().chain([None]).collect())
}

/// Returns the rows that the user sees, with their owners.
fn shown(connection: &Connection) -> Result<Vec<(Option<UserId>, Record)>, StoreError> {
    let mut records = Vec::new();
    for owner in shown_owners(connection)? {
        records.extend(of_owner(connection, owner)?.into_iter().map(|record| (owner, record)));
    }
    Ok(records)
}

/// Counts the sits of `owner` in the log by the key of their label.
fn count_sits(
    connection: &Connection,
    owner: Option<UserId>,
) -> Result<BTreeMap<String, u32>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT key, sum(sits) FROM (
           SELECT owner, label, sits FROM day_totals
           UNION ALL SELECT owner, label, 1 FROM log_rows WHERE outcome = 0
         ) AS counted JOIN labels ON labels.id = label
         WHERE counted.owner = (SELECT number FROM log_owners WHERE log_owners.id = coalesce(?1, ''))
         GROUP BY label",
    )?;
    let rows = statement.query_map([owner.map(Id)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lists the labels that the user can choose, by name: those that were created or changed, and those that sits have.
/// Merged and deleted labels are left out; the sits of merged ones count for the label that they were merged into.
pub(crate) fn all(connection: &Connection) -> Result<Vec<LabelEntry>, StoreError> {
    of_owners(connection, shown_owners(connection)?)
}

/// Lists the labels of `owners` as [`all`] does those that the user can choose. Labels with one key are one label, with the
/// details that were changed last.
pub(crate) fn of_owners(
    connection: &Connection,
    owners: Vec<Option<UserId>>,
) -> Result<Vec<LabelEntry>, StoreError> {
    struct Shown {
        label: Label,
        sits: u32,
        rejected: Option<String>,
    }
    let mut entries: BTreeMap<LabelKey, Shown> = BTreeMap::new();
    for owner in owners {
        let records = of_owner(connection, owner)?;
        let sits = count_sits(connection, owner)?;
        let by_id: BTreeMap<_, _> = records.iter().map(|record| (record.id, record)).collect();
        for record in &records {
            let Some(end) = record.resolved.and_then(|id| by_id.get(&id)) else { continue };
            let entry = entries.entry(end.label.key.clone()).or_insert_with(|| Shown {
                label: end.label.clone(),
                sits: 0,
                rejected: None,
            });
            entry.sits += sits.get(&record.label.key.0).copied().unwrap_or(0);
            if record.is_active() {
                entry.label = entry.label.clone().join(&record.label);
                if let Some(State::Rejected(reason)) = &record.state {
                    entry.rejected = Some(reason.clone());
                }
            }
        }
    }
    let is_listed = |entry: &Shown| entry.sits > 0 || entry.label.details.revision > 0;
    let mut listed: Vec<_> = entries
        .into_values()
        .filter(is_listed)
        .map(|Shown { label: Label { key, details }, sits, rejected }| {
            let LabelDetails { name, colour, shape, .. } = details.value;
            LabelEntry { key, name, colour, shape, sits, rejected }
        })
        .collect();
    listed.sort_by_cached_key(|entry| (entry.name.to_lowercase(), entry.key.clone()));
    Ok(listed)
}

/// Returns the name without surrounding spaces, if it can be that of a label and no other label that the user sees has it.
fn free_name(
    connection: &Connection,
    name: &str,
    of: Option<&LabelKey>,
) -> Result<String, StoreError> {
    let name = name.trim();
    validate(name).map_err(|reason| StoreError::LabelName { reason })?;
    let others = all(connection)?;
    if others.iter().any(|other| other.name == name && Some(&other.key) != of) {
        return Err(StoreError::LabelNameTaken { name: name.to_owned() });
    }
    Ok(name.to_owned())
}

/// Returns the rows of a label that the user sees as itself, with their owners.
fn active(
    connection: &Connection,
    key: &LabelKey,
) -> Result<Vec<(Option<UserId>, Record)>, StoreError> {
    let mut records = Vec::new();
    for owner in shown_owners(connection)? {
        let found = find(connection, owner, key)?.filter(Record::is_active);
        records.extend(found.map(|record| (owner, record)));
    }
    if records.is_empty() { Err(StoreError::NoSuchLabel { key: key.clone() }) } else { Ok(records) }
}

/// Sets the details of a label of `owner` by the user's request, with a new revision.
fn set(
    connection: &Connection,
    owner: Option<UserId>,
    label: &Label,
    value: LabelDetails,
) -> Result<(), StoreError> {
    if value == label.details.value && label.details.revision > 0 {
        return Ok(());
    }
    if validate(&label.key.0).is_err() {
        return Err(StoreError::LabelFixed);
    }
    if label.details.revision == 0 {
        let changed: u32 = connection
            .prepare_cached(
                "SELECT count(*) FROM labels WHERE coalesce(owner, '') = coalesce(?1, '') AND revision > 0",
            )?
            .query_row([owner.map(Id)], |row| row.get(0))?;
        if changed >= MAX_LABELS {
            return Err(StoreError::TooManyLabels);
        }
    }
    let details = label.details.set(value, device::current(connection)?);
    let label = Label { key: label.key.clone(), details };
    write(connection, owner, &label, Some(&State::Pending))?;
    update_resolved(connection, owner)
}

/// Creates a label of the signed-in account, or an ownerless one. Returns its key.
pub(crate) fn create(
    connection: &Connection,
    name: &str,
    colour: Colour,
    shape: Shape,
) -> Result<LabelKey, StoreError> {
    let name = free_name(connection, name, None)?;
    let owner = accounts::signed_in(connection)?;
    // A key that was never changed and that no sit has any more can be used again: it is called as the new label.
    let taken: BTreeSet<_> = shown(connection)?
        .into_iter()
        .filter(|(_, record)| record.label.details.revision > 0 || record.label.key.0 != name)
        .map(|(_, record)| record.label.key)
        .collect();
    let key = LabelKey::for_name(&name, |key| taken.contains(key));
    let label = match find(connection, owner, &key)? {
        Some(record) => record.label,
        None => Label::unchanged(key),
    };
    let value = LabelDetails { name, colour, shape, merged_into: None, is_deleted: false };
    set(connection, owner, &label, value)?;
    Ok(label.key)
}

/// Changes the name, the colour and the shape of a label.
pub(crate) fn change(
    connection: &Connection,
    key: &LabelKey,
    name: &str,
    colour: Colour,
    shape: Shape,
) -> Result<(), StoreError> {
    let records = active(connection, key)?;
    let name = free_name(connection, name, Some(key))?;
    for (owner, Record { label, .. }) in records {
        let now = label.details.value.clone();
        if (&now.name, now.colour, now.shape) != (&name, colour, shape) {
            set(
                connection,
                owner,
                &label,
                LabelDetails { name: name.clone(), colour, shape, ..now },
            )?;
        }
    }
    Ok(())
}

/// Shows the sits of the label `from` with the label `into` from now on.
pub(crate) fn merge(
    connection: &Connection,
    from: &LabelKey,
    into: &LabelKey,
) -> Result<(), StoreError> {
    if from == into {
        return Err(StoreError::LabelIntoItself);
    }
    active(connection, into)?;
    if validate(&into.0).is_err() {
        return Err(StoreError::LabelFixed);
    }
    for (owner, Record { label, .. }) in active(connection, from)? {
        let merged_into = Some(into.clone());
        let value = LabelDetails { merged_into, ..label.details.value.clone() };
        set(connection, owner, &label, value)?;
    }
    Ok(())
}

/// Deletes a label: its sits are shown without one.
pub(crate) fn delete(connection: &Connection, key: &LabelKey) -> Result<(), StoreError> {
    for (owner, Record { label, .. }) in active(connection, key)? {
        let value = LabelDetails { is_deleted: true, ..label.details.value.clone() };
        set(connection, owner, &label, value)?;
    }
    Ok(())
}

/// Undoes the deletion of a label, or else its merge into another one.
pub(crate) fn restore(connection: &Connection, key: &LabelKey) -> Result<(), StoreError> {
    let mut found = false;
    for owner in shown_owners(connection)? {
        let Some(Record { label, .. }) = find(connection, owner, key)? else { continue };
        found = true;
        let now = label.details.value.clone();
        if now.is_deleted {
            set(connection, owner, &label, LabelDetails { is_deleted: false, ..now })?;
        } else if now.merged_into.is_some() {
            set(connection, owner, &label, LabelDetails { merged_into: None, ..now })?;
        }
    }
    if found { Ok(()) } else { Err(StoreError::NoSuchLabel { key: key.clone() }) }
}

/// Copies the labels of `source` to the account `target`, before or after its sits move there. Labels that the account has
/// are merged.
pub(crate) fn copy(
    connection: &Connection,
    source: Option<UserId>,
    target: UserId,
) -> Result<(), StoreError> {
    for Record { label, .. } in of_owner(connection, source)? {
        if label.details.revision == 0 {
            continue;
        }
        let known = find(connection, Some(target), &label.key)?.map(|record| record.label);
        let joined = match &known {
            Some(known) => known.clone().join(&label),
            None => label,
        };
        if known.as_ref() != Some(&joined) {
            write(connection, Some(target), &joined, Some(&State::Pending))?;
        }
    }
    update_resolved(connection, Some(target))
}

/// Removes the ownerless labels, after their sits were assigned to an account that has copies of them.
pub(crate) fn remove_ownerless(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("DELETE FROM labels WHERE owner IS NULL", [])?;
    Ok(())
}
