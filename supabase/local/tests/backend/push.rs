//! Outcomes of pushes.

use crate::account::{Account, outcomes};
use crate::sits::{completed, deleted, device, ended, many, noted, read, started_session, wire};
use reqwest::Method;
use serde_json::{Value, json};
use zafu_backend::shared;

#[test]
fn a_session_is_stored_once() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = completed(&started_session());
    assert_eq!(account.push_sits(std::slice::from_ref(&sit)), ["accepted"]);
    assert_eq!(account.push_sits(std::slice::from_ref(&sit)), ["unchanged"]);
    assert_eq!(account.only(), sit);
}

#[test]
fn a_completion_may_arrive_first() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = started_session();
    // The completion arrives first, then the start.
    assert_eq!(account.push_sits(&[completed(&sit)]), ["accepted"]);
    let late = account.push(&[wire(&sit)]);
    assert_eq!(outcomes(&late), ["merged"]);
    assert_eq!(read(&late["outcomes"][0]["row"]), completed(&sit));
    assert_eq!(late["before"], late["after"], "nothing was written");
    assert_eq!(account.only(), completed(&sit));
}

#[test]
fn a_late_completion_wins_over_an_early_end() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = started_session();
    assert_eq!(account.push_sits(&[ended(&sit, 90)]), ["accepted"]);
    assert_eq!(account.push_sits(&[completed(&sit)]), ["accepted"]);
    assert_eq!(account.push_sits(&[ended(&sit, 90)]), ["merged"]);
    assert_eq!(account.only(), completed(&sit));
}

#[test]
fn a_deletion_before_its_creation_holds_and_can_be_undone() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = completed(&started_session());
    let gone = deleted(&sit, device(2));
    account.push_sits(std::slice::from_ref(&gone));
    assert_eq!(account.push_sits(std::slice::from_ref(&sit)), ["merged"]);
    assert_eq!(account.only(), gone);
    let mut back = gone.clone();
    back.deletion = gone.deletion.set(None, device(1));
    assert_eq!(account.push_sits(std::slice::from_ref(&back)), ["accepted"]);
    assert_eq!(account.only(), back);
}

#[test]
fn two_devices_converge() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = started_session();
    let phone = noted(&completed(&sit), "by the window", device(7));
    let desk = noted(&ended(&sit, 300), "in the hall", device(9));
    account.push_sits(std::slice::from_ref(&phone));
    let response = account.push(&[wire(&desk)]);
    assert_eq!(outcomes(&response), ["merged"]);
    let expected = phone.clone().join(&desk);
    assert_eq!(expected.details.value.note, "in the hall", "of equal revisions the higher device");
    assert_eq!(read(&response["outcomes"][0]["row"]), expected);
    assert_eq!(account.only(), expected);
    assert_eq!(phone.join(&expected), expected, "the other device comes to the same");
}

#[test]
fn a_session_twice_in_one_push_is_stored_once() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = started_session();
    let rows = [&sit, &completed(&sit), &sit, &completed(&sit)];
    let rows: Vec<Value> = rows.into_iter().map(wire).collect();
    let response = account.push(&rows);
    assert_eq!(outcomes(&response), ["merged", "accepted", "merged", "accepted"]);
    assert_eq!(read(&response["outcomes"][0]["row"]), completed(&sit));
    assert_eq!(account.only(), completed(&sit));
}

#[test]
fn real_life_22_two_accounts_may_have_sessions_with_the_same_id() {
    let Some(backend) = shared() else { return };
    let (first, second) = (Account::new(backend), Account::new(backend));
    let sit = started_session();
    first.push_sits(std::slice::from_ref(&sit));
    // The second account gets the outcomes of an unused id.
    assert_eq!(second.push_sits(&[completed(&sit)]), ["accepted"]);
    assert_eq!(second.push_sits(&[completed(&sit)]), ["unchanged"]);
    let edited = noted(&completed(&sit), "the second's", device(9));
    assert_eq!(second.push_sits(std::slice::from_ref(&edited)), ["accepted"]);
    // Each account reads and changes only its own session.
    assert_eq!((first.only(), second.only()), (sit.clone(), edited.clone()));
    assert_eq!(first.push_sits(&[ended(&sit, 60)]), ["accepted"]);
    assert_eq!(second.only(), edited);
    let path = format!("sessions?id=eq.{}", sit.id);
    let deletion = json!({ "deletedat": "2026-03-02T00:00:00Z", "deletionrevision": 1 });
    let response = second.send_json(Method::PATCH, &path, &deletion);
    assert_eq!(response.body.as_array().map(Vec::len), Some(1), "{response:?}");
    assert_eq!(first.only(), ended(&sit, 60));
    // Erasing or deleting one account does not affect the other.
    second.call("erase_account", &json!({}));
    assert_eq!((first.only(), second.pull().len()), (ended(&sit, 60), 0));
}

#[test]
fn unchanged_rows_are_not_written() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let rows = many(50);
    let first = account.push(&rows);
    let versions = || {
        let id = account.id;
        let sql =
            "select string_agg(xmin || ' ' || seq, ',' order by id) from sessions where userid =";
        backend.sql(&format!("{sql} '{id}'")).expect("SQL")
    };
    let written = versions();
    let again = account.push(&rows);
    assert_eq!(outcomes(&again), vec!["unchanged"; 50]);
    assert_eq!((&again["before"], &again["after"]), (&first["after"], &first["after"]));
    assert_eq!(versions(), written, "same row versions, same numbers");
}

#[test]
fn more_outcomes_than_max_rows_are_returned() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    assert_eq!(outcomes(&account.push(&many(2000))), vec!["accepted"; 2000]);
    assert_eq!(account.pull().len(), 2000);
}

#[test]
fn a_push_beyond_the_limits_is_rejected_as_a_whole() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = wire(&started_session());
    let rows = vec![sit.clone(); 5001];
    account.call("push_sessions", &json!({ "sessions": rows })).is(413, "PT413");
    let mut heavy = sit;
    heavy["note"] = "x".repeat(4 * 1024 * 1024).into();
    account.call("push_sessions", &json!({ "sessions": [heavy] })).is(413, "PT413");
    account.call("push_sessions", &json!({ "sessions": { "id": 1 } })).is(400, "PT400");
    assert!(account.pull().is_empty());
}
