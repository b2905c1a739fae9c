//! Whose a sit is, who sees it, and what becomes of it when the server says something of it.

mod common;

use common::{acknowledge, at, drive, id, log, plan, pull_of, push_of, sat, sign_in, start, user};
use uuid::Uuid;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::session::{Details, Session, Stage};
use zafu_core::timer::{Command, Timer};
use zafu_store::{
    AfterErasure, Backlog, Cursor, Ownerless, Pull, Pulled, Push, PushedRow, RowOutcome, Store,
    StoreError,
};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    (folder, store)
}

fn second(store: &Store) -> Ownerless {
    store.sign_in(user(2), "https://one.example", "key", "two@example.org").unwrap()
}

fn cursor(seq: i64) -> Cursor {
    Cursor { seq, history_id: Uuid::from_u128(seq.unsigned_abs().into()) }
}

fn pull(rows: Vec<Session>, seq: i64) -> Pull {
    pull_of(rows, cursor(seq))
}

/// Merges what the server has of the first account.
fn merge(store: &Store, rows: Vec<Session>, seq: i64) -> u32 {
    match store.apply_pull(user(1), pull(rows, seq)).unwrap() {
        Pulled::Merged { changed } => changed,
        other => panic!("{other:?}"),
    }
}

fn sent(store: &Store, account: u128) -> Vec<SessionId> {
    let outgoing = store.outgoing(user(account), 1000, usize::MAX).unwrap();
    outgoing.iter().map(|row| row.session.id).collect()
}

fn backlog(store: &Store) -> (u32, u32, u32) {
    let Backlog { pending, rejected, local_only, .. } = store.backlog(user(1)).unwrap();
    (pending, rejected, local_only)
}

fn found(store: &Store, n: u128) -> Session {
    store.session(id(n)).unwrap().unwrap()
}

/// Returns the sit with a note by another device.
fn noted(session: &Session, note: &str, by: u128) -> Session {
    let value = Details { note: note.into(), ..session.details.value.clone() };
    let by = DeviceId(Uuid::from_u128(by));
    Session { details: session.details.set(value, by), ..session.clone() }
}

/// Returns the cursor of the signed-in account.
fn read_to(store: &Store) -> Option<i64> {
    store.account().unwrap().unwrap().cursor.map(|cursor| cursor.seq)
}

#[test]
fn the_first_account_is_assigned_the_earlier_sits() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    sat(&store, id(2), 1000);
    let adopted = store.sign_in(user(1), "https://one.example", "key", "one@example.org").unwrap();
    assert_eq!(adopted, Ownerless::Assigned(2));
    assert_eq!(sent(&store, 1), [id(1), id(2)]);
}

#[test]
fn a_second_account_is_assigned_ownerless_sits_only_by_the_users_decision() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    store.sign_out().unwrap();
    sat(&store, id(2), 1000);
    assert_eq!(second(&store), Ownerless::Undecided(1));
    assert!(sent(&store, 2).is_empty());
    assert_eq!(log(&store), [id(2)], "ownerless sits are shown to every account");
    assert_eq!(store.assign_ownerless().unwrap(), 1);
    assert_eq!(sent(&store, 2), [id(2)]);
    // From then on the first account needs a decision too.
    store.sign_out().unwrap();
    sat(&store, id(3), 2000);
    let again = store.sign_in(user(1), "https://one.example", "key", "one@example.org").unwrap();
    assert_eq!(again, Ownerless::Undecided(1));
    assert_eq!((log(&store), sent(&store, 1)), (vec![id(3), id(1)], vec![id(1)]));
}

#[test]
fn the_choice_about_texts_at_a_sign_up_holds_for_the_next_sign_in_with_the_address() {
    let (folder, store) = store();
    let url = "https://one.example";
    store.record_sign_up(url, "One@example.org", true).unwrap();
    drop(store);
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    let keeps = |n, url, email, chosen| {
        store.sign_in_with(user(n), url, "key", email, chosen).unwrap();
        store.keeps_texts(user(n)).unwrap()
    };
    assert!(!keeps(3, url, "other@example.org", None));
    assert!(!keeps(4, "https://two.example", "one@example.org", None));
    assert!(keeps(1, url, "one@example.org", None));
    store.set_keeps_texts(user(1), false).unwrap();
    assert!(!keeps(1, url, "one@example.org", None), "once");
    store.record_sign_up(url, "two@example.org", true).unwrap();
    assert!(!keeps(2, url, "two@example.org", Some(false)), "a later choice counts");
}

