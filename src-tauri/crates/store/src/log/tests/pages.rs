//! Pages of the log, in both directions and under any filter.

use super::{LABELS, insert, now, owned_sessions, session, sign_in, store, user};
use crate::log::page;
use crate::{
    LogEntry, LogFilter, LogPage, LogPosition, LogQuery, Outcome, OwnerFilter, Store, StoreError,
};
use chrono::{Days, NaiveDate, Timelike};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::day::{TimeRange, day_of};
use zafu_core::ids::{SessionId, SessionRef, UserId};
use zafu_core::label::LabelKey;
use zafu_core::session::{Session, Source, Stage};
use zafu_core::settings::Settings;
use zafu_core::time::Seconds;

pub(super) type Owned = (Session, Option<UserId>);

fn day(session: &Session) -> NaiveDate {
    day_of(session.effective_start(), Bounded::new(4).unwrap())
}

/// Returns the label as which a label is shown: account 1 has merged "Walking" into "Zazen", account 2 has deleted "Zazen".
pub(super) fn shown_as((session, owner): &Owned) -> Option<LabelKey> {
    let label = session.details.value.label.as_str();
    let shown = match (*owner, label) {
        (_, "") => return None,
        (Some(owner), "Walking") if owner == user(1) => "Zazen",
        (Some(owner), "Zazen") if owner == user(2) => return None,
        (_, label) => label,
    };
    Some(LabelKey(shown.into()))
}

/// Merges and deletes labels as [`shown_as`] says, and calls the label "Metta walk" of all owners "Loving rainbows".
pub(super) fn change_labels(store: &Store) {
    store.on_writer(|connection| {
        connection
            .execute_batch(
                "INSERT INTO labels (owner, key) VALUES ('00000000-0000-0000-0000-000000000001', 'Zazen')
                 ON CONFLICT DO NOTHING;
                 UPDATE labels SET resolved = (
                   SELECT id FROM labels AS other WHERE other.owner = labels.owner AND other.key = 'Zazen'
                 ) WHERE key = 'Walking' AND owner = '00000000-0000-0000-0000-000000000001';
                 UPDATE labels SET resolved = NULL
                 WHERE key = 'Zazen' AND owner = '00000000-0000-0000-0000-000000000002';
                 UPDATE labels SET name = 'Loving rainbows', colour = 'red', shape = 'star', revision = 1,
                   deviceid = '00000000-0000-0000-0000-000000000009'
                 WHERE key = 'Metta walk'",
            )
            .unwrap();
    });
}

fn name(key: &LabelKey) -> &str {
    if key.0 == "Metta walk" { "Loving rainbows" } else { &key.0 }
}

fn has_words(one: &Owned, words: &str) -> bool {
    let split = |text: &str| {
        let text = text.to_lowercase().replace('é', "e");
        text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>()
    };
    let shown = shown_as(one);
    let mut found = split(&one.0.details.value.note);
    found.extend(shown.iter().flat_map(|key| split(name(key))));
    let mut searched = split(words).into_iter().filter(|word| !word.is_empty());
    searched.all(|word| found.iter().any(|one| one.starts_with(&word)))
}

fn outcome(session: &Session) -> Outcome {
    match session.lifecycle.stage {
        Stage::Started => Outcome::Started,
        Stage::EndedEarly { .. } => Outcome::EndedEarly,
        Stage::Completed { .. } => Outcome::Completed,
    }
}

/// Returns whether the log under `filter` has a session. Account 1 is shown.
pub(super) fn has(filter: &LogFilter, one: &Owned) -> bool {
    let (session, owner) = one;
    let owned = match filter.owner {
        OwnerFilter::Shown => owner.is_none_or(|owner| owner == user(1)),
        OwnerFilter::All => true,
        OwnerFilter::Of(of) => *owner == Some(of),
    };
    owned
        && session.deletion.value.is_none()
        && (filter.labels.is_empty() || filter.labels.contains(&shown_as(one)))
        && has_words(one, &filter.words)
        && filter.shortest.is_none_or(|shortest| session.effective_length() >= shortest)
        && filter.longest.is_none_or(|longest| session.effective_length() <= longest)
        && (filter.outcomes.is_empty() || filter.outcomes.contains(&outcome(session)))
        && (filter.sources.is_empty() || filter.sources.contains(&session.source))
        && filter.first_day.is_none_or(|first| day(session) >= first)
        && filter.last_day.is_none_or(|last| day(session) <= last)
        && filter.time.is_none_or(|time| {
            let local = session.effective_start().local();
            let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap();
            let TimeRange { from, until } = time;
            match from < until {
                true => (from..until).contains(&minute),
                false => minute >= from || minute < until,
            }
        })
}

