//! Finds out what a file is before anything of it is reported: its format, its encoding, and the order of its dates.

use crate::archive::{self, Found};
use crate::detect::{Columns, Layout, content_of_text};
use crate::encoding::{self, Guess, Utf8Reader};
use crate::error::Fault;
use crate::formats::health_connect;
use crate::limits::HEAD_BYTES;
use crate::read::Options;
use crate::report::{Metered, Reporter};
use crate::table::{Row, Table};
use crate::times::{self, DateOrder, Evidence};
use encoding_rs::{Encoding, UTF_8};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Table { delimiter: u8, has_dates: bool },
    Journal,
    AppleHealth,
    HealthConnect,
    Tao,
    ZafuJson,
}

/// A file and what was found out about it.
pub struct Inspected {
    pub content: Content,
    /// The file in the archive, if it is one.
    pub packed: Option<Found>,
    pub encoding: &'static Encoding,
    pub order: Option<DateOrder>,
    /// The bytes that were read to find it out, and those that will have been read in the end.
    pub bytes: (u64, u64),
}

/// Finds out what a file is. The inner error is a date of a file that does not tell its order.
pub fn inspect<'c>(
    file: &mut (impl Read + Seek),
    options: Options<'_>,
    reporter: &'c Reporter<'c>,
) -> Result<Result<Inspected, String>, Fault> {
    let bytes = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut head = vec![];
    (&mut *file).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    if head.is_empty() {
        return Err(Fault::Empty);
    }
    let inspected = |content, packed, encoding, order| {
        let bytes = reporter.bytes();
        Ok(Ok(Inspected { content, packed, encoding, order, bytes }))
    };
    if archive::MAGICS.iter().any(|magic| head.starts_with(magic)) {
        let found = archive::find(file, || reporter.progress())?;
        reporter.expect(found.bytes);
        return inspected(found.content, Some(found), UTF_8, None);
    }
    reporter.expect(bytes);
    if head.starts_with(health_connect::MAGIC) {
        return inspected(Content::HealthConnect, None, UTF_8, None);
    }
    let mut text = String::new();
    let known = encoding::from_head(&head);
    Utf8Reader::new(&*head, known.unwrap_or(UTF_8)).read_to_string(&mut text)?;
    let content = content_of_text(&text).ok_or(Fault::NotRecognised)?;
    let encoding = match known {
        Some(encoding) => encoding,
        // Apple writes UTF-8, and a file of gigabytes is not read once more to see it.
        None if content == Content::AppleHealth => UTF_8,
        None => {
            reporter.expect(bytes);
            guess(file, reporter)?
        }
    };
    let mut order = None;
    if let Content::Table { delimiter, has_dates: true } = content {
        reporter.expect(bytes);
        file.rewind()?;
        let text = Utf8Reader::new(Metered::new(file, reporter), encoding);
        let found = date_order(&mut Table::new(text, delimiter), reporter)?;
        match found.or_else(|example| options.date_order.ok_or(example)) {
            Ok(found) => order = Some(found),
            Err(example) => return Ok(Err(example)),
        }
    }
    inspected(content, None, encoding, order)
}

/// Finds out the encoding of a file that does not tell it at the beginning.
fn guess<'c>(
    file: &mut (impl Read + Seek),
    reporter: &'c Reporter<'c>,
) -> Result<&'static Encoding, Fault> {
    file.rewind()?;
    let mut file = BufReader::with_capacity(256 << 10, Metered::new(file, reporter));
    let mut guess = Guess::default();
    loop {
        let part = file.fill_buf()?;
        if part.is_empty() {
            return Ok(guess.encoding());
        }
        guess.add(part);
        let length = part.len();
        file.consume(length);
    }
}

/// Finds out the order of day and month: that of the dates which have only one. If those disagree, that of more of them.
/// The inner error is a date, of a file that does not tell.
fn date_order<R: BufRead>(
    table: &mut Table<R>,
    reporter: &Reporter<'_>,
) -> Result<Result<DateOrder, String>, Fault> {
    let columns = Columns::read(table)?.ok_or(Fault::NotRecognised)?;
    let layout = Layout::new(&columns).ok_or(Fault::NotRecognised)?;
    let (column, usual) = layout.date_column().ok_or(Fault::NotRecognised)?;
    let (mut month_first, mut day_first, mut ambiguous) = (0_u64, 0_u64, None);
    while let Some(row) = table.next_row()? {
        reporter.row()?;
        if !matches!(row, Row::Cells) {
            continue;
        }
        match times::evidence(table.cell(column)) {
            Evidence::Only(DateOrder::MonthFirst) => month_first += 1,
            Evidence::Only(DateOrder::DayFirst) => day_first += 1,
            Evidence::Ambiguous if ambiguous.is_none() => {
                ambiguous = Some(table.cell(column).trim().to_owned());
            }
            Evidence::Ambiguous | Evidence::None => {}
        }
    }
    Ok(match (month_first.cmp(&day_first), ambiguous) {
        (std::cmp::Ordering::Greater, _) => Ok(DateOrder::MonthFirst),
        (std::cmp::Ordering::Less, _) => Ok(DateOrder::DayFirst),
        (std::cmp::Ordering::Equal, Some(example)) => usual.ok_or(example),
        // No date of the file can be read in both ways.
        (std::cmp::Ordering::Equal, None) => Ok(DateOrder::MonthFirst),
    })
}
