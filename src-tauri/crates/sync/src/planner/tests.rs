//! Tests of the planner's decisions.

use super::*;

const SOON: Duration = Duration::from_millis(10);
/// The jitter that makes the longest delay.
const LONGEST: u32 = u32::MAX;

fn at(seconds: u64) -> BootTime {
    BootTime(Duration::from_secs(10_000 + seconds))
}

fn cursor(seq: i64) -> Cursor {
    Cursor { seq, history_id: Uuid::from_u128(1) }
}

fn idle() -> StoreView {
    StoreView {
        account: Some(UserId(Uuid::from_u128(1))),
        cursor: Some(cursor(1)),
        ..StoreView::default()
    }
}

fn waiting() -> StoreView {
    StoreView { has_outgoing: true, ..idle() }
}

fn status(status: u16, code: &str) -> RemoteError {
    let code = (!code.is_empty()).then(|| code.to_owned());
    Fault::Status { status, code }.into()
}

/// A plan that has asked a server which is well, and has read all of it.
fn ready() -> Planner {
    let mut planner = Planner::new();
    assert_eq!(planner.next(idle(), at(0)), Action::CheckHealth);
    planner.record_health(Vec::new(), None, at(0), 0);
    assert!(matches!(planner.next(idle(), at(0)), Action::Pull(_)));
    assert_eq!(planner.record_pull(0, false, cursor(1), SOON, at(0)), Comparison::Inconclusive);
    planner
}

fn all(rows: u32) -> PushResult {
    PushResult { rows, resolved: rows, caught_up: true, after_failure: false }
}

#[test]
fn without_an_account_nothing_is_requested() {
    let mut planner = ready();
    let known = StoreView { account: None, ..waiting() };
    assert_eq!(planner.next(known, at(1)), Action::Wait(Wait::ForWakeup));
}

#[test]
fn a_health_check_comes_first_and_a_pull_before_a_push() {
    let mut planner = Planner::new();
    let known = StoreView { cursor: None, ..waiting() };
    assert_eq!(planner.next(known, at(0)), Action::CheckHealth);
    planner.record_health(Vec::new(), None, at(0), 0);
    assert!(matches!(planner.next(known, at(0)), Action::Pull(_)));
    planner.record_pull(100, true, cursor(5), SOON, at(0));
    assert!(matches!(planner.next(waiting(), at(0)), Action::Pull(_)), "there is more of it");
    planner.record_pull(3, false, cursor(6), SOON, at(0));
    assert!(matches!(planner.next(waiting(), at(0)), Action::Push { .. }));
}

#[test]
fn another_account_starts_with_a_new_state() {
    let mut planner = ready();
    planner.request_failed(status(403, "42501"), at(1), LONGEST);
    let other = StoreView { account: Some(UserId(Uuid::from_u128(2))), ..waiting() };
    assert_eq!(planner.next(other, at(2)), Action::CheckHealth);
}

