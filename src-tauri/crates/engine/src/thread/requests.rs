//! The methods of [`EngineHandle`](crate::EngineHandle), on the engine's thread. They are documented there.

use super::{EngineThread, Event, TerminalSit};
use crate::adapters::{Notification, NotificationAction};
use crate::clock::LocalZone;
use crate::partner::RunningSit;
use crate::protocol::{
    EngineState, ErrorCode, FinishedView, IpcError, Secret, SoundView, StartRequest, SyncView,
};
use crate::view;
#[cfg(feature = "test-clock")]
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{SessionId, SessionRef};
use zafu_core::message;
use zafu_core::plan::{
    IntervalTimes, Intervals, OvertimeChoice, PlanChoice, SoundName, Strike, Strikes,
};
use zafu_core::settings::{Preset, Settings, VolumePercent};
use zafu_core::timer::{Answer, Command, Effect, OvertimeAnswer, Phase};
use zafu_messages::Language;
use zafu_store::StoreError;
use zafu_sync::Wakeup;

impl EngineThread {
    pub(crate) fn state(&self) -> EngineState {
        let now = self.now();
        self.revision.set(self.revision.get() + 1);
        EngineState {
            revision: self.revision.get(),
            sit: self.timer.sit().map(|sit| view::sit(sit, now.boot)),
            unsettled: self.timer.unsettled().iter().map(view::unsettled).collect(),
            finished: self.finished.and_then(|named| self.finished_view(named)),
            trouble: self.trouble.clone(),
            sync: self.sync_view.clone(),
        }
    }

    /// Shows the sit `id` as finished.
    pub(super) fn finish_with(&mut self, id: SessionId) {
        self.finished = readable(self.store.timed(id));
    }

    fn finished_view(&self, named: SessionRef) -> Option<FinishedView> {
        let (mut session, label) = readable(self.store.session_with_label(named))?;
        let id = named.id;
        // A change that is not on disk yet applies too.
        if let Some(lifecycle) = self.unsaved.iter().rev().find_map(|save| save.closes(id)) {
            session.lifecycle = *lifecycle;
        }
        let saved = !self.unsaved.iter().any(|save| save.id() == id);
        Some(view::finished(&session, named.owner, label, saved))
    }

    pub(crate) fn start_sit(&mut self, request: StartRequest) -> Result<EngineState, IpcError> {
        let choice = self.choose(request)?;
        self.start_plan(choice)
    }

    pub(crate) fn start_terminal_sit(
        &mut self,
        request: StartRequest,
    ) -> Result<TerminalSit, IpcError> {
        self.is_in_terminal = true;
        let state = self.state();
        if state.sit.is_some() {
            return Ok(TerminalSit { state, is_recovered: true, events: self.events.subscribe() });
        }
        let mut choice = self.choose(request)?;
        // A sit in a terminal cannot ask about its overtime.
        if choice.overtime == OvertimeChoice::Ask {
            choice.overtime = OvertimeChoice::Never;
        }
        let state = self.start_plan(choice)?;
        // Subscribes after the start, so that no event is about an earlier sit.
        Ok(TerminalSit { state, is_recovered: false, events: self.events.subscribe() })
    }

