//! Runs sits: holds the data folder, keeps the time, rings the bells, serves its clients.
//!
//! The process that locks a data folder runs its one engine as a [`Host`] and uses it by an [`EngineHandle`]. Other
//! processes are [`Client`]s of it.

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod access;
mod account;
pub mod adapters;
pub mod bell;
pub mod client;
pub mod clock;
pub mod doctor;
mod error;
pub mod folder;
mod handle;
mod host;
pub mod logs;
pub mod output;
pub mod protocol;
mod recovery;
mod serve;
mod socket;
pub mod sync;
pub mod system;
mod thread;
#[cfg(test)]
mod typescript;
pub mod view;

pub use account::Account;
pub use client::Client;
pub use handle::{EngineHandle, Pending};
pub use host::{Host, HostError, MakeAdapters};
pub use recovery::{resolve_sit, unsettled_sits};
pub use thread::{Event, TerminalSit};
