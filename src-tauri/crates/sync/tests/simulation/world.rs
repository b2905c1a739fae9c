//! The simulated world: devices, the server, the network, and the queue of events.

use crate::device::Device;
use crate::trouble::{self, Trouble};
use chrono::{DateTime, Utc};
use fastrand::Rng;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{DeviceId, SessionId, UserId};
use zafu_core::time::BootTime;
use zafu_store::{AfterErasure, ServerRow};
use zafu_sync::digest::Digest;
use zafu_sync::fake::{Call, Dump, Server, Token, error};
use zafu_sync::wire::HttpResponse;
use zafu_sync::{Fault, Hold, RemoteError, Wait, Wakeup};

/// The time limit of a call on a device.
const PATIENCE: Duration = Duration::from_secs(30);

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Identifies a sit independently of its session id: the creation time and the device.
pub type Origin = (DateTime<Utc>, DeviceId);

#[derive(Debug)]
enum Event {
    /// The device starts due calls.
    Wake(usize),
    /// A call reaches the server.
    Arrive(u64),
    /// The response of a call reaches the device.
    Answer(u64, Result<HttpResponse, RemoteError>),
    /// A random action happens on a random device.
    Act,
    /// The server's clock is corrected, so that it accepts tokens again.
    Accept,
    /// The user of a device carries out a random action on sits.
    Sit(usize),
    /// The process is killed if this call is still in flight.
    Kill(usize, u64),
    Panic(usize, u64),
    /// Another account signs in if this call is still in flight.
    Switch(usize, u64),
}

/// A call in the network.
#[derive(Clone, Debug)]
struct Wire {
    device: usize,
    /// `None`: a token refresh.
    call: Option<Call>,
    token: Option<Token>,
    trouble: Trouble,
    arrived: bool,
}

pub struct World {
    pub now: Duration,
    pub rng: Rng,
    events: BinaryHeap<Reverse<(Duration, u64, Slot)>>,
    order: u64,
    slots: BTreeMap<u64, Event>,
    wires: BTreeMap<u64, Wire>,
    calls: u64,
    pub server: Server,
    dumps: Vec<Dump>,
    pub devices: Vec<Device>,
    pub accounts: [UserId; 2],
    /// The possible owners of each sit: accounts that were signed in at its start or adopted it.
    pub owners: BTreeMap<Origin, BTreeSet<UserId>>,
    /// Notes that were pending when a whole disk was cloned. It cannot be determined whether a note that the other
    /// computer has sent was written before or after them.
    pub undecided: BTreeSet<String>,
    /// Whether the comparison of digests never finds a difference. Faults that only it repairs are then not simulated.
    blind: bool,
    /// The share of calls with a fault, in percent.
    weather: u32,
    /// Whether users act.
    lively: bool,
    loud: bool,
    story: Vec<String>,
}

/// The key of an event in `slots`.
type Slot = u64;

