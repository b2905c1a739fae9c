//! The wire format of partners: `sync_partner` and the functions of invitations, as in `supabase/migrations/*_partner_view.sql`
//! and `*_invitations.sql`.
//!
//! Text that a later version may have added, such as another picture, is left out instead of failing the response.

use super::{HttpResponse, is_code, json};
use crate::remote::{Answer, Fault, Inviter, PartnerResponse, RemoteError, ServerPartner};
use chrono::{DateTime, SubsecRound, Utc};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;
use zafu_core::day::DayStart;
use zafu_core::ids::{DeviceId, PartnershipId};
use zafu_core::invitation::InvitationCode;
use zafu_core::partnership::{
    FormerPartnership, News, NewsKind, PartnerView, Partnership, Privacy, Refusal, Role, SharedSit,
    Shown, Tally, Week,
};
use zafu_core::profile::{DEFAULT_TARGET, Profile, ProfileImage, ProfileName, WeeklyTarget};
use zafu_core::session::Register;
use zafu_core::time::{Seconds, UtcOffset};
use zafu_store::{PartOutcome, PartnerChanges, PartnerOutcomes};

/// A profile in requests and responses.
#[derive(Serialize, Deserialize)]
struct ProfileRow {
    name: Option<String>,
    image: Option<String>,
    revision: u32,
    /// Null at revision 0.
    deviceid: Option<DeviceId>,
}

/// A weekly target in requests and responses.
#[derive(Serialize, Deserialize)]
struct TargetRow {
    target: u32,
    revision: u32,
    deviceid: Option<DeviceId>,
}

/// Whether notes and labels stay on the devices of an account, in requests and in responses to a pull.
#[derive(Serialize, Deserialize)]
pub(super) struct KeepsTextsRow {
    keeps: bool,
    revision: u32,
    deviceid: Option<DeviceId>,
}

impl From<KeepsTextsRow> for Register<bool> {
    fn from(KeepsTextsRow { keeps, revision, deviceid }: KeepsTextsRow) -> Self {
        Self { value: keeps, revision, deviceid: device(deviceid) }
    }
}

/// What the user shows, in responses.
#[derive(Deserialize)]
struct PrivacyRow {
    level: String,
    revision: u32,
    deviceid: Option<DeviceId>,
}

/// Returns the device of a register; revision 0 has none.
fn device(id: Option<DeviceId>) -> DeviceId {
    id.unwrap_or(DeviceId(Uuid::nil()))
}

/// Returns a time in the precision of every stored time.
fn stamp(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(3)
}

/// Returns a name; none if there is none, or if it is not valid.
fn name(text: Option<&str>) -> Option<ProfileName> {
    ProfileName::new(text?).ok()
}

fn image(text: Option<&str>) -> Option<ProfileImage> {
    ProfileImage::from_name(text?)
}

/// Returns a level; one that this version does not know is the narrower one.
fn level(text: &str) -> Privacy {
    Privacy::from_name(text).unwrap_or(Privacy::Counts)
}

impl ProfileRow {
    /// Converts it, unless it has a value that this version cannot read.
    fn register(&self) -> Option<Register<Profile>> {
        let (text, picture) =
            (self.name.as_deref().filter(|it| !it.is_empty()), self.image.as_deref());
        let value = Profile { name: name(text), image: image(picture) };
        let is_readable =
            value.name.is_some() == text.is_some() && value.image.is_some() == picture.is_some();
        let deviceid = device(self.deviceid);
        is_readable.then_some(Register { value, revision: self.revision, deviceid })
    }
}

impl TargetRow {
    /// Converts it, unless it has a value that this version cannot read.
    fn register(&self) -> Option<Register<WeeklyTarget>> {
        let value = WeeklyTarget::new(self.target).ok()?;
        Some(Register { value, revision: self.revision, deviceid: device(self.deviceid) })
    }
}

