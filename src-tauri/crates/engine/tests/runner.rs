//! The engine over recorders: what it does, in which order, and what it does when the disk or the computer fails.

#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
mod fakes;

use fakes::{Did, Fakes};
use std::time::Duration;
use zafu_core::settings::{Preset, Settings, VolumePercent};
use zafu_core::timer::OpenSit;
use zafu_engine::Client;
use zafu_engine::adapters::{Awake, Notification};
use zafu_engine::protocol::{ErrorCode, IpcError, PhaseView, Reply, Request, StartRequest};

const SYSTEM: Awake = Awake { system: true, screen: false };
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_sit_is_on_disk_before_anything_is_done_for_it() {
    let fakes = Fakes::new();
    let sit = fakes.start(1200, 0).unwrap().sit.unwrap();
    let bell = Did::Arm { sound: "large-bowl".into(), in_ms: 0, volume: 70 };
    assert_eq!(fakes.did(), [bell, Did::Awake(SYSTEM)]);
    assert!(fakes.was_saved_first());
    let left = fakes.store().left().unwrap();
    assert!(matches!(left.as_slice(), [OpenSit::Running(one)] if one.id == sit.id), "{left:?}");
}

#[test]
fn a_start_that_cannot_be_saved_does_not_happen() {
    let fakes = Fakes::new();
    fakes.break_saving();
    let error = fakes.start(1200, 0).unwrap_err();
    assert_eq!(error.code, ErrorCode::Storage);
    assert!(fakes.snapshot().sit.is_none());
    assert_eq!(fakes.did(), []);
    fakes.mend_saving();
    fakes.start(1200, 0).unwrap();
}

#[test]
fn what_cannot_be_saved_is_kept_told_and_saved_when_it_can_be() {
    let fakes = Fakes::new();
    let id = fakes.start(120, 0).unwrap().sit.unwrap().id;
    fakes.break_saving();
    fakes.pass(MINUTE);
    let at = fakes.snapshot();
    assert_eq!(at.trouble.iter().map(|it| it.code).collect::<Vec<_>>(), [ErrorCode::Storage]);
    let at = fakes.run(|runner| runner.end(None)).unwrap();
    assert!(at.sit.is_none(), "time does not wait for a disk");
    assert!(fakes.store().session(id).unwrap().unwrap().lifecycle.endedat().is_none());
    fakes.mend_saving();
    fakes.start(60, 0).unwrap();
    assert!(fakes.snapshot().trouble.is_empty());
    let lifecycle = fakes.store().session(id).unwrap().unwrap().lifecycle;
    assert_eq!((lifecycle.satlength().0, lifecycle.is_completed()), (60, false));
}

#[test]
fn a_bell_is_got_ready_a_little_ahead_and_not_rung_twice() {
    let fakes = Fakes::new();
    fakes.start(60, 0).unwrap();
    fakes.did();
    fakes.pass(Duration::from_millis(58_700));
    assert_eq!(fakes.did(), []);
    fakes.pass(Duration::from_millis(200));
    assert_eq!(fakes.did(), [Did::Arm { sound: "large-bowl".into(), in_ms: 1100, volume: 70 }]);
    fakes.pass(Duration::from_millis(1100));
    let id = fakes.snapshot().sit.unwrap().id;
    let ended = Notification::Ended { id, sat: zafu_core::time::Seconds(60) };
    assert_eq!(fakes.did(), [Did::Awake(Awake::default()), Did::Notify(ended)]);
}

#[test]
fn a_pause_takes_back_the_bell_that_was_got_ready() {
    let fakes = Fakes::new();
    fakes.start(60, 0).unwrap();
    fakes.pass(Duration::from_millis(59_000));
    fakes.did();
    fakes.run(zafu_engine::runner::Runner::pause).unwrap();
    assert_eq!(fakes.did(), [Did::Silence, Did::Awake(Awake::default())]);
    fakes.pass(10 * MINUTE);
    assert_eq!(fakes.did(), []);
    fakes.run(zafu_engine::runner::Runner::resume).unwrap();
    fakes.snapshot();
    let bell = Did::Arm { sound: "large-bowl".into(), in_ms: 1000, volume: 70 };
    assert_eq!(fakes.did(), [Did::Awake(SYSTEM), bell]);
}

