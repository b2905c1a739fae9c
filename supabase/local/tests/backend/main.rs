//! Tests of the backend from outside, through the gateway, PostgREST and PostgreSQL, as devices and attackers see it.

#![cfg(unix)]

mod account;
mod attacker;
mod cursor;
mod database;
mod direct;
mod erase;
mod faults;
mod health;
mod kinds;
mod labels;
mod limits;
mod merge;
mod older_client;
mod partner_attacks;
mod partner_model;
mod partner_races;
mod partners;
mod plans;
mod poison;
mod push;
mod session;
mod sits;
mod texts;
mod upgrade;
mod weeks;
