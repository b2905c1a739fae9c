//! Reads what other programs and Zafu export, and writes what Zafu exports.
//!
//! [`read`] turns files into sits; [`write`] turns sits into files. Nothing here knows a database of Zafu, reads a clock,
//! or opens a file: the caller passes bytes and a time zone, and gets rows. Memory is bounded by [`limits`], whatever a
//! file contains. Only an export of Health Connect is copied to a folder that the caller names, because SQLite reads
//! nothing but files.

mod archive;
mod collect;
mod detect;
mod encoding;
mod error;
mod formats;
pub mod identity;
mod inspect;
mod json;
pub mod limits;
mod read;
mod report;
mod sit;
mod skipped;
mod table;
mod times;
pub mod write;
mod zone;

/// The time zones of the IANA database. Their names are parsed and displayed.
pub use chrono_tz::{TZ_VARIANTS, Tz};
pub use error::{Fault, ReadError};
pub use read::{Event, Format, FoundSit, Options, Outcome, Progress, Summary, read};
pub use sit::{LabelStyle, Record, Sit, SitOutcome};
pub use skipped::{Position, Reason, Skipped};
pub use times::DateOrder;
