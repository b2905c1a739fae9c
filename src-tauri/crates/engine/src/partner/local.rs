//! What this device knows of the partner, and what the user changes here. Needs no network: a change is sent later.

use super::is_current;
use super::weeks::{tally, weeks};
use crate::protocol::{
    ErrorCode, FormerPartnershipView, IpcError, NewsView, PartnerView, PartnershipView,
    PendingChange, ProfileView, ShownView, SpanView, WeekMode, WeekProgress, WeekView,
};
use crate::view::moment;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use std::ops::Range;
use uuid::Uuid;
use zafu_core::day::{DayStart, day_of, week_of};
use zafu_core::message;
use zafu_core::message::Message;
use zafu_core::partnership::{
    FormerPartnership, News, PartnerView as ServerView, Partnership, Privacy, SharedSit, Shown,
    WEEK, Week, together, week_share, week_start,
};
use zafu_core::profile::{InvalidName, Profile, ProfileName, WeeklyTarget};
use zafu_core::session::COUNTS_FROM;
use zafu_core::settings::WeekChoice;
use zafu_core::time::{Seconds, WallTime};
use zafu_core::timer::{Phase, Sit};
use zafu_store::{PartnerRequest, PartnerState, SettingState, Store, StoreError};

/// For how long partners see when a sit was.
const TIMES_SHOWN: TimeDelta = TimeDelta::days(28);
/// The number of news that are shown.
const NEWS_SHOWN: usize = 8;

/// What this device knows of the partner at a moment.
pub(crate) struct LocalPartner<'a> {
    pub store: &'a Store,
    pub now: WallTime,
}

/// A running sit, as far as its week needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunningSit {
    /// Its start.
    start: DateTime<Utc>,
    /// Whether it will count once it is completed, and is not counted yet.
    adds: bool,
}

impl RunningSit {
    pub(crate) fn of(sit: &Sit) -> Self {
        let planned = sit.plan.length.seconds();
        let is_long_enough = planned == Seconds::ZERO || planned >= COUNTS_FROM;
        let is_completed = matches!(sit.phase, Phase::Overtime { .. });
        Self { start: sit.started.utc, adds: is_long_enough && !is_completed }
    }
}

