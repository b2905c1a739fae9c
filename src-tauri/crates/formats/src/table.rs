//! Reads tables of comma-separated values row by row. No row is held beyond the limits, whatever the file is.

use crate::error::Fault;
use crate::limits::{COLUMNS, ROW_BYTES};
use crate::skipped::{Position, Reason};
use csv_core::ReadRecordResult;
use std::io::BufRead;

/// A table, of which one row at a time is held.
pub struct Table<R> {
    file: R,
    parser: csv_core::Reader,
    cells: Vec<u8>,
    /// Where each cell of the row ends in `cells`.
    ends: Vec<usize>,
    columns: usize,
    lines: Lines,
    /// The line at which the row begins.
    row_line: u64,
}

/// Counts lines, whether they end with LF, CR or both.
struct Lines {
    line: u64,
    after_cr: bool,
}

impl Lines {
    fn pass(&mut self, bytes: &[u8]) {
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let follows_cr = if at == 0 { self.after_cr } else { bytes[at - 1] == b'\r' };
            self.line += u64::from(bytes[at] == b'\r' || !follows_cr);
        }
        if let Some(last) = bytes.last() {
            self.after_cr = *last == b'\r';
        }
    }
}

/// A row of a table.
pub enum Row {
    /// Its cells can be read with [`Table::cell`].
    Cells,
    /// It has to be skipped.
    Skip(Reason),
}

impl<R: BufRead> Table<R> {
    /// Starts at the position of `file`, which is UTF-8.
    pub fn new(file: R, delimiter: u8) -> Self {
        Self {
            file,
            parser: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            cells: vec![0; 4 << 10],
            ends: vec![0; 32],
            columns: 0,
            lines: Lines { line: 1, after_cr: false },
            row_line: 1,
        }
    }

    /// Reads the next row that is not empty. None: the table has ended.
    pub fn next_row(&mut self) -> Result<Option<Row>, Fault> {
        self.skip_line_ends()?;
        self.row_line = self.lines.line;
        let (mut length, mut columns) = (0, 0);
        let (mut too_long, mut too_wide, mut at_end) = (false, false, false);
        let mut quotes = 0;
        loop {
            let input = self.file.fill_buf()?;
            at_end |= input.is_empty();
            let (result, read, written, ended) = self.parser.read_record(
                input,
                &mut self.cells[length..],
                &mut self.ends[columns..],
            );
            quotes += memchr::memchr_iter(b'"', &input[..read]).count();
            self.lines.pass(&input[..read]);
            self.file.consume(read);
            length += written;
            columns += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.cells.len() < ROW_BYTES => {
                    self.cells.resize(self.cells.len() * 2, 0);
                }
                ReadRecordResult::OutputFull => (too_long, length) = (true, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() < COLUMNS => {
                    self.ends.resize((self.ends.len() * 2).min(COLUMNS), 0);
                }
                ReadRecordResult::OutputEndsFull => (too_wide, columns) = (true, 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        self.columns = columns;
        let spans_lines = self.lines.line > self.row_line;
        Ok(Some(if at_end && quotes % 2 == 1 && spans_lines {
            // The parser takes the rest of the file as the cell.
            Row::Skip(Reason::QuoteNotClosed)
        } else if too_long {
            Row::Skip(Reason::RowTooLong)
        } else if too_wide {
            Row::Skip(Reason::TooManyColumns)
        } else {
            Row::Cells
        }))
    }

    /// Passes the ends of empty lines, so that the next row begins at its own line.
    fn skip_line_ends(&mut self) -> Result<(), Fault> {
        loop {
            let input = self.file.fill_buf()?;
            let ends = input.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            if ends == 0 {
                return Ok(());
            }
            self.lines.pass(&input[..ends]);
            self.file.consume(ends);
        }
    }

    /// Returns where the row is.
    pub fn position(&self) -> Position {
        Position::Line(self.row_line)
    }

    /// Returns how many cells the row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns a cell of the row; empty if the row does not have it.
    pub fn cell(&self, column: usize) -> &str {
        if column >= self.columns {
            return "";
        }
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        // The file is UTF-8, and is only cut at characters of ASCII.
        self.cells
            .get(start..self.ends[column])
            .and_then(|cell| std::str::from_utf8(cell).ok())
            .unwrap_or_default()
    }
}

/// Removes the apostrophe with which a spreadsheet is kept from taking a text for a formula.
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if needs_guard(rest) => rest,
        _ => text,
    }
}

/// Whether a spreadsheet may take a text for a formula, or the text could be mistaken for a guarded one: it begins with
/// any number of apostrophes and then a sign with which formulas begin.
pub fn needs_guard(text: &str) -> bool {
    let signs = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    text.trim_start_matches('\'').starts_with(signs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    /// Returns each row's line and cells, read in parts of `part` bytes.
    fn rows(text: &[u8], part: usize) -> Vec<(u64, Result<Vec<String>, Reason>)> {
        let mut table = Table::new(BufReader::with_capacity(part, text), b',');
        let mut rows = vec![];
        while let Some(row) = table.next_row().unwrap() {
            let cells = (0..table.columns()).map(|column| table.cell(column).to_owned()).collect();
            let row = match row {
                Row::Cells => Ok(cells),
                Row::Skip(reason) => Err(reason),
            };
            rows.push((table.position().number(), row));
        }
        rows
    }

    fn cells(cells: &[&str]) -> Result<Vec<String>, Reason> {
        Ok(cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn lines_are_counted_through_line_ends_of_every_kind() {
        let text = b"a,b\r\n\r\n1,\"x\ny\"\r\n\n2,\"\"\"\"\r3,\n4";
        for part in [1, 2, 3, 7, 100] {
            let expected = [
                (1, cells(&["a", "b"])),
                (3, cells(&["1", "x\ny"])),
                (6, cells(&["2", "\""])),
                (7, cells(&["3", ""])),
                (8, cells(&["4"])),
            ];
            assert_eq!(rows(text, part), expected, "{part}");
        }
    }

    #[test]
    fn a_row_beyond_the_limits_is_skipped_and_the_next_one_read() {
        let long = "x".repeat(ROW_BYTES + 1);
        let wide = ",".repeat(1_000_000);
        let text = format!("a\n\"{long}\"\nb,c\n{wide}\nd\n");
        let expected = [
            (1, cells(&["a"])),
            (2, Err(Reason::RowTooLong)),
            (3, cells(&["b", "c"])),
            (4, Err(Reason::TooManyColumns)),
            (5, cells(&["d"])),
        ];
        assert_eq!(rows(text.as_bytes(), 64 << 10), expected);
    }

    #[test]
    fn an_open_quotation_mark_does_not_take_the_other_rows_along_in_silence() {
        let text = b"a,b\n1,\"open\n2,x\n3,y\n";
        assert_eq!(rows(text, 9)[1], (2, Err(Reason::QuoteNotClosed)));
        assert_eq!(rows(b"a\n5\" nail", 9)[1], (2, cells(&["5\" nail"])));
    }

    #[test]
    fn only_what_could_be_a_formula_is_guarded() {
        for text in ["=1", "+1", "-1", "@a", "\tx", "'=1", "''-", "＝1"] {
            assert!(needs_guard(text), "{text}");
            assert_eq!(unguarded(&format!("'{text}")), text);
        }
        for text in ["", "'", "a=1", "'tis", "''", " =1", "1"] {
            assert!(!needs_guard(text), "{text}");
            assert_eq!(unguarded(text), text);
        }
    }
}
