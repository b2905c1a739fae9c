//! The engine with recording adapters: its effects, their order, and its reaction to faults of the disk and the
//! computer.

#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
mod fakes;
#[path = "engine/log.rs"]
mod log;

use fakes::{Call, Fakes};
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::day::DayStart;
use zafu_core::edit::ManualSit;
use zafu_core::ids::SessionId;
use zafu_core::message;
use zafu_core::message::{Argument, Message};
use zafu_core::settings::{Preset, Settings, VolumePercent};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_core::timer::{Answer, OpenSit};
use zafu_engine::adapters::{Awake, Notification};
use zafu_engine::protocol::{EngineState, ErrorCode, IpcError, LogQuery, PhaseView, StartRequest};
use zafu_engine::{Client, EngineHandle, Event, Pending, resolve_sit, unsettled_sits};
use zafu_store::Store;

const SYSTEM: Awake = Awake { system: true, screen: false };
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_sit_is_saved_before_its_other_effects_are_carried_out() {
    let fakes = Fakes::new();
    let sit = fakes.start(1200, 0).unwrap().sit.unwrap();
    let bell = Call::Arm { sound: "large-bowl".into(), in_ms: 0, volume: 70 };
    assert_eq!(fakes.calls(), [bell, Call::Awake(SYSTEM)]);
    assert!(fakes.was_saved_first());
    let left = fakes.store().open_sits().unwrap();
    assert!(matches!(left.as_slice(), [OpenSit::Running(one)] if one.id == sit.id), "{left:?}");
}

#[test]
fn a_sit_that_cannot_be_saved_does_not_start() {
    let fakes = Fakes::new();
    fakes.break_saving();
    let error = fakes.start(1200, 0).unwrap_err();
    assert_eq!(error.code, ErrorCode::Storage);
    assert!(fakes.state().sit.is_none());
    assert_eq!(fakes.calls(), []);
    fakes.repair_saving();
    fakes.start(1200, 0).unwrap();
}

#[test]
fn a_change_that_cannot_be_saved_is_reported_and_saved_later() {
    let fakes = Fakes::new();
    let id = fakes.start(120, 0).unwrap().sit.unwrap().id;
    fakes.break_saving();
    fakes.pass(MINUTE);
    let at = fakes.state();
    assert_eq!(at.trouble.iter().map(|it| it.code).collect::<Vec<_>>(), [ErrorCode::NotSaved]);
    let error = fakes.engine().end_sit(None).wait().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotSaved);
    let at = fakes.state();
    assert!(at.sit.is_none(), "time does not wait for a disk");
    assert!(!at.finished.unwrap().saved);
    assert!(fakes.store().session(id).unwrap().unwrap().lifecycle.endedat().is_none());
    fakes.repair_saving();
    fakes.start(60, 0).unwrap();
    assert!(fakes.state().trouble.is_empty());
    let lifecycle = fakes.store().session(id).unwrap().unwrap().lifecycle;
    assert_eq!((lifecycle.satlength().0, lifecycle.is_completed()), (60, false));
}

#[test]
fn a_bell_is_armed_shortly_before_it_is_due_and_rings_once() {
    let fakes = Fakes::new();
    fakes.start(60, 0).unwrap();
    fakes.calls();
    fakes.pass(Duration::from_millis(58_700));
    assert_eq!(fakes.calls(), []);
    fakes.pass(Duration::from_millis(200));
    assert_eq!(fakes.calls(), [Call::Arm { sound: "large-bowl".into(), in_ms: 1100, volume: 70 }]);
    fakes.pass(Duration::from_millis(1100));
    let id = fakes.state().sit.unwrap().id;
    let ended = Notification::Ended { id, sat: zafu_core::time::Seconds(60) };
    assert_eq!(fakes.calls(), [Call::Awake(Awake::default()), Call::Notify(ended)]);
}

