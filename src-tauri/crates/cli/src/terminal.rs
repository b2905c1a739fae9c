//! `zafu sit --terminal`: runs the engine in the foreground, without a window or a display.

use crate::failure::{Failure, REJECTED};
use crate::print;
use crate::signals::{Signal, Signals};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use zafu_core::message;
use zafu_engine::DataFolder;
use zafu_engine::adapters::bells::{self, Ringing};
use zafu_engine::protocol::{EngineState, ErrorCode, IpcError, PhaseView, StartRequest};
use zafu_engine::{Access, lock_or_connect};
use zafu_engine::{EngineHandle, Event, Host, TerminalSit, output, system};
use zafu_messages::text;

/// Runs a sit in this process until it is over.
pub fn sit(folder: &DataFolder, request: StartRequest) -> Result<(), Failure> {
    let ringing = Ringing::default();
    let lock = match lock_or_connect(folder).map_err(IpcError::from)? {
        Access::Lock(lock) => lock,
        Access::Engine(_) => return Err(Failure::new(REJECTED, message!("cli-sit-elsewhere"))),
    };
    let host = Host::start_locked(folder, lock, system::adapters(folder, ringing.clone()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let mut bell_troubles = BellTroubles::default();
        let outcome = follow(host.engine(), request, &mut bell_troubles).await?;
        if outcome == Outcome::Completed {
            last_bell(host.engine(), &ringing, &mut bell_troubles).await?;
        }
        if outcome != Outcome::Interrupted {
            finish_import(host.engine()).await?;
        }
        Ok(())
    });
    // A sound device that does not respond must not delay the exit, and the sit is saved first.
    runtime.shutdown_background();
    drop(host);
    ringing.fade();
    ended
}

/// The troubles with the bells that were already reported.
#[derive(Default)]
struct BellTroubles(Vec<IpcError>);

impl BellTroubles {
    fn report_all(&mut self, state: &EngineState) {
        for error in state.trouble.iter().filter(|error| error.code == ErrorCode::Sound) {
            self.report(error);
        }
    }

    /// Prints `error` on standard error, once.
    fn report(&mut self, error: &IpcError) {
        if !self.0.contains(error) {
            output::print_error(text(&error.message));
            self.0.push(error.clone());
        }
    }
}

/// Waits until the last bell has faded, a signal arrives, or Zafu quits. Reports trouble with the bell.
async fn last_bell(
    engine: &EngineHandle,
    ringing: &Ringing,
    bell_troubles: &mut BellTroubles,
) -> Result<(), Failure> {
    let (mut events, mut signals) = (engine.subscribe(), Signals::new()?);
    bell_troubles.report_all(&engine.state().await?);
    let rings = ringing.clone();
    let mut last_tail = tokio::task::spawn_blocking(move || rings.wait());
    loop {
        tokio::select! {
            _ = &mut last_tail => break,
            _ = signals.next() => return Ok(()),
            event = events.recv() => match event {
                Ok(Event::State(state)) => bell_troubles.report_all(&state),
                Ok(Event::Quit) | Err(RecvError::Closed) => return Ok(()),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
            },
        }
    }
    // The engine has the trouble of the bell in its state before the bell ends.
    bell_troubles.report_all(&engine.state().await?);
    Ok(())
}

/// Waits for an import that another program has begun in this process, unless a signal arrives or Zafu quits: then it is
/// cancelled, and nothing is imported.
async fn finish_import(engine: &EngineHandle) -> Result<(), Failure> {
    if !engine.imports().is_busy() {
        return Ok(());
    }
    output::print_error(text!("cli-sit-importing"));
    let (mut events, mut signals) = (engine.subscribe(), Signals::new()?);
    let mut finished = engine.imports().finish();
    loop {
        tokio::select! {
            // Its program tells the user how it has ended.
            _ = &mut finished => return Ok(()),
            _ = signals.next() => return Ok(()),
            event = events.recv() => match event {
                Ok(Event::Quit) | Err(RecvError::Closed) => return Ok(()),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
            },
        }
    }
}