/// Returns the whole log under `filter`, newest first. The ids of the tests decide between equal starts.
fn expected(filter: &LogFilter, all: &[Owned], entries: &[LogEntry]) -> Vec<SessionRef> {
    let mut log: Vec<_> = all.iter().filter(|one| has(filter, one)).collect();
    // Two owners can have the same id and start: then the store decides.
    let place = |one: &Owned| entries.iter().position(|entry| refers(entry) == reference(one));
    log.sort_by_key(|one| {
        let (session, _) = one;
        (std::cmp::Reverse((session.effective_start().utc, session.id)), place(one))
    });
    log.into_iter().map(reference).collect()
}

pub(super) fn reference((session, owner): &Owned) -> SessionRef {
    SessionRef { id: session.id, owner: *owner }
}

pub(super) fn refers(entry: &LogEntry) -> SessionRef {
    SessionRef { id: entry.session.id, owner: entry.owner }
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    (prop::sample::select(&["2025-12-29", "1969-12-28"][..]), 0_u64..9)
        .prop_map(|(first, days)| first.parse::<NaiveDate>().unwrap() + Days::new(days))
}

pub(super) fn filter() -> impl Strategy<Value = LogFilter> {
    let owner = prop_oneof![
        Just(OwnerFilter::Shown),
        Just(OwnerFilter::All),
        (1_u128..5).prop_map(|n| OwnerFilter::Of(user(n))),
    ];
    let label = prop::sample::select(&LABELS[..])
        .prop_map(|key| (!key.is_empty()).then(|| LabelKey(key.into())));
    let words = prop_oneof![
        2 => Just(""),
        2 => prop::sample::select(
            &["rain", "RAINB", "za", "walk", "Zazen rain", "cafe sun", "rain loving", "-", "\"rain\" OR", "x"][..]
        ),
    ];
    let outcome =
        prop::sample::select(&[Outcome::Started, Outcome::EndedEarly, Outcome::Completed][..]);
    let source = prop::sample::select(&[Source::Timer, Source::Manual, Source::Import][..]);
    let time = prop::sample::select(&[(0, 720), (360, 390), (1380, 61), (720, 720)][..])
        .prop_map(|(from, until)| TimeRange { from, until });
    let seconds = || prop::option::weighted(0.2, prop::sample::select(&[59, 60, 3000][..]));
    (
        (owner, words, seconds(), seconds()),
        prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(label, 1..3)],
        prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(outcome, 1..3)],
        prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(source, 1..3)],
        prop::option::weighted(0.2, dates()),
        prop::option::weighted(0.2, dates()),
        prop::option::weighted(0.2, time),
    )
        .prop_map(
            |(
                (owner, words, shortest, longest),
                labels,
                outcomes,
                sources,
                first_day,
                last_day,
                time,
            )| {
                LogFilter {
                    owner,
                    labels,
                    words: words.into(),
                    shortest: shortest.map(Seconds),
                    longest: longest.map(Seconds),
                    outcomes,
                    sources,
                    first_day,
                    last_day,
                    time,
                }
            },
        )
}

fn page_of(store: &Store, filter: &LogFilter, position: LogPosition, limit: u32) -> LogPage {
    store.log(&LogQuery { filter: filter.clone(), position, limit }).unwrap()
}

