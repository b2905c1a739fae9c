//! Tests of the sync engine with a real store and a server in memory.

mod common;

use common::{Device, ME, SlowRemote, at, id, server};
use futures_lite::future::{block_on, poll_once};
use uuid::Uuid;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::UserId;
use zafu_core::session::{Session, Stage};
use zafu_store::{AfterErasure, Backlog};
use zafu_sync::fake::{Call, Faults};
use zafu_sync::{Completed, Event, Hold, Remote, Wait, Wakeup, wire};

/// Returns the next response of the device's server, which is not applied yet.
fn next_response(device: &mut Device) -> Completed {
    let now = at(device.seconds);
    match block_on(device.engine.next_event(&device.remote, now)).unwrap() {
        Event::Response(completed) => completed,
        Event::Idle(wait) => panic!("nothing is due: {wait:?}"),
    }
}

#[test]
fn a_response_that_comes_after_a_change_does_not_hide_the_change() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.sync();
    device.start(1);
    let remote = SlowRemote::new(&device.remote);
    // While the push is in flight, nothing else is sent.
    for _ in 0..2 {
        let event = block_on(poll_once(device.engine.next_event(&remote, at(device.seconds))));
        assert!(event.is_none(), "{event:?}");
    }
    let response = block_on(device.engine.next_response());
    assert_eq!(remote.seen.lock().unwrap().most, 1);
    device.finish();
    device.engine.apply(response, at(device.seconds)).unwrap();
    assert_eq!(device.there()[0].lifecycle.stage, Stage::Started);
    assert_eq!(device.sync().pushed, 1);
    assert_eq!(device.there(), [device.session(1)]);
}

#[test]
fn a_pull_from_before_an_erasure_is_ignored_after_it() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    one.start(1);
    one.finish();
    one.sync();
    two.sync();
    // The server responds to the pull, then the sessions are erased, then the response is applied.
    two.engine.wake(Wakeup::Request, at(two.seconds));
    two.store.restart_sync(ME).unwrap();
    let health = next_response(&mut two);
    two.engine.apply(health, at(two.seconds)).unwrap();
    let pull = next_response(&mut two);
    let erasure_id = block_on(two.remote.erase(ME)).unwrap();
    two.store.agree_to_erasure(ME, erasure_id, AfterErasure::KeepHere).unwrap();
    assert_eq!(two.store.backlog(ME).unwrap().local_only, 1);
    assert_eq!(two.engine.apply(pull, at(two.seconds)).unwrap().pulled, 0);
    two.sync();
    assert_eq!(two.store.backlog(ME).unwrap().local_only, 1);
    assert!(two.there().is_empty());
}

#[test]
fn a_new_device_pulls_everything_however_much_it_is() {
    let server = server();
    let mut one = Device::new(&server, 1);
    one.start(1);
    one.finish();
    let like = one.session(1);
    let token = one.remote.with(|server| server.sign_in(ME));
    for hundred in 0..45 {
        let sits: Vec<_> = (0..100)
            .map(|n| Session { id: id(1000 + hundred * 100 + n), ..like.clone() })
            .collect();
        let call = Call::Push(wire::push_body(&sits, None));
        one.remote.with(|server| server.respond(Some(token), &call));
    }
    // More rows than the default row limit of Supabase: responses are silently truncated at 1000 rows.
    let before = server.lock().unwrap().calls;
    let transferred = one.sync();
    assert_eq!((transferred.pulled, transferred.pushed), (4500, 1));
    assert!(server.lock().unwrap().calls - before < 12);
    assert_eq!(one.store.backlog(ME).unwrap().pending, 0);
}

#[test]
fn a_backlog_is_sent_in_growing_pushes_despite_rows_that_cannot_be_stored() {
    let server = server();
    let mut device = Device::new(&server, 1);
    for n in 1..=250 {
        device.start(n);
        device.finish();
    }
    device.remote.with(|server| {
        server.faults.poison.insert(id(77));
        server.faults.reject.insert(id(78));
    });
    let transferred = device.sync();
    assert_eq!((transferred.pushed, transferred.rejected), (248, 2));
    let codes: Vec<_> =
        device.store.dead_letters(ME, 9).unwrap().into_iter().map(|letter| letter.code).collect();
    assert_eq!(codes, ["22P02", "bad_note"]);
    // Once the server is repaired, the dead letters are sent too.
    device.remote.with(|server| server.faults = Faults::default());
    device.store.retry_dead_letters(ME).unwrap();
    assert_eq!(device.sync().pushed, 2);
    assert_eq!(device.there().len(), 250);
}

