//! The tables of the log equal what is computed from the sessions, and pages and figures equal what is computed from a list.

mod changes;
pub(crate) mod expected;
mod figures;
mod pages;
mod selection;

use crate::{Store, sessions};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;
use zafu_core::ids::{DeviceId, SessionId, UserId};
use zafu_core::session::{Details, Lifecycle, Register, Session, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset, WallTime};

fn now() -> WallTime {
    WallTime::new("2026-03-01T06:00:00Z".parse().unwrap(), UtcOffset(60))
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), now()).unwrap();
    // The tests are about content, not durability.
    store.on_writer(|connection| connection.pragma_update(None, "synchronous", "off")).unwrap();
    (folder, store)
}

/// Signs in to three accounts in turn; the first one stays signed in.
fn sign_in(store: &Store) {
    for n in [3, 2, 1] {
        store.sign_in(user(n), "https://one.example", "key", &format!("{n}@example.org")).unwrap();
    }
}

const LABELS: [&str; 4] = ["", "Zazen", "Walking", "Metta walk"];
const WORDS: [&str; 6] = ["rain", "rainbow", "sun", "Zazen", "walk", "café"];
const OFFSETS: [i16; 6] = [-1439, -720, 0, 60, 840, 1439];

/// A note of some words.
fn note() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&WORDS[..]), 0..4).prop_map(|words| words.join(" "))
}

fn start() -> impl Strategy<Value = DateTime<Utc>> {
    // Few moments, so that some sits start in the same millisecond; around a new year, and before 1970.
    let moments = (0_i64..40, 0_i64..3).prop_map(|(hours, millis)| hours * 7_200_000 + millis);
    (moments, prop::sample::select(&["2025-12-31T00:00:00Z", "1969-12-30T22:30:00Z"][..])).prop_map(
        |(millis, first)| first.parse::<DateTime<Utc>>().unwrap() + TimeDelta::milliseconds(millis),
    )
}

fn session(n: u128) -> impl Strategy<Value = Session> {
    let length = prop_oneof![Just(0_u32), Just(59), Just(60), 1..7200_u32, Just(u32::MAX)];
    let stage = (0_u8..5, length).prop_map(|(stage, length)| {
        let (at, satlength) = (now().utc, Seconds(length));
        match stage {
            0 => Stage::Started,
            1 => Stage::EndedEarly { endedat: at, satlength },
            _ => Stage::Completed { completedat: at, satlength },
        }
    });
    let offset = || prop::sample::select(&OFFSETS[..]).prop_map(UtcOffset);
    let details = (
        note(),
        prop::sample::select(&LABELS[..]),
        prop::option::weighted(0.3, start()),
        prop::option::weighted(0.3, (0..7200_u32).prop_map(Seconds)),
        prop::option::weighted(0.3, offset()),
    );
    let source = prop::sample::select(&[Source::Timer, Source::Manual, Source::Import][..]);
    let deleted = prop::option::weighted(0.15, Just(now().utc));
    (start(), stage, details, offset(), source, deleted).prop_map(
        move |(startedat, stage, details, utcoffset, source, deleted)| {
            let deviceid = DeviceId(Uuid::from_u128(9));
            let (note, label, corrected_start, corrected_length, corrected_offset) = details;
            let details = Details {
                note,
                label: label.into(),
                corrected_start,
                corrected_length,
                corrected_offset,
            };
            Session {
                id: SessionId(Uuid::from_u128(n)),
                lifecycle: Lifecycle { startedat, sitlength: Seconds(0), stage },
                details: Register { value: details, revision: 1, deviceid },
                deletion: Register { value: deleted, revision: 1, deviceid },
                utcoffset,
                deviceid,
                source,
                createdat: startedat,
            }
        },
    )
}

/// Sessions and their owners: ownerless, or of one of three accounts.
fn owned_sessions(count: usize) -> impl Strategy<Value = Vec<(Session, Option<UserId>)>> {
    let one = (0_u128..30).prop_flat_map(|n| (session(n), 0_u128..4));
    prop::collection::vec(one, 0..count).prop_map(|all| {
        let mut taken = std::collections::BTreeSet::new();
        all.into_iter()
            .map(|(session, owner)| (session, (owner > 0).then(|| user(owner))))
            .filter(|(session, owner)| taken.insert((session.id, *owner)))
            .collect()
    })
}

fn insert(store: &Store, all: &[(Session, Option<UserId>)]) {
    let all = all.to_vec();
    store.on_writer(move |connection| {
        let transaction = connection.transaction().unwrap();
        for (session, owner) in &all {
            sessions::insert(&transaction, session, *owner).unwrap();
        }
        transaction.commit().unwrap();
    });
}
