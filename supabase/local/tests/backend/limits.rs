//! Limits: what one account can cost the others.

use crate::account::{Account, outcomes};
use crate::session::Session;
use crate::sits::{completed, ended, many, started_session, wire};
use fastrand::Rng;
use proptest::collection::vec;
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use zafu_backend::{Backend, or_skip, shared};
use zafu_sync::digest::Digest;

/// Reference implementation of `zafu.replace_unstorable_escapes`.
fn replace_unstorable_escapes(body: &str, placeholder: &str) -> String {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut rest, mut result) = (body, String::new());
    while let Some(first) = rest.chars().next() {
        let next = unit(rest.get(6..).unwrap_or_default());
        let length = match (unit(rest), next) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0 | 0xd800..=0xdfff), _) => {
                result += placeholder;
                rest = &rest[6..];
                continue;
            }
            _ if rest.starts_with("\\\\") => 2,
            _ => first.len_utf8(),
        };
        result += &rest[..length];
        rest = &rest[length..];
    }
    result
}

/// A simpler form of `zafu.replace_unstorable_escapes` that looks back, which takes quadratic time.
const BEFORE: &str = r"
    create function pg_temp.before(body text, placeholder text) returns text language sql as $f$
      select regexp_replace(body, '(?<!\\)((?:\\\\)*)(?:\\u0000'
        '|\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])'
        '|(?<!\\u[dD][89aAbB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})', '\1' || placeholder, 'g')
    $f$";

#[test]
fn real_life_18_escapes_are_replaced_as_before() {
    let Some(backend) = shared() else { return };
    let mut rng = Rng::with_seed(18);
    let pieces = [
        r"\u0000",
        r"\ud83e",
        r"\uDBFF",
        r"\uddd8",
        r"\uDC00",
        r"\\",
        r"\n",
        r"\u00e9",
        r"\ud7ff",
        r"\ue000",
        "u0000",
        "ud83e",
        "d83e",
        "é",
        "\u{1F9D8}",
        "#",
    ];
    let texts: Vec<String> = (0..20_000)
        .map(|_| (0..rng.usize(0..12)).map(|_| pieces[rng.usize(0..pieces.len())]).collect())
        .collect();
    let array = json!(texts).to_string();
    let mut session = Session::open(backend);
    session.run(BEFORE);
    session.run("create temp table one (ordinal int, body text, now text, before text)");
    session.run(&format!(
        "insert into one select ordinal, body, zafu.replace_unstorable_escapes(body, '<>'), pg_temp.before(body, '<>')
         from jsonb_array_elements_text($json${array}$json$) with ordinality as e (body, ordinal)"
    ));
    let now = session.run("select json_agg(now order by ordinal) from one");
    let now: Vec<String> = serde_json::from_str(&now).expect("texts");
    let expected: Vec<String> =
        texts.iter().map(|text| replace_unstorable_escapes(text, "<>")).collect();
    assert_eq!(now, expected);
    // The simpler form takes an escaped backslash and "ud83e" for half a pair; otherwise both are equal.
    let differ = r"select count(*) from one where now is distinct from before and body !~* '\\\\ud[89ab]'
        and body !~* '\\\\ud[c-f]'";
    assert_eq!(session.run(differ), "0");
    assert_eq!(session.run("select count(*) from one"), "20000");
}

/// The quadratic form would take hours; the statement timeout is 8 seconds.
#[test]
fn real_life_18_a_note_full_of_escapes_is_rejected_within_the_timeout() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let (mut wrong, right) = (wire(&started_session()), wire(&started_session()));
    wrong["note"] = "@".into();
    let escapes = r"\u0000".repeat(650_000);
    let body = format!(r#"{{"sessions":[{wrong},{right}]}}"#).replace('@', &escapes);
    let response = account.send_text(Method::POST, "rpc/push_sessions", body);
    assert_eq!(response.status.as_u16(), 200, "{:?}", response.code());
    assert_eq!(outcomes(&response.body), ["rejected", "accepted"]);
    assert_eq!(response.body["outcomes"][0]["reason"], "bad_text");
}