#[test]
fn an_idle_device_pulls_at_most_once_a_minute_whatever_wakes_it() {
    let mut planner = ready();
    let mut asked = 0;
    for second in 0..3600 {
        // A network that comes and goes, and a window that is looked at all the time.
        for wakeup in
            [Wakeup::NetworkChange, Wakeup::WindowFocus, Wakeup::Resume, Wakeup::LocalChange]
        {
            planner.wake(wakeup, at(second));
        }
        match planner.next(idle(), at(second)) {
            Action::Wait(_) => {}
            Action::Pull(_) => {
                asked += 1;
                planner.record_pull(0, false, cursor(1), SOON, at(second));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((30..=60).contains(&asked), "{asked}");
}

#[test]
fn an_idle_device_pulls_every_ten_minutes() {
    let mut planner = ready();
    assert_eq!(planner.next(idle(), at(1)), Action::Wait(Wait::Until(at(600))));
    assert!(matches!(planner.next(idle(), at(600)), Action::Pull(_)));
}

#[test]
fn the_backoff_doubles_up_to_five_minutes_with_full_jitter() {
    let mut planner = ready();
    for longest in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] {
        planner.push_failed(status(503, ""), 1, 0, at(0), LONGEST);
        assert_eq!(planner.next(waiting(), at(0)), Action::Wait(Wait::Until(at(longest))));
        planner.wake(Wakeup::LocalChange, at(0));
        assert_eq!(
            planner.next(waiting(), at(longest - 1)),
            Action::Wait(Wait::Until(at(longest)))
        );
    }
    planner.push_failed(status(503, ""), 1, 0, at(0), 0);
    assert!(matches!(planner.next(waiting(), at(0)), Action::Push { .. }));
    planner.record_push(all(1), SOON, at(0), 0);
    planner.push_failed(status(503, ""), 1, 0, at(0), LONGEST);
    assert_eq!(
        planner.next(waiting(), at(0)),
        Action::Wait(Wait::Until(at(2))),
        "a success resets the backoff"
    );
}

#[test]
fn an_outage_of_an_hour_costs_few_requests_even_if_the_network_flaps() {
    let mut jitter = fastrand::Rng::with_seed(5);
    for (flapping, most) in [(false, 120), (true, 760)] {
        let mut planner = ready();
        let mut calls = 0;
        for tenth in 0..36_000 {
            let now = at(0) + Duration::from_millis(tenth * 100);
            if flapping {
                planner.wake(Wakeup::NetworkChange, now);
            }
            if !matches!(planner.next(waiting(), now), Action::Wait(_)) {
                calls += 1;
                planner.request_failed(Fault::Unreachable.into(), now, jitter.u32(..));
            }
        }
        assert!((20..=most).contains(&calls), "{calls}");
    }
}

#[test]
fn retry_after_is_a_minimum_of_at_most_an_hour() {
    let mut planner = ready();
    let alone = |seconds| RemoteError {
        retry_after: Some(Duration::from_secs(seconds)),
        ..status(429, "")
    };
    planner.push_failed(alone(200), 1, 0, at(0), 0);
    for wakeup in [Wakeup::Request, Wakeup::NetworkChange, Wakeup::SignIn] {
        planner.wake(wakeup, at(1));
    }
    assert_eq!(planner.next(waiting(), at(2)), Action::Wait(Wait::Until(at(200))));
    planner.push_failed(alone(1 << 40), 1, 0, at(200), 0);
    assert_eq!(planner.next(waiting(), at(201)), Action::Wait(Wait::Until(at(3800))));
}

#[test]
fn a_request_of_the_user_ends_the_backoff() {
    let mut planner = ready();
    for _ in 0..9 {
        planner.push_failed(status(503, ""), 1, 0, at(0), LONGEST);
    }
    planner.wake(Wakeup::NetworkChange, at(1));
    assert_eq!(planner.next(waiting(), at(1)), Action::Wait(Wait::Until(at(5))));
    planner.wake(Wakeup::Request, at(1));
    assert!(!matches!(planner.next(waiting(), at(1)), Action::Wait(_)));
}

#[test]
fn pushes_grow_while_responses_are_fast_and_halve_after_failures() {
    let mut planner = ready();
    let size = |planner: &mut Planner| match planner.next(waiting(), at(9_000)) {
        Action::Push { rows, bytes: PUSH_BYTES } => rows,
        other => panic!("{other:?}"),
    };
    planner.pulled_at = Some(at(9_000));
    let mut sizes = Vec::new();
    for _ in 0..6 {
        let rows = size(&mut planner);
        sizes.push(rows);
        planner.record_push(all(rows), SOON, at(9_000), 0);
    }
    assert_eq!(sizes, [100, 200, 400, 800, 1600, 2000]);
    planner.record_push(all(2000), Duration::from_secs(10), at(9_000), 0);
    assert_eq!(size(&mut planner), 2000);
    for (error, left) in [
        (status(500, "57014"), 1000),
        (status(544, ""), 500),
        (Fault::TimedOut.into(), 250),
        (status(413, ""), 125),
        (status(502, ""), 125),
    ] {
        let rows = size(&mut planner);
        assert_eq!(planner.push_failed(error, rows, 0, at(8_000), 0), FailureAction::Retry);
        assert_eq!(size(&mut planner), left);
    }
    planner.limit_push(50);
    assert_eq!(size(&mut planner), 50, "the server says how many it takes");
}

#[test]
fn fault_41_a_row_that_fails_every_push_is_found_and_alone_becomes_a_dead_letter() {
    let mut planner = ready();
    planner.pulled_at = Some(at(0));
    let (mut left, poison) = ((0..200).collect::<Vec<u32>>(), 137);
    let (mut rejected, mut calls) = (Vec::new(), 0);
    while !left.is_empty() {
        let Action::Push { rows, .. } = planner.next(waiting(), at(1)) else {
            panic!("it stands still")
        };
        let sent: Vec<_> = left.iter().copied().take(rows as usize).collect();
        let count = u32::try_from(sent.len()).unwrap();
        calls += 1;
        if sent.contains(&poison) {
            let action = planner.push_failed(status(400, "22007"), count, 0, at(1), LONGEST);
            if action == FailureAction::Reject {
                rejected.push(left.remove(0));
            }
        } else {
            planner.record_push(all(count), SOON, at(1), 0);
            left.drain(..sent.len());
        }
    }
    assert_eq!(rejected, [poison]);
    assert!(calls < 40, "{calls}");
}

#[test]
fn a_server_that_rejects_every_row_makes_only_a_few_dead_letters() {
    let mut planner = ready();
    let mut rejected = 0;
    for _ in 0..20 {
        match planner.next(waiting(), at(1)) {
            Action::Push { rows, .. } => {
                let action = planner.push_failed(status(400, "22P02"), rows, 0, at(1), 0);
                rejected += u32::from(action == FailureAction::Reject);
            }
            Action::Wait(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rejected, 3);
    assert!(matches!(planner.hold(), Some(Hold::Misconfigured(_))));
}

#[test]
fn only_a_large_row_becomes_a_dead_letter_for_its_size() {
    let mut planner = ready();
    let large = planner.push_failed(status(413, "PT413"), 1, 5 << 20, at(1), 0);
    assert_eq!(large, FailureAction::Reject);
    let small = planner.push_failed(status(413, ""), 1, 900, at(1), 0);
    assert_eq!(small, FailureAction::Retry);
    assert!(matches!(planner.hold(), Some(Hold::Misconfigured(_))));
}

#[test]
fn an_unknown_error_makes_no_dead_letter() {
    for code in ["XX000", "PT400", "", "42P99"] {
        let mut planner = ready();
        for _ in 0..10 {
            let action = planner.push_failed(status(400, code), 1, 1 << 30, at(1), LONGEST);
            assert_eq!(action, FailureAction::Retry, "{code}");
        }
        assert!(planner.last_failure().is_some() && planner.hold().is_none(), "it is said");
    }
}

#[test]
fn fault_42_a_rejected_token_is_refreshed_once_and_the_request_repeated() {
    let mut planner = ready();
    planner.push_failed(status(401, "PGRST303"), 5, 0, at(1), LONGEST);
    assert_eq!(planner.next(waiting(), at(1)), Action::RefreshToken);
    planner.record_refresh(at(1));
    assert!(matches!(planner.next(waiting(), at(1)), Action::Push { .. }), "at once");
    planner.record_push(all(5), SOON, at(1), 0);
    // It may run out again later.
    planner.push_failed(status(401, "PGRST303"), 5, 0, at(2), LONGEST);
    assert_eq!(planner.next(waiting(), at(2)), Action::RefreshToken);
}

#[test]
fn real_life_04_a_new_token_that_is_rejected_for_a_while_is_retried_without_the_user() {
    for code in ["PGRST301", "PGRST302", "PGRST303", "42501", "PT401"] {
        let mut planner = ready();
        planner.push_failed(status(401, code), 5, 0, at(1), LONGEST);
        assert_eq!(planner.next(waiting(), at(1)), Action::RefreshToken);
        planner.record_refresh(at(1));
        planner.push_failed(status(401, code), 5, 0, at(1), LONGEST);
        assert_eq!(planner.hold(), None, "{code}");
        assert_eq!(planner.next(waiting(), at(1)), Action::Wait(Wait::Until(at(3))), "full jitter");
        assert!(planner.last_failure().is_some(), "it is said");
        assert!(
            matches!(planner.next(waiting(), at(4)), Action::Push { .. }),
            "{code}: the same token"
        );
        planner.record_push(all(5), SOON, at(4), 0);
        assert_eq!((planner.hold(), planner.last_failure()), (None, None));
    }
}

#[test]
fn real_life_04_a_server_that_rejects_every_token_for_a_day_is_retried_rarely_and_without_end() {
    let mut jitter = fastrand::Rng::with_seed(3);
    let mut planner = ready();
    let (mut calls, mut refreshes, mut now) = (0, 0, at(1));
    let end = at(86_400);
    while now < end {
        // A window that is looked at all the time changes nothing of it.
        planner.wake(Wakeup::WindowFocus, now);
        match planner.next(waiting(), now) {
            Action::Wait(Wait::Until(until)) => now = until.max(now + Duration::from_millis(1)),
            Action::Wait(Wait::ForWakeup) => {
                panic!("it waits for the user: {:?}", planner.hold())
            }
            Action::RefreshToken => {
                refreshes += 1;
                planner.record_refresh(now);
            }
            _ => {
                calls += 1;
                planner.request_failed(status(401, "PGRST303"), now, jitter.u32(..));
                now = now + Duration::from_secs(1);
            }
        }
    }
    assert!((24..=24 * REFRESHES_PER_HOUR).contains(&refreshes), "{refreshes} in a day");
    assert!(calls < 24 * 760, "{calls} in a day");
    // The same without any action of the user.
    let (mut planner, mut alone) = (ready(), 0);
    now = at(1);
    while now < at(3600) {
        match planner.next(waiting(), now) {
            Action::Wait(Wait::Until(until)) => now = until.max(now + Duration::from_millis(1)),
            Action::RefreshToken => planner.record_refresh(now),
            _ => {
                alone += 1;
                planner.request_failed(status(401, "PGRST303"), now, jitter.u32(..));
            }
        }
    }
    assert!((5..120).contains(&alone), "{alone} in an hour");
}

#[test]
fn real_life_04_tokens_that_expire_at_once_are_refreshed_a_few_times_an_hour() {
    let mut planner = ready();
    let mut refreshes = 0;
    for second in 0..3600 {
        match planner.next(waiting(), at(second)) {
            Action::RefreshToken => {
                refreshes += 1;
                planner.record_refresh(at(second));
                planner.record_push(all(1), SOON, at(second), 0);
            }
            Action::Wait(_) => {}
            _ => planner.request_failed(status(401, "PGRST303"), at(second), LONGEST),
        }
    }
    assert_eq!(refreshes, REFRESHES_PER_HOUR);
    assert_eq!(planner.hold(), None);
}

#[test]
fn real_life_04_a_hold_that_the_server_can_lift_is_probed_slowly_and_after_wake_ups() {
    let failures = [
        (status(403, "42501"), Hold::Misconfigured(status(403, "42501"))),
        (status(410, "PT410"), Hold::AccountDeleted),
        (status(400, "user_banned"), Hold::AccountBlocked),
        (Fault::KeyRejected.into(), Hold::KeyRejected),
    ];
    for (error, hold) in failures {
        for known in [idle(), waiting()] {
            let mut planner = ready();
            planner.request_failed(error.clone(), at(1), LONGEST);
            assert_eq!(planner.hold(), Some(&hold));
            assert_eq!(planner.next(known, at(2)), Action::Wait(Wait::Until(at(301))), "{hold:?}");
            assert_eq!(planner.next(known, at(301)), Action::CheckHealth);
            // It goes on being so, and is asked ever more slowly, at least once an hour.
            for second in [400, 2000, 9000] {
                planner.request_failed(error.clone(), at(second), LONGEST);
                let Action::Wait(Wait::Until(until)) = planner.next(known, at(second)) else {
                    panic!("{hold:?}")
                };
                assert!(until <= at(second + 3600), "{hold:?}");
            }
            for wakeup in [Wakeup::NetworkChange, Wakeup::Resume, Wakeup::WindowFocus] {
                planner.request_failed(error.clone(), at(20_000), LONGEST);
                planner.wake(wakeup, at(20_010));
                let soon = Action::Wait(Wait::Until(at(20_060)));
                assert_eq!(planner.next(known, at(20_010)), soon, "{hold:?} {wakeup:?}");
                assert_eq!(planner.next(known, at(20_060)), Action::CheckHealth);
            }
            // It is over.
            planner.record_health(Vec::new(), None, at(20_060), 0);
            assert!(matches!(planner.next(known, at(20_060)), Action::Pull(_)), "{hold:?}");
            planner.record_pull(0, false, cursor(1), SOON, at(20_060));
            assert_eq!(planner.hold(), None);
        }
    }
}

#[test]
fn a_hold_caused_by_a_push_ends_with_a_push() {
    let mut planner = ready();
    planner.push_failed(status(403, "42501"), 1, 0, at(1), LONGEST);
    for round in 0..3 {
        let Action::Wait(Wait::Until(probe)) = planner.next(waiting(), at(1)) else {
            panic!("{round}")
        };
        assert_eq!(planner.next(waiting(), probe), Action::CheckHealth);
        planner.record_health(Vec::new(), None, probe, 0);
        assert!(matches!(planner.next(waiting(), probe), Action::Pull(_)));
        planner.record_pull(1, false, cursor(2), SOON, probe);
        assert!(planner.hold().is_some(), "others' sits are read, and nothing is sent");
        assert!(matches!(planner.next(waiting(), probe), Action::Push { .. }));
        planner.push_failed(status(403, "42501"), 1, 0, probe, LONGEST);
        let Action::Wait(Wait::Until(next)) = planner.next(waiting(), probe) else {
            panic!("{round}")
        };
        assert!(next.since(probe) >= Duration::from_secs(600 << round), "ever more slowly");
    }
    planner.wake(Wakeup::Resume, at(90_000));
    assert_eq!(planner.next(waiting(), at(90_000)), Action::CheckHealth);
    planner.record_health(Vec::new(), None, at(90_000), 0);
    planner.record_pull(0, false, cursor(2), SOON, at(90_000));
    planner.record_push(all(1), SOON, at(90_000), 0);
    assert_eq!(planner.hold(), None);
}

#[test]
fn real_life_14_an_error_in_a_derived_column_makes_no_dead_letter() {
    for code in ["23502", "23514"] {
        let mut planner = ready();
        let (mut deferred, mut asked) = (0, 0);
        for _ in 0..40 {
            match planner.next(waiting(), at(1)) {
                Action::Push { rows, .. } => {
                    let action = planner.push_failed(status(400, code), rows, 1 << 20, at(1), 0);
                    assert!(matches!(action, FailureAction::Retry | FailureAction::Defer));
                    deferred += u32::from(action == FailureAction::Defer);
                }
                Action::CheckHealth => {
                    asked += 1;
                    planner.record_health(Vec::new(), None, at(1), 0);
                }
                Action::Wait(_) => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((deferred, asked), (2, 1), "{code}: the server is asked what is wrong with it");
        assert!(matches!(planner.hold(), Some(Hold::Misconfigured(_))));
    }
}

#[test]
fn real_life_14_a_row_with_an_error_in_a_derived_column_delays_no_other() {
    let mut planner = ready();
    planner.pulled_at = Some(at(0));
    let (mut left, odd) = ((0..200).collect::<Vec<u32>>(), 137);
    let mut calls = 0;
    while left != [odd] {
        calls += 1;
        assert!(calls < 60);
        let rows = match planner.next(waiting(), at(1)) {
            Action::Push { rows, .. } => rows,
            Action::CheckHealth => {
                planner.record_health(Vec::new(), None, at(1), 0);
                continue;
            }
            other => panic!("{other:?}"),
        };
        let sent: Vec<_> = left.iter().copied().take(rows as usize).collect();
        let count = u32::try_from(sent.len()).unwrap();
        if sent.contains(&odd) {
            if planner.push_failed(status(400, "23514"), count, 0, at(1), 0) == FailureAction::Defer
            {
                let it = left.remove(0);
                left.push(it);
            }
        } else {
            planner.record_push(all(count), SOON, at(1), 0);
            left.drain(..sent.len());
        }
    }
}

#[test]
fn fault_42_a_token_that_was_refreshed_long_ago_is_refreshed_again_whatever_failed_since() {
    let mut planner = ready();
    planner.push_failed(status(401, "PGRST303"), 5, 0, at(1), LONGEST);
    planner.record_refresh(at(1));
    planner.push_failed(status(502, ""), 5, 0, at(2), LONGEST);
    planner.push_failed(status(401, "PGRST303"), 5, 0, at(4000), LONGEST);
    assert_eq!(planner.hold(), None, "an hour without the server is no reason to sign in again");
    assert_eq!(planner.next(waiting(), at(4000)), Action::RefreshToken);
}

#[test]
fn a_push_that_was_in_flight_during_a_failure_does_not_undo_it() {
    let mut planner = ready();
    let Action::Push { rows, .. } = planner.next(waiting(), at(1)) else {
        panic!("there is something")
    };
    planner.push_failed(status(500, "57014"), rows, 0, at(1), LONGEST);
    let held = planner.next(waiting(), at(1));
    assert!(matches!(held, Action::Wait(Wait::Until(_))), "{held:?}");
    planner.record_push(PushResult { after_failure: true, ..all(rows) }, SOON, at(1), 0);
    assert_eq!(planner.next(waiting(), at(1)), held);
    assert!(planner.last_failure().is_some() && !planner.allows_second_push());
    let smaller = Action::Push { rows: rows / 2, bytes: 512 * 1024 };
    assert_eq!(planner.next(waiting(), at(100)), smaller);
}

#[test]
fn fault_43_a_revoked_session_waits_for_the_user_and_a_conflict_is_retried() {
    let mut planner = ready();
    planner.push_failed(status(401, "PGRST303"), 5, 0, at(1), LONGEST);
    planner.refresh_failed(status(409, "conflict"), at(1), LONGEST);
    assert_eq!(planner.next(waiting(), at(3)), Action::RefreshToken);
    // Another process may just have renewed it.
    planner.refresh_failed(status(400, "refresh_token_already_used"), at(3), LONGEST);
    assert_eq!((planner.next(waiting(), at(10)), planner.hold()), (Action::RefreshToken, None));
    planner.refresh_failed(status(503, ""), at(10), LONGEST);
    planner.refresh_failed(status(401, ""), at(20), LONGEST);
    assert_eq!((planner.next(waiting(), at(60)), planner.hold()), (Action::RefreshToken, None));
    planner.refresh_failed(status(400, "refresh_token_already_used"), at(60), LONGEST);
    assert_eq!(planner.hold(), Some(&Hold::SignIn));
    for wakeup in [Wakeup::NetworkChange, Wakeup::LocalChange, Wakeup::WindowFocus, Wakeup::Resume]
    {
        planner.wake(wakeup, at(90_000));
        assert_eq!(planner.next(waiting(), at(90_000)), Action::Wait(Wait::ForWakeup));
    }
    planner.wake(Wakeup::SignIn, at(90_000));
    assert_eq!(planner.next(waiting(), at(90_000)), Action::CheckHealth);
}

#[test]
fn fault_45_a_deleted_account_puts_the_sync_on_hold() {
    for error in [status(410, "PT410"), status(409, "23503")] {
        let mut planner = ready();
        let action = planner.push_failed(error, 1, 0, at(1), LONGEST);
        assert_eq!((action, planner.hold()), (FailureAction::Retry, Some(&Hold::AccountDeleted)));
        assert_eq!(planner.next(waiting(), at(2)), Action::Wait(Wait::Until(at(301))));
    }
}

#[test]
fn a_misconfigured_server_is_probed_ever_more_slowly() {
    let mut planner = ready();
    let (mut now, mut waits) = (at(0), Vec::new());
    for _ in 0..8 {
        planner.push_failed(status(403, "42501"), 1, 0, now, LONGEST);
        let Action::Wait(Wait::Until(probe)) = planner.next(waiting(), now) else {
            panic!("no wait")
        };
        waits.push(probe.since(now).as_secs());
        now = probe;
        assert_eq!(
            planner.next(waiting(), now),
            Action::CheckHealth,
            "what was missing may be there"
        );
        planner.record_health(Vec::new(), None, now, 0);
        let step = planner.next(waiting(), now);
        assert!(matches!(step, Action::Push { .. } | Action::Pull(_)), "{step:?}");
    }
    assert_eq!(waits, [300, 600, 1200, 2400, 3600, 3600, 3600, 3600]);
    planner.record_push(all(1), SOON, now, 0);
    assert_eq!(planner.hold(), None);
}

#[test]
fn an_unhealthy_or_too_new_server_gets_nothing() {
    for (findings, too_old) in [(vec!["rls".to_owned()], None), (vec![], Some("9.0.0".to_owned()))]
    {
        let mut planner = Planner::new();
        planner.next(waiting(), at(0));
        planner.record_health(findings, too_old, at(0), LONGEST);
        assert!(matches!(planner.hold(), Some(Hold::Unhealthy(_) | Hold::ClientTooOld(_))));
        assert_eq!(planner.next(waiting(), at(1)), Action::Wait(Wait::Until(at(300))));
        assert_eq!(planner.next(waiting(), at(300)), Action::CheckHealth);
        planner.record_health(Vec::new(), None, at(300), LONGEST);
        assert_eq!(planner.hold(), None);
    }
}

#[test]
fn after_an_erasure_nothing_is_sent_until_the_user_has_decided() {
    let mut planner = ready();
    planner.record_erasure(Uuid::from_u128(9));
    for second in [1, 1000, 1 << 30] {
        planner.wake(Wakeup::NetworkChange, at(second));
        assert_eq!(planner.next(waiting(), at(second)), Action::Wait(Wait::ForWakeup));
    }
    planner.wake(Wakeup::ErasureDecision, at(1000));
    assert!(!matches!(planner.next(waiting(), at(1000)), Action::Wait(_)));
}

#[test]
fn fault_40_missing_row_outcomes_are_retried_later() {
    let mut planner = ready();
    planner.record_push(
        PushResult { rows: 10, resolved: 9, caught_up: false, after_failure: false },
        SOON,
        at(0),
        LONGEST,
    );
    assert_eq!(planner.next(waiting(), at(0)), Action::Wait(Wait::Until(at(2))));
    assert!(planner.last_failure().is_some());
    for _ in 0..4 {
        planner.record_push(
            PushResult { rows: 10, resolved: 0, caught_up: false, after_failure: false },
            SOON,
            at(0),
            LONGEST,
        );
    }
    assert_eq!(planner.next(waiting(), at(0)), Action::Wait(Wait::Until(at(32))), "nothing moves");
}

#[test]
fn changes_of_another_device_are_pulled_soon_but_after_a_backlog() {
    let mut planner = ready();
    planner.record_push(
        PushResult { rows: 10, resolved: 10, caught_up: false, after_failure: false },
        SOON,
        at(1),
        0,
    );
    assert!(matches!(planner.next(waiting(), at(1)), Action::Push { .. }));
    assert!(matches!(planner.next(idle(), at(1)), Action::Pull(_)));
    assert!(matches!(planner.next(waiting(), at(61)), Action::Pull(_)));
}

#[test]
fn a_difference_counts_only_if_no_other_device_explains_it() {
    let comparable = StoreView { comparison_due: true, ..idle() };
    let mut planner = ready();
    assert_eq!(planner.next(comparable, at(1)), Action::CompareDigests);
    assert_eq!(planner.record_comparison(false, Some(cursor(1)), at(1)), Comparison::Inconclusive);
    assert!(matches!(planner.next(comparable, at(1)), Action::Pull(_)));
    assert_eq!(
        planner.record_pull(1, false, cursor(2), SOON, at(1)),
        Comparison::Inconclusive,
        "it was another one's"
    );
    assert_eq!(planner.next(comparable, at(1)), Action::CompareDigests);
    assert_eq!(planner.record_comparison(false, Some(cursor(2)), at(1)), Comparison::Inconclusive);
    assert_eq!(planner.record_pull(0, false, cursor(2), SOON, at(1)), Comparison::Differs);
    assert_eq!(planner.record_comparison(true, Some(cursor(2)), at(1)), Comparison::Done);
}

#[test]
fn a_comparison_is_given_up_for_the_day_if_other_devices_keep_pushing() {
    let mut planner = ready();
    let mut tries = 0;
    for seq in 1.. {
        tries += 1;
        if planner.record_comparison(false, Some(cursor(seq)), at(1)) == Comparison::Done {
            break;
        }
        assert_eq!(
            planner.record_pull(1, false, cursor(seq + 1), SOON, at(1)),
            Comparison::Inconclusive
        );
    }
    assert_eq!(tries, MAX_COMPARISONS + 1);
}

#[test]
fn pulls_get_smaller_after_a_timeout() {
    let mut planner = ready();
    let known = StoreView { cursor: None, ..idle() };
    let rows = |planner: &mut Planner| match planner.next(known, at(1)) {
        Action::Pull(page) => page.rows,
        other => panic!("{other:?}"),
    };
    assert_eq!(rows(&mut planner), 100);
    planner.record_pull(100, true, cursor(1), SOON, at(1));
    assert_eq!(rows(&mut planner), 200);
    planner.pull_failed(Fault::TimedOut.into(), at(1), 0);
    assert_eq!(rows(&mut planner), 100);
}

fn with_labels() -> StoreView {
    StoreView { labels_due: true, ..idle() }
}

#[test]
fn labels_are_synced_after_sessions_and_before_digests() {
    let mut planner = ready();
    let all_due = StoreView { has_outgoing: true, comparison_due: true, ..with_labels() };
    assert!(matches!(planner.next(all_due, at(1)), Action::Push { .. }));
    let sent = StoreView { comparison_due: true, ..with_labels() };
    assert_eq!(planner.next(sent, at(1)), Action::SyncLabels);
    planner.record_labels(true, true, at(1), LONGEST);
    let known = StoreView { labels_due: false, ..sent };
    assert_eq!(planner.next(known, at(1)), Action::CompareDigests);
}

#[test]
fn after_labels_of_another_device_its_sessions_are_pulled() {
    let mut planner = ready();
    planner.record_labels(true, true, at(1), LONGEST);
    assert_eq!(planner.next(idle(), at(1)), Action::Wait(Wait::Until(at(600))));
    planner.record_labels(true, false, at(1), LONGEST);
    assert!(matches!(planner.next(idle(), at(1)), Action::Pull(_)));
}

#[test]
fn labels_that_fail_never_delay_sessions() {
    for fault in [
        status(500, "XX000"),
        status(404, "PGRST202"),
        status(403, "42501"),
        status(400, "22P02"),
        status(503, ""),
        status(413, "PT413"),
        status(402, ""),
        RemoteError { fault: Fault::TimedOut, retry_after: Some(Duration::from_secs(900)) },
        Fault::InvalidResponse.into(),
    ] {
        let mut planner = ready();
        for second in 1..=10 {
            planner.side_failed(Side::Labels, fault.clone(), at(second), LONGEST);
            assert_eq!(planner.hold(), None, "{fault:?}");
            let all = StoreView { has_outgoing: true, ..with_labels() };
            assert!(matches!(planner.next(all, at(second)), Action::Push { .. }), "{fault:?}");
            assert_eq!(planner.last_failure(), Some(&fault), "it is shown");
        }
        assert!(matches!(planner.next(with_labels(), at(11)), Action::Wait(_)));
        assert!(matches!(planner.next(with_labels(), at(600)), Action::Pull(_)));
    }
}

#[test]
fn labels_that_fail_are_retried_with_backoff() {
    let mut planner = ready();
    for longest in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
        planner.side_failed(Side::Labels, status(503, ""), at(0), LONGEST);
        let wait = Action::Wait(Wait::Until(at(longest)));
        assert_eq!(planner.next(with_labels(), at(0)), wait);
        assert_eq!(planner.next(with_labels(), at(longest)), Action::SyncLabels);
    }
    planner.wake(Wakeup::Request, at(1));
    planner.record_health(Vec::new(), None, at(1), 0);
    planner.record_pull(0, false, cursor(1), SOON, at(1));
    assert_eq!(planner.next(with_labels(), at(1)), Action::SyncLabels, "the user asks for it");
    planner.record_labels(true, true, at(1), LONGEST);
    planner.side_failed(Side::Labels, status(503, ""), at(1), LONGEST);
    assert_eq!(planner.next(with_labels(), at(3)), Action::SyncLabels, "from the beginning");
    // A server that does not have the function is tried rarely.
    let mut planner = ready();
    planner.side_failed(Side::Labels, status(404, "PGRST202"), at(0), 0);
    assert_eq!(planner.next(with_labels(), at(299)), Action::Wait(Wait::Until(at(300))));
    // So is one that ignores labels.
    let mut planner = ready();
    planner.record_labels(false, true, at(0), LONGEST);
    assert!(matches!(planner.next(with_labels(), at(0)), Action::Wait(_)));
}

#[test]
fn the_partner_is_synced_after_labels_and_neither_delays_the_other() {
    let mut planner = ready();
    let both = StoreView { partner_due: true, ..with_labels() };
    let partner = StoreView { partner_due: true, comparison_due: true, ..idle() };
    assert_eq!(planner.next(both, at(1)), Action::SyncLabels);
    assert_eq!(planner.next(partner, at(1)), Action::SyncPartner);
    planner.side_failed(Side::Labels, status(503, ""), at(1), LONGEST);
    assert_eq!(planner.next(both, at(1)), Action::SyncPartner);
    planner.record_side(Side::Partner, true, at(1), LONGEST);
    assert_eq!(planner.last_failure(), Some(&status(503, "")), "of the labels");
    planner.side_failed(Side::Partner, status(500, "XX000"), at(1), LONGEST);
    assert_eq!(planner.next(both, at(1)), Action::Wait(Wait::Until(at(3))), "labels are first");
    assert_eq!(planner.next(partner, at(1)), Action::CompareDigests);
    planner.record_labels(true, true, at(3), LONGEST);
    assert_eq!(planner.last_failure(), Some(&status(500, "XX000")));
    // What does not pass by itself is tried rarely, and sessions go on.
    let sessions = StoreView { has_outgoing: true, ..partner };
    assert!(matches!(planner.next(sessions, at(3)), Action::Push { .. }));
    assert_eq!(planner.next(partner, at(302)), Action::SyncPartner);
    planner.record_side(Side::Partner, false, at(302), LONGEST);
    assert_eq!(planner.last_failure(), Some(&Fault::InvalidResponse.into()));
}

fn narrowing() -> StoreView {
    StoreView { partner_due: true, narrows: true, ..waiting() }
}

#[test]
fn narrowing_goes_before_pushes_and_pulls_and_alone() {
    let mut planner = ready();
    assert_eq!(planner.next(narrowing(), at(1)), Action::Narrow);
    assert_eq!(planner.next(narrowing(), at(600)), Action::Narrow, "a pull is due");
    planner.record_side(Side::Partner, true, at(600), LONGEST);
    planner.record_pull(0, false, cursor(1), SOON, at(600));
    let rest = StoreView { partner_due: true, ..waiting() };
    assert!(matches!(planner.next(rest, at(600)), Action::Push { .. }));
    // Its failures delay nothing.
    planner.side_failed(Side::Partner, status(503, ""), at(601), LONGEST);
    assert!(matches!(planner.next(narrowing(), at(602)), Action::Push { .. }));
    assert_eq!(planner.next(narrowing(), at(603)), Action::Narrow);
}

#[test]
fn narrowing_does_not_wait_for_pushes_that_fail() {
    let limited =
        RemoteError { retry_after: Some(Duration::from_secs(3000)), ..status(429, "PT429") };
    let unresolved = PushResult { rows: 1, resolved: 0, caught_up: true, after_failure: false };
    type Fail<'a> = (&'a dyn Fn(&mut Planner), bool);
    let failures: [Fail<'_>; 4] = [
        (&|planner| _ = planner.push_failed(limited.clone(), 1, 0, at(1), LONGEST), false),
        (&|planner| planner.record_push(unresolved, SOON, at(1), LONGEST), false),
        (&|planner| _ = planner.push_failed(status(403, "42501"), 1, 0, at(1), LONGEST), true),
        (&|planner| _ = planner.push_failed(status(400, "22P02"), 1, 0, at(1), LONGEST), false),
    ];
    for (fail, is_held) in failures {
        let mut planner = ready();
        fail(&mut planner);
        let waits = planner.next(waiting(), at(1));
        if is_held {
            // What was found may be repaired, and the server gets nothing if it is not safe.
            assert_eq!(planner.next(narrowing(), at(1)), Action::CheckHealth);
            planner.record_health(Vec::new(), None, at(1), 0);
        }
        assert_eq!(planner.next(narrowing(), at(1)), Action::Narrow);
        // With a token that has expired meanwhile.
        planner.side_failed(Side::Partner, status(401, "PGRST303"), at(1), LONGEST);
        assert_eq!(planner.next(narrowing(), at(1)), Action::RefreshToken);
        planner.record_refresh(at(1));
        assert_eq!(planner.next(narrowing(), at(1)), Action::Narrow);
        planner.side_failed(Side::Partner, status(503, ""), at(1), LONGEST);
        if matches!(waits, Action::Wait(Wait::Until(until)) if until > at(3)) {
            assert_eq!(planner.next(narrowing(), at(2)), Action::Wait(Wait::Until(at(3))));
        }
        assert_eq!(planner.next(narrowing(), at(3)), Action::Narrow);
        planner.record_side(Side::Partner, true, at(3), LONGEST);
        assert_eq!(planner.next(waiting(), at(1)), waits, "pushes wait as before");
    }
}

#[test]
fn narrowing_waits_with_everything_else() {
    let mut planner = ready();
    planner.pull_failed(status(503, ""), at(1), LONGEST);
    assert_eq!(planner.next(narrowing(), at(1)), Action::Wait(Wait::Until(at(3))));
    // A token that cannot be refreshed after a push that failed.
    let mut planner = ready();
    planner.push_failed(status(503, ""), 1, 0, at(1), LONGEST);
    planner.side_failed(Side::Partner, status(401, "PGRST303"), at(1), LONGEST);
    assert_eq!(planner.next(narrowing(), at(1)), Action::RefreshToken);
    planner.refresh_failed(status(503, ""), at(1), LONGEST);
    assert!(matches!(planner.next(narrowing(), at(1)), Action::Wait(_)));
    for error in [status(410, "PT410"), status(400, "user_banned"), Fault::KeyRejected.into()] {
        let mut planner = ready();
        planner.push_failed(error, 1, 0, at(1), LONGEST);
        assert_eq!(planner.next(narrowing(), at(1)), Action::Wait(Wait::Until(at(301))));
    }
    let mut planner = ready();
    planner.record_erasure(Uuid::from_u128(9));
    assert_eq!(planner.next(narrowing(), at(1)), Action::Wait(Wait::ForWakeup));
}

#[test]
fn a_token_that_has_expired_is_refreshed_for_labels_too() {
    let mut planner = ready();
    planner.side_failed(Side::Labels, status(401, "PGRST303"), at(1), LONGEST);
    assert_eq!(planner.next(with_labels(), at(1)), Action::RefreshToken);
    planner.record_refresh(at(1));
    assert_eq!(planner.next(with_labels(), at(1)), Action::SyncLabels);
}
