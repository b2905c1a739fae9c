//! A clock that a test moves, and sits as short as a line.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use chrono::{DateTime, Utc};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::SessionId;
use zafu_core::plan::{
    Bells, IntervalTimes, Intervals, Length, OvertimeChoice, Plan, PlannedSeconds,
    PreparationSeconds, SitSeconds, Strike, Strikes,
};
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_core::timer::{Command, Effect, OpenSit, Ring, Save, Timer, saves};

pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn strike() -> Strike {
    Strike::new("bell", Strikes::MIN)
}

/// Returns a plan of `seconds`, 0 for an open-ended sit, with a bell at the start and at the end.
pub fn plan(seconds: u32) -> Plan {
    Plan {
        length: PlannedSeconds::new(seconds).map_or(Length::Open, Length::Timed),
        delay: Duration::ZERO,
        preparation: PreparationSeconds::MIN,
        bells: Bells { start: Some(strike()), intervals: None, end: Some(strike()) },
        overtime: OvertimeChoice::Never,
    }
}

pub fn every(seconds: u32) -> Option<Intervals> {
    let seconds = SitSeconds::new(seconds).unwrap();
    Some(Intervals { when: IntervalTimes::Every { seconds }, strike: strike() })
}

pub fn id(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(n))
}

/// A timer with its clock, and the open sits that a store would hold.
pub struct World {
    pub timer: Timer,
    pub now: Moment,
    pub disk: Vec<OpenSit>,
}

impl World {
    pub fn new() -> Self {
        let utc: DateTime<Utc> = "2026-03-01T06:00:00Z".parse().unwrap();
        let now = Moment {
            boot: BootTime(secs(1000)),
            boot_id: BootId(Uuid::from_u128(1)),
            wall: WallTime::new(utc, UtcOffset(60)),
        };
        Self { timer: Timer::default(), now, disk: Vec::new() }
    }

    /// Advances the clock without a tick.
    pub fn skip(&mut self, duration: Duration) -> &mut Self {
        self.now.boot = self.now.boot + duration;
        self.now.wall = self.now.wall.plus(duration);
        self
    }

    /// Advances the clock in steps of one second, with a tick after each.
    pub fn pass(&mut self, duration: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut left = duration;
        while !left.is_zero() {
            let step = left.min(secs(1));
            left -= step;
            self.skip(step);
            effects.extend(self.act(Command::Tick));
        }
        effects
    }

    pub fn act(&mut self, command: Command) -> Vec<Effect> {
        let effects = self.timer.apply(command, self.now);
        self.save(&effects);
        effects
    }

    pub fn start(&mut self, n: u128, plan: Plan) -> Vec<Effect> {
        self.act(Command::Start { id: id(n), plan, seed: 7 })
    }

    /// Crashes the process and starts another one from the stored state.
    pub fn restart(&mut self) -> Vec<Effect> {
        let (timer, effects) = Timer::recover(self.disk.clone(), self.now);
        self.timer = timer;
        self.save(&effects);
        effects
    }

    /// Restarts the computer.
    pub fn reboot(&mut self) -> Vec<Effect> {
        self.now.boot = BootTime(secs(5));
        self.now.boot_id = BootId(Uuid::from_u128(self.now.boot_id.0.as_u128() + 1));
        self.restart()
    }

    fn save(&mut self, effects: &[Effect]) {
        let rank = |effect: &Effect| match effect {
            Effect::Save(_) => 0,
            Effect::Silence | Effect::Ring(_) | Effect::KeepAwake(_) => 1,
            Effect::Notify(_) => 2,
            Effect::Show => 3,
            Effect::Reject(_) => 4,
        };
        assert!(effects.is_sorted_by_key(rank), "saved first, shown last: {effects:?}");
        for save in saves(effects) {
            let (id, open) = match save {
                Save::Prepare { sit, .. } | Save::Begin(sit) | Save::Checkpoint(sit) => {
                    (sit.id, Some(OpenSit::Running(sit)))
                }
                Save::Complete(sit, _) => (sit.id, Some(OpenSit::Running(sit))),
                Save::Unsettle(unsettled) => (unsettled.id, Some(OpenSit::Unsettled(unsettled))),
                Save::Close(id, _) | Save::Discard(id, ..) | Save::Remove(id) => (id, None),
            };
            self.disk.retain(|known| match known {
                OpenSit::Running(sit) => sit.id != id,
                OpenSit::Unsettled(unsettled) => unsettled.id != id,
            });
            self.disk.extend(open);
        }
    }
}

pub fn rings(effects: &[Effect]) -> Vec<Ring> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Ring(ring) => Some(ring.clone()),
            _ => None,
        })
        .collect()
}
