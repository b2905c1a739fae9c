//! Attacks on partners, by a client without an account, a stranger, a partner, a former partner and an invited user.

use crate::account::{Account, Response};
use crate::partners::{code, now, partners, sat};
use crate::session::as_account;
use crate::sits::{device, noted, started_session, wire};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use zafu_backend::{Backend, shared};

const NOTE: &str = "a note that nobody else reads";
const LABEL: &str = "a label that nobody else reads";
const NAME: &str = "The Victim";

/// A victim with everything that there is, and everybody who could want it.
struct Scene<'a> {
    victim: Account<'a>,
    partner: Account<'a>,
    former: Account<'a>,
    stranger: Account<'a>,
    /// Knows the code of `inviter`.
    invited: Account<'a>,
    inviter: Account<'a>,
    code: String,
    partnership: String,
    ended: String,
    email: String,
    /// The id of the victim, the start of a sit, its id, and the device that wrote everything.
    id: String,
    start: String,
    sit: String,
    device: String,
}

const DEVICE: u128 = 0xdec0_de00_0000_4000_8000_0000_dec0_de01;

fn scene(backend: &Backend) -> Scene<'_> {
    let (former, victim, ended) = partners(backend);
    let sit = noted(&sat(now(backend)), NOTE, device(DEVICE));
    let mut row = wire(&sit);
    (row["label"], row["deviceid"]) = (json!(LABEL), json!(device(DEVICE)));
    let mut before = row.clone();
    before["id"] = json!(Uuid::new_v4());
    victim.push(&[before]);
    former.leave(&ended);
    let partner = Account::new(backend);
    let partnership =
        partner.accept(&victim.invite())["partnership_id"].as_str().expect("an id").to_owned();
    let label = json!({ "key": LABEL, "name": LABEL, "colour": "red", "shape": "star", "is_deleted": false,
        "revision": 1, "deviceid": device(DEVICE) });
    victim.call("sync_labels", &json!({ "labels": [label] }));
    let by = |mut part: Value| {
        (part["revision"], part["deviceid"]) = (1.into(), json!(device(DEVICE)));
        part
    };
    victim.sync_partner(&json!({
        "profile": by(json!({ "name": NAME, "image": "moon" })),
        "target": by(json!({ "target": 777 })),
        "privacy": by(json!({ "partnership_id": partnership, "level": "times" })),
    }));
    // Narrowed again: the times were shared, and are no longer.
    victim.set_privacy(&partnership, "counts", 2);
    let start = sat(now(backend));
    row["id"] = json!(start.id);
    let at = wire(&start);
    for field in ["startedat", "createdat", "completedat", "endedat"] {
        row[field] = at[field].clone();
    }
    victim.push(&[row]);
    let email = format!("select email from users where id = '{}'", victim.id);
    let inviter = Account::new(backend);
    let code = inviter.invite();
    Scene {
        email: backend.sql(&email).expect("SQL"),
        start: at["startedat"].as_str().expect("a start")[..23].to_owned(),
        id: victim.id.to_string(),
        sit: start.id.to_string(),
        device: device(DEVICE).0.to_string(),
        stranger: Account::new(backend),
        invited: Account::new(backend),
        victim,
        partner,
        former,
        inviter,
        code,
        partnership,
        ended,
    }
}

