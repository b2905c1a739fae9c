//! Carries out what the timer says must be saved.

use crate::outbox::Edited;
use crate::{StoreError, accounts, changes, open_sits, outbox, sessions};
use rusqlite::Connection;
use zafu_core::ids::DeviceId;
use zafu_core::session::{Origin, Session};
use zafu_core::timer::{OpenSit, Save, Sit};

/// Carries out one change, within a transaction that the caller owns.
///
/// Open sits come first: once one is over, the schema no longer takes its record for one in preparation.
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
            sessions::insert(connection, &session, accounts::signed_in(connection)?)?;
            open_sits::insert(connection, &OpenSit::Running(sit))
        }
        Save::Begin(sit) => {
            let id = sit.id;
            checkpoint(connection, sit)?;
            outbox::enqueue(connection, id, Edited::NOTHING)
        }
        Save::Checkpoint(sit) => checkpoint(connection, sit),
        Save::Complete(sit, lifecycle) => {
            let id = sit.id;
            checkpoint(connection, sit)?;
            changes::change(connection, id, |session| Session {
                lifecycle: session.lifecycle.join(lifecycle),
                ..session
            })
        }
        Save::Close(id, lifecycle) => {
            open_sits::remove(connection, id)?;
            changes::change(connection, id, |session| Session {
                lifecycle: session.lifecycle.join(lifecycle),
                ..session
            })
        }
        Save::Discard(id, lifecycle, at) => {
            open_sits::remove(connection, id)?;
            changes::change(connection, id, |session| {
                let lifecycle = session.lifecycle.join(lifecycle);
                changes::with_deletion(Session { lifecycle, ..session }, Some(at), device)
            })
        }
        // The row of the open sit goes with it.
        Save::Remove(id) => sessions::remove(connection, id),
        Save::Unsettle(unsettled) => open_sits::update(connection, &OpenSit::Unsettled(unsettled)),
    }
}

fn checkpoint(connection: &Connection, sit: Sit) -> Result<(), StoreError> {
    open_sits::update(connection, &OpenSit::Running(sit))
}
