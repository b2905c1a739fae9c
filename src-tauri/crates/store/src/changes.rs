//! Changes of sessions on this device. Each enqueues the session in the transaction that changes it.

use crate::outbox::{self, Edited};
use crate::sessions::{self, Record, SessionKey};
use crate::{StoreError, TextField, accounts, labels, open_sits, texts};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use zafu_core::edit::{ManualSit, SessionEdit};
use zafu_core::ids::{DeviceId, SessionRef};
use zafu_core::session::{Origin, Register, Session};

/// Changes a session, also one in its preparation, and enqueues it if it differs afterwards.
pub(crate) fn change(
    connection: &Connection,
    key: SessionKey,
    change: impl FnOnce(Session) -> Session,
) -> Result<(), StoreError> {
    change_record(connection, sessions::by_key(connection, key)?, |session| Ok(change(session)))
}

fn change_record(
    connection: &Connection,
    record: Record,
    change: impl FnOnce(Session) -> Result<Session, StoreError>,
) -> Result<(), StoreError> {
    let Record { key, session: before, owner } = record;
    let after = change(before.clone())?;
    if after == before {
        return Ok(());
    }
    let record = Record { key, session: after, owner };
    sessions::update(connection, &record)?;
    let after = record.session;
    if texts::differ_only(&before, &after) {
        // They stay on this device: the server has the current state.
        return Ok(());
    }
    let edited = Edited {
        details: after.details != before.details,
        deletion: after.deletion != before.deletion,
    };
    outbox::enqueue(connection, key, edited)
}

/// Applies an edit by the user.
pub(crate) fn edit(
    connection: &Connection,
    session: SessionRef,
    mut edit: SessionEdit,
    now: DateTime<Utc>,
    device: DeviceId,
) -> Result<(), StoreError> {
    let record = sessions::named(connection, session)?;
    // The label as which the session is shown: the session keeps its own, so that a merge of labels can be undone.
    if let Some(label) = &edit.label
        && labels::is_shown_as(connection, &record, label)?
    {
        edit.label = None;
    }
    edit_record(connection, record, edit, now, device)
}

/// As [`edit`], of a session that was read. Sets the label also if the session is shown with it.
pub(crate) fn edit_record(
    connection: &Connection,
    record: Record,
    edit: SessionEdit,
    now: DateTime<Utc>,
    device: DeviceId,
) -> Result<(), StoreError> {
    check_texts(edit.note.as_deref(), edit.label.as_deref())?;
    let keeps_texts = texts::are_kept(connection, record.owner)?;
    change_record(connection, record, |session| {
        let details = edit.apply(&session, now)?;
        if details == session.details.value {
            return Ok(session);
        }
        let unchanged = Register { value: details.clone(), ..session.details.clone() };
        let in_texts = Session { details: unchanged, ..session.clone() };
        if keeps_texts && texts::differ_only(&session, &in_texts) {
            return Ok(in_texts);
        }
        Ok(Session { details: session.details.set(details, device), ..session })
    })
}

/// Adds a sit that the user entered, of the signed-in account, and enqueues it. If the account has the id already, nothing
/// is changed: the same request was made before.
pub(crate) fn add_manual(
    connection: &Connection,
    sit: ManualSit,
    origin: Origin,
) -> Result<(), StoreError> {
    check_texts(Some(&sit.note), Some(&sit.label))?;
    let session = sit.session(origin)?;
    let owner = accounts::signed_in(connection)?;
    if sessions::of_owner(connection, session.id, owner)?.is_some() {
        return Ok(());
    }
    let key = sessions::insert(connection, &session, owner)?;
    let edited = Edited { details: session.details.revision > 0, deletion: false };
    outbox::enqueue(connection, key, edited)
}

/// Rejects texts that PostgreSQL cannot store.
fn check_texts(note: Option<&str>, label: Option<&str>) -> Result<(), StoreError> {
    for (field, text) in [(TextField::Note, note), (TextField::Label, label)] {
        if text.is_some_and(|text| text.contains('\0')) {
            return Err(StoreError::Nul { field });
        }
    }
    Ok(())
}

/// Deletes sessions at `at`.
pub(crate) fn delete(
    connection: &Connection,
    listed: &[SessionRef],
    at: DateTime<Utc>,
    device: DeviceId,
) -> Result<(), StoreError> {
    for session in listed {
        let record = sessions::named(connection, *session)?;
        if open_sits::is_open(connection, record.key)? {
            return Err(StoreError::SitNotOver);
        }
        set_deletion(connection, record, Some(at), device)?;
    }
    Ok(())
}

/// Undoes the deletion of sessions.
pub(crate) fn undelete(
    connection: &Connection,
    listed: &[SessionRef],
    device: DeviceId,
) -> Result<(), StoreError> {
    for session in listed {
        let record = sessions::named(connection, *session)?;
        set_deletion(connection, record, None, device)?;
    }
    Ok(())
}

/// Deletes a session at `at`, or undoes its deletion.
pub(crate) fn set_deletion(
    connection: &Connection,
    record: Record,
    at: Option<DateTime<Utc>>,
    device: DeviceId,
) -> Result<(), StoreError> {
    change_record(connection, record, |session| Ok(with_deletion(session, at, device)))
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
