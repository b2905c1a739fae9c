//! A running sit, and an unsettled one.

use crate::ids::SessionId;
use crate::plan::{Length, Plan};
use crate::session::{Lifecycle, Stage};
use crate::time::{BootTime, Moment, Seconds, WallTime};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A running sit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sit {
    /// Its id.
    pub id: SessionId,
    /// Its plan.
    pub plan: Plan,
    /// Seed of the random bells.
    pub seed: u64,
    /// The end of the preparation, fixed when the sit was started.
    pub started: WallTime,
    /// The same on the boot clock. None in a checkpoint of a version that did not record it.
    #[serde(default, alias = "begun")]
    pub started_boot: Option<BootTime>,
    /// Its phase.
    pub phase: Phase,
    /// When the engine last advanced it.
    pub seen: Moment,
    /// The number of bells whose time has passed, rung or not.
    pub rung: usize,
}

/// The phase of a sit. The time sat is always `banked + (now - since)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// In its preparation.
    Preparing {
        /// The end of the preparation.
        until: BootTime,
    },
    /// Within its planned time.
    Sitting {
        /// The time sat before the last pause.
        banked: Duration,
        /// The end of the last pause, or the start.
        since: BootTime,
    },
    /// Paused.
    Paused {
        /// The time sat.
        banked: Duration,
    },
    /// Past its planned end.
    Overtime {
        /// When the planned end was reached.
        completed: WallTime,
        /// The same on the boot clock.
        since: BootTime,
    },
}

impl Sit {
    /// Returns the planned length; none for an open-ended sit.
    #[must_use]
    pub fn planned(&self) -> Option<Duration> {
        match self.plan.length {
            Length::Timed(seconds) => Some(Duration::from_secs(u64::from(seconds.get()))),
            Length::Open => None,
        }
    }

    /// Returns the time sat until `at`, overtime included.
    #[must_use]
    pub fn elapsed(&self, at: BootTime) -> Duration {
        match self.phase {
            Phase::Preparing { .. } => Duration::ZERO,
            Phase::Sitting { banked, since } => banked + at.since(since),
            Phase::Paused { banked } => banked,
            Phase::Overtime { since, .. } => self.planned().unwrap_or_default() + at.since(since),
        }
    }

    /// Returns the remaining preparation.
    #[must_use]
    pub fn preparation_left(&self, at: BootTime) -> Duration {
        match self.phase {
            Phase::Preparing { until } => until.since(at),
            _ => Duration::ZERO,
        }
    }

    /// Returns when the time sat will be `sat`, unless the sit is paused until then; none in a pause and in overtime.
    #[must_use]
    pub fn due(&self, sat: Duration) -> Option<BootTime> {
        match self.phase {
            Phase::Preparing { until } => Some(until + sat),
            Phase::Sitting { banked, since } => Some(since + sat.saturating_sub(banked)),
            Phase::Paused { .. } | Phase::Overtime { .. } => None,
        }
    }

    /// Returns the wall time of `at`, a boot time of the boot in which the sit started: its start plus the time measured
    /// since. The wall clock itself may have been set meanwhile, and must not end a sit before its start.
    #[must_use]
    pub fn wall(&self, at: BootTime) -> WallTime {
        let before_preparation = self.preparation_left(self.seen.boot);
        let started = self.started_boot.unwrap_or_else(|| {
            let sat = self.seen.wall.utc - self.started.utc;
            self.seen.boot - sat.to_std().unwrap_or_default() + before_preparation
        });
        match started.since(at) {
            Duration::ZERO => self.started.plus(at.since(started)),
            early => self.started.minus(early),
        }
    }

    /// Returns when the planned end will be reached, unless the sit is paused until then.
    #[must_use]
    pub fn end_due(&self) -> Option<BootTime> {
        self.planned().and_then(|planned| self.due(planned))
    }

    /// Returns its lifecycle at `stage`.
    #[must_use]
    pub fn lifecycle(&self, stage: Stage) -> Lifecycle {
        Lifecycle { startedat: self.started.utc, sitlength: self.plan.length.seconds(), stage }
    }

    /// Returns its lifecycle if the user ends it at `now`: completed if it is open-ended or past its planned end.
    #[must_use]
    pub fn ended(&self, now: BootTime) -> Lifecycle {
        let satlength = Seconds::floor(self.elapsed(now));
        let endedat = self.wall(now).utc;
        self.lifecycle(match self.phase {
            Phase::Overtime { completed, .. } => {
                Stage::Completed { completedat: completed.utc, satlength }
            }
            _ if self.plan.length == Length::Open => {
                Stage::Completed { completedat: endedat, satlength }
            }
            _ => Stage::EndedEarly { endedat, satlength },
        })
    }
}

/// The cause of a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum GapReason {
    /// The computer was suspended.
    Suspended,
    /// Zafu was not running.
    Stopped,
    /// The computer was restarted.
    Restarted,
}

