//! The output of the commands about the account and its sync.

use super::print_json;
use crate::failure::Failure;
use crate::owners;
use std::io::{self, Write};
use zafu_core::message;
use zafu_core::message::Message;
use zafu_engine::output;
use zafu_engine::protocol::{
    DeadLetterView, OwnerState, OwnerView, SitRecord, SyncNeed, SyncReport, SyncView,
};
use zafu_messages::text;

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
                "localOnly": 0, "unreadable": 0, "ownerless": 0, "untilQuit": false, "keepsTexts": false,
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
