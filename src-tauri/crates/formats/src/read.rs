//! Reads files: has each inspected, asks for the order of day and month if a file does not tell, and reports what is in
//! them.

use crate::archive;
use crate::collect::{Collector, Draft};
use crate::detect::{Columns, Layout};
use crate::encoding::Utf8Reader;
use crate::error::{Fault, ReadError};
use crate::formats::insight_timer_journal::Journal;
use crate::formats::{apple_health, health_connect, tao, zafu_json};
use crate::inspect::{Content, Inspected, inspect};
use crate::report::{Metered, Reporter};
use crate::sit::{LabelStyle, Sit};
use crate::skipped::{Position, Skipped};
use crate::table::{Row, Table};
use crate::times::{self, DateOrder};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::io::{BufRead, Read, Seek};
use std::ops::ControlFlow;
use std::path::Path;

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The log of Insight Timer.
    InsightTimer,
    /// The journal of Insight Timer.
    InsightTimerJournal,
    /// Apple Health.
    AppleHealth,
    /// Android's Health Connect.
    HealthConnect,
    /// Meditate, of five and of nine columns.
    Meditate,
    /// Meditation Assistant.
    MeditationAssistant,
    /// Waking Up.
    WakingUp,
    /// Tao.
    Tao,
    /// Brethap.
    Brethap,
    /// Zafu's CSV.
    ZafuCsv,
    /// Zafu's JSON.
    ZafuJson,
}

impl Format {
    /// Returns its name, which enters the ids of imported sits and must never change.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InsightTimer => "insight-timer",
            Self::InsightTimerJournal => "insight-timer-journal",
            Self::AppleHealth => "apple-health",
            Self::HealthConnect => "health-connect",
            Self::Meditate => "meditate",
            Self::MeditationAssistant => "meditation-assistant",
            Self::WakingUp => "waking-up",
            Self::Tao => "tao",
            Self::Brethap => "brethap",
            Self::ZafuCsv => "zafu-csv",
            Self::ZafuJson => "zafu-json",
        }
    }
}

/// What the caller decides.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// The time zone of local times, and of instants whose UTC offset is not known.
    pub zone: Tz,
    /// The order of day and month in files that do not tell it.
    pub date_order: Option<DateOrder>,
    /// The current time. Sits that start more than a day later are skipped.
    pub now: DateTime<Utc>,
    /// An existing folder in which a database of Health Connect may be unpacked. A folder is made in it, and removed.
    pub temporary_folder: &'o Path,
}

/// What is read. The callback returns whether to continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A sit.
    Sit(FoundSit),
    /// A row that is not imported. A file can have any number of them.
    Skipped(Skipped),
    /// The look of a label, of Zafu's own JSON.
    Label(LabelStyle),
    /// How far a file is read. Comes at least after every thousand rows.
    Progress(Progress),
}

/// A sit of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSit {
    /// The file, by its index among those that were passed.
    pub file: usize,
    /// Where it is in the file.
    pub position: Position,
    /// The sit.
    pub sit: Sit,
}

/// How far a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The file, by its index among those that were passed.
    pub file: usize,
    /// The bytes read until now. A file is read up to three times.
    pub done: u64,
    /// The bytes to be read, as far as it is known.
    pub total: u64,
}

/// The result of reading files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was read. One summary for each file.
    Read(Vec<Summary>),
    /// Nothing was read yet: in a file day and month could be either way. The user has to be asked, with
    /// [`Options::date_order`] as the answer.
    DateOrderNeeded {
        /// The file, by its index among those that were passed.
        file: usize,
        /// A date of the file.
        example: String,
    },
}

/// What was read from one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its format.
    pub format: Format,
    /// The order of day and month, if the format has dates that need one.
    pub date_order: Option<DateOrder>,
    /// Whether a sit depends on [`Options::zone`].
    pub zone_was_used: bool,
    /// The sits.
    pub sits: u64,
    /// The rows that were skipped.
    pub skipped: u64,
    /// The sits to which a journal had a note.
    pub notes_joined: u64,
}

