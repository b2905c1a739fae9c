//! The log through the engine's handle: adding, correcting, deleting and labelling sits.

use crate::fakes::Fakes;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{SessionId, SessionRef};
use zafu_core::label::{Colour, Shape};
use zafu_core::settings::Settings;
use zafu_core::time::Seconds;
use zafu_engine::protocol::{
    ErrorCode, InsightPeriod, LabelLook, LogQuery, LogSelection, SitChange, SitEntry, SitRecord,
    StreakView, TotalView,
};
use zafu_engine::{Client, Event};

fn sits(fakes: &Fakes) -> Vec<SitRecord> {
    let query = LogQuery { limit: 50, ..LogQuery::default() };
    fakes.engine().log().sits(query).wait().unwrap().sits
}

/// Times a sit of `minutes` that starts now.
fn sit(fakes: &Fakes, minutes: u64) -> SessionRef {
    let id = fakes.start(3600, 0).unwrap().sit.unwrap().id;
    fakes.pass(Duration::from_secs(minutes * 60));
    fakes.engine().end_sit(None).wait().unwrap();
    id.into()
}

fn entry(of: &SitRecord) -> SitEntry {
    SitEntry {
        started_at: of.started_at.clone(),
        sat_seconds: of.sat_seconds,
        note: of.note.clone(),
        label: of.label.clone(),
    }
}

/// Changes everything.
fn change(entry: &SitEntry) -> SitChange {
    SitChange {
        started_at: Some(entry.started_at.clone()),
        sat_seconds: Some(entry.sat_seconds),
        note: Some(entry.note.clone()),
        label: Some(entry.label.clone()),
    }
}

#[test]
fn a_sit_is_added_by_hand_with_the_offset_of_its_start() {
    let fakes = Fakes::new();
    let started_at = "2026-02-27T21:15:00-05:00".to_owned();
    let entry = SitEntry {
        started_at: started_at.clone(),
        sat_seconds: Seconds(1500),
        note: "by the sea".into(),
        label: "evening".into(),
    };
    let added = fakes.engine().log().add_sit(entry.clone()).wait().unwrap();
    let listed = sits(&fakes);
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id, &listed[0].started_at), (added.id, &started_at));
    assert_eq!(listed[0].day.to_string(), "2026-02-27");
    assert_eq!((&listed[0].note[..], &listed[0].label[..]), ("by the sea", "evening"));

    let tomorrow = SitEntry { started_at: "2026-03-02T06:00:00Z".into(), ..entry.clone() };
    let no_offset = SitEntry { started_at: "2026-02-27T21:15:00".into(), ..entry };
    for (impossible, id) in [(tomorrow, "edit-start-in-future"), (no_offset, "engine-not-a-time")] {
        let error = fakes.engine().log().add_sit(impossible).wait().unwrap_err();
        assert_eq!((error.code, &*error.message.id), (ErrorCode::BadRequest, id));
    }
    assert_eq!(sits(&fakes).len(), 1);
}

#[test]
fn a_correction_changes_what_the_log_shows_and_saving_without_a_change_corrects_nothing() {
    let fakes = Fakes::new();
    let session = sit(&fakes, 10);
    let before = sits(&fakes).remove(0);
    fakes.engine().log().edit_sit(session, change(&entry(&before))).wait().unwrap();
    assert_eq!(sits(&fakes)[0], before);

    let correction = SitEntry {
        started_at: "2026-02-28T07:00:00+09:00".into(),
        sat_seconds: Seconds(1200),
        note: "forgot to start it".into(),
        label: String::new(),
    };
    fakes.engine().log().edit_sit(session, change(&correction)).wait().unwrap();
    let after = sits(&fakes).remove(0);
    assert_eq!(entry(&after), correction);
    assert_eq!(after.day.to_string(), "2026-02-28");
    assert!(after.corrected && !before.corrected);

    let endless = SitEntry { sat_seconds: Seconds(86_401), ..correction };
    let error = fakes.engine().log().edit_sit(session, change(&endless)).wait().unwrap_err();
    assert_eq!((error.code, &*error.message.id), (ErrorCode::BadRequest, "edit-too-long"));
    assert_eq!(sits(&fakes)[0], after);
}

