//! `cargo xtask bench`: what Zafu costs, each figure beside its goal and what it is compared with.
//!
//! These are figures, not tests: a goal that is missed is said so and fails nothing; a figure that could not be
//! taken does.

mod bells;
mod desktop;
mod disk;
mod figure;
mod memory;
mod minimal;
mod process;
mod sitting;
mod start;
mod sync;

use crate::packages::Purpose;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{self, cargo};
use anyhow::{Context, Result, bail, ensure};
use figure::Figure;
use std::path::PathBuf;

/// What to measure.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    part: Option<Part>,
    /// Only this figure, by its name in the list
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Measure what was built last time
    #[arg(long)]
    skip_build: bool,
}

/// What is measured only when it is asked for.
#[derive(clap::Subcommand)]
enum Part {
    /// What the sync takes beside psql and supabase-js, on the real backend
    Sync,
}

/// The programs that are measured.
struct Programs {
    app: PathBuf,
    command: PathBuf,
    minimal: PathBuf,
}

type Measure = fn(&Programs) -> Result<Vec<Figure>>;

/// What is measured together, and the names of the figures that come of it.
const GROUPS: [(&[&str], Measure); 9] = [
    (&["size-app", "size-command"], disk::sizes),
    (&["durable-start", "durable-finish", "log", "log-growth"], disk::store),
    (&["memory-terminal"], memory::terminal),
    (&["memory-background"], memory::background),
    (&["start"], start::measure),
    (&["memory-open", "memory-closed"], sitting::memory),
    (&["cpu-open"], sitting::open),
    (&["cpu-closed", "wake-ups"], sitting::closed),
    (&["bell-median", "bell-spread", "sit-median", "sit-spread"], bells::measure),
];

/// Builds for release, measures, prints the table and writes `target/bench.json`.
///
/// # Errors
/// If something cannot be built, or a figure could not be taken.
pub fn run(options: &Options) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the benchmark reads /proc, so it needs Linux");
    if matches!(options.part, Some(Part::Sync)) {
        return sync::run();
    }
    for name in &options.only {
        let mut known = GROUPS.iter().flat_map(|(names, _)| *names);
        if !known.any(|one| one == name) {
            let names: Vec<_> = GROUPS.iter().flat_map(|(names, _)| *names).copied().collect();
            bail!("no figure is called {name}; there are {}", names.join(", "));
        }
    }
    let programs = programs(options.skip_build)?;
    let is_wanted =
        |name: &str| options.only.is_empty() || options.only.iter().any(|it| it == name);
    let (mut figures, mut failures) = (vec![], vec![]);
    for (names, measure) in GROUPS {
        if !names.iter().any(|name| is_wanted(name)) {
            continue;
        }
        eprintln!("      measuring {}", names.join(", "));
        match measure(&programs) {
            Ok(taken) => figures.extend(taken.into_iter().filter(|it| is_wanted(it.name))),
            Err(error) => failures.push(format!("{}: {error:#}", names.join(", "))),
        }
    }
    figure::report(&figures, &workspace::target()?.join("bench.json"))?;
    ensure!(failures.is_empty(), "not measured:\n{}", failures.join("\n"));
    Ok(())
}

fn programs(skip_build: bool) -> Result<Programs> {
    let release = workspace::target()?.join("release");
    let mut minimal = release.join(minimal::NAME);
    if !skip_build {
        let mut steps = Steps::quiet()?;
        setup::ready(Purpose::Test, &mut steps)?;
        let status = cargo(&["build", "--release", "--package", "zafu", "--package", "zafu-cli"])
            .status()
            .context("cargo cannot be run")?;
        ensure!(status.success(), "Zafu was not built: see above");
        minimal = minimal::build()?;
    }
    Ok(Programs { app: release.join("zafu-app"), command: release.join("zafu"), minimal })
}

#[expect(
    clippy::disallowed_methods,
    reason = "what a machine that is awake takes for something; nobody sits meanwhile"
)]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// Lets an app come to rest, or be watched for so long.
fn rest(seconds: u64) {
    std::thread::sleep(std::time::Duration::from_secs(seconds));
}
