//! Properties of partnerships: weeks, tallies, time together, and who can be in how many partnerships.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use zafu_core::day::{DayStart, day_of};
use zafu_core::ids::{PartnershipId, SessionId, UserId};
use zafu_core::partnership::model::{Membership, Model};
use zafu_core::partnership::{
    INVITATION_VALID, MAX_ATTEMPTS_PER_HOUR, MIN_TOGETHER, Refusal, Role, SharedSit, Tally, WEEK,
    Week, first_week_at, together, week_number, week_share, week_start,
};
use zafu_core::profile::WeeklyTarget;
use zafu_core::time::{Seconds, UtcOffset, WallTime};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

fn partnership(number: u128) -> PartnershipId {
    PartnershipId(Uuid::from_u128(number))
}

fn starts(hour: u32) -> DayStart {
    DayStart::new(hour).unwrap()
}

fn target(sits: u32) -> WeeklyTarget {
    WeeklyTarget::new(sits).unwrap()
}

fn utc(moment: DateTime<Utc>) -> WallTime {
    WallTime::new(moment, UtcOffset(0))
}

/// A model in which user 1 has invited user 2 and the invitation was accepted at `moment`.
fn paired(moment: DateTime<Utc>) -> (Model, Membership) {
    let mut model = Model::default();
    model.invite(user(1), "code", utc(moment), starts(0)).unwrap();
    model.accept(user(2), "code", partnership(1), moment).unwrap();
    let membership = model.current(user(1)).unwrap().clone();
    (model, membership)
}

#[test]
fn the_first_week_starts_with_the_inviters_day() {
    let first = |moment, offset, hour| {
        first_week_at(WallTime::new(at(moment), UtcOffset(offset)), starts(hour))
    };
    assert_eq!(first("2026-03-04T22:30:00Z", 120, 0), at("2026-03-04T22:00:00Z"));
    assert_eq!(first("2026-03-04T03:00:00Z", 0, 4), at("2026-03-03T04:00:00Z"));
    assert_eq!(first("2026-03-04T04:00:00Z", 0, 4), at("2026-03-04T04:00:00Z"));
}

#[test]
fn a_sit_of_the_first_day_before_accepting_counts() {
    let (mut model, membership) = paired(at("2026-03-04T20:00:00Z"));
    model.set_sit(user(1), SessionId(Uuid::from_u128(1)), Some(at("2026-03-04T06:00:00Z")));
    model.set_sit(user(1), SessionId(Uuid::from_u128(2)), Some(at("2026-03-03T06:00:00Z")));
    let weeks = model.weeks(&membership, user(2), at("2026-03-05T00:00:00Z"));
    let week =
        Week { number: 1, start: at("2026-03-04T00:00:00Z"), goal: 10, mine: 0, partners: 1 };
    assert_eq!(weeks, [week]);
}

#[test]
fn a_changed_target_holds_from_the_next_week() {
    let (mut model, membership) = paired(at("2026-03-04T20:00:00Z"));
    model.set_target(user(1), target(0), at("2026-03-06T00:00:00Z"));
    model.set_target(user(2), target(0), at("2026-03-11T00:00:00.001Z"));
    let goals: Vec<_> = model
        .weeks(&membership, user(1), at("2026-03-18T00:00:00Z"))
        .iter()
        .map(|week| (week.goal, week.kept()))
        .collect();
    assert_eq!(goals, [(10, Some(false)), (5, Some(false)), (0, None)]);
    assert_eq!(model.tally(&membership, at("2026-03-25T00:00:00Z")), Tally { kept: 0, missed: 2 });
}

