//! Partnerships and the counts of their weeks.

use crate::account::Account;
use crate::sits::{completed, deleted, device, ended, moment, session_started_at, wire};
use chrono::{DateTime, Duration, Utc};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use zafu_backend::{Backend, shared};
use zafu_core::session::{Details, Session, Source};
use zafu_core::time::Seconds;

const START: &str = "2026-02-27T18:00:00Z";

/// Two users with a partnership from [`START`].
fn pair(backend: &Backend) -> (Account<'_>, Account<'_>, String) {
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    let partnership = partner(backend, &inviter, &invitee, START).expect("a partnership");
    (inviter, invitee, partnership)
}

fn partner(
    backend: &Backend,
    inviter: &Account<'_>,
    invitee: &Account<'_>,
    start: &str,
) -> Result<String, String> {
    let sql = "insert into partnerships (userid, partnerid, startedat, createdat) values";
    let values = format!("('{}', '{}', '{start}', '{start}') returning id", inviter.id, invitee.id);
    backend.sql(&format!("{sql} {values}")).map_err(|error| format!("{error:#}"))
}

/// This long after the start of the partnership.
fn after(days: i64, seconds: i64) -> DateTime<Utc> {
    moment(START) + Duration::days(days) + Duration::seconds(seconds)
}

fn sat(at: DateTime<Utc>) -> Session {
    completed(&session_started_at(at))
}

fn corrected(sit: &Session, start: DateTime<Utc>) -> Session {
    let value = Details { corrected_start: Some(start), ..sit.details.value.clone() };
    Session { details: sit.details.set(value, device(1)), ..sit.clone() }
}

/// Returns number, counts of inviter and invitee, and whether the goal is met, of each week with a count.
fn counted(backend: &Backend, partnership: &str) -> String {
    let sql = "select weeknumber, invitersits, inviteesits, goalmet from weeks where invitersits + inviteesits > 0";
    let sql = format!("{sql} and partnershipid = '{partnership}' order by 1");
    backend.sql(&sql).expect("SQL").replace('\n', ", ")
}

#[test]
fn a_session_counts_in_the_week_it_started_in() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, partnership) = pair(backend);
    inviter.push_sits(&[
        sat(after(0, 0)),             // the first moment of the first week
        sat(after(6, 24 * 3600 - 1)), // the last second of it
        sat(after(7, 0)),             // the first moment of the second
        sat(after(0, -1)),            // before there was a partnership
    ]);
    invitee.push_sits(&[sat(after(21, 0))]);
    assert_eq!(counted(backend, &partnership), "1|2|0|f, 2|1|0|f, 4|0|1|f");
    let tiles = format!(
        "select bool_and(weekstart = '{START}'::timestamptz + (weeknumber - 1) * interval '168 hours'
                     and weekend - weekstart = interval '168 hours')
         from weeks where partnershipid = '{partnership}'"
    );
    assert_eq!(backend.sql(&tiles).expect("SQL"), "t");
}

#[test]
fn only_sessions_that_count_are_counted() {
    let Some(backend) = shared() else { return };
    let (inviter, _, partnership) = pair(backend);
    let at = after(1, 0);
    let imported = Session { source: Source::Import, ..sat(at) };
    let manual = Session { source: Source::Manual, ..sat(at) };
    let mut short = sat(at);
    short.lifecycle.stage = zafu_core::session::Stage::Completed {
        completedat: at + Duration::seconds(59),
        satlength: Seconds(59),
    };
    let mut lengthened = short.clone();
    lengthened.id = sat(at).id;
    lengthened.details.value.corrected_length = Some(Seconds(60));
    let all = [
        session_started_at(at),
        ended(&session_started_at(at), 500),
        deleted(&sat(at), device(1)),
        imported,
        short,
        manual,
        lengthened,
    ];
    let counting = all.iter().filter(|sit| sit.counts()).count();
    assert_eq!(counting, 1, "by the core's own rule");
    inviter.push_sits(&all);
    assert_eq!(counted(backend, &partnership), format!("1|{counting}|0|f"));
}

