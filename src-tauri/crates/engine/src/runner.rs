//! The engine's thread: lets the timer decide, saves, then carries out the rest.
//!
//! It alone changes the timer and writes sits. It sleeps until the next boundary, and at most a second while a
//! sit runs, because a sleeping thread does not notice that the computer was suspended: a tick is only a reason
//! to look at the clock.

mod requests;

use crate::adapters::{Awake, Bells, KeepAwake, Notification, Notifier};
use crate::clock::Clock;
use crate::protocol::{EngineState, ErrorCode, IpcError, SyncView};
use crate::sync::{self, Sync};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::broadcast;
use zafu_core::ids::SessionId;
use zafu_core::plan::PlanChoice;
use zafu_core::settings::Settings;
use zafu_core::time::Moment;
use zafu_core::timer::{Command, Effect, Notice, Phase, Save, Timer, saves};
use zafu_store::{Relocation, Store, StoreError};
use zafu_sync::Trigger;
use zafu_sync::supabase::Vault;

/// The longest sleep while a sit runs.
const TICK: Duration = Duration::from_secs(1);
/// How long after a failed save the next one is tried.
const SAVE_AGAIN: Duration = Duration::from_secs(5);
/// Names what is not saved where nobody asked for it.
const CHANGE: &str = "the last change of the sit";
/// How long before it is due a bell is got ready: its device must be opened, and may have to wake up.
const BELL_LEAD: Duration = Duration::from_millis(1200);

/// A bell that was got ready is not rung any more once it is this late; the player lets go of it.
const SLEPT_THROUGH: Duration = Duration::from_secs(2);

/// What the engine tells whoever listens.
#[derive(Clone, Debug)]
pub enum Event {
    /// The state of things has changed.
    State(Box<EngineState>),
    /// Settings or presets have changed.
    Settings,
    /// The log has changed by what other devices have sent.
    Log,
    /// Someone wants to see the window.
    Show,
    /// Someone wants to write a note on this sit.
    AddNote(SessionId),
    /// Someone wants Zafu to stop.
    Quit,
}

/// What reaches the engine's thread.
pub(crate) enum Message {
    /// Do this, on the thread.
    Do(Box<dyn FnOnce(&mut Runner) + Send>),
    /// Save how far the sit has come, and end.
    Stop,
}

/// The outside, as the engine reaches it.
pub struct Parts {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Rings.
    pub bells: Box<dyn Bells>,
    /// Notifies.
    pub notifier: Box<dyn Notifier>,
    /// Keeps the computer awake.
    pub awake: Box<dyn KeepAwake>,
    /// Keeps secrets.
    pub vault: Arc<dyn Vault>,
}

/// The engine, as its own thread sees it.
pub struct Runner {
    parts: Parts,
    store: Store,
    timer: Timer,
    settings: Settings,
    events: broadcast::Sender<Event>,
    /// Changes that are decided and not yet on disk, in order.
    unsaved: Vec<Save>,
    /// The revision of the last state.
    revision: Cell<u64>,
    /// The bell that was got ready ahead of time.
    armed: Option<(SessionId, usize)>,
    finished: Option<SessionId>,
    last_plan: Option<PlanChoice>,
    trouble: Vec<IpcError>,
    /// The backup of the day that was begun last.
    backup: Option<JoinHandle<()>>,
    sync: Sync,
    /// How the sync was when it last said so.
    sync_view: Option<SyncView>,
}

