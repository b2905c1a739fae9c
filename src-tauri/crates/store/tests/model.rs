//! A model test: after any sequence of commands, edits and restarts, the tables equal a simple model in memory.

mod common;

use common::{id, plan, wall};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::session::{Details, Origin, Session};
use zafu_core::time::{BootId, BootTime, Moment};
use zafu_core::timer::{Answer, Command, Effect, OpenSit, OvertimeAnswer, Phase, Save, Timer};
use zafu_store::{LogQuery, Pending, Store, StoreError};

#[derive(Clone, Debug)]
enum Step {
    Timer(Command),
    Start {
        length: u32,
        preparation: u32,
    },
    Settle {
        which: usize,
        answer: Answer,
    },
    Edit {
        which: usize,
        note: &'static str,
    },
    Delete {
        which: usize,
    },
    Undelete {
        which: usize,
    },
    Acknowledge {
        which: usize,
        stale: bool,
    },
    /// Restarts Zafu, and perhaps the computer.
    Reopen {
        rebooted: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let overtime =
        prop_oneof![Just(None), Just(Some(OvertimeAnswer::Add)), Just(Some(OvertimeAnswer::Drop))];
    let answer = prop_oneof![Just(Answer::Whole), Just(Answer::Gap), Just(Answer::Discard)];
    let which = 0_usize..8;
    prop_oneof![
        4 => Just(Step::Timer(Command::Tick)),
        4 => (prop_oneof![Just(0_u32), 1..200_u32], prop_oneof![Just(0_u32), 1..60_u32])
            .prop_map(|(length, preparation)| Step::Start { length, preparation }),
        1 => Just(Step::Timer(Command::Pause)),
        1 => Just(Step::Timer(Command::Resume)),
        1 => Just(Step::Timer(Command::Checkpoint)),
        1 => Just(Step::Timer(Command::Discard)),
        3 => overtime.prop_map(|overtime| Step::Timer(Command::End { overtime })),
        2 => (which.clone(), answer).prop_map(|(which, answer)| Step::Settle { which, answer }),
        2 => (which.clone(), prop_oneof![Just(""), Just("rain"), Just("sun")])
            .prop_map(|(which, note)| Step::Edit { which, note }),
        1 => which.clone().prop_map(|which| Step::Delete { which }),
        1 => which.clone().prop_map(|which| Step::Undelete { which }),
        2 => (which, any::<bool>()).prop_map(|(which, stale)| Step::Acknowledge { which, stale }),
        1 => any::<bool>().prop_map(|rebooted| Step::Reopen { rebooted }),
    ]
}

/// The expected content of the tables.
#[derive(Default)]
struct Model {
    sits: BTreeMap<SessionId, Session>,
    open: Vec<OpenSit>,
    /// Sessions in the outbox.
    dirty: BTreeMap<SessionId, bool>,
}

fn open_id(open: &OpenSit) -> SessionId {
    match open {
        OpenSit::Running(sit) => sit.id,
        OpenSit::Unsettled(unsettled) => unsettled.id,
    }
}

impl Model {
    /// Returns the sits that are past their preparation.
    fn begun(&self) -> Vec<SessionId> {
        let preparing = |id: &SessionId| {
            self.open.iter().any(|open| match open {
                OpenSit::Running(sit) => {
                    sit.id == *id && matches!(sit.phase, Phase::Preparing { .. })
                }
                OpenSit::Unsettled(unsettled) => unsettled.id == *id && unsettled.in_preparation,
            })
        };
        self.sits.keys().copied().filter(|id| !preparing(id)).collect()
    }

    fn change(&mut self, id: SessionId, change: impl FnOnce(&mut Session)) {
        let session = self.sits.get_mut(&id).unwrap();
        let before = session.clone();
        change(session);
        if *session != before {
            self.dirty.insert(id, true);
        }
    }

    fn reopen(&mut self, open: OpenSit) {
        let index = self.open.iter().position(|one| open_id(one) == open_id(&open)).unwrap();
        self.open[index] = open;
    }

