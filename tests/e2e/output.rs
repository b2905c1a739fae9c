//! Standard output and error that cannot be written, are not read, or do not support control sequences.

use crate::zafu::{CommandResult, Zafu, eventually};
use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use zafu_engine::Client;
use zafu_engine::DataFolder;

/// A process of `zafu sit`. Killed when dropped.
struct Sit(Child);

impl Sit {
    fn ended(&mut self) -> ExitStatus {
        eventually("the sit has ended", || self.0.try_wait().unwrap())
    }
}

impl Drop for Sit {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn full_device() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

/// Returns a pipe whose reading end is closed.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Longer than a test takes, so that the sit does not end in real time.
const LENGTH_SECONDS: u32 = 600;

/// Advances the clock until the sit of `zafu` has ended.
fn sit_to_its_end(zafu: &Zafu) {
    let folder = DataFolder::at(zafu.data()).unwrap();
    let mut client = eventually("the engine answers", || Client::connect(&folder).ok().flatten());
    eventually("the sit runs", || client.state().ok()?.sit.map(drop));
    // In steps without a gap. At the end the engine may exit before it responds.
    for _ in 0..=LENGTH_SECONDS / 30 {
        if client.advance(30_000).is_err() {
            return;
        }
    }
}

fn begin(zafu: &Zafu, out: impl Into<Stdio>, err: impl Into<Stdio>) -> Sit {
    let mut command =
        zafu.command(["sit", &format!("{LENGTH_SECONDS}s"), "--prepare", "0", "--terminal"]);
    Sit(command.stdout(out).stderr(err).spawn().unwrap())
}

fn assert_complete(zafu: &Zafu, how: &str) {
    let log = zafu.json("log --json");
    assert_eq!(log.as_array().unwrap().len(), 1, "{how}: {log}");
    assert_eq!(
        (&log[0]["stage"], &log[0]["satSeconds"]),
        (&"completed".into(), &LENGTH_SECONDS.into()),
        "{how}"
    );
}

#[test]
fn real_life_01_a_sit_reaches_its_end_without_working_output() {
    // The reader closes the pipe after the id.
    let zafu = Zafu::new();
    let mut sit = begin(&zafu, Stdio::piped(), closed_pipe());
    let mut id = [0; 36];
    sit.0.stdout.take().unwrap().read_exact(&mut id).unwrap();
    sit_to_its_end(&zafu);
    assert_eq!(sit.ended().code(), Some(0));
    assert_complete(&zafu, "a reader that has gone");

    let zafu = Zafu::new();
    let mut sit = begin(&zafu, full_device(), full_device());
    sit_to_its_end(&zafu);
    assert_eq!(sit.ended().code(), Some(0));
    assert_complete(&zafu, "a full device");

    // A full pipe that is never read, so that a write blocks for ever.
    let zafu = Zafu::new();
    let (_reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[b'.'; 65536]).unwrap();
    let mut sit = begin(&zafu, writer.try_clone().unwrap(), writer);
    sit_to_its_end(&zafu);
    assert_eq!(sit.ended().code(), Some(0));
    assert_complete(&zafu, "a reader that takes nothing");
}

#[test]
fn real_life_01_a_command_ends_quietly_or_with_one_plain_error() {
    let zafu = Zafu::new();
    let mut sit = begin(&zafu, Stdio::null(), Stdio::null());
    sit_to_its_end(&zafu);
    sit.ended();
    let lines = [
        "log",
        "log --json",
        "status",
        "status --json",
        "doctor",
        "quit",
        "completions bash",
        "restore",
        "account status",
        "help",
        "--version",
        "help sit",
    ];
    for line in lines {
        let command = |out: Stdio| {
            let mut command = zafu.command(line.split_whitespace());
            command.stdout(out).stderr(Stdio::piped());
            CommandResult::from(command.spawn().unwrap().wait_with_output().unwrap())
        };
        let usual = zafu.run(line);
        let quiet = command(closed_pipe());
        assert_eq!((quiet.code, &quiet.err), (usual.code, &usual.err), "zafu {line}");
        let full = command(full_device().into());
        let expected =
            "zafu: Standard output cannot be written: No space left on device (os error 28).";
        assert_eq!(full.code, usual.code.filter(|code| *code != 0).or(Some(1)), "zafu {line}");
        assert_eq!(full.err.trim_start_matches(&usual.err).trim(), expected, "zafu {line}");
    }
    // Neither output can be written, but a failed command still has its exit code.
    let silent = |line: &str| -> Option<i32> {
        let mut command: Command = zafu.command(line.split_whitespace());
        command.stdout(full_device()).stderr(full_device()).status().unwrap().code()
    };
    assert_eq!(silent("log"), Some(1));
    assert_eq!(silent("pause"), Some(3));
    assert_eq!(silent("dance"), Some(2));
    assert_eq!(silent("--verbose status"), Some(1));
}

#[test]
fn real_life_30_a_terminal_without_control_sequences_gets_plain_lines() {
    for (term, redraws) in [(Some("xterm"), true), (Some("dumb"), false), (None, false)] {
        let zafu = Zafu::new();
        let command = zafu.command([]);
        let mut script = Command::new("script");
        for (name, value) in command.get_envs() {
            script.env(name, value.unwrap_or_default());
        }
        script.env_remove("TERM").envs(term.map(|term| ("TERM", term)));
        let line = format!("{} sit 1s --prepare 1s --terminal", command.get_program().display());
        let result = CommandResult::of({
            script.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null());
            script
        });
        assert_eq!(result.code, Some(0), "{result:?}");
        assert_eq!(result.out.contains('\u{1b}'), redraws, "{term:?}: {result:?}");
        assert!(result.out.contains("Sitting, 00:01 left."), "{result:?}");
    }
}

#[test]
fn real_life_01_a_terminal_with_stopped_output_delays_nothing() {
    // A full pipe that is never read, with a line for each second, which exceeds the queue of the output.
    let zafu = Zafu::new();
    let (_reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[b'.'; 65536]).unwrap();
    let mut command = zafu.command(["--verbose", "sit", "20m", "--prepare", "0", "--terminal"]);
    let mut sit = Sit(command.stdout(writer.try_clone().unwrap()).stderr(writer).spawn().unwrap());
    let folder = DataFolder::at(zafu.data()).unwrap();
    let mut client = eventually("the engine answers", || Client::connect(&folder).ok().flatten());
    eventually("the sit runs", || client.state().ok()?.sit.map(drop));
    for _ in 0..600 {
        client.advance(1000).unwrap();
    }
    let kill = Command::new("kill").args(["-s", "INT", &sit.0.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(sit.ended().code(), Some(0));
    let log = zafu.json("log --json");
    assert_eq!((&log[0]["stage"], &log[0]["satSeconds"]), (&"endedEarly".into(), &600.into()));
}