#[test]
fn a_sit_keeps_the_owner_of_its_preparation_after_another_account_signs_in() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 10)), at(0));
    second(&store);
    drive(&store, &mut timer, Command::Tick, at(10));
    drive(&store, &mut timer, Command::End { overtime: None }, at(60));
    let session = store.timed(id(1)).unwrap();
    assert_eq!(session.owner, Some(user(1)));
    store.edit(session, SessionEdit::texts("rain", ""), at(0).wall.utc).unwrap();
    assert!(sent(&store, 2).is_empty() && log(&store).is_empty());
    sign_in(&store);
    assert_eq!((sent(&store, 1), log(&store)), (vec![id(1)], vec![id(1)]));
}

#[test]
fn signing_out_removes_nothing_and_keeps_showing_the_account() {
    let (folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    merge(&store, Vec::new(), 4);
    store.sign_out().unwrap();
    assert_eq!(log(&store), [id(1)]);
    drop(store);
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    let account = store.account().unwrap().unwrap();
    assert!(!account.signed_in && account.id == user(1) && account.cursor == Some(cursor(4)));
    assert!(matches!(store.assign_ownerless(), Err(StoreError::NotSignedIn)));
    sign_in(&store);
    assert_eq!((read_to(&store), sent(&store, 1)), (Some(4), vec![id(1)]));
}

#[test]
fn outgoing_sits_are_ordered_by_change_and_limited_in_rows_and_bytes() {
    let (_folder, store) = store();
    sign_in(&store);
    for n in 1..=4 {
        sat(&store, id(n), n as u64 * 1000);
    }
    store.edit(id(1), SessionEdit::texts("rain ".repeat(200), ""), at(0).wall.utc).unwrap();
    assert_eq!(sent(&store, 1), [2, 3, 4, 1].map(id));
    let ids = |rows, bytes| {
        let rows = store.outgoing(user(1), rows, bytes).unwrap();
        rows.iter().map(|row| row.session.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(2, usize::MAX), [2, 3].map(id));
    assert_eq!(ids(9, 1500), [2, 3].map(id));
    assert_eq!(ids(9, 0), [id(2)], "one row is returned, however large it is");
    let all = store.outgoing(user(1), 9, usize::MAX).unwrap();
    assert_eq!(all[3].session, found(&store, 1));
}

#[test]
fn a_preparation_is_not_enqueued_when_everything_is_enqueued() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 10)), at(0));
    store.restart_sync(user(1)).unwrap();
    store.agree_to_erasure(user(1), Uuid::from_u128(5), AfterErasure::KeepHere).unwrap();
    assert_eq!((sent(&store, 1), backlog(&store)), (vec![], (0, 0, 0)));
    drive(&store, &mut timer, Command::Tick, at(10));
    assert_eq!(sent(&store, 1), [id(1)]);
}

#[test]
fn an_outcome_for_a_sit_of_another_account_is_ignored() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let generation = store.pending(1).unwrap()[0].generation;
    second(&store);
    for outcome in [RowOutcome::Accepted, RowOutcome::Rejected { reason: "x".into() }] {
        let pushed = store.apply_push(user(2), push_of(id(1), generation, outcome)).unwrap();
        assert_eq!(pushed.resolved, 0);
    }
    // A late response for the first account does count after the second has signed in (fault 44).
    assert!(acknowledge(&store, id(1), generation));
}

#[test]
fn a_merged_row_is_stored_and_acknowledged() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let row = store.pending(1).unwrap()[0];
    let theirs = noted(&found(&store, 1), "theirs", 7);
    let merged = RowOutcome::Merged(Box::new(theirs.clone()));
    let pushed = store.apply_push(user(1), push_of(id(1), row.generation, merged)).unwrap();
    assert_eq!((pushed.resolved, pushed.acknowledged), (1, 1));
    assert_eq!((found(&store, 1), backlog(&store)), (theirs, (0, 0, 0)));
}

#[test]
fn a_sit_that_changed_while_the_server_merged_stays_pending_and_is_not_enqueued_again() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let row = store.pending(1).unwrap()[0];
    let theirs = noted(&found(&store, 1), "theirs", 7);
    store.delete(&[id(1).into()], at(900).wall.utc).unwrap();
    let generation = store.pending(1).unwrap()[0].generation;
    let merged = RowOutcome::Merged(Box::new(theirs));
    let pushed = store.apply_push(user(1), push_of(id(1), row.generation, merged)).unwrap();
    assert_eq!((pushed.resolved, pushed.acknowledged), (1, 0));
    let now = found(&store, 1);
    assert!(now.details.value.note == "theirs" && now.deletion.value.is_some());
    assert_eq!(store.pending(9).unwrap()[0].generation, generation, "not enqueued again");
}

