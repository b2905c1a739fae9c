//! The timer: a sit from its preparation to its end, pauses, overtime and gaps.

mod common;

use common::{World, every, id, plan, rings, secs};
use std::time::Duration;
use zafu_core::bells::Role;
use zafu_core::plan::{OvertimeChoice, PreparationSeconds};
use zafu_core::session::{Lifecycle, Stage};
use zafu_core::time::{Seconds, WallTime};
use zafu_core::timer::{
    Answer, Command, Effect, GapReason, Notice, OvertimeAnswer, Phase, Rejection, Save, saves,
};

fn closed(effects: &[Effect]) -> Option<Lifecycle> {
    saves(effects).into_iter().find_map(|save| match save {
        Save::Close(_, lifecycle) => Some(lifecycle),
        _ => None,
    })
}

fn sat(effects: &[Effect]) -> u32 {
    closed(effects).expect("the sit is over").satlength().0
}

fn rejections(effects: &[Effect]) -> Option<Rejection> {
    effects.iter().find_map(|effect| match effect {
        Effect::Reject(rejection) => Some(*rejection),
        _ => None,
    })
}

const END: Command = Command::End { overtime: None };

#[test]
fn a_sit_is_saved_before_it_starts_and_completed_at_its_planned_end() {
    let mut world = World::new();
    let started = world.start(1, plan(600));
    assert!(matches!(started[0], Effect::Save(Save::Prepare { .. })));
    assert!(matches!(started[1], Effect::Save(Save::Begin(_))));
    assert_eq!(rings(&started)[0].role, Role::Start);

    assert!(closed(&world.pass(secs(599))).is_none());
    let end = world.pass(secs(1));
    assert_eq!(sat(&end), 600);
    assert!(closed(&end).unwrap().is_completed());
    assert_eq!(rings(&end)[0].role, Role::End);
    assert!(end.contains(&Effect::Notify(Notice::Ended { id: id(1), sat: Seconds(600) })));
    assert!(end.contains(&Effect::KeepAwake(false)));
    assert!(world.timer.sit().is_none());
}

#[test]
fn a_sit_starts_at_the_end_of_its_preparation() {
    let mut world = World::new();
    let mut plan = plan(600);
    plan.preparation = PreparationSeconds::new(30).unwrap();
    let asked = world.now;
    assert!(rings(&world.start(1, plan)).is_empty());
    world.pass(secs(29));
    assert!(matches!(world.timer.sit().unwrap().phase, Phase::Preparing { .. }));
    let begun = world.pass(secs(1));
    assert!(matches!(saves(&begun)[..], [Save::Begin(_)]));
    assert_eq!(rings(&begun)[0].role, Role::Start);
    let lifecycle = closed(&world.pass(secs(600))).unwrap();
    assert_eq!(lifecycle.startedat, asked.wall.plus(secs(30)).utc);
}

#[test]
fn ending_in_the_preparation_removes_the_record() {
    for command in [END, Command::Discard] {
        let mut world = World::new();
        let mut plan = plan(600);
        plan.preparation = PreparationSeconds::new(30).unwrap();
        world.start(1, plan);
        world.pass(secs(10));
        assert_eq!(saves(&world.act(command)), [Save::Remove(id(1))]);
        assert!(world.disk.is_empty());
    }
}

#[test]
fn ending_early_saves_the_time_sat() {
    let mut world = World::new();
    world.start(1, plan(600));
    world.pass(secs(250));
    let lifecycle = closed(&world.act(END)).unwrap();
    let endedat = world.now.wall.utc;
    assert_eq!(lifecycle.stage, Stage::EndedEarly { endedat, satlength: Seconds(250) });
}

#[test]
fn a_pause_does_not_count_and_loses_nothing() {
    let mut world = World::new();
    world.start(1, plan(600));
    world.pass(Duration::from_millis(100_400));
    world.act(Command::Pause);
    world.skip(secs(4000));
    world.act(Command::Resume);
    assert!(closed(&world.pass(Duration::from_millis(499_599))).is_none());
    assert_eq!(sat(&world.pass(Duration::from_millis(1))), 600);
}

