//! The output of the commands. JSON has lengths in seconds and times as RFC 3339 with the local UTC offset.

use crate::failure::{DONE, FAILED, Failure};
use crate::owners;
use serde::Serialize;
use std::io::{self, Write};
use zafu_core::ids::SessionId;
use zafu_core::message::Message;
use zafu_core::time::Seconds;
use zafu_engine::doctor::Finding;
use zafu_engine::output;
use zafu_engine::protocol::{
    DeadLetterView, EngineState, OwnerState, OwnerView, PhaseView, SitRecord, SitView, StageView,
    SyncNeed, SyncReport, SyncView, UnsettledView,
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
    let mut out = output::stdout();
    match sit {
        None => writeln!(out, "No sit is running.")?,
        Some(sit) => writeln!(out, "{}", line(sit))?,
    }
    for unsettled in &state.unsettled {
        writeln!(out, "{}", question(unsettled))?;
    }
    for trouble in &state.trouble {
        writeln!(out, "Trouble: {}", output::harmless(&text(&trouble.message)))?;
    }
    Ok(())
}

/// Returns the question about an unsettled sit and the commands that resolve it.
fn question(unsettled: &UnsettledView) -> String {
    let UnsettledView { id, started_at, sat_before_gap_seconds, overtime_seconds, .. } = unsettled;
    match overtime_seconds {
        Some(overtime) => format!(
            "The sit of {started_at} is complete and saved. Add its {overtime} of overtime? `zafu resolve whole` adds it, `zafu resolve discard` leaves it out ({id})."
        ),
        None => format!(
            "The sit of {started_at} was interrupted after {sat_before_gap_seconds}: `zafu resolve whole|gap|discard` says what it was ({id})."
        ),
    }
}

/// Returns the description of a sit in one line.
pub fn line(sit: &SitView) -> String {
    let sat = whole(sit.elapsed_ms);
    match (sit.phase, left(sit)) {
        (PhaseView::Preparing, _) => {
            format!("Preparation, {} left.", whole(sit.preparation_left_ms + 999))
        }
        (PhaseView::Sitting, Some(left)) => format!("Sitting, {left} left."),
        (PhaseView::Sitting, None) => format!("Sitting, {sat} so far."),
        (PhaseView::Paused, Some(left)) => format!("Paused, {left} left."),
        (PhaseView::Paused, None) => format!("Paused, {sat} so far."),
        (PhaseView::Overtime, _) => format!("Complete, and {} beyond.", whole(sit.overtime_ms)),
    }
}

/// Prints the length of the sit that was just ended.
pub fn ended(state: &EngineState) -> Result<(), Failure> {
    if let Some(finished) = &state.finished {
        writeln!(output::stdout(), "Kept: {}.", finished.sat_seconds)?;
    }
    Ok(())
}

/// Prints past sits by local day, newest first, each with its owner if `owners` are given.
///
/// With a `limit` of 0, an empty list does not mean that there are no sits, so that no message is printed.
pub fn log(
    records: &[SitRecord],
    owners: Option<&Vec<OwnerView>>,
    json: bool,
    limit: u32,
) -> Result<(), Failure> {
    if json {
        return print_json(&records);
    }
    let mut out = output::stdout();
    if records.is_empty() && limit > 0 {
        writeln!(out, "No sits yet.")?;
    }
    let mut day = None;
    for record in records {
        if day.replace(record.day) != Some(record.day) {
            writeln!(out, "{}", record.day)?;
        }
        let stage = match record.stage {
            StageView::Started => "not over",
            StageView::EndedEarly => "ended early",
            StageView::Completed => "complete",
            StageView::RunningElsewhere => "elsewhere",
            StageView::Unfinished => "unfinished",
        };
        let SitRecord { started_at, sat_seconds, label, note, owner, .. } = record;
        let owner = owners.map_or_else(String::new, |owners| {
            let found = owners.iter().find(|one| one.id == *owner);
            format!("  {}", found.map_or_else(|| "nobody".into(), owners::name))
        });
        // Each sit has one line, so that line breaks in the note become spaces.
        let text = [label, note].map(|text| output::harmless(text).replace('\n', " "));
        let text = text.join(" ");
        writeln!(out, "  {started_at}  {sat_seconds:>8}  {stage:<11}{owner}  {}", text.trim())?;
    }
    Ok(())
}

/// Prints the owners of sits on this device.
pub fn owners(owners: &[OwnerView], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&owners);
    }
    let mut out = output::stdout();
    if owners.is_empty() {
        writeln!(out, "No account was ever signed in here, and there are no sits yet.")?;
    }
    for owner in owners {
        let OwnerView { id, email, project, state, sits, deleted, unsent, local_only, .. } = owner;
        match id {
            None => writeln!(out, "Sits made while nobody was signed in")?,
            Some(id) if email.is_empty() => {
                writeln!(out, "An account whose address is not known, {id}")?
            }
            Some(id) => writeln!(out, "{email} at {project}, {id}")?,
        }
        writeln!(
            out,
            "  {}. Sits: {sits}. Deleted: {deleted}. Not sent: {unsent}. On this device only: {local_only}.",
            match state {
                OwnerState::SignedIn => "Signed in",
                OwnerState::SignedOut => "Signed out",
                OwnerState::Deleted => "Gone: the account was deleted",
                OwnerState::Replaced => "Gone: another account has its address now",
                OwnerState::Nobody => "No account",
            },
        )?;
    }
    Ok(())
}

