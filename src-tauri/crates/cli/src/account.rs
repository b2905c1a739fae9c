//! `zafu account` and `zafu sync`: manage the account and its sync through the running engine, or directly if no engine
//! is running.

use crate::failure::{ACCOUNT_ATTENTION, DONE, Failure, USAGE, WAITING};
use crate::{log, owners, print};
use std::io::{self, BufRead};
use zafu_cli::args::{AccountCommand, AfterErasure, Place, Who};
use zafu_engine::folder::DataFolder;
use zafu_engine::output;
use zafu_engine::protocol::{
    CodeRequest, OwnerState, ProjectView, Proof, Secret, SignInRequest, SignedInView, SyncReport,
    SyncView,
};
use zafu_engine::sync::AccountClient;

/// Returns the project of `place`. A missing URL or key is taken from the last project that was used.
///
/// # Errors
/// Fails if there is no URL or no key.
fn project(client: &mut AccountClient, place: Place) -> Result<ProjectView, Failure> {
    let last = client.project()?;
    let url = place.url.unwrap_or(last.url);
    let key = place.key.unwrap_or(last.key);
    if url.is_empty() || key.is_empty() {
        let message =
            "name the project: --url https://abcdefgh.supabase.co --key sb_publishable_...";
        return Err(Failure::new(USAGE, message));
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
        AccountCommand::SignIn(who) => {
            let request = sign_in(&mut client, who)?;
            let email = request.email.clone();
            let signed_in = client.sign_in(request)?;
            self::signed_in(&mut client, &email, signed_in)
        }
        AccountCommand::SignUp(who) => {
            let request = sign_in(&mut client, who)?;
            let email = request.email.clone();
            let signed_in = client.sign_up(request)?;
            self::signed_in(&mut client, &email, signed_in)
        }
        AccountCommand::SendCode { place, email } => {
            let ProjectView { url, key } = project(&mut client, place)?;
            let address = email.clone();
            client.send_code(CodeRequest { url, key, email })?;
            say(&format!(
                "A mail is on its way, if the address is right. The code in it goes into `zafu account sign-in --email {address} --code CODE`. If it has a link and no code, the project's mail templates have to be changed: see supabase/README.md."
            ))
        }
        AccountCommand::SignOut => {
            client.sign_out()?;
            say("Signed out. All sits are still here.")
        }
        AccountCommand::Status { json } => {
            let owners = client.owners()?;
            print::account(client.status()?.as_ref(), &owners, json)
        }
        AccountCommand::Erase { yes: false } => {
            let message = "this erases all sits of the account from the server, for every device: say `zafu account erase --yes` if you mean it. The sits on this device stay";
            Err(Failure::new(USAGE, message))
        }
        AccountCommand::Erase { yes: true } => {
            client.erase()?;
            say("Erased from the server. The sits on this device stay here, and are sent no more.")
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
        return Err(Failure::new(ACCOUNT_ATTENTION, "nobody is signed in: sign in first"));
    };
    let (sits, name) = (owners::sits(owner.sits), owners::name(owner));
    if own.id == Some(id) {
        let message = format!("{name} is the account that is signed in: it has its sits already");
        return Err(Failure::new(USAGE, message));
    }
    if leave {
        client.decline_from(id)?;
        return say(&format!("Left where they are: {sits} of {name}."));
    }
    if !owner.state.is_gone() && !yes {
        let message = format!(
            "{sits} on this device belong to {name} at {project}. That account is signed out, and not known to be gone: its user could sign in again, and would no longer find them here. Nothing was moved. To move them to {own} for good: `zafu account adopt --from {id} --yes`",
            project = owner.project,
            own = own.email,
        );
        return Err(Failure::new(USAGE, message));
    }
    let moved = client.adopt_from(id, yes)?;
    if moved == 0 {
        return say(&format!("{name} has no sits on this device."));
    }
    let deleted = match moved.saturating_sub(owner.sits) {
        0 => String::new(),
        deleted => format!(" (and {} that are deleted)", owners::sits(deleted)),
    };
    say(&format!(
        "Moved to {own}: {sits}{deleted} of {name}. The next sync sends them.",
        own = own.email
    ))
}

/// Syncs until nothing is due, prints the result and returns the exit code.
pub fn sync(folder: &DataFolder, json: bool) -> Result<u8, Failure> {
    let (report, view) = AccountClient::connect(folder)?.sync_now()?;
    print::synced(report, json)?;
    if let Some(trouble) = view.as_ref().and_then(|view| view.trouble.as_ref()) {
        output::say(zafu_messages::text(&trouble.message));
    }
    if let Some(asked) = view.as_ref().and_then(print::asked) {
        output::say(asked);
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

fn sign_in(client: &mut AccountClient, who: Who) -> Result<SignInRequest, Failure> {
    let how = match (who.code, who.password_stdin) {
        (Some(code), false) => Proof::Code(Secret(code)),
        (None, true) => Proof::Password(Secret(password()?)),
        _ => {
            let message = "say how you show that it is you: --password-stdin, or --code with the code from the mail";
            return Err(Failure::new(USAGE, message));
        }
    };
    let ProjectView { url, key } = project(client, who.place)?;
    Ok(SignInRequest { url, key, email: who.email, how })
}

/// Reads the password from the first line of standard input: every other process can read arguments.
fn password() -> Result<String, Failure> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::new(USAGE, "there is no password on standard input"));
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
        return say(&format!(
            "A mail was sent to {address}. If it has a code: `zafu account sign-in --email {address} --code CODE`. If it has a link: open it, then sign in."
        ));
    }
    say("Signed in.")?;
    if adopted > 0 {
        say(&format!("Sits that were nobody's are the account's now: {adopted}."))?;
    }
    let view = client.status()?;
    if view.as_ref().is_some_and(|view| view.until_quit) {
        output::say("the system keeps no secrets here: you are signed in until Zafu ends");
    }
    if let Some(asked) = view.as_ref().and_then(print::asked) {
        output::say(asked);
    }
    Ok(())
}

fn say(text: &str) -> Result<(), Failure> {
    output::print(text);
    Ok(())
}
