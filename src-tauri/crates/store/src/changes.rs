//! Changes of sessions on this device. Each enqueues the session in the transaction that changes it.

use crate::outbox::{self, Edited};
use crate::sessions::{self, Record, SessionKey};
use crate::{StoreError, TextField};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::session::{Details, Session};

/// Changes a session, also one in its preparation, and enqueues it if it differs afterwards.
pub(crate) fn change(
    connection: &Connection,
    key: SessionKey,
    change: impl FnOnce(Session) -> Session,
) -> Result<(), StoreError> {
    change_record(connection, sessions::by_key(connection, key)?, change)
}

fn change_record(
    connection: &Connection,
    record: Record,
    change: impl FnOnce(Session) -> Session,
) -> Result<(), StoreError> {
    let Record { key, session: before, owner } = record;
    let after = change(before.clone());
    if after == before {
        return Ok(());
    }
    let record = Record { key, session: after, owner };
    sessions::update(connection, &record)?;
    let after = record.session;
    let edited = Edited {
        details: after.details != before.details,
        deletion: after.deletion != before.deletion,
    };
    outbox::enqueue(connection, key, edited)
}

/// Changes a session by the user's request: one in its preparation is not in the log yet, and is not found.
fn change_logged(
    connection: &Connection,
    id: SessionId,
    apply: impl FnOnce(Session) -> Session,
) -> Result<(), StoreError> {
    let record = sessions::find(connection, id)?.ok_or(StoreError::NoSuchSession { id })?;
    change_record(connection, record, apply)
}

/// Sets the note and the label of a session. Corrections stay.
pub(crate) fn edit(
    connection: &Connection,
    id: SessionId,
    note: String,
    label: String,
    device: DeviceId,
) -> Result<(), StoreError> {
    for (field, text) in [(TextField::Note, &note), (TextField::Label, &label)] {
        if text.contains('\0') {
            return Err(StoreError::Nul { field });
        }
    }
    change_logged(connection, id, |session| {
        let details = Details { note, label, ..session.details.value.clone() };
        if details == session.details.value {
            return session;
        }
        Session { details: session.details.set(details, device), ..session }
    })
}

/// Deletes a session at `at`, or undoes its deletion.
pub(crate) fn delete(
    connection: &Connection,
    id: SessionId,
    at: Option<DateTime<Utc>>,
    device: DeviceId,
) -> Result<(), StoreError> {
    change_logged(connection, id, |session| with_deletion(session, at, device))
}

/// Returns `session` deleted at `at`, or not deleted. A second deletion does not move the time of the first.
pub(crate) fn with_deletion(
    session: Session,
    at: Option<DateTime<Utc>>,
    device: DeviceId,
) -> Session {
    if session.deletion.value.is_some() == at.is_some() {
        return session;
    }
    Session { deletion: session.deletion.set(at, device), ..session }
}
