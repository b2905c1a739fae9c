//! Attacks on the API by an account and by an anonymous client without one.

use crate::account::{Account, Response};
use crate::sits::{completed, noted, started_session, wire};
use reqwest::Method;
use serde_json::{Value, json};
use zafu_backend::{Backend, shared};

/// A victim with a session, a note, a partner and a week; and an attacker with a session.
struct Scene<'a> {
    victim: Account<'a>,
    attacker: Account<'a>,
    sit: String,
    week: String,
    partnership: String,
}

const SECRET: &str = "nobody else may read this";
/// Tables that no client may reach.
const INTERNAL_TABLES: [&str; 6] =
    ["sync_state", "history", "invitations", "targets", "partner_news", "pg_authid"];

fn scene(backend: &Backend) -> Scene<'_> {
    let (victim, attacker) = (Account::new(backend), Account::new(backend));
    let partner = Account::new(backend);
    let partnership = backend
        .sql(&format!(
            "insert into partnerships (userid, partnerid, startedat)
             values ('{}', '{}', '2026-02-28') returning id",
            victim.id, partner.id
        ))
        .expect("a partnership");
    let sit = completed(&started_session());
    victim.push_sits(&[noted(&sit, SECRET, sit.deviceid)]);
    attacker.push_sits(&[completed(&started_session())]);
    let week = backend.sql(&format!("select weekid from sessions where id = '{}'", sit.id));
    let week = week.expect("a week");
    assert!(!week.is_empty(), "the victim has a week");
    Scene { victim, attacker, sit: sit.id.to_string(), week, partnership }
}

impl Scene<'_> {
    /// Returns all data of the victim and the partnership.
    fn state(&self) -> String {
        let (victim, sit) = (self.victim.id, &self.sit);
        let sql = format!(
            "select jsonb_build_array(
               (select to_jsonb(s) from sessions s where s.id = '{sit}' and s.userid = '{victim}'),
               (select to_jsonb(u) from users u where u.id = '{victim}'),
               (select to_jsonb(h) from zafu.sync_state h where h.userid = '{victim}'),
               (select jsonb_agg(w order by w.id) from weeks w where w.partnershipid = '{0}'),
               (select to_jsonb(p) from partnerships p where p.id = '{0}'))",
            self.partnership
        );
        self.victim.backend.sql(&sql).expect("SQL")
    }

    /// Returns whether a response contains data of the victim.
    fn leaks(&self, response: &Response) -> bool {
        let body = response.body.to_string();
        let known = [&self.victim.id.to_string(), &self.sit, &self.week, &self.partnership, SECRET];
        known.iter().any(|secret| body.contains(*secret))
    }
}

#[test]
fn other_users_rows_cannot_be_read() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let victim = scene.victim.id;
    for path in [
        "sessions".to_owned(),
        "sessions?select=*".to_owned(),
        "sessions?select=id,note,userid".to_owned(),
        format!("sessions?select=id,note&id=eq.{}&or=(note.is.null,note.not.is.null)", scene.sit),
        format!("sessions?select=id&userid=eq.{victim}"),
        format!("sessions?select=id&or=(userid.eq.{victim},id.eq.{})", scene.sit),
        format!("sessions?select=id&not.and=(id.neq.{})", scene.sit),
        format!("sessions?select=id&note=like.*{}*", "nobody"),
        "sessions?select=id,weeks(id,goalmet),partnerships(id,startedat)".to_owned(),
        "weeks?select=id,partnerships(id,startedat),sessions(*)".to_owned(),
        "weeks?select=id,sessions!inner(id,note)".to_owned(),
        "partnerships?select=id,weeks(id,invitersits),sessions(*)".to_owned(),
        "users".to_owned(),
        "users?select=*,pairing_status".to_owned(),
        "users?select=id,name,email,sessions(id,note)".to_owned(),
        "sessions?select=id,users(*)".to_owned(),
        "users?select=id&limit=1000&offset=0&order=createdat.desc".to_owned(),
        format!("users?select=id,email&id=eq.{victim}"),
    ] {
        let response = scene.attacker.get(&path);
        assert_eq!(response.status.as_u16(), 200, "{path}: {response:?}");
        assert!(!scene.leaks(&response), "{path}: {response:?}");
        // Control: the victim gets their own data from the same request.
        if path.starts_with("sessions") {
            assert!(scene.leaks(&scene.victim.get(&path)), "{path} returns nothing");
        }
    }
    // Counts reveal nothing either.
    let count = scene.attacker.request(Method::HEAD, &format!("sessions?userid=eq.{victim}"));
    let count = Account::send(count.header("prefer", "count=exact"));
    assert_eq!(count.range.as_deref(), Some("*/0"));
    let rows = scene.attacker.pull();
    assert_eq!(rows.len(), 1, "only their own: {rows:?}");
}

