//! Exporting: writes the log, or a part of it, as CSV, JSON or iCalendar.
//!
//! An export shows the log as it is at one moment, beside a running engine too, and holds only a few sits in memory. Sits
//! that are not over are left out. Labels are written by the names and in the looks that the user sees.

use crate::exchange::sit_of;
use crate::folder::DataFolder;
use crate::log::filter;
pub use crate::protocol::ExportFormat;
use crate::protocol::{ErrorCode, ExportedFile, IpcError, LogFilter};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use zafu_core::label::LabelKey;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_formats::write::{CalendarWriter, CsvWriter, JsonWriter};
use zafu_formats::{LabelStyle, Sit};
use zafu_messages::text;
use zafu_store::{LabelEntry, LogEntry, LogSnapshot, OpenOutcome, ReadOnlyStore, StoreError};

/// What an export has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// The number of sits.
    pub sits: u32,
    /// The number of sits that were left out, because they are not over.
    pub left_out: u32,
}

/// Why nothing was exported.
#[derive(Debug)]
pub enum ExportError {
    /// The log cannot be read.
    Store(StoreError),
    /// The output cannot be written.
    Output(io::Error),
    /// The file exists, and the user has not said that it may be replaced.
    Exists(PathBuf),
    /// There is something at the path that is not a file.
    NotAFile(PathBuf),
    /// The path is in the data folder, whose files an export must not replace.
    InDataFolder(PathBuf),
    /// The file cannot be written.
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
}

impl ExportError {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Store(error) => error.message(),
            Self::Output(reason) => message!("export-output", reason = reason.to_string()),
            Self::Exists(path) => message!("export-exists", path = path.display()),
            Self::NotAFile(path) => message!("export-not-a-file", path = path.display()),
            Self::InDataFolder(path) => message!("export-data-folder", path = path.display()),
            Self::File { path, reason } => {
                message!("export-file", path = path.display(), reason = reason.to_string())
            }
        }
    }
}

zafu_core::message_error!(ExportError);

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ExportError> for IpcError {
    fn from(error: ExportError) -> Self {
        let message = error.message();
        match error {
            ExportError::Store(error) => error.into(),
            _ => Self::new(ErrorCode::File, message),
        }
    }
}

/// Exports the log in `folder`, of which an engine is running, to the file at `path`. Replaces an existing file.
///
/// # Errors
/// As [`write_file`].
pub fn export_log(
    folder: &DataFolder,
    selected: &LogFilter,
    format: ExportFormat,
    path: &Path,
) -> Result<ExportedFile, ExportError> {
    let exported = match ReadOnlyStore::open(folder.path())? {
        OpenOutcome::Open(store) => {
            write_file(Some(&store.log_snapshot()?), selected, format, folder.path(), path, true)
        }
        // The engine has created and upgraded it, unless it was removed since.
        OpenOutcome::NoDatabase | OpenOutcome::OlderFormat => {
            write_file(None, selected, format, folder.path(), path, true)
        }
    };
    let Exported { sits, left_out } = exported?;
    Ok(ExportedFile { file: path.display().to_string(), sits, left_out })
}

