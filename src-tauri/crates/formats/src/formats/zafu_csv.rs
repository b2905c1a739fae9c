//! Zafu's own CSV, as [`crate::write::CsvWriter`] writes it.
//!
//! One row for each sit: the columns of [`COLUMNS`], found by their names in any order. Times are RFC 3339. `start` and
//! `seconds` are as the user corrected them; the `recorded` columns are what was there before, and empty if nothing was
//! corrected. All columns from `outcome` on are empty for a sit that is not known so well. Texts that a spreadsheet could
//! take for formulas begin with an apostrophe.

use super::own::{VERSION, read_offset, read_seconds, read_utc, read_wall_time};
use crate::collect::without_nul;
use crate::detect::Columns;
use crate::error::Fault;
use crate::sit::{Record, Sit, SitOutcome};
use crate::skipped::Reason;
use crate::table::unguarded;
use zafu_core::session::Source;

/// The columns, in the order in which they are written.
pub const COLUMNS: [&str; 14] = [
    "format",
    "id",
    "start",
    "seconds",
    "planned seconds",
    "label",
    "note",
    "outcome",
    "ended",
    "source",
    "created",
    "recorded start",
    "recorded offset minutes",
    "recorded seconds",
];

/// What the column `format` begins with; the version follows.
pub const FORMAT: &str = "zafu ";

/// Where each of [`COLUMNS`] is.
pub struct Layout([usize; COLUMNS.len()]);

impl Layout {
    pub fn new(columns: &Columns) -> Option<Self> {
        let mut layout = [0; COLUMNS.len()];
        for (place, name) in layout.iter_mut().zip(COLUMNS) {
            *place = columns.find(name)?;
        }
        Some(Self(layout))
    }

    /// Reads a row.
    pub fn sit<'r>(&self, cell: impl Fn(usize) -> &'r str) -> Result<Result<Sit, Reason>, Fault> {
        let [format, ..] = self.0;
        let text = cell(format);
        match text.strip_prefix(FORMAT).and_then(|version| version.parse::<u64>().ok()) {
            Some(VERSION) => Ok(self.sit_of_version(cell)),
            Some(found) if found > VERSION => Err(Fault::Newer { found, known: VERSION }),
            _ => Ok(Err(Reason::value(COLUMNS[0], text))),
        }
    }

    fn sit_of_version<'r>(&self, cell: impl Fn(usize) -> &'r str) -> Result<Sit, Reason> {
        let [_, id, start, seconds, planned, label, note, outcome, ..] = self.0;
        let planned = Some(cell(planned)).filter(|text| !text.is_empty());
        Ok(Sit {
            id: cell(id).parse().map_err(|_| Reason::value("id", cell(id)))?,
            start: read_wall_time(cell(start))?,
            length: read_seconds("seconds", cell(seconds))?,
            planned: planned.map(|text| read_seconds("planned seconds", text)).transpose()?,
            label: without_nul(unguarded(cell(label))),
            note: without_nul(unguarded(cell(note))),
            record: match cell(outcome) {
                "" => None,
                _ => Some(self.record(cell)?),
            },
        })
    }

    fn record<'r>(&self, cell: impl Fn(usize) -> &'r str) -> Result<Record, Reason> {
        let [.., outcome, ended, source, created, start, offset, seconds] = self.0.map(cell);
        let given = |text: &'r str| Some(text).filter(|text| !text.is_empty());
        Ok(Record {
            outcome: SitOutcome::from_name(outcome)
                .ok_or_else(|| Reason::value("outcome", outcome))?,
            ended: read_utc("ended", ended)?,
            source: Source::from_name(source).ok_or_else(|| Reason::value("source", source))?,
            created: read_utc("created", created)?,
            recorded_start: given(start)
                .map(|text| read_utc("recorded start", text))
                .transpose()?,
            recorded_offset: given(offset)
                .map(|text| read_offset("recorded offset minutes", text))
                .transpose()?,
            recorded_length: given(seconds)
                .map(|text| read_seconds("recorded seconds", text))
                .transpose()?,
        })
    }
}
