//! The health check.

use crate::account::Account;
use serde_json::{Value, json};
use zafu_backend::{Backend, or_skip, shared};

#[test]
fn a_migrated_server_is_healthy() {
    let Some(backend) = shared() else { return };
    let health = Account::anonymous(backend).call("zafu_health", &json!({})).body;
    let expected = json!({
        "schema": 5, "oldest_client": "0.1.0", "rls": true,
        "unprotected": [], "surplus": [], "missing": [], "changed": [],
        "limits": {
            "rows_per_push": 5000, "bytes_per_push": 4_194_304, "new_ids_per_day": 250_000,
            "edits_per_day": 250_000, "bytes_per_day": 134_217_728, "labels_per_account": 2000,
        },
    });
    assert_eq!(health, expected);
    assert_eq!(Account::new(backend).call("zafu_health", &json!({})).body, expected);
}

#[test]
fn changed_privileges_are_reported() {
    // A separate backend, because it is changed.
    let Some(backend) = or_skip(Backend::start()) else { return };
    let anonymous = Account::anonymous(&backend);
    let health = || anonymous.call("zafu_health", &json!({})).body;
    let list = |list: &[&str]| json!(list);
    for (change, undo, key, finding) in [
        (
            "alter table sessions disable row level security",
            "alter table sessions enable row level security",
            "unprotected",
            list(&["public.sessions"]),
        ),
        (
            "grant select (note) on sessions to anon",
            "revoke select (note) on sessions from anon",
            "surplus",
            list(&["anon SELECT public.sessions.note"]),
        ),
        (
            "grant delete on sessions to public",
            "revoke delete on sessions from public",
            "surplus",
            list(&["anon DELETE public.sessions", "authenticated DELETE public.sessions"]),
        ),
        (
            "grant execute on function zafu.lock_users(uuid[]) to authenticated",
            "revoke execute on function zafu.lock_users(uuid[]) from authenticated",
            "surplus",
            list(&["authenticated EXECUTE zafu.lock_users"]),
        ),
        (
            "revoke insert (note) on sessions from authenticated",
            "grant insert (note) on sessions to authenticated",
            "missing",
            list(&["authenticated INSERT public.sessions.note"]),
        ),
        (
            "create policy open_house on sessions using (true)",
            "drop policy open_house on sessions",
            "surplus",
            list(&["policy sessions.open_house"]),
        ),
        (
            "alter table labels disable row level security",
            "alter table labels enable row level security",
            "unprotected",
            list(&["public.labels"]),
        ),
        (
            "grant update (name) on labels to authenticated",
            "revoke update (name) on labels from authenticated",
            "surplus",
            list(&["authenticated UPDATE public.labels.name"]),
        ),
        (
            "revoke execute on function sync_labels(json) from authenticated",
            "grant execute on function sync_labels(json) to authenticated",
            "missing",
            list(&["authenticated EXECUTE public.sync_labels"]),
        ),
        (
            "grant execute on function sync_labels(json) to anon",
            "revoke execute on function sync_labels(json) from anon",
            "surplus",
            list(&["anon EXECUTE public.sync_labels"]),
        ),
        (
            "alter role authenticated bypassrls",
            "alter role authenticated nobypassrls",
            "surplus",
            list(&["authenticated BYPASSRLS"]),
        ),
        (
            "alter table weeks rename to months",
            "alter table months rename to weeks",
            "missing",
            Value::Null,
        ),
    ] {
        backend.sql(change).expect(change);
        let response = health();
        if finding.is_null() {
            assert_ne!(response[key], json!([]), "{change}: {response}");
        } else {
            assert_eq!(response[key], finding, "{change}: {response}");
        }
        assert_eq!(
            response["rls"] == json!(true),
            response["unprotected"] == json!([]),
            "{response}"
        );
        backend.sql(undo).expect(undo);
        let response = health();
        assert!(
            ["unprotected", "surplus", "missing", "changed"]
                .iter()
                .all(|it| response[*it] == json!([])),
            "{response}"
        );
    }
}

