//! The thread of the log. Its methods are those of the table `log_requests`, which documents them.

use super::view;
use crate::clock::Clock;
use crate::handle::EngineHandle;
use crate::partner::LocalPartner;
use crate::protocol::{
    ChangedSelection, DayTotal, ErrorCode, InsightPeriod, InsightView, IpcError, LabelLook,
    LabelView, LogFilter, LogPage, LogQuery, LogSelection, Outcome, OwnerView, SelectionView,
    SitChange, SitEntry, StageView,
};
use crate::thread::{Message, new_id};
use crate::view::owners;
use chrono::DateTime;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use zafu_core::edit::{ManualSit, SessionEdit};
use zafu_core::ids::{SessionId, SessionRef};
use zafu_core::label::LabelKey;
use zafu_core::message;
use zafu_core::time::{UtcOffset, WallTime};
use zafu_store::{self as store, SelectionChange, Store};

/// The most sits of one page.
const MAX_PAGE: u32 = 1_000;

/// The most sits of all changes of selections that can be reverted, in 40 bytes each. The last change can always be.
const MAX_REVERTIBLE: usize = 1_000_000;

/// What the thread of the log needs.
pub(crate) struct LogThread {
    store: Store,
    clock: Arc<dyn Clock>,
    engine: EngineHandle,
    /// The last changes of selections, by their numbers, the oldest first.
    revertible: Vec<(u32, Arc<SelectionChange>)>,
    /// The number of the last change of a selection.
    last_change: u32,
}

impl LogThread {
    pub(crate) const fn new(store: Store, clock: Arc<dyn Clock>, engine: EngineHandle) -> Self {
        Self { store, clock, engine, revertible: Vec::new(), last_change: 0 }
    }

    /// Serves `messages` until it is told to stop.
    pub(crate) fn run(mut self, messages: &Receiver<Message<Self>>) {
        while let Ok(Message::Run(work)) = messages.recv() {
            // A fault in one request must not take the log from the user. Nothing here is left half changed: each change is
            // one transaction.
            if catch_unwind(AssertUnwindSafe(|| work(&mut self))).is_err() {
                tracing::error!("a request to the log has panicked");
            }
        }
    }

    pub(crate) fn sits(&self, query: LogQuery) -> Result<LogPage, IpcError> {
        let limit = query.limit.min(MAX_PAGE);
        Ok(view::log_page(&self.store, &LogQuery { limit, ..query }, self.now())?)
    }

    pub(crate) fn insight(&self, period: InsightPeriod) -> Result<InsightView, IpcError> {
        Ok(view::insight(&self.store, period, self.now())?)
    }

    pub(crate) fn today(&self) -> Result<DayTotal, IpcError> {
        Ok(view::today(&self.store, self.now())?)
    }

    pub(crate) fn owners(&self) -> Result<Vec<OwnerView>, IpcError> {
        Ok(owners(&self.store)?)
    }

    pub(crate) fn add_sit(&self, entry: SitEntry) -> Result<SessionRef, IpcError> {
        let now = self.now().utc;
        let id = SessionId(new_id(now));
        let SitEntry { started_at, sat_seconds: length, note, label } = entry;
        let start = started(&started_at)?;
        self.store.add_manual(ManualSit { id, start, length, note, label }, now)?;
        self.engine.sessions_changed();
        Ok(id.into())
    }

    pub(crate) fn edit_sit(&self, session: SessionRef, change: SitChange) -> Result<(), IpcError> {
        let start = change.started_at.as_deref().map(started).transpose()?;
        let edit = SessionEdit {
            note: change.note,
            label: change.label,
            start: start.map(|start| start.utc),
            length: change.sat_seconds,
            offset: start.map(|start| start.offset),
        };
        self.store.edit(session, edit, self.now().utc)?;
        self.engine.sessions_changed();
        Ok(())
    }

    pub(crate) fn delete_sits(&self, sessions: Vec<SessionRef>) -> Result<(), IpcError> {
        self.store.delete(&sessions, self.now().utc)?;
        self.engine.sessions_changed();
        Ok(())
    }

    pub(crate) fn restore_sits(&self, sessions: Vec<SessionRef>) -> Result<(), IpcError> {
        self.store.undelete(&sessions)?;
        self.engine.sessions_changed();
        Ok(())
    }

    pub(crate) fn set_label(
        &self,
        sessions: Vec<SessionRef>,
        label: String,
    ) -> Result<(), IpcError> {
        self.store.set_label(&sessions, &label, self.now().utc)?;
        self.engine.sessions_changed();
        Ok(())
    }

    pub(crate) fn count_selection(
        &self,
        selection: LogSelection,
    ) -> Result<SelectionView, IpcError> {
        let (selection, open) = self.editable(selection)?;
        let total = self.store.selected_total(&selection)?;
        let deletable = total.sits.saturating_sub(u32::try_from(open.len()).unwrap_or(u32::MAX));
        Ok(SelectionView { sits: total.sits, seconds: total.seconds, deletable })
    }

