//! Real devices (store, sync, remote) and the real server, with a proxy between them that drops, repeats, delays and
//! replaces messages. After each fault, the state must be as if the fault had not happened.
//!
//! The numbers in test names are those of `docs/faults.md`. Tests move the devices' clocks: nothing waits in real time for
//! a backoff or a timeout.

#![cfg(unix)]

mod account;
mod check;
mod database;
mod device;
mod list;
mod names;
mod network;
mod scale;
mod separate_process;
mod server;
#[path = "../backend/session.rs"]
#[allow(dead_code, reason = "the tests of the backend use all of it")]
mod session;
#[path = "../backend/sits.rs"]
#[allow(dead_code, reason = "the tests of the backend use all of it")]
mod sits;
mod tls;
mod trust;
mod world;
