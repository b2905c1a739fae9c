//! The output of the commands. JSON has lengths in seconds and times as RFC 3339 with the local UTC offset.

use crate::failure::{DONE, FAILED, Failure};
use crate::{outcome, owners};
use chrono::{DateTime, Local, SecondsFormat};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;
use zafu_cli::args::Import;
use zafu_core::ids::SessionId;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_core::time::Seconds;
use zafu_engine::doctor::Finding;
use zafu_engine::export::Exported;
use zafu_engine::output;
use zafu_engine::protocol::{
    BackupReason, BackupView, DeadLetterView, EngineState, ExportedFile, ImportPreview, ImportView,
    OwnerState, OwnerView, PhaseView, SitRecord, SitView, StageView, SyncNeed, SyncReport,
    SyncView, UnsettledView,
};
use zafu_messages::text;
use zafu_store::RestorePreview;

/// The state of the timer, as `zafu status --json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    running: bool,
    state: &'static str,
    id: Option<SessionId>,
    started_at: Option<&'a str>,
    planned_seconds: Option<Seconds>,
    sat_seconds: Option<Seconds>,
    left_seconds: Option<Seconds>,
    preparation_left_seconds: Option<Seconds>,
    overtime_seconds: Option<Seconds>,
    unsettled: &'a [UnsettledView],
    trouble: Vec<&'a Message>,
}

fn whole(ms: u64) -> Seconds {
    Seconds::floor(std::time::Duration::from_millis(ms))
}

/// Returns the remaining time of a timed sit, rounded up to seconds, so that it is 0 only at the planned end.
pub fn left(sit: &SitView) -> Option<Seconds> {
    let planned = u64::from(sit.planned_seconds?.0) * 1000;
    Some(whole(planned.saturating_sub(sit.elapsed_ms) + 999))
}

fn phase_name(sit: Option<&SitView>) -> &'static str {
    match sit.map(|sit| sit.phase) {
        None => "idle",
        Some(PhaseView::Preparing) => "preparing",
        Some(PhaseView::Sitting) => "sitting",
        Some(PhaseView::Paused) => "paused",
        Some(PhaseView::Overtime) => "overtime",
    }
}

/// Prints the state of the timer.
pub fn status(state: &EngineState, running: bool, json: bool) -> Result<(), Failure> {
    let sit = state.sit.as_ref();
    if json {
        return print_json(&Status {
            running,
            state: phase_name(sit),
            id: sit.map(|sit| sit.id),
            started_at: sit.map(|sit| sit.started_at.as_str()),
            planned_seconds: sit.and_then(|sit| sit.planned_seconds),
            sat_seconds: sit.map(|sit| whole(sit.elapsed_ms)),
            left_seconds: sit.and_then(left),
            preparation_left_seconds: sit.map(|sit| whole(sit.preparation_left_ms + 999)),
            overtime_seconds: sit.map(|sit| whole(sit.overtime_ms)),
            unsettled: &state.unsettled,
            trouble: state.trouble.iter().map(|trouble| &trouble.message).collect(),
        });
    }
    output::print(match sit {
        None => text!("cli-status-idle"),
        Some(sit) => line(sit),
    });
    for unsettled in &state.unsettled {
        output::print(question(unsettled));
    }
    for trouble in &state.trouble {
        output::print(text!("cli-trouble", trouble = trouble.message.clone()));
    }
    Ok(())
}

/// Returns the question about an unsettled sit and the commands that resolve it.
fn question(unsettled: &UnsettledView) -> String {
    let UnsettledView { id, started_at, sat_before_gap_seconds, overtime_seconds, .. } = unsettled;
    let (id, started) = (id.to_string(), started_at.as_str());
    match overtime_seconds {
        Some(overtime) => {
            let overtime = overtime.to_string();
            text!("cli-status-unsettled-overtime", id = id, overtime = overtime, started = started)
        }
        None => {
            let sat = sat_before_gap_seconds.to_string();
            text!("cli-status-unsettled", id = id, sat = sat, started = started)
        }
    }
}