#[test]
fn a_change_of_the_note_keeps_everything_else_also_while_the_sit_runs() {
    let fakes = Fakes::new();
    let running = fakes.start(600, 0).unwrap().sit.unwrap().id;
    fakes.pass(Duration::from_secs(60));
    let note = SitChange { note: Some("rain".into()), ..SitChange::default() };
    fakes.engine().log().edit_sit(running.into(), note).wait().unwrap();
    let length = SitChange { sat_seconds: Some(Seconds(30)), ..SitChange::default() };
    let error = fakes.engine().log().edit_sit(running.into(), length.clone()).wait().unwrap_err();
    assert_eq!((error.code, &*error.message.id), (ErrorCode::BadRequest, "edit-not-over"));
    fakes.engine().end_sit(None).wait().unwrap();
    fakes.engine().log().edit_sit(running.into(), length).wait().unwrap();
    let sit = sits(&fakes).remove(0);
    assert_eq!((&*sit.note, sit.sat_seconds), ("rain", Seconds(30)));
}

#[test]
fn today_begins_at_the_hour_of_the_settings() {
    let fakes = Fakes::new();
    sit(&fakes, 10);
    let log = fakes.engine().log();
    let before = log.today().wait().unwrap();
    assert_eq!((before.day, before.sits, before.seconds), (sits(&fakes)[0].day, 1, 600));
    fakes.pass(Duration::from_secs(24 * 3600));
    let after = log.today().wait().unwrap();
    assert_eq!((Some(after.day), after.sits, after.seconds), (before.day.succ_opt(), 0, 0));
}

