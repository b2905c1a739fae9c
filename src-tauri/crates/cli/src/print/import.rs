//! The output of `zafu import`.

use super::{local, print_json};
use crate::failure::Failure;
use crate::outcome;
use serde::Serialize;
use std::io::{self, Write};
use zafu_cli::args::Import;
use zafu_core::message;
use zafu_engine::output;
use zafu_engine::protocol::{ImportPreview, ImportSample, ImportUndoView, ImportView};
use zafu_messages::text;

/// The number of skipped rows that a preview prints.
const SKIPPED_ROWS: usize = 20;

/// Returns the lines that say what importing files would change.
pub fn import_preview(preview: &ImportPreview) -> String {
    let mut lines = Vec::new();
    // Writing to memory does not fail.
    let _ = write_import_preview(&mut lines, preview);
    String::from_utf8_lossy(&lines).into_owned()
}

fn write_import_preview(out: &mut impl Write, preview: &ImportPreview) -> io::Result<()> {
    let ImportPreview { files, counts, .. } = preview;
    for file in files {
        let (name, format) = (file.name.as_str(), format_name(&file.format));
        let (sits, skipped) = (file.sits, file.skipped);
        let line =
            text!("cli-import-file", file = name, format = format, sits = sits, skipped = skipped);
        writeln!(out, "{}", output::without_control_characters(&line))?;
    }
    for skipped in preview.skipped.iter().take(SKIPPED_ROWS) {
        let row = skipped.message.clone();
        let file = files.get(skipped.file as usize).filter(|_| files.len() > 1);
        let line = match file {
            Some(file) => text!("cli-import-skipped", file = file.name.as_str(), row = row),
            None => text(&row),
        };
        writeln!(out, "  {}", output::without_control_characters(&line))?;
    }
    let shown = u32::try_from(preview.skipped.len().min(SKIPPED_ROWS)).unwrap_or(u32::MAX);
    if counts.skipped > shown {
        writeln!(out, "  {}", text!("cli-import-skipped-more", count = counts.skipped - shown))?;
    }
    if preview.long_sits > 0 {
        writeln!(out, "{}", text!("cli-import-long-sits", count = preview.long_sits))?;
    }
    let numbers = [
        (preview.repeated, message!("cli-import-repeated", count = preview.repeated)),
        (counts.known, message!("cli-import-known", count = counts.known)),
        (counts.same, message!("cli-import-same", count = counts.same)),
        (counts.deleted, message!("cli-import-deleted", count = counts.deleted)),
        (counts.revived, message!("cli-import-revived", count = counts.revived)),
        (counts.added, message!("cli-import-new", count = counts.added)),
        (preview.notes, message!("cli-import-notes", count = preview.notes)),
        (counts.noted, message!("cli-import-noted", count = counts.noted)),
    ];
    for (_, message) in numbers.iter().filter(|(number, _)| *number > 0) {
        writeln!(out, "{}", text(message))?;
    }
    let (Some(first), Some(last)) = (preview.first_day, preview.last_day) else {
        if counts.noted == 0 {
            writeln!(out, "{}", text!("cli-import-none"))?;
        }
        return Ok(());
    };
    let (first, last) = (first.to_string(), last.to_string());
    writeln!(out, "{}", text!("cli-import-days", first = first, last = last))?;
    if preview.zone_was_used {
        writeln!(out, "{}", text!("cli-import-zone", zone = zone_name(&preview.zone)))?;
    }
    writeln!(out, "{}", text!("cli-import-samples"))?;
    write_samples(out, &preview.samples)
}

fn write_samples(out: &mut impl Write, samples: &[ImportSample]) -> io::Result<()> {
    for sample in samples {
        let text = [&sample.label, &sample.note]
            .map(|text| output::without_control_characters(text).replace('\n', " "));
        let (start, length, text) = (&sample.started_at, sample.sat_seconds, text.join(" "));
        writeln!(out, "  {start}  {length:>8}  {}", text.trim())?;
    }
    Ok(())
}