/// A sit with a gap that waits for the user's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    /// Its id.
    pub id: SessionId,
    /// The planned length.
    pub length: Length,
    /// The end of the preparation.
    pub started: WallTime,
    /// Whether the gap began in the preparation.
    pub in_preparation: bool,
    /// When the planned end was reached, if that was before the gap. The sit is completed then, and the question is only
    /// about its overtime.
    pub completed: Option<WallTime>,
    /// The time sat before the gap, overtime included.
    #[serde(alias = "kept")]
    pub sat_before_gap: Seconds,
    /// The time sat if the gap counts; never less than `sat_before_gap`.
    #[serde(alias = "whole")]
    pub sat_with_gap: Seconds,
    /// When the engine last saw the sit.
    pub gap_began: WallTime,
    /// When the gap was found; not before it began, whatever the wall clock says.
    pub gap_ended: WallTime,
    /// Its cause.
    pub reason: GapReason,
}

impl Unsettled {
    /// Returns `sit` as unsettled by a gap that ends at `now`.
    #[must_use]
    pub fn new(sit: &Sit, reason: GapReason, now: Moment) -> Self {
        let sat_before_gap = sit.elapsed(sit.seen.boot);
        let completed = match sit.phase {
            Phase::Overtime { completed, .. } => Some(completed),
            _ => None,
        };
        // Boot times of different boots cannot be compared; only the wall clock can then measure the gap.
        let unseen = match now.boot_id == sit.seen.boot_id {
            true => now.boot.since(sit.seen.boot),
            false => (now.wall.utc - sit.seen.wall.utc).to_std().unwrap_or_default(),
        };
        let gap_began = sit.wall(sit.seen.boot);
        let unsat = sit.preparation_left(sit.seen.boot);
        let sat_with_gap = match (completed, sit.planned()) {
            // Unattended time is never overtime.
            (Some(_), _) => sat_before_gap,
            (None, Some(planned)) => planned.max(sat_before_gap),
            (None, None) => sat_before_gap + unseen.saturating_sub(unsat),
        };
        Self {
            id: sit.id,
            length: sit.plan.length,
            started: sit.started,
            in_preparation: matches!(sit.phase, Phase::Preparing { .. }),
            completed,
            sat_before_gap: Seconds::floor(sat_before_gap),
            sat_with_gap: Seconds::floor(sat_with_gap),
            gap_began,
            gap_ended: gap_began.plus(unseen),
            reason,
        }
    }

    /// Returns the overtime before the gap; none if the planned end was not reached before it.
    #[must_use]
    pub fn overtime(&self) -> Option<Seconds> {
        let planned = self.length.seconds().0;
        self.completed.map(|_| Seconds(self.sat_before_gap.0.saturating_sub(planned)))
    }

    /// Returns its lifecycle if the gap counts.
    #[must_use]
    pub fn lifecycle_with_gap(&self) -> Lifecycle {
        let completedat = match (self.completed, self.length) {
            (Some(completed), _) => completed.utc,
            (None, Length::Open) => self.gap_ended.utc.max(self.started.utc),
            (None, Length::Timed(_)) => {
                let left =
                    self.sat_with_gap.duration().saturating_sub(self.sat_before_gap.duration());
                self.counted_from().plus(left).utc
            }
        };
        self.lifecycle(Stage::Completed { completedat, satlength: self.sat_with_gap })
    }

    /// Returns its lifecycle if only the time before the gap counts; none if the gap began in the preparation.
    #[must_use]
    pub fn lifecycle_before_gap(&self) -> Option<Lifecycle> {
        if self.in_preparation {
            return None;
        }
        let (at, satlength) = (self.gap_began.utc, self.sat_before_gap);
        Some(self.lifecycle(match (self.completed, self.length) {
            (Some(completed), _) => Stage::Completed { completedat: completed.utc, satlength },
            (None, Length::Open) => Stage::Completed { completedat: at, satlength },
            (None, Length::Timed(_)) => Stage::EndedEarly { endedat: at, satlength },
        }))
    }

    /// Returns its lifecycle without overtime; none if the planned end was not reached before the gap.
    #[must_use]
    pub fn lifecycle_without_overtime(&self) -> Option<Lifecycle> {
        let satlength = self.length.seconds();
        let stage = |at: WallTime| Stage::Completed { completedat: at.utc, satlength };
        self.completed.map(|completed| self.lifecycle(stage(completed)))
    }

    /// Returns when the engine last saw the sit, or its start if that was later.
    fn counted_from(&self) -> WallTime {
        if self.in_preparation { self.started } else { self.gap_began }
    }

    fn lifecycle(&self, stage: Stage) -> Lifecycle {
        Lifecycle { startedat: self.started.utc, sitlength: self.length.seconds(), stage }
    }
}