#[test]
fn columns_without_a_grant_cannot_be_used() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let attacker = &scene.attacker;
    for path in [
        "partnerships?select=userid",
        "partnerships?select=id&partnerid=not.is.null",
        "partnerships?select=id&order=userid",
        "partnerships?select=id,users!partnerships_userid_fkey(id)",
        "users?select=id,partnerships!partnerships_partnerid_fkey(id)",
        "partnerships?select=*",
        "partnerships?select=inviteeprivacy",
        "partnerships?select=id&order=seq",
        "weeks?select=*",
        "weeks?select=id&invitersealed=is.true",
    ] {
        attacker.get(path).is(403, "42501");
    }
    let own = attacker.id;
    for (method, path, body) in [
        (Method::PATCH, format!("users?id=eq.{own}"), json!({ "name": "Someone" })),
        (Method::PATCH, format!("users?id=eq.{own}"), json!({ "image": "lotus" })),
        (Method::PATCH, format!("users?id=eq.{own}"), json!({ "weeklytarget": 1 })),
        (Method::PATCH, format!("users?id=eq.{own}"), json!({ "usualsitlength": 1 })),
        (Method::PATCH, format!("users?id=eq.{own}"), json!({ "targetrevision": 9 })),
        (Method::PATCH, format!("users?id=eq.{own}"), json!({ "email": "root@example.test" })),
        (Method::PATCH, format!("users?id=eq.{own}"), json!({ "id": scene.victim.id })),
        (Method::PATCH, format!("users?id=eq.{own}"), json!({ "createdat": "2020-01-01" })),
        (Method::POST, "users".into(), json!({ "id": own })),
        (Method::DELETE, format!("users?id=eq.{own}"), json!({})),
        (Method::PATCH, "sessions?sitlength=gte.0".into(), json!({ "seq": 1 })),
        (Method::PATCH, "sessions?sitlength=gte.0".into(), json!({ "userid": scene.victim.id })),
        (Method::PATCH, "sessions?sitlength=gte.0".into(), json!({ "weekid": scene.week })),
        (Method::PATCH, "sessions?sitlength=gte.0".into(), json!({ "receivedat": "2020-01-01" })),
        (Method::PATCH, "sessions?sitlength=gte.0".into(), json!({ "source": "import" })),
        (Method::DELETE, "sessions?sitlength=gte.0".into(), json!({})),
        (Method::DELETE, format!("sessions?id=eq.{}", scene.sit), json!({})),
        (
            Method::POST,
            "weeks".into(),
            json!({ "partnershipid": scene.partnership, "weeknumber": 9 }),
        ),
        (Method::PATCH, format!("weeks?id=eq.{}", scene.week), json!({ "invitersits": 99 })),
        (Method::DELETE, format!("weeks?id=eq.{}", scene.week), json!({})),
        (
            Method::POST,
            "partnerships".into(),
            json!({ "userid": own, "partnerid": scene.victim.id }),
        ),
        (Method::PATCH, "partnerships?id=not.is.null".into(), json!({ "inviterprivacy": "times" })),
        (Method::PATCH, "partnerships?id=not.is.null".into(), json!({ "invitermaybow": true })),
        (Method::DELETE, format!("partnerships?id=eq.{}", scene.partnership), json!({})),
    ] {
        let before = scene.state();
        let response = attacker.send_json(method.clone(), &path, &body);
        assert_eq!(
            (response.status.as_u16(), response.code()),
            (403, "42501"),
            "{method} {path} {body}"
        );
        assert_eq!(scene.state(), before, "{method} {path} {body}");
    }
    // A session can be inserted, but not with columns of the server.
    for (column, value) in [
        ("userid", json!(scene.victim.id)),
        ("userid", json!(own)),
        ("receivedat", json!("2020-01-01T00:00:00Z")),
        ("seq", json!(1)),
        ("weekid", json!(scene.week)),
        ("partnershipid", json!(scene.partnership)),
    ] {
        let mut row = wire(&started_session());
        row[column] = value;
        attacker.send_json(Method::POST, "sessions", &row).is(403, "42501");
    }
}

