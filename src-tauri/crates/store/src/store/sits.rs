//! Sits, settings and presets.

use super::Store;
use crate::{
    LogSelection, SelectionChange, StoreError, changes, device, labels, open_sits, presets, save,
    selection, sessions, settings,
};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;
use zafu_core::edit::{ManualSit, SessionEdit};
use zafu_core::ids::{SessionId, SessionRef};
use zafu_core::session::{Origin, Session};
use zafu_core::settings::{Preset, Settings};
use zafu_core::timer::{OpenSit, Save};

impl Store {
    /// Lists the open sits, oldest first, from which the timer recovers.
    ///
    /// # Errors
    /// An I/O error.
    pub fn open_sits(&self) -> Result<Vec<OpenSit>, StoreError> {
        self.read(open_sits::all)
    }

    /// Applies all of `saves` in order, or none.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] or [`StoreError::NotOpen`] if the sit of a save does not exist or is not open;
    /// otherwise an I/O error.
    pub fn save(&self, saves: &[Save]) -> Result<(), StoreError> {
        if saves.is_empty() {
            return Ok(());
        }
        let saves = saves.to_vec();
        self.write_urgently(move |change| {
            let device = device::current(change)?;
            saves.into_iter().try_for_each(|one| save::apply(change, one, device))
        })
    }

    /// Returns the session `id`, deleted or not; `None` if it is in its preparation or does not exist. If several owners
    /// have the id: that of the shown account, else the ownerless one. That of another account is not returned.
    ///
    /// # Errors
    /// An I/O error.
    pub fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.read(|connection| Ok(sessions::find(connection, id)?.map(|record| record.session)))
    }

    /// Names the session that the timer of this device has recorded with `id`, whoever owns it.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], or an I/O error.
    pub fn timed(&self, id: SessionId) -> Result<SessionRef, StoreError> {
        self.read(|connection| sessions::timed(connection, id))
    }

    /// Returns the session that `session` names, deleted or not, with the name of the label as which it is shown; none if
    /// it is shown without a label.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], or an I/O error.
    pub fn session_with_label(
        &self,
        session: SessionRef,
    ) -> Result<(Session, Option<String>), StoreError> {
        self.read(|connection| {
            let record = sessions::named(connection, session)?;
            let label = labels::shown_name(connection, &record)?;
            Ok((record.session, label))
        })
    }

    /// Sets the values of `edit` together. A correction that equals the recorded value is stored as none.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], [`StoreError::InvalidSit`], [`StoreError::Nul`], or an I/O error; then nothing was
    /// changed.
    pub fn edit(
        &self,
        session: impl Into<SessionRef>,
        edit: SessionEdit,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let session = session.into();
        self.write(move |change| {
            changes::edit(change, session, edit, now, device::current(change)?)
        })
    }

    /// Sets the label of sits, of all of them or none; the empty text removes it.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub fn set_label(
        &self,
        sessions: &[SessionRef],
        label: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (sessions, label) = (sessions.to_vec(), label.to_owned());
        self.write(move |change| {
            let device = device::current(change)?;
            sessions.into_iter().try_for_each(|session| {
                let edit = SessionEdit { label: Some(label.clone()), ..SessionEdit::default() };
                changes::edit(change, session, edit, now, device)
            })
        })
    }

    /// Adds a completed sit that the user entered. It belongs to the signed-in account; without one, it is ownerless. A
    /// second call with the same id changes nothing.
    ///
    /// # Errors
    /// [`StoreError::InvalidSit`], [`StoreError::Nul`], or an I/O error; then nothing was changed.
    pub fn add_manual(&self, sit: ManualSit, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |change| {
            let origin = Origin { deviceid: device::current(change)?, createdat: now };
            changes::add_manual(change, sit, origin)
        })
    }

    /// Deletes sits, all of them or none. Their records stay as tombstones.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], [`StoreError::SitNotOver`] if one is running or unsettled, or an I/O error.
    pub fn delete(&self, sessions: &[SessionRef], at: DateTime<Utc>) -> Result<(), StoreError> {
        let sessions = sessions.to_vec();
        self.write(move |change| changes::delete(change, &sessions, at, device::current(change)?))
    }

    /// Undoes the deletion of sits, of all of them or none.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], or an I/O error.
    pub fn undelete(&self, sessions: &[SessionRef]) -> Result<(), StoreError> {
        let sessions = sessions.to_vec();
        self.write(move |change| changes::undelete(change, &sessions, device::current(change)?))
    }

    /// Deletes all selected sits, or none; those that are running or unsettled stay. Returns what [`Self::revert`] needs.
    /// Saves of the timer come first.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`] if an excepted one does not exist, [`StoreError::TimerSaves`], or an I/O error.
    pub fn delete_selection(
        &self,
        selection: &LogSelection,
        at: DateTime<Utc>,
    ) -> Result<SelectionChange, StoreError> {
        let selection = selection.clone();
        self.write_in_bulk(None, move |change| selection::delete(change, &selection, at))
    }

    /// Sets the label of all selected sits, or of none; the empty text removes it. Returns what [`Self::revert`] needs.
    /// Saves of the timer come first.
    ///
    /// # Errors
    /// As [`Self::delete_selection`], and [`StoreError::Nul`].
    pub fn label_selection(
        &self,
        selection: &LogSelection,
        label: &str,
        now: DateTime<Utc>,
    ) -> Result<SelectionChange, StoreError> {
        let (selection, label) = (selection.clone(), label.to_owned());
        self.write_in_bulk(None, move |change| selection::label(change, &selection, &label, now))
    }

    /// Reverts a change of a selection as a whole, whatever has been selected since. Saves of the timer come first.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSession`], [`StoreError::TimerSaves`], or an I/O error.
    pub fn revert(
        &self,
        changed: &Arc<SelectionChange>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let changed = Arc::clone(changed);
        self.write_in_bulk(None, move |change| selection::revert(change, &changed, now))
    }

    /// Returns the settings.
    ///
    /// # Errors
    /// An I/O error.
    pub fn settings(&self) -> Result<Settings, StoreError> {
        self.read(settings::read)
    }

    /// Saves the settings. The days of the log follow with [`Self::derive_days`].
    ///
    /// # Errors
    /// An I/O error.
    pub fn save_settings(&self, chosen: &Settings) -> Result<(), StoreError> {
        let chosen = chosen.clone();
        self.write_urgently(move |change| settings::save(change, &chosen))
    }

    /// Lists the presets by name.
    ///
    /// # Errors
    /// An I/O error.
    pub fn presets(&self) -> Result<Vec<Preset>, StoreError> {
        self.read(presets::all)
    }

    /// Adds `preset`, or updates the one with its id.
    ///
    /// # Errors
    /// [`StoreError::PresetNameTaken`], [`StoreError::PresetNameEmpty`], or an I/O error.
    pub fn save_preset(&self, preset: &Preset) -> Result<(), StoreError> {
        let preset = preset.clone();
        self.write_urgently(move |change| presets::save(change, &preset))
    }

    /// Removes the preset `id`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPreset`], or an I/O error.
    pub fn delete_preset(&self, id: Uuid) -> Result<(), StoreError> {
        self.write_urgently(move |change| presets::delete(change, id))
    }
}
