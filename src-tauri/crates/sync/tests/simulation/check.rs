//! Healing, and what must hold afterwards.

use crate::device::Edit;
use crate::world::{World, seconds};
use std::collections::{BTreeMap, BTreeSet};
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;
use zafu_sync::Wakeup;

/// A sit on a device, whose it is, and how it stands in the outbox.
struct Row {
    owner: Option<UserId>,
    state: Option<String>,
}

impl World {
    /// Everything works again, everybody signs in everywhere, and then it is looked for what is wrong.
    pub fn heal(&mut self) {
        self.clear_up();
        // What was late arrives.
        self.run_until(self.now + seconds(1200));
        for place in 0..self.devices.len() {
            self.devices[place].finish(self.now, &mut self.chance);
        }
        self.read_what_was_unreadable();
        for account in self.accounts {
            // A day apart, so that both sides are compared as a whole.
            for round in 0..4 {
                for place in 0..self.devices.len() {
                    self.drain(place, account);
                }
                if round < 3 {
                    self.sleep(seconds(90_000));
                }
            }
            self.examine(account);
            self.examine_edits(account);
        }
        let wrong = self.server.verify();
        assert!(wrong.is_empty(), "the server: {wrong:?}");
        self.rest();
    }

    /// What this version could not read becomes readable: each device is updated, or the server changes its rows.
    fn read_what_was_unreadable(&mut self) {
        let touched = self.chance.bool();
        if touched {
            for account in self.accounts {
                self.server.touch(account);
            }
        }
        for place in 0..self.devices.len() {
            // What was erased there comes from there no more.
            if !touched || self.devices[place].has_only_here() {
                self.devices[place].update(self.now, &mut self.chance);
            }
        }
    }

    /// One device sends and reads all there is of an account, in bounded time and with few calls.
    fn drain(&mut self, place: usize, account: UserId) {
        let calls = self.devices[place].calls;
        self.sign_in(place, account, false);
        self.devices[place].store().retry_dead_letters(account).unwrap();
        self.devices[place].wake(Wakeup::Request, self.now);
        self.wake(place);
        for _ in 0..20 {
            self.run_until(self.now + seconds(30));
            self.answer_erasure(place);
        }
        // What the person has just kept from being sent comes from there no more either.
        if self.devices[place].has_only_here() {
            self.devices[place].update(self.now, &mut self.chance);
            self.wake(place);
            self.run_until(self.now + seconds(60));
        }
        let unreadable = self.devices[place].unreadable_of(account);
        assert_eq!(unreadable, Vec::<String>::new(), "{place} has not read all");
        let backlog = self.devices[place].store().backlog(account).unwrap();
        let status = self.devices[place].engine().status().unwrap();
        assert_eq!(
            (backlog.pending, backlog.rejected),
            (0, 0),
            "{place} has not sent all: {status:?}"
        );
        let calls = self.devices[place].calls - calls;
        assert!(calls < 40, "{place} made {calls} calls to send and read a few sits");
    }

    fn rows(&self, place: usize) -> BTreeMap<SessionId, Row> {
        let raw = self.devices[place].raw();
        let mut rows = raw
            .prepare(
                "SELECT id, owner, (SELECT state FROM outbox WHERE session_id = id) FROM sessions",
            )
            .unwrap();
        let rows = rows.query_map([], |row| {
            let id: String = row.get(0)?;
            let owner: Option<String> = row.get(1)?;
            let owner = owner.map(|owner| owner.parse().unwrap());
            Ok((id.parse().unwrap(), Row { owner, state: row.get(2)? }))
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// What a person has written last is not lost to what they have written before it on the same device, whatever was
    /// put back in between.
    fn examine_edits(&self, account: UserId) {
        for (id, sit) in self.server.sits(account) {
            let note = &sit.details.value.note;
            if self.undecided.contains(note) {
                continue;
            }
            for (place, device) in self.devices.iter().enumerate() {
                // A clone may have given its copy to another account.
                if self.rows(place).get(&id).and_then(|row| row.owner) != Some(account) {
                    continue;
                }
                let of_it = |edit: &&Edit| edit.id == id;
                let Some(at) = device.edits.iter().position(|it| it.id == id && it.note == *note)
                else {
                    continue;
                };
                let later = device.edits[at + 1..].iter().filter(of_it).find(|it| !it.given_up);
                assert!(
                    later.is_none(),
                    "{place}: {id} has {:?}, and {later:?} was written after that",
                    sit.details
                );
            }
        }
    }

    /// What must hold of an account that all devices have just synced.
    fn examine(&mut self, account: UserId) {
        let there = self.server.sits(account);
        for (id, sit) in &there {
            let owners = self.owners.get(&(sit.createdat, sit.deviceid));
            assert!(
                owners.is_some_and(|owners| owners.contains(&account)),
                "{id} is under an account that it was never given to: {owners:?}"
            );
        }
        let counted: BTreeSet<_> =
            there.values().filter(|sit| sit.counts()).map(|sit| sit.id).collect();
        assert_eq!(
            self.server.counted(account),
            counted.len(),
            "counts are not what a recount gives"
        );
        for (place, device) in self.devices.iter().enumerate() {
            let rows = self.rows(place);
            for (id, held) in &device.held {
                assert!(rows.contains_key(id), "{place}: the sit {id} has vanished");
                let here = device.store().session(*id).unwrap().expect("it has begun");
                assert_eq!(
                    here.clone().join(held),
                    here,
                    "{place}: {id} has lost what was saved of it"
                );
            }
            let mut here = BTreeMap::new();
            for (id, row) in &rows {
                let sent = row.owner == Some(account) && row.state.is_none();
                if sent {
                    let session: Session =
                        device.store().session(*id).unwrap().expect("it has begun");
                    here.insert(*id, session);
                }
            }
            // A session whose id another account has on this device stays on the server.
            let of_others = |id: &SessionId| {
                rows.get(id).is_some_and(|row| row.owner.is_some_and(|owner| owner != account))
            };
            let mut there = there.clone();
            there.retain(|id, _| !of_others(id));
            // What is kept here only is not there; all else is, and equal.
            assert_eq!(here, there, "{place} and the server do not agree on {account}");
        }
    }

    /// Nothing happens for three hours: few calls are made.
    fn rest(&mut self) {
        let before: Vec<_> = self.devices.iter().map(|device| device.calls).collect();
        self.run_until(self.now + seconds(3 * 3600));
        for (device, before) in self.devices.iter().zip(before) {
            let calls = device.calls - before;
            assert!(calls < 30, "{calls} calls in three idle hours");
        }
    }
}
