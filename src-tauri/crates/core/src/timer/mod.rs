//! The timer: at most one sit that runs, and those that wait for an answer.
//!
//! [`Timer::apply`] is the only way to change it. It first lets the time since the last call pass, then carries
//! out the command, and answers with what must be done. It never fails and never panics; what cannot be done is
//! an [`Effect::Reject`].

mod effect;
mod gap;
mod sit;

pub use effect::{Effect, Notice, OpenSit, Rejection, Ring, Save, saves};
pub use sit::{GapReason, Phase, Sit, Unsettled};

use crate::bells::{DueBell, schedule};
use crate::ids::SessionId;
use crate::plan::{OvertimeChoice, Plan};
use crate::session::Stage;
use crate::time::{BootTime, Moment};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How often a running sit is saved: no more than this much of it can ever be in doubt.
pub const CHECKPOINT_EVERY: Duration = Duration::from_secs(30);

/// A gap longer than this is no mere lateness of a tick.
const NOTICED_GAP: Duration = Duration::from_secs(5);

/// What a person, or the engine on its own behalf, can ask of the timer.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Time has passed.
    Tick,
    /// Begin a sit.
    Start {
        /// Its identity, made by the caller.
        id: SessionId,
        /// What was asked for.
        plan: Plan,
        /// Gives the random bells.
        seed: u64,
    },
    /// Let it stand still.
    Pause,
    /// Let it go on.
    Resume,
    /// End it and keep what was sat.
    End {
        /// What becomes of overtime; none: as the plan says, and dropped where the plan says to ask.
        overtime: Option<OvertimeAnswer>,
    },
    /// End it and throw it away; the person has been asked.
    Discard,
    /// Say what an unsettled sit was.
    Resolve {
        /// Which.
        id: SessionId,
        /// What it was.
        answer: Answer,
    },
    /// Save how far it has come, now: the engine is about to stop.
    Checkpoint,
}

/// What becomes of time sat beyond the planned end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum OvertimeAnswer {
    /// The sit is as long as planned.
    Drop,
    /// The sit is as long as was sat.
    Add,
}

/// What an unsettled sit was. Of one that reached its end, only the overtime is in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Answer {
    /// It was sat to its end; of a complete sit: the overtime counts.
    Whole,
    /// It was sat until time went missing; of a complete sit: the overtime counts.
    Gap,
    /// It was not a sit; of a complete sit: the overtime does not count.
    Discard,
}

/// At most one sit that runs, and those that wait for an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timer {
    state: State,
    unsettled: Vec<Unsettled>,
}

#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one")]
enum State {
    #[default]
    Idle,
    Active(Active),
}

#[derive(Clone, Debug, PartialEq)]
struct Active {
    sit: Sit,
    /// Follows from the plan and the seed; kept so that it is not laid out again at every tick.
    bells: Vec<DueBell>,
    checkpointed: BootTime,
}

impl Active {
    fn new(sit: Sit) -> Self {
        let bells = schedule(&sit.plan, sit.seed);
        Self { checkpointed: sit.seen.boot, bells, sit }
    }

    /// The bell numbered `index`, if the sit still comes to it.
    fn bell(&self, index: usize) -> Option<Ring> {
        let DueBell { at, role } = *self.bells.get(index)?;
        let strike = role.strike(&self.sit.plan)?.clone();
        Some(Ring { id: self.sit.id, index, role, strike, due: self.sit.due(at)? })
    }
}

impl Timer {
    /// Takes up what the last run left, in the order in which it was left.
    #[must_use]
    pub fn recover(left: Vec<OpenSit>, now: Moment) -> (Self, Vec<Effect>) {
        let mut timer = Self::default();
        let mut effects = Vec::new();
        for open in left {
            match open {
                OpenSit::Unsettled(unsettled) => timer.unsettled.push(unsettled),
                OpenSit::Running(sit) => {
                    timer.state = State::Active(Active::new(sit));
                    timer.pass(now, GapReason::Stopped, &mut effects);
                }
            }
        }
        if let State::Active(active) = &timer.state {
            let awake = matches!(active.sit.phase, Phase::Preparing { .. } | Phase::Sitting { .. });
            effects.push(Effect::KeepAwake(awake));
        }
        (timer, in_order(effects))
    }