impl World {
    pub fn new(seed: u64, loud: bool) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut world = Self {
            now: seconds(1000),
            events: BinaryHeap::new(),
            order: 0,
            slots: BTreeMap::new(),
            wires: BTreeMap::new(),
            calls: 0,
            server: Server::new(rng.u64(..)),
            dumps: Vec::new(),
            devices: Vec::new(),
            accounts: [1, 2].map(|n| UserId(Uuid::from_u128(n))),
            owners: BTreeMap::new(),
            undecided: BTreeSet::new(),
            blind: seed.is_multiple_of(2),
            weather: rng.u32(0..40),
            lively: true,
            loud,
            story: Vec::new(),
            rng,
        };
        for _ in 0..world.rng.usize(2..4) {
            let device = Device::new(world.now, &mut world.rng);
            // No two installations have the same creation time.
            world.now += seconds(1);
            world.devices.push(device);
        }
        world
    }

    pub fn say(&mut self, what: impl FnOnce() -> String) {
        let line = format!("{:>9.3} {}", self.now.as_secs_f64(), what());
        if self.loud {
            eprintln!("{line}");
        }
        self.story.push(line);
    }

    /// Runs the simulation without recovery. Returns the log of events.
    pub fn story(mut self) -> Vec<String> {
        self.happen();
        std::mem::take(&mut self.story)
    }

    /// Runs the simulation, recovers and checks the invariants. Returns the number of calls.
    pub fn live(mut self) -> u64 {
        self.happen();
        self.heal();
        self.calls
    }

    fn after(&mut self, delay: Duration, event: Event) {
        self.order += 1;
        self.slots.insert(self.order, event);
        self.events.push(Reverse((self.now + delay, self.order, self.order)));
    }

    /// Simulates one to four hours with random events.
    fn happen(&mut self) {
        let end = self.now + seconds(self.rng.u64(3600..14_400));
        self.after(Duration::ZERO, Event::Act);
        self.run_until(end);
        self.lively = false;
        // Planned actions of users are dropped; calls in flight still arrive.
        self.slots.retain(|_, event| !matches!(event, Event::Act | Event::Sit(_)));
    }

    /// Advances the time to `end` and handles the events until then.
    pub fn run_until(&mut self, end: Duration) {
        while let Some(Reverse((at, _, slot))) = self.events.peek().copied() {
            if at > end {
                break;
            }
            self.events.pop();
            self.now = self.now.max(at);
            if let Some(event) = self.slots.remove(&slot) {
                self.take(event);
            }
        }
        self.now = self.now.max(end);
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Act => {
                self.act();
                let pause = self.rng.u64(1..120_000);
                self.after(Duration::from_millis(pause), Event::Act);
            }
            Event::Accept => self.server.faults.rejects_tokens = false,
            Event::Sit(device) => self.sit(device),
            Event::Wake(device) => self.wake(device),
            Event::Arrive(number) => self.arrive(number),
            Event::Answer(number, came) => self.answer(number, came),
            Event::Kill(device, number) if self.waits_for(device, number) => self.kill(device),
            Event::Panic(device, number) if self.waits_for(device, number) => {
                self.say(|| format!("{device}: the sync panics"));
                self.devices[device].restart_sync(&mut self.rng);
                self.wake(device);
            }
            Event::Switch(device, number) if self.waits_for(device, number) => {
                self.sign_in_some(device);
            }
            Event::Kill(..) | Event::Panic(..) | Event::Switch(..) => {}
        }
    }

    fn waits_for(&self, device: usize, number: u64) -> bool {
        self.devices[device].waits_for(number)
    }

    /// Starts the due calls of a device, unless it is off.
    pub fn wake(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if self.now < device.off_until {
            return;
        }
        let started = match device.start_due(self.now) {
            Err(error) => {
                self.say(|| format!("{index}: {error}"));
                return self.after(seconds(30), Event::Wake(index));
            }
            Ok((_, Some(Wait::ForWakeup))) => return,
            Ok((_, Some(Wait::Until(BootTime(until))))) => {
                return self.after(until.saturating_sub(self.now), Event::Wake(index));
            }
            Ok((started, None)) => started,
        };
        for mut call in started {
            self.calls += 1;
            let number = self.calls;
            let device = &mut self.devices[index];
            device.depart(number, &mut call);
            let token = device.token.filter(|(account, _)| Some(*account) == call.account);
            let signed_in = device.token.is_some();
            if token.is_none() && call.call != Some(Call::Health) {
                let came = match (signed_in, &call.call) {
                    (true, _) => Err(Fault::OtherAccount.into()),
                    (false, Some(_)) => Err(Fault::Status { status: 401, code: None }.into()),
                    // Without a token, there is no refresh token either.
                    (false, None) => Ok(error(400, "refresh_token_not_found")),
                };
                self.after(Duration::ZERO, Event::Answer(number, came));
                continue;
            }
            self.send(index, number, call.call, token.map(|(_, token)| token), call.kind);
        }
    }

    fn send(
        &mut self,
        device: usize,
        number: u64,
        call: Option<Call>,
        token: Option<Token>,
        kind: &str,
    ) {
        let troubled = self.rng.u32(0..100) < self.weather;
        let trouble = if troubled { trouble::some(&mut self.rng) } else { Trouble::None };
        self.say(|| format!("{device}: call {number} {kind}, {trouble:?}"));
        self.after(PATIENCE, Event::Answer(number, Err(Fault::TimedOut.into())));
        let there = Duration::from_millis(self.rng.u64(5..400));
        if self.lively && self.rng.u32(0..5) == 0 {
            // The user does not wait for the call.
            let soon = Duration::from_millis(self.rng.u64(1..3000));
            self.after(soon, Event::Sit(device));
        }
        match &trouble {
            Trouble::Unreachable => {
                return self.after(there, Event::Answer(number, Err(Fault::Unreachable.into())));
            }
            Trouble::Swallowed => return,
            Trouble::Instead(response) => {
                return self.after(there, Event::Answer(number, Ok(response.clone())));
            }
            Trouble::Late(later) => self.after(*later, Event::Arrive(number)),
            Trouble::Twice(later) => {
                self.after(there, Event::Arrive(number));
                self.after(there + *later, Event::Arrive(number));
            }
            Trouble::Killed(later) => self.after(*later, Event::Kill(device, number)),
            Trouble::Panics(later) => self.after(*later, Event::Panic(device, number)),
            Trouble::Switched(later) => self.after(*later, Event::Switch(device, number)),
            _ => {}
        }
        if !matches!(trouble, Trouble::Late(_) | Trouble::Twice(_)) {
            self.after(there, Event::Arrive(number));
        }
        self.wires.insert(number, Wire { device, call, token, trouble, arrived: false });
    }

    fn arrive(&mut self, number: u64) {
        let Some(wire) = self.wires.get_mut(&number) else { return };
        let again = std::mem::replace(&mut wire.arrived, true);
        let wire = wire.clone();
        match wire.trouble {
            Trouble::Expired => self.server.expire_tokens(false),
            Trouble::Revoked => self.server.expire_tokens(true),
            Trouble::Silent(verdicts) => self.server.faults.missing_outcomes = verdicts,
            _ => {}
        }
        let mut response = match (&wire.call, wire.token) {
            (Some(call), token) => self.server.respond(token, call),
            (None, Some(token)) => match self.server.refresh(token) {
                Ok(token) => {
                    // The device stores the new token even if the response is lost afterwards.
                    if let Some((_, known)) = &mut self.devices[wire.device].token
                        && *known == wire.token.expect("it was sent with one")
                    {
                        *known = token;
                    }
                    HttpResponse { status: 200, retry_after: None, body: b"{}".to_vec() }
                }
                Err(response) => response,
            },
            (None, None) => unreachable!("nobody asks for a new token without an old one"),
        };
        self.server.faults.missing_outcomes = 0;
        if self.blind && wire.call == Some(Call::Digest) && response.status == 200 {
            response.body = self.own_digest(wire.device);
        }
        if again {
            return;
        }
        match wire.trouble {
            Trouble::Unanswered => return,
            Trouble::CutOff => response.body.truncate(response.body.len() / 2),
            Trouble::DoneThen(other) => response = other,
            _ => {}
        }
        let back = Duration::from_millis(self.rng.u64(5..2500));
        self.after(back, Event::Answer(number, Ok(response)));
    }

    /// Returns the digest response of a server that has exactly the rows of the device.
    fn own_digest(&self, index: usize) -> Vec<u8> {
        let store = self.devices[index].store();
        let mut digest = Digest::default();
        if let Some(account) = store.account().unwrap() {
            let add = |row: ServerRow<'_>| match row {
                ServerRow::Session(session) => digest.add(session),
                ServerRow::Unreadable(row) => assert!(digest.add_unreadable(row), "{row}"),
            };
            store.for_each_server_row(account.id, add).unwrap();
        }
        let (count, digest) = digest.finish();
        format!(r#"{{"count": {count}, "digest": "{digest}"}}"#).into_bytes()
    }

    fn answer(&mut self, number: u64, came: Result<HttpResponse, RemoteError>) {
        let of = |device: &Device| device.waits_for(number);
        let Some(index) = self.devices.iter().position(of) else { return };
        let status = came.as_ref().map_or_else(ToString::to_string, |came| came.status.to_string());
        let done = self.devices[index].arrive(number, came, self.now);
        self.say(|| format!("{index}: call {number} answered {status}: {done:?}"));
        // A sign-in since the call has created another auth session.
        if number > self.devices[index].signed_in_at {
            self.asks_for_the_person_only_if_it_must(index);
        }
        self.wake(index);
    }

    /// Checks that a device asks for a new sign-in only if its token cannot be refreshed.
    fn asks_for_the_person_only_if_it_must(&mut self, index: usize) {
        let status = self.devices[index].engine().status().unwrap();
        if status.hold != Some(Hold::SignIn) {
            return;
        }
        let account = status.account.expect("somebody is signed in").id;
        if let Some((_, token)) = self.devices[index].token.filter(|(whose, _)| *whose == account) {
            assert!(self.server.is_revoked(token), "{index} is told to sign in again for nothing");
        }
    }

    fn kill(&mut self, index: usize) {
        let off = if self.rng.u32(0..4) == 0 { self.rng.u64(0..7200) } else { 0 };
        self.say(|| format!("{index}: killed, for {off} s"));
        let device = &mut self.devices[index];
        device.mend_disk();
        device.open(self.now, &mut self.rng);
        device.off_until = self.now + seconds(off);
        self.after(seconds(off), Event::Wake(index));
    }

    /// Signs an account in on a device. With `adopt`, ownerless sits are assigned to it.
    pub fn sign_in(&mut self, index: usize, account: UserId, adopt: bool) {
        let token = self.server.sign_in(account);
        let before = self.ownerless(index);
        let device = &mut self.devices[index];
        device.token = Some((account, token));
        device.signed_in_at = self.calls;
        if device
            .store()
            .sign_in(account, "https://example.org", "key", "someone@example.org")
            .is_err()
        {
            return;
        }
        if adopt {
            device.store().assign_ownerless().ok();
        }
        device.wake(Wakeup::SignIn, self.now);
        let after = self.ownerless(index);
        for origin in before.difference(&after) {
            self.owners.entry(*origin).or_default().insert(account);
        }
        self.say(|| format!("{index}: {account} signs in"));
        self.wake(index);
    }

    fn sign_in_some(&mut self, index: usize) {
        // Usually the same account signs in again.
        let same = self.devices[index].token.filter(|_| self.rng.u32(0..4) > 0);
        let account = same.map_or(self.accounts[self.rng.usize(0..2)], |(account, _)| account);
        let adopt = self.rng.u32(0..4) == 0;
        self.sign_in(index, account, adopt);
    }

    fn ownerless(&self, index: usize) -> BTreeSet<Origin> {
        self.origins(index)
            .into_iter()
            .filter(|(_, owner)| owner.is_none())
            .map(|(o, _)| o)
            .collect()
    }

    /// Returns the origin and the owner of every sit on a device.
    fn origins(&self, index: usize) -> Vec<(Origin, Option<UserId>)> {
        let raw = self.devices[index].raw();
        let mut rows = raw.prepare("SELECT createdat, deviceid, owner FROM sessions").unwrap();
        let text = |text: String| text.parse::<Uuid>().unwrap();
        let rows = rows.query_map([], |row| {
            let at: DateTime<Utc> = row.get::<_, String>(0)?.parse().unwrap();
            let owner = row.get::<_, Option<String>>(2)?.map(|owner| UserId(text(owner)));
            Ok(((at, DeviceId(text(row.get(1)?))), owner))
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Carries out a random action on a random device.
    fn act(&mut self) {
        let index = self.rng.usize(0..self.devices.len());
        if self.now < self.devices[index].off_until {
            return;
        }
        let status = self.devices[index].engine().status().unwrap();
        if status.hold == Some(Hold::SignIn) && self.rng.bool() {
            return self.sign_in_some(index);
        }
        let what = self.rng.u32(0..100);
        match what {
            0..=54 => self.sit(index),
            55..=62 => self.sign_in_some(index),
            63 | 64 => {
                self.say(|| format!("{index}: signs out"));
                self.devices[index].store().sign_out().ok();
                self.devices[index].token = None;
            }
            65..=72 => self.kill(index),
            73..=78 => {
                let wakeups =
                    [Wakeup::NetworkChange, Wakeup::Resume, Wakeup::WindowFocus, Wakeup::Request];
                let wakeup = *self.rng.choice(&wakeups).expect("there are some");
                self.devices[index].wake(wakeup, self.now);
            }
            // A restored copy can be in the preparation of a sit that was sat after the copy. Discarding that
            // preparation removes the row here, and only a comparison of digests brings it back.
            79 if !(self.blind && self.devices[index].is_preparing()) => {
                if self.rng.bool() {
                    self.devices[index].copy(self.now);
                } else {
                    self.devices[index].back_up(self.now, &mut self.rng);
                }
            }
            80 if self.rng.bool() => {
                let went = self.devices[index].go_back(self.now, &mut self.rng);
                if went {
                    self.say(|| format!("{index}: goes back to a copy"));
                }
            }
            80 | 81 if self.rng.bool() => {
                let knows = self.rng.bool();
                if self.devices[index].put_back(knows, self.now, &mut self.rng) {
                    self.say(|| format!("{index}: its folder is put back, and knows it: {knows}"));
                }
            }
            82 if self.devices.len() < 4 && !(self.blind && self.devices[index].is_preparing()) => {
                let knows = self.rng.bool();
                if !knows {
                    self.undecided.extend(self.devices[index].pending_notes());
                }
                let device = self.devices[index].cloned(knows, self.now, &mut self.rng);
                self.say(|| {
                    format!("{index}: is copied to another computer, and knows it: {knows}")
                });
                self.devices.push(device);
                self.after(Duration::ZERO, Event::Wake(self.devices.len() - 1));
            }
            83..=85 => {
                self.say(|| format!("{index}: the disk fails"));
                self.devices[index].break_disk(&mut self.rng);
            }
            86 | 87 => self.devices[index].mend_disk(),
            88 => {
                let year = 365 * 86_400;
                let skew = *self.rng.choice(&[-year, -3600, 0, 3600, year]).expect("some");
                self.say(|| format!("{index}: the clock is {skew} s off"));
                self.devices[index].skew = skew;
            }
            89 | 90 => self.dumps.push(self.server.dump()),
            // The loss of rows that were pushed and never pulled is found only by comparing digests.
            91 if !self.dumps.is_empty() && !self.blind => {
                self.say(|| "the server goes back to a dump".into());
                let dump = self.rng.usize(0..self.dumps.len());
                self.server.restore(&self.dumps[dump]);
                // Later dumps belong to a history that no longer exists.
                self.dumps.truncate(dump + 1);
            }
            92 => self.erase(index),
            93 | 94 => self.answer_erasure(index),
            95 => match self.rng.u32(0..4) {
                0 => self.server.faults.unhealthy = self.rng.u32(0..4) == 0,
                1 => {
                    self.server.faults.rejects_tokens = true;
                    let long = self.rng.u64(1..1200);
                    self.after(seconds(long), Event::Accept);
                }
                2 => self.server.faults.trigger_disabled = self.rng.u32(0..3) == 0,
                _ => {
                    let rows = self.rng.usize(1..4);
                    self.server.faults.rows_per_push = self.rng.bool().then_some(rows);
                }
            },
            96 => {
                let most = self.rng.usize(1..4);
                self.server.faults.slow_above_rows = (self.rng.u32(0..4) == 0).then_some(most);
            }
            97 | 98 => {
                let known: Vec<SessionId> = self.devices[index].held.keys().copied().collect();
                if let Some(id) = self.rng.choice(known) {
                    match self.rng.u32(0..3) {
                        0 => self.server.faults.poison.insert(id),
                        1 => self.server.faults.reject.insert(id),
                        _ => self.server.faults.unreadable.insert(id),
                    };
                }
            }
            99 => self.weather = self.rng.u32(0..100).saturating_sub(40),
            _ => {}
        }
        self.wake(index);
    }

    /// Carries out a random action of the user of a device on sits.
    fn sit(&mut self, index: usize) {
        if self.now < self.devices[index].off_until {
            return;
        }
        let before: BTreeSet<_> = self.origins(index).into_iter().collect();
        let edits = self.devices[index].edits.len();
        self.devices[index].do_something(self.now, &mut self.rng);
        if let Some(edit) = self.devices[index].edits.get(edits).cloned() {
            let details = self.devices[index].store().session(edit.id).unwrap().unwrap().details;
            let note = edit.note.trim_end();
            let revision = details.revision;
            self.say(|| format!("{index}: writes {note} of {}: {revision}", edit.id));
        }
        let after: BTreeSet<_> = self.origins(index).into_iter().collect();
        let account = self.devices[index].store().account().unwrap();
        let signed_in = account.filter(|account| account.signed_in).map(|account| account.id);
        for (origin, owner) in after.difference(&before) {
            assert_eq!(*owner, signed_in, "a sit is not theirs who began it");
            self.owners.entry(*origin).or_default().extend(*owner);
        }
        self.say(|| format!("{index}: sits, {} in all", after.len()));
        self.devices[index].wake(Wakeup::LocalChange, self.now);
        self.wake(index);
    }

    /// Erases the sessions of the signed-in account on the server, as its user would.
    fn erase(&mut self, index: usize) {
        let device = &self.devices[index];
        let Some((account, token)) = device.token else { return };
        let response = self.server.respond(Some(token), &Call::Erase);
        let Ok(erasure_id) = response.erase() else { return };
        self.say(|| format!("{index}: erases {account}"));
        // The device may be killed before it records the erasure.
        if self.rng.u32(0..4) > 0 {
            let store = self.devices[index].store();
            store.agree_to_erasure(account, erasure_id, AfterErasure::KeepHere).ok();
            self.devices[index].wake(Wakeup::ErasureDecision, self.now);
        }
    }

    /// Answers the question after an erasure as the user, if there is one.
    pub fn answer_erasure(&mut self, index: usize) {
        let status = self.devices[index].engine().status().unwrap();
        let (Some(Hold::Erased(erasure_id)), Some(account)) = (status.hold, status.account) else {
            return;
        };
        let then = if self.rng.bool() { AfterErasure::Upload } else { AfterErasure::KeepHere };
        self.say(|| format!("{index}: answers {then:?}"));
        if self.devices[index].store().agree_to_erasure(account.id, erasure_id, then).is_ok() {
            self.devices[index].wake(Wakeup::ErasureDecision, self.now);
        }
        self.wake(index);
    }

    /// Turns all devices off and advances the time by `long`.
    pub fn sleep(&mut self, long: Duration) {
        self.now += long;
        for device in &mut self.devices {
            device.off_until = self.now;
        }
    }

    /// Ends all faults.
    pub fn clear_up(&mut self) {
        self.say(|| "the sky clears".into());
        self.weather = 0;
        self.server.faults = zafu_sync::fake::Faults::default();
        for index in 0..self.devices.len() {
            self.devices[index].mend_disk();
            self.devices[index].off_until = Duration::ZERO;
            self.after(Duration::ZERO, Event::Wake(index));
        }
    }
}
