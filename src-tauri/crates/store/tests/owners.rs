//! Owners: every sit can be reached, and the sits of an account are moved only by its user's decision.

mod common;

use common::{acknowledge, at, drive, id, log, plan, pull_of, sat, sign_in, start, user};
use uuid::Uuid;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::{SessionId, SessionRef, UserId};
use zafu_core::session::Session;
use zafu_core::timer::{Command, Timer};
use zafu_store::{
    AfterErasure, Backlog, ClosedReason, Cursor, LogPosition, Owner, OwnerFilter, Pulled, Store,
    StoreError,
};

const ONE: &str = "https://one.example";

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    (folder, store)
}

fn sign_in_as(store: &Store, n: u128, url: &str, email: &str) {
    store.sign_in(user(n), url, "key", email).unwrap();
}

/// Signs in with a new account of the same e-mail address, as after a deletion and another sign-up.
fn signed_up_again(store: &Store) {
    sign_in_as(store, 2, ONE, "ONE@example.org");
}

fn of(store: &Store, owner: OwnerFilter) -> Vec<SessionId> {
    let page = common::query(owner, LogPosition::Newest, 1000);
    store.log(&page).unwrap().entries.into_iter().map(|one| one.session.id).collect()
}

fn orphans(store: &Store) -> Vec<(u128, u32)> {
    let orphans = store.orphans().unwrap();
    orphans.iter().map(|one| (one.account.as_ref().unwrap().id.0.as_u128(), one.sits)).collect()
}

fn owner(store: &Store, n: u128) -> Owner {
    let is = |one: &Owner| one.account.as_ref().is_some_and(|account| account.id == user(n));
    store.owners().unwrap().into_iter().find(is).unwrap()
}

fn closed(store: &Store, n: u128) -> Option<ClosedReason> {
    owner(store, n).account.unwrap().closed
}

/// Returns the outgoing sits of an account with their generations.
fn outgoing(store: &Store, n: u128) -> Vec<(Session, i64)> {
    let rows = store.outgoing(user(n), 1000, usize::MAX).unwrap();
    rows.into_iter().map(|row| (row.session, row.generation)).collect()
}

fn sent(store: &Store, n: u128) -> Vec<SessionId> {
    outgoing(store, n).into_iter().map(|(session, _)| session.id).collect()
}

fn pull(store: &Store, account: UserId, rows: Vec<Session>) -> Pulled {
    let cursor = Cursor { seq: 7, history_id: Uuid::from_u128(7) };
    store.apply_pull(account, pull_of(rows, cursor)).unwrap()
}

#[test]
fn real_life_05_all_sits_of_a_closed_account_are_moved_and_enqueued() {
    let (_folder, store) = store();
    sign_in(&store);
    for n in 1..=4 {
        sat(&store, id(n), n as u64 * 1000);
    }
    // Sent; sent and then deleted; rejected; never sent.
    store.edit(id(1), SessionEdit::texts("rain", "Zazen"), at(0).wall.utc).unwrap();
    store.delete(&[id(2).into()], at(9000).wall.utc).unwrap();
    for row in store.pending(9).unwrap() {
        match row.session {
            one if one == id(3) => {
                let outcome = zafu_store::RowOutcome::Rejected { reason: "bad_note".into() };
                store.apply_push(user(1), common::push_of(one, row.generation, outcome)).unwrap();
            }
            one if one == id(4) => {}
            one => assert!(acknowledge(&store, one, row.generation)),
        }
    }
    let before: Vec<Session> = (1..=4).map(|n| store.session(id(n)).unwrap().unwrap()).collect();
    let last = store.pending(9).unwrap().iter().map(|row| row.generation).max().unwrap();
    signed_up_again(&store);
    assert_eq!(
        (log(&store), sent(&store, 2)),
        (vec![], vec![]),
        "nothing is moved without a decision"
    );
    assert_eq!((orphans(&store), closed(&store, 1)), (vec![(1, 3)], Some(ClosedReason::Replaced)));

    assert_eq!(store.move_sits_from(user(1)).unwrap(), 4);
    assert_eq!(log(&store), [4, 3, 1].map(id), "deleted sits stay deleted");
    let moved = outgoing(&store, 2);
    assert!(moved.iter().all(|(_, generation)| *generation > last), "{moved:?}");
    let moved: Vec<Session> = moved.into_iter().map(|(session, _)| session).collect();
    assert_eq!(moved, before, "no field and no revision has changed");
    assert_eq!(store.backlog(user(2)).unwrap(), Backlog { pending: 4, ..Backlog::default() });

    // A second time: nothing is left to move, and nothing is enqueued again.
    let generations = outgoing(&store, 2);
    assert_eq!(store.move_sits_from(user(1)).unwrap(), 0);
    assert_eq!((outgoing(&store, 2), orphans(&store)), (generations, vec![]));
    let left = owner(&store, 1);
    assert_eq!((left.sits, left.deleted, left.unsent), (0, 0, 0));
    store.check().unwrap();
}

