//! What the plan does, given what is known.

use super::*;

const SOON: Duration = Duration::from_millis(10);
/// Chance at its worst: the longest wait.
const LONGEST: u32 = u32::MAX;

fn at(seconds: u64) -> BootTime {
    BootTime(Duration::from_secs(10_000 + seconds))
}

fn cursor(seq: i64) -> Cursor {
    Cursor { seq, history_id: Uuid::from_u128(1) }
}

fn idle() -> Known {
    Known {
        account: Some(UserId(Uuid::from_u128(1))),
        cursor: Some(cursor(1)),
        outgoing: false,
        comparable: false,
    }
}

fn waiting() -> Known {
    Known { outgoing: true, ..idle() }
}

fn said(status: u16, code: &str) -> RemoteError {
    let code = (!code.is_empty()).then(|| code.to_owned());
    Fault::Answer { status, code }.into()
}

/// A plan that has asked a server which is well, and has read all of it.
fn ready() -> Plan {
    let mut plan = Plan::new();
    assert_eq!(plan.next(idle(), at(0)), Step::Health);
    plan.asked(Vec::new(), None, at(0), 0);
    assert!(matches!(plan.next(idle(), at(0)), Step::Pull(_)));
    assert_eq!(plan.read(0, false, cursor(1), SOON, at(0)), Finding::Nothing);
    plan
}

fn all(rows: u32) -> Sent {
    Sent { rows, settled: rows, caught_up: true, beside_a_failure: false }
}

#[test]
fn without_an_account_nothing_is_asked() {
    let mut plan = ready();
    let known = Known { account: None, ..waiting() };
    assert_eq!(plan.next(known, at(1)), Step::Wait(Wait::ForTrigger));
}

#[test]
fn the_server_is_asked_how_it_is_before_anything_else_and_read_before_it_is_sent_to() {
    let mut plan = Plan::new();
    let known = Known { cursor: None, ..waiting() };
    assert_eq!(plan.next(known, at(0)), Step::Health);
    plan.asked(Vec::new(), None, at(0), 0);
    assert!(matches!(plan.next(known, at(0)), Step::Pull(_)));
    plan.read(100, true, cursor(5), SOON, at(0));
    assert!(matches!(plan.next(waiting(), at(0)), Step::Pull(_)), "there is more of it");
    plan.read(3, false, cursor(6), SOON, at(0));
    assert!(matches!(plan.next(waiting(), at(0)), Step::Push { .. }));
}

#[test]
fn another_account_begins_with_a_plan_of_its_own() {
    let mut plan = ready();
    plan.failed(said(403, "42501"), at(1), LONGEST);
    let other = Known { account: Some(UserId(Uuid::from_u128(2))), ..waiting() };
    assert_eq!(plan.next(other, at(2)), Step::Health);
}