    /// The sit that runs.
    #[must_use]
    pub const fn sit(&self) -> Option<&Sit> {
        match &self.state {
            State::Active(active) => Some(&active.sit),
            State::Idle => None,
        }
    }

    /// The sits that wait for an answer, oldest first.
    #[must_use]
    pub fn unsettled(&self) -> &[Unsettled] {
        &self.unsettled
    }

    /// The next bell, if nothing changes until then: so that it can be got ready.
    #[must_use]
    pub fn next_bell(&self) -> Option<Ring> {
        match &self.state {
            State::Active(active) => active.bell(active.sit.rung),
            State::Idle => None,
        }
    }

    /// The next moment at which a [`Command::Tick`] will have something to do.
    #[must_use]
    pub fn next_due(&self) -> Option<BootTime> {
        let State::Active(active) = &self.state else { return None };
        let begin = match active.sit.phase {
            Phase::Preparing { until } => Some(until),
            _ => None,
        };
        let checkpoint = match active.sit.phase {
            Phase::Paused { .. } => None,
            _ => Some(active.checkpointed + CHECKPOINT_EVERY),
        };
        let bell = self.next_bell().map(|bell| bell.due);
        [begin, checkpoint, bell, active.sit.end_due()].into_iter().flatten().min()
    }

    /// Lets time pass until `now`, carries out `command`, and says what must be done, in that order.
    #[must_use]
    pub fn apply(&mut self, command: Command, now: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.pass(now, GapReason::Suspended, &mut effects);
        let outcome = match command {
            Command::Tick => Ok(()),
            Command::Start { id, plan, seed } => self.start(id, plan, seed, now, &mut effects),
            Command::Pause => self.pause(now, &mut effects),
            Command::Resume => self.resume(now, &mut effects),
            Command::End { overtime } => self.end(overtime, now, &mut effects),
            Command::Discard => self.discard(now, &mut effects),
            Command::Resolve { id, answer } => self.resolve(id, answer, now, &mut effects),
            Command::Checkpoint => {
                if let State::Active(active) = &mut self.state {
                    checkpoint(active, now, &mut effects);
                }
                Ok(())
            }
        };
        effects.extend(outcome.err().map(Effect::Reject));
        in_order(effects)
    }

    /// Lets time pass: finds gaps, crosses every boundary that lies behind `now`, and saves now and then.
    fn pass(&mut self, now: Moment, unseen: GapReason, effects: &mut Vec<Effect>) {
        let State::Active(active) = &mut self.state else { return };
        if let Some(reason) = gap::unsettles(&active.sit, unseen, now) {
            let unsettled = Unsettled::new(&active.sit, reason, now);
            effects.push(Effect::Save(Save::Unsettle(unsettled)));
            effects.extend(gap::late_end_bell(active, reason, now).map(Effect::Ring));
            effects.extend([
                Effect::Silence,
                Effect::KeepAwake(false),
                Effect::Notify(Notice::Unsettled { id: unsettled.id }),
                Effect::Show,
            ]);
            self.unsettled.push(unsettled);
            self.state = State::Idle;
            return;
        }
        if now.boot.since(active.sit.seen.boot) > NOTICED_GAP {
            // Whoever draws the time by themselves may have slept with the computer.
            effects.push(Effect::Show);
        }
        active.sit.seen = now;
        if let Phase::Preparing { until } = active.sit.phase
            && now.boot >= until
        {
            active.sit.phase = Phase::Sitting { banked: Duration::ZERO, since: until };
            active.checkpointed = now.boot;
            effects.extend([Effect::Save(Save::Begin(active.sit.clone())), Effect::Show]);
        }
        if !matches!(active.sit.phase, Phase::Preparing { .. }) {
            while let Some(bell) = active.bell(active.sit.rung).filter(|bell| bell.due <= now.boot)
            {
                active.sit.rung += 1;
                if now.boot.since(bell.due) <= bell.role.grace() {
                    effects.push(Effect::Ring(bell));
                }
            }
        }
        if let Some(end) = active.sit.end_due()
            && matches!(active.sit.phase, Phase::Sitting { .. })
            && now.boot >= end
        {
            self.complete(end, now, effects);
        } else if now.boot.since(active.checkpointed) >= CHECKPOINT_EVERY
            && !matches!(active.sit.phase, Phase::Paused { .. })
        {
            checkpoint(active, now, effects);
        }
    }