    fn close(&mut self, id: SessionId) {
        self.open.retain(|open| open_id(open) != id);
    }

    fn save(&mut self, save: Save, deviceid: DeviceId) {
        match save {
            Save::Prepare { created, sit } => {
                let origin = Origin { deviceid, createdat: created.utc };
                let length = sit.plan.length.seconds();
                self.sits.insert(sit.id, Session::new(sit.id, sit.started, length, origin));
                self.open.push(OpenSit::Running(sit));
            }
            Save::Begin(sit) => {
                self.dirty.insert(sit.id, true);
                self.reopen(OpenSit::Running(sit));
            }
            Save::Checkpoint(sit) => self.reopen(OpenSit::Running(sit)),
            Save::Complete(sit, lifecycle) => {
                let id = sit.id;
                self.reopen(OpenSit::Running(sit));
                self.change(id, |session| session.lifecycle = session.lifecycle.join(lifecycle));
            }
            Save::Close(id, lifecycle) => {
                self.close(id);
                self.change(id, |session| session.lifecycle = session.lifecycle.join(lifecycle));
            }
            Save::Discard(id, lifecycle, at) => {
                self.close(id);
                self.change(id, |session| {
                    session.lifecycle = session.lifecycle.join(lifecycle);
                    if session.deletion.value.is_none() {
                        session.deletion = session.deletion.set(Some(at), deviceid);
                    }
                });
            }
            Save::Remove(id) => {
                self.close(id);
                self.sits.remove(&id);
            }
            Save::Unsettle(unsettled) => self.reopen(OpenSit::Unsettled(unsettled)),
        }
    }

