//! Whether notes and labels stay on the devices of a user: a register that `sync_partner` stores and a pull returns.

use crate::account::Account;
use crate::sits::device;
use serde_json::{Value, json};
use zafu_backend::shared;

/// The choice as JSON, made on the device `n`.
fn choice(keeps: bool, revision: u32, n: u32) -> Value {
    json!({ "keeps": keeps, "revision": revision, "deviceid": device(n.into()) })
}

fn pulled(account: &Account<'_>) -> Value {
    account.page(&Value::Null, 1)["keeps_texts"].clone()
}

#[test]
fn the_later_choice_is_returned_by_every_pull() {
    let Some(backend) = shared() else { return };
    let (account, other) = (Account::new(backend), Account::new(backend));
    let never = json!({ "keeps": false, "revision": 0, "deviceid": null });
    assert_eq!(pulled(&account), never);
    let partner_seq = account.view()["partner_seq"].clone();
    for (sent, outcome, stored) in [
        (choice(true, 2, 1), "stored", choice(true, 2, 1)),
        (choice(true, 2, 1), "stored", choice(true, 2, 1)),
        (choice(false, 1, 3), "older", choice(true, 2, 1)),
        (choice(false, 2, 3), "stored", choice(false, 2, 3)),
        (choice(true, 2, 2), "older", choice(false, 2, 3)),
        (choice(true, 3, 1), "stored", choice(true, 3, 1)),
    ] {
        assert_eq!(account.send_part("keeps_texts", &sent), outcome, "{sent}");
        assert_eq!(pulled(&account), stored, "{sent}");
    }
    let unknown = account.page(&json!({ "seq": 1, "history_id": device(9) }), 1);
    assert_eq!(
        (&unknown["state"], &unknown["keeps_texts"]),
        (&json!("diverged"), &pulled(&account))
    );
    assert_eq!(account.view()["partner_seq"], partner_seq, "it is nothing that a partner sees");
    assert_eq!(pulled(&other), never, "it is the choice of one account");
}

#[test]
fn a_choice_that_is_not_valid_is_not_stored() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let with = |field: &str, value: Value| {
        let mut choice = choice(true, 1, 1);
        choice[field] = value;
        choice
    };
    for (sent, outcome) in [
        (json!("keeps"), "not_an_object"),
        (with("keeps", Value::Null), "bad_keeps"),
        (with("keeps", json!("yes")), "bad_keeps"),
        (with("revision", json!(0)), "bad_revision"),
        (with("revision", json!(5_000_000_000_u64)), "bad_revision"),
        (with("deviceid", json!("me")), "bad_deviceid"),
    ] {
        assert_eq!(account.send_part("keeps_texts", &sent), outcome, "{sent}");
    }
    assert_eq!(pulled(&account)["revision"], 0);
}

#[test]
fn an_erasure_does_not_change_the_choice() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    account.send_part("keeps_texts", &choice(true, 1, 1));
    let erased = account.call("erase_account", &json!({}));
    assert_eq!(erased.status.as_u16(), 200, "{erased:?}");
    assert_eq!(pulled(&account), choice(true, 1, 1));
}