#[test]
fn a_pause_cancels_the_armed_bell() {
    let fakes = Fakes::new();
    fakes.start(60, 0).unwrap();
    fakes.pass(Duration::from_millis(59_000));
    fakes.calls();
    fakes.engine().pause_sit().wait().unwrap();
    assert_eq!(fakes.calls(), [Call::Silence, Call::Awake(Awake::default())]);
    fakes.pass(10 * MINUTE);
    assert_eq!(fakes.calls(), []);
    fakes.engine().resume_sit().wait().unwrap();
    fakes.state();
    let bell = Call::Arm { sound: "large-bowl".into(), in_ms: 1000, volume: 70 };
    assert_eq!(fakes.calls(), [Call::Awake(SYSTEM), bell]);
}

#[test]
fn changed_settings_apply_to_the_running_sit() {
    let fakes = Fakes::new();
    fakes.start(60, 0).unwrap();
    fakes.calls();
    let chosen = Settings {
        volume_percent: VolumePercent::constant::<20>(),
        keep_screen_awake: true,
        notify: false,
        ..Settings::default()
    };
    fakes.engine().save_settings(chosen).wait().unwrap();
    assert_eq!(fakes.calls(), [Call::Awake(Awake { system: true, screen: true })]);
    fakes.pass(Duration::from_millis(60_000));
    let bell = Call::Arm { sound: "large-bowl".into(), in_ms: 0, volume: 20 };
    assert_eq!(fakes.calls(), [bell, Call::Awake(Awake::default())]);
}