#[test]
fn only_a_running_sit_can_be_paused_and_only_a_paused_one_resumed() {
    let mut world = World::new();
    assert_eq!(rejections(&world.act(Command::Pause)), Some(Rejection::NothingRunning));
    world.start(1, plan(600));
    assert_eq!(rejections(&world.act(Command::Resume)), Some(Rejection::NotPaused));
    world.act(Command::Pause);
    assert_eq!(rejections(&world.act(Command::Pause)), Some(Rejection::NotSitting));
}

#[test]
fn a_second_sit_is_rejected_and_changes_nothing() {
    let mut world = World::new();
    world.start(1, plan(600));
    let before = world.timer.clone();
    let effects = world.start(2, plan(60));
    assert_eq!(effects, [Effect::Reject(Rejection::AlreadyRunning)]);
    assert_eq!(world.timer, before);
}

#[test]
fn an_open_ended_sit_is_completed_when_it_is_ended() {
    let mut world = World::new();
    world.start(1, plan(0));
    world.pass(secs(4000));
    let lifecycle = closed(&world.act(END)).unwrap();
    assert_eq!((lifecycle.sitlength, lifecycle.satlength()), (Seconds(0), Seconds(4000)));
    assert!(lifecycle.is_completed());
}

#[test]
fn overtime_is_added_only_if_the_user_says_so() {
    let cases = [
        (OvertimeChoice::Ask, None, 600),
        (OvertimeChoice::Ask, Some(OvertimeAnswer::Add), 690),
        (OvertimeChoice::Ask, Some(OvertimeAnswer::Drop), 600),
        (OvertimeChoice::Always, None, 690),
        (OvertimeChoice::Always, Some(OvertimeAnswer::Drop), 600),
    ];
    for (choice, overtime, expected) in cases {
        let mut world = World::new();
        let mut plan = plan(600);
        plan.overtime = choice;
        world.start(1, plan);
        let end = world.pass(secs(600));
        let complete = saves(&end).into_iter().any(
            |save| matches!(save, Save::Complete(_, lifecycle) if lifecycle.satlength().0 == 600),
        );
        assert!(complete, "the record is complete at the planned end");
        assert!(end.contains(&Effect::KeepAwake(false)));
        world.pass(secs(90));
        let finished = world.act(Command::End { overtime });
        assert_eq!(sat(&finished), expected, "{choice:?} {overtime:?}");
        assert_eq!(
            closed(&finished).unwrap().completedat().unwrap(),
            world.now.wall.utc - secs(90)
        );
    }
}

#[test]
fn starting_a_sit_ends_one_in_overtime() {
    let mut world = World::new();
    let mut first = plan(600);
    first.overtime = OvertimeChoice::Ask;
    world.start(1, first);
    world.pass(secs(700));
    let effects = world.start(2, plan(60));
    assert_eq!(sat(&effects), 600);
    assert_eq!(world.timer.sit().unwrap().id, id(2));
}

#[test]
fn discarding_keeps_the_record_as_deleted() {
    let mut world = World::new();
    world.start(1, plan(600));
    world.pass(secs(100));
    let saved = saves(&world.act(Command::Discard));
    assert!(
        matches!(saved[..], [Save::Discard(_, lifecycle, _)] if lifecycle.satlength().0 == 100)
    );
}

#[test]
fn interval_bells_ring_in_order_and_later_after_a_pause() {
    let mut world = World::new();
    let mut plan = plan(600);
    plan.bells.intervals = every(200);
    world.start(1, plan);
    assert!(rings(&world.pass(secs(150))).is_empty());
    world.act(Command::Pause);
    world.skip(secs(1000));
    world.act(Command::Resume);
    assert_eq!(rings(&world.pass(secs(50))).len(), 1);
    let last = rings(&world.pass(secs(400)));
    assert_eq!(last.iter().map(|ring| ring.role).collect::<Vec<_>>(), [Role::Interval, Role::End]);
}

