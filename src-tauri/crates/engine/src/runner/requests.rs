//! What can be asked of the engine: each public method is one thing that a person or a program can do.

use super::{Event, Runner};
use crate::adapters::Notification;
use crate::clock::LocalZone;
use crate::protocol::{
    EngineState, ErrorCode, FinishedView, IpcError, LogRequest, OwnerView, SitRecord, SoundView,
    StartRequest, SyncView,
};
use crate::view;
#[cfg(feature = "test-clock")]
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::SessionId;
use zafu_core::plan::{
    IntervalTimes, Intervals, OvertimeChoice, PlanChoice, SoundName, Strike, Strikes,
};
use zafu_core::settings::{Preset, Settings, VolumePercent};
use zafu_core::timer::{Answer, Command, Effect, OvertimeAnswer, Phase};
use zafu_sync::Trigger;

impl Runner {
    /// The state of things.
    #[must_use]
    pub fn state(&self) -> EngineState {
        let now = self.now();
        self.revision.set(self.revision.get() + 1);
        EngineState {
            revision: self.revision.get(),
            sit: self.timer.sit().map(|sit| view::sit(sit, now.boot)),
            unsettled: self.timer.unsettled().iter().map(view::unsettled).collect(),
            finished: self.finished.and_then(|id| self.finished_view(id)),
            trouble: self.trouble.clone(),
            sync: self.sync_view.clone(),
        }
    }

    fn finished_view(&self, id: SessionId) -> Option<FinishedView> {
        let session = self.store.session(id).unwrap_or_else(|error| {
            tracing::warn!(%error, "the sit that has just ended cannot be read");
            None
        });
        let mut session = session?;
        // What a full disk has not taken yet holds all the same.
        if let Some(lifecycle) = self.unsaved.iter().rev().find_map(|save| save.closes(id)) {
            session.lifecycle = *lifecycle;
        }
        let saved = !self.unsaved.iter().any(|save| save.id() == id);
        Some(view::finished(&session, saved))
    }

    /// Begins a sit; its row is on disk when this returns.
    ///
    /// # Errors
    /// One runs already, the request is no plan, or it cannot be saved. Then nothing has begun.
    pub fn start(&mut self, request: StartRequest) -> Result<EngineState, IpcError> {
        let choice = self.choose(request)?;
        self.start_plan(choice)
    }

