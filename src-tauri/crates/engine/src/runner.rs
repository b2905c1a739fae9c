//! The engine's thread: lets the timer decide, saves, then carries out the rest.
//!
//! It alone changes the timer and writes sits. It sleeps until the next boundary, and at most a second while a
//! sit runs, because a sleeping thread does not notice that the computer was suspended: a tick is only a reason
//! to look at the clock.

use crate::adapters::{Awake, Bells, KeepAwake, Notification, Notifier};
use crate::clock::{Clock, LocalZone};
use crate::protocol::{
    BellCheck, ErrorCode, FinishedView, IpcError, LogRequest, SitRecord, Snapshot, SoundView,
    StartRequest,
};
use crate::view;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use tokio::sync::broadcast;
use uuid::Uuid;
use zafu_core::ids::SessionId;
use zafu_core::plan::{
    IntervalTimes, Intervals, OvertimeChoice, PlanChoice, SoundName, Strike, Strikes,
};
use zafu_core::settings::{Preset, Settings, VolumePercent};
use zafu_core::time::Moment;
use zafu_core::timer::{Answer, Command, Effect, Notice, OvertimeAnswer, Phase, Save, Timer};
use zafu_store::{Store, StoreError};

/// The longest sleep while a sit runs.
const TICK: Duration = Duration::from_secs(1);
/// How long after a failed save the next one is tried.
const SAVE_AGAIN: Duration = Duration::from_secs(5);
/// How long before it is due a bell is got ready: its device must be opened, and may have to wake up.
const BELL_LEAD: Duration = Duration::from_millis(1200);

/// A bell that was got ready is not rung any more once it is this late; the player lets go of it.
const SLEPT_THROUGH: Duration = Duration::from_secs(2);

/// What the engine tells whoever listens.
#[derive(Clone, Debug)]
pub enum Event {
    /// The state of things has changed.
    Snapshot(Box<Snapshot>),
    /// Settings or presets have changed.
    Settings,
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
}

/// The engine, as its own thread sees it. Each public method is one thing that a person or a program can do.
pub struct Runner {
    parts: Parts,
    store: Store,
    timer: Timer,
    settings: Settings,
    events: broadcast::Sender<Event>,
    /// Changes that are decided and not yet on disk, in order.
    unsaved: Vec<Save>,
    /// The bell that was got ready ahead of time.
    armed: Option<(SessionId, usize)>,
    finished: Option<SessionId>,
    last_plan: Option<PlanChoice>,
    trouble: Vec<IpcError>,
}

impl Runner {
    /// Takes up what the last run left.
    pub(crate) fn new(
        parts: Parts,
        store: Store,
        events: broadcast::Sender<Event>,
    ) -> Result<Self, StoreError> {
        let settings = store.settings()?;
        let (timer, effects) = Timer::recover(store.left()?, parts.clock.now());
        let mut runner = Self {
            parts,
            store,
            timer,
            settings,
            events,
            unsaved: Vec::new(),
            armed: None,
            finished: None,
            last_plan: None,
            trouble: Vec::new(),
        };
        runner.save_or_keep(saves(&effects));
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
            tracing::error!(%error, "the last checkpoint was not saved");
        }
        self.parts.awake.set(Awake::default());
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
        self.save_or_keep(saves(&effects));
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

    /// Lets `command` be carried out: decided, saved, done.
    fn act(&mut self, command: Command) -> Result<(), IpcError> {
        // What time alone has brought about stands, whatever becomes of the command.
        self.tick();
        let must_be_saved = matches!(command, Command::Start { .. } | Command::Settle { .. });
        let ends = matches!(command, Command::End { .. });
        let mut next = self.timer.clone();
        let effects = next.apply(command, self.parts.clock.now());
        if let Some(Effect::Refuse(refusal)) = effects.last() {
            return Err((*refusal).into());
        }
        if must_be_saved {
            self.save(saves(&effects))?;
        } else {
            self.save_or_keep(saves(&effects));
        }
        self.timer = next;
        self.finish(closed(&effects).filter(|_| ends));
        self.perform(effects);
        Ok(())
    }