fn references(page: &LogPage) -> Vec<SessionRef> {
    page.entries.iter().map(refers).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn pages_of_every_filter_and_position_are_parts_of_the_sorted_list(
        all in owned_sessions(60), filters in prop::collection::vec((filter(), dates(), 1_u32..8), 1..12),
    ) {
        let (_folder, store) = store();
        sign_in(&store);
        insert(&store, &all);
        change_labels(&store);
        let every = LogFilter { owner: OwnerFilter::All, ..LogFilter::default() };
        let entries = page_of(&store, &every, LogPosition::Newest, 1000).entries;
        for (filter, date, limit) in filters {
            let log = expected(&filter, &all, &entries);
            let parts = |pages: Vec<LogPage>| pages.iter().map(references).collect::<Vec<_>>();

            // From the newest to the oldest.
            let mut page = page_of(&store, &filter, LogPosition::Newest, limit);
            prop_assert!(!page.has_newer);
            prop_assert_eq!(page.newer.unwrap_or(0), 0);
            if let Some(total) = page.total {
                prop_assert_eq!(total as usize, log.len());
            }
            prop_assert!(page.total.is_some() || filter != LogFilter::default());
            let mut pages = vec![];
            while let Some(last) = page.entries.last().map(refers) {
                let more = page.has_older;
                pages.push(page);
                page = page_of(&store, &filter, LogPosition::After(last), limit);
                prop_assert!(page.has_newer);
                prop_assert_eq!(more, !page.entries.is_empty());
            }
            let found = parts(pages.clone());
            let sizes: Vec<_> = log.chunks(limit as usize).map(<[_]>::to_vec).collect();
            prop_assert_eq!(found, sizes, "{:?}", filter);
            for entry in pages.iter().flat_map(|page| &page.entries) {
                let one = (entry.session.clone(), entry.owner);
                prop_assert!(all.contains(&one));
                prop_assert_eq!(entry.day, day(&entry.session));
                prop_assert_eq!(&entry.label, &shown_as(&one));
            }

            // Totals of days are of all sessions of the owners that are over.
            for page in &pages {
                let days: BTreeSet<_> = page.entries.iter().map(|entry| entry.day).collect();
                prop_assert!(page.days.iter().map(|(day, _)| *day).eq(days.iter().rev().copied()));
                for (date, total) in &page.days {
                    let owners = LogFilter { owner: filter.owner, ..LogFilter::default() };
                    let of_day: Vec<_> = all
                        .iter()
                        .filter(|one| has(&owners, one) && day(&one.0) == *date)
                        .filter(|(session, _)| outcome(session) != Outcome::Started)
                        .collect();
                    prop_assert_eq!(total.sits as usize, of_day.len());
                    let seconds = of_day.iter().map(|one| u64::from(one.0.effective_length().0));
                    prop_assert_eq!(total.seconds, seconds.sum::<u64>());
                }
            }

            // From the oldest to the newest.
            let mut newer = vec![];
            let mut next = log.last().copied();
            while let Some(last) = next {
                let page = page_of(&store, &filter, LogPosition::Before(last), limit);
                prop_assert!(page.has_older);
                next = page.entries.first().map(refers);
                let reached = next.or(Some(last)) == log.first().copied();
                prop_assert_eq!(page.has_newer, !reached, "{:?}", filter);
                newer.splice(0..0, references(&page));
            }
            prop_assert_eq!(&newer[..], &log[..log.len().saturating_sub(1)], "{:?}", filter);

            // From a day on.
            let page = page_of(&store, &filter, LogPosition::Day(date), limit);
            let day_of = |one: &SessionRef| {
                let (session, _) = all.iter().find(|other| reference(other) == *one).unwrap();
                day(session)
            };
            let at = log.iter().position(|one| day_of(one) <= date).unwrap_or(log.len());
            let end = log.len().min(at + limit as usize);
            prop_assert_eq!(references(&page), &log[at..end], "{:?} {}", filter, date);
            prop_assert_eq!(page.has_newer, at > 0);
            prop_assert_eq!(page.has_older, end < log.len());
            prop_assert_eq!(page.newer.is_some(), page.total.is_some() || at == 0);
            prop_assert!(page.newer.is_none_or(|newer| newer as usize == at), "{:?} {:?}", page.newer, at);
        }
    }
}

fn inserted(all: &[Owned]) -> (tempfile::TempDir, Store) {
    let (folder, store) = store();
    sign_in(&store);
    insert(&store, all);
    (folder, store)
}

fn sits(count: u128) -> Vec<Owned> {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    (1..=count)
        .map(|n| {
            let mut session = session(n).new_tree(&mut runner).unwrap().current();
            session.deletion.value = None;
            (session, None)
        })
        .collect()
}

#[test]
fn a_page_continues_after_a_sit_that_was_deleted_since_it_was_read() {
    let (_folder, store) = inserted(&sits(10));
    let filter = LogFilter::default();
    let log = references(&page_of(&store, &filter, LogPosition::Newest, 10));
    for (n, deleted) in log.iter().enumerate() {
        store.delete(&[*deleted], now().utc).unwrap();
        let older = page_of(&store, &filter, LogPosition::After(*deleted), 20);
        assert_eq!(references(&older), log[n + 1..]);
        let newer = page_of(&store, &filter, LogPosition::Before(*deleted), 20);
        assert_eq!(references(&newer), log[..n]);
        store.undelete(&[*deleted]).unwrap();
    }
}

#[test]
fn a_position_at_a_session_that_does_not_exist_is_an_error() {
    let (_folder, store) = inserted(&sits(2));
    let unknown = SessionRef { id: SessionId(Uuid::from_u128(77)), owner: None };
    for position in [LogPosition::After(unknown), LogPosition::Before(unknown)] {
        let query = LogQuery { position, ..LogQuery::newest(1) };
        assert!(
            matches!(store.log(&query), Err(StoreError::NoSuchSession { id }) if id == unknown.id)
        );
    }
}

