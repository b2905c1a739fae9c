//! Invalid rows: each is rejected with a reason, and the others of the same push are stored.

use crate::account::Account;
use crate::sits::{completed, many, started_session, wire};
use reqwest::Method;
use serde_json::{Value, json};
use zafu_backend::shared;
use zafu_core::session::MAX_REVISION;

/// Returns a row with another value in one column.
fn with(column: &str, value: Value) -> Value {
    let mut row = wire(&completed(&started_session()));
    row[column] = value;
    row
}

/// Returns invalid rows and the reasons for which they must be rejected.
fn poison() -> Vec<(Value, &'static str)> {
    let mut all = vec![
        (json!(null), "not_an_object"),
        (json!(7), "not_an_object"),
        (json!("text"), "not_an_object"),
        (json!([wire(&started_session())]), "not_an_object"),
        (json!({}), "bad_id"),
        (with("id", json!("not a uuid")), "bad_id"),
        (with("id", json!("{018f0000-0000-7000-8000-000000000001}")), "bad_id"),
        (with("id", json!("018f00000-000-7000-8000-000000000001")), "bad_id"),
        (with("note", json!("a\u{0}b")), "bad_text"),
        (with("label", json!("\u{0}")), "bad_text"),
        (with("note", json!("x".repeat(131_073))), "bad_note"),
        (with("label", json!("x".repeat(8193))), "bad_label"),
        (with("note", json!(null)), "bad_note"),
        (with("source", json!("dream")), "bad_source"),
        (with("source", json!("")), "bad_source"),
        (with("utcoffset", json!(1440)), "bad_utcoffset"),
        (with("utcoffset", json!(-1440)), "bad_utcoffset"),
        (with("utcoffset", json!(1.5)), "bad_utcoffset"),
        (with("correctedoffset", json!(1440)), "bad_correctedoffset"),
        (with("correctedoffset", json!(-1440)), "bad_correctedoffset"),
        (with("correctedoffset", json!(0.5)), "bad_correctedoffset"),
        (with("correctedoffset", json!("")), "bad_correctedoffset"),
        (with("correctedoffset", json!({})), "bad_correctedoffset"),
        (with("iscompleted", json!("t")), "bad_iscompleted"),
        (with("iscompleted", json!(1)), "bad_iscompleted"),
        // Fields that contradict each other.
        (with("iscompleted", json!(false)), "contradiction"),
        (with("completedat", json!(null)), "contradiction"),
        (with("endedat", json!(null)), "contradiction"),
        (with("endedat", json!("2026-03-01T06:10:00.251Z")), "contradiction"),
    ];
    let mut running = wire(&started_session());
    running["satlength"] = 1.into();
    all.push((running, "contradiction"));
    for (column, reason) in [
        ("startedat", "bad_startedat"),
        ("completedat", "bad_completedat"),
        ("endedat", "bad_endedat"),
        ("createdat", "bad_createdat"),
        ("correctedstart", "bad_correctedstart"),
        ("deletedat", "bad_deletedat"),
    ] {
        for wrong in [
            "yesterday",
            "infinity",
            "now",
            "",
            "2026-03-01",
            "2026-03-01 06:00:00Z",
            "2026-03-01T06:00:00",
            "2026-03-01T06:00:00.000z",
            "2026-3-01T06:00:00Z",
            "2026-02-29T06:00:00.000Z",
            "1900-02-29T06:00:00.000Z",
            "2026-02-30T06:00:00Z",
            "2026-04-31T06:00:00.000Z",
            "2026-13-01T06:00:00.000Z",
            "2026-00-01T06:00:00.000Z",
            "2026-01-00T06:00:00.000Z",
            "2026-01-32T06:00:00.000Z",
            "2026-03-01T24:00:00.000Z",
            "2026-03-01T06:60:00.000Z",
            "2026-03-01T06:00:60.000Z",
            "0000-01-01T00:00:00.000Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "9999-12-31T23:59:59.9999Z",
            "12026-03-01T06:00:00.000Z",
            "2026-03-01T06:00:00+25:00",
            "-026-03-01T06:00:00.000Z",
            "2026-03-01T06:00:00.0-0Z",
            "２026-03-01T06:00:00.000Z",
        ] {
            all.push((with(column, json!(wrong)), reason));
        }
        all.push((with(column, json!(1_772_344_800)), reason));
    }
    for column in
        ["sitlength", "satlength", "correctedlength", "detailsrevision", "deletionrevision"]
    {
        let reason = match column {
            "sitlength" => "bad_sitlength",
            "satlength" => "bad_satlength",
            "correctedlength" => "bad_correctedlength",
            "detailsrevision" => "bad_detailsrevision",
            _ => "bad_deletionrevision",
        };
        for wrong in [
            json!(-1),
            json!(4_294_967_296_u64),
            json!(1.5),
            json!("ten"),
            json!(""),
            json!([]),
            json!(1e99),
        ] {
            all.push((with(column, wrong), reason));
        }
    }
    for (column, reason) in
        [("detailsrevision", "bad_detailsrevision"), ("deletionrevision", "bad_deletionrevision")]
    {
        all.push((with(column, json!(MAX_REVISION + 1)), reason));
        all.push((with(column, json!(u32::MAX)), reason));
    }
    for (column, reason) in [
        ("deviceid", "bad_deviceid"),
        ("detailsdevice", "bad_detailsdevice"),
        ("deletiondevice", "bad_deletiondevice"),
    ] {
        all.push((with(column, json!("me")), reason));
        all.push((with(column, json!(null)), reason));
    }
    all
}