#[test]
fn the_week_of_leaving_counts_only_if_it_was_kept() {
    let (mut model, membership) = paired(at("2026-03-04T20:00:00Z"));
    for number in 0..10 {
        let start = at("2026-03-05T06:00:00Z") + TimeDelta::hours(number);
        model.set_sit(
            user(1),
            SessionId(Uuid::from_u128(number.unsigned_abs().into())),
            Some(start),
        );
    }
    let left = |moment: &str| {
        let mut model = model.clone();
        model.leave(user(2), membership.id, at(moment));
        model.tally(&model.partnerships()[0].clone(), at("2027-01-01T00:00:00Z"))
    };
    assert_eq!(left("2026-03-05T12:00:00Z"), Tally::default());
    assert_eq!(left("2026-03-07T12:00:00Z"), Tally { kept: 1, missed: 0 });
    assert_eq!(left("2026-03-17T23:59:59Z"), Tally { kept: 1, missed: 0 });
    assert_eq!(left("2026-03-18T00:00:00Z"), Tally { kept: 1, missed: 1 });
}

#[test]
fn each_refusal_has_its_reason() {
    let now = at("2026-03-04T20:00:00Z");
    let mut model = Model::default();
    model.invite(user(1), "of 1", utc(now), starts(0)).unwrap();
    model.invite(user(2), "of 2", utc(now), starts(0)).unwrap();
    model.invite(user(3), "of 3", utc(now), starts(0)).unwrap();
    let id = partnership(1);
    assert_eq!(model.accept(user(1), "of 1", id, now), Err(Refusal::Own));
    assert_eq!(model.accept(user(2), "of 4", id, now), Err(Refusal::NotOpen));
    assert_eq!(model.accept(user(2), "of 1", id, now + INVITATION_VALID), Err(Refusal::NotOpen));
    assert_eq!(model.accept(user(2), "of 1", id, now), Ok(id));
    assert_eq!(model.accept(user(2), "of 1", partnership(2), now), Ok(id), "again");
    assert_eq!(model.accept(user(3), "of 1", id, now), Err(Refusal::NotOpen), "used");
    assert_eq!(model.accept(user(1), "of 2", id, now), Err(Refusal::AlreadyPartners));
    assert_eq!(
        model.accept(user(3), "of 2", id, now),
        Err(Refusal::NotOpen),
        "its inviter has a partner"
    );
    assert_eq!(model.accept(user(2), "of 3", id, now), Err(Refusal::InPartnership));
    assert_eq!(model.invite(user(2), "new", utc(now), starts(0)), Err(Refusal::InPartnership));
    model.leave(user(1), id, now);
    assert_eq!(model.accept(user(2), "of 1", partnership(2), now), Ok(id), "also after leaving");
    assert_eq!(model.current(user(2)), None);
    assert_eq!(model.accept(user(2), "of 3", partnership(3), now), Ok(partnership(3)));
}

#[test]
fn the_number_of_wrong_codes_in_an_hour_is_limited() {
    let now = at("2026-03-04T20:00:00Z");
    let mut model = Model::default();
    model.invite(user(1), "code", utc(now), starts(0)).unwrap();
    for _ in 0..MAX_ATTEMPTS_PER_HOUR {
        assert_eq!(model.accept(user(2), "guess", partnership(1), now), Err(Refusal::NotOpen));
    }
    assert_eq!(model.accept(user(2), "code", partnership(1), now), Err(Refusal::TooManyAttempts));
    assert_eq!(model.accept(user(3), "guess", partnership(1), now), Err(Refusal::NotOpen));
    let later = now + TimeDelta::hours(1);
    assert_eq!(model.accept(user(2), "code", partnership(1), later), Ok(partnership(1)));
}

#[test]
fn a_lotus_opens_with_the_sits_of_the_week_and_the_running_one() {
    assert_eq!(week_share(0, 3, 0.5), None);
    assert_eq!(week_share(10, 0, 0.0), Some(0.0));
    assert_eq!(week_share(10, 4, 0.5), Some(0.45));
    assert_eq!(week_share(10, 4, 7.0), Some(0.5));
    assert_eq!(week_share(10, 12, 0.0), Some(1.0));
}

fn sits() -> impl Strategy<Value = Vec<SharedSit>> {
    let sit = (0_i64..2000, 0_u32..400).prop_map(|(start, length)| SharedSit {
        start: DateTime::from_timestamp(1_000_000_000 + start, 0).unwrap(),
        length: Seconds(length),
        offset: None,
    });
    prop::collection::vec(sit, 0..8)
}

