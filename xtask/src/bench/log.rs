//! How fast the log is read and changed.

use super::Programs;
use super::figure::Figure;
use crate::workspace::{self, cargo};
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

/// The names of all figures.
pub const NAMES: &[&str] =
    &["log-pages", "log-nothing", "log-insight-year", "log-insight-all", "log-changes"];

/// Runs an example of the store, which measures a log of 10,000 sits and one of 1,000,000.
pub fn measure(_programs: &Programs) -> Result<Vec<Figure>> {
    let folder = workspace::root().join("target/bench-log");
    let output = cargo(&["run", "--release", "--quiet", "--package", "zafu-store"])
        .args(["--example", "log_figures", "--"])
        .arg(&folder)
        .output()
        .context("cargo cannot be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the log was not measured:\n{}", errors.trim());
    let found: Value = serde_json::from_slice(&output.stdout)?;
    let part = |name: &str| found[name].as_object().with_context(|| format!("{name} is missing"));
    let (small, large) = (part("10k")?, part("1m")?);
    let compared = |name, what, goal, limit, selects: &dyn Fn(&str) -> bool| -> Result<Figure> {
        let value = slowest(large, selects)?;
        let figure = Figure::absolute((name, what), goal, (value, "ms", limit), found.clone());
        Ok(figure.compared_to("10,000", slowest(small, selects)?))
    };
    let is_of_no_sit = |key: &str| key.starts_with("nothing");
    let is_page = |key: &str| {
        let kinds = ["page", "label", "word", "conditions", "year"];
        key.ends_with("_ms") && kinds.iter().any(|kind| key.starts_with(kind))
    };
    let is_change = |key: &str| ["edit_ms", "delete_ms", "undelete_ms"].contains(&key);
    let commit = slowest(large, &|key| key == "bare_commit_ms")?;
    let changes = (slowest(large, &is_change)?, "ms", 2.0 * commit);
    let change = ("log-changes", "slowest of edit, delete and undo with 1,000,000 sits");
    Ok(vec![
        compared(
            "log-pages",
            "slowest page, filter or search of 1,000,000 sits",
            "<= 16 ms",
            16.0,
            &is_page,
        )?,
        compared(
            "log-nothing",
            "slowest filter of these that selects nothing",
            "<= 100 ms",
            100.0,
            &is_of_no_sit,
        )?,
        compared("log-insight-year", "charts of a year of them", "<= 16 ms", 16.0, &|key| {
            key == "insight_year_ms"
        })?,
        compared("log-insight-all", "charts of all years", "<= 100 ms", 100.0, &|key| {
            key == "insight_all_ms"
        })?,
        Figure::absolute(change, "<= 2 x a bare commit", changes, found.clone())
            .compared_to("commit", commit),
    ])
}

/// Returns the largest of the figures that are selected.
fn slowest(figures: &Map<String, Value>, selects: &dyn Fn(&str) -> bool) -> Result<f64> {
    let selected = figures.iter().filter(|(key, _)| selects(key));
    selected.filter_map(|(_, value)| value.as_f64()).reduce(f64::max).context("a figure is missing")
}
