//! Reads what other programs and Zafu export, and writes what Zafu exports.
//!
//! [`read`] turns files into sits; [`write`] turns sits into files. Nothing here knows a database of Zafu or reads
//! a clock: the caller passes bytes, a time zone and the current time, and gets rows. Memory is bounded by [`limits`],
//! whatever a file contains. No file is opened, except that an export of Health Connect is copied to a folder that the
//! caller names, because SQLite reads nothing but files.
//!
//! ```
//! use std::{io::Cursor, ops::ControlFlow};
//! use zafu_formats::{Event, Options, Outcome, read};
//!
//! let file = Cursor::new("Started At,Duration\n04/20/2026 08:21:14,0:45:0\nsoon,0:45:0\n");
//! let options = Options {
//!     zone: "Europe/Berlin".parse()?,
//!     date_order: None,
//!     now: "2026-05-01T08:00:00Z".parse()?,
//!     temporary_folder: &std::env::temp_dir(),
//! };
//! let (mut sits, mut skipped) = (vec![], vec![]);
//! let outcome = read(&mut [file], options, &mut |event| {
//!     match event {
//!         Event::Sit(found) => sits.push(found.sit),
//!         Event::Skipped(row) => skipped.push(row.message()),
//!         Event::Label(_) | Event::Progress(_) => {}
//!     }
//!     ControlFlow::Continue(())
//! })?;
//! assert!(matches!(outcome, Outcome::Read(_)));
//! assert_eq!(sits[0].start.utc.to_rfc3339(), "2026-04-20T06:21:14+00:00");
//! assert_eq!(skipped.len(), 1);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

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
