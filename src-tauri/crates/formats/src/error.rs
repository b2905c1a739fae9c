//! Errors that end the reading of a file.

use crate::limits;
use crate::report::is_cancelled;
use crate::skipped::megabytes;
use std::io;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_core::message_error;

/// Why the files cannot be imported. The caller discards what was read before.
#[derive(Debug)]
pub struct ReadError {
    /// The file, by its index among those that were passed.
    pub file: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

impl ReadError {
    /// Returns the message for the user. It does not name the file.
    #[must_use]
    pub fn message(&self) -> Message {
        self.fault.message()
    }
}

message_error!(ReadError);

/// What is wrong with a file.
#[derive(Debug)]
pub enum Fault {
    /// The caller has cancelled.
    Cancelled,
    /// The file is empty.
    Empty,
    /// The content is none that Zafu can import.
    NotRecognised,
    /// The archive contains nothing that Zafu can import.
    NothingInArchive,
    /// The archive or its content is encrypted, damaged, or packed in a way that is not supported.
    Archive {
        /// The error of the unpacker.
        reason: String,
    },
    /// The archive or a file in it is larger than the limits.
    ArchiveTooLarge,
    /// The file ends in the middle.
    Truncated,
    /// The file is damaged.
    Damaged {
        /// The line.
        line: u64,
        /// What the parser says.
        reason: String,
    },
    /// A tag or text is longer than [`limits::XML_EVENT_BYTES`], or nested deeper than [`limits::XML_DEPTH`].
    TooComplex {
        /// The line.
        line: u64,
    },
    /// The file has more sits than [`limits::SITS`].
    TooManySits,
    /// The journals take more memory than [`limits::JOURNAL_BYTES`].
    JournalTooLong,
    /// The export is of a newer Zafu.
    Newer {
        /// Its version.
        found: u64,
        /// The newest version that is known.
        known: u64,
    },
    /// The database of Health Connect cannot be read.
    Database {
        /// The error of SQLite.
        reason: String,
    },
    /// The temporary folder cannot be written.
    TemporaryFolder(io::Error),
    /// The file cannot be read.
    Io(io::Error),
}

impl Fault {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Cancelled => message!("import-cancelled"),
            Self::Empty => message!("import-empty"),
            Self::NotRecognised => message!("import-not-recognised"),
            Self::NothingInArchive => message!("import-nothing-in-archive"),
            Self::Archive { reason } => message!("import-archive", reason = reason.as_str()),
            Self::ArchiveTooLarge => message!("import-archive-too-large"),
            Self::Truncated => message!("import-truncated"),
            Self::Damaged { line, reason } => {
                message!("import-damaged", line = *line, reason = reason.as_str())
            }
            Self::TooComplex { line } => message!("import-too-complex", line = *line),
            Self::TooManySits => message!("import-too-many-sits", max = limits::SITS as u64),
            Self::JournalTooLong => {
                message!("import-journal-too-long", max = megabytes(limits::JOURNAL_BYTES))
            }
            Self::Newer { found, known } => {
                message!("import-newer", found = *found, known = *known)
            }
            Self::Database { reason } => message!("import-database", reason = reason.as_str()),
            Self::TemporaryFolder(error) => {
                message!("import-temporary-folder", reason = error.to_string())
            }
            Self::Io(error) => message!("import-io", reason = error.to_string()),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if is_cancelled(&error) { Self::Cancelled } else { Self::Io(error) }
    }
}
