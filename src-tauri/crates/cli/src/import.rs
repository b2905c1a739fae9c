//! `zafu import`: imports files, lists imports and undoes them.

use crate::failure::{DONE, FAILED, Failure, REJECTED, USAGE};
use crate::interrupts::{Happened, Interrupts};
use crate::{confirm, print, source};
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zafu_cli::args::{self, Import};
use zafu_core::message;
use zafu_core::message::Message;
use zafu_engine::protocol::{
    DateOrder, ImportFiles, ImportPreview, ImportReading, ImportRequest, ImportView, Request,
};
use zafu_engine::{DataFolder, ImportClient, ImportMonitor, output};
use zafu_messages::text;

/// Reads the files, prints what importing them would change, and imports them. Asks first if a user is there to answer.
/// Ctrl-C cancels it, and nothing is imported. The file `-` is standard input, after which nobody can answer.
pub fn run(folder: &DataFolder, import: &Import) -> Result<u8, Failure> {
    let mut interrupts = Interrupts::new()?;
    let is_input = |file: &&PathBuf| *file == Path::new(STANDARD_INPUT);
    let input = match import.files.iter().filter(is_input).count() {
        0 => None,
        1 => Some(copy_of_input(&mut interrupts)?),
        _ => return Err(Failure::new(USAGE, message!("cli-import-input-twice"))),
    };
    let path = |file: &PathBuf| match &input {
        Some(copy) if is_input(&file) => Ok(copy.path().join(INPUT_NAME)),
        _ => std::path::absolute(file),
    };
    let files: io::Result<_> = import.files.iter().map(path).collect();
    let files = ImportFiles {
        files: files?,
        // As for sits, the variable names the zone of the user, also if the engine runs with another one.
        zone: import.zone.clone().or_else(zafu_engine::environment_zone),
        date_order: import.date_order.map(|order| match order {
            args::DateOrder::Dmy => DateOrder::DayFirst,
            args::DateOrder::Mdy => DateOrder::MonthFirst,
        }),
        long_sits: import.long_sits,
        deleted_sits: import.deleted,
    };
    let (mut client, mut preview) = read(folder, &files, &mut interrupts)?;
    let imported = loop {
        if !import.json {
            output::print_plain(&print::import_preview(&preview));
        }
        if import.dry_run || !preview.counts.is_change() {
            client.discard()?;
            break None;
        }
        if !import.yes && input.is_none() && io::stdin().is_terminal() {
            // Nothing else could use the folder while it is locked, so that the files are read again after the answer.
            client.discard()?;
            drop(client);
            if import.json {
                output::print_error_plain(&print::import_preview(&preview));
            }
            if !is_confirmed(&preview, &mut interrupts)? {
                break None;
            }
            let (next, again) = read(folder, &files, &mut interrupts)?;
            client = next;
            let is_same = ImportPreview { number: preview.number, ..(*again).clone() } == *preview;
            preview = again;
            if !is_same {
                output::print_error(text!("cli-import-changed"));
                continue;
            }
        }
        break commit(&mut client, preview.number, &mut interrupts)?;
    };
    print::imported(&preview, imported.as_ref(), import)?;
    Ok(DONE)
}

/// The file that stands for standard input.
const STANDARD_INPUT: &str = "-";
/// The name of standard input in what is printed, and in the list of imports.
const INPUT_NAME: &str = "stdin";

/// Copies standard input to a file in a temporary folder, which is removed when the result is dropped: files are read more
/// than once, and by the running engine if there is one.
fn copy_of_input(interrupts: &mut Interrupts) -> Result<TempDir, Failure> {
    let copied = interrupts.until_interrupted(|| {
        let folder = tempfile::tempdir()?;
        let mut copy = File::create(folder.path().join(INPUT_NAME))?;
        io::copy(&mut io::stdin().lock(), &mut copy)?;
        Ok::<_, io::Error>(folder)
    })?;
    let copied = copied.ok_or_else(|| Failure::new(REJECTED, message!("import-cancelled")))?;
    copied.map_err(|error| {
        Failure::new(FAILED, message!("cli-import-input", reason = error.to_string()))
    })
}