#[test]
fn invalid_rows_do_not_block_others_in_the_same_push() {
    stores_the_rows_between_invalid_ones(|account, rows| account.push(rows));
}

#[test]
fn invalid_rows_in_the_field_order_of_the_app_do_not_block_others() {
    stores_the_rows_between_invalid_ones(|account, rows| account.push_in_app_order(rows));
}

#[test]
fn each_invalid_row_is_rejected_when_pushed_alone() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    for (wrong, reason) in poison() {
        let response = account.push_in_app_order(std::slice::from_ref(&wrong));
        let outcome = &response["outcomes"][0];
        assert_eq!(
            (&outcome["outcome"], &outcome["reason"]),
            (&json!("rejected"), &json!(reason)),
            "{wrong}"
        );
    }
    assert!(account.pull().is_empty());
}

fn stores_the_rows_between_invalid_ones(push: fn(&Account<'_>, &[Value]) -> Value) {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let poison = poison();
    let well = many(poison.len() + 1);
    let mut rows = vec![well[0].clone()];
    for ((wrong, _), right) in poison.iter().zip(&well[1..]) {
        rows.push(wrong.clone());
        rows.push(right.clone());
    }
    let response = push(&account, &rows);
    for (index, (row, outcome)) in
        rows.iter().zip(response["outcomes"].as_array().expect("outcomes")).enumerate()
    {
        let expected = if index % 2 == 0 {
            json!({ "id": row["id"], "outcome": "accepted" })
        } else {
            let reason = poison[index / 2].1;
            json!({ "id": outcome["id"], "outcome": "rejected", "reason": reason })
        };
        assert_eq!(outcome, &expected, "of {row}");
    }
    assert_eq!(account.pull().len(), well.len());
}

/// A device could not change a row with a higher revision.
#[test]
fn real_life_07_a_revision_near_the_end_of_its_range_is_rejected() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let (last, beyond) = (MAX_REVISION, MAX_REVISION + 1);
    let row = with("detailsrevision", json!(last));
    let mut higher = row.clone();
    higher["detailsrevision"] = beyond.into();
    let mut deleted = row.clone();
    deleted["deletionrevision"] = beyond.into();
    let beside = wire(&started_session());
    for push in [Account::push, Account::push_in_app_order] {
        let response =
            push(&account, &[higher.clone(), row.clone(), deleted.clone(), beside.clone()]);
        let reasons: Vec<_> = (0..4).map(|index| &response["outcomes"][index]["reason"]).collect();
        assert_eq!(
            reasons,
            [
                &json!("bad_detailsrevision"),
                &Value::Null,
                &json!("bad_deletionrevision"),
                &Value::Null
            ]
        );
    }
    assert_eq!(account.pull().len(), 2);
    // Nor by a direct write.
    let path = format!("sessions?id=eq.{}", row["id"].as_str().expect("an id"));
    account.send_json(Method::PATCH, &path, &json!({ "detailsrevision": beyond })).is(400, "23514");
    account
        .send_json(Method::POST, "sessions", &with("deletionrevision", json!(beyond)))
        .is(400, "23514");
    let known = backend.sql("select zafu.max_revision()").expect("SQL");
    assert_eq!(known, MAX_REVISION.to_string(), "the same bound on both sides");
}

