//! CSV as in RFC 4180, in UTF-8. The columns are described in [`crate::formats::zafu_csv`].

use crate::formats::own::{VERSION, utc, wall_time};
use crate::formats::zafu_csv::{COLUMNS, FORMAT};
use crate::sit::Sit;
use crate::table::needs_guard;
use std::fmt::Display;
use std::io::{self, Write};

/// Writes sits as CSV.
#[derive(Debug)]
pub struct CsvWriter<W> {
    to: W,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the names of the columns.
    ///
    /// # Errors
    /// If `to` cannot be written.
    pub fn new(mut to: W) -> io::Result<Self> {
        write!(to, "{}\r\n", COLUMNS.join(","))?;
        Ok(Self { to })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// If the writer cannot be written.
    pub fn write(&mut self, sit: &Sit) -> io::Result<()> {
        let to = &mut self.to;
        let start = wall_time(sit.start);
        write!(to, "{FORMAT}{VERSION},{},{start},{},", sit.id, sit.length.0)?;
        write!(to, "{},", or_empty(sit.planned.map(|it| it.0)))?;
        write_text(to, &sit.label)?;
        to.write_all(b",")?;
        write_text(to, &sit.note)?;
        let Some(record) = &sit.record else { return to.write_all(b",,,,,,,\r\n") };
        write!(
            to,
            ",{},{},{},{},{},{},{}\r\n",
            record.outcome.as_str(),
            utc(record.ended),
            record.source.as_str(),
            utc(record.created),
            or_empty(record.recorded_start.map(utc)),
            or_empty(record.recorded_offset.map(|it| it.0)),
            or_empty(record.recorded_length.map(|it| it.0)),
        )
    }

    /// Flushes and returns the writer.
    ///
    /// # Errors
    /// If the writer cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.flush()?;
        Ok(self.to)
    }
}

fn or_empty(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Writes a text of the user, always in quotation marks.
fn write_text(to: &mut impl Write, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let guard = if needs_guard(text) { "'" } else { "" };
    write!(to, "\"{guard}{}\"", text.replace('"', "\"\""))
}
