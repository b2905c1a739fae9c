//! Queries of the table of sessions, and the constraints of the schema.

use super::*;
use crate::{LogQuery, Store, sample};
use zafu_core::time::WallTime;

fn filled() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let now = WallTime::new("2026-03-01T06:00:00Z".parse().unwrap(), UtcOffset(0));
    let store = Store::open(folder.path(), now).unwrap();
    sample::fill(&store);
    (folder, store)
}

#[test]
fn the_log_is_in_order_of_the_corrected_start() {
    let (_folder, store) = filled();
    let log = store.sessions(&LogQuery::newest(100)).unwrap();
    let last = log.last().unwrap();
    assert_eq!(last.details.value.corrected_length, Some(Seconds(1800)));
    assert!(log.is_sorted_by_key(|session| std::cmp::Reverse(session.effective_start().utc)));
}

#[test]
fn the_columns_of_sessions_are_stable() {
    let (_folder, store) = filled();
    let columns: Vec<String> = store.on_writer(|connection| {
        let statement = connection.prepare("SELECT * FROM sessions").unwrap();
        statement.column_names().map(str::to_owned).collect()
    });
    let read = columns!().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(columns.join(", "), format!("key, {read}, owner"));
}

#[test]
fn invalid_rows_violate_a_constraint() {
    let (_folder, store) = filled();
    let is_refused = |change: &'static str| {
        store.on_writer(move |connection| {
            let transaction = connection.transaction().unwrap();
            let refused = transaction.execute_batch(change);
            let code = refused.as_ref().err().and_then(rusqlite::Error::sqlite_error_code);
            assert_eq!(
                code,
                Some(rusqlite::ErrorCode::ConstraintViolation),
                "{change}: {refused:?}"
            );
        });
    };
    for change in [
        "UPDATE sessions SET iscompleted = 0 WHERE completedat IS NOT NULL",
        "UPDATE sessions SET iscompleted = 1 WHERE completedat IS NULL",
        "UPDATE sessions SET endedat = '2026-03-01T06:00:00.000Z' WHERE iscompleted = 1",
        "UPDATE sessions SET endedat = NULL, satlength = 0 WHERE iscompleted = 0",
        "UPDATE sessions SET satlength = 5 WHERE endedat IS NULL",
        "UPDATE sessions SET satlength = -1",
        "UPDATE sessions SET sitlength = 'long'",
        "UPDATE sessions SET startedat = 'yesterday'",
        "UPDATE sessions SET startedat = '2026-02-30T06:00:00.000Z'",
        "UPDATE sessions SET startedat = '2026-03-01T06:00:00Z'",
        "UPDATE sessions SET startedat = '2026-03-01 06:00:00.000'",
        "UPDATE sessions SET startedat = '2026-03-01T06:00:00.000+01:00'",
        "UPDATE sessions SET deletedat = 1",
        "UPDATE sessions SET utcoffset = 1440",
        "UPDATE sessions SET source = 'dream'",
        "UPDATE sessions SET id = 'x'",
        "UPDATE sessions SET id = NULL",
        "UPDATE sessions SET note = 'a' || char(0)",
        "UPDATE sessions SET detailsrevision = -1",
        "UPDATE sessions SET correctedlength = -1",
        "UPDATE sessions SET correctedoffset = 1440",
        "UPDATE sessions SET key = key + 1000",
        "UPDATE sessions SET id = (SELECT min(id) FROM sessions WHERE owner IS NOT NULL) WHERE owner IS NOT NULL",
        "DELETE FROM sessions WHERE endedat IS NOT NULL",
        "DELETE FROM sessions WHERE key IN (SELECT session_key FROM open_sits WHERE preparing = 0)",
        "UPDATE open_sits SET phase = 'running'",
        "UPDATE open_sits SET preparing = 1",
        "UPDATE open_sits SET body = 'x'",
        "UPDATE sessions SET owner = '01970000-0000-4000-8000-00000000beef'",
        "UPDATE sessions SET owner = (SELECT id FROM accounts WHERE shown = 0)",
        "UPDATE sessions SET owner = NULL",
        "UPDATE accounts SET shown = 1",
        "UPDATE accounts SET signedin = 1",
        "UPDATE accounts SET shown = 0",
        "UPDATE accounts SET seq = NULL WHERE seq IS NOT NULL",
        "UPDATE accounts SET history_id = NULL WHERE seq IS NOT NULL",
        "UPDATE accounts SET has_pulled = 0",
        "DELETE FROM accounts",
        "INSERT INTO outbox (session_key, generation, state)
         SELECT session_key, 999, 'pending' FROM open_sits WHERE preparing = 1",
        "UPDATE outbox SET state = 'lost'",
        "UPDATE outbox SET last_code = NULL WHERE state = 'rejected'",
        "UPDATE outbox SET generation = 5",
        "INSERT INTO device VALUES (2, '01970000-0000-7000-8000-00000000beef', '2026-03-01T06:00:00.000Z', NULL, NULL)",
    ] {
        is_refused(change);
    }
}
