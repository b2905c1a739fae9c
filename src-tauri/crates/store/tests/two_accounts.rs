//! A property test of two accounts on one device that have sessions with the same ids: after any sequence of changes, pushes,
//! pulls, assignments and moves, each account has its own sessions, and its server has them as they are here.

mod common;

use chrono::{DateTime, Utc};
use common::{at, id, pull_of, user};
use proptest::prelude::*;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use zafu_core::edit::{ManualSit, SessionEdit};
use zafu_core::ids::{SessionId, SessionRef, UserId};
use zafu_core::session::Session;
use zafu_core::time::Seconds;
use zafu_store::{
    Cursor, LogPosition, OwnerFilter, Pull, Push, PushedRow, RowOutcome, ServerRow, Store,
};

#[derive(Clone, Debug)]
enum Step {
    SignIn { account: u128 },
    SignOut,
    Add { n: u128 },
    Edit { n: u128 },
    Delete { n: u128 },
    Undelete { n: u128 },
    Sync { account: u128, answers: bool },
    AssignOwnerless,
    MoveFrom { account: u128 },
}

fn step() -> impl Strategy<Value = Step> {
    let (account, n) = (1_u128..3, 1_u128..4);
    prop_oneof![
        3 => account.clone().prop_map(|account| Step::SignIn { account }),
        2 => Just(Step::SignOut),
        6 => n.clone().prop_map(|n| Step::Add { n }),
        6 => n.clone().prop_map(|n| Step::Edit { n }),
        2 => n.clone().prop_map(|n| Step::Delete { n }),
        1 => n.prop_map(|n| Step::Undelete { n }),
        4 => (account.clone(), any::<bool>())
            .prop_map(|(account, answers)| Step::Sync { account, answers }),
        2 => Just(Step::AssignOwnerless),
        1 => account.prop_map(|account| Step::MoveFrom { account }),
    ]
}

type Owner = Option<UserId>;

