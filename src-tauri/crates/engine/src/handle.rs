//! The engine's interface inside its process: one method for each thing that a user or a program can do.
//!
//! A method hands its work to the engine's thread at once and returns a [`Pending`] response. The methods of
//! [`EngineThread`] of the same names do the work.

use crate::account::Account;
use crate::import::{ImportHandle, Imports};
use crate::log::{Log, LogThread};
use crate::partner::{Partner, RunningSit};
use crate::protocol::{
    EngineState, ErrorCode, IpcError, Secret, SoundView, StartRequest, SyncView,
};
use crate::sync::SyncHandle;
use crate::thread::{EngineThread, Event, Message, TerminalSit};
use std::pin::Pin;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll};
use tokio::sync::{broadcast, oneshot};
use uuid::Uuid;
use zafu_core::ids::SessionId;
use zafu_core::message;
use zafu_core::plan::SoundName;
use zafu_core::settings::{Preset, Settings, VolumePercent};
use zafu_core::timer::{Answer, OvertimeAnswer};
use zafu_sync::Wakeup;

/// A response that the engine's thread has yet to give. Dropping it does not cancel the work.
#[must_use = "the response says whether the work succeeded"]
pub struct Pending<T>(oneshot::Receiver<Result<T, IpcError>>);

impl<T> Future for Pending<T> {
    type Output = Result<T, IpcError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = Pin::new(&mut self.0).poll(context);
        response.map(|response| response.unwrap_or_else(|_| Err(stopped())))
    }
}

impl<T> Pending<T> {
    pub(crate) const fn new(response: oneshot::Receiver<Result<T, IpcError>>) -> Self {
        Self(response)
    }

    /// Blocks until the response is there. For callers outside an async runtime; panics inside one.
    ///
    /// # Errors
    /// Those of the method that was called, and [`ErrorCode::Engine`] if the engine has stopped.
    pub fn wait(self) -> Result<T, IpcError> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> IpcError {
    IpcError::new(ErrorCode::Engine, message!("engine-stopping"))
}

/// A handle on the engine that runs in this process. Cheap to clone.
///
/// Every method can fail with [`ErrorCode::Engine`] if the engine has stopped, and with [`ErrorCode::Storage`] if the
/// database cannot be read or written; then nothing was changed, unless the method says otherwise.
#[derive(Clone)]
pub struct EngineHandle {
    messages: Sender<Message<EngineThread>>,
    log_messages: Sender<Message<LogThread>>,
    events: broadcast::Sender<Event>,
    sync: SyncHandle,
    imports: ImportHandle,
}

impl EngineHandle {
    pub(crate) fn new(
        messages: Sender<Message<EngineThread>>,
        log_messages: Sender<Message<LogThread>>,
        events: broadcast::Sender<Event>,
        sync: SyncHandle,
        imports: ImportHandle,
    ) -> Self {
        Self { messages, log_messages, events, sync, imports }
    }

    /// Subscribes to the events that follow.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Returns the state of the engine.
    pub fn state(&self) -> Pending<EngineState> {
        self.run(|thread| Ok(thread.state()))
    }

    /// Starts a sit and saves its row before responding.
    ///
    /// # Errors
    /// [`ErrorCode::Rejected`] if a sit is running, [`ErrorCode::BadRequest`] if the request is not a valid plan,
    /// [`ErrorCode::NotFound`] if its preset does not exist.
    pub fn start_sit(&self, request: StartRequest) -> Pending<EngineState> {
        self.run(move |thread| thread.start_sit(request))
    }

    /// Starts a sit for a terminal, unless one is running already: see [`TerminalSit`].
    ///
    /// # Errors
    /// As [`Self::start_sit`].
    pub fn start_terminal_sit(&self, request: StartRequest) -> Pending<TerminalSit> {
        self.run(move |thread| thread.start_terminal_sit(request))
    }

    /// Pauses the sit.
    ///
    /// # Errors
    /// [`ErrorCode::Rejected`] if no sit is running or it cannot be paused in its phase; [`ErrorCode::NotSaved`] if it
    /// is paused and the pause is not on disk yet.
    pub fn pause_sit(&self) -> Pending<EngineState> {
        self.run(EngineThread::pause_sit)
    }

    /// Resumes the paused sit.
    ///
    /// # Errors
    /// [`ErrorCode::Rejected`] if no sit is paused; [`ErrorCode::NotSaved`] if it resumed and that is not on disk yet.
    pub fn resume_sit(&self) -> Pending<EngineState> {
        self.run(EngineThread::resume_sit)
    }

