//! What is written is what the server's functions take, and only what they answer is believed.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn response(status: u16, body: &str) -> HttpResponse {
    HttpResponse { status, retry_after: None, body: body.into() }
}

fn ok(body: &Value) -> HttpResponse {
    response(200, &body.to_string())
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn sit() -> Session {
    let device = |n| DeviceId(Uuid::from_u128(n));
    Session {
        id: SessionId(Uuid::from_u128(10)),
        lifecycle: Lifecycle {
            startedat: at("2026-03-01T06:00:00.250Z"),
            sitlength: Seconds(600),
            stage: Stage::Completed {
                completedat: at("2026-03-01T06:10:00Z"),
                satlength: Seconds(600),
            },
        },
        details: Register {
            value: Details {
                note: "雨\u{1f327} \"rain\"\n".into(),
                label: String::new(),
                corrected_start: None,
                corrected_length: Some(Seconds(900)),
                corrected_offset: Some(UtcOffset(120)),
            },
            revision: 2,
            deviceid: device(1),
        },
        deletion: Register { value: None, revision: 0, deviceid: device(2) },
        utcoffset: UtcOffset(-210),
        deviceid: device(3),
        source: Source::Manual,
        createdat: at("2026-03-01T05:59:00Z"),
    }
}

#[test]
fn a_sit_is_sent_with_every_key_of_the_server_s_type() {
    let body = push_body(&[sit()], Some(Uuid::from_u128(7)));
    let expected = json!({
        "sessions": [{
            "id": "00000000-0000-0000-0000-00000000000a",
            "startedat": "2026-03-01T06:00:00.250Z",
            "sitlength": 600,
            "satlength": 600,
            "iscompleted": true,
            "completedat": "2026-03-01T06:10:00.000Z",
            "endedat": "2026-03-01T06:10:00.000Z",
            "createdat": "2026-03-01T05:59:00.000Z",
            "utcoffset": -210,
            "deviceid": "00000000-0000-0000-0000-000000000003",
            "source": "manual",
            "note": "雨\u{1f327} \"rain\"\n",
            "label": "",
            "correctedstart": null,
            "correctedlength": 900,
            "correctedoffset": 120,
            "detailsrevision": 2,
            "detailsdevice": "00000000-0000-0000-0000-000000000001",
            "deletedat": null,
            "deletionrevision": 0,
            "deletiondevice": "00000000-0000-0000-0000-000000000002",
        }],
        "erasure_id": "00000000-0000-0000-0000-000000000007",
    });
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), expected);
    // The names are those of the server's own type, and of an attribute that a later migration adds.
    let added =
        include_str!("../../../../../supabase/migrations/20261126100000_corrected_offset.sql");
    assert!(added.contains("alter type zafu.session add attribute correctedoffset"));
    let lattice = include_str!("../../../../../supabase/migrations/20261124100100_merge.sql");
    let fields = lattice.split("create type zafu.session as (").nth(1).unwrap().split(");").next();
    let named = fields.unwrap().lines().filter_map(|line| line.split_whitespace().next());
    let named: Vec<_> = named.chain(["correctedoffset"]).collect();
    let sent: Vec<_> = expected["sessions"][0].as_object().unwrap().keys().cloned().collect();
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(named.into_iter().map(str::to_owned).collect()), sorted(sent));
}

#[test]
fn a_pull_contains_the_cursor_or_null() {
    let limit = PullLimit { rows: 5, bytes: 7 };
    let body: Value = serde_json::from_slice(&pull_body(None, limit)).unwrap();
    let none = json!({"after_seq": null, "after_history_id": null, "max_rows": 5, "max_bytes": 7});
    assert_eq!(body, none);
    let cursor = Cursor { seq: 3, history_id: Uuid::from_u128(9) };
    let body: Value = serde_json::from_slice(&pull_body(Some(cursor), limit)).unwrap();
    assert_eq!(
        (&body["after_seq"], &body["after_history_id"]),
        (&json!(3), &json!(cursor.history_id))
    );
}

fn push_response(outcomes: &Value) -> Value {
    let cursor = |seq| json!({"seq": seq, "history_id": Uuid::from_u128(seq)});
    json!({"state": "ok", "outcomes": outcomes, "before": cursor(1), "after": cursor(2), "erasure_id": null})
}

