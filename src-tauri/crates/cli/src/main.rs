//! The command `zafu`: asks the engine that runs, or runs one itself where that is enough. Links no web view.

mod account;
mod app;
mod args;
mod failure;
mod owners;
mod print;
mod restore;
mod status;
mod terminal;

use args::{Args, Command, SettleAnswer, Sit};
use clap::{CommandFactory, Parser};
use failure::{Failure, REFUSED, USAGE};
use std::process::ExitCode;
use zafu_core::timer::{Answer, OvertimeAnswer};
use zafu_engine::folder::DataFolder;
use zafu_engine::protocol::{Reply, Request, StartRequest};
use zafu_engine::{Client, doctor, left, logs, system};

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run(args: Args) -> Result<ExitCode, Failure> {
    if let Some(Command::Completions { shell }) = args.command {
        clap_complete::generate(shell, &mut Args::command(), "zafu", &mut std::io::stdout());
        return Ok(ExitCode::SUCCESS);
    }
    let folder = DataFolder::find()?;
    logs::start(&folder, "zafu", args.verbose);
    match args.command {
        None => app::open(&folder)?,
        Some(Command::Sit(sit)) => begin(&folder, &sit)?,
        Some(Command::Status { json }) => status::show(&folder, json)?,
        Some(Command::Pause) => drop(ask(&folder, &Request::Pause)?),
        Some(Command::Resume) => drop(ask(&folder, &Request::Resume)?),
        Some(Command::End { overtime }) => {
            let overtime = overtime.then_some(OvertimeAnswer::Add);
            print::ended(&ask(&folder, &Request::End(overtime))?)?;
        }
        Some(Command::Discard { yes: false }) => {
            let message = "this throws the sit away: say `zafu discard --yes` if you mean it, or `zafu end` to keep what was sat";
            return Err(Failure::new(USAGE, message));
        }
        Some(Command::Discard { yes: true }) => drop(ask(&folder, &Request::Discard)?),
        Some(Command::Settle { answer, id }) => settle(&folder, answer, id.as_deref())?,
        Some(Command::Log(log)) => owners::log(&folder, &log)?,
        Some(Command::Sync { json }) => return account::sync(&folder, json),
        Some(Command::Account { command }) => account::run(&folder, command)?,
        Some(Command::Doctor) => return Ok(print::findings(&doctor::examine(&folder))),
        Some(Command::Restore { from }) => restore::run(&folder, from)?,
        Some(Command::Quit) => quit(&folder)?,
        Some(Command::Completions { .. }) => {
            unreachable!("handled before the folder was looked for")
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks the engine that runs; where none does, there is nothing to ask it for.
fn ask(folder: &DataFolder, request: &Request) -> Result<Reply, Failure> {
    match Client::connect(folder)? {
        Some(mut client) => Ok(client.ask(request)?),
        None => Err(Failure::new(
            REFUSED,
            "no sit is running: Zafu is not running with this data folder",
        )),
    }
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
    let snapshot = client.snapshot(&Request::Start(request))?;
    if let Some(sit) = snapshot.sit {
        println!("{}", sit.id);
    }
    for trouble in snapshot.trouble {
        eprintln!("zafu: {trouble}");
    }
    Ok(())
}

fn settle(folder: &DataFolder, answer: SettleAnswer, id: Option<&str>) -> Result<(), Failure> {
    let answer = match answer {
        SettleAnswer::Whole => Answer::Whole,
        SettleAnswer::Gap => Answer::Gap,
        SettleAnswer::Discard => Answer::Discard,
    };
    let not_an_id = |text| {
        Failure::new(USAGE, format!("\"{text}\" is not a session ID: `zafu status` shows them"))
    };
    let id = id.map(|text| text.parse().map_err(|_| not_an_id(text))).transpose()?;
    if let Some(mut client) = Client::connect(folder)? {
        client.ask(&Request::Settle(id, answer))?;
        return Ok(());
    }
    let now = system::clock().now();
    status::with_store(folder, |store| left::settle(store, id, answer, now))
}

fn quit(folder: &DataFolder) -> Result<(), Failure> {
    match Client::connect(folder)? {
        Some(mut client) => drop(client.ask(&Request::Quit)?),
        None => println!("Zafu is not running."),
    }
    Ok(())
}
