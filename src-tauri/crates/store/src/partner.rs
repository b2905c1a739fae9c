//! The partner of an account: the registers and requests that the user changes here, and the last response of the server.
//!
//! A register or request is stored before it is sent, and stays pending until the server has it. What the server says
//! replaces the last response whole, so that nothing stays that the partner shows no longer.

mod invitation;
mod records;
mod sync;

pub use invitation::KeptInvitation;
pub(crate) use invitation::{keep_invitation, kept_invitation, record_announced, unannounced_news};
pub(crate) use sync::{
    apply, is_due, keep_all_local, known_seq, outgoing, record_server_seq, remove_views_of_backup,
    restart_sync, retry_rejected, upload_erased,
};

use crate::{StoreError, accounts, device};
use chrono::{DateTime, Utc};
use records::{
    BOW, LEAVE, PRIVACY, PROFILE, Record, TARGET, find, put_request, remove_privacy, request, view,
    write,
};
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zafu_core::ids::{DeviceId, PartnershipId, UserId};
use zafu_core::partnership::{PartnerView, Partnership, Privacy};
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

impl PartnerRequest {
    /// Returns whether it waits to be sent, and is about this partnership.
    #[must_use]
    pub fn is_pending_for(&self, partnership: PartnershipId) -> bool {
        self.refusal.is_none() && self.partnership == partnership
    }
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
    /// Whether notes and labels stay on the devices of the account.
    pub keeps_texts: Option<Register<bool>>,
}

impl PartnerChanges {
    /// Returns whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the part by which the partner sees less, with a bow, which cannot be sent after leaving. Empty, if nothing
    /// does.
    #[must_use]
    pub fn narrowing(&self) -> Self {
        let privacy = self.privacy.clone().filter(|it| it.value.level == Privacy::Counts);
        match privacy.is_some() || self.leave.is_some() {
            true => Self { privacy, bow: self.bow, leave: self.leave, ..Self::default() },
            false => Self::default(),
        }
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
    /// Of whether notes and labels stay on the devices.
    pub keeps_texts: Option<PartOutcome>,
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
    /// Whether anything is new or changed on this device, also that a change no longer waits to be sent.
    pub changed: bool,
    /// Whether none of what was sent has to be sent again as it was.
    pub resolved: bool,
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
    let current = not_left(connection, account)?;
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
fn current(connection: &Connection, account: UserId) -> Result<Option<Partnership>, StoreError> {
    Ok(view(connection, account)?.and_then(|(view, _)| view.partnership))
}

/// Returns the current partnership of `account`, unless the user has left it and the server does not know yet.
fn not_left(connection: &Connection, account: UserId) -> Result<Partnership, StoreError> {
    let partnership = current(connection, account)?.ok_or(StoreError::NoPartnership)?;
    match request(connection, account, LEAVE)? {
        Some((leave, _)) if leave.is_pending_for(partnership.id) => Err(StoreError::NoPartnership),
        _ => Ok(partnership),
    }
}

/// Queues a bow with the new id `id` to the partner of the shown account. One that waits already is the same bow.
pub(crate) fn bow(connection: &Connection, id: Uuid) -> Result<(), StoreError> {
    let account = shown_account(connection)?;
    let partnership = not_left(connection, account)?;
    match request(connection, account, BOW)? {
        Some((waiting, _)) if waiting.is_pending_for(partnership.id) => Ok(()),
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
