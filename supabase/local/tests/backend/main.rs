//! The backend, from outside: through the gateway, PostgREST and PostgreSQL, as devices and attackers see it.

#![cfg(unix)]

mod account;
mod attacker;
mod direct;
mod health;
mod lattice;
mod poison;
mod push;
mod sits;
