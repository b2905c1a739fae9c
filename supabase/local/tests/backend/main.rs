//! The backend, from outside: through the gateway, PostgREST and PostgreSQL, as devices and attackers see it.

#![cfg(unix)]

mod account;
mod attacker;
mod cursor;
mod direct;
mod erase;
mod faults;
mod health;
mod inside;
mod lattice;
mod limits;
mod plans;
mod poison;
mod push;
mod session;
mod sits;
mod weeks;
mod written;
