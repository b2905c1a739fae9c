//! A device: a folder with a real store, a timer and a sync, and what its user has seen saved.

use fastrand::Rng;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::label::{Colour, LabelKey, Shape};
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::Session;
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_core::timer::{Answer, Command, OvertimeAnswer, Save, Timer, saves};
use zafu_store::{LogQuery, Store};
use zafu_sync::SyncEngine;
use zafu_sync::supabase::Supabase;

pub struct Device {
    _folder: TempDir,
    pub store: Store,
    timer: Timer,
    pub engine: SyncEngine,
    pub remote: Arc<Supabase>,
    /// What the user has seen saved, with all copies merged.
    pub seen: BTreeMap<SessionId, Session>,
    /// Error of its clock, in seconds.
    pub skew: i64,
    /// Number of requests that it has made.
    pub calls: u64,
}

/// Creates a folder, in memory if possible, because the disk is not tested here.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

pub const START: &str = "2026-03-01T06:00:00Z";

pub fn moment(now: Duration, skew: i64) -> Moment {
    let utc = crate::sits::moment(START) + now + chrono::TimeDelta::seconds(skew);
    Moment {
        boot: BootTime(now),
        boot_id: BootId(Uuid::from_u128(7)),
        wall: WallTime::new(utc, UtcOffset(60)),
    }
}

impl Device {
    pub fn new(now: Duration, account: UserId, remote: Arc<Supabase>) -> Self {
        let folder = folder();
        let store = Store::open(folder.path(), moment(now, 0).wall).unwrap();
        store.sign_in(account, "https://example.org", "key", "me@example.org").unwrap();
        let engine = SyncEngine::new(store.clone(), 3, "0.1.0");
        Self {
            _folder: folder,
            store,
            timer: Timer::default(),
            engine,
            remote,
            seen: BTreeMap::new(),
            skew: 0,
            calls: 0,
        }
    }

    fn apply(&mut self, command: Command, now: Duration) -> Vec<Save> {
        saves(&self.timer.apply(command, moment(now, self.skew)))
    }

    fn command(&mut self, command: Command, now: Duration) {
        let saves = self.apply(command, now);
        self.store.save(&saves).unwrap();
        self.record_what_is_visible();
    }

    /// Records what the user can see now.
    fn record_what_is_visible(&mut self) {
        for row in self.store.pending(u32::MAX).unwrap() {
            let session = self.store.session(row.session).unwrap().expect("it is pending");
            if let Some(before) = self.seen.get(&session.id) {
                assert_eq!(session.clone().join(before), session, "a session lost a change");
            }
            self.seen.insert(session.id, session);
        }
    }

    fn begin(length: u32) -> Command {
        let plan = Plan {
            length: Bounded::new(length).map_or(Length::Open, Length::Timed),
            delay: std::time::Duration::ZERO,
            preparation: Bounded::new(0).unwrap(),
            bells: Bells::default(),
            overtime: OvertimeChoice::Ask,
        };
        Command::Start { id: SessionId(Uuid::new_v4()), plan, seed: 1 }
    }

    /// Starts a sit of this many seconds.
    pub fn start(&mut self, length: u32, now: Duration) {
        self.command(Self::begin(length), now);
    }

    /// Records `count` sits of a minute at once. Returns the time of the last end.
    pub fn record_backlog(&mut self, count: usize, mut now: Duration) -> Duration {
        let mut saves = Vec::new();
        for _ in 0..count {
            saves.extend(self.apply(Self::begin(60), now));
            for _ in 0..2 {
                now += Duration::from_secs(30);
                saves.extend(self.apply(Command::Tick, now));
            }
            saves.extend(self.apply(Command::End { overtime: None }, now));
        }
        self.store.save(&saves).unwrap();
        self.record_what_is_visible();
        now
    }

    /// Advances the running sit by `length` and ends it. Returns the time of the end.
    pub fn sit(&mut self, length: Duration, mut now: Duration) -> Duration {
        let end = now + length;
        while now < end {
            now = end.min(now + Duration::from_secs(50));
            self.command(Command::Tick, now);
        }
        self.command(Command::End { overtime: Some(OvertimeAnswer::Add) }, now);
        now
    }

    /// Performs a random action of a user. Returns the time of its end.
    pub fn random_action(&mut self, now: Duration, rng: &mut Rng) -> Duration {
        self.finish(now);
        let length = rng.u32(60..400);
        match rng.u32(0..9) {
            8 => {
                self.change_labels_randomly(rng);
                now
            }
            0..=2 => {
                self.start(length, now);
                self.sit(Duration::from_secs(length.into()), now)
            }
            3 => {
                self.start(600, now);
                self.sit(Duration::from_secs(length.into()), now)
            }
            // Left running, and pushed in that state.
            4 | 5 => {
                self.start(length, now);
                now
            }
            _ => {
                self.edit_randomly(now, rng);
                now
            }
        }
    }

    /// Ends the running sit and resolves unsettled ones.
    pub fn finish(&mut self, now: Duration) {
        self.command(Command::Tick, now);
        self.command(Command::End { overtime: None }, now);
        while let Some(id) = self.timer.unsettled().first().map(|sit| sit.id) {
            // Some answers are rejected for some gaps.
            for answer in [Answer::Whole, Answer::Discard] {
                self.command(Command::Resolve { id, answer }, now);
            }
        }
    }

    pub fn ids(&self) -> Vec<SessionId> {
        let page = LogQuery::newest(10_000);
        self.store.sessions(&page).unwrap().iter().map(|session| session.id).collect()
    }

    /// Edits, deletes or undeletes a session.
    fn edit_randomly(&mut self, now: Duration, rng: &mut Rng) {
        let mut ids = self.ids();
        ids.extend(self.seen.values().filter(|s| s.deletion.value.is_some()).map(|s| s.id));
        ids.sort();
        let Some(id) = rng.choice(ids) else { return };
        match rng.u32(0..4) {
            0 => self.store.delete(&[id.into()], moment(now, self.skew).wall.utc).unwrap(),
            1 => self.store.undelete(&[id.into()]).unwrap(),
            _ => self.edit(id, &format!("{:x} é \"\\\n", rng.u32(..))),
        }
        self.record_what_is_visible();
    }

    /// Creates, changes, merges, deletes or restores a label.
    fn change_labels_randomly(&mut self, rng: &mut Rng) {
        let labels = self.store.labels().unwrap();
        let of = |rng: &mut Rng| rng.choice(&labels).map(|label| label.key.clone());
        let name = *rng.choice(&["label", "é \"", "other"]).unwrap();
        let (colour, shape) = (*rng.choice(Colour::ALL).unwrap(), *rng.choice(Shape::ALL).unwrap());
        // What is not possible is an error that changes nothing.
        match (rng.u32(0..6), of(rng), of(rng)) {
            (0 | 1, Some(key), _) => drop(self.store.change_label(&key, name, colour, shape)),
            (2, Some(from), Some(into)) => drop(self.store.merge_label(&from, &into)),
            (3, Some(key), _) => drop(self.store.delete_label(&key)),
            (4, ..) => drop(self.store.restore_label(&LabelKey(name.into()))),
            _ => drop(self.store.create_label(name, colour, shape)),
        }
    }

    pub fn edit(&mut self, id: SessionId, note: &str) {
        self.store
            .edit(id, SessionEdit::texts(note, "label"), moment(Duration::ZERO, self.skew).wall.utc)
            .unwrap();
        self.record_what_is_visible();
    }
}
