//! Suspend during a sit.

use crate::zafu::Zafu;
use std::time::Duration;

/// Time for which the process is stopped. The only wait in real time, because this tests the real clock.
const STOPPED: Duration = Duration::from_secs(4);

#[test]
fn a_process_stopped_past_the_end_ends_its_sit_once_and_as_planned() {
    let zafu = Zafu::new();
    let engine = zafu.sit("2s --prepare 0s");
    let id = engine.id().to_owned();
    engine.signal("STOP");
    std::thread::sleep(STOPPED);
    engine.signal("CONT");
    let (status, result) = engine.wait();
    assert_eq!(status.code(), Some(0));
    assert!(result.ends_with("Sat 00:02. Kept.\n"), "{result}");
    let log = zafu.json("log --json");
    let sit = &log[0];
    assert_eq!((&sit["id"], log.as_array().unwrap().len()), (&id.as_str().into(), 1));
    assert_eq!((&sit["satSeconds"], &sit["stage"]), (&2.into(), &"completed".into()));
    let between =
        "SELECT round((julianday(completedat) - julianday(startedat)) * 86400) FROM sessions";
    assert_eq!(zafu.sql(between), "2.0", "it ended when it was due, not when Zafu woke");
}

#[test]
fn a_suspend_in_any_phase_leaves_the_sit_running_or_unsettled() {
    for (asleep, state) in [(200, "sitting"), (400, "idle"), (4000, "idle")] {
        let zafu = Zafu::new();
        let engine = zafu.sit("20m --prepare 0s");
        engine.pass(Duration::from_secs(120));
        engine.advance(Duration::from_secs(asleep));
        if state == "idle" {
            let (_, result) = engine.wait();
            assert!(result.contains("The sit has a gap"), "{result}");
        }
        let status = zafu.json("status --json");
        assert_eq!(status["state"], state, "{asleep} s");
        let asked = status["unsettled"].as_array().unwrap();
        assert_eq!(asked.len(), usize::from(state == "idle"));
        if let [one] = asked.as_slice() {
            assert_eq!(
                (&one["satBeforeGapSeconds"], &one["reason"]),
                (&120.into(), &"suspended".into())
            );
        }
    }
}

#[test]
fn a_paused_sit_stays_paused_after_a_long_suspend() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    engine.pass(Duration::from_secs(120));
    zafu.ok("pause");
    engine.advance(Duration::from_secs(40_000));
    let status = zafu.json("status --json");
    assert_eq!((&status["state"], &status["satSeconds"]), (&"paused".into(), &120.into()));
    zafu.ok("resume");
    engine.pass(Duration::from_secs(1100));
    engine.wait();
    assert_eq!(zafu.json("log --json")[0]["satSeconds"], 1200);
}