/// Sets a flag when it goes out of scope.
struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn real_life_18_few_calls_of_one_account_wait_and_no_push_is_parsed_before() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let (busy, other) = (Account::new(&backend), Account::new(&backend));
    let mut first = Session::open(&backend);
    first.begin_as(busy.id);
    first.run("select push_sessions('[]')");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        // Also if an assertion fails: the scope waits for its threads.
        let ends = SetOnDrop(&is_over);
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    busy.call("push_sessions", &json!([]));
                }
            });
        }
        // One more is rejected at once, before its invalid body is parsed.
        let was_rejected = (0..600).any(|_| {
            let response = busy.call("push_sessions", &json!({ "sessions": 7 }));
            // One that is let in waits for its turn and then for the lock, together as long as a statement may take.
            assert!(["55P03", "57014"].contains(&response.code()), "{response:?}");
            response.body["message"] == "other pushes of this account are waiting already"
        });
        // So are all other calls that would wait.
        let leave = json!({ "leave": { "partnership_id": busy.id } });
        let invitation = json!({ "code_hash": "0".repeat(64), "utc_offset": 0, "day_start": 0 });
        let never_waited = |path: &str, body: &Value| {
            (0..20).any(|_| {
                let response = busy.send_json(Method::POST, path, body);
                assert!(["55P03", "57014"].contains(&response.code()), "{response:?}");
                response.body["message"] == "other pushes of this account are waiting already"
            })
        };
        let waiting: Vec<&str> = [
            ("sessions", wire(&started_session())),
            ("rpc/sync_labels", json!({ "labels": [{}] })),
            ("rpc/sync_partner", leave),
            ("rpc/create_invitation", invitation),
            ("rpc/preview_invitation", json!({ "code": "" })),
            ("rpc/accept_invitation", json!({ "code": "" })),
            ("rpc/withdraw_invitation", json!({})),
            ("rpc/erase_account", json!({})),
        ]
        .iter()
        .filter_map(|(path, body)| (!never_waited(path, body)).then_some(*path))
        .collect();
        // Other accounts do not wait.
        let rows = many(2);
        assert_eq!(outcomes(&other.push(&rows)), ["accepted", "accepted"]);
        drop(ends);
        first.run("commit");
        assert!(was_rejected, "a fifth push was let in");
        assert_eq!(waiting, [""; 0], "they were let in");
    });
    busy.call("push_sessions", &json!({ "sessions": 7 })).is(400, "PT400");
    assert_eq!(outcomes(&busy.push(&many(1))), ["accepted"]);
}

/// Sets what an account has written, this many days ago.
fn has_written(account: &Account<'_>, what: &str, count: u64, days: u32) {
    let sql = "update zafu.sync_state set new_ids = 0, edits = 0, new_bytes = 0";
    let id = account.id;
    account
        .backend
        .sql(&format!(
            "{sql} where userid = '{id}';
             update zafu.sync_state set usage_date = (now() at time zone 'UTC')::date - {days}, {what} = {count}
             where userid = '{id}'"
        ))
        .expect("SQL");
}

#[test]
fn real_life_19_daily_limits_apply_to_pushes_and_direct_writes() {
    let Some(backend) = shared() else { return };
    for (what, limit) in [("new_ids", 250_000), ("edits", 250_000), ("new_bytes", 134_217_728)] {
        let (account, other) = (Account::new(backend), Account::new(backend));
        let known = many(1);
        account.push(&known);
        let path = format!("sessions?id=eq.{}", known[0]["id"].as_str().expect("an id"));
        let mut edited = known[0].clone();
        edited["detailsrevision"] = 1.into();
        let room = if what == "new_bytes" { 800 } else { 1 };
        has_written(&account, what, limit - room, 0);
        assert_eq!(
            outcomes(&account.push(&[edited.clone()])),
            ["accepted"],
            "{what}: the last one"
        );
        assert_eq!(outcomes(&account.push(&many(1))), ["accepted"], "{what}: the last one");

        has_written(&account, what, limit, 0);
        if what != "edits" {
            account.call("push_sessions", &json!(many(1))).is(429, "PT429");
            account.send_json(Method::POST, "sessions", &wire(&started_session())).is(429, "PT429");
        }
        if what != "new_ids" {
            edited["detailsrevision"] = 2.into();
            account.call("push_sessions", &json!([edited])).is(429, "PT429");
            let change = json!({ "note": "again", "detailsrevision": 2 });
            account.send_json(Method::PATCH, &path, &change).is(429, "PT429");
        }
        // Nothing of it is stored. Reading, erasing and other accounts have no limit.
        assert_eq!(account.pull().len(), 2, "{what}");
        assert_eq!(outcomes(&other.push(&many(1))), ["accepted"], "{what}");
        has_written(&account, what, limit, 1);
        assert_eq!(outcomes(&account.push(&many(1))), ["accepted"], "{what}: another day");
        has_written(&account, what, limit, 0);
        assert_eq!(account.call("erase_account", &json!({})).status.as_u16(), 200, "{what}");
    }
}

