//! Labels of sits: their names, colours and shapes, and how labels are merged into each other.
//!
//! A session has the key of its label: the name under which the label was created. What the user sees is in the label's
//! details, a last-writer-wins register. So renaming, merging and deleting a label changes no session, and two devices
//! that create the same label create one.

use crate::ids::DeviceId;
use crate::named::named;
use crate::session::Register;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use uuid::Uuid;

/// Maximum length of a label's key and of its name, in bytes. A session may have a longer key; such a label is shown, but
/// cannot be changed.
pub const MAX_LABEL_BYTES: usize = 1024;
/// Maximum number of labels of one owner whose details were changed at least once.
pub const MAX_LABELS: u32 = 2000;

/// Identifies a label among those of its owner. Never empty: a session without a label has an empty text instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(as = "String"))]
pub struct LabelKey(pub String);

impl LabelKey {
    /// Returns the key in a session; none if it has no label.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// Returns the key of a new label called `name`: the name itself, or "name (2)", "name (3)" and so on if a label of
    /// that key exists, whatever it is called now.
    #[must_use]
    pub fn for_name(name: &str, is_taken: impl Fn(&Self) -> bool) -> Self {
        let key = Self(name.to_owned());
        if !is_taken(&key) {
            return key;
        }
        let mut number = 2_u64;
        loop {
            let suffix = format!(" ({number})");
            let mut length = name.len().min(MAX_LABEL_BYTES.saturating_sub(suffix.len()));
            while !name.is_char_boundary(length) {
                length -= 1;
            }
            let key = Self(format!("{}{suffix}", &name[..length]));
            if !is_taken(&key) {
                return key;
            }
            number += 1;
        }
    }

    /// Hashes the key: FNV-1a of 32 bits, <http://www.isthe.com/chongo/tech/comp/fnv/>.
    fn hash(&self) -> usize {
        let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        self.0.bytes().fold(0x811c_9dc5_u32, step) as usize
    }
}

impl fmt::Display for LabelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text cannot be the key or the name of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidLabel {
    /// It is empty.
    Empty,
    /// It is longer than [`MAX_LABEL_BYTES`].
    TooLong,
    /// It contains a control character, such as a line break.
    ControlCharacter,
}

/// Checks the key or the name of a label whose details are stored.
///
/// # Errors
/// Why the text is not valid.
pub fn validate(text: &str) -> Result<(), InvalidLabel> {
    if text.is_empty() {
        Err(InvalidLabel::Empty)
    } else if text.len() > MAX_LABEL_BYTES {
        Err(InvalidLabel::TooLong)
    } else if text.chars().any(char::is_control) {
        Err(InvalidLabel::ControlCharacter)
    } else {
        Ok(())
    }
}

/// Returns the form in which names of labels are compared that a user or a file gives: without white space around the name,
/// in lower case. The window does the same (`plainName` in `ui/src/lib/log/labels.svelte.ts`).
#[must_use]
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

named! {
    /// The colour of a label. The window decides which shade of it is legible.
    Colour {
        /// Red.
        Red = "red",
        /// Orange.
        Orange = "orange",
        /// Yellow.
        Yellow = "yellow",
        /// Green.
        Green = "green",
        /// Teal.
        Teal = "teal",
        /// Blue.
        Blue = "blue",
        /// Violet.
        Violet = "violet",
        /// Pink.
        Pink = "pink",
    }
}

named! {
    /// The shape of a label, which tells labels apart without colour.
    Shape {
        /// A circle.
        Circle = "circle",
        /// A square.
        Square = "square",
        /// A triangle.
        Triangle = "triangle",
        /// A diamond.
        Diamond = "diamond",
        /// A star.
        Star = "star",
        /// A cross.
        Cross = "cross",
    }
}

/// The fields of a label that the user edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelDetails {
    /// The name that is shown.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// Its shape.
    pub shape: Shape,
    /// The label as which this one is shown, if the user merged it into another one.
    pub merged_into: Option<LabelKey>,
    /// Whether it was deleted: its sits are shown without a label.
    pub is_deleted: bool,
}

impl LabelDetails {
    /// Returns the details of a label that were never changed: it is called as its key, and has a colour and a shape
    /// that are the same on every device.
    #[must_use]
    pub fn unchanged(key: &LabelKey) -> Self {
        let hash = key.hash();
        Self {
            name: key.0.clone(),
            colour: Colour::ALL[hash % Colour::ALL.len()],
            shape: Shape::ALL[hash / Colour::ALL.len() % Shape::ALL.len()],
            merged_into: None,
            is_deleted: false,
        }
    }
}

/// A label of one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Its key, which never changes.
    pub key: LabelKey,
    /// The fields that the user edits.
    pub details: Register<LabelDetails>,
}

impl Label {
    /// Returns a label whose details were never changed.
    #[must_use]
    pub fn unchanged(key: LabelKey) -> Self {
        let details = Register::untouched(LabelDetails::unchanged(&key), DeviceId(Uuid::nil()));
        Self { key, details }
    }

    /// Merges two copies of the same label.
    #[must_use]
    pub fn join(self, other: &Self) -> Self {
        Self { details: self.details.join(&other.details), ..self }
    }
}

/// Finds out as which label each label is shown: follows merges to their end. A cycle, which two devices can make together,
/// ends at its smallest key. `None`: the end is deleted, so that the sits are shown without a label.
#[must_use]
pub fn resolve<'a>(
    labels: impl IntoIterator<Item = (&'a LabelKey, &'a LabelDetails)>,
) -> BTreeMap<&'a LabelKey, Option<&'a LabelKey>> {
    let labels: BTreeMap<_, _> = labels.into_iter().collect();
    let mut ends: BTreeMap<&LabelKey, &LabelKey> = BTreeMap::new();
    for &start in labels.keys() {
        let (mut path, mut key) = (Vec::new(), start);
        let end = loop {
            if let Some(end) = ends.get(key) {
                break *end;
            }
            if let Some(first) = path.iter().position(|passed| *passed == key) {
                break path[first..].iter().copied().min().unwrap_or(key);
            }
            path.push(key);
            match labels.get(key).and_then(|details| details.merged_into.as_ref()) {
                Some(next) => key = next,
                None => break key,
            }
        };
        ends.extend(path.into_iter().map(|passed| (passed, end)));
    }
    let is_deleted = |key| labels.get(key).is_some_and(|details| details.is_deleted);
    labels
        .keys()
        .map(|key| (*key, ends.get(key).copied().filter(|end| !is_deleted(*end))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Colour, LabelDetails, LabelKey, Shape};

    #[test]
    fn names_are_the_serialized_ones() {
        for colour in Colour::ALL {
            assert_eq!(serde_json::to_value(colour).unwrap(), colour.as_str());
            assert_eq!(Colour::from_name(colour.as_str()), Some(*colour));
        }
        for shape in Shape::ALL {
            assert_eq!(serde_json::to_value(shape).unwrap(), shape.as_str());
            assert_eq!(Shape::from_name(shape.as_str()), Some(*shape));
        }
        assert_eq!(Colour::from_name("Red"), None);
    }

    #[test]
    fn an_unchanged_label_looks_the_same_in_every_version() {
        let look = |key: &str| {
            let details = LabelDetails::unchanged(&LabelKey(key.into()));
            (details.colour, details.shape)
        };
        assert_eq!(look("Zazen"), (Colour::Orange, Shape::Diamond));
        assert_eq!(look("Vipassanā"), (Colour::Orange, Shape::Square));
        assert_eq!(look("慈悲"), (Colour::Yellow, Shape::Square));
    }
}
