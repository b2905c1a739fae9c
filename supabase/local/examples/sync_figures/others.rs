//! Times of other clients for the same sessions: psql, and supabase-js with one request for each.

use crate::device::{Account, now};
use anyhow::{Context, Result, ensure};
use rusqlite::Connection;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use zafu_backend::Backend;

/// Measured requests of supabase-js.
const REQUESTS: u32 = 1000;

/// What a client says of a sit, there and here.
const COLUMNS: &str = "id, startedat, sitlength, satlength, iscompleted, completedat, endedat, createdat, \
    utcoffset, deviceid, source, note, label, correctedstart, correctedlength, detailsrevision, \
    detailsdevice, deletedat, deletionrevision, deletiondevice";

/// Inserts the sessions of a store with psql for another account, in batches of these sizes, each a transaction of a
/// signed-in client: with the triggers, but without `push_sessions`. Returns seconds.
pub fn psql(backend: &Backend, store: &Path, batches: &Value, folder: &Path) -> Result<f64> {
    let account = Account::new(backend)?;
    let file = folder.join("batches.sql");
    let mut script = BufWriter::new(File::create(&file)?);
    let store = Connection::open(store.join("zafu.db"))?;
    // Values as SQL literals, with other ids, because those of the store exist already.
    let values = COLUMNS
        .split(", ")
        .map(|column| match column {
            "id" => "quote('ffff' || substr(id, 5))".to_owned(),
            "iscompleted" => "iif(iscompleted, 'true', 'false')".to_owned(),
            column => format!("quote({column})"),
        })
        .collect::<Vec<_>>()
        .join(" || ',' || ");
    let mut rows = store.prepare(&format!("SELECT {values} FROM sessions ORDER BY id"))?;
    let mut rows = rows.query(())?;
    for size in batches.as_array().context("the batches of a push")? {
        writeln!(
            script,
            "begin; set local role authenticated;
             select set_config('request.jwt.claims', '{{\"sub\":\"{}\"}}', true) \\g /dev/null
             insert into sessions ({COLUMNS}) values",
            account.user
        )?;
        for index in 0..size.as_u64().context("a number")? {
            let row: String = rows.next()?.context("as many sits")?.get(0)?;
            writeln!(script, "{}({row})", if index == 0 { "" } else { "," })?;
        }
        writeln!(script, "; commit;")?;
    }
    script.flush()?;
    let start = now();
    let done = backend.psql().arg("--file").arg(&file).output()?;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(done.status.success(), "psql: {}", String::from_utf8_lossy(&done.stderr));
    fs::remove_file(&file)?;
    Ok(seconds)
}

/// supabase-js inserts some sits, one in each request, as it does where nothing gathers them. In seconds for each.
pub fn javascript(backend: &Backend) -> Result<f64> {
    let account = Account::new(backend)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("one-by-one.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(REQUESTS.to_string());
    node.env("ZAFU_ACCOUNT", serde_json::to_string(&account)?);
    let done = node.output().context("node cannot be run")?;
    ensure!(done.status.success(), "supabase-js: {}", String::from_utf8_lossy(&done.stderr));
    let seconds: f64 = String::from_utf8(done.stdout)?.trim().parse()?;
    Ok(seconds / f64::from(REQUESTS))
}