#[test]
fn real_life_05_a_late_acknowledgement_for_the_old_account_is_ignored() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    let row = store.pending(1).unwrap()[0];
    signed_up_again(&store);
    store.move_sits_from(user(1)).unwrap();
    assert!(!acknowledge(&store, id(1), row.generation));
    assert_eq!(sent(&store, 2), [id(1)]);
}

#[test]
fn real_life_05_a_running_sit_is_moved_and_one_in_preparation_is_not_enqueued() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 10)), at(0));
    signed_up_again(&store);
    assert_eq!(store.move_sits_from(user(1)).unwrap(), 1);
    assert_eq!(sent(&store, 2), []);
    drive(&store, &mut timer, Command::Tick, at(10));
    assert_eq!(sent(&store, 2), [id(1)]);
    drive(&store, &mut timer, Command::End { overtime: None }, at(60));
    assert_eq!((sent(&store, 2), log(&store)), (vec![id(1)], vec![id(1)]));
}

#[test]
fn real_life_05_only_closed_accounts_are_offered_and_those_of_the_same_address_first() {
    let (_folder, store) = store();
    let (other, far) = ("https://other.example", "far@example.org");
    // Another project's account of the same address, one that is only signed out, and one that was deleted.
    for (n, url, email) in
        [(11, other, "one@example.org"), (12, ONE, "living@example.org"), (13, other, far)]
    {
        sign_in_as(&store, n, url, email);
        sat(&store, id(n), n as u64 * 1000);
    }
    store.record_deleted(user(13)).unwrap();
    sign_in(&store);
    sat(&store, id(1), 0);
    assert_eq!(orphans(&store), [(13, 1)]);
    signed_up_again(&store);
    assert_eq!(orphans(&store), [(1, 1), (13, 1)]);
    assert_eq!((closed(&store, 11), closed(&store, 12)), (None, None));
    // What is declined is not offered again before the next sign-in.
    store.decline(user(1)).unwrap();
    assert_eq!(orphans(&store), [(13, 1)]);
    store.sign_out().unwrap();
    assert_eq!(orphans(&store), []);
    signed_up_again(&store);
    assert_eq!(orphans(&store), [(1, 1), (13, 1)]);
    // A response of the server for an account, or a sign-in, shows that it is not closed.
    sign_in_as(&store, 13, other, far);
    assert_eq!(closed(&store, 13), None);
    store.record_deleted(user(13)).unwrap();
    pull(&store, user(13), Vec::new());
    assert_eq!(closed(&store, 13), None);
}

#[test]
fn real_life_05_every_sit_can_be_listed_by_its_owner() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    sign_in(&store);
    sat(&store, id(2), 1000);
    store.sign_out().unwrap();
    sat(&store, id(3), 2000);
    sign_in_as(&store, 3, ONE, "three@example.org");
    store.decline_ownerless().unwrap();
    sat(&store, id(4), 3000);
    store.agree_to_erasure(user(3), Uuid::from_u128(5), AfterErasure::KeepHere).unwrap();
    store.record_deleted(user(1)).unwrap();
    store.decline(user(1)).unwrap();
    let everything = [4, 3, 2, 1].map(id);
    assert_eq!(of(&store, OwnerFilter::All), everything);
    assert_eq!(of(&store, OwnerFilter::Of(user(1))), [id(2), id(1)]);
    assert_eq!(of(&store, OwnerFilter::Shown), [id(4), id(3)]);
    let counts = |owner: &Owner| {
        let id = owner.account.as_ref().map(|account| account.id.0.as_u128());
        (id, owner.sits, owner.unsent, owner.local_only)
    };
    let owners: Vec<_> = store.owners().unwrap().iter().map(counts).collect();
    assert_eq!(owners, [(Some(3), 1, 0, 1), (Some(1), 2, 2, 0), (None, 1, 1, 0)]);
    // A page of the log of all accounts continues after a sit of any of them.
    let last = SessionRef { id: id(3), owner: Some(user(3)) };
    let page = common::query(OwnerFilter::All, LogPosition::After(last), 2);
    let rest = store.log(&page).unwrap().entries;
    assert_eq!(rest.iter().map(|one| one.session.id).collect::<Vec<_>>(), [id(2), id(1)]);
    assert_eq!(rest[0].owner, Some(user(1)));
}

