//! The server against the model of partnerships in zafu-core.

use crate::account::Account;
use crate::partner_races::check_invariants;
use crate::partners::{code, now, sat};
use crate::sits::{deleted, device, moment, session_started_at};
use chrono::{DateTime, Duration, Utc};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;
use zafu_backend::{Backend, shared};
use zafu_core::day::{DayStart, day_of};
use zafu_core::ids::{PartnershipId, UserId};
use zafu_core::partnership::Role;
use zafu_core::partnership::model::Model;
use zafu_core::profile::WeeklyTarget;
use zafu_core::session::Session;

use zafu_core::time::{UtcOffset, WallTime};

#[derive(Clone, Copy, Debug)]
enum Act {
    Invite,
    /// Which of the codes so far, from the newest.
    Accept(usize),
    Withdraw,
    /// Which of the partnerships so far, from the newest.
    Leave(usize),
    Target(u32),
    /// A sit that began this many minutes ago.
    Sit(i64),
}

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let act = prop_oneof![
        3 => Just(Act::Invite),
        4 => (0_usize..3).prop_map(Act::Accept),
        1 => Just(Act::Withdraw),
        2 => (0_usize..2).prop_map(Act::Leave),
        1 => (0_u32..3).prop_map(Act::Target),
        2 => (0_i64..600).prop_map(Act::Sit),
    ];
    vec((0_usize..3, act), 1..22)
}

fn time(value: &Value) -> DateTime<Utc> {
    moment(value.as_str().unwrap_or_else(|| panic!("{value} is no time")))
}

/// Returns a time that the server stored.
fn stored(backend: &Backend, column: &str, partnership: &str) -> DateTime<Utc> {
    let sql =
        format!("select to_json({column}) #>> '{{}}' from partnerships where id = '{partnership}'");
    moment(&backend.sql(&sql).expect("SQL"))
}

/// Compares what `account` sees with the model.
fn compare(model: &Model, account: &Account<'_>, open_codes: &[String], at: DateTime<Utc>) {
    let (view, user) = (account.view(), UserId(account.id));
    let current = model.current(user);
    let seen = &view["partnership"];
    assert_eq!(seen["id"], current.map_or(Value::Null, |it| json!(it.id)));
    let is_open = open_codes.iter().any(|hash| model.is_open(hash, at));
    assert_eq!(!view["invitation"].is_null(), is_open);
    if let Some(partnership) = current {
        assert_eq!(time(&seen["firstweekat"]), partnership.first_week_at);
        assert_eq!(time(&seen["startedat"]), partnership.started_at);
        assert_eq!(seen["role"], partnership.role(user).map_or("", Role::as_str));
        let weeks: Vec<Value> = model
            .weeks(partnership, user, at)
            .iter()
            .map(|week| json!([week.number, week.goal, week.mine, week.partners, week.kept()]))
            .collect();
        let of_server = seen["weeks"].as_array().expect("weeks").iter();
        let of_server: Vec<Value> = of_server
            .map(|week| {
                json!([week["number"], week["goal"], week["mine"], week["partner"], week["kept"]])
            })
            .collect();
        assert_eq!(of_server, weeks);
        let tally = model.tally(partnership, at);
        assert_eq!((&seen["kept"], &seen["missed"]), (&json!(tally.kept), &json!(tally.missed)));
    }
    let of_user = model.partnerships().iter().filter(|it| it.role(user).is_some());
    let former: Vec<Value> = of_user
        .filter(|it| it.ended_at.is_some())
        .map(|it| {
            let tally = model.tally(it, at);
            json!([it.id, tally.kept, tally.kept + tally.missed])
        })
        .collect();
    let of_server = view["former"].as_array().expect("former").iter();
    let of_server: Vec<Value> =
        of_server.map(|it| json!([it["id"], it["kept"], it["of"]])).collect();
    assert_eq!(of_server, former);
}

