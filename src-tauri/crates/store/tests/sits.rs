//! The rows of a sit, in the sessions and in the outbox, from its preparation to its end.

mod common;

use chrono::TimeDelta;
use common::{at, drive, id, log, plan, sat, start};
use zafu_core::edit::{EditError, ManualSit, SessionEdit};
use zafu_core::ids::SessionRef;
use zafu_core::session::{Details, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_core::timer::{Answer, Command, OpenSit, Timer};
use zafu_store::{LogPosition, LogQuery, Store, StoreError, TextField};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    (folder, store)
}

fn queued(store: &Store) -> Vec<(zafu_core::ids::SessionId, i64)> {
    store.pending(100).unwrap().iter().map(|row| (row.session, row.generation)).collect()
}

#[test]
fn a_sit_in_its_preparation_is_stored_and_not_in_the_log() {
    let (_folder, store) = store();
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 10)), at(0));
    assert!(matches!(store.open_sits().unwrap()[..], [OpenSit::Running(_)]));
    assert!(log(&store).is_empty() && queued(&store).is_empty());
    assert_eq!(store.session(id(1)).unwrap(), None);
    assert!(matches!(
        store.delete(&[id(1).into()], at(1).wall.utc),
        Err(StoreError::NoSuchSession { .. })
    ));
    drive(&store, &mut timer, Command::End { overtime: None }, at(5));
    assert!(store.open_sits().unwrap().is_empty());
}

#[test]
fn a_sit_after_its_preparation_is_in_the_log_and_in_the_outbox() {
    let (_folder, store) = store();
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 10)), at(0));
    drive(&store, &mut timer, Command::Tick, at(10));
    assert_eq!(log(&store), [id(1)]);
    assert_eq!(queued(&store), [(id(1), 1)]);
    let session = store.session(id(1)).unwrap().unwrap();
    assert_eq!(session.lifecycle.stage, Stage::Started);
    assert_eq!(session.lifecycle.startedat, at(10).wall.utc);
    assert_eq!(session.createdat, at(0).wall.utc);
    assert_eq!(session.deviceid, store.device().unwrap());
}

#[test]
fn a_checkpoint_does_not_enqueue_a_sit() {
    let (_folder, store) = store();
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 0)), at(0));
    drive(&store, &mut timer, Command::Checkpoint, at(20));
    assert_eq!(queued(&store), [(id(1), 1)]);
    assert!(
        matches!(&store.open_sits().unwrap()[..], [OpenSit::Running(sit)] if sit.seen == at(20))
    );
}

#[test]
fn dropped_overtime_does_not_change_a_completed_sit() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    let session = store.session(id(1)).unwrap().unwrap();
    assert_eq!(session.lifecycle.completedat(), Some(at(610).wall.utc));
    assert_eq!(session.lifecycle.satlength(), Seconds(600));
    // Enqueued at the start and at the planned end; the end of the overtime changes nothing.
    assert_eq!(queued(&store), [(id(1), 2)]);
    assert!(store.open_sits().unwrap().is_empty());
}

#[test]
fn a_discarded_sit_stays_as_a_tombstone() {
    let (_folder, store) = store();
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 0)), at(0));
    drive(&store, &mut timer, Command::Discard, at(60));
    assert!(log(&store).is_empty());
    let session = store.session(id(1)).unwrap().unwrap();
    assert_eq!(session.deletion.value, Some(at(60).wall.utc));
    assert_eq!(session.lifecycle.satlength(), Seconds(60));
    store.undelete(&[id(1).into()]).unwrap();
    assert_eq!(log(&store), [id(1)]);
    assert_eq!(store.session(id(1)).unwrap().unwrap().deletion.revision, 2);
}

