//! Partners on the fake server. Who is whose partner, and what the weeks count, is the core's model.

use super::{Server, ok};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use zafu_core::day::DayStart;
use zafu_core::ids::{DeviceId, PartnershipId, UserId};
use zafu_core::partnership::model::{Invitation, Membership, Model};
use zafu_core::partnership::{Privacy, Refusal, Role};
use zafu_core::profile::{DEFAULT_TARGET, Profile, ProfileImage, ProfileName, WeeklyTarget};
use zafu_core::session::{MAX_REVISION, Register};
use zafu_core::time::{UtcOffset, WallTime};

use crate::wire::HttpResponse;

/// Weeks of one response, at most.
const WEEKS: usize = 104;
/// News of one response, at most.
const NEWS: usize = 50;
/// For how long a partner sees when a sit was.
const TIMES_SHOWN: TimeDelta = TimeDelta::days(28);

/// The partners of all users.
#[derive(Clone, Debug, Default)]
pub(super) struct Partners {
    model: Model,
    users: BTreeMap<UserId, UserData>,
    privacy: BTreeMap<(PartnershipId, UserId), Register<Privacy>>,
    /// The partner's count at the last bow of a user, and the ids of all their bows.
    bows: BTreeMap<(PartnershipId, UserId), (u32, BTreeSet<Uuid>)>,
}

#[derive(Clone, Debug)]
struct UserData {
    profile: Register<Profile>,
    target: Register<WeeklyTarget>,
    /// The number of the last change of what the user sees; 0: none.
    seq: i64,
    news: Vec<Value>,
    /// Whether notes and labels stay on the devices.
    keeps_texts: Register<bool>,
}

impl Default for UserData {
    fn default() -> Self {
        let nobody = DeviceId(Uuid::nil());
        Self {
            profile: Register::untouched(Profile::default(), nobody),
            target: Register::untouched(DEFAULT_TARGET, nobody),
            seq: 0,
            news: Vec::new(),
            keeps_texts: Register::untouched(false, nobody),
        }
    }
}

/// What was sent of a register, or the name of the first field that is not valid.
fn register<T: Clone>(
    part: &Value,
    value: Result<T, &'static str>,
) -> Result<Register<T>, &'static str> {
    let revision = part["revision"].as_u64().and_then(|it| u32::try_from(it).ok());
    let revision = revision.filter(|it| (1..=MAX_REVISION).contains(it));
    Ok(Register {
        value: value?,
        revision: revision.ok_or("bad_revision")?,
        deviceid: DeviceId(id(&part["deviceid"]).ok_or("bad_deviceid")?),
    })
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

/// Joins a register and returns the outcome.
fn join<T: Clone>(known: &mut Register<T>, sent: Register<T>) -> &'static str {
    if (sent.revision, sent.deviceid) < (known.revision, known.deviceid) {
        return "older";
    }
    *known = sent;
    "stored"
}

/// Joins what a user shows: of equal revisions, the narrower level wins.
fn join_privacy(known: &mut Register<Privacy>, sent: Register<Privacy>) -> &'static str {
    if sent.revision != known.revision || sent.value == known.value {
        return join(known, sent);
    }
    if sent.value != Privacy::Counts {
        return "older";
    }
    *known = sent;
    "stored"
}

fn profile_of(part: &Value) -> Result<Profile, &'static str> {
    let name = match part["name"].as_str().unwrap_or_default() {
        "" => None,
        text => Some(ProfileName::new(text).map_err(|_| "bad_name")?),
    };
    let image = match part["image"].as_str() {
        None => None,
        Some(text) => Some(ProfileImage::from_name(text).ok_or("bad_image")?),
    };
    Ok(Profile { name, image })
}

fn profile_json(profile: &Register<Profile>) -> Value {
    let Profile { name, image } = &profile.value;
    json!({
        "name": name.as_ref().map_or("", ProfileName::as_str), "image": image,
        "revision": profile.revision, "deviceid": device_json(profile.revision, profile.deviceid),
    })
}

