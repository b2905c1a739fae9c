//! Labels: merging, bad rows, limits, erasing, attackers, several devices.

use crate::account::{Account, Response};
use crate::session::{Session, as_account};
use crate::sits::{completed, device, many, started_session, wire};
use proptest::collection::vec;
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::thread;
use zafu_backend::{Backend, or_skip, shared};
use zafu_core::label::{Colour, Label, LabelDetails, LabelKey, Shape};
use zafu_core::session::{MAX_REVISION, Register};

/// A label as JSON, set once by device 1.
fn label(key: &str) -> Value {
    json!({
        "key": key, "name": key, "colour": "red", "shape": "star", "merged_into": null,
        "is_deleted": false, "revision": 1, "deviceid": device(1),
    })
}

/// A label with another value in one field.
fn with(field: &str, value: Value) -> Value {
    let mut label = label("Zazen");
    label[field] = value;
    label
}

fn sync(account: &Account<'_>, labels: &[Value]) -> Value {
    let response = account.call("sync_labels", &json!({ "labels": labels }));
    assert_eq!(response.status.as_u16(), 200, "{response:?}");
    assert_eq!(response.body["state"], "ok", "{response:?}");
    response.body
}

fn stored(account: &Account<'_>) -> Value {
    let of = format!("labels?userid=eq.{}&order=key", account.id);
    let mut rows = account.get(&of).body;
    for row in rows.as_array_mut().expect("rows") {
        row.as_object_mut().expect("a row").remove("userid");
    }
    rows
}

fn reasons(response: &Value) -> Vec<(Value, String)> {
    let rejected = response["rejected"].as_array().expect("rejected").iter();
    rejected
        .map(|row| (row["key"].clone(), row["reason"].as_str().expect("a reason").to_owned()))
        .collect()
}

#[test]
fn labels_are_stored_and_returned_whole() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let mut merged = label("Metta \"quoted\" \\ \u{1F9D8}");
    merged["merged_into"] = "no such row".into();
    merged["name"] = "Loving kindness".into();
    let response = sync(&account, &[label("Zazen"), merged.clone()]);
    assert_eq!(response["labels"], json!([merged, label("Zazen")]));
    assert_eq!(response["rejected"], json!([]));
    assert_eq!(response["labels"], stored(&account));
    // A row of an older revision changes nothing, and neither does the same row again.
    let mut renamed = with("name", json!("Sitting"));
    renamed["revision"] = 3.into();
    sync(&account, &[renamed.clone()]);
    let response = sync(&account, &[label("Zazen"), with("name", json!("other"))]);
    assert_eq!(response["labels"], json!([merged, renamed]));
    assert_eq!(response["before"], response["after"]);
}

#[test]
fn a_change_of_labels_is_seen_by_the_next_pull_of_every_device() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    account.push(&many(3));
    let (_, cursor) = account.pull_after(&Value::Null);
    assert_eq!(account.page(&cursor, 10)["labels_seq"], 0);
    let response = sync(&account, &[label("Zazen")]);
    assert_eq!(response["before"], cursor);
    let page = account.page(&cursor, 10);
    assert_eq!(page["rows"], json!([]));
    assert_eq!((&page["head"], &page["next"]), (&response["after"], &response["after"]));
    assert_eq!(page["labels_seq"], response["labels_seq"]);
    assert_eq!(page["labels_seq"], response["after"]["seq"]);
    // Sessions do not change it, and neither does a call that changes no label.
    account.push(&many(1));
    let again = sync(&account, &[label("Zazen")]);
    assert_eq!(again["labels_seq"], response["labels_seq"]);
    assert_eq!(account.page(&cursor, 10)["labels_seq"], response["labels_seq"]);
    // A device without a cursor sees it too, and one whose cursor is not known.
    assert_eq!(account.page(&Value::Null, 10)["labels_seq"], response["labels_seq"]);
    let unknown = json!({ "seq": 1, "history_id": device(7) });
    assert_eq!(account.page(&unknown, 10)["labels_seq"], response["labels_seq"]);
    // The digest is that of the sessions.
    assert_eq!(account.call("digest_sessions", &json!({})).body["count"], 4);
}