    /// Ends the sit and keeps the time sat. `overtime` answers whether overtime counts, if the plan asks.
    ///
    /// # Errors
    /// [`ErrorCode::Rejected`] if no sit is running; [`ErrorCode::NotSaved`] if it has ended and that is not on disk
    /// yet; [`ErrorCode::Moved`] if it is saved in a file that the next start does not open by itself.
    pub fn end_sit(&self, overtime: Option<OvertimeAnswer>) -> Pending<EngineState> {
        self.run(move |thread| thread.end_sit(overtime))
    }

    /// Ends the sit and discards it. The caller has asked the user.
    ///
    /// # Errors
    /// [`ErrorCode::Rejected`] if no sit is running; [`ErrorCode::NotSaved`] if it ended and that is not on disk yet.
    pub fn discard_sit(&self) -> Pending<EngineState> {
        self.run(EngineThread::discard_sit)
    }

    /// Resolves the gap of the unsettled sit `id`, or of the oldest one if `id` is `None`.
    ///
    /// # Errors
    /// [`ErrorCode::Rejected`] if there is no such sit.
    pub fn resolve_sit(&self, id: Option<SessionId>, answer: Answer) -> Pending<EngineState> {
        self.run(move |thread| thread.resolve_sit(id, answer))
    }

    /// Removes the finished sit from the state: the user has seen it.
    pub fn dismiss_finished(&self) -> Pending<EngineState> {
        self.run(|thread| Ok(thread.dismiss_finished()))
    }

    /// Returns the settings.
    pub fn settings(&self) -> Pending<Settings> {
        self.run(|thread| Ok(thread.settings()))
    }

    /// Saves the settings. They apply from now on, also to the running sit.
    pub fn save_settings(&self, settings: Settings) -> Pending<()> {
        self.run(move |thread| thread.save_settings(settings))
    }

    /// Returns the presets.
    pub fn presets(&self) -> Pending<Vec<Preset>> {
        self.run(|thread| thread.presets())
    }

    /// Saves a preset.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] if its name is empty or taken.
    pub fn save_preset(&self, preset: Preset) -> Pending<()> {
        self.run(move |thread| thread.save_preset(&preset))
    }

    /// Deletes a preset.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none with this id.
    pub fn delete_preset(&self, id: Uuid) -> Pending<()> {
        self.run(move |thread| thread.delete_preset(id))
    }

    /// Returns Zafu's own sounds.
    pub fn sounds(&self) -> Pending<Vec<SoundView>> {
        self.run(|thread| Ok(thread.sounds()))
    }

    /// Plays a bell once.
    pub fn preview_bell(&self, sound: SoundName, volume: VolumePercent) -> Pending<()> {
        self.run(move |thread| {
            thread.preview_bell(sound, volume);
            Ok(())
        })
    }

    /// Asks the process that runs the engine to show its window.
    pub fn show_window(&self) -> Pending<()> {
        self.run(|thread| {
            thread.show_window();
            Ok(())
        })
    }

    /// Asks the process that runs the engine to show the invitation of a link in its window. Accepts nothing.
    ///
    /// # Errors
    /// [`ErrorCode::Rejected`] if the process has a terminal instead of a window.
    pub fn show_invitation(&self, link: Secret) -> Pending<()> {
        self.run(move |thread| thread.show_invitation(link))
    }

    /// Tells the engine that the window has gained focus, which may start a sync.
    pub fn window_focused(&self) {
        self.post(|thread| thread.window_focused());
    }

    /// Notifies the user how to return to a sit that no window and no tray show.
    pub fn notify_sit_continues(&self) {
        self.post(EngineThread::notify_sit_continues);
    }

    /// Saves all changes, then asks the process that runs the engine to quit.
    ///
    /// # Errors
    /// As [`Self::prepare_to_quit`]. Then the process is not asked.
    pub fn quit(&self) -> Pending<()> {
        self.run(EngineThread::quit)
    }

    /// Saves all changes that are not on disk yet, and a checkpoint of the running sit.
    ///
    /// # Errors
    /// [`ErrorCode::NotSaved`]: quitting now would lose changes.
    pub fn prepare_to_quit(&self) -> Pending<()> {
        self.run(EngineThread::prepare_to_quit)
    }

    /// Ends the sit and keeps the time sat, before a quit. If the plan asks about overtime, the sit becomes unsettled
    /// and is asked about at the next start.
    ///
    /// # Errors
    /// As [`Self::prepare_to_quit`].
    pub fn end_sit_to_quit(&self) -> Pending<()> {
        self.run(EngineThread::end_sit_to_quit)
    }

