//! The partner of an account: the registers and requests that the user changes here, and the last response of the server.
//!
//! A register or request is stored before it is sent, and stays pending until the server has it. What the server says
//! replaces the last response whole, so that nothing stays that the partner shows no longer.

use crate::device::{self, Lineage};
use crate::text::{Id, Json, Stamp};
use crate::{StoreError, accounts, reconcile};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zafu_core::ids::{DeviceId, PartnershipId, UserId};
use zafu_core::partnership::{PartnerView, Privacy};
use zafu_core::profile::{DEFAULT_TARGET, Profile, WeeklyTarget};
use zafu_core::session::Register;

/// What this device knows of the profile, the target and the partner of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerState {
    /// The profile.
    pub profile: PartnerSetting<Profile>,
    /// The weekly target.
    pub target: PartnerSetting<WeeklyTarget>,
    /// What the partner sees; none without a partnership.
    pub privacy: Option<PartnerSetting<Privacy>>,
    /// The bow that the server has not delivered.
    pub bow: Option<PartnerRequest>,
    /// The partnership that the user has left here, and not on the server yet.
    pub leave: Option<PartnerRequest>,
    /// The last response of the server, and when it was read.
    pub view: Option<(PartnerView, DateTime<Utc>)>,
}

/// A value that the user sets, and whether the server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerSetting<T> {
    /// The value.
    pub value: T,
    /// Whether the server has it.
    pub state: SettingState,
}

/// Whether the server has a value that the user has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingState {
    /// It has, or the value was never set.
    Synced,
    /// It is to be sent.
    Pending,
    /// The server has rejected it, with this code.
    Rejected(String),
    /// It stays on this device, by decision of the user.
    LocalOnly,
}

/// A bow or a leave that the user has asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerRequest {
    /// Its partnership.
    pub partnership: PartnershipId,
    /// The code with which the server has refused it; none: it is to be sent.
    pub refusal: Option<String>,
}

/// A bow to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bow {
    /// Its id: a bow that is sent again is delivered once.
    pub id: Uuid,
    /// Its partnership.
    pub partnership: PartnershipId,
}

/// What a user shows in one partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnershipPrivacy {
    /// The partnership.
    pub partnership: PartnershipId,
    /// What the partner sees.
    pub level: Privacy,
}

/// What is to be sent about the partner of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerChanges {
    /// The profile.
    pub profile: Option<Register<Profile>>,
    /// The weekly target.
    pub target: Option<Register<WeeklyTarget>>,
    /// What the partner sees.
    pub privacy: Option<Register<PartnershipPrivacy>>,
    /// A bow.
    pub bow: Option<Bow>,
    /// The partnership to be left.
    pub leave: Option<PartnershipId>,
}

impl PartnerChanges {
    /// Returns whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the server did with one part of [`PartnerChanges`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartOutcome {
    /// It was carried out, or the server has a later state.
    Done,
    /// The server rejects it, with this code.
    Rejected(String),
}

/// The outcome of each part of [`PartnerChanges`], as far as there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerOutcomes {
    /// Of the profile.
    pub profile: Option<PartOutcome>,
    /// Of the weekly target.
    pub target: Option<PartOutcome>,
    /// Of what the partner sees.
    pub privacy: Option<PartOutcome>,
    /// Of the bow.
    pub bow: Option<PartOutcome>,
    /// Of leaving.
    pub leave: Option<PartOutcome>,
}

/// The response to a request about the partner of an account, to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerUpdate {
    /// What was sent, as it was then.
    pub sent: PartnerChanges,
    /// What the server did with it.
    pub outcomes: PartnerOutcomes,
    /// The profile that the server has; none if this version of Zafu cannot read it, or nothing has changed.
    pub profile: Option<Register<Profile>>,
    /// The weekly target that the server has; none as for the profile.
    pub target: Option<Register<WeeklyTarget>>,
    /// What the user sees; none if nothing has changed.
    pub view: Option<PartnerView>,
    /// The number of this state of the server.
    pub partner_seq: i64,
    /// When the response is applied.
    pub at: DateTime<Utc>,
}

/// The result of applying a [`PartnerUpdate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnerApplied {
    /// Whether anything is new or changed on this device.
    pub changed: bool,
    /// Whether none of what was sent has to be sent again as it was.
    pub resolved: bool,
}

/// A register with its state.
struct Record<T> {
    register: Register<T>,
    state: SettingState,
}

