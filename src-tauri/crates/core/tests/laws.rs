//! Properties that hold for every sequence of commands, clock changes, gaps and crashes.

mod common;

use chrono::{DateTime, Utc};
use common::{World, every, id, plan, secs};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::DeviceId;
use zafu_core::plan::{OvertimeChoice, PreparationSeconds};
use zafu_core::session::{Details, Lifecycle, Origin, Register, Session, Stage};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_core::timer::{Answer, Command, Effect, OvertimeAnswer, Phase, Save, saves};

/// One event.
#[derive(Clone, Debug)]
enum Happening {
    Start { seconds: u32, preparation: u32, overtime: OvertimeChoice, interval: Option<u32> },
    Tick,
    Pause,
    Resume,
    End(Option<OvertimeAnswer>),
    Discard,
    Resolve(Answer),
    Seen(u64),
    Unseen(u64),
    Killed(u64),
    Rebooted(u64),
    WallClockSet(i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    use OvertimeChoice::{Always, Ask, Never};
    let overtime = prop_oneof![Just(Ask), Just(Always), Just(Never)];
    let answer = prop_oneof![Just(Answer::Whole), Just(Answer::Gap), Just(Answer::Discard)];
    let extra =
        prop_oneof![Just(None), Just(Some(OvertimeAnswer::Add)), Just(Some(OvertimeAnswer::Drop))];
    prop_oneof![
        4 => (0_u32..2000, 0_u32..=300, overtime, prop::option::of(1_u32..400)).prop_map(
            |(seconds, preparation, overtime, interval)| Happening::Start {
                seconds, preparation: preparation / 100 * 30, overtime, interval,
            }
        ),
        2 => Just(Happening::Tick),
        2 => Just(Happening::Pause),
        3 => Just(Happening::Resume),
        2 => extra.prop_map(Happening::End),
        1 => Just(Happening::Discard),
        2 => answer.prop_map(Happening::Resolve),
        8 => (1_u64..400_000).prop_map(Happening::Seen),
        3 => (1_u64..2_000_000).prop_map(Happening::Unseen),
        2 => (0_u64..1_000_000).prop_map(Happening::Killed),
        1 => (0_u64..1_000_000).prop_map(Happening::Rebooted),
        2 => (-40_000_000_i64..40_000_000).prop_map(Happening::WallClockSet),
    ]
}

/// The most that can have been sat, and what was saved of it.
#[derive(Default)]
struct Ledger {
    /// By sit: the time that the engine saw, and the short gaps that the rules count.
    seen: BTreeMap<u128, Duration>,
    ended: BTreeMap<u128, Lifecycle>,
    answered_whole: BTreeMap<u128, Seconds>,
    ends_told: BTreeMap<u128, u32>,
    /// The sits whose completion was saved.
    completed: BTreeSet<u128>,
}

impl Ledger {
    fn take(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Save(save) = effect {
                self.check_record(save);
            }
            match effect {
                Effect::Save(Save::Close(id, lifecycle) | Save::Discard(id, lifecycle, _)) => {
                    let before = self.ended.insert(id.0.as_u128(), *lifecycle);
                    assert!(before.is_none(), "a sit is over once: {id}");
                }
                Effect::Notify(zafu_core::timer::Notice::Ended { id, .. }) => {
                    *self.ends_told.entry(id.0.as_u128()).or_default() += 1;
                }
                _ => {}
            }
        }
    }
}

impl Ledger {
    fn check_record(&mut self, save: &Save) {
        let id = save.id().0.as_u128();
        let lifecycle = match save {
            Save::Complete(_, lifecycle)
            | Save::Close(_, lifecycle)
            | Save::Discard(_, lifecycle, _) => lifecycle,
            Save::Remove(_) => return assert!(!self.completed.contains(&id), "{save:?}"),
            Save::Unsettle(unsettled) => {
                assert!(unsettled.sat_with_gap >= unsettled.sat_before_gap, "{unsettled:?}");
                assert!(unsettled.gap_ended.utc >= unsettled.gap_began.utc, "{unsettled:?}");
                return assert_eq!(self.completed.contains(&id), unsettled.completed.is_some());
            }
            _ => return,
        };
        let ended = lifecycle.endedat().expect("it has ended");
        assert!(ended >= lifecycle.startedat, "an end before the start: {save:?}");
        assert!(lifecycle.is_completed() || !self.completed.contains(&id), "{save:?}");
        if lifecycle.is_completed() {
            self.completed.insert(id);
        }
    }
}

