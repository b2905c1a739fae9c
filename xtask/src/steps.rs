//! Runs steps one after the other, each with a name, a log and a duration, and reports which failed.

use crate::workspace;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// How often a step in progress prints the last line of its log.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(15);

/// A quiet run prints only steps that take at least this long.
const SLOW: Duration = Duration::from_secs(1);

/// The number of lines that are printed of the log of a failed step, without those about tests that passed.
const TAIL: usize = 40;

/// The results of the steps until now.
pub struct Steps {
    logs: PathBuf,
    passed: Vec<String>,
    failed: Vec<String>,
    skipped: Vec<String>,
    /// Prints only steps that are slow or fail.
    is_quiet: bool,
}

impl Steps {
    /// Starts a run. Logs go to `target/xtask/`.
    ///
    /// # Errors
    /// If that folder cannot be created.
    pub fn new() -> Result<Self> {
        let logs = workspace::target()?.join("xtask");
        fs::create_dir_all(&logs)
            .with_context(|| format!("{} cannot be created", logs.display()))?;
        Ok(Self { logs, passed: vec![], failed: vec![], skipped: vec![], is_quiet: false })
    }

    /// Starts a run that prints only steps that are slow or fail.
    ///
    /// # Errors
    /// If the folder of the logs cannot be created.
    pub fn quiet() -> Result<Self> {
        Ok(Self { is_quiet: true, ..Self::new()? })
    }

    /// Runs a command to its end and returns whether it succeeded. Its output goes to the log of the step.
    pub fn command(&mut self, name: &str, mut command: Command) -> bool {
        self.step(name, |log| {
            let output = File::options().append(true).open(log)?;
            command
                .env("CARGO_TERM_COLOR", "never")
                .env("CARGO_TERM_PROGRESS_WHEN", "never")
                .env("NO_COLOR", "1")
                .stdin(Stdio::null())
                .stdout(output.try_clone()?)
                .stderr(output);
            let program = command.get_program().to_string_lossy().into_owned();
            let mut child =
                command.spawn().with_context(|| format!("{program} cannot be started"))?;
            let status = wait(&mut child, log)?;
            anyhow::ensure!(status.success(), "{program} ended with {status}");
            Ok(())
        })
    }

    /// Runs a function and returns whether it succeeded.
    pub fn check(&mut self, name: &str, check: impl FnOnce() -> Result<()>) -> bool {
        self.step(name, |_| check())
    }

    /// Skips a step for a reason. In CI that is a failure.
    pub fn skip(&mut self, name: &str, reason: &str) {
        if workspace::is_ci() {
            println!("FAIL  {name}: {reason}, and nothing is skipped when CI=true");
            self.failed.push(name.into());
        } else {
            println!("SKIP  {name}: {reason}");
            self.skipped.push(name.into());
        }
    }

    /// Prints how many steps passed, and which failed or were skipped. Exits with 1 if a step failed.
    pub fn finish(self) -> Result<()> {
        let skipped = match self.skipped.as_slice() {
            [] => String::new(),
            skipped => format!(", {} skipped ({})", skipped.len(), skipped.join(", ")),
        };
        let failed = match self.failed.as_slice() {
            [] => String::new(),
            failed => format!(" ({})", failed.join(", ")),
        };
        println!("{} passed, {} failed{failed}{skipped}", self.passed.len(), self.failed.len());
        if !self.failed.is_empty() {
            std::process::exit(1);
        }
        Ok(())
    }

    fn step(&mut self, name: &str, work: impl FnOnce(&Path) -> Result<()>) -> bool {
        let log =
            self.logs.join(format!("{}.log", name.replace(": ", "-").replace([' ', '/'], "-")));
        if !self.is_quiet {
            println!("      {name} ...");
        }
        let start = now();
        let result = File::create(&log)
            .with_context(|| format!("{} cannot be written", log.display()))
            .and_then(|_| work(&log));
        let took = seconds(start.elapsed());
        match result {
            Ok(()) => {
                if !self.is_quiet || start.elapsed() >= SLOW {
                    println!("ok    {name} ({took})");
                }
                self.passed.push(name.into());
                true
            }
            Err(error) => {
                println!("FAIL  {name} ({took}): {error:#}");
                println!("      log: {}", log.display());
                for line in tail(&log, TAIL, |line| !is_passed_test(line)) {
                    println!("      | {line}");
                }
                self.failed.push(name.into());
                false
            }
        }
    }
}

/// Waits for a process to end. Prints the last line of its log from time to time.
fn wait(child: &mut Child, log: &Path) -> Result<ExitStatus> {
    let start = now();
    let mut shown = Duration::ZERO;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_millis(50));
        let elapsed = start.elapsed();
        if elapsed >= shown + PROGRESS_INTERVAL {
            shown = elapsed;
            let last = tail(log, 1, |_| true).pop().unwrap_or_default();
            let last: String = last.trim().chars().take(90).collect();
            println!("      {:>5}  {last}", seconds(elapsed));
        }
    }
}

/// Returns the last lines of a log that are to be shown. Invalid UTF-8 is replaced.
fn tail(log: &Path, lines: usize, is_shown: impl Fn(&str) -> bool) -> Vec<String> {
    let bytes = fs::read(log).unwrap_or_default();
    last_lines(&String::from_utf8_lossy(&bytes), lines, is_shown)
}

/// Returns the last lines of a text that are to be shown, without empty ones.
fn last_lines(text: &str, lines: usize, is_shown: impl Fn(&str) -> bool) -> Vec<String> {
    let mut last: Vec<String> = text
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty() && is_shown(line))
        .take(lines)
        .map(Into::into)
        .collect();
    last.reverse();
    last
}

/// Whether a line of a log says that a test passed, in the words of nextest or of `cargo test`.
fn is_passed_test(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("PASS [") || (line.starts_with("test ") && line.ends_with("... ok"))
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[expect(clippy::disallowed_methods, reason = "the duration of a step; not the time of a sit")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::{is_passed_test, last_lines};

    #[test]
    fn the_log_of_a_failed_step_is_shown_without_the_tests_that_passed() {
        let log = "FAIL [ 0.1s] core a\n\n PASS [ 0.1s] core b\ntest c ... ok\ntest d ... FAILED\n";
        let shown = last_lines(log, 2, |line| !is_passed_test(line));
        assert_eq!(shown, ["FAIL [ 0.1s] core a", "test d ... FAILED"]);
    }
}
