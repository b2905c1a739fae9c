//! Makes the views of the log from the data of the store.

use crate::protocol::{
    DayTotal, InsightPeriod, InsightView, LabelDayTotal, LabelView, LabelYearTotal,
    LengthTotalView, LogFilter, LogOwner, LogPage, LogPosition, LogQuery, Outcome, RecentDays,
    SitRecord, StageView, StreakView, TotalView,
};
use crate::sync::label_rejection;
use crate::view::{moment, planned};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use zafu_core::day::{DayStart, day_of, week_of};
use zafu_core::ids::{DeviceId, SessionId, UserId};
use zafu_core::label::LabelKey;
use zafu_core::session::{Lifecycle, Session, Stage};
use zafu_core::time::{Seconds, WallTime};
use zafu_core::timer::OpenSit;
use zafu_store::{
    self as store, LabelEntry, OwnerFilter, ReadOnlyStore, ReadSits, StoreError, Total,
};

/// Weeks of which the chart of weekdays shows the days.
const RECENT_WEEKS: u64 = 12;
/// Days of which those with a sit are counted, as in "47 of 48 days".
const RECENT_DAYS: u32 = 48;

/// Makes the records of the log. An open session of another device may still be running there.
pub(crate) struct Records {
    now: DateTime<Utc>,
    /// The open sits of this device.
    open: Vec<SessionId>,
    /// The ids of this device, former ones included.
    devices: Vec<DeviceId>,
    /// The hour at which the days of the log begin.
    day_start: DayStart,
}

/// A timed sit of another device counts as unfinished this long after its planned end: it may have been paused.
const GRACE: TimeDelta = TimeDelta::hours(1);
/// An open-ended sit of another device counts as unfinished this long after its start.
const LONGEST_OPEN: TimeDelta = TimeDelta::hours(24);

impl Records {
    /// Reads the open sits at `now`.
    pub fn of(store: &impl ReadSits, now: WallTime) -> Result<Self, StoreError> {
        let id = |open: &OpenSit| match open {
            OpenSit::Running(sit) => sit.id,
            OpenSit::Unsettled(unsettled) => unsettled.id,
        };
        Ok(Self {
            now: now.utc,
            open: store.open_sits()?.iter().map(id).collect(),
            devices: store.devices()?,
            day_start: store.day_start()?,
        })
    }

    fn stage(&self, session: &Session) -> StageView {
        let Lifecycle { startedat, sitlength, stage } = session.lifecycle;
        match stage {
            Stage::EndedEarly { .. } => StageView::EndedEarly,
            Stage::Completed { .. } => StageView::Completed,
            Stage::Started if self.open.contains(&session.id) => StageView::Started,
            Stage::Started => {
                let longest = match sitlength {
                    Seconds::ZERO => LONGEST_OPEN,
                    length => TimeDelta::seconds(length.0.into()) + GRACE,
                };
                match self.now - startedat < longest {
                    true => StageView::RunningElsewhere,
                    false => StageView::Unfinished,
                }
            }
        }
    }

    /// Returns the record of a session with its owner, and the label as which its label is shown.
    pub fn record(
        &self,
        session: &Session,
        owner: Option<UserId>,
        label: Option<&LabelKey>,
    ) -> SitRecord {
        let offset = session.effective_start().offset;
        let local = |utc| moment(WallTime::new(utc, offset));
        SitRecord {
            id: session.id,
            started_at: moment(session.effective_start()),
            day: day_of(session.effective_start(), self.day_start),
            planned_seconds: planned(session.lifecycle.sitlength),
            sat_seconds: session.effective_length(),
            stage: self.stage(session),
            ended_at: session.lifecycle.endedat().map(local),
            note: session.details.value.note.clone(),
            label: label_text(label),
            own_label: session.details.value.label.clone(),
            source: session.source,
            owner,
            other_device: !self.devices.contains(&session.deviceid),
            corrected: session.details.value.corrected_start.is_some()
                || session.details.value.corrected_length.is_some(),
        }
    }
}

/// Returns a page of the log at `now`.
///
/// # Errors
/// The sessions cannot be read, or the session at which the page begins does not exist.
pub fn log_page(
    store: &impl ReadSits,
    query: &LogQuery,
    now: WallTime,
) -> Result<LogPage, StoreError> {
    let page = store.log(&store::LogQuery {
        filter: filter(&query.filter),
        position: match query.position {
            LogPosition::Newest => store::LogPosition::Newest,
            LogPosition::After(session) => store::LogPosition::After(session),
            LogPosition::Before(session) => store::LogPosition::Before(session),
            LogPosition::Day(day) => store::LogPosition::Day(day),
        },
        limit: query.limit,
    })?;
    let records = Records::of(store, now)?;
    let record = |entry: &store::LogEntry| SitRecord {
        day: entry.day,
        ..records.record(&entry.session, entry.owner, entry.label.as_ref())
    };
    let day_total = |(day, total): (NaiveDate, Total)| DayTotal {
        day,
        sits: total.sits,
        seconds: total.seconds,
    };
    Ok(LogPage {
        sits: page.entries.iter().map(record).collect(),
        days: page.days.into_iter().map(day_total).collect(),
        newer: page.has_newer,
        older: page.has_older,
        newer_count: page.newer,
        total: page.total,
    })
}