/// Only rows that are written count.
#[test]
fn real_life_19_written_rows_and_bytes_are_counted() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let written = || {
        let sql = "select new_ids, edits, new_bytes from zafu.sync_state where userid =";
        backend.sql(&format!("{sql} '{}'", account.id)).expect("SQL")
    };
    let mut rows = many(3);
    rows[0]["note"] = "x".repeat(1000).into();
    account.push(&rows);
    assert_eq!(written(), "3|0|2200");
    account.push(&rows);
    assert_eq!(written(), "3|0|2200", "unchanged rows cost nothing");
    rows[0]["note"] = "y".repeat(500).into();
    rows[0]["detailsrevision"] = 1.into();
    account.push(&rows);
    assert_eq!(written(), "3|1|3100");
}

#[test]
fn real_life_19_history_is_pruned_and_an_old_cursor_still_works() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let id = account.id;
    account.call("erase_account", &json!({}));
    let erased = account.page(&Value::Null, 10)["erasure_id"].clone();
    let body = json!({ "sessions": many(2), "erasure_id": erased });
    let sent = account.call("push_sessions", &body).body;
    let old = &sent["after"];
    // As many changes as a device makes in months.
    backend
        .sql(&format!(
            "do $$ begin for n in 1 .. 4500 loop
               update sessions set detailsrevision = n
               where userid = '{id}' and id = '{}';
             end loop; end $$",
            sent["outcomes"][0]["id"].as_str().expect("an id")
        ))
        .expect("SQL");
    let length = format!("select count(*) from zafu.history where userid = '{id}'");
    let length: u32 = backend.sql(&length).expect("SQL").parse().expect("a number");
    assert!((2000..4001).contains(&length), "{length}");
    let counted = format!("select history_length from zafu.sync_state where userid = '{id}'");
    assert_eq!(backend.sql(&counted).expect("SQL"), length.to_string());
    // A pull from the old cursor returns the rows after it, and asks to compare digests.
    let page = account.page(old, 10);
    assert_eq!((&page["state"], &page["compare"]), (&json!("ok"), &json!(true)));
    assert_eq!(page["rows"].as_array().map(Vec::len), Some(1), "{page}");
    let after = account.page(&page["next"], 10);
    assert_eq!((&after["state"], &after["compare"]), (&json!("ok"), &json!(false)));
    // An invalid history id is detected, unless it is as old.
    let unknown = json!({ "seq": page["next"]["seq"], "history_id": started_session().id });
    assert_eq!(account.page(&unknown, 10)["state"], "diverged");
    let seq = old["seq"].as_i64().expect("a seq");
    let as_old = json!({ "seq": seq - 1, "history_id": started_session().id });
    assert_eq!(account.page(&as_old, 10)["compare"], true);
    // The erasure is not pruned.
    assert_eq!(page["erasure_id"], erased);
}

/// Returns the digest of `digest_sessions`, and the one computed from all rows.
fn digests(account: &Account<'_>) -> (Value, Value) {
    let sql = format!(
        "select json_build_object('count', d.session_count, 'digest', (
           select string_agg(lpad(to_hex(w), 8, '0'), '' order by n) from unnest(d.digest) with ordinality as u (w, n)
         )) from zafu.compute_digest('{}') as d",
        account.id
    );
    let fresh = account.backend.sql(&sql).expect("SQL");
    let fresh = serde_json::from_str(&fresh).expect("JSON");
    (account.call("digest_sessions", &json!({})).body, fresh)
}

