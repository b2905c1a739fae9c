//! Cursors: devices miss no row, and detect a restored database.

use crate::account::{Account, outcomes};
use crate::session::Session;
use crate::sits::{completed, many, noted, started_session, wire};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;
use zafu_backend::{Backend, or_skip, shared};

fn ids(rows: &[Value]) -> BTreeSet<&str> {
    rows.iter().map(|row| row["id"].as_str().expect("an id")).collect()
}

#[test]
fn pages_contain_every_row_once_and_the_last_page_is_marked() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sent = many(95);
    account.push(&sent);
    let (mut seen, mut cursor, mut pages) = (vec![], Value::Null, 0);
    loop {
        let page = account.page(&cursor, 10);
        seen.extend(page["rows"].as_array().expect("rows").clone());
        cursor = page["next"].clone();
        pages += 1;
        if page["more"] == false {
            break;
        }
    }
    assert_eq!((pages, seen.len()), (10, 95));
    assert_eq!(ids(&seen), ids(&sent));
    let (rest, next) = account.pull_after(&cursor);
    assert_eq!((rest, next), (vec![], cursor), "the end was reached");
}

#[test]
fn a_page_is_limited_in_bytes_but_never_empty() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let sit = completed(&started_session());
    let heavy: Vec<_> = (0..3)
        .map(|_| noted(&completed(&started_session()), &"é".repeat(50_000), sit.deviceid))
        .collect();
    account.push_sits(&heavy);
    let page = |bytes: Value| {
        let response = account.call("pull_sessions", &json!({ "max_bytes": bytes })).body;
        (response["rows"].as_array().expect("rows").len(), response["more"].clone())
    };
    assert_eq!(page(json!(1)), (1, json!(true)));
    assert_eq!(page(json!(250_000)), (2, json!(true)));
    assert_eq!(page(json!(400_000)), (3, json!(false)));
    assert_eq!(page(Value::Null), (3, json!(false)));
}

#[test]
fn a_device_need_not_pull_its_own_push() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let (_, cursor) = account.pull_after(&Value::Null);
    let pushed = account.push(&many(3));
    assert_eq!(pushed["before"], cursor, "no other device has pushed");
    let (rows, _) = account.pull_after(&pushed["after"]);
    assert_eq!(rows, Vec::<Value>::new());
    let other = many(1);
    account.push(&other);
    let (rows, _) = account.pull_after(&pushed["after"]);
    assert_eq!(ids(&rows), ids(&other));
}

#[test]
fn commit_order_is_sequence_order() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let (slow, fast) = (wire(&started_session()), wire(&started_session()));
    let (_, start) = account.pull_after(&Value::Null);
    let mut session = Session::open(backend);
    session.begin_as(account.id);
    session.run(&format!("select push_sessions('[{slow}]')"));
    let between = thread::scope(|scope| {
        let pushing = scope.spawn(|| account.push(std::slice::from_ref(&fast)));
        // It must wait: its seq may not become visible before the lower one that was drawn first.
        let waiting = "select count(*) from pg_stat_activity
                       where wait_event_type = 'Lock' and query like '%push_sessions%'";
        while backend.sql(waiting).expect("SQL") == "0" {
            assert!(!pushing.is_finished(), "the second push did not wait for the first");
        }
        let (rows, between) = account.pull_after(&start);
        assert_eq!(rows, Vec::<Value>::new(), "neither has committed");
        session.run("commit");
        let pushed = pushing.join().expect("a push");
        assert_eq!(outcomes(&pushed), ["accepted"]);
        assert_ne!(pushed["before"], start, "it sees the commit that it waited for");
        between
    });
    let (rows, _) = account.pull_after(&between);
    let order: Vec<&Value> = rows.iter().map(|row| &row["id"]).collect();
    assert_eq!(order, [&slow["id"], &fast["id"]]);
}

#[test]
fn a_reader_misses_nothing_while_others_write() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let (writers, pushes) = (4, 12);
    let seen = thread::scope(|scope| {
        let writing: Vec<_> = (0..writers)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..pushes {
                        account.push(&many(3));
                    }
                })
            })
            .collect();
        let (mut seen, mut cursor) = (vec![], Value::Null);
        loop {
            let is_over = writing.iter().all(thread::ScopedJoinHandle::is_finished);
            let (rows, next) = account.pull_after(&cursor);
            seen.extend(rows);
            cursor = next;
            if is_over {
                return seen;
            }
        }
    });
    assert_eq!(ids(&seen).len(), writers * pushes * 3);
    assert_eq!(seen.len(), writers * pushes * 3, "no row came twice");
}