impl Runner {
    /// Takes up what the last run left.
    pub(crate) fn new(
        parts: Parts,
        store: Store,
        events: broadcast::Sender<Event>,
        sync: Sync,
    ) -> Result<Self, StoreError> {
        let settings = store.settings()?;
        let now = parts.clock.now();
        let sync_view = sync::resting(&store, now.wall.offset)?;
        let (timer, effects) = Timer::recover(store.open_sits()?, now);
        let mut runner = Self {
            parts,
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
            sync,
            sync_view,
        };
        runner.pass_save(saves(&effects));
        runner.perform(effects);
        Ok(runner)
    }

    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let message = match self.sleep() {
                Some(sleep) => messages.recv_timeout(sleep),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Message::Do(action)) => action(&mut self),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
            self.tick();
        }
        if let Err(error) = self.act(Command::Checkpoint) {
            // Whoever asked to quit was refused: only the system ends an engine that has something to save.
            tracing::error!(%error, "the engine ends before everything was saved");
            for lost in &self.unsaved {
                tracing::error!(change = ?lost, "not saved");
            }
        }
        self.parts.awake.set(Awake::default());
        // Who never runs for longer than a sit has a backup too.
        if self.backup.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread of the daily backup had panicked");
        }
    }

    /// How long nothing is going to happen by itself; none: until somebody asks for something.
    fn sleep(&self) -> Option<Duration> {
        let now = self.parts.clock.now().boot;
        let again = (!self.unsaved.is_empty()).then_some(SAVE_AGAIN);
        let runs = self.timer.sit().is_some_and(|sit| !matches!(sit.phase, Phase::Paused { .. }));
        let bell = self.timer.next_bell().filter(|bell| self.armed != Some((bell.id, bell.index)));
        let due = [self.timer.next_due(), bell.map(|bell| bell.due - BELL_LEAD)];
        let due = due.into_iter().flatten().min().map(|due| due.since(now).min(TICK));
        due.filter(|_| runs).into_iter().chain(again).min()
    }

    /// Lets time pass: crosses what lies behind, gets ready what lies ahead.
    pub(crate) fn tick(&mut self) {
        let now = self.parts.clock.now();
        let effects = self.timer.apply(Command::Tick, now);
        let over = closed(&effects);
        self.pass_save(saves(&effects));
        self.finish(over);
        self.perform(effects);
        if let Some(bell) = self.timer.next_bell()
            && bell.due.since(now.boot) <= BELL_LEAD
            && self.armed != Some((bell.id, bell.index))
        {
            self.parts.bells.arm(&bell.strike, self.settings.volume_percent, bell.due);
            self.armed = Some((bell.id, bell.index));
        }
    }

    /// Carries out `command`: decides, saves, does.
    ///
    /// # Errors
    /// It was refused, or could not be saved. A start or an answer that cannot be saved is not done; anything else
    /// is, and [`ErrorCode::NotSaved`] says that it is not on the disk yet: success is said after the commit only.
    fn act(&mut self, command: Command) -> Result<(), IpcError> {
        // What time alone has brought about stands, whatever becomes of the command.
        self.tick();
        self.act_at(command, self.now())
    }

    /// The same at `now`, right after [`Self::tick`].
    fn act_at(&mut self, command: Command, now: Moment) -> Result<(), IpcError> {
        let must_be_saved = matches!(command, Command::Start { .. } | Command::Resolve { .. });
        let ends = matches!(command, Command::End { .. });
        let what = match command {
            Command::Pause => "the pause",
            Command::Resume => "the end of the pause",
            Command::End { .. } => "the end of the sit",
            Command::Discard => "that the sit was thrown away",
            _ => CHANGE,
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
            self.save_or_keep(saves(&effects), what)
        };
        self.timer = next;
        self.finish(closed(&effects).filter(|_| ends));
        self.perform(effects);
        saved?;
        match self.store.relocation() {
            Some(beside @ Relocation::Beside { .. }) if ends => {
                Err(IpcError::new(ErrorCode::Moved, beside.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Saves what was not saved before, and `saves`, or nothing.
    fn save(&mut self, saves: Vec<Save>) -> Result<(), StoreError> {
        let all: Vec<_> = self.unsaved.iter().cloned().chain(saves).collect();
        if all.is_empty() {
            return Ok(());
        }
        self.store.save(&all)?;
        if all.iter().any(|save| !matches!(save, Save::Checkpoint(_))) {
            self.sync.trigger(Trigger::Changed);
        }
        if !std::mem::take(&mut self.unsaved).is_empty() {
            self.clear_trouble(ErrorCode::NotSaved);
        }
        if let Some(relocation) = self.store.relocation() {
            self.report(IpcError::new(ErrorCode::Moved, relocation.to_string()));
        }
        Ok(())
    }

    /// Saves what time has brought about, or keeps it: time does not wait for a disk, and nobody waits for an answer.
    fn pass_save(&mut self, saves: Vec<Save>) {
        if let Err(error) = self.save_or_keep(saves, CHANGE) {
            tracing::debug!(%error, "time goes on");
        }
    }

    /// Saves, or keeps what could not be saved until it can. `what` names the change.
    ///
    /// # Errors
    /// [`ErrorCode::NotSaved`]: it is kept, and tried again.
    fn save_or_keep(&mut self, saves: Vec<Save>, what: &str) -> Result<(), IpcError> {
        let Err(error) = self.save(saves.clone()) else { return Ok(()) };
        for save in saves {
            // Of checkpoints, the last one says it all.
            if let (Save::Checkpoint(sit), Some(Save::Checkpoint(before))) =
                (&save, self.unsaved.last())
                && sit.id == before.id
            {
                self.unsaved.pop();
            }
            self.unsaved.push(save);
        }
        tracing::error!(%error, waiting = self.unsaved.len(), "not saved, will be tried again");
        let message = format!(
            "{what} is not saved yet: {error}. Zafu keeps it in memory and goes on trying; do not quit Zafu before it is saved"
        );
        let error = IpcError::new(ErrorCode::NotSaved, message);
        // What was asked for says more than that it was tried again.
        if what != CHANGE || self.trouble.iter().all(|known| known.code != ErrorCode::NotSaved) {
            self.report(error.clone());
        }
        Err(error)
    }

    fn finish(&mut self, over: Option<SessionId>) {
        if over.is_some() {
            self.finished = over;
            self.back_up_database();
        }
    }

    /// Takes the backup of the day, on a thread of its own: copying what was sat in years takes a while, and a
    /// bell may be due.
    fn back_up_database(&mut self) {
        let (store, now) = (self.store.clone(), self.now().wall);
        let spawned = std::thread::Builder::new().name("backup".into()).spawn(move || {
            if let Err(error) = store.backup_if_due(now) {
                tracing::warn!(%error, "the daily backup was not taken");
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
                    self.parts.bells.silence();
                    self.armed = None;
                }
                Effect::Ring(ring) => {
                    // One that was got ready and then slept through has not been heard.
                    let slept = self.now().boot.since(ring.due) > SLEPT_THROUGH;
                    if self.armed.take() != Some((ring.id, ring.index)) || slept {
                        self.parts.bells.arm(&ring.strike, self.settings.volume_percent, ring.due);
                    }
                }
                Effect::KeepAwake(awake) => self.parts.awake.set(Awake {
                    system: awake && self.settings.keep_system_awake,
                    screen: awake && self.settings.keep_screen_awake,
                }),
                Effect::Notify(notice) if self.settings.notify => {
                    self.parts.notifier.show(match notice {
                        Notice::Ended { id, sat } => Notification::Ended { id, sat },
                        Notice::Unsettled { id } => Notification::Unsettled { id },
                    });
                }
                Effect::Notify(_) => {}
                Effect::Show => self.publish(),
            }
        }
    }

    fn publish(&self) {
        // Nobody listening is as good as everybody told.
        let _ = self.events.send(Event::State(Box::new(self.state())));
    }

    /// Says that something does not work, until it does.
    pub fn report(&mut self, error: IpcError) {
        if !self.trouble.contains(&error) {
            self.trouble.retain(|known| known.code != error.code);
            self.trouble.push(error);
            self.publish();
        }
    }

    /// Says that what did not work works again.
    pub(crate) fn clear_trouble(&mut self, code: ErrorCode) {
        let known = self.trouble.len();
        self.trouble.retain(|error| error.code != code);
        if self.trouble.len() != known {
            self.publish();
        }
    }

    fn now(&self) -> Moment {
        self.parts.clock.now()
    }
}

/// The sit that these effects bring to its end.
fn closed(effects: &[Effect]) -> Option<SessionId> {
    effects.iter().find_map(|effect| match effect {
        Effect::Save(Save::Close(id, _)) => Some(*id),
        _ => None,
    })
}