/// Returns invalid labels and the reasons for which they must be rejected.
fn poison() -> Vec<(Value, &'static str)> {
    let long = "é".repeat(512) + "x";
    let mut all = vec![
        (json!(null), "not_an_object"),
        (json!(7), "not_an_object"),
        (json!([label("Zazen")]), "not_an_object"),
        (json!({}), "bad_key"),
        (with("key", json!("a\u{0}b")), "bad_text"),
        (with("name", json!("\u{0}")), "bad_text"),
    ];
    for field in ["key", "name", "merged_into"] {
        let reason = match field {
            "key" => "bad_key",
            "name" => "bad_name",
            _ => "bad_merged_into",
        };
        for wrong in ["", "a\nb", "\u{1}", "\u{1f}", "\u{7f}", "\u{80}", "\u{9f}", &long] {
            all.push((with(field, json!(wrong)), reason));
        }
        if field != "merged_into" {
            all.push((with(field, json!(null)), reason));
        }
    }
    for (field, reason, wrong) in [
        ("colour", "bad_colour", vec![json!(null), json!(""), json!("Red"), json!("mauve")]),
        ("shape", "bad_shape", vec![json!(null), json!(""), json!("blob"), json!(3)]),
        ("is_deleted", "bad_is_deleted", vec![json!(null), json!("t"), json!(0)]),
        (
            "revision",
            "bad_revision",
            vec![json!(null), json!(0), json!(-1), json!(1.5), json!(u64::from(MAX_REVISION) + 1)],
        ),
        ("deviceid", "bad_deviceid", vec![json!(null), json!(""), json!("not a uuid")]),
    ] {
        all.extend(wrong.into_iter().map(|wrong| (with(field, wrong), reason)));
    }
    all
}

#[test]
fn a_bad_label_is_rejected_and_blocks_no_other() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let poison = poison();
    let mut labels = vec![label("first")];
    labels.extend(poison.iter().map(|(label, _)| label.clone()));
    labels.push(label("last"));
    let response = sync(&account, &labels);
    let rejected = reasons(&response);
    assert_eq!(rejected.len(), poison.len(), "{rejected:?}");
    for ((sent, expected), (key, reason)) in poison.iter().zip(&rejected) {
        assert_eq!(reason, expected, "{sent}");
        let expected = if sent["key"] == "Zazen" { json!("Zazen") } else { json!(null) };
        assert_eq!(*key, expected, "{sent}: {reason}");
    }
    assert_eq!(response["labels"], json!([label("first"), label("last")]));
    // At the limits.
    let longest = json!("é".repeat(512));
    let mut valid = label(longest.as_str().expect("a text"));
    valid["merged_into"] = longest.clone();
    valid["revision"] = MAX_REVISION.into();
    let mut odd = label("\u{a0} \u{2028}");
    odd["unknown"] = json!({ "field": ["of", "a later version"] });
    let response = sync(&account, &[valid.clone(), odd]);
    assert_eq!((&response["rejected"], stored(&account)[3] == valid), (&json!([]), true));
}

#[test]
fn a_body_of_another_shape_is_an_error() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    for wrong in [
        json!({}),
        json!([]),
        json!(null),
        json!(7),
        json!([label("a")]),
        json!({ "labels": null }),
        json!({ "labels": {} }),
        json!({ "labels": "x" }),
    ] {
        account.call("sync_labels", &wrong).is(400, "PT400");
    }
    let many: Vec<Value> = (0..2001).map(|number| label(&number.to_string())).collect();
    account.call("sync_labels", &json!({ "labels": many })).is(413, "PT413");
    let large = json!({ "labels": [with("name", json!("x".repeat(4 << 20)))] });
    account.call("sync_labels", &large).is(413, "PT413");
    assert_eq!(stored(&account), json!([]));
    // Escapes that cannot be stored, also in large number, block no other row.
    let body = format!(r#"{{"labels":[{},{}]}}"#, with("name", json!("@")), label("good"));
    let body = body.replace('@', &r"\u0000".repeat(40_000));
    let response = account.send_text(Method::POST, "rpc/sync_labels", body).body;
    assert_eq!(response["labels"], json!([label("good")]), "{response}");
    assert_eq!(response["rejected"], json!([{ "key": "Zazen", "reason": "bad_text" }]));
}