impl Scene<'_> {
    /// Returns everything that is stored about the victim and the inviter.
    fn state(&self) -> String {
        let sql = format!(
            "select jsonb_build_array(
               (select jsonb_agg(u order by u.id) from users u where u.id in ('{0}', '{1}')),
               (select jsonb_agg(p order by p.id) from partnerships p where '{0}' in (p.userid, p.partnerid)),
               (select jsonb_agg(w order by w.id) from weeks w where w.partnershipid in ('{2}', '{3}')),
               (select jsonb_agg(i order by i.codehash) from zafu.invitations i where i.userid in ('{0}', '{1}')),
               (select jsonb_agg(t order by t.since) from zafu.targets t where t.userid = '{0}'),
               (select jsonb_agg(n order by n.seq) from zafu.partner_news n where n.recipient in ('{0}', '{1}')),
               (select jsonb_agg(s order by s.id) from sessions s where s.userid = '{0}'),
               (select to_jsonb(h) from zafu.sync_state h where h.userid = '{0}'))",
            self.victim.id, self.inviter.id, self.partnership, self.ended
        );
        self.victim.backend.sql(&sql).expect("SQL")
    }

    /// What nobody but the victim may read, not even the partner.
    fn secrets(&self) -> Vec<&str> {
        vec![NOTE, LABEL, &self.email, &self.id, &self.start, &self.sit, &self.device]
    }

    /// Returns everybody but the victim, with what they may not read.
    fn others(&self) -> Vec<(&str, &Account<'_>, Vec<&str>)> {
        let own =
            [self.secrets(), vec![NAME, "\"moon\"", ":777", self.partnership.as_str()]].concat();
        vec![
            ("partner", &self.partner, self.secrets()),
            ("former partner", &self.former, own.clone()),
            ("stranger", &self.stranger, [own.clone(), vec![self.ended.as_str()]].concat()),
            ("invited", &self.invited, [own, vec![self.ended.as_str()]].concat()),
        ]
    }
}

fn check(who: &str, what: &str, forbidden: &[&str], response: &Response) {
    let body = response.body.to_string();
    for secret in forbidden {
        assert!(!body.contains(secret), "{who}: {what} returns {secret}: {body}");
    }
}

#[test]
fn nobody_reads_more_than_they_may() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let paths = [
        "users?select=id,name,email,image,weeklytarget,profiledevice,targetdevice",
        "users?select=name&name=like.The*",
        "users?select=id&weeklytarget=eq.777",
        "partnerships?select=id,startedat,weeks(id,invitersits),sessions(*)",
        "weeks?select=id,partnerships(id,startedat,endedat)",
        "sessions?select=*",
        "sessions?select=id,startedat&partnershipid=not.is.null",
        "labels?select=*",
    ];
    for (who, account, forbidden) in scene.others() {
        for path in paths {
            let response = account.get(path);
            assert_eq!(response.status.as_u16(), 200, "{path}: {response:?}");
            check(who, path, &forbidden, &response);
        }
        for (function, sent) in [
            ("sync_partner", json!({})),
            ("sync_partner", json!({ "userid": scene.victim.id, "user_id": scene.victim.id })),
            ("sync_partner", json!({ "partnership": scene.partnership, "known_partner_seq": 1 })),
            ("pull_sessions", json!({})),
            ("sync_labels", json!({ "labels": [] })),
            ("preview_invitation", json!({ "code": scene.code })),
            ("preview_invitation", json!({ "code": scene.victim.id })),
            ("digest_sessions", json!({})),
        ] {
            let response = account.call(function, &sent);
            assert_eq!(response.status.as_u16(), 200, "{function}: {response:?}");
            check(who, function, &forbidden, &response);
        }
    }
    // Control: the partner sees the name, picture, target and count; the victim sees it all.
    let partnership = &scene.partner.view()["partnership"];
    let expected = json!({ "name": NAME, "image": "moon", "target": 777, "shares": "counts" });
    assert_eq!(partnership["partner"], expected);
    assert_eq!(
        (&partnership["weeks"][0]["partner"], &partnership["times"]),
        (&json!(1), &json!(null))
    );
    let own = scene.victim.get("sessions?select=*").body.to_string();
    assert!(
        [NOTE, LABEL, &scene.start, &scene.sit, &scene.device]
            .iter()
            .all(|secret| own.contains(*secret))
    );
    assert!(scene.victim.view().to_string().contains(&scene.device));
    // Nor does the victim see who the others are.
    for path in [
        "partnerships?select=id,startedat,endedat,firstweekat,createdat",
        "weeks?select=id,partnershipid",
    ] {
        let response = scene.victim.get(path);
        assert_eq!(response.body.as_array().map(Vec::len), Some(2), "{response:?}");
        let ids = [scene.partner.id.to_string(), scene.former.id.to_string()];
        check("victim", path, &[ids[0].as_str(), ids[1].as_str()], &response);
    }
    // A former partner sees when it was and how many weeks were kept.
    let former = scene.former.view()["former"].clone();
    let keys: Vec<&String> = former[0].as_object().expect("a partnership").keys().collect();
    assert_eq!(keys, ["endedat", "id", "kept", "of", "startedat"]);
}

