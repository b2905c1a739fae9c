//! Migrations of a project that has sessions already.

use crate::session::Session;
use crate::sits::{completed, many, read, started_session, wire};
use serde_json::{Value, json};
use uuid::Uuid;
use zafu_backend::{Backend, or_skip};

/// Runs a query with the rights of an account and returns its JSON.
fn call(backend: &Backend, account: Uuid, sql: &str) -> Value {
    let mut session = Session::open(backend);
    session.begin_as(account);
    let json = session.run(sql);
    session.run("commit");
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

#[test]
fn sessions_of_an_older_schema_stay_as_they_are() {
    let Some(backend) = or_skip(Backend::start_empty()) else { return };
    let is_old = |name: &str| name < "20261126";
    backend.migrate_only(is_old).expect("the older migrations");
    let account = Uuid::new_v4();
    let insert = "insert into auth.users (id, email) values";
    backend.sql(&format!("{insert} ('{account}', 'early@example.test')")).expect("SQL");
    let mut labelled = wire(&completed(&started_session()));
    (labelled["label"], labelled["detailsrevision"]) = ("Zazen".into(), 1.into());
    let mut rows = many(3);
    rows.push(labelled);
    let push = |rows: &[Value]| {
        let body = json!({ "sessions": rows });
        call(&backend, account, &format!("select push_sessions($j${body}$j$)"))
    };
    push(&rows);
    let pull = |cursor: &Value| {
        let after = match cursor["seq"].as_i64() {
            Some(seq) => format!("{seq}, {}", cursor["history_id"]).replace('"', "'"),
            None => String::new(),
        };
        call(&backend, account, &format!("select pull_sessions({after})"))
    };
    let digest = || call(&backend, account, "select digest_sessions()");
    let (before, digest_before) = (pull(&Value::Null), digest());

    backend.migrate_only(|name| !is_old(name)).expect("the newer migrations");
    let health = backend.sql("set role anon; select zafu_health()").expect("SQL");
    let health: Value = serde_json::from_str(health.lines().last().expect("a row")).expect("JSON");
    let kinds = ["unprotected", "surplus", "missing", "changed"];
    assert!(kinds.iter().all(|kind| health[*kind] == json!([])), "{health}");
    assert_eq!(digest(), digest_before);
    // A device goes on from its cursor, and one without a cursor reads the same sessions.
    let page = pull(&before["next"]);
    assert_eq!(
        (&page["state"], &page["rows"], &page["labels_seq"]),
        (&json!("ok"), &json!([]), &json!(0))
    );
    let sits = |page: &Value| -> Vec<_> {
        page["rows"].as_array().expect("rows").iter().map(read).collect()
    };
    let after = pull(&Value::Null);
    assert_eq!(sits(&after), sits(&before));
    assert!(
        after["rows"].as_array().expect("rows").iter().all(|row| row["correctedoffset"].is_null())
    );
    // An older client repeats its push, in which the new field is missing.
    for row in &mut rows {
        row.as_object_mut().expect("a row").remove("correctedoffset");
    }
    let outcomes = push(&rows)["outcomes"].clone();
    assert!(outcomes.as_array().expect("outcomes").iter().all(|it| it["outcome"] == "unchanged"));
    // A newer one corrects the offset.
    (rows[0]["correctedoffset"], rows[0]["detailsrevision"]) = (json!(-300), 1.into());
    assert_eq!(push(&rows[..1])["outcomes"][0]["outcome"], "accepted");
    let page = pull(&after["next"]);
    assert_eq!(page["rows"][0]["correctedoffset"], -300);
    // The older client sends what it knows of the same revision: the offset stays.
    rows[0].as_object_mut().expect("a row").remove("correctedoffset");
    let outcome = push(&rows[..1])["outcomes"][0].clone();
    assert_eq!(
        (&outcome["outcome"], &outcome["row"]["correctedoffset"]),
        (&json!("merged"), &json!(-300))
    );
}