/// Nobody is ever in two partnerships, and the server answers as the model does.
#[test]
fn any_order_of_inviting_accepting_withdrawing_and_leaving_equals_the_model() {
    let Some(backend) = shared() else { return };
    let config =
        ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(acts in acts())| {
        let users: Vec<Account<'_>> = (0..3).map(|_| Account::new(backend)).collect();
        let mut model = Model::default();
        let mut codes: Vec<(usize, String, String)> = vec![];
        let mut partnerships: Vec<String> = vec![];
        for (revision, (who, act)) in (1_u32..).zip(acts) {
            let (account, user) = (&users[who], UserId(users[who].id));
            let start_of_day = DayStart::new(4).expect("an hour");
            match act {
                Act::Invite => {
                    let (code, hash) = code();
                    let sent = json!({ "code_hash": hash, "utc_offset": 90, "day_start": 4 });
                    let state = account.call("create_invitation", &sent).body["state"].clone();
                    let at = WallTime { utc: now(backend), offset: UtcOffset(90) };
                    let expected = match model.invite(user, &hash, at, start_of_day) {
                        Ok(()) => "ok",
                        Err(refusal) => refusal.as_str(),
                    };
                    prop_assert_eq!(state, expected);
                    codes.push((who, code, hash));
                }
                Act::Accept(which) => {
                    let unknown = (who, String::from("unknown"), String::from("unknown"));
                    let (_, code, hash) = codes.iter().rev().nth(which).unwrap_or(&unknown);
                    let response = account.accept(code);
                    let id = response["partnership_id"].as_str().map(ToOwned::to_owned);
                    let at = id.as_deref().map_or_else(|| now(backend), |id| stored(backend, "createdat", id));
                    let uuid = id.as_deref().map_or(Uuid::nil(), |id| id.parse().expect("an id"));
                    match model.accept(user, hash, PartnershipId(uuid), at) {
                        Ok(expected) => {
                            prop_assert_eq!(&response, &json!({ "state": "ok", "partnership_id": expected }));
                            let id = id.expect("an id");
                            if !partnerships.contains(&id) {
                                partnerships.push(id);
                            }
                        }
                        Err(refusal) => prop_assert_eq!(response, json!({ "state": refusal.as_str() })),
                    }
                }
                Act::Withdraw => {
                    account.call("withdraw_invitation", &json!({}));
                    model.withdraw(user);
                }
                Act::Leave(which) => {
                    let Some(id) = partnerships.iter().rev().nth(which) else { continue };
                    let outcome = account.leave(id);
                    let uuid = PartnershipId(id.parse().expect("an id"));
                    let of_user = model.partnerships().iter().find(|it| it.id == uuid).and_then(|it| it.role(user));
                    prop_assert_eq!(outcome, if of_user.is_some() { "left" } else { "no_partnership" });
                    if of_user.is_some() {
                        model.leave(user, uuid, stored(backend, "endedat", id));
                    }
                }
                Act::Target(target) => {
                    account.set_target(target, revision);
                    model.set_target(user, WeeklyTarget::new(target).expect("a target"), now(backend));
                }
                Act::Sit(minutes) => {
                    let sit = sat(now(backend) - Duration::minutes(minutes));
                    account.push_sits(std::slice::from_ref(&sit));
                    model.set_sit(user, sit.id, Some(sit.lifecycle.startedat));
                }
            }
        }
        let at = now(backend);
        for (who, account) in users.iter().enumerate() {
            let hashes: Vec<String> =
                codes.iter().filter(|code| code.0 == who).map(|code| code.2.clone()).collect();
            compare(&model, account, &hashes, at);
        }
        check_invariants(backend, &users.iter().collect::<Vec<_>>());
    });
}

