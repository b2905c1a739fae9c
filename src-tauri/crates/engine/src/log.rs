//! The log, as the process that runs the engine uses it: pages of it, changes of its sessions, and labels.

mod thread;
mod view;

use crate::handle::{EngineHandle, Pending};
use crate::protocol::{
    InsightPeriod, InsightView, LabelLook, LabelView, LogPage, LogQuery, OwnerView, SitChange,
    SitEntry,
};
pub(crate) use thread::LogThread;
pub(crate) use view::{Records, filter};
pub use view::{insight, labels, log_page};
use zafu_core::ids::SessionRef;
use zafu_core::label::LabelKey;

/// A handle on the log. Its requests run on a thread of their own, one after the other, so that none delays the timer.
///
/// Every method can fail with [`ErrorCode::Storage`](crate::protocol::ErrorCode::Storage) if the database cannot be read
/// or written; then nothing was changed.
pub struct Log<'a>(&'a EngineHandle);

impl<'a> Log<'a> {
    pub(crate) const fn new(engine: &'a EngineHandle) -> Self {
        Self(engine)
    }

    /// Returns a page of the log.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::protocol::ErrorCode::NotFound) if the session at which the page begins does not
    /// exist.
    pub fn sits(&self, query: LogQuery) -> Pending<LogPage> {
        self.0.run_log(move |log| log.sits(&query))
    }

    /// Returns the figures of the log of the account in use.
    pub fn insight(&self, period: InsightPeriod) -> Pending<InsightView> {
        self.0.run_log(move |log| log.insight(period))
    }

    /// Returns every owner of sits on this device, the account in use first.
    pub fn owners(&self) -> Pending<Vec<OwnerView>> {
        self.0.run_log(|log| log.owners())
    }

    /// Adds a sit that was not timed on this device.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`](crate::protocol::ErrorCode::BadRequest) if it cannot have happened.
    pub fn add_sit(&self, entry: SitEntry) -> Pending<SessionRef> {
        self.0.run_log(|log| log.add_sit(entry))
    }

    /// Changes what the user can correct of a session.
    ///
    /// # Errors
    /// As [`Self::add_sit`], and [`ErrorCode::NotFound`](crate::protocol::ErrorCode::NotFound) if there is no such session.
    pub fn edit_sit(&self, session: SessionRef, change: SitChange) -> Pending<()> {
        self.0.run_log(move |log| log.edit_sit(session, change))
    }

    /// Marks sessions as deleted; [`Self::restore_sits`] undoes it. Deletes all of them or none.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::protocol::ErrorCode::NotFound) if one does not exist,
    /// [`ErrorCode::Rejected`](crate::protocol::ErrorCode::Rejected) if one is running or unsettled.
    pub fn delete_sits(&self, sessions: Vec<SessionRef>) -> Pending<()> {
        self.0.run_log(move |log| log.delete_sits(&sessions))
    }

    /// Undoes the deletion of sessions, of all or none.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::protocol::ErrorCode::NotFound) if one does not exist.
    pub fn restore_sits(&self, sessions: Vec<SessionRef>) -> Pending<()> {
        self.0.run_log(move |log| log.restore_sits(&sessions))
    }

    /// Sets the label of sessions, of all or none; the empty text removes it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::protocol::ErrorCode::NotFound) if one does not exist.
    pub fn set_label(&self, sessions: Vec<SessionRef>, label: String) -> Pending<()> {
        self.0.run_log(move |log| log.set_label(&sessions, &label))
    }

    /// Returns the labels that the user can choose, by name.
    pub fn labels(&self) -> Pending<Vec<LabelView>> {
        self.0.run_log(|log| log.labels())
    }

    /// Creates a label.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`](crate::protocol::ErrorCode::BadRequest) if its name is not valid.
    pub fn create_label(&self, look: LabelLook) -> Pending<LabelView> {
        self.0.run_log(|log| log.create_label(look))
    }

    /// Changes the name, the colour and the shape of a label. No session changes.
    ///
    /// # Errors
    /// As [`Self::create_label`], and [`ErrorCode::NotFound`](crate::protocol::ErrorCode::NotFound) if there is no such
    /// label.
    pub fn change_label(&self, key: LabelKey, look: LabelLook) -> Pending<()> {
        self.0.run_log(move |log| log.change_label(&key, &look))
    }

    /// Shows the sits of the label `from` under the label `into` from now on. No session changes.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::protocol::ErrorCode::NotFound) if there is no such label.
    pub fn merge_label(&self, from: LabelKey, into: LabelKey) -> Pending<()> {
        self.0.run_log(move |log| log.merge_label(&from, &into))
    }

    /// Removes a label from the log. Its sits stay, without a label.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::protocol::ErrorCode::NotFound) if there is no such label.
    pub fn delete_label(&self, key: LabelKey) -> Pending<()> {
        self.0.run_log(move |log| log.delete_label(&key))
    }

    /// Undoes a merge or a deletion of a label.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`](crate::protocol::ErrorCode::NotFound) if there is no such label.
    pub fn restore_label(&self, key: LabelKey) -> Pending<()> {
        self.0.run_log(move |log| log.restore_label(&key))
    }
}
