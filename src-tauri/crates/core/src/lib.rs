//! The pure domain of Zafu: what a sit is, when its bells are due, what becomes of time nobody saw,
//! and which day it belongs to.
//!
//! Nothing here reads a clock, touches a disk or draws a random number: `now` and every random seed are
//! arguments, so that each rule can be tested as a function.

pub mod bells;
pub mod bounded;
pub mod day;
pub mod ids;
pub mod length;
pub mod message;
pub mod plan;
pub mod session;
pub mod settings;
pub mod time;
pub mod timer;