#[test]
fn fault_39_a_restored_server_gets_everything_again_even_if_another_device_pushed_first() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    one.start(1);
    one.finish();
    one.sync();
    let dump = server.lock().unwrap().dump();
    one.start(2);
    one.finish();
    one.sync();
    server.lock().unwrap().restore(&dump);
    // The head of the server is ahead of the first device's cursor again.
    for n in 3..=5 {
        two.start(n);
        two.finish();
        two.sync();
    }
    one.seconds += 1000;
    let transferred = one.sync();
    assert_eq!((transferred.pushed, transferred.pulled), (1, 3));
    two.seconds += 1000;
    two.sync();
    assert_eq!((one.there().len(), one.log().len(), two.log().len()), (5, 5, 5));
}

#[test]
fn a_row_that_the_server_lost_silently_is_found_within_a_day() {
    let server = server();
    let mut device = Device::new(&server, 1);
    // The server loses the second session while the cursor of the device is from before it, so that the history id does
    // not reveal the loss.
    device.start(1);
    device.finish();
    device.sync();
    let dump = server.lock().unwrap().dump();
    let cursor = device.store.account().unwrap().unwrap().cursor;
    device.start(2);
    device.finish();
    device.sync();
    server.lock().unwrap().restore(&dump);
    let raw = rusqlite::Connection::open(device.path()).unwrap();
    let cursor = cursor.unwrap();
    raw.execute(
        "UPDATE accounts SET seq = ?1, history_id = ?2",
        (cursor.seq, cursor.history_id.to_string()),
    )
    .unwrap();
    device.seconds += 3600;
    device.sync();
    assert_eq!(device.there().len(), 1, "not yet");
    device.seconds += 86_400;
    device.sync();
    assert_eq!(device.there().len(), 2);
}

#[test]
fn real_life_19_a_device_whose_cursor_was_pruned_compares_and_sends_nothing() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    for n in 1..=3 {
        one.start(n);
        one.finish();
    }
    one.sync();
    let cursor = |device: &Device| device.store.account().unwrap().unwrap().cursor.unwrap();
    let old = cursor(&one);
    let dump = server.lock().unwrap().dump();
    two.start(4);
    two.finish();
    two.sync();
    server.lock().unwrap().prune_cursors(ME);
    // After weeks offline, the device pulls what follows its cursor and pushes nothing.
    one.seconds += 40 * 86_400;
    let transferred = one.sync();
    assert_eq!((transferred.pushed, transferred.pulled), (0, 1));
    assert_ne!(cursor(&one), old);
    let compared = |device: &Device| device.store.account().unwrap().unwrap().compared_at;
    assert_eq!(compared(&one), Some(at(one.seconds).wall.utc));
    // A pruned cursor causes a comparison even shortly after the last one, which detects a restored server.
    one.start(5);
    one.finish();
    one.sync();
    let before = compared(&one);
    server.lock().unwrap().restore(&dump);
    for n in 6..=9 {
        two.start(n);
        two.finish();
        two.sync();
    }
    server.lock().unwrap().prune_cursors(ME);
    one.seconds += 60;
    one.sync();
    assert_ne!(compared(&one), before);
    assert!(one.there().iter().any(|sit| sit.id == id(5)), "it is sent again");
}

#[test]
fn fault_44_no_session_is_sent_under_another_account() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.sync();
    device.start(1);
    let remote = SlowRemote::new(&device.remote);
    let event = block_on(poll_once(device.engine.next_event(&remote, at(device.seconds))));
    assert!(event.is_none(), "the push has not arrived yet");
    let other = UserId(Uuid::from_u128(2));
    device.store.sign_in(other, "https://example.org", "key", "other@example.org").unwrap();
    device.remote.sign_in(other);
    let response = block_on(device.engine.next_response());
    device.engine.apply(response, at(device.seconds)).unwrap();
    device.sync();
    assert!(device.remote.with(|server| server.sits(other)).is_empty());
    // The account that started the sit can send it later.
    device.store.sign_in(ME, "https://example.org", "key", "me@example.org").unwrap();
    device.remote.sign_in(ME);
    device.sync();
    assert_eq!(device.there().len(), 1);
}