/// Values that a JSON library would not write, sent as text.
#[test]
fn invalid_json_values_do_not_fail_a_call() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let (sit, right) = (wire(&started_session()).to_string(), wire(&started_session()));
    let number = sit.replace("\"sitlength\":600", "\"sitlength\":1e999999");
    assert_ne!(number, sit);
    let missing = json!({ "id": started_session().id }).to_string();
    for (wrong, reason) in [(number, "bad_sitlength"), (missing, "bad_startedat")] {
        let body = format!(r#"{{"sessions":[{wrong},{right}]}}"#);
        let response = account.send_text(Method::POST, "rpc/push_sessions", body);
        assert_eq!(response.status.as_u16(), 200, "{response:?}");
        assert_eq!(response.body["outcomes"][0]["reason"], reason, "{response:?}");
        assert_ne!(response.body["outcomes"][1]["outcome"], "rejected", "{response:?}");
    }
}

#[test]
fn escapes_that_cannot_be_stored_are_replaced() {
    let Some(backend) = shared() else { return };
    for (text, expected) in [
        (r"\u0000", "#"),
        (r"\u0000\u0000", "##"),
        (r"\ud83e", "#"),
        (r"\uddd8", "#"),
        (r"\ud83e\uddd8", r"\ud83e\uddd8"),
        (r"\uddd8\ud83e", "##"),
        (r"\\u0000", r"\\u0000"),
        (r"\\\u0000", r"\\#"),
        (r"\ud83e\\\uddd8", r"#\\#"),
        (r"\u00e9", r"\u00e9"),
        ("plain", "plain"),
    ] {
        let replaced =
            backend.sql(&format!("select zafu.replace_unstorable_escapes($${text}$$, '#')"));
        assert_eq!(replaced.expect("SQL"), expected, "{text}");
    }
}

#[test]
fn every_form_of_rfc_3339_is_read() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    for (sent, expected) in [
        ("2026-03-01T06:00:00Z", "2026-03-01T06:00:00Z"),
        ("2026-03-01T06:00:00.25+01:00", "2026-03-01T05:00:00.250Z"),
        ("2026-03-01T06:00:00.123456789Z", "2026-03-01T06:00:00.123Z"),
        ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"),
        ("2000-02-29T00:00:00.000Z", "2000-02-29T00:00:00Z"),
        ("0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ] {
        let response = account.push(&[with("createdat", json!(sent))]);
        assert_eq!(response["outcomes"][0]["reason"], Value::Null, "{sent}: {response}");
        let id = response["outcomes"][0]["id"].as_str().expect("an id");
        let row = account.get(&format!("sessions?select=createdat&id=eq.{id}")).body;
        let stored = row[0]["createdat"].as_str().expect("a moment");
        assert_eq!(crate::sits::moment(stored), crate::sits::moment(expected), "{sent}");
    }
}