#[test]
fn other_users_rows_cannot_be_changed() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let before = scene.state();
    let attacker = &scene.attacker;
    let sit = &scene.sit;
    // A session of another user does not exist for the caller, which is an error.
    let change = json!({ "deletedat": "2026-03-02T00:00:00Z", "deletionrevision": 9 });
    attacker.send_json(Method::PATCH, &format!("sessions?id=eq.{sit}"), &change).is(404, "PT404");
    // The attacker can store their own session with the same id, in every way of writing, without reading or changing the
    // other one.
    let mut row = wire(&started_session());
    row["id"] = sit.clone().into();
    let unused = wire(&started_session());
    for row in [&unused, &row] {
        for conflict in ["id", "userid,id"] {
            for resolution in ["merge-duplicates", "ignore-duplicates"] {
                let path = format!("sessions?on_conflict={conflict}");
                let request = attacker.request(Method::POST, &path).body(row.to_string());
                let request = request
                    .header("content-type", "application/json")
                    .header("prefer", format!("return=representation,resolution={resolution}"));
                let response = Account::send(request);
                // The id was sent by the attacker; nothing else in the response is the victim's.
                let victim = scene.victim.id.to_string();
                let body = response.body.to_string();
                assert!(!body.contains(SECRET) && !body.contains(&victim), "{response:?}");
                match (conflict, resolution) {
                    ("id", _) => response.is(400, "42P10"),
                    (_, "merge-duplicates") => response.is(403, "42501"),
                    _ => assert_eq!(response.status.as_u16(), 201, "{response:?}"),
                }
            }
        }
        assert_eq!(attacker.push(std::slice::from_ref(row))["outcomes"][0]["outcome"], "unchanged");
    }
    attacker.send_json(Method::POST, "sessions", &row).is(409, "23505"); // the attacker's own row
    let name = json!({ "name": "mine now" });
    let path = format!("users?id=eq.{}&select=id", scene.victim.id);
    attacker.send_json(Method::PATCH, &path, &name).is(403, "42501");
    assert_eq!(scene.state(), before);
}

#[test]
fn internal_functions_and_tables_are_not_exposed() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let before = scene.state();
    for function in [
        "lock_users",
        "recount_weeks",
        "recount_sides",
        "partner_view",
        "shown_by",
        "store_leave",
        "sync_partner_of_caller",
        "accept_invitation_for_caller",
        "add_news",
        "erase_own_data",
        "store_labels",
        "read_label",
        "own_head",
        "find_week",
        "create_profile",
        "derive_columns",
        "merge",
        "uid",
    ] {
        let response = scene.attacker.call(function, &json!({ "user_ids": [scene.victim.id] }));
        response.is(404, "PGRST202");
    }
    for schema in ["zafu", "auth", "extensions", "pg_catalog", "information_schema"] {
        for table in INTERNAL_TABLES.into_iter().chain(["users"]) {
            let request =
                scene.attacker.request(Method::GET, table).header("accept-profile", schema);
            Account::send(request).is(406, "PGRST106");
        }
        let request = scene.attacker.request(Method::POST, "rpc/lock_users").body("{}");
        let request = request.header("content-profile", schema);
        Account::send(request.header("content-type", "application/json")).is(406, "PGRST106");
    }
    for table in INTERNAL_TABLES.into_iter().chain(["zafu.sync_state"]) {
        let response = scene.attacker.get(table);
        assert!([404, 400].contains(&response.status.as_u16()), "{table}: {response:?}");
    }
    // A history id of another user is not valid.
    let head = scene.victim.page(&Value::Null, 1)["head"].clone();
    assert_eq!(scene.attacker.page(&head, 1)["state"], "diverged");
    assert_eq!(scene.victim.page(&head, 1)["state"], "ok");
    assert_eq!(scene.state(), before);
}

