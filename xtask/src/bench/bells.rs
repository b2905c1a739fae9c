//! How exactly bells are heard when they are due: the engine's own example records them from a sink that keeps
//! real time.

use super::Programs;
use super::figure::Figure;
use crate::workspace::cargo;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// How many bells.
const BELLS: &str = "200";

pub fn measure(_programs: &Programs) -> Result<Vec<Figure>> {
    let output = cargo(&["run", "--release", "--quiet", "--package", "zafu-engine"])
        .args(["--example", "bell_onsets", "--", BELLS])
        .output()
        .context("cargo cannot be run")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "bells were not heard:\n{}", said.trim());
    let found: Value = serde_json::from_slice(&output.stdout)?;
    let get = |name: &str| found[name].as_f64().with_context(|| format!("{name} is missing"));
    ensure!(get("missed")? == 0.0, "{} bells were not heard at all", found["missed"]);
    let detail =
        json!({ "bells": found["bells"], "worst_from_median_ms": found["worst_from_median_ms"] });
    let (median, spread) = (
        ("bell-median", "bell onset error, median of 200"),
        ("bell-spread", "the same, 99th percentile from the median"),
    );
    let median_value = (get("median_ms")?.abs(), "ms", 150.0);
    let spread_value = (get("p99_from_median_ms")?, "ms", 20.0);
    Ok(vec![
        Figure::absolute(median, "<= 150 ms", median_value, detail.clone()),
        Figure::absolute(spread, "<= 20 ms", spread_value, detail),
    ])
}
