//! The definition of the command line, with its help and its errors in every language. Also used to generate the
//! manual pages and the shell completions.

pub mod args;
pub mod help;
pub mod usage;
