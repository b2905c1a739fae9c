//! Owners of sits: how they are named on the command line, how they are listed, and their logs.

use crate::failure::{Failure, USAGE};
use crate::{print, status};
use zafu_cli::args;
use zafu_core::ids::UserId;
use zafu_engine::folder::DataFolder;
use zafu_engine::protocol::{LogOwner, LogRequest, OwnerState, OwnerView, Reply, Request};
use zafu_engine::{system, view};

/// Returns every owner of sits in `folder`, the account in use first: from the running engine, or from the database.
pub fn list(folder: &DataFolder) -> Result<Vec<OwnerView>, Failure> {
    match status::ask(folder, &Request::Owners)? {
        Some(Reply::Owners(owners)) => Ok(owners),
        Some(_) => Err(status::other_version()),
        None => Ok(status::read(folder, view::owners)?.unwrap_or_default()),
    }
}

/// Prints the log of the account in use, of one account, or of all.
pub fn log(folder: &DataFolder, log: &args::Log) -> Result<(), Failure> {
    let owners = match log.all_accounts || log.account.is_some() {
        true => list(folder)?,
        false => Vec::new(),
    };
    let owner = match &log.account {
        Some(account) => LogOwner::Of(named(&owners, account)?.1),
        None if log.all_accounts => LogOwner::All,
        None => LogOwner::Shown,
    };
    let request = LogRequest { limit: log.limit, before: None, owner };
    let records = match status::ask(folder, &Request::Log(request.clone()))? {
        Some(Reply::Log(records)) => records,
        Some(_) => return Err(status::other_version()),
        None => {
            let now = system::clock().now().wall;
            status::read(folder, |database| view::records(database, &request, now))?
                .unwrap_or_default()
        }
    };
    print::log(&records, log.all_accounts.then_some(&owners), log.json, log.limit)
}

/// Finds the account that `text` names, by its ID or by its address, and returns its ID with it.
pub fn named<'a>(owners: &'a [OwnerView], text: &str) -> Result<(&'a OwnerView, UserId), Failure> {
    let accounts = || owners.iter().filter_map(|owner| Some((owner, owner.id?)));
    if let Some(found) = accounts().find(|(_, id)| id.to_string().eq_ignore_ascii_case(text)) {
        return Ok(found);
    }
    let found: Vec<_> =
        accounts().filter(|(owner, _)| owner.email.eq_ignore_ascii_case(text)).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let message = format!(
                "no account \"{text}\" was ever signed in here: `zafu account list` lists those that were"
            );
            Err(Failure::new(USAGE, message))
        }
        _ => {
            let ids: Vec<_> =
                found.iter().map(|(owner, id)| format!("{id} ({})", state(owner.state))).collect();
            let message = format!(
                "several accounts have the address {text}: name one by its ID, {}",
                ids.join(", ")
            );
            Err(Failure::new(USAGE, message))
        }
    }
}

/// Names an owner in a list or in a sentence.
pub fn name(owner: &OwnerView) -> String {
    match (owner.id, owner.email.as_str()) {
        (None, _) => "nobody".into(),
        (Some(id), "") => format!("the account {id}"),
        (Some(_), email) if owner.state.is_gone() => format!("{email} ({})", state(owner.state)),
        (Some(_), email) => email.into(),
    }
}

/// Says whether somebody can sign in to an account.
pub fn state(state: OwnerState) -> &'static str {
    match state {
        OwnerState::SignedIn => "signed in",
        OwnerState::SignedOut => "signed out",
        OwnerState::Deleted => "deleted",
        OwnerState::Replaced => "replaced",
        OwnerState::Nobody => "no account",
    }
}

/// Counts sits in words.
pub fn sits(count: u32) -> String {
    if count == 1 { "1 sit".into() } else { format!("{count} sits") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(n: u128, email: &str, state: OwnerState) -> OwnerView {
        let id = (n > 0).then(|| format!("00000000-0000-0000-0000-{n:012}").parse().unwrap());
        let project = "https://one.example".into();
        let (email, shown) = (email.into(), false);
        OwnerView { id, email, project, state, shown, sits: 1, deleted: 0, unsent: 0, kept: 0 }
    }

    #[test]
    fn an_account_is_named_by_its_id_or_by_an_address_that_is_its_alone() {
        let owners = [
            owner(1, "me@example.org", OwnerState::SignedIn),
            owner(2, "Me@example.org", OwnerState::Replaced),
            owner(3, "other@example.org", OwnerState::SignedOut),
            owner(0, "", OwnerState::Nobody),
        ];
        let found = |text: &str| named(&owners, text).map(|(_, id)| id.to_string());
        assert_eq!(found("OTHER@example.org").unwrap(), "00000000-0000-0000-0000-000000000003");
        let replaced = "00000000-0000-0000-0000-000000000002";
        assert_eq!(found(replaced).unwrap(), replaced);
        let several = found("me@example.org").unwrap_err();
        assert!(several.message.contains("000000000002 (replaced)"), "{}", several.message);
        assert!(found("").unwrap_err().message.contains("zafu account list"), "nobody has no name");
    }
}