#[test]
fn each_row_outcome_is_read() {
    let id = sit().id;
    let outcomes = json!([
        {"id": id, "outcome": "accepted"},
        {"id": id, "outcome": "unchanged"},
        {"id": id, "outcome": "rejected", "reason": "bad_note"},
        {"id": id, "outcome": "merged", "row": row(&sit())},
    ]);
    let PushResponse::Stored { outcomes, before, after } =
        ok(&push_response(&outcomes)).push().unwrap()
    else {
        panic!("it was stored")
    };
    let outcomes: Vec<_> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    let merged = RowOutcome::Merged(Box::new(sit()));
    let rejected = RowOutcome::Rejected { reason: "bad_note".into() };
    assert_eq!(outcomes, [RowOutcome::Accepted, RowOutcome::Accepted, rejected, merged]);
    assert_eq!((before.seq, after.seq), (1, 2));
}

#[test]
fn an_incomplete_or_unknown_row_outcome_is_ignored() {
    let id = sit().id;
    let outcomes = json!([
        {"id": id, "outcome": "welcomed"},
        {"id": null, "outcome": "accepted"},
        {"id": "x", "outcome": "accepted"},
        {"outcome": "accepted"},
        {"id": id, "outcome": "merged"},
        {"id": id, "outcome": "merged", "row": null},
        {"id": id, "outcome": "rejected"},
        "accepted",
        null,
    ]);
    let answer = ok(&push_response(&outcomes)).push().unwrap();
    assert!(matches!(answer, PushResponse::Stored { outcomes, .. } if outcomes.is_empty()));
}

#[test]
fn an_erasure_is_not_a_success() {
    let mut answer = push_response(&json!([]));
    answer["state"] = json!("erased");
    assert_eq!(ok(&answer).push(), Err(Fault::InvalidResponse.into()), "it must say which");
    answer["erasure_id"] = json!(Uuid::from_u128(4));
    assert_eq!(ok(&answer).push(), Ok(PushResponse::Erased(Uuid::from_u128(4))));
}

#[test]
fn faults_24_and_25_a_body_that_is_not_the_servers_is_an_invalid_response() {
    let unreadable: RemoteError = Fault::InvalidResponse.into();
    let whole = push_response(&json!([{"id": sit().id, "outcome": "accepted"}])).to_string();
    for length in (0..whole.len()).step_by(7) {
        assert_eq!(response(200, &whole[..length]).push().unwrap_err(), unreadable, "{length}");
    }
    let bodies = ["<html>Welcome</html>", "", "null", "[]", "{}", "true", r#"{"state": "fine"}"#];
    for body in bodies {
        assert_eq!(response(200, body).push().unwrap_err(), unreadable, "{body}");
        assert_eq!(response(200, body).pull().unwrap_err(), unreadable, "{body}");
        assert_eq!(response(200, body).digest().unwrap_err(), unreadable, "{body}");
        assert_eq!(response(200, body).erase().unwrap_err(), unreadable, "{body}");
        assert_eq!(response(200, body).health().unwrap_err(), unreadable, "{body}");
    }
}

fn page(rows: &str) -> (Vec<Session>, Vec<UnreadableRow>) {
    let cursor = json!({"seq": 1, "history_id": Uuid::from_u128(1)});
    let body = format!(
        r#"{{"state": "ok", "rows": [{rows}], "next": {cursor}, "more": false, "head": {cursor},
            "erasure_id": null, "erasedat": null}}"#
    );
    match response(200, &body).pull().unwrap() {
        PullResponse::Rows { rows, unreadable, .. } => (rows, unreadable),
        PullResponse::Diverged => panic!("it is a page"),
    }
}