#[test]
fn the_first_and_the_last_date_are_valid() {
    let (_folder, store) = inserted(&sits(5));
    let default = LogFilter::default();
    assert_eq!(page_of(&store, &default, LogPosition::Day(NaiveDate::MAX), 9).entries.len(), 5);
    assert_eq!(page_of(&store, &default, LogPosition::Day(NaiveDate::MIN), 9).entries.len(), 0);
    let all = LogFilter {
        first_day: Some(NaiveDate::MIN),
        last_day: Some(NaiveDate::MAX),
        ..LogFilter::default()
    };
    assert_eq!(page_of(&store, &all, LogPosition::Newest, 9).entries.len(), 5);
}

#[test]
fn another_day_start_moves_sits_to_other_days() {
    let mut one = sits(1);
    let details = &mut one[0].0.details.value;
    (details.corrected_start, details.corrected_offset) =
        (Some("2026-03-02T03:30:00Z".parse().unwrap()), Some(zafu_core::time::UtcOffset(0)));
    let (_folder, store) = inserted(&one);
    for (hour, date) in
        [(4, "2026-03-01"), (3, "2026-03-02"), (23, "2026-03-01"), (0, "2026-03-02")]
    {
        let day_starts_at_hour = Bounded::new(hour).unwrap();
        let before = page_of(&store, &LogFilter::default(), LogPosition::Newest, 1);
        store.save_settings(&Settings { day_starts_at_hour, ..Settings::default() }).unwrap();
        assert_eq!(page_of(&store, &LogFilter::default(), LogPosition::Newest, 1), before);
        let is_other = store.day_start().unwrap() != day_starts_at_hour;
        assert_eq!(store.derive_days(&Arc::default()).unwrap(), is_other);
        let page = page_of(&store, &LogFilter::default(), LogPosition::Newest, 1);
        assert_eq!(page.entries[0].day, date.parse().unwrap(), "{hour}");
    }
}

/// Each scan of a page follows an index in the order of the log; nothing is sorted.
#[test]
fn pages_are_read_in_the_order_of_an_index() {
    let mut all = sits(40);
    for (n, (session, _)) in all.iter_mut().take(20).enumerate() {
        session.details.value.label = format!("label {n}");
    }
    let many = (0..20).map(|n| Some(LabelKey(format!("label {n}")))).collect();
    all.extend(all.clone().into_iter().map(|(session, _)| (session, Some(user(1)))));
    let (_folder, store) = inserted(&all);
    let key = |key: &str| Some(LabelKey(key.into()));
    const BY_KIND: &str = "log_rows USING COVERING INDEX log_rows_by_kind (owner=? AND label=? AND outcome=? AND source=? AND position>? AND position<?)";
    let filters = [
        (
            LogFilter::default(),
            "log_rows USING PRIMARY KEY (owner=? AND position>? AND position<?)",
        ),
        (
            LogFilter { labels: vec![key("Zazen"), key("Walking"), None], ..LogFilter::default() },
            BY_KIND,
        ),
        (
            LogFilter { labels: many, ..LogFilter::default() },
            "log_rows USING PRIMARY KEY (owner=? AND position>? AND position<?)",
        ),
        (
            LogFilter { words: "rain zazen".into(), ..LogFilter::default() },
            "log_rows USING INDEX log_rows_by_position (position=? AND owner=?)",
        ),
        (
            LogFilter {
                outcomes: vec![Outcome::Completed],
                sources: vec![Source::Timer],
                longest: Some(Seconds(9)),
                ..LogFilter::default()
            },
            BY_KIND,
        ),
        (
            LogFilter {
                longest: Some(Seconds(9)),
                first_day: Some(NaiveDate::MIN),
                ..LogFilter::default()
            },
            "log_rows USING PRIMARY KEY (owner=? AND position>? AND position<?)",
        ),
    ];
    for (filter, search) in filters {
        for (newer, owner) in [false, true].into_iter().flat_map(|newer| {
            [OwnerFilter::Of(user(1)), OwnerFilter::Shown, OwnerFilter::All]
                .map(|owner| (newer, owner))
        }) {
            let filter = LogFilter { owner, ..filter.clone() };
            let labels = filter.labels.clone();
            let plan: Vec<String> = store.on_writer(move |connection| {
                let sql = page::sql(connection, &filter, newer).unwrap();
                let mut statement =
                    connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
                let parameters = (1..=statement.parameter_count()).map(|_| 1);
                let rows = statement
                    .query_map(rusqlite::params_from_iter(parameters), |row| row.get("detail"))
                    .unwrap();
                rows.collect::<Result<_, _>>().unwrap()
            });
            assert!(plan.iter().any(|step| step.ends_with(search)), "{plan:#?}");
            for step in &plan {
                let is_known = step.starts_with("MERGE (UNION ALL)")
                    || step == "LEFT"
                    || step == "RIGHT"
                    || step.ends_with(search)
                    || step.starts_with("SCAN note_words VIRTUAL TABLE INDEX ");
                assert!(is_known, "{step} in {plan:#?} for {labels:?}");
            }
        }
    }
}
