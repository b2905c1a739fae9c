//! After any sequence of changes, the tables of the log equal what is computed from the sessions.

use super::{expected, insert, note, now, owned_sessions, session, sign_in, start, store, user};
use crate::text::Id;
use crate::{CommitProgress, Cursor, ImportSource, Pull, Store};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::edit::{ManualSit, SessionEdit};
use zafu_core::ids::SessionId;
use zafu_core::label::{Colour, LabelKey, Shape};
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::Session;
use zafu_core::settings::Settings;
use zafu_core::time::{BootId, BootTime, Moment, Seconds, UtcOffset};
use zafu_core::timer::{Answer, Command, Timer, saves};

#[derive(Clone, Debug)]
enum Step {
    /// Starts a sit, with a preparation of so many seconds.
    Start(u32),
    Timer(Command),
    Resolve(Answer),
    Add(DateTime<Utc>, u32, String),
    Edit(usize, SessionEdit),
    Delete(usize),
    Undelete(usize),
    SetLabel(usize, usize, &'static str),
    MergeLabel(&'static str, &'static str),
    RenameLabel(&'static str, &'static str),
    DeleteLabel(&'static str),
    RestoreLabel(&'static str),
    Pull(u128, Vec<Session>),
    /// Imports sits, those at even places from one file and those at odd places from another.
    Import(Vec<Session>),
    UndoImport(usize),
    SignIn(u128),
    SignOut,
    AssignOwnerless,
    MoveFrom(u128),
    DayStart(u32),
    DeriveDays,
    Reopen,
}

fn edit() -> impl Strategy<Value = SessionEdit> {
    let maybe = |strategy| prop::option::weighted(0.4, strategy);
    (
        maybe(note().boxed()),
        prop::option::weighted(0.4, prop::sample::select(&super::LABELS[..])),
        prop::option::weighted(0.4, start()),
        prop::option::weighted(0.4, 1..7200_u32),
        prop::option::weighted(0.4, prop::sample::select(&super::OFFSETS[..])),
    )
        .prop_map(|(note, label, start, length, offset)| SessionEdit {
            note,
            label: label.map(str::to_owned),
            start,
            length: length.map(Seconds),
            offset: offset.map(UtcOffset),
        })
}

fn label() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&super::LABELS[1..])
}

fn step() -> impl Strategy<Value = Step> {
    let pulled = (0_u128..30).prop_flat_map(session);
    let imported = (0_u128..30).prop_flat_map(session);
    let which = 0_usize..30;
    prop_oneof![
        3 => prop_oneof![Just(0_u32), 1..60_u32].prop_map(Step::Start),
        3 => Just(Step::Timer(Command::Tick)),
        1 => Just(Step::Timer(Command::Pause)),
        2 => Just(Step::Timer(Command::End { overtime: None })),
        1 => Just(Step::Timer(Command::Discard)),
        2 => prop_oneof![Just(Answer::Whole), Just(Answer::Gap), Just(Answer::Discard)].prop_map(Step::Resolve),
        3 => (start(), 1..7200_u32, note()).prop_map(|(at, length, note)| Step::Add(at, length, note)),
        5 => (which.clone(), edit()).prop_map(|(which, edit)| Step::Edit(which, edit)),
        3 => which.clone().prop_map(Step::Delete),
        2 => which.clone().prop_map(Step::Undelete),
        2 => (which.clone(), which, prop::sample::select(&super::LABELS[..]))
            .prop_map(|(one, two, label)| Step::SetLabel(one, two, label)),
        1 => (label(), label()).prop_map(|(from, into)| Step::MergeLabel(from, into)),
        1 => (label(), prop::sample::select(&["Sitting", "Zazen"][..]))
            .prop_map(|(from, name)| Step::RenameLabel(from, name)),
        1 => label().prop_map(Step::DeleteLabel),
        1 => label().prop_map(Step::RestoreLabel),
        3 => (1_u128..4, prop::collection::vec(pulled, 0..4)).prop_map(|(n, rows)| Step::Pull(n, rows)),
        2 => prop::collection::vec(imported, 1..6).prop_map(Step::Import),
        2 => (0_usize..4).prop_map(Step::UndoImport),
        1 => (1_u128..4).prop_map(Step::SignIn),
        1 => Just(Step::SignOut),
        1 => Just(Step::AssignOwnerless),
        1 => (1_u128..4).prop_map(Step::MoveFrom),
        1 => (0_u32..24).prop_map(Step::DayStart),
        1 => Just(Step::DeriveDays),
        1 => Just(Step::Reopen),
    ]
}

struct World {
    folder: tempfile::TempDir,
    store: Store,
    timer: Timer,
    now: Moment,
    next: u128,
}

impl World {
    /// Returns the id of one of the sessions.
    fn nth(&self, which: usize) -> Option<SessionId> {
        let ids: Vec<String> = self.store.on_writer(|connection| {
            let mut statement = connection.prepare("SELECT id FROM sessions ORDER BY key").unwrap();
            let ids = statement.query_map([], |row| row.get(0)).unwrap();
            ids.collect::<Result<_, _>>().unwrap()
        });
        (!ids.is_empty()).then(|| ids[which % ids.len()].parse().unwrap())
    }

