//! The plan, the store and a server together, one device at a time.

mod common;

use common::{Device, ME, at, id, server};
use futures_lite::future::block_on;
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::session::{Session, Stage};
use zafu_store::AfterErasure;
use zafu_sync::fake::{Call, Faults};
use zafu_sync::{Hold, Next, Remote, Trigger, Wait, wire};

#[test]
fn an_answer_that_comes_after_a_change_does_not_hide_the_change() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.sync();
    device.start(1);
    let Next::Ask(ticket) = device.carrier.next(at(device.seconds)).unwrap() else {
        panic!("there is something to send")
    };
    // While the question is out, nothing else is asked.
    assert!(matches!(device.carrier.next(at(device.seconds)).unwrap(), Next::Wait(_)));
    let answered = block_on(ticket.ask(&device.remote));
    device.finish();
    device.carrier.done(answered, at(device.seconds)).unwrap();
    assert_eq!(device.there()[0].lifecycle.stage, Stage::Started);
    assert_eq!(device.sync().pushed, 1);
    assert_eq!(device.there(), [device.session(1)]);
}

#[test]
fn what_was_read_before_an_erasure_is_not_taken_for_what_the_server_has() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    one.start(1);
    one.finish();
    one.sync();
    two.sync();
    // The page is read, then everything is erased, then the page arrives.
    two.carrier.trigger(Trigger::Asked, at(two.seconds).boot);
    two.store.restart_sync(ME).unwrap();
    let Next::Ask(health) = two.carrier.next(at(two.seconds)).unwrap() else {
        panic!("no request")
    };
    let answered = block_on(health.ask(&two.remote));
    two.carrier.done(answered, at(two.seconds)).unwrap();
    let Next::Ask(pull) = two.carrier.next(at(two.seconds)).unwrap() else { panic!("no request") };
    let answered = block_on(pull.ask(&two.remote));
    let erasure_id = block_on(two.remote.erase(ME)).unwrap();
    two.store.agree_to_erasure(ME, erasure_id, AfterErasure::KeepHere).unwrap();
    assert_eq!(two.store.backlog(ME).unwrap().local_only, 1);
    assert_eq!(two.carrier.done(answered, at(two.seconds)).unwrap().pulled, 0);
    two.sync();
    assert_eq!(two.store.backlog(ME).unwrap().local_only, 1);
    assert!(two.there().is_empty());
}

#[test]
fn a_new_device_reads_all_there_is_however_much_it_is() {
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
        one.remote.with(|server| server.answer(Some(token), &call));
    }
    // More than any limit on rows that a server may have (the old 1000 cut in silence).
    let before = server.lock().unwrap().calls;
    let report = one.sync();
    assert_eq!((report.pulled, report.pushed), (4500, 1));
    assert!(server.lock().unwrap().calls - before < 12);
    assert_eq!(one.store.backlog(ME).unwrap().pending, 0);
}

#[test]
fn a_backlog_is_sent_in_growing_batches_and_around_what_cannot_be_stored() {
    let server = server();
    let mut device = Device::new(&server, 1);
    for n in 1..=250 {
        device.start(n);
        device.finish();
    }
    device.remote.with(|server| {
        server.faults.poison.insert(id(77));
        server.faults.refuse.insert(id(78));
    });
    let report = device.sync();
    assert_eq!((report.pushed, report.refused), (248, 2));
    let codes: Vec<_> =
        device.store.dead_letters(ME, 9).unwrap().into_iter().map(|refused| refused.code).collect();
    assert_eq!(codes, ["the server said 400 22P02", "bad_note"]);
    // Repaired, what was put aside goes as well.
    device.remote.with(|server| server.faults = Faults::default());
    device.store.retry_dead_letters(ME).unwrap();
    assert_eq!(device.sync().pushed, 2);
    assert_eq!(device.there().len(), 250);
}

#[test]
fn fault_39_a_server_that_went_back_gets_everything_again_even_if_another_device_was_first() {
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
    // The head is ahead again of what the first device has read.
    for n in 3..=5 {
        two.start(n);
        two.finish();
        two.sync();
    }
    one.seconds += 1000;
    let report = one.sync();
    assert_eq!((report.pushed, report.pulled), (1, 3));
    two.seconds += 1000;
    two.sync();
    assert_eq!((one.there().len(), one.log().len(), two.log().len()), (5, 5, 5));
}