fn play(happenings: Vec<Happening>) -> Result<(), TestCaseError> {
    let mut world = World::new();
    let mut ledger = Ledger::default();
    let mut ids = 0_u128;
    for happening in happenings {
        let running = world.timer.sit().map(|sit| (sit.id.0.as_u128(), sit.phase));
        let before = world.now.boot;
        let sat_before = world.timer.sit().map(|sit| sit.elapsed(before));
        let mut granted = Duration::ZERO;
        let effects = match happening {
            Happening::Start { seconds, preparation, overtime, interval } => {
                ids += 1;
                let mut plan = plan(seconds);
                plan.preparation = PreparationSeconds::new(preparation).unwrap();
                plan.overtime = overtime;
                plan.bells.intervals = interval.and_then(every);
                world.start(ids, plan)
            }
            Happening::Tick => world.act(Command::Tick),
            Happening::Pause => world.act(Command::Pause),
            Happening::Resume => world.act(Command::Resume),
            Happening::End(overtime) => world.act(Command::End { overtime }),
            Happening::Discard => world.act(Command::Discard),
            Happening::Resolve(answer) => match world.timer.unsettled().first().copied() {
                None => Vec::new(),
                Some(unsettled) => {
                    if answer == Answer::Whole {
                        let id = unsettled.id.0.as_u128();
                        ledger.answered_whole.insert(id, unsettled.sat_with_gap);
                    }
                    let effects = world.act(Command::Resolve { id: unsettled.id, answer });
                    if unsettled.completed.is_some() {
                        let closed = matches!(saves(&effects)[..], [Save::Close(..)]);
                        prop_assert!(closed, "{:?} of a complete sit: {:?}", answer, effects);
                    }
                    effects
                }
            },
            Happening::Seen(ms) => {
                granted = Duration::from_millis(ms);
                world.pass(granted)
            }
            Happening::Unseen(ms) => {
                // A gap of up to five minutes may count without a question; a longer one may not.
                granted = Duration::from_millis(ms).min(secs(300));
                world.skip(Duration::from_millis(ms)).act(Command::Tick)
            }
            Happening::Killed(ms) => {
                // The next process may measure the time since the last checkpoint again.
                granted = Duration::from_millis(ms).min(secs(300)) + secs(30);
                world.skip(Duration::from_millis(ms)).restart()
            }
            Happening::Rebooted(ms) => world.skip(Duration::from_millis(ms)).reboot(),
            Happening::WallClockSet(ms) => {
                let by = chrono::Duration::milliseconds(ms);
                world.now.wall = WallTime::new(world.now.wall.utc + by, UtcOffset(60));
                world.act(Command::Tick)
            }
        };
        if let Some((id, phase)) = running
            && !matches!(phase, Phase::Paused { .. })
        {
            *ledger.seen.entry(id).or_default() += granted;
        }
        ledger.take(&effects);

        // A pause, and any command that takes no time, neither adds nor loses time sat.
        if world.now.boot == before
            && let (Some(sat), Some(sit)) = (sat_before, world.timer.sit())
            && running.is_some_and(|(id, _)| id == sit.id.0.as_u128())
        {
            prop_assert_eq!(sat, sit.elapsed(before));
        }
        prop_assert!(
            world
                .disk
                .iter()
                .filter(|open| { matches!(open, zafu_core::timer::OpenSit::Running(_)) })
                .count()
                <= 1,
            "two sits run"
        );
        prop_assert_eq!(
            world.timer.sit().is_some(),
            world.disk.iter().any(|open| { matches!(open, zafu_core::timer::OpenSit::Running(_)) }),
            "what runs is on disk"
        );
    }
    for (id, lifecycle) in &ledger.ended {
        let seen = ledger.seen.get(id).copied().unwrap_or_default();
        let accepted = ledger.answered_whole.get(id).copied().unwrap_or_default().duration();
        prop_assert!(
            lifecycle.satlength().duration() <= seen.max(accepted),
            "sit {} of {:?}: more than was seen ({:?}) or accepted ({:?})",
            id,
            lifecycle,
            seen,
            accepted
        );
        if lifecycle.sitlength > Seconds::ZERO && lifecycle.is_completed() {
            prop_assert!(lifecycle.satlength() >= lifecycle.sitlength);
        }
    }
    prop_assert!(ledger.ends_told.values().all(|told| *told == 1), "an end is reached once");
    Ok(())
}

