//! The command `zafu`: sends commands to the running engine, or runs an engine itself if that is enough. It does not
//! link a web view.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod account;
mod app;
mod backup;
mod confirm;
mod detached;
mod export;
mod failure;
mod import;
mod interrupts;
mod log;
mod outcome;
mod owners;
mod partner;
mod print;
mod restore;
mod signals;
mod source;
mod status;
mod terminal;

use clap::{CommandFactory, FromArgMatches, Parser};
use failure::{DONE, FAILED, Failure, REJECTED, USAGE};
use std::process::ExitCode;
use std::time::Duration;
use zafu_cli::args::{Args, BackupCommand, Command, GapAnswer, Import, ImportCommand, Sit};
use zafu_cli::{help, usage};
use zafu_core::message;
use zafu_core::timer::{Answer, OvertimeAnswer};
use zafu_engine::DataFolder;
use zafu_engine::protocol::{IpcError, StartRequest};
use zafu_engine::{Access, lock_or_connect};
use zafu_engine::{Client, doctor, logs, output, resolve_sit, system};
use zafu_messages::text;
use zafu_store::Store;

fn main() -> ExitCode {
    let (code, begins_a_sit) = match parse() {
        Ok(args) => {
            let begins_a_sit = matches!(args.command, Some(Command::Sit(_)));
            (run(args).unwrap_or_else(|failure| failure.report()), begins_a_sit)
        }
        Err(error) => (print_clap_error(&error), false),
    };
    ExitCode::from(finish(code, begins_a_sit))
}

/// Parses the command line, with the help in the language of the user.
fn parse() -> Result<Args, clap::Error> {
    // The texts of the help are looked up only for a command line that needs them: status bars run `zafu` often.
    Args::try_parse().or_else(|_| {
        let matches = help::in_language(Args::command()).try_get_matches()?;
        Args::from_arg_matches(&matches)
    })
}

/// Prints clap's message and returns the exit code: help and version go to standard output, errors to standard error.
fn print_clap_error(error: &clap::Error) -> u8 {
    let text = usage::text(error, &zafu_messages::current());
    if error.use_stderr() {
        output::print_error_plain(&text);
    } else {
        output::print(text.trim_end());
    }
    u8::try_from(error.exit_code()).unwrap_or(USAGE)
}

/// Flushes the output and returns the exit code.
///
/// A closed pipe (`zafu log | head -1`) is not a failure. Any other write error on standard output is reported once, with
/// what the command has changed, and changes the exit code from success to failure, except after the start of a sit, which
/// the error does not affect.
fn finish(code: u8, begins_a_sit: bool) -> u8 {
    let written =
        if begins_a_sit { output::finish_within(LAST_WRITE_TIMEOUT) } else { output::finish() };
    let Err(error) = written else { return code };
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        return code;
    }
    let reason = error.to_string();
    output::print_error(match outcome::recorded() {
        _ if begins_a_sit => text!("cli-output-sit", reason = reason),
        Some(outcome) => text!("cli-output-outcome", outcome = outcome, reason = reason),
        None => text!("cli-output", reason = reason),
    });
    // Standard error may fail as well.
    let _ = output::finish_within(LAST_WRITE_TIMEOUT);
    if begins_a_sit || code != 0 { code } else { FAILED }
}

/// How long the end of a sit waits for a terminal or a reader that accepts no output.
const LAST_WRITE_TIMEOUT: Duration = Duration::from_secs(1);