/// Returns the body of `sync_partner`. The number of the state that was read last is sent only without changes: the server
/// then answers in short if it still has that state.
#[must_use]
pub fn partner_body(
    changes: &PartnerChanges,
    known_seq: Option<i64>,
    erasure_id: Option<Uuid>,
) -> Vec<u8> {
    #[derive(Serialize)]
    struct PrivacyChange {
        partnership_id: PartnershipId,
        level: Privacy,
        revision: u32,
        deviceid: DeviceId,
    }
    #[derive(Serialize)]
    struct Bow {
        id: Uuid,
        partnership_id: PartnershipId,
    }
    #[derive(Serialize)]
    struct Leave {
        partnership_id: PartnershipId,
    }
    #[derive(Serialize)]
    struct Body {
        #[serde(skip_serializing_if = "Option::is_none")]
        profile: Option<ProfileRow>,
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<TargetRow>,
        #[serde(skip_serializing_if = "Option::is_none")]
        privacy: Option<PrivacyChange>,
        #[serde(skip_serializing_if = "Option::is_none")]
        bow: Option<Bow>,
        #[serde(skip_serializing_if = "Option::is_none")]
        leave: Option<Leave>,
        #[serde(skip_serializing_if = "Option::is_none")]
        keeps_texts: Option<KeepsTextsRow>,
        known_partner_seq: Option<i64>,
        erasure_id: Option<Uuid>,
    }
    let known_partner_seq = known_seq.filter(|_| changes.is_empty());
    let PartnerChanges { profile, target, privacy, bow, leave, keeps_texts } = changes;
    json(&Body {
        profile: profile.as_ref().map(|it| ProfileRow {
            name: it.value.name.as_ref().map(ToString::to_string),
            image: it.value.image.map(|image| image.as_str().to_owned()),
            revision: it.revision,
            deviceid: Some(it.deviceid),
        }),
        target: target.as_ref().map(|it| TargetRow {
            target: it.value.get(),
            revision: it.revision,
            deviceid: Some(it.deviceid),
        }),
        privacy: privacy.as_ref().map(|it| PrivacyChange {
            partnership_id: it.value.partnership,
            level: it.value.level,
            revision: it.revision,
            deviceid: it.deviceid,
        }),
        bow: bow.map(|bow| Bow { id: bow.id, partnership_id: bow.partnership }),
        leave: leave.map(|partnership_id| Leave { partnership_id }),
        keeps_texts: keeps_texts.as_ref().map(|it| KeepsTextsRow {
            keeps: it.value,
            revision: it.revision,
            deviceid: Some(it.deviceid),
        }),
        known_partner_seq,
        erasure_id,
    })
}

/// Returns the body of `create_invitation`: the server gets the hash of the code only.
#[must_use]
pub fn invitation_body(
    code: &InvitationCode,
    utc_offset: UtcOffset,
    day_start: DayStart,
) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body {
        code_hash: String,
        utc_offset: UtcOffset,
        day_start: DayStart,
    }
    json(&Body { code_hash: code.hash(), utc_offset, day_start })
}

/// Returns the body of `preview_invitation` and `accept_invitation`.
#[must_use]
pub fn code_body(code: &InvitationCode) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        code: &'a str,
    }
    json(&Body { code: code.as_str() })
}

/// When a sit began and how long it was. What follows is null, or from an older server its UTC offset, which is not the partner's
/// to know.
type SitRow = (DateTime<Utc>, Seconds, IgnoredAny);

/// What a partner shows, in responses.
#[derive(Deserialize)]
struct ShownRow {
    name: Option<String>,
    image: Option<String>,
    target: Option<u32>,
    shares: Option<String>,
    #[serde(default)]
    times: Option<Vec<SitRow>>,
}

