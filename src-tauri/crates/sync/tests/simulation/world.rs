//! The simulated world: devices, the server, the network, and the queue of events.

use crate::call_fault::{self, CallFault};
use crate::device::Device;
use chrono::{DateTime, Utc};
use fastrand::Rng;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::day::DayStart;
use zafu_core::ids::{DeviceId, SessionId, UserId};
use zafu_core::invitation::InvitationCode;
use zafu_core::time::{BootTime, UtcOffset};
use zafu_store::{AfterErasure, ServerRow};
use zafu_sync::digest::Digest;
use zafu_sync::fake::{Call, Dump, Server, Token, error};
use zafu_sync::wire::{self, HttpResponse};
use zafu_sync::{Fault, Hold, RemoteError, Wait, Wakeup};

/// The time limit of a call on a device.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

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
    Response(u64, Result<HttpResponse, RemoteError>),
    /// A random action happens on a random device.
    RandomAction,
    /// The server's clock is corrected, so that it accepts tokens again.
    ServerClockCorrected,
    /// The user of a device carries out a random action on sits.
    UserAction(usize),
    /// The process is killed if this call is still in flight.
    Kill(usize, u64),
    Panic(usize, u64),
    /// Another account signs in if this call is still in flight.
    SwitchAccount(usize, u64),
}

/// A call in the network.
#[derive(Clone, Debug)]
struct CallInFlight {
    device: usize,
    /// `None`: a token refresh.
    call: Option<Call>,
    token: Option<Token>,
    fault: CallFault,
    arrived: bool,
}

pub struct World {
    pub now: Duration,
    pub rng: Rng,
    events: BinaryHeap<Reverse<(Duration, u64, Slot)>>,
    order: u64,
    pending_events: BTreeMap<u64, Event>,
    calls_in_flight: BTreeMap<u64, CallInFlight>,
    call_count: u64,
    pub server: Server,
    dumps: Vec<Dump>,
    pub devices: Vec<Device>,
    pub accounts: [UserId; 2],
    /// The possible owners of each sit: accounts that were signed in at its start or adopted it.
    pub owners: BTreeMap<Origin, BTreeSet<UserId>>,
    /// Notes that were pending when a whole disk was cloned. It cannot be determined whether a note that the other
    /// computer has sent was written before or after them.
    pub ambiguous_notes: BTreeSet<String>,
    /// Whether notes and labels of the second account stay on every device.
    pub keeps_texts: bool,
    /// Whether the users of the first account change that choice again and again.
    pub chooses_texts: bool,
    /// Whether the comparison of digests never finds a difference. Faults that only it repairs are then not simulated.
    digests_always_agree: bool,
    /// The share of calls with a fault, in percent.
    fault_percent: u32,
    /// Whether users act.
    users_act: bool,
    prints: bool,
    log: Vec<String>,
}

/// The key of an event in `pending_events`.
type Slot = u64;