fn run(args: Args) -> Result<u8, Failure> {
    if let Some(Command::Completions { shell }) = args.command {
        clap_complete::generate(
            shell,
            &mut help::in_language(Args::command()),
            "zafu",
            &mut output::stdout(),
        );
        return Ok(DONE);
    }
    let verbose = args.verbose;
    match &args.command {
        Some(Command::Status { json }) => {
            logs::start_without_files(verbose);
            status::show(&DataFolder::for_reading()?, *json)?;
            return Ok(DONE);
        }
        Some(Command::Log(log)) => {
            logs::start_without_files(verbose);
            log::show(&DataFolder::for_reading()?, log)?;
            return Ok(DONE);
        }
        Some(Command::Import(Import { command: Some(ImportCommand::List { json }), .. })) => {
            logs::start_without_files(verbose);
            import::list(&DataFolder::for_reading()?, *json)?;
            return Ok(DONE);
        }
        Some(Command::Backup { command: BackupCommand::List { json } }) => {
            logs::start_without_files(verbose);
            backup::list(&DataFolder::for_reading()?, *json)?;
            return Ok(DONE);
        }
        Some(Command::Export(export)) => {
            logs::start_without_files(verbose);
            export::run(&DataFolder::for_reading()?, export)?;
            return Ok(DONE);
        }
        Some(Command::Doctor) => {
            logs::start_without_files(verbose);
            return Ok(print::findings(&doctor::examine(DataFolder::for_reading())));
        }
        _ => {}
    }
    let folder = DataFolder::open_or_create()?;
    logs::start(&folder, "zafu", verbose);
    match args.command {
        None => app::open(&folder)?,
        Some(Command::Sit(sit)) => begin(&folder, &sit)?,
        Some(Command::Pause) => drop(client(&folder)?.pause_sit()?),
        Some(Command::Resume) => drop(client(&folder)?.resume_sit()?),
        Some(Command::End { overtime }) => {
            let overtime = overtime.then_some(OvertimeAnswer::Add);
            print::ended(&client(&folder)?.end_sit(overtime)?);
        }
        Some(Command::Discard { yes: false }) => {
            return Err(Failure::new(USAGE, message!("cli-discard-unconfirmed")));
        }
        Some(Command::Discard { yes: true }) => drop(client(&folder)?.discard_sit()?),
        Some(Command::Resolve { answer, id }) => resolve(&folder, answer, id.as_deref())?,
        Some(Command::Sync { json }) => return account::sync(&folder, json),
        Some(Command::Account { command }) => account::run(&folder, command)?,
        Some(Command::Partner { command, json }) => partner::run(&folder, command, json)?,
        Some(Command::Profile(profile)) => partner::profile(&folder, profile)?,
        Some(Command::Backup { command: BackupCommand::Make { json } }) => {
            backup::make(&folder, json)?;
        }
        Some(Command::Backup { command: BackupCommand::Restore { from, yes } }) => {
            backup::restore(&folder, &from, yes)?;
        }
        Some(Command::Restore { from, yes }) => restore::run(&folder, from, yes)?,
        Some(Command::Import(import)) => match import.command {
            Some(ImportCommand::Undo { id, yes, json }) => import::undo(&folder, id, yes, json)?,
            _ => return import::run(&folder, &import),
        },
        Some(Command::Quit) => quit(&folder)?,
        Some(
            Command::Completions { .. }
            | Command::Status { .. }
            | Command::Log(_)
            | Command::Export(_)
            | Command::Backup { command: BackupCommand::List { .. } }
            | Command::Doctor,
        ) => unreachable!("handled before the folder was made"),
    }
    Ok(DONE)
}

/// Connects to the running engine, for a command that needs a running sit.
fn client(folder: &DataFolder) -> Result<Client, Failure> {
    Client::connect(folder)?.ok_or_else(|| Failure::new(REJECTED, message!("cli-no-sit")))
}

fn begin(folder: &DataFolder, sit: &Sit) -> Result<(), Failure> {
    let request = StartRequest {
        preset_name: sit.preset.clone(),
        length: sit.length()?,
        preparation_seconds: sit.prepare,
        interval_seconds: sit.interval,
        ..StartRequest::default()
    };
    if sit.terminal {
        return terminal::sit(folder, request);
    }
    let mut client = match Client::connect(folder)? {
        Some(client) => client,
        None => app::start_in_background(folder)?,
    };
    let state = client.start_sit(request)?;
    if let Some(sit) = state.sit {
        output::print(sit.id);
    }
    for trouble in state.trouble {
        output::print_error(text(&trouble.message));
    }
    Ok(())
}

fn resolve(folder: &DataFolder, answer: GapAnswer, id: Option<&str>) -> Result<(), Failure> {
    let answer = match answer {
        GapAnswer::Whole => Answer::Whole,
        GapAnswer::Gap => Answer::Gap,
        GapAnswer::Discard => Answer::Discard,
    };
    let not_an_id = |text: &str| Failure::new(USAGE, message!("cli-session-id", text = text));
    let id = id.map(|text| text.parse().map_err(|_| not_an_id(text))).transpose()?;
    match lock_or_connect(folder).map_err(IpcError::from)? {
        Access::Engine(mut client) => drop(client.resolve_sit(id, answer)?),
        Access::Lock(_lock) => {
            let now = system::clock().now();
            let store = Store::open(folder.path(), now.wall)?;
            resolve_sit(&store, id, answer, now)?;
        }
    }
    Ok(())
}

fn quit(folder: &DataFolder) -> Result<(), Failure> {
    match Client::connect(folder)? {
        Some(mut client) => client.quit()?,
        None => output::print(text!("cli-quit-not-running")),
    }
    Ok(())
}