impl ShownRow {
    /// Converts it. A partner whose account is gone has no values.
    fn shown(self) -> Shown {
        let sit = |(start, length, _)| SharedSit { start: stamp(start), length, offset: None };
        let privacy = self.shares.as_deref().map_or(Privacy::Counts, level);
        let times = self.times.filter(|_| privacy == Privacy::Times);
        Shown {
            profile: Profile {
                name: name(self.name.as_deref()),
                image: image(self.image.as_deref()),
            },
            target: self.target.and_then(|it| WeeklyTarget::new(it).ok()).unwrap_or(DEFAULT_TARGET),
            privacy,
            times: times.map(|times| times.into_iter().map(sit).collect()),
        }
    }
}

#[derive(Deserialize)]
struct WeekRow {
    number: u32,
    start: DateTime<Utc>,
    goal: u32,
    mine: u32,
    partner: u32,
}

#[derive(Deserialize)]
struct BowRow {
    may: bool,
}

#[derive(Deserialize)]
struct PartnershipRow {
    id: PartnershipId,
    startedat: DateTime<Utc>,
    firstweekat: DateTime<Utc>,
    role: Role,
    partner: ShownRow,
    privacy: PrivacyRow,
    weeks: Vec<WeekRow>,
    kept: u32,
    missed: u32,
    times: Option<Vec<SitRow>>,
    bow: BowRow,
}

impl PartnershipRow {
    fn partnership(self) -> Partnership {
        let week = |WeekRow { number, start, goal, mine, partner }| Week {
            number,
            start: stamp(start),
            goal,
            mine,
            partners: partner,
        };
        Partnership {
            id: self.id,
            started_at: stamp(self.startedat),
            first_week_at: stamp(self.firstweekat),
            role: self.role,
            partner: ShownRow { times: self.times, ..self.partner }.shown(),
            privacy: Register {
                value: level(&self.privacy.level),
                revision: self.privacy.revision,
                deviceid: device(self.privacy.deviceid),
            },
            weeks: self.weeks.into_iter().map(week).collect(),
            tally: Tally { kept: self.kept, missed: self.missed },
            may_bow: self.bow.may,
        }
    }
}

#[derive(Deserialize)]
struct InvitationRow {
    expiresat: DateTime<Utc>,
}

#[derive(Deserialize)]
struct FormerRow {
    startedat: DateTime<Utc>,
    endedat: DateTime<Utc>,
    kept: u32,
    of: u32,
}

#[derive(Deserialize)]
struct NewsRow {
    seq: i64,
    kind: String,
    at: DateTime<Utc>,
    week: Option<u32>,
}

/// What the server has of an account.
#[derive(Deserialize)]
struct ViewRow {
    profile: ProfileRow,
    target: TargetRow,
    invitation: Option<InvitationRow>,
    partnership: Option<PartnershipRow>,
    shown_to_partner: Option<ShownRow>,
    former: Vec<FormerRow>,
    news: Vec<NewsRow>,
}

impl ViewRow {
    fn view(self) -> PartnerView {
        let former = |FormerRow { startedat, endedat, kept, of }| FormerPartnership {
            started_at: stamp(startedat),
            ended_at: stamp(endedat),
            tally: Tally { kept, missed: of.saturating_sub(kept) },
        };
        // News of a kind that only a later version knows are left out.
        let news = |NewsRow { seq, kind, at, week }| {
            Some(News { seq, kind: NewsKind::from_name(&kind)?, at: stamp(at), week })
        };
        PartnerView {
            invitation_expires_at: self.invitation.map(|it| stamp(it.expiresat)),
            partnership: self.partnership.map(PartnershipRow::partnership),
            shown_to_partner: self.shown_to_partner.map(ShownRow::shown),
            former: self.former.into_iter().map(former).collect(),
            news: self.news.into_iter().filter_map(news).collect(),
        }
    }
}

/// Reads the outcome of one part. One that is not known means that the server does not store it.
fn part(outcomes: &BTreeMap<String, String>, name: &str) -> Option<PartOutcome> {
    Some(match outcomes.get(name)?.as_str() {
        "stored" | "older" | "sent" | "left" => PartOutcome::Done,
        code if is_code(code) => PartOutcome::Rejected(code.to_owned()),
        _ => PartOutcome::Rejected("unknown".to_owned()),
    })
}

