//! `zafu account` and `zafu sync`: manage the account and its sync through the running engine, or directly if no engine
//! is running.

use crate::failure::{ACCOUNT_ATTENTION, DONE, Failure, USAGE, WAITING};
use crate::{log, outcome, owners, print};
use std::io::{self, BufRead};
use zafu_cli::args::{AccountCommand, AfterErasure, ProjectArgs, SignInArgs};
use zafu_core::message;
use zafu_engine::AccountClient;
use zafu_engine::DataFolder;
use zafu_engine::output;
use zafu_engine::protocol::{
    CodeRequest, OwnerState, ProjectView, Proof, Secret, SignInRequest, SignedInView, SyncReport,
    SyncView,
};
use zafu_messages::text;

/// Returns the project of `args`. A missing URL or key is taken from the last project that was used.
///
/// # Errors
/// Fails if there is no URL or no key.
fn project(client: &mut AccountClient, args: ProjectArgs) -> Result<ProjectView, Failure> {
    let last = client.project()?;
    let url = args.url.unwrap_or(last.url);
    let key = args.key.unwrap_or(last.key);
    if url.is_empty() || key.is_empty() {
        return Err(Failure::new(USAGE, message!("cli-account-project")));
    }
    Ok(ProjectView { url, key })
}

/// Runs a subcommand of `zafu account`.
pub fn run(folder: &DataFolder, command: AccountCommand) -> Result<(), Failure> {
    if let AccountCommand::List { json } = command {
        return print::owners(&log::owners(folder)?, json);
    }
    let mut client = AccountClient::connect(folder)?;
    match command {
        AccountCommand::List { .. } => unreachable!("it needs no server"),
        AccountCommand::SignIn(args) => {
            let request = sign_in(&mut client, args)?;
            let email = request.email.clone();
            let signed_in = client.sign_in(request)?;
            self::signed_in(&mut client, &email, signed_in)
        }
        AccountCommand::SignUp(args) => {
            let request = sign_in(&mut client, args)?;
            let email = request.email.clone();
            let signed_in = client.sign_up(request)?;
            self::signed_in(&mut client, &email, signed_in)
        }
        AccountCommand::SendCode { project: args, email } => {
            let ProjectView { url, key } = project(&mut client, args)?;
            let address = email.clone();
            client.send_code(CodeRequest { url, key, email })?;
            outcome::print(text!("cli-account-code-sent", email = address));
            Ok(())
        }
        AccountCommand::SignOut => {
            client.sign_out()?;
            outcome::print(text!("cli-account-sign-out"));
            Ok(())
        }
        AccountCommand::Status { json } => {
            let owners = client.owners()?;
            print::account(client.status()?.as_ref(), &owners, json)
        }
        AccountCommand::Erase { yes: false } => {
            Err(Failure::new(USAGE, message!("cli-account-erase-unconfirmed")))
        }
        AccountCommand::Erase { yes: true } => {
            client.erase()?;
            outcome::print(text!("cli-account-erased"));
            Ok(())
        }
        AccountCommand::Adopt { leave, from: Some(from), yes } => {
            adopt_from(&mut client, &from, leave, yes)
        }
        AccountCommand::Adopt { leave, from: None, .. } => Ok(client.adopt(!leave)?),
        AccountCommand::AfterErasure { answer } => {
            let upload = matches!(answer, AfterErasure::Upload);
            Ok(client.after_erasure(upload)?)
        }
        AccountCommand::Rejected { json } => print::dead_letters(&client.dead_letters()?, json),
        AccountCommand::Retry => Ok(client.retry_dead_letters()?),
    }
}

