//! How fast exports are read and imported.

use super::Programs;
use super::figure::Figure;
use crate::workspace::cargo;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The names of all figures.
pub const NAMES: &[&str] = &[
    "import-read-csv",
    "import-read-apple",
    "import-read-memory",
    "import-dry-run",
    "import-small",
    "import-large",
    "import-undo",
    "import-memory",
];

/// Runs an example of a package, which prints one JSON object.
fn run(package: &str, example: &str) -> Result<Value> {
    let output = cargo(&["run", "--release", "--quiet", "--package", package])
        .args(["--example", example])
        .output()
        .context("cargo cannot be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{example} did not measure:\n{}", errors.trim());
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Runs an example of the formats, which generates exports while it reads them, and one of the engine, which imports 10,000
/// and 1,000,000 sits into an empty log.
pub fn measure(_programs: &Programs) -> Result<Vec<Figure>> {
    let mut figures = reading()?;
    figures.extend(importing()?);
    Ok(figures)
}

fn reading() -> Result<Vec<Figure>> {
    let found = run("zafu-formats", "format_figures")?;
    let get = |name: &str| found[name].as_f64().with_context(|| format!("{name} is missing"));
    let peaks = [get("csv_peak_kb")?, get("apple_peak_kb")?, get("apple_zip_peak_kb")?];
    let memory = peaks.into_iter().fold(0.0, f64::max) / 1024.0;
    let csv = ("import-read-csv", "reading a table of 1,000,000 sits, without the log");
    let apple = ("import-read-apple", "reading an Apple Health file of 2 GB");
    let peak = ("import-read-memory", "memory of these above idle");
    let apple_limit = get("apple_mb")? / 100.0;
    let figure = |name, goal, value| Figure::absolute(name, goal, value, found.clone());
    Ok(vec![
        figure(csv, ">= 200,000 rows/s", (get("csv_s")?, "s", 5.0)),
        figure(apple, ">= 100 MB/s", (get("apple_s")?, "s", apple_limit)),
        figure(peak, "<= 50 MB", (memory, "MB", 50.0)),
    ])
}

fn importing() -> Result<Vec<Figure>> {
    let found = run("zafu-engine", "import_figures")?;
    let get = |size: &str, name: &str| {
        found[size][name].as_f64().with_context(|| format!("{name} of {size} is missing"))
    };
    let dry_run = ("import-dry-run", "dry run of a table of 1,000,000 sits, with the log");
    let small = ("import-small", "import of 10,000 sits into an empty log");
    let large = ("import-large", "import of 1,000,000 sits into an empty log");
    let undo = ("import-undo", "undo of that import");
    let peak = ("import-memory", "memory of all these above idle");
    let bare = get("1m", "bare_s")?;
    let memory = get("10k", "memory_mb")?.max(get("1m", "memory_mb")?);
    let figure = |name, goal, value| Figure::absolute(name, goal, value, found.clone());
    let compared = |name, of| -> Result<Figure> {
        let value = (get("1m", of)?, "s", 3.0 * bare);
        Ok(figure(name, "<= 3 x bare SQLite", value).compared_to("bare inserts", bare))
    };
    Ok(vec![
        figure(dry_run, ">= 200,000 rows/s", (get("1m", "dry_run_s")?, "s", 5.0)),
        figure(small, "<= 1 s", (get("10k", "import_s")?, "s", 1.0)),
        compared(large, "import_s")?,
        compared(undo, "undo_s")?,
        figure(peak, "<= 50 MB", (memory, "MB", 50.0)),
    ])
}
