//! Changes of all sessions that a filter selects.

use super::pages::{Owned, change_labels, filter, has, reference, refers, shown_as};
use super::{LABELS, expected, insert, now, owned_sessions, sign_in, store};
use crate::{
    LogEntry, LogFilter, LogQuery, LogSelection, OwnerFilter, SelectionChange, Store, StoreError,
    Total,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;
use zafu_core::ids::{SessionId, SessionRef};
use zafu_core::label::LabelKey;

/// Returns the whole log of all owners.
fn log(store: &Store) -> Vec<LogEntry> {
    let filter = LogFilter { owner: OwnerFilter::All, ..LogFilter::default() };
    store.log(&LogQuery { filter, limit: 1000, ..LogQuery::default() }).unwrap().entries
}

fn sorted(sessions: impl IntoIterator<Item = SessionRef>) -> BTreeSet<SessionRef> {
    sessions.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn a_selection_is_counted_changed_and_reverted_as_a_whole(
        all in owned_sessions(60),
        filter in filter(),
        except in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        label in prop::sample::select(&LABELS[..]),
    ) {
        let (_folder, store) = store();
        sign_in(&store);
        insert(&store, &all);
        change_labels(&store);
        let listed: Vec<&Owned> = all.iter().filter(|one| has(&filter, one)).collect();
        let except = match listed.is_empty() {
            true => vec![],
            false => except.iter().map(|at| reference(listed[at.index(listed.len())])).collect(),
        };
        let chosen: Vec<_> =
            listed.into_iter().filter(|one| !except.contains(&reference(one))).collect();
        let selection = LogSelection { filter, except };
        let before = log(&store);

        let seconds = chosen.iter().map(|(sit, _)| u64::from(sit.effective_length().0)).sum();
        let total = Total { sits: u32::try_from(chosen.len()).unwrap(), seconds };
        prop_assert_eq!(store.selected_total(&selection).unwrap(), total);

        let deleted = store.delete_selection(&selection, now().utc).unwrap();
        prop_assert_eq!(deleted.count(), chosen.len());
        let chosen_refs = sorted(chosen.iter().map(|one| reference(one)));
        let rest = before.iter().filter(|entry| !chosen_refs.contains(&refers(entry)));
        prop_assert!(log(&store).iter().map(refers).eq(rest.map(refers)));
        expected::check(&store);
        store.revert(&Arc::new(deleted), now().utc).unwrap();
        expected::check(&store);
        // Of copies of one session with the same start, the one that was derived last comes last.
        let shown = |entries: Vec<LogEntry>| {
            let value = |one: LogEntry| {
                let (start, length) = (one.session.effective_start(), one.session.effective_length());
                let details = &one.session.details.value;
                let texts = (details.note.clone(), details.label.clone());
                (refers(&one), one.day, one.label, texts, start, length)
            };
            let mut shown: Vec<_> = entries.into_iter().map(value).collect();
            shown.sort_by_key(|(session, _, _, _, start, _)| (start.utc, *session));
            shown
        };
        prop_assert_eq!(shown(log(&store)), shown(before.clone()));

        let labelled = store.label_selection(&selection, label, now().utc).unwrap();
        let key = (!label.is_empty()).then(|| LabelKey(label.into()));
        let changed = chosen.iter().filter(|one| shown_as(one) != key);
        prop_assert_eq!(labelled.count(), changed.count());
        expected::check(&store);
        store.revert(&Arc::new(labelled), now().utc).unwrap();
        expected::check(&store);
        prop_assert_eq!(shown(log(&store)), shown(before));
    }
}

#[test]
fn a_change_that_fails_in_its_middle_changes_nothing() {
    let (_folder, store) = store();
    let now = now();
    for n in 1..=8_u128 {
        let start = now;
        let length = zafu_core::time::Seconds(60);
        let id = SessionId(Uuid::from_u128(n));
        let sit = zafu_core::edit::ManualSit {
            id,
            start,
            length,
            note: String::new(),
            label: "Zazen".into(),
        };
        let later = now.utc + chrono::TimeDelta::hours(1);
        store.add_manual(sit, later).unwrap();
    }
    let before = log(&store);
    let everything = LogSelection::default();
    let error = store.label_selection(&everything, "a\0b", now.utc).unwrap_err();
    assert!(matches!(error, StoreError::Nul { .. }), "{error:?}");
    assert_eq!(log(&store), before);
    let unknown = SessionId(Uuid::from_u128(99)).into();
    let known = before.iter().map(refers);
    let gone = SelectionChange::Deleted(known.chain([unknown]).collect());
    store.delete_selection(&everything, now.utc).unwrap();
    let error = store.revert(&Arc::new(gone), now.utc).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchSession { .. }), "{error:?}");
    assert_eq!(log(&store), []);
}