impl HttpResponse {
    /// Reads it as a response of `sync_partner`.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn partner(&self) -> Result<PartnerResponse, RemoteError> {
        #[derive(Deserialize)]
        struct Body {
            state: String,
            partner_seq: i64,
            outcomes: BTreeMap<String, String>,
            erasure_id: Option<Uuid>,
        }
        let Body { state, partner_seq, outcomes, erasure_id } = self.read()?;
        let outcomes = PartnerOutcomes {
            profile: part(&outcomes, "profile"),
            target: part(&outcomes, "target"),
            privacy: part(&outcomes, "privacy"),
            bow: part(&outcomes, "bow"),
            // A partnership that is not the user's needs no leaving.
            leave: match outcomes.get("leave").map(String::as_str) {
                Some("no_partnership") => Some(PartOutcome::Done),
                _ => part(&outcomes, "leave"),
            },
            keeps_texts: part(&outcomes, "keeps_texts"),
        };
        match (state.as_str(), erasure_id) {
            ("ok", _) => {
                let row: ViewRow = self.read()?;
                let (profile, target) = (row.profile.register(), row.target.register());
                let view = Some(row.view());
                let state = ServerPartner { outcomes, profile, target, view, partner_seq };
                Ok(PartnerResponse::State(Box::new(state)))
            }
            ("unchanged", _) => {
                let (profile, target, view) = (None, None, None);
                let state = ServerPartner { outcomes, profile, target, view, partner_seq };
                Ok(PartnerResponse::State(Box::new(state)))
            }
            ("erased", Some(erasure_id)) => Ok(PartnerResponse::Erased(erasure_id)),
            _ => Err(Fault::InvalidResponse.into()),
        }
    }

    /// Reads it as a response about an invitation: `T`, or a refusal.
    fn answer<T: DeserializeOwned>(&self) -> Answer<T> {
        #[derive(Deserialize)]
        struct State {
            state: String,
        }
        let State { state } = self.read()?;
        match (state.as_str(), Refusal::from_name(&state)) {
            ("ok", _) => self.read().map(Ok),
            (_, Some(refusal)) => Ok(Err(refusal)),
            (_, None) => Err(Fault::InvalidResponse.into()),
        }
    }

    /// Reads it as a response of `create_invitation`: when the invitation expires.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn created_invitation(&self) -> Answer<DateTime<Utc>> {
        Ok(self.answer::<InvitationRow>()?.map(|it| stamp(it.expiresat)))
    }

    /// Reads it as a response of `preview_invitation`.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn inviter(&self) -> Answer<Inviter> {
        #[derive(Deserialize)]
        struct Body {
            name: Option<String>,
            image: Option<String>,
            expiresat: DateTime<Utc>,
        }
        Ok(self.answer::<Body>()?.map(|it| Inviter {
            profile: Profile { name: name(it.name.as_deref()), image: image(it.image.as_deref()) },
            expires_at: stamp(it.expiresat),
        }))
    }

    /// Reads it as a response of `accept_invitation`.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn accepted_invitation(&self) -> Answer<PartnershipId> {
        #[derive(Deserialize)]
        struct Body {
            partnership_id: PartnershipId,
        }
        Ok(self.answer::<Body>()?.map(|it| it.partnership_id))
    }

    /// Reads it as a response of `withdraw_invitation`.
    ///
    /// # Errors
    /// It is an error, or has another shape.
    pub fn withdrawn_invitation(&self) -> Result<(), RemoteError> {
        #[derive(Deserialize)]
        struct Body {
            state: String,
        }
        let Body { state } = self.read()?;
        if state == "ok" { Ok(()) } else { Err(Fault::InvalidResponse.into()) }
    }
}
