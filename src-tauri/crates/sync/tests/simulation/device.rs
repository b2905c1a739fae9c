//! One device: a data folder with a real store, a timer, a sync engine, and a record of what its user has done.

use crate::log::random_edit;
use fastrand::Rng;
use futures_lite::future::{block_on, poll_once};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;
use uuid::{Builder, Uuid};
use zafu_core::bounded::Bounded;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::label::{Colour, Label, LabelDetails, LabelKey, Shape, resolve};
use zafu_core::partnership::Privacy;
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::profile::{Profile, ProfileName, WeeklyTarget};
use zafu_core::session::{Register, Session};
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_core::timer::{Answer, Command, Effect, OvertimeAnswer, Timer, saves};
use zafu_store::{Cursor, Outgoing, PartnerChanges, Store, StoreError};
use zafu_sync::fake::{Call, Token};
use zafu_sync::remote::{
    DigestResponse, Health, LabelsResponse, PartnerResponse, PullLimit, PullResponse, PushResponse,
};
use zafu_sync::wire::{self, HttpResponse};
use zafu_sync::{Event, Fault, Remote, RemoteError, SyncEngine, Transferred, Wait, Wakeup};

/// The labels of the users, few so that devices change the same ones at once.
pub const LABELS: [&str; 5] = ["", "a", "b", "c", "d"];

/// The sessions that the user of a device has seen saved, by id and owner.
pub type Seen = BTreeMap<(SessionId, Option<UserId>), Session>;

/// The result of a call, as it comes over the network.
pub type Received = Result<HttpResponse, RemoteError>;

/// A call that a device has started.
pub struct Started {
    /// `None`: the health check.
    pub account: Option<UserId>,
    /// `None`: a token refresh.
    pub call: Option<Call>,
    pub kind: &'static str,
    respond: Option<oneshot::Sender<Received>>,
}

/// Passes the calls of a device to the simulation, which decides when to respond.
#[derive(Default)]
struct Network(Mutex<Vec<Started>>);

impl Network {
    async fn call(
        &self,
        account: Option<UserId>,
        call: Option<Call>,
        kind: &'static str,
    ) -> Received {
        let (respond, response) = oneshot::channel();
        self.0.lock().unwrap().push(Started { account, call, kind, respond: Some(respond) });
        response.await.unwrap_or_else(|_| Err(Fault::Unreachable.into()))
    }
}

impl Remote for Network {
    async fn push(
        &self,
        account: UserId,
        rows: &[Outgoing],
        erasure_id: Option<Uuid>,
    ) -> Result<PushResponse, RemoteError> {
        let body = wire::push_body(rows.iter().map(|row| &row.session), erasure_id);
        self.call(Some(account), Some(Call::Push(body)), "Push").await?.push()
    }

    async fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        limit: PullLimit,
    ) -> Result<PullResponse, RemoteError> {
        let body = wire::pull_body(after, limit);
        self.call(Some(account), Some(Call::Pull(body)), "Pull").await?.pull()
    }

    async fn sync_labels(
        &self,
        account: UserId,
        labels: &[Label],
        erasure_id: Option<Uuid>,
    ) -> Result<LabelsResponse, RemoteError> {
        let body = wire::labels_body(labels, erasure_id);
        self.call(Some(account), Some(Call::Labels(body)), "Labels").await?.labels()
    }

    async fn sync_partner(
        &self,
        account: UserId,
        changes: &PartnerChanges,
        known_seq: Option<i64>,
        erasure_id: Option<Uuid>,
    ) -> Result<PartnerResponse, RemoteError> {
        let body = wire::partner_body(changes, known_seq, erasure_id);
        self.call(Some(account), Some(Call::Partner(body)), "Partner").await?.partner()
    }

    async fn digest(&self, account: UserId) -> Result<DigestResponse, RemoteError> {
        self.call(Some(account), Some(Call::Digest), "Digest").await?.digest()
    }

    async fn erase(&self, _: UserId) -> Result<Uuid, RemoteError> {
        unreachable!("the simulation erases directly")
    }

    async fn refresh(&self, account: UserId) -> Result<(), RemoteError> {
        let response = self.call(Some(account), None, "Refresh").await?;
        if response.status == 200 { Ok(()) } else { Err(response.error()) }
    }

    async fn health(&self) -> Result<Health, RemoteError> {
        self.call(None, Some(Call::Health), "Health").await?.health()
    }
}

