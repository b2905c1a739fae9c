//! One device: a folder with a real store, a timer, a carrier, and what the person at it has done.

use fastrand::Rng;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use uuid::{Builder, Uuid};
use zafu_core::bounded::Bounded;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::Session;
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_core::timer::{Answer, Command, Effect, OvertimeAnswer, Timer, saves};
use zafu_store::Store;
use zafu_sync::fake::Token;
use zafu_sync::{Carrier, Ticket};

/// What the person at a device has seen saved, by id.
pub type Held = BTreeMap<SessionId, Session>;

pub struct Device {
    folder: TempDir,
    parts: Option<Parts>,
    pub token: Option<(UserId, Token)>,
    /// The question that is out, and the number of its call.
    pub out: Option<(u64, Ticket)>,
    pub held: Held,
    /// Where a copy of the folder is, and what was held then.
    copy: Option<(PathBuf, Held)>,
    copies: u64,
    /// How wrong its clock is, in seconds.
    pub skew: i64,
    pub calls: u64,
    /// Nothing runs before this.
    pub off_until: Duration,
}

/// Takes note of a sit as it is now, which holds all that was there before.
fn hold(held: &mut Held, session: Session) {
    if let Some(before) = held.get(&session.id) {
        assert_eq!(session.clone().join(before), session, "a sit went back");
    }
    held.insert(session.id, session);
}

/// What a running process has.
struct Parts {
    store: Store,
    carrier: Carrier,
    timer: Timer,
}

/// A folder in memory, where there is such a thing: what is tested here is not the disk.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

pub fn moment(now: Duration, skew: i64) -> Moment {
    let start: chrono::DateTime<chrono::Utc> = "2026-03-01T06:00:00Z".parse().unwrap();
    let utc = start + now + chrono::TimeDelta::seconds(skew);
    Moment {
        boot: BootTime(now),
        boot_id: BootId(Uuid::from_u128(7)),
        wall: WallTime::new(utc, UtcOffset(60)),
    }
}

impl Device {
    pub fn new(now: Duration, chance: &mut Rng) -> Self {
        let mut device = Self {
            folder: folder(),
            parts: None,
            token: None,
            out: None,
            held: Held::new(),
            copy: None,
            copies: 0,
            skew: 0,
            calls: 0,
            off_until: Duration::ZERO,
        };
        device.open(now, chance);
        device
    }

    /// A second computer with a copy of the folder (18).
    pub fn cloned(&self, now: Duration, chance: &mut Rng) -> Self {
        let folder = folder();
        let to = folder.path().join("zafu.db");
        self.raw().execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
        let mut device = Self {
            folder,
            parts: None,
            token: self.token,
            out: None,
            held: self.held.clone(),
            copy: None,
            copies: 0,
            skew: self.skew,
            calls: 0,
            off_until: Duration::ZERO,
        };
        device.open(now, chance);
        device
    }

    /// The process starts.
    pub fn open(&mut self, now: Duration, chance: &mut Rng) {
        let at = moment(now, self.skew);
        self.parts = None;
        self.out = None;
        let store = Store::open(self.folder.path(), at.wall).unwrap();
        let (timer, effects) = Timer::recover(store.left().unwrap(), at);
        let carrier = Carrier::new(store.clone(), chance.u64(..), "0.1.0");
        self.parts = Some(Parts { store, carrier, timer });
        assert!(self.save(effects), "nothing is in the way of a start");
    }

    /// The sync panicked, and is begun anew (10).
    pub fn restart_sync(&mut self, chance: &mut Rng) {
        self.out = None;
        let parts = self.parts.as_mut().unwrap();
        parts.carrier = Carrier::new(parts.store.clone(), chance.u64(..), "0.1.0");
    }

    pub fn store(&self) -> &Store {
        &self.parts.as_ref().unwrap().store
    }

    pub fn carrier(&mut self) -> &mut Carrier {
        &mut self.parts.as_mut().unwrap().carrier
    }

    /// Another connection to the database.
    pub fn raw(&self) -> Connection {
        Connection::open(self.folder.path().join("zafu.db")).unwrap()
    }

    /// From now on the disk fails wherever one of these is written (5, 11, 13).
    pub fn break_disk(&self, chance: &mut Rng) {
        let (table, when) = *chance
            .choice(&[("accounts", "UPDATE"), ("sessions", "INSERT"), ("outbox", "DELETE")])
            .unwrap();
        self.raw()
            .execute_batch(&format!(
                "DROP TRIGGER IF EXISTS fails;
                 CREATE TRIGGER fails BEFORE {when} ON {table} BEGIN SELECT RAISE(ABORT, 'disk'); END"
            ))
            .unwrap();
    }

    pub fn mend_disk(&self) {
        self.raw().execute_batch("DROP TRIGGER IF EXISTS fails").unwrap();
    }

    /// Keeps a copy of the folder.
    pub fn copy(&mut self, now: Duration) {
        // A copy each day: one that was taken today is no copy of now.
        self.copies += 1;
        let day = moment(now, 0).wall.plus(Duration::from_secs(86_400 * self.copies));
        if let Some(copy) = self.store().snapshot_if_due(day).unwrap() {
            self.copy = Some((copy.path, self.held.clone()));
        }
    }