/// Reads the files.
fn read(
    folder: &DataFolder,
    files: &ImportFiles,
    interrupts: &mut Interrupts,
) -> Result<(ImportClient, Box<ImportPreview>), Failure> {
    let mut client = ImportClient::connect(folder)?;
    let watch = watch(client.monitor(), Work::Read);
    let reading = interrupts.during(|| client.read(files.clone()), watch)?;
    match reading? {
        ImportReading::Preview(preview) => Ok((client, preview)),
        ImportReading::DateOrderNeeded { file, example } => {
            let message = message!("cli-import-date-order", file = file, example = example);
            Err(Failure::new(USAGE, message))
        }
    }
}

/// Imports what was read as `number`.
fn commit(
    client: &mut ImportClient,
    number: u32,
    interrupts: &mut Interrupts,
) -> Result<Option<ImportView>, Failure> {
    let watch = watch(client.monitor(), Work::Import);
    Ok(interrupts.during(|| client.commit(number), watch)??)
}

/// What the command waits for.
#[derive(Clone, Copy)]
enum Work {
    Read,
    Import,
}

impl Work {
    fn progress(self, percent: u64) -> Message {
        match self {
            Self::Read => message!("cli-import-reading", percent = percent),
            Self::Import => message!("cli-import-importing", percent = percent),
        }
    }
}

/// Returns a function that cancels what `monitor` watches when the user interrupts it, and prints each second how far it is
/// if standard error is a terminal.
fn watch(monitor: ImportMonitor, work: Work) -> impl FnMut(Happened) {
    let shows_progress = io::stderr().is_terminal();
    let mut line = ProgressLine(0);
    move |happened| match happened {
        // If the engine has gone, the work ends and says so.
        Happened::Interrupt => drop(monitor.cancel()),
        Happened::Second if shows_progress => {
            let Ok(progress) = monitor.progress() else { return };
            if let Some(percent) = progress.done.saturating_mul(100).checked_div(progress.total) {
                line.show(&text(&work.progress(percent.min(100))));
            }
        }
        Happened::Second => {}
    }
}

/// A line on standard error that is written again and again, and removed when this is dropped. Has its width.
struct ProgressLine(usize);

impl ProgressLine {
    fn show(&mut self, line: &str) {
        self.clear();
        output::print_error_plain(line);
        self.0 = line.chars().count();
    }

    fn clear(&mut self) {
        if self.0 > 0 {
            output::print_error_plain(&format!("\r{:1$}\r", "", self.0));
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Asks the user whether to import.
fn is_confirmed(preview: &ImportPreview, interrupts: &mut Interrupts) -> Result<bool, Failure> {
    let count = preview.counts.added.saturating_add(preview.counts.revived);
    let question = text!("cli-import-question", count = count);
    match interrupts.until_interrupted(move || confirm::ask(&question))? {
        Some(answer) => Ok(answer?.unwrap_or(false)),
        None => Err(Failure::new(REJECTED, message!("import-cancelled"))),
    }
}

/// Prints the imports, newest first.
pub fn list(folder: &DataFolder, json: bool) -> Result<(), Failure> {
    let request = Request::Import(ImportRequest::List {});
    let imports: Vec<ImportView> = match source::engine(folder, |client| client.call(&request))? {
        Some(imports) => imports,
        None => source::database(folder, zafu_engine::imports)?.unwrap_or_default(),
    };
    print::imports(&imports, json)
}

/// Undoes an import. If a user is there to answer, says first which sits were changed since, and asks.
pub fn undo(folder: &DataFolder, id: i64, yes: bool, json: bool) -> Result<(), Failure> {
    if !yes && io::stdin().is_terminal() {
        // An import that cannot be undone is reported instead. Nothing is locked while it is asked.
        let found = ImportClient::connect(folder)?.preview_undo(id)?;
        output::print_error_plain(&print::import_undo_preview(&found));
        let question = text!("cli-import-undo-question", count = found.sits, id = id.to_string());
        if confirm::ask(&question)? != Some(true) {
            output::print(text!("cli-import-not-undone"));
            return Ok(());
        }
    }
    let undone = ImportClient::connect(folder)?.undo(id)?;
    print::import_undone(&undone, json)
}