/// Reads `files`, which are imported together: the notes of a journal are joined to the sits of a log.
///
/// Each file is read from its beginning, and up to three times. The order of the events is: the files in their order,
/// and then the entries of journals whose sits are in no log.
///
/// # Errors
/// If a file cannot be imported, or the callback breaks. What was reported before has to be discarded then.
pub fn read<R: Read + Seek>(
    files: &mut [R],
    options: Options<'_>,
    on_event: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Result<Outcome, ReadError> {
    let mut inspected = vec![];
    for (index, file) in files.iter_mut().enumerate() {
        let of_file = |fault| ReadError { file: index, fault };
        let reporter = Reporter::new(on_event, index, (0, 0));
        match inspect(file, options, &reporter).map_err(of_file)? {
            Ok(found) => inspected.push(found),
            Err(example) => return Ok(Outcome::DateOrderNeeded { file: index, example }),
        }
    }
    let mut journal = Journal::default();
    let mut summaries: Vec<Option<Summary>> = vec![None; files.len()];
    let journals_first = |is_journal: bool| {
        inspected
            .iter()
            .enumerate()
            .filter(move |(_, found)| (found.content == Content::Journal) == is_journal)
    };
    for (index, found) in journals_first(true).chain(journals_first(false)) {
        let reporter = Reporter::new(on_event, index, found.bytes);
        let summary = found.read(&mut files[index], options, &reporter, &mut journal);
        summaries[index] = Some(summary.map_err(|fault| ReadError { file: index, fault })?);
    }
    for (index, found) in journals_first(true) {
        let reporter = Reporter::new(on_event, index, found.bytes);
        let mut collector = Collector::new(&reporter, Format::InsightTimerJournal, options);
        let rest = journal.add_rest(index, &mut collector);
        rest.map_err(|fault| ReadError { file: index, fault })?;
        if let Some(summary) = &mut summaries[index] {
            summary.sits += collector.sits;
            summary.skipped += collector.skipped;
            summary.zone_was_used |= collector.zone_was_used;
        }
    }
    Ok(Outcome::Read(summaries.into_iter().flatten().collect()))
}

impl Inspected {
    /// Reads the file.
    fn read<'c>(
        &self,
        file: &mut (impl Read + Seek),
        options: Options<'_>,
        reporter: &'c Reporter<'c>,
        journal: &mut Journal,
    ) -> Result<Summary, Fault> {
        file.rewind()?;
        let mut collector = Collector::new(reporter, self.format(), options);
        let to = &mut collector;
        match &self.packed {
            Some(found) => archive::unpack(file, found, |unpacked| {
                self.read_content(unpacked, options, to, journal)
            })?,
            None => self.read_content(file, options, to, journal)?,
        }
        reporter.progress()?;
        Ok(Summary {
            format: collector.format,
            date_order: self.order,
            zone_was_used: collector.zone_was_used,
            sits: collector.sits,
            skipped: collector.skipped,
            notes_joined: collector.notes_joined,
        })
    }

    fn format(&self) -> Format {
        match self.content {
            // Known once its columns are.
            Content::Table { .. } => Format::InsightTimer,
            Content::Journal => Format::InsightTimerJournal,
            Content::AppleHealth => Format::AppleHealth,
            Content::HealthConnect => Format::HealthConnect,
            Content::Tao => Format::Tao,
            Content::ZafuJson => Format::ZafuJson,
        }
    }

    fn read_content(
        &self,
        bytes: impl Read,
        options: Options<'_>,
        collector: &mut Collector<'_>,
        journal: &mut Journal,
    ) -> Result<(), Fault> {
        let bytes = Metered::new(bytes, collector.reporter);
        if self.content == Content::HealthConnect {
            return health_connect::read(bytes, options.temporary_folder, collector);
        }
        let text = Utf8Reader::new(bytes, self.encoding);
        match self.content {
            Content::Table { delimiter, .. } => {
                let order = self.order.unwrap_or(DateOrder::MonthFirst);
                read_table(&mut Table::new(text, delimiter), order, collector, journal)
            }
            Content::Journal => journal.read(text, collector),
            Content::AppleHealth => apple_health::read(text, collector),
            Content::Tao => tao::read(text, collector),
            Content::ZafuJson => zafu_json::read(text, collector),
            Content::HealthConnect => Ok(()),
        }
    }
}

/// Reads a table of any format.
fn read_table<R: BufRead>(
    table: &mut Table<R>,
    order: DateOrder,
    collector: &mut Collector<'_>,
    journal: &mut Journal,
) -> Result<(), Fault> {
    let columns = Columns::read(table)?.ok_or(Fault::NotRecognised)?;
    let layout = Layout::new(&columns).ok_or(Fault::NotRecognised)?;
    collector.format = match layout {
        Layout::InsightTimer(_) => Format::InsightTimer,
        Layout::Meditate(_) => Format::Meditate,
        Layout::MeditationAssistant(_) => Format::MeditationAssistant,
        Layout::WakingUp(_) => Format::WakingUp,
        Layout::Brethap(_) => Format::Brethap,
        Layout::Zafu(_) => Format::ZafuCsv,
    };
    while let Some(row) = table.next_row()? {
        let position = table.position();
        if let Row::Skip(reason) = row {
            collector.add(position, Err(reason))?;
            continue;
        }
        let cell = |column| table.cell(column);
        match &layout {
            Layout::InsightTimer(layout) => {
                let mut note = None;
                let draft = layout.draft(cell, order).map(|(draft, local)| {
                    note = journal.take_note(local, draft.seconds);
                    draft
                });
                let note = note.filter(|note| !note.is_empty());
                collector.notes_joined += u64::from(note.is_some());
                let note = note.as_deref().unwrap_or_default();
                collector.add(position, draft.map(|draft| Draft { note, ..draft }))?;
            }
            Layout::Meditate(layout) => collector.add(position, layout.draft(cell))?,
            Layout::MeditationAssistant(layout) => {
                let start = times::plain(cell(layout.started));
                let length = times::plain(cell(layout.length));
                let message = cell(layout.message);
                collector.add(position, layout.draft(&start, &length, message))?;
            }
            Layout::WakingUp(layout) => collector.add(position, layout.draft(cell, order))?,
            Layout::Brethap(layout) => {
                let zone = collector.zone;
                collector.add(position, layout.draft(cell, zone))?;
            }
            Layout::Zafu(layout) => collector.add_own(position, layout.sit(cell)?)?,
        }
    }
    Ok(())
}