#[test]
fn sessions_erased_by_one_device_are_not_sent_again_by_another_without_a_decision() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    one.start(1);
    one.finish();
    one.sync();
    two.sync();
    let erasure_id = block_on(one.remote.erase(ME)).unwrap();
    one.store.agree_to_erasure(ME, erasure_id, AfterErasure::KeepHere).unwrap();
    two.store.edit(id(1), SessionEdit::texts("rain", ""), at(0).wall.utc).unwrap();
    two.seconds += 1000;
    two.sync();
    assert_eq!(two.engine.status().unwrap().hold, Some(Hold::Erased(erasure_id)));
    assert!(two.there().is_empty());
    two.store.agree_to_erasure(ME, erasure_id, AfterErasure::Upload).unwrap();
    two.engine.wake(Wakeup::ErasureDecision, at(two.seconds));
    assert_eq!(two.sync().pushed, 1);
    one.seconds += 2000;
    one.sync();
    assert_eq!(one.session(1).details.value.note, "rain");
    assert_eq!(one.store.backlog(ME).unwrap().local_only, 0);
}

#[test]
fn a_server_that_is_not_protected_gets_nothing() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.start(1);
    server.lock().unwrap().faults.unhealthy = true;
    device.sync();
    assert!(device.there().is_empty());
    assert!(matches!(device.engine.status().unwrap().hold, Some(Hold::Unhealthy(_))));
    server.lock().unwrap().faults.unhealthy = false;
    device.sync();
    assert_eq!(device.there().len(), 1);
}

#[test]
fn a_response_that_the_disk_rejects_is_requested_again() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.sync();
    device.start(1);
    let raw = rusqlite::Connection::open(device.path()).unwrap();
    raw.execute_batch(
        "CREATE TRIGGER fails BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'disk'); END",
    )
    .unwrap();
    let response = next_response(&mut device);
    assert!(device.engine.apply(response, at(1)).is_err());
    let event = block_on(device.engine.next_event(&device.remote, at(1)));
    assert!(matches!(event, Ok(Event::Idle(Wait::Until(_)))), "{event:?}");
    raw.execute_batch("DROP TRIGGER fails").unwrap();
    assert_eq!(device.sync().pushed, 1);
}

#[test]
fn dropped_requests_and_responses_change_nothing() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.start(1);
    // One response is not applied, and a request is dropped while it is in flight.
    drop(next_response(&mut device));
    let health = next_response(&mut device);
    device.engine.apply(health, at(1)).unwrap();
    let pull = next_response(&mut device);
    device.engine.apply(pull, at(1)).unwrap();
    let remote = SlowRemote::new(&device.remote);
    let event = block_on(poll_once(device.engine.next_event(&remote, at(1))));
    assert!(event.is_none() && device.engine.is_busy(), "{event:?}");
    device.engine.drop_requests();
    assert_eq!(device.sync().pushed, 1);
}

#[test]
fn two_accounts_on_one_device_sync_a_session_each_under_the_same_id() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.start(1);
    device.finish();
    device.sync();
    // Another account has a session with the same id on the server, and signs in on the same device.
    let other = UserId(Uuid::from_u128(2));
    let token = device.remote.with(|server| server.sign_in(other));
    let call = Call::Push(wire::push_body(&[device.session(1)], None));
    device.remote.with(|server| server.respond(Some(token), &call));
    device.store.sign_in(other, "https://example.org", "key", "other@example.org").unwrap();
    device.remote.sign_in(other);
    assert_eq!(device.sync().pulled, 1);
    let compared = device.store.account().unwrap().unwrap().compared_at;
    assert_eq!(compared, Some(at(device.seconds).wall.utc), "the digests agree");
    assert_eq!(device.store.backlog(other).unwrap(), Backlog::default());
    for _ in 0..3 {
        device.seconds += 86_400;
        device.sync();
        let account = device.store.account().unwrap().unwrap();
        assert_eq!(account.compared_at, Some(at(device.seconds).wall.utc));
        assert!(account.cursor.is_some_and(|cursor| cursor.seq > 0), "nothing is read again");
    }
    // Once the first account's session is moved to the other, the two are one.
    device.store.move_sits_from(ME).unwrap();
    device.sync();
    device.seconds += 86_400;
    device.sync();
    assert_eq!(device.store.backlog(other).unwrap(), Backlog::default());
    assert_eq!(device.store.unreadable_by_other_versions("0.2.0").unwrap(), []);
    let sits = device.remote.with(|server| server.sits(other));
    assert_eq!(sits.into_values().collect::<Vec<_>>(), [device.session(1)]);
}