#[test]
fn nobody_changes_what_is_not_theirs() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let register = |mut part: Value| {
        (part["revision"], part["deviceid"]) = (99.into(), json!(device(9)));
        part
    };
    for (who, account, _) in scene.others() {
        // What the partner does to their own side is theirs.
        let is_partner = who == "partner";
        let before = scene.state();
        let mine =
            json!({ "userid": scene.victim.id, "user_id": scene.victim.id, "id": scene.victim.id });
        let mut parts = vec![
            (
                "bow",
                json!({ "id": Uuid::new_v4(), "partnership_id": scene.ended }),
                "no_partnership",
            ),
            (
                "privacy",
                register(json!({ "partnership_id": scene.ended, "level": "times" })),
                "no_partnership",
            ),
        ];
        if !is_partner {
            let leave = json!({ "partnership_id": scene.partnership });
            parts.extend([
                ("leave", leave, "no_partnership"),
                (
                    "bow",
                    json!({ "id": Uuid::new_v4(), "partnership_id": scene.partnership }),
                    "no_partnership",
                ),
                (
                    "privacy",
                    register(json!({ "partnership_id": scene.partnership, "level": "times" })),
                    "no_partnership",
                ),
                (
                    "profile",
                    register(json!({ "name": "mine", "userid": scene.victim.id })),
                    "stored",
                ),
                ("target", register(json!({ "target": 1, "userid": scene.victim.id })), "stored"),
            ]);
        }
        for (part, sent, outcome) in parts {
            let mut body = mine.clone();
            body[part] = sent;
            assert_eq!(account.sync_partner(&body)["outcomes"][part], outcome, "{who}: {part}");
        }
        // The hash of an invitation of somebody else, and codes that are used.
        let hash = backend.sql(&format!(
            "select encode(codehash, 'hex') from zafu.invitations where userid = '{}'",
            scene.inviter.id
        ));
        let sent = json!({ "code_hash": hash.expect("SQL"), "utc_offset": 0, "day_start": 0 });
        let expected = if is_partner { "in_partnership" } else { "bad_code" };
        assert_eq!(
            account.call("create_invitation", &sent).body,
            json!({ "state": expected }),
            "{who}"
        );
        account.call("withdraw_invitation", &json!({}));
        for path in ["users", "partnerships", "weeks"] {
            for (method, body) in [
                (Method::POST, json!({ "id": Uuid::new_v4() })),
                (Method::PATCH, json!({ "createdat": "2020-01-01" })),
                (Method::DELETE, json!({})),
            ] {
                let path = format!("{path}?id=not.is.null");
                account.send_json(method, &path, &body).is(403, "42501");
            }
        }
        assert_eq!(scene.state(), before, "{who}");
    }
    // The partner sets only their own side.
    let privacy = register(json!({ "partnership_id": scene.partnership, "level": "times" }));
    assert_eq!(scene.partner.send_part("privacy", &privacy), "stored");
    assert_eq!(scene.partner.view()["partnership"]["partner"]["shares"], "counts");
    assert_eq!(scene.victim.view()["partnership"]["partner"]["shares"], "times");
    // Whoever is invited accepts; the others cannot any more.
    assert_eq!(scene.invited.accept_state(&scene.code), "ok");
    assert_eq!(scene.stranger.accept_state(&scene.code), "not_open");
    assert_eq!(scene.former.accept_state(&scene.code), "not_open");
    assert_eq!(scene.partner.accept_state(&scene.code), "not_open");
}