    /// Saves what was not saved before, and `saves`, or nothing.
    fn save(&mut self, saves: Vec<Save>) -> Result<(), StoreError> {
        let all: Vec<_> = self.unsaved.iter().cloned().chain(saves).collect();
        if all.is_empty() {
            return Ok(());
        }
        self.store.save(&all)?;
        if !std::mem::take(&mut self.unsaved).is_empty() {
            self.settle_trouble(ErrorCode::Storage);
        }
        Ok(())
    }

    /// Saves, or keeps what could not be saved until it can: time does not wait for a disk.
    fn save_or_keep(&mut self, saves: Vec<Save>) {
        let Err(error) = self.save(saves.clone()) else { return };
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
        self.report(error.into());
    }

    fn finish(&mut self, over: Option<SessionId>) {
        if over.is_some() {
            self.finished = over;
            self.snapshot_database();
        }
    }

    fn snapshot_database(&mut self) {
        if let Err(error) = self.store.snapshot_if_due(self.parts.clock.now().wall) {
            tracing::warn!(%error, "the daily snapshot was not taken");
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Save(_) | Effect::Refuse(_) => {}
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
        let _ = self.events.send(Event::Snapshot(Box::new(self.snapshot())));
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
    pub(crate) fn settle_trouble(&mut self, code: ErrorCode) {
        let known = self.trouble.len();
        self.trouble.retain(|error| error.code != code);
        if self.trouble.len() != known {
            self.publish();
        }
    }

    fn now(&self) -> Moment {
        self.parts.clock.now()
    }

    /// The state of things.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let now = self.now();
        Snapshot {
            sit: self.timer.sit().map(|sit| view::sit(sit, now.boot)),
            unsettled: self.timer.unsettled().iter().map(view::unsettled).collect(),
            finished: self.finished.and_then(|id| self.finished_view(id)),
            trouble: self.trouble.clone(),
        }
    }

    fn finished_view(&self, id: SessionId) -> Option<FinishedView> {
        match self.store.session(id) {
            Ok(session) => session.as_ref().map(view::finished),
            Err(error) => {
                tracing::warn!(%error, "the sit that has just ended cannot be read");
                None
            }
        }
    }

    /// Begins a sit; its row is on disk when this returns.
    ///
    /// # Errors
    /// One runs already, the request is no plan, or it cannot be saved. Then nothing has begun.
    pub fn start(&mut self, request: StartRequest) -> Result<Snapshot, IpcError> {
        let choice = self.choose(request)?;
        self.start_plan(choice)
    }

    /// Begins a sit that ends at its planned end where the plan says to ask, because nobody can be asked.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_unattended(&mut self, request: StartRequest) -> Result<Snapshot, IpcError> {
        let mut choice = self.choose(request)?;
        if choice.overtime == OvertimeChoice::Ask {
            choice.overtime = OvertimeChoice::Never;
        }
        self.start_plan(choice)
    }

    fn start_plan(&mut self, choice: PlanChoice) -> Result<Snapshot, IpcError> {
        let plan = choice.fix(self.now().wall, &LocalZone)?;
        // The clock of UUIDv7 is the wall clock's: that the ids sort by time is a convenience, not a promise.
        let created = self.now().wall.utc;
        let id = SessionId(new_id(created));
        let seed = id.0.as_u64_pair().1;
        self.act(Command::Start { id, plan, seed })?;
        self.finished = None;
        self.last_plan = Some(choice);
        self.tick();
        self.publish();
        Ok(self.snapshot())
    }

