//! The command line, against an engine and against none.
