//! A client that was made for schema 2, which had no partners: its requests, word for word, beside a partner of today.

use crate::account::outcomes;
use crate::partners::{now, partners};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;
use zafu_backend::{Backend, shared};

/// A completed sit, with the fields that the client knows.
fn row(backend: &Backend) -> Value {
    let at = now(backend).to_rfc3339();
    let device = "00000000-0000-4000-8000-0000000000d1";
    json!({
        "id": Uuid::new_v4(), "startedat": at, "sitlength": 600, "satlength": 600, "iscompleted": true,
        "completedat": at, "endedat": at, "createdat": at, "utcoffset": 60, "deviceid": device, "source": "timer",
        "note": "", "label": "", "correctedstart": null, "correctedlength": null, "correctedoffset": null,
        "detailsrevision": 0, "detailsdevice": device, "deletedat": null, "deletionrevision": 0,
        "deletiondevice": device,
    })
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn a_client_that_knows_no_partners_keeps_syncing() {
    let Some(backend) = shared() else { return };
    let (account, partner, id) = partners(backend);
    let counted = |of: &str| partner.view()["partnership"]["weeks"][0][of].clone();

    let health = account.call("zafu_health", &json!({})).body;
    assert!(health["schema"].as_i64() >= Some(2), "{health}");
    assert_eq!((&health["oldest_client"], &health["rls"]), (&json!("0.1.0"), &json!(true)));
    for list in ["unprotected", "surplus", "missing", "changed"] {
        assert_eq!(health[list], json!([]), "{list}");
    }
    let limits = [
        "bytes_per_day",
        "bytes_per_push",
        "edits_per_day",
        "labels_per_account",
        "new_ids_per_day",
        "rows_per_push",
    ];
    assert!(keys(&health["limits"]).is_superset(&BTreeSet::from(limits)));

    // It pushes an object or an array, and writes to the table.
    let (pushed, in_array, direct) = (row(backend), row(backend), row(backend));
    let response = account.call(
        "push_sessions?columns=sessions",
        &json!({ "sessions": [pushed], "erasure_id": null }),
    );
    assert_eq!(outcomes(&response.body), ["accepted"]);
    assert_eq!(
        keys(&response.body),
        BTreeSet::from(["state", "outcomes", "before", "after", "erasure_id"])
    );
    let response = account.call("push_sessions", &json!([in_array]));
    assert_eq!(outcomes(&response.body), ["accepted"]);
    let mut started = direct.clone();
    for (field, value) in [
        ("iscompleted", json!(false)),
        ("satlength", json!(0)),
        ("completedat", json!(null)),
        ("endedat", json!(null)),
    ] {
        started[field] = value;
    }
    assert_eq!(account.send_json(Method::POST, "sessions", &started).status.as_u16(), 201);
    assert_eq!(counted("partner"), 2);
    let path = format!("sessions?id=eq.{}", direct["id"].as_str().expect("an id"));
    let completion = json!({ "iscompleted": true, "satlength": 600, "completedat": direct["completedat"],
        "endedat": direct["endedat"] });
    assert_eq!(account.send_json(Method::PATCH, &path, &completion).status.as_u16(), 200);
    assert_eq!(counted("partner"), 3);

    // It pulls what it has written, with the fields that it knows.
    let page = account.call(
        "pull_sessions",
        &json!({ "after_seq": null, "after_history_id": null, "max_rows": 100, "max_bytes": 1_000_000 }),
    );
    let known = [
        "state",
        "rows",
        "next",
        "more",
        "head",
        "compare",
        "erasure_id",
        "erasedat",
        "labels_seq",
    ];
    assert!(keys(&page.body).is_superset(&BTreeSet::from(known)), "{page:?}");
    let rows = page.body["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|it| keys(it) == keys(&pushed)), "{rows:?}");
    assert_eq!(account.call("digest_sessions", &json!({})).body["count"], 3);
    let label = json!({ "key": "Zazen", "name": "Zazen", "colour": "red", "shape": "star", "merged_into": null,
        "is_deleted": false, "revision": 1, "deviceid": Uuid::new_v4() });
    let labels = account
        .call("sync_labels?columns=labels", &json!({ "labels": [label], "erasure_id": null }))
        .body;
    assert_eq!((&labels["state"], &labels["rejected"]), (&json!("ok"), &json!([])));
    let profile =
        "users?select=id,name,email,weeklytarget,usualsitlength,image,pairing_status,createdat";
    assert_eq!(account.get(profile).body[0]["pairing_status"], "paired");

    // Also when a newer device of the account has changed what it does not know, and after the end.
    account.set_target(7, 1);
    account.set_privacy(&id, "times", 1);
    let next = account.call(
        "pull_sessions",
        &json!({ "after_seq": page.body["next"]["seq"], "after_history_id": page.body["next"]["history_id"] }),
    );
    assert_eq!((&next.body["state"], &next.body["rows"]), (&json!("ok"), &json!([])));
    partner.leave(&id);
    let response = account.call("push_sessions", &json!({ "sessions": [row(backend)] }));
    assert_eq!(outcomes(&response.body), ["accepted"]);
    let erasure = account.call("erase_account", &json!({})).body["erasure_id"].clone();
    let response = account.call("push_sessions", &json!({ "sessions": [row(backend)] })).body;
    assert_eq!((&response["state"], &response["erasure_id"]), (&json!("erased"), &erasure));
    let sent = json!({ "sessions": [row(backend)], "erasure_id": erasure });
    assert_eq!(outcomes(&account.call("push_sessions", &sent).body), ["accepted"]);
}