/// Another device has moved the sits already, and the server has them when this device signs in and pulls.
#[test]
fn real_life_05_sits_that_another_device_has_moved_already_are_not_duplicated() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    sat(&store, id(2), 1000);
    let there: Vec<Session> = (1..=2).map(|n| store.session(id(n)).unwrap().unwrap()).collect();
    // Only on this device: a note that the other one has not pulled.
    store.edit(id(1), SessionEdit::texts("rain", ""), at(0).wall.utc).unwrap();
    signed_up_again(&store);
    pull(&store, user(2), there.clone());
    assert_eq!(of(&store, OwnerFilter::Of(user(1))), [id(2), id(1)], "a pull does not move sits");
    assert_eq!(store.move_sits_from(user(1)).unwrap(), 2);
    pull(&store, user(2), there);
    assert_eq!(of(&store, OwnerFilter::All), [id(2), id(1)], "each sit exists once");
    assert_eq!(sent(&store, 2), [id(1)], "the change of this device is sent");
    assert_eq!(store.session(id(1)).unwrap().unwrap().details.value.note, "rain");
    store.check().unwrap();
}

#[test]
fn real_life_05_sits_are_not_moved_while_signed_out_or_from_an_unknown_account() {
    let (folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    store.sign_out().unwrap();
    assert!(matches!(store.move_sits_from(user(1)), Err(StoreError::NotSignedIn)));
    assert!(matches!(store.decline(user(1)), Err(StoreError::NotSignedIn)));
    signed_up_again(&store);
    assert!(matches!(store.move_sits_from(user(9)), Err(StoreError::NoSuchAccount { .. })));
    assert_eq!(store.move_sits_from(user(2)).unwrap(), 0, "its own");
    // The schema itself prevents a change of the owner, whatever the code does.
    let raw = rusqlite::Connection::open(folder.path().join("zafu.db")).unwrap();
    let to = user(2).to_string();
    assert!(raw.execute("UPDATE sessions SET owner = ?1", [&to]).is_err());
    assert!(raw.execute("UPDATE sessions SET owner = NULL", []).is_err());
    assert!(raw.execute("DELETE FROM sessions", []).is_err());
}

#[test]
fn real_life_05_a_move_is_atomic() {
    let (folder, store) = store();
    sign_in(&store);
    for n in 1..=3 {
        sat(&store, id(n), n as u64 * 1000);
        let row = store.pending(9).unwrap()[0];
        assert!(acknowledge(&store, id(n), row.generation));
    }
    signed_up_again(&store);
    let raw = rusqlite::Connection::open(folder.path().join("zafu.db")).unwrap();
    raw.execute_batch(
        "CREATE TRIGGER fails BEFORE INSERT ON outbox
         WHEN (SELECT count(*) FROM outbox) = 2 BEGIN SELECT RAISE(ABORT, 'disk'); END",
    )
    .unwrap();
    assert!(store.move_sits_from(user(1)).is_err());
    assert_eq!((of(&store, OwnerFilter::Of(user(1))).len(), sent(&store, 2)), (3, vec![]));
    raw.execute_batch("DROP TRIGGER fails").unwrap();
    assert_eq!(store.move_sits_from(user(1)).unwrap(), 3);
    let left: u32 =
        raw.query_row("SELECT count(*) FROM owner_moves", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_sit_of_another_account_is_only_reached_by_its_owner() {
    let (_folder, store) = store();
    sign_in(&store);
    sat(&store, id(1), 0);
    sign_in_as(&store, 2, ONE, "two@example.org");
    let now = at(9000).wall.utc;
    let edit = || SessionEdit::texts("changed", "");
    let owned = SessionRef { id: id(1), owner: Some(user(1)) };
    for session in [id(1).into(), SessionRef { id: id(1), owner: Some(user(2)) }] {
        let missing = |done: Result<(), StoreError>| matches!(done, Err(StoreError::NoSuchSession { id: of }) if of == id(1));
        assert!(missing(store.edit(session, edit(), now)));
        assert!(missing(store.delete(&[session], now)));
        assert!(missing(store.undelete(&[session])));
        let page = common::query(OwnerFilter::All, LogPosition::After(session), 9);
        assert!(missing(store.log(&page).map(drop)));
    }
    assert_eq!(store.session(id(1)).unwrap(), None);
    store.edit(owned, edit(), now).unwrap();
    sign_in(&store);
    let note = store.session(id(1)).unwrap().unwrap().details.value.note;
    assert_eq!(note, "changed");
    // Its former owner still names a sit that was moved.
    let moved = SessionRef { id: id(1), owner: Some(user(2)) };
    store.edit(moved, SessionEdit::texts("moved", ""), now).unwrap();
}
