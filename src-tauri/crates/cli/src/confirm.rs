//! Asks the user at a terminal.

use std::io::{self, BufRead, IsTerminal};
use zafu_engine::output;

/// Returns the user's answer to a question; none if standard input is not a terminal.
pub fn ask(question: &str) -> io::Result<Option<bool>> {
    let input = io::stdin();
    if !input.is_terminal() {
        return Ok(None);
    }
    output::print_error_plain(&format!("{question} "));
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "j" | "ja")))
}
