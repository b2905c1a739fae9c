//! When two users sat at the same time.

use crate::time::{Seconds, UtcOffset};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The shortest time that counts as sitting together.
pub const MIN_TOGETHER: Seconds = Seconds(60);

/// When a sit began and how long it was: all that a partner ever sees of one. Pauses are not known: a sit with a
/// pause ends earlier here than it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedSit {
    /// Its start.
    pub start: DateTime<Utc>,
    /// The time sat.
    pub length: Seconds,
    /// Local time minus UTC during the sit, if it is one of this device; a partner's is not known.
    pub offset: Option<UtcOffset>,
}

impl SharedSit {
    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let length = TimeDelta::seconds(self.length.0.into());
        let end = self.start.checked_add_signed(length).unwrap_or(DateTime::<Utc>::MAX_UTC);
        (self.start, end)
    }
}

/// Returns the spans of at least [`MIN_TOGETHER`] in which both users sat, each with its start and length, the oldest first.
/// Sits of one user that overlap or touch are one span.
#[must_use]
pub fn together(mine: &[SharedSit], partners: &[SharedSit]) -> Vec<(DateTime<Utc>, Seconds)> {
    let (mine, partners) = (spans(mine), spans(partners));
    let (mut mine, mut partners) = (mine.iter().peekable(), partners.iter().peekable());
    let mut found = Vec::new();
    while let (Some(&&(my_start, my_end)), Some(&&(their_start, their_end))) =
        (mine.peek(), partners.peek())
    {
        let (start, end) = (my_start.max(their_start), my_end.min(their_end));
        let seconds = Seconds(u32::try_from((end - start).num_seconds()).unwrap_or(0));
        if seconds >= MIN_TOGETHER {
            found.push((start, seconds));
        }
        if my_end <= their_end {
            mine.next();
        } else {
            partners.next();
        }
    }
    found
}

/// Returns the spans of the sits of one user, in order and without overlaps.
fn spans(sits: &[SharedSit]) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut sorted: Vec<_> = sits.iter().map(SharedSit::span).collect();
    sorted.sort_unstable();
    let mut spans: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::with_capacity(sorted.len());
    for (start, end) in sorted {
        match spans.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => spans.push((start, end)),
        }
    }
    spans
}
