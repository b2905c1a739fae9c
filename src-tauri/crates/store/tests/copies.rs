//! Sessions with one id: two accounts on one device have a sit each, and a sit that moves to an account which has it already
//! is merged with that account's.

mod common;

use common::{at, drive, id, log, plan, pull_of, push_of, sat, sign_in, start, user};
use uuid::Uuid;
use zafu_core::edit::{ManualSit, SessionEdit};
use zafu_core::ids::{DeviceId, SessionId, SessionRef, UserId};
use zafu_core::session::{Details, Session};
use zafu_core::time::Seconds;
use zafu_core::timer::{Command, Timer};
use zafu_store::{
    Cursor, LogPosition, OwnerFilter, Ownerless, Pull, Pulled, RowOutcome, ServerRow, Store,
    UnreadableRow,
};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    (folder, store)
}

/// Signs in the second account.
fn second(store: &Store) {
    store.sign_in(user(2), "https://two.example", "key", "two@example.org").unwrap();
}

fn pull(store: &Store, account: UserId, rows: Vec<Session>) -> u32 {
    let cursor = Cursor { seq: 9, history_id: Uuid::from_u128(3) };
    match store.apply_pull(account, pull_of(rows, cursor)).unwrap() {
        Pulled::Merged { changed } => changed,
        other => panic!("{other:?}"),
    }
}

fn note_of(session: &Session) -> &str {
    &session.details.value.note
}

/// Returns the session with a note by another device.
fn noted(session: &Session, note: &str) -> Session {
    let value = Details { note: note.into(), ..session.details.value.clone() };
    let details = session.details.set(value, DeviceId(Uuid::from_u128(7)));
    Session { details, ..session.clone() }
}

fn edit(store: &Store, n: u128, note: &str) {
    store.edit(id(n), SessionEdit::texts(note, ""), at(0).wall.utc).unwrap();
}

fn shown(store: &Store, n: u128) -> Session {
    store.session(id(n)).unwrap().unwrap()
}

/// Returns the log of an account with the notes.
fn notes(store: &Store, owner: OwnerFilter) -> Vec<(SessionId, String)> {
    let log = store.log(&common::query(owner, LogPosition::Newest, 100)).unwrap().entries;
    log.iter().map(|entry| (entry.session.id, note_of(&entry.session).into())).collect()
}

fn outgoing(store: &Store, account: u128) -> Vec<(SessionId, String, i64)> {
    let rows = store.outgoing(user(account), 100, usize::MAX).unwrap();
    rows.iter().map(|row| (row.session.id, note_of(&row.session).into(), row.generation)).collect()
}

fn accept(store: &Store, account: u128) {
    for (id, _, generation) in outgoing(store, account) {
        let push = push_of(id, generation, RowOutcome::Accepted);
        assert_eq!(store.apply_push(user(account), push).unwrap().acknowledged, 1);
    }
}

