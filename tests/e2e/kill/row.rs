//! Rows on disk after a kill, and the acknowledged state of a sit before it.

use crate::zafu::sql;
use std::collections::BTreeMap;
use std::path::Path;
use zafu_core::timer::{OpenSit, Phase};

/// The acknowledged state of a sit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    /// Not over. `elapsed_ms` is the time sat until now.
    Open { elapsed_ms: u64, preparing: bool },
    /// Over. `sat` is in seconds.
    Over { complete: bool, sat: u32 },
    /// Discarded: the row is deleted or does not exist.
    Discarded,
}

/// A session with its open sit, as read by `sqlite3`.
#[derive(Debug)]
pub struct Row {
    pub open: Option<OpenSit>,
    pub complete: bool,
    pub ended: bool,
    pub deleted: bool,
    pub sat: u32,
}

/// Returns all rows by session id. Reads a copy, because opening the database would change the files that the kill
/// left.
pub fn rows(data: &Path) -> BTreeMap<String, Row> {
    let copy = tempfile::tempdir().unwrap();
    for name in ["zafu.db", "zafu.db-wal"] {
        let from = data.join(name);
        if from.exists() {
            std::fs::copy(from, copy.path().join(name)).unwrap();
        }
    }
    let query = "PRAGMA integrity_check; PRAGMA foreign_key_check;
        SELECT id, iscompleted, endedat IS NOT NULL, deletedat IS NOT NULL, satlength, coalesce(body, '')
        FROM sessions LEFT JOIN open_sits ON session_key = key ORDER BY id;";
    let printed = sql(&copy.path().join("zafu.db"), query);
    let mut lines = printed.lines();
    assert_eq!(lines.next(), Some("ok"), "the database is damaged");
    lines.map(Row::read).collect()
}

/// Returns whether the sit must have a row.
pub fn must_have_row(known: &Known) -> bool {
    !matches!(known, Known::Open { preparing: true, .. } | Known::Discarded)
}

impl Row {
    fn read(line: &str) -> (String, Self) {
        let parts: Vec<_> = line.splitn(6, '|').collect();
        let [id, complete, ended, deleted, sat, body] = parts[..] else { panic!("{line}") };
        let open = (!body.is_empty()).then(|| serde_json::from_str(body).unwrap());
        let yes = |text| text == "1";
        let (complete, ended, deleted) = (yes(complete), yes(ended), yes(deleted));
        (id.into(), Self { open, complete, ended, deleted, sat: sat.parse().unwrap() })
    }

    /// Returns the state that the row itself shows, for a sit without an acknowledgement.
    pub fn known(&self) -> Known {
        match &self.open {
            Some(OpenSit::Running(sit)) => {
                let elapsed = sit.elapsed(sit.seen.boot).as_millis();
                let preparing = matches!(sit.phase, Phase::Preparing { .. });
                Known::Open { elapsed_ms: u64::try_from(elapsed).unwrap(), preparing }
            }
            Some(OpenSit::Unsettled(sit)) => {
                Known::Open { elapsed_ms: 0, preparing: sit.in_preparation }
            }
            None if self.deleted => Known::Discarded,
            None => Known::Over { complete: self.complete, sat: self.sat },
        }
    }
}
