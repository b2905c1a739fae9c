//! The definition of the command line, also used to generate its manual pages and shell completions.

pub mod args;
