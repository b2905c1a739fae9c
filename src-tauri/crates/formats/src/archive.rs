//! Finds the file to import in a zip archive, by content. The names are translated, and the archive is held neither as a
//! whole nor as a list.

use crate::error::Fault;
use crate::formats::{apple_health, health_connect};
use crate::inspect::Content;
use crate::limits::{DATABASE_BYTES, XML_BYTES, ZIP_FILES, ZIP_HEAD_BYTES};
use std::io::{self, Read, Seek};
use zip::ZipReadOptions;
use zip::read::{Config, ZipFileEntry};
use zip::result::ZipError;
// The only reader of the crate that does not list the whole archive in memory first.
use zip::unstable::read::ZipIterable;

/// What a zip archive begins with.
pub const MAGICS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// A file in an archive.
pub struct Found {
    /// Its place in the archive.
    index: usize,
    pub content: Content,
    /// How many bytes it unpacks to, as the archive says.
    pub bytes: u64,
}

/// Looks at the beginning of every file in the archive. `check_cancelled` is called before each.
pub fn find(
    mut file: impl Read + Seek,
    mut check_cancelled: impl FnMut() -> Result<(), Fault>,
) -> Result<Found, Fault> {
    let mut archive = open(&mut file)?;
    let files = archive.files()?;
    let mut index = 0;
    while let Some(entry) = files.next() {
        check_cancelled()?;
        let entry = entry?;
        let bytes = entry.size();
        // A file that cannot be unpacked is not the one, or the error comes when it is read.
        if let Some(content) = content(entry, files.reader_mut()) {
            let limit = if content == Content::AppleHealth { XML_BYTES } else { DATABASE_BYTES };
            if bytes > limit {
                return Err(Fault::ArchiveTooLarge);
            }
            return Ok(Found { index, content, bytes });
        }
        index += 1;
    }
    Err(Fault::NothingInArchive)
}

/// Unpacks a file that [`find`] has found.
pub fn unpack<T>(
    mut file: impl Read + Seek,
    found: &Found,
    read: impl FnOnce(&mut dyn Read) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut archive = open(&mut file)?;
    let files = archive.files()?;
    let entry = files.nth(found.index).ok_or(Fault::NothingInArchive)??;
    let mut unpacked = entry.with_reader(files.reader_mut(), ZipReadOptions::default())?;
    let mut limited = (&mut unpacked).take(XML_BYTES);
    read(&mut limited).map_err(|fault| match fault {
        // The unpacker reports damage as an error of reading.
        Fault::Io(error) => Fault::Archive { reason: error.to_string() },
        other => other,
    })
}

fn open<R: Read + Seek>(file: R) -> Result<ZipIterable<R>, Fault> {
    let archive = ZipIterable::try_new(file, Config::default())?;
    if archive.len() > ZIP_FILES {
        return Err(Fault::ArchiveTooLarge);
    }
    Ok(archive)
}

/// Returns what a file of an archive is, if it can be imported.
fn content(entry: ZipFileEntry<'_>, file: &mut (impl Read + Seek)) -> Option<Content> {
    let mut head = vec![];
    let unpacked = entry.with_reader(file, ZipReadOptions::default()).ok()?;
    // What was unpacked before an error is enough.
    let _: io::Result<usize> = unpacked.take(ZIP_HEAD_BYTES as u64).read_to_end(&mut head);
    if head.starts_with(health_connect::MAGIC) {
        Some(Content::HealthConnect)
    } else if apple_health::is_export(&String::from_utf8_lossy(&head)) {
        Some(Content::AppleHealth)
    } else {
        None
    }
}

impl From<ZipError> for Fault {
    fn from(error: ZipError) -> Self {
        Self::Archive { reason: error.to_string() }
    }
}
