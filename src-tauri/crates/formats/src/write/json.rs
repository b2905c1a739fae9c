//! JSON. The fields are described in [`crate::formats::zafu_json`].

use crate::formats::own::VERSION;
use crate::formats::zafu_json::{Element, FORMAT};
use crate::sit::{LabelStyle, Sit};
use std::io::{self, Write};

/// Writes sits as JSON, one on each line.
#[derive(Debug)]
pub struct JsonWriter<W> {
    to: W,
    is_first: bool,
}

impl<W: Write> JsonWriter<W> {
    /// Writes the beginning, with the labels.
    ///
    /// # Errors
    /// If `to` cannot be written.
    pub fn new(mut to: W, labels: &[LabelStyle]) -> io::Result<Self> {
        write!(to, "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\n\"labels\":")?;
        serde_json::to_writer(&mut to, labels)?;
        to.write_all(b",\n\"sits\":[")?;
        Ok(Self { to, is_first: true })
    }

    /// Writes a sit.
    ///
    /// # Errors
    /// If the writer cannot be written.
    pub fn write(&mut self, sit: &Sit) -> io::Result<()> {
        self.to.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        serde_json::to_writer(&mut self.to, &Element::from(sit))?;
        Ok(())
    }

    /// Writes the end, flushes and returns the writer.
    ///
    /// # Errors
    /// If the writer cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.write_all(b"\n]}\n")?;
        self.to.flush()?;
        Ok(self.to)
    }
}
