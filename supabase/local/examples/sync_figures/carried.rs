//! 100,000 sits on their way: sent by a device, sent again, sent over a long line, read by a new device, and sent by
//! others.

use crate::device::{self, Account, Task};
use crate::{delay, others, sits};
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::path::Path;
use zafu_backend::Backend;

/// Offline sits of one device.
const SITS: u32 = 100_000;
/// What is added to each round trip, in milliseconds.
const DELAY_MS: u64 = 50;

/// How long each of it took.
pub fn measure(folder: &Path) -> Result<Value> {
    let backend = Backend::start()?;
    let account = Account::new(&backend)?;
    let first = folder.join("first");
    sits::fill(&first, &account, SITS, 1)?;
    let push = device::measure(&first, &account, Task::Push)?;
    let stamped = stamps(&backend, &account)?;
    ensure!(stamped.starts_with(&format!("{SITS}|")), "not all of it arrived: {stamped}");
    let psql = others::psql(&backend, &first, &push["batches"], folder)?;

    let distant = Account::new(&backend)?;
    let proxy = delay::Proxy::open(&backend.url(), DELAY_MS)?;
    let second = folder.join("second");
    sits::fill(&second, &distant, SITS, 2)?;
    let slow = device::measure(&second, &distant.at(proxy.url()), Task::Push)?;

    // As if no answer had ever arrived.
    sits::mark_all(&first)?;
    let again = device::measure(&first, &account, Task::Push)?;
    ensure!(again["rows"] == SITS, "not all of it was sent again: {again}");
    ensure!(stamps(&backend, &account)? == stamped, "what did not change was written anew");
    let new = folder.join("new");
    sits::fill(&new, &account, 0, 1)?;
    let pull = device::measure(&new, &account, Task::Pull)?;
    ensure!(pull["rows"] == SITS, "not all of it was read: {pull}");
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