impl LocalPartner<'_> {
    /// Sets the profile. A name, once set, can be changed and not removed.
    pub(crate) fn set_profile(&self, profile: &ProfileView) -> Result<PartnerView, IpcError> {
        let name = match ProfileName::new(&profile.name) {
            Ok(name) => Some(name),
            Err(InvalidName::Empty) if self.store.partner()?.profile.value.name.is_none() => None,
            Err(error) => return Err(IpcError::new(ErrorCode::BadRequest, error.message())),
        };
        self.store.set_profile(Profile { name, image: profile.image })?;
        self.view()
    }

    pub(crate) fn set_target(&self, target: WeeklyTarget) -> Result<PartnerView, IpcError> {
        self.store.set_target(target)?;
        self.view()
    }

    pub(crate) fn set_privacy(&self, level: Privacy) -> Result<PartnerView, IpcError> {
        self.store.set_privacy(level)?;
        self.view()
    }

    pub(crate) fn bow(&self) -> Result<PartnerView, IpcError> {
        self.store.bow(Uuid::new_v4())?;
        self.view()
    }

    pub(crate) fn leave(&self) -> Result<PartnerView, IpcError> {
        self.store.leave()?;
        self.view()
    }

    /// Returns what is known of the profile, the target and the partner.
    pub(crate) fn view(&self) -> Result<PartnerView, IpcError> {
        let state = self.store.partner()?;
        let server = state.view.as_ref();
        let account = self.store.account()?;
        let kept = match &account {
            Some(account) => self.store.kept_invitation(account.id)?,
            None => None,
        };
        let invitation = server.and_then(|(view, _)| view.invitation_expires_at);
        let is_open = invitation.is_some_and(|at| at > self.now.utc);
        // Another device may have replaced the kept one, then the expiry differs.
        let can_show_invitation = is_open
            && kept
                .as_ref()
                .is_some_and(|kept| kept.expires_at.is_none_or(|at| Some(at) == invitation));
        // The server forgets one that has expired.
        let expired = kept.and_then(|kept| kept.expires_at).filter(|at| *at <= self.now.utc);
        let invitation = invitation.or(expired);
        let mut former = server.map_or(Vec::new(), |(view, _)| view.former.clone());
        former.sort_by_key(|former| std::cmp::Reverse(former.ended_at));
        let partnership = not_left(&state);
        Ok(PartnerView {
            read_at: server.map(|(_, at)| self.local(*at)),
            signed_in: account.as_ref().is_some_and(|account| account.signed_in),
            profile: profile(&state.profile.value),
            target: state.target.value,
            invitation_expires_at: invitation.map(|at| self.local(at)),
            can_show_invitation,
            partnership: match partnership {
                Some(partnership) => Some(self.partnership(&state, partnership)?),
                None => None,
            },
            former: former.iter().map(|former| self.former(former)).collect(),
            news: server
                .into_iter()
                .flat_map(|(view, _)| view.news.iter().rev().map(move |news| (view, news)))
                .filter(|(view, news)| is_current(view, news))
                .take(NEWS_SHOWN)
                .map(|(view, news)| self.news(view, news))
                .collect(),
            pending: pending(&state, account.is_some()),
            trouble: rejection(&state).map(|why| IpcError::new(ErrorCode::Rejected, why)),
        })
    }

    fn partnership(
        &self,
        state: &PartnerState,
        partnership: &Partnership,
    ) -> Result<PartnershipView, StoreError> {
        let weeks = self.weeks(state, partnership, partnership.started_at, self.now.utc)?;
        let total = tally(partnership, &weeks);
        let privacy = state.privacy.as_ref().map_or(Privacy::Counts, |privacy| privacy.value);
        let bows = state.bow.as_ref().is_some_and(|bow| bow.is_pending_for(partnership.id));
        let shown = state.view.as_ref().and_then(|(view, _)| view.shown_to_partner.as_ref());
        let mut spans = match &partnership.partner.times {
            Some(partners) if privacy == Privacy::Times => {
                let shown_since = self.now.utc - TIMES_SHOWN;
                let since = partnership.started_at.max(shown_since);
                together(&self.own_sits(since..DateTime::<Utc>::MAX_UTC)?, partners)
            }
            _ => Vec::new(),
        };
        spans.reverse();
        Ok(PartnershipView {
            id: partnership.id,
            started_at: self.local(partnership.started_at),
            partner: self.shown(&partnership.partner),
            shown: match shown {
                Some(shown) => self.shown(shown),
                None => ShownView {
                    profile: profile(&state.profile.value),
                    target: state.target.value,
                    privacy: partnership.privacy.value,
                    times: None,
                },
            },
            privacy,
            weeks: weeks.iter().map(|week| self.week_view(week)).collect(),
            kept: total.kept,
            missed: total.missed,
            may_bow: partnership.may_bow && !bows,
            together: spans
                .into_iter()
                .map(|(start, seconds)| SpanView { start: self.local(start), seconds })
                .collect(),
        })
    }

    /// Returns the weeks of the partnership that have begun until `until`, with the user's sits from `since` on.
    fn weeks(
        &self,
        state: &PartnerState,
        partnership: &Partnership,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Week>, StoreError> {
        let shown = state.view.as_ref().and_then(|(view, _)| view.shown_to_partner.as_ref());
        // A target that the server does not have yet holds only from the week after it.
        let mine = shown.map_or(state.target.value, |shown| shown.target);
        let goal = mine.get() + partnership.partner.target.get();
        let since = since.max(partnership.started_at);
        let sits = self.own_sits(since..DateTime::<Utc>::MAX_UTC)?;
        // The server may have a sit that this device cannot read, or an earlier state of one that it has rejected.
        let complete = match self.store.account()?.filter(|account| account.synced_at.is_some()) {
            Some(account) => {
                let backlog = self.store.backlog(account.id)?;
                backlog.rejected == 0 && backlog.unreadable == 0
            }
            None => false,
        };
        Ok(weeks(partnership, goal, &sits, complete, until))
    }

    /// Returns the sits of the account in use that count in a shared week.
    fn own_sits(&self, starts: Range<DateTime<Utc>>) -> Result<Vec<SharedSit>, StoreError> {
        match self.store.account()? {
            Some(account) => self.store.counted_sits(Some(account.id), starts),
            None => Ok(Vec::new()),
        }
    }

    /// Returns how far the week of the running sit is, or the current week if no sit runs.
    pub(crate) fn week(&self, running: Option<RunningSit>) -> Result<WeekProgress, IpcError> {
        let settings = self.store.settings()?;
        let state = self.store.partner()?;
        let moment = running.map_or(self.now.utc, |sit| sit.start);
        let shared = match not_left(&state) {
            Some(partnership) if settings.week != WeekChoice::Mine => {
                let until = moment.max(self.now.utc);
                let weeks = self.weeks(&state, partnership, moment - WEEK, until)?;
                weeks.into_iter().rev().find(|week| week.start <= moment)
            }
            _ => None,
        };
        let (mode, week, end) = match shared {
            Some(week) => (WeekMode::Ours, week, week.end()),
            None => {
                let (week, end) =
                    self.own_week(state.target.value, settings.day_starts_at_hour, moment)?;
                (WeekMode::Mine, week, end)
            }
        };
        let known = week.mine.saturating_add(week.partners);
        let sit = if running.is_some_and(|sit| !sit.adds) { 0.0 } else { 1.0 };
        Ok(WeekProgress {
            mode,
            start: self.local(week.start),
            end: self.local(end),
            goal: week.goal,
            mine: week.mine,
            partners: week.partners,
            kept: week.kept(),
            share: week_share(week.goal, known, 0.0),
            share_with_sit: week_share(week.goal, known, sit),
        })
    }

    /// Returns the user's own week: that of the calendar, from Monday on, with the sits of its local days; and its end.
    fn own_week(
        &self,
        target: WeeklyTarget,
        starts: DayStart,
        moment: DateTime<Utc>,
    ) -> Result<(Week, DateTime<Utc>), StoreError> {
        let offset = self.now.offset;
        let monday = week_of(day_of(WallTime::new(moment, offset), starts));
        let next_monday = monday.checked_add_days(Days::new(7)).unwrap_or(NaiveDate::MAX);
        let instant = |day: NaiveDate| {
            let local = day.and_time(chrono::NaiveTime::MIN)
                + TimeDelta::hours(starts.get().into())
                - TimeDelta::minutes(offset.0.into());
            local.and_utc()
        };
        let (start, end) = (instant(monday), instant(next_monday));
        // Sits at other UTC offsets are on other days.
        let day = TimeDelta::days(1);
        let sits = self.store.counted_sits(None, start - day..end + day)?;
        let mine = sits
            .iter()
            .map(|sit| day_of(WallTime::new(sit.start, sit.offset.unwrap_or(offset)), starts))
            .filter(|day| (monday..next_monday).contains(day))
            .count();
        let mine = u32::try_from(mine).unwrap_or(u32::MAX);
        Ok((Week { number: 1, start, goal: target.get(), mine, partners: 0 }, end))
    }

    fn week_view(&self, week: &Week) -> WeekView {
        WeekView {
            number: week.number,
            start: self.local(week.start),
            goal: week.goal,
            mine: week.mine,
            partners: week.partners,
            kept: week.kept(),
        }
    }

    fn shown(&self, shown: &Shown) -> ShownView {
        let span = |sit: &SharedSit| SpanView { start: self.local(sit.start), seconds: sit.length };
        let times = shown.times.as_ref().map(|times| {
            let mut times = times.clone();
            times.sort_by_key(|sit| std::cmp::Reverse(sit.start));
            times.iter().map(span).collect()
        });
        ShownView {
            profile: profile(&shown.profile),
            target: shown.target,
            privacy: shown.privacy,
            times,
        }
    }

    fn former(&self, former: &FormerPartnership) -> FormerPartnershipView {
        FormerPartnershipView {
            started_at: self.local(former.started_at),
            ended_at: self.local(former.ended_at),
            kept: former.tally.kept,
            missed: former.tally.missed,
        }
    }

    fn news(&self, view: &ServerView, news: &News) -> NewsView {
        let first = view.partnership.as_ref().map(|partnership| partnership.first_week_at);
        let week =
            first.zip(news.week).map(|(first, number)| self.local(week_start(first, number)));
        NewsView { kind: news.kind, at: self.local(news.at), week }
    }

    fn local(&self, at: DateTime<Utc>) -> String {
        moment(WallTime::new(at, self.now.offset))
    }
}