#[test]
fn several_sits_are_deleted_labelled_and_restored_together_or_not_at_all() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    sat(&store, id(2), 2000);
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(3), plan(600, 0)), at(4000));
    let over = [id(1).into(), id(2).into()];
    let with_running = [id(1).into(), id(3).into()];
    let with_unknown = [id(1).into(), id(9).into()];
    let now = at(4060).wall.utc;
    assert!(matches!(store.delete(&with_running, now), Err(StoreError::SitNotOver)));
    assert!(matches!(store.delete(&with_unknown, now), Err(StoreError::NoSuchSession { .. })));
    assert!(matches!(
        store.set_label(&with_unknown, "evening", now),
        Err(StoreError::NoSuchSession { .. })
    ));
    assert_eq!(log(&store), [id(3), id(2), id(1)]);
    assert_eq!(store.session(id(1)).unwrap().unwrap().details.revision, 0);

    store.set_label(&over, "evening", now).unwrap();
    let label = |n| store.session(id(n)).unwrap().unwrap().details.value.label;
    assert_eq!([label(1), label(2)], ["evening", "evening"]);
    store.delete(&over, now).unwrap();
    assert_eq!(log(&store), [id(3)]);
    store.undelete(&over).unwrap();
    assert_eq!(log(&store), [id(3), id(2), id(1)]);
}

#[test]
fn a_sit_can_start_while_another_is_unsettled() {
    let (folder, store) = store();
    let mut timer = Timer::default();
    drive(&store, &mut timer, start(id(1), plan(600, 0)), at(0));
    drive(&store, &mut timer, Command::Tick, at(3000));
    drive(&store, &mut timer, start(id(2), plan(600, 0)), at(3010));
    drop(store);
    let store = Store::open(folder.path(), at(3020).wall).unwrap();
    let left = store.open_sits().unwrap();
    let (mut timer, effects) = Timer::recover(left, at(3020));
    assert!(zafu_core::timer::saves(&effects).is_empty());
    assert_eq!(timer.sit().map(|sit| sit.id), Some(id(2)));
    assert_eq!(timer.unsettled().len(), 1);
    let settle = Command::Resolve { id: id(1), answer: Answer::Whole };
    drive(&store, &mut timer, settle, at(3030));
    assert!(store.session(id(1)).unwrap().unwrap().lifecycle.is_completed());
}

#[test]
fn several_saves_are_applied_together_or_not_at_all() {
    let (_folder, store) = store();
    let mut timer = Timer::default();
    let mut saves = zafu_core::timer::saves(&timer.apply(start(id(1), plan(600, 0)), at(0)));
    saves.push(zafu_core::timer::Save::Remove(id(9)));
    let error = store.save(&saves).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchSession { id: missing } if missing == id(9)));
    assert!(error.to_string().contains(&id(9).to_string()), "{error}");
    assert!(store.open_sits().unwrap().is_empty() && log(&store).is_empty());
    assert!(queued(&store).is_empty());
}

#[test]
fn a_sit_that_has_ended_cannot_be_ended_again() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    let session = store.session(id(1)).unwrap().unwrap();
    let close = zafu_core::timer::Save::Close(id(1), session.lifecycle);
    assert!(matches!(store.save(&[close]), Err(StoreError::NotOpen { .. })));
}

#[test]
fn a_change_during_a_request_survives_its_acknowledgement() {
    let (_folder, store) = store();
    common::sign_in(&store);
    sat(&store, id(1), 0);
    let sent = store.pending(10).unwrap()[0];
    store.edit(id(1), SessionEdit::texts("rain", ""), at(0).wall.utc).unwrap();
    assert!(!common::acknowledge(&store, id(1), sent.generation));
    let again = store.pending(10).unwrap()[0];
    assert!(again.generation > sent.generation);
    assert!(common::acknowledge(&store, id(1), again.generation));
    assert!(queued(&store).is_empty());
    // A late acknowledgement of an old change must not acknowledge the next change.
    store.edit(id(1), SessionEdit::texts("rain, then sun", ""), at(0).wall.utc).unwrap();
    assert!(!common::acknowledge(&store, id(1), sent.generation));
    assert!(!common::acknowledge(&store, id(1), again.generation));
    assert_eq!(queued(&store).len(), 1);
}

#[test]
fn an_edit_without_a_change_is_not_enqueued() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    store.edit(id(1), SessionEdit::texts("rain", "morning"), at(0).wall.utc).unwrap();
    let (before, queue) = (store.session(id(1)).unwrap().unwrap(), queued(&store));
    store.edit(id(1), SessionEdit::texts("rain", "morning"), at(0).wall.utc).unwrap();
    assert_eq!((store.session(id(1)).unwrap().unwrap(), queued(&store)), (before.clone(), queue));
    assert_eq!((before.details.revision, before.details.value.note.as_str()), (1, "rain"));
    assert!(matches!(
        store.edit(id(1), SessionEdit::texts("a\0b", ""), at(0).wall.utc),
        Err(StoreError::Nul { field: TextField::Note })
    ));
    assert!(matches!(
        store.edit(id(2), SessionEdit::texts("", ""), at(0).wall.utc),
        Err(StoreError::NoSuchSession { .. })
    ));
}