    /// Goes back to the copy (18). What was held only since then is given up by the person.
    pub fn go_back(&mut self, now: Duration, chance: &mut Rng) -> bool {
        let Some((path, held)) = self.copy.take() else { return false };
        self.parts = None;
        self.out = None;
        Store::restore(self.folder.path(), &path, moment(now, self.skew).wall).unwrap();
        self.held = held;
        self.open(now, chance);
        self.mend_disk();
        true
    }

    /// Carries out what the timer asks for. If it cannot be saved, it has not happened.
    fn command(&mut self, command: Command, now: Duration) {
        let at = moment(now, self.skew);
        let parts = self.parts.as_mut().unwrap();
        let mut timer = parts.timer.clone();
        let effects = timer.apply(command, at);
        if self.save(effects) {
            self.parts.as_mut().unwrap().timer = timer;
        }
    }

    fn save(&mut self, effects: Vec<Effect>) -> bool {
        let saved = self.store().save(&saves(&effects)).is_ok();
        self.see();
        saved
    }

    /// Takes note of what the person can see now.
    fn see(&mut self) {
        let mut seen: Vec<_> = self.held.keys().copied().collect();
        let parts = self.parts.as_ref().unwrap();
        seen.extend(parts.timer.sit().map(|sit| sit.id));
        seen.extend(parts.store.pending(u32::MAX).unwrap().iter().map(|row| row.session));
        for id in seen {
            if let Some(session) = parts.store.session(id).unwrap() {
                hold(&mut self.held, session);
            }
        }
    }

    /// Whether a record is here that may be no sit at last.
    pub fn is_preparing(&self) -> bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM open_sits WHERE preparing = 1)";
        self.raw().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Something that a person does with sits.
    pub fn do_something(&mut self, now: Duration, chance: &mut Rng) {
        let unsettled = self.parts.as_ref().unwrap().timer.unsettled().first().map(|sit| sit.id);
        let idle = self.parts.as_ref().unwrap().timer.sit().is_none();
        match chance.u32(0..12) {
            0..=3 if idle => {
                let mut bytes = [0; 10];
                chance.fill(&mut bytes);
                let millis = moment(now, self.skew).wall.utc.timestamp_millis();
                let uuid = Builder::from_unix_timestamp_millis(millis.unsigned_abs(), &bytes);
                let length = Bounded::new(chance.u32(60..600)).map_or(Length::Open, Length::Timed);
                let plan = Plan {
                    length: if chance.u32(0..4) == 0 { Length::Open } else { length },
                    delay: std::time::Duration::ZERO,
                    preparation: Bounded::new(if chance.bool() { 0 } else { 10 }).unwrap(),
                    bells: Bells::default(),
                    overtime: OvertimeChoice::Ask,
                };
                let id = SessionId(uuid.into_uuid());
                self.command(Command::Start { id, plan, seed: 1 }, now);
            }
            0..=2 => {
                let overtime = chance.bool().then_some(OvertimeAnswer::Add);
                self.command(Command::End { overtime }, now);
            }
            3 | 4 => self.command(Command::Tick, now),
            5 => self.command(Command::Discard, now),
            6 | 7 => {
                let Some(id) = unsettled else { return };
                let answer = *chance
                    .choice(&[Answer::Whole, Answer::Whole, Answer::Gap, Answer::Discard])
                    .unwrap();
                self.command(Command::Settle { id, answer }, now);
            }
            _ => self.change_one(now, chance),
        }
    }

    /// Answers every question and ends what runs.
    pub fn finish(&mut self, now: Duration, chance: &mut Rng) {
        self.command(Command::Tick, now);
        self.command(Command::End { overtime: None }, now);
        while let Some(id) = self.parts.as_ref().unwrap().timer.unsettled().first().map(|it| it.id)
        {
            let answer = *chance.choice(&[Answer::Whole, Answer::Gap, Answer::Discard]).unwrap();
            // Some answers are answered with another question.
            for answer in [answer, Answer::Discard] {
                self.command(Command::Settle { id, answer }, now);
            }
        }
        assert!(self.store().left().unwrap().is_empty(), "something runs on");
    }

    /// Edits, deletes or undeletes a sit that the person sees.
    fn change_one(&mut self, now: Duration, chance: &mut Rng) {
        let page = zafu_store::Page { limit: 50, before: None };
        let mut ids: Vec<_> =
            self.store().sessions(&page).unwrap().iter().map(|session| session.id).collect();
        // Deleted ones can be brought back.
        ids.extend(self.held.values().filter(|s| s.deletion.value.is_some()).map(|s| s.id));
        let Some(id) = chance.choice(ids) else { return };
        let changed = match chance.u32(0..4) {
            0 => self.store().delete(id, moment(now, self.skew).wall.utc),
            1 => self.store().undelete(id),
            _ => self.store().edit(id, &format!("{:x} é \"\\\n", chance.u32(..)), "label"),
        };
        if changed.is_ok()
            && let Some(session) = self.store().session(id).unwrap()
        {
            hold(&mut self.held, session);
        }
    }
}