#[test]
fn real_life_20_every_difference_from_the_migrations_is_reported() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let anonymous = Account::anonymous(&backend);
    let health = || anonymous.call("zafu_health", &json!({})).body;
    let body = |name: &str| {
        backend.sql(&format!("select pg_get_functiondef('{name}'::regproc)")).expect("SQL")
    };
    let recount = body("zafu.recount_sides");
    let joined = body("zafu.merge");
    let owner = "select proowner::regrole from pg_proc where proname = 'own_head'";
    let owner = backend.sql(owner).expect("SQL");
    for (change, undo, key, finding) in [
        (
            "alter policy select_own_sessions on sessions using (true)",
            "alter policy select_own_sessions on sessions using (userid = (select auth.uid()))",
            "changed",
            "policy sessions.select_own_sessions: using",
        ),
        (
            "alter policy insert_own_sessions on sessions with check (true)",
            "alter policy insert_own_sessions on sessions with check (userid = (select auth.uid()))",
            "changed",
            "policy sessions.insert_own_sessions: with check",
        ),
        (
            "alter policy select_own_weeks on weeks to public",
            "alter policy select_own_weeks on weeks to authenticated",
            "changed",
            "policy weeks.select_own_weeks: roles",
        ),
        (
            "drop policy select_own_profile on users",
            "create policy select_own_profile on users for select to authenticated
               using (id = (select auth.uid()))",
            "missing",
            "policy users.select_own_profile",
        ),
        (
            "alter table sessions disable trigger derive_columns",
            "alter table sessions enable trigger derive_columns",
            "changed",
            "trigger sessions.derive_columns: enabled",
        ),
        (
            "alter table sessions disable trigger all",
            "alter table sessions enable trigger all",
            "changed",
            "constraints of sessions: enabled",
        ),
        (
            "alter table auth.users disable trigger zafu_create_profile",
            "alter table auth.users enable trigger zafu_create_profile",
            "changed",
            "trigger users.zafu_create_profile: enabled",
        ),
        (
            "drop trigger after_delete on sessions",
            "create trigger after_delete after delete on sessions referencing old table as old_rows
               for each statement execute function zafu.after_delete()",
            "missing",
            "trigger sessions.after_delete",
        ),
        (
            "create or replace function zafu.recount_sides(user_ids uuid[], week_ids uuid[]) returns void language sql
               security definer set search_path = '' as 'select null'",
            &recount,
            "changed",
            "function zafu.recount_sides(user_ids uuid[], week_ids uuid[]): body",
        ),
        (
            "create or replace function zafu.merge(a zafu.session, b zafu.session) returns zafu.session
               language sql immutable strict parallel safe return b",
            &joined,
            "changed",
            "function zafu.merge(a zafu.session, b zafu.session): expression",
        ),
        (
            "alter function zafu.own_partnerships() security invoker",
            "alter function zafu.own_partnerships() security definer",
            "changed",
            "function zafu.own_partnerships(): security definer",
        ),
        (
            "alter function zafu.own_head() reset search_path",
            "alter function zafu.own_head() set search_path = ''",
            "changed",
            "function zafu.own_head(): settings",
        ),
        (
            "alter function zafu.own_head() owner to authenticated",
            &format!(
                "alter function zafu.own_head() owner to {owner};
             grant execute on function zafu.own_head() to authenticated"
            ),
            "changed",
            "function zafu.own_head(): owner",
        ),
        (
            "create function push_sessions(sits jsonb) returns json language sql as 'select null::json'",
            "drop function push_sessions(jsonb)",
            "surplus",
            "function public.push_sessions(sits jsonb)",
        ),
        (
            "alter policy select_own_labels on labels using (true)",
            "alter policy select_own_labels on labels using (userid = (select auth.uid()))",
            "changed",
            "policy labels.select_own_labels: using",
        ),
        (
            "alter table labels drop constraint labels_name_check",
            "alter table labels add constraint labels_name_check check (zafu.read_label_text(name) is not null)",
            "missing",
            "constraint labels.labels_name_check",
        ),
        (
            "create view all_labels as select * from labels; grant select on all_labels to anon",
            "drop view all_labels",
            "surplus",
            "anon SELECT view public.all_labels",
        ),
        (
            "create view everything as select * from sessions; grant select on everything to anon",
            "drop view everything",
            "surplus",
            "anon SELECT view public.everything",
        ),
        (
            "create view inner_one as select * from users; create view outer_one as select email from inner_one;
             revoke all on inner_one, outer_one from anon, authenticated;
             grant select (email) on outer_one to authenticated",
            "drop view outer_one; drop view inner_one",
            "surplus",
            "authenticated SELECT view public.outer_one",
        ),
        (
            "create view writable as select * from sessions; revoke all on writable from anon, authenticated;
             grant delete on writable to authenticated",
            "drop view writable",
            "surplus",
            "authenticated DELETE view public.writable",
        ),
        (
            "create policy added on sessions for select to public using (true)",
            "drop policy added on sessions",
            "surplus",
            "policy sessions.added",
        ),
        (
            "alter table sessions force row level security",
            "alter table sessions no force row level security",
            "changed",
            "table sessions: forced row level security",
        ),
        (
            "alter table sessions alter column userid drop default",
            "alter table sessions alter column userid set default auth.uid()",
            "changed",
            "column sessions.userid: default",
        ),
        (
            "alter table weeks drop constraint weeks_partnershipid_weeknumber_key",
            "alter table weeks add constraint weeks_partnershipid_weeknumber_key
               unique (partnershipid, weeknumber)",
            "missing",
            "constraint weeks.weeks_partnershipid_weeknumber_key",
        ),
        (
            "create rule added as on insert to weeks do instead nothing",
            "drop rule added on weeks",
            "surplus",
            "rule weeks.added",
        ),
    ] {
        backend.sql(change).expect(change);
        let response = health();
        let findings = response[key].as_array().expect("findings");
        assert!(findings.contains(&json!(finding)), "{change}: {response}");
        backend.sql(undo).expect(undo);
        let response = health();
        let kinds = ["unprotected", "surplus", "missing", "changed"];
        assert!(kinds.iter().all(|kind| response[*kind] == json!([])), "{undo}: {response}");
    }
    // Objects that the owner of the project adds are allowed if they give no access.
    backend
        .sql(
            "create function noticed() returns trigger language plpgsql as 'begin return null; end';
             create trigger webhook after insert on sessions for each row execute function noticed();
             alter table weeks add column remark text;
             alter function zafu.lock_users(uuid[]) set lock_timeout = '2s'",
        )
        .expect("SQL");
    assert_eq!((&health()["surplus"], &health()["changed"]), (&json!([]), &json!([])));
    // Supabase's linter asks for an empty search path on every function. Any other one is a change.
    backend.sql("alter function zafu.stage(zafu.session) set search_path = ''").expect("SQL");
    assert_eq!(health()["changed"], json!([]));
    backend.sql("alter function zafu.stage(zafu.session) set search_path = public").expect("SQL");
    assert_eq!(health()["changed"], json!(["function zafu.stage(s zafu.session): settings"]));
    backend.sql("alter function zafu.stage(zafu.session) reset search_path").expect("SQL");
    // So are policies of other roles, and views that API roles cannot read.
    backend
        .sql(
            "create role dashboard;
             create policy dashboard_sees_all on sessions for select to dashboard using (true);
             create view totals as select count(*) from sessions;
             revoke select on totals from anon, authenticated;
             create view invoked with (security_invoker = 'TRUE') as select id from sessions",
        )
        .expect("SQL");
    assert_eq!((&health()["surplus"], &health()["changed"]), (&json!([]), &json!([])));
    // A view with the rights of its reader is allowed.
    backend
        .sql("create view own with (security_invoker = true) as select id from sessions; grant select on own to authenticated")
        .expect("SQL");
    assert_eq!(health()["surplus"], json!([]));
}