    /// Returns the expected log, newest first.
    fn log(&self) -> Vec<Session> {
        let mut log: Vec<_> = self
            .begun()
            .into_iter()
            .map(|id| self.sits[&id].clone())
            .filter(|session| session.deletion.value.is_none())
            .collect();
        log.sort_by_key(|session| {
            std::cmp::Reverse((session.effective_start().utc, session.id.to_string()))
        });
        log
    }
}

struct World {
    folder: tempfile::TempDir,
    store: Store,
    timer: Timer,
    model: Model,
    now: Moment,
    next: u128,
    queue: Vec<Pending>,
}

impl World {
    fn new() -> Self {
        let now = Moment {
            boot: BootTime(Duration::from_secs(1000)),
            boot_id: BootId(Uuid::from_u128(1)),
            wall: wall("2026-03-01T06:00:00Z"),
        };
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), now.wall).unwrap();
        common::sign_in(&store);
        let (timer, model) = (Timer::default(), Model::default());
        Self { folder, store, timer, model, now, next: 1, queue: Vec::new() }
    }

    fn pass(&mut self, millis: u64) {
        self.now.boot = self.now.boot + Duration::from_millis(millis);
        self.now.wall = self.now.wall.plus(Duration::from_millis(millis));
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let saves = zafu_core::timer::saves(&effects);
        self.store.save(&saves).unwrap();
        for save in saves {
            self.model.save(save, self.store.device().unwrap());
        }
    }

    fn command(&mut self, command: Command) {
        let effects = self.timer.apply(command, self.now);
        self.carry_out(effects);
    }

    fn take(&mut self, step: Step) {
        let sits = self.model.begun();
        let nth = |which: usize| (!sits.is_empty()).then(|| sits[which % sits.len()]);
        let device = self.store.device().unwrap();
        match step {
            Step::Timer(command) => self.command(command),
            Step::Start { length, preparation } => {
                // Ids are not in order of time.
                let id = id(self.next.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
                self.next += 1;
                self.command(Command::Start { id, plan: plan(length, preparation), seed: 1 });
            }
            Step::Settle { which, answer } => {
                let waiting = self.timer.unsettled();
                if !waiting.is_empty() {
                    let id = waiting[which % waiting.len()].id;
                    self.command(Command::Resolve { id, answer });
                }
            }
            Step::Edit { which, note } => {
                let Some(id) = nth(which) else { return };
                self.store
                    .edit(id, SessionEdit::texts(note, "morning"), self.now.wall.utc)
                    .unwrap();
                self.model.change(id, |session| {
                    let (note, label) = (note.to_owned(), "morning".to_owned());
                    let details = Details { note, label, ..session.details.value.clone() };
                    if details != session.details.value {
                        session.details = session.details.set(details, device);
                    }
                });
            }
            Step::Delete { which } => {
                let Some(id) = nth(which) else { return };
                let at = self.now.wall.utc;
                let is_open = self.model.open.iter().any(|open| open_id(open) == id);
                match self.store.delete(&[id.into()], at) {
                    Err(StoreError::SitNotOver) if is_open => return,
                    deleted => deleted.unwrap(),
                }
                assert!(!is_open, "an open sit was deleted");
                self.model.change(id, |session| {
                    if session.deletion.value.is_none() {
                        session.deletion = session.deletion.set(Some(at), device);
                    }
                });
            }
            Step::Undelete { which } => {
                let Some(id) = nth(which) else { return };
                self.store.undelete(&[id.into()]).unwrap();
                self.model.change(id, |session| {
                    if session.deletion.value.is_some() {
                        session.deletion = session.deletion.set(None, device);
                    }
                });
            }
            Step::Acknowledge { which, stale } => {
                if self.queue.is_empty() {
                    return;
                }
                let row = self.queue[which % self.queue.len()];
                let generation = row.generation - i64::from(stale);
                assert_eq!(common::acknowledge(&self.store, row.session, generation), !stale);
                if !stale {
                    self.model.dirty.remove(&row.session);
                }
            }
            Step::Reopen { rebooted } => {
                let effects = self.timer.apply(Command::Checkpoint, self.now);
                self.carry_out(effects);
                if rebooted {
                    self.now.boot_id = BootId(Uuid::from_u128(self.next << 1));
                    self.now.boot = BootTime(Duration::from_secs(50));
                }
                // The old store is closed first, as when Zafu quits.
                let path = self.folder.path().to_path_buf();
                let other = tempfile::tempdir().unwrap();
                self.store = Store::open(other.path(), self.now.wall).unwrap();
                self.store = Store::open(&path, self.now.wall).unwrap();
                assert_eq!(self.store.device().unwrap(), device);
                let (timer, effects) = Timer::recover(self.store.open_sits().unwrap(), self.now);
                self.timer = timer;
                self.carry_out(effects);
            }
        }
    }

    /// Compares the tables with the model, and the outbox with its previous state.
    fn compare(&mut self) {
        assert_eq!(self.store.open_sits().unwrap(), self.model.open);
        let page = LogQuery::newest(1000);
        assert_eq!(self.store.sessions(&page).unwrap(), self.model.log());
        for id in self.model.begun() {
            assert_eq!(self.store.session(id).unwrap().as_ref(), self.model.sits.get(&id));
        }
        let queue = self.store.pending(1000).unwrap();
        let mut waiting: Vec<_> = queue.iter().map(|row| row.session).collect();
        waiting.sort_unstable();
        assert_eq!(waiting, self.model.dirty.keys().copied().collect::<Vec<_>>());
        for row in &queue {
            let before = self.queue.iter().find(|old| old.session == row.session);
            let changed = self.model.dirty.insert(row.session, false) == Some(true);
            match before {
                Some(before) if !changed => assert_eq!(before, row, "marked without a change"),
                _ => assert!(
                    self.queue.iter().all(|old| old.generation < row.generation),
                    "a change without a generation of its own"
                ),
            }
        }
        self.queue = queue;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_tables_equal_the_model(
        steps in prop::collection::vec((step(), prop_oneof![4 => 0_u64..70_000, 1 => 0_u64..900_000]), 1..60),
    ) {
        let mut world = World::new();
        for (step, millis) in steps {
            world.pass(millis);
            world.take(step);
            world.compare();
        }
        world.store.check().unwrap();
    }
}