/// Sits of two users over weeks, in any order, with changes of targets at any time.
#[test]
fn any_set_of_sits_in_any_order_equals_the_model() {
    let Some(backend) = shared() else { return };
    // Also from a clock that is far ahead: such a sit counts when its week has come.
    let days = prop_oneof![9 => -40_i64..1, 1 => 40_i64..60];
    let sits = vec((any::<bool>(), days, 0_i64..1440, any::<bool>()), 0..25);
    let targets = vec((any::<bool>(), 0_i64..34, 0_u32..4), 0..5);
    let config =
        ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(sits in sits, targets in targets, left in proptest::option::of(0_i64..30), seed: u64)| {
        let users = [Account::new(backend), Account::new(backend)];
        let ids = [UserId(users[0].id), UserId(users[1].id)];
        let (at, mut model) = (now(backend), Model::default());
        let accepted = at - Duration::days(34) - Duration::hours(3);
        // Targets as they were set over the weeks, the oldest first.
        let mut targets = targets;
        targets.sort_by_key(|(_, days, _)| std::cmp::Reverse(*days));
        for (revision, (who, days, target)) in (1_u32..).zip(&targets) {
            let which = usize::from(*who);
            let since = at - Duration::days(*days) + Duration::seconds(i64::from(revision));
            let insert = "insert into zafu.targets (userid, since, target) values";
            let values = format!("('{}', '{}', {target})", users[which].id, since.to_rfc3339());
            backend.sql(&format!("{insert} {values}")).expect("SQL");
            model.set_target(ids[which], WeeklyTarget::new(*target).expect("a target"), since);
        }
        // A partnership of five weeks.
        let wall = WallTime { utc: accepted, offset: UtcOffset(-300) };
        let start_of_day = DayStart::new(3).expect("an hour");
        let id = PartnershipId(Uuid::new_v4());
        model.invite(ids[0], "code", wall, start_of_day).expect("invited");
        model.accept(ids[1], "code", id, accepted).expect("accepted");
        let first = model.partnerships()[0].first_week_at;
        let by_server = backend.sql(&format!(
            "select to_json(zafu.day_start('{}', -300, 3)) #>> '{{}}'", accepted.to_rfc3339()
        )).expect("SQL");
        prop_assert_eq!(moment(&by_server), first);
        prop_assert_eq!(day_of(wall, start_of_day), (first - Duration::hours(8)).date_naive());
        let sql = format!(
            "insert into partnerships (id, userid, partnerid, startedat, firstweekat, createdat)
             values ('{}', '{}', '{}', '{3}', '{3}', '{4}')",
            id.0, users[0].id, users[1].id, first.to_rfc3339(), accepted.to_rfc3339()
        );
        backend.sql(&sql).expect("SQL");
        let mut pushes: Vec<(usize, Session)> = vec![];
        for (who, days, minutes, is_deleted) in sits {
            let sit = sat(at + Duration::days(days) + Duration::minutes(minutes));
            let which = usize::from(who);
            pushes.push((which, session_started_at(sit.lifecycle.startedat)));
            pushes.push((which, sit.clone()));
            if is_deleted {
                pushes.push((which, deleted(&sit, device(1))));
            } else {
                model.set_sit(ids[which], sit.id, Some(sit.lifecycle.startedat));
            }
        }
        let mut rng = fastrand::Rng::with_seed(seed);
        rng.shuffle(&mut pushes);
        let end = left.map(|days| at - Duration::days(days));
        let half = pushes.len() / 2;
        for (n, batch) in [&pushes[..half], &pushes[half..]].into_iter().enumerate() {
            if let (1, Some(end)) = (n, end) {
                let sql = format!("update partnerships set endedat = '{}' where id = '{}'", end.to_rfc3339(), id.0);
                backend.sql(&sql).expect("SQL");
                model.leave(ids[0], id, end);
            }
            for chunk in batch.chunks(4) {
                for (which, account) in users.iter().enumerate() {
                    let mine: Vec<Session> =
                        chunk.iter().filter(|push| push.0 == which).map(|push| push.1.clone()).collect();
                    if !mine.is_empty() {
                        account.push_sits(&mine);
                    }
                }
            }
        }
        for account in &users {
            compare(&model, account, &[], now(backend));
        }
        check_invariants(backend, &[&users[0], &users[1]]);
    });
}
