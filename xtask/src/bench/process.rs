//! What an app costs while it runs, read from `/proc`: all of its processes together.

use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use std::fs;

/// Ticks of the processor's time in a second, as `/proc` counts: the same on every Linux.
const TICKS: f64 = 100.0;

/// The process and everything it has started.
pub fn family(root: u32) -> Vec<u32> {
    let mut parents = vec![];
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if let Some(parent) = stat(pid).and_then(|fields| fields.get(1)?.parse::<u32>().ok()) {
            parents.push((pid, parent));
        }
    }
    let mut family = vec![root];
    let mut next = 0;
    while let Some(one) = family.get(next).copied() {
        family.extend(parents.iter().filter(|(_, parent)| *parent == one).map(|(pid, _)| *pid));
        next += 1;
    }
    family
}

/// What `/proc/PID/stat` says after the name, which may hold anything: the state, the parent, ...
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(Into::into).collect())
}

/// Memory that nobody else shares, in MB (2^20 bytes), of each process by its name.
///
/// # Errors
/// If the app is gone.
pub fn private_memory(root: u32) -> Result<Vec<(String, f64)>> {
    let mut all = vec![];
    for pid in family(root) {
        let Ok(rollup) = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) else { continue };
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Private_Dirty:"));
        let kib: f64 = line
            .and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok())
            .context("smaps_rollup has no Private_Dirty")?;
        all.push((name.trim().to_owned(), kib / 1024.0));
    }
    ensure!(!all.is_empty(), "the app is no longer running");
    Ok(all)
}

/// Seconds of processor time used so far, in user and system mode.
pub fn cpu_seconds(root: u32) -> f64 {
    let ticks = |pid| {
        let fields = stat(pid)?;
        let field = |at: usize| fields.get(at)?.parse::<f64>().ok();
        // The 14th and 15th of the file.
        Some(field(11)? + field(12)?)
    };
    family(root).into_iter().filter_map(ticks).sum::<f64>() / TICKS
}

/// How often each thread has gone to sleep so far, by process and thread; each sleep ended with a wake-up.
pub fn sleeps(root: u32) -> HashMap<(u32, u32), (String, u64)> {
    let mut all = HashMap::new();
    for pid in family(root) {
        for task in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
            let Some(tid) = task.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
            let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
            let count = field("voluntary_ctxt_switches:").and_then(|text| text.trim().parse().ok());
            if let Some(count) = count {
                let name = field("Name:").unwrap_or_default().trim().to_owned();
                all.insert((pid, tid), (name, count));
            }
        }
    }
    all
}
