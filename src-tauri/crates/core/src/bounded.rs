//! Integers with a range that is checked when they are constructed.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An integer from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Bounded<const MIN: u32, const MAX: u32>(u32);

/// A number is outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The rejected value.
    pub value: u32,
    /// The smallest allowed value.
    pub min: u32,
    /// The largest allowed value.
    pub max: u32,
}

/// For logs, and for the errors of decoders.
impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, min, max } = self;
        write!(f, "{value} is not from {min} to {max}")
    }
}

impl std::error::Error for OutOfRange {}

impl<const MIN: u32, const MAX: u32> Bounded<MIN, MAX> {
    /// The smallest value.
    pub const MIN: Self = Self(MIN);

    /// Checks `value`.
    ///
    /// # Errors
    /// [`OutOfRange`] if it is less than `MIN` or more than `MAX`.
    pub const fn new(value: u32) -> Result<Self, OutOfRange> {
        if value < MIN || value > MAX {
            return Err(OutOfRange { value, min: MIN, max: MAX });
        }
        Ok(Self(value))
    }

    /// Returns a value known at compile time; one out of range does not compile.
    #[must_use]
    pub const fn constant<const VALUE: u32>() -> Self {
        const { assert!(MIN <= VALUE && VALUE <= MAX, "constant out of range") };
        Self(VALUE)
    }

    /// Converts to a type with a range that contains this one; any other does not compile.
    #[must_use]
    pub const fn widen<const LOW: u32, const HIGH: u32>(self) -> Bounded<LOW, HIGH> {
        const { assert!(LOW <= MIN && MAX <= HIGH, "the wider type allows less") };
        Bounded(self.0)
    }

    /// Returns the number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> TryFrom<u32> for Bounded<MIN, MAX> {
    type Error = OutOfRange;

    fn try_from(value: u32) -> Result<Self, OutOfRange> {
        Self::new(value)
    }
}

impl<const MIN: u32, const MAX: u32> From<Bounded<MIN, MAX>> for u32 {
    fn from(bounded: Bounded<MIN, MAX>) -> Self {
        bounded.0
    }
}

impl<const MIN: u32, const MAX: u32> fmt::Display for Bounded<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(feature = "ts")]
impl<const MIN: u32, const MAX: u32> ts_rs::TS for Bounded<MIN, MAX> {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(_: &ts_rs::Config) -> String {
        "number".into()
    }

    fn inline(config: &ts_rs::Config) -> String {
        <Self as ts_rs::TS>::name(config)
    }

    fn decl(_: &ts_rs::Config) -> String {
        unreachable!("a bounded number has no declaration of its own: it is written as `number`")
    }

    fn decl_concrete(_: &ts_rs::Config) -> String {
        unreachable!("a bounded number has no declaration of its own: it is written as `number`")
    }
}
