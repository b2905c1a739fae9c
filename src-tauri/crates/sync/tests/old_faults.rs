//! Regression tests for the faults of the system that this one replaces. The faults of its database policies are in the
//! tests of the backend.

mod common;

use common::{Device, ME, at, id, server};
use zafu_core::edit::SessionEdit;
use zafu_core::session::Stage;
use zafu_core::timer::Command;
use zafu_store::{Push, PushedRow, RowOutcome};
use zafu_sync::fake::{Call, Dump};
use zafu_sync::{Wakeup, wire};

#[test]
fn a_sit_keeps_its_id_on_the_server() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.start(1);
    device.sync();
    assert_eq!(device.there(), [device.session(1)], "a sit that runs is seen elsewhere");
    device.finish();
    device.sync();
    assert_eq!(device.there(), [device.session(1)], "it is one sit, under one id");
    assert_eq!(device.log(), [id(1)]);
}

#[test]
fn a_lost_row_is_created_again_and_a_missing_outcome_acknowledges_nothing() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.start(1);
    device.sync();
    // The server loses the row: an update would find no row, but the push creates it again.
    let empty = Dump::default();
    device.remote.with(|server| server.restore(&empty));
    device.finish();
    device.sync();
    assert!(device.there()[0].lifecycle.is_completed());
    // A response without an outcome for a sent row acknowledges nothing.
    device.store.edit(id(1), SessionEdit::texts("rain", ""), at(0).wall.utc).unwrap();
    let row = device.store.pending(1).unwrap()[0];
    for rows in [vec![], vec![(id(2), row.generation)], vec![(id(1), row.generation - 1)]] {
        let rows = rows
            .into_iter()
            .map(|(id, generation)| PushedRow { id, generation, outcome: RowOutcome::Accepted })
            .collect();
        let push = Push { rows, version: "0.1.0".into(), moved: None, at: at(0).wall.utc };
        assert_eq!(device.store.apply_push(ME, push).unwrap().acknowledged, 0);
    }
    assert_eq!(device.store.backlog(ME).unwrap().pending, 1);
}

#[test]
fn a_completion_after_a_failed_creation_creates_the_session() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.start(1);
    // The first push of the row fails.
    device.remote.with(|server| server.faults.slow_above_rows = Some(0));
    device.sync();
    assert!(device.there().is_empty());
    device.remote.with(|server| server.faults.slow_above_rows = None);
    device.finish();
    device.seconds += 1000;
    let transferred = device.sync();
    assert_eq!((transferred.pushed, device.there()), (1, vec![device.session(1)]));
    assert!(device.there()[0].lifecycle.is_completed(), "the completion carries its creation");
}

#[test]
fn sits_running_on_two_devices_stay_separate() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    one.start(1);
    two.start(2);
    for _ in 0..2 {
        one.sync();
        two.sync();
        one.seconds += 10;
        two.seconds += 10;
    }
    // Each device has both sits in its log and runs its own.
    for (device, own) in [(&one, 1), (&two, 2)] {
        assert_eq!(device.log().len(), 2);
        assert_eq!(device.timer.sit().map(|sit| sit.id), Some(id(own)));
        assert_eq!(
            device.store.open_sits().unwrap().len(),
            1,
            "the other one is not taken up here"
        );
    }
    one.after(1, Command::Discard);
    one.sync();
    two.sync();
    assert_eq!(two.session(2).lifecycle.stage, Stage::Started, "ending one ends no other");
    assert_eq!(two.log(), [id(2)]);
}

#[test]
fn a_session_that_is_pushed_several_times_is_counted_once() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    one.start(1);
    one.finish();
    // The session is pushed three times without an applied response, then by a sync, and by both devices again after a
    // restart of their syncs.
    one.engine.wake(Wakeup::Request, at(one.seconds));
    let sent = wire::push_body(&[one.session(1)], None);
    let token = one.remote.with(|server| server.sign_in(ME));
    for _ in 0..3 {
        one.remote.with(|server| server.respond(Some(token), &Call::Push(sent.clone())));
    }
    one.sync();
    two.sync();
    for device in [&mut one, &mut two] {
        device.store.restart_sync(ME).unwrap();
        device.seconds += 1000;
        device.sync();
    }
    assert_eq!(server.lock().unwrap().count_of_sessions(ME), 1);
    assert_eq!((one.log(), two.log()), (vec![id(1)], vec![id(1)]));
}