/// A store in which each of two accounts has a session with the id 1. The second account is signed in.
fn two_copies() -> (tempfile::TempDir, Store) {
    let (folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let mine = shown(&store, 1);
    second(&store);
    assert_eq!(pull(&store, user(2), vec![noted(&mine, "of the second")]), 1);
    (folder, store)
}

#[test]
fn real_life_22_edits_pushes_and_deletions_of_one_account_do_not_reach_the_other() {
    let (_folder, store) = two_copies();
    let first = OwnerFilter::Of(user(1));
    assert_eq!(outgoing(&store, 2), [], "the second's was pulled");
    edit(&store, 1, "edited");
    assert_eq!(notes(&store, first), [(id(1), String::new())]);
    assert_eq!(notes(&store, OwnerFilter::All).len(), 2);
    // Each is sent for its own account, and acknowledged for it only.
    assert_eq!(outgoing(&store, 1)[0].1, "");
    assert_eq!(outgoing(&store, 2)[0].1, "edited");
    accept(&store, 2);
    assert_eq!((outgoing(&store, 1).len(), outgoing(&store, 2).len()), (1, 0));
    store.delete(&[id(1).into()], at(9000).wall.utc).unwrap();
    assert_eq!((log(&store), notes(&store, first).len()), (vec![], 1));
    // The other way round, and after both have signed out.
    sign_in(&store);
    edit(&store, 1, "of the first");
    store.sign_out().unwrap();
    edit(&store, 1, "of the first, too");
    assert_eq!(notes(&store, first), [(id(1), "of the first, too".into())]);
    second(&store);
    store.undelete(&[id(1).into()]).unwrap();
    assert_eq!(note_of(&shown(&store, 1)), "edited");
    accept(&store, 1);
    accept(&store, 2);
    for account in [1, 2] {
        let mut rows = Vec::new();
        store
            .for_each_server_row(user(account), |row| match row {
                ServerRow::Session(session) => rows.push(note_of(session).to_owned()),
                ServerRow::Unreadable(row) => panic!("{row}"),
            })
            .unwrap();
        assert_eq!(rows, [if account == 1 { "of the first, too" } else { "edited" }]);
    }
    store.check().unwrap();
}

#[test]
fn a_sit_that_runs_is_saved_under_its_own_account_whoever_is_signed_in() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 0)), at(0));
    let running = shown(&store, 1);
    second(&store);
    // Another device has pushed a copy of the running sit for the second account.
    pull(&store, user(2), vec![noted(&running, "theirs")]);
    drive(&store, &mut timer, Command::Tick, at(30));
    drive(&store, &mut timer, Command::End { overtime: None }, at(60));
    assert!(store.open_sits().unwrap().is_empty());
    assert_eq!(shown(&store, 1).lifecycle, running.lifecycle, "the second's is not changed");
    sign_in(&store);
    assert_eq!(shown(&store, 1).effective_length(), Seconds(60));
}

#[test]
fn a_moved_sit_that_the_account_has_already_is_merged_with_it() {
    let (_folder, store) = two_copies();
    accept(&store, 1);
    // The second's is newer: nothing is to be sent.
    assert_eq!(store.move_sits_from(user(1)).unwrap(), 1);
    assert_eq!(notes(&store, OwnerFilter::All), [(id(1), "of the second".into())]);
    assert_eq!(outgoing(&store, 2), []);
    assert_eq!(store.move_sits_from(user(1)).unwrap(), 0);

    // The first's is newer: the result is sent.
    let (_folder, store) = two_copies();
    sign_in(&store);
    for note in ["one", "two", "three"] {
        edit(&store, 1, note);
    }
    second(&store);
    store.move_sits_from(user(1)).unwrap();
    let sent = outgoing(&store, 2);
    assert_eq!((sent.len(), sent[0].1.as_str()), (1, "three"));
    accept(&store, 2);
    assert_eq!(outgoing(&store, 2), []);
    store.check().unwrap();
}

#[test]
fn a_merged_sit_keeps_a_pending_change_and_a_dead_letter_of_its_copy() {
    let (_folder, store) = two_copies();
    edit(&store, 1, "not sent yet");
    let before = outgoing(&store, 2);
    store.move_sits_from(user(1)).unwrap();
    assert_eq!(outgoing(&store, 2), before);

    let (_folder, store) = two_copies();
    edit(&store, 1, "rejected");
    let (id, _, generation) = outgoing(&store, 2)[0].clone();
    let reason = "bad_note".into();
    let push = push_of(id, generation, RowOutcome::Rejected { reason });
    store.apply_push(user(2), push).unwrap();
    store.move_sits_from(user(1)).unwrap();
    assert_eq!(store.dead_letters(user(2), 9).unwrap().len(), 1);
    assert_eq!(notes(&store, OwnerFilter::All), [(id, "rejected".into())]);
}

/// Adds a sit by hand under a given id, as an import does.
fn add(store: &Store, n: u128, note: &str) {
    let sit = ManualSit {
        id: id(n),
        start: at(0).wall,
        length: Seconds(600),
        note: note.into(),
        label: String::new(),
    };
    store.add_manual(sit, at(5000).wall.utc).unwrap();
}

#[test]
fn an_ownerless_sit_that_the_account_has_already_is_merged_when_it_is_assigned() {
    let (_folder, store) = store();
    sign_in(&store);
    add(&store, 1, "");
    accept(&store, 1);
    store.sign_out().unwrap();
    add(&store, 1, "");
    add(&store, 2, "");
    assert_eq!(notes(&store, OwnerFilter::Shown).len(), 3);
    // While signed out, an edit is of the shown account's.
    edit(&store, 1, "edited");
    let assigned = store.sign_in(user(1), "https://one.example", "key", "one@example.org").unwrap();
    assert_eq!(assigned, Ownerless::Assigned(2));
    assert_eq!(notes(&store, OwnerFilter::All), [(id(2), String::new()), (id(1), "edited".into())]);
    assert_eq!(outgoing(&store, 1).len(), 2);
    store.check().unwrap();
}