/// Writes the sits that `selected` selects to `to`, newest first. Without a log, the export has no sits.
///
/// # Errors
/// The log cannot be read, or `to` cannot be written; then a part was written.
pub fn write(
    log: Option<&LogSnapshot<'_>>,
    selected: &LogFilter,
    format: ExportFormat,
    to: impl Write,
) -> Result<Exported, ExportError> {
    let labels = match log {
        Some(log) => log.labels(filter(selected).owner)?,
        None => Vec::new(),
    };
    let mut writer = match format {
        ExportFormat::Csv => CsvWriter::new(to).map(Writer::Csv),
        ExportFormat::Calendar => {
            CalendarWriter::new(to, &text!("export-untitled")).map(Writer::Calendar)
        }
        ExportFormat::Json => {
            JsonWriter::new(to, &styles(log, selected, &labels)?).map(Writer::Json)
        }
    }
    .map_err(ExportError::Output)?;
    let names: BTreeMap<_, _> = labels.iter().map(|label| (&label.key, &label.name)).collect();
    let name =
        |key: &LabelKey| names.get(key).map_or_else(|| key.0.clone(), |name| (*name).clone());
    let mut exported = Exported::default();
    let mut written = Ok(());
    if let Some(log) = log {
        log.for_each(&filter(selected), |LogEntry { session, label, .. }| {
            let Some(sit) = sit_of(&session, label.as_ref().map(name).unwrap_or_default()) else {
                exported.left_out += 1;
                return ControlFlow::Continue(());
            };
            exported.sits += 1;
            written = writer.write(&sit);
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
    }
    written.and_then(|()| writer.finish()).map_err(ExportError::Output)?;
    Ok(exported)
}

/// Exports to the file at `path`, which gets its name only when it is complete and on the disk. Replaces an existing file
/// only if `replace` is set, and never one in the data folder `data`. The new file has the permissions of the replaced one;
/// without one, only its owner can read it.
///
/// # Errors
/// [`ExportError`]: there is no new file, and an existing one is unchanged.
pub fn write_file(
    log: Option<&LogSnapshot<'_>>,
    selected: &LogFilter,
    format: ExportFormat,
    data: &Path,
    path: &Path,
    replace: bool,
) -> Result<Exported, ExportError> {
    let failed = |reason| ExportError::File { path: path.to_owned(), reason };
    let replaced = match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(reason) => return Err(failed(reason)),
        // The file that a link points to is replaced, not the link.
        Ok(_) => Some(
            fs::canonicalize(path)
                .ok()
                .filter(|path| path.is_file())
                .ok_or_else(|| ExportError::NotAFile(path.to_owned()))?,
        ),
    };
    let target = match &replaced {
        Some(file) => file.clone(),
        None => {
            let name = path.file_name().ok_or_else(|| ExportError::NotAFile(path.to_owned()))?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            fs::canonicalize(folder.unwrap_or(Path::new("."))).map_err(failed)?.join(name)
        }
    };
    if is_in_data_folder(data, &target).map_err(failed)? {
        return Err(ExportError::InDataFolder(path.to_owned()));
    }
    if replaced.is_some() && !replace {
        return Err(ExportError::Exists(path.to_owned()));
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".zafu-export-").tempfile_in(folder);
    // Its own error names the temporary file.
    let mut file = file.map_err(|error| failed(error.kind().into()))?;
    let exported = write(log, selected, format, BufWriter::new(file.as_file_mut()));
    let exported = exported.map_err(|error| match error {
        ExportError::Output(reason) => failed(reason),
        error => error,
    })?;
    #[cfg(unix)]
    if let Some(replaced) = &replaced {
        let permissions = replaced.metadata().map_err(failed)?.permissions();
        file.as_file().set_permissions(permissions).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    let named = if replace { file.persist(&target) } else { file.persist_noclobber(&target) };
    named.map_err(|error| match error.error.kind() {
        ErrorKind::AlreadyExists => ExportError::Exists(path.to_owned()),
        _ => failed(error.error),
    })?;
    Ok(exported)
}

/// Returns whether a canonical path is in the data folder, or is a file to which a link in it points.
fn is_in_data_folder(data: &Path, path: &Path) -> io::Result<bool> {
    let data = match fs::canonicalize(data) {
        Ok(data) => data,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if path.starts_with(&data) {
        return Ok(true);
    }
    for entry in fs::read_dir(&data)? {
        if fs::canonicalize(entry?.path()).is_ok_and(|entry| path.starts_with(entry)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the looks of the labels that an export has, by name: all labels if the whole log is exported, or else those of
/// the sits that are.
fn styles(
    log: Option<&LogSnapshot<'_>>,
    selected: &LogFilter,
    labels: &[LabelEntry],
) -> Result<Vec<LabelStyle>, ExportError> {
    let is_whole = *selected == LogFilter { owner: selected.owner, ..LogFilter::default() };
    let mut used = BTreeSet::new();
    if let Some(log) = log.filter(|_| !is_whole) {
        log.for_each(&filter(selected), |entry| {
            used.extend(entry.label);
            ControlFlow::Continue(())
        })?;
    }
    let mut styles: Vec<_> = labels
        .iter()
        .filter(|label| is_whole || used.contains(&label.key))
        .map(|LabelEntry { name, colour, shape, .. }| LabelStyle {
            name: name.clone(),
            colour: *colour,
            shape: *shape,
        })
        .collect();
    // Not by key: that of an imported label can be another one.
    styles.sort_by_cached_key(|style| (style.name.to_lowercase(), style.name.clone()));
    styles.dedup_by(|one, other| one.name == other.name);
    Ok(styles)
}

enum Writer<W> {
    Csv(CsvWriter<W>),
    Json(JsonWriter<W>),
    Calendar(CalendarWriter<W>),
}

impl<W: Write> Writer<W> {
    fn write(&mut self, sit: &Sit) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.write(sit),
            Self::Json(writer) => writer.write(sit),
            Self::Calendar(writer) => writer.write(sit),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.finish().map(drop),
            Self::Json(writer) => writer.finish().map(drop),
            Self::Calendar(writer) => writer.finish().map(drop),
        }
    }
}
