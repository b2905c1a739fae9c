//! What the user of a device does in the log: corrections, sits by hand, imports and their undoing.

use crate::device::{Device, LABELS, moment};
use fastrand::Rng;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use uuid::{Builder, Uuid};
use zafu_core::edit::{ManualSit, SessionEdit};
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::session::{Origin, Session, Source};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_store::{CommitProgress, ImportSource};

/// The number of files that the users of all devices import.
const FILES: u32 = 3;
/// The time zones that they assume.
const ZONES: [i16; 3] = [60, -300, 345];

/// Returns an edit of the note and the label, and sometimes of the start, the length and the offset.
pub fn random_edit(note: &str, now: WallTime, rng: &mut Rng) -> SessionEdit {
    let offset = *rng.choice(&[None, Some(-300), Some(0), Some(345)]).unwrap();
    let start = now.minus(Duration::from_secs(rng.u64(3_600..90_000))).utc;
    SessionEdit {
        offset: offset.map(UtcOffset),
        start: (rng.u32(0..4) == 0).then_some(start),
        length: (rng.u32(0..4) == 0).then(|| Seconds(rng.u32(1..3_600))),
        ..SessionEdit::texts(note, *rng.choice(&LABELS).unwrap())
    }
}

/// Returns the id of an imported sit.
fn imported(n: u32) -> SessionId {
    SessionId(Uuid::from_u128(0x1_0000 + u128::from(n)))
}

/// Returns the sits of a file, read in a time zone. Some are in two files.
fn file(file: u32, offset: i16) -> Vec<Session> {
    let first = moment(Duration::ZERO, 0).wall.minus(Duration::from_secs(86_400 * 30)).utc;
    let sit = |n: u32| {
        let minutes = i64::from(n) * 90 - i64::from(offset);
        let sit = ManualSit {
            id: imported(n),
            start: WallTime::new(first + chrono::TimeDelta::minutes(minutes), UtcOffset(offset)),
            length: Seconds(600),
            note: if n.is_multiple_of(2) { format!("of file {n}") } else { String::new() },
            label: LABELS[n as usize % LABELS.len()].into(),
        };
        let origin = Origin {
            deviceid: DeviceId(Uuid::nil()),
            createdat: sit.start.utc + chrono::TimeDelta::days(1),
        };
        Session { source: Source::Import, ..sit.session(origin).unwrap() }
    };
    (2 * file..2 * file + 4).map(sit).collect()
}

impl Device {
    /// Adds a sit of the last day by hand.
    pub fn add_by_hand(&mut self, now: Duration, rng: &mut Rng) {
        let at = moment(now, self.skew).wall;
        let sit = ManualSit {
            id: SessionId(Builder::from_random_bytes(rng.u128(..).to_ne_bytes()).into_uuid()),
            start: at.minus(Duration::from_secs(rng.u64(3_600..90_000))),
            length: Seconds(rng.u32(1..3_600)),
            note: String::new(),
            label: (*rng.choice(&LABELS).unwrap()).into(),
        };
        let id = sit.id;
        // The disk may be full.
        if self.store().add_manual(sit, at.utc).is_ok() {
            self.see(id);
        }
    }

    /// Returns the ids of the ownerless sits.
    fn ownerless(&self) -> BTreeSet<SessionId> {
        let raw = self.raw();
        let mut rows = raw.prepare("SELECT id FROM sessions WHERE owner IS NULL").unwrap();
        let ids = rows.query_map([], |row| Ok(row.get::<_, String>(0)?.parse().unwrap()));
        ids.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Imports a random file, in a random time zone.
    pub fn import_randomly(&mut self, now: Duration, rng: &mut Rng) {
        let at = moment(now, self.skew).wall;
        // An ownerless sit that an account has taken over may be imported once more.
        let ownerless = self.ownerless();
        let can_return = |id: &SessionId| (0..2 * FILES + 2).any(|n| imported(n) == *id);
        self.seen
            .retain(|(id, owner), _| owner.is_some() || ownerless.contains(id) || !can_return(id));
        let sits = file(rng.u32(0..FILES), *rng.choice(&ZONES).unwrap());
        let source = ImportSource { formats: vec!["tao".into()], ..ImportSource::default() };
        let on_progress: CommitProgress = Arc::new(|_| true);
        let imported = self.store().stage_import().and_then(|mut staged| {
            sits.iter().try_for_each(|sit| staged.add(0, sit).map(drop))?;
            staged.commit(&source, at, &on_progress)
        });
        if imported.is_ok() {
            sits.iter().for_each(|sit| self.see(sit.id));
        }
    }

    /// Undoes a random import, if there is one.
    pub fn undo_import_randomly(&mut self, now: Duration, rng: &mut Rng) {
        let imports = self.store().imports().unwrap();
        let imports = imports.into_iter().filter(|import| import.undone.is_none());
        let Some(import) = rng.choice(imports.collect::<Vec<_>>()) else { return };
        if self.store().undo_import(import.id, moment(now, self.skew).wall.utc).is_ok() {
            (0..2 * FILES + 2).for_each(|n| self.see(imported(n)));
        }
    }
}
