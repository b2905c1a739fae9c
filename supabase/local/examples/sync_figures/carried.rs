//! Times of pushing 100,000 sessions, pushing them again, pushing them with a higher latency, pulling them on a new
//! device, and inserting them with other clients.

use crate::device::{self, Account, Task};
use crate::{delay, others, sits};
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::path::Path;
use zafu_backend::Backend;

/// Pending sessions of a device.
const SITS: u32 = 100_000;
/// Added to each round trip, in milliseconds.
const DELAY_MS: u64 = 50;

/// Measures all of them.
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

    // As if no response had arrived.
    sits::mark_all(&first)?;
    let again = device::measure(&first, &account, Task::Push)?;
    ensure!(again["rows"] == SITS, "not all of it was sent again: {again}");
    ensure!(stamps(&backend, &account)? == stamped, "unchanged rows were written");
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

/// Returns the number of sessions of an account, and a hash of the seq and row version of all of them.
fn stamps(backend: &Backend, account: &Account) -> Result<String> {
    backend.sql(&format!(
        "select count(*), md5(string_agg(concat(id, xmin, seq), ',' order by id))
         from sessions where userid = '{}'",
        account.user
    ))
}