impl World {
    pub fn new(seed: u64, prints: bool) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut world = Self {
            now: seconds(1000),
            events: BinaryHeap::new(),
            order: 0,
            pending_events: BTreeMap::new(),
            calls_in_flight: BTreeMap::new(),
            call_count: 0,
            server: Server::new(rng.u64(..)),
            dumps: Vec::new(),
            devices: Vec::new(),
            accounts: [1, 2].map(|n| UserId(Uuid::from_u128(n))),
            owners: BTreeMap::new(),
            ambiguous_notes: BTreeSet::new(),
            keeps_texts: seed.is_multiple_of(3),
            chooses_texts: seed % 4 == 1,
            digests_always_agree: seed.is_multiple_of(2),
            fault_percent: rng.u32(0..40),
            users_act: true,
            prints,
            log: Vec::new(),
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

    pub fn record(&mut self, what: impl FnOnce() -> String) {
        let line = format!("{:>9.3} {}", self.now.as_secs_f64(), what());
        if self.prints {
            eprintln!("{line}");
        }
        self.log.push(line);
    }

    /// Runs the simulation without recovery. Returns the log of events.
    pub fn into_log(mut self) -> Vec<String> {
        self.run_with_faults();
        std::mem::take(&mut self.log)
    }

    /// Runs the simulation, recovers and checks the invariants. Returns the number of calls.
    pub fn run(mut self) -> u64 {
        self.run_with_faults();
        self.recover();
        self.call_count
    }

    fn schedule(&mut self, delay: Duration, event: Event) {
        self.order += 1;
        self.pending_events.insert(self.order, event);
        self.events.push(Reverse((self.now + delay, self.order, self.order)));
    }

    /// Simulates one to four hours with random events.
    fn run_with_faults(&mut self) {
        let end = self.now + seconds(self.rng.u64(3600..14_400));
        self.schedule(Duration::ZERO, Event::RandomAction);
        self.run_until(end);
        self.users_act = false;
        // Planned actions of users are dropped; calls in flight still arrive.
        self.pending_events
            .retain(|_, event| !matches!(event, Event::RandomAction | Event::UserAction(_)));
    }

    /// Advances the time to `end` and handles the events until then.
    pub fn run_until(&mut self, end: Duration) {
        while let Some(Reverse((at, _, slot))) = self.events.peek().copied() {
            if at > end {
                break;
            }
            self.events.pop();
            self.now = self.now.max(at);
            if let Some(event) = self.pending_events.remove(&slot) {
                self.handle(event);
            }
        }
        self.now = self.now.max(end);
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::RandomAction => {
                self.random_action();
                let pause = self.rng.u64(1..120_000);
                self.schedule(Duration::from_millis(pause), Event::RandomAction);
            }
            Event::ServerClockCorrected => self.server.faults.rejects_tokens = false,
            Event::UserAction(device) => self.user_action(device),
            Event::Wake(device) => self.wake(device),
            Event::Arrive(number) => self.arrive(number),
            Event::Response(number, received) => self.receive(number, received),
            Event::Kill(device, number) if self.has_in_flight(device, number) => self.kill(device),
            Event::Panic(device, number) if self.has_in_flight(device, number) => {
                self.record(|| format!("{device}: the sync panics"));
                self.devices[device].restart_sync(&mut self.rng);
                self.wake(device);
            }
            Event::SwitchAccount(device, number) if self.has_in_flight(device, number) => {
                self.sign_in_randomly(device);
            }
            Event::Kill(..) | Event::Panic(..) | Event::SwitchAccount(..) => {}
        }
    }

    fn has_in_flight(&self, device: usize, number: u64) -> bool {
        self.devices[device].has_in_flight(number)
    }