/// Returns the description of a sit in one line.
pub fn line(sit: &SitView) -> String {
    let sat = whole(sit.elapsed_ms).to_string();
    match (sit.phase, left(sit).map(|left| left.to_string())) {
        (PhaseView::Preparing, _) => {
            let left = whole(sit.preparation_left_ms + 999).to_string();
            text!("cli-status-preparing", left = left)
        }
        (PhaseView::Sitting, Some(left)) => text!("cli-status-sitting", left = left),
        (PhaseView::Sitting, None) => text!("cli-status-sitting-open", sat = sat),
        (PhaseView::Paused, Some(left)) => text!("cli-status-paused", left = left),
        (PhaseView::Paused, None) => text!("cli-status-paused-open", sat = sat),
        (PhaseView::Overtime, _) => {
            text!("cli-status-overtime", overtime = whole(sit.overtime_ms).to_string())
        }
    }
}

/// Prints the length of the sit that was just ended.
pub fn ended(state: &EngineState) {
    if let Some(finished) = &state.finished {
        outcome::print(text!("cli-ended", sat = finished.sat_seconds.to_string()));
    }
}

/// Prints past sits by local day, newest first, each with its owner if `owners` are given.
///
/// `is_whole`: an empty list means that there are no sits, so that a message says so.
pub fn log(
    records: &[SitRecord],
    owners: Option<&Vec<OwnerView>>,
    json: bool,
    is_whole: bool,
) -> Result<(), Failure> {
    if json {
        return print_json(&records);
    }
    let mut out = output::stdout();
    if records.is_empty() && is_whole {
        writeln!(out, "{}", text!("cli-log-empty"))?;
    }
    let mut day = None;
    for record in records {
        if day.replace(record.day) != Some(record.day) {
            writeln!(out, "{}", record.day)?;
        }
        let stage = match record.stage {
            StageView::Started => text!("cli-log-started"),
            StageView::EndedEarly => text!("cli-log-ended-early"),
            StageView::Completed => text!("cli-log-completed"),
            StageView::RunningElsewhere => text!("cli-log-elsewhere"),
            StageView::Unfinished => text!("cli-log-unfinished"),
        };
        let SitRecord { started_at, sat_seconds, label, note, owner, .. } = record;
        let owner = owners.map_or_else(String::new, |owners| {
            let found = owners.iter().find(|one| one.id == *owner);
            let name = found.map_or_else(|| message!("cli-owner-none"), owners::name);
            format!("  {}", output::without_control_characters(&text(&name)))
        });
        // Each sit has one line, so that line breaks in the note become spaces.
        let text =
            [label, note].map(|text| output::without_control_characters(text).replace('\n', " "));
        let text = text.join(" ");
        writeln!(out, "  {started_at}  {sat_seconds:>8}  {stage:<14}{owner}  {}", text.trim())?;
    }
    Ok(())
}

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
        if file.notes_joined > 0 {
            writeln!(out, "{}", text!("cli-import-notes", count = file.notes_joined))?;
        }
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
    ];
    for (_, message) in numbers.iter().filter(|(number, _)| *number > 0) {
        writeln!(out, "{}", text(message))?;
    }
    let (Some(first), Some(last)) = (preview.first_day, preview.last_day) else {
        writeln!(out, "{}", text!("cli-import-none"))?;
        return Ok(());
    };
    let (first, last) = (first.to_string(), last.to_string());
    writeln!(out, "{}", text!("cli-import-days", first = first, last = last))?;
    if preview.zone_was_used {
        writeln!(out, "{}", text!("cli-import-zone", zone = zone_name(&preview.zone)))?;
    }
    writeln!(out, "{}", text!("cli-import-samples"))?;
    for sample in &preview.samples {
        let text = [&sample.label, &sample.note]
            .map(|text| output::without_control_characters(text).replace('\n', " "));
        let (start, length, text) = (&sample.started_at, sample.sat_seconds, text.join(" "));
        writeln!(out, "  {start}  {length:>8}  {}", text.trim())?;
    }
    Ok(())
}

