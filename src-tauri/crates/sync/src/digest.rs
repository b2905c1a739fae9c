//! A digest of all sessions of an account, equal on the device and the server if their sessions are equal: see
//! `zafu.line_hash` in `supabase/`.
//!
//! It is a sum of hashes: it does not depend on the order of the sessions, and the server updates it with every write
//! instead of reading all sessions.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Number;
use sha2::{Digest as _, Sha256};
use std::fmt::{self, Write as _};
use uuid::Uuid;
use zafu_core::session::{Session, Stage};

/// The fields of a row that the server hashes. All others are ignored.
#[derive(Deserialize)]
struct Line {
    id: Uuid,
    startedat: DateTime<Utc>,
    sitlength: Number,
    satlength: Number,
    iscompleted: bool,
    endedat: Option<DateTime<Utc>>,
    detailsrevision: Number,
    detailsdevice: Uuid,
    deletionrevision: Number,
    deletiondevice: Uuid,
}

impl Line {
    fn read(row: &str) -> Option<Self> {
        serde_json::from_str(row).ok()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match (self.iscompleted, self.endedat) {
            (true, _) => 2,
            (false, Some(_)) => 1,
            (false, None) => 0,
        };
        let Self { id, sitlength, satlength, .. } = self;
        write!(f, "{id}|{}|{sitlength}|{satlength}|{stage}|", self.startedat.timestamp_millis())?;
        if let Some(endedat) = self.endedat {
            write!(f, "{}", endedat.timestamp_millis())?;
        }
        writeln!(
            f,
            "|{}|{}|{}|{}",
            self.detailsrevision, self.detailsdevice, self.deletionrevision, self.deletiondevice
        )
    }
}

/// Computes a digest. Sessions are added in any order.
#[derive(Default)]
pub struct Digest {
    count: u64,
    /// The sums of the first four 32-bit words of the hashes, modulo 2^32.
    words: [u32; 4],
    line: String,
}

impl Digest {
    /// Adds a session.
    pub fn add(&mut self, sit: &Session) {
        let stage = match sit.lifecycle.stage {
            Stage::Started => 0,
            Stage::EndedEarly { .. } => 1,
            Stage::Completed { .. } => 2,
        };
        self.line.clear();
        // Writing into a string cannot fail.
        let _ = write!(
            self.line,
            "{}|{}|{}|{}|{stage}|",
            sit.id,
            sit.lifecycle.startedat.timestamp_millis(),
            sit.lifecycle.sitlength.0,
            sit.lifecycle.satlength().0,
        );
        if let Some(endedat) = sit.lifecycle.endedat() {
            let _ = write!(self.line, "{}", endedat.timestamp_millis());
        }
        let _ = writeln!(
            self.line,
            "|{}|{}|{}|{}",
            sit.details.revision,
            sit.details.deviceid,
            sit.deletion.revision,
            sit.deletion.deviceid,
        );
        self.add_line();
    }

    /// Adds a row of the server, as JSON, that this version of Zafu cannot read as a session. Returns false if the row
    /// does not have the hashed fields: the digest is then incomplete and cannot be compared.
    #[must_use]
    pub fn add_unreadable(&mut self, row: &str) -> bool {
        let Some(line) = Line::read(row) else { return false };
        self.line = line.to_string();
        self.add_line();
        true
    }

    fn add_line(&mut self) {
        let hash = Sha256::digest(self.line.as_bytes());
        for (word, bytes) in self.words.iter_mut().zip(hash.as_chunks::<4>().0) {
            *word = word.wrapping_add(u32::from_be_bytes(*bytes));
        }
        self.count += 1;
    }

    /// Returns the number of sessions and the digest in lower-case hexadecimal.
    #[must_use]
    pub fn finish(self) -> (u64, String) {
        let [a, b, c, d] = self.words;
        (self.count, format!("{a:08x}{b:08x}{c:08x}{d:08x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_no_rows_is_zero() {
        let (count, digest) = Digest::default().finish();
        assert_eq!(count, 0);
        assert_eq!(digest, "00000000000000000000000000000000");
    }

    #[test]
    fn the_digest_hashes_the_same_lines_as_the_server() {
        let sit: Session = serde_json::from_value(serde_json::json!({
            "id": "01970000-0000-7000-8000-00000000000a",
            "lifecycle": {
                "startedat": "2026-03-01T06:00:00.250Z", "sitlength": 600,
                "stage": {"EndedEarly": {"endedat": "2026-03-01T06:05:00Z", "satlength": 300}},
            },
            "details": {
                "value": {"note": "rain", "label": "", "corrected_start": null, "corrected_length": null},
                "revision": 2, "deviceid": "00000000-0000-0000-0000-000000000001",
            },
            "deletion": {"value": null, "revision": 0, "deviceid": "00000000-0000-0000-0000-000000000002"},
            "utcoffset": 60, "deviceid": "00000000-0000-0000-0000-000000000001", "source": "timer",
            "createdat": "2026-03-01T06:00:00Z",
        }))
        .unwrap();
        let line = "01970000-0000-7000-8000-00000000000a|1772344800250|600|300|1|1772345100000|2|\
                    00000000-0000-0000-0000-000000000001|0|00000000-0000-0000-0000-000000000002\n";
        let mut digest = Digest::default();
        digest.add(&sit);
        assert_eq!(digest.line, line);
        let mut row = crate::wire::row(&sit);
        row["source"] = "watch".into();
        assert_eq!(Line::read(&row.to_string()).unwrap().to_string(), line);
        row["sitlength"] = 5_000_000_000_u64.into();
        let line = line.replace("|600|", "|5000000000|");
        assert_eq!(Line::read(&row.to_string()).unwrap().to_string(), line);
        row["endedat"] = 5.into();
        assert!(!Digest::default().add_unreadable(&row.to_string()));
    }
}