/// The kinds of registers, with their names in the table.
const PROFILE: &str = "profile";
const TARGET: &str = "target";
const PRIVACY: &str = "privacy";
/// The kinds of requests, with their names in the table.
const BOW: &str = "bow";
const LEAVE: &str = "leave";

fn find<T: DeserializeOwned>(
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

fn write<T: Serialize>(
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

/// Sets a register by the user's request, with a revision above `base` or that of the stored one.
fn set<T: Serialize + DeserializeOwned + Clone + PartialEq>(
    connection: &Connection,
    owner: Option<UserId>,
    kind: &str,
    base: Register<T>,
    value: T,
) -> Result<(), StoreError> {
    let (known, state) = match find(connection, owner, kind)? {
        Some(Record { register, state }) => (register.join(&base), state),
        None => (base, SettingState::Synced),
    };
    if known.value == value && known.revision > 0 && !matches!(state, SettingState::Rejected(_)) {
        return Ok(());
    }
    let register = known.set(value, device::current(connection)?);
    write(connection, owner, kind, &register, &SettingState::Pending)
}

fn untouched<T: Clone>(value: T) -> Register<T> {
    Register::untouched(value, DeviceId(Uuid::nil()))
}

/// Returns the account whose partner the user sees.
fn shown_account(connection: &Connection) -> Result<UserId, StoreError> {
    Ok(accounts::shown(connection)?.ok_or(StoreError::NotSignedIn)?.id)
}

/// Sets the profile of the shown account.
pub(crate) fn set_profile(connection: &Connection, profile: Profile) -> Result<(), StoreError> {
    let account = shown_account(connection)?;
    set(connection, Some(account), PROFILE, untouched(Profile::default()), profile)
}

/// Sets the weekly target of the shown account, or the ownerless one.
pub(crate) fn set_target(connection: &Connection, target: WeeklyTarget) -> Result<(), StoreError> {
    let account = accounts::shown(connection)?.map(|account| account.id);
    set(connection, account, TARGET, untouched(DEFAULT_TARGET), target)
}

/// Makes the ownerless target that of `account`, unless the account has a later one.
pub(crate) fn assign_ownerless(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    let Some(ownerless) = find::<WeeklyTarget>(connection, None, TARGET)? else { return Ok(()) };
    let known = find::<WeeklyTarget>(connection, Some(account), TARGET)?;
    if known.is_none_or(|known| known.register.clone().join(&ownerless.register) != known.register)
    {
        let pending = SettingState::Pending;
        write(connection, Some(account), TARGET, &ownerless.register, &pending)?;
    }
    connection.execute("DELETE FROM partner_registers WHERE owner IS NULL", [])?;
    Ok(())
}

/// Sets what the partner of the shown account sees.
pub(crate) fn set_privacy(connection: &Connection, level: Privacy) -> Result<(), StoreError> {
    let account = shown_account(connection)?;
    let current = current(connection, account)?.ok_or(StoreError::NoPartnership)?;
    let partnership = current.id;
    let Register { value, revision, deviceid } = current.privacy;
    let value = PartnershipPrivacy { partnership, level: value };
    let known = find::<PartnershipPrivacy>(connection, Some(account), PRIVACY)?;
    if known.is_some_and(|known| known.register.value.partnership != partnership) {
        remove_privacy(connection, account)?;
    }
    let base = Register { value, revision, deviceid };
    let value = PartnershipPrivacy { partnership, level };
    set(connection, Some(account), PRIVACY, base, value)
}

/// Returns the current partnership of `account`, as the server last said.
fn current(
    connection: &Connection,
    account: UserId,
) -> Result<Option<zafu_core::partnership::Partnership>, StoreError> {
    Ok(view(connection, account)?.and_then(|(view, _)| view.partnership))
}

fn remove_privacy(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM partner_registers WHERE owner = ?1 AND kind = ?2",
        (Id(account), PRIVACY),
    )?;
    Ok(())
}

fn request(
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

fn put_request(
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

fn remove_request(connection: &Connection, account: UserId, kind: &str) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM partner_requests WHERE owner = ?1 AND kind = ?2",
        (Id(account), kind),
    )?;
    Ok(())
}

/// Queues a bow with the new id `id` to the partner of the shown account. One that waits already is the same bow.
pub(crate) fn bow(connection: &Connection, id: Uuid) -> Result<(), StoreError> {
    let account = shown_account(connection)?;
    let partnership = current(connection, account)?.ok_or(StoreError::NoPartnership)?;
    match request(connection, account, BOW)? {
        Some((waiting, _))
            if waiting.refusal.is_none() && waiting.partnership == partnership.id =>
        {
            Ok(())
        }
        _ if !partnership.may_bow => Err(StoreError::BowNotYet),
        _ => put_request(connection, account, BOW, Some(id), partnership.id),
    }
}

/// Queues leaving the partnership of the shown account.
pub(crate) fn leave(connection: &Connection) -> Result<(), StoreError> {
    let account = shown_account(connection)?;
    let partnership = current(connection, account)?.ok_or(StoreError::NoPartnership)?;
    put_request(connection, account, LEAVE, None, partnership.id)
}

/// Returns the last response of the server about `account`, and when it was read.
fn view(
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

fn setting<T: DeserializeOwned>(
    connection: &Connection,
    owner: Option<UserId>,
    kind: &str,
    unset: T,
) -> Result<PartnerSetting<T>, StoreError> {
    let record = find(connection, owner, kind)?;
    let (value, state) = record
        .map_or((unset, SettingState::Synced), |Record { register, state }| {
            (register.value, state)
        });
    Ok(PartnerSetting { value, state })
}

/// Returns what is known of the partner of the shown account; without one, the ownerless target.
pub(crate) fn state(connection: &Connection) -> Result<PartnerState, StoreError> {
    let owner = accounts::shown(connection)?.map(|account| account.id);
    let profile = setting(connection, owner, PROFILE, Profile::default())?;
    let target = setting(connection, owner, TARGET, DEFAULT_TARGET)?;
    let Some(account) = owner else {
        let (privacy, bow, leave, view) = (None, None, None, None);
        return Ok(PartnerState { profile, target, privacy, bow, leave, view });
    };
    let view = view(connection, account)?;
    let partnership = view.as_ref().and_then(|(view, _)| view.partnership.as_ref());
    let changed = find::<PartnershipPrivacy>(connection, owner, PRIVACY)?;
    let privacy = partnership.map(|partnership| {
        match changed.filter(|changed| changed.register.value.partnership == partnership.id) {
            Some(Record { register, state }) => {
                PartnerSetting { value: register.value.level, state }
            }
            None => {
                PartnerSetting { value: partnership.privacy.value, state: SettingState::Synced }
            }
        }
    });
    let bow = request(connection, account, BOW)?.map(|(bow, _)| bow);
    let leave = request(connection, account, LEAVE)?.map(|(leave, _)| leave);
    Ok(PartnerState { profile, target, privacy, bow, leave, view })
}

/// Returns what is to be sent about the partner of `account`.
pub(crate) fn outgoing(
    connection: &Connection,
    account: UserId,
) -> Result<PartnerChanges, StoreError> {
    fn pending<T>(record: Option<Record<T>>) -> Option<Register<T>> {
        record.filter(|it| it.state == SettingState::Pending).map(|it| it.register)
    }
    let owner = Some(account);
    let waiting = |kind| {
        let request = request(connection, account, kind)?;
        Ok::<_, StoreError>(request.filter(|(request, _)| request.refusal.is_none()))
    };
    Ok(PartnerChanges {
        profile: pending(find(connection, owner, PROFILE)?),
        target: pending(find(connection, owner, TARGET)?),
        privacy: pending(find(connection, owner, PRIVACY)?),
        bow: waiting(BOW)?.and_then(|(PartnerRequest { partnership, .. }, id)| {
            id.map(|id| Bow { id, partnership })
        }),
        leave: waiting(LEAVE)?.map(|(request, _)| request.partnership),
    })
}

/// Returns the number of the state of the server of `account` that was last read.
pub(crate) fn known_seq(
    connection: &Connection,
    account: UserId,
) -> Result<Option<i64>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT partner_seq FROM accounts WHERE id = ?1")?;
    Ok(statement.query_row([Id(account)], |row| row.get(0))?)
}

/// Returns whether there is something to send or to read about the partner of `account`. Never, if its server does not know
/// partners. An account that never set anything and has no partner has the number 0, and needs no view.
pub(crate) fn is_due(connection: &Connection, account: UserId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT EXISTS (
           SELECT 1 FROM accounts WHERE id = ?1 AND server_partner_seq IS NOT NULL AND (
             coalesce(partner_seq, 0) <> server_partner_seq
             OR (partner_seq IS NULL AND EXISTS (SELECT 1 FROM partner_views WHERE owner = ?1))
             OR EXISTS (SELECT 1 FROM partner_registers WHERE coalesce(owner, '') = ?1 AND state = 'pending')
             OR EXISTS (SELECT 1 FROM partner_requests WHERE owner = ?1 AND refusal IS NULL)
           )
         )";
    Ok(connection.prepare_cached(SQL)?.query_row([Id(account)], |row| row.get(0))?)
}

/// Records the number of the state of the server that a pull of `account` returned.
pub(crate) fn record_server_seq(
    connection: &Connection,
    account: UserId,
    partner_seq: Option<i64>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE accounts SET server_partner_seq = ?2 WHERE id = ?1")?
        .execute((Id(account), partner_seq))?;
    Ok(())
}

/// Applies the response to a request about the partner of `account`.
pub(crate) fn apply(
    connection: &Connection,
    account: UserId,
    response: &PartnerUpdate,
) -> Result<PartnerApplied, StoreError> {
    let PartnerUpdate { sent, outcomes, at, .. } = response;
    let mut merge =
        Merge { connection, account, lineage: Lineage::of(connection, account)?, at: *at };
    let parts = (sent.profile.as_ref(), outcomes.profile.as_ref());
    let mut changed = merge.register(PROFILE, response.profile.as_ref(), parts)?;
    let parts = (sent.target.as_ref(), outcomes.target.as_ref());
    changed |= merge.register(TARGET, response.target.as_ref(), parts)?;
    if let Some(now) = &response.view {
        let partnership = now.partnership.as_ref();
        let id = partnership.map(|it| it.id);
        let known = find::<PartnershipPrivacy>(connection, Some(account), PRIVACY)?;
        if known.is_some_and(|known| Some(known.register.value.partnership) != id) {
            remove_privacy(connection, account)?;
        }
        let theirs = partnership.map(|it| {
            let value = PartnershipPrivacy { partnership: it.id, level: it.privacy.value };
            Register { value, revision: it.privacy.revision, deviceid: it.privacy.deviceid }
        });
        let parts = (sent.privacy.as_ref(), outcomes.privacy.as_ref());
        changed |= merge.register(PRIVACY, theirs.as_ref(), parts)?;
        changed |= view(connection, account)?.is_none_or(|(before, _)| before != *now);
        connection.execute(
            "INSERT OR REPLACE INTO partner_views (owner, body, readat) VALUES (?1, ?2, ?3)",
            (Id(account), Json(now), Stamp(*at)),
        )?;
        // Refused earlier, in a partnership that has ended since.
        connection.execute(
            "DELETE FROM partner_requests WHERE owner = ?1 AND refusal IS NOT NULL AND partnership IS NOT ?2",
            (Id(account), id.map(Id)),
        )?;
    } else {
        connection.execute(
            "UPDATE partner_views SET readat = ?2 WHERE owner = ?1",
            (Id(account), Stamp(*at)),
        )?;
    }
    let bow = sent.bow.map(|bow| (Some(bow.id), bow.partnership));
    changed |= merge.request(BOW, bow, outcomes.bow.as_ref())?;
    let leave = sent.leave.map(|partnership| (None, partnership));
    changed |= merge.request(LEAVE, leave, outcomes.leave.as_ref())?;
    connection
        .prepare_cached(
            "UPDATE accounts SET partner_seq = ?2, server_partner_seq = ?2 WHERE id = ?1",
        )?
        .execute((Id(account), response.partner_seq))?;
    let waiting = outgoing(connection, account)?;
    let is_same = sent.profile.is_some() && sent.profile == waiting.profile
        || sent.target.is_some() && sent.target == waiting.target
        || sent.privacy.is_some() && sent.privacy == waiting.privacy
        || sent.bow.is_some() && sent.bow == waiting.bow
        || sent.leave.is_some() && sent.leave == waiting.leave;
    Ok(PartnerApplied { changed, resolved: !is_same })
}

/// Merges a response with what is stored for its account.
struct Merge<'a> {
    connection: &'a Connection,
    account: UserId,
    lineage: Lineage,
    at: DateTime<Utc>,
}

