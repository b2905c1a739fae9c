//! The priority of urgent jobs on the writer thread.

use super::*;
use crate::Cursor;
use crate::sync::{self, Pull, Pulled};
use chrono::{DateTime, Utc};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::{Origin, Session};
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
                while !store.0.writer.urgent().waits() {
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
