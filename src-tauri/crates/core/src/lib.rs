//! The domain of Zafu without I/O: the timer, plans and bells, gaps, sessions and labels and how copies are merged, local days.
//!
//! Nothing here reads a clock or a disk or generates a random number: the current time and every random seed are
//! arguments, so that each rule can be tested as a function.

pub mod bells;
pub mod bounded;
pub mod day;
pub mod edit;
pub mod ids;
pub mod invitation;
pub mod label;
pub mod length;
pub mod message;
mod named;
pub mod partnership;
pub mod plan;
pub mod profile;
pub mod session;
pub mod settings;
pub mod time;
pub mod timer;