    /// Starts the due calls of a device, unless it is off.
    pub fn wake(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if self.now < device.off_until {
            return;
        }
        let started = match device.start_due(self.now) {
            Err(error) => {
                self.record(|| format!("{index}: {error}"));
                return self.schedule(seconds(30), Event::Wake(index));
            }
            Ok((_, Some(Wait::ForWakeup))) => return,
            Ok((_, Some(Wait::Until(BootTime(until))))) => {
                return self.schedule(until.saturating_sub(self.now), Event::Wake(index));
            }
            Ok((started, None)) => started,
        };
        for mut call in started {
            self.call_count += 1;
            let number = self.call_count;
            let device = &mut self.devices[index];
            device.record_in_flight(number, &mut call);
            let token = device.token.filter(|(account, _)| Some(*account) == call.account);
            let signed_in = device.token.is_some();
            if token.is_none() && call.call != Some(Call::Health) {
                let received = match (signed_in, &call.call) {
                    (true, _) => Err(Fault::OtherAccount.into()),
                    (false, Some(_)) => Err(Fault::Status { status: 401, code: None }.into()),
                    // Without a token, there is no refresh token either.
                    (false, None) => Ok(error(400, "refresh_token_not_found")),
                };
                self.schedule(Duration::ZERO, Event::Response(number, received));
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
        let has_fault = self.rng.u32(0..100) < self.fault_percent;
        let fault = if has_fault { call_fault::random(&mut self.rng) } else { CallFault::None };
        self.record(|| format!("{device}: call {number} {kind}, {fault:?}"));
        self.schedule(CALL_TIMEOUT, Event::Response(number, Err(Fault::TimedOut.into())));
        let there = Duration::from_millis(self.rng.u64(5..400));
        if self.users_act && self.rng.u32(0..5) == 0 {
            // The user does not wait for the call.
            let soon = Duration::from_millis(self.rng.u64(1..3000));
            self.schedule(soon, Event::UserAction(device));
        }
        match &fault {
            CallFault::Unreachable => {
                return self
                    .schedule(there, Event::Response(number, Err(Fault::Unreachable.into())));
            }
            CallFault::RequestLost => return,
            CallFault::Replaced(response) => {
                return self.schedule(there, Event::Response(number, Ok(response.clone())));
            }
            CallFault::Delayed(later) => self.schedule(*later, Event::Arrive(number)),
            CallFault::Duplicated(later) => {
                self.schedule(there, Event::Arrive(number));
                self.schedule(there + *later, Event::Arrive(number));
            }
            CallFault::Killed(later) => self.schedule(*later, Event::Kill(device, number)),
            CallFault::Panicked(later) => self.schedule(*later, Event::Panic(device, number)),
            CallFault::AccountSwitched(later) => {
                self.schedule(*later, Event::SwitchAccount(device, number))
            }
            _ => {}
        }
        if !matches!(fault, CallFault::Delayed(_) | CallFault::Duplicated(_)) {
            self.schedule(there, Event::Arrive(number));
        }
        self.calls_in_flight
            .insert(number, CallInFlight { device, call, token, fault, arrived: false });
    }

    fn arrive(&mut self, number: u64) {
        let Some(call_in_flight) = self.calls_in_flight.get_mut(&number) else { return };
        let again = std::mem::replace(&mut call_in_flight.arrived, true);
        let call_in_flight = call_in_flight.clone();
        match call_in_flight.fault {
            CallFault::Expired => self.server.expire_tokens(false),
            CallFault::Revoked => self.server.expire_tokens(true),
            CallFault::MissingOutcomes(count) => self.server.faults.missing_outcomes = count,
            _ => {}
        }
        let mut response = match (&call_in_flight.call, call_in_flight.token) {
            (Some(call), token) => self.server.respond(token, call),
            (None, Some(token)) => match self.server.refresh(token) {
                Ok(token) => {
                    // The device stores the new token even if the response is lost afterwards.
                    if let Some((_, known)) = &mut self.devices[call_in_flight.device].token
                        && *known == call_in_flight.token.expect("it was sent with one")
                    {
                        *known = token;
                    }
                    HttpResponse { status: 200, retry_after: None, body: b"{}".to_vec() }
                }
                Err(response) => response,
            },
            (None, None) => unreachable!("a refresh is only sent with a token"),
        };
        self.server.faults.missing_outcomes = 0;
        if self.digests_always_agree
            && call_in_flight.call == Some(Call::Digest)
            && response.status == 200
        {
            response.body = self.own_digest(call_in_flight.device);
        }
        if again {
            return;
        }
        match call_in_flight.fault {
            CallFault::ResponseLost => return,
            CallFault::Truncated => response.body.truncate(response.body.len() / 2),
            CallFault::StoredThenReplaced(other) => response = other,
            _ => {}
        }
        let back = Duration::from_millis(self.rng.u64(5..2500));
        self.schedule(back, Event::Response(number, Ok(response)));
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

    fn receive(&mut self, number: u64, received: Result<HttpResponse, RemoteError>) {
        let of = |device: &Device| device.has_in_flight(number);
        let Some(index) = self.devices.iter().position(of) else { return };
        let status = received
            .as_ref()
            .map_or_else(ToString::to_string, |received| received.status.to_string());
        let keeping = self.devices[index].store().account().unwrap().filter(|it| it.keeps_texts);
        let done = self.devices[index].deliver(number, received, self.now);
        if let Some(account) = keeping {
            let keeps = self.devices[index].store().keeps_texts(account.id).unwrap();
            assert!(keeps, "{index} sends texts because of a response");
        }
        self.record(|| format!("{index}: call {number} returned {status}: {done:?}"));
        // A sign-in since the call has created another auth session.
        if number > self.devices[index].signed_in_at {
            self.check_that_a_sign_in_is_needed(index);
        }
        self.wake(index);
    }

    /// Checks that a device asks for a new sign-in only if its token cannot be refreshed.
    fn check_that_a_sign_in_is_needed(&mut self, index: usize) {
        let status = self.devices[index].engine().status().unwrap();
        if status.hold != Some(Hold::SignIn) {
            return;
        }
        let account = status.account.expect("an account is on hold").id;
        if let Some((_, token)) = self.devices[index].token.filter(|(of, _)| *of == account) {
            assert!(
                self.server.is_revoked(token),
                "{index} asks for a sign-in although the token can be refreshed"
            );
        }
    }

    fn kill(&mut self, index: usize) {
        let off = if self.rng.u32(0..4) == 0 { self.rng.u64(0..7200) } else { 0 };
        self.record(|| format!("{index}: killed, for {off} s"));
        let device = &mut self.devices[index];
        device.repair_disk();
        device.open(self.now, &mut self.rng);
        device.off_until = self.now + seconds(off);
        self.schedule(seconds(off), Event::Wake(index));
    }

    /// Signs an account in on a device. With `adopt`, ownerless sits are assigned to it.
    pub fn sign_in(&mut self, index: usize, account: UserId, adopt: bool) {
        let token = self.server.sign_in(account);
        let before = self.ownerless(index);
        let device = &mut self.devices[index];
        device.token = Some((account, token));
        device.signed_in_at = self.call_count;
        let keeps_texts = (self.keeps_texts && account == self.accounts[1]).then_some(true);
        let (url, email) = ("https://example.org", "user@example.org");
        if device.store().sign_in_with(account, url, "key", email, keeps_texts).is_err() {
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
        self.record(|| format!("{index}: {account} signs in"));
        self.wake(index);
    }

    fn sign_in_randomly(&mut self, index: usize) {
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
    fn random_action(&mut self) {
        let index = self.rng.usize(0..self.devices.len());
        if self.now < self.devices[index].off_until {
            return;
        }
        let status = self.devices[index].engine().status().unwrap();
        if status.hold == Some(Hold::SignIn) && self.rng.bool() {
            return self.sign_in_randomly(index);
        }
        let what = self.rng.u32(0..100);
        match what {
            0..=54 => self.user_action(index),
            55..=62 => self.sign_in_randomly(index),
            63 | 64 => {
                self.record(|| format!("{index}: signs out"));
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
            79 if !(self.digests_always_agree && self.devices[index].is_preparing()) => {
                if self.rng.bool() {
                    self.devices[index].take_backup(self.now);
                } else {
                    self.devices[index].copy_folder(self.now, &mut self.rng);
                }
            }
            80 if self.rng.bool() => {
                let restored = self.devices[index].restore_backup(self.now, &mut self.rng);
                if restored {
                    self.record(|| format!("{index}: restores its backup"));
                }
            }
            80 | 81 if self.rng.bool() => {
                let is_detectable = self.rng.bool();
                if self.devices[index].restore_copy(is_detectable, self.now, &mut self.rng) {
                    self.record(|| {
                        format!("{index}: its folder is restored, detectable: {is_detectable}")
                    });
                }
            }
            82 if self.devices.len() < 4
                && !(self.digests_always_agree && self.devices[index].is_preparing()) =>
            {
                let is_detectable = self.rng.bool();
                if !is_detectable {
                    self.ambiguous_notes.extend(self.devices[index].pending_notes());
                }
                let device = self.devices[index].cloned(is_detectable, self.now, &mut self.rng);
                self.record(|| {
                    format!("{index}: is copied to another computer, detectable: {is_detectable}")
                });
                self.devices.push(device);
                self.schedule(Duration::ZERO, Event::Wake(self.devices.len() - 1));
            }
            83..=85 => {
                self.record(|| format!("{index}: the disk fails"));
                self.devices[index].break_disk(&mut self.rng);
            }
            86 | 87 => self.devices[index].repair_disk(),
            88 => {
                let year = 365 * 86_400;
                let skew = *self.rng.choice(&[-year, -3600, 0, 3600, year]).expect("some");
                self.record(|| format!("{index}: the clock is wrong by {skew} s"));
                self.devices[index].skew = skew;
            }
            89 | 90 => self.dumps.push(self.server.dump()),
            // The loss of rows that were pushed and never pulled is found only by comparing digests.
            91 if !self.dumps.is_empty() && !self.digests_always_agree => {
                self.record(|| "the server restores a dump".into());
                let dump = self.rng.usize(0..self.dumps.len());
                self.server.restore(&self.dumps[dump]);
                // Later dumps belong to a history that no longer exists.
                self.dumps.truncate(dump + 1);
            }
            92 => self.erase(index),
            93 => self.decide_after_erasure(index),
            94 if !self.chooses_texts => self.decide_after_erasure(index),
            94 | 95 if self.chooses_texts => {
                let keeps = self.rng.bool();
                let [account, _] = self.accounts;
                if self.devices[index].store().set_keeps_texts(account, keeps).is_ok() {
                    self.record(|| format!("{index}: keeps the texts of {account}: {keeps}"));
                }
            }
            95 if self.rng.bool() => self.pair(),
            95 => match self.rng.u32(0..8) {
                6 => self.server.faults.partner_fails = self.rng.bool(),
                7 => self.server.faults.without_partners = self.rng.bool(),
                4 => self.server.faults.labels_fail = self.rng.bool(),
                5 => self.server.faults.without_labels = self.rng.bool(),
                0 => self.server.faults.unhealthy = self.rng.u32(0..4) == 0,
                1 => {
                    self.server.faults.rejects_tokens = true;
                    let long = self.rng.u64(1..1200);
                    self.schedule(seconds(long), Event::ServerClockCorrected);
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
                let known: Vec<SessionId> =
                    self.devices[index].seen.keys().map(|(id, _)| *id).collect();
                if let Some(id) = self.rng.choice(known) {
                    match self.rng.u32(0..3) {
                        0 => self.server.faults.poison.insert(id),
                        1 => self.server.faults.reject.insert(id),
                        _ => self.server.faults.unreadable.insert(id),
                    };
                }
            }
            99 => self.fault_percent = self.rng.u32(0..100).saturating_sub(40),
            _ => {}
        }
        self.wake(index);
    }

    /// Carries out a random action of the user of a device on sits.
    fn user_action(&mut self, index: usize) {
        if self.now < self.devices[index].off_until {
            return;
        }
        let before: BTreeSet<_> = self.origins(index).into_iter().collect();
        let edits = self.devices[index].edits.len();
        self.devices[index].random_user_action(self.now, &mut self.rng);
        if let Some(edit) = self.devices[index].edits.get(edits).cloned() {
            let details = self.devices[index].store().session(edit.id).unwrap().unwrap().details;
            let note = edit.note.trim_end();
            let revision = details.revision;
            self.record(|| format!("{index}: writes {note} of {}: {revision}", edit.id));
        }
        let after: BTreeSet<_> = self.origins(index).into_iter().collect();
        let account = self.devices[index].store().account().unwrap();
        let signed_in = account.filter(|account| account.signed_in).map(|account| account.id);
        for (origin, owner) in after.difference(&before) {
            assert_eq!(*owner, signed_in, "a new sit is not owned by the signed-in account");
            self.owners.entry(*origin).or_default().extend(*owner);
        }
        self.record(|| format!("{index}: user action, {} sits", after.len()));
        self.devices[index].wake(Wakeup::LocalChange, self.now);
        self.wake(index);
    }

    /// Erases the sessions of the signed-in account on the server, as its user would.
    fn erase(&mut self, index: usize) {
        let device = &self.devices[index];
        let Some((account, token)) = device.token else { return };
        let response = self.server.respond(Some(token), &Call::Erase);
        let Ok(erasure_id) = response.erase() else { return };
        self.record(|| format!("{index}: erases {account}"));
        // The device may be killed before it records the erasure.
        if self.rng.u32(0..4) > 0 {
            let store = self.devices[index].store();
            store.agree_to_erasure(account, erasure_id, AfterErasure::KeepHere).ok();
            self.devices[index].wake(Wakeup::ErasureDecision, self.now);
        }
    }

    /// Lets one user invite the other, who accepts.
    fn pair(&mut self) {
        let code = InvitationCode::new(self.rng.u128(..).to_be_bytes());
        let [inviter, invitee] = self.accounts.map(|account| self.server.sign_in(account));
        let invitation = wire::invitation_body(&code, UtcOffset(60), DayStart::MIN);
        self.server.respond(Some(inviter), &Call::Invite(invitation));
        let accepted = self.server.respond(Some(invitee), &Call::Accept(wire::code_body(&code)));
        self.record(|| format!("the users pair: {:?}", accepted.accepted_invitation()));
    }

    /// Decides after an erasure as the user, if a decision is needed.
    pub fn decide_after_erasure(&mut self, index: usize) {
        let status = self.devices[index].engine().status().unwrap();
        let (Some(Hold::Erased(erasure_id)), Some(account)) = (status.hold, status.account) else {
            return;
        };
        let then = if self.rng.bool() { AfterErasure::Upload } else { AfterErasure::KeepHere };
        self.record(|| format!("{index}: decides {then:?}"));
        if self.devices[index].store().agree_to_erasure(account.id, erasure_id, then).is_ok() {
            self.devices[index].wake(Wakeup::ErasureDecision, self.now);
        }
        self.wake(index);
    }

    /// Turns all devices off for `long`.
    pub fn turn_off_for(&mut self, long: Duration) {
        self.now += long;
        for device in &mut self.devices {
            device.off_until = self.now;
        }
    }

    /// Ends all faults.
    pub fn end_faults(&mut self) {
        self.record(|| "all faults end".into());
        self.fault_percent = 0;
        self.server.faults = zafu_sync::fake::Faults::default();
        for index in 0..self.devices.len() {
            self.devices[index].repair_disk();
            self.devices[index].off_until = Duration::ZERO;
            self.schedule(Duration::ZERO, Event::Wake(index));
        }
    }
}