/// Prints the signed-in account, the state of its sync, and the sits of other owners on this device.
pub fn account(view: Option<&SyncView>, owners: &[OwnerView], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&view);
    }
    let mut out = output::stdout();
    let Some(view) = view else {
        return Ok(writeln!(out, "Nobody is signed in. All sits are on this device.")?);
    };
    let SyncView { email, project, pending, rejected, local_only, unreadable, .. } = view;
    match view.signed_in {
        true => writeln!(out, "Signed in as {email} at {project}.")?,
        false => writeln!(out, "Signed out; {email} at {project} was signed in last.")?,
    }
    match &view.synced_at {
        Some(at) => writeln!(out, "Last synced: {at}.")?,
        None => writeln!(out, "Not synced yet.")?,
    }
    writeln!(out, "Waiting: {pending}. Rejected: {rejected}. On this device only: {local_only}.")?;
    if *unreadable > 0 {
        writeln!(
            out,
            "Need a newer Zafu: {unreadable}. They are kept, and shown after an update."
        )?;
    }
    if let Some(trouble) = &view.trouble {
        writeln!(out, "Trouble: {}.", output::harmless(&text(&trouble.message)))?;
    }
    if let Some(asked) = asked(view) {
        writeln!(out, "To do: {asked}.")?;
    }
    let others = || owners.iter().filter(|owner| !owner.shown);
    let (sits, unsent) = others().fold((0, 0), |(sits, unsent): (u32, u32), owner| {
        (sits.saturating_add(owner.sits), unsent.saturating_add(owner.unsent))
    });
    if sits > 0 || unsent > 0 {
        writeln!(
            out,
            "Of other accounts on this device: {sits}, not sent: {unsent}. `zafu account list` lists them, `zafu log --all-accounts` shows their sits."
        )?;
    }
    Ok(())
}

/// Returns what the user has to do, if anything.
pub fn asked(view: &SyncView) -> Option<String> {
    let orphan = view.adopt_from.as_ref().and_then(|owner| Some((owner, owner.id?)));
    Some(match (view.need?, orphan) {
        (SyncNeed::AdoptFrom, Some((owner, id))) => format!(
            "{sits} on this device belong to {name}, an account that nobody can sign in to any more: `zafu account adopt --from {id}` moves them to {email}, `zafu account adopt --from {id} --leave` does not",
            sits = owners::sits(owner.sits),
            name = owners::name(owner),
            email = view.email,
        ),
        (need, _) => asks(need).into(),
    })
}

fn asks(need: SyncNeed) -> &'static str {
    match need {
        SyncNeed::AdoptFrom => {
            "sits of an account that is gone are on this device: `zafu account list` lists it"
        }
        SyncNeed::SignIn => "sign in again: `zafu account sign-in`. What waits is kept",
        SyncNeed::AccountGone => {
            "the account is gone: sign in to another one. The sits on this device stay"
        }
        SyncNeed::Erased => {
            "the account's sits were erased from the server: `zafu account after-erasure upload` sends those of this device again, `... keep` keeps them here only"
        }
        SyncNeed::Adopt => {
            "some sits were made while nobody was signed in: `zafu account adopt` makes them this account's, `zafu account adopt --leave` does not"
        }
        SyncNeed::Key => {
            "the project's key is not accepted: check it in the project's settings, then `zafu account sign-in --key KEY`. What waits is kept"
        }
        SyncNeed::Blocked => {
            "this account is blocked: ask whoever runs the project. What waits is kept, and sent once it is not"
        }
        SyncNeed::ServerMisconfigured => {
            "the server has to be mended by whoever runs it: see supabase/README.md. Everything is kept"
        }
        SyncNeed::TooOld => "update Zafu. Everything is kept until then",
        SyncNeed::Rejected => {
            "the server rejected some sits: `zafu account rejected` says which and why"
        }
    }
}

/// Prints the result of a sync.
pub fn synced(report: SyncReport, json: bool) -> Result<(), Failure> {
    if json {
        let line = serde_json::to_string(&report).map_err(io::Error::other)?;
        return Ok(writeln!(output::stdout(), "{line}")?);
    }
    let SyncReport { pushed, pulled, pending, rejected } = report;
    Ok(writeln!(
        output::stdout(),
        "Sent: {pushed}. Received: {pulled}. Waiting: {pending}. Rejected: {rejected}."
    )?)
}

/// Prints the dead letters with the codes of the server.
pub fn dead_letters(dead_letters: &[DeadLetterView], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&dead_letters);
    }
    let mut out = output::stdout();
    if dead_letters.is_empty() {
        writeln!(out, "The server rejected no sits.")?;
    }
    for DeadLetterView { sit, code } in dead_letters {
        writeln!(out, "{}  {:>8}  {code}  {}", sit.started_at, sit.sat_seconds, sit.id)?;
    }
    Ok(())
}

/// Prints the findings of `zafu doctor` and returns the exit code.
pub fn findings(findings: &[Finding]) -> u8 {
    for Finding { what, state } in findings {
        match state {
            Ok(state) => output::print(format_args!("ok    {what}: {state}")),
            Err(remedy) => output::print(format_args!("look  {what}: {remedy}")),
        }
    }
    if findings.iter().all(|finding| finding.state.is_ok()) { DONE } else { FAILED }
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
    writeln!(output::stdout(), "{}", output::harmless_json(&text))?;
    Ok(())
}