impl Merge<'_> {
    /// Merges a register. `theirs` is what the server has, if this version can read it; the parts are what was sent and its
    /// outcome. Returns whether the value is new or changed on this device.
    fn register<T: Clone + PartialEq + Serialize + DeserializeOwned>(
        &mut self,
        kind: &str,
        theirs: Option<&Register<T>>,
        (sent, outcome): (Option<&Register<T>>, Option<&PartOutcome>),
    ) -> Result<bool, StoreError> {
        let Self { connection, account, at, .. } = *self;
        let owner = Some(account);
        let Some(Record { register: ours, state }) = find::<T>(connection, owner, kind)? else {
            let Some(theirs) = theirs.filter(|theirs| theirs.revision > 0) else {
                return Ok(false);
            };
            self.lineage.meet_unknown(connection, theirs.deviceid, at)?;
            write(connection, owner, kind, theirs, &SettingState::Synced)?;
            return Ok(true);
        };
        let is_sent = |register: &Register<T>| sent == Some(register);
        let before = state.clone();
        let (register, state) = match theirs {
            Some(theirs) => {
                let is_edited = state == SettingState::Pending;
                let (joined, is_raised) = reconcile::join_register(
                    connection,
                    &mut self.lineage,
                    &ours,
                    theirs,
                    is_edited,
                    at,
                )?;
                let state = if joined == *theirs {
                    SettingState::Synced
                } else {
                    match state {
                        SettingState::Rejected(_) if is_raised => SettingState::Pending,
                        // The server has lost it.
                        SettingState::Synced => SettingState::Pending,
                        state => state,
                    }
                };
                (joined, state)
            }
            // A later version of Zafu has set it since.
            None if outcome == Some(&PartOutcome::Done) && is_sent(&ours) => {
                (ours.clone(), SettingState::Synced)
            }
            None => (ours.clone(), state),
        };
        let state = match outcome {
            // A later change may be accepted.
            Some(PartOutcome::Rejected(code)) if is_sent(&register) => {
                SettingState::Rejected(code.clone())
            }
            _ => state,
        };
        if register != ours || state != before {
            write(connection, owner, kind, &register, &state)?;
        }
        Ok(register.value != ours.value)
    }

    /// Applies the outcome of a request, if it is still the one that was sent. Returns whether there was an outcome.
    fn request(
        &self,
        kind: &str,
        sent: Option<(Option<Uuid>, PartnershipId)>,
        outcome: Option<&PartOutcome>,
    ) -> Result<bool, StoreError> {
        let (Some((id, partnership)), Some(outcome)) = (sent, outcome) else { return Ok(false) };
        let waiting = request(self.connection, self.account, kind)?;
        if !waiting.is_some_and(|(it, of)| of == id && it.partnership == partnership) {
            return Ok(false);
        }
        match outcome {
            PartOutcome::Done => remove_request(self.connection, self.account, kind)?,
            PartOutcome::Rejected(code) => {
                self.connection.execute(
                    "UPDATE partner_requests SET refusal = ?3 WHERE owner = ?1 AND kind = ?2",
                    (Id(self.account), kind, code),
                )?;
            }
        }
        Ok(true)
    }
}

