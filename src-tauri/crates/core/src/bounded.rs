//! Numbers that cannot be out of range: checked once, where they come in.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Bounded<const MIN: u32, const MAX: u32>(u32);

/// A number lies outside what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value} is out of range: it must be from {min} to {max}")]
pub struct OutOfRange {
    /// What was given.
    pub value: u32,
    /// The least that is allowed.
    pub min: u32,
    /// The most that is allowed.
    pub max: u32,
}

impl<const MIN: u32, const MAX: u32> Bounded<MIN, MAX> {
    /// The least value.
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

    /// A value known when this is compiled; one out of range does not compile.
    #[must_use]
    pub const fn constant<const VALUE: u32>() -> Self {
        const { assert!(MIN <= VALUE && VALUE <= MAX, "constant out of range") };
        Self(VALUE)
    }

    /// The same number, in a type that allows at least as much; one that allows less does not compile.
    #[must_use]
    pub const fn widen<const LEAST: u32, const MOST: u32>(self) -> Bounded<LEAST, MOST> {
        const { assert!(LEAST <= MIN && MAX <= MOST, "the wider type allows less") };
        Bounded(self.0)
    }

    /// The number.
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
