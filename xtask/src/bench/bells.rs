//! The delay of bells: an example of the engine records them from a sound sink that runs in real time.

use super::Programs;
use super::figure::Figure;
use crate::workspace::cargo;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// The number of bells.
const BELLS: &str = "200";

/// The number of sits of one second, each a process of its own.
const SITS: &str = "20";

pub fn measure(programs: &Programs) -> Result<Vec<Figure>> {
    let zafu = programs.command.to_str().context("the path of zafu is not UTF-8")?;
    let bells = record(&[BELLS])?;
    let sits = record(&["sits", SITS, zafu])?;
    Ok(figures(&bells, ["bell-median", "bell-spread"], "bell onset error, median of 200")?
        .into_iter()
        .chain(figures(&sits, ["sit-median", "sit-spread"], "the same, ends of 20 sits of 1 s")?)
        .collect())
}

/// Runs the example and returns the figures that it prints.
fn record(arguments: &[&str]) -> Result<Value> {
    let output = cargo(&["run", "--release", "--quiet", "--package", "zafu-engine"])
        .args(["--example", "bell_onsets", "--"])
        .args(arguments)
        .output()
        .context("cargo cannot be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the bells were not recorded:\n{}", errors.trim());
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn figures(found: &Value, names: [&'static str; 2], what: &str) -> Result<[Figure; 2]> {
    let get = |name: &str| found[name].as_f64().with_context(|| format!("{name} is missing"));
    ensure!(get("missed")? == 0.0, "{} bells were not heard", found["missed"]);
    let detail =
        json!({ "bells": found["bells"], "worst_from_median_ms": found["worst_from_median_ms"] });
    let (median, spread) =
        ((names[0], what), (names[1], "the same, 99th percentile from the median"));
    let median_value = (get("median_ms")?.abs(), "ms", 150.0);
    let spread_value = (get("p99_from_median_ms")?, "ms", 20.0);
    Ok([
        Figure::absolute(median, "<= 150 ms", median_value, detail.clone()),
        Figure::absolute(spread, "<= 20 ms", spread_value, detail),
    ])
}
