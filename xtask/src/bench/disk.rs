//! The size of the programs, and the durations of the store.

use super::Programs;
use super::figure::{Figure, round};
use crate::workspace::cargo;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::path::Path;

pub fn sizes(programs: &Programs) -> Result<Vec<Figure>> {
    let size = |path: &Path| -> Result<f64> {
        let file = std::fs::metadata(path);
        let file = file.with_context(|| format!("{} is not built", path.display()))?;
        Ok(file.len() as f64 / 1e6)
    };
    let app = (size(&programs.app)?, "MB", 15.0);
    let command = (size(&programs.command)?, "MB", 8.0);
    let minimal = size(&programs.minimal)?;
    Ok(vec![
        Figure::absolute(("size-app", "zafu-app with the UI"), "< 15 MB", app, json!({}))
            .compared_to("minimal", minimal),
        Figure::absolute(("size-command", "zafu"), "< 8 MB", command, json!({})),
    ])
}

/// Runs an example of the store, which measures on the disk of the target folder.
pub fn store(_programs: &Programs) -> Result<Vec<Figure>> {
    let output = cargo(&["run", "--release", "--quiet", "--package", "zafu-store"])
        .args(["--example", "store_figures"])
        .arg("--")
        .arg(crate::workspace::target()?.join("bench").join("store"))
        .output()
        .context("cargo cannot be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the store was not measured:\n{}", errors.trim());
    let found: Value = serde_json::from_slice(&output.stdout)?;
    let get = |name: &str| found[name].as_f64().with_context(|| format!("{name} is missing"));
    let commit = get("bare_commit_ms")?;
    let (small, large) = (get("log_10k_ms")?, get("log_1m_ms")?);
    let goal = "<= 1.5 x a bare FULL commit";
    let durable = |name, what, key| -> Result<Figure> {
        let value = (get(key)?, "ms", 1.5 * commit);
        Ok(Figure::absolute((name, what), goal, value, json!({ "median_of": found["rounds"] }))
            .compared_to("commit", commit))
    };
    let (log, growth) =
        (("log", "the last 50 of 1,000,000 sits"), ("log-growth", "the same, compared to 10,000"));
    let reads = json!({ "median_of": found["reads"], "first_ms": round(get("log_1m_first_ms")?) });
    Ok(vec![
        durable("durable-start", "durable start", "start_ms")?,
        durable("durable-finish", "durable finish", "finish_ms")?,
        Figure::absolute(log, "< 10 ms", (large, "ms", 10.0), reads.clone()),
        Figure::absolute(growth, "<= 1.5 x 10,000 sits", (large, "ms", 1.5 * small), reads)
            .compared_to("10,000", small),
    ])
}
