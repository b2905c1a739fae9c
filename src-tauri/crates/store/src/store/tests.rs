//! The priority of jobs on the writer thread.

use super::*;
use crate::sync::{self, Pull, Pulled};
use crate::{Cursor, log, sessions};
use chrono::{DateTime, Utc};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::{Origin, Session, Stage};
use zafu_core::settings::Settings;
use zafu_core::time::{BootId, BootTime, Moment, Seconds, UtcOffset};
use zafu_core::timer::Save;
use zafu_core::timer::{Command, Timer, saves};

fn now() -> Moment {
    let start: DateTime<Utc> = "2026-03-01T06:00:00.250Z".parse().unwrap();
    Moment {
        boot: BootTime(Duration::from_secs(1000)),
        boot_id: BootId(Uuid::from_u128(7)),
        wall: WallTime::new(start, UtcOffset(60)),
    }
}

fn id(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(n))
}

fn begun(n: u128, device: DeviceId) -> Session {
    let origin = Origin { deviceid: device, createdat: now().wall.utc };
    Session::new(id(n), now().wall, Seconds(600), origin)
}

/// Returns the saves of a sit that starts.
fn start(n: u128) -> Vec<Save> {
    let plan = Plan {
        length: Length::Timed(Bounded::new(600).unwrap()),
        delay: std::time::Duration::ZERO,
        preparation: Bounded::new(0).unwrap(),
        bells: Bells::default(),
        overtime: OvertimeChoice::Ask,
    };
    saves(&Timer::default().apply(Command::Start { id: id(n), plan, seed: 1 }, now()))
}

fn page(rows: Vec<Session>, seq: i64) -> Pull {
    let cursor = Cursor { seq, history_id: Uuid::from_u128(3) };
    let (unreadable, version) = (Vec::new(), "0.1.0".into());
    Pull {
        rows,
        unreadable,
        version,
        cursor,
        last: true,
        erased: None,
        labels_seq: None,
        partner_seq: None,
        keeps_texts: None,
        at: now().wall.utc,
    }
}

#[test]
fn a_save_of_the_timer_interrupts_the_merge_of_a_pull() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), now().wall).unwrap();
    let one = UserId(Uuid::from_u128(1));
    let device = store.device().unwrap();
    store.sign_in(one, "https://example.org", "key", "one@example.org").unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    let saving = Arc::new(Mutex::new(None));
    let merge = {
        let (store, asked, saving) = (store.clone(), asked.clone(), saving.clone());
        let pull = page(vec![begun(1, device), begun(2, device)], 2);
        move |change: &Transaction<'_>, urgent: &Urgent| {
            if asked.fetch_add(1, Ordering::SeqCst) == 0 {
                let saver = store.clone();
                *saving.lock().unwrap() =
                    Some(thread::spawn(move || saver.save(&start(5)).unwrap()));
                while !store.inner.writer.urgent().waits() {
                    thread::yield_now();
                }
            }
            sync::apply_pull(change, one, &pull, urgent)
        }
    };
    let merged = store.write_yielding(merge).unwrap();
    let saving = saving.lock().unwrap().take().unwrap();
    saving.join().unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2, "it ran again");
    assert_eq!(merged, Pulled::Merged { changed: 2 });
    assert_eq!(store.open_sits().unwrap().len(), 1);
    assert_eq!(store.account().unwrap().unwrap().cursor.unwrap().seq, 2);
    for n in [1, 2, 5] {
        assert!(store.session(id(n)).unwrap().is_some(), "{n}");
    }
}

/// A store with `count` sits, which change their day if days begin at another hour than 4.
fn with_sits(folder: &Path, count: u128) -> Store {
    let store = Store::open(folder, now().wall).unwrap();
    let device = store.device().unwrap();
    store.on_writer(move |connection| {
        let transaction = connection.transaction().unwrap();
        for n in 0..count {
            let start = "2026-03-01T02:30:00Z".parse().unwrap();
            let origin = Origin { deviceid: device, createdat: start };
            let started = WallTime::new(start, UtcOffset(0));
            let mut session = Session::new(id(1000 + n), started, Seconds(600), origin);
            session.lifecycle.stage =
                Stage::Completed { completedat: start, satlength: Seconds(600) };
            sessions::insert(&transaction, &session, None).unwrap();
        }
        transaction.commit().unwrap();
    });
    store
}

fn begin_days_at(store: &Store, hour: u32) {
    let day_starts_at_hour = Bounded::new(hour).unwrap();
    store.save_settings(&Settings { day_starts_at_hour, ..Settings::default() }).unwrap();
}

#[test]
fn any_other_change_interrupts_the_derivation_of_days() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_sits(folder.path(), 1000);
    begin_days_at(&store, 2);
    let attempts = Arc::new(AtomicU32::new(0));
    let saving = Arc::new(Mutex::new(None));
    let derive = {
        let (store, attempts, saving) = (store.clone(), attempts.clone(), saving.clone());
        move |change: &Transaction<'_>| {
            if attempts.fetch_add(1, Ordering::SeqCst) == 0 {
                let saver = store.clone();
                *saving.lock().unwrap() =
                    Some(thread::spawn(move || saver.delete(&[id(1000).into()], now().wall.utc)));
                while !store.inner.writer.waiting().waits() {
                    thread::yield_now();
                }
            }
            let derived = log::derive_days(change);
            assert_eq!(derived.is_err(), store.inner.writer.waiting().waits());
            derived
        }
    };
    assert_eq!(store.write_interruptibly(&Arc::default(), derive).unwrap(), Some(true));
    saving.lock().unwrap().take().unwrap().join().unwrap().unwrap();
    assert_eq!(attempts.load(Ordering::SeqCst), 2, "it ran again");
    crate::log::tests::expected::check(&store);
    assert_eq!(store.day_start().unwrap().get(), 2);
    // The connection is not interrupted any more.
    begin_days_at(&store, 4);
    let rewritten = store.write(|change| log::derive_days(change)).unwrap();
    assert!(rewritten);
    crate::log::tests::expected::check(&store);
}

#[test]
fn a_stopped_derivation_of_days_changes_nothing_and_is_done_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_sits(folder.path(), 1000);
    begin_days_at(&store, 2);
    let stop = Arc::new(AtomicBool::new(false));
    let derive = {
        let stop = stop.clone();
        move |change: &Transaction<'_>| {
            stop.store(true, Ordering::SeqCst);
            log::derive_days(change)
        }
    };
    assert_eq!(store.write_interruptibly(&stop, derive).unwrap(), None);
    assert!(!store.derive_days(&stop).unwrap());
    drop(store);
    let store = Store::open(folder.path(), now().wall).unwrap();
    crate::log::tests::expected::check(&store);
    assert_eq!(store.day_start().unwrap().get(), 4);
    assert!(store.derive_days(&Arc::default()).unwrap());
    crate::log::tests::expected::check(&store);
    assert_eq!(store.day_start().unwrap().get(), 2);
}

#[test]
fn a_read_does_not_wait_for_one_of_another_reader() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_sits(folder.path(), 1);
    let other = store.with_own_reader();
    let found = store.read(|_| {
        // Waits for ever if both read with one connection.
        let reading = thread::spawn(move || other.session(id(1000)));
        reading.join().unwrap()
    });
    assert!(found.unwrap().is_some());
}