/// A note that the user has written on a device.
#[derive(Clone, Debug)]
pub struct Edit {
    pub id: SessionId,
    pub note: String,
    /// Whether the folder was restored to a state without this note.
    pub was_restored_away: bool,
}

/// A copy of a data folder.
#[derive(Clone)]
struct Backup {
    path: PathBuf,
    seen: Seen,
    /// The number of edits that it has.
    edits: usize,
}

pub struct Device {
    folder: TempDir,
    process: Option<Process>,
    pub token: Option<(UserId, Token)>,
    /// The number of the last call before the last sign-in.
    pub signed_in_at: u64,
    /// The calls that are in flight, by their numbers.
    in_flight: BTreeMap<u64, oneshot::Sender<Received>>,
    /// The maximum number of calls in flight at once.
    pub max_in_flight: usize,
    pub seen: Seen,
    /// The notes that were written on this device, in order.
    pub edits: Vec<Edit>,
    /// A backup by Zafu.
    zafu_backup: Option<Backup>,
    /// A copy by another program.
    folder_copy: Option<Backup>,
    backup_count: u64,
    /// The error of the device's clock, in seconds.
    pub skew: i64,
    pub calls: u64,
    /// The time until which the device is off.
    pub off_until: Duration,
    version: &'static str,
}

/// Records the current state of a session, which must include its recorded state.
fn record_seen(seen: &mut Seen, owner: Option<UserId>, session: Session) {
    let key = (session.id, owner);
    if let Some(before) = seen.get(&key) {
        assert_eq!(session.clone().join(before), session, "a sit lost a change");
    }
    seen.insert(key, session);
}

/// Creates a sync engine that sends a second push even for a small backlog.
fn engine(store: &Store, rng: &mut Rng, version: &str) -> SyncEngine {
    SyncEngine::new(store.clone(), rng.u64(..), version).second_push_from(1)
}

/// Returns the device id in a database.
fn device_in(database: &Path) -> String {
    let raw = Connection::open(database).unwrap();
    raw.query_row("SELECT id FROM device", [], |row| row.get(0)).unwrap()
}

/// The state of a running process.
struct Process {
    store: Store,
    engine: SyncEngine,
    network: Arc<Network>,
    timer: Timer,
}