#[test]
fn an_account_has_at_most_2000_labels() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let all: Vec<Value> = (0..2000).map(|number| label(&format!("{number:04}"))).collect();
    assert_eq!(sync(&account, &all[..1999])["rejected"], json!([]));
    let mut changed = all[7].clone();
    (changed["revision"], changed["name"]) = (2.into(), "seven".into());
    let more = [label("over 1"), all[1999].clone(), changed.clone(), label("over 2")];
    let response = sync(&account, &more);
    let full = |key: &str| (json!(key), "too_many_labels".to_owned());
    assert_eq!(reasons(&response), [full("1999"), full("over 2")], "the first one has room");
    assert_eq!(response["labels"].as_array().map(Vec::len), Some(2000));
    assert_eq!(stored(&account)[7], changed, "existing labels can still be changed");
}

#[test]
fn labels_count_towards_the_limits_of_a_day() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let usage = || {
        let sql = "select new_ids, edits, new_bytes from zafu.sync_state where userid =";
        backend.sql(&format!("{sql} '{}'", account.id)).expect("SQL")
    };
    sync(&account, &[label("Zazen"), label("Metta")]);
    assert_eq!(usage(), "0|2|820");
    sync(&account, &[label("Zazen"), label("Metta")]);
    assert_eq!(usage(), "0|2|820", "what does not change is not counted");
    let full = "update zafu.sync_state set edits = 250000 where userid =";
    backend.sql(&format!("{full} '{}'", account.id)).expect("SQL");
    let body = json!({ "labels": [label("more")] });
    account.call("sync_labels", &body).is(429, "PT429");
    assert_eq!(stored(&account), json!([label("Metta"), label("Zazen")]));
    // Reading has no limit, and waits for no push.
    let mut session = Session::open(backend);
    session.begin_as(account.id);
    session.run("select push_sessions('[]')");
    assert_eq!(sync(&account, &[])["labels"], stored(&account));
    session.run("rollback");
}

#[test]
fn an_erasure_removes_labels_and_no_unaware_device_uploads_them_again() {
    let Some(backend) = shared() else { return };
    let (account, other) = (Account::new(backend), Account::new(backend));
    sync(&account, &[label("Zazen")]);
    sync(&other, &[label("Zazen")]);
    let erased = account.call("erase_account", &json!({})).body["erasure_id"].clone();
    assert_eq!((stored(&account), stored(&other)), (json!([]), json!([label("Zazen")])));
    assert_eq!(account.page(&Value::Null, 1)["labels_seq"], 0);
    let head = account.page(&Value::Null, 1)["head"].clone();
    for labels in [json!([label("Zazen")]), json!([])] {
        for unaware in [
            json!({ "labels": labels }),
            json!({ "labels": labels, "erasure_id": "x" }),
            json!({ "labels": labels, "erasure_id": device(9) }),
        ] {
            let response = account.call("sync_labels", &unaware).body;
            let expected = json!({
                "state": "erased", "labels": [], "rejected": [], "labels_seq": 0,
                "before": head, "after": head, "erasure_id": erased,
            });
            assert_eq!(response, expected);
        }
    }
    let aware = json!({ "labels": [label("Zazen")], "erasure_id": erased });
    assert_eq!(account.call("sync_labels", &aware).body["labels"], json!([label("Zazen")]));

    backend.delete_user(account.id).expect("deleted");
    account.call("sync_labels", &aware).is(410, "PT410");
    account.call("sync_labels", &json!({ "labels": [] })).is(410, "PT410");
    let left = format!("select count(*) from labels where userid = '{}'", account.id);
    assert_eq!(backend.sql(&left).expect("SQL"), "0");
}

