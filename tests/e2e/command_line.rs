//! The command line, with and without a running engine.

use crate::zafu::{CommandResult, Engine, Zafu, eventually};
use std::process::Stdio;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn without_an_engine_reading_works_and_changes_are_rejected() {
    let zafu = Zafu::new();
    assert_eq!(zafu.ok("status"), "No sit is running.\n");
    assert_eq!(zafu.ok("log"), "No sits yet.\n");
    assert_eq!(zafu.ok("quit"), "Zafu is not running.\n");
    assert_eq!(zafu.json("log --json"), serde_json::json!([]));
    let status = zafu.json("status --json");
    assert_eq!((&status["running"], &status["state"]), (&false.into(), &"idle".into()));
    for line in ["pause", "resume", "end", "discard --yes"] {
        zafu.run(line)
            .fails_with(3, "No sit is running: Zafu is not running with this data folder");
    }
    zafu.run("resolve gap").fails_with(3, "There is no such sit that needs an answer");
    zafu.run("sit 20m").fails_with(1, "There is no display here: `zafu sit --terminal` runs");
}

#[test]
fn without_a_session_bus_the_doctor_reports_it_and_starts_none() {
    let zafu = Zafu::new();
    // A file with the usual name of the bus socket, that is not a socket.
    std::fs::write(zafu.home().join("bus"), "").unwrap();
    let mut doctor = zafu.command(["doctor"]);
    doctor.env("XDG_RUNTIME_DIR", zafu.home());
    let result = CommandResult::of(doctor).out;
    // An attempt to start a bus would report another reason.
    for line in [
        "look  notifications: The services of the desktop cannot be reached (there is no session bus).",
        "Start Zafu from a desktop session.\n",
        "look  keychain: The keychain cannot be used (there is no session bus), so you stay signed in",
    ] {
        assert!(result.contains(line), "{result}");
    }
}

#[test]
fn invalid_arguments_give_exit_code_2_and_a_reason() {
    let zafu = Zafu::new();
    let lines = [
        ("sit 0m", "A sit can be from 1 second to 24 hours long"),
        ("sit 25h", "A sit can be from 1 second to 24 hours long"),
        ("sit 20x", "“20x”"),
        ("sit until 25:00", "25:00"),
        ("sit 20m --prepare 6m", "from 0 to 300 seconds"),
        ("sit 20m --interval 0s", "from 1 to 86400 seconds"),
        ("sit 1m 2m 3m", "“1m 2m 3m” is not a length"),
        ("resolve maybe", "whole, gap, discard"),
        ("resolve gap --id 7", "“7” is not a session ID"),
        ("log --limit many", "invalid value"),
        ("discard", "say `zafu discard --yes` if you mean it"),
        ("dance", "unrecognized subcommand"),
    ];
    for (line, words) in lines {
        zafu.run(line).fails_with(2, words);
    }
}

#[test]
fn every_command_reaches_the_running_engine() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 10s");
    assert_eq!(zafu.json("status --json")["state"], "preparing");
    zafu.run("pause").fails_with(3, "Only a running sit can be paused");
    engine.pass(Duration::from_secs(11) + 2 * MINUTE);
    assert!(zafu.ok("status").starts_with("Sitting, 17:"), "{}", zafu.ok("status"));
    zafu.run("sit 5m").fails_with(
        3,
        "A sit is already running, so nothing was changed. End it before you start another.",
    );
    zafu.run("sit 5m --terminal").fails_with(3, "Zafu is already running");
    zafu.run("restore empty").fails_with(3, "already running");
    zafu.run("resolve gap").fails_with(3, "There is no such sit that needs an answer");
    zafu.run("resume").fails_with(3, "The sit is not paused");
    zafu.run("sit --preset Dawn").fails_with(3, "There is no preset “Dawn”.");
    zafu.ok("pause");
    engine.pass(10 * MINUTE);
    assert!(zafu.ok("status").starts_with("Paused, 17:"), "{}", zafu.ok("status"));
    zafu.ok("resume");
    engine.pass(MINUTE);
    let status = zafu.json("status --json");
    assert_eq!(status["id"], engine.id());
    assert_eq!((&status["running"], &status["plannedSeconds"]), (&true.into(), &1200.into()));
    let sat = status["satSeconds"].as_u64().unwrap();
    assert!((180..200).contains(&sat), "{status}");
    assert_eq!(status["leftSeconds"].as_u64().unwrap(), 1200 - sat);
    let kept = zafu.ok("end");
    assert!(kept.starts_with("Kept: 03:"), "{kept}");
    assert_eq!(engine.wait().0.code(), Some(0));
    let log = zafu.ok("log");
    assert!(log.contains("ended early") && log.contains("+05:45  "), "{log}");
    let day = zafu.json("log --json")[0]["day"].as_str().unwrap().to_owned();
    assert_eq!(log.lines().next(), Some(&*day), "the sits of a day are under its date");
}