/// Creates a folder in memory if the system supports it: the disk is not under test.
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
    pub fn new(now: Duration, rng: &mut Rng) -> Self {
        let mut device = Self::in_folder(folder());
        device.open(now, rng);
        device
    }

    fn in_folder(folder: TempDir) -> Self {
        Self {
            folder,
            process: None,
            token: None,
            signed_in_at: 0,
            in_flight: BTreeMap::new(),
            max_in_flight: 0,
            seen: Seen::new(),
            edits: Vec::new(),
            zafu_backup: None,
            folder_copy: None,
            backup_count: 0,
            skew: 0,
            calls: 0,
            off_until: Duration::ZERO,
            version: "0.1.0",
        }
    }

    /// Creates a second computer with a copy of the folder (18). If `is_detectable`, Zafu can detect the copy; otherwise
    /// the whole disk was cloned.
    pub fn cloned(&self, is_detectable: bool, now: Duration, rng: &mut Rng) -> Self {
        let folder = folder();
        let to = folder.path().join("zafu.db");
        self.raw().execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
        if !is_detectable {
            let raw = Connection::open(to).unwrap();
            raw.execute("UPDATE device SET folder_digest = NULL, file_digest = NULL", []).unwrap();
        }
        let (token, seen) = (self.token, self.seen.clone());
        let mut device = Self { token, seen, skew: self.skew, ..Self::in_folder(folder) };
        device.open(now, rng);
        device
    }

    /// Returns the notes of all sessions in the outbox.
    pub fn pending_notes(&self) -> Vec<String> {
        let raw = self.raw();
        let mut rows =
            raw.prepare("SELECT note FROM sessions JOIN outbox ON session_key = key").unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    /// Starts the process, or restarts it.
    pub fn open(&mut self, now: Duration, rng: &mut Rng) {
        let at = moment(now, self.skew);
        self.close();
        let store = Store::open(self.folder.path(), at.wall).unwrap();
        let (timer, effects) = Timer::recover(store.open_sits().unwrap(), at);
        let engine = engine(&store, rng, self.version);
        self.process = Some(Process { store, engine, network: Arc::default(), timer });
        assert!(self.save(effects), "the recovered state is saved");
    }

    /// Restarts the sync after a panic (10).
    pub fn restart_sync(&mut self, rng: &mut Rng) {
        self.in_flight.clear();
        let process = self.process.as_mut().unwrap();
        process.engine = engine(&process.store, rng, self.version);
        process.network = Arc::default();
    }

    /// Ends the process.
    fn close(&mut self) {
        self.process = None;
        self.in_flight.clear();
    }

    /// Starts due calls alongside those in flight and returns them, or returns what the sync waits for if it is idle.
    pub fn start_due(&mut self, now: Duration) -> Result<(Vec<Started>, Option<Wait>), StoreError> {
        let at = moment(now, self.skew);
        let process = self.process.as_mut().unwrap();
        let wait = match block_on(poll_once(process.engine.next_event(&process.network, at))) {
            None => None,
            Some(Ok(Event::Idle(wait))) => Some(wait),
            Some(Ok(Event::Response(completed))) => panic!("{completed:?} was not applied"),
            Some(Err(error)) => return Err(error),
        };
        Ok((std::mem::take(&mut *process.network.0.lock().unwrap()), wait))
    }

    /// Records a call as in flight under `number`.
    pub fn record_in_flight(&mut self, number: u64, call: &mut Started) {
        self.in_flight.insert(number, call.respond.take().expect("a call is recorded once"));
        self.max_in_flight = self.max_in_flight.max(self.in_flight.len());
        self.calls += 1;
    }

    pub fn has_in_flight(&self, number: u64) -> bool {
        self.in_flight.contains_key(&number)
    }

    /// Delivers the response to a call. Returns the results of applying the responses that are next in order.
    pub fn deliver(
        &mut self,
        number: u64,
        received: Received,
        now: Duration,
    ) -> Vec<Result<Transferred, StoreError>> {
        let respond = self.in_flight.remove(&number).expect("the device waits for it");
        respond.send(received).expect("its request is in flight");
        let at = moment(now, self.skew);
        let engine = &mut self.process.as_mut().unwrap().engine;
        let mut results = Vec::new();
        while let Some(completed) = block_on(poll_once(engine.next_response())) {
            results.push(engine.apply(completed, at));
        }
        results
    }

    pub fn store(&self) -> &Store {
        &self.process.as_ref().unwrap().store
    }

    pub fn engine(&mut self) -> &mut SyncEngine {
        &mut self.process.as_mut().unwrap().engine
    }

    /// Wakes the sync.
    pub fn wake(&mut self, wakeup: Wakeup, now: Duration) {
        let at = moment(now, self.skew);
        self.engine().wake(wakeup, at);
    }

    /// Opens another connection to the database.
    pub fn raw(&self) -> Connection {
        Connection::open(self.database()).unwrap()
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("zafu.db")
    }

    /// Makes one random kind of write to the database fail until [`Self::repair_disk`] (5, 11, 13).
    pub fn break_disk(&self, rng: &mut Rng) {
        let (table, when) = *rng
            .choice(&[
                ("accounts", "UPDATE"),
                ("sessions", "INSERT"),
                ("outbox", "DELETE"),
                ("labels", "UPDATE"),
                ("partner_registers", "UPDATE"),
            ])
            .unwrap();
        self.raw()
            .execute_batch(&format!(
                "DROP TRIGGER IF EXISTS fails;
                 CREATE TRIGGER fails BEFORE {when} ON {table} BEGIN SELECT RAISE(ABORT, 'disk'); END"
            ))
            .unwrap();
    }

    pub fn repair_disk(&self) {
        self.raw().execute_batch("DROP TRIGGER IF EXISTS fails").unwrap();
    }

    /// Takes a backup with Zafu and records it.
    pub fn take_backup(&mut self, now: Duration) {
        // Zafu takes one backup per day, so that each call uses another day.
        self.backup_count += 1;
        let day = moment(now, 0).wall.plus(Duration::from_secs(86_400 * self.backup_count));
        // The disk may fail.
        if let Ok(Some(copy)) = self.store().backup_if_due(day) {
            self.zafu_backup = Some(self.backup_at(copy.path));
        }
    }

    fn backup_at(&self, path: PathBuf) -> Backup {
        Backup { path, seen: self.seen.clone(), edits: self.edits.len() }
    }

    /// Copies the folder as another program would, while Zafu is closed.
    pub fn copy_folder(&mut self, now: Duration, rng: &mut Rng) {
        self.close();
        let path = self.folder.path().join("backup");
        fs::copy(self.database(), &path).unwrap();
        self.folder_copy = Some(self.backup_at(path));
        self.open(now, rng);
    }

    /// Restores the backup of Zafu (18). The user accepts the loss of later changes. Returns false if there is
    /// none.
    pub fn restore_backup(&mut self, now: Duration, rng: &mut Rng) -> bool {
        let Some(copy) = self.zafu_backup.take() else { return false };
        self.close();
        Store::restore(self.folder.path(), &copy.path, moment(now, self.skew).wall).unwrap();
        self.finish_restore(&copy, now, rng);
        true
    }

    /// Restores the copy of another program (18): as files if it `is_detectable`, otherwise with the whole disk.
    /// Returns false if there is no copy or it is not suitable.
    pub fn restore_copy(&mut self, is_detectable: bool, now: Duration, rng: &mut Rng) -> bool {
        let Some(backup) = self.folder_copy.clone() else { return false };
        // A whole disk from before a change of the device id would return to an earlier history of this device.
        if !is_detectable && device_in(&backup.path) != device_in(&self.database()) {
            return false;
        }
        self.close();
        for log in ["zafu.db-wal", "zafu.db-shm"] {
            fs::remove_file(self.folder.path().join(log)).ok();
        }
        if is_detectable {
            let new = self.folder.path().join("new");
            fs::copy(&backup.path, &new).unwrap();
            fs::rename(new, self.database()).unwrap();
        } else {
            fs::write(self.database(), fs::read(&backup.path).unwrap()).unwrap();
        }
        self.finish_restore(&backup, now, rng);
        true
    }

    fn finish_restore(&mut self, to: &Backup, now: Duration, rng: &mut Rng) {
        self.seen = to.seen.clone();
        for edit in &mut self.edits[to.edits..] {
            edit.was_restored_away = true;
        }
        self.open(now, rng);
        self.repair_disk();
    }

    /// Restarts as a newer version, which can read the unreadable rows.
    pub fn update(&mut self, now: Duration, rng: &mut Rng) {
        self.version = "0.2.0";
        let sql = "UPDATE unreadable_rows SET body = replace(body, '\"watch ', '\"')";
        self.raw().execute(sql, []).unwrap();
        self.open(now, rng);
    }

    /// Returns whether an unreadable row may be missing on the server.
    pub fn has_unreadable_rows_only_here(&self) -> bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM unreadable_rows WHERE state <> 'on_server')";
        self.raw().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Returns the unreadable rows of an account with their states.
    pub fn unreadable_of(&self, account: UserId) -> Vec<String> {
        let raw = self.raw();
        let sql =
            "SELECT id || ' ' || state || ' ' || version FROM unreadable_rows WHERE owner = ?1";
        let mut rows = raw.prepare(sql).unwrap();
        let rows = rows.query_map([account.to_string()], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    /// Applies a command to the timer and saves the result. The timer stays unchanged if the save fails.
    fn command(&mut self, command: Command, now: Duration) {
        let at = moment(now, self.skew);
        let process = self.process.as_mut().unwrap();
        let mut timer = process.timer.clone();
        let effects = timer.apply(command, at);
        if self.save(effects) {
            self.process.as_mut().unwrap().timer = timer;
        }
    }

    fn save(&mut self, effects: Vec<Effect>) -> bool {
        let saved = self.store().save(&saves(&effects)).is_ok();
        self.record_what_is_visible();
        saved
    }

    /// Records the sessions that the user can see now.
    fn record_what_is_visible(&mut self) {
        let mut seen: Vec<_> = self.seen.keys().map(|(id, _)| *id).collect();
        let owners = self.shown_owners();
        let process = self.process.as_ref().unwrap();
        seen.extend(process.timer.sit().map(|sit| sit.id));
        seen.extend(process.store.pending(u32::MAX).unwrap().iter().map(|row| row.session));
        for id in seen {
            if let Some(session) = process.store.session(id).unwrap() {
                record_seen(&mut self.seen, owners[&id], session);
            }
        }
    }

    /// Returns the owner of the copy of each session that the user sees.
    fn shown_owners(&self) -> BTreeMap<SessionId, Option<UserId>> {
        let sql = "SELECT id, owner FROM sessions
            ORDER BY owner IS (SELECT id FROM accounts WHERE shown = 1), owner IS NULL, key DESC";
        let raw = self.raw();
        let mut rows = raw.prepare(sql).unwrap();
        let rows = rows.query_map([], |row| {
            let (id, owner): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            Ok((id.parse().unwrap(), owner.map(|owner| owner.parse().unwrap())))
        });
        // The last row of an id counts.
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Returns whether a preparation is in the database, which may never become a session.
    pub fn is_preparing(&self) -> bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM open_sits WHERE preparing = 1)";
        self.raw().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Carries out a random action of the user on sits.
    pub fn random_user_action(&mut self, now: Duration, rng: &mut Rng) {
        let unsettled = self.process.as_ref().unwrap().timer.unsettled().first().map(|sit| sit.id);
        let idle = self.process.as_ref().unwrap().timer.sit().is_none();
        match rng.u32(0..18) {
            15 => self.add_by_hand(now, rng),
            16 => self.import_randomly(now, rng),
            17 => self.undo_import_randomly(now, rng),
            0..=3 if idle => {
                let mut bytes = [0; 10];
                rng.fill(&mut bytes);
                let millis = moment(now, self.skew).wall.utc.timestamp_millis();
                let uuid = Builder::from_unix_timestamp_millis(millis.unsigned_abs(), &bytes);
                let length = Bounded::new(rng.u32(60..600)).map_or(Length::Open, Length::Timed);
                let plan = Plan {
                    length: if rng.u32(0..4) == 0 { Length::Open } else { length },
                    delay: std::time::Duration::ZERO,
                    preparation: Bounded::new(if rng.bool() { 0 } else { 10 }).unwrap(),
                    bells: Bells::default(),
                    overtime: OvertimeChoice::Ask,
                };
                let id = SessionId(uuid.into_uuid());
                self.command(Command::Start { id, plan, seed: 1 }, now);
            }
            0..=2 => {
                let overtime = rng.bool().then_some(OvertimeAnswer::Add);
                self.command(Command::End { overtime }, now);
            }
            3 | 4 => self.command(Command::Tick, now),
            5 => self.command(Command::Discard, now),
            6 | 7 => {
                let Some(id) = unsettled else { return };
                let answer = *rng
                    .choice(&[Answer::Whole, Answer::Whole, Answer::Gap, Answer::Discard])
                    .unwrap();
                self.command(Command::Resolve { id, answer }, now);
            }
            12 | 13 => self.change_labels_randomly(rng),
            14 => {
                let store = self.store();
                drop(store.set_target(WeeklyTarget::new(rng.u32(0..20)).unwrap()));
                let name = ProfileName::new(&rng.u32(0..20).to_string()).unwrap();
                drop(store.set_profile(Profile { name: Some(name), image: None }));
                drop(store.set_privacy(*rng.choice(Privacy::ALL).unwrap()));
                drop(store.bow(Uuid::from_u128(rng.u128(..))));
                if rng.u32(0..8) == 0 {
                    drop(store.leave());
                }
            }
            _ => self.edit_randomly(now, rng),
        }
    }

    /// Creates, changes, merges, deletes or restores a random label.
    fn change_labels_randomly(&mut self, rng: &mut Rng) {
        let store = self.store();
        let labels = store.labels().unwrap();
        let name = *rng.choice(&LABELS).unwrap();
        let (colour, shape) = (*rng.choice(Colour::ALL).unwrap(), *rng.choice(Shape::ALL).unwrap());
        let of = |rng: &mut Rng| rng.choice(&labels).map(|label| label.key.clone());
        // What is not possible is an error that changes nothing.
        match (rng.u32(0..7), of(rng), of(rng)) {
            (0, ..) => drop(store.create_label(name, colour, shape)),
            (1 | 2, Some(key), _) => drop(store.change_label(&key, name, colour, shape)),
            (3 | 4, Some(from), Some(into)) => drop(store.merge_label(&from, &into)),
            (5, Some(key), _) => drop(store.delete_label(&key)),
            _ => drop(store.restore_label(&LabelKey(name.into()))),
        }
    }

    /// Returns the labels of an account that were changed at least once and are not local only, by key.
    pub fn labels_of(&self, account: UserId) -> BTreeMap<LabelKey, Label> {
        let raw = self.raw();
        let mut rows = raw
            .prepare(
                "SELECT key, name, colour, shape, merged_into, is_deleted, revision, deviceid FROM labels
                 WHERE owner = ?1 AND revision > 0 AND state IS NOT 'local_only'",
            )
            .unwrap();
        let rows = rows.query_map([account.to_string()], |row| {
            let key = LabelKey(row.get(0)?);
            let (colour, shape): (String, String) = (row.get(2)?, row.get(3)?);
            let value = LabelDetails {
                name: row.get(1)?,
                colour: Colour::from_name(&colour).unwrap(),
                shape: Shape::from_name(&shape).unwrap(),
                merged_into: row.get::<_, Option<String>>(4)?.map(LabelKey),
                is_deleted: row.get(5)?,
            };
            let deviceid = row.get::<_, String>(7)?.parse().unwrap();
            let details = Register { value, revision: row.get(6)?, deviceid };
            Ok((key.clone(), Label { key, details }))
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Checks that each label is stored as shown as what the core says, and that every session has a label of its owner.
    pub fn check_labels(&self) {
        let raw = self.raw();
        let missing: u32 = raw
            .query_row(
                "SELECT count(*) FROM sessions WHERE label <> '' AND NOT EXISTS (
                   SELECT 1 FROM labels WHERE labels.key = label AND labels.owner IS sessions.owner
                 )",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(missing, 0, "sessions have labels without a row");
        let mut rows = raw
            .prepare(
                "SELECT labels.owner, labels.key, labels.merged_into, labels.is_deleted, shown.key
                 FROM labels LEFT JOIN labels AS shown ON shown.id = labels.resolved",
            )
            .unwrap();
        let mut owners: BTreeMap<Option<String>, BTreeMap<LabelKey, LabelDetails>> =
            BTreeMap::new();
        let mut shown = BTreeMap::new();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let owner: Option<String> = row.get(0).unwrap();
            let key = LabelKey(row.get(1).unwrap());
            let merged_into = row.get::<_, Option<String>>(2).unwrap().map(LabelKey);
            let is_deleted = row.get(3).unwrap();
            let details = LabelDetails { merged_into, is_deleted, ..LabelDetails::unchanged(&key) };
            let end = row.get::<_, Option<String>>(4).unwrap().map(LabelKey);
            shown.insert((owner.clone(), key.clone()), end);
            owners.entry(owner).or_default().insert(key, details);
        }
        for (owner, labels) in owners {
            for (key, end) in resolve(&labels) {
                assert_eq!(
                    shown[&(owner.clone(), key.clone())].as_ref(),
                    end,
                    "{key} of {owner:?}"
                );
            }
        }
    }

    /// Ends the running sit and resolves all unsettled sits.
    pub fn finish(&mut self, now: Duration, rng: &mut Rng) {
        self.command(Command::Tick, now);
        self.command(Command::End { overtime: None }, now);
        while let Some(id) =
            self.process.as_ref().unwrap().timer.unsettled().first().map(|it| it.id)
        {
            let answer = *rng.choice(&[Answer::Whole, Answer::Gap, Answer::Discard]).unwrap();
            // An answer can lead to another unsettled sit, which is then discarded.
            for answer in [answer, Answer::Discard] {
                self.command(Command::Resolve { id, answer }, now);
            }
        }
        assert!(self.store().open_sits().unwrap().is_empty(), "a sit is still open");
    }

    /// Edits, deletes or undeletes a random session that the user sees.
    fn edit_randomly(&mut self, now: Duration, rng: &mut Rng) {
        let page = zafu_store::LogQuery::newest(50);
        let mut ids: Vec<_> =
            self.store().sessions(&page).unwrap().iter().map(|session| session.id).collect();
        // Deleted sessions can be undeleted.
        ids.extend(self.seen.values().filter(|s| s.deletion.value.is_some()).map(|s| s.id));
        let Some(id) = rng.choice(ids) else { return };
        let changed = match rng.u32(0..4) {
            0 => self.store().delete(&[id.into()], moment(now, self.skew).wall.utc),
            1 => self.store().undelete(&[id.into()]),
            _ => {
                let note = format!("{:x} é \"\\\n", rng.u64(..));
                let at = moment(now, self.skew).wall;
                let edited = self.store().edit(id, random_edit(&note, at, rng), at.utc);
                if edited.is_ok() {
                    self.edits.push(Edit { id, note, was_restored_away: false });
                }
                edited
            }
        };
        if changed.is_ok() {
            self.see(id);
        }
    }

    /// Records a session as the user sees it, if they do.
    pub fn see(&mut self, id: SessionId) {
        if let Some(session) = self.store().session(id).unwrap() {
            let owner = self.shown_owners()[&id];
            record_seen(&mut self.seen, owner, session);
        }
    }
}
