//! What the command has changed. If standard output cannot be written, the user is told on standard error.

use std::sync::{Mutex, PoisonError};
use zafu_engine::output;

/// The sentences that say what was changed.
static RECORDED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Prints a sentence that says what the command has changed.
pub fn print(sentence: String) {
    output::print(&sentence);
    record(sentence);
}

/// Records a sentence that says what the command has changed, for a command that prints JSON.
pub fn record(sentence: String) {
    RECORDED.lock().unwrap_or_else(PoisonError::into_inner).push(sentence);
}

/// Returns what was recorded; `None` if nothing was changed.
pub fn recorded() -> Option<String> {
    let recorded = RECORDED.lock().unwrap_or_else(PoisonError::into_inner);
    (!recorded.is_empty()).then(|| recorded.join(" "))
}
