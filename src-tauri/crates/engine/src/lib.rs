//! Runs sits: holds the data folder, keeps the time, rings the bells, serves its clients.
//!
//! Whoever holds a data folder's lock runs its one engine: a [`Host`]. Everybody else is a [`Client`] of it.

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod adapters;
pub mod bell;
pub mod client;
pub mod clock;
pub mod doctor;
mod error;
pub mod folder;
pub mod host;
pub mod left;
pub mod logs;
pub mod output;
pub mod protocol;
pub mod runner;
mod serve;
mod socket;
pub mod sync;
pub mod system;
pub mod turn;
#[cfg(test)]
mod typescript;
pub mod view;

pub use client::Client;
pub use host::{Engine, Host, HostError};