#[test]
fn all_sits_of_a_filter_are_changed_at_once_and_reverted() {
    let fakes = Fakes::new();
    let first = sit(&fakes, 10);
    let second = sit(&fakes, 12);
    let running = fakes.start(600, 0).unwrap().sit.unwrap().id;
    fakes.pass(Duration::from_secs(60));
    let log = fakes.engine().log();
    let all = LogSelection::default();
    let view = log.count_selection(all.clone()).wait().unwrap();
    assert_eq!((view.sits, view.deletable), (3, 2));
    let but_first = LogSelection { except: vec![first], ..all.clone() };
    let view = log.count_selection(but_first.clone()).wait().unwrap();
    assert_eq!((view.sits, view.deletable), (2, 1));

    let labelled = log.label_selection(but_first, "evening".into()).wait().unwrap();
    assert_eq!(labelled.sits, 2);
    let labels = || sits(&fakes).into_iter().map(|sit| sit.label).collect::<Vec<_>>();
    assert_eq!(labels(), ["evening", "evening", ""]);
    let deleted = log.delete_selection(all).wait().unwrap();
    assert_eq!(deleted.sits, 2);
    let ids = || sits(&fakes).into_iter().map(|sit| sit.id).collect::<Vec<_>>();
    assert_eq!(ids(), [running]);
    log.revert_selection(deleted.change).wait().unwrap();
    assert_eq!(ids(), [running, second.id, first.id]);
    log.revert_selection(labelled.change).wait().unwrap();
    assert_eq!(labels(), ["", "", ""]);
    let error = log.revert_selection(labelled.change).wait().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[test]
fn a_deleted_sit_leaves_the_page_after_a_sit_and_can_be_restored() {
    let fakes = Fakes::new();
    let first = sit(&fakes, 10);
    let second = sit(&fakes, 12);
    let log = fakes.engine().log();
    assert_eq!(fakes.engine().state().wait().unwrap().finished.unwrap().id, second.id);
    log.delete_sits(vec![first, second]).wait().unwrap();
    assert_eq!(sits(&fakes), []);
    assert_eq!(fakes.engine().state().wait().unwrap().finished, None);
    log.restore_sits(vec![first, second]).wait().unwrap();
    assert_eq!(sits(&fakes).len(), 2);

    let running = fakes.start(600, 0).unwrap().sit.unwrap().id;
    fakes.pass(Duration::from_secs(60));
    let error = log.delete_sits(vec![first, running.into()]).wait().unwrap_err();
    assert_eq!((error.code, &*error.message.id), (ErrorCode::Rejected, "storage-sit-not-over"));
    assert_eq!(sits(&fakes).len(), 3, "none of them was deleted");
}

#[test]
fn a_label_is_renamed_and_merged_without_a_change_of_its_sits() {
    let fakes = Fakes::new();
    let (one, two) = (sit(&fakes, 10), sit(&fakes, 12));
    let log = fakes.engine().log();
    let look =
        |name: &str| LabelLook { name: name.into(), colour: Colour::Teal, shape: Shape::Circle };
    let breath = log.create_label(look("Breath")).wait().unwrap();
    let open = log.create_label(look("Open")).wait().unwrap();
    log.set_label(vec![one], breath.key.0.clone()).wait().unwrap();
    log.set_label(vec![two], open.key.0.clone()).wait().unwrap();
    log.change_label(breath.key.clone(), look("Breathing")).wait().unwrap();
    let counts = || {
        let labels = log.labels().wait().unwrap().into_iter();
        labels.map(|label| (label.name, label.sits)).collect::<Vec<_>>()
    };
    assert_eq!(counts(), [("Breathing".to_owned(), 1), ("Open".to_owned(), 1)]);
    log.merge_label(open.key.clone(), breath.key.clone()).wait().unwrap();
    assert_eq!(counts(), [("Breathing".to_owned(), 2)]);
    // What an undo needs: the label that the sit itself has, which can be set again.
    let labels = || {
        sits(&fakes)
            .iter()
            .map(|sit| (sit.label.clone(), sit.own_label.clone()))
            .collect::<Vec<_>>()
    };
    let (breath_key, open_key) = (breath.key.0.clone(), open.key.0.clone());
    let before = [(breath_key.clone(), open_key.clone()), (breath_key.clone(), breath_key)];
    assert_eq!(labels(), before);
    log.set_label(vec![two], String::new()).wait().unwrap();
    log.set_label(vec![two], open_key).wait().unwrap();
    assert_eq!(labels(), before);
    log.restore_label(open.key).wait().unwrap();
    assert_eq!(counts(), [("Breathing".to_owned(), 1), ("Open".to_owned(), 1)]);
}

#[test]
fn the_page_after_a_sit_names_its_label_as_it_is_shown() {
    let fakes = Fakes::new();
    let session = sit(&fakes, 10);
    let log = fakes.engine().log();
    let label = || fakes.engine().state().wait().unwrap().finished.unwrap().label;
    assert_eq!(label(), "");
    let look =
        |name: &str| LabelLook { name: name.into(), colour: Colour::Teal, shape: Shape::Circle };
    let breath = log.create_label(look("Breath")).wait().unwrap();
    log.set_label(vec![session], breath.key.0.clone()).wait().unwrap();
    log.change_label(breath.key.clone(), look("Breathing")).wait().unwrap();
    assert_eq!(label(), "Breathing");
    let open = log.create_label(look("Open")).wait().unwrap();
    log.merge_label(breath.key.clone(), open.key).wait().unwrap();
    assert_eq!(label(), "Open");
    log.restore_label(breath.key.clone()).wait().unwrap();
    log.delete_label(breath.key).wait().unwrap();
    assert_eq!(label(), "");
}

#[test]
fn the_window_reads_the_log_again_when_anything_else_has_changed_it() {
    let fakes = Fakes::new();
    let mut events = fakes.engine().subscribe();
    // Settings are saved after everything before them.
    let mut is_told = || {
        fakes.engine().save_settings(Settings::default()).wait().unwrap();
        let mut is_log = false;
        loop {
            match events.blocking_recv().unwrap() {
                Event::Settings => return is_log,
                Event::Log => is_log = true,
                _ => {}
            }
        }
    };
    let id = fakes.start(3600, 0).unwrap().sit.unwrap().id;
    assert!(is_told(), "a sit has started");
    fakes.pass(Duration::from_secs(60));
    assert!(!is_told(), "a checkpoint");
    fakes.engine().end_sit(None).wait().unwrap();
    assert!(is_told(), "a sit has ended");

    let note = || SitChange { note: Some("rain".into()), ..SitChange::default() };
    fakes.engine().log().edit_sit(id.into(), note()).wait().unwrap();
    assert!(!is_told(), "the window knows its own changes");
    let mut client = Client::connect(fakes.folder()).unwrap().unwrap();
    client.labels().unwrap();
    client.sits(LogQuery { limit: 9, ..LogQuery::default() }).unwrap();
    assert!(!is_told(), "another client reads");
    client.edit_sit(id.into(), note()).unwrap();
    assert!(is_told(), "another client edits");
    client.delete_sits(vec![id.into()]).unwrap();
    assert!(is_told(), "another client deletes");
    client.delete_sits(vec![SessionId(Uuid::from_u128(77)).into()]).unwrap_err();
    assert!(!is_told(), "another client cannot delete");
}

#[test]
fn figures_count_each_sit_on_its_local_day_and_at_its_own_offset() {
    let fakes = Fakes::new();
    let log = fakes.engine().log();
    // A Wednesday; days begin at 04:00.
    fakes.travel("2026-03-04T12:00:00Z", 60);
    for (started_at, sat, label) in [
        ("2026-02-25T07:00:00+01:00", 1800, ""),
        ("2026-03-03T02:00:00+01:00", 600, ""),
        ("2026-03-03T21:40:00-05:00", 1200, ""),
        ("2026-03-04T07:10:00+01:00", 1500, "Zazen"),
    ] {
        let sit = SitEntry {
            started_at: started_at.into(),
            sat_seconds: Seconds(sat),
            note: String::new(),
            label: label.into(),
        };
        log.add_sit(sit).wait().unwrap();
    }

    let figures = log.insight(InsightPeriod::Current).wait().unwrap();
    let total = |sits, seconds| TotalView { sits, seconds };
    assert_eq!((figures.year, figures.total), (Some(2026), total(4, 5100)));
    assert_eq!((figures.this_week, figures.last_week), (total(3, 3300), total(1, 1800)));
    assert_eq!((figures.this_month, figures.last_month), (total(3, 3300), total(1, 1800)));
    let days: Vec<_> =
        figures.days.iter().map(|day| (day.day.to_string(), &day.label[..], day.seconds)).collect();
    let expected = [
        ("2026-02-25", "", 1800),
        ("2026-03-02", "", 600),
        ("2026-03-03", "", 1200),
        ("2026-03-04", "Zazen", 1500),
    ];
    assert_eq!(days, expected.map(|(day, label, seconds)| (day.to_owned(), label, seconds)));
    let labels: Vec<_> = figures.labels.iter().map(|one| (&one.name[..], one.sits)).collect();
    assert_eq!(labels, [("Zazen", 1)]);
    let starts: Vec<_> =
        (0..).zip(&figures.half_hours).filter(|(_, sits)| **sits > 0).collect::<Vec<(u32, _)>>();
    assert_eq!(starts, [(4, &1), (14, &2), (43, &1)]);
    assert_eq!(figures.half_hours.len(), 48);
    let lengths: Vec<_> = figures.lengths.iter().map(|one| (one.minutes, one.sits)).collect();
    assert_eq!(lengths, [(10, 1), (20, 1), (25, 1), (30, 1)]);
    assert_eq!(figures.streak, StreakView { current: 3, longest: 3 });
    assert_eq!((figures.recent.days, figures.recent.span), (4, 8));

    let other = log.insight(InsightPeriod::Year(2025)).wait().unwrap();
    assert_eq!((other.total, other.days, other.lengths), (total(4, 5100), vec![], vec![]));
    assert_eq!(other.half_hours.iter().sum::<u32>(), 0);
    let all = log.insight(InsightPeriod::All).wait().unwrap();
    assert_eq!((all.year, all.days.len(), all.half_hours), (None, 0, figures.half_hours));

    // A day that is not over ends no streak.
    for (now, current) in [("2026-03-06T02:59:00Z", 3), ("2026-03-06T03:00:00Z", 0)] {
        fakes.travel(now, 60);
        let streak = log.insight(InsightPeriod::Current).wait().unwrap().streak;
        assert_eq!(streak, StreakView { current, longest: 3 }, "at {now}");
    }
}