    /// Advances a test clock by `ms` milliseconds.
    #[cfg(feature = "test-clock")]
    pub fn advance(&self, ms: u64) -> Pending<EngineState> {
        self.run(move |thread| Ok(thread.advance(std::time::Duration::from_millis(ms))))
    }

    /// Shows an error in the state until its cause is gone.
    pub fn report(&self, error: IpcError) {
        self.post(|thread| thread.report(error));
    }

    /// Removes the errors with `code` from the state: their cause is gone.
    pub(crate) fn clear_trouble(&self, code: ErrorCode) {
        self.post(move |thread| thread.clear_trouble(code));
    }

    /// Carries out what the user chose in a notification.
    pub(crate) fn act_on_notification(&self, action: crate::adapters::NotificationAction) {
        self.post(move |thread| thread.act_on_notification(action));
    }

    /// Replaces the sync's part of the state.
    pub(crate) fn set_sync_view(&self, view: Option<SyncView>) {
        self.post(|thread| thread.set_sync_view(view));
    }

    /// Announces that the log was changed other than by the window.
    pub(crate) fn log_changed(&self) {
        self.post(|thread| thread.log_changed());
    }

    /// Announces that anything about the partner has changed.
    pub(crate) fn partner_changed(&self) {
        self.post(EngineThread::partner_changed);
    }

    /// Has the sync send what the user has changed about the partner, and announces the change.
    pub(crate) fn send_partner_changes(&self) {
        self.sync.wake(Wakeup::Request);
        self.partner_changed();
    }

    /// Returns the handle on the sync.
    pub(crate) const fn sync(&self) -> &SyncHandle {
        &self.sync
    }

    /// Returns the running sit.
    pub(crate) fn running_sit(&self) -> Pending<Option<RunningSit>> {
        self.run(|thread| Ok(thread.running_sit()))
    }

    /// Records that the user has changed sessions of the log: the sync sends them, and the state shows them.
    pub(crate) fn sessions_changed(&self) {
        self.sync.wake(Wakeup::LocalChange);
        self.post(|thread| thread.sessions_changed());
    }

    /// Saves a checkpoint of the running sit and stops the threads of the engine, of the log, of imports and of the sync.
    pub(crate) fn stop(&self) {
        // The sit first: it is saved while the others stop.
        let _ = self.messages.send(Message::Stop);
        let _ = self.log_messages.send(Message::Stop);
        self.imports.stop();
        self.sync.stop();
    }

    /// Returns a handle on the log.
    #[must_use]
    pub const fn log(&self) -> Log<'_> {
        Log::new(self)
    }

    /// Returns a handle on the profile, the weekly target and the partner.
    #[must_use]
    pub const fn partner(&self) -> Partner<'_> {
        Partner::new(self)
    }

    /// Returns a handle on imports.
    #[must_use]
    pub const fn imports(&self) -> Imports<'_> {
        Imports::new(&self.imports)
    }

    /// Returns what imports for another client, or for the one with this id.
    pub(crate) fn import_client(&self, client: Option<Uuid>) -> ImportHandle {
        self.imports.for_client(client)
    }

    /// Returns a handle on the account and its sync.
    #[must_use]
    pub fn account(&self) -> Account<'_> {
        Account::new(&self.sync)
    }

    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut EngineThread) -> Result<T, IpcError> + Send + 'static,
    ) -> Pending<T> {
        request(&self.messages, work)
    }

    /// Runs `work` on the thread of the log.
    pub(crate) fn run_log<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut LogThread) -> Result<T, IpcError> + Send + 'static,
    ) -> Pending<T> {
        request(&self.log_messages, work)
    }

    fn post(&self, work: impl FnOnce(&mut EngineThread) + Send + 'static) {
        let _ = self.messages.send(Message::Run(Box::new(work)));
    }
}

/// Sends `work` to a thread.
fn request<Thread: 'static, T: Send + 'static>(
    thread: &Sender<Message<Thread>>,
    work: impl FnOnce(&mut Thread) -> Result<T, IpcError> + Send + 'static,
) -> Pending<T> {
    let (respond, response) = oneshot::channel();
    let work = move |thread: &mut Thread| {
        // A caller that has gone still had its work done.
        let _ = respond.send(work(thread));
    };
    // A thread that has stopped drops the work, and with it the sender of the response.
    let _ = thread.send(Message::Run(Box::new(work)));
    Pending(response)
}
