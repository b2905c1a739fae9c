//! Rows of a server that this version cannot read, and sits that a server rejected by a fault of its own.

mod common;

use common::{at, id, pull_of, push_of, sat, sign_in, user};
use uuid::Uuid;
use zafu_core::session::Session;
use zafu_store::{AfterErasure, Cursor, Pull, RowOutcome, ServerRow, Store, UnreadableRow};

const OLD: &str = "0.1.0";
const NEW: &str = "0.2.0";

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    sign_in(&store);
    (folder, store)
}

fn unreadable(n: u128, body: &str) -> UnreadableRow {
    UnreadableRow { id: Uuid::from_u128(n), body: body.into() }
}

fn pull(store: &Store, rows: Vec<Session>, unreadable: Vec<UnreadableRow>) {
    let cursor = Cursor { seq: 5, history_id: Uuid::from_u128(5) };
    let pull = Pull { unreadable, version: OLD.into(), ..pull_of(rows, cursor) };
    store.apply_pull(user(1), pull).unwrap();
}

fn counts(store: &Store) -> (u32, u32, u32, u32) {
    let backlog = store.backlog(user(1)).unwrap();
    (backlog.pending, backlog.rejected, backlog.local_only, backlog.unreadable)
}

/// The ids and bodies that a comparison sees.
fn compared(store: &Store) -> Vec<String> {
    let mut seen = Vec::new();
    store
        .for_each_server_row(user(1), |row| {
            seen.push(match row {
                ServerRow::Session(session) => session.id.0.as_u128().to_string(),
                ServerRow::Unreadable(body) => body.to_owned(),
            });
        })
        .unwrap();
    seen
}

#[test]
fn real_life_06_an_unreadable_row_is_stored_counted_and_read_by_a_later_version() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    let like = store.session(id(1)).unwrap().unwrap();
    pull(&store, vec![Session { id: id(5), ..like.clone() }], vec![unreadable(3, "three")]);
    assert_eq!(counts(&store), (1, 0, 0, 1));
    assert_eq!(compared(&store), ["1", "three", "5"], "in the order of ids");
    assert_eq!(store.account().unwrap().unwrap().cursor.unwrap().seq, 5, "reading goes on");
    // A newer unreadable state replaces it.
    pull(&store, Vec::new(), vec![unreadable(3, "three, changed")]);
    assert_eq!(store.unreadable_by_other_versions(OLD).unwrap(), []);
    let found = store.unreadable_by_other_versions(NEW).unwrap();
    assert_eq!(found, [(user(1), unreadable(3, "three, changed"))]);
    let three = Session { id: id(3), ..like };
    assert_eq!(store.reread(vec![(user(1), three.clone())], NEW, at(0).wall.utc).unwrap(), 1);
    assert_eq!(store.session(id(3)).unwrap(), Some(three));
    assert_eq!(counts(&store), (1, 0, 0, 0));
    assert_eq!(compared(&store), ["1", "3", "5"]);
}

#[test]
fn real_life_06_a_newer_readable_state_replaces_an_unreadable_one() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    let three = Session { id: id(3), ..store.session(id(1)).unwrap().unwrap() };
    pull(&store, Vec::new(), vec![unreadable(3, "three")]);
    pull(&store, vec![three], Vec::new());
    assert_eq!(counts(&store), (1, 0, 0, 0));
}

#[test]
fn real_life_06_a_row_that_stays_unreadable_is_tried_once_per_version() {
    let (_folder, store) = store();
    pull(&store, Vec::new(), vec![unreadable(3, "three")]);
    store.reread(Vec::new(), NEW, at(0).wall.utc).unwrap();
    assert_eq!(store.unreadable_by_other_versions(NEW).unwrap(), []);
    assert_eq!(counts(&store), (0, 0, 0, 1));
}

#[test]
fn real_life_06_a_push_whose_outcome_cannot_be_read_is_acknowledged() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    let row = store.pending(1).unwrap()[0];
    let outcome = RowOutcome::Unreadable(unreadable(1, "one"));
    let push = push_of(row.session, row.generation, outcome);
    assert_eq!(store.apply_push(user(1), push).unwrap().acknowledged, 1);
    assert_eq!(counts(&store), (0, 0, 0, 1));
    assert_eq!(compared(&store), ["one"], "the comparison uses the state of the server");
}

#[test]
fn real_life_06_an_unreadable_row_is_sent_to_a_restored_server_once_it_can_be_read_unless_it_was_erased()
 {
    for (then, expected) in [
        (None, (2, 0, 0, 0)),
        (Some(AfterErasure::Upload), (2, 0, 0, 0)),
        (Some(AfterErasure::KeepHere), (0, 0, 2, 0)),
    ] {
        let (_folder, store) = store();
        sat(&store, id(1), 0);
        let three = Session { id: id(3), ..store.session(id(1)).unwrap().unwrap() };
        pull(&store, Vec::new(), vec![unreadable(3, "three")]);
        match then {
            None => store.restart_sync(user(1)).unwrap(),
            Some(then) => store.agree_to_erasure(user(1), Uuid::from_u128(9), then).unwrap(),
        }
        assert!(!compared(&store).contains(&"three".to_owned()), "{then:?}");
        assert_eq!(counts(&store).3, 1, "the row is still stored");
        store.reread(vec![(user(1), three)], NEW, at(0).wall.utc).unwrap();
        assert_eq!(counts(&store), expected, "{then:?}");
    }
}

#[test]
fn real_life_14_a_dead_letter_is_retried_once_after_each_change_of_the_server() {
    let (_folder, store) = store();
    assert_eq!(store.record_health(user(1), "well").unwrap(), 0);
    sat(&store, id(1), 0);
    let refuse = || {
        let row = store.pending(1).unwrap()[0];
        let push = push_of(
            row.session,
            row.generation,
            RowOutcome::Rejected { reason: "bad_source".into() },
        );
        assert_eq!(store.apply_push(user(1), push).unwrap().rejected, 1);
    };
    refuse();
    assert_eq!(store.record_health(user(1), "well").unwrap(), 0, "the server has not changed");
    assert_eq!(store.record_health(user(1), "ill").unwrap(), 1);
    assert_eq!(counts(&store), (1, 0, 0, 0));
    refuse();
    assert_eq!(store.record_health(user(1), "ill").unwrap(), 0, "once");
    assert_eq!(store.record_health(user(1), "well").unwrap(), 1);
}

#[test]
fn real_life_14_failed_requests_are_distinguished_from_rejected_rows_and_deferred_sits_stay_pending()
 {
    let (_folder, store) = store();
    for n in 1..=3 {
        sat(&store, id(n), n as u64 * 1000);
    }
    let rows = store.pending(9).unwrap();
    let outcomes = [
        RowOutcome::Rejected { reason: "bad_note".into() },
        RowOutcome::RequestFailed { reason: "22P02".into() },
        RowOutcome::Deferred { reason: "23502".into() },
    ];
    for (row, outcome) in rows.iter().zip(outcomes) {
        store.apply_push(user(1), push_of(row.session, row.generation, outcome)).unwrap();
    }
    assert_eq!(counts(&store), (1, 2, 0, 0));
    assert_eq!(store.retry_failed_requests(user(1)).unwrap(), 1);
    let pending: Vec<_> = store.pending(9).unwrap().iter().map(|row| row.session).collect();
    assert_eq!(pending, [rows[2].session, rows[1].session]);
    assert_eq!(store.dead_letters(user(1), 9).unwrap()[0].code, "bad_note");
}
