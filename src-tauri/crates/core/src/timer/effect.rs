//! Effects: the actions that the timer asks the engine for.

use super::sit::{Sit, Unsettled};
use crate::bells::Role;
use crate::ids::SessionId;
use crate::message;
use crate::message::Message;
use crate::plan::Strike;
use crate::session::Lifecycle;
use crate::time::{BootTime, Seconds, WallTime};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An action for the engine. The timer returns effects in execution order: saves come first.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a handful exist at a time, and they live briefly")]
pub enum Effect {
    /// Writes this to disk. A sit whose start cannot be saved must not start.
    Save(Save),
    /// Cancels bells that were scheduled ahead of time.
    Silence,
    /// Rings a bell.
    Ring(Ring),
    /// Keeps the computer awake, or lets it sleep again.
    KeepAwake(bool),
    /// Shows a notification.
    Notify(Notice),
    /// Publishes the state, which has changed.
    Show,
    /// Rejects the command, which had no other effect.
    Reject(Rejection),
}

/// Returns the saves among `effects`, in order.
#[must_use]
pub fn saves(effects: &[Effect]) -> Vec<Save> {
    let save = |effect: &Effect| match effect {
        Effect::Save(save) => Some(save.clone()),
        _ => None,
    };
    effects.iter().filter_map(save).collect()
}

/// A change of the stored state of a sit.
#[derive(Clone, Debug, PartialEq)]
pub enum Save {
    /// Creates the record at the start of the preparation. It is not in the log and is not synced yet.
    Prepare {
        /// When the user started it.
        created: WallTime,
        /// The sit, in its preparation.
        sit: Sit,
    },
    /// The preparation is over: the record is in the log from now on.
    Begin(Sit),
    /// The current progress of the sit.
    Checkpoint(Sit),
    /// The planned end was reached, and the sit continues in overtime.
    Complete(Sit, Lifecycle),
    /// The sit has ended.
    Close(SessionId, Lifecycle),
    /// The sit has ended, and the user discards it.
    Discard(SessionId, Lifecycle, DateTime<Utc>),
    /// The sit was ended in its preparation: its record is removed.
    Remove(SessionId),
    /// The sit is unsettled.
    Unsettle(Unsettled),
}

impl Save {
    /// Returns the id of the sit.
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

    /// Returns the final lifecycle of the sit `id`, if this save closes it.
    #[must_use]
    pub fn closes(&self, id: SessionId) -> Option<&Lifecycle> {
        match self {
            Self::Close(closed, lifecycle) if *closed == id => Some(lifecycle),
            _ => None,
        }
    }
}

/// A sit that has not ended on this device, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "one or two exist at a time, and they live briefly")]
pub enum OpenSit {
    /// A running sit.
    Running(Sit),
    /// An unsettled sit.
    Unsettled(Unsettled),
}

/// A bell that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The sit that it belongs to.
    pub id: SessionId,
    /// Its index in the schedule of the sit.
    pub index: usize,
    /// Its purpose.
    pub role: Role,
    /// Its sound and number of strokes.
    pub strike: Strike,
    /// When it is due.
    pub due: BootTime,
}

/// The subject of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A sit has reached its planned end.
    Ended {
        /// The sit.
        id: SessionId,
        /// The planned length, which was sat.
        sat: Seconds,
    },
    /// A sit is unsettled.
    Unsettled {
        /// The sit.
        id: SessionId,
    },
}

/// Why the timer rejects a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Only one sit runs at a time.
    AlreadyRunning,
    /// No sit is running.
    NothingRunning,
    /// Only a sit within its planned time can be paused.
    NotSitting,
    /// Only a paused sit can be resumed.
    NotPaused,
    /// There is no unsettled sit with this id.
    NothingToResolve,
}

impl Rejection {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::AlreadyRunning => message!("timer-already-running"),
            Self::NothingRunning => message!("timer-nothing-running"),
            Self::NotSitting => message!("timer-not-sitting"),
            Self::NotPaused => message!("timer-not-paused"),
            Self::NothingToResolve => message!("timer-nothing-to-resolve"),
        }
    }
}

crate::message_error!(Rejection);
