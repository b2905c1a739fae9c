//! Reads files, and carries out the requests about imports on a store.

use super::zone::zone;
use super::{Activity, reader};
use crate::backups::backup;
use crate::clock::Clock;
use crate::exchange::session_of;
use crate::protocol::{
    BackupView, DateOrder, ErrorCode, ImportCounts, ImportFiles, ImportPreview, ImportReading,
    ImportSample, ImportUndoView, ImportView, ImportedFile, IpcError, SkippedRow,
};
use chrono::SecondsFormat;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zafu_core::day::day_of;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_core::session::Origin;
use zafu_formats::{Event, Fault, FoundSit, Options, Outcome, Position, ReadError, Skipped};
use zafu_store::{
    CommitProgress, ImportId, ImportInfo, ImportOutcome, ImportSource, ImportUndoPreview, StagedAs,
    StagedImport, Store, StoreError,
};

/// The number of files that can be imported together: all are open at once, which systems limit, macOS to 256.
const MAX_FILES: u64 = 100;
/// The number of sits that a preview shows.
const SAMPLES: u32 = 20;
/// The number of changed sits that the preview of an undo shows.
const UNDO_SAMPLES: u32 = 5;
/// The number of skipped rows that a preview shows.
const SKIPPED_SHOWN: usize = 200;

/// The imports of a data folder.
pub(crate) struct ImportSession {
    store: Store,
    clock: Arc<dyn Clock>,
    /// What was read last.
    staged: Option<Staged>,
    /// The number of the last reading.
    number: u32,
}

/// What was read and is not imported yet.
struct Staged {
    import: StagedImport,
    source: ImportSource,
}

/// What was found in files beside their sits.
struct Found {
    import: StagedImport,
    origin: Origin,
    long_sits: bool,
    /// How far each file is read, in bytes: done and total.
    progress: Vec<(u64, u64)>,
    skipped: Vec<SkippedRow>,
    skipped_count: u32,
    long_sit_count: u32,
    /// For each file, how many more of its rows are imported than its summary counts: less those that have the id of another
    /// row and other values, plus long sits.
    more: Vec<i64>,
}

