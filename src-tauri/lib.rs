//! The desktop shell: window, tray, start and quit. It hosts the engine.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod commands;
mod dialogs;
mod exit;
mod importing;
mod invitation;
mod log_session;
mod rendering;
mod ring_icon;
mod signals;
mod startup;
mod tray;
mod tray_visibility;
mod window;

use args::Args;
use clap::Parser;
use exit::ExitState;
use log_session::KeptLog;
use signals::SignalListener;
use startup::Started;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tauri::{AppHandle, Emitter, Manager, RunEvent, WindowEvent};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use window::Reason;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_engine::adapters::bells::Ringing;
use zafu_engine::{CountedSits, DataFolder};
use zafu_engine::{EngineHandle, Event, Host, logs, output};
use zafu_messages::text;

/// Runs the program until it quits, and returns its exit code.
#[must_use]
pub fn run() -> ExitCode {
    rendering::force_software();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(response) => return finish(print_usage(&response)),
    };
    invitation::remove_from_arguments(&args);
    let folder = match DataFolder::open_or_create() {
        Ok(folder) => folder,
        Err(error) => {
            return finish(fail(&error.message()));
        }
    };
    logs::start(&folder, "zafu-app", args.verbose);
    if let Err(message) = rendering::check_display() {
        return finish(fail(&message));
    }
    let invitation = match invitation::of_start(&args) {
        Ok(invitation) => invitation,
        Err(message) => {
            startup::show_error(&message);
            return finish(ExitCode::FAILURE);
        }
    };
    let signals = SignalListener::new();
    let ringing = Ringing::default();
    finish(match startup::start(&folder, &ringing, &args, invitation) {
        Started::Here(host, restored) => {
            run_shell(&folder, *host, restored, ringing, signals, &args)
        }
        Started::Elsewhere => ExitCode::SUCCESS,
        Started::Failed => ExitCode::FAILURE,
    })
}

/// Prints and logs why the program ends, and returns the exit code of a failure.
fn fail(message: &Message) -> ExitCode {
    tracing::error!(%message, "the program ends");
    output::print_error(text(message));
    ExitCode::FAILURE
}

