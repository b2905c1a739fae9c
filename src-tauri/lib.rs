//! The desktop shell: a window, a tray, and the ways in and out. It holds the engine; it decides nothing.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod commands;
mod drawing;
mod exit;
mod ring_icon;
mod signals;
mod startup;
mod tray;
mod window;

use clap::Parser;
use exit::Leaving;
use signals::Heard;
use startup::Started;
use std::process::ExitCode;
use std::time::Duration;
use tauri::{AppHandle, Emitter, Manager, RunEvent, WindowEvent};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use window::Reason;
use zafu_engine::adapters::bells::Ringing;
use zafu_engine::folder::DataFolder;
use zafu_engine::runner::Event;
use zafu_engine::{Engine, Host, logs, output};

/// The window of Zafu. The command `zafu` starts it.
#[derive(Parser)]
#[command(name = "zafu-app", version)]
struct Args {
    /// Run without a window until it is asked for.
    #[arg(long)]
    background: bool,
    /// Say more in the log files, and on standard error.
    #[arg(long, short)]
    verbose: bool,
    /// Say on standard error when the program runs, then nothing more; ask nothing in a dialog before that.
    #[arg(long, hide = true)]
    tell_when_started: bool,
}

/// Runs the program until it is quit.
#[must_use]
pub fn run() -> ExitCode {
    drawing::by_the_processor();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(answer) => return leave(explain(&answer)),
    };
    let folder = match DataFolder::find() {
        Ok(folder) => folder,
        Err(error) => {
            return leave(fail(&error));
        }
    };
    logs::start(&folder, "zafu-app", args.verbose);
    if let Err(error) = drawing::has_display() {
        return leave(fail(&error));
    }
    let heard = signals::listen();
    let ringing = Ringing::default();
    leave(match startup::start(&folder, &ringing, &args) {
        Started::Here(host) => run_shell(&folder, host, ringing, heard, &args),
        Started::Elsewhere => ExitCode::SUCCESS,
        Started::No => ExitCode::FAILURE,
    })
}

/// Says why the program ends, and that it failed.
fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    tracing::error!(%error, "the program ends");
    output::say(error);
    ExitCode::FAILURE
}

/// Prints what clap says: help and the version on standard output, errors on standard error.
fn explain(answer: &clap::Error) -> ExitCode {
    let text = answer.render().to_string();
    if answer.use_stderr() {
        output::say_plain(&text);
    } else {
        output::print(text.trim_end());
    }
    u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Ends once everything was written, or could not be.
fn leave(code: ExitCode) -> ExitCode {
    match output::finish_within(LAST_WORDS) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => code,
    }
}

/// How long the last words may take to be written.
const LAST_WORDS: Duration = Duration::from_secs(1);

fn run_shell(
    folder: &DataFolder,
    mut host: Host,
    ringing: Ringing,
    heard: Heard,
    args: &Args,
) -> ExitCode {
    let (background, tell) = (args.background, args.tell_when_started);
    let (engine, events) = (host.engine().clone(), host.events());
    let built = tauri::Builder::default()
        .plugin(window::remembered(folder))
        .manage(engine)
        .manage(folder.clone())
        .manage(Leaving::default())
        .manage(tray::IsThere::default())
        .manage(window::Making::default())
        .invoke_handler(tauri::generate_handler![
            commands::sit::get_state,
            commands::sit::start_sit,
            commands::sit::pause_sit,
            commands::sit::resume_sit,
            commands::sit::end_sit,
            commands::sit::discard_sit,
            commands::sit::resolve_sit,
            commands::sit::dismiss_finished,
            commands::sit::check_bell,
            commands::log::list_sits,
            commands::log::list_owners,
            commands::log::edit_sit,
            commands::log::delete_sit,
            commands::log::restore_sit,
            commands::account::account_project,
            commands::account::account_sign_in,
            commands::account::account_sign_up,
            commands::account::account_send_code,
            commands::account::account_sign_out,
            commands::account::account_erase,
            commands::account::account_adopt,
            commands::account::account_adopt_from,
            commands::account::account_after_erasure,
            commands::account::sync_now,
            commands::account::list_refused,
            commands::account::retry_refused,
            commands::account::export_refused,
            commands::settings::get_settings,
            commands::settings::save_settings,
            commands::settings::list_presets,
            commands::settings::save_preset,
            commands::settings::delete_preset,
            commands::settings::list_sounds,
            commands::settings::preview_bell,
            commands::settings::choose_sound_file,
            commands::shell::set_fullscreen,
            commands::shell::quit_app,
        ])
        .build(tauri::generate_context!());
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            let message =
                format!("the window cannot be shown: {error}. `zafu sit --terminal` needs none");
            return fail(&message);
        }
    };
    let mut host = Some(host);
    let mut heard = Some((heard, events));
    app.run(move |app, event| match event {
        RunEvent::Ready => {
            if let Some((signals, events)) = heard.take() {
                signals::heed(app, signals);
                tauri::async_runtime::spawn(pass_on(app.clone(), events));
            }
            tauri::async_runtime::spawn(appear(app.clone(), background, tell));
        }
        RunEvent::ExitRequested { api, code: None, .. } if !exit::with_last_window(app) => {
            api.prevent_exit();
        }
        RunEvent::Exit => {
            // The engine saves how far a sit has come, and lets the folder go, before anything is waited for.
            drop(host.take());
            // Nothing rings on from a program that nobody sees any more.
            ringing.fade();
            window::leave_no_folder(app);
            // The process ends without coming back from here.
            let _ = output::finish_within(LAST_WORDS);
        }
        RunEvent::WindowEvent { event: WindowEvent::Focused(true), .. } => {
            app.state::<Engine>().post(|runner| runner.focused());
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app, Reason::Show),
        _ => {}
    });
    ExitCode::SUCCESS
}

/// Shows the window, unless it runs in the background, and the tray: in this order, because the window is waited for.
/// Tells the process that started this one that it runs.
async fn appear(app: AppHandle, background: bool, tell: bool) {
    if !background && let Err(error) = window::shown(&app, Reason::Show).await {
        fail(&format!("the window cannot be shown: {error}. `zafu sit --terminal` needs none"));
        exit::failed(&app);
        return;
    }
    if tell {
        output::started();
    }
    let on = app.clone();
    if let Err(error) = app.run_on_main_thread(move || tray::make(&on)) {
        tracing::warn!(%error, "no tray");
    }
}

/// Passes on to the window what happens in the engine, and does what is asked of the shell.
async fn pass_on(app: AppHandle, mut events: Receiver<Event>) {
    loop {
        let passed = match events.recv().await {
            Ok(Event::State(state)) => app.emit_to(window::LABEL, "state", state),
            Ok(Event::Settings) => app.emit_to(window::LABEL, "settings", ()),
            Ok(Event::Log) => app.emit_to(window::LABEL, "log", ()),
            Ok(Event::Show) => {
                window::show(&app, Reason::Show);
                Ok(())
            }
            Ok(Event::AddNote(id)) => {
                window::show(&app, Reason::AddNote(id));
                Ok(())
            }
            Ok(Event::Quit) => {
                exit::now(&app);
                Ok(())
            }
            // What was missed is replaced by what comes.
            Err(RecvError::Lagged(_)) => Ok(()),
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = passed {
            tracing::warn!(%error, "the window was not told");
        }
    }
}