#[test]
fn a_short_gap_is_ignored_and_its_late_bells_are_skipped() {
    let mut world = World::new();
    let mut plan = plan(600);
    plan.bells.intervals = every(30);
    world.start(1, plan);
    world.pass(secs(15));
    // Bells at 30 and 60 s; the second is 2 s late, the first 32 s.
    let effects = world.skip(secs(47)).act(Command::Tick);
    assert_eq!(rings(&effects).len(), 1);
    assert_eq!(rings(&effects)[0].index, 2);
    let rest = world.pass(secs(600 - 62));
    assert_eq!(sat(&rest), 600);
}

#[test]
fn a_timed_sit_continues_after_a_gap_of_five_minutes() {
    let mut world = World::new();
    world.start(1, plan(1200));
    world.pass(secs(60));
    assert!(world.timer.unsettled().is_empty());
    world.skip(secs(300)).act(Command::Tick);
    assert_eq!(sat(&world.pass(secs(1200 - 360))), 1200);
}

#[test]
fn a_longer_gap_leaves_the_sit_unsettled() {
    let answers = [
        (Answer::Whole, Some((1200, true))),
        (Answer::Gap, Some((60, false))),
        (Answer::Discard, None),
    ];
    for (answer, expected) in answers {
        let mut world = World::new();
        world.start(1, plan(1200));
        world.pass(secs(60));
        let effects = world.skip(secs(301)).act(Command::Tick);
        assert!(closed(&effects).is_none(), "nothing is decided for the user");
        assert!(effects.contains(&Effect::Notify(Notice::Unsettled { id: id(1) })));
        assert!(effects.contains(&Effect::KeepAwake(false)));
        let unsettled = world.timer.unsettled()[0];
        assert_eq!(unsettled.reason, GapReason::Suspended);
        assert_eq!(
            (unsettled.sat_before_gap, unsettled.sat_with_gap),
            (Seconds(60), Seconds(1200))
        );

        let resolved = world.act(Command::Resolve { id: id(1), answer });
        let got = closed(&resolved).map(|l| (l.satlength().0, l.is_completed()));
        assert_eq!(got, expected);
        assert!(world.disk.is_empty());
    }
}

#[test]
fn a_sit_can_start_while_another_is_unsettled() {
    let mut world = World::new();
    world.start(1, plan(1200));
    world.skip(secs(3600)).act(Command::Tick);
    world.start(2, plan(60));
    assert_eq!(sat(&world.pass(secs(60))), 60);
    assert_eq!(world.timer.unsettled().len(), 1);
}

#[test]
fn an_end_bell_in_a_gap_rings_once_if_it_is_less_than_a_minute_late() {
    for (gap, bells) in [(159, 1), (161, 0)] {
        let mut world = World::new();
        world.start(1, plan(200));
        world.pass(secs(100));
        let effects = world.skip(secs(gap)).act(Command::Tick);
        assert_eq!(rings(&effects).len(), bells, "after a gap of {gap} s");
        assert_eq!(world.timer.unsettled().len(), 1);
    }
    // The gap is short enough to be ignored, so the sit is completed.
    let mut world = World::new();
    world.start(1, plan(200));
    world.pass(secs(190));
    let effects = world.skip(secs(60)).act(Command::Tick);
    assert_eq!((sat(&effects), rings(&effects).len()), (200, 1));
    assert_eq!(closed(&effects).unwrap().completedat().unwrap(), world.now.wall.utc - secs(50));
}

#[test]
fn a_gap_never_becomes_overtime() {
    let mut world = World::new();
    let mut plan = plan(600);
    plan.overtime = OvertimeChoice::Always;
    world.start(1, plan);
    world.pass(secs(640));
    world.skip(secs(7200)).act(Command::Tick);
    let unsettled = world.timer.unsettled()[0];
    assert_eq!((unsettled.sat_before_gap, unsettled.sat_with_gap), (Seconds(640), Seconds(640)));
    let resolved = world.act(Command::Resolve { id: id(1), answer: Answer::Gap });
    assert_eq!(sat(&resolved), 640);
    assert!(closed(&resolved).unwrap().is_completed());
}