impl ImportSession {
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, staged: None, number: 0 }
    }

    /// Reads files, and compares their sits with the log.
    pub fn read(
        &mut self,
        files: &ImportFiles,
        activity: &Activity,
    ) -> Result<ImportReading, IpcError> {
        self.staged = None;
        let zone = zone(files.zone.as_deref())?;
        let files_count = u64::try_from(files.files.len()).unwrap_or(u64::MAX);
        if files_count > MAX_FILES {
            let message = message!("import-too-many-files", count = files_count, max = MAX_FILES);
            return Err(IpcError::new(ErrorCode::BadRequest, message));
        }
        let names = names(&files.files);
        let opened = files.files.iter().zip(&names).map(|(path, name)| open(path, name));
        let mut opened = opened.collect::<Result<Vec<_>, _>>()?;
        let origin =
            Origin { deviceid: self.store.device()?, createdat: self.clock.now().wall.utc };
        let mut import = self.store.stage_import()?;
        if files.deleted_sits {
            import.bring_back_deleted();
        }
        let mut found = Found {
            import,
            origin,
            long_sits: files.long_sits,
            progress: vec![(0, 0); opened.len()],
            skipped: Vec::new(),
            skipped_count: 0,
            long_sit_count: 0,
            more: vec![0; opened.len()],
        };
        let temporary_folder = found.import.temporary_folder().to_owned();
        let options = Options {
            zone,
            date_order: files.date_order.map(Into::into),
            now: origin.createdat,
            temporary_folder: &temporary_folder,
        };
        let outcome = reader::read(&mut opened, options, |event| {
            if activity.is_cancelled() {
                return Err(cancelled());
            }
            Ok(found.add(event, activity)?)
        })?;
        let summaries = match outcome.map_err(|error| unreadable(&names, &error))? {
            Outcome::Read(summaries) => summaries,
            Outcome::DateOrderNeeded { file, example } => {
                let file = names.get(file).cloned().unwrap_or_default();
                return Ok(ImportReading::DateOrderNeeded { file, example });
            }
        };
        let zone_was_used = summaries.iter().any(|summary| summary.zone_was_used);
        let formats: Vec<_> =
            summaries.iter().map(|summary| summary.format.as_str().to_owned()).collect();
        let read = found.import.preview(&formats, SAMPLES)?;
        let more = found.more.iter().copied();
        let files = names.iter().zip(&summaries).zip(more);
        let files = files.map(|((name, summary), more)| ImportedFile {
            name: name.clone(),
            format: summary.format.as_str().into(),
            date_order: summary.date_order.map(Into::into),
            sits: count(summary.sits.saturating_add_signed(more)),
            skipped: count(summary.skipped.saturating_sub_signed(more)),
        });
        let day_start = self.store.settings()?.day_starts_at_hour;
        self.number += 1;
        let preview = ImportPreview {
            number: self.number,
            files: files.collect(),
            zone: zone.name().into(),
            zone_was_used,
            notes: read.notes,
            repeated: read.repeated,
            counts: counts(read.counts, found.skipped_count),
            long_sits: found.long_sit_count,
            first_day: read.first.map(|start| day_of(start, day_start)),
            last_day: read.last.map(|start| day_of(start, day_start)),
            samples: read.samples.into_iter().map(sample).collect(),
            skipped: found.skipped,
        };
        let source = ImportSource {
            files: names,
            formats,
            zone: zone_was_used.then(|| zone.name().into()),
            skipped: found.skipped_count,
        };
        self.staged = Some(Staged { import: found.import, source });
        Ok(ImportReading::Preview(Box::new(preview)))
    }

    /// Imports what was read as `number`. Returns the import; none if there was nothing to import.
    pub fn commit(
        &mut self,
        number: u32,
        activity: &Arc<Activity>,
    ) -> Result<Option<ImportView>, IpcError> {
        // What another client has read stays for it.
        let staged = if number == self.number { self.staged.take() } else { None };
        let staged = staged
            .ok_or_else(|| IpcError::new(ErrorCode::NotFound, message!("import-not-staged")))?;
        let total = u64::from(staged.import.sits());
        let on_progress: CommitProgress = {
            let activity = Arc::clone(activity);
            Arc::new(move |done| {
                activity.report(done.into(), total);
                !activity.is_cancelled()
            })
        };
        let now = self.clock.now().wall;
        match staged.import.commit(&staged.source, now, &on_progress)? {
            ImportOutcome::Imported(info) => Ok(Some(view(info))),
            ImportOutcome::Nothing => Ok(None),
            ImportOutcome::Cancelled => Err(cancelled()),
        }
    }

    /// Discards what was read.
    pub fn discard(&mut self) {
        self.staged = None;
    }

    /// Takes a backup.
    pub fn back_up(&self) -> Result<BackupView, IpcError> {
        Ok(backup(self.store.back_up(self.clock.now().wall)?))
    }

    pub fn list(&self) -> Result<Vec<ImportView>, IpcError> {
        Ok(self.store.imports()?.into_iter().map(view).collect())
    }

    pub fn preview_undo(&self, id: i64) -> Result<ImportUndoView, IpcError> {
        Ok(undo_view(self.store.preview_import_undo(ImportId(id), UNDO_SAMPLES)?))
    }

    pub fn undo(&self, id: i64) -> Result<ImportView, IpcError> {
        Ok(view(self.store.undo_import(ImportId(id), self.clock.now().wall.utc)?))
    }
}

impl Found {
    /// Takes what was read.
    fn add(&mut self, event: Event, activity: &Activity) -> Result<(), StoreError> {
        match event {
            Event::Sit(sit) => self.stage(sit),
            Event::Label(look) => self.import.add_label(&look.name, look.colour, look.shape),
            Event::Skipped(skipped) => self.skip(skipped),
            Event::Progress(progress) => {
                if let Some(file) = self.progress.get_mut(progress.file) {
                    *file = (progress.done, progress.total);
                }
                let sum = |part: fn(&(u64, u64)) -> u64| self.progress.iter().map(part).sum();
                activity.report(sum(|file| file.0), sum(|file| file.1));
                self.import.check_space()
            }
        }
    }

    fn stage(&mut self, found: FoundSit) -> Result<(), StoreError> {
        let FoundSit { file, position, sit } = found;
        match self.import.add(file, &session_of(sit, self.origin))? {
            StagedAs::New | StagedAs::Repeated => {}
            StagedAs::Different => {
                self.count_more(file, -1);
                self.record_skipped(file, position, message!("import-reason-same-id"));
            }
        }
        Ok(())
    }

    fn count_more(&mut self, file: usize, more: i64) {
        if let Some(number) = self.more.get_mut(file) {
            *number += more;
        }
    }

