//! What the sync takes, beside what others take for the same: the real store, the real remote, the real backend.
//!
//! `cargo run --release -p zafu-backend --example sync_figures -- FOLDER` makes stores in `FOLDER` and two backends
//! in the temporary folder, measures, removes them, and prints one JSON object.

#![cfg(unix)]

mod delay;
mod device;
mod others;
mod sits;
mod size;
mod timer;

use anyhow::{Context, Result, ensure};
use device::{Account, Task};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use zafu_backend::Backend;

/// Offline sits of one device.
const SITS: u32 = 100_000;
/// What is added to each round trip, in milliseconds.
const DELAY_MS: u64 = 50;

fn main() -> Result<()> {
    let argument = std::env::args().nth(1).context("name a folder on the disk to be measured")?;
    if argument == device::ARGUMENT {
        return device::run();
    }
    let folder = PathBuf::from(argument);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut all = carried(&folder)?;
    for (name, value) in timer::measure(&folder)?.into_iter().chain(size::measure()?) {
        all[name] = value;
    }
    fs::remove_dir_all(&folder)?;
    println!("{all}");
    Ok(())
}

/// 100,000 sits: sent, sent again, sent over a slow line, read by a new device, and sent by others.
fn carried(folder: &Path) -> Result<Value> {
    let backend = Backend::start()?;
    let account = Account::new(&backend)?;
    let first = folder.join("first");
    sits::fill(&first, &account, SITS, 1)?;
    let push = device::measure(&first, &account, Task::Push)?;
    let stamped = stamps(&backend, &account)?;
    ensure!(stamped.starts_with(&format!("{SITS}|")), "not all of it arrived: {stamped}");
    // As if no answer had ever arrived.
    sits::mark_all(&first)?;
    let again = device::measure(&first, &account, Task::Push)?;
    ensure!(again["rows"] == SITS, "not all of it was sent again: {again}");
    ensure!(stamps(&backend, &account)? == stamped, "what did not change was written anew");
    let new = folder.join("new");
    sits::fill(&new, &account, 0, 1)?;
    let pull = device::measure(&new, &account, Task::Pull)?;
    ensure!(pull["rows"] == SITS, "not all of it was read: {pull}");

    let distant = Account::new(&backend)?;
    let proxy = delay::Proxy::open(&backend.url(), DELAY_MS)?;
    let second = folder.join("second");
    sits::fill(&second, &distant, SITS, 2)?;
    let slow = device::measure(&second, &distant.at(proxy.url()), Task::Push)?;

    let psql = others::psql(&backend, &second, &push["batches"], folder)?;
    let javascript = others::javascript(&backend)?;
    Ok(json!({
        "sits": SITS, "push": push, "again": again, "pull": pull, "slow": slow,
        "psql": psql, "javascript": javascript,
    }))
}

/// How many sits an account has, and the numbers and versions of all of them.
fn stamps(backend: &Backend, account: &Account) -> Result<String> {
    backend.sql(&format!(
        "select count(*), md5(string_agg(concat(id, xmin, seq), ',' order by id))
         from sessions where userid = '{}'",
        account.user
    ))
}
