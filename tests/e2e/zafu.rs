//! Zafu as a person or a script runs it, in a data folder of its own.