#[test]
fn labels_of_another_account_cannot_be_read_or_written() {
    let Some(backend) = shared() else { return };
    let (victim, attacker) = (Account::new(backend), Account::new(backend));
    let secret = "nobody else may read this";
    sync(&victim, &[label(secret)]);
    sync(&attacker, &[label("Zazen")]);
    let state = || {
        let sql = "select jsonb_agg(l order by userid, key) from labels l where userid in";
        backend.sql(&format!("{sql} ('{}', '{}')", victim.id, attacker.id)).expect("SQL")
    };
    let before = state();
    let leaks = |response: &Response| {
        let body = response.body.to_string();
        body.contains(secret) || body.contains(&victim.id.to_string())
    };
    for path in [
        "labels".to_owned(),
        "labels?select=*".to_owned(),
        format!("labels?userid=eq.{}", victim.id),
        format!("labels?key=eq.{secret}"),
        "labels?name=like.*nobody*".to_owned(),
        "labels?select=key,users(id)".to_owned(),
    ] {
        let response = attacker.get(&path);
        assert_eq!(response.status.as_u16(), 200, "{path}: {response:?}");
        assert!(!leaks(&response), "{path}: {response:?}");
    }
    assert!(leaks(&victim.get("labels")), "the victim reads their own");
    // Nobody writes the table directly, not even their own rows.
    let own = json!({ "userid": attacker.id, "key": "new", "name": "new", "colour": "red",
        "shape": "star", "is_deleted": false, "revision": 9, "deviceid": device(1) });
    let mut foreign = own.clone();
    foreign["userid"] = json!(victim.id);
    for account in [&attacker, &victim] {
        for (method, path, body) in [
            (Method::POST, "labels", &own),
            (Method::POST, "labels", &foreign),
            (Method::PATCH, "labels?key=not.is.null", &json!({ "name": "mine now" })),
            (Method::PATCH, "labels?key=not.is.null", &json!({ "userid": attacker.id })),
            (Method::DELETE, "labels?key=not.is.null", &json!({})),
        ] {
            account.send_json(method, path, body).is(403, "42501");
        }
        let upsert = account.request(Method::POST, "labels?on_conflict=userid,key");
        let upsert = upsert.header("prefer", "resolution=merge-duplicates");
        let upsert = upsert.header("content-type", "application/json").body(own.to_string());
        Account::send(upsert).is(403, "42501");
    }
    assert_eq!(state(), before);
    // A label of the same key is a label of the sender, whatever else is sent.
    let mut same = label(secret);
    (same["name"], same["revision"], same["userid"]) = ("mine".into(), 5.into(), json!(victim.id));
    sync(&attacker, &[same]);
    assert_eq!(stored(&victim), json!([label(secret)]));
    assert_eq!(stored(&attacker).as_array().map(Vec::len), Some(2));
    // Neither in a database session with the account's rights, outside of the API.
    let script = |sql: &str| {
        let script = format!("begin; {}; {sql}; commit;", as_account(attacker.id));
        let output = backend.psql().args(["--command", &script]).output().expect("psql");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for sql in [
        "insert into labels (key, name, colour, shape, is_deleted, revision, deviceid)
         values ('x', 'x', 'red', 'star', false, 1, gen_random_uuid())",
        "update labels set name = 'x'",
        "delete from labels",
        "truncate labels",
        "update zafu.sync_state set labels_seq = 0",
    ] {
        let error = script(sql);
        assert!(error.contains("permission denied"), "{sql}: {error}");
    }
    // The function with the rights of the owner stores nothing that the table does not allow, and only the caller's.
    let invalid = "select zafu.store_labels(array[row('', 'x', 'red', 'star', null, false, 1,
        gen_random_uuid())]::zafu.label[])";
    assert!(script(invalid).contains("labels_key_check"), "{}", script(invalid));
    assert_eq!(stored(&victim), json!([label(secret)]));
}

#[test]
fn two_devices_that_write_at_the_same_time_wait_for_each_other() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let mut first = Session::open(backend);
    first.begin_as(account.id);
    let labels = json!({ "labels": [label("Zazen")] });
    first.run(&format!("select sync_labels('{labels}')"));
    thread::scope(|scope| {
        let mut newer = with("name", json!("Sitting"));
        (newer["deviceid"], newer["colour"]) = (json!(device(2)), "blue".into());
        let sent = newer.clone();
        let second = scope.spawn(|| sync(&account, &[sent, label("Metta")]));
        let waiting = "select count(*) from pg_stat_activity
                       where wait_event_type = 'Lock' and query like '%sync_labels%'";
        while backend.sql(waiting).expect("SQL") != "1" {
            assert!(!second.is_finished(), "the second one did not wait");
        }
        first.run("commit");
        let response = second.join().expect("a response");
        assert_eq!(response["labels"], json!([label("Metta"), newer]), "the higher device wins");
    });
}