/// Forgets which state of the server of `account` was read.
fn forget_read(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute("UPDATE accounts SET partner_seq = NULL WHERE id = ?1", [Id(account)])?;
    Ok(())
}

/// Makes the registers of `account` due to be sent and read again, except local-only ones.
pub(crate) fn restart_sync(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE partner_registers SET state = 'pending', reason = NULL
         WHERE owner = ?1 AND state IS NOT 'local_only'",
        [Id(account)],
    )?;
    forget_read(connection, account)
}

/// Removes what an erasure has ended: the partnership with everything that belongs to it.
fn remove_partnership(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    remove_privacy(connection, account)?;
    connection.execute("DELETE FROM partner_requests WHERE owner = ?1", [Id(account)])?;
    connection.execute("DELETE FROM partner_views WHERE owner = ?1", [Id(account)])?;
    forget_read(connection, account)
}

/// Sends the registers of `account` again, after its data were erased from the server.
pub(crate) fn upload_erased(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    remove_partnership(connection, account)?;
    connection.execute(
        "UPDATE partner_registers SET state = 'pending', reason = NULL WHERE owner = ?1",
        [Id(account)],
    )?;
    Ok(())
}

/// Makes the registers of `account` local only, until the user changes them.
pub(crate) fn keep_all_local(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    remove_partnership(connection, account)?;
    connection.execute(
        "UPDATE partner_registers SET state = 'local_only', reason = NULL WHERE owner = ?1",
        [Id(account)],
    )?;
    Ok(())
}

/// Makes the registers of `account` that the server has rejected pending again.
pub(crate) fn retry_rejected(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE partner_registers SET state = 'pending', reason = NULL
         WHERE owner = ?1 AND state = 'rejected'",
        [Id(account)],
    )?;
    Ok(())
}
