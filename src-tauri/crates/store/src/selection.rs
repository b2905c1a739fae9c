//! Changes all sessions that a filter of the log selects, in one transaction, and reverts such a change.

use crate::labels::is_shown_as;
use crate::log::{self, LogSelection};
use crate::sessions::{self, Record, SessionKey};
use crate::{StoreError, changes, device, open_sits};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::{DeviceId, SessionRef, UserId};

/// What a change of a selection has changed: all that reverting it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectionChange {
    /// These sessions were deleted.
    Deleted(Vec<SessionRef>),
    /// The label of sessions was set. They are listed by the key that they had; empty: no label.
    Labelled(BTreeMap<String, Vec<SessionRef>>),
}

impl SelectionChange {
    /// Returns the number of the sessions.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Deleted(sessions) => sessions.len(),
            Self::Labelled(former) => former.values().map(Vec::len).sum(),
        }
    }
}

/// How many sessions are changed before their rows in the log are derived.
const CHUNK: usize = if cfg!(test) { 5 } else { 2_000 };

/// Deletes the selected sessions at `at`, except open ones.
pub(crate) fn delete(
    connection: &Connection,
    selection: &LogSelection,
    at: DateTime<Utc>,
) -> Result<SelectionChange, StoreError> {
    let device = device::current(connection)?;
    let mut deleted = Vec::new();
    in_chunks(connection, &log::selected(connection, selection)?, |key: &SessionKey| {
        if !open_sits::is_open(connection, *key)? {
            let record = sessions::by_key(connection, *key)?;
            deleted.push(reference(&record));
            changes::set_deletion(connection, record, Some(at), device)?;
        }
        Ok(())
    })?;
    Ok(SelectionChange::Deleted(deleted))
}

/// Sets the label of the selected sessions; the empty text removes it.
pub(crate) fn label(
    connection: &Connection,
    selection: &LogSelection,
    label: &str,
    now: DateTime<Utc>,
) -> Result<SelectionChange, StoreError> {
    let device = device::current(connection)?;
    let mut former: BTreeMap<String, Vec<SessionRef>> = BTreeMap::new();
    // By owner and label, of which there are few.
    let mut is_shown: BTreeMap<(Option<UserId>, String), bool> = BTreeMap::new();
    in_chunks(connection, &log::selected(connection, selection)?, |key: &SessionKey| {
        let record = sessions::by_key(connection, *key)?;
        let before = record.session.details.value.label.clone();
        let is_shown = match is_shown.entry((record.owner, before.clone())) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(is_shown_as(connection, &record, label)?),
        };
        if is_shown {
            return Ok(());
        }
        former.entry(before).or_default().push(reference(&record));
        set_label(connection, record, label, now, device)
    })?;
    Ok(SelectionChange::Labelled(former))
}

/// Restores the sessions that were deleted, or their labels.
pub(crate) fn revert(
    connection: &Connection,
    change: &SelectionChange,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let device = device::current(connection)?;
    match change {
        SelectionChange::Deleted(deleted) => in_chunks(connection, deleted, |session| {
            let record = sessions::named(connection, *session)?;
            changes::set_deletion(connection, record, None, device)
        }),
        SelectionChange::Labelled(former) => former.iter().try_for_each(|(label, labelled)| {
            in_chunks(connection, labelled, |session| {
                set_label(connection, sessions::named(connection, *session)?, label, now, device)
            })
        }),
    }
}

fn set_label(
    connection: &Connection,
    record: Record,
    label: &str,
    now: DateTime<Utc>,
    device: DeviceId,
) -> Result<(), StoreError> {
    let edit = SessionEdit { label: Some(label.to_owned()), ..SessionEdit::default() };
    changes::edit_record(connection, record, edit, now, device)
}

/// Changes each of `all`, and derives the log after every [`CHUNK`] of them.
fn in_chunks<T>(
    connection: &Connection,
    all: &[T],
    mut change: impl FnMut(&T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut chunks = all.chunks(CHUNK);
    chunks.try_for_each(|chunk| {
        log::derive_late(connection, || chunk.iter().try_for_each(&mut change))
    })
}

fn reference(record: &Record) -> SessionRef {
    SessionRef { id: record.session.id, owner: record.owner }
}
