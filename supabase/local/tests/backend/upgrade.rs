//! Migrations of a project that has sessions already.

use crate::session::Session;
use crate::sits::{completed, many, moment, read, session_started_at, started_session, wire};
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

#[test]
fn partnerships_of_an_older_schema_keep_their_weeks_and_go_on_with_targets() {
    let Some(backend) = or_skip(Backend::start_empty()) else { return };
    let is_old = |name: &str| name < "20261127";
    backend.migrate_only(is_old).expect("the older migrations");
    let users: Vec<Uuid> = (0..6).map(|_| Uuid::new_v4()).collect();
    for user in &users {
        let insert = "insert into auth.users (id, email) values";
        backend.sql(&format!("{insert} ('{user}', '{user}@example.test')")).expect("SQL");
    }
    let [one, other, former, ended, unpaired, odd] = users[..] else { unreachable!() };
    backend
        .sql(&format!(
            "update users set name = 'Ada', image = 'https://example.test/me.png', weeklytarget = 3 where id = '{one}';
             update users set name = E'  a\\u202e' || repeat('b\n', 60) where id = '{odd}';
             update users set name = E' \\t ' where id = '{unpaired}';
             insert into partnerships (userid, partnerid, startedat, weeklygoal)
               values ('{one}', '{other}', now() - interval '20 days 2 hours', 2);
             insert into partnerships (userid, partnerid, startedat, endedat, weeklygoal)
               values ('{former}', '{one}', now() - interval '90 days', now() - interval '60 days', 7)"
        ))
        .expect("SQL");
    // The goal of the current partnership was raised in its second week.
    backend
        .sql(&format!(
            "update partnerships set weeklygoal = 4 where userid = '{one}';
             update zafu.weekly_goals set since = now() - interval '10 days' where weeklygoal = 4"
        ))
        .expect("SQL");
    let at = backend.sql("select to_json(now() - interval '19 days') #>> '{}'").expect("SQL");
    let sits = [
        wire(&completed(&session_started_at(moment(&at)))),
        wire(&completed(&session_started_at(moment(&at)))),
    ];
    let push = |user: Uuid, rows: &[Value]| {
        let body = json!({ "sessions": rows });
        call(&backend, user, &format!("select push_sessions($j${body}$j$)"))
    };
    push(one, &sits[..1]);
    push(other, &sits[1..]);

    backend.migrate_only(|name| !is_old(name)).expect("the newer migrations");
    let health = backend.sql("set role anon; select zafu_health()").expect("SQL");
    let health: Value = serde_json::from_str(health.lines().last().expect("a row")).expect("JSON");
    let kinds = ["unprotected", "surplus", "missing", "changed"];
    assert!(kinds.iter().all(|kind| health[*kind] == json!([])), "{health}");
    let sync = |user: Uuid, sent: &Value| {
        call(&backend, user, &format!("select sync_partner($j${sent}$j$)"))
    };
    let view = sync(one, &json!({}));
    let weeks = view["partnership"]["weeks"].as_array().expect("weeks");
    let weeks: Vec<_> = weeks
        .iter()
        .map(|week| (&week["goal"], &week["mine"], &week["partner"], &week["kept"]))
        .collect();
    // Weeks that had started keep their goals.
    let no = json!(false);
    assert_eq!(
        weeks,
        [
            (&json!(2), &json!(1), &json!(1), &json!(true)),
            (&json!(2), &json!(0), &json!(0), &no),
            (&json!(4), &json!(0), &json!(0), &no),
        ]
    );
    assert_eq!(
        (&view["partnership"]["kept"], &view["partnership"]["missed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(view["former"][0]["of"], 4);
    let profile = json!({ "name": "Ada", "image": null, "revision": 0, "deviceid": null });
    assert_eq!((&view["profile"], &view["target"]["target"]), (&profile, &json!(3)));
    assert_eq!(sync(unpaired, &json!({}))["profile"]["name"], "");
    let cut = format!("a{}", "b".repeat(37));
    assert_eq!(sync(odd, &json!({}))["profile"]["name"], cut);
    assert_eq!(sync(former, &json!({}))["partnership"], json!(null));
    assert_eq!(sync(ended, &json!({}))["former"], json!([]));
    // From the next week on, the goal is the sum of the targets: 3 and 5. Sits still count, and one can leave.
    let next = backend.sql("select to_json(now() + interval '23 hours') #>> '{}'").expect("SQL");
    push(other, &[wire(&completed(&session_started_at(moment(&next))))]);
    let goals = "select string_agg(weeklygoal::text, ',' order by weeknumber) from weeks w
                 join partnerships p on p.id = w.partnershipid where p.endedat is null";
    assert_eq!(backend.sql(goals).expect("SQL"), "2,2,4,8");
    let leave = json!({ "leave": { "id": one, "partnership_id": view["partnership"]["id"] } });
    let left = sync(other, &leave);
    assert_eq!((&left["outcomes"]["leave"], &left["partnership"]), (&json!("left"), &json!(null)));
    assert_eq!(sync(one, &json!({}))["news"][0]["kind"], "left");
}