    fn skip(&mut self, mut skipped: Skipped) -> Result<(), StoreError> {
        if let Some(sit) = skipped.offered.take() {
            if self.long_sits {
                let Skipped { file, position, .. } = skipped;
                self.count_more(file, 1);
                return self.stage(FoundSit { file, position, sit: *sit });
            }
            self.long_sit_count += 1;
        }
        self.record_skipped(skipped.file, skipped.position, skipped.reason.message());
        Ok(())
    }

    fn record_skipped(&mut self, file: usize, position: Position, reason: Message) {
        self.skipped_count = self.skipped_count.saturating_add(1);
        if self.skipped.len() < SKIPPED_SHOWN {
            self.skipped.push(SkippedRow {
                file: u32::try_from(file).unwrap_or(u32::MAX),
                row: position.number(),
                message: position.message(reason),
            });
        }
    }
}

/// Returns the names of files without their folders. A name that several files have gets as many folders as tell them apart.
fn names(files: &[PathBuf]) -> Vec<String> {
    let end = |path: &Path, parts: usize| -> PathBuf {
        let all: Vec<_> = path.components().collect();
        all.iter().skip(all.len().saturating_sub(parts)).collect()
    };
    let name = |path: &PathBuf| {
        let is_other = |other: &&PathBuf| *other != path && other.file_name() == path.file_name();
        let others: Vec<_> = files.iter().filter(is_other).collect();
        let is_unique =
            |parts: &usize| others.iter().all(|other| end(other, *parts) != end(path, *parts));
        let parts = (1..=path.components().count()).find(is_unique).unwrap_or(1);
        end(path, parts).to_string_lossy().into_owned()
    };
    files.iter().map(name).collect()
}

/// Opens a file. Anything else, such as a pipe, cannot be read from its beginning again.
fn open(path: &Path, name: &str) -> Result<File, IpcError> {
    let failed = |error| of_file(name, Fault::Io(error).message());
    let found = path.metadata().map_err(failed)?;
    if found.is_dir() {
        return Err(of_file(name, message!("import-is-folder")));
    }
    if !found.is_file() {
        return Err(of_file(name, message!("import-is-no-file")));
    }
    File::open(path).map_err(failed)
}

/// Returns the error for a file that cannot be imported.
fn of_file(name: &str, reason: Message) -> IpcError {
    IpcError::new(ErrorCode::File, message!("import-file", file = name, reason = reason))
}

fn unreadable(names: &[String], error: &ReadError) -> IpcError {
    match &error.fault {
        Fault::Cancelled => cancelled(),
        fault => of_file(names.get(error.file).map_or("", String::as_str), fault.message()),
    }
}

pub(super) fn cancelled() -> IpcError {
    IpcError::new(ErrorCode::Rejected, Fault::Cancelled.message())
}

fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn counts(counts: zafu_store::ImportCounts, skipped: u32) -> ImportCounts {
    let zafu_store::ImportCounts { added, revived, known, same, deleted, noted } = counts;
    ImportCounts { added, revived, known, same, deleted, noted, skipped }
}

fn sample(sample: zafu_store::ImportSample) -> ImportSample {
    ImportSample {
        started_at: sample.start.with_offset().to_rfc3339_opts(SecondsFormat::Secs, false),
        sat_seconds: sample.length,
        label: sample.label,
        note: sample.note,
    }
}

/// Returns what undoing an import would change, as clients show it.
pub(crate) fn undo_view(preview: ImportUndoPreview) -> ImportUndoView {
    let ImportUndoPreview { sits, edited, notes, samples } = preview;
    ImportUndoView { sits, edited, notes, samples: samples.into_iter().map(sample).collect() }
}

/// Returns an import, as clients show it.
pub(crate) fn view(info: ImportInfo) -> ImportView {
    let ImportInfo { id, at, source, counts: of, undone } = info;
    let utc = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    ImportView {
        id: id.0,
        imported_at: utc(at),
        counts: counts(of, source.skipped),
        files: source.files,
        formats: source.formats,
        zone: source.zone,
        undone_at: undone.map(|(at, _)| utc(at)),
        undone: undone.map(|(_, sits)| sits),
    }
}

impl From<DateOrder> for zafu_formats::DateOrder {
    fn from(order: DateOrder) -> Self {
        match order {
            DateOrder::MonthFirst => Self::MonthFirst,
            DateOrder::DayFirst => Self::DayFirst,
        }
    }
}