    fn command(&mut self, command: Command) {
        let effects = self.timer.apply(command, self.now);
        self.store.save(&saves(&effects)).unwrap();
    }

    fn take(&mut self, step: Step) {
        let utc = self.now.wall.utc;
        match step {
            Step::Start(preparation) => {
                self.next += 1;
                let plan = Plan {
                    length: Length::Timed(Bounded::new(100).unwrap()),
                    delay: Duration::ZERO,
                    preparation: Bounded::new(preparation).unwrap(),
                    bells: Bells::default(),
                    overtime: OvertimeChoice::Ask,
                };
                let id = SessionId(Uuid::from_u128(self.next));
                self.command(Command::Start { id, plan, seed: 1 });
            }
            Step::Timer(command) => self.command(command),
            Step::Resolve(answer) => {
                if let Some(first) = self.timer.unsettled().first() {
                    let id = first.id;
                    self.command(Command::Resolve { id, answer });
                }
            }
            Step::Add(start, length, note) => {
                self.next += 1;
                let id = SessionId(Uuid::from_u128(self.next));
                let start = zafu_core::time::WallTime::new(start, UtcOffset(-210));
                let sit =
                    ManualSit { id, start, length: Seconds(length), note, label: "Zazen".into() };
                self.store.add_manual(sit, utc).unwrap();
            }
            // A change that is rejected must change nothing, either.
            Step::Edit(which, edit) => {
                self.nth(which).map(|id| self.store.edit(id, edit, utc));
            }
            Step::Delete(which) => {
                self.nth(which).map(|id| self.store.delete(&[id.into()], utc));
            }
            Step::Undelete(which) => {
                self.nth(which).map(|id| self.store.undelete(&[id.into()]));
            }
            Step::SetLabel(one, two, label) => {
                if let Some((one, two)) = self.nth(one).zip(self.nth(two)) {
                    let _ = self.store.set_label(&[one.into(), two.into()], label, utc);
                }
            }
            Step::MergeLabel(from, into) => {
                let _ = self.store.merge_label(&LabelKey(from.into()), &LabelKey(into.into()));
            }
            Step::RenameLabel(key, name) => {
                let key = LabelKey(key.into());
                let _ = self.store.change_label(&key, name, Colour::Red, Shape::Star);
            }
            Step::DeleteLabel(key) => {
                let _ = self.store.delete_label(&LabelKey(key.into()));
            }
            Step::RestoreLabel(key) => {
                let _ = self.store.restore_label(&LabelKey(key.into()));
            }
            Step::Pull(n, rows) => {
                let cursor = Cursor { seq: 1, history_id: Uuid::from_u128(7) };
                let pull = Pull {
                    rows,
                    unreadable: vec![],
                    labels_seq: None,
                    partner_seq: None,
                    keeps_texts: None,
                    version: "0.1.0".into(),
                    cursor,
                    last: true,
                    erased: None,
                    at: utc,
                };
                self.store.apply_pull(user(n), pull).unwrap();
            }
            Step::Import(sessions) => {
                let mut staged = self.store.stage_import().unwrap();
                for (n, session) in sessions.iter().enumerate() {
                    staged.add(n % 2, session).unwrap();
                }
                let formats = vec!["tao".into(), "brethap".into()];
                let source = ImportSource { formats, ..ImportSource::default() };
                let on_progress: CommitProgress = Arc::new(|_| true);
                staged.commit(&source, self.now.wall, &on_progress).unwrap();
            }
            Step::UndoImport(which) => {
                let imports = self.store.imports().unwrap();
                imports.get(which).map(|import| self.store.undo_import(import.id, utc));
            }
            Step::SignIn(n) => {
                self.store.sign_in(user(n), "https://one.example", "key", "a@example.org").unwrap();
            }
            Step::SignOut => self.store.sign_out().unwrap(),
            Step::AssignOwnerless => {
                let _ = self.store.assign_ownerless();
            }
            Step::MoveFrom(n) => {
                let _ = self.store.move_sits_from(user(n));
            }
            Step::DayStart(hour) => {
                let day_starts_at_hour = Bounded::new(hour).unwrap();
                let settings = Settings { day_starts_at_hour, ..Settings::default() };
                self.store.save_settings(&settings).unwrap();
            }
            Step::DeriveDays => {
                self.store.derive_days(&Arc::default()).unwrap();
                let chosen = self.store.settings().unwrap().day_starts_at_hour;
                assert_eq!(self.store.day_start().unwrap(), chosen);
            }
            Step::Reopen => {
                let other = tempfile::tempdir().unwrap();
                self.store = Store::open(other.path(), self.now.wall).unwrap();
                self.store = Store::open(self.folder.path(), self.now.wall).unwrap();
                let (timer, effects) = Timer::recover(self.store.open_sits().unwrap(), self.now);
                self.timer = timer;
                self.store.save(&saves(&effects)).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_tables_follow_every_change(
        steps in prop::collection::vec((step(), prop_oneof![4 => 0_u64..70, 1 => 0_u64..900]), 1..40),
    ) {
        let (folder, store) = store();
        sign_in(&store);
        let now = Moment {
            boot: BootTime(Duration::from_secs(1000)),
            boot_id: BootId(Uuid::from_u128(1)),
            wall: now(),
        };
        let mut world = World { folder, store, timer: Timer::default(), now, next: 100 };
        for (step, seconds) in steps {
            let passed = Duration::from_secs(seconds);
            world.now.boot = world.now.boot + passed;
            world.now.wall = world.now.wall.plus(passed);
            world.take(step);
            expected::check(&world.store);
        }
        world.store.check().unwrap();
    }

    /// A database of an older format has the same tables after its migration.
    #[test]
    fn the_migration_derives_the_tables(all in owned_sessions(40), day_start in 0_u32..24) {
        let folder = tempfile::tempdir().unwrap();
        // The last format without a log.
        let before = &crate::migrate::MIGRATIONS[..8];
        let older = Store::open_with(folder.path(), now(), before, Duration::ZERO).unwrap();
        // As an older version signs in: this one also writes tables that are not there yet.
        older.on_writer(|connection| {
            let sql = "INSERT INTO accounts (id, url, key, email, signedin, shown, has_pulled)
                       VALUES (?1, 'https://one.example', 'key', 'one@example.org', ?2, ?2, 0)";
            for n in [3, 2, 1] {
                connection.execute(sql, (Id(user(n)), n == 1)).unwrap();
            }
        });
        insert(&older, &all);
        older.on_writer(move |connection| {
            connection.execute("INSERT INTO settings VALUES ('dayStartsAtHour', ?1)", [day_start.to_string()]).unwrap()
        });
        drop(older);
        expected::check(&Store::open(folder.path(), now()).unwrap());
    }
}

#[test]
fn the_default_day_start_of_the_migration_is_that_of_the_settings() {
    let (_folder, store) = store();
    let found: u8 = store.on_writer(|connection| {
        connection.query_row("SELECT day_start FROM log_state", [], |row| row.get(0)).unwrap()
    });
    assert_eq!(u32::from(found), Settings::default().day_starts_at_hour.get());
}

/// The ids of these sits give them the same position.
#[test]
fn sits_with_the_same_position_get_the_next_free_ones() {
    let (_folder, store) = store();
    let mut sit =
        ValueTree::current(&session(0).new_tree(&mut TestRunner::deterministic()).unwrap());
    sit.deletion.value = None;
    let all: Vec<_> = (0..20_u128)
        .map(|n| {
            (Session { id: SessionId(Uuid::from_u128(n % 2 + (n << 64))), ..sit.clone() }, None)
        })
        .collect();
    insert(&store, &all);
    expected::check(&store);
    let (last, _) = &all[all.len() - 1];
    store.delete(&[last.id.into()], now().utc).unwrap();
    store.undelete(&[last.id.into()]).unwrap();
    expected::check(&store);
    assert_eq!(store.log(&crate::LogQuery::newest(100)).unwrap().entries.len(), 20);
}

/// The next session could have the key of the removed one, so that its row would not be added.
#[test]
fn no_session_is_removed_while_rows_are_added_late() {
    let (_folder, store) = store();
    let mut timer = Timer::default();
    let plan = Plan {
        length: Length::Timed(Bounded::new(100).unwrap()),
        delay: Duration::ZERO,
        preparation: Bounded::new(30).unwrap(),
        bells: Bells::default(),
        overtime: OvertimeChoice::Ask,
    };
    let moment = Moment {
        boot: BootTime(Duration::from_secs(1000)),
        boot_id: BootId(Uuid::from_u128(1)),
        wall: now(),
    };
    let start = Command::Start { id: SessionId(Uuid::from_u128(1)), plan, seed: 1 };
    store.save(&saves(&timer.apply(start, moment))).unwrap();
    store.on_writer(|connection| {
        let remove = || connection.execute("DELETE FROM sessions", []);
        let late = crate::log::derive_late(connection, || Ok(remove().is_err()));
        assert!(late.unwrap());
        assert_eq!(remove().unwrap(), 1);
    });
    expected::check(&store);
}
