//! Limits that bound the memory and the work of reading a file, whatever is in it.

/// How much of a file is looked at to detect its format.
pub const HEAD_BYTES: usize = 64 << 10;

/// The longest row of a table or element of a JSON array. A longer one is skipped.
pub const ROW_BYTES: usize = 4 << 20;

/// The most columns of a row. A row with more is skipped.
pub const COLUMNS: usize = 1_000;

/// The longest note that the server stores. A sit with a longer one is skipped, except if Zafu has exported it.
pub const NOTE_BYTES: usize = 131_072;

/// The longest label that the server stores. A sit with a longer one is skipped, except if Zafu has exported it.
pub const LABEL_BYTES: usize = 8_192;

/// The most sits of one file of another program: ten a day for almost five hundred years. Their starts and lengths are
/// held in memory, to find those that are there twice.
pub const SITS: usize = 1_800_000;

/// How many labels of a file are compared without regard to case.
pub const FOLDED_LABELS: usize = 500;

/// The most memory that the entries of a journal take until their sits are found in the log.
pub const JOURNAL_BYTES: usize = 16 << 20;

/// The longest tag or text between tags of an XML file.
pub const XML_EVENT_BYTES: usize = 1 << 20;

/// The deepest nesting of an XML file. Apple's has five levels.
pub const XML_DEPTH: usize = 64;

/// The longest DTD.
pub const DTD_BYTES: usize = 1 << 20;

/// How much of a file in an archive is unpacked to see what it is.
pub const ZIP_HEAD_BYTES: usize = 16 << 10;

/// The most files of an archive. Apple's has one for each workout that was outdoors.
pub const ZIP_FILES: usize = 100_000;

/// The most bytes that an XML file in an archive may unpack to. They are never stored.
pub const XML_BYTES: u64 = 64 << 30;

/// The most bytes that a database may unpack to. They are stored in the temporary folder.
pub const DATABASE_BYTES: u64 = 1 << 30;

/// How many million steps SQLite may take to find the next record of a database that others made.
pub const DATABASE_MILLION_STEPS: u32 = 500;

/// After how many bytes the progress is reported, and the caller may cancel.
pub const PROGRESS_BYTES: u64 = 1 << 20;

/// After how many rows the progress is reported, and the caller may cancel.
pub const PROGRESS_ROWS: u64 = 1_000;

/// The first and the last year of a sit.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// The longest sit that is imported without being asked for, in seconds.
pub const DAY: u64 = 86_400;

/// The longest sit that is offered at all, in seconds: over ten years. It fits in 29 bits, also if the clocks change.
pub const LONGEST: u64 = 1 << 28;
