//! What the core asks to be done. It decides; the engine carries out.

use super::sit::{Sit, Unsettled};
use crate::bells::Role;
use crate::ids::SessionId;
use crate::plan::Strike;
use crate::session::Lifecycle;
use crate::time::{BootTime, Seconds, WallTime};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One thing to do. They come in the order in which they are to be done: what is to be saved first.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a handful exist at a time, and they live briefly")]
pub enum Effect {
    /// Write this to disk. A start that cannot be saved must not happen.
    Save(Save),
    /// Bells announced ahead of time are no longer due.
    Silence,
    /// Ring this bell.
    Ring(Ring),
    /// Keep the computer awake, or let it sleep again.
    KeepAwake(bool),
    /// Tell the person.
    Notify(Notice),
    /// What can be seen has changed.
    Show,
    /// The command could not be carried out, and nothing was done for it.
    Reject(Rejection),
}

/// What is to be saved of all that is to be done, in its order.
#[must_use]
pub fn saves(effects: &[Effect]) -> Vec<Save> {
    let save = |effect: &Effect| match effect {
        Effect::Save(save) => Some(save.clone()),
        _ => None,
    };
    effects.iter().filter_map(save).collect()
}

/// A change of what is on disk.
#[derive(Clone, Debug, PartialEq)]
pub enum Save {
    /// Make the record, before the first second; it is not a sit yet, and nothing else knows of it.
    Prepare {
        /// When the person asked for it.
        created: WallTime,
        /// The sit, in its preparation.
        sit: Sit,
    },
    /// The preparation is over: from here on the record is a sit.
    Begin(Sit),
    /// Nothing but how far the sit has come.
    Checkpoint(Sit),
    /// The planned end was reached, and overtime runs.
    Complete(Sit, Lifecycle),
    /// The sit is over.
    Close(SessionId, Lifecycle),
    /// The sit is over and the person does not want it.
    Discard(SessionId, Lifecycle, DateTime<Utc>),
    /// It was ended in its preparation: there was no sit.
    Remove(SessionId),
    /// It waits for the person to say what it was.
    Unsettle(Unsettled),
}

impl Save {
    /// The sit that this is about.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        match self {
            Self::Prepare { sit, .. }
            | Self::Begin(sit)
            | Self::Checkpoint(sit)
            | Self::Complete(sit, _) => sit.id,
            Self::Close(id, _) | Self::Discard(id, ..) | Self::Remove(id) => *id,
            Self::Unsettle(unsettled) => unsettled.id,
        }
    }

    /// The record of the sit `id`, if this brings it to its end.
    #[must_use]
    pub fn closes(&self, id: SessionId) -> Option<&Lifecycle> {
        match self {
            Self::Close(closed, lifecycle) if *closed == id => Some(lifecycle),
            _ => None,
        }
    }
}

/// A sit that is not over on this device, as a checkpoint keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "one or two exist at a time, and they live briefly")]
pub enum OpenSit {
    /// It runs.
    Running(Sit),
    /// It waits for an answer.
    Unsettled(Unsettled),
}

/// A bell that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// Whose bell.
    pub id: SessionId,
    /// Which of its bells, counted from its beginning.
    pub index: usize,
    /// What for.
    pub role: Role,
    /// What is struck.
    pub strike: Strike,
    /// When.
    pub due: BootTime,
}

/// Something the person is told outside the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A sit has reached its planned end.
    Ended {
        /// Which.
        id: SessionId,
        /// How long it was planned, and sat.
        sat: Seconds,
    },
    /// A sit waits for an answer.
    Unsettled {
        /// Which.
        id: SessionId,
    },
}

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Only one sit runs at a time.
    #[error("a sit is already running: end it before starting another")]
    AlreadyRunning,
    /// There is nothing to do this to.
    #[error("no sit is running")]
    NothingRunning,
    /// Only a sit in its planned time can be paused.
    #[error("only a running sit can be paused: this one is still being prepared, or is over")]
    NotSitting,
    /// Only a paused sit can be resumed.
    #[error("the sit is not paused")]
    NotPaused,
    /// No such sit waits for an answer.
    #[error("no such sit waits for an answer")]
    NothingToResolve,
}
