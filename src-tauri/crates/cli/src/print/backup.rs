//! The output of `zafu backup`, `zafu restore` and `zafu export`.

use super::{local, print_json};
use crate::failure::Failure;
use crate::outcome;
use chrono::SecondsFormat;
use std::io::Write;
use std::path::Path;
use zafu_engine::export::Exported;
use zafu_engine::output;
use zafu_engine::protocol::{BackupReason, BackupView, ExportedFile};
use zafu_messages::text;
use zafu_store::RestorePreview;

/// Prints backups, each on one line.
pub fn backups(backups: &[BackupView], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&backups);
    }
    let mut out = output::stdout();
    for BackupView { number, taken, reason, bytes, sits, .. } in backups {
        let reason = match reason {
            BackupReason::Daily => text!("cli-backup-daily"),
            BackupReason::Migration => text!("cli-backup-migration"),
            BackupReason::Import => text!("cli-backup-import"),
            BackupReason::Manual => text!("cli-backup-manual"),
        };
        let sits = match sits {
            Some(sits) => text!("cli-backup-sits", count = *sits),
            None => text!("cli-backup-unreadable"),
        };
        let (taken, kilobytes) = (local(taken), bytes.div_ceil(1000));
        writeln!(out, "{number:>6}  {taken}  {kilobytes:>8} kB  {sits:<14}  {reason}")?;
    }
    Ok(())
}

/// Prints a backup that was made.
pub fn backup(backup: BackupView, json: bool) -> Result<(), Failure> {
    outcome::record(text!("cli-backup-made", number = backup.number.to_string()));
    if json { print_json(&backup) } else { backups(&[backup], false) }
}

/// Prints what restoring a backup would change.
pub fn restore_preview(preview: &RestorePreview) -> Result<(), Failure> {
    let RestorePreview {
        sits,
        missing,
        newest_missing,
        changed,
        returning,
        labels,
        presets,
        settings,
    } = preview;
    let mut out = output::stdout();
    writeln!(out, "{}", text!("cli-backup-has", count = *sits))?;
    if *missing > 0 {
        writeln!(out, "{}", text!("cli-backup-missing", count = *missing))?;
    }
    for (start, length) in newest_missing {
        let start = start.with_offset().to_rfc3339_opts(SecondsFormat::Secs, false);
        writeln!(out, "  {start}  {length}")?;
    }
    let named = u32::try_from(newest_missing.len()).unwrap_or(u32::MAX);
    if *missing > named {
        writeln!(out, "  {}", text!("cli-backup-missing-more", count = *missing - named))?;
    }
    if *changed > 0 {
        writeln!(out, "{}", text!("cli-backup-changed", count = *changed))?;
    }
    if *returning > 0 {
        writeln!(out, "{}", text!("cli-backup-returning", count = *returning))?;
    }
    if *labels > 0 {
        writeln!(out, "{}", text!("cli-backup-labels", count = *labels))?;
    }
    if *presets > 0 {
        writeln!(out, "{}", text!("cli-backup-presets", count = *presets))?;
    }
    if *settings {
        writeln!(out, "{}", text!("cli-backup-settings"))?;
    }
    Ok(())
}

/// Prints that a restore is done, and the new path of the replaced database.
pub fn restored(aside: Option<&Path>) {
    outcome::print(match aside {
        Some(aside) => text!("cli-restore-done-aside", path = aside.display()),
        None => text!("cli-restore-done"),
    });
}

/// Prints what was exported, and how many sits were left out. If standard output has the export, only the latter.
pub fn exported(exported: Exported, file: Option<&Path>, json: bool) -> Result<(), Failure> {
    let Exported { sits, left_out } = exported;
    if let Some(file) = file {
        let sentence = text!("cli-exported", count = sits, file = file.display());
        if json {
            outcome::record(sentence);
            let file = file.display().to_string();
            return print_json(&ExportedFile { file, sits, left_out });
        }
        outcome::print(sentence);
    }
    if left_out > 0 {
        let text = text!("cli-export-left-out", count = left_out);
        if file.is_some() { output::print(text) } else { output::print_error(text) }
    }
    Ok(())
}
