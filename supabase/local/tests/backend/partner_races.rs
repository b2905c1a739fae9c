//! Partners at the same moment: several real connections that accept, push, leave, erase and delete accounts.

use crate::account::Account;
use crate::partners::{now, partners, sat};
use crate::session::Session as Connection;
use crate::sits::wire;
use chrono::Duration;
use fastrand::Rng;
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;
use uuid::Uuid;
use zafu_backend::{Backend, shared};

/// Waits until a statement with this text waits for a lock.
fn until_it_waits(backend: &Backend, query: &str, is_finished: impl Fn() -> bool) {
    let waiting = format!(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%{query}%'"
    );
    while backend.sql(&waiting).expect("SQL") == "0" {
        assert!(!is_finished(), "{query} did not wait");
    }
}

/// Panics unless nobody is in two partnerships, and every count equals a recount.
pub fn check_invariants(backend: &Backend, users: &[&Account<'_>]) {
    let ids: Vec<String> = users.iter().map(|user| format!("'{}'", user.id)).collect();
    let ids = ids.join(",");
    let double = format!(
        "select count(*) from partnerships p join partnerships q on p.id < q.id
           and (q.userid in (p.userid, p.partnerid) or q.partnerid in (p.userid, p.partnerid))
           and tstzrange(p.startedat, p.endedat) && tstzrange(q.startedat, q.endedat)
         where p.userid in ({ids}) or p.partnerid in ({ids})"
    );
    assert_eq!(backend.sql(&double).expect("SQL"), "0", "somebody is in two partnerships");
    // From the times alone, without what the server derived.
    let wrong = format!(
        "select count(*) from (
           select w.invitersits, w.inviteesits, w.goalmet, w.weeklygoal, w.invitersealed, w.inviteesealed,
             count(s.id) filter (where s.userid = p.userid) as inviter,
             count(s.id) filter (where s.userid = p.partnerid) as invitee
           from weeks w join partnerships p on p.id = w.partnershipid
           left join sessions s on s.userid in (p.userid, p.partnerid) and s.iscompleted and s.deletedat is null
             and s.source = 'timer' and s.satlength >= 60
             and s.startedat >= greatest(p.startedat, w.weekstart)
             and s.startedat < least(w.weekend, p.endedat)
           where p.userid in ({ids}) or p.partnerid in ({ids})
           group by w.id
         ) as week
         where invitersits <> inviter and not invitersealed or inviteesits <> invitee and not inviteesealed
           or goalmet <> (weeklygoal > 0 and invitersits + inviteesits >= weeklygoal)"
    );
    assert_eq!(backend.sql(&wrong).expect("SQL"), "0", "a count differs from a recount");
    let left = "select count(*) from zafu.weeks_to_recount";
    assert_eq!(backend.sql(left).expect("SQL"), "0");
}

#[test]
fn of_several_accepters_at_once_one_wins() {
    let Some(backend) = shared() else { return };
    for _ in 0..8 {
        let inviter = Account::new(backend);
        let accepters: Vec<Account<'_>> = (0..4).map(|_| Account::new(backend)).collect();
        let code = inviter.invite();
        let start = Barrier::new(accepters.len());
        let mut states: Vec<String> = thread::scope(|scope| {
            let accepting: Vec<_> = accepters
                .iter()
                .map(|accepter| {
                    let (code, start) = (&code, &start);
                    scope.spawn(move || {
                        start.wait();
                        accepter.accept_state(code)
                    })
                })
                .collect();
            accepting.into_iter().map(|it| it.join().expect("a state")).collect()
        });
        states.sort();
        assert_eq!(states, ["not_open", "not_open", "not_open", "ok"]);
        check_invariants(backend, &[&inviter]);
    }
}

#[test]
fn an_accepter_that_waits_for_another_is_refused_with_a_value() {
    let Some(backend) = shared() else { return };
    for commits in [true, false] {
        let (inviter, first, second) =
            (Account::new(backend), Account::new(backend), Account::new(backend));
        let code = inviter.invite();
        let mut connection = Connection::open(backend);
        connection.begin_as(first.id);
        let accepted =
            connection.run(&format!("select accept_invitation('{{\"code\": \"{code}\"}}')"));
        assert!(accepted.contains("ok"), "{accepted}");
        thread::scope(|scope| {
            let waiting = scope.spawn(|| second.accept_state(&code));
            until_it_waits(backend, "accept_invitation", || waiting.is_finished());
            connection.run(if commits { "commit" } else { "rollback" });
            let expected = if commits { "not_open" } else { "ok" };
            assert_eq!(waiting.join().expect("a state"), expected);
        });
        check_invariants(backend, &[&inviter, &first, &second]);
    }
}

