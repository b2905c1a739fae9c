//! One backend for all tests of a process, because it takes seconds to start.

use crate::backend::Backend;
use crate::process::StartError;
use std::io::Write;
use std::sync::OnceLock;

/// Returns the backend that the tests of this process share; it stops with the process. If a program is not installed,
/// prints a warning and returns `None`, except in CI (`CI=true`).
///
/// # Panics
/// If it does not start, or in CI if a program is missing.
#[must_use]
pub fn shared() -> Option<&'static Backend> {
    static SHARED: OnceLock<Option<Backend>> = OnceLock::new();
    SHARED.get_or_init(|| or_skip(Backend::start())).as_ref()
}

/// Returns what was started. If a program is not installed, prints a warning and returns `None`, except in CI.
///
/// # Panics
/// As [`shared`].
#[must_use]
pub fn or_skip(started: Result<Backend, StartError>) -> Option<Backend> {
    match started {
        Ok(backend) => Some(backend),
        Err(StartError::Missing(missing)) if !is_ci() => {
            warn(&format!("SKIPPED: every test of the real backend, because {missing}"));
            None
        }
        Err(error) => panic!("the backend does not start: {error}"),
    }
}

/// Prints a warning that the test harness does not capture, unlike `eprintln!`.
pub fn warn(what: &str) {
    writeln!(std::io::stderr(), "{what}").ok();
}

fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