/// Every second in which the user sat.
fn seconds_of(sits: &[SharedSit]) -> BTreeSet<i64> {
    sits.iter()
        .flat_map(|sit| (0..i64::from(sit.length.0)).map(|second| sit.start.timestamp() + second))
        .collect()
}

#[derive(Clone, Debug)]
enum Step {
    Invite(u128, u32),
    Accept(u128, u32),
    Withdraw(u128),
    Leave(u128, usize),
    Target(u128, u32),
    Sit(u128, i64),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let users = || 1_u128..4;
    let step = prop_oneof![
        3 => (users(), 0_u32..12).prop_map(|(user, code)| Step::Invite(user, code)),
        4 => (users(), 0_u32..12).prop_map(|(user, code)| Step::Accept(user, code)),
        1 => users().prop_map(Step::Withdraw),
        1 => (users(), 0_usize..4).prop_map(|(user, nth)| Step::Leave(user, nth)),
        1 => (users(), 0_u32..20).prop_map(|(user, target)| Step::Target(user, target)),
        3 => (users(), -300_i64..300).prop_map(|(user, hours)| Step::Sit(user, hours)),
        2 => (1_i64..200).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn weeks_tile_time_without_gaps(first in 0_i64..2_000_000_000, after in 0_i64..2_000_000_000, before in 1_i64..2_000_000_000) {
        let first = DateTime::from_timestamp(first, 0).unwrap();
        let moment = first + TimeDelta::seconds(after);
        let number = week_number(first, moment).unwrap();
        prop_assert!(week_start(first, number) <= moment && moment < week_start(first, number + 1));
        prop_assert_eq!(week_start(first, number + 1) - week_start(first, number), WEEK);
        prop_assert_eq!(week_number(first, first - TimeDelta::milliseconds(before)), None);
    }

    #[test]
    fn the_first_week_starts_on_the_day_of_accepting(
        seconds in 0_i64..4_000_000_000, offset in -720_i16..=840, hour in 0_u32..24,
    ) {
        let moment = |at| WallTime::new(at, UtcOffset(offset));
        let accepted = DateTime::from_timestamp(seconds, 0).unwrap();
        let first = first_week_at(moment(accepted), starts(hour));
        prop_assert!(first <= accepted && accepted < first + TimeDelta::hours(24));
        let day = day_of(moment(accepted), starts(hour));
        prop_assert_eq!(day_of(moment(first), starts(hour)), day);
        prop_assert_ne!(day_of(moment(first - TimeDelta::milliseconds(1)), starts(hour)), day);
    }

    #[test]
    fn time_together_equals_a_count_of_seconds(mine in sits(), partners in sits()) {
        let both: Vec<_> = seconds_of(&mine).intersection(&seconds_of(&partners)).copied().collect();
        let runs = both.chunk_by(|one, next| one + 1 == *next);
        let expected: Vec<_> = runs
            .map(|run| (DateTime::from_timestamp(run[0], 0).unwrap(), Seconds(u32::try_from(run.len()).unwrap())))
            .filter(|(_, length)| *length >= MIN_TOGETHER)
            .collect();
        prop_assert_eq!(&together(&mine, &partners), &expected);
        prop_assert_eq!(together(&partners, &mine), expected);
    }

    #[test]
    fn no_order_of_steps_leaves_a_user_in_two_partnerships(steps in steps()) {
        let mut model = Model::default();
        let mut now = at("2026-03-04T20:00:00Z");
        let mut sits: BTreeMap<SessionId, (UserId, DateTime<Utc>)> = BTreeMap::new();
        for (nth, step) in (1_u128..).zip(steps) {
            match step {
                Step::Invite(by, code) => {
                    let was_free = model.current(user(by)).is_none();
                    let code = format!("{by} {code}");
                    let invited = model.invite(user(by), &code, utc(now), starts(4));
                    prop_assert_eq!(invited == Err(Refusal::InPartnership), !was_free);
                    prop_assert_eq!(invited.is_ok(), model.is_open(&code, now));
                }
                Step::Accept(by, code) => {
                    let code = format!("{} {code}", code % 3 + 1);
                    let (was_open, was_free) = (model.is_open(&code, now), model.current(user(by)).is_none());
                    let accepted = model.accept(user(by), &code, partnership(nth), now);
                    if accepted == Ok(partnership(nth)) {
                        prop_assert!(was_open && was_free);
                    }
                    if let Ok(id) = accepted {
                        prop_assert!(!model.is_open(&code, now));
                        prop_assert_eq!(model.accept(user(by), &code, partnership(nth + 1000), now), Ok(id));
                    }
                }
                Step::Withdraw(by) => {
                    model.withdraw(user(by));
                    let open = (0..12).filter(|code| model.is_open(&format!("{by} {code}"), now));
                    prop_assert_eq!(open.count(), 0);
                }
                Step::Leave(by, which) => {
                    let known = model.partnerships().iter().filter(|it| it.role(user(by)).is_some());
                    if let Some(id) = known.map(|it| it.id).nth(which) {
                        model.leave(user(by), id, now);
                        prop_assert!(model.current(user(by)).is_none_or(|current| current.id != id));
                    }
                }
                Step::Target(by, sits) => model.set_target(user(by), target(sits), now),
                Step::Sit(by, hours) => {
                    let (id, start) = (SessionId(Uuid::from_u128(nth)), now + TimeDelta::hours(hours));
                    model.set_sit(user(by), id, Some(start));
                    sits.insert(id, (user(by), start));
                }
                Step::Wait(hours) => now += TimeDelta::hours(hours),
            }
            for number in 1..4 {
                let of_user = |it: &&Membership| it.role(user(number)).is_some();
                let mut spans: Vec<_> = model
                    .partnerships()
                    .iter()
                    .filter(of_user)
                    .map(|it| (it.started_at, it.ended_at.unwrap_or(DateTime::<Utc>::MAX_UTC)))
                    .collect();
                spans.sort_unstable();
                prop_assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{spans:?}");
                let open = (0..12).filter(|code| model.is_open(&format!("{number} {code}"), now));
                prop_assert!(open.count() <= 1);
            }
        }
        // No sit is counted twice, and both partners see the same weeks.
        let later = now + TimeDelta::days(30);
        let mut counted = 0;
        for it in model.partnerships() {
            let weeks = model.weeks(it, it.inviter, later);
            let mirrored: Vec<_> = model
                .weeks(it, it.invitee, later)
                .into_iter()
                .map(|week| Week { mine: week.partners, partners: week.mine, ..week })
                .collect();
            prop_assert_eq!(&mirrored, &weeks);
            prop_assert_eq!(it.role(it.inviter).map(Role::other), it.role(it.invitee));
            let sum: u32 = weeks.iter().map(|week| week.mine + week.partners).sum();
            let within = sits.values().filter(|(by, start)| {
                it.role(*by).is_some() && it.started_at <= *start && it.ended_at.is_none_or(|end| *start < end)
            });
            prop_assert_eq!(sum as usize, within.count());
            counted += sum as usize;
            let Tally { kept, missed } = model.tally(it, later);
            prop_assert!(kept + missed <= u32::try_from(weeks.len()).unwrap());
        }
        prop_assert!(counted <= sits.len());
    }

    #[test]
    fn a_withdrawn_sit_counts_no_longer(hours in 0_i64..500) {
        let (mut model, membership) = paired(at("2026-03-04T20:00:00Z"));
        let (id, start) = (SessionId(Uuid::from_u128(1)), at("2026-03-04T20:00:00Z") + TimeDelta::hours(hours));
        let now = start;
        let before = model.weeks(&membership, user(1), now);
        model.set_sit(user(1), id, Some(start));
        prop_assert_eq!(model.weeks(&membership, user(1), now).last().unwrap().mine, 1);
        model.set_sit(user(1), id, None);
        prop_assert_eq!(model.weeks(&membership, user(1), now), before);
    }
}
