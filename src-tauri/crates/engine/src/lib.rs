//! Runs sits: holds the data folder, keeps the time, rings the bells, serves its clients.
//!
//! The process that locks a data folder runs its one engine as a [`Host`] and uses it by an [`EngineHandle`]. Other
//! processes are [`Client`]s of it.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod access;
mod account;
pub mod adapters;
mod backups;
pub mod bell;
mod client;
mod clock;
pub mod doctor;
mod error;
pub mod exchange;
pub mod export;
mod folder;
mod handle;
mod host;
mod import;
mod log;
pub mod logs;
pub mod output;
mod partner;
pub mod protocol;
mod recovery;
mod serve;
mod socket;
mod sync;
pub mod system;
mod thread;
#[cfg(test)]
mod typescript;
mod view;

pub use access::{Access, AccessError, lock_or_connect};
pub use account::Account;
pub use backups::{CountedSits, backup_path, backups, restore_preview};
pub use client::Client;
pub use clock::{Clock, SystemClock};
pub use folder::{DATA_DIR_VARIABLE, DataFolder, FolderError, FolderLock};
pub use handle::{EngineHandle, Pending};
pub use host::{Host, HostError, MakeAdapters};
pub use import::{ImportClient, ImportMonitor, Imports, environment_zone, imports};
pub use log::{Log, insight, labels, log_page};
pub use partner::Partner;
pub use recovery::{resolve_sit, unsettled_sits};
pub use sync::{AccountClient, PartnerClient, invitation_host};
pub use thread::{Event, TerminalSit};
pub use view::owners;
