//! `cargo xtask bench partner`: what partners cost the database of a project, which holds many others.

use super::figure::{self, Figure};
use crate::packages::Purpose;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{self, cargo};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Partnerships and sessions of the two projects that are compared.
const SMALL: [u32; 2] = [1_000, 20_000];
const LARGE: [u32; 2] = [50_000, 1_000_000];

/// Measures, prints a table and writes `target/bench-partner.json`.
///
/// # Errors
/// If a build or a measurement fails.
pub fn run() -> Result<()> {
    setup::prepare(Purpose::Backend, &mut Steps::quiet()?)?;
    eprintln!("      building and measuring: some minutes, 4 GB meanwhile");
    let (small, large) = (measure(SMALL)?, measure(LARGE)?);
    let milliseconds = |found: &Value, call: &str| {
        found[call]["median"].as_f64().with_context(|| format!("{call} is missing in {found}"))
    };
    let (view, few) = (milliseconds(&large, "view")?, milliseconds(&small, "view")?);
    let (paired, unpaired) =
        (milliseconds(&large, "push_paired")?, milliseconds(&large, "push_unpaired")?);
    let figure = |name, goal, value, limit| {
        Figure::absolute(name, goal, (value, "ms", limit), large.clone())
    };
    let figures = [
        figure(
            ("partner-view", "response about a partner, in a project with 50,000 partnerships"),
            "<= 5 ms",
            view,
            5.0,
        ),
        figure(("partner-growth", "the same"), "<= 1.5 x 1,000 partnerships", view, 1.5 * few)
            .compared_to("1,000 partnerships", few),
        figure(
            ("partner-unchanged", "response that nothing has changed"),
            "<= 1 ms",
            milliseconds(&large, "unchanged")?,
            1.0,
        ),
        figure(
            ("partner-accept", "an invitation is accepted"),
            "<= 20 ms",
            milliseconds(&large, "accept")?,
            20.0,
        ),
        figure(
            ("partner-push", "push of one sit by a user with a partner"),
            "<= 1.5 x without a partner",
            paired,
            1.5 * unpaired,
        )
        .compared_to("without a partner", unpaired),
    ];
    figure::report(&figures, &workspace::target()?.join("bench-partner.json"))
}

/// Runs the example of the backend, which prints the milliseconds of each call in the database.
fn measure([partnerships, sessions]: [u32; 2]) -> Result<Value> {
    let output = cargo(&["run", "--release", "--quiet", "--package", "zafu-backend"])
        .args(["--example", "partner_figures", "--"])
        .args([partnerships.to_string(), sessions.to_string()])
        .output()
        .context("cargo cannot be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "partners were not measured:\n{}", errors.trim());
    Ok(serde_json::from_slice(&output.stdout)?)
}