struct World {
    folder: tempfile::TempDir,
    store: Store,
    servers: BTreeMap<UserId, BTreeMap<SessionId, Session>>,
    /// The owner and id of each session that must be on the device.
    expected: BTreeSet<(Owner, SessionId)>,
    seconds: u64,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), at(0).wall).unwrap();
        let mut world = Self {
            folder,
            store,
            servers: BTreeMap::new(),
            expected: BTreeSet::new(),
            seconds: 5000,
        };
        world.sign_in(1);
        world.sign_in(2);
        world
    }

    fn now(&self) -> DateTime<Utc> {
        at(self.seconds).wall.utc
    }

    fn sign_in(&mut self, account: u128) {
        let url = format!("https://{account}.example");
        self.store.sign_in(user(account), &url, "key", "me@example.org").unwrap();
        self.servers.entry(user(account)).or_default();
    }

    fn signed_in(&self) -> Owner {
        self.store.signed_in().unwrap().map(|account| account.id)
    }

    /// Returns the owner of the session that the user means by an id.
    fn owner_of(&self, id: SessionId) -> Option<Owner> {
        let shown = self.store.account().unwrap().map(|account| account.id);
        let owners = || self.expected.iter().filter(|(_, one)| *one == id).map(|(owner, _)| *owner);
        owners().find(|owner| *owner == shown).or_else(|| owners().next())
    }

    /// Names the session that the user means by an id, as a client of the log does.
    fn named(&self, n: u128) -> SessionRef {
        SessionRef { id: id(n), owner: self.owner_of(id(n)).flatten() }
    }

    /// Returns what identifies the state of each session, read from the table.
    fn rows(&self) -> BTreeMap<(Owner, SessionId), String> {
        let raw = Connection::open(self.folder.path().join("zafu.db")).unwrap();
        let sql = "SELECT owner, id, note || '/' || detailsrevision || '/' || deletionrevision FROM sessions";
        let mut rows = raw.prepare(sql).unwrap();
        let rows = rows.query_map([], |row| {
            let (owner, id): (Option<String>, String) = (row.get(0)?, row.get(1)?);
            let owner = owner.map(|owner| owner.parse().unwrap());
            Ok(((owner, id.parse().unwrap()), row.get(2)?))
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Pushes and pulls all sessions of an account. The response to the push is lost unless the server `answers`.
    fn sync(&mut self, account: u128, answers: bool) {
        let (account, at) = (user(account), self.now());
        let server = self.servers.get_mut(&account).unwrap();
        let mut rows = Vec::new();
        for sent in self.store.outgoing(account, 100, usize::MAX).unwrap() {
            let id = sent.session.id;
            let merged = match server.get(&id) {
                Some(stored) => stored.clone().join(&sent.session),
                None => sent.session.clone(),
            };
            let outcome = if merged == sent.session {
                RowOutcome::Accepted
            } else {
                RowOutcome::Merged(Box::new(merged.clone()))
            };
            server.insert(id, merged);
            rows.push(PushedRow { id, generation: sent.generation, outcome });
        }
        let all: Vec<_> = server.values().cloned().collect();
        let version = String::from("0.1.0");
        if answers {
            let push = Push { rows, version: version.clone(), moved: None, at };
            self.store.apply_push(account, push).unwrap();
        }
        for session in &all {
            let key = (Some(account), session.id);
            if self.expected.insert(key) {
                // An ownerless session with the id becomes the account's.
                self.expected.remove(&(None, session.id));
            }
        }
        let cursor = Cursor { seq: 1, history_id: Uuid::from_u128(3) };
        let pull = Pull { version, at, ..pull_of(all, cursor) };
        self.store.apply_pull(account, pull).unwrap();
    }

    fn reassign(&mut self, from: Owner, to: UserId) {
        let moved: Vec<_> =
            self.expected.iter().filter(|(owner, _)| *owner == from).map(|(_, id)| *id).collect();
        for id in moved {
            self.expected.remove(&(from, id));
            self.expected.insert((Some(to), id));
        }
    }

    fn take(&mut self, step: Step) {
        self.seconds += 10;
        let (now, before) = (self.now(), self.rows());
        let changed = match step {
            Step::Edit { n } | Step::Delete { n } | Step::Undelete { n } => {
                Some(self.owner_of(id(n)).map(|owner| (owner, id(n))))
            }
            Step::Add { n } => Some(Some((self.signed_in(), id(n)))),
            _ => None,
        };
        match step {
            Step::SignIn { account } => self.sign_in(account),
            Step::SignOut => self.store.sign_out().unwrap(),
            Step::Add { n } => {
                let note = format!("added at {}", self.seconds);
                let (start, length) = (at(n as u64).wall, Seconds(600));
                let sit = ManualSit { id: id(n), start, length, note, label: String::new() };
                self.store.add_manual(sit, now).unwrap();
                self.expected.insert((self.signed_in(), id(n)));
            }
            Step::Edit { n } => {
                let edit = SessionEdit::texts(format!("edited at {}", self.seconds), "");
                assert_eq!(
                    self.store.edit(self.named(n), edit, now).is_ok(),
                    self.owner_of(id(n)).is_some()
                );
            }
            Step::Delete { n } => drop(self.store.delete(&[self.named(n)], now)),
            Step::Undelete { n } => drop(self.store.undelete(&[self.named(n)])),
            Step::Sync { account, answers } => self.sync(account, answers),
            Step::AssignOwnerless => {
                if let Some(account) = self.signed_in() {
                    self.store.assign_ownerless().unwrap();
                    self.reassign(None, account);
                }
            }
            Step::MoveFrom { account } => {
                if let Some(target) = self.signed_in().filter(|target| *target != user(account)) {
                    self.store.move_sits_from(user(account)).unwrap();
                    self.reassign(Some(user(account)), target);
                }
            }
        }
        let after = self.rows();
        assert_eq!(after.keys().copied().collect::<BTreeSet<_>>(), self.expected);
        // A change by the user changes one session of one owner.
        if let Some(changed) = changed {
            for (key, row) in &before {
                assert!(Some(*key) == changed || after[key] == *row, "{key:?} was changed");
            }
        }
        // No note appears that was not written, and a merged session has one of the notes.
        let note = |row: &String| row.split('/').next().unwrap().to_owned();
        if changed.is_none() {
            let written: BTreeSet<_> = before
                .values()
                .map(note)
                .chain(self.servers.values().flat_map(|server| {
                    server.values().map(|session| session.details.value.note.clone())
                }))
                .collect();
            assert!(after.values().map(note).all(|note| written.contains(&note)));
        }
    }

    /// Syncs everything and compares the device with each server.
    fn finish(&mut self) {
        for account in [1, 2] {
            self.sign_in(account);
            for _ in 0..3 {
                self.sync(account, true);
            }
            let mut here = BTreeMap::new();
            self.store
                .for_each_server_row(user(account), |row| match row {
                    ServerRow::Session(session) => {
                        here.insert(session.id, session.clone());
                    }
                    ServerRow::Unreadable(row) => panic!("{row}"),
                })
                .unwrap();
            assert_eq!(here, self.servers[&user(account)], "account {account}");
            assert_eq!(self.store.outgoing(user(account), 9, 9999).unwrap(), []);
        }
        let page = common::query(OwnerFilter::All, LogPosition::Newest, 100);
        let log = self.store.log(&page).unwrap().entries;
        let listed: BTreeSet<_> = log.iter().map(|entry| (entry.owner, entry.session.id)).collect();
        assert!(listed.is_subset(&self.expected) && listed.len() == log.len());
        self.store.check().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn each_account_keeps_its_sessions(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
        world.finish();
    }
}
