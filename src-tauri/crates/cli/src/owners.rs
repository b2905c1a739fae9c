//! Owners of sits: how the command line finds and names them.

use crate::failure::{Failure, USAGE};
use zafu_core::ids::UserId;
use zafu_core::message;
use zafu_core::message::Message;
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
        [] => Err(Failure::new(USAGE, message!("cli-owner-not-found", text = text))),
        [(first, id), ref others @ ..] => {
            let first =
                message!("cli-owner-listed", id = id.to_string(), state = state(first.state));
            let ids = others.iter().fold(first, |ids, (owner, id)| {
                let (id, state) = (id.to_string(), state(owner.state));
                message!("cli-owner-listed-next", ids = ids, id = id, state = state)
            });
            Err(Failure::new(USAGE, message!("cli-owner-ambiguous", address = text, ids = ids)))
        }
    }
}

/// Returns the name of an owner in a list or in a sentence.
pub fn name(owner: &OwnerView) -> Message {
    match (owner.id, owner.email.as_str()) {
        (None, _) => message!("cli-owner-none"),
        (Some(id), "") => message!("cli-owner-unknown", id = id.to_string()),
        (Some(_), email) if owner.state.is_gone() => {
            message!("cli-owner-gone", email = email, state = state(owner.state))
        }
        (Some(_), email) => message!("cli-owner-email", email = email),
    }
}

/// Returns the name of the state of an account.
fn state(state: OwnerState) -> Message {
    match state {
        OwnerState::SignedIn => message!("cli-owner-signed-in"),
        OwnerState::SignedOut => message!("cli-owner-signed-out"),
        OwnerState::Deleted => message!("cli-owner-deleted"),
        OwnerState::Replaced => message!("cli-owner-replaced"),
        OwnerState::Nobody => message!("cli-owner-none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zafu_messages::{Catalogue, Language};

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
        let error =
            |text: &str, language| Catalogue::new(language).text(&found(text).unwrap_err().message);
        let several = error("me@example.org", Language::English);
        assert!(several.contains("000000000002 (replaced)"), "{several}");
        let several = error("me@example.org", Language::German);
        assert!(
            several.ends_with(
                "000000000001 (angemeldet), 00000000-0000-0000-0000-000000000002 (ersetzt)."
            ),
            "{several}"
        );
        let none = error("", Language::English);
        assert!(
            none.contains("zafu account list"),
            "the sits without an owner have no name: {none}"
        );
    }
}
