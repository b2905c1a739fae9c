//! The engine's thread: applies commands to the timer, saves the changes, then carries out the other effects.
//!
//! Only this thread changes the timer and writes the running sit. While a sit runs it sleeps until the next boundary and at most
//! one second, because a sleeping thread does not notice a suspend of the computer: each time it wakes it reads the
//! clock again.

mod days;
mod requests;

pub(crate) use requests::new_id;

use crate::adapters::{Adapters, Awake, Notification};
use crate::partner::is_current;
use crate::protocol::{EngineState, ErrorCode, IpcError, Secret, SyncView};
use crate::sync::{self, SyncHandle};
use days::DayDerivation;
use std::cell::Cell;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::broadcast;
use zafu_core::ids::{SessionId, SessionRef};
use zafu_core::message;
use zafu_core::plan::PlanChoice;
use zafu_core::settings::Settings;
use zafu_core::time::Moment;
use zafu_core::timer::{Command, Effect, Notice, Phase, Save, Timer, saves};
use zafu_messages::Language;
use zafu_store::{Relocation, Store, StoreError};
use zafu_sync::Wakeup;

/// Longest sleep of the thread while a sit runs.
const TICK: Duration = Duration::from_secs(1);
/// Delay between a failed save and the next attempt.
const SAVE_RETRY: Duration = Duration::from_secs(5);
/// How long before a bell is due its device is opened, which may first have to wake up.
const BELL_LEAD: Duration = Duration::from_millis(1200);
/// A prepared bell that is later than this was dropped by the player, and is played again.
const BELL_DROPPED_AFTER: Duration = Duration::from_secs(2);

/// What the engine tells its subscribers.
#[derive(Clone, Debug)]
pub enum Event {
    /// The state has changed.
    State(Box<EngineState>),
    /// Settings or presets have changed.
    Settings,
    /// The log has changed, other than by a request of the window to it.
    Log,
    /// Anything about the partner has changed: the user has changed it here, the sync has read it, or another account is in
    /// use.
    Partner,
    /// The window is to be shown.
    Show,
    /// The window is to be shown with the invitation of this link.
    ShowInvitation(Secret),
    /// The window is to be shown with the note of this session open.
    AddNote(SessionId),
    /// The process is to quit.
    Quit,
}

/// A sit that a terminal follows.
pub struct TerminalSit {
    /// The state with the sit.
    pub state: EngineState,
    /// True if the sit was interrupted a moment ago and continues; then no new one was started.
    pub is_recovered: bool,
    /// The events since then.
    pub events: broadcast::Receiver<Event>,
}

/// A message to a thread with the data `Thread`.
pub(crate) enum Message<Thread> {
    /// Runs this work.
    Run(Box<dyn FnOnce(&mut Thread) + Send>),
    /// Ends the thread, once what it has to save is saved.
    Stop,
}

/// The engine's data, owned by its thread.
pub(crate) struct EngineThread {
    adapters: Adapters,
    store: Store,
    timer: Timer,
    settings: Settings,
    events: broadcast::Sender<Event>,
    /// Changes that are decided and not on disk yet, in order.
    unsaved: Vec<Save>,
    /// The revision of the last state.
    revision: Cell<u64>,
    /// The session and the index of the bell that is prepared.
    armed: Option<(SessionId, usize)>,
    finished: Option<SessionRef>,
    last_plan: Option<PlanChoice>,
    trouble: Vec<IpcError>,
    /// The thread of the last daily backup.
    backup: Option<JoinHandle<()>>,
    days: DayDerivation,
    sync: SyncHandle,
    sync_view: Option<SyncView>,
    /// Whether there may be news of the partner to announce once no sit runs.
    holds_news: bool,
    /// True if the process has a terminal instead of a window.
    is_in_terminal: bool,
}

impl EngineThread {
    /// Recovers the open sits of the last run.
    pub(crate) fn new(
        adapters: Adapters,
        store: Store,
        events: broadcast::Sender<Event>,
        sync: SyncHandle,
    ) -> Result<Self, StoreError> {
        let settings = store.settings()?;
        zafu_messages::set_language(Language::chosen(settings.language));
        let now = adapters.clock.now();
        let sync_view = sync::without_sync(&store, now.wall.offset)?;
        let (timer, effects) = Timer::recover(store.open_sits()?, now);
        let mut thread = Self {
            adapters,
            store,
            timer,
            settings,
            events,
            unsaved: Vec::new(),
            revision: Cell::default(),
            armed: None,
            finished: None,
            last_plan: None,
            trouble: Vec::new(),
            backup: None,
            days: DayDerivation::default(),
            sync,
            sync_view,
            holds_news: true,
            is_in_terminal: false,
        };
        thread.save_or_retry(saves(&effects));
        thread.perform(effects);
        if thread.store.day_start()? != thread.settings.day_starts_at_hour {
            thread.days.start(&thread.store, &thread.events);
        }
        Ok(thread)
    }