#[test]
fn start_length_and_offset_are_corrected_together() {
    let (_folder, store) = store();
    sat(&store, id(1), 0);
    sat(&store, id(2), 1000);
    let before = store.session(id(2)).unwrap().unwrap();
    let (start, now) = (at(0).wall.utc - TimeDelta::days(1), at(5000).wall.utc);
    let edit = SessionEdit {
        start: Some(start),
        length: Some(Seconds(300)),
        offset: Some(UtcOffset(-120)),
        ..SessionEdit::texts("rain", "Zazen")
    };
    store.edit(id(2), edit, now).unwrap();
    let found = store.session(id(2)).unwrap().unwrap();
    assert_eq!(found.effective_start(), WallTime::new(start, UtcOffset(-120)));
    assert_eq!((found.effective_length(), found.details.revision), (Seconds(300), 1));
    assert_eq!(found.lifecycle, before.lifecycle, "what was recorded stays");
    assert_eq!(log(&store), [id(1), id(2)], "in the order of the corrected start");
    // An impossible value changes nothing, not even the note.
    let queue = queued(&store);
    let long = SessionEdit { length: Some(Seconds(86_401)), ..SessionEdit::texts("sun", "") };
    assert!(matches!(
        store.edit(id(2), long, now),
        Err(StoreError::InvalidSit(EditError::TooLong))
    ));
    assert_eq!((store.session(id(2)).unwrap().unwrap(), queued(&store)), (found, queue));
    // The recorded values are no corrections.
    let recorded = SessionEdit {
        start: Some(before.lifecycle.startedat),
        length: Some(before.lifecycle.satlength()),
        offset: Some(before.utcoffset),
        ..SessionEdit::texts("", "")
    };
    store.edit(id(2), recorded, now).unwrap();
    let found = store.session(id(2)).unwrap().unwrap();
    assert_eq!((found.details.value, found.details.revision), (Details::default(), 2));
}

#[test]
fn a_sit_added_by_hand_is_in_the_log_and_sent_once() {
    let (_folder, store) = store();
    common::sign_in(&store);
    let sit = |n| ManualSit {
        id: id(n),
        start: at(0).wall,
        length: Seconds(600),
        note: "at the lake".into(),
        label: "Zazen".into(),
    };
    let now = at(5000).wall.utc;
    store.add_manual(sit(1), now).unwrap();
    let found = store.session(id(1)).unwrap().unwrap();
    assert_eq!((found.source, found.createdat), (Source::Manual, now));
    let queue = queued(&store);
    store.add_manual(sit(1), now).unwrap();
    assert_eq!((log(&store), queued(&store)), (vec![id(1)], queue));
    let outgoing = store.outgoing(common::user(1), 9, 9999).unwrap();
    assert_eq!(outgoing.into_iter().map(|row| row.session).collect::<Vec<_>>(), [found]);
    assert!(matches!(
        store.add_manual(ManualSit { start: at(6000).wall, ..sit(2) }, now),
        Err(StoreError::InvalidSit(EditError::StartInFuture))
    ));
    store.sign_out().unwrap();
    store.add_manual(sit(3), now).unwrap();
    assert_eq!(store.ownerless().unwrap(), 1);
}

#[test]
fn the_log_can_be_read_page_by_page() {
    let (_folder, store) = store();
    // Two start in the same second; their ids decide.
    for (n, seconds) in [(1, 0), (2, 1000), (5, 2000), (4, 2000), (3, 3000)] {
        sat(&store, id(n), seconds);
    }
    let (mut query, mut read) = (LogQuery::newest(2), Vec::new());
    loop {
        let page = store.sessions(&query).unwrap();
        read.extend(page.iter().map(|session| session.id));
        let Some(last) = page.last() else { break };
        query.position = LogPosition::After(SessionRef { id: last.id, owner: None });
    }
    assert_eq!(read, [3, 5, 4, 2, 1].map(id));
}