/// Returns the partnership, unless the user has left it and the server does not know yet.
fn not_left(state: &PartnerState) -> Option<&Partnership> {
    let partnership = state.view.as_ref()?.0.partnership.as_ref()?;
    let is_left = state.leave.as_ref().is_some_and(|leave| leave.is_pending_for(partnership.id));
    (!is_left).then_some(partnership)
}

pub(crate) fn profile(profile: &Profile) -> ProfileView {
    let name = profile.name.as_ref().map(ToString::to_string).unwrap_or_default();
    ProfileView { name, image: profile.image }
}

/// Returns the changes that the server does not have yet.
fn pending(state: &PartnerState, has_account: bool) -> Vec<PendingChange> {
    let is_queued =
        |request: &Option<PartnerRequest>| request.as_ref().is_some_and(|it| it.refusal.is_none());
    let privacy = state.privacy.as_ref().is_some_and(|it| it.state == SettingState::Pending);
    let changes = [
        (state.profile.state == SettingState::Pending, PendingChange::Profile),
        // Without an account there is nowhere to send it.
        (has_account && state.target.state == SettingState::Pending, PendingChange::Target),
        (privacy, PendingChange::Privacy),
        (is_queued(&state.bow), PendingChange::Bow),
        (is_queued(&state.leave), PendingChange::Leave),
    ];
    changes.into_iter().filter(|(is_pending, _)| *is_pending).map(|(_, change)| change).collect()
}

/// Returns why the server has rejected a change, if it has: see `supabase/README.md`.
fn rejection(state: &PartnerState) -> Option<Message> {
    fn code(state: &SettingState) -> Option<&str> {
        match state {
            SettingState::Rejected(code) => Some(code),
            _ => None,
        }
    }
    fn refusal(request: Option<&PartnerRequest>) -> Option<&str> {
        request.and_then(|request| request.refusal.as_deref())
    }
    if let Some(code) = code(&state.profile.state) {
        return Some(message!("partner-rejected-profile", code = code));
    }
    if let Some(code) = code(&state.target.state) {
        return Some(message!("partner-rejected-target", code = code));
    }
    if let Some(code) = state.privacy.as_ref().and_then(|privacy| code(&privacy.state)) {
        return Some(message!("partner-rejected-privacy", code = code));
    }
    match refusal(state.bow.as_ref()) {
        Some("not_yet") => return Some(message!("storage-bow-not-yet")),
        Some(code) => return Some(message!("partner-rejected-bow", code = code)),
        None => {}
    }
    refusal(state.leave.as_ref()).map(|code| message!("partner-rejected-leave", code = code))
}