/// Returns a time in UTC as the local time, with its UTC offset.
fn local(utc: &str) -> String {
    match DateTime::parse_from_rfc3339(utc) {
        Ok(time) => time.with_timezone(&Local).to_rfc3339_opts(SecondsFormat::Secs, false),
        Err(_) => utc.to_owned(),
    }
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
        Some(done) => outcome::print(done),
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

/// Prints the owners of sits on this device.
pub fn owners(owners: &[OwnerView], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&owners);
    }
    if owners.is_empty() {
        output::print(text!("cli-owners-empty"));
    }
    for owner in owners {
        let OwnerView { id, email, project, state, sits, deleted, unsent, local_only, .. } = owner;
        let (email, project) = (email.as_str(), project.as_str());
        output::print(match id.map(|id| id.to_string()) {
            None => text!("cli-owners-ownerless"),
            Some(id) if email.is_empty() => text!("cli-owners-unknown", id = id),
            Some(id) => text!("cli-owners-account", email = email, id = id, project = project),
        });
        let state = match state {
            OwnerState::SignedIn => message!("cli-owners-state-signed-in"),
            OwnerState::SignedOut => message!("cli-owners-state-signed-out"),
            OwnerState::Deleted => message!("cli-owners-state-deleted"),
            OwnerState::Replaced => message!("cli-owners-state-replaced"),
            OwnerState::Nobody => message!("cli-owners-state-none"),
        };
        let counts = text!(
            "cli-owners-counts",
            deleted = *deleted,
            local = *local_only,
            sits = *sits,
            state = state,
            unsent = *unsent,
        );
        output::print(format_args!("  {counts}"));
    }
    Ok(())
}

/// Prints the signed-in account, the state of its sync, and the sits of other owners on this device.
pub fn account(view: Option<&SyncView>, owners: &[OwnerView], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&view);
    }
    let Some(view) = view else {
        output::print(text!("cli-account-none"));
        return Ok(());
    };
    let SyncView { pending, rejected, local_only, unreadable, .. } = view;
    let (email, project) = (view.email.as_str(), view.project.as_str());
    output::print(match view.signed_in {
        true => text!("cli-account-signed-in", email = email, project = project),
        false => text!("cli-account-signed-out", email = email, project = project),
    });
    output::print(match &view.synced_at {
        Some(at) => text!("cli-account-synced", time = at.as_str()),
        None => text!("cli-account-not-synced"),
    });
    output::print(text!(
        "cli-account-counts",
        local = *local_only,
        pending = *pending,
        rejected = *rejected,
    ));
    if *unreadable > 0 {
        output::print(text!("cli-account-unreadable", count = *unreadable));
    }
    if let Some(trouble) = &view.trouble {
        output::print(text!("cli-trouble", trouble = trouble.message.clone()));
    }
    if let Some(need) = need(view) {
        output::print(text!("cli-account-to-do", need = need));
    }
    let others = || owners.iter().filter(|owner| !owner.shown);
    let (sits, unsent) = others().fold((0, 0), |(sits, unsent): (u32, u32), owner| {
        (sits.saturating_add(owner.sits), unsent.saturating_add(owner.unsent))
    });
    if sits > 0 || unsent > 0 {
        output::print(text!("cli-account-others", sits = sits, unsent = unsent));
    }
    Ok(())
}

