//! `cargo xtask bench sync`: measures the sync over loopback, compared to psql and supabase-js.

use super::figure::{self, Figure};
use crate::packages::Purpose;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{self, cargo};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// Measures, prints a table and writes `target/bench-sync.json`.
///
/// # Errors
/// If a build or a measurement fails.
pub fn run() -> Result<()> {
    setup::prepare(Purpose::Backend, &mut Steps::quiet()?)?;
    let target = workspace::target()?;
    eprintln!("      building and measuring: some minutes, 4 GB meanwhile");
    let output = cargo(&["run", "--release", "--quiet", "--package", "zafu-backend"])
        .args(["--example", "sync_figures", "--"])
        .arg(target.join("bench").join("sync"))
        .output()
        .context("cargo cannot be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the sync was not measured:\n{}", errors.trim());
    let found = serde_json::from_slice(&output.stdout)?;
    let figures: Option<Vec<Figure>> =
        [throughput(&found), memory(&found), latency(&found), timer(&found)]
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .map(|groups| groups.into_iter().flatten().collect());
    let figures = figures.with_context(|| format!("a figure is missing: {found}"))?;
    figure::report(&figures, &target.join("bench-sync.json"))
}

fn throughput(found: &Value) -> Option<Vec<Figure>> {
    let seconds = |name: &str| found[name]["seconds"].as_f64();
    let (push, sits) = (seconds("push")?, found["sits"].as_f64()?);
    let (psql, javascript) = (found["psql"].as_f64()?, found["javascript"].as_f64()? * sits);
    let detail = |name: &str| {
        let batches = &found[name]["batches"];
        json!({ "requests": batches.as_array().map(Vec::len), "largest": largest(batches) })
    };
    let one_by_one = json!({ "measured": 1000, "scaled_to": sits, "of": detail("push") });
    Some(vec![
        Figure::absolute(
            ("push", "push of 100,000 offline sits"),
            "<= 1/20 of supabase-js",
            (push, "s", javascript / 20.0),
            one_by_one,
        )
        .compared_to("supabase-js, one request for each row, scaled from 1,000 rows", javascript),
        Figure::absolute(
            ("push-psql", "the same"),
            "<= 3 x psql",
            (push, "s", 3.0 * psql),
            detail("push"),
        )
        .compared_to("psql, insert in the same batches", psql),
        Figure::absolute(
            ("push-delayed", "the same, each round trip 50 ms longer"),
            "< 2 x without",
            (seconds("slow")?, "s", 2.0 * push),
            detail("slow"),
        )
        .compared_to("without", push),
        Figure::absolute(
            ("pull", "pull of 100,000 sits on a new device"),
            "< 1/2 of the push",
            (seconds("pull")?, "s", push / 2.0),
            detail("pull"),
        )
        .compared_to("push", push),
        Figure::absolute(
            ("push-again", "push of the same again, no row changes"),
            "<= the push",
            (seconds("again")?, "s", push),
            detail("again"),
        )
        .compared_to("push", push),
    ])
}

fn largest(batches: &Value) -> Option<u64> {
    batches.as_array()?.iter().filter_map(Value::as_u64).max()
}

fn memory(found: &Value) -> Option<Vec<Figure>> {
    let figure = |name, what, of: &str| {
        let (above, idle) = (found[of]["above_idle_mb"].as_f64()?, found[of]["idle_mb"].as_f64()?);
        let figure =
            Figure::absolute((name, what), "< 60 MB above idle", (above, "MB", 60.0), json!({}));
        Some(figure.compared_to("idle", idle))
    };
    Some(vec![
        figure("memory-push", "private memory while pushing them, above idle", "push")?,
        figure("memory-pull", "private memory while pulling them, above idle", "pull")?,
    ])
}

fn latency(found: &Value) -> Option<Vec<Figure>> {
    let one = &found["one"];
    let (small, large) = (one["small_ms"].as_f64()?, one["large_ms"].as_f64()?);
    let figure = Figure::absolute(
        ("push-one", "push of one sit, the server holds 5,000,000"),
        "<= 1.3 x 5,000",
        (large, "ms", 1.3 * small),
        one.clone(),
    );
    let digest = &found["digest"];
    let of_digest = Figure::absolute(
        ("digest", "digest of 1,000,000 sits of one account"),
        "< 50 ms",
        (digest["ms"].as_f64()?, "ms", 50.0),
        digest.clone(),
    );
    Some(vec![figure.compared_to("5,000", small), of_digest])
}

fn timer(found: &Value) -> Option<Vec<Figure>> {
    let timer = &found["timer"];
    let figure = |name, what, while_: &str, key: &str| {
        let (value, alone) = (timer[while_][key].as_f64()?, timer["alone"][key].as_f64()?);
        let detail = json!({ "beside": timer[while_], "alone": timer["alone"] });
        let goal = "unchanged (<= 1.25 x alone)";
        Some(
            Figure::absolute((name, what), goal, (value, "ms", 1.25 * alone), detail)
                .compared_to("alone", alone),
        )
    };
    Some(vec![
        figure("start-push", "start of a sit saved during a push", "push", "start_ms")?,
        figure("finish-push", "its finish", "push", "finish_ms")?,
        figure("start-pull", "start of a sit saved during a pull", "pull", "start_ms")?,
        figure("finish-pull", "its finish", "pull", "finish_ms")?,
        figure("start-hang", "start of a sit saved while the network hangs", "hang", "start_ms")?,
        figure("finish-hang", "its finish", "hang", "finish_ms")?,
    ])
}
