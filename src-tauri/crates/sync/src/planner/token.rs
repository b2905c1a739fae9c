//! The state of the access token, and the limit on refreshes.

use super::policy::{HOUR, MIN_TOKEN_AGE, REFRESHES_PER_HOUR};
use zafu_core::time::BootTime;

/// The state of the access token, as far as responses tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Accepted, or not tried yet.
    Good,
    /// Rejected, to be refreshed.
    Rejected,
    /// Refreshed at this time after it was rejected, and not accepted since.
    Refreshed(BootTime),
}

/// Decides when the access token is refreshed.
#[derive(Clone, Debug)]
pub struct TokenState {
    state: State,
    /// The refreshes of the last hour.
    refreshes: Vec<BootTime>,
    /// Whether the refresh token was reported as used before, and no refresh has succeeded since.
    pub reported_used: bool,
}

impl TokenState {
    pub const fn new() -> Self {
        Self { state: State::Good, refreshes: Vec::new(), reported_used: false }
    }

    pub fn needs_refresh(&self) -> bool {
        self.state == State::Rejected
    }

    /// Records that the token was rejected. Returns whether a refresh may help; if not, the token is kept.
    pub fn reject(&mut self, now: BootTime) -> bool {
        self.refreshes.retain(|at| now.since(*at) < HOUR);
        let is_worth_it = match self.state {
            State::Good => true,
            State::Rejected => false,
            State::Refreshed(at) => now.since(at) >= MIN_TOKEN_AGE,
        };
        let may_refresh = is_worth_it && self.refreshes.len() < REFRESHES_PER_HOUR;
        if may_refresh {
            self.state = State::Rejected;
        }
        may_refresh
    }

    /// Records a refresh.
    pub fn refreshed(&mut self, now: BootTime) {
        self.state = State::Refreshed(now);
        self.refreshes.push(now);
        self.reported_used = false;
    }

    /// Records that the token was accepted.
    pub fn accepted(&mut self) {
        self.state = State::Good;
    }

    /// Lifts the limit on refreshes: the user has requested a sync.
    pub fn reset(&mut self) {
        self.state = State::Good;
        self.refreshes.clear();
    }
}