#[test]
fn a_name_that_no_preset_can_have_is_a_bad_request_and_a_missing_preset_is_not_found() {
    let fakes = Fakes::new();
    let engine = fakes.engine();
    let preset = |id: u128, name: &str| Preset {
        id: uuid::Uuid::from_u128(id),
        name: name.into(),
        plan: Settings::default().plan,
    };
    engine.save_preset(preset(1, "Früh")).wait().unwrap();
    for name in ["Früh", " "] {
        let error = engine.save_preset(preset(2, name)).wait().unwrap_err();
        assert_eq!(error.code, ErrorCode::BadRequest, "{name}");
    }
    let error = engine.delete_preset(uuid::Uuid::from_u128(2)).wait().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[test]
fn a_preset_is_started_by_its_name_in_any_case() {
    let fakes = Fakes::new();
    let plan = Settings::default().plan;
    let preset = Preset { id: uuid::Uuid::from_u128(1), name: "Früh".into(), plan };
    fakes.engine().save_preset(preset).wait().unwrap();
    let named = |name: &str| StartRequest { preset_name: Some(name.into()), ..Default::default() };
    let (wrong, right) = (named("Spät"), named("FRÜH"));
    let error = fakes.engine().start_sit(wrong).wait().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(error.message, message!("engine-preset-unknown", name = "Spät", presets = "Früh"));
    assert!(fakes.engine().start_sit(right).wait().unwrap().sit.is_some());
}

#[test]
fn a_suspend_past_the_end_leaves_the_sit_unsettled_and_rings_the_end_bell_only_within_a_minute() {
    for (late, rings) in [(30, true), (90, false)] {
        let fakes = Fakes::new();
        let id = fakes.start(120, 0).unwrap().sit.unwrap().id;
        fakes.pass(Duration::from_secs(20));
        fakes.calls();
        fakes.jump(Duration::from_secs(100 + late));
        let at = fakes.state();
        assert!(
            at.sit.is_none()
                && at.unsettled[0].id == id
                && at.unsettled[0].sat_before_gap_seconds.0 == 20
        );
        let calls = fakes.calls();
        let rung = calls.iter().filter(|it| matches!(it, Call::Arm { .. })).count();
        assert_eq!(rung, usize::from(rings), "{late} s late: {calls:?}");
        assert!(calls.contains(&Call::Notify(Notification::Unsettled { id })), "{calls:?}");
    }
}

#[test]
fn errors_are_serialized_as_a_code_and_a_message() {
    let codes = [
        (ErrorCode::BadRequest, "bad-request"),
        (ErrorCode::Rejected, "rejected"),
        (ErrorCode::NotFound, "not-found"),
        (ErrorCode::Storage, "storage"),
        (ErrorCode::NotSaved, "not-saved"),
        (ErrorCode::Moved, "moved"),
        (ErrorCode::Sound, "sound"),
        (ErrorCode::Notification, "notification"),
        (ErrorCode::KeepAwake, "keep-awake"),
        (ErrorCode::Engine, "engine"),
    ];
    for (code, name) in codes {
        let json =
            serde_json::to_string(&IpcError::new(code, message!("engine-stopping"))).unwrap();
        let expected =
            format!(r#"{{"code":"{name}","message":{{"id":"engine-stopping","args":{{}}}}}}"#);
        assert_eq!(json, expected);
    }
}

#[test]
fn a_watching_client_gets_every_transition() {
    let fakes = Fakes::new();
    let mut watch = Client::connect(fakes.folder()).unwrap().unwrap();
    assert!(watch.watch().unwrap().sit.is_none());
    fakes.start(60, 10).unwrap();
    fakes.pass(Duration::from_secs(10));
    fakes.engine().pause_sit().wait().unwrap();
    fakes.engine().resume_sit().wait().unwrap();
    fakes.pass(MINUTE);
    fakes.engine().end_sit(None).wait().unwrap();
    let mut phases = Vec::new();
    loop {
        let Some(at) = watch.next_state().unwrap() else { panic!("it has gone") };
        let phase = at.sit.map(|sit| sit.phase);
        if phases.last() != Some(&phase) {
            phases.push(phase);
        }
        if phase.is_none() {
            break;
        }
    }
    use PhaseView::{Overtime, Paused, Preparing, Sitting};
    let expected = [Preparing, Sitting, Paused, Sitting, Overtime].map(Some);
    assert_eq!(phases[..5], expected);
    assert_eq!(phases[5..], [None]);
}

/// Engine handle method that changes a sit.
type Change = fn(&EngineHandle) -> Pending<EngineState>;

#[test]
fn real_life_03_success_is_reported_only_after_the_commit() {
    // Each change is kept, and saved as soon as saving works again.
    let changes: [(Change, &str, &str); 4] = [
        (EngineHandle::pause_sit, "engine-change-pause", "paused"),
        (EngineHandle::resume_sit, "engine-change-resume", "sitting"),
        (|engine| engine.end_sit(None), "engine-change-end", "ended"),
        (EngineHandle::discard_sit, "engine-change-discard", "gone"),
    ];
    for (change, what, then) in changes {
        let fakes = Fakes::new();
        let id = fakes.start(120, 0).unwrap().sit.unwrap().id;
        fakes.pass(Duration::from_secs(40));
        if what == "engine-change-resume" {
            fakes.engine().pause_sit().wait().unwrap();
        }
        fakes.break_saving();
        let error = change(fakes.engine()).wait().unwrap_err();
        assert_eq!(error.code, ErrorCode::NotSaved);
        assert_eq!(error.message.id, "engine-not-saved");
        let change = Argument::Message(Message { id: what.into(), args: BTreeMap::new() });
        assert_eq!(error.message.args["change"], change);
        assert!(fakes.state().trouble.contains(&error));
        // Quitting is rejected until then, because the change would be lost.
        assert_eq!(fakes.engine().quit().wait().unwrap_err().code, ErrorCode::NotSaved);
        assert_eq!(fakes.engine().end_sit_to_quit().wait().unwrap_err().code, ErrorCode::NotSaved);
        let mut client = Client::connect(fakes.folder()).unwrap().unwrap();
        assert_eq!(client.quit().unwrap_err().code, ErrorCode::NotSaved);
        fakes.repair_saving();
        fakes.engine().prepare_to_quit().wait().unwrap();
        assert_eq!(fakes.state().trouble, []);
        let session = fakes.store().session(id).unwrap().unwrap();
        let deleted = session.deletion.value.is_some();
        assert_eq!(deleted, then == "gone", "{what}");
        assert_eq!(session.lifecycle.satlength().0, 40, "{what}");
        assert!(fakes.store().open_sits().unwrap().is_empty(), "{what}: quitting has ended it");
    }
}

#[test]
fn real_life_03_a_resolution_that_is_not_saved_is_an_error() {
    let fakes = Fakes::new();
    fakes.start(120, 0).unwrap();
    fakes.pass(Duration::from_secs(130));
    fakes.break_saving();
    let id = fakes.state().sit.unwrap().id;
    fakes.jump(10 * MINUTE);
    let error = fakes.engine().resolve_sit(Some(id), Answer::Whole).wait().unwrap_err();
    assert_eq!(error.code, ErrorCode::Storage);
    assert_eq!(fakes.state().unsettled.len(), 1, "it goes on waiting");
}

#[cfg(unix)]
#[test]
fn real_life_03_a_database_that_is_removed_or_replaced_during_a_sit_is_reported_and_the_sit_saved()
{
    for replaced in [false, true] {
        let fakes = Fakes::new();
        let id = fakes.start(120, 0).unwrap().sit.unwrap().id;
        fakes.pass(Duration::from_secs(40));
        let database = fakes.folder().path().join("zafu.db");
        std::fs::remove_file(&database).unwrap();
        if replaced {
            std::fs::write(&database, "another program's").unwrap();
        }
        fakes.pass(Duration::from_secs(40));
        let at = fakes.state();
        assert_eq!(at.trouble.iter().map(|it| it.code).collect::<Vec<_>>(), [ErrorCode::Moved]);
        let ended = fakes.engine().end_sit(None).wait();
        let file = match replaced {
            false => {
                assert!(ended.unwrap().finished.unwrap().saved);
                database
            }
            true => {
                let error = ended.unwrap_err();
                assert_eq!(error.code, ErrorCode::Moved);
                let rescued = fakes.folder().path().join("zafu.db.rescued-1");
                assert!(error.to_string().contains(rescued.to_str().unwrap()), "{error}");
                assert_eq!(std::fs::read(&database).unwrap(), b"another program's");
                rescued
            }
        };
        let sat: u32 = rusqlite::Connection::open(file)
            .unwrap()
            .query_row("SELECT satlength FROM sessions WHERE id = ?1", [id.to_string()], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(sat, 80);
    }
}

#[test]
fn real_life_10_quitting_in_overtime_leaves_only_the_overtime_unsettled() {
    for (answer, sat) in [(Answer::Whole, 65), (Answer::Gap, 65), (Answer::Discard, 60)] {
        let fakes = Fakes::new();
        let id = fakes.start(60, 0).unwrap().sit.unwrap().id;
        fakes.pass(Duration::from_secs(50));
        fakes.pass(Duration::from_secs(15));
        fakes.engine().end_sit_to_quit().wait().unwrap();
        let completed = |fakes: &Fakes| {
            let session = fakes.store().session(id).unwrap().unwrap();
            assert!(session.deletion.value.is_none());
            (session.lifecycle.is_completed(), session.lifecycle.satlength().0)
        };
        assert_eq!(completed(&fakes), (true, 60), "it stays complete");
        // As `zafu status` and `zafu resolve` do while no engine runs.
        let now = fakes.now();
        let asked = unsettled_sits(fakes.store(), now).unwrap();
        assert_eq!(asked[0].overtime_seconds.map(|seconds| seconds.0), Some(5));
        assert!(asked[0].sat_with_gap_seconds >= asked[0].sat_before_gap_seconds);
        resolve_sit(fakes.store(), Some(id), answer, now).unwrap();
        assert_eq!(completed(&fakes), (true, sat), "{answer:?}");
    }
}

#[test]
fn real_life_23_a_sit_until_a_clock_time_ends_when_the_clock_shows_it() {
    use zafu_core::plan::{LengthChoice, OvertimeChoice, PlanChoice};
    let fakes = Fakes::new();
    fakes.pass(Duration::from_millis(600));
    let local = chrono::DateTime::parse_from_rfc3339("2026-03-01T06:02:00Z").unwrap();
    let clock = local.with_timezone(&chrono::Local).time();
    let plan = PlanChoice {
        length: LengthChoice::Until { clock },
        preparation_seconds: zafu_core::plan::PreparationSeconds::constant::<10>(),
        overtime: OvertimeChoice::Never,
        ..PlanChoice::default()
    };
    let id = fakes
        .engine()
        .start_sit(StartRequest { plan: Some(plan), ..Default::default() })
        .wait()
        .unwrap()
        .sit
        .unwrap()
        .id;
    fakes.pass(Duration::from_millis(119_399));
    assert!(fakes.state().sit.is_some());
    fakes.pass(Duration::from_millis(1));
    assert!(fakes.state().sit.is_none());
    let lifecycle = fakes.store().session(id).unwrap().unwrap().lifecycle;
    assert_eq!(lifecycle.completedat(), Some(local.to_utc()));
}

#[test]
fn real_life_31_a_sit_is_saved_with_a_clock_before_1970() {
    let fakes = Fakes::new();
    fakes.set_clock("1969-06-01T06:00:00Z");
    let id = fakes.start(60, 10).unwrap().sit.unwrap().id;
    fakes.pass(Duration::from_secs(80));
    fakes.engine().end_sit(None).wait().unwrap();
    let lifecycle = fakes.store().session(id).unwrap().unwrap().lifecycle;
    assert_eq!(lifecycle.completedat().unwrap().to_rfc3339(), "1969-06-01T06:01:10+00:00");
    assert!(Store::open(fakes.folder().path(), fakes.now().wall).unwrap().check().is_ok());
}

#[test]
fn real_life_32_a_clock_that_is_set_back_during_a_sit_does_not_put_the_end_before_the_start() {
    let fakes = Fakes::new();
    let id = fakes.start(60, 0).unwrap().sit.unwrap().id;
    fakes.pass(Duration::from_secs(20));
    fakes.set_clock("2026-02-28T06:00:00Z");
    fakes.pass(Duration::from_secs(50));
    fakes.engine().end_sit(None).wait().unwrap();
    let lifecycle = fakes.store().session(id).unwrap().unwrap().lifecycle;
    let minute = chrono::Duration::seconds(60);
    assert_eq!(lifecycle.completedat(), Some(lifecycle.startedat + minute));
}

#[test]
fn the_day_of_a_sit_follows_its_offset_and_the_hour_at_which_days_start() {
    let fakes = Fakes::new();
    for (start, offset) in [
        ("2026-03-01T22:30:00Z", 60),   // 23:30 on the first
        ("2026-03-02T02:59:00Z", 60),   // 03:59 on the second
        ("2026-03-02T03:00:00Z", 60),   // 04:00 on the second
        ("2026-03-03T01:30:00Z", -480), // 17:30 on the second
    ] {
        fakes.travel(start, offset);
        fakes.start(60, 0).unwrap();
        fakes.pass(Duration::from_secs(10));
        fakes.engine().end_sit(None).wait().unwrap();
    }
    let days = || {
        let query = LogQuery { limit: 10, ..LogQuery::default() };
        let page = fakes.engine().log().sits(query).wait().unwrap();
        page.sits.iter().rev().map(|sit| sit.day.to_string()).collect::<Vec<_>>()
    };
    let begin_at = |hour: u32| {
        let mut events = fakes.engine().subscribe();
        let day_starts_at_hour = DayStart::new(hour).unwrap();
        let settings = Settings { day_starts_at_hour, ..Settings::default() };
        fakes.engine().save_settings(settings).wait().unwrap();
        while !matches!(events.blocking_recv().unwrap(), Event::Log) {}
    };
    let (first, second) = ("2026-03-01", "2026-03-02");
    assert_eq!(days(), [first, first, second, second], "a day begins at 4 by default");
    begin_at(0);
    assert_eq!(days(), [first, second, second, second]);
    begin_at(18);
    assert_eq!(days(), [first; 4]);
}

#[test]
fn days_that_were_not_moved_before_a_stop_are_moved_after_the_next_start() {
    let mut fakes = Fakes::prepared(|store| {
        let length = Seconds(60);
        let start = WallTime::new("2026-03-02T02:30:00Z".parse().unwrap(), UtcOffset(0));
        let id = SessionId(Uuid::from_u128(1));
        let sit = ManualSit { id, start, length, note: String::new(), label: String::new() };
        store.add_manual(sit, "2026-03-03T06:00:00Z".parse().unwrap()).unwrap();
        let day_starts_at_hour = DayStart::new(2).unwrap();
        let settings = Settings { day_starts_at_hour, ..Settings::default() };
        store.save_settings(&settings).unwrap();
    });
    let mut events = fakes.events();
    while !matches!(events.blocking_recv().unwrap(), Event::Log) {}
    let query = LogQuery { limit: 10, ..LogQuery::default() };
    let page = fakes.engine().log().sits(query).wait().unwrap();
    assert_eq!(page.sits[0].day.to_string(), "2026-03-02");
}
