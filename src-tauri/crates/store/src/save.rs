//! Applies the timer's saves to the tables.

use crate::outbox::Edited;
use crate::sessions::SessionKey;
use crate::{StoreError, accounts, changes, open_sits, outbox, sessions};
use rusqlite::Connection;
use zafu_core::ids::DeviceId;
use zafu_core::session::{Origin, Session};
use zafu_core::timer::{OpenSit, Save, Sit};

/// Applies one save within the caller's transaction.
///
/// The open sit is updated first: triggers of the schema reject changes of a record whose sit is still in its preparation.
pub(crate) fn apply(
    connection: &Connection,
    save: Save,
    device: DeviceId,
) -> Result<(), StoreError> {
    match save {
        Save::Prepare { created, sit } => {
            let origin = Origin { deviceid: device, createdat: created.utc };
            let sitlength = sit.plan.length.seconds();
            let session = Session::new(sit.id, sit.started, sitlength, origin);
            let key = sessions::insert(connection, &session, accounts::signed_in(connection)?)?;
            open_sits::insert(connection, key, &OpenSit::Running(sit))
        }
        Save::Begin(sit) => {
            let key = checkpoint(connection, sit)?;
            outbox::enqueue(connection, key, Edited::NOTHING)
        }
        Save::Checkpoint(sit) => checkpoint(connection, sit).map(drop),
        Save::Complete(sit, lifecycle) => {
            let key = checkpoint(connection, sit)?;
            changes::change(connection, key, |session| Session {
                lifecycle: session.lifecycle.join(lifecycle),
                ..session
            })
        }
        Save::Close(id, lifecycle) => {
            let key = open_sits::remove(connection, id)?;
            changes::change(connection, key, |session| Session {
                lifecycle: session.lifecycle.join(lifecycle),
                ..session
            })
        }
        Save::Discard(id, lifecycle, at) => {
            let key = open_sits::remove(connection, id)?;
            changes::change(connection, key, |session| {
                let lifecycle = session.lifecycle.join(lifecycle);
                changes::with_deletion(Session { lifecycle, ..session }, Some(at), device)
            })
        }
        // Deletes the open sit by cascade.
        Save::Remove(id) => {
            let key = open_sits::key(connection, id)?.ok_or(StoreError::NoSuchSession { id })?;
            sessions::remove(connection, key)
        }
        Save::Unsettle(unsettled) => {
            open_sits::update(connection, &OpenSit::Unsettled(unsettled)).map(drop)
        }
    }
}

fn checkpoint(connection: &Connection, sit: Sit) -> Result<SessionKey, StoreError> {
    open_sits::update(connection, &OpenSit::Running(sit))
}
