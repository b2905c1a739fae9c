//! Rows that are not imported, and why.

use crate::limits;
use crate::sit::Sit;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_core::time::Seconds;

/// Where something is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The line at which it begins, from 1.
    Line(u64),
    /// Its number among the elements of a JSON array or the records of a database, from 1.
    Element(u64),
}

impl Position {
    /// Returns the number of the line or element.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Element(number) => number,
        }
    }

    /// Returns the message that a row here is not imported. `reason` is a sentence.
    #[must_use]
    pub fn message(self, reason: Message) -> Message {
        match self {
            Self::Line(line) => message!("import-skipped-line", line = line, reason = reason),
            Self::Element(number) => {
                message!("import-skipped-element", number = number, reason = reason)
            }
        }
    }
}

/// A row that is not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file, by its index among those that were passed.
    pub file: usize,
    /// Where the row is in the file.
    pub position: Position,
    /// Why it is skipped.
    pub reason: Reason,
    /// The sit, if it can be imported all the same when the user wants it.
    pub offered: Option<Box<Sit>>,
}

impl Skipped {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        self.position.message(self.reason.message())
    }
}

/// Why a row is skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The start is not a date that this format has, or lies outside [`limits::YEARS`].
    StartNotUnderstood {
        /// The beginning of the text.
        text: String,
    },
    /// The sit starts later than a day after the import.
    InFuture {
        /// The beginning of the text of its start.
        text: String,
    },
    /// The length or the end is not one that this format has.
    LengthNotUnderstood {
        /// The beginning of the text.
        text: String,
    },
    /// The sit has no length.
    NoTime,
    /// The sit is longer than 24 hours. It is offered.
    LongerThanDay {
        /// How long.
        length: Seconds,
    },
    /// The sit ends before it starts.
    EndsBeforeStart,
    /// Another row of the file has the same start and the same length.
    TwiceInFile,
    /// The row has more columns than [`limits::COLUMNS`].
    TooManyColumns,
    /// The row is longer than [`limits::ROW_BYTES`].
    RowTooLong,
    /// A quotation mark is not closed until the end of the file.
    QuoteNotClosed,
    /// The note is longer than [`limits::NOTE_BYTES`], or the label than [`limits::LABEL_BYTES`].
    TextTooLong,
    /// The element does not have the form that the format needs.
    NotUnderstood,
    /// A column of Zafu's own export has a value that it cannot have.
    ValueNotUnderstood {
        /// The column.
        column: &'static str,
        /// The beginning of the value.
        text: String,
    },
}

impl Reason {
    /// Returns the reason for a start that cannot be read.
    pub(crate) fn start(text: &str) -> Self {
        Self::StartNotUnderstood { text: beginning(text) }
    }

    /// Returns the reason for a start in the future.
    pub(crate) fn future(text: &str) -> Self {
        Self::InFuture { text: beginning(text) }
    }

    /// Returns the reason for a length that cannot be read.
    pub(crate) fn length(text: &str) -> Self {
        Self::LengthNotUnderstood { text: beginning(text) }
    }

    /// Returns the reason for a value of Zafu's own exports that cannot be read.
    pub(crate) fn value(column: &'static str, text: &str) -> Self {
        Self::ValueNotUnderstood { column, text: beginning(text) }
    }

    /// Returns the message for the user, a sentence.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::StartNotUnderstood { text } => {
                message!("import-reason-start", text = text.as_str())
            }
            Self::InFuture { text } => message!("import-reason-future", text = text.as_str()),
            Self::LengthNotUnderstood { text } => {
                message!("import-reason-length", text = text.as_str())
            }
            Self::NoTime => message!("import-reason-no-time"),
            Self::LongerThanDay { length } => {
                message!("import-reason-longer-than-day", length = length.to_string())
            }
            Self::EndsBeforeStart => message!("import-reason-ends-before-start"),
            Self::TwiceInFile => message!("import-reason-twice"),
            Self::TooManyColumns => message!(
                "import-reason-too-many-columns",
                max = u64::try_from(limits::COLUMNS).unwrap_or(u64::MAX)
            ),
            Self::RowTooLong => {
                message!("import-reason-row-too-long", max = megabytes(limits::ROW_BYTES))
            }
            Self::QuoteNotClosed => message!("import-reason-quote-not-closed"),
            Self::TextTooLong => message!("import-reason-text-too-long"),
            Self::NotUnderstood => message!("import-reason-not-understood"),
            Self::ValueNotUnderstood { column, text } => {
                message!("import-reason-value", column = *column, text = text.as_str())
            }
        }
    }
}

/// Returns whole megabytes, for messages.
pub(crate) fn megabytes(bytes: usize) -> u64 {
    u64::try_from(bytes >> 20).unwrap_or(u64::MAX)
}

/// Returns the beginning of a text that a message shows.
fn beginning(text: &str) -> String {
    const CHARACTERS: usize = 40;
    let shown = |character: char| if character.is_control() { ' ' } else { character };
    let mut beginning: String = text.chars().take(CHARACTERS).map(shown).collect();
    if text.chars().nth(CHARACTERS).is_some() {
        beginning.push('…');
    }
    beginning
}