/// The connection of the accepter ends before the answer arrives: before the commit, after it, or by the server.
#[test]
fn an_accepter_that_gets_no_answer_can_repeat_it() {
    let Some(backend) = shared() else { return };
    for commits in [false, true] {
        let (inviter, invitee) = (Account::new(backend), Account::new(backend));
        let code = inviter.invite();
        let mut connection = Connection::open(backend);
        connection.begin_as(invitee.id);
        let first =
            connection.run(&format!("select accept_invitation('{{\"code\": \"{code}\"}}')"));
        assert!(first.contains("ok"), "{first}");
        if commits {
            connection.run("commit");
        }
        drop(connection); // It is killed.
        let again = invitee.accept(&code);
        assert_eq!(again["state"], "ok");
        let id = again["partnership_id"].as_str().expect("an id");
        assert_eq!(first.contains(id), commits, "{first} {again}");
        let count = format!("select count(*) from partnerships where userid = '{}'", inviter.id);
        assert_eq!(backend.sql(&count).expect("SQL"), "1");
        check_invariants(backend, &[&inviter, &invitee]);
    }
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    let code = inviter.invite();
    let mut holding = Connection::open(backend);
    let pid = holding.run("select pg_backend_pid()");
    holding.run("begin");
    holding
        .run(&format!("select 1 from zafu.invitations where userid = '{}' for update", inviter.id));
    thread::scope(|scope| {
        let accepting = scope.spawn(|| invitee.call("accept_invitation", &json!({ "code": code })));
        // Only the one that waits for this lock: other tests accept, too.
        let kill = format!(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where {pid} = any (pg_blocking_pids(pid))"
        );
        while backend.sql(&kill).expect("SQL") == "0" {
            assert!(!accepting.is_finished(), "it did not wait");
        }
        let response = accepting.join().expect("a response");
        assert!(response.status.is_server_error(), "{response:?}");
    });
    holding.run("commit");
    assert_eq!(invitee.view()["partnership"], json!(null));
    assert_eq!(invitee.accept_state(&code), "ok");
    check_invariants(backend, &[&inviter, &invitee]);
}

#[test]
fn two_users_who_accept_each_other_at_once_become_partners_once() {
    let Some(backend) = shared() else { return };
    for _ in 0..10 {
        let (one, other) = (Account::new(backend), Account::new(backend));
        let (mine, theirs) = (one.invite(), other.invite());
        let mut states = thread::scope(|scope| {
            let one = scope.spawn(|| one.accept_state(&theirs));
            let other = scope.spawn(|| other.accept_state(&mine));
            [one.join().expect("a state"), other.join().expect("a state")]
        });
        states.sort();
        assert_eq!(states, ["already_partners", "ok"]);
        check_invariants(backend, &[&one, &other]);
    }
}

#[test]
fn accepting_waits_for_a_push_and_counts_it() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    let code = inviter.invite();
    for account in [&inviter, &invitee] {
        let mut pushing = Connection::open(backend);
        pushing.begin_as(account.id);
        pushing.run(&format!("select push_sessions('[{}]')", wire(&sat(now(backend)))));
        if account.id == inviter.id {
            pushing.run("commit");
            continue;
        }
        thread::scope(|scope| {
            let accepting = scope.spawn(|| invitee.accept_state(&code));
            until_it_waits(backend, "accept_invitation", || accepting.is_finished());
            pushing.run("commit");
            assert_eq!(accepting.join().expect("a state"), "ok");
        });
    }
    let week = inviter.view()["partnership"]["weeks"][0].clone();
    assert_eq!(
        (&week["mine"], &week["partner"]),
        (&json!(1), &json!(1)),
        "both sits of today count"
    );
    check_invariants(backend, &[&inviter, &invitee]);
}

#[test]
fn accepting_while_the_inviter_erases_or_is_deleted_leaves_no_partnership_with_nobody() {
    let Some(backend) = shared() else { return };
    for round in 0..12 {
        let (inviter, invitee) = (Account::new(backend), Account::new(backend));
        inviter.push_sits(&[sat(now(backend))]);
        let code = inviter.invite();
        let state = thread::scope(|scope| {
            let accepting = scope.spawn(|| invitee.accept_state(&code));
            match round % 4 {
                0 => _ = inviter.call("erase_account", &json!({})),
                1 => backend.delete_user(inviter.id).expect("deleted"),
                2 => {
                    inviter.call("withdraw_invitation", &json!({}));
                }
                _ => _ = inviter.push_sits(&[sat(now(backend))]),
            }
            accepting.join().expect("a state")
        });
        let view = invitee.view();
        match (round % 4, state.as_str()) {
            (0 | 1, "ok") => {
                assert_eq!(view["partnership"], json!(null), "{view}");
                assert_eq!(view["former"].as_array().map(Vec::len), Some(1));
            }
            (0..=2, "not_open") => assert_eq!(view["partnership"], json!(null)),
            (2 | 3, "ok") => assert_eq!(view["partnership"]["weeks"][0]["mine"], 0),
            _ => panic!("{round}: {state}"),
        }
        check_invariants(backend, &[&inviter, &invitee]);
    }
}

