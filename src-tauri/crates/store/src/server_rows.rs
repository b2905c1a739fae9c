//! The rows that the server should have, for the comparison of both sides.

use crate::StoreError;
use crate::sessions::{self, is_session};
use crate::text::Id;
use crate::unreadable::{self, ServerRow};
use rusqlite::Connection;
use zafu_core::ids::UserId;

/// Calls `each` with every row of `owner` that the server should have, by id: the sessions here that are not local only,
/// and the rows that this version of Zafu cannot read.
pub(crate) fn for_each(
    connection: &Connection,
    owner: UserId,
    mut each: impl FnMut(ServerRow<'_>),
) -> Result<(), StoreError> {
    const SQL: &str = concat!(
        "SELECT * FROM sessions WHERE owner = ?1
           AND key NOT IN (SELECT session_key FROM outbox WHERE state = 'local_only')
           AND id NOT IN (SELECT id FROM unreadable_rows WHERE owner = ?1 AND state = 'on_server') AND ",
        is_session!(),
        " ORDER BY id"
    );
    let mut unreadable = unreadable::on_server(connection, owner)?.into_iter().peekable();
    let mut statement = connection.prepare_cached(SQL)?;
    let mut rows = statement.query([Id(owner)])?;
    while let Some(row) = rows.next()? {
        let session = sessions::from_row(row)?;
        while let Some(before) = unreadable.next_if(|row| row.id < session.id.0) {
            each(ServerRow::Unreadable(&before.body));
        }
        each(ServerRow::Session(&session));
    }
    for row in unreadable {
        each(ServerRow::Unreadable(&row.body));
    }
    Ok(())
}
