//! What a partner sees of a user: a name and a picture; and the user's weekly target.

use crate::bounded::Bounded;
use crate::message;
use crate::message::Message;
use crate::named::named;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Maximum length of a name, in Unicode scalar values, as PostgreSQL counts characters.
pub const MAX_NAME_CHARS: usize = 40;

/// The sits that a user wants to sit in a week; 0: they are resting.
pub type WeeklyTarget = Bounded<0, 1000>;
/// The target of a user who has not set one.
pub const DEFAULT_TARGET: WeeklyTarget = WeeklyTarget::constant::<5>();

/// The name of a user, in any script: 1 to [`MAX_NAME_CHARS`] characters, one of them visible; without control, bidirectional
/// and invisible characters, and without spaces around it. Joiners are allowed only between visible characters, where
/// scripts and emoji need them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(as = "String"))]
pub struct ProfileName(String);

impl ProfileName {
    /// Parses a name that a user entered. Spaces around it are removed.
    ///
    /// # Errors
    /// Why the text cannot be a name.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let name = text.trim();
        if name.is_empty() {
            Err(InvalidName::Empty)
        } else if name.chars().any(is_forbidden) || has_loose_joiner(name) {
            Err(InvalidName::ControlCharacter)
        } else if !name.chars().any(is_visible) {
            Err(InvalidName::Empty)
        } else if name.chars().count() > MAX_NAME_CHARS {
            Err(InvalidName::TooLong)
        } else {
            Ok(Self(name.to_owned()))
        }
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character is not allowed in names: it moves or hides the text around it, or is not to be seen.
fn is_forbidden(symbol: char) -> bool {
    symbol.is_control()
        || matches!(
            symbol,
            // Soft hyphen, fillers of Hangul, zero width space, separators of lines and paragraphs.
            '\u{AD}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{200B}' | '\u{2028}' | '\u{2029}'
            // Bidirectional.
            | '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            // Word joiner, invisible operators, byte order mark, tags.
            | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}'
        )
}

/// Whether a character is a joiner or a non-joiner of zero width.
const fn is_joiner(symbol: char) -> bool {
    matches!(symbol, '\u{200C}' | '\u{200D}')
}

/// Whether a character is seen by itself: no space, joiner or variation selector, and not the blank of Braille.
fn is_visible(symbol: char) -> bool {
    let is_selector = matches!(symbol, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
    !(symbol.is_whitespace() || is_joiner(symbol) || is_selector || symbol == '\u{2800}')
}

/// Whether a joiner is not between two characters that it can join.
fn has_loose_joiner(name: &str) -> bool {
    let joins =
        |symbol: Option<char>| symbol.is_some_and(|it| !it.is_whitespace() && !is_joiner(it));
    let (mut before, mut symbols) = (None, name.chars().peekable());
    while let Some(symbol) = symbols.next() {
        if is_joiner(symbol) && !(joins(before) && joins(symbols.peek().copied())) {
            return true;
        }
        before = Some(symbol);
    }
    false
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for ProfileName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::new(&text)
    }
}

impl From<ProfileName> for String {
    fn from(name: ProfileName) -> Self {
        name.0
    }
}

/// Why a text cannot be the name of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidName {
    /// It has nothing but spaces and other characters that are not seen.
    Empty,
    /// It is longer than [`MAX_NAME_CHARS`].
    TooLong,
    /// It contains a control character or another invisible one, or one that changes the direction of text.
    ControlCharacter,
}

impl InvalidName {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::Empty => message!("partner-name-empty"),
            Self::TooLong => message!("partner-name-too-long"),
            Self::ControlCharacter => message!("partner-name-control-character"),
        }
    }
}

crate::message_error!(InvalidName);

named! {
    /// The drawn picture of a user.
    ProfileImage {
        /// A lotus.
        Lotus = "lotus",
        /// A singing bowl.
        Bowl = "bowl",
        /// A stone.
        Stone = "stone",
        /// A leaf.
        Leaf = "leaf",
        /// A wave.
        Wave = "wave",
        /// A moon.
        Moon = "moon",
        /// A mountain.
        Mountain = "mountain",
        /// A bird.
        Bird = "bird",
    }
}

/// The profile of a user. It is synced as a [`Register`](crate::session::Register).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Profile {
    /// The name; none until the user has chosen one.
    pub name: Option<ProfileName>,
    /// The picture; none: the initial of the name.
    pub image: Option<ProfileImage>,
}
