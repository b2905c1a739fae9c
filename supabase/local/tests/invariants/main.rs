//! Real devices (the store, the plan, the remote) and the real server, with a proxy between them that loses, doubles,
//! delays and forges what passes. After each fault everything must be as if it had not been.
//!
//! Numbers in names are those of the list in `docs/faults.md`. Time is the devices' own: nothing waits for a backoff
//! or a deadline.

#![cfg(unix)]

mod account;
mod apart;
mod check;
mod database;
mod device;
mod list;
mod names;
mod network;
mod scale;
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