    /// Serves `messages` until it is told to stop.
    pub(crate) fn run(mut self, messages: &Receiver<Message<Self>>) {
        loop {
            let message = match self.sleep() {
                Some(sleep) => messages.recv_timeout(sleep),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Message::Run(work)) => work(&mut self),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
            self.tick();
            self.announce_news();
        }
        if let Err(error) = self.act(Command::Checkpoint) {
            // A quit is rejected while changes are unsaved: only a signal gets here.
            tracing::error!(%error, "the engine stops with unsaved changes");
            for change in &self.unsaved {
                tracing::error!(?change, "not saved");
            }
        }
        self.adapters.awake.set(Awake::default());
        // An engine that only runs for one sit has a backup too.
        if self.backup.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread of the daily backup has panicked");
        }
    }

    /// Returns how long to sleep, or `None` to wait for the next message.
    fn sleep(&self) -> Option<Duration> {
        let now = self.adapters.clock.now().boot;
        let retry = (!self.unsaved.is_empty()).then_some(SAVE_RETRY);
        let runs = self.timer.sit().is_some_and(|sit| !matches!(sit.phase, Phase::Paused { .. }));
        let bell = self.timer.next_bell().filter(|bell| self.armed != Some((bell.id, bell.index)));
        let due = [self.timer.next_due(), bell.map(|bell| bell.due - BELL_LEAD)];
        let due = due.into_iter().flatten().min().map(|due| due.since(now).min(TICK));
        due.filter(|_| runs).into_iter().chain(retry).min()
    }

    /// Advances the timer to the present and prepares the next bell if it is due soon.
    fn tick(&mut self) {
        let now = self.adapters.clock.now();
        let effects = self.timer.apply(Command::Tick, now);
        let closed = closed_sit(&effects);
        self.save_or_retry(saves(&effects));
        self.set_finished(closed);
        self.perform(effects);
        if let Some(bell) = self.timer.next_bell()
            && bell.due.since(now.boot) <= BELL_LEAD
            && self.armed != Some((bell.id, bell.index))
        {
            self.adapters.bells.arm(&bell.strike, self.settings.volume_percent, bell.due);
            self.armed = Some((bell.id, bell.index));
        }
    }

    /// Applies `command` to the timer, saves the changes, then carries out the other effects.
    ///
    /// # Errors
    /// The timer rejects it, or it cannot be saved. A start or a resolution that cannot be saved does not happen; any
    /// other command does, and [`ErrorCode::NotSaved`] says that it is not on disk yet. `Ok` means committed.
    fn act(&mut self, command: Command) -> Result<(), IpcError> {
        // Changes by time alone stay, whether or not the command succeeds.
        self.tick();
        self.act_at(command, self.now())
    }

    /// As [`Self::act`], at `now`, right after [`Self::tick`].
    fn act_at(&mut self, command: Command, now: Moment) -> Result<(), IpcError> {
        let must_be_saved = matches!(command, Command::Start { .. } | Command::Resolve { .. });
        let ends = matches!(command, Command::End { .. });
        let change = match command {
            Command::Pause => Some(message!("engine-change-pause")),
            Command::Resume => Some(message!("engine-change-resume")),
            Command::End { .. } => Some(message!("engine-change-end")),
            Command::Discard => Some(message!("engine-change-discard")),
            _ => None,
        };
        let mut next = self.timer.clone();
        let effects = next.apply(command, now);
        if let Some(Effect::Reject(rejection)) = effects.last() {
            return Err((*rejection).into());
        }
        let saved = if must_be_saved {
            self.save(saves(&effects))?;
            Ok(())
        } else {
            self.save_or_keep(saves(&effects), change)
        };
        self.timer = next;
        self.set_finished(closed_sit(&effects).filter(|_| ends));
        self.perform(effects);
        saved?;
        match self.store.relocation() {
            Some(beside @ Relocation::Beside { .. }) if ends => {
                Err(IpcError::new(ErrorCode::Moved, beside.message()))
            }
            _ => Ok(()),
        }
    }

    /// Saves the unsaved changes and `saves` in one transaction.
    fn save(&mut self, saves: Vec<Save>) -> Result<(), StoreError> {
        let all: Vec<_> = self.unsaved.iter().cloned().chain(saves).collect();
        if all.is_empty() {
            return Ok(());
        }
        self.store.save(&all)?;
        if all.iter().any(|save| !matches!(save, Save::Checkpoint(_))) {
            self.sync.wake(Wakeup::LocalChange);
            let _ = self.events.send(Event::Log);
        }
        if !std::mem::take(&mut self.unsaved).is_empty() {
            self.clear_trouble(ErrorCode::NotSaved);
        }
        if let Some(relocation) = self.store.relocation() {
            self.report(IpcError::new(ErrorCode::Moved, relocation.message()));
        }
        Ok(())
    }

    /// As [`Self::save_or_keep`], for changes that no caller waits for.
    fn save_or_retry(&mut self, saves: Vec<Save>) {
        if let Err(error) = self.save_or_keep(saves, None) {
            tracing::debug!(%error, "the timer continues");
        }
    }

    /// Saves, or keeps in memory the changes that cannot be saved yet. `change` names the change of a command.
    ///
    /// # Errors
    /// [`ErrorCode::NotSaved`]: the changes are kept in memory and tried again.
    fn save_or_keep(
        &mut self,
        saves: Vec<Save>,
        change: Option<message::Message>,
    ) -> Result<(), IpcError> {
        let Err(error) = self.save(saves.clone()) else { return Ok(()) };
        for save in saves {
            // The last checkpoint of a sit replaces the ones before.
            if let (Save::Checkpoint(sit), Some(Save::Checkpoint(before))) =
                (&save, self.unsaved.last())
                && sit.id == before.id
            {
                self.unsaved.pop();
            }
            self.unsaved.push(save);
        }
        tracing::error!(%error, waiting = self.unsaved.len(), "not saved, will be tried again");
        // The error of a command names its change, and is not replaced by that of a retry.
        let is_named = change.is_some();
        let change = change.unwrap_or_else(|| message!("engine-change-other"));
        let error = IpcError::from(error).message;
        let message = message!("engine-not-saved", change = change, error = error);
        let error = IpcError::new(ErrorCode::NotSaved, message);
        if is_named || self.trouble.iter().all(|known| known.code != ErrorCode::NotSaved) {
            self.report(error.clone());
        }
        Err(error)
    }

    fn set_finished(&mut self, id: Option<SessionId>) {
        if let Some(id) = id {
            self.finish_with(id);
            self.back_up_database();
        }
    }

    /// Makes the daily backup on a thread of its own: copying a large database takes longer than a bell can wait.
    fn back_up_database(&mut self) {
        let (store, now) = (self.store.clone(), self.now().wall);
        let spawned = std::thread::Builder::new().name("backup".into()).spawn(move || {
            if let Err(error) = store.backup_if_due(now) {
                tracing::warn!(%error, "the daily backup was not made");
            }
        });
        match spawned {
            Ok(thread) => self.backup = Some(thread),
            Err(error) => tracing::warn!(%error, "no thread for the daily backup"),
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Save(_) | Effect::Reject(_) => {}
                Effect::Silence => {
                    self.adapters.bells.silence();
                    self.armed = None;
                }
                Effect::Ring(ring) => {
                    // The player dropped a prepared bell if the computer was suspended when it was due.
                    let dropped = self.now().boot.since(ring.due) > BELL_DROPPED_AFTER;
                    if self.armed.take() != Some((ring.id, ring.index)) || dropped {
                        self.adapters.bells.arm(
                            &ring.strike,
                            self.settings.volume_percent,
                            ring.due,
                        );
                    }
                }
                Effect::KeepAwake(awake) => self.adapters.awake.set(Awake {
                    system: awake && self.settings.keep_system_awake,
                    screen: awake && self.settings.keep_screen_awake,
                }),
                Effect::Notify(notice) if self.settings.notify => {
                    self.adapters.notifier.show(match notice {
                        Notice::Ended { id, sat } => Notification::Ended { id, sat },
                        Notice::Unsettled { id } => Notification::Unsettled { id },
                    });
                }
                Effect::Notify(_) => {}
                Effect::Show => self.publish(),
            }
        }
    }

    /// Announces news of the partner, unless a sit runs: then once it has ended.
    fn announce_news(&mut self) {
        if self.timer.sit().is_some() || !std::mem::take(&mut self.holds_news) {
            return;
        }
        if let Err(error) = self.notify_news() {
            tracing::warn!(%error, "the news of the partner cannot be read");
        }
    }

    fn notify_news(&mut self) -> Result<(), StoreError> {
        let mut news = self.store.take_news()?;
        if news.is_empty() || !self.settings.partner_notifications {
            return Ok(());
        }
        let view = self.store.partner()?.view.map(|(view, _)| view).unwrap_or_default();
        news.retain(|news| is_current(&view, news));
        if !news.is_empty() {
            let partner = view.partnership.and_then(|partnership| partnership.partner.profile.name);
            self.adapters.notifier.show(Notification::News { partner, news });
        }
        Ok(())
    }

    fn publish(&self) {
        // Fails only without subscribers.
        let _ = self.events.send(Event::State(Box::new(self.state())));
    }

    /// Shows `error` in the state, in place of an earlier one with its code.
    pub(crate) fn report(&mut self, error: IpcError) {
        if !self.trouble.contains(&error) {
            self.trouble.retain(|known| known.code != error.code);
            self.trouble.push(error);
            self.publish();
        }
    }

    /// Removes the errors with `code` from the state.
    pub(crate) fn clear_trouble(&mut self, code: ErrorCode) {
        let known = self.trouble.len();
        self.trouble.retain(|error| error.code != code);
        if self.trouble.len() != known {
            self.publish();
        }
    }

    fn now(&self) -> Moment {
        self.adapters.clock.now()
    }
}

/// Returns the sit that these effects close.
fn closed_sit(effects: &[Effect]) -> Option<SessionId> {
    effects.iter().find_map(|effect| match effect {
        Effect::Save(Save::Close(id, _)) => Some(*id),
        _ => None,
    })
}
