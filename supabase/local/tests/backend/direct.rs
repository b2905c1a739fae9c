//! Direct writes to the table, as by any client of Supabase. They must never fail silently.

use crate::account::Account;
use crate::sits::{completed, deleted, device, ended, noted, read, started_session, wire};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use zafu_backend::shared;
use zafu_core::session::Session;

fn changed(after: &Session, columns: &[&str]) -> Value {
    let whole = wire(after);
    columns.iter().map(|column| ((*column).to_owned(), whole[*column].clone())).collect()
}

const LIFECYCLE: [&str; 4] = ["iscompleted", "completedat", "endedat", "satlength"];

#[test]
fn an_update_that_matches_nothing_is_an_error() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = started_session();
    let change = changed(&completed(&sit), &LIFECYCLE);
    // The creation failed, then the completion arrives: it must be an error.
    let path = format!("sessions?id=eq.{}", sit.id);
    account.send_json(Method::PATCH, &path, &change).is(404, "PT404");
    assert!(account.pull().is_empty());
    account.push_sits(std::slice::from_ref(&sit));
    let response = account.send_json(Method::PATCH, &path, &change);
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(read(&response.body[0]), completed(&sit));
}

#[test]
fn the_id_of_the_client_is_stored() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = started_session();
    let response = account.send_json(Method::POST, "sessions", &wire(&sit));
    assert_eq!(response.status, StatusCode::CREATED, "{response:?}");
    assert_eq!(response.body[0]["id"], json!(sit.id));
    assert_eq!(response.body[0]["userid"], json!(account.id));
    assert_eq!(account.only(), sit);
    account.send_json(Method::POST, "sessions", &wire(&sit)).is(409, "23505");
}

#[test]
fn a_write_that_would_undo_a_later_state_is_rejected() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = noted(&completed(&started_session()), "kept", device(5));
    account.push_sits(std::slice::from_ref(&sit));
    let path = format!("sessions?id=eq.{}", sit.id);
    let shorter = json!({ "satlength": 599 });
    let later = json!({ "startedat": "2026-03-01T06:00:01Z" });
    let without_revision = json!({ "note": "overwritten" });
    let older = json!({ "note": "older", "detailsrevision": 0 });
    let lower = json!({ "note": "lower", "detailsdevice": device(4) });
    let gone = json!({ "deletedat": "2026-03-02T00:00:00Z" });
    for change in [
        changed(&started_session(), &LIFECYCLE),
        changed(&ended(&started_session(), 60), &LIFECYCLE),
        shorter,
        later,
        without_revision,
        older,
        lower,
        gone,
    ] {
        account.send_json(Method::PATCH, &path, &change).is(409, "PT409");
    }
    assert_eq!(account.only(), sit);
    let gone = deleted(&sit, device(5));
    let change = changed(&gone, &["deletedat", "deletionrevision", "deletiondevice"]);
    assert_eq!(account.send_json(Method::PATCH, &path, &change).status, StatusCode::OK);
    assert_eq!(account.only(), gone);
}

#[test]
fn invalid_values_are_rejected() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    for (column, value) in [
        ("sitlength", json!(-1)),
        ("sitlength", json!(4_294_967_296_u64)),
        ("satlength", json!(1)),
        ("iscompleted", json!(true)),
        ("completedat", json!("2026-03-01T06:10:00Z")),
        ("utcoffset", json!(1440)),
        ("source", json!("dream")),
        ("startedat", json!("infinity")),
        ("startedat", json!("-infinity")),
        ("startedat", json!("0044-03-15 12:00:00 BC")),
        ("createdat", json!("10000-01-01T00:00:00Z")),
        ("detailsrevision", json!(-1)),
        ("note", json!("x".repeat(131_073))),
        ("correctedlength", json!(-1)),
    ] {
        let mut row = wire(&started_session());
        row[column] = value;
        account.send_json(Method::POST, "sessions", &row).is(400, "23514");
    }
    assert!(account.pull().is_empty());
}

#[test]
fn a_write_without_a_change_does_not_advance_the_head() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = completed(&started_session());
    let head = account.push(&[wire(&sit)])["after"].clone();
    let same = changed(&sit, &LIFECYCLE);
    let response = account.send_json(Method::PATCH, &format!("sessions?id=eq.{}", sit.id), &same);
    assert_eq!(response.status, StatusCode::OK, "{response:?}");
    let (rows, next) = account.pull_after(&head);
    assert_eq!((rows, &next), (vec![], &head), "no device pulls it again");
}

#[test]
fn a_direct_write_is_pulled_like_any_other() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let (first, second) = (started_session(), started_session());
    let (_, start) = account.pull_after(&Value::Null);
    account.send_json(Method::POST, "sessions", &json!([wire(&first), wire(&second)]));
    let (rows, next) = account.pull_after(&start);
    assert_eq!(rows.len(), 2);
    let change = changed(&completed(&first), &LIFECYCLE);
    account.send_json(Method::PATCH, &format!("sessions?id=eq.{}", first.id), &change);
    let (rows, _) = account.pull_after(&next);
    assert_eq!(rows.iter().map(read).collect::<Vec<_>>(), [completed(&first)]);
}

#[test]
fn several_open_sessions_stay_separate() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let open: Vec<Session> = (0..3).map(|_| started_session()).collect();
    account.push_sits(&open);
    account.push_sits(&[completed(&open[1])]);
    for sit in account.pull() {
        let expected = open.iter().find(|it| it.id == sit.id).expect("one of them");
        let expected = if sit.id == open[1].id { completed(expected) } else { expected.clone() };
        assert_eq!(sit, expected);
    }
}