    pub(crate) fn delete_selection(
        &mut self,
        selection: LogSelection,
    ) -> Result<ChangedSelection, IpcError> {
        let (selection, _) = self.editable(selection)?;
        let changed = self.store.delete_selection(&selection, self.now().utc)?;
        Ok(self.changed(changed))
    }

    pub(crate) fn label_selection(
        &mut self,
        selection: LogSelection,
        label: String,
    ) -> Result<ChangedSelection, IpcError> {
        let (selection, _) = self.editable(selection)?;
        let changed = self.store.label_selection(&selection, &label, self.now().utc)?;
        Ok(self.changed(changed))
    }

    pub(crate) fn revert_selection(&mut self, change: u32) -> Result<(), IpcError> {
        let at =
            self.revertible.iter().position(|(id, _)| *id == change).ok_or_else(|| {
                IpcError::new(ErrorCode::NotFound, message!("engine-no-such-change"))
            })?;
        self.store.revert(&self.revertible[at].1, self.now().utc)?;
        self.revertible.remove(at);
        self.engine.sessions_changed();
        Ok(())
    }

    /// Returns a selection without the sits that another device is still timing, and those of it that are open here.
    fn editable(
        &self,
        selection: LogSelection,
    ) -> Result<(store::LogSelection, Vec<SessionRef>), IpcError> {
        let LogSelection { filter, mut except } = selection;
        let mut open = Vec::new();
        let outcomes = &filter.outcomes;
        if outcomes.is_empty() || outcomes.contains(&Outcome::Started) {
            // Sits that are not over are few.
            let filter = LogFilter { outcomes: vec![Outcome::Started], ..filter.clone() };
            let query = LogQuery { filter, limit: u32::MAX, ..LogQuery::default() };
            for sit in view::log_page(&self.store, &query, self.now())?.sits {
                let session = SessionRef { id: sit.id, owner: sit.owner };
                match sit.stage {
                    StageView::RunningElsewhere => except.push(session),
                    StageView::Started if !except.contains(&session) => open.push(session),
                    _ => {}
                }
            }
        }
        Ok((store::LogSelection { filter: view::filter(&filter), except }, open))
    }

    /// Keeps a change of a selection, so that it can be reverted. Forgets the oldest ones if they are too many sits
    /// together.
    fn changed(&mut self, changed: SelectionChange) -> ChangedSelection {
        self.engine.sessions_changed();
        self.last_change += 1;
        let sits = u32::try_from(changed.count()).unwrap_or(u32::MAX);
        self.revertible.push((self.last_change, Arc::new(changed)));
        let count = |(_, changed): &(u32, Arc<SelectionChange>)| changed.count();
        while self.revertible.len() > 1
            && self.revertible.iter().map(count).sum::<usize>() > MAX_REVERTIBLE
        {
            self.revertible.remove(0);
        }
        ChangedSelection { change: self.last_change, sits }
    }

    pub(crate) fn labels(&self) -> Result<Vec<LabelView>, IpcError> {
        Ok(self.store.labels()?.into_iter().map(view::label).collect())
    }

    pub(crate) fn create_label(&self, look: LabelLook) -> Result<LabelView, IpcError> {
        let LabelLook { name, colour, shape } = look;
        let key = self.store.create_label(&name, colour, shape)?;
        self.engine.sessions_changed();
        Ok(LabelView { key, name, colour, shape, sits: 0, rejected: None })
    }

    pub(crate) fn change_label(&self, key: LabelKey, look: LabelLook) -> Result<(), IpcError> {
        self.store.change_label(&key, &look.name, look.colour, look.shape)?;
        self.engine.sessions_changed();
        Ok(())
    }

    pub(crate) fn merge_label(&self, from: LabelKey, into: LabelKey) -> Result<(), IpcError> {
        self.store.merge_label(&from, &into)?;
        self.engine.sessions_changed();
        Ok(())
    }

    pub(crate) fn delete_label(&self, key: LabelKey) -> Result<(), IpcError> {
        self.store.delete_label(&key)?;
        self.engine.sessions_changed();
        Ok(())
    }

    pub(crate) fn restore_label(&self, key: LabelKey) -> Result<(), IpcError> {
        self.store.restore_label(&key)?;
        self.engine.sessions_changed();
        Ok(())
    }

    /// Returns what this device knows of the partner.
    pub(crate) fn partner(&self) -> LocalPartner<'_> {
        LocalPartner { store: &self.store, now: self.now() }
    }

    fn now(&self) -> WallTime {
        self.clock.now().wall
    }
}

/// Parses the start of a sit with its local UTC offset.
fn started(text: &str) -> Result<WallTime, IpcError> {
    let not_a_time =
        || IpcError::new(ErrorCode::BadRequest, message!("engine-not-a-time", text = text));
    let start = DateTime::parse_from_rfc3339(text).map_err(|_| not_a_time())?;
    let minutes = start.offset().local_minus_utc() / 60;
    let offset = UtcOffset(i16::try_from(minutes).map_err(|_| not_a_time())?);
    Ok(WallTime::new(start.to_utc(), offset))
}
