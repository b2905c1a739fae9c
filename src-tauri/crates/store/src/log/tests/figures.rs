//! Figures of the log equal what is computed from the list of sessions.

use super::{insert, owned_sessions, sign_in, store, user};
use crate::{DayTotal, Insight, InsightQuery, LengthTotal, OwnerFilter, Total, YearTotal};
use chrono::{Datelike, Days, Months, NaiveDate, Timelike};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use zafu_core::bounded::Bounded;
use zafu_core::day::{day_of, days_with_sits, longest_streak, streak};
use zafu_core::ids::UserId;
use zafu_core::label::LabelKey;
use zafu_core::session::{Session, Stage};

fn day(session: &Session) -> NaiveDate {
    day_of(session.effective_start(), Bounded::new(4).unwrap())
}

fn total<'a>(sits: impl IntoIterator<Item = &'a Session>) -> Total {
    sits.into_iter().fold(Total::default(), |mut total, session| {
        total += Total { sits: 1, seconds: session.effective_length().0.into() };
        total
    })
}

fn label(session: &Session) -> Option<LabelKey> {
    let label = &session.details.value.label;
    (!label.is_empty()).then(|| LabelKey(label.clone()))
}

/// Adds up sits by a period and their label.
fn by_label<P: Ord + Copy>(
    sits: &[&Session],
    period: impl Fn(&Session) -> P,
) -> Vec<(P, Option<LabelKey>, Total)> {
    let mut groups: BTreeMap<_, Vec<&Session>> = BTreeMap::new();
    for session in sits {
        groups.entry((period(session), label(session))).or_default().push(session);
    }
    groups.into_iter().map(|((period, label), sits)| (period, label, total(sits))).collect()
}

fn expected(all: &[(Session, Option<UserId>)], query: &InsightQuery) -> Insight {
    let InsightQuery { owner, today, year, span } = *query;
    let is_owned = |owned: &Option<UserId>| match owner {
        OwnerFilter::Shown => owned.is_none_or(|owned| owned == user(1)),
        OwnerFilter::All => true,
        OwnerFilter::Of(of) => *owned == Some(of),
    };
    let sits: Vec<_> = all
        .iter()
        .filter(|(session, owned)| {
            is_owned(owned)
                && session.deletion.value.is_none()
                && !matches!(session.lifecycle.stage, Stage::Started)
        })
        .map(|(session, _)| session)
        .collect();
    let within = |first: NaiveDate, last: NaiveDate| {
        total(sits.iter().copied().filter(|session| (first..=last).contains(&day(session))))
    };
    let monday = today - Days::new(today.weekday().num_days_from_monday().into());
    let month = today.with_day(1).unwrap();
    let sat: BTreeSet<_> = sits.iter().map(|session| day(session)).collect();
    let selected: Vec<_> = sits
        .iter()
        .copied()
        .filter(|one| year.is_none_or(|year| day(one).year() == year))
        .collect();
    let mut half_hours = [0; 48];
    let mut lengths: BTreeMap<_, u32> = BTreeMap::new();
    for session in &selected {
        let local = session.effective_start().local();
        half_hours[(local.hour() * 2 + local.minute() / 30) as usize] += 1;
        *lengths.entry(session.effective_length().0 / 60).or_default() += 1;
    }
    let days = by_label(&selected, day).into_iter();
    Insight {
        first_day: sat.first().copied(),
        total: total(sits.iter().copied()),
        this_week: within(monday, today),
        last_week: within(monday - Days::new(7), monday - Days::new(1)),
        this_month: within(month, today),
        last_month: within(month - Months::new(1), month - Days::new(1)),
        streak: streak(&sat, today),
        longest_streak: longest_streak(&sat),
        recent_days: days_with_sits(&sat, today, span),
        years: by_label(&sits, |session| day(session).year())
            .into_iter()
            .map(|(year, label, total)| YearTotal { year, label, total })
            .collect(),
        days: days
            .filter(|_| year.is_some())
            .map(|(day, label, total)| DayTotal { day, label, total })
            .collect(),
        half_hours,
        lengths: lengths.into_iter().map(|(minutes, sits)| LengthTotal { minutes, sits }).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn figures_equal_those_of_the_list(
        all in owned_sessions(60), today in 0_u64..12,
        year in prop::sample::select(&[None, Some(1969), Some(1970), Some(2025), Some(2026), Some(2030)][..]),
    ) {
        let (_folder, store) = store();
        sign_in(&store);
        insert(&store, &all);
        let today = NaiveDate::from_ymd_opt(2025, 12, 27).unwrap() + Days::new(today);
        for owner in [OwnerFilter::Shown, OwnerFilter::All, OwnerFilter::Of(user(2)), OwnerFilter::Of(user(9))] {
            let query = InsightQuery { owner, today, year, span: 5 };
            prop_assert_eq!(store.insight(&query).unwrap(), expected(&all, &query));
            let (first, last) = (today - Days::new(3), today);
            let year = InsightQuery { year: Some(today.year()), ..query };
            let mut days = expected(&all, &year).days;
            days.extend(expected(&all, &InsightQuery { year: Some(today.year() - 1), ..query }).days);
            days.retain(|total| (first..=last).contains(&total.day));
            days.sort_by(|a, b| (a.day, &a.label).cmp(&(b.day, &b.label)));
            prop_assert_eq!(store.day_totals(owner, first..=last).unwrap(), days);
        }
    }
}

#[test]
fn sits_of_merged_labels_are_added_up_and_those_of_deleted_labels_have_none() {
    let (_folder, store) = store();
    for (n, label) in [(1, "Zazen"), (2, "Walking"), (3, "Walking"), (4, "Metta")] {
        let sit = zafu_core::edit::ManualSit {
            id: zafu_core::ids::SessionId(uuid::Uuid::from_u128(n)),
            start: super::now().minus(std::time::Duration::from_secs(7200)),
            length: zafu_core::time::Seconds(600),
            note: String::new(),
            label: label.into(),
        };
        store.add_manual(sit, super::now().utc).unwrap();
    }
    store.on_writer(|connection| {
        connection
            .execute_batch(
                "UPDATE labels SET resolved = (SELECT id FROM labels WHERE key = 'Zazen') WHERE key = 'Walking';
                 UPDATE labels SET resolved = NULL WHERE key = 'Metta'",
            )
            .unwrap();
    });
    let today = "2026-03-01".parse().unwrap();
    let totals = store.day_totals(OwnerFilter::Shown, today..=today).unwrap();
    let found: Vec<_> = totals
        .into_iter()
        .map(|one| (one.label.map(|key| key.0), one.total.sits, one.total.seconds))
        .collect();
    assert_eq!(found, [(None, 1, 600), (Some("Zazen".to_owned()), 3, 1800)]);
}
