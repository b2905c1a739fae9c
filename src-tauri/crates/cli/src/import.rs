//! `zafu import`: imports files, lists imports and undoes them.

use crate::failure::{DONE, Failure, USAGE};
use crate::{confirm, print, source};
use zafu_cli::args::{self, Import};
use zafu_core::message;
use zafu_engine::DataFolder;
use zafu_engine::ImportClient;
use zafu_engine::protocol::{
    DateOrder, ImportFiles, ImportPreview, ImportReading, ImportRequest, ImportView, Request,
};
use zafu_messages::text;

/// Reads the files, prints what importing them would change, and imports them. Asks first if a user is there to answer.
pub fn run(folder: &DataFolder, import: &Import) -> Result<u8, Failure> {
    let files: std::io::Result<_> = import.files.iter().map(std::path::absolute).collect();
    let files = ImportFiles {
        files: files?,
        zone: import.zone.clone(),
        date_order: import.date_order.map(|order| match order {
            args::DateOrder::Dmy => DateOrder::DayFirst,
            args::DateOrder::Mdy => DateOrder::MonthFirst,
        }),
        long_sits: import.long_sits,
    };
    let mut client = ImportClient::connect(folder)?;
    let preview = match client.read(files)? {
        ImportReading::Preview(preview) => preview,
        ImportReading::DateOrderNeeded { file, example } => {
            let message = message!("cli-import-date-order", file = file, example = example);
            return Err(Failure::new(USAGE, message));
        }
    };
    if !import.json {
        print::import_preview(&preview)?;
    }
    let is_change = preview.counts.added > 0 || preview.counts.revived > 0;
    let imported = if import.dry_run || !is_change || !(import.yes || is_confirmed(&preview)?) {
        client.discard()?;
        None
    } else {
        client.commit(preview.number)?
    };
    print::imported(&preview, imported.as_ref(), import)?;
    Ok(DONE)
}

/// Asks the user whether to import, if standard input is a terminal.
fn is_confirmed(preview: &ImportPreview) -> Result<bool, Failure> {
    let count = preview.counts.added.saturating_add(preview.counts.revived);
    Ok(confirm::ask(&text!("cli-import-question", count = count))?.unwrap_or(true))
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

/// Undoes an import.
pub fn undo(folder: &DataFolder, id: i64, json: bool) -> Result<(), Failure> {
    let undone = ImportClient::connect(folder)?.undo(id)?;
    print::import_undone(&undone, json)
}