#[test]
fn without_a_sign_in_only_the_health_check_and_previews_are_allowed() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let anonymous = Account::anonymous(backend);
    assert_eq!(anonymous.call("zafu_health", &json!({})).body["rls"], true);
    assert_eq!(
        anonymous.call("preview_invitation", &json!({})).body,
        json!({ "state": "not_open" })
    );
    for table in ["users", "sessions", "labels", "weeks", "partnerships"] {
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
            let body = match method {
                Method::POST | Method::PATCH if table == "labels" => json!({ "key": "x" }),
                Method::POST | Method::PATCH => json!({ "id": scene.victim.id }),
                _ => json!({}),
            };
            anonymous.send_json(method, table, &body).is(401, "42501");
        }
    }
    for function in [
        "push_sessions",
        "pull_sessions",
        "digest_sessions",
        "sync_labels",
        "sync_partner",
        "create_invitation",
        "accept_invitation",
        "withdraw_invitation",
        "erase_account",
    ] {
        anonymous.call(function, &json!({})).is(401, "42501");
    }
}

#[test]
fn only_correctly_signed_tokens_are_accepted() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let victim = scene.victim.id;
    let read_and_push = |token: String| {
        let account = Account::with(backend, victim, Some(token));
        (account.get("sessions?select=note"), account.call("push_sessions", &json!([])))
    };
    let good = scene.victim.token.clone().expect("a token");
    let parts: Vec<&str> = good.split('.').collect();
    let stolen = scene.attacker.token.clone().expect("a token");
    let stolen: Vec<&str> = stolen.split('.').collect();
    let expired = json!({ "sub": victim, "role": "authenticated", "exp": 1_600_000_000 });
    for bad in [
        backend.publishable_key().to_owned(),
        // The signature of another token, a truncated one, none, and the algorithm "none".
        format!("{}.{}.{}", parts[0], parts[1], stolen[2]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][1..]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1]),
        backend.token_with(&expired),
    ] {
        let (read, pushed) = read_and_push(bad);
        assert_eq!((read.status.as_u16(), pushed.status.as_u16()), (401, 401), "{read:?}");
        assert!(["PGRST301", "PGRST303"].contains(&read.code()), "{read:?}");
    }
    // An unknown role, and a token without a user.
    let (read, _) =
        read_and_push(backend.token_with(&json!({ "sub": victim, "role": "postgres" })));
    read.is(403, "42501");
    let (read, pushed) = read_and_push(backend.token_with(&json!({ "role": "authenticated" })));
    assert_eq!(read.body, json!([]), "no user, no rows");
    pushed.is(401, "PT401");
    let without_user = Account::with(
        backend,
        victim,
        Some(backend.token_with(&json!({ "role": "authenticated" }))),
    );
    without_user.call("pull_sessions", &json!({})).is(401, "PT401");
    without_user.call("erase_account", &json!({})).is(401, "PT401");
    without_user.call("sync_labels", &json!({ "labels": [] })).is(401, "PT401");
    for function in [
        "sync_partner",
        "create_invitation",
        "preview_invitation",
        "accept_invitation",
        "withdraw_invitation",
    ] {
        without_user.call(function, &json!({})).is(401, "PT401");
    }
    without_user.send_json(Method::POST, "sessions", &wire(&started_session())).is(403, "42501");
    // Metadata that users can edit does not change who they are.
    let claims = json!({ "sub": scene.attacker.id, "role": "authenticated",
        "user_metadata": { "sub": victim, "role": "service_role" }, "app_metadata": { "admin": true } });
    let (read, _) = read_and_push(backend.token_with(&claims));
    assert!(!scene.leaks(&read), "{read:?}");
}

#[test]
fn requests_without_the_key_are_rejected() {
    let Some(backend) = shared() else { return };
    let client = reqwest::blocking::Client::builder().no_proxy().build().expect("a client");
    for path in ["rest/v1/rpc/zafu_health", "auth/v1/health"] {
        let url = format!("{}/{path}", backend.url());
        assert_eq!(client.get(&url).send().expect("a response").status(), 401);
        let wrong = client.get(&url).header("apikey", "sb_publishable_no").send();
        assert_eq!(wrong.expect("a response").status(), 401);
    }
}
