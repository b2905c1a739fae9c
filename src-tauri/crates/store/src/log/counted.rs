//! The sits that count towards a week, as the server counts them.

use super::filter::{self, OwnerFilter};
use crate::StoreError;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use std::ops::Range;
use zafu_core::ids::UserId;
use zafu_core::partnership::SharedSit;
use zafu_core::session::COUNTS_FROM;
use zafu_core::time::{Seconds, UtcOffset};

/// The positions of one millisecond in the log: see `0009_log.sql`.
const POSITIONS_PER_MS: i64 = 32_768;

/// Returns the sits that count by [`Session::counts`](zafu_core::session::Session::counts) and whose effective start is in
/// `starts`, the first one first: those of `account` that its server has or is to get, without dead letters; without an account, those of the
/// shown account and the ownerless ones.
pub(crate) fn counted_sits(
    connection: &Connection,
    account: Option<UserId>,
    starts: Range<DateTime<Utc>>,
) -> Result<Vec<SharedSit>, StoreError> {
    const SQL: &str = "SELECT start, length, utcoffset FROM log_rows
       WHERE owner = ?1 AND position >= ?2 AND position < ?3
         AND outcome = 2 AND source = 0 AND length >= ?4
         AND NOT (?5 AND EXISTS (
           SELECT 1 FROM outbox WHERE session_key = log_rows.key AND state IN ('rejected', 'local_only')
         ))";
    let owners = filter::owners(connection, account.map_or(OwnerFilter::Shown, OwnerFilter::Of))?;
    let position = |at: DateTime<Utc>| at.timestamp_millis().saturating_mul(POSITIONS_PER_MS);
    let mut sits = Vec::new();
    let mut statement = connection.prepare_cached(SQL)?;
    for owner in owners {
        let (first, end) = (position(starts.start), position(starts.end));
        let is_shared = account.is_some();
        let mut rows = statement.query(params![owner, first, end, COUNTS_FROM.0, is_shared])?;
        while let Some(row) = rows.next()? {
            sits.push(SharedSit {
                start: DateTime::from_timestamp_millis(row.get(0)?).unwrap_or_default(),
                length: Seconds(row.get(1)?),
                offset: Some(UtcOffset(row.get(2)?)),
            });
        }
    }
    sits.sort_unstable_by_key(|sit| sit.start);
    Ok(sits)
}
