//! One backend for all tests of a program: it takes two seconds to start.

use crate::backend::Backend;
use crate::process::StartError;
use std::io::Write;
use std::sync::OnceLock;

/// The backend that the tests of this process share; it ends with the process. `None`, and a loud word of it,
/// where something is not installed; but on the machines that decide (`CI=true`) that fails.
///
/// # Panics
/// If it does not start, or if something is missing on a machine that decides.
#[must_use]
pub fn shared() -> Option<&'static Backend> {
    static SHARED: OnceLock<Option<Backend>> = OnceLock::new();
    SHARED.get_or_init(|| or_skip(Backend::start())).as_ref()
}

/// What was started, or a loud word of what is missing.
///
/// # Panics
/// As [`shared`].
#[must_use]
pub fn or_skip(started: Result<Backend, StartError>) -> Option<Backend> {
    match started {
        Ok(backend) => Some(backend),
        Err(StartError::Missing(missing)) if !is_ci() => {
            loudly(&format!("SKIPPED: every test of the real backend, because {missing}"));
            None
        }
        Err(error) => panic!("the backend does not start: {error}"),
    }
}

/// Says it even where the output of tests is kept back: `eprintln!` would not be seen.
pub fn loudly(what: &str) {
    writeln!(std::io::stderr(), "{what}").ok();
}

fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
