//! Query plans: no query reads a whole table.

use crate::account::Account;
use crate::partners::{now, sat};
use crate::session::as_account;
use crate::sits::{many, started_session, wire};
use serde_json::json;
use zafu_backend::{Backend, or_skip};

/// Enough rows of other accounts that a sequential scan costs more than an index.
const CROWD: &str = "
    insert into auth.users (id, email)
    select gen_random_uuid(), 'crowd' || n || '@example.test' from generate_series(1, 30) n;
    insert into sessions (id, userid, startedat, sitlength, utcoffset, deviceid, source, detailsdevice,
                          deletiondevice)
    select gen_random_uuid(), u.id, '2026-01-01'::timestamptz + n * interval '1 hour', 600, 0, u.id,
           'timer', u.id, u.id
    from (select id from users where email like 'crowd%') u, generate_series(1, 1000) n;
    insert into labels (userid, key, name, colour, shape, is_deleted, revision, deviceid)
    select u.id, 'label ' || n, 'a name', 'red', 'star', false, 1, u.id from users u, generate_series(1, 300) n;
    insert into zafu.history (userid, seq) select u.id, n from users u, generate_series(1, 1000) n;
    analyze;";

/// Returns the plans of every statement that `sql` runs, also inside functions.
fn plans(backend: &Backend, account: &Account<'_>, sql: &str) -> String {
    let script = format!(
        "load 'auto_explain';
         set auto_explain.log_min_duration = 0;
         set auto_explain.log_nested_statements = on;
         begin; {};
         set local client_min_messages = log;
         {sql};
         reset client_min_messages;
         commit;",
        as_account(account.id)
    );
    let output = backend.psql().args(["--command", &script]).output().expect("psql");
    let plan = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{plan}");
    assert!(plan.contains("Query Text"), "no plan was shown: {plan}");
    plan
}

#[test]
fn no_query_scans_a_whole_table() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let (account, partner) = (Account::new(&backend), Account::new(&backend));
    let values = format!("('{}', '{}', '2026-02-27')", account.id, partner.id);
    let sql = format!("insert into partnerships (userid, partnerid, startedat) values {values}");
    backend.sql(&sql).expect("SQL");
    let known = many(50);
    account.push(&known);
    backend.sql(CROWD).expect("a crowd");
    let some = json!(known[..20]).to_string();
    let new = json!(many(20)).to_string();
    let mut later = wire(&started_session());
    later["id"] = known[0]["id"].clone();
    later["detailsrevision"] = 1.into();
    let label = |key: &str| {
        json!({ "key": key, "name": key, "colour": "blue", "shape": "cross", "is_deleted": false,
            "revision": 2, "deviceid": account.id })
    };
    let labels = json!({ "labels": [label("label 7"), label("new")] });
    let id = &known[0]["id"].as_str().expect("an id");
    for (what, sql) in [
        ("pull", "select pull_sessions(max_rows => 100)".to_owned()),
        ("labels", r#"select sync_labels('{"labels": []}')"#.to_owned()),
        ("labels that are sent", format!("select sync_labels($j${labels}$j$)")),
        ("push of what is known", format!("select push_sessions($j${some}$j$)")),
        ("push of what is new", format!("select push_sessions($j${new}$j$)")),
        ("push of a change", format!("select push_sessions($j$[{later}]$j$)")),
        ("digest", "select digest_sessions()".into()),
        ("one sit", format!("select note from sessions where id = '{id}'")),
        ("all of one's own", "select id from sessions".into()),
        ("a search", "select id from sessions where note like '%om%'".into()),
        (
            "the log",
            "select id from sessions where userid = auth.uid()
             order by coalesce(correctedstart, startedat) desc limit 20"
                .into(),
        ),
        ("the weeks", "select weekstart, goalmet from weeks".into()),
    ] {
        let plans = plans(&backend, &account, &sql);
        assert!(!plans.contains("Seq Scan on sessions"), "{what}:\n{plans}");
        assert!(!plans.contains("Seq Scan on history"), "{what}:\n{plans}");
        assert!(!plans.contains("Seq Scan on labels"), "{what}:\n{plans}");
        let reads_no_sits =
            what != "digest" || !plans.contains("sessions_") && !plans.contains("on sessions");
        assert!(reads_no_sits, "a digest is kept, not counted:\n{plans}");
        let is_in_order = what != "pull" || plans.contains("using sessions_by_seq");
        assert!(is_in_order, "a pull reads on from its cursor:\n{plans}");
    }
    // Control: a query of everything does scan the table.
    let sum = "set local role supabase_admin; select sum(sitlength) from sessions";
    assert!(plans(&backend, &account, sum).contains("Seq Scan on sessions"));
}