/// How a sit in a terminal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It reached its planned end.
    Completed,
    /// The user ended it. The time sat until then is saved, if it was kept.
    Ended,
    /// The process is to exit. The time sat until then is saved.
    Interrupted,
}

async fn follow(
    engine: &EngineHandle,
    request: StartRequest,
    bell_troubles: &mut BellTroubles,
) -> Result<Outcome, Failure> {
    // The check runs in parallel, so that the sound system does not delay the sit.
    let mut check = tokio::task::spawn_blocking(bells::check);
    let mut checked = false;
    let TerminalSit { state, is_recovered, mut events } =
        engine.start_terminal_sit(request).await?;
    if is_recovered {
        output::print_error(text!("cli-sit-recovered"));
    }
    let mut display = Display::new();
    if let Some(sit) = &state.sit {
        output::print(sit.id);
    }
    display.show(&state);
    let mut signals = Signals::new()?;
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            _ = second.tick(), if display.redraws => display.show(&engine.state().await?),
            found = &mut check, if !checked => {
                checked = true;
                if let Ok(Some(error)) = found.map(|found| found.error) {
                    bell_troubles.report(&error);
                }
            }
            event = events.recv() => match event {
                Ok(Event::State(state)) => {
                    bell_troubles.report_all(&state);
                    display.show(&state);
                    if state.sit.is_none() && display.is_saved(&state) {
                        display.finish(&state);
                        return Ok(match state.finished {
                            Some(_) => Outcome::Completed,
                            None => Outcome::Ended,
                        });
                    }
                }
                Ok(Event::Quit) => return Ok(Outcome::Interrupted),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(Outcome::Interrupted),
            },
            signal = signals.next() => {
                if signal == Signal::Interrupt && !display.awaits_save {
                    let ended = match engine.end_sit(None).await {
                        // `is_saved` prints it, and the loop continues until it is saved.
                        Err(error) if error.code == ErrorCode::NotSaved => engine.state().await?,
                        ended => ended?,
                    };
                    if !display.is_saved(&ended) {
                        continue;
                    }
                    display.finish(&ended);
                    engine.prepare_to_quit().await?;
                    return Ok(Outcome::Ended);
                }
                // Any other signal asks the process to exit, not to end the sit. The sit is saved up to now, or an
                // error is returned.
                engine.prepare_to_quit().await?;
                return Ok(Outcome::Interrupted);
            }
        }
    }
}

/// The display of a sit: one line that is redrawn on a terminal, plain lines elsewhere.
struct Display {
    redraws: bool,
    phase: Option<PhaseView>,
    /// Whether the end of the sit is known but not saved yet.
    awaits_save: bool,
}

impl Display {
    fn new() -> Self {
        Self { redraws: output::takes_control_sequences(), phase: None, awaits_save: false }
    }

    /// Returns whether the end of the sit is saved. Prints the error once while it is not.
    fn is_saved(&mut self, ended: &EngineState) -> bool {
        let trouble = ended.trouble.iter().find(|error| error.code == ErrorCode::NotSaved);
        if let Some(error) = trouble.filter(|_| !self.awaits_save) {
            output::print_error(text!("cli-sit-not-saved", error = error.message.clone()));
        }
        self.awaits_save = trouble.is_some();
        !self.awaits_save
    }

    fn show(&mut self, state: &EngineState) {
        let Some(sit) = &state.sit else { return };
        if self.redraws {
            output::draw(&format!("\r\x1b[2K  {}", print::line(sit)));
        } else if self.phase != Some(sit.phase) {
            output::print(print::line(sit));
        }
        self.phase = Some(sit.phase);
    }

    fn finish(&self, state: &EngineState) {
        if self.redraws {
            output::draw("\r\x1b[2K");
        }
        for moved in state.trouble.iter().filter(|error| error.code == ErrorCode::Moved) {
            output::print_error(text(&moved.message));
        }
        output::print(match &state.finished {
            Some(finished) => text!("cli-sit-kept", sat = finished.sat_seconds.to_string()),
            None if state.unsettled.is_empty() => text!("cli-sit-not-kept"),
            None => text!("cli-sit-gap"),
        });
    }
}