#[test]
fn json_has_lengths_in_seconds_and_times_with_the_local_offset() {
    let zafu = Zafu::new();
    let engine = zafu.sit("2m --prepare 0s");
    let id = engine.id().to_owned();
    assert_eq!(zafu.json("log --json")[0]["stage"], "started");
    engine.pass(2 * MINUTE);
    let (status, result) = engine.wait();
    assert_eq!(status.code(), Some(0));
    assert!(result.ends_with("Sat 02:00. Kept.\n"), "{result}");
    let log = zafu.json("log --json");
    let sit = &log[0];
    assert_eq!((&sit["id"], log.as_array().unwrap().len()), (&id.into(), 1));
    assert_eq!((&sit["plannedSeconds"], &sit["satSeconds"]), (&120.into(), &120.into()));
    assert_eq!(sit["stage"], "completed");
    for name in ["startedAt", "endedAt"] {
        let time = sit[name].as_str().unwrap();
        assert!(time.len() == 25 && time.ends_with("+05:45"), "{time}");
    }
}

#[test]
fn a_discarded_sit_is_not_in_the_log_but_stays_in_the_database() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    zafu.run("discard").fails_with(2, "zafu discard --yes");
    assert_eq!(zafu.json("status --json")["state"], "sitting");
    zafu.ok("discard --yes");
    engine.wait();
    assert_eq!(zafu.ok("log"), "No sits yet.\n");
    assert_eq!(zafu.sql("SELECT count(*), count(deletedat) FROM sessions"), "1|1");
}

#[test]
fn data_folders_are_independent() {
    let (one, other) = (Zafu::new(), Zafu::new());
    let (first, second) = (one.sit("20m --prepare 0s"), other.sit("30m --prepare 0s"));
    assert_ne!(first.id(), second.id());
    other.ok("end");
    second.wait();
    assert_eq!(one.json("status --json")["id"], first.id());
    assert_eq!(other.json("status --json")["running"], false);
}

