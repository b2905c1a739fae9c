//! What the server says of itself.

use crate::account::Account;
use serde_json::{Value, json};
use zafu_backend::{Backend, or_skip, shared};

#[test]
fn a_server_as_it_was_made_is_well() {
    let Some(backend) = shared() else { return };
    let health = Account::stranger(backend).call("zafu_health", &json!({})).body;
    let expected = json!({
        "schema": 1, "oldest_client": "0.1.0", "rls": true,
        "unprotected": [], "surplus": [], "missing": [],
        "limits": { "rows_a_push": 5000, "bytes_a_push": 4_194_304, "new_ids_a_day": 1_000_000 },
    });
    assert_eq!(health, expected);
    assert_eq!(Account::new(backend).call("zafu_health", &json!({})).body, expected);
}

#[test]
fn whatever_was_loosened_or_taken_away_is_named() {
    // One of its own: what is done here would trouble other tests.
    let Some(backend) = or_skip(Backend::start()) else { return };
    let stranger = Account::stranger(&backend);
    let health = || stranger.call("zafu_health", &json!({})).body;
    let list = |list: &[&str]| json!(list);
    for (done, undone, key, found) in [
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
            "grant execute on function zafu.lock_heads(uuid[]) to authenticated",
            "revoke execute on function zafu.lock_heads(uuid[]) from authenticated",
            "surplus",
            list(&["authenticated EXECUTE zafu.lock_heads"]),
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
        backend.sql(done).expect(done);
        let said = health();
        if found.is_null() {
            assert_ne!(said[key], json!([]), "{done}: {said}");
        } else {
            assert_eq!(said[key], found, "{done}: {said}");
        }
        assert_eq!(said["rls"] == json!(true), said["unprotected"] == json!([]), "{said}");
        backend.sql(undone).expect(undone);
        let said = health();
        assert!(
            ["unprotected", "surplus", "missing"].iter().all(|it| said[*it] == json!([])),
            "{said}"
        );
    }
}