#[test]
fn a_sit_continues_after_a_crash() {
    let mut world = World::new();
    world.start(1, plan(1200));
    world.pass(secs(100));
    world.skip(secs(20));
    let effects = world.restart();
    assert!(effects.contains(&Effect::KeepAwake(true)));
    assert_eq!(sat(&world.pass(secs(1200 - 120))), 1200);
}

#[test]
fn a_sit_is_unsettled_after_a_long_crash() {
    let mut world = World::new();
    world.start(1, plan(1200));
    world.pass(secs(100));
    world.skip(secs(600));
    world.restart();
    let unsettled = world.timer.unsettled()[0];
    assert_eq!(unsettled.reason, GapReason::Stopped);
    assert!(unsettled.sat_before_gap >= Seconds(70), "at most 30 s are in doubt");
    world.restart();
    assert_eq!(world.timer.unsettled(), [unsettled], "the question outlives the process too");
}

#[test]
fn a_sit_is_unsettled_after_any_restart_of_the_computer() {
    let mut world = World::new();
    world.start(1, plan(1200));
    world.pass(secs(90));
    world.reboot();
    assert_eq!(world.timer.unsettled()[0].reason, GapReason::Restarted);
    assert_eq!(world.timer.unsettled()[0].sat_before_gap, Seconds(90));
}

#[test]
fn a_paused_sit_continues_after_any_gap_of_the_same_boot() {
    let mut world = World::new();
    world.start(1, plan(600));
    world.pass(secs(100));
    world.act(Command::Pause);
    world.skip(secs(40_000));
    world.restart();
    world.act(Command::Resume);
    assert_eq!(sat(&world.pass(secs(500))), 600);
}

#[test]
fn a_gap_that_started_in_the_preparation_has_no_time_before_it() {
    let mut world = World::new();
    let mut plan = plan(1200);
    plan.preparation = PreparationSeconds::new(60).unwrap();
    world.start(1, plan);
    world.skip(secs(1000)).act(Command::Tick);
    let resolved = world.act(Command::Resolve { id: id(1), answer: Answer::Gap });
    assert_eq!(saves(&resolved), [Save::Remove(id(1))]);
}

#[test]
fn an_unknown_sit_cannot_be_resolved() {
    let mut world = World::new();
    let effects = world.act(Command::Resolve { id: id(9), answer: Answer::Whole });
    assert_eq!(effects, [Effect::Reject(Rejection::NothingToResolve)]);
}

#[test]
fn sleeping_until_the_next_due_time_misses_nothing() {
    let mut world = World::new();
    let mut plan = plan(125);
    plan.bells.intervals = every(50);
    plan.preparation = PreparationSeconds::new(7).unwrap();
    let mut heard = rings(&world.start(1, plan));
    while let Some(due) = world.timer.next_due() {
        world.skip(due.since(world.now.boot));
        let effects = world.act(Command::Tick);
        for ring in rings(&effects) {
            assert_eq!(ring.due, world.now.boot, "rung when due");
            heard.push(ring);
        }
    }
    assert_eq!(heard.len(), 4);
}

#[test]
fn real_life_10_a_completed_sit_stays_completed_and_only_its_overtime_is_unsettled() {
    for choice in [OvertimeChoice::Ask, OvertimeChoice::Always] {
        let answers = [(Answer::Whole, 605), (Answer::Gap, 605), (Answer::Discard, 600)];
        for (answer, expected) in answers {
            let mut world = World::new();
            let mut plan = plan(600);
            plan.overtime = choice;
            world.start(1, plan);
            world.pass(secs(605));
            let completedat = world.now.wall.utc - secs(5);
            world.act(Command::Checkpoint);
            world.skip(secs(4000));
            world.restart();
            let unsettled = world.timer.unsettled()[0];
            assert_eq!(unsettled.overtime(), Some(Seconds(5)));
            assert!(unsettled.sat_with_gap >= unsettled.sat_before_gap);
            let resolved = world.act(Command::Resolve { id: id(1), answer });
            let satlength = Seconds(expected);
            let stage = Stage::Completed { completedat, satlength };
            assert_eq!(
                closed(&resolved).map(|lifecycle| lifecycle.stage),
                Some(stage),
                "{answer:?}"
            );
        }
    }
}