#[test]
fn a_row_that_the_server_lost_in_silence_is_found_within_a_day() {
    let server = server();
    let mut device = Device::new(&server, 1);
    // Sent before the device had read up to where it stood, and lost with all that came after: no mark tells.
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
fn real_life_19_a_device_whose_mark_was_pruned_compares_and_sends_nothing() {
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
    server.lock().unwrap().prune_marks(ME);
    // It was off for weeks: it reads what follows, and sends nothing.
    one.seconds += 40 * 86_400;
    let report = one.sync();
    assert_eq!((report.pushed, report.pulled), (0, 1));
    assert_ne!(cursor(&one), old);
    let compared = |device: &Device| device.store.account().unwrap().unwrap().compared_at;
    assert_eq!(compared(&one), Some(at(one.seconds).wall.utc));
    // The same where it was compared a moment ago; a server that was restored is found out.
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
    server.lock().unwrap().prune_marks(ME);
    one.seconds += 60;
    one.sync();
    assert_ne!(compared(&one), before);
    assert!(one.there().iter().any(|sit| sit.id == id(5)), "it is sent again");
}

#[test]
fn fault_44_nobody_lends_their_name_to_another_account_s_sits() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.sync();
    device.start(1);
    let Next::Ask(ticket) = device.carrier.next(at(device.seconds)).unwrap() else {
        panic!("there is something to send")
    };
    let other = UserId(Uuid::from_u128(2));
    device.store.sign_in(other, "https://example.org", "key", "other@example.org").unwrap();
    device.remote.sign_in(other);
    let answered = block_on(ticket.ask(&device.remote));
    device.carrier.done(answered, at(device.seconds)).unwrap();
    device.sync();
    assert!(device.remote.with(|server| server.sits(other)).is_empty());
    // Whoever began it can send it later.
    device.store.sign_in(ME, "https://example.org", "key", "me@example.org").unwrap();
    device.remote.sign_in(ME);
    device.sync();
    assert_eq!(device.there().len(), 1);
}

#[test]
fn what_one_device_erases_another_does_not_send_again_unasked() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    one.start(1);
    one.finish();
    one.sync();
    two.sync();
    let erasure_id = block_on(one.remote.erase(ME)).unwrap();
    one.store.agree_to_erasure(ME, erasure_id, AfterErasure::KeepHere).unwrap();
    two.store.edit(id(1), "rain", "").unwrap();
    two.seconds += 1000;
    two.sync();
    assert_eq!(two.carrier.status().unwrap().hold, Some(Hold::Erased(erasure_id)));
    assert!(two.there().is_empty());
    two.store.agree_to_erasure(ME, erasure_id, AfterErasure::Upload).unwrap();
    two.carrier.trigger(Trigger::Answered, at(two.seconds).boot);
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
    server.lock().unwrap().faults.unwell = true;
    device.sync();
    assert!(device.there().is_empty());
    assert!(matches!(device.carrier.status().unwrap().hold, Some(Hold::Unwell(_))));
    server.lock().unwrap().faults.unwell = false;
    device.sync();
    assert_eq!(device.there().len(), 1);
}

#[test]
fn a_disk_that_does_not_take_an_answer_leaves_it_to_be_asked_for_again() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.sync();
    device.start(1);
    let raw = rusqlite::Connection::open(device.path()).unwrap();
    raw.execute_batch(
        "CREATE TRIGGER fails BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'disk'); END",
    )
    .unwrap();
    let Next::Ask(ticket) = device.carrier.next(at(1)).unwrap() else { panic!("nothing to send") };
    let answered = block_on(ticket.ask(&device.remote));
    assert!(device.carrier.done(answered, at(1)).is_err());
    assert!(matches!(device.carrier.next(at(1)), Ok(Next::Wait(Wait::Until(_)))));
    raw.execute_batch("DROP TRIGGER fails").unwrap();
    assert_eq!(device.sync().pushed, 1);
}

#[test]
fn a_run_that_is_dropped_while_it_waits_costs_nothing() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.start(1);
    let Next::Ask(ticket) = device.carrier.next(at(1)).unwrap() else { panic!("nothing to ask") };
    drop(ticket);
    assert_eq!(device.sync().pushed, 1);
}