fn device_json(revision: u32, deviceid: DeviceId) -> Option<DeviceId> {
    (revision > 0).then_some(deviceid)
}

fn refusal(refusal: Refusal) -> HttpResponse {
    ok(json!({"state": refusal}))
}

impl Server {
    /// Returns the weekly target of an account.
    #[must_use]
    pub fn target(&self, account: UserId) -> WeeklyTarget {
        let user = self.contents.partners.users.get(&account);
        user.map_or(DEFAULT_TARGET, |user| user.target.value)
    }

    /// Handles `create_invitation`.
    pub(super) fn create_invitation(&mut self, account: UserId, body: &Value) -> HttpResponse {
        let Some(hash) = body["code_hash"].as_str().filter(|hash| hash.len() == 64) else {
            return ok(json!({"state": "bad_code"}));
        };
        let offset = body["utc_offset"].as_i64().and_then(|it| i16::try_from(it).ok());
        let starts = body["day_start"].as_u64().and_then(|it| u32::try_from(it).ok());
        let Some(offset) = offset else { return ok(json!({"state": "bad_utc_offset"})) };
        let Some(starts) = starts.and_then(|it| DayStart::new(it).ok()) else {
            return ok(json!({"state": "bad_day_start"}));
        };
        let now = WallTime::new(self.now, UtcOffset(offset));
        if let Err(reason) = self.contents.partners.model.invite(account, hash, now, starts) {
            return refusal(reason);
        }
        self.note_change(account);
        let expires_at = self.contents.partners.model.open_invitation(account, self.now);
        ok(json!({"state": "ok", "expiresat": expires_at}))
    }

    /// Handles `preview_invitation`.
    pub(super) fn preview_invitation(&mut self, account: UserId, body: &Value) -> HttpResponse {
        let now = self.now;
        let hash = hash_of(body);
        match self.contents.partners.model.preview(account, &hash, now) {
            Err(reason) => refusal(reason),
            Ok(invitation) => self.preview_of(&invitation),
        }
    }

    /// Handles `preview_invitation` of a client that is not signed in.
    pub(super) fn preview_without_account(&mut self, body: &Value) -> HttpResponse {
        match self.contents.partners.model.open(&hash_of(body), self.now).cloned() {
            None => refusal(Refusal::NotOpen),
            Some(invitation) => self.preview_of(&invitation),
        }
    }

    fn preview_of(&mut self, invitation: &Invitation) -> HttpResponse {
        let profile = profile_json(&self.user(invitation.inviter).profile);
        ok(json!({
            "state": "ok", "name": profile["name"], "image": profile["image"],
            "expiresat": invitation.expires_at,
        }))
    }

    /// Handles `accept_invitation`.
    pub(super) fn accept_invitation(&mut self, account: UserId, body: &Value) -> HttpResponse {
        let (now, id) = (self.now, PartnershipId(self.new_history_id()));
        let hash = hash_of(body);
        match self.contents.partners.model.accept(account, &hash, id, now) {
            Err(reason) => refusal(reason),
            Ok(accepted) => {
                if accepted == id
                    && let Some(partner) = self.partner(account)
                {
                    self.add_news(partner, "joined");
                    self.note_change(account);
                }
                ok(json!({"state": "ok", "partnership_id": accepted}))
            }
        }
    }

    /// Handles `withdraw_invitation`.
    pub(super) fn withdraw_invitation(&mut self, account: UserId) -> HttpResponse {
        if self.contents.partners.model.open_invitation(account, self.now).is_some() {
            self.contents.partners.model.withdraw(account);
            self.note_change(account);
        }
        ok(json!({"state": "ok"}))
    }

    /// Removes what an erasure of the account's data removes.
    pub(super) fn erase_partner(&mut self, account: UserId) {
        self.leave_partner(account);
        self.contents.partners.model.withdraw(account);
        let keeps_texts = self.user(account).keeps_texts.clone();
        let data = UserData { keeps_texts, ..UserData::default() };
        self.contents.partners.users.insert(account, data);
        self.note_change(account);
    }