#[test]
fn an_idle_device_asks_less_than_once_a_minute_whatever_happens_around_it() {
    let mut plan = ready();
    let mut asked = 0;
    for second in 0..3600 {
        // A network that comes and goes, and a window that is looked at all the time.
        for trigger in [Trigger::Network, Trigger::Focused, Trigger::Woke, Trigger::Changed] {
            plan.trigger(trigger, at(second));
        }
        match plan.next(idle(), at(second)) {
            Step::Wait(_) => {}
            Step::Pull(_) => {
                asked += 1;
                plan.read(0, false, cursor(1), SOON, at(second));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((30..=60).contains(&asked), "{asked}");
}

#[test]
fn left_alone_a_device_looks_every_ten_minutes() {
    let mut plan = ready();
    assert_eq!(plan.next(idle(), at(1)), Step::Wait(Wait::Until(at(600))));
    assert!(matches!(plan.next(idle(), at(600)), Step::Pull(_)));
}

#[test]
fn backing_off_doubles_up_to_five_minutes_and_is_anything_from_nothing() {
    let mut plan = ready();
    for longest in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] {
        plan.push_failed(said(503, ""), 1, 0, at(0), LONGEST);
        assert_eq!(plan.next(waiting(), at(0)), Step::Wait(Wait::Until(at(longest))));
        plan.trigger(Trigger::Changed, at(0));
        assert_eq!(plan.next(waiting(), at(longest - 1)), Step::Wait(Wait::Until(at(longest))));
    }
    plan.push_failed(said(503, ""), 1, 0, at(0), 0);
    assert!(matches!(plan.next(waiting(), at(0)), Step::Push { .. }));
    plan.sent(all(1), SOON, at(0), 0);
    plan.push_failed(said(503, ""), 1, 0, at(0), LONGEST);
    assert_eq!(
        plan.next(waiting(), at(0)),
        Step::Wait(Wait::Until(at(2))),
        "a success begins anew"
    );
}

#[test]
fn an_outage_of_an_hour_costs_few_calls_even_if_the_network_flaps() {
    let mut chance = fastrand::Rng::with_seed(5);
    for (flapping, most) in [(false, 120), (true, 760)] {
        let mut plan = ready();
        let mut calls = 0;
        for tenth in 0..36_000 {
            let now = at(0) + Duration::from_millis(tenth * 100);
            if flapping {
                plan.trigger(Trigger::Network, now);
            }
            if !matches!(plan.next(waiting(), now), Step::Wait(_)) {
                calls += 1;
                plan.failed(Fault::Unreachable.into(), now, chance.u32(..));
            }
        }
        assert!((20..=most).contains(&calls), "{calls}");
    }
}

#[test]
fn what_the_server_asks_for_is_a_floor_that_nothing_but_an_hour_ends() {
    let mut plan = ready();
    let alone =
        |seconds| RemoteError { retry_after: Some(Duration::from_secs(seconds)), ..said(429, "") };
    plan.push_failed(alone(200), 1, 0, at(0), 0);
    for trigger in [Trigger::Asked, Trigger::Network, Trigger::SignedIn] {
        plan.trigger(trigger, at(1));
    }
    assert_eq!(plan.next(waiting(), at(2)), Step::Wait(Wait::Until(at(200))));
    plan.push_failed(alone(1 << 40), 1, 0, at(200), 0);
    assert_eq!(plan.next(waiting(), at(201)), Step::Wait(Wait::Until(at(3800))));
}

#[test]
fn a_person_who_asks_need_not_wait_for_chance() {
    let mut plan = ready();
    for _ in 0..9 {
        plan.push_failed(said(503, ""), 1, 0, at(0), LONGEST);
    }
    plan.trigger(Trigger::Network, at(1));
    assert_eq!(plan.next(waiting(), at(1)), Step::Wait(Wait::Until(at(5))));
    plan.trigger(Trigger::Asked, at(1));
    assert!(!matches!(plan.next(waiting(), at(1)), Step::Wait(_)));
}

#[test]
fn batches_grow_while_answers_come_fast_and_halve_when_they_do_not_come() {
    let mut plan = ready();
    let size = |plan: &mut Plan| match plan.next(waiting(), at(9_000)) {
        Step::Push { rows, bytes: BYTES } => rows,
        other => panic!("{other:?}"),
    };
    plan.pulled_at = Some(at(9_000));
    let mut sizes = Vec::new();
    for _ in 0..6 {
        let rows = size(&mut plan);
        sizes.push(rows);
        plan.sent(all(rows), SOON, at(9_000), 0);
    }
    assert_eq!(sizes, [100, 200, 400, 800, 1600, 2000]);
    plan.sent(all(2000), Duration::from_secs(10), at(9_000), 0);
    assert_eq!(size(&mut plan), 2000);
    for (error, left) in [
        (said(500, "57014"), 1000),
        (said(544, ""), 500),
        (Fault::TimedOut.into(), 250),
        (said(413, ""), 125),
        (said(502, ""), 125),
    ] {
        let rows = size(&mut plan);
        assert_eq!(plan.push_failed(error, rows, 0, at(8_000), 0), super::Verdict::Wait);
        assert_eq!(size(&mut plan), left);
    }
    plan.limit(50);
    assert_eq!(size(&mut plan), 50, "the server says how many it takes");
}

#[test]
fn fault_41_a_sit_that_fails_every_call_is_found_and_put_aside_alone() {
    let mut plan = ready();
    plan.pulled_at = Some(at(0));
    let (mut left, poison) = ((0..200).collect::<Vec<u32>>(), 137);
    let (mut condemned, mut calls) = (Vec::new(), 0);
    while !left.is_empty() {
        let Step::Push { rows, .. } = plan.next(waiting(), at(1)) else {
            panic!("it stands still")
        };
        let sent: Vec<_> = left.iter().copied().take(rows as usize).collect();
        let count = u32::try_from(sent.len()).unwrap();
        calls += 1;
        if sent.contains(&poison) {
            let verdict = plan.push_failed(said(400, "22007"), count, 0, at(1), LONGEST);
            if verdict == super::Verdict::Condemn {
                condemned.push(left.remove(0));
            }
        } else {
            plan.sent(all(count), SOON, at(1), 0);
            left.drain(..sent.len());
        }
    }
    assert_eq!(condemned, [poison]);
    assert!(calls < 40, "{calls}");
}

#[test]
fn a_server_that_refuses_every_sit_costs_only_a_few_their_place() {
    let mut plan = ready();
    let mut condemned = 0;
    for _ in 0..20 {
        match plan.next(waiting(), at(1)) {
            Step::Push { rows, .. } => {
                let verdict = plan.push_failed(said(400, "22P02"), rows, 0, at(1), 0);
                condemned += u32::from(verdict == super::Verdict::Condemn);
            }
            Step::Wait(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(condemned, 3);
    assert!(matches!(plan.hold(), Some(Hold::Configuration(_))));
}

#[test]
fn a_sit_that_is_too_large_by_itself_is_put_aside_but_a_small_one_never_is() {
    let mut plan = ready();
    let large = plan.push_failed(said(413, "PT413"), 1, 5 << 20, at(1), 0);
    assert_eq!(large, super::Verdict::Condemn);
    let small = plan.push_failed(said(413, ""), 1, 900, at(1), 0);
    assert_eq!(small, super::Verdict::Wait);
    assert!(matches!(plan.hold(), Some(Hold::Configuration(_))));
}

#[test]
fn what_nobody_knows_is_never_put_aside() {
    for code in ["XX000", "PT400", "", "42P99"] {
        let mut plan = ready();
        for _ in 0..10 {
            let verdict = plan.push_failed(said(400, code), 1, 1 << 30, at(1), LONGEST);
            assert_eq!(verdict, super::Verdict::Wait, "{code}");
        }
        assert!(plan.last_failure().is_some() && plan.hold().is_none(), "it is said");
    }
}

#[test]
fn fault_42_a_token_is_renewed_once_and_the_call_made_again() {
    let mut plan = ready();
    plan.push_failed(said(401, "PGRST303"), 5, 0, at(1), LONGEST);
    assert_eq!(plan.next(waiting(), at(1)), Step::Refresh);
    plan.refreshed(at(1));
    assert!(matches!(plan.next(waiting(), at(1)), Step::Push { .. }), "at once");
    plan.sent(all(5), SOON, at(1), 0);
    // It may run out again later.
    plan.push_failed(said(401, "PGRST303"), 5, 0, at(2), LONGEST);
    assert_eq!(plan.next(waiting(), at(2)), Step::Refresh);
}

#[test]
fn real_life_04_a_new_token_that_is_refused_for_a_while_is_tried_again_without_anybody() {
    for code in ["PGRST301", "PGRST302", "PGRST303", "42501", "PT401"] {
        let mut plan = ready();
        plan.push_failed(said(401, code), 5, 0, at(1), LONGEST);
        assert_eq!(plan.next(waiting(), at(1)), Step::Refresh);
        plan.refreshed(at(1));
        plan.push_failed(said(401, code), 5, 0, at(1), LONGEST);
        assert_eq!(plan.hold(), None, "{code}");
        assert_eq!(plan.next(waiting(), at(1)), Step::Wait(Wait::Until(at(3))), "full jitter");
        assert!(plan.last_failure().is_some(), "it is said");
        assert!(matches!(plan.next(waiting(), at(4)), Step::Push { .. }), "{code}: the same token");
        plan.sent(all(5), SOON, at(4), 0);
        assert_eq!((plan.hold(), plan.last_failure()), (None, None));
    }
}

#[test]
fn real_life_04_a_server_that_refuses_every_token_for_a_day_is_asked_seldom_and_never_given_up() {
    let mut chance = fastrand::Rng::with_seed(3);
    let mut plan = ready();
    let (mut calls, mut refreshes, mut now) = (0, 0, at(1));
    let end = at(86_400);
    while now < end {
        // A window that is looked at all the time changes nothing of it.
        plan.trigger(Trigger::Focused, now);
        match plan.next(waiting(), now) {
            Step::Wait(Wait::Until(until)) => now = until.max(now + Duration::from_millis(1)),
            Step::Wait(Wait::ForTrigger) => panic!("it waits for the person: {:?}", plan.hold()),
            Step::Refresh => {
                refreshes += 1;
                plan.refreshed(now);
            }
            _ => {
                calls += 1;
                plan.failed(said(401, "PGRST303"), now, chance.u32(..));
                now = now + Duration::from_secs(1);
            }
        }
    }
    assert!((24..=24 * REFRESHES_AN_HOUR).contains(&refreshes), "{refreshes} in a day");
    assert!(calls < 24 * 760, "{calls} in a day");
    // The same without anybody at the window.
    let (mut plan, mut alone) = (ready(), 0);
    now = at(1);
    while now < at(3600) {
        match plan.next(waiting(), now) {
            Step::Wait(Wait::Until(until)) => now = until.max(now + Duration::from_millis(1)),
            Step::Refresh => plan.refreshed(now),
            _ => {
                alone += 1;
                plan.failed(said(401, "PGRST303"), now, chance.u32(..));
            }
        }
    }
    assert!((5..120).contains(&alone), "{alone} in an hour");
}

#[test]
fn real_life_04_tokens_that_run_out_all_the_time_are_renewed_a_few_times_an_hour() {
    let mut plan = ready();
    let mut refreshes = 0;
    for second in 0..3600 {
        match plan.next(waiting(), at(second)) {
            Step::Refresh => {
                refreshes += 1;
                plan.refreshed(at(second));
                plan.sent(all(1), SOON, at(second), 0);
            }
            Step::Wait(_) => {}
            _ => plan.failed(said(401, "PGRST303"), at(second), LONGEST),
        }
    }
    assert_eq!(refreshes, REFRESHES_AN_HOUR);
    assert_eq!(plan.hold(), None);
}

#[test]
fn real_life_04_what_a_server_can_lift_is_tried_again_slowly_and_when_something_happens() {
    let failures = [
        (said(403, "42501"), Hold::Configuration(said(403, "42501"))),
        (said(410, "PT410"), Hold::Account),
        (said(400, "user_banned"), Hold::Blocked),
        (Fault::KeyRefused.into(), Hold::Key),
    ];
    for (error, hold) in failures {
        for known in [idle(), waiting()] {
            let mut plan = ready();
            plan.failed(error.clone(), at(1), LONGEST);
            assert_eq!(plan.hold(), Some(&hold));
            assert_eq!(plan.next(known, at(2)), Step::Wait(Wait::Until(at(301))), "{hold:?}");
            assert_eq!(plan.next(known, at(301)), Step::Health);
            // It goes on being so, and is asked ever more slowly, at least once an hour.
            for second in [400, 2000, 9000] {
                plan.failed(error.clone(), at(second), LONGEST);
                let Step::Wait(Wait::Until(until)) = plan.next(known, at(second)) else {
                    panic!("{hold:?}")
                };
                assert!(until <= at(second + 3600), "{hold:?}");
            }
            for trigger in [Trigger::Network, Trigger::Woke, Trigger::Focused] {
                plan.failed(error.clone(), at(20_000), LONGEST);
                plan.trigger(trigger, at(20_010));
                let soon = Step::Wait(Wait::Until(at(20_060)));
                assert_eq!(plan.next(known, at(20_010)), soon, "{hold:?} {trigger:?}");
                assert_eq!(plan.next(known, at(20_060)), Step::Health);
            }
            // It is over.
            plan.asked(Vec::new(), None, at(20_060), 0);
            assert!(matches!(plan.next(known, at(20_060)), Step::Pull(_)), "{hold:?}");
            plan.read(0, false, cursor(1), SOON, at(20_060));
            assert_eq!(plan.hold(), None);
        }
    }
}

#[test]
fn a_hold_that_a_push_has_shown_is_over_when_a_push_passes() {
    let mut plan = ready();
    plan.push_failed(said(403, "42501"), 1, 0, at(1), LONGEST);
    for round in 0..3 {
        let Step::Wait(Wait::Until(probe)) = plan.next(waiting(), at(1)) else { panic!("{round}") };
        assert_eq!(plan.next(waiting(), probe), Step::Health);
        plan.asked(Vec::new(), None, probe, 0);
        assert!(matches!(plan.next(waiting(), probe), Step::Pull(_)));
        plan.read(1, false, cursor(2), SOON, probe);
        assert!(plan.hold().is_some(), "others' sits are read, and nothing is sent");
        assert!(matches!(plan.next(waiting(), probe), Step::Push { .. }));
        plan.push_failed(said(403, "42501"), 1, 0, probe, LONGEST);
        let Step::Wait(Wait::Until(next)) = plan.next(waiting(), probe) else { panic!("{round}") };
        assert!(next.since(probe) >= Duration::from_secs(600 << round), "ever more slowly");
    }
    plan.trigger(Trigger::Woke, at(90_000));
    assert_eq!(plan.next(waiting(), at(90_000)), Step::Health);
    plan.asked(Vec::new(), None, at(90_000), 0);
    plan.read(0, false, cursor(2), SOON, at(90_000));
    plan.sent(all(1), SOON, at(90_000), 0);
    assert_eq!(plan.hold(), None);
}

#[test]
fn real_life_14_what_the_server_adds_is_never_a_sit_s_fault() {
    for code in ["23502", "23514"] {
        let mut plan = ready();
        let (mut deferred, mut asked) = (0, 0);
        for _ in 0..40 {
            match plan.next(waiting(), at(1)) {
                Step::Push { rows, .. } => {
                    let verdict = plan.push_failed(said(400, code), rows, 1 << 20, at(1), 0);
                    assert!(matches!(verdict, super::Verdict::Wait | super::Verdict::Defer));
                    deferred += u32::from(verdict == super::Verdict::Defer);
                }
                Step::Health => {
                    asked += 1;
                    plan.asked(Vec::new(), None, at(1), 0);
                }
                Step::Wait(_) => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((deferred, asked), (2, 1), "{code}: the server is asked what is wrong with it");
        assert!(matches!(plan.hold(), Some(Hold::Configuration(_))));
    }
}

#[test]
fn real_life_14_one_sit_that_the_server_cannot_complete_holds_up_no_other() {
    let mut plan = ready();
    plan.pulled_at = Some(at(0));
    let (mut left, odd) = ((0..200).collect::<Vec<u32>>(), 137);
    let mut calls = 0;
    while left != [odd] {
        calls += 1;
        assert!(calls < 60);
        let rows = match plan.next(waiting(), at(1)) {
            Step::Push { rows, .. } => rows,
            Step::Health => {
                plan.asked(Vec::new(), None, at(1), 0);
                continue;
            }
            other => panic!("{other:?}"),
        };
        let sent: Vec<_> = left.iter().copied().take(rows as usize).collect();
        let count = u32::try_from(sent.len()).unwrap();
        if sent.contains(&odd) {
            if plan.push_failed(said(400, "23514"), count, 0, at(1), 0) == super::Verdict::Defer {
                let it = left.remove(0);
                left.push(it);
            }
        } else {
            plan.sent(all(count), SOON, at(1), 0);
            left.drain(..sent.len());
        }
    }
}

#[test]
fn fault_42_a_token_that_was_renewed_long_ago_is_renewed_again_whatever_failed_in_between() {
    let mut plan = ready();
    plan.push_failed(said(401, "PGRST303"), 5, 0, at(1), LONGEST);
    plan.refreshed(at(1));
    plan.push_failed(said(502, ""), 5, 0, at(2), LONGEST);
    plan.push_failed(said(401, "PGRST303"), 5, 0, at(4000), LONGEST);
    assert_eq!(plan.hold(), None, "an hour without the server is no reason to sign in again");
    assert_eq!(plan.next(waiting(), at(4000)), Step::Refresh);
}

#[test]
fn what_went_beside_a_failure_undoes_nothing_of_it() {
    let mut plan = ready();
    let Step::Push { rows, .. } = plan.next(waiting(), at(1)) else { panic!("there is something") };
    plan.push_failed(said(500, "57014"), rows, 0, at(1), LONGEST);
    let held = plan.next(waiting(), at(1));
    assert!(matches!(held, Step::Wait(Wait::Until(_))), "{held:?}");
    plan.sent(Sent { beside_a_failure: true, ..all(rows) }, SOON, at(1), 0);
    assert_eq!(plan.next(waiting(), at(1)), held);
    assert!(plan.last_failure().is_some() && !plan.flows());
    let smaller = Step::Push { rows: rows / 2, bytes: 512 * 1024 };
    assert_eq!(plan.next(waiting(), at(100)), smaller);
}

#[test]
fn fault_43_a_revoked_session_waits_for_the_person_and_a_busy_one_for_a_moment() {
    let mut plan = ready();
    plan.push_failed(said(401, "PGRST303"), 5, 0, at(1), LONGEST);
    plan.refresh_failed(said(409, "conflict"), at(1), LONGEST);
    assert_eq!(plan.next(waiting(), at(3)), Step::Refresh);
    // Another process may just have renewed it.
    plan.refresh_failed(said(400, "refresh_token_already_used"), at(3), LONGEST);
    assert_eq!((plan.next(waiting(), at(10)), plan.hold()), (Step::Refresh, None));
    plan.refresh_failed(said(503, ""), at(10), LONGEST);
    plan.refresh_failed(said(401, ""), at(20), LONGEST);
    assert_eq!((plan.next(waiting(), at(60)), plan.hold()), (Step::Refresh, None));
    plan.refresh_failed(said(400, "refresh_token_already_used"), at(60), LONGEST);
    assert_eq!(plan.hold(), Some(&Hold::SignIn));
    for trigger in [Trigger::Network, Trigger::Changed, Trigger::Focused, Trigger::Woke] {
        plan.trigger(trigger, at(90_000));
        assert_eq!(plan.next(waiting(), at(90_000)), Step::Wait(Wait::ForTrigger));
    }
    plan.trigger(Trigger::SignedIn, at(90_000));
    assert_eq!(plan.next(waiting(), at(90_000)), Step::Health);
}

#[test]
fn fault_45_an_account_that_is_gone_stops_all() {
    for error in [said(410, "PT410"), said(409, "23503")] {
        let mut plan = ready();
        let verdict = plan.push_failed(error, 1, 0, at(1), LONGEST);
        assert_eq!((verdict, plan.hold()), (super::Verdict::Wait, Some(&Hold::Account)));
        assert_eq!(plan.next(waiting(), at(2)), Step::Wait(Wait::Until(at(301))));
    }
}

#[test]
fn a_server_that_is_not_as_it_must_be_is_probed_ever_more_slowly() {
    let mut plan = ready();
    let (mut now, mut waits) = (at(0), Vec::new());
    for _ in 0..8 {
        plan.push_failed(said(403, "42501"), 1, 0, now, LONGEST);
        let Step::Wait(Wait::Until(probe)) = plan.next(waiting(), now) else { panic!("no wait") };
        waits.push(probe.since(now).as_secs());
        now = probe;
        assert_eq!(plan.next(waiting(), now), Step::Health, "what was missing may be there");
        plan.asked(Vec::new(), None, now, 0);
        let step = plan.next(waiting(), now);
        assert!(matches!(step, Step::Push { .. } | Step::Pull(_)), "{step:?}");
    }
    assert_eq!(waits, [300, 600, 1200, 2400, 3600, 3600, 3600, 3600]);
    plan.sent(all(1), SOON, now, 0);
    assert_eq!(plan.hold(), None);
}

#[test]
fn a_server_that_is_unwell_or_too_new_gets_nothing() {
    for (findings, too_old) in [(vec!["rls".to_owned()], None), (vec![], Some("9.0.0".to_owned()))]
    {
        let mut plan = Plan::new();
        plan.next(waiting(), at(0));
        plan.asked(findings, too_old, at(0), LONGEST);
        assert!(matches!(plan.hold(), Some(Hold::Unwell(_) | Hold::TooOld(_))));
        assert_eq!(plan.next(waiting(), at(1)), Step::Wait(Wait::Until(at(300))));
        assert_eq!(plan.next(waiting(), at(300)), Step::Health);
        plan.asked(Vec::new(), None, at(300), LONGEST);
        assert_eq!(plan.hold(), None);
    }
}

#[test]
fn after_an_erasure_nothing_goes_until_the_person_has_answered() {
    let mut plan = ready();
    plan.erased(Uuid::from_u128(9));
    for second in [1, 1000, 1 << 30] {
        plan.trigger(Trigger::Network, at(second));
        assert_eq!(plan.next(waiting(), at(second)), Step::Wait(Wait::ForTrigger));
    }
    plan.trigger(Trigger::Answered, at(1000));
    assert!(!matches!(plan.next(waiting(), at(1000)), Step::Wait(_)));
}

#[test]
fn fault_40_missing_verdicts_are_waited_for() {
    let mut plan = ready();
    plan.sent(
        Sent { rows: 10, settled: 9, caught_up: false, beside_a_failure: false },
        SOON,
        at(0),
        LONGEST,
    );
    assert_eq!(plan.next(waiting(), at(0)), Step::Wait(Wait::Until(at(2))));
    assert!(plan.last_failure().is_some());
    for _ in 0..4 {
        plan.sent(
            Sent { rows: 10, settled: 0, caught_up: false, beside_a_failure: false },
            SOON,
            at(0),
            LONGEST,
        );
    }
    assert_eq!(plan.next(waiting(), at(0)), Step::Wait(Wait::Until(at(32))), "nothing moves");
}

#[test]
fn what_another_device_sent_in_between_is_read_soon_but_does_not_stop_a_backlog() {
    let mut plan = ready();
    plan.sent(
        Sent { rows: 10, settled: 10, caught_up: false, beside_a_failure: false },
        SOON,
        at(1),
        0,
    );
    assert!(matches!(plan.next(waiting(), at(1)), Step::Push { .. }));
    assert!(matches!(plan.next(idle(), at(1)), Step::Pull(_)));
    assert!(matches!(plan.next(waiting(), at(61)), Step::Pull(_)));
}

#[test]
fn a_difference_counts_only_if_no_other_device_explains_it() {
    let comparable = Known { comparable: true, ..idle() };
    let mut plan = ready();
    assert_eq!(plan.next(comparable, at(1)), Step::Digest);
    assert_eq!(plan.compared(false, Some(cursor(1)), at(1)), Finding::Nothing);
    assert!(matches!(plan.next(comparable, at(1)), Step::Pull(_)));
    assert_eq!(
        plan.read(1, false, cursor(2), SOON, at(1)),
        Finding::Nothing,
        "it was another one's"
    );
    assert_eq!(plan.next(comparable, at(1)), Step::Digest);
    assert_eq!(plan.compared(false, Some(cursor(2)), at(1)), Finding::Nothing);
    assert_eq!(plan.read(0, false, cursor(2), SOON, at(1)), Finding::Differs);
    assert_eq!(plan.compared(true, Some(cursor(2)), at(1)), Finding::Compared);
}

#[test]
fn a_comparison_is_given_up_for_the_day_when_others_never_rest() {
    let mut plan = ready();
    let mut tries = 0;
    for seq in 1.. {
        tries += 1;
        if plan.compared(false, Some(cursor(seq)), at(1)) == Finding::Compared {
            break;
        }
        assert_eq!(plan.read(1, false, cursor(seq + 1), SOON, at(1)), Finding::Nothing);
    }
    assert_eq!(tries, COMPARE_AT_MOST + 1);
}

#[test]
fn reading_is_cut_when_it_takes_too_long() {
    let mut plan = ready();
    let known = Known { cursor: None, ..idle() };
    let rows = |plan: &mut Plan| match plan.next(known, at(1)) {
        Step::Pull(page) => page.rows,
        other => panic!("{other:?}"),
    };
    assert_eq!(rows(&mut plan), 100);
    plan.read(100, true, cursor(1), SOON, at(1));
    assert_eq!(rows(&mut plan), 200);
    plan.pull_failed(Fault::TimedOut.into(), at(1), 0);
    assert_eq!(rows(&mut plan), 100);
}