/// Prints clap's response (help and version to standard output, errors to standard error) and returns its exit code.
fn print_usage(response: &clap::Error) -> ExitCode {
    let text = response.render().to_string();
    if response.use_stderr() {
        output::print_error_plain(&text);
    } else {
        output::print(text.trim_end());
    }
    u8::try_from(response.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Waits until standard output and error are written, and returns the exit code.
fn finish(code: ExitCode) -> ExitCode {
    match output::finish_within(OUTPUT_TIMEOUT) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => code,
    }
}

/// How long to wait for standard output and error at the end.
const OUTPUT_TIMEOUT: Duration = Duration::from_secs(1);

fn run_shell(
    folder: &DataFolder,
    mut host: Host,
    restored: Option<startup::Restored>,
    ringing: Ringing,
    signals: SignalListener,
    args: &Args,
) -> ExitCode {
    let (background, tell) = (args.background, args.tell_when_started);
    let (engine, events) = (host.engine().clone(), host.events());
    let built = tauri::Builder::default()
        .plugin(window::state_plugin(folder))
        .manage(engine)
        .manage(folder.clone())
        .manage(ExitState::default())
        .manage(tray_visibility::TrayExists::default())
        .manage(window::MakeLock::default())
        .manage(window::ToShow(restored.into()))
        .manage(invitation::ToShow::default())
        .manage(commands::import::Chosen::default())
        .manage(Arc::<CountedSits>::default())
        .manage(KeptLog::default())
        .manage(importing::Importing::default())
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
            commands::log::request_log,
            commands::log::drop_undo,
            commands::log::keep_log_filter,
            commands::log::save_picture,
            commands::import::choose_import_files,
            commands::import::read_import,
            commands::import::commit_import,
            commands::import::follow_import,
            commands::import::discard_import,
            commands::import::import_progress,
            commands::import::cancel_import,
            commands::import::list_imports,
            commands::import::preview_import_undo,
            commands::import::undo_import,
            commands::transfer::export_log,
            commands::transfer::list_backups,
            commands::transfer::make_backup,
            commands::transfer::preview_restore,
            commands::transfer::restore_backup,
            commands::account::account_project,
            commands::account::account_sign_in,
            commands::account::account_sign_up,
            commands::account::account_send_code,
            commands::account::account_sign_out,
            commands::account::account_erase,
            commands::account::set_keeps_texts,
            commands::account::account_adopt,
            commands::account::account_adopt_from,
            commands::account::account_after_erasure,
            commands::account::sync_now,
            commands::account::list_dead_letters,
            commands::account::retry_dead_letters,
            commands::account::export_dead_letters,
            commands::partner::get_partner,
            commands::partner::get_week,
            commands::partner::invite_partner,
            commands::partner::withdraw_invitation,
            commands::partner::invitation_host,
            commands::partner::preview_invitation,
            commands::partner::accept_invitation,
            commands::partner::set_profile,
            commands::partner::set_target,
            commands::partner::set_privacy,
            commands::partner::bow,
            commands::partner::leave_partner,
            commands::settings::get_settings,
            commands::settings::save_settings,
            commands::settings::list_presets,
            commands::settings::save_preset,
            commands::settings::delete_preset,
            commands::settings::list_sounds,
            commands::settings::preview_bell,
            commands::settings::choose_sound_file,
            commands::shell::get_join_link,
            commands::shell::join_link_shown,
            commands::shell::set_fullscreen,
            commands::shell::quit_app,
        ])
        .build(tauri::generate_context!());
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            return fail(&message!("startup-no-window", reason = error.to_string()));
        }
    };
    let mut host = Some(host);
    let mut unhandled = Some((signals, events));
    app.run(move |app, event| match event {
        RunEvent::Ready => {
            if let Some((signals, events)) = unhandled.take() {
                signals::quit_on_signal(app, signals);
                tauri::async_runtime::spawn(forward_events(app.clone(), events));
            }
            tauri::async_runtime::spawn(show_first(app.clone(), background, tell));
        }
        RunEvent::ExitRequested { api, code: None, .. } if !exit::quits_with_last_window(app) => {
            api.prevent_exit();
        }
        RunEvent::Exit => {
            // First, so that the engine saves a checkpoint and unlocks the folder.
            drop(host.take());
            exit::start_again(app);
            ringing.fade();
            window::remove_empty_folder(app);
            // Tauri ends the process after this event: `run` does not return.
            let _ = output::finish_within(OUTPUT_TIMEOUT);
        }
        RunEvent::WindowEvent { event: WindowEvent::Focused(true), .. } => {
            app.state::<EngineHandle>().window_focused();
        }
        RunEvent::WindowEvent { event: WindowEvent::Destroyed, .. } => {
            app.state::<importing::Importing>().window_closed();
        }
        RunEvent::WindowEvent { event: WindowEvent::DragDrop(event), .. } => {
            commands::import::dragged(app, &event);
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app, Reason::Show),
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            for url in urls {
                invitation::opened(app, url.as_str());
            }
        }
        _ => {}
    });
    ExitCode::SUCCESS
}

/// Shows the window unless started in the background, then the tray: in this order, because the user waits for the
/// window. Tells the process that started this one that it is running.
async fn show_first(app: AppHandle, background: bool, tell: bool) {
    if !background && let Err(error) = window::show_now(&app, Reason::Show).await {
        fail(&message!("startup-no-window", reason = error.to_string()));
        exit::fail(&app);
        return;
    }
    if tell {
        output::started();
    }
    let on = app.clone();
    if let Err(error) = app.run_on_main_thread(move || tray::make(&on)) {
        tracing::warn!(%error, "the tray cannot be made");
    }
}

/// Forwards the engine's events to the window, and carries out those that are for the shell.
async fn forward_events(app: AppHandle, mut events: Receiver<Event>) {
    loop {
        let sent = match events.recv().await {
            Ok(Event::State(state)) => {
                app.state::<KeptLog>().follow(&state);
                app.emit_to(window::LABEL, "state", state)
            }
            Ok(Event::Settings) => app.emit_to(window::LABEL, "settings", ()),
            Ok(Event::Log) => app.emit_to(window::LABEL, "log", ()),
            Ok(Event::Partner) => app.emit_to(window::LABEL, "partner", ()),
            Ok(Event::Show) => {
                window::show(&app, Reason::Show);
                Ok(())
            }
            Ok(Event::ShowInvitation(link)) => {
                invitation::show(&app, link).await;
                Ok(())
            }
            Ok(Event::AddNote(id)) => {
                window::show(&app, Reason::AddNote(id));
                Ok(())
            }
            Ok(Event::Quit) => {
                exit::quit(&app);
                Ok(())
            }
            // A later state replaces the missed ones.
            Err(RecvError::Lagged(_)) => Ok(()),
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "an event was not sent to the window");
        }
    }
}