/// Partnerships, weeks, news, targets and invitations of others, and two former partnerships of everybody.
const OTHER_PARTNERS: &str = "
    set session_replication_role = replica;
    create temp table crowd as
      select gen_random_uuid() as id, gen_random_uuid() as partner, gen_random_uuid() as partnership
      from generate_series(1, 3000);
    insert into auth.users (id, email) select id, id::text from crowd union all select partner, partner::text from crowd;
    insert into users (id) select id from auth.users on conflict do nothing;
    insert into zafu.history (userid, seq, reason) select id, 0, 'created' from users u
      where not exists (select 1 from zafu.sync_state s where s.userid = u.id);
    insert into zafu.sync_state (userid, seq, history_id) select userid, 0, id from zafu.history h
      where not exists (select 1 from zafu.sync_state s where s.userid = h.userid);
    insert into zafu.targets (userid, since, target)
      select u.id, '2026-01-01'::timestamptz + n * interval '1 day', 5 from users u, generate_series(1, 5) as n;
    insert into partnerships (id, userid, partnerid, startedat, firstweekat, endedat)
      select partnership, id, partner, timestamptz '2026-03-01', timestamptz '2026-03-01', timestamptz '2026-04-01' from crowd union all
      select gen_random_uuid(), partner, id, '2026-04-01', '2026-04-01', '2026-05-01' from crowd union all
      select gen_random_uuid(), id, partner, '2026-06-01', '2026-06-01', null from crowd;
    insert into weeks (partnershipid, weeknumber, weekstart, weekend, weeklygoal)
      select p.id, n, p.startedat + (n - 1) * interval '168 hours', p.startedat + n * interval '168 hours', 10
      from partnerships p, generate_series(1, 4) as n
      where not exists (select 1 from weeks w where w.partnershipid = p.id);
    insert into zafu.partner_news (seq, recipient, partnershipid, kind, week)
      select n, c.id, c.partnership, 'kept', n from crowd c, generate_series(1, 4) as n;
    insert into zafu.invitations (codehash, userid, utcoffset, daystart)
      select sha256(id::text::bytea), id, 0, 0 from crowd;
    reset session_replication_role;
    analyze;";

#[test]
fn no_query_about_partners_scans_a_whole_table() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let (inviter, invitee) = (Account::new(&backend), Account::new(&backend));
    let guest = Account::new(&backend);
    // Former partnerships of the account, too.
    for _ in 0..2 {
        let id = invitee.accept(&inviter.invite())["partnership_id"].clone();
        inviter.push_sits(&[sat(now(&backend))]);
        inviter.leave(id.as_str().expect("an id"));
    }
    let id = invitee.accept(&inviter.invite())["partnership_id"].clone();
    inviter.set_privacy(id.as_str().expect("an id"), "times", 1);
    inviter.push_sits(&[sat(now(&backend)), sat(now(&backend))]);
    let open = guest.invite();
    backend.sql(CROWD).expect("a crowd");
    backend.sql(OTHER_PARTNERS).expect("partners");
    let known = json!({ "known_partner_seq": invitee.view()["partner_seq"] });
    let register = |what: &str, value: serde_json::Value| json!({ what: value, "revision": 9, "deviceid": guest.id });
    let all = json!({
        "profile": register("name", json!("Ada")), "target": register("target", json!(2)),
        "privacy": { "level": "times", "partnership_id": id, "revision": 9, "deviceid": guest.id },
        "bow": { "id": guest.id, "partnership_id": id },
    });
    let wire = wire(&sat(now(&backend)));
    for (what, account, sql) in [
        ("the view", &invitee, "select sync_partner('{}')".to_owned()),
        ("the view of a user without partner", &guest, "select sync_partner('{}')".to_owned()),
        ("unchanged", &invitee, format!("select sync_partner('{known}')")),
        ("changes", &invitee, format!("select sync_partner('{all}')")),
        ("a pull", &invitee, "select pull_sessions(max_rows => 10)".to_owned()),
        ("a push", &inviter, format!("select push_sessions('[{wire}]')")),
        ("a preview", &invitee, format!("select preview_invitation('{{\"code\": \"{open}\"}}')")),
        (
            "a code that is not known",
            &guest,
            "select accept_invitation('{\"code\": \"x\"}')".to_owned(),
        ),
        (
            "leaving",
            &inviter,
            format!("select sync_partner('{{\"leave\": {{\"partnership_id\": {id}}}}}')"),
        ),
        ("accepting", &inviter, format!("select accept_invitation('{{\"code\": \"{open}\"}}')")),
        (
            "inviting",
            &invitee,
            format!(
                "select create_invitation('{{\"code_hash\": \"{}\", \"utc_offset\": 0, \"day_start\": 0}}')",
                crate::partners::code().1
            ),
        ),
        ("withdrawing", &invitee, "select withdraw_invitation()".to_owned()),
        ("erasing", &invitee, "select erase_account()".to_owned()),
    ] {
        let plans = plans(&backend, account, &sql);
        for table in [
            "sessions",
            "users",
            "partnerships",
            "weeks",
            "sync_state",
            "invitations",
            "targets",
            "partner_news",
            "history",
        ] {
            let scan = plans
                .split("Query Text")
                .find(|plan| plan.contains(&format!("Seq Scan on {table}")));
            assert!(scan.is_none(), "{what} scans {table}:\n{}", scan.unwrap_or_default());
        }
    }
}

/// PostgreSQL plans a trigger's statements at the first write of a connection, and PostgREST reuses connections.
#[test]
fn real_life_21_the_plan_made_for_one_row_is_fast_for_many() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let account = Account::new(&backend);
    let known = many(1);
    account.push(&known);
    let plans = plans(&backend, &account, "update sessions set detailsrevision = 1");
    let join =
        plans.split("Query Text").find(|plan| plan.contains("join old_rows")).expect("a plan");
    assert!(join.contains("Full Join") && !join.contains("Nested Loop"), "{join}");
}
