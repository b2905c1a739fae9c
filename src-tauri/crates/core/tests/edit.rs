//! Edits of sits and sits added by hand: what is stored, and which values are impossible.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;
use zafu_core::edit::{EditError, ManualSit, SessionEdit};
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::session::{Details, Origin, Session, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset, WallTime};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    at("2026-03-02T12:00:00Z")
}

const DEVICE: DeviceId = DeviceId(Uuid::from_u128(9));

fn origin() -> Origin {
    Origin { deviceid: DEVICE, createdat: now() }
}

/// A running sit of one hour.
fn running() -> Session {
    let start = WallTime::new(at("2026-03-01T06:00:00Z"), UtcOffset(60));
    Session::new(SessionId(Uuid::from_u128(1)), start, Seconds(3600), origin())
}

/// A sit that ended after ten minutes.
fn ended() -> Session {
    let mut session = running();
    let endedat = session.lifecycle.startedat + TimeDelta::minutes(10);
    session.lifecycle.stage = Stage::EndedEarly { endedat, satlength: Seconds(600) };
    session
}

fn with(session: Session, value: Details) -> Session {
    Session { details: session.details.set(value, DEVICE), ..session }
}

#[test]
fn an_edit_sets_all_values_together_and_only_those() {
    let edit = SessionEdit {
        note: Some("rain".into()),
        label: Some("Zazen".into()),
        start: Some(at("2026-02-28T05:30:00.1239Z")),
        length: Some(Seconds(900)),
        offset: Some(UtcOffset(-210)),
    };
    let details = edit.apply(&ended(), now()).unwrap();
    let expected = Details {
        note: "rain".into(),
        label: "Zazen".into(),
        corrected_start: Some(at("2026-02-28T05:30:00.123Z")),
        corrected_length: Some(Seconds(900)),
        corrected_offset: Some(UtcOffset(-210)),
    };
    assert_eq!(details, expected);
    let edited = with(ended(), details);
    assert_eq!(edited.effective_start().local().to_string(), "2026-02-28 02:00:00.123");
    // The corrections stay if only the texts change, and the texts if only a correction does.
    let texts = SessionEdit::texts("sun", "").apply(&edited, now()).unwrap();
    assert_eq!(texts, Details { note: "sun".into(), label: String::new(), ..expected.clone() });
    let length = SessionEdit { length: Some(Seconds(60)), ..SessionEdit::default() };
    let length = length.apply(&edited, now()).unwrap();
    assert_eq!(length, Details { corrected_length: Some(Seconds(60)), ..expected });
}

#[test]
fn a_correction_to_the_recorded_value_is_none() {
    let edited = with(
        ended(),
        Details {
            corrected_start: Some(at("2026-02-28T05:30:00Z")),
            corrected_length: Some(Seconds(900)),
            corrected_offset: Some(UtcOffset(0)),
            ..Details::default()
        },
    );
    let recorded = SessionEdit {
        start: Some(ended().lifecycle.startedat),
        length: Some(Seconds(600)),
        offset: Some(UtcOffset(60)),
        ..SessionEdit::default()
    };
    assert_eq!(recorded.apply(&edited, now()).unwrap(), Details::default());
}

#[test]
fn a_start_in_whole_seconds_is_the_known_start_of_that_second() {
    let start = |text: &str| SessionEdit { start: Some(at(text)), ..SessionEdit::default() };
    let mut precise = ended();
    precise.lifecycle.startedat = at("2026-03-01T06:00:00.437Z");
    let unchanged = start("2026-03-01T06:00:00Z").apply(&precise, now()).unwrap();
    assert_eq!(unchanged, Details::default());
    let moved = start("2026-03-01T06:00:01Z").apply(&precise, now()).unwrap();
    assert_eq!(moved.corrected_start, Some(at("2026-03-01T06:00:01Z")));
    let back = start("2026-03-01T06:00:00Z").apply(&with(precise, moved), now()).unwrap();
    assert_eq!(back, Details::default());
}

#[test]
fn impossible_values_are_rejected_with_the_reason() {
    let start = |text: &str| SessionEdit { start: Some(at(text)), ..SessionEdit::default() };
    let length = |seconds| SessionEdit { length: Some(Seconds(seconds)), ..SessionEdit::default() };
    let offset =
        |minutes| SessionEdit { offset: Some(UtcOffset(minutes)), ..SessionEdit::default() };
    for (edit, expected) in [
        (start("2026-03-02T12:00:00.001Z"), Some(EditError::StartInFuture)),
        (start("2026-03-02T11:50:00.001Z"), Some(EditError::EndInFuture)),
        (start("2026-03-02T11:50:00Z"), None),
        (start("1899-12-31T23:59:59Z"), Some(EditError::StartTooEarly)),
        (start("1900-01-01T00:00:00Z"), None),
        (length(0), Some(EditError::NoLength)),
        (length(1), None),
        (length(86_400), None),
        (length(86_401), Some(EditError::TooLong)),
        (offset(1440), Some(EditError::OffsetOutOfRange)),
        (offset(-1440), Some(EditError::OffsetOutOfRange)),
        (offset(i16::MIN), Some(EditError::OffsetOutOfRange)),
        (offset(-1439), None),
    ] {
        assert_eq!(edit.clone().apply(&ended(), now()).err(), expected, "{edit:?}");
    }
    let both = SessionEdit { start: Some(at("2026-03-01T13:00:00Z")), ..length(86_400) };
    assert_eq!(both.apply(&ended(), now()), Err(EditError::EndInFuture));
}