#[test]
fn an_older_client_keeps_writing_labels_as_text() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let mut renamed = with("name", json!("Sitting"));
    renamed["revision"] = 2.into();
    sync(&account, &[renamed.clone()]);
    // It pushes and pulls sessions with a text, and never calls sync_labels.
    let mut row = wire(&completed(&started_session()));
    (row["label"], row["detailsrevision"]) = ("Zazen".into(), 1.into());
    account.push(&[row.clone()]);
    let mut long = wire(&completed(&started_session()));
    long["label"] = "x".repeat(8192).into();
    assert_eq!(account.push(&[long])["outcomes"][0]["outcome"], "accepted");
    let (rows, cursor) = account.pull_after(&Value::Null);
    assert_eq!(rows[0]["label"], "Zazen");
    assert_eq!(cursor, account.page(&cursor, 1)["head"]);
    assert_eq!(stored(&account), json!([renamed]), "sessions create no labels");
}

#[test]
fn a_restored_backup_of_the_project_is_detected_by_the_cursor() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let account = Account::new(&backend);
    sync(&account, &[label("Zazen")]);
    let (_, cursor) = account.pull_after(&Value::Null);
    let undo = format!(
        "delete from labels where userid = '{0}';
         delete from zafu.history where userid = '{0}' and id = '{1}';
         update zafu.sync_state set seq = 0, labels_seq = 0, history_id = (
           select id from zafu.history where userid = '{0}' order by seq desc limit 1
         ) where userid = '{0}'",
        account.id,
        cursor["history_id"].as_str().expect("an id")
    );
    backend.sql(&undo).expect("SQL");
    assert_eq!(account.page(&cursor, 1)["state"], "diverged");
}

fn details() -> impl Strategy<Value = LabelDetails> {
    let colours = prop::sample::select(Colour::ALL.to_vec());
    let shapes = prop::sample::select(Shape::ALL.to_vec());
    let key = || prop::sample::select(vec!["a", "b \"c\" \\", "\u{1F9D8}"]);
    let into = prop::option::of(key().prop_map(|key| LabelKey(key.into())));
    (key(), colours, shapes, into, any::<bool>()).prop_map(
        |(name, colour, shape, merged_into, is_deleted)| LabelDetails {
            name: name.into(),
            colour,
            shape,
            merged_into,
            is_deleted,
        },
    )
}

/// A copy of a label, also with different values of one revision and device.
fn copies() -> impl Strategy<Value = Label> {
    let key = prop::sample::select(vec!["a", "b", "B", "慈"]);
    (key, details(), 1_u32..3, 1_u128..3).prop_map(|(key, value, revision, by)| Label {
        key: LabelKey(key.into()),
        details: Register { value, revision, deviceid: device(by) },
    })
}

fn json_of(label: &Label) -> Value {
    let mut row = serde_json::to_value(&label.details.value).expect("JSON");
    row["key"] = json!(label.key);
    row["revision"] = label.details.revision.into();
    row["deviceid"] = json!(label.details.deviceid);
    row
}

#[test]
fn labels_are_merged_as_in_the_core() {
    let Some(backend) = shared() else { return };
    let config =
        ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(calls in vec(vec(copies(), 0..5), 1..4))| {
        let account = Account::new(backend);
        let mut expected: BTreeMap<LabelKey, Label> = BTreeMap::new();
        for labels in &calls {
            for label in labels {
                let joined = match expected.get(&label.key) {
                    Some(known) => known.clone().join(label),
                    None => label.clone(),
                };
                expected.insert(label.key.clone(), joined);
            }
            let rows: Vec<Value> = labels.iter().map(json_of).collect();
            let response = sync(&account, &rows);
            // Sorted by the database's collation, which is by bytes here.
            let all: Vec<Value> = expected.values().map(json_of).collect();
            prop_assert_eq!(&response["labels"], &json!(all));
        }
    });
}
