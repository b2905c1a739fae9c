//! The real backend on this machine, for tests, measurements and for trying things out: PostgreSQL from the
//! system, PostgREST as it was released, Supabase's auth server, and a gateway that gives them Supabase's
//! paths. Everything listens on loopback or on sockets in a folder of its own, and ends with its owner.
//!
//! It must never be shipped, and never be pointed at a database that someone needs.

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
pub use shared::{loudly, or_skip, shared};