/// Returns the lines that say which sits undoing an import deletes although they were changed since, and how many notes it
/// takes away; empty if it does neither.
pub fn import_undo_preview(preview: &ImportUndoView) -> String {
    let mut lines = Vec::new();
    // Writing to memory does not fail.
    let _ = write_import_undo_preview(&mut lines, preview);
    String::from_utf8_lossy(&lines).into_owned()
}

fn write_import_undo_preview(out: &mut impl Write, preview: &ImportUndoView) -> io::Result<()> {
    if preview.edited > 0 {
        writeln!(out, "{}", text!("cli-import-undo-edited", count = preview.edited))?;
        write_samples(out, &preview.samples)?;
    }
    if preview.notes > 0 {
        writeln!(out, "{}", text!("cli-import-undo-notes", count = preview.notes))?;
    }
    Ok(())
}

/// Returns the name of a zone. One that is an offset has a name with the opposite sign, which nobody expects.
fn zone_name(zone: &str) -> String {
    let offset = |sign: char, hours: &str| format!("UTC{sign}{hours:0>2}:00");
    if let Some(hours) = zone.strip_prefix("Etc/GMT-") {
        offset('+', hours)
    } else if let Some(hours) = zone.strip_prefix("Etc/GMT+") {
        offset('-', hours)
    } else {
        zone.to_owned()
    }
}

/// Returns the name of a format as its program writes it.
fn format_name(format: &str) -> &str {
    match format {
        "insight-timer" | "insight-timer-journal" => "Insight Timer",
        "apple-health" => "Apple Health",
        "health-connect" => "Health Connect",
        "meditate" => "Meditate",
        "meditation-assistant" => "Meditation Assistant",
        "waking-up" => "Waking Up",
        "tao" => "Tao",
        "brethap" => "Brethap",
        "zafu-csv" | "zafu-json" => "Zafu",
        other => other,
    }
}

/// What `zafu import --json` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Imported<'a> {
    preview: &'a ImportPreview,
    /// The number of skipped rows that are not in the preview, because there are too many.
    skipped_not_shown: u32,
    imported: Option<&'a ImportView>,
}

/// Prints what was imported.
pub fn imported(
    preview: &ImportPreview,
    imported: Option<&ImportView>,
    import: &Import,
) -> Result<(), Failure> {
    let done = imported.map(|view| {
        let (added, revived) = (view.counts.added, view.counts.revived);
        text!("cli-import-done", added = added, id = view.id.to_string(), revived = revived)
    });
    if import.json {
        done.into_iter().for_each(outcome::record);
        let shown = u32::try_from(preview.skipped.len()).unwrap_or(u32::MAX);
        let skipped_not_shown = preview.counts.skipped.saturating_sub(shown);
        return print_json(&Imported { preview, skipped_not_shown, imported });
    }
    match done {
        Some(done) => {
            outcome::print(done);
            let noted = imported.map_or(0, |view| view.counts.noted);
            if noted > 0 {
                output::print(text!("cli-import-noted", count = noted));
            }
        }
        None => output::print(text!("cli-import-declined")),
    }
    Ok(())
}

/// Prints imports, each on one line.
pub fn imports(imports: &[ImportView], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&imports);
    }
    if imports.is_empty() {
        output::print(text!("cli-import-list-empty"));
    }
    for import in imports {
        let (id, time, files) =
            (import.id.to_string(), local(&import.imported_at), import.files.join(", "));
        let sits = import.counts.added.saturating_add(import.counts.revived);
        let line = match &import.undone_at {
            None => text!("cli-import-listed", files = files, id = id, sits = sits, time = time),
            Some(undone) => text!(
                "cli-import-listed-undone",
                files = files,
                id = id,
                sits = sits,
                time = time,
                undone = local(undone)
            ),
        };
        output::print(output::without_control_characters(&line));
    }
    Ok(())
}

/// Prints an import that was undone.
pub fn import_undone(import: &ImportView, json: bool) -> Result<(), Failure> {
    let sentence = text!("cli-import-undone", count = import.undone.unwrap_or(0));
    if json {
        outcome::record(sentence);
        return print_json(import);
    }
    outcome::print(sentence);
    Ok(())
}
