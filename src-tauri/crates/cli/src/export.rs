//! `zafu export`: writes the log, or a part of it, to a file or to standard output.

use crate::failure::{Failure, USAGE};
use crate::{log, print, source};
use std::io::{BufWriter, ErrorKind};
use std::path::Path;
use zafu_cli::args;
use zafu_core::message;
use zafu_engine::export::{self, ExportError, ExportFormat, Exported};
use zafu_engine::{DataFolder, output};
use zafu_store::LogSnapshot;

/// The bytes for standard output that are written at once.
const CHUNK: usize = 64 * 1024;

/// Exports the selected sits. Reads beside a running engine.
pub fn run(folder: &DataFolder, export: &args::Export) -> Result<(), Failure> {
    let format = match export.format {
        args::ExportFormat::Csv => ExportFormat::Csv,
        args::ExportFormat::Json => ExportFormat::Json,
        args::ExportFormat::Ics => ExportFormat::Calendar,
    };
    let file = export.file.as_deref().filter(|path| *path != Path::new("-"));
    if file.is_none() && export.json {
        return Err(Failure::new(USAGE, message!("cli-export-json")));
    }
    let (filter, _) = log::filter(folder, &export.selected)?;
    let write = |log: Option<&LogSnapshot<'_>>| match file {
        Some(path) => export::write_file(log, &filter, format, folder.path(), path, export.force),
        None => {
            let to = BufWriter::with_capacity(CHUNK, output::long_stdout());
            match export::write(log, &filter, format, to) {
                // As for every command: a reader that has gone has all that it wants.
                Err(ExportError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => {
                    Ok(Exported::default())
                }
                written => written,
            }
        }
    };
    let exported = source::database(folder, |database| write(Some(&database.log_snapshot()?)))
        .transpose()
        .unwrap_or_else(|| write(None).map_err(Failure::from));
    print::exported(exported?, file, export.json)
}
