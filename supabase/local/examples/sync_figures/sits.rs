//! Sessions of a user who has sat four times a day for many years, and has imported every second one.

use crate::device::{Account, moment};
use anyhow::Result;
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use zafu_store::Store;

/// The note of every fourth session.
const NOTE: &str = "rain on the roof, a bell far away; one long breath, and then another";

/// Creates a store in `folder` where `account` is signed in and `sits` completed sessions are pending. `salt` makes their
/// ids different from those of other stores.
pub fn fill(folder: &Path, account: &Account, sits: u32, salt: u32) -> Result<()> {
    fs::create_dir_all(folder)?;
    let store = Store::open(folder, moment().wall)?;
    store.sign_in(account.user, &account.url, "key", "figures@example.test")?;
    drop(store);
    let connection = Connection::open(folder.join("zafu.db"))?;
    zafu_store::register_functions(&connection)?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
           t (i, s, e) AS (
             SELECT i, strftime('%Y-%m-%dT%H:%M:%fZ', 1772000000 - (?1 - i) * 21600, 'unixepoch'),
                       strftime('%Y-%m-%dT%H:%M:%fZ', 1772001200 - (?1 - i) * 21600, 'unixepoch') FROM n)
         INSERT INTO sessions (id, startedat, sitlength, satlength, iscompleted, completedat, endedat,
           deletedat, utcoffset, deviceid, source, createdat, note, label, correctedstart,
           correctedlength, detailsrevision, detailsdevice, deletionrevision, deletiondevice, owner)
         SELECT printf('%08x-%04x-7000-8000-%012x', i, ?4, i), s, 1200, 1200, 1, e, e,
           NULL, 60, ?2, iif(i % 2, 'timer', 'import'), s, iif(i % 4, '', ?5), 'Zazen', NULL, NULL, NOT i % 4, ?2, 0, ?2, ?3
         FROM t WHERE ?1 > 0",
        (
            sits,
            "00000000-0000-7000-8000-000000000001",
            account.user.to_string(),
            salt,
            NOTE,
        ),
    )?;
    mark_all(folder)
}

/// Marks all sessions as pending, as if no response had arrived.
pub fn mark_all(folder: &Path) -> Result<()> {
    Connection::open(folder.join("zafu.db"))?.execute_batch(
        "INSERT INTO outbox (session_key, generation, state)
         SELECT key, last + row_number() OVER (ORDER BY id), 'pending' FROM sessions, outbox_generation;
         UPDATE outbox_generation SET last = last + (SELECT count(*) FROM sessions);",
    )?;
    Ok(())
}