    /// Begins a sit that ends at its planned end where the plan says to ask, because nobody can be asked.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_unattended(&mut self, request: StartRequest) -> Result<EngineState, IpcError> {
        let mut choice = self.choose(request)?;
        if choice.overtime == OvertimeChoice::Ask {
            choice.overtime = OvertimeChoice::Never;
        }
        self.start_plan(choice)
    }

    fn start_plan(&mut self, choice: PlanChoice) -> Result<EngineState, IpcError> {
        self.tick();
        // The moment at which the length is fixed is that of the start: a clock time is met exactly.
        let now = self.now();
        let plan = choice.fix(now.wall, &LocalZone)?;
        // The clock of UUIDv7 is the wall clock's: that the ids sort by time is a convenience, not a promise.
        let created = now.wall.utc;
        let id = SessionId(new_id(created));
        let seed = id.0.as_u64_pair().1;
        self.act_at(Command::Start { id, plan, seed }, now)?;
        self.finished = None;
        self.last_plan = Some(choice);
        self.tick();
        self.publish();
        Ok(self.state())
    }

    /// Begins the last sit anew, or the default one.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_again(&mut self) -> Result<EngineState, IpcError> {
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
            let strike = Strike { sound: SoundName(sound), strikes: Strikes::MIN };
            choice.intervals = Some(Intervals { when: IntervalTimes::Every { seconds }, strike });
        }
        Ok(choice)
    }

    /// Lets the sit stand still.
    ///
    /// # Errors
    /// None runs, it cannot be paused where it is, or it is paused and that is not saved yet.
    pub fn pause(&mut self) -> Result<EngineState, IpcError> {
        self.act(Command::Pause).map(|()| self.state())
    }

    /// Lets the sit go on.
    ///
    /// # Errors
    /// None is paused, or it goes on and that is not saved yet.
    pub fn resume(&mut self) -> Result<EngineState, IpcError> {
        self.act(Command::Resume).map(|()| self.state())
    }

    /// Ends the sit and keeps what was sat.
    ///
    /// # Errors
    /// None runs. [`ErrorCode::NotSaved`] if it has ended and that is not on the disk yet; [`ErrorCode::Moved`] if it
    /// is saved in a file that the next start does not open by itself.
    pub fn end(&mut self, overtime: Option<OvertimeAnswer>) -> Result<EngineState, IpcError> {
        self.act(Command::End { overtime }).map(|()| self.state())
    }

    /// Ends the sit and throws it away; the person has been asked.
    ///
    /// # Errors
    /// None runs, or it has ended and that is not saved yet.
    pub fn discard(&mut self) -> Result<EngineState, IpcError> {
        self.act(Command::Discard).map(|()| self.state())
    }

    /// Takes the person's word on an unsettled sit; none named: the oldest.
    ///
    /// # Errors
    /// No such sit waits, or the answer cannot be saved. Then it goes on waiting.
    pub fn resolve(
        &mut self,
        id: Option<SessionId>,
        answer: Answer,
    ) -> Result<EngineState, IpcError> {
        self.tick();
        let oldest = || self.timer.unsettled().first().map(|unsettled| unsettled.id);
        let id = id.or_else(oldest).ok_or(zafu_core::timer::Rejection::NothingToResolve)?;
        self.act(Command::Resolve { id, answer }).map(|()| self.state())
    }

    /// The person has seen that the sit has ended.
    pub fn dismiss_finished(&mut self) -> EngineState {
        self.finished = None;
        self.publish();
        self.state()
    }

    /// A page of past sits, newest first.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn sits(&self, request: &LogRequest) -> Result<Vec<SitRecord>, IpcError> {
        Ok(view::records(&self.store, request, self.now().wall)?)
    }

    /// Lists every owner of sits on this device, the account in use first.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn owners(&self) -> Result<Vec<OwnerView>, IpcError> {
        Ok(view::owners(&self.store)?)
    }

    /// Writes down what the person says of a sit.
    ///
    /// # Errors
    /// There is no such sit, or it cannot be saved.
    pub fn edit(&mut self, id: SessionId, note: &str, label: &str) -> Result<(), IpcError> {
        self.store.edit(id, note, label)?;
        self.sync.trigger(Trigger::Changed);
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
        self.sync.trigger(Trigger::Changed);
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
        self.sync.trigger(Trigger::Changed);
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

    /// Lets a bell be heard, once.
    pub fn preview_bell(&mut self, sound: SoundName, volume: VolumePercent) {
        let strike = Strike { sound, strikes: Strikes::MIN };
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

    /// The person looks at the window.
    pub fn focused(&self) {
        self.sync.trigger(Trigger::Focused);
    }

    /// Takes note of how the sync is.
    pub(crate) fn synced(&mut self, view: Option<SyncView>) {
        self.sync_view = view;
        self.publish();
    }

    /// Takes note of sits that came from other devices.
    pub(crate) fn log_changed(&self) {
        let _ = self.events.send(Event::Log);
        self.publish();
    }

    /// Tells the person how to come back to a sit that nothing shows.
    pub fn tell_it_goes_on(&mut self) {
        self.parts.notifier.show(Notification::GoesOn);
    }

    /// Tells whoever runs this engine to stop.
    ///
    /// # Errors
    /// As [`Self::prepare_to_quit`]. Then nobody is told.
    pub fn quit(&mut self) -> Result<(), IpcError> {
        self.prepare_to_quit()?;
        let _ = self.events.send(Event::Quit);
        Ok(())
    }

    /// Saves everything that is not on the disk yet, and how far the sit has come.
    ///
    /// # Errors
    /// [`ErrorCode::NotSaved`]: quitting now would lose it. A signal ends the engine all the same.
    pub fn prepare_to_quit(&mut self) -> Result<(), IpcError> {
        self.act(Command::Checkpoint)
    }

    /// Ends the sit and keeps what was sat, before a quit. Overtime that the person has to be asked about stays in
    /// question, and is asked about at the next start.
    ///
    /// # Errors
    /// As [`Self::prepare_to_quit`].
    pub fn end_to_quit(&mut self) -> Result<(), IpcError> {
        self.tick();
        let ends = self.timer.sit().is_some_and(|sit| {
            !matches!(sit.phase, Phase::Overtime { .. }) || sit.plan.overtime != OvertimeChoice::Ask
        });
        if ends { self.act(Command::End { overtime: None }) } else { self.prepare_to_quit() }
    }

    /// Lets time pass on a clock that can be moved.
    #[cfg(feature = "test-clock")]
    pub fn advance(&mut self, by: Duration) -> EngineState {
        self.parts.clock.advance(by);
        self.sync.trigger(Trigger::Changed);
        self.tick();
        self.publish();
        self.state()
    }

    /// Tells whoever can show the window that a note is to be written there.
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