#[test]
fn of_two_sits_started_at_once_one_is_rejected() {
    let zafu = Zafu::new();
    let host = zafu.sit("20m --prepare 0s");
    for _ in 0..4 {
        // The racers are clients of the engine of the running sit, so all of them are rejected.
        zafu.ok("status");
        let racers: Vec<_> = (0..6)
            .map(|_| {
                let mut command = zafu.command(["sit", "5m"]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for racer in racers {
            let output = racer.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(3), "{output:?}");
        }
    }
    drop(host);
    zafu.pass(10 * MINUTE);
    let racers: Vec<_> = (0..6)
        .map(|_| {
            let mut command = zafu.command(["sit", "5m", "--terminal"]);
            command.stdout(Stdio::piped()).stderr(Stdio::null());
            Engine::spawn(command, zafu.data())
        })
        .collect();
    let (winners, losers): (Vec<_>, Vec<_>) = racers.into_iter().partition(|it| it.id.is_some());
    assert_eq!(winners.len(), 1);
    assert!(losers.into_iter().all(|loser| loser.wait().0.code() == Some(3)));
    let status = zafu.json("status --json");
    assert_eq!(status["id"], winners[0].id());
    assert_eq!(status["unsettled"].as_array().unwrap().len(), 1);
}

#[test]
fn ctrl_c_saves_the_time_sat() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    engine.pass(3 * MINUTE);
    engine.signal("INT");
    let (status, result) = engine.wait();
    assert_eq!(status.code(), Some(0));
    assert!(result.ends_with("Sat 03:00. Kept.\n"), "{result}");
    let log = zafu.json("log --json");
    assert_eq!((&log[0]["stage"], &log[0]["satSeconds"]), (&"endedEarly".into(), &180.into()));
}

#[test]
fn sigterm_and_sighup_save_the_time_sat() {
    for signal in ["TERM", "HUP"] {
        let zafu = Zafu::new();
        let engine = zafu.sit("20m --prepare 0s");
        engine.pass(Duration::from_secs(70));
        let id = engine.id().to_owned();
        engine.signal(signal);
        assert_eq!(engine.wait().0.code(), Some(0), "{signal}");
        zafu.pass(Duration::from_secs(3600));
        let status = zafu.json("status --json");
        let unsettled = &status["unsettled"][0];
        assert_eq!((&status["state"], &unsettled["id"]), (&"idle".into(), &id.as_str().into()));
        let kept = unsettled["satBeforeGapSeconds"].as_u64().unwrap();
        assert!((70..80).contains(&kept), "nothing of it is in doubt: {unsettled}");
        assert!(zafu.ok("status").contains("`zafu resolve whole|gap|discard`"));
        zafu.ok("resolve gap");
        let log = zafu.json("log --json");
        assert_eq!((&log[0]["id"], &log[0]["satSeconds"]), (&id.as_str().into(), &kept.into()));
    }
}

#[test]
fn a_sit_cut_off_a_moment_ago_can_be_resolved_without_an_engine() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    engine.pass(Duration::from_secs(70));
    engine.signal("TERM");
    engine.wait();
    // The gap is so short that a new engine would continue the sit without asking.
    zafu.pass(2 * MINUTE);
    zafu.ok("resolve gap");
    let log = zafu.json("log --json");
    let sat = log[0]["satSeconds"].as_u64().unwrap();
    assert_eq!(log[0]["stage"], "endedEarly");
    assert!((70..80).contains(&sat), "sat {sat} s");
    assert_eq!(zafu.json("status --json")["unsettled"], serde_json::json!([]));
    let engine = zafu.sit("1m --prepare 0s");
    assert_ne!(engine.id(), log[0]["id"].as_str().unwrap(), "nothing was left to be taken up");
}

#[test]
fn a_terminal_shows_the_remaining_time() {
    let zafu = Zafu::new();
    let command = zafu.command([]);
    let mut script = std::process::Command::new("script");
    for (name, value) in command.get_envs() {
        script.env(name, value.unwrap_or_default());
    }
    script.env("TERM", "xterm");
    let line = format!("{} sit 1s --prepare 1s --terminal", command.get_program().display());
    script.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null());
    let result = CommandResult::of(script);
    assert_eq!(result.code, Some(0), "{result:?}");
    for words in
        ["Preparation, 00:01 left.", "\r\u{1b}[2K  Sitting, 00:01 left.", "Sat 00:01. Kept."]
    {
        assert!(result.out.contains(words), "\"{words}\" is not in {result:?}");
    }
}

#[test]
fn completions_are_printed_for_every_shell() {
    let zafu = Zafu::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let printed = zafu.ok(&format!("completions {shell}"));
        assert!(printed.contains("resolve") && printed.contains("preset"), "{shell}");
    }
    assert!(!zafu.data().exists(), "completions need no data folder");
    zafu.run("completions tcsh").fails_with(2, "invalid value");
}

#[test]
fn a_sit_continues_after_quitting_and_starting_again() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    engine.pass(MINUTE);
    zafu.ok("quit");
    let id = engine.id().to_owned();
    assert_eq!(engine.wait().0.code(), Some(0));
    let again = zafu.sit("5m");
    assert_eq!(again.id(), id, "the sit that was cut off goes on: no other may begin");
    let sit = again.client().state().unwrap().sit.unwrap();
    assert_eq!(sit.planned_seconds.unwrap().0, 1200);
    eventually("the sit is over", || again.reach()?.end_sit(None).ok());
    again.wait();
    assert_eq!(zafu.json("log --json").as_array().unwrap().len(), 1);
}

