//! Sessions with their fields in the order in which the app writes them.

use crate::account::{Account, outcomes};
use crate::sits::{
    completed, deleted, device, ended, in_app_order, noted, read, started_session, wire,
};
use chrono::Duration;
use serde_json::Value;
use zafu_backend::shared;
use zafu_core::session::{Details, Session};
use zafu_core::time::Seconds;

/// A sit of every kind, each under an id of its own.
fn all_kinds() -> Vec<Session> {
    let corrected = {
        let sit = completed(&started_session());
        let value = Details {
            corrected_start: Some(sit.lifecycle.startedat - Duration::milliseconds(90_500)),
            corrected_length: Some(Seconds(u32::MAX)),
            ..Details::default()
        };
        Session { details: sit.details.set(value, device(2)), ..sit }
    };
    let texts = "\"quoted\" \\ / \u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f} \u{e9} \u{2028} \u{1F9D8}";
    vec![
        started_session(),
        ended(&started_session(), 61),
        completed(&started_session()),
        deleted(&completed(&started_session()), device(3)),
        noted(&completed(&started_session()), texts, device(4)),
        corrected,
    ]
}

#[test]
fn every_kind_of_session_is_accepted_and_then_unchanged() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sits = all_kinds();
    let body = String::from_utf8(zafu_sync::wire::push_body(&sits, None)).expect("UTF-8");
    for sit in &sits {
        let row = in_app_order(&wire(sit));
        assert!(body.contains(&row), "the app does not write as these tests do: {body}");
    }
    let values: Vec<Value> = sits.iter().map(wire).collect();
    assert_eq!(outcomes(&account.push_in_app_order(&values)), vec!["accepted"; sits.len()]);
    let again = account.push_in_app_order(&values);
    assert_eq!(outcomes(&again), vec!["unchanged"; sits.len()]);
    assert_eq!(again["before"], again["after"]);
    let mut back = account.pull();
    back.sort_by_key(|sit| sits.iter().position(|one| one.id == sit.id));
    assert_eq!(back, sits);
}

#[test]
fn a_stored_session_that_the_same_push_changes_is_merged() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = started_session();
    let rows = [wire(&sit), wire(&completed(&sit)), wire(&sit)];
    account.push_in_app_order(&rows[..1]);
    let response = account.push_in_app_order(&rows);
    assert_eq!(outcomes(&response), ["merged", "accepted", "merged"]);
    assert_eq!(read(&response["outcomes"][0]["row"]), completed(&sit));
    assert_eq!(account.only(), completed(&sit));
}

#[test]
fn a_row_equal_to_that_of_another_account_is_stored_for_both() {
    let Some(backend) = shared() else { return };
    let (first, second) = (Account::new(backend), Account::new(backend));
    let rows = [wire(&completed(&started_session()))];
    first.push_in_app_order(&rows);
    assert_eq!(outcomes(&second.push_in_app_order(&rows)), ["accepted"]);
    assert_eq!(outcomes(&second.push_in_app_order(&rows)), ["unchanged"]);
    assert_eq!((first.pull().len(), second.pull().len()), (1, 1));
}
