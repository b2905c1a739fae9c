//! What the window can ask for: three lines each over the engine. No decision is taken here.

pub mod account;
pub mod log;
pub mod settings;
pub mod shell;
pub mod sit;