    fn start_plan(&mut self, choice: PlanChoice) -> Result<EngineState, IpcError> {
        self.tick();
        // The length is fixed at the moment of the start, so that a sit until a clock time ends exactly then.
        let now = self.now();
        let plan = choice.fix(now.wall, &LocalZone)?;
        // A UUIDv7 contains the wall time. That IDs sort by time is a convenience, not a guarantee.
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

    /// Starts the plan of the last sit again, or the default plan.
    fn start_sit_again(&mut self) -> Result<EngineState, IpcError> {
        let plan = self.last_plan.clone();
        self.start_sit(StartRequest { plan, ..StartRequest::default() })
    }

    /// Returns the plan that `request` describes.
    fn choose(&self, request: StartRequest) -> Result<PlanChoice, IpcError> {
        let presets = || self.store.presets().map_err(IpcError::from);
        let mut choice = match (request.plan, request.preset_id, request.preset_name) {
            (Some(plan), ..) => plan,
            (None, Some(id), _) => {
                let missing = || {
                    IpcError::new(ErrorCode::NotFound, message!("engine-preset-missing", id = id))
                };
                presets()?.into_iter().find(|preset| preset.id == id).ok_or_else(missing)?.plan
            }
            (None, None, Some(name)) => {
                let presets = presets()?;
                let names: Vec<_> = presets.iter().map(|preset| preset.name.clone()).collect();
                let missing = || {
                    let message = match names.is_empty() {
                        true => message!("engine-preset-none", name = name.as_str()),
                        false => message!(
                            "engine-preset-unknown",
                            name = name.as_str(),
                            presets = names.join(", ")
                        ),
                    };
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

    pub(crate) fn pause_sit(&mut self) -> Result<EngineState, IpcError> {
        self.act(Command::Pause).map(|()| self.state())
    }

    pub(crate) fn resume_sit(&mut self) -> Result<EngineState, IpcError> {
        self.act(Command::Resume).map(|()| self.state())
    }

    pub(crate) fn end_sit(
        &mut self,
        overtime: Option<OvertimeAnswer>,
    ) -> Result<EngineState, IpcError> {
        self.act(Command::End { overtime }).map(|()| self.state())
    }

    pub(crate) fn discard_sit(&mut self) -> Result<EngineState, IpcError> {
        self.act(Command::Discard).map(|()| self.state())
    }

    pub(crate) fn resolve_sit(
        &mut self,
        id: Option<SessionId>,
        answer: Answer,
    ) -> Result<EngineState, IpcError> {
        self.tick();
        let oldest = || self.timer.unsettled().first().map(|unsettled| unsettled.id);
        let id = id.or_else(oldest).ok_or(zafu_core::timer::Rejection::NothingToResolve)?;
        self.act(Command::Resolve { id, answer }).map(|()| self.state())
    }

    pub(crate) fn dismiss_finished(&mut self) -> EngineState {
        self.finished = None;
        self.publish();
        self.state()
    }

    /// Removes the finished sit from the state if the user has deleted it.
    pub(crate) fn sessions_changed(&mut self) {
        let is_deleted = |named| {
            let session = self.store.session_with_label(named);
            session.is_ok_and(|(session, _)| session.deletion.value.is_some())
        };
        self.finished = self.finished.filter(|named| !is_deleted(*named));
        self.publish();
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings.clone()
    }

    pub(crate) fn save_settings(&mut self, settings: Settings) -> Result<(), IpcError> {
        self.store.save_settings(&settings)?;
        if settings.language != self.settings.language {
            zafu_messages::set_language(Language::chosen(settings.language));
        }
        let days_begin_at = self.settings.day_starts_at_hour;
        self.settings = settings;
        if self.settings.day_starts_at_hour != days_begin_at {
            self.days.start(&self.store, &self.events);
        }
        if let Some(sit) = self.timer.sit() {
            let awake = matches!(sit.phase, Phase::Preparing { .. } | Phase::Sitting { .. });
            self.perform(vec![Effect::KeepAwake(awake)]);
        }
        let _ = self.events.send(Event::Settings);
        Ok(())
    }

    pub(crate) fn presets(&self) -> Result<Vec<Preset>, IpcError> {
        Ok(self.store.presets()?)
    }

    pub(crate) fn save_preset(&mut self, preset: &Preset) -> Result<(), IpcError> {
        self.store.save_preset(preset)?;
        let _ = self.events.send(Event::Settings);
        Ok(())
    }

    pub(crate) fn delete_preset(&mut self, id: Uuid) -> Result<(), IpcError> {
        self.store.delete_preset(id)?;
        let _ = self.events.send(Event::Settings);
        Ok(())
    }

    pub(crate) fn preview_bell(&mut self, sound: SoundName, volume: VolumePercent) {
        let strike = Strike { sound, strikes: Strikes::MIN };
        let now = self.now().boot;
        self.adapters.bells.arm(&strike, volume, now);
    }

    pub(crate) fn sounds(&self) -> Vec<SoundView> {
        let named = |name: &str| SoundView { name: SoundName(name.to_owned()) };
        self.adapters.bells.sounds().into_iter().map(named).collect()
    }

    pub(crate) fn show_window(&self) {
        let _ = self.events.send(Event::Show);
    }

    pub(crate) fn show_invitation(&self, link: Secret) -> Result<(), IpcError> {
        if self.is_in_terminal {
            return Err(IpcError::new(ErrorCode::Rejected, message!("engine-no-window")));
        }
        let _ = self.events.send(Event::ShowInvitation(link));
        Ok(())
    }

    pub(crate) fn window_focused(&self) {
        self.sync.wake(Wakeup::WindowFocus);
    }

    pub(crate) fn set_sync_view(&mut self, view: Option<SyncView>) {
        self.sync_view = view;
        self.publish();
    }

    pub(crate) fn log_changed(&self) {
        let _ = self.events.send(Event::Log);
        self.publish();
    }

    pub(crate) fn partner_changed(&mut self) {
        self.holds_news = true;
        let _ = self.events.send(Event::Partner);
    }

    pub(crate) fn running_sit(&self) -> Option<RunningSit> {
        self.timer.sit().map(RunningSit::of)
    }

    pub(crate) fn notify_sit_continues(&mut self) {
        self.adapters.notifier.show(Notification::SitContinues);
    }

    pub(crate) fn quit(&mut self) -> Result<(), IpcError> {
        self.prepare_to_quit()?;
        let _ = self.events.send(Event::Quit);
        Ok(())
    }

    pub(crate) fn prepare_to_quit(&mut self) -> Result<(), IpcError> {
        self.act(Command::Checkpoint)
    }

    pub(crate) fn end_sit_to_quit(&mut self) -> Result<(), IpcError> {
        self.tick();
        let ends = self.timer.sit().is_some_and(|sit| {
            !matches!(sit.phase, Phase::Overtime { .. }) || sit.plan.overtime != OvertimeChoice::Ask
        });
        if ends { self.act(Command::End { overtime: None }) } else { self.prepare_to_quit() }
    }

    #[cfg(feature = "test-clock")]
    pub(crate) fn advance(&mut self, by: Duration) -> EngineState {
        self.adapters.clock.advance(by);
        self.sync.wake(Wakeup::LocalChange);
        self.tick();
        self.publish();
        self.state()
    }

    pub(crate) fn act_on_notification(&mut self, action: NotificationAction) {
        match action {
            NotificationAction::Open => self.show_window(),
            NotificationAction::AddNote(id) => self.add_note(id),
            NotificationAction::SitAgain => {
                if let Err(error) = self.start_sit_again() {
                    self.report(error);
                }
            }
        }
    }

    /// Asks the window to open the note of a session.
    fn add_note(&mut self, id: SessionId) {
        self.finish_with(id);
        self.publish();
        let _ = self.events.send(Event::AddNote(id));
    }
}

/// Returns what was read of the finished sit.
fn readable<T>(read: Result<T, StoreError>) -> Option<T> {
    read.inspect_err(|error| tracing::warn!(%error, "the finished sit cannot be read")).ok()
}

/// Returns a UUIDv7 for `created`.
pub(crate) fn new_id(created: chrono::DateTime<chrono::Utc>) -> Uuid {
    let seconds = created.timestamp().max(0).cast_unsigned();
    let timestamp =
        uuid::Timestamp::from_unix(uuid::NoContext, seconds, created.timestamp_subsec_nanos());
    Uuid::new_v7(timestamp)
}
