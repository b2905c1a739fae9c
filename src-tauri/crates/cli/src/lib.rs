//! The definition of the command line, and its help in every language. Also used to generate the
//! manual pages and the shell completions.

pub mod args;
pub mod help;