#[test]
fn leaving_and_the_end_of_an_account_wait_for_pushes_of_both() {
    let Some(backend) = shared() else { return };
    for what in ["leave", "erase", "delete"] {
        let (inviter, invitee, id) = partners(backend);
        let mut pushing = Connection::open(backend);
        pushing.begin_as(invitee.id);
        pushing.run(&format!("select push_sessions('[{}]')", wire(&sat(now(backend)))));
        thread::scope(|scope| {
            let ending = scope.spawn(|| match what {
                "leave" => assert_eq!(inviter.leave(&id), "left"),
                "erase" => {
                    assert_eq!(inviter.call("erase_account", &json!({})).status.as_u16(), 200)
                }
                _ => backend.delete_user(inviter.id).expect("deleted"),
            });
            let query = match what {
                "leave" => "sync_partner",
                "erase" => "erase_account",
                _ => "delete from auth.users",
            };
            until_it_waits(backend, query, || ending.is_finished());
            pushing.run("commit");
            ending.join().expect("it ends");
        });
        let counted = format!("select inviteesits from weeks where partnershipid = '{id}'");
        assert_eq!(backend.sql(&counted).expect("SQL"), "1", "{what}");
        assert_eq!(invitee.view()["partnership"], json!(null));
        check_invariants(backend, &[&inviter, &invitee]);
    }
}

/// The deletion of an account locks the row of auth.users before everything else. A call that locks it later, when it
/// holds what the deletion waits for, would be a deadlock.
#[test]
fn the_deletion_of_an_account_and_its_last_call_do_not_deadlock() {
    let Some(backend) = shared() else { return };
    for what in ["leave", "erase"] {
        let (inviter, invitee, id) = partners(backend);
        let mut holding = Connection::open(backend);
        holding.run("begin");
        holding.run(&format!("select 1 from partnerships where id = '{id}' for update"));
        thread::scope(|scope| {
            let calling = scope.spawn(|| match what {
                "leave" => inviter.call(
                    "sync_partner",
                    &json!({
                        "profile": { "name": "Ada", "revision": 1, "deviceid": inviter.id },
                        "target": { "target": 3, "revision": 1, "deviceid": inviter.id },
                        "leave": { "partnership_id": id },
                    }),
                ),
                _ => inviter.call("erase_account", &json!({})),
            });
            // It has locked both users, and waits for their partnership.
            let query = if what == "leave" { "sync_partner" } else { "erase_account" };
            until_it_waits(backend, query, || calling.is_finished());
            let deleting = scope.spawn(|| backend.delete_user(inviter.id));
            until_it_waits(backend, "delete from auth.users", || deleting.is_finished());
            holding.run("commit");
            let response = calling.join().expect("a response");
            assert_eq!(response.status.as_u16(), 200, "{what}: {response:?}");
            deleting.join().expect("an end").expect("deleted");
        });
        assert_eq!(invitee.view()["partnership"], json!(null));
        check_invariants(backend, &[&invitee]);
    }
}

#[test]
fn two_hundred_completions_at_once_from_both_sides_are_counted_exactly() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    inviter.set_target(80, 1);
    invitee.set_target(80, 1);
    invitee.accept(&inviter.invite());
    let at = now(backend);
    thread::scope(|scope| {
        for account in [&inviter, &invitee] {
            for _ in 0..4 {
                scope.spawn(move || {
                    for _ in 0..25 {
                        // Panics at any error, such as that of a deadlock.
                        assert_eq!(account.push_sits(&[sat(at)]), ["accepted"]);
                    }
                });
            }
        }
    });
    let view = inviter.view();
    let week = &view["partnership"]["weeks"][0];
    assert_eq!(
        (&week["mine"], &week["partner"], &week["kept"]),
        (&json!(100), &json!(100), &json!(true))
    );
    let kept = view["news"].as_array().expect("news").iter().filter(|news| news["kind"] == "kept");
    assert_eq!(kept.count(), 1, "the goal is reached once");
    check_invariants(backend, &[&inviter, &invitee]);
}