#[test]
fn the_help_is_in_the_language_that_the_environment_asks_for() {
    let zafu = Zafu::new();
    let help = |variables: &[(&str, &str)]| {
        let mut command = zafu.command(["sit", "--help"]);
        command.envs(variables.iter().copied());
        let result = CommandResult::of(command);
        assert_eq!(result.code, Some(0), "{result:?}");
        result.out
    };
    let german = "Aufruf: zafu sit";
    assert!(help(&[("LANG", "de_DE.UTF-8")]).contains(german));
    assert!(help(&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "de_AT.UTF-8")]).contains(german));
    for variables in
        [&[][..], &[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")], &[("LANG", "fr_FR.UTF-8")]]
    {
        assert!(help(variables).contains("Usage: zafu sit"), "{variables:?}");
    }
}

#[test]
fn the_output_is_in_the_language_of_the_user_and_json_and_exit_codes_are_not() {
    let zafu = Zafu::new();
    let in_german = |variable: &str, language: &str, line: &str| {
        let mut command = zafu.command(line.split_whitespace());
        command.env(variable, language);
        CommandResult::of(command)
    };
    let lines = [
        ("status", "Es läuft keine Sitzung."),
        ("log", "Noch keine Sitzungen."),
        ("quit", "Zafu läuft nicht."),
        ("pause", "Es läuft keine Sitzung: Zafu läuft nicht mit diesem Datenordner."),
        ("discard", "`zafu discard --yes` verwirft sie wirklich"),
        ("dance", "„dance“ ist kein bekannter Unterbefehl."),
        ("sit --prepare 6m", "Möglich sind 0 bis 300 Sekunden."),
        ("sit 20m", "Hier gibt es keine Anzeige: `zafu sit --terminal`"),
        ("resolve gap --id 7", "„7“ ist keine ID einer Sitzung."),
        ("restore", "gibt es noch keine Sicherungen."),
        ("log --account me@example.org", "war nie ein Konto „me@example.org“ angemeldet."),
        ("account list", "Auf diesem Gerät war nie ein Konto angemeldet"),
        ("doctor", "Datenbank: noch nichts gespeichert"),
    ];
    for (line, words) in lines {
        let english = zafu.run(line);
        for (variable, language) in [("LANGUAGE", "de"), ("LC_ALL", "de_DE.UTF-8")] {
            let german = in_german(variable, language, line);
            assert_eq!(german.code, english.code, "zafu {line}: {german:?}");
            assert_eq!(german.out.is_empty(), english.out.is_empty(), "zafu {line}: {german:?}");
            let result = format!("{}{}", german.out, german.err);
            assert!(result.contains(words), "zafu {line}: {german:?}");
            let english = format!("{}{}", english.out, english.err);
            assert!(!english.contains(words), "zafu {line}: {english}");
        }
    }
    let mut command = zafu.command(["sit", "2m", "--prepare", "0s", "--terminal"]);
    command.env("LC_ALL", "de_DE.UTF-8");
    let engine = Engine::spawn(command, zafu.data());
    // The time of a paused sit is the same in each call.
    zafu.ok("pause");
    let status = in_german("LC_ALL", "de_DE.UTF-8", "status").out;
    assert!(status.starts_with("Pause, noch 0"), "{status}");
    for line in ["status --json", "log --json"] {
        let german = in_german("LC_ALL", "de_DE.UTF-8", line);
        assert_eq!((german.code, &german.out), (Some(0), &zafu.ok(line)), "zafu {line}");
    }
    zafu.ok("resume");
    engine.pass(2 * MINUTE);
    let (status, result) = engine.wait();
    assert_eq!(status.code(), Some(0));
    assert!(result.ends_with("02:00 gesessen. Behalten.\n"), "{result}");
    let log = in_german("LC_ALL", "de_DE.UTF-8", "log").out;
    assert!(log.contains("  vollständig"), "{log}");
}