pub(crate) fn filter(filter: &LogFilter) -> store::LogFilter {
    let outcome = |outcome: &Outcome| match outcome {
        Outcome::Started => store::Outcome::Started,
        Outcome::EndedEarly => store::Outcome::EndedEarly,
        Outcome::Completed => store::Outcome::Completed,
    };
    store::LogFilter {
        owner: owner(filter.owner),
        labels: filter.labels.iter().map(|key| LabelKey::of(key)).collect(),
        words: filter.words.clone(),
        shortest: filter.shortest,
        longest: filter.longest,
        outcomes: filter.outcomes.iter().map(outcome).collect(),
        sources: filter.sources.clone(),
        first_day: filter.first_day,
        last_day: filter.last_day,
        time: filter.time,
    }
}

/// Returns the labels of these owners that sits have or that were created or changed, by name.
///
/// # Errors
/// The labels cannot be read.
pub fn labels(database: &ReadOnlyStore, selected: LogOwner) -> Result<Vec<LabelView>, StoreError> {
    let labels = database.log_snapshot()?.labels(owner(selected))?;
    Ok(labels.into_iter().map(label).collect())
}

fn owner(owner: LogOwner) -> OwnerFilter {
    match owner {
        LogOwner::Shown => OwnerFilter::Shown,
        LogOwner::All => OwnerFilter::All,
        LogOwner::Of(id) => OwnerFilter::Of(id),
    }
}

/// Returns the local day at `now`, and the total of its sits of the account in use.
///
/// # Errors
/// The log cannot be read.
pub(crate) fn today(store: &impl ReadSits, now: WallTime) -> Result<DayTotal, StoreError> {
    let day = day_of(now, store.day_start()?);
    let mut total = Total::default();
    for label in store.day_totals(OwnerFilter::Shown, day..=day)? {
        total += label.total;
    }
    Ok(DayTotal { day, sits: total.sits, seconds: total.seconds })
}

/// Returns the figures of the log of the account in use, at `now`.
///
/// # Errors
/// The log cannot be read.
pub fn insight(
    store: &impl ReadSits,
    period: InsightPeriod,
    now: WallTime,
) -> Result<InsightView, StoreError> {
    let today = day_of(now, store.day_start()?);
    let year = match period {
        InsightPeriod::Current => Some(today.year()),
        InsightPeriod::All => None,
        InsightPeriod::Year(year) => Some(year),
    };
    let owner = OwnerFilter::Shown;
    let query = store::InsightQuery { owner, today, year, span: RECENT_DAYS };
    let figures = store.insight(&query)?;
    let days_since_first = figures.first_day.map_or(0, |first| (today - first).num_days() + 1);
    let span = u32::try_from(days_since_first).unwrap_or_default().min(RECENT_DAYS);
    let last_of_year = year.and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31));
    let last_recent = last_of_year.map_or(today, |last| last.min(today));
    let first_recent = week_of(last_recent)
        .checked_sub_days(Days::new(7 * (RECENT_WEEKS - 1)))
        .unwrap_or(last_recent);
    let recent_days = store.day_totals(owner, first_recent..=last_recent)?;
    Ok(InsightView {
        today,
        first_day: figures.first_day,
        total: total(figures.total),
        this_week: total(figures.this_week),
        last_week: total(figures.last_week),
        this_month: total(figures.this_month),
        last_month: total(figures.last_month),
        streak: StreakView { current: figures.streak, longest: figures.longest_streak },
        recent: RecentDays { days: figures.recent_days, span },
        labels: store.labels()?.into_iter().map(label).collect(),
        years: figures.years.into_iter().map(year_total).collect(),
        year,
        days: figures.days.into_iter().map(day_total).collect(),
        half_hours: figures.half_hours.to_vec(),
        lengths: figures.lengths.into_iter().map(length_total).collect(),
        recent_days: recent_days.into_iter().map(day_total).collect(),
    })
}

fn total(total: Total) -> TotalView {
    TotalView { sits: total.sits, seconds: total.seconds }
}

fn day_total(one: store::DayTotal) -> LabelDayTotal {
    let store::DayTotal { day, label, total } = one;
    LabelDayTotal {
        day,
        label: label_text(label.as_ref()),
        sits: total.sits,
        seconds: total.seconds,
    }
}

fn year_total(one: store::YearTotal) -> LabelYearTotal {
    let store::YearTotal { year, label, total } = one;
    LabelYearTotal {
        year,
        label: label_text(label.as_ref()),
        sits: total.sits,
        seconds: total.seconds,
    }
}

fn length_total(one: store::LengthTotal) -> LengthTotalView {
    LengthTotalView { minutes: one.minutes, sits: one.sits }
}

/// Makes the view of a label.
pub(crate) fn label(label: LabelEntry) -> LabelView {
    let LabelEntry { key, name, colour, shape, sits, rejected } = label;
    let rejected = rejected.as_deref().map(label_rejection);
    LabelView { key, name, colour, shape, sits, rejected }
}

/// Returns the key of a label as clients see it: the empty text for none.
fn label_text(label: Option<&LabelKey>) -> String {
    label.map(|key| key.0.clone()).unwrap_or_default()
}
