//! The tables of the partner: registers, requests, and the last response of the server.

use super::{PartnerRequest, SettingState};
use crate::StoreError;
use crate::text::{Id, Json, Stamp};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zafu_core::ids::{DeviceId, PartnershipId, UserId};
use zafu_core::partnership::PartnerView;
use zafu_core::session::Register;

/// A register with its state.
pub(super) struct Record<T> {
    pub register: Register<T>,
    pub state: SettingState,
}

/// The kinds of registers, with their names in the table.
pub(super) const PROFILE: &str = "profile";
pub(super) const TARGET: &str = "target";
pub(super) const PRIVACY: &str = "privacy";
/// The kinds of requests, with their names in the table.
pub(super) const BOW: &str = "bow";
pub(super) const LEAVE: &str = "leave";

pub(super) fn find<T: DeserializeOwned>(
    connection: &Connection,
    owner: Option<UserId>,
    kind: &str,
) -> Result<Option<Record<T>>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT value, revision, deviceid, state, reason FROM partner_registers
         WHERE coalesce(owner, '') = coalesce(?1, '') AND kind = ?2",
    )?;
    let record = statement.query_row((owner.map(Id), kind), |row| {
        let value = row.get::<_, Json<T>>(0)?.0;
        let deviceid = row.get::<_, Id<DeviceId>>(2)?.0;
        let state = match row.get::<_, Option<String>>(3)?.as_deref() {
            None => SettingState::Synced,
            Some("pending") => SettingState::Pending,
            Some("rejected") => SettingState::Rejected(row.get(4)?),
            Some(_) => SettingState::LocalOnly,
        };
        Ok(Record { register: Register { value, revision: row.get(1)?, deviceid }, state })
    });
    Ok(record.optional()?)
}

pub(super) fn write<T: Serialize>(
    connection: &Connection,
    owner: Option<UserId>,
    kind: &str,
    register: &Register<T>,
    state: &SettingState,
) -> Result<(), StoreError> {
    let Register { value, revision, deviceid } = register;
    let (state, reason) = match state {
        SettingState::Synced => (None, None),
        SettingState::Pending => (Some("pending"), None),
        SettingState::Rejected(reason) => (Some("rejected"), Some(reason)),
        SettingState::LocalOnly => (Some("local_only"), None),
    };
    connection
        .prepare_cached(
            "INSERT INTO partner_registers (owner, kind, value, revision, deviceid, state, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (coalesce(owner, ''), kind) DO UPDATE SET value = excluded.value,
               revision = excluded.revision, deviceid = excluded.deviceid, state = excluded.state,
               reason = excluded.reason",
        )?
        .execute((owner.map(Id), kind, Json(value), revision, Id(*deviceid), state, reason))?;
    Ok(())
}

/// Returns the last response of the server about `account`, and when it was read.
pub(super) fn view(
    connection: &Connection,
    account: UserId,
) -> Result<Option<(PartnerView, DateTime<Utc>)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT body, readat FROM partner_views WHERE owner = ?1")?;
    let view = statement.query_row([Id(account)], |row| {
        Ok((row.get::<_, Json<PartnerView>>(0)?.0, row.get::<_, Stamp>(1)?.0))
    });
    Ok(view.optional()?)
}

pub(super) fn remove_privacy(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM partner_registers WHERE owner = ?1 AND kind = ?2",
        (Id(account), PRIVACY),
    )?;
    Ok(())
}

pub(super) fn request(
    connection: &Connection,
    account: UserId,
    kind: &str,
) -> Result<Option<(PartnerRequest, Option<Uuid>)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT partnership, refusal, id FROM partner_requests WHERE owner = ?1 AND kind = ?2",
    )?;
    let request = statement.query_row((Id(account), kind), |row| {
        let partnership = row.get::<_, Id<_>>(0)?.0;
        let id = row.get::<_, Option<Id<Uuid>>>(2)?.map(|id| id.0);
        Ok((PartnerRequest { partnership, refusal: row.get(1)? }, id))
    });
    Ok(request.optional()?)
}

pub(super) fn put_request(
    connection: &Connection,
    account: UserId,
    kind: &str,
    id: Option<Uuid>,
    partnership: PartnershipId,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT OR REPLACE INTO partner_requests (owner, kind, id, partnership) VALUES (?1, ?2, ?3, ?4)",
        (Id(account), kind, id.map(Id), Id(partnership)),
    )?;
    Ok(())
}

pub(super) fn remove_request(
    connection: &Connection,
    account: UserId,
    kind: &str,
) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM partner_requests WHERE owner = ?1 AND kind = ?2",
        (Id(account), kind),
    )?;
    Ok(())
}
