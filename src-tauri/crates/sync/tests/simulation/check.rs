//! Recovery from all faults, and the invariants that must hold afterwards.

use crate::device::Edit;
use crate::world::{World, seconds};
use std::collections::{BTreeMap, BTreeSet};
use zafu_core::ids::{SessionId, SessionRef, UserId};
use zafu_core::session::Session;
use zafu_store::{PartnerChanges, ServerRow, SettingState};
use zafu_sync::Wakeup;
use zafu_sync::fake::Call;
use zafu_sync::remote::PartnerResponse;
use zafu_sync::wire;

impl World {
    /// Ends all faults, syncs every account on every device, and checks the invariants.
    pub fn recover(&mut self) {
        self.end_faults();
        // Delayed requests arrive.
        self.run_until(self.now + seconds(1200));
        for index in 0..self.devices.len() {
            self.devices[index].finish(self.now, &mut self.rng);
        }
        self.make_rows_readable();
        for account in self.accounts {
            // The rounds are a day apart, so that the digests are compared.
            for round in 0..4 {
                for index in 0..self.devices.len() {
                    self.drain(index, account);
                }
                if round < 3 {
                    self.turn_off_for(seconds(90_000));
                }
            }
            self.check_account(account);
            if self.keeps_texts && account == self.accounts[1] {
                self.check_kept_texts(account);
            } else if !(self.chooses_texts && account == self.accounts[0]) {
                self.check_edits(account);
            }
        }
        let violations = self.server.verify();
        assert!(violations.is_empty(), "the server: {violations:?}");
        self.check_idle();
    }

    /// Makes unreadable rows readable: updates each device, or changes the rows on the server.
    fn make_rows_readable(&mut self) {
        let sent_again = self.rng.bool();
        if sent_again {
            for account in self.accounts {
                self.server.touch(account);
            }
        }
        for index in 0..self.devices.len() {
            // The server does not send erased rows again, so that only an update makes them readable.
            if !sent_again || self.devices[index].has_unreadable_rows_only_here() {
                self.devices[index].update(self.now, &mut self.rng);
            }
        }
    }

    /// Syncs one account on one device completely, in limited time and with few calls.
    fn drain(&mut self, index: usize, account: UserId) {
        let calls = self.devices[index].calls;
        self.sign_in(index, account, false);
        self.devices[index].store().retry_dead_letters(account).unwrap();
        self.devices[index].wake(Wakeup::Request, self.now);
        self.wake(index);
        for _ in 0..20 {
            self.run_until(self.now + seconds(30));
            self.decide_after_erasure(index);
        }
        // The server does not send rows again that the user has just made local only.
        if self.devices[index].has_unreadable_rows_only_here() {
            self.devices[index].update(self.now, &mut self.rng);
            self.wake(index);
            self.run_until(self.now + seconds(60));
        }
        let unreadable = self.devices[index].unreadable_of(account);
        assert_eq!(unreadable, Vec::<String>::new(), "{index} has unreadable rows left");
        let backlog = self.devices[index].store().backlog(account).unwrap();
        let status = self.devices[index].engine().status().unwrap();
        assert_eq!(
            (backlog.pending, backlog.rejected),
            (0, 0),
            "{index} has rows left to send: {status:?}"
        );
        let labels_due = self.devices[index].store().labels_are_due(account).unwrap();
        assert!(!labels_due, "{index} has labels left to send or read: {status:?}");
        let partner_due = self.devices[index].store().partner_is_due(account).unwrap();
        assert!(!partner_due, "{index} has a profile left to send or read: {status:?}");
        let calls = self.devices[index].calls - calls;
        assert!(calls < 40, "{index} made {calls} calls to send and read a few sits");
    }

    /// Returns the owners of each session on a device: one for each of its rows.
    fn owners_on(&self, index: usize) -> BTreeMap<SessionId, Vec<Option<UserId>>> {
        let mut owners = BTreeMap::<_, Vec<_>>::new();
        let raw = self.devices[index].raw();
        let mut rows = raw.prepare("SELECT id, owner FROM sessions").unwrap();
        let rows = rows.query_map([], |row| {
            let (id, owner): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            Ok((id.parse().unwrap(), owner.map(|owner| owner.parse().unwrap())))
        });
        for row in rows.unwrap() {
            let (id, owner) = row.unwrap();
            owners.entry(id).or_default().push(owner);
        }
        owners
    }

