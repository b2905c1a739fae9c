//! A sit while it is not over: how far it is, and what is known of it when time went missing.

use crate::ids::SessionId;
use crate::plan::{Length, Plan};
use crate::session::{Lifecycle, Stage};
use crate::time::{BootTime, Moment, Seconds, WallTime};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A sit that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sit {
    /// Its identity.
    pub id: SessionId,
    /// What was asked for.
    pub plan: Plan,
    /// Gives the random bells.
    pub seed: u64,
    /// The end of the preparation, fixed when the sit was asked for.
    pub started: WallTime,
    /// The same on the clock that measures. None in a checkpoint of a version that did not record it.
    #[serde(default, alias = "begun")]
    pub started_boot: Option<BootTime>,
    /// Where it is.
    pub phase: Phase,
    /// The last moment at which the engine saw it.
    pub seen: Moment,
    /// How many of its bells are behind it, rung or not.
    pub rung: usize,
}

/// Where a sit is. Time sat is always `banked + (now - since)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// The preparation runs.
    Preparing {
        /// When the sit begins.
        until: BootTime,
    },
    /// The sit runs.
    Sitting {
        /// Sat before the last pause.
        banked: Duration,
        /// The end of the last pause, or the beginning.
        since: BootTime,
    },
    /// The sit stands still.
    Paused {
        /// Sat so far.
        banked: Duration,
    },
    /// The planned time is over, and the sit goes on.
    Overtime {
        /// When the planned end was reached.
        completed: WallTime,
        /// The same, on the clock that measures.
        since: BootTime,
    },
}

impl Sit {
    /// The planned length; none for an open-ended sit.
    #[must_use]
    pub fn planned(&self) -> Option<Duration> {
        match self.plan.length {
            Length::Timed(seconds) => Some(Duration::from_secs(u64::from(seconds.get()))),
            Length::Open => None,
        }
    }

    /// The time sat until `at`, overtime included.
    #[must_use]
    pub fn elapsed(&self, at: BootTime) -> Duration {
        match self.phase {
            Phase::Preparing { .. } => Duration::ZERO,
            Phase::Sitting { banked, since } => banked + at.since(since),
            Phase::Paused { banked } => banked,
            Phase::Overtime { since, .. } => self.planned().unwrap_or_default() + at.since(since),
        }
    }

    /// What is left of the preparation.
    #[must_use]
    pub fn preparation_left(&self, at: BootTime) -> Duration {
        match self.phase {
            Phase::Preparing { until } => until.since(at),
            _ => Duration::ZERO,
        }
    }

    /// When, on the clock that measures, `sat` will have been sat, if it goes on as it is.
    #[must_use]
    pub fn due(&self, sat: Duration) -> Option<BootTime> {
        match self.phase {
            Phase::Preparing { until } => Some(until + sat),
            Phase::Sitting { banked, since } => Some(since + sat.saturating_sub(banked)),
            Phase::Paused { .. } | Phase::Overtime { .. } => None,
        }
    }

    /// The recorded time of `at`, which lies in the run of the computer in which the sit began: its start plus what
    /// was measured since. The wall clock may have been set meanwhile, and must not end a sit before its start.
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

    /// When the planned end will be reached, if it goes on as it is.
    #[must_use]
    pub fn end_due(&self) -> Option<BootTime> {
        self.planned().and_then(|planned| self.due(planned))
    }

    /// Its record, at `stage`.
    #[must_use]
    pub fn lifecycle(&self, stage: Stage) -> Lifecycle {
        Lifecycle { startedat: self.started.utc, sitlength: self.plan.length.seconds(), stage }
    }

    /// The record if the person ends it at `now`: complete if it is open-ended or past its planned end.
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

/// Why time went by that the engine did not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum GapReason {
    /// The computer slept.
    Suspended,
    /// Zafu was not running.
    Stopped,
    /// The computer was started anew.
    Restarted,
}

/// A sit in which time went by unseen, so that only the person can say what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    /// Its identity.
    pub id: SessionId,
    /// The planned length.
    pub length: Length,
    /// The end of the preparation.
    pub started: WallTime,
    /// Whether the gap began before the sit did.
    pub in_preparation: bool,
    /// When the planned end was reached, if that was seen. The sit is complete then, and only its overtime is asked
    /// about.
    pub completed: Option<WallTime>,
    /// What was sat until the gap, overtime included.
    #[serde(alias = "kept")]
    pub sat_before_gap: Seconds,
    /// What it comes to if it is counted whole; never less than `sat_before_gap`.
    #[serde(alias = "whole")]
    pub sat_with_gap: Seconds,
    /// The last moment seen.
    pub gap_began: WallTime,
    /// When the gap was found; not before it began, whatever the wall clock says.
    pub gap_ended: WallTime,
    /// What it was.
    pub reason: GapReason,
}

impl Unsettled {
    /// Separates what is known of `sit` from what is not.
    #[must_use]
    pub fn new(sit: &Sit, reason: GapReason, now: Moment) -> Self {
        let sat_before_gap = sit.elapsed(sit.seen.boot);
        let completed = match sit.phase {
            Phase::Overtime { completed, .. } => Some(completed),
            _ => None,
        };
        // Boot times of two runs of the computer cannot be compared: then only the wall clock tells.
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

    /// What was sat beyond the planned end; none if that end was not seen.
    #[must_use]
    pub fn overtime(&self) -> Option<Seconds> {
        let planned = self.length.seconds().0;
        self.completed.map(|_| Seconds(self.sat_before_gap.0.saturating_sub(planned)))
    }

    /// The record if all of it counts.
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

    /// The record if what was sat until the gap counts; none if nothing had begun.
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

    /// The record as it was completed, without overtime; none if the planned end was not seen.
    #[must_use]
    pub fn lifecycle_without_overtime(&self) -> Option<Lifecycle> {
        let satlength = self.length.seconds();
        let stage = |at: WallTime| Stage::Completed { completedat: at.utc, satlength };
        self.completed.map(|completed| self.lifecycle(stage(completed)))
    }

    /// The last moment seen, or the start if that came later.
    fn counted_from(&self) -> WallTime {
        if self.in_preparation { self.started } else { self.gap_began }
    }

    fn lifecycle(&self, stage: Stage) -> Lifecycle {
        Lifecycle { startedat: self.started.utc, sitlength: self.length.seconds(), stage }
    }
}
