//! `cargo xtask bench`: measures memory, processor time, size and latency of Zafu, beside goals and references.
//!
//! These are figures and not tests: a missed goal is reported and fails nothing; a failed measurement does.

mod bells;
mod desktop;
mod disk;
mod figure;
mod import;
mod log;
mod memory;
mod minimal;
mod pages;
mod partner;
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
    /// Measure only the figure of this name
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Measure the programs of the last build
    #[arg(long)]
    skip_build: bool,
}

/// Parts that are measured only on request.
#[derive(clap::Subcommand)]
enum Part {
    /// Measure the sync beside psql and supabase-js, on the real backend
    Sync,
    /// Measure what partners cost the database, on the real backend
    Partner,
}

/// The programs that are measured.
struct Programs {
    app: PathBuf,
    command: PathBuf,
    minimal: PathBuf,
}

type Measure = fn(&Programs) -> Result<Vec<Figure>>;

/// Each measurement, and the names of the figures that it takes.
const GROUPS: [(&[&str], Measure); 12] = [
    (&["size-app", "size-command"], disk::sizes),
    (&["durable-start", "durable-finish", "log", "log-growth"], disk::store),
    (log::NAMES, log::measure),
    (pages::NAMES, pages::measure),
    (import::NAMES, import::measure),
    (&["memory-terminal"], memory::terminal),
    (&["memory-background"], memory::background),
    (&["start"], start::measure),
    (&["memory-open", "memory-closed"], sitting::memory),
    (&["cpu-open"], sitting::open),
    (&["cpu-closed", "wake-ups"], sitting::closed),
    (&["bell-median", "bell-spread", "sit-median", "sit-spread"], bells::measure),
];

/// Builds for release, measures, prints a table and writes `target/bench.json`.
///
/// # Errors
/// If a build or a measurement fails.
pub fn run(options: &Options) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the benchmark reads /proc, so it needs Linux");
    match options.part {
        Some(Part::Sync) => return sync::run(),
        Some(Part::Partner) => return partner::run(),
        None => {}
    }
    for name in &options.only {
        let mut known = GROUPS.iter().flat_map(|(names, _)| *names);
        if !known.any(|one| one == name) {
            let names: Vec<_> = GROUPS.iter().flat_map(|(names, _)| *names).copied().collect();
            bail!("there is no figure {name}, but {}", names.join(", "));
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
        setup::prepare(Purpose::Test, &mut steps)?;
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
    reason = "a duration on a machine that is awake; not the time of a sit"
)]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// Waits while an app becomes idle or is measured.
fn rest(seconds: u64) {
    std::thread::sleep(std::time::Duration::from_secs(seconds));
}