/// Moves the sits of the account that `from` names to the signed-in account, or records that they stay where they are
/// if `leave`.
fn adopt_from(
    client: &mut AccountClient,
    from: &str,
    leave: bool,
    yes: bool,
) -> Result<(), Failure> {
    let owners = client.owners()?;
    let (owner, id) = owners::named(&owners, from)?;
    let Some(own) = owners.iter().find(|owner| owner.state == OwnerState::SignedIn) else {
        return Err(Failure::new(ACCOUNT_ATTENTION, message!("server-not-signed-in")));
    };
    let (count, name, own_email) = (owner.sits, owners::name(owner), own.email.as_str());
    if own.id == Some(id) {
        return Err(Failure::new(USAGE, message!("cli-account-adopt-own", name = name)));
    }
    if leave {
        client.decline_from(id)?;
        outcome::print(text!("cli-account-declined", count = count, name = name));
        return Ok(());
    }
    if !owner.state.is_gone() && !yes {
        let message = message!(
            "cli-account-adopt-unconfirmed",
            count = count,
            id = id.to_string(),
            name = name,
            own = own_email,
            project = owner.project.as_str(),
        );
        return Err(Failure::new(USAGE, message));
    }
    let moved = client.adopt_from(id, yes)?;
    outcome::print(match moved.saturating_sub(count) {
        _ if moved == 0 => text!("cli-account-adopted-none", name = name),
        0 => text!("cli-account-adopted", count = count, name = name, own = own_email),
        deleted => text!(
            "cli-account-adopted-deleted",
            count = count,
            deleted = deleted,
            name = name,
            own = own_email,
        ),
    });
    Ok(())
}

/// Syncs until nothing is due, prints the result and returns the exit code.
pub fn sync(folder: &DataFolder, json: bool) -> Result<u8, Failure> {
    let (report, view) = AccountClient::connect(folder)?.sync_now()?;
    print::synced(report, json)?;
    if let Some(trouble) = view.as_ref().and_then(|view| view.trouble.as_ref()) {
        output::print_error(text(&trouble.message));
    }
    if let Some(need) = view.as_ref().and_then(print::need) {
        output::print_error(text(&need));
    }
    Ok(ended(report, view.as_ref()))
}

/// Returns the exit code of a sync: done, waiting for a network or a server, or account attention.
fn ended(report: SyncReport, view: Option<&SyncView>) -> u8 {
    let (need, trouble) =
        view.map_or((false, false), |view| (view.need.is_some(), view.trouble.is_some()));
    match (need, trouble || report.pending > 0) {
        (true, _) => ACCOUNT_ATTENTION,
        (false, true) => WAITING,
        (false, false) => DONE,
    }
}

fn sign_in(client: &mut AccountClient, args: SignInArgs) -> Result<SignInRequest, Failure> {
    let how = match (args.code, args.password_stdin) {
        (Some(code), false) => Proof::Code(Secret(code)),
        (None, true) => Proof::Password(Secret(password()?)),
        _ => return Err(Failure::new(USAGE, message!("cli-account-credential"))),
    };
    let ProjectView { url, key } = project(client, args.project)?;
    Ok(SignInRequest {
        url,
        key,
        email: args.email,
        how,
        keep_texts: args.keep_texts.then_some(true),
    })
}

/// Reads the password from the first line of standard input: every other process can read arguments.
fn password() -> Result<String, Failure> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::new(USAGE, message!("cli-account-no-password")));
    }
    Ok(password.to_owned())
}

/// Prints the result of signing in or signing up.
fn signed_in(
    client: &mut AccountClient,
    address: &str,
    SignedInView { adopted, mail_sent }: SignedInView,
) -> Result<(), Failure> {
    if mail_sent {
        outcome::print(text!("cli-account-confirmation-sent", email = address));
        return Ok(());
    }
    outcome::print(text!("cli-account-sign-in"));
    if adopted > 0 {
        outcome::print(text!("cli-account-assigned", count = adopted));
    }
    let view = client.status()?;
    if view.as_ref().is_some_and(|view| view.until_quit) {
        output::print_error(text!("cli-account-until-quit"));
    }
    if let Some(need) = view.as_ref().and_then(print::need) {
        output::print_error(text(&need));
    }
    Ok(())
}