/// Sets the wall clock only.
fn set_clock(world: &mut World, hours: i64) {
    let now = world.now.wall;
    world.now.wall = WallTime::new(now.utc + chrono::Duration::hours(hours), now.offset);
}

#[test]
fn real_life_32_the_end_is_the_start_plus_the_measured_time_regardless_of_the_wall_clock() {
    for hours in [-30, -1, 1, 30] {
        // At the planned end, and with overtime.
        let mut world = World::new();
        let begun = world.now.wall;
        let mut timed = plan(600);
        timed.overtime = OvertimeChoice::Ask;
        world.start(1, timed);
        world.pass(secs(100));
        set_clock(&mut world, hours);
        world.pass(secs(550));
        let ended = closed(&world.act(END)).unwrap();
        assert_eq!(ended.completedat(), Some(begun.plus(secs(600)).utc));

        // Early, after a pause.
        let mut world = World::new();
        world.start(1, plan(600));
        world.pass(secs(100));
        world.act(Command::Pause);
        set_clock(&mut world, hours);
        world.skip(secs(50));
        world.act(Command::Resume);
        world.pass(secs(100));
        let ended = closed(&world.act(END)).unwrap();
        assert_eq!(ended.endedat(), Some(begun.plus(secs(250)).utc));

        // In a gap, within the same boot.
        let mut world = World::new();
        world.start(1, plan(0));
        world.pass(secs(100));
        set_clock(&mut world, hours);
        world.skip(secs(1000));
        world.restart();
        let unsettled = world.timer.unsettled()[0];
        assert_eq!(
            (unsettled.sat_before_gap, unsettled.sat_with_gap),
            (Seconds(90), Seconds(1100))
        );
        let whole = world.act(Command::Resolve { id: id(1), answer: Answer::Whole });
        assert_eq!(closed(&whole).unwrap().endedat(), Some(begun.plus(secs(1100)).utc));

        // Across a restart only the wall clock can measure the gap; the end is never before the start.
        let mut world = World::new();
        world.start(1, plan(0));
        world.pass(secs(100));
        set_clock(&mut world, hours);
        world.reboot();
        let whole =
            closed(&world.act(Command::Resolve { id: id(1), answer: Answer::Whole })).unwrap();
        let sat = u64::try_from(hours).map_or(90, |hours| 100 + hours * 3600);
        assert_eq!(whole.endedat(), Some(begun.plus(secs(sat)).utc));
    }
}

#[test]
fn a_checkpoint_of_an_older_version_continues() {
    let mut world = World::new();
    let begun = world.now.wall;
    world.start(1, plan(600));
    world.pass(secs(100));
    for open in &mut world.disk {
        if let zafu_core::timer::OpenSit::Running(sit) = open {
            sit.started_boot = None;
        }
    }
    world.restart();
    let ended = closed(&world.pass(secs(500))).unwrap();
    assert_eq!(ended.completedat(), Some(begun.plus(secs(600)).utc));
}

#[test]
fn a_delay_only_moves_the_start() {
    let mut world = World::new();
    let asked = world.now.wall;
    let delay = Duration::from_millis(400);
    world.start(1, zafu_core::plan::Plan { delay, ..plan(600) });
    let lifecycle = closed(&world.pass(delay + secs(600))).unwrap();
    assert_eq!(lifecycle.startedat, asked.plus(delay).utc);
    assert_eq!(lifecycle.completedat(), Some(asked.plus(delay + secs(600)).utc));
}
