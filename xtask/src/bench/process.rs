//! The memory, processor time and wake-ups of an app with all its processes, from `/proc`.

use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use std::fs;

/// The unit of processor time in `/proc`, in ticks per second; the same on every Linux.
const TICKS: f64 = 100.0;

/// Returns a process and all its descendants.
pub fn tree(root: u32) -> Vec<u32> {
    let mut parents = vec![];
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if let Some(parent) = stat(pid).and_then(|fields| fields.get(1)?.parse::<u32>().ok()) {
            parents.push((pid, parent));
        }
    }
    let mut tree = vec![root];
    let mut next = 0;
    while let Some(one) = tree.get(next).copied() {
        tree.extend(parents.iter().filter(|(_, parent)| *parent == one).map(|(pid, _)| *pid));
        next += 1;
    }
    tree
}

/// Returns the fields of `/proc/PID/stat` after the name, which may contain any character: the state, the parent, ...
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(Into::into).collect())
}

/// Returns the name and the private memory of each process, in MB of 2^20 bytes.
///
/// # Errors
/// If the app has ended.
pub fn private_memory(root: u32) -> Result<Vec<(String, f64)>> {
    let mut all = vec![];
    for pid in tree(root) {
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

/// Returns the processor time used until now in user and system mode, in seconds.
pub fn cpu_seconds(root: u32) -> f64 {
    let ticks = |pid| {
        let fields = stat(pid)?;
        let field = |at: usize| fields.get(at)?.parse::<f64>().ok();
        // Fields 14 and 15 of the file.
        Some(field(11)? + field(12)?)
    };
    tree(root).into_iter().filter_map(ticks).sum::<f64>() / TICKS
}

/// Returns the name of each thread and how often it has gone to sleep, by process and thread. Each sleep ends with a
/// wake-up.
pub fn sleeps(root: u32) -> HashMap<(u32, u32), (String, u64)> {
    let mut all = HashMap::new();
    for pid in tree(root) {
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