#[test]
fn a_server_that_ignores_a_push_acknowledges_nothing() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let row = store.pending(1).unwrap()[0];
    let mut theirs = found(&store, 1);
    theirs.lifecycle.stage = Stage::Started;
    let merged = RowOutcome::Merged(Box::new(theirs));
    let pushed = store.apply_push(user(1), push_of(id(1), row.generation, merged)).unwrap();
    assert_eq!((pushed.resolved, backlog(&store)), (0, (1, 0, 0)));
    assert!(found(&store, 1).lifecycle.is_completed());
    // The row of another sit acknowledges nothing either.
    sat(&store, id(2), 1000);
    let merged = RowOutcome::Merged(Box::new(found(&store, 2)));
    let pushed = store.apply_push(user(1), push_of(id(1), row.generation, merged)).unwrap();
    assert_eq!(pushed.resolved, 0);
}

#[test]
fn a_rejected_sit_is_a_complete_dead_letter_and_can_be_retried() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let row = store.pending(1).unwrap()[0];
    let refused = RowOutcome::Rejected { reason: "bad_note".into() };
    let pushed = store.apply_push(user(1), push_of(id(1), row.generation, refused)).unwrap();
    assert_eq!((pushed.rejected, backlog(&store), log(&store)), (1, (0, 1, 0), vec![id(1)]));
    let letters = store.dead_letters(user(1), 10).unwrap();
    assert_eq!((&letters[0].session, letters[0].code.as_str()), (&found(&store, 1), "bad_note"));
    // Restarting the sync does not send it; retrying or editing it does, as a new change.
    store.restart_sync(user(1)).unwrap();
    assert!(sent(&store, 1).is_empty());
    assert_eq!((store.retry_dead_letters(user(1)).unwrap(), backlog(&store)), (1, (1, 0, 0)));
    let again = store.pending(1).unwrap()[0];
    assert!(again.generation > row.generation);
    let refused = RowOutcome::Rejected { reason: "bad_note".into() };
    store.apply_push(user(1), push_of(id(1), again.generation, refused)).unwrap();
    store.edit(id(1), SessionEdit::texts("shorter", ""), at(0).wall.utc).unwrap();
    assert_eq!(backlog(&store), (1, 0, 0));
}

#[test]
fn rows_and_cursor_are_written_together_or_not_at_all() {
    let (folder, store) = store();
    sign_in(&store);
    merge(&store, Vec::new(), 3);
    sat(&store, id(1), 0);
    let theirs = Session { id: id(5), ..found(&store, 1) };
    let raw = rusqlite::Connection::open(folder.path().join("zafu.db")).unwrap();
    for (table, when) in [("accounts", "UPDATE"), ("sessions", "INSERT")] {
        let trigger = format!(
            "CREATE TRIGGER fails BEFORE {when} ON {table} BEGIN SELECT RAISE(ABORT, 'disk'); END"
        );
        raw.execute_batch(&trigger).unwrap();
        assert!(store.apply_pull(user(1), pull(vec![theirs.clone()], 4)).is_err());
        assert_eq!((store.session(id(5)).unwrap(), read_to(&store)), (None, Some(3)), "{table}");
        raw.execute_batch("DROP TRIGGER fails").unwrap();
    }
    assert_eq!(merge(&store, vec![theirs], 4), 1);
    assert_eq!((log(&store), read_to(&store)), (vec![id(5), id(1)], Some(4)));
}

#[test]
fn a_push_moves_the_cursor_unless_another_device_pushed_in_between() {
    let (_folder, store) = store();
    sign_in(&store);
    merge(&store, Vec::new(), 3);
    let moved = |before, after| {
        let moved = Some((cursor(before), cursor(after)));
        let push = Push { rows: Vec::new(), version: "0.1.0".into(), moved, at: at(7).wall.utc };
        let caught_up = store.apply_push(user(1), push).unwrap().caught_up;
        (caught_up, read_to(&store))
    };
    assert_eq!(moved(3, 5), (true, Some(5)));
    assert_eq!(store.account().unwrap().unwrap().synced_at, Some(at(7).wall.utc));
    assert_eq!(moved(6, 8), (false, Some(5)));
}