    /// Ends the partnership of the account, if it has one.
    pub(super) fn leave_partner(&mut self, account: UserId) {
        let Some(current) = self.contents.partners.model.current(account) else { return };
        let id = current.id;
        if let Some(partner) = self.partner(account) {
            self.add_news(partner, "left");
        }
        self.note_change(account);
        self.contents.partners.model.leave(account, id, self.now);
    }

    /// Changes the numbers of what the account and its partner see.
    pub(super) fn note_change(&mut self, account: UserId) {
        self.contents.seq += 1;
        let seq = self.contents.seq;
        for user in [Some(account), self.partner(account)].into_iter().flatten() {
            self.user(user).seq = seq;
        }
    }

    /// Records that the sits of the account have changed.
    pub(super) fn note_sits(&mut self, account: UserId) {
        if self.partner(account).is_some() {
            self.note_change(account);
        }
    }

    /// Returns the choice of a user about texts.
    #[must_use]
    pub fn keeps_texts_of(&self, user: UserId) -> Register<bool> {
        let users = &self.contents.partners.users;
        users.get(&user).cloned().unwrap_or_default().keeps_texts
    }

    /// Replaces the choice of a user about texts, as the owner of the project can.
    pub fn set_keeps_texts_of(&mut self, user: UserId, choice: Register<bool>) {
        self.user(user).keeps_texts = choice;
    }

    /// Returns `keeps_texts` of the account, as a pull does; null if this server does not store it.
    pub(super) fn keeps_texts(&self, account: UserId) -> Value {
        if self.faults.without_keeps_texts || self.faults.without_partners {
            return Value::Null;
        }
        let Register { value, revision, deviceid } = self.keeps_texts_of(account);
        json!({"keeps": value, "revision": revision, "deviceid": device_json(revision, deviceid)})
    }

    /// Returns `partner_seq` of the account.
    pub(super) fn partner_seq(&self, account: UserId) -> i64 {
        self.contents.partners.users.get(&account).map_or(0, |user| user.seq)
    }

    fn user(&mut self, account: UserId) -> &mut UserData {
        self.contents.partners.users.entry(account).or_default()
    }

    fn partner(&self, account: UserId) -> Option<UserId> {
        let current = self.contents.partners.model.current(account)?;
        let is_inviter = current.role(account) == Some(Role::Inviter);
        Some(if is_inviter { current.invitee } else { current.inviter })
    }

    fn add_news(&mut self, to: UserId, kind: &str) {
        self.contents.seq += 1;
        let news = json!({"seq": self.contents.seq, "kind": kind, "at": self.now});
        self.user(to).news.push(news);
    }

    /// Handles `sync_partner`.
    pub(super) fn sync_partner(&mut self, account: UserId, body: &Value) -> HttpResponse {
        let agreed = self.data(account).erasure_id;
        if agreed.is_some() && agreed != id(&body["erasure_id"]) {
            return ok(json!({
                "state": "erased", "partner_seq": self.partner_seq(account), "outcomes": {},
                "erasure_id": agreed,
            }));
        }
        let mut outcomes = serde_json::Map::new();
        for part in ["profile", "target", "privacy", "bow", "leave", "keeps_texts"] {
            let is_known = part != "keeps_texts" || !self.faults.without_keeps_texts;
            if is_known && !body[part].is_null() {
                let outcome = self.store_part(account, part, &body[part]);
                outcomes.insert(part.into(), outcome.into());
            }
        }
        let seq = self.partner_seq(account);
        if outcomes.is_empty() && body["known_partner_seq"].as_i64() == Some(seq) {
            return ok(json!({"state": "unchanged", "partner_seq": seq, "outcomes": outcomes}));
        }
        let mut view = self.partner_view(account);
        view["state"] = "ok".into();
        view["partner_seq"] = seq.into();
        view["outcomes"] = outcomes.into();
        ok(view)
    }