/// Returns what the user has to do before the sync continues, if anything.
pub fn need(view: &SyncView) -> Option<Message> {
    let orphan = view.adopt_from.as_ref().and_then(|owner| Some((owner, owner.id?)));
    Some(match (view.need?, orphan) {
        (SyncNeed::AdoptFrom, Some((owner, id))) => message!(
            "cli-need-adopt-from",
            count = owner.sits,
            email = view.email.as_str(),
            id = id.to_string(),
            name = owners::name(owner),
        ),
        (SyncNeed::AdoptFrom, None) => message!("cli-need-adopt-from-unknown"),
        (SyncNeed::SignIn, _) => message!("cli-need-sign-in"),
        (SyncNeed::AccountGone, _) => message!("cli-need-account-gone"),
        (SyncNeed::Erased, _) => message!("cli-need-erased"),
        (SyncNeed::Adopt, _) => message!("cli-need-adopt"),
        (SyncNeed::Key, _) => message!("cli-need-key"),
        (SyncNeed::Blocked, _) => message!("cli-need-blocked"),
        (SyncNeed::ServerMisconfigured, _) => message!("cli-need-server"),
        (SyncNeed::TooOld, _) => message!("cli-need-too-old"),
        (SyncNeed::Rejected, _) => message!("cli-need-rejected"),
    })
}

/// Prints the result of a sync.
pub fn synced(report: SyncReport, json: bool) -> Result<(), Failure> {
    if json {
        let line = serde_json::to_string(&report).map_err(io::Error::other)?;
        return Ok(writeln!(output::stdout(), "{line}")?);
    }
    let SyncReport { pushed, pulled, pending, rejected } = report;
    output::print(text!(
        "cli-synced",
        pending = pending,
        pulled = pulled,
        pushed = pushed,
        rejected = rejected,
    ));
    Ok(())
}

/// Prints the dead letters with the codes of the server.
pub fn dead_letters(dead_letters: &[DeadLetterView], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&dead_letters);
    }
    if dead_letters.is_empty() {
        output::print(text!("cli-rejected-none"));
    }
    for DeadLetterView { sit, code, reason } in dead_letters {
        let SitRecord { id, started_at, sat_seconds, .. } = sit;
        let reason = text(reason);
        output::print(format_args!("{started_at}  {sat_seconds:>8}  {code}  {id}  {reason}"));
    }
    Ok(())
}

/// Prints the findings of `zafu doctor` and returns the exit code.
pub fn findings(findings: &[Finding]) -> u8 {
    for Finding { what, state } in findings {
        let what = what.clone();
        output::print(match state.clone() {
            Ok(state) => text!("doctor-ok", state = state, what = what),
            Err(problem) => text!("doctor-problem", problem = problem, what = what),
        });
    }
    if findings.iter().all(|finding| finding.state.is_ok()) { DONE } else { FAILED }
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
    writeln!(output::stdout(), "{}", output::escape_control_characters(&text))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use zafu_messages::{Catalogue, Language};

    #[test]
    fn the_action_that_is_needed_has_a_plural_in_each_language() {
        let view = |sits: u32| -> SyncView {
            let id = "00000000-0000-0000-0000-000000000001";
            serde_json::from_value(json!({
                "email": "me@example.org", "project": "https://one.example", "signedIn": true,
                "state": "action-needed", "need": "adopt-from", "pending": 0, "rejected": 0, "rejectedLabels": 0,
                "localOnly": 0, "unreadable": 0, "ownerless": 0, "untilQuit": false,
                "adoptFrom": {
                    "id": id, "email": "old@example.org", "project": "https://one.example",
                    "state": "deleted", "shown": false, "sits": sits, "deleted": 0, "unsent": 0,
                    "localOnly": 0,
                },
            }))
            .unwrap()
        };
        for (sits, english, german) in [
            (
                1,
                "1 sit on this device belongs to old@example.org (deleted), an account",
                "1 Sitzung auf diesem Gerät gehört zu old@example.org (gelöscht), einem Konto",
            ),
            (
                2,
                "2 sits on this device belong to old@example.org (deleted), an account",
                "2 Sitzungen auf diesem Gerät gehören zu old@example.org (gelöscht), einem Konto",
            ),
        ] {
            let need = need(&view(sits)).unwrap();
            for (language, start) in [(Language::English, english), (Language::German, german)] {
                let text = Catalogue::new(language).text(&need);
                assert!(text.starts_with(start), "{text}");
            }
        }
    }
}