/// Former partners share weeks, and nothing else: not even a lock, until the end of a push.
#[test]
fn the_long_push_of_a_former_partner_makes_nobody_wait() {
    let Some(backend) = shared() else { return };
    let (former, user, id) = partners(backend);
    let at = now(backend);
    user.push_sits(&[sat(at)]);
    assert_eq!(user.leave(&id), "left");
    // It has pushed a sit into the shared week and is not over.
    let shared_week = at - Duration::seconds(1);
    let mut long = Connection::open(backend);
    long.begin_as(former.id);
    let pushed = long.run(&format!("select push_sessions('[{}]')", wire(&sat(shared_week))));
    assert!(pushed.contains("accepted"), "{pushed}");
    // All of these would wait until their timeout.
    assert_eq!(user.push_sits(&[sat(shared_week), sat(now(backend))]), ["accepted", "accepted"]);
    assert_eq!(user.view()["former"].as_array().map(Vec::len), Some(1));
    let third = Account::new(backend);
    let code = user.invite();
    assert_eq!(third.accept_state(&code), "ok");
    assert_eq!(user.push_sits(&[sat(now(backend))]), ["accepted"]);
    user.set_target(3, 1);
    let next = user.view()["partnership"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(third.leave(&next), "left");
    assert_eq!(user.call("erase_account", &json!({})).status.as_u16(), 200);
    backend.delete_user(user.id).expect("deleted");
    long.run("commit");
    let counts = format!("select invitersits, inviteesits from weeks where partnershipid = '{id}'");
    assert_eq!(backend.sql(&counts).expect("SQL"), "1|2");
    check_invariants(backend, &[&former, &third]);
}

#[test]
fn former_partners_who_change_the_same_weeks_in_opposite_order_do_not_deadlock() {
    let Some(backend) = shared() else { return };
    let (one, other, id) = partners(backend);
    let weeks: Vec<_> = (0..6).map(|week| now(backend) - Duration::days(7 * week)).collect();
    super::partners::age(backend, &id, 40);
    one.leave(&id);
    thread::scope(|scope| {
        for account in [&one, &other, &one, &other] {
            let weeks = &weeks;
            scope.spawn(move || {
                let mut rng = Rng::new();
                for _ in 0..15 {
                    let mut order = weeks.clone();
                    rng.shuffle(&mut order);
                    let sits: Vec<_> =
                        order[..3].iter().map(|week| sat(*week - Duration::hours(1))).collect();
                    account.push_sits(&sits);
                    // A change: another statement of the same push.
                    let mut rows: Vec<Value> = sits[..2].iter().map(wire).collect();
                    rows[0]["deletedat"] = json!("2026-04-01T00:00:00Z");
                    rows[0]["deletionrevision"] = json!(1);
                    rows.push(wire(&sat(order[3])));
                    account.push(&rows);
                }
            });
        }
    });
    check_invariants(backend, &[&one, &other]);
}

#[test]
fn any_of_this_at_once_keeps_every_invariant() {
    let Some(backend) = shared() else { return };
    let users: Vec<Account<'_>> = (0..3).map(|_| Account::new(backend)).collect();
    let codes = std::sync::Mutex::new(vec![]);
    thread::scope(|scope| {
        for seed in 0..6_usize {
            let (users, codes) = (&users, &codes);
            scope.spawn(move || {
                let mut rng = Rng::with_seed(seed as u64);
                let user = &users[seed % 3];
                for _ in 0..30 {
                    match rng.u8(0..8) {
                        0 | 1 => {
                            let (code, hash) = super::partners::code();
                            let sent =
                                json!({ "code_hash": hash, "utc_offset": 0, "day_start": 0 });
                            let state = user.call("create_invitation", &sent).body["state"].clone();
                            assert!(
                                ["ok", "in_partnership"]
                                    .contains(&state.as_str().expect("a state"))
                            );
                            codes.lock().expect("codes").push(code);
                        }
                        2 | 3 => {
                            let code =
                                codes.lock().expect("codes").last().cloned().unwrap_or_default();
                            let state = user.accept_state(&code);
                            let known = [
                                "ok",
                                "own",
                                "not_open",
                                "already_partners",
                                "in_partnership",
                                "too_many_attempts",
                            ];
                            assert!(known.contains(&&*state), "{state}");
                        }
                        4 => {
                            let partnership = user.view()["partnership"]["id"].clone();
                            if let Some(id) = partnership.as_str() {
                                user.leave(id);
                            }
                        }
                        5 => _ = user.set_target(rng.u32(0..4), rng.u32(1..99)),
                        6 => {
                            if let Some(id) = user.view()["partnership"]["id"].as_str() {
                                user.bow(Uuid::new_v4(), id);
                            }
                        }
                        _ => _ = user.push_sits(&[sat(now(backend)), sat(now(backend))]),
                    }
                }
            });
        }
    });
    check_invariants(backend, &users.iter().collect::<Vec<_>>());
}
