//! Runs the real backend on this machine, for tests, benchmarks and experiments: PostgreSQL from the system, a released
//! PostgREST, Supabase's auth server, and a gateway that serves them under Supabase's paths. All servers listen on
//! loopback or on sockets in a temporary folder, and stop when the process that started them ends.
//!
//! It must never be shipped, and never be used with a database that contains data worth keeping.

#![cfg(unix)]

mod backend;
mod gateway;
mod parts;
mod postgres;
mod process;
pub mod proxy;
mod shared;
mod token;

pub use backend::{Backend, User};
pub use parts::Missing;
pub use postgres::Stop;
pub use process::StartError;
pub use shared::{or_skip, shared, warn};