#[test]
fn partners_pushing_at_the_same_time_do_not_deadlock() {
    let Some(backend) = shared() else { return };
    let (here, there) = (Account::new(backend), Account::new(backend));
    let sql = "insert into partnerships (userid, partnerid, startedat) values";
    backend.sql(&format!("{sql} ('{}', '{}', '2026-02-27')", here.id, there.id)).expect("SQL");
    thread::scope(|scope| {
        for account in [&here, &there, &here, &there] {
            scope.spawn(move || {
                for _ in 0..15 {
                    let sit = started_session();
                    // `push` panics on any error, such as 40P01 of a deadlock.
                    account.push(&[wire(&sit), wire(&completed(&started_session()))]);
                    account.push(&[wire(&completed(&sit))]);
                }
            });
        }
    });
    let counts = "select invitersits || ' ' || inviteesits from weeks w
                  join partnerships p on p.id = w.partnershipid
                  where invitersits + inviteesits > 0 and p.userid =";
    assert_eq!(backend.sql(&format!("{counts} '{}'", here.id)).expect("SQL"), "60 60");
}

#[test]
fn partners_pushing_at_the_same_time_are_both_counted() {
    let Some(backend) = shared() else { return };
    let (here, there) = (Account::new(backend), Account::new(backend));
    let sql = "insert into partnerships (userid, partnerid, startedat) values";
    backend.sql(&format!("{sql} ('{}', '{}', '2026-02-27')", here.id, there.id)).expect("SQL");
    let mut session = Session::open(backend);
    session.begin_as(here.id);
    session.run(&format!("select push_sessions('[{}]')", wire(&completed(&started_session()))));
    thread::scope(|scope| {
        let pushing = scope.spawn(|| there.push_sits(&[completed(&started_session())]));
        // It may count only after it has the locks.
        let waiting = "select count(*) from pg_stat_activity
                       where wait_event_type = 'Lock' and query like '%push_sessions%'";
        while backend.sql(waiting).expect("SQL") == "0" {
            assert!(!pushing.is_finished(), "the partner's push did not wait");
        }
        session.run("commit");
        assert_eq!(pushing.join().expect("a push"), ["accepted"]);
    });
    let counts = "weeks?select=invitersits,inviteesits&or=(invitersits.gt.0,inviteesits.gt.0)";
    assert_eq!(here.get(counts).body, json!([{ "invitersits": 1, "inviteesits": 1 }]));
}

#[test]
fn a_restored_database_is_detected_even_after_another_device_pushed() {
    // A separate backend, because it is restored.
    let Some(backend) = or_skip(Backend::start()) else { return };
    let account = Account::new(&backend);
    let dump = tempfile::tempdir().expect("a folder");
    let dump = dump.path().join("dump");
    let before = many(2);
    account.push(&before);
    let (_, old) = account.pull_after(&Value::Null);
    backend.dump(&dump).expect("a dump");
    let lost = many(2);
    account.push(&lost);
    let (_, new) = account.pull_after(&old);
    backend.restore(&dump).expect("restored");

    assert_eq!(account.page(&new, 10)["state"], "diverged");
    // Another device pushes until the head is above the cursor: sequence numbers repeat, history ids do not.
    let others = many(5);
    let pushed = account.push(&others);
    assert!(pushed["after"]["seq"].as_u64() > new["seq"].as_u64(), "the head is above the cursor");
    let page = account.page(&new, 10);
    assert_eq!((&page["state"], &page["next"]), (&json!("diverged"), &Value::Null));
    // A device that had read no further than the dump continues.
    let (rows, _) = account.pull_after(&old);
    assert_eq!(ids(&rows), ids(&others));
    // The device that detects it pushes everything.
    account.push(&[before.clone(), lost.clone()].concat());
    let (rows, _) = account.pull_after(&Value::Null);
    let all = [before, lost, others].concat();
    assert_eq!(ids(&rows), ids(&all));
}

#[test]
fn an_invalid_cursor_is_diverged() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let head = account.push(&many(2))["after"].clone();
    let seq = head["seq"].as_u64().expect("a number");
    for cursor in [
        json!({ "seq": seq, "history_id": uuid::Uuid::new_v4() }),
        json!({ "seq": seq + 1, "history_id": head["history_id"] }),
        json!({ "seq": seq }),
        json!({ "history_id": head["history_id"] }),
    ] {
        assert_eq!(account.page(&cursor, 10)["state"], "diverged", "{cursor}");
    }
    assert_eq!(
        account.page(&json!({ "seq": seq - 1, "history_id": head["history_id"] }), 10)["state"],
        "ok"
    );
}

#[test]
fn a_push_waits_only_until_the_lock_timeout() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let set =
        "select 'lock_timeout=4s' = any (proconfig) from pg_proc where proname = 'lock_users'";
    assert_eq!(backend.sql(set).expect("SQL"), "t");
    // Otherwise the test would wait for four seconds.
    backend.sql("alter function zafu.lock_users(uuid[]) set lock_timeout = '20ms'").expect("SQL");
    let account = Account::new(&backend);
    let mut session = Session::open(&backend);
    session.begin_as(account.id);
    session.run(&format!("select push_sessions('[{}]')", wire(&started_session())));
    let response = account.call("push_sessions", &json!(many(1)));
    assert_eq!(response.code(), "55P03", "{response:?}");
    assert_eq!(
        Account::new(&backend).push_sits(&[started_session()]),
        ["accepted"],
        "others do not wait"
    );
    session.run("commit");
    assert_eq!(account.push_sits(&[started_session()]), ["accepted"]);
}
