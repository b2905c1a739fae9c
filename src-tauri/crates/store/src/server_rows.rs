//! The rows that the server should have, for the comparison of both sides.

use crate::sessions::{self, is_session};
use crate::text::Id;
use crate::unreadable::{self, ServerRow};
use crate::{StoreError, texts};
use rusqlite::Connection;
use zafu_core::ids::UserId;

/// Calls `each` with every row of `owner` that the server should have, by id: the sessions here that are not local only,
/// and the rows that this version of Zafu cannot read. If the owner keeps notes and labels on this device, the sessions have
/// those that the server has.
pub(crate) fn for_each(
    connection: &Connection,
    owner: UserId,
    mut each: impl FnMut(ServerRow<'_>),
) -> Result<(), StoreError> {
    const SQL: &str = concat!(
        "SELECT sessions.*, shared_texts.note AS sharednote, shared_texts.label AS sharedlabel
         FROM sessions LEFT JOIN shared_texts ON session_key = key WHERE owner = ?1
           AND key NOT IN (SELECT session_key FROM outbox WHERE state = 'local_only')
           AND id NOT IN (SELECT id FROM unreadable_rows WHERE owner = ?1 AND state = 'on_server') AND ",
        is_session!(),
        " ORDER BY id"
    );
    let keeps_texts = texts::are_kept(connection, Some(owner))?;
    let mut unreadable = unreadable::on_server(connection, owner)?.into_iter().peekable();
    let mut statement = connection.prepare_cached(SQL)?;
    let mut rows = statement.query([Id(owner)])?;
    while let Some(row) = rows.next()? {
        let mut session = sessions::from_row(row)?;
        if keeps_texts {
            session = texts::with_shared(session, row)?;
        }
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