#[test]
fn a_correction_or_deletion_recounts_both_weeks() {
    let Some(backend) = shared() else { return };
    let (inviter, _, partnership) = pair(backend);
    let sit = sat(after(1, 0));
    inviter.push_sits(std::slice::from_ref(&sit));
    assert_eq!(counted(backend, &partnership), "1|1|0|f");
    let moved = corrected(&sit, after(8, 0));
    inviter.push_sits(std::slice::from_ref(&moved));
    assert_eq!(counted(backend, &partnership), "2|1|0|f");
    inviter.push_sits(&[deleted(&moved, device(1))]);
    assert_eq!(counted(backend, &partnership), "");
}

#[test]
fn both_partners_count_towards_the_goal() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, partnership) = pair(backend);
    let sits = |count| (0..count).map(|_| sat(after(2, 0))).collect::<Vec<_>>();
    inviter.push_sits(&sits(6));
    invitee.push_sits(&sits(3));
    assert_eq!(counted(backend, &partnership), "1|6|3|f");
    invitee.push_sits(&sits(1));
    assert_eq!(counted(backend, &partnership), "1|6|4|t");
}

#[test]
fn a_clock_that_is_years_ahead_creates_no_weeks() {
    let Some(backend) = shared() else { return };
    let (inviter, _, partnership) = pair(backend);
    inviter.push_sits(&[sat(moment("2126-01-01T00:00:00Z")), sat(moment("9999-12-31T23:00:00Z"))]);
    assert_eq!(counted(backend, &partnership), "");
    assert_eq!(inviter.pull().len(), 2, "the sits are kept");
}

#[test]
fn a_partnership_includes_the_sessions_from_its_start_to_its_end() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    inviter.push_sits(&[sat(after(-1, 0)), sat(after(1, 0)), sat(after(9, 0))]);
    invitee.push_sits(&[sat(after(10, 0))]);
    let cursor = inviter.push(&[])["after"].clone();
    let partnership = partner(backend, &inviter, &invitee, START).expect("a partnership");
    assert_eq!(counted(backend, &partnership), "1|1|0|f, 2|1|1|f");
    let end = format!(
        "update partnerships set endedat = '{}' where id = '{partnership}'",
        after(9, 3600)
    );
    backend.sql(&end).expect("SQL");
    assert_eq!(counted(backend, &partnership), "1|1|0|f, 2|1|0|f");
    let (rows, next) = inviter.pull_after(&cursor);
    assert_eq!(
        (rows.len(), next),
        (0, cursor),
        "the server derives the weeks, so that no device pulls a row"
    );
}

#[test]
fn no_user_is_in_two_partnerships_at_once() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, partnership) = pair(backend);
    let third = Account::new(backend);
    for (one, other) in
        [(&inviter, &third), (&third, &inviter), (&third, &invitee), (&invitee, &inviter)]
    {
        let error = partner(backend, one, other, "2026-05-01").expect_err("error");
        assert!(error.contains("is in another partnership at this time"), "{error}");
    }
    backend
        .sql(&format!("update partnerships set endedat = '2026-04-01' where id = '{partnership}'"))
        .expect("SQL");
    partner(backend, &inviter, &third, "2026-05-01").expect("another one, later");
    let moved = backend.sql(&format!(
        "update partnerships set startedat = '2026-01-01' where id = '{partnership}'"
    ));
    assert!(format!("{:#}", moved.expect_err("error")).contains("keeps its two users"));
}

#[test]
fn partners_see_counts_but_no_sessions() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, partnership) = pair(backend);
    inviter.push_sits(&[sat(after(1, 0))]);
    let weeks = format!(
        "weeks?weeknumber=eq.1&partnershipid=eq.{partnership}&select=invitersits,inviteesits"
    );
    assert_eq!(invitee.get(&weeks).body, json!([{ "invitersits": 1, "inviteesits": 0 }]));
    assert_eq!(invitee.get("sessions?select=id").body, json!([]));
    let users = format!("users?select=id,email&id=eq.{}", inviter.id);
    assert_eq!(invitee.get(&users).body, json!([]));
    assert_eq!(Account::new(backend).get(&weeks).body, json!([]));
}