#[test]
fn without_a_sign_in_nothing_of_partners_is_reached() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let before = scene.state();
    let anonymous = Account::anonymous(backend);
    for (function, sent) in [
        ("sync_partner", json!({ "leave": { "partnership_id": scene.partnership } })),
        ("create_invitation", json!({ "code_hash": code().1, "utc_offset": 0, "day_start": 0 })),
        ("accept_invitation", json!({ "code": scene.code })),
        ("withdraw_invitation", json!({})),
    ] {
        anonymous.call(function, &sent).is(401, "42501");
    }
    // Except who invites, for those who know the code.
    let preview = |code: &str| anonymous.call("preview_invitation", &json!({ "code": code }));
    let inviter = preview(&scene.code);
    let keys: Vec<&str> =
        inviter.body.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        (keys, &inviter.body["state"]),
        (vec!["expiresat", "image", "name", "state"], &json!("ok"))
    );
    check("anonymous", "preview", &[&scene.inviter.id.to_string()], &inviter);
    for sent in [
        json!({ "code": scene.victim.id }),
        json!({ "code": null }),
        json!({ "code": [] }),
        json!({}),
    ] {
        assert_eq!(
            anonymous.call("preview_invitation", &sent).body,
            json!({ "state": "not_open" }),
            "{sent}"
        );
    }
    anonymous.call("preview_invitation", &json!([])).is(400, "PT400");
    for path in [
        "users?select=name",
        "partnerships?select=id",
        "weeks?select=goalmet",
        "labels",
        "sessions",
    ] {
        anonymous.get(path).is(401, "42501");
    }
    assert_eq!(scene.state(), before);
}

/// Not even a database session with the rights of an account gets around the functions.
#[test]
fn the_tables_and_functions_of_partners_are_closed_in_the_database_too() {
    let Some(backend) = shared() else { return };
    let scene = scene(backend);
    let before = scene.state();
    let denied = |account: Uuid, sql: &str| {
        let script = format!("begin; {}; {sql}; commit;", as_account(account));
        let output = backend.psql().args(["--command", &script]).output().expect("psql");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains("permission denied"), "{sql}: {error}");
    };
    // Every table of the internal schema, and every function that is not one of those that API functions call.
    let tables = "select relname from pg_class where relnamespace = 'zafu'::regnamespace and relkind = 'r' order by 1";
    let tables = backend.sql(tables).expect("SQL");
    assert!(
        tables.contains("invitations")
            && tables.contains("partner_news")
            && tables.contains("targets")
    );
    for table in tables.lines() {
        denied(scene.partner.id, &format!("select 1 from zafu.{table}"));
        denied(scene.partner.id, &format!("delete from zafu.{table}"));
        denied(scene.partner.id, &format!("insert into zafu.{table} default values"));
    }
    let id = scene.victim.id;
    for call in [
        format!("zafu.partner_view('{id}')"),
        format!("zafu.partner_seq('{id}')"),
        format!("zafu.active_partner('{id}')"),
        format!("zafu.end_partnership('{id}')"),
        format!("zafu.remove_from_partnerships('{id}')"),
        format!("zafu.close_invitations(array['{id}']::uuid[])"),
        format!("zafu.lock_user_and_partner('{id}')"),
        format!("zafu.note_change('{id}')"),
        format!("zafu.count_changes('{id}', 1)"),
        format!("zafu.add_news('{id}', '{}', 'left', null, null)", scene.partnership),
        format!("zafu.store_leave('{id}', null)"),
        format!("zafu.store_profile_and_target('{id}', null, null)"),
        format!("zafu.store_privacy('{id}', null)"),
        format!("zafu.store_bow('{id}', null)"),
        format!("zafu.refusal('{id}', null)"),
        format!("zafu.shown_by('{id}', null)"),
        "zafu.weeks_of(null)".to_owned(),
        "zafu.week_goal(null, 1)".to_owned(),
        "zafu.lock_caller()".to_owned(),
        format!("zafu.recount_weeks(array['{id}']::uuid[], '{{}}')"),
        format!("zafu.recount_sides(array['{id}']::uuid[], '{{}}')"),
    ] {
        denied(scene.partner.id, &format!("select {call}"));
    }
    for sql in [
        "update users set name = 'x'",
        "update users set weeklytarget = 1",
        "select userid from partnerships",
        "select 1 from partnerships where partnerid is not null",
        "select seq from partnerships",
        "select inviterprivacy from partnerships",
        "select inviteesealed from weeks",
        "update partnerships set endedat = now()",
        "update weeks set invitersits = 9",
        "insert into partnerships (userid, partnerid) values (gen_random_uuid(), gen_random_uuid())",
    ] {
        denied(scene.partner.id, sql);
    }
    assert_eq!(scene.state(), before);
}

