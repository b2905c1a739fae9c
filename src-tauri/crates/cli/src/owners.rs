//! Owners of sits: how the command line finds and names them.

use crate::failure::{Failure, USAGE};
use zafu_core::ids::UserId;
use zafu_engine::protocol::{OwnerState, OwnerView};

/// Returns the account with the ID or the email address `text`, and its ID.
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

/// Returns the name of an owner in a list or in a sentence.
pub fn name(owner: &OwnerView) -> String {
    match (owner.id, owner.email.as_str()) {
        (None, _) => "nobody".into(),
        (Some(id), "") => format!("the account {id}"),
        (Some(_), email) if owner.state.is_gone() => format!("{email} ({})", state(owner.state)),
        (Some(_), email) => email.into(),
    }
}

/// Returns the name of the state of an account.
pub fn state(state: OwnerState) -> &'static str {
    match state {
        OwnerState::SignedIn => "signed in",
        OwnerState::SignedOut => "signed out",
        OwnerState::Deleted => "deleted",
        OwnerState::Replaced => "replaced",
        OwnerState::Nobody => "no account",
    }
}

/// Returns a number of sits as text.
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
        OwnerView {
            id,
            email,
            project,
            state,
            shown,
            sits: 1,
            deleted: 0,
            unsent: 0,
            local_only: 0,
        }
    }

    #[test]
    fn an_account_is_found_by_its_id_or_by_a_unique_address() {
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