#[test]
fn a_pull_enqueues_sits_that_are_newer_here_and_acknowledges_those_that_are_equal() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    sat(&store, id(2), 1000);
    let (one, two) = (found(&store, 1), found(&store, 2));
    for row in store.pending(9).unwrap() {
        assert!(acknowledge(&store, row.session, row.generation));
    }
    let mut behind = two.clone();
    behind.lifecycle.stage = Stage::Started;
    assert_eq!(merge(&store, vec![one.clone(), behind], 2), 0);
    assert_eq!(sent(&store, 1), [id(2)]);
    assert_eq!(merge(&store, vec![two, noted(&one, "theirs", 7)], 3), 1);
    assert!(sent(&store, 1).is_empty());
    assert_eq!(found(&store, 1).details.value.note, "theirs");
}

#[test]
fn the_servers_copy_wins_if_revision_and_device_are_equal() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    // A third device has changed it twice with the same revision, and this device has pulled both.
    merge(&store, vec![noted(&found(&store, 1), "first", 7)], 2);
    let theirs = noted(&found(&store, 1), "second", 7);
    let details = zafu_core::session::Register { revision: 1, ..theirs.details.clone() };
    let theirs = Session { details, ..theirs };
    merge(&store, vec![theirs.clone()], 3);
    assert_eq!((found(&store, 1), backlog(&store)), (theirs, (0, 0, 0)));
}

#[test]
fn real_life_22_two_accounts_on_one_device_keep_a_sit_each_under_the_same_id() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let mine = found(&store, 1);
    second(&store);
    let theirs = noted(&mine, "theirs", 7);
    let other = Session { id: id(5), ..theirs.clone() };
    let merged = store.apply_pull(user(2), pull(vec![theirs.clone(), other.clone()], 2)).unwrap();
    assert_eq!(merged, Pulled::Merged { changed: 2 });
    assert_eq!((found(&store, 1), found(&store, 5)), (theirs, other));
    assert_eq!(log(&store), [id(5), id(1)]);
    assert_eq!(sent(&store, 2), [], "sits of the first account are not sent for the second");
    sign_in(&store);
    assert_eq!((found(&store, 1), log(&store)), (mine, vec![id(1)]));
    assert_eq!(sent(&store, 1), [id(1)]);
}

#[test]
fn an_ownerless_sit_that_the_server_has_is_assigned_to_the_account() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    second(&store);
    store.sign_out().unwrap();
    sat(&store, id(2), 1000);
    sign_in(&store);
    let theirs = found(&store, 2);
    merge(&store, vec![theirs], 2);
    second(&store);
    assert_eq!(log(&store), [id(1)]);
}

#[test]
fn everything_is_enqueued_again_for_a_restored_server() {
    let (_folder, store) = store();
    sign_in(&store);
    for n in 1..=3 {
        sat(&store, id(n), n as u64 * 1000);
    }
    merge(&store, Vec::new(), 3);
    for row in store.pending(9).unwrap() {
        acknowledge(&store, row.session, row.generation);
    }
    store.edit(id(2), SessionEdit::texts("rain", ""), at(0).wall.utc).unwrap();
    let row = store.pending(1).unwrap()[0];
    store.restart_sync(user(1)).unwrap();
    assert_eq!((read_to(&store), sent(&store, 1)), (None, vec![id(1), id(2), id(3)]));
    assert!(!acknowledge(&store, id(2), row.generation), "an earlier response no longer counts");
}

#[test]
fn after_an_erasure_nothing_is_merged_or_sent_until_the_user_has_decided() {
    let (_folder, store) = store();
    sign_in(&store);
    merge(&store, Vec::new(), 1);
    sat(&store, id(1), 0);
    sat(&store, id(2), 1000);
    let row = store.pending(1).unwrap()[0];
    acknowledge(&store, row.session, row.generation);
    let erasure_id = Uuid::from_u128(77);
    let theirs = Session { id: id(5), ..found(&store, 1) };
    let erased = || Pull { erased: Some(erasure_id), ..pull(vec![theirs.clone()], 9) };
    let merged = store.apply_pull(user(1), erased()).unwrap();
    assert_eq!(merged, Pulled::Erased { erasure_id });
    assert_eq!((store.session(id(5)).unwrap(), read_to(&store)), (None, Some(1)));

    store.agree_to_erasure(user(1), erasure_id, AfterErasure::KeepHere).unwrap();
    assert_eq!((backlog(&store), log(&store)), ((0, 0, 2), vec![id(2), id(1)]));
    store.edit(id(1), SessionEdit::texts("still local only", ""), at(0).wall.utc).unwrap();
    sat(&store, id(3), 2000);
    assert_eq!(sent(&store, 1), [id(3)], "later sits are sent");
    store.apply_pull(user(1), erased()).unwrap();
    assert_eq!(read_to(&store), Some(9));

    store.agree_to_erasure(user(1), erasure_id, AfterErasure::Upload).unwrap();
    assert_eq!(sent(&store, 1).len(), 4);
}