#[test]
fn of_two_changes_under_one_revision_the_later_one_wins_a_merge() {
    for ownerless_last in [false, true] {
        let (_folder, store) = store();
        sign_in(&store);
        second(&store);
        store.sign_out().unwrap();
        // Both have the revision 1 of this device.
        for ownerless in [!ownerless_last, ownerless_last] {
            if ownerless {
                add(&store, 1, "ownerless");
            } else {
                sign_in(&store);
                add(&store, 1, "of the account");
                store.sign_out().unwrap();
            }
        }
        sign_in(&store);
        store.assign_ownerless().unwrap();
        let expected = if ownerless_last { ("ownerless", 2) } else { ("of the account", 1) };
        let merged = shown(&store, 1);
        assert_eq!((note_of(&merged), merged.details.revision), expected);
        assert_eq!(outgoing(&store, 1).len(), 1);
    }
}

#[test]
fn a_running_sit_stays_open_when_it_is_merged() {
    let (_folder, store) = store();
    sign_in(&store);
    second(&store);
    store.sign_out().unwrap();
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 0)), at(0));
    let running = shown(&store, 1);
    // A pull of the account's copy would make the ownerless one the account's.
    sign_in(&store);
    add(&store, 1, "of the account");
    assert_eq!(store.assign_ownerless().unwrap(), 1);
    assert_eq!(store.open_sits().unwrap().len(), 1);
    drive(&store, &mut timer, Command::Tick, at(30));
    drive(&store, &mut timer, Command::End { overtime: None }, at(60));
    assert!(store.open_sits().unwrap().is_empty());
    let merged = shown(&store, 1);
    assert_eq!(note_of(&merged), "of the account");
    assert_eq!(merged.lifecycle.startedat, running.lifecycle.startedat);
    assert!(merged.lifecycle.is_completed());
    assert_eq!(notes(&store, OwnerFilter::All).len(), 1);
    store.check().unwrap();
}

#[test]
fn a_page_of_the_log_after_a_sit_with_two_copies_repeats_none() {
    let (_folder, store) = two_copies();
    sat(&store, id(3), 2000);
    sat(&store, id(2), 1000);
    let (one, two) = (OwnerFilter::Of(user(1)), OwnerFilter::Of(user(2)));
    for owner in [one, two, OwnerFilter::Shown, OwnerFilter::All] {
        let all = notes(&store, owner);
        let (mut read, mut position) = (Vec::new(), LogPosition::Newest);
        while let [entry] = &store.log(&common::query(owner, position, 1)).unwrap().entries[..] {
            read.push((entry.session.id, note_of(&entry.session).to_owned()));
            position = LogPosition::After(SessionRef { id: entry.session.id, owner: entry.owner });
        }
        assert_eq!(read, all, "{owner:?}");
    }
}

#[test]
fn a_row_that_was_stored_as_text_because_of_its_id_becomes_a_session() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let theirs = noted(&shown(&store, 1), "theirs");
    second(&store);
    let row = UnreadableRow { id: id(1).0, body: "{}".into() };
    let cursor = Cursor { seq: 9, history_id: Uuid::from_u128(3) };
    // The version as after the migration of an earlier format.
    let pull = Pull {
        unreadable: vec![row.clone()],
        version: String::new(),
        ..pull_of(Vec::new(), cursor)
    };
    store.apply_pull(user(2), pull).unwrap();
    assert_eq!(store.backlog(user(2)).unwrap().unreadable, 1);
    assert_eq!(store.unreadable_by_other_versions("0.1.0").unwrap(), [(user(2), row)]);
    let readable = vec![(user(2), theirs.clone())];
    assert_eq!(store.reread(readable, "0.1.0", at(0).wall.utc).unwrap(), 1);
    assert_eq!((shown(&store, 1), outgoing(&store, 2)), (theirs, vec![]));
    assert_eq!(outgoing(&store, 1).len(), 1, "that of the other account is still to be sent");
    assert_eq!(store.backlog(user(2)).unwrap().unreadable, 0);
}