impl From<zafu_formats::DateOrder> for DateOrder {
    fn from(order: zafu_formats::DateOrder) -> Self {
        match order {
            zafu_formats::DateOrder::MonthFirst => Self::MonthFirst,
            zafu_formats::DateOrder::DayFirst => Self::DayFirst,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use std::fmt::Write;

    fn csv(rows: u32) -> String {
        let mut text = "Started At,Duration,Preset,Activity\n".to_owned();
        for n in 0..rows {
            let (day, hour, minute) = (n / 1440 % 28 + 1, n / 60 % 24, n % 60);
            let year = 1950 + n / 40_320;
            writeln!(text, "12/{day:02}/{year} {hour:02}:{minute:02}:00,0:10:0,,Meditation")
                .unwrap();
        }
        text
    }

    fn session(folder: &Path) -> ImportSession {
        let clock = Arc::new(SystemClock::new());
        let store = Store::open(folder, clock.now().wall).unwrap();
        ImportSession::new(store, clock)
    }

    fn staging(folder: &Path) -> usize {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_str().unwrap().contains("staging")).count()
    }

    #[test]
    fn a_cancelled_reading_or_import_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        std::fs::write(&path, csv(10_000)).unwrap();
        let mut session = session(folder.path());
        let files = ImportFiles {
            files: vec![path],
            zone: Some("Europe/Berlin".into()),
            date_order: Some(DateOrder::MonthFirst),
            ..ImportFiles::default()
        };
        let (cancelled, goes_on) = (Arc::new(Activity::default()), Arc::new(Activity::default()));
        cancelled.cancel();
        let is_cancelled = |error: IpcError| {
            (error.code, error.message.id) == (ErrorCode::Rejected, "import-cancelled".into())
        };
        assert!(is_cancelled(session.read(&files, &cancelled).unwrap_err()));
        assert_eq!(staging(folder.path()), 0);

        let read = session.read(&files, &goes_on).unwrap();
        let ImportReading::Preview(preview) = read else { panic!("{read:?}") };
        assert_eq!(preview.counts.added, 10_000);
        let progress = goes_on.progress();
        assert!(progress.done > 0 && progress.done <= progress.total, "{progress:?}");
        assert_eq!(staging(folder.path()), 1);
        assert!(is_cancelled(session.commit(preview.number, &cancelled).unwrap_err()));
        assert_eq!((staging(folder.path()), session.list().unwrap().len()), (0, 0));

        let read = session.read(&files, &goes_on).unwrap();
        let ImportReading::Preview(preview) = read else { panic!("{read:?}") };
        let imported = session.commit(preview.number, &goes_on).unwrap().unwrap();
        assert_eq!(imported.counts.added, 10_000);
        assert_eq!(goes_on.progress().done, 10_000);
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders() {
        for (paths, expected) in [
            (vec!["/a/log.csv"], vec!["log.csv"]),
            (vec!["/a/log.csv", "/a/other.csv"], vec!["log.csv", "other.csv"]),
            (vec!["/a/log.csv", "/a/log.csv"], vec!["log.csv", "log.csv"]),
            (vec!["/log.csv", "/b/log.csv"], vec!["/log.csv", "b/log.csv"]),
            (
                vec!["/a/x/log.csv", "/b/x/log.csv", "/b/y/log.csv", "/c.csv"],
                vec!["a/x/log.csv", "b/x/log.csv", "y/log.csv", "c.csv"],
            ),
        ] {
            let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
            let expected: Vec<_> = expected.into_iter().map(PathBuf::from).collect();
            // As paths, because Windows separates folders by another character.
            let found: Vec<_> = names(&paths).into_iter().map(PathBuf::from).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_was_read_is_discarded_by_the_next_reading() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        std::fs::write(&path, csv(10)).unwrap();
        let mut session = session(folder.path());
        let files = ImportFiles { files: vec![path.clone()], ..ImportFiles::default() };
        let activity = Arc::new(Activity::default());
        let ImportReading::DateOrderNeeded { .. } = session.read(&files, &activity).unwrap() else {
            // The first of December to the twelfth could be the other way.
            panic!("the order of the dates is not known")
        };
        std::fs::write(&path, csv(30_000)).unwrap();
        let ImportReading::Preview(first) = session.read(&files, &activity).unwrap() else {
            panic!("the order of the dates is known")
        };
        assert!(session.read(&ImportFiles { zone: Some("x".into()), ..files }, &activity).is_err());
        let error = session.commit(first.number, &activity).unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
        assert_eq!(staging(folder.path()), 0);
    }
}