#[test]
fn a_local_only_sit_is_synced_again_once_another_device_has_sent_it() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let before = found(&store, 1);
    store.agree_to_erasure(user(1), Uuid::from_u128(7), AfterErasure::KeepHere).unwrap();
    store.edit(id(1), SessionEdit::texts("rain", ""), at(0).wall.utc).unwrap();
    assert!(sent(&store, 1).is_empty());
    merge(&store, vec![before], 9);
    assert_eq!(sent(&store, 1), [id(1)]);
}

#[test]
fn an_erasure_before_the_first_pull_needs_no_decision() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    sign_in(&store);
    let erasure_id = Uuid::from_u128(77);
    let first = Pull { erased: Some(erasure_id), ..pull(Vec::new(), 2) };
    let merged = store.apply_pull(user(1), first).unwrap();
    assert_eq!(merged, Pulled::Merged { changed: 0 });
    assert_eq!(store.account().unwrap().unwrap().erasure_id, Some(erasure_id));
    assert_eq!(sent(&store, 1), [id(1)]);
}

fn sit_of(row: zafu_store::ServerRow<'_>) -> SessionId {
    let zafu_store::ServerRow::Session(session) = row else { panic!("it can be read") };
    session.id
}

#[test]
fn the_comparison_includes_every_row_that_the_server_should_have() {
    let (_folder, store) = store();
    sign_in(&store);
    for n in [3, 1, 2] {
        sat(&store, id(n), 5000 - n as u64 * 1000);
    }
    store.delete(&[id(2).into()], at(9000).wall.utc).unwrap();
    second(&store);
    sat(&store, id(4), 9000);
    let mut seen = Vec::new();
    let waits = store.for_each_server_row(user(1), |row| seen.push(sit_of(row))).unwrap();
    assert_eq!((seen, waits.pending), (vec![id(1), id(2), id(3)], 3));
}

#[test]
fn ten_thousand_sits_are_merged_and_acknowledged_in_one_transaction_each() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let one = found(&store, 1);
    let many: Vec<_> = (10..10_010).map(|n| Session { id: id(n), ..one.clone() }).collect();
    assert_eq!(merge(&store, many, 3), 10_000);
    store.restart_sync(user(1)).unwrap();
    let outgoing = store.outgoing(user(1), 20_000, usize::MAX).unwrap();
    assert_eq!(outgoing.len(), 10_001);
    let rows = outgoing.iter().map(|row| PushedRow {
        id: row.session.id,
        generation: row.generation,
        outcome: RowOutcome::Accepted,
    });
    let push =
        Push { rows: rows.collect(), version: "0.1.0".into(), moved: None, at: at(0).wall.utc };
    assert_eq!(store.apply_push(user(1), push).unwrap().acknowledged, 10_001);
    assert_eq!(backlog(&store), (0, 0, 0));
}

#[test]
fn ownerless_sits_stay_undecided_until_the_user_declines_them() {
    let (_folder, store) = store();
    sign_in(&store);
    store.sign_out().unwrap();
    sat(&store, id(1), 0);
    assert_eq!(second(&store), Ownerless::Undecided(1));
    assert_eq!(store.ownerless().unwrap(), 1);
    assert!(!store.account().unwrap().unwrap().declined_ownerless);
    store.decline_ownerless().unwrap();
    assert!(store.account().unwrap().unwrap().declined_ownerless);
    assert_eq!(store.ownerless().unwrap(), 1, "it is still ownerless");
    second(&store);
    assert!(!store.account().unwrap().unwrap().declined_ownerless, "a sign-in resets the decision");
    store.sign_out().unwrap();
    assert!(matches!(store.decline_ownerless(), Err(StoreError::NotSignedIn)));
}

#[test]
fn an_account_cannot_change_its_project() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    store.sign_out().unwrap();
    let elsewhere = store.sign_in(user(1), "https://evil.example", "key", "one@example.org");
    let Err(StoreError::OtherProject { project }) = elsewhere else { panic!("{elsewhere:?}") };
    assert_eq!(project, "https://one.example");
    assert!(!store.account().unwrap().unwrap().signed_in, "nothing was changed");
    sign_in(&store);
}
