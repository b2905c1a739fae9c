//! Kills the engine repeatedly at random moments: no sit is lost or duplicated, at most 30 s of a sit are in doubt, and
//! every unsettled sit is reported.
//!
//! The oracle is what the engine has acknowledged, recorded outside of the engine. `ZAFU_KILL_TIMES` sets the number of
//! kills, and `ZAFU_KILL_SEED` replays the same actions. The exact moment of a kill depends on the scheduler.

mod row;

use crate::zafu::{Engine, Zafu};
use fastrand::Rng;
use row::{Known, Row, must_have_row, rows};
use std::collections::BTreeMap;
use std::time::Duration;
use zafu_core::plan::OvertimeChoice;
use zafu_core::settings::Settings;
use zafu_core::timer::{Answer, GapReason, OpenSit, OvertimeAnswer, Phase};
use zafu_engine::Client;
use zafu_engine::protocol::{EngineRequest, EngineState, ErrorCode, PhaseView, Request};
use zafu_engine::system;
use zafu_store::Store;

/// A longer gap makes a sit unsettled. Includes one second for the start of the engine.
const MAX_GAP: Duration = Duration::from_secs(301);
/// A shorter gap makes a sit unsettled only after a reboot.
const MAX_IGNORED_GAP: Duration = Duration::from_secs(60);
const MAX_IN_DOUBT: Duration = Duration::from_secs(30);

struct Trial {
    zafu: Zafu,
    random: Rng,
    known: BTreeMap<String, Known>,
    /// True if the sit whose gap is being resolved is completed, so that the answer decides only about its overtime.
    only_overtime: bool,
    /// Number of starts that the engine could not acknowledge before it was killed.
    unacknowledged_starts: usize,
    /// Number of kills by state.
    states: BTreeMap<String, usize>,
}

#[test]
fn no_kill_loses_or_duplicates_a_sit() {
    let number = |name, or| std::env::var(name).map_or(or, |text| text.parse().unwrap());
    let times = number("ZAFU_KILL_TIMES", 60);
    let seed = number("ZAFU_KILL_SEED", Rng::new().u64(..));
    println!("{times} kills; ZAFU_KILL_SEED={seed} does the same again");
    let mut trial = Trial::new(seed);
    let mut kills = 0;
    // States are random, so further rounds follow until there was a kill in each of them.
    while kills < times || (times >= 50 && kills < 5 * times && !trial.missing_states().is_empty())
    {
        kills += u64::from(trial.round());
    }
    println!("killed while: {:?}; sits: {}", trial.states, trial.known.len());
    if times >= 50 {
        assert!(
            trial.missing_states().is_empty(),
            "never killed while {:?}",
            trial.missing_states()
        );
    }
}

/// States in which there must be at least one kill.
const STATES: [&str; 7] =
    ["starting", "preparing", "sitting", "paused", "overtime", "finishing", "resolving"];

