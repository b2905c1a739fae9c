//! Property tests: the server merges as the core does.

use crate::account::Account;
use crate::sits::{device, read, started_session, wire};
use chrono::{DateTime, Duration, Utc};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;
use zafu_backend::shared;
use zafu_core::session::{Details, Lifecycle, Register, Session, Stage};
use zafu_core::time::{Seconds, UtcOffset};

/// Times that are close enough to be equal sometimes.
fn moments() -> impl Strategy<Value = DateTime<Utc>> {
    (0_i64..4).prop_map(|step| {
        started_session().lifecycle.startedat + Duration::milliseconds(step * 1001)
    })
}

fn lengths() -> impl Strategy<Value = Seconds> {
    prop_oneof![Just(0), Just(59), Just(60), Just(u32::MAX)].prop_map(Seconds)
}

fn stages() -> impl Strategy<Value = Stage> {
    prop_oneof![
        Just(Stage::Started),
        (moments(), lengths())
            .prop_map(|(endedat, satlength)| Stage::EndedEarly { endedat, satlength }),
        (moments(), lengths())
            .prop_map(|(completedat, satlength)| Stage::Completed { completedat, satlength }),
    ]
}

fn details() -> impl Strategy<Value = Details> {
    let texts = prop_oneof![Just(""), Just("a \"quote\" \\ and \u{1F9D8}\n"), Just("later")];
    let offsets = prop_oneof![Just(-1439), Just(0), Just(1439)].prop_map(UtcOffset);
    let corrections = (option::of(moments()), option::of(lengths()), option::of(offsets));
    (texts.clone(), texts, corrections).prop_map(
        |(note, label, (corrected_start, corrected_length, corrected_offset))| Details {
            note: note.into(),
            label: label.into(),
            corrected_start,
            corrected_length,
            corrected_offset,
        },
    )
}

/// A register, also with different values of one revision and device.
fn registers<T: Clone + std::fmt::Debug>(
    values: impl Strategy<Value = T>,
) -> impl Strategy<Value = Register<T>> {
    (values, 0_u32..3, 1_u128..4).prop_map(|(value, revision, by)| Register {
        value,
        revision,
        deviceid: device(by),
    })
}

/// A copy of a session.
fn copies() -> impl Strategy<Value = Session> {
    let lifecycle = (moments(), lengths(), stages());
    (lifecycle, registers(details()), registers(option::of(moments()))).prop_map(
        |((startedat, sitlength, stage), details, deletion)| Session {
            lifecycle: Lifecycle { startedat, sitlength, stage },
            details,
            deletion,
            ..started_session()
        },
    )
}

/// Makes the value depend on revision and device, as real devices do.
fn honest(mut copy: Session) -> Session {
    let name = format!("{} by {}", copy.details.revision, copy.details.deviceid);
    copy.details.value = Details { note: name, ..Details::default() };
    let at = started_session().lifecycle.startedat;
    let by = i64::from(copy.deletion.deviceid.0.as_u128() == 2);
    copy.deletion.value = (copy.deletion.revision > 0)
        .then_some(at + Duration::seconds(i64::from(copy.deletion.revision) * 2 + by));
    copy
}

fn merged(copies: &[Session]) -> Session {
    let (first, rest) = copies.split_first().expect("at least one");
    rest.iter().fold(first.clone(), Session::join)
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Gives the copies one new id, so that cases do not interfere.
fn of_one_sit(mut copies: Vec<Session>) -> Vec<Session> {
    let id = started_session().id;
    copies.iter_mut().for_each(|copy| copy.id = id);
    copies
}

#[test]
fn pushes_are_merged_as_in_the_core() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let both_ways = (any::<bool>(), any::<bool>());
    proptest!(cases(200), |(copies in vec(copies(), 1..6), (together, by_device) in both_ways)| {
        let push = if by_device { Account::push_in_app_order } else { Account::push };
        let copies = of_one_sit(copies);
        let rows: Vec<Value> = copies.iter().map(wire).collect();
        let expected = merged(&copies);
        let responses = if together {
            vec![push(&account, &rows)]
        } else {
            rows.iter().map(|row| push(&account, std::slice::from_ref(row))).collect()
        };
        let last = responses.last().expect("a response");
        let stored = backend.sql(&format!(
            "select to_jsonb(zafu.as_session(s)) from sessions s where id = '{}'", expected.id
        )).expect("SQL");
        prop_assert_eq!(&read(&serde_json::from_str(&stored).expect("JSON")), &expected);
        // The last outcome is correct: accepted as sent, or merged with the resulting row.
        let outcome = last["outcomes"].as_array().expect("outcomes").last().expect("one");
        if outcome["outcome"] == "merged" {
            prop_assert_eq!(&read(&outcome["row"]), &expected);
        } else {
            prop_assert_eq!(copies.last().expect("one"), &expected);
        }
    });
}

#[test]
fn order_repetition_and_splitting_do_not_change_the_result() {
    let Some(backend) = shared() else { return };
    let (here, there) = (Account::new(backend), Account::new(backend));
    let scattered = vec(copies().prop_map(honest), 1..5).prop_flat_map(|copies| {
        let twice: Vec<Session> = copies.iter().chain(&copies).cloned().collect();
        let cuts = 1..=twice.len();
        (Just(copies), Just(twice).prop_shuffle(), cuts)
    });
    proptest!(cases(100), |((copies, shuffled, cut) in scattered)| {
        let copies = of_one_sit(copies);
        let mut shuffled = shuffled;
        // The other account merges the same copies in another order.
        let other = started_session().id;
        shuffled.iter_mut().for_each(|copy| copy.id = other);
        here.push_sits(&copies);
        for part in shuffled.chunks(cut) {
            there.push_sits(part);
        }
        let row = |id| {
            let sql = "select to_jsonb(zafu.as_session(s)) - 'id' from sessions s where id = ";
            backend.sql(&format!("{sql}'{id}'")).expect("SQL")
        };
        prop_assert_eq!(row(copies[0].id), row(other));
    });
}

#[test]
fn a_direct_write_succeeds_if_and_only_if_a_merge_keeps_it() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    proptest!(cases(100), |(pair in [copies(), copies()])| {
        let [before, after] = &of_one_sit(pair.to_vec())[..] else { unreachable!() };
        account.push_sits(std::slice::from_ref(before));
        let mut change = wire(after);
        for fixed in ["id", "createdat", "utcoffset", "deviceid", "source"] {
            change.as_object_mut().expect("an object").remove(fixed);
        }
        let path = format!("sessions?id=eq.{}", before.id);
        let response = account.send_json(reqwest::Method::PATCH, &path, &change);
        if before.clone().join(after) == *after {
            prop_assert_eq!(response.status.as_u16(), 200, "{:?}", response);
            prop_assert_eq!(&read(&response.body[0]), after);
        } else {
            prop_assert_eq!((response.status.as_u16(), response.code()), (409, "PT409"));
        }
    });
}