#[test]
fn real_life_06_an_unreadable_row_is_returned_as_text_and_the_others_are_read() {
    let id = sit().id.0;
    let good = row(&sit()).to_string();
    for (key, value) in [
        ("satlength", json!(-1)),
        ("sitlength", json!(5_000_000_000_u64)),
        ("source", json!("watch")),
        ("endedat", json!(null)),
        ("utcoffset", json!(1440)),
        ("correctedoffset", json!(-1440)),
        ("startedat", json!("0000-01-01T00:00:00+00:00")),
        ("createdat", json!("2016-12-31T23:59:60+00:00")),
        ("note", json!("a\0b")),
        ("detailsrevision", json!({"of": 2})),
        ("deletedat", json!("infinity")),
    ] {
        let mut odd = row(&sit());
        odd[key] = value;
        let odd = odd.to_string();
        let kept = UnreadableRow { id, body: odd.clone() };
        assert_eq!(page(&format!("{odd},{good}")), (vec![sit()], vec![kept]), "{key}");
        let mut less = row(&sit());
        less.as_object_mut().unwrap().remove(key);
        // What may be null may be missing as well.
        let read = page(&less.to_string());
        assert_eq!(read.0.len() + read.1.len(), 1, "{key}");
    }
    // A number of any size, and what is not even an object.
    let huge = good.replace(r#""sitlength":600"#, r#""sitlength":1e999"#);
    assert_ne!(huge, good);
    let (rows, unreadable) = page(&format!("{huge},7,{good},{{}}"));
    assert_eq!(rows, [sit()]);
    let bodies: Vec<_> = unreadable.iter().map(|row| row.body.as_str()).collect();
    assert_eq!(bodies, [huge.as_str(), "7", "{}"]);
    assert_eq!(unreadable[0].id, id);
    assert_ne!(unreadable[1].id, unreadable[2].id, "each has an id of its own");
}

#[test]
fn real_life_06_an_unknown_field_is_ignored() {
    let mut later = row(&sit());
    later["mood"] = json!({"calm": 3});
    assert_eq!(page(&later.to_string()), (vec![sit()], Vec::new()));
}

#[test]
fn a_row_without_a_corrected_offset_is_read_as_not_corrected() {
    let mut earlier = row(&sit());
    earlier.as_object_mut().unwrap().remove("correctedoffset");
    let mut expected = sit();
    expected.details.value.corrected_offset = None;
    assert_eq!(page(&earlier.to_string()), (vec![expected], Vec::new()));
}

#[test]
fn real_life_06_an_unreadable_merged_row_has_its_own_outcome() {
    let mut odd = row(&sit());
    odd["source"] = json!("watch");
    let outcomes = json!([{"id": sit().id, "outcome": "merged", "row": odd}]);
    let PushResponse::Stored { outcomes, .. } = ok(&push_response(&outcomes)).push().unwrap()
    else {
        panic!("it was stored")
    };
    let row = UnreadableRow { id: sit().id.0, body: odd.to_string() };
    assert_eq!(outcomes[0].1, RowOutcome::Unreadable(row));
}

#[test]
fn real_life_04_a_rejected_key_is_distinguished_from_a_rejected_token() {
    let hinted = r#"{"message": "Invalid API key", "hint": "Double check your Supabase key."}"#;
    for body in [hinted, r#"{"message": "No API key found in request"}"#] {
        assert_eq!(response(401, body).error().fault, Fault::KeyRejected, "{body}");
        assert_ne!(response(403, body).error().fault, Fault::KeyRejected, "{body}");
    }
    for body in [
        r#"{"code": "PGRST303", "message": "JWT issued at future", "details": null, "hint": null}"#,
        r#"{"code": 401, "error_code": "no_authorization", "msg": "x"}"#,
        r#"{"code": "bad_jwt", "message": "x"}"#,
        "<html>Unauthorized</html>",
        "",
    ] {
        let fault = response(401, body).error().fault;
        assert!(matches!(fault, Fault::Status { status: 401, .. }), "{body}: {fault:?}");
    }
}

#[test]
fn the_error_code_is_found_in_every_form_of_error_body() {
    let code = |body: &str| match response(400, body).error().fault {
        Fault::Status { status: 400, code } => code,
        other => panic!("{other:?}"),
    };
    assert_eq!(code(r#"{"code": "22007", "message": "x"}"#).as_deref(), Some("22007"));
    let older = r#"{"code": 400, "error_code": "session_not_found", "msg": "x"}"#;
    assert_eq!(code(older).as_deref(), Some("session_not_found"));
    assert_eq!(code("<html>"), None);
    assert_eq!(code(r#"{"code": 400}"#), None);
    let limited = HttpResponse { retry_after: Some(Duration::from_secs(3)), ..response(429, "") };
    assert_eq!(limited.error().retry_after, Some(Duration::from_secs(3)));
}

#[test]
fn a_server_is_healthy_only_without_any_finding() {
    let health = |rls: bool, surplus: Value| {
        ok(&json!({"schema": 9, "oldest_client": "0.1.0", "rls": rls, "unprotected": [],
                   "surplus": surplus, "missing": [], "of_a_later_version": true,
                   "limits": {"rows_per_push": 5000, "bytes_per_push": 4_194_304}}))
        .health()
        .unwrap()
    };
    assert!(health(true, json!([])).findings.is_empty());
    assert_eq!(health(false, json!([])).findings, ["rls"]);
    assert_eq!(health(true, json!(["anon DELETE"])).findings, ["anon DELETE"]);
    let print = |surplus| health(true, surplus).fingerprint;
    assert_eq!(print(json!([])), print(json!([])));
    assert_ne!(print(json!([])), print(json!(["anon DELETE"])));
}

fn any_moment() -> impl Strategy<Value = DateTime<Utc>> {
    // The years that RFC 3339 can write.
    (-62_135_596_800_000_i64..253_402_300_800_000)
        .prop_map(|millis| DateTime::from_timestamp_millis(millis).unwrap())
}

fn any_sit() -> impl Strategy<Value = Session> {
    let length = || any::<u32>().prop_map(Seconds);
    let device = || any::<u128>().prop_map(|n| DeviceId(Uuid::from_u128(n)));
    let stage = prop_oneof![
        Just(Stage::Started),
        (any_moment(), length())
            .prop_map(|(endedat, satlength)| Stage::EndedEarly { endedat, satlength }),
        (any_moment(), length())
            .prop_map(|(completedat, satlength)| Stage::Completed { completedat, satlength }),
    ];
    let lifecycle = (any_moment(), length(), stage)
        .prop_map(|(startedat, sitlength, stage)| Lifecycle { startedat, sitlength, stage });
    let details = (
        any::<String>(),
        any::<String>(),
        prop::option::of(any_moment()),
        prop::option::of(length()),
        prop::option::of((-1439_i16..1440).prop_map(UtcOffset)),
        any::<u32>(),
        device(),
    )
        .prop_map(|(note, label, start, length, offset, revision, deviceid)| {
            let value = Details {
                note,
                label,
                corrected_start: start,
                corrected_length: length,
                corrected_offset: offset,
            };
            Register { value, revision, deviceid }
        });
    let deletion = (prop::option::of(any_moment()), any::<u32>(), device())
        .prop_map(|(value, revision, deviceid)| Register { value, revision, deviceid });
    let source = prop_oneof![Just(Source::Timer), Just(Source::Manual), Just(Source::Import)];
    let made = (any::<u128>(), -1439_i16..1440, device(), source, any_moment());
    (lifecycle, details, deletion, made).prop_map(
        |(lifecycle, details, deletion, (id, utcoffset, deviceid, source, createdat))| Session {
            id: SessionId(Uuid::from_u128(id)),
            lifecycle,
            details,
            deletion,
            utcoffset: UtcOffset(utcoffset),
            deviceid,
            source,
            createdat,
        },
    )
}

proptest! {
    #[test]
    fn a_sent_row_is_read_unchanged(sit in any_sit()) {
        let (read, erased) = read_push(&push_body(std::slice::from_ref(&sit), None)).unwrap();
        prop_assert_eq!((read, erased), (vec![Some(sit.clone())], None));
        let answered: Row<'static> = serde_json::from_value(row(&sit)).unwrap();
        prop_assert_eq!(answered.readable(), Some(sit));
    }
}

#[test]
fn only_codes_of_the_server_are_used_and_control_characters_are_removed() {
    let body = |code: &str| serde_json::to_vec(&serde_json::json!({ "code": code })).unwrap();
    let said = |code: &str| {
        let Fault::Status { code, .. } =
            HttpResponse { status: 400, retry_after: None, body: body(code) }.error().fault
        else {
            unreachable!("it is an answer")
        };
        code
    };
    assert_eq!(said("PGRST301").as_deref(), Some("PGRST301"));
    assert_eq!(said("\u{1b}[2Jhello"), None, "a terminal would obey it");
    assert_eq!(said(&"A".repeat(65)), None);
    assert_eq!(said(""), None);
    assert_eq!(plain("one\u{1b}[2J\ntwo"), "one[2Jtwo");
    assert_eq!(plain(&"x".repeat(1000)).len(), 200);
}

fn label() -> Label {
    let value = LabelDetails {
        name: "Just \"sitting\"".into(),
        colour: Colour::Teal,
        shape: Shape::Diamond,
        merged_into: Some(LabelKey("Zazen".into())),
        is_deleted: true,
    };
    let deviceid = DeviceId(Uuid::from_u128(1));
    Label { key: LabelKey("Shikantaza".into()), details: Register { value, revision: 3, deviceid } }
}

fn label_json() -> Value {
    json!({
        "key": "Shikantaza", "name": "Just \"sitting\"", "colour": "teal", "shape": "diamond",
        "merged_into": "Zazen", "is_deleted": true, "revision": 3,
        "deviceid": "00000000-0000-0000-0000-000000000001",
    })
}

#[test]
fn labels_are_sent_with_the_names_of_the_server() {
    let body: Value = serde_json::from_slice(&labels_body(&[label()], None)).unwrap();
    assert_eq!(body, json!({"labels": [label_json()], "erasure_id": null}));
    let body: Value = serde_json::from_slice(&labels_body(&[], Some(Uuid::from_u128(7)))).unwrap();
    let erasure_id = "00000000-0000-0000-0000-000000000007";
    assert_eq!(body, json!({"labels": [], "erasure_id": erasure_id}));
    let migration = include_str!("../../../../../supabase/migrations/20261126100100_labels.sql");
    let fields = migration.split("create type zafu.label as (").nth(1).unwrap();
    let fields = fields.split(");").next().unwrap().split(',');
    let named: Vec<_> = fields.map(|field| field.split_whitespace().next().unwrap()).collect();
    let sent = label_json();
    assert!(named.len() == 8 && named.iter().all(|name| sent.get(name).is_some()), "{named:?}");
    for colour in Colour::ALL {
        assert!(migration.contains(&format!("'{}'", colour.as_str())));
    }
    for shape in Shape::ALL {
        assert!(migration.contains(&format!("'{}'", shape.as_str())));
    }
}

fn labels_response(labels: &[Value], rejected: &Value) -> HttpResponse {
    let cursor = json!({"seq": 4, "history_id": Uuid::from_u128(4)});
    response(200, &json!({
        "state": "ok", "labels": labels, "rejected": rejected, "labels_seq": 4, "before": cursor,
        "after": cursor, "erasure_id": null,
    }).to_string())
}

#[test]
fn labels_that_cannot_be_read_are_named_and_do_not_hide_the_others() {
    let mut odd = vec![json!(null), json!({}), json!({"key": 7})];
    for (field, value) in [
        ("colour", json!("ultraviolet")),
        ("shape", json!("hypercube")),
        ("name", json!("")),
        ("name", json!("a\nb")),
        ("merged_into", json!("")),
        ("revision", json!(0)),
        ("revision", json!(4_294_967_296_u64)),
        ("deviceid", json!("x")),
        ("is_deleted", json!(null)),
    ] {
        let mut label = label_json();
        label["key"] = json!(format!("with another {field}"));
        label[field] = value;
        odd.push(label);
    }
    let count = odd.len() - 3;
    let mut newer = label_json();
    newer["mood"] = json!({"calm": 3});
    odd.push(newer);
    let rejected = json!([
        {"key": "a", "reason": "bad_name"}, {"key": null, "reason": "bad_key"},
        {"key": "b", "reason": "no code, but a sentence"},
    ]);
    let LabelsResponse::Merged { labels, unreadable, rejected, labels_seq, .. } =
        labels_response(&odd, &rejected).labels().unwrap()
    else {
        panic!("nothing was erased")
    };
    assert_eq!((labels, labels_seq, unreadable.len()), (vec![label()], 4, count));
    let key = |text: &str| LabelKey(text.into());
    let expected = [(key("a"), "bad_name".into()), (key("b"), "unknown".into())];
    assert_eq!(rejected, expected);
}

#[test]
fn a_response_about_labels_of_another_shape_is_no_success() {
    let cursor = json!({"seq": 4, "history_id": Uuid::from_u128(4)});
    let whole = json!({
        "state": "ok", "labels": [], "rejected": [], "labels_seq": 4, "before": cursor, "after": cursor,
    });
    assert!(response(200, &whole.to_string()).labels().is_ok());
    for missing in ["state", "labels", "rejected", "labels_seq", "before", "after"] {
        let mut body = whole.clone();
        body.as_object_mut().unwrap().remove(missing);
        let error = response(200, &body.to_string()).labels().unwrap_err();
        assert_eq!(error.fault, Fault::InvalidResponse, "{missing}");
    }
    let mut erased = whole;
    erased["state"] = "erased".into();
    assert!(response(200, &erased.to_string()).labels().is_err(), "by which erasure?");
    erased["erasure_id"] = json!(Uuid::from_u128(5));
    let erased = response(200, &erased.to_string()).labels().unwrap();
    assert_eq!(erased, LabelsResponse::Erased(Uuid::from_u128(5)));
    assert!(response(200, "<html>").labels().is_err());
    assert_eq!(
        response(404, r#"{"code": "PGRST202"}"#).labels().unwrap_err().fault,
        Fault::Status { status: 404, code: Some("PGRST202".into()) }
    );
}
