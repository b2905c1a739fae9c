//! The adaptive size of pushes and pulls.

use super::policy::FAST_RESPONSE;
use std::time::Duration;

/// The number of rows of the next request. It doubles while responses come fast and halves after a failure.
#[derive(Clone, Copy, Debug)]
pub struct BatchSize {
    rows: u32,
    max: u32,
}

impl BatchSize {
    /// Starts with the first of two numbers of rows, and grows to the second.
    pub const fn new((rows, max): (u32, u32)) -> Self {
        Self { rows, max }
    }

    pub const fn rows(self) -> u32 {
        self.rows
    }

    /// Records a response to a request with `sent` rows.
    pub fn grow(&mut self, sent: u32, took: Duration) {
        if took <= FAST_RESPONSE && sent >= self.rows {
            self.rows = self.rows.saturating_mul(2).min(self.max);
        }
    }

    /// Records the failure of a request with `sent` rows.
    pub fn halve(&mut self, sent: u32) {
        self.rows = (sent.min(self.rows) / 2).max(1);
    }

    /// Sets the largest number of rows.
    pub fn limit(&mut self, max: u32) {
        self.max = max.max(1);
        self.rows = self.rows.min(self.max);
    }
}
