//! The engine's adapters: traits for services of the system, implemented here per system and in tests by recorders.

pub mod awake;
pub mod bells;
#[cfg(target_os = "linux")]
pub mod bus;
pub mod keychain;
pub mod network;
pub mod notify;

use crate::clock::Clock;
use std::sync::Arc;
use zafu_core::ids::SessionId;
use zafu_core::partnership::News;
use zafu_core::plan::Strike;
use zafu_core::profile::ProfileName;
use zafu_core::settings::VolumePercent;
use zafu_core::time::{BootTime, Seconds};
use zafu_sync::supabase::Vault;

/// The adapters of one engine.
pub struct Adapters {
    /// Reads the time.
    pub clock: Arc<dyn Clock>,
    /// Rings bells.
    pub bells: Box<dyn Bells>,
    /// Shows notifications.
    pub notifier: Box<dyn Notifier>,
    /// Keeps the computer awake.
    pub awake: Box<dyn KeepAwake>,
    /// Keeps the account's credentials.
    pub vault: Arc<dyn Vault>,
}

/// Rings bells.
pub trait Bells: Send {
    /// Plays `strike` at `due`, or at once if that is past. Does not block.
    fn arm(&mut self, strike: &Strike, volume: VolumePercent, due: BootTime);
    /// Fades out the bells that ring and cancels those that have not begun.
    fn silence(&mut self);
    /// Returns the names of Zafu's own sounds.
    fn sounds(&self) -> Vec<&'static str>;
}

/// Shows notifications outside the window.
pub trait Notifier: Send {
    /// Shows `notification` in place of the one before. Does not block.
    fn show(&mut self, notification: Notification);
}

/// A notification to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// A sit has reached its planned end.
    Ended {
        /// Its session ID.
        id: SessionId,
        /// Its length without pauses.
        sat: Seconds,
    },
    /// A sit is unsettled.
    Unsettled {
        /// Its session ID.
        id: SessionId,
    },
    /// The sit continues although the window is closed and no tray shows it.
    SitContinues,
    /// There are news of the partner.
    News {
        /// The partner's name; none if they have none, or have left.
        partner: Option<ProfileName>,
        /// The news, the oldest first.
        news: Vec<News>,
    },
}

/// An action that the user chose in a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationAction {
    /// Shows the window.
    Open,
    /// Opens the note of this session.
    AddNote(SessionId),
    /// Starts the last plan again.
    SitAgain,
}

/// Keeps the computer from sleeping.
pub trait KeepAwake: Send {
    /// Keeps `awake` awake from now on, and nothing else. Does not block.
    fn set(&mut self, awake: Awake);
}

/// Selects what is kept awake; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Awake {
    /// The computer does not sleep.
    pub system: bool,
    /// The screen stays on.
    pub screen: bool,
}