    /// Stores one part of what was sent, and returns its outcome.
    fn store_part(&mut self, account: UserId, part: &str, sent: &Value) -> &'static str {
        let now = self.now;
        let current = self.contents.partners.model.current(account).cloned();
        let partnership = id(&sent["partnership_id"]).map(PartnershipId);
        let of_current = current.as_ref().filter(|it| Some(it.id) == partnership);
        let outcome = match part {
            "keeps_texts" => {
                let value = sent["keeps"].as_bool().ok_or("bad_keeps");
                return match register(sent, value) {
                    Ok(sent) => join(&mut self.user(account).keeps_texts, sent),
                    Err(reason) => reason,
                };
            }
            "profile" => register(sent, profile_of(sent))
                .map(|sent| join(&mut self.user(account).profile, sent)),
            "target" => {
                let value = sent["target"].as_u64().and_then(|it| u32::try_from(it).ok());
                let value = value.and_then(|it| WeeklyTarget::new(it).ok()).ok_or("bad_target");
                register(sent, value).map(|sent| {
                    let value = sent.value;
                    let outcome = join(&mut self.user(account).target, sent);
                    if outcome == "stored" {
                        self.contents.partners.model.set_target(account, value, now);
                    }
                    outcome
                })
            }
            "privacy" => {
                let level = sent["level"].as_str().and_then(Privacy::from_name);
                match (register(sent, level.ok_or("bad_level")), of_current) {
                    (Err(reason), _) => Err(reason),
                    (Ok(_), None) => Err("no_partnership"),
                    (Ok(sent), Some(current)) => {
                        let key = (current.id, account);
                        let known =
                            self.contents.partners.privacy.entry(key).or_insert(
                                Register::untouched(Privacy::Counts, DeviceId(Uuid::nil())),
                            );
                        Ok(join_privacy(known, sent))
                    }
                }
            }
            "bow" => match (id(&sent["id"]), of_current) {
                (None, _) => Err("bad_id"),
                (Some(_), None) => Err("no_partnership"),
                (Some(bow), Some(current)) => {
                    let count = self.partners_count(current, account);
                    let may = self.may_bow(current, account);
                    let bows =
                        self.contents.partners.bows.entry((current.id, account)).or_default();
                    match (bows.1.contains(&bow), may, self.partner(account)) {
                        (true, ..) => return "sent",
                        (false, true, Some(partner)) => {
                            let bows = self
                                .contents
                                .partners
                                .bows
                                .entry((current.id, account))
                                .or_default();
                            bows.0 = count;
                            bows.1.insert(bow);
                            self.add_news(partner, "bow");
                            Ok("sent")
                        }
                        _ => Err("not_yet"),
                    }
                }
            },
            _ if of_current.is_some() => {
                self.leave_partner(account);
                return "left";
            }
            _ => {
                let known = self.contents.partners.model.partnerships().iter();
                let mut known = known.filter(|it| it.role(account).is_some());
                let is_known = known.any(|it| Some(it.id) == partnership);
                return if is_known { "left" } else { "no_partnership" };
            }
        };
        if matches!(outcome, Ok("stored" | "sent")) {
            self.note_change(account);
        }
        outcome.unwrap_or_else(|reason| reason)
    }

    /// Returns the model with the sits that are stored now.
    fn model(&self) -> Model {
        let mut model = self.contents.partners.model.clone();
        for (user, data) in &self.contents.accounts {
            for (sit, _) in data.sits.values().filter(|(sit, _)| sit.counts()) {
                model.set_sit(*user, sit.id, Some(sit.effective_start().utc));
            }
        }
        model
    }

    fn partners_count(&self, current: &Membership, account: UserId) -> u32 {
        self.model().weeks(current, account, self.now).iter().map(|week| week.partners).sum()
    }

    fn may_bow(&self, current: &Membership, account: UserId) -> bool {
        let bowed = self.contents.partners.bows.get(&(current.id, account));
        self.partners_count(current, account) > bowed.map_or(0, |(count, _)| *count)
    }

    /// Returns what a user shows in a partnership.
    fn shown(&mut self, current: &Membership, user: UserId) -> Value {
        let level = self.contents.partners.privacy.get(&(current.id, user));
        let level = level.map_or(Privacy::Counts, |level| level.value);
        let earliest = self.now - TIMES_SHOWN;
        let sits =
            self.contents.accounts.get(&user).into_iter().flat_map(|data| data.sits.values());
        let times: Vec<_> = sits
            .map(|(sit, _)| (sit.effective_start(), sit))
            .filter(|(start, sit)| {
                sit.counts() && start.utc > earliest && start.utc >= current.started_at
            })
            .map(|(start, sit)| json!([start.utc, sit.effective_length(), null]))
            .collect();
        let data = self.user(user);
        let profile = profile_json(&data.profile);
        json!({
            "name": profile["name"], "image": profile["image"], "target": data.target.value,
            "shares": level, "times": (level == Privacy::Times).then_some(times),
        })
    }

    fn partner_view(&mut self, account: UserId) -> Value {
        let (now, model) = (self.now, self.model());
        let current = model.current(account).cloned();
        let partnership = current.as_ref().map(|current| {
            let role = current.role(account).unwrap_or(Role::Inviter);
            let partner = if role == Role::Inviter { current.invitee } else { current.inviter };
            let mut shown = self.shown(current, partner);
            let times = shown["times"].take();
            let privacy = self.contents.partners.privacy.get(&(current.id, account)).cloned();
            let privacy =
                privacy.unwrap_or(Register::untouched(Privacy::Counts, DeviceId(Uuid::nil())));
            let weeks = model.weeks(current, account, now);
            let tally = model.tally(current, now);
            let newest = weeks.len().saturating_sub(WEEKS);
            json!({
                "id": current.id, "startedat": current.started_at,
                "firstweekat": current.first_week_at, "role": role, "partner": shown,
                "privacy": {
                    "level": privacy.value, "revision": privacy.revision,
                    "deviceid": device_json(privacy.revision, privacy.deviceid),
                },
                "weeks": weeks[newest..].iter().map(|week| json!({
                    "number": week.number, "start": week.start, "goal": week.goal,
                    "mine": week.mine, "partner": week.partners, "kept": week.kept(),
                })).collect::<Vec<_>>(),
                "kept": tally.kept, "missed": tally.missed, "times": times,
                "bow": {"may": self.may_bow(current, account)},
            })
        });
        let shown_to_partner = current.map(|current| self.shown(&current, account));
        let ended = model.partnerships().iter().filter(|it| it.role(account).is_some());
        let former: Vec<_> = ended
            .filter_map(|it| Some((it, it.ended_at?)))
            .map(|(it, ended_at)| {
                let tally = model.tally(it, now);
                json!({
                    "id": it.id, "startedat": it.started_at, "endedat": ended_at,
                    "kept": tally.kept, "of": tally.kept + tally.missed,
                })
            })
            .collect();
        let invitation = model.open_invitation(account, now).map(|at| json!({"expiresat": at}));
        let data = self.user(account);
        let newest = data.news.len().saturating_sub(NEWS);
        json!({
            "profile": profile_json(&data.profile),
            "target": {
                "target": data.target.value, "revision": data.target.revision,
                "deviceid": device_json(data.target.revision, data.target.deviceid),
            },
            "invitation": invitation, "partnership": partnership,
            "shown_to_partner": shown_to_partner, "former": former, "news": data.news[newest..],
        })
    }
}

/// Returns the hash of the code that was sent.
fn hash_of(body: &Value) -> String {
    use sha2::{Digest as _, Sha256};
    let code = body["code"].as_str().unwrap_or_default();
    Sha256::digest(code.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The clock of a new server.
pub(super) fn start_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_323_200, 0).unwrap_or_default()
}
