//! The engine is started before there is a window; where it cannot be, the person is told in a dialog of the
//! system's own.

use crate::{Args, signals};
use rfd::{MessageButtons, MessageDialog, MessageDialogResult, MessageLevel};
use std::path::Path;
use zafu_engine::adapters::bells::Ringing;
use zafu_engine::folder::DataFolder;
use zafu_engine::protocol::{IpcError, Request};
use zafu_engine::turn::{self, Turn};
use zafu_engine::{Client, Host, HostError, output, system};
use zafu_store::{Store, StoreError};

/// What becomes of a start.
pub enum Started {
    /// This process runs the engine.
    Here(Host),
    /// Another one does, and was told to show its window.
    Elsewhere,
    /// The person wants no more of it.
    No,
}

const RESTORE: &str = "Bring back the backup";
const EMPTY: &str = "Begin anew";
const QUIT: &str = "Quit";

/// Starts the engine of `folder`, and lets the person mend what keeps it from starting. Where the start is told to
/// another process, that one says what went wrong, and nothing is asked in a dialog.
pub fn start(folder: &DataFolder, ringing: &Ringing, args: &Args) -> Started {
    loop {
        let error = match turn::take(folder) {
            Ok(Turn::Ours(lock)) => {
                let parts = system::parts(folder, ringing.clone());
                match Host::start_holding(folder, lock, parts) {
                    Ok(host) => return Started::Here(host),
                    Err(error) => error,
                }
            }
            Ok(Turn::Served(client)) => match hand_over(client, args.background) {
                Ok(()) => return Started::Elsewhere,
                Err(error) => return fail(&error.message, args),
            },
            Err(error) => return fail(&IpcError::from(error).message, args),
        };
        let StoreError::Corrupt { newest_backup, .. } = (match &error {
            HostError::Store(error) => error,
            error => return fail(&error.to_string(), args),
        }) else {
            return fail(&error.to_string(), args);
        };
        tracing::error!(%error, "the engine did not start");
        if args.tell_when_started {
            let message = format!("{error}: `zafu restore` does either");
            return fail(&message, args);
        }
        if !mend(folder, &error, newest_backup.as_deref()) {
            return Started::No;
        }
    }
}

/// Lets the engine that runs show its window.
fn hand_over(mut client: Box<Client>, background: bool) -> Result<(), IpcError> {
    if background {
        return Ok(());
    }
    client.ask(&Request::Show).map(drop)
}

/// Says why there is no start.
fn fail(message: &str, args: &Args) -> Started {
    tracing::error!(message, "the engine did not start");
    if args.tell_when_started {
        output::say(message);
    } else {
        tell(message);
    }
    Started::No
}

/// Offers to bring back a damaged database, or to begin a new one; the damaged one is kept in each case.
fn mend(folder: &DataFolder, error: &HostError, backup: Option<&Path>) -> bool {
    let buttons = match backup {
        Some(_) => MessageButtons::YesNoCancelCustom(RESTORE.into(), EMPTY.into(), QUIT.into()),
        None => MessageButtons::OkCancelCustom(EMPTY.into(), QUIT.into()),
    };
    let now = system::clock().now().wall;
    let MessageDialogResult::Custom(chosen) = dialog(&error.to_string(), buttons) else {
        return false;
    };
    let mended = match (chosen.as_str(), backup) {
        (RESTORE, Some(backup)) => Store::restore(folder.path(), backup, now),
        (EMPTY, _) => Store::set_aside(folder.path(), now),
        _ => return false,
    };
    mended.is_ok() || tell(&mended.err().map(|error| error.to_string()).unwrap_or_default())
}

/// Says what went wrong; nothing is mended by that.
fn tell(message: &str) -> bool {
    output::say(message);
    dialog(message, MessageButtons::Ok);
    false
}

fn dialog(message: &str, buttons: MessageButtons) -> MessageDialogResult {
    let dialog = MessageDialog::new()
        .set_level(MessageLevel::Warning)
        .set_title("Zafu")
        .set_description(message)
        .set_buttons(buttons);
    signals::ask(|| dialog.show())
}