/// Every function of the API, with what is sent to it. Erasing comes last.
fn calls(scene: &Scene<'_>) -> Vec<(&'static str, Value)> {
    let mut started = wire(&started_session());
    started["userid"] = json!(scene.victim.id);
    let target = json!({ "target": 1, "revision": 0 });
    vec![
        ("push_sessions", json!({ "sessions": [started], "userid": scene.victim.id })),
        ("pull_sessions", json!({})),
        ("digest_sessions", json!({})),
        ("sync_labels", json!({ "labels": [], "userid": scene.victim.id })),
        ("sync_partner", json!({ "target": target, "userid": scene.victim.id })),
        ("create_invitation", json!({ "code_hash": code().1, "utc_offset": 0, "day_start": 0 })),
        ("preview_invitation", json!({ "code": scene.code })),
        ("accept_invitation", json!({ "code": scene.victim.id })),
        ("withdraw_invitation", json!({})),
        ("pairing_status", json!({ "id": scene.victim.id })),
        ("zafu_health", json!({})),
        ("erase_account", json!({})),
    ]
}

/// Functions that clients may run only because functions of the API call them with the rights of their caller.
const INTERNAL_FUNCTIONS: [&str; 45] = [
    // They compute from their arguments.
    "as_session",
    "merge",
    "merge_all",
    "push_response",
    "read_boolean",
    "read_element",
    "read_integer",
    "read_label",
    "read_label_colour",
    "read_label_shape",
    "read_label_text",
    "read_text",
    "read_timestamp",
    "read_uuid",
    "replace_unstorable_escapes",
    "stage",
    // Limits and lists.
    "api_functions",
    "api_tables",
    "bytes_per_day",
    "bytes_per_push",
    "edits_per_day",
    "labels_per_account",
    "max_revision",
    "new_ids_per_day",
    "rows_per_push",
    // The health check.
    "actual_privileges",
    "deviations",
    "expected_privileges",
    "views_bypassing_rls",
    // They use the id of the caller, which is no argument.
    "accept_invitation_for_caller",
    "create_own_invitation",
    "cursor_state",
    "erase_own_data",
    "lock_own_sessions",
    "own_head",
    "own_keeps_texts",
    "own_pairing_status",
    "own_partner_seq",
    "own_partnerships",
    "own_sync_state",
    "preview_invitation_for_caller",
    "raise_no_profile",
    "store_labels",
    "sync_partner_of_caller",
    "withdraw_own_invitation",
];

/// Those that run also without signing in.
const PUBLIC_FUNCTIONS: [&str; 13] = [
    "actual_privileges",
    "api_functions",
    "api_tables",
    "bytes_per_day",
    "bytes_per_push",
    "deviations",
    "edits_per_day",
    "expected_privileges",
    "labels_per_account",
    "new_ids_per_day",
    "preview_invitation_for_anyone",
    "rows_per_push",
    "views_bypassing_rls",
];