#[test]
fn counts_equal_a_recount() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, partnership) = pair(backend);
    // Computed from times only, without the weeks that the server stores.
    let fresh = format!(
        "select string_agg(weeknumber || '|' || a || '|' || b, ', ' order by weeknumber) from (
           select floor(extract(epoch from start - '{START}') / 604800) + 1 as weeknumber,
             count(*) filter (where who = p.userid) as a, count(*) filter (where who = p.partnerid) as b
           from (
             select s.userid as who, coalesce(s.correctedstart, s.startedat) as start from sessions s
             where s.completedat is not null and s.deletedat is null and s.source <> 'import'
               and coalesce(s.correctedlength, s.satlength) > 59
           ) as sat join partnerships p on sat.who in (p.userid, p.partnerid)
           where p.id = '{partnership}' and start >= p.startedat
           group by 1
         ) as counted"
    );
    let kept = format!(
        "select string_agg(weeknumber || '|' || invitersits || '|' || inviteesits, ', '
                           order by weeknumber)
         from weeks where partnershipid = '{partnership}' and invitersits + inviteesits > 0"
    );
    let acts = vec((any::<bool>(), 0_usize..12, -3_i64..30, 0_u8..5), 1..12);
    let known: Vec<Session> = (0..12).map(|_| session_started_at(after(3, 0))).collect();
    let others: Vec<Session> = (0..12).map(|_| session_started_at(after(3, 0))).collect();
    let last = std::cell::Cell::new(1);
    let config =
        ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(acts in acts)| {
        for who in [true, false] {
            let account = if who { &inviter } else { &invitee };
            let sits = if who { &known } else { &others };
            let mine = acts.iter().filter(|act| act.0 == who);
            let rows: Vec<_> = mine.map(|&(_, which, day, what)| {
                let revision = last.get() + 1;
                last.set(revision);
                let sit = &sits[which];
                let mut changed = match what {
                    0 => sit.clone(),
                    1 => completed(sit),
                    2 => corrected(&completed(sit), after(day, 0)),
                    3 => deleted(&completed(sit), device(1)),
                    _ => {
                        let mut back = completed(sit);
                        back.deletion.value = None;
                        back
                    }
                };
                changed.details.revision = if what == 2 { revision } else { 0 };
                changed.deletion.revision = if what > 2 { revision } else { 0 };
                wire(&changed)
            }).collect();
            account.push(&rows);
        }
        prop_assert_eq!(backend.sql(&kept).expect("SQL"), backend.sql(&fresh).expect("SQL"));
    });
}

/// Returns the number of weeks of a partnership, the highest week number, and how many weeks start in the future.
fn weeks(backend: &Backend, partnership: &str) -> String {
    let sql =
        "select count(*), max(weeknumber), count(*) filter (where weekstart > now()) from weeks";
    backend.sql(&format!("{sql} where partnershipid = '{partnership}'")).expect("SQL")
}

/// Returns the time of the server.
fn now(backend: &Backend) -> DateTime<Utc> {
    moment(backend.sql("select to_json(now())").expect("SQL").trim_matches('"'))
}

/// Two users with a partnership that started this many days ago.
fn pair_since<'a>(backend: &'a Backend, days: i64) -> (Account<'a>, Account<'a>, String) {
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    let start = (now(backend) - Duration::days(days)).to_rfc3339();
    let partnership = partner(backend, &inviter, &invitee, &start).expect("a partnership");
    (inviter, invitee, partnership)
}