    /// Begins the last sit anew, or the default one.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_again(&mut self) -> Result<Snapshot, IpcError> {
        let plan = self.last_plan.clone();
        self.start(StartRequest { plan, ..StartRequest::default() })
    }

    fn choose(&self, request: StartRequest) -> Result<PlanChoice, IpcError> {
        let presets = || self.store.presets().map_err(IpcError::from);
        let mut choice = match (request.plan, request.preset_id, request.preset_name) {
            (Some(plan), ..) => plan,
            (None, Some(id), _) => {
                let missing =
                    || IpcError::new(ErrorCode::NotFound, format!("there is no preset {id}"));
                presets()?.into_iter().find(|preset| preset.id == id).ok_or_else(missing)?.plan
            }
            (None, None, Some(name)) => {
                let presets = presets()?;
                let names: Vec<_> = presets.iter().map(|preset| preset.name.clone()).collect();
                let missing = || {
                    let known = if names.is_empty() {
                        "there are none yet".into()
                    } else {
                        names.join(", ")
                    };
                    let message =
                        format!("there is no preset \"{name}\"; the presets are: {known}");
                    IpcError::new(ErrorCode::NotFound, message)
                };
                let same = |preset: &Preset| preset.name.to_lowercase() == name.to_lowercase();
                presets.into_iter().find(same).ok_or_else(missing)?.plan
            }
            (None, None, None) => self.settings.plan.clone(),
        };
        if let Some(length) = request.length {
            choice.length = length;
        }
        if let Some(preparation) = request.preparation_seconds {
            choice.preparation_seconds = preparation;
        }
        if let Some(seconds) = request.interval_seconds {
            let sound =
                choice.end_bell.as_ref().map_or("small-bowl", |bell| &bell.sound.0).to_owned();
            let strike = Strike { sound: SoundName(sound), strikes: Strikes::LEAST };
            choice.intervals = Some(Intervals { when: IntervalTimes::Every { seconds }, strike });
        }
        Ok(choice)
    }

    /// Lets the sit stand still.
    ///
    /// # Errors
    /// None runs, or it cannot be paused where it is.
    pub fn pause(&mut self) -> Result<Snapshot, IpcError> {
        self.act(Command::Pause).map(|()| self.snapshot())
    }

    /// Lets the sit go on.
    ///
    /// # Errors
    /// None is paused.
    pub fn resume(&mut self) -> Result<Snapshot, IpcError> {
        self.act(Command::Resume).map(|()| self.snapshot())
    }

    /// Ends the sit and keeps what was sat.
    ///
    /// # Errors
    /// None runs.
    pub fn end(&mut self, overtime: Option<OvertimeAnswer>) -> Result<Snapshot, IpcError> {
        self.act(Command::End { overtime }).map(|()| self.snapshot())
    }

    /// Ends the sit and throws it away; the person has been asked.
    ///
    /// # Errors
    /// None runs.
    pub fn discard(&mut self) -> Result<Snapshot, IpcError> {
        self.act(Command::Discard).map(|()| self.snapshot())
    }

    /// Takes the person's word on an unsettled sit; none named: the oldest.
    ///
    /// # Errors
    /// No such sit waits, or the answer cannot be saved. Then it goes on waiting.
    pub fn settle(&mut self, id: Option<SessionId>, answer: Answer) -> Result<Snapshot, IpcError> {
        self.tick();
        let oldest = || self.timer.unsettled().first().map(|unsettled| unsettled.id);
        let id = id.or_else(oldest).ok_or(zafu_core::timer::Refusal::NothingToSettle)?;
        self.act(Command::Settle { id, answer }).map(|()| self.snapshot())
    }

    /// The person has seen that the sit has ended.
    pub fn dismiss_finished(&mut self) -> Snapshot {
        self.finished = None;
        self.publish();
        self.snapshot()
    }

    /// A page of past sits, newest first.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn sits(&self, request: &LogRequest) -> Result<Vec<SitRecord>, IpcError> {
        Ok(view::records(&self.store, request)?)
    }

    /// Writes down what the person says of a sit.
    ///
    /// # Errors
    /// There is no such sit, or it cannot be saved.
    pub fn edit(&mut self, id: SessionId, note: &str, label: &str) -> Result<(), IpcError> {
        self.store.edit(id, note, label)?;
        self.publish();
        Ok(())
    }

    /// Deletes a sit, so that it can be undone.
    ///
    /// # Errors
    /// There is no such sit, it runs, or it cannot be saved.
    pub fn delete(&mut self, id: SessionId) -> Result<(), IpcError> {
        let runs = self.timer.sit().is_some_and(|sit| sit.id == id);
        let waits = self.timer.unsettled().iter().any(|unsettled| unsettled.id == id);
        if runs || waits {
            let message =
                "this sit is not over yet: end it, or say what it was, before deleting it";
            return Err(IpcError::new(ErrorCode::Refused, message));
        }
        self.store.delete(id, self.now().wall.utc)?;
        if self.finished == Some(id) {
            self.finished = None;
        }
        self.publish();
        Ok(())
    }

    /// Takes a deletion back.
    ///
    /// # Errors
    /// There is no such sit, or it cannot be saved.
    pub fn undelete(&mut self, id: SessionId) -> Result<(), IpcError> {
        self.store.undelete(id)?;
        self.publish();
        Ok(())
    }

    /// What the person has chosen.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings.clone()
    }

    /// Keeps what the person has chosen; it holds from now on, also for the sit that runs.
    ///
    /// # Errors
    /// It cannot be saved. Then everything is as it was.
    pub fn save_settings(&mut self, settings: Settings) -> Result<(), IpcError> {
        self.store.save_settings(&settings)?;
        self.settings = settings;
        if let Some(sit) = self.timer.sit() {
            let awake = matches!(sit.phase, Phase::Preparing { .. } | Phase::Sitting { .. });
            self.perform(vec![Effect::KeepAwake(awake)]);
        }
        let _ = self.events.send(Event::Settings);
        Ok(())
    }

    /// Plans kept by name.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn presets(&self) -> Result<Vec<Preset>, IpcError> {
        Ok(self.store.presets()?)
    }

    /// Keeps a plan by name.
    ///
    /// # Errors
    /// The name is taken or empty, or it cannot be saved.
    pub fn save_preset(&mut self, preset: &Preset) -> Result<(), IpcError> {
        self.store.save_preset(preset)?;
        let _ = self.events.send(Event::Settings);
        Ok(())
    }

    /// Forgets a plan kept by name.
    ///
    /// # Errors
    /// It cannot be saved.
    pub fn delete_preset(&mut self, id: Uuid) -> Result<(), IpcError> {
        self.store.delete_preset(id)?;
        let _ = self.events.send(Event::Settings);
        Ok(())
    }

    /// Whether bells will be heard.
    #[must_use]
    pub fn check_bell(&self) -> BellCheck {
        match self.parts.bells.check() {
            Ok(device) => BellCheck { device: Some(device), error: None },
            Err(error) => BellCheck { device: None, error: Some(error) },
        }
    }

    /// Lets a bell be heard, once.
    pub fn preview_bell(&mut self, sound: SoundName, volume: VolumePercent) {
        let strike = Strike { sound, strikes: Strikes::LEAST };
        let now = self.now().boot;
        self.parts.bells.arm(&strike, volume, now);
    }

    /// The sounds that can be struck.
    #[must_use]
    pub fn sounds(&self) -> Vec<SoundView> {
        let named = |name: &str| SoundView { name: SoundName(name.to_owned()) };
        self.parts.bells.sounds().into_iter().map(named).collect()
    }

    /// Tells whoever can show the window to show it.
    pub fn show(&self) {
        let _ = self.events.send(Event::Show);
    }

    /// Tells the person how to come back to a sit that nothing shows.
    pub fn tell_it_goes_on(&mut self) {
        self.parts.notifier.show(Notification::GoesOn);
    }

    /// Tells whoever runs this engine to stop.
    pub fn quit(&self) {
        let _ = self.events.send(Event::Quit);
    }

    /// Lets time pass on a clock that can be moved.
    #[cfg(feature = "test-clock")]
    pub fn advance(&mut self, by: Duration) -> Snapshot {
        self.parts.clock.advance(by);
        self.tick();
        self.publish();
        self.snapshot()
    }

    /// Tells whoever shows the window that a note is to be written.
    pub(crate) fn add_note(&mut self, id: SessionId) {
        self.finished = Some(id);
        self.publish();
        let _ = self.events.send(Event::AddNote(id));
    }
}

/// An identifier that sorts by when it was made.
fn new_id(created: chrono::DateTime<chrono::Utc>) -> Uuid {
    let seconds = created.timestamp().max(0).cast_unsigned();
    let timestamp =
        uuid::Timestamp::from_unix(uuid::NoContext, seconds, created.timestamp_subsec_nanos());
    Uuid::new_v7(timestamp)
}

fn saves(effects: &[Effect]) -> Vec<Save> {
    let save = |effect: &Effect| match effect {
        Effect::Save(save) => Some(save.clone()),
        _ => None,
    };
    effects.iter().filter_map(save).collect()
}

/// The sit that these effects bring to its end.
fn closed(effects: &[Effect]) -> Option<SessionId> {
    effects.iter().find_map(|effect| match effect {
        Effect::Save(Save::Close(id, _)) => Some(*id),
        _ => None,
    })
}
