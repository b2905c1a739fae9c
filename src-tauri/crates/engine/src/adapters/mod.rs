//! What the engine reaches the outside by. Each is a trait with the system's side and, in tests, a recorder.

pub mod awake;
pub mod bells;
#[cfg(target_os = "linux")]
pub mod bus;
pub mod keychain;
pub mod network;
pub mod notify;

use zafu_core::ids::SessionId;
use zafu_core::plan::Strike;
use zafu_core::settings::VolumePercent;
use zafu_core::time::{BootTime, Seconds};

/// Rings bells.
pub trait Bells: Send {
    /// Lets `strike` be heard at `due`, or at once if that is past. Returns at once.
    fn arm(&mut self, strike: &Strike, volume: VolumePercent, due: BootTime);
    /// Lets what rings fade, and what has not begun not begin.
    fn silence(&mut self);
    /// The names of Zafu's own sounds.
    fn sounds(&self) -> Vec<&'static str>;
}

/// Tells the person something outside the window.
pub trait Notifier: Send {
    /// Shows `notification` in the place of the one before. Returns at once.
    fn show(&mut self, notification: Notification);
}

/// What the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notification {
    /// A sit has reached its planned end.
    Ended {
        /// Which.
        id: SessionId,
        /// How long it was.
        sat: Seconds,
    },
    /// A sit waits for an answer.
    Unsettled {
        /// Which.
        id: SessionId,
    },
    /// The window is closed, the sit goes on, and nothing else shows that it does.
    GoesOn,
}

/// What the person answers to a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationAction {
    /// They want to see it.
    Open,
    /// They want to write a note.
    AddNote(SessionId),
    /// They want to sit again.
    SitAgain,
}

/// Keeps the computer from sleeping.
pub trait KeepAwake: Send {
    /// Keeps it so from now on, in the place of what was asked before. Returns at once.
    fn set(&mut self, awake: Awake);
}

/// What is kept awake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Awake {
    /// The computer does not sleep.
    pub system: bool,
    /// The screen stays on.
    pub screen: bool,
}