#[test]
fn real_life_37_a_sit_that_starts_ahead_of_the_server_counts_once_its_week_starts() {
    let Some(backend) = shared() else { return };
    let (inviter, _, partnership) = pair_since(backend, 10);
    let ahead = sat(now(backend) + Duration::hours(25));
    inviter.push_sits(&[ahead.clone(), sat(now(backend) - Duration::hours(1))]);
    assert_eq!(counted(backend, &partnership), "2|1|0|f");
    let week = format!("select weekid is not null from sessions where id = '{}'", ahead.id);
    assert_eq!(backend.sql(&week).expect("SQL"), "f");
    // As if two days had passed. The next write of its owner assigns the week, not one of the partner.
    let later = format!(
        "begin; set local session_replication_role = replica;
         update sessions set startedat = startedat - interval '2 days' where id = '{}'; commit",
        ahead.id
    );
    backend.sql(&later).expect("SQL");
    inviter.push_sits(&[session_started_at(now(backend))]);
    assert_eq!(backend.sql(&week).expect("SQL"), "t");
    assert_eq!(counted(backend, &partnership), "2|2|0|f");
    // Also by a direct write, even of the same row.
    backend
        .sql(&format!(
            "begin; set local session_replication_role = replica;
             update sessions set weekid = null where userid = '{}'; commit",
            inviter.id
        ))
        .expect("SQL");
    let path = format!("sessions?id=eq.{}", ahead.id);
    let change = json!({ "note": "rain", "detailsrevision": 1 });
    let response = inviter.send_json(reqwest::Method::PATCH, &path, &change);
    assert_eq!(response.status.as_u16(), 200, "{response:?}");
    assert_eq!(counted(backend, &partnership), "2|2|0|f");
}

#[test]
fn real_life_38_weeks_without_sits_have_rows() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, partnership) = pair_since(backend, 30);
    assert_eq!(weeks(backend, &partnership), "0||0", "none before anything was written");
    inviter.push_sits(&[sat(now(backend) - Duration::days(29))]);
    assert_eq!(weeks(backend, &partnership), "5|5|0");
    // A week that an administrator has deleted is created again when it gets a session.
    let third =
        format!("delete from weeks where weeknumber = 3 and partnershipid = '{partnership}'");
    backend.sql(&third).expect("SQL");
    invitee.push_sits(&[sat(now(backend) - Duration::days(15))]);
    assert_eq!(weeks(backend, &partnership), "5|5|0");
    assert_eq!(counted(backend, &partnership), "1|1|0|f, 3|0|1|f");
    // There are no weeks after the end.
    let (inviter, _, partnership) = pair_since(backend, 30);
    let end = format!(
        "update partnerships set endedat = now() - interval '20 days' where id = '{partnership}'"
    );
    backend.sql(&end).expect("SQL");
    inviter.push_sits(&[sat(now(backend))]);
    assert_eq!(weeks(backend, &partnership), "2|2|0");
}

#[test]
fn real_life_39_a_week_has_the_goal_that_held_at_its_start_even_if_it_is_created_late() {
    let Some(backend) = shared() else { return };
    let (inviter, _, partnership) = pair_since(backend, 30);
    let target = |target: u32, days: u32| {
        let sql = format!(
            "update users set weeklytarget = {target} where id = '{0}';
             update zafu.targets set since = now() - interval '{days} days'
             where userid = '{0}' and since = (select max(since) from zafu.targets where userid = '{0}')",
            inviter.id
        );
        backend.sql(&sql).expect("SQL");
    };
    // The second week started 23 days ago, the third 16, the fourth 9, the fifth 2.
    target(3, 20);
    target(14, 5);
    inviter.push_sits(&[sat(now(backend) - Duration::days(29))]);
    let goals = format!(
        "select string_agg(weeklygoal::text, ',' order by weeknumber) from weeks where partnershipid = '{partnership}'"
    );
    assert_eq!(backend.sql(&goals).expect("SQL"), "10,10,8,8,19");
    // A change is valid from the next week.
    target(1, 0);
    inviter.push_sits(&[sat(now(backend))]);
    assert_eq!(backend.sql(&goals).expect("SQL"), "10,10,8,8,19");
}