#[test]
fn what_is_chosen_holds_for_the_sit_that_runs() {
    let fakes = Fakes::new();
    fakes.start(60, 0).unwrap();
    fakes.did();
    let chosen = Settings {
        volume_percent: VolumePercent::constant::<20>(),
        keep_screen_awake: true,
        notify: false,
        ..Settings::default()
    };
    fakes.run(move |runner| runner.save_settings(chosen)).unwrap();
    assert_eq!(fakes.did(), [Did::Awake(Awake { system: true, screen: true })]);
    fakes.pass(Duration::from_millis(60_000));
    let bell = Did::Arm { sound: "large-bowl".into(), in_ms: 0, volume: 20 };
    assert_eq!(fakes.did(), [bell, Did::Awake(Awake::default())]);
}

#[test]
fn a_preset_is_begun_by_its_name_however_it_is_written() {
    let fakes = Fakes::new();
    let plan = Settings::default().plan;
    let preset = Preset { id: uuid::Uuid::from_u128(1), name: "Früh".into(), plan };
    fakes.run(move |runner| runner.save_preset(&preset)).unwrap();
    let named = |name: &str| StartRequest { preset_name: Some(name.into()), ..Default::default() };
    let (wrong, right) = (named("Spät"), named("FRÜH"));
    let error = fakes.run(move |runner| runner.start(wrong)).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(error.message, "there is no preset \"Spät\"; the presets are: Früh");
    assert!(fakes.run(move |runner| runner.start(right)).unwrap().sit.is_some());
}

#[test]
fn a_sleep_past_the_end_is_asked_about_and_its_bell_rung_once_if_it_is_not_too_late() {
    for (late, rings) in [(30, true), (90, false)] {
        let fakes = Fakes::new();
        let id = fakes.start(120, 0).unwrap().sit.unwrap().id;
        fakes.pass(Duration::from_secs(20));
        fakes.did();
        fakes.jump(Duration::from_secs(100 + late));
        let at = fakes.snapshot();
        assert!(
            at.sit.is_none() && at.unsettled[0].id == id && at.unsettled[0].kept_seconds.0 == 20
        );
        let did = fakes.did();
        let rung = did.iter().filter(|it| matches!(it, Did::Arm { .. })).count();
        assert_eq!(rung, usize::from(rings), "{late} s late: {did:?}");
        assert!(did.contains(&Did::Notify(Notification::Unsettled { id })), "{did:?}");
    }
}

#[test]
fn errors_cross_to_clients_in_this_form() {
    let codes = [
        (ErrorCode::BadRequest, "bad-request"),
        (ErrorCode::Refused, "refused"),
        (ErrorCode::NotFound, "not-found"),
        (ErrorCode::Storage, "storage"),
        (ErrorCode::Sound, "sound"),
        (ErrorCode::Notification, "notification"),
        (ErrorCode::KeepAwake, "keep-awake"),
        (ErrorCode::Engine, "engine"),
    ];
    for (code, name) in codes {
        let json = serde_json::to_string(&IpcError::new(code, "what \"happened\"")).unwrap();
        let expected = format!(r#"{{"code":"{name}","message":"what \"happened\""}}"#);
        assert_eq!(json, expected);
    }
}

#[test]
fn who_watches_is_told_of_every_transition() {
    let fakes = Fakes::new();
    let mut watch = Client::connect(fakes.folder()).unwrap().unwrap();
    assert!(watch.snapshot(&Request::Watch).unwrap().sit.is_none());
    fakes.start(60, 10).unwrap();
    fakes.pass(Duration::from_secs(10));
    fakes.run(zafu_engine::runner::Runner::pause).unwrap();
    fakes.run(zafu_engine::runner::Runner::resume).unwrap();
    fakes.pass(MINUTE);
    fakes.run(|runner| runner.end(None)).unwrap();
    let mut phases = Vec::new();
    loop {
        let Some(Reply::Snapshot(at)) = watch.read().unwrap() else { panic!("it has gone") };
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
