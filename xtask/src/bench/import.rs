//! How fast exports are read for the preview of an import.

use super::Programs;
use super::figure::Figure;
use crate::workspace::cargo;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Runs an example of the formats, which generates the exports while it reads them.
pub fn measure(_programs: &Programs) -> Result<Vec<Figure>> {
    let output = cargo(&["run", "--release", "--quiet", "--package", "zafu-formats"])
        .args(["--example", "format_figures"])
        .output()
        .context("cargo cannot be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the formats were not measured:\n{}", errors.trim());
    let found: Value = serde_json::from_slice(&output.stdout)?;
    let get = |name: &str| found[name].as_f64().with_context(|| format!("{name} is missing"));
    let peaks = [get("csv_peak_kb")?, get("apple_peak_kb")?, get("apple_zip_peak_kb")?];
    let memory = peaks.into_iter().fold(0.0, f64::max) / 1024.0;
    let csv = ("import-csv", "dry run of a table of 1,000,000 sits");
    let apple = ("import-apple", "dry run of an Apple Health file of 2 GB");
    let peak = ("import-memory", "memory of these above idle");
    let detail = || found.clone();
    Ok(vec![
        Figure::absolute(csv, ">= 200,000 rows/s", (get("csv_s")?, "s", 5.0), detail()),
        Figure::absolute(
            apple,
            ">= 100 MB/s",
            (get("apple_s")?, "s", get("apple_mb")? / 100.0),
            detail(),
        ),
        Figure::absolute(peak, "<= 50 MB", (memory, "MB", 50.0), detail()),
    ])
}