#[test]
fn a_value_that_stays_is_not_checked() {
    // Imported, or recorded while the clock was wrong.
    let mut odd = ended();
    odd.lifecycle.startedat = at("2031-01-01T00:00:00Z");
    odd.lifecycle.stage = Stage::Completed {
        completedat: at("2031-01-03T00:00:00Z"),
        satlength: Seconds(2 * 86_400),
    };
    let same = SessionEdit {
        start: Some(odd.lifecycle.startedat),
        length: Some(Seconds(2 * 86_400)),
        ..SessionEdit::texts("rain", "")
    };
    assert_eq!(same.apply(&odd, now()).unwrap().note, "rain");
    let shorter = SessionEdit { length: Some(Seconds(600)), ..SessionEdit::default() };
    assert!(shorter.apply(&odd, now()).is_ok(), "its start cannot be blamed on the user");
}

#[test]
fn a_running_sit_takes_texts_but_no_correction_of_its_start_or_length() {
    let all = |length| SessionEdit {
        start: Some(running().lifecycle.startedat),
        length: Some(Seconds(length)),
        offset: Some(UtcOffset(120)),
        ..SessionEdit::texts("rain", "Zazen")
    };
    assert_eq!(all(600).apply(&running(), now()), Err(EditError::NotOver));
    let details = all(0).apply(&running(), now()).unwrap();
    assert_eq!((details.corrected_start, details.corrected_length), (None, None));
    assert_eq!(details.corrected_offset, Some(UtcOffset(120)));
}

fn manual() -> ManualSit {
    ManualSit {
        id: SessionId(Uuid::from_u128(2)),
        start: WallTime::new(at("2026-03-01T20:00:00Z"), UtcOffset(345)),
        length: Seconds(1500),
        note: "at the lake".into(),
        label: "Zazen".into(),
    }
}

#[test]
fn a_sit_added_by_hand_is_a_completed_session() {
    let session = manual().session(origin()).unwrap();
    assert_eq!(session.source, Source::Manual);
    assert_eq!(session.effective_start(), manual().start);
    assert_eq!(session.effective_length(), Seconds(1500));
    assert_eq!(session.lifecycle.completedat(), Some(at("2026-03-01T20:25:00Z")));
    assert_eq!((session.details.revision, session.details.value.note.as_str()), (1, "at the lake"));
    let plain = ManualSit { note: String::new(), label: String::new(), ..manual() };
    assert_eq!(plain.session(origin()).unwrap().details.revision, 0);
}

#[test]
fn an_impossible_sit_is_not_added() {
    let start = |text| WallTime::new(at(text), UtcOffset(60));
    for (sit, expected) in [
        (ManualSit { start: start("2026-03-02T12:00:01Z"), ..manual() }, EditError::StartInFuture),
        (ManualSit { start: start("2026-03-02T11:40:00Z"), ..manual() }, EditError::EndInFuture),
        (ManualSit { start: start("0202-03-01T20:00:00Z"), ..manual() }, EditError::StartTooEarly),
        (ManualSit { length: Seconds(0), ..manual() }, EditError::NoLength),
        (ManualSit { length: Seconds(86_401), ..manual() }, EditError::TooLong),
        (
            ManualSit { start: WallTime { offset: UtcOffset(1440), ..manual().start }, ..manual() },
            EditError::OffsetOutOfRange,
        ),
    ] {
        assert_eq!(sit.session(origin()), Err(expected));
    }
}

proptest! {
    /// Entering the values that are shown changes nothing, and undoing an edit restores them.
    #[test]
    fn an_edit_and_its_undo_restore_what_is_shown(
        start in prop::option::of(0_i64..90_000), length in prop::option::of(1_u32..3_000),
        offset in prop::option::of(-1439_i16..1440),
    ) {
        let before = ended();
        let shown = |session: &Session| SessionEdit {
            start: Some(session.effective_start().utc),
            length: Some(session.effective_length()),
            offset: Some(session.effective_start().offset),
            ..SessionEdit::texts(&session.details.value.note, &session.details.value.label)
        };
        let edit = SessionEdit {
            start: start.map(|seconds| before.lifecycle.startedat - TimeDelta::seconds(seconds)),
            length: length.map(Seconds),
            offset: offset.map(UtcOffset),
            note: Some("rain".into()),
            label: None,
        };
        let after = with(before.clone(), edit.apply(&before, now()).unwrap());
        prop_assert_eq!(shown(&after).apply(&after, now()).unwrap(), after.details.value.clone());
        prop_assert_eq!(shown(&before).apply(&after, now()).unwrap(), Details::default());
    }
}
