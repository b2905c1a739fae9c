//! The output of the commands. JSON has lengths in seconds and times as RFC 3339 with the local UTC offset.

mod account;
mod backup;
mod import;

use crate::failure::{DONE, FAILED, Failure};
use crate::{outcome, owners};
pub use account::{account, dead_letters, need, owners, synced};
pub use backup::{backup, backups, exported, restore_preview, restored};
use chrono::{DateTime, Local, SecondsFormat};
pub use import::{import_preview, import_undo_preview, import_undone, imported, imports};
use serde::Serialize;
use std::io::{self, Write};
use zafu_core::ids::SessionId;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_core::time::Seconds;
use zafu_engine::doctor::Finding;
use zafu_engine::output;
use zafu_engine::protocol::{
    EngineState, OwnerView, PhaseView, SitRecord, SitView, StageView, UnsettledView,
};
use zafu_messages::text;

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

/// Prints a value as JSON, on several lines.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
    writeln!(output::stdout(), "{}", output::escape_control_characters(&text))?;
    Ok(())
}

/// Returns a time in UTC as the local time, with its UTC offset.
pub fn local(utc: &str) -> String {
    match DateTime::parse_from_rfc3339(utc) {
        Ok(time) => time.with_timezone(&Local).to_rfc3339_opts(SecondsFormat::Secs, false),
        Err(_) => utc.to_owned(),
    }
}