/// A function, table or column that is added later fails here until it has a row above.
#[test]
fn everything_that_a_client_reaches_is_in_the_matrix() {
    let Some(backend) = shared() else { return };
    let lines = |sql: &str| -> Vec<String> {
        backend.sql(sql).expect("SQL").lines().map(ToOwned::to_owned).collect()
    };
    let functions = |schema: &str, role: &str| {
        lines(&format!(
            "select distinct proname from pg_proc
             where pronamespace = '{schema}'::regnamespace and has_function_privilege('{role}', oid, 'execute')
             order by 1"
        ))
    };
    let scene = scene(backend);
    let calls = calls(&scene);
    let mut names: Vec<&str> = calls.iter().map(|(function, _)| *function).collect();
    names.sort_unstable();
    assert_eq!(functions("public", "authenticated"), names);
    assert_eq!(functions("public", "anon"), ["preview_invitation", "zafu_health"]);
    let mut internal = INTERNAL_FUNCTIONS;
    internal.sort_unstable();
    assert_eq!(functions("zafu", "authenticated"), internal);
    assert_eq!(functions("zafu", "anon"), PUBLIC_FUNCTIONS);
    // None of those with the rights of their owner takes a user.
    let with_user = "select proname from pg_proc
        where pronamespace in ('zafu'::regnamespace, 'public'::regnamespace) and prosecdef
          and has_function_privilege('authenticated', oid, 'execute')
          and pg_get_function_identity_arguments(oid) ~ 'user'";
    assert_eq!(backend.sql(with_user).expect("SQL"), "");
    // Clients reach no internal table at all, not even a column.
    let internal_tables = "select c.relname from pg_class c, (values ('anon'), ('authenticated')) as r (role)
        where c.relnamespace = 'zafu'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
          and (case c.relkind when 'S' then has_sequence_privilege(r.role, c.oid, 'usage, select, update')
            else has_table_privilege(r.role, c.oid, 'select, insert, update, delete, truncate, references, trigger')
              or has_any_column_privilege(r.role, c.oid, 'select, insert, update, references') end)";
    assert_eq!(backend.sql(internal_tables).expect("SQL"), "");
    let columns = |role: &str| {
        lines(&format!(
            "select c.relname || '?select=' || string_agg(a.attname, ',' order by a.attnum)
             from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             where c.relnamespace = 'public'::regnamespace and has_column_privilege('{role}', c.oid, a.attnum, 'select')
             group by c.relname order by 1"
        ))
    };
    assert_eq!(columns("anon"), [""; 0]);
    let readable = columns("authenticated");
    let tables: Vec<&str> = readable.iter().filter_map(|path| path.split('?').next()).collect();
    assert_eq!(tables, ["labels", "partnerships", "sessions", "users", "weeks"]);

    // Everybody reads every column, and calls every function.
    let anonymous = Account::anonymous(backend);
    let everything = scene.secrets();
    let before = scene.state();
    for path in &readable {
        anonymous.get(path).is(401, "42501");
    }
    for (who, account, forbidden) in scene.others() {
        for path in &readable {
            let response = account.get(path);
            assert_eq!(response.status.as_u16(), 200, "{who}: {path}: {response:?}");
            check(who, path, &forbidden, &response);
        }
        for (function, sent) in calls.iter().filter(|(function, _)| *function != "erase_account") {
            let response = account.call(function, sent);
            check(who, function, &forbidden, &response);
            let expected = if *function == "pairing_status" { 404 } else { 200 };
            assert_eq!(response.status.as_u16(), expected, "{who}: {function}: {response:?}");
        }
        assert_eq!(scene.state(), before, "{who}");
    }
    for (function, sent) in &calls {
        let response = anonymous.call(function, sent);
        check("anonymous", function, &everything, &response);
        let expected = match *function {
            "preview_invitation" | "zafu_health" => 200,
            "pairing_status" => 404,
            _ => 401,
        };
        assert_eq!(response.status.as_u16(), expected, "anonymous: {function}: {response:?}");
    }
    assert_eq!(scene.state(), before);
    let own = format!(
        "select jsonb_build_array((select to_jsonb(u) from users u where u.id = '{0}'),
           (select jsonb_agg(s order by s.id) from sessions s where s.userid = '{0}'),
           (select jsonb_agg(l order by l.key) from labels l where l.userid = '{0}'),
           (select jsonb_agg(t order by t.since) from zafu.targets t where t.userid = '{0}'))",
        scene.victim.id
    );
    let before = backend.sql(&own).expect("SQL");
    for (who, account, forbidden) in scene.others() {
        let response = account.call("erase_account", &json!({}));
        assert_eq!(response.status.as_u16(), 200, "{who}: {response:?}");
        check(who, "erase_account", &forbidden, &response);
        assert_eq!(backend.sql(&own).expect("SQL"), before, "{who}");
    }
}
