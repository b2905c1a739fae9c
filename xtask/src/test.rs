//! `cargo xtask test`: runs every check and test that a change must pass.

use crate::packages::Purpose;
use crate::steps::Steps;
use crate::tools::NEXTEST;
use crate::workspace::{cargo, npm, ui};
use crate::{dependencies, setup};
use anyhow::Result;
use std::process::Command;

/// Lets tests move the clock. No release has these features.
const TEST_CLOCK: &str = "zafu/test-clock,zafu-cli/test-clock";

/// The test binary that drives the real app in a window. It runs last and alone, one test at a time.
const END_TO_END: &str = "e2e";

/// The crate whose tests start a database.
const BACKEND: &str = "zafu-backend";

/// What to test.
#[derive(clap::Args)]
pub struct Options {
    /// Leave out the tests that need the real backend or the parts of a Linux desktop
    #[arg(long)]
    quick: bool,
}

/// Runs every step, also after one has failed. Exits with 1 if a step failed.
///
/// # Errors
/// If the folder of the logs cannot be created.
pub fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new()?;
    let purpose = if options.quick { Purpose::Build } else { Purpose::Test };
    if let Err(error) = setup::prepare(purpose, &mut steps) {
        println!("      {error:#}");
        return steps.finish();
    }

    steps.command("format", cargo(&["fmt", "--all", "--check", "--", "--color", "never"]));
    steps.command("ui: lint", npm(&ui(), &["run", "lint"]));
    steps.command("ui: types", npm(&ui(), &["run", "check"]));
    steps.command("ui: tests", npm(&ui(), &["test"]));
    dependencies::check_licences(&mut steps);

    const CLIPPY: [&str; 3] = ["clippy", "--workspace", "--all-targets"];
    steps.command("clippy", with(cargo(&CLIPPY), &["--", "-D", "warnings"]));
    steps.command(
        "clippy: every feature",
        with(cargo(&CLIPPY), &["--all-features", "--", "-D", "warnings"]),
    );

    rust_tests(options, &mut steps);
    steps.command(
        "rust: xtask with every feature",
        cargo(&["test", "-p", "xtask", "--all-features"]),
    );
    if !options.quick {
        end_to_end(&mut steps);
    }
    steps.finish()
}

/// Runs the tests of all crates, except the end-to-end tests, which need the feature of the test clock.
fn rust_tests(options: &Options, steps: &mut Steps) {
    NEXTEST.step("rust: tests", &["run", "--workspace", "--exclude", BACKEND], steps);
    if !options.quick {
        // Not with nextest, which starts a process for each test: these tests share one database, which takes seconds
        // to start.
        const TARGETS: [&str; 4] = ["--package", BACKEND, "--tests", "--no-fail-fast"];
        steps.command("rust: tests of the backend", with(cargo(&["test"]), &TARGETS));
    }
    steps.command("rust: examples in the docs", cargo(&["test", "--workspace", "--doc"]));
}

/// Runs the tests that drive the real app through its window.
fn end_to_end(steps: &mut Steps) {
    if !cfg!(target_os = "linux") {
        return steps.skip("end to end", "it drives WebKitGTK under Xvfb, so it needs Linux");
    }
    // Both commands need the same packages and features, or everything is built twice.
    const PACKAGES: [&str; 6] =
        ["--package", "zafu", "--package", "zafu-cli", "--features", TEST_CLOCK];
    if steps.command("end to end: build", with(cargo(&["build"]), &PACKAGES)) {
        let mut tests = with(cargo(&["test"]), &PACKAGES);
        tests.args(["--test", END_TO_END, "--", "--test-threads=1", "--nocapture"]);
        steps.command("end to end", tests);
    }
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}