    /// Returns the sessions of an account on a device that are not local only.
    fn sessions_on(&self, index: usize, account: UserId) -> BTreeMap<SessionId, Session> {
        let mut sessions = BTreeMap::new();
        let each = |row: ServerRow<'_>| match row {
            ServerRow::Session(session) => {
                sessions.insert(session.id, session.clone());
            }
            ServerRow::Unreadable(row) => panic!("{index} cannot read {row}"),
        };
        self.devices[index].store().for_each_server_row(account, each).unwrap();
        sessions
    }

    /// Checks that the last note of a user on a device is never replaced by an earlier note of the same device, even if
    /// a backup was restored in between.
    fn check_edits(&self, account: UserId) {
        for (id, sit) in self.server.sits(account) {
            let note = &sit.details.value.note;
            if self.ambiguous_notes.contains(note) {
                continue;
            }
            for (index, device) in self.devices.iter().enumerate() {
                // On a cloned device, the copy may belong to another account, or each account may have one.
                if self.owners_on(index).get(&id) != Some(&vec![Some(account)]) {
                    continue;
                }
                let of_it = |edit: &&Edit| edit.id == id;
                let Some(at) = device.edits.iter().position(|it| it.id == id && it.note == *note)
                else {
                    continue;
                };
                let later =
                    device.edits[at + 1..].iter().filter(of_it).find(|it| !it.was_restored_away);
                assert!(
                    later.is_none(),
                    "{index}: {id} has {:?}, and {later:?} was written after that",
                    sit.details
                );
            }
        }
    }

    /// Checks of an account whose notes and labels stay on the devices that the server has none, and that each device
    /// displays the last note of its user.
    fn check_kept_texts(&self, account: UserId) {
        for (id, sit) in self.server.sits(account) {
            let details = &sit.details.value;
            assert_eq!((details.note.as_str(), details.label.as_str()), ("", ""), "{id}");
        }
        assert!(self.server.labels(account).is_empty());
        for (index, device) in self.devices.iter().enumerate() {
            let owners = self.owners_on(index);
            let edits = device.edits.iter().filter(|edit| !edit.was_restored_away);
            // The last note of each sit.
            let notes: BTreeMap<_, _> = edits.map(|edit| (edit.id, &edit.note)).collect();
            for (id, note) in notes {
                if owners.get(&id) == Some(&vec![Some(account)]) {
                    let session = SessionRef { id, owner: Some(account) };
                    let (session, _) = device.store().session_with_label(session).unwrap();
                    let shown = session.details.value.note;
                    assert!(
                        shown.contains(note),
                        "{index}: {id} has {shown:?} instead of {note:?}"
                    );
                }
            }
        }
    }

    /// Checks the invariants of an account that all devices have just synced.
    fn check_account(&mut self, account: UserId) {
        let on_server = self.server.sits(account);
        for (id, sit) in &on_server {
            let owners = self.owners.get(&(sit.createdat, sit.deviceid));
            assert!(
                owners.is_some_and(|owners| owners.contains(&account)),
                "{id} belongs to an account that it was never assigned to: {owners:?}"
            );
        }
        let counted: BTreeSet<_> =
            on_server.values().filter(|sit| sit.counts()).map(|sit| sit.id).collect();
        assert_eq!(
            self.server.count_of_sessions(account),
            counted.len(),
            "the count differs from a recount"
        );
        let token = self.server.sign_in(account);
        let of_server =
            self.server.respond(Some(token), &Call::Partner(self.knows_erasure(account)));
        let of_server = match of_server.partner().unwrap() {
            PartnerResponse::State(state) => state.view.unwrap(),
            PartnerResponse::Erased(_) => panic!("the last erasure was sent"),
        };
        for (index, device) in self.devices.iter().enumerate() {
            let owners = self.owners_on(index);
            for ((id, owner), seen) in &device.seen {
                let found = owners.get(id);
                let found = found.unwrap_or_else(|| panic!("{index}: the sit {id} is missing"));
                // The store returns the copy of this account. Those of the others are checked in their turn.
                let is_returned = owner.map_or(found.len() == 1, |owner| owner == account);
                if is_returned {
                    assert!(owner.is_none() || found.contains(owner), "{index}: {id} is missing");
                    let session = SessionRef { id: *id, owner: owner.or(found[0]) };
                    let (copy, _) = device.store().session_with_label(session).unwrap();
                    assert_eq!(copy.clone().join(seen), copy, "{index}: {id} lost a change");
                }
            }
            let on_device = self.sessions_on(index, account);
            // Everything except local-only sessions is on the server, and equal.
            assert_eq!(on_device, on_server, "{index} and the server differ for {account}");
            let keeps = device.store().keeps_texts(account).unwrap();
            let all_keep = self.server.keeps_texts_of(account).value;
            assert!(keeps || !all_keep, "{index} sends the texts of {account}");
            if !keeps {
                let labels = self.server.labels(account);
                assert_eq!(
                    device.labels_of(account),
                    labels,
                    "{index}: the labels of {account} differ"
                );
            }
            device.check_labels();
            let known = device.store().partner().unwrap();
            let of_account = device.store().account().unwrap().map(|shown| shown.id);
            if of_account == Some(account) && known.target.state != SettingState::LocalOnly {
                let target = self.server.target(account);
                assert_eq!(known.target.value, target, "{index}: the targets differ");
            }
            if of_account == Some(account) {
                let view = known.view.map(|(view, _)| view).unwrap_or_default();
                assert_eq!(view, of_server, "{index}: what {account} sees of the partner differs");
                assert_eq!(known.leave, None, "{index}: a partnership was not left");
                let level = known.privacy.map(|privacy| privacy.value);
                let of_server = of_server.partnership.as_ref().map(|it| it.privacy.value);
                assert_eq!(level, of_server, "{index}: what {account} shows differs");
            }
        }
    }

    /// Returns a request about the partner of an account that knows of its last erasure, and sends nothing.
    fn knows_erasure(&self, account: UserId) -> Vec<u8> {
        let known = self.devices[0].store().account().unwrap();
        let known = known.filter(|known| known.id == account).and_then(|known| known.erasure_id);
        wire::partner_body(&PartnerChanges::default(), None, known)
    }

    /// Checks that three hours without events cause only a few calls.
    fn check_idle(&mut self) {
        let before: Vec<_> = self.devices.iter().map(|device| device.calls).collect();
        self.run_until(self.now + seconds(3 * 3600));
        for (device, before) in self.devices.iter().zip(before) {
            let calls = device.calls - before;
            assert!(calls < 30, "{calls} calls in three idle hours");
        }
    }
}