/// Ticks at any times, and no other command.
fn drift(ticks: Vec<u64>) -> Result<(), TestCaseError> {
    let mut world = World::new();
    world.start(1, plan(86_400));
    let end = world.now.boot + secs(86_400);
    let begun = world.now.wall;
    let mut completed = None;
    for ms in ticks.into_iter().cycle() {
        world.skip(Duration::from_millis(ms));
        let effects = world.act(Command::Tick);
        let sat = world.timer.sit().map(|sit| sit.elapsed(world.now.boot));
        if let Some(sat) = sat {
            prop_assert_eq!(sat, secs(86_400) - end.since(world.now.boot));
        } else {
            completed = zafu_core::timer::saves(&effects).into_iter().find_map(|save| match save {
                Save::Close(_, lifecycle) => lifecycle.completedat(),
                _ => None,
            });
            break;
        }
    }
    prop_assert_eq!(completed, Some(begun.plus(secs(86_400)).utc));
    Ok(())
}

fn stage() -> impl Strategy<Value = Stage> {
    let at = |s: i64| DateTime::<Utc>::from_timestamp(1_700_000_000 + s, 0).unwrap();
    prop_oneof![
        Just(Stage::Started),
        (0_i64..5, 0_u32..5)
            .prop_map(move |(s, n)| Stage::EndedEarly { endedat: at(s), satlength: Seconds(n) }),
        (0_i64..5, 0_u32..5)
            .prop_map(move |(s, n)| Stage::Completed { completedat: at(s), satlength: Seconds(n) }),
    ]
}

prop_compose! {
    fn session()(
        stage in stage(), start in 0_i64..3, length in 0_u32..3,
        note in 0_u32..3, note_device in 0_u128..3, deleted in 0_u32..3, deleted_device in 0_u128..3,
    ) -> Session {
        let at = |s: i64| DateTime::<Utc>::from_timestamp(1_700_000_000 + s, 0).unwrap();
        let device = |n| DeviceId(Uuid::from_u128(n));
        let origin = Origin { deviceid: device(0), createdat: at(0) };
        let begun = Session::new(id(1), WallTime::new(at(start), UtcOffset(0)), Seconds(length), origin);
        // A writer never gives one revision two values.
        let text = format!("{note}/{note_device}");
        Session {
            lifecycle: Lifecycle { stage, ..begun.lifecycle },
            details: Register {
                value: Details {
                    note: text,
                    corrected_start: (note > 1).then(|| at(9)),
                    corrected_offset: (note == 1).then_some(UtcOffset(note_device as i16)),
                    ..Details::default()
                },
                revision: note,
                deviceid: device(note_device),
            },
            deletion: Register {
                value: (deleted % 2 == 1).then(|| at(i64::from(deleted))),
                revision: deleted, deviceid: device(deleted_device),
            },
            ..begun
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn time_sat_is_neither_added_nor_lost(
        happenings in prop::collection::vec(happening(), 1..60),
    ) {
        play(happenings)?;
    }

    #[test]
    fn merging_copies_of_a_session_is_a_lattice(a in session(), b in session(), c in session()) {
        let join = |a: &Session, b: &Session| a.clone().join(b);
        prop_assert_eq!(join(&a, &a), a.clone());
        prop_assert_eq!(join(&a, &b), join(&b, &a));
        prop_assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
    }

    #[test]
    fn the_effective_values_are_those_of_the_later_details(a in session(), b in session()) {
        let joined = a.clone().join(&b);
        let later = if (b.details.revision, b.details.deviceid) > (a.details.revision, a.details.deviceid) {
            &b.details.value
        } else {
            &a.details.value
        };
        let start = joined.effective_start();
        prop_assert_eq!(start.utc, later.corrected_start.unwrap_or(joined.lifecycle.startedat));
        prop_assert_eq!(start.offset, later.corrected_offset.unwrap_or(joined.utcoffset));
    }

    #[test]
    fn a_completed_sit_stays_completed(a in session(), b in session()) {
        let joined = a.clone().join(&b);
        let completed = a.lifecycle.is_completed() || b.lifecycle.is_completed();
        prop_assert_eq!(joined.lifecycle.is_completed(), completed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_day_of_any_ticks_does_not_drift(ticks in prop::collection::vec(1_u64..60_000, 1..50)) {
        drift(ticks)?;
    }
}