#[test]
fn real_life_21_the_stored_digest_equals_one_computed_from_all_rows() {
    let Some(backend) = shared() else { return };
    let (account, partner) = (Account::new(backend), Account::new(backend));
    let sits: Vec<_> = (0..8).map(|_| started_session()).collect();
    let acts = vec((0_usize..8, 0_u8..7), 1..10);
    let revision = std::cell::Cell::new(0_u32);
    let config =
        ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(acts in acts)| {
        for (which, what) in acts {
            revision.set(revision.get() + 1);
            let sit = &sits[which];
            let path = format!("sessions?id=eq.{}", sit.id);
            match what {
                0 => _ = account.call("push_sessions", &json!([wire(sit), wire(&completed(sit))])),
                1 => _ = account.call("push_sessions", &json!([wire(&ended(sit, 61))])),
                2 => _ = account.send_json(Method::POST, "sessions", &wire(sit)),
                3 => {
                    let change = json!({ "note": "n", "detailsrevision": revision.get() });
                    account.send_json(Method::PATCH, &path, &change);
                }
                4 => {
                    let change = json!({ "detailsrevision": revision.get() });
                    account.send_json(Method::PATCH, "sessions?sitlength=gte.0", &change);
                }
                5 => {
                    backend.sql(&format!("delete from sessions where userid = '{}' and id = '{}'", account.id, sit.id))
                        .expect("SQL");
                }
                // Each session twice in one push.
                _ => {
                    let rows: Vec<Value> = sits.iter().chain(&sits).map(wire).collect();
                    account.call("push_sessions", &json!(rows));
                }
            }
        }
        let (stored, computed) = digests(&account);
        prop_assert_eq!(stored, computed);
        // It is the digest that a device computes.
        let mut ours = Digest::default();
        account.pull().iter().for_each(|sit| ours.add(sit));
        let (count, digest) = ours.finish();
        prop_assert_eq!(digests(&account).0, json!({ "count": count, "digest": digest }));
    });
    // Assigning weeks does not change it; after an erasure it is zero.
    let values = format!("('{}', '{}', '2026-02-28')", account.id, partner.id);
    backend
        .sql(&format!("insert into partnerships (userid, partnerid, startedat) values {values}"))
        .expect("SQL");
    let (stored, computed) = digests(&account);
    assert_eq!(stored, computed);
    account.call("erase_account", &json!({}));
    let nothing = json!({ "count": 0, "digest": "0".repeat(32) });
    assert_eq!(digests(&account), (nothing.clone(), nothing));
}

/// With a wrong digest, devices send and read everything again each day.
#[test]
fn real_life_21_a_digest_is_repaired_after_writes_without_triggers() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let (account, other) = (Account::new(&backend), Account::new(&backend));
    for account in [&account, &other] {
        account.push(&many(3));
    }
    let lost = format!(
        "begin; set local session_replication_role = replica;
         delete from sessions where (userid, id) in (
           select userid, id from sessions where userid = '{}' limit 1
         ); commit",
        account.id
    );
    backend.sql(&lost).expect("SQL");
    let (stored, computed) = digests(&account);
    assert_ne!(stored, computed);
    // The repair of supabase/README.md.
    let repair = "select zafu.repair_digests()";
    assert!(include_str!("../../../README.md").contains(repair));
    assert_eq!(backend.sql(repair).expect("SQL"), "1");
    let (stored, again) = digests(&account);
    assert_eq!((&stored, &again), (&computed, &computed));
    assert_eq!(backend.sql(repair).expect("SQL"), "0");
}

/// Hashing a million sessions would exceed the statement timeout.
#[test]
fn real_life_21_an_erasure_computes_no_hashes() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    account.push(&many(3));
    // The stored digest is not used: it is zero afterwards.
    let wrong = format!(
        "update zafu.sync_state set digest = '{{1,2,3,4}}' where userid = '{}'",
        account.id
    );
    backend.sql(&wrong).expect("SQL");
    account.call("erase_account", &json!({}));
    let nothing = json!({ "count": 0, "digest": "0".repeat(32) });
    assert_eq!(digests(&account), (nothing.clone(), nothing));
}

/// It counts as a change, because the row is written.
#[test]
fn real_life_19_a_direct_write_that_changes_nothing_is_counted() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    account.push(&many(3));
    let head = || account.page(&Value::Null, 10)["head"].clone();
    let before = head();
    let same = json!({ "deletionrevision": 0 });
    let response = account.send_json(Method::PATCH, "sessions?sitlength=gte.0", &same);
    assert!(response.status.is_success(), "{response:?}");
    let written =
        format!("select edits, new_bytes from zafu.sync_state where userid = '{}'", account.id);
    assert_eq!(backend.sql(&written).expect("SQL"), "3|2400");
    assert_eq!(head(), before, "nothing is to be read again");
    has_written(&account, "edits", 250_000, 0);
    account.send_json(Method::PATCH, "sessions?sitlength=gte.0", &same).is(429, "PT429");
}
