//! Reads the rules of the system's time zone.

use chrono::{DateTime, Local, NaiveDateTime, TimeZone, Utc};
use zafu_core::length::Zone;

/// The time zone that the system is set to.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalZone;

impl Zone for LocalZone {
    fn instants(&self, local: NaiveDateTime) -> Vec<DateTime<Utc>> {
        let found = Local.from_local_datetime(&local);
        let mut instants: Vec<_> = [found.earliest(), found.latest()]
            .into_iter()
            .flatten()
            .map(|at| at.to_utc())
            .collect();
        instants.sort_unstable();
        instants.dedup();
        instants
    }
}