impl Trial {
    /// Returns the states without a kill until now.
    fn missing_states(&self) -> Vec<&'static str> {
        STATES.into_iter().filter(|state| !self.states.contains_key(*state)).collect()
    }

    fn new(seed: u64) -> Self {
        let zafu = Zafu::new();
        let store = Store::open(zafu.data(), system::clock().now().wall).unwrap();
        let mut settings = Settings::default();
        settings.plan.overtime = OvertimeChoice::Always;
        store.save_settings(&settings).unwrap();
        // Enlarges the database, so that a backup takes long enough for a kill to interrupt it.
        for n in 0..20 {
            let (id, name) = (uuid::Uuid::from_u128(n), format!("{n} {}", "long ".repeat(10_000)));
            let plan = settings.plan.clone();
            store.save_preset(&zafu_core::settings::Preset { id, name, plan }).unwrap();
        }
        drop(store);
        let random = Rng::with_seed(seed);
        Self {
            zafu,
            random,
            known: BTreeMap::new(),
            unacknowledged_starts: 0,
            only_overtime: false,
            states: BTreeMap::new(),
        }
    }

    /// Starts an engine, brings it into a random state and kills it. Returns false if it had exited before.
    fn round(&mut self) -> bool {
        let left = rows(self.zafu.data());
        self.advance_while_off();
        let preparation = if self.random.bool() { "0s" } else { "2m" };
        let length = ["1m", "3m", "20m", "open"][self.random.usize(..4)];
        let line = ["sit", length, "--prepare", preparation, "--terminal"];
        let command = self.zafu.command(line);
        if self.random.u8(..8) == 0 {
            return self.kill_during_start(command);
        }
        let mut engine = Engine::spawn(command, self.zafu.data());
        let id = engine.id.clone().expect("an engine that starts begins a sit or takes one up");
        let mut client = engine.client();
        let begun = client.state().unwrap();
        assert_eq!(begun.sit.as_ref().unwrap().id.to_string(), id);
        self.check_unsettled(&left, &begun);
        self.record(&begun);
        let (state, request) = self.choose_state(&mut client);
        *self.states.entry(state.into()).or_default() += 1;
        let in_flight = request.is_some();
        if let Some(request) = &request {
            client.send(&Request::Engine(request.clone())).unwrap();
        }
        std::thread::sleep(Duration::from_micros(self.random.u64(..4000)));
        let killed = engine.kill();
        // A response that was sent before the kill is an acknowledgement too.
        let answered = match in_flight.then(|| client.receive::<EngineState>()) {
            Some(Ok(Some(state))) => {
                self.finished(&state, request.as_ref(), &id);
                self.record(&state);
                true
            }
            // The engine had exited, or was about to.
            Some(Err(error)) if error.code != ErrorCode::Engine => panic!("{request:?}: {error}"),
            _ => false,
        };
        self.check_disk(request.as_ref().filter(|_| !answered), &id);
        killed
    }

    fn kill_during_start(&mut self, mut command: std::process::Command) -> bool {
        let mut child = command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(self.random.u64(..40_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        self.unacknowledged_starts += 1;
        *self.states.entry("starting".into()).or_default() += 1;
        self.check_disk(None, "");
        true
    }

    /// Advances the clock by a random time in which no engine runs, sometimes with a reboot.
    fn advance_while_off(&mut self) {
        let seconds = match self.random.u8(..4) {
            0 | 1 => self.random.u64(..20),
            2 => self.random.u64(60..7200),
            _ => self.random.u64(86_400..259_200),
        };
        if self.random.u8(..3) == 0 {
            self.zafu.reboot();
        }
        self.zafu.pass(Duration::from_secs(seconds));
    }

    /// Checks that every open sit in `left` either runs or is unsettled, as the length of its gap requires.
    fn check_unsettled(&self, left: &BTreeMap<String, Row>, now: &EngineState) {
        let unsettled: Vec<_> = now.unsettled.iter().map(|one| one.id.to_string()).collect();
        let runs = now.sit.as_ref().map(|sit| sit.id.to_string());
        for (id, row) in left {
            let Some(open) = &row.open else { continue };
            let is_unsettled = unsettled.contains(id);
            assert!(is_unsettled != (runs.as_ref() == Some(id)), "{id} runs or waits: {now:?}");
            let OpenSit::Running(sit) = open else {
                assert!(is_unsettled, "{id} was unsettled before");
                continue;
            };
            let rebooted = sit.seen.boot_id != self.zafu.boot_id();
            let gap = (system::clock().now().boot + self.zafu.ahead()).since(sit.seen.boot);
            let is_paused = matches!(sit.phase, Phase::Paused { .. });
            if rebooted || (gap > MAX_GAP && !is_paused) {
                assert!(is_unsettled, "{id} was cut off for {gap:?}: {sit:?}");
                let view = now.unsettled.iter().find(|one| one.id.to_string() == *id).unwrap();
                let reason = if rebooted { GapReason::Restarted } else { GapReason::Stopped };
                assert_eq!(view.reason, reason);
                let saved = view.sat_before_gap_seconds.duration().as_millis();
                let Known::Open { elapsed_ms, .. } = self.known_or_default(id) else {
                    panic!("{id}")
                };
                assert!(saved + MAX_IN_DOUBT.as_millis() + 1000 >= u128::from(elapsed_ms));
            } else if gap < MAX_IGNORED_GAP || is_paused {
                assert!(!is_unsettled, "{id} was cut off for {gap:?} only: {sit:?}");
            }
        }
    }

    fn known_or_default(&self, id: &str) -> Known {
        let new = Known::Open { elapsed_ms: 0, preparing: true };
        self.known.get(id).copied().unwrap_or(new)
    }

    /// Records the acknowledged state of the running sit.
    fn record(&mut self, state: &EngineState) {
        if let Some(sit) = &state.sit {
            let preparing = sit.phase == PhaseView::Preparing;
            let open = Known::Open { elapsed_ms: sit.elapsed_ms, preparing };
            self.known.insert(sit.id.to_string(), open);
        }
    }

    /// Records the acknowledged result of the sit that `request` has ended or resolved.
    fn finished(&mut self, state: &EngineState, request: Option<&EngineRequest>, id: &str) {
        let known = match request {
            Some(EngineRequest::EndSit { .. }) => match &state.finished {
                Some(finished) => {
                    Known::Over { complete: finished.complete, sat: finished.sat_seconds.0 }
                }
                None => Known::Discarded,
            },
            Some(EngineRequest::DiscardSit {}) => Known::Discarded,
            Some(EngineRequest::ResolveSit { id: Some(id), answer }) => {
                assert!(state.unsettled.iter().all(|one| one.id != *id));
                let id = id.to_string();
                let row = &rows(self.zafu.data());
                // The response tells that the sit is over, but not its result, which is read from the disk.
                let known = row.get(&id).map_or(Known::Discarded, |row| match answer {
                    // A completed sit stays completed: the answer decides only about its overtime.
                    Answer::Discard if !self.only_overtime => Known::Discarded,
                    _ => Known::Over { complete: row.complete, sat: row.sat },
                });
                assert!(!self.only_overtime || matches!(known, Known::Over { complete: true, .. }));
                self.known.insert(id, known);
                return;
            }
            _ => return,
        };
        self.known.insert(id.into(), known);
    }

    /// Brings the sit into a random state. Returns the state, and the request that is to be in flight during the kill.
    fn choose_state(&mut self, client: &mut Client) -> (&'static str, Option<EngineRequest>) {
        let mut ask = |trial: &mut Self, request: EngineRequest| {
            let state = client.call::<EngineState>(&Request::Engine(request)).unwrap();
            trial.record(&state);
            state
        };
        let aim = self.random.u8(..8);
        let mut at = ask(self, EngineRequest::State {});
        let steps = if aim == 0 { 0 } else { self.random.u8(1..12) };
        for _ in 0..steps {
            let ms = self.random.u64(..50_000);
            self.zafu.pass(Duration::from_millis(ms));
            at = ask(self, EngineRequest::Advance { ms });
        }
        let sit = at.sit.clone().unwrap();
        match (aim, sit.phase, at.unsettled.as_slice()) {
            (1 | 7, PhaseView::Sitting, _) => {
                ask(self, EngineRequest::PauseSit {});
                ("paused", None)
            }
            (1, PhaseView::Paused, _) => {
                ask(self, EngineRequest::ResumeSit {});
                ("sitting", None)
            }
            (2, PhaseView::Sitting, _) => ("sitting", Some(EngineRequest::PauseSit {})),
            (2 | 3, PhaseView::Paused, _) => ("paused", Some(EngineRequest::ResumeSit {})),
            (3 | 4, _, [first, ..]) => {
                self.only_overtime = first.overtime_seconds.is_some();
                let answers = [Answer::Whole, Answer::Gap, Answer::Discard];
                let answer = answers[self.random.usize(..3)];
                ("resolving", Some(EngineRequest::ResolveSit { id: Some(first.id), answer }))
            }
            (3..=5, ..) => {
                let overtime = [None, Some(OvertimeAnswer::Add), Some(OvertimeAnswer::Drop)];
                (
                    "finishing",
                    Some(EngineRequest::EndSit { overtime: overtime[self.random.usize(..3)] }),
                )
            }
            (6, ..) if self.random.bool() => ("finishing", Some(EngineRequest::DiscardSit {})),
            (_, phase, _) => {
                let state = match phase {
                    PhaseView::Preparing => "preparing",
                    PhaseView::Sitting => "sitting",
                    PhaseView::Paused => "paused",
                    PhaseView::Overtime => "overtime",
                };
                // The kill may interrupt a checkpoint, a start or an end.
                (state, self.random.bool().then_some(EngineRequest::Advance { ms: 31_000 }))
            }
        }
    }

    /// Checks that the disk has what was acknowledged. Only the effect of `in_flight` may be present or absent.
    fn check_disk(&mut self, in_flight: Option<&EngineRequest>, its: &str) {
        let rows = rows(self.zafu.data());
        let running =
            rows.values().filter(|row| matches!(row.open, Some(OpenSit::Running(_)))).count();
        assert!(running <= 1, "{running} sits run");
        let resolved = match in_flight {
            Some(EngineRequest::ResolveSit { id: Some(id), .. }) => id.to_string(),
            Some(_) => its.to_owned(),
            None => String::new(),
        };
        for (id, known) in &self.known {
            let in_doubt =
                *id == resolved && !matches!(in_flight, Some(EngineRequest::Advance { .. }));
            let row = rows.get(id);
            match (known, row) {
                _ if in_doubt => assert!(row.is_some() || !must_have_row(known), "{id} is lost"),
                (Known::Open { elapsed_ms, .. }, Some(row)) => {
                    let open = row.open.as_ref().unwrap_or_else(|| panic!("{id} is over: {row:?}"));
                    assert!(!row.deleted);
                    if let OpenSit::Running(sit) = open {
                        let saved = sit.elapsed(sit.seen.boot) + MAX_IN_DOUBT;
                        assert!(saved >= Duration::from_millis(*elapsed_ms), "{id}: {sit:?}");
                    }
                }
                (Known::Over { complete, sat }, Some(row)) => {
                    assert!(row.open.is_none() && row.ended && !row.deleted, "{id}: {row:?}");
                    assert_eq!((row.complete, row.sat), (*complete, *sat), "{id}");
                }
                (Known::Discarded, None) => {}
                (Known::Discarded, Some(row)) => {
                    assert!(row.open.is_none() && row.deleted, "{id}: {row:?}");
                }
                (known, None) => panic!("{id} is lost: {known:?}"),
            }
        }
        let unknown: Vec<_> = rows.keys().filter(|id| !self.known.contains_key(*id)).collect();
        assert!(unknown.len() <= self.unacknowledged_starts, "duplicated: {unknown:?}");
        for (id, row) in &rows {
            assert!(row.open.is_some() || row.ended, "{id} is neither open nor over: {row:?}");
            if *id == resolved || !self.known.contains_key(id) {
                self.known.insert(id.clone(), row.known());
            }
        }
        if !resolved.is_empty() && !rows.contains_key(&resolved) {
            self.known.insert(resolved, Known::Discarded);
        }
    }
}