    /// The planned end was reached at `end`.
    fn complete(&mut self, end: BootTime, now: Moment, effects: &mut Vec<Effect>) {
        let State::Active(active) = &mut self.state else { return };
        let completed = active.sit.wall(end);
        let sat = active.sit.plan.length.seconds();
        let stage = Stage::Completed { completedat: completed.utc, satlength: sat };
        let lifecycle = active.sit.lifecycle(stage);
        let id = active.sit.id;
        // Whoever has walked away must not keep the computer awake by it: only planned time does.
        effects.extend([
            Effect::KeepAwake(false),
            Effect::Notify(Notice::Ended { id, sat }),
            Effect::Show,
        ]);
        if active.sit.plan.overtime == OvertimeChoice::Never {
            effects.push(Effect::Save(Save::Close(id, lifecycle)));
            self.state = State::Idle;
        } else {
            active.sit.phase = Phase::Overtime { completed, since: end };
            active.checkpointed = now.boot;
            effects.push(Effect::Save(Save::Complete(active.sit.clone(), lifecycle)));
        }
    }

    fn start(
        &mut self,
        id: SessionId,
        plan: Plan,
        seed: u64,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Rejection> {
        match self.sit().map(|sit| sit.phase) {
            None => {}
            // Who sits again is done with the sit before.
            Some(Phase::Overtime { .. }) => self.end(None, now, effects)?,
            Some(_) => return Err(Rejection::AlreadyRunning),
        }
        let preparation = plan.delay + Duration::from_secs(u64::from(plan.preparation.get()));
        let sit = Sit {
            id,
            plan,
            seed,
            started: now.wall.plus(preparation),
            started_boot: Some(now.boot + preparation),
            phase: Phase::Preparing { until: now.boot + preparation },
            seen: now,
            rung: 0,
        };
        effects.extend([
            Effect::Save(Save::Prepare { created: now.wall, sit: sit.clone() }),
            Effect::KeepAwake(true),
            Effect::Show,
        ]);
        self.state = State::Active(Active::new(sit));
        self.pass(now, GapReason::Suspended, effects);
        Ok(())
    }

    fn pause(&mut self, now: Moment, effects: &mut Vec<Effect>) -> Result<(), Rejection> {
        let active = self.active()?;
        if !matches!(active.sit.phase, Phase::Sitting { .. }) {
            return Err(Rejection::NotSitting);
        }
        active.sit.phase = Phase::Paused { banked: active.sit.elapsed(now.boot) };
        checkpoint(active, now, effects);
        effects.extend([Effect::Silence, Effect::KeepAwake(false), Effect::Show]);
        Ok(())
    }

    fn resume(&mut self, now: Moment, effects: &mut Vec<Effect>) -> Result<(), Rejection> {
        let active = self.active()?;
        let Phase::Paused { banked } = active.sit.phase else { return Err(Rejection::NotPaused) };
        active.sit.phase = Phase::Sitting { banked, since: now.boot };
        checkpoint(active, now, effects);
        effects.extend([Effect::KeepAwake(true), Effect::Show]);
        Ok(())
    }

    fn end(
        &mut self,
        overtime: Option<OvertimeAnswer>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Rejection> {
        let sit = &self.active()?.sit;
        let save = match sit.phase {
            Phase::Preparing { .. } => Save::Remove(sit.id),
            Phase::Overtime { completed, .. } if !adds_overtime(sit, overtime) => {
                let satlength = sit.plan.length.seconds();
                let stage = Stage::Completed { completedat: completed.utc, satlength };
                Save::Close(sit.id, sit.lifecycle(stage))
            }
            _ => Save::Close(sit.id, sit.ended(now.boot)),
        };
        self.leave(save, effects);
        Ok(())
    }

    fn discard(&mut self, now: Moment, effects: &mut Vec<Effect>) -> Result<(), Rejection> {
        let sit = &self.active()?.sit;
        let save = match sit.phase {
            Phase::Preparing { .. } => Save::Remove(sit.id),
            _ => Save::Discard(sit.id, sit.ended(now.boot), now.wall.utc),
        };
        self.leave(save, effects);
        Ok(())
    }

    fn leave(&mut self, save: Save, effects: &mut Vec<Effect>) {
        self.state = State::Idle;
        effects.extend([
            Effect::Save(save),
            Effect::Silence,
            Effect::KeepAwake(false),
            Effect::Show,
        ]);
    }

    fn resolve(
        &mut self,
        id: SessionId,
        answer: Answer,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Rejection> {
        let at = self.unsettled.iter().position(|unsettled| unsettled.id == id);
        let unsettled = self.unsettled.remove(at.ok_or(Rejection::NothingToResolve)?);
        let before_gap = unsettled.lifecycle_before_gap();
        let save = match (answer, unsettled.lifecycle_without_overtime(), before_gap) {
            (Answer::Whole, ..) => Save::Close(id, unsettled.lifecycle_with_gap()),
            (Answer::Gap, _, Some(record)) => Save::Close(id, record),
            // A sit that reached its end is no longer in question: what goes is the overtime.
            (Answer::Discard, Some(complete), _) => Save::Close(id, complete),
            (Answer::Discard, None, Some(record)) => Save::Discard(id, record, now.wall.utc),
            (Answer::Gap | Answer::Discard, _, None) => Save::Remove(id),
        };
        effects.extend([Effect::Save(save), Effect::Show]);
        Ok(())
    }

    fn active(&mut self) -> Result<&mut Active, Rejection> {
        match &mut self.state {
            State::Active(active) => Ok(active),
            State::Idle => Err(Rejection::NothingRunning),
        }
    }
}

fn adds_overtime(sit: &Sit, answer: Option<OvertimeAnswer>) -> bool {
    let standing = sit.plan.overtime == OvertimeChoice::Always;
    answer.map_or(standing, |answer| answer == OvertimeAnswer::Add)
}

fn checkpoint(active: &mut Active, now: Moment, effects: &mut Vec<Effect>) {
    active.checkpointed = now.boot;
    effects.push(Effect::Save(Save::Checkpoint(active.sit.clone())));
}

/// What must be saved first, then what can be heard, then what can be seen; otherwise as it came.
fn in_order(mut effects: Vec<Effect>) -> Vec<Effect> {
    let rank = |effect: &Effect| match effect {
        Effect::Save(_) => 0,
        Effect::Silence => 1,
        Effect::Ring(_) => 2,
        Effect::KeepAwake(_) => 3,
        Effect::Notify(_) => 4,
        Effect::Show => 5,
        Effect::Reject(_) => 6,
    };
    effects.sort_by_key(rank);
    effects.dedup_by(|a, b| {
        matches!((a, b), (Effect::Show, Effect::Show) | (Effect::Silence, Effect::Silence))
    });
    effects
}
