//! Starts the engine before there is a window, and shows errors of the start in a dialog of the system.

use crate::args::Args;
use crate::signals;
use rfd::{MessageButtons, MessageDialog, MessageDialogResult, MessageLevel};
use serde::Serialize;
use std::path::Path;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_engine::DataFolder;
use zafu_engine::adapters::bells::Ringing;
use zafu_engine::protocol::{IpcError, Secret};
use zafu_engine::{Access, lock_or_connect};
use zafu_engine::{Client, Host, HostError, output, system};
use zafu_messages::text;
use zafu_store::{Store, StoreError};

/// The result of a start.
pub enum Started {
    /// This process runs the engine, with the backup that was restored before, if any.
    Here(Box<Host>, Option<Restored>),
    /// Another process runs it, and shows its window.
    Elsewhere,
    /// The engine cannot start, or the user chose to quit. The user was told why.
    Failed,
}

/// A backup that was restored.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// The path of the database that was replaced; `None` if there was none.
    aside: Option<String>,
}

/// Starts the engine of `folder`, and offers to restore a damaged database. With `tell_when_started` an error is
/// printed instead, for the process that started this one. The process that runs the engine shows the invitation of the
/// link `invitation`.
pub fn start(
    folder: &DataFolder,
    ringing: &Ringing,
    args: &Args,
    invitation: Option<Secret>,
) -> Started {
    let mut restored = None;
    let mut to_restore = args.restore_backup;
    loop {
        let error = match lock_or_connect(folder) {
            Ok(Access::Lock(lock)) => {
                if let Some(number) = to_restore.take() {
                    restored = restore(folder, number);
                }
                let adapters = system::adapters(folder, ringing.clone());
                match Host::start_locked(folder, lock, adapters) {
                    Ok(host) => {
                        if let Some(link) = invitation {
                            // The window is asked for it once there is one.
                            drop(host.engine().show_invitation(link));
                        }
                        return Started::Here(Box::new(host), restored);
                    }
                    Err(error) => error,
                }
            }
            Ok(Access::Engine(client)) => match show_elsewhere(client, args.background, invitation)
            {
                Ok(()) => return Started::Elsewhere,
                Err(error) => return fail(&error.message, args),
            },
            Err(error) => return fail(&error.message(), args),
        };
        let StoreError::Corrupt { newest_backup, .. } = (match &error {
            HostError::Store(error) => error,
            error => return fail(&error.message(), args),
        }) else {
            return fail(&error.message(), args);
        };
        tracing::error!(%error, "the engine did not start");
        if args.tell_when_started {
            let message = match newest_backup {
                Some(_) => message!("startup-restore-by-command", error = error.message()),
                None => message!("startup-set-aside-by-command", error = error.message()),
            };
            return fail(&message, args);
        }
        if !repair(folder, &error, newest_backup.as_deref()) {
            return Started::Failed;
        }
    }
}

/// Restores a backup. If that fails, shows why; then nothing was changed.
fn restore(folder: &DataFolder, number: u32) -> Option<Restored> {
    let no_such_backup = || message!("storage-no-such-backup", number = number);
    let restored = zafu_engine::backup_path(folder, number)
        .map_err(|error| error.message())
        .and_then(|path| path.ok_or_else(no_such_backup))
        .and_then(|path| {
            let now = system::clock().now().wall;
            Store::restore(folder.path(), &path, now).map_err(|error| error.message())
        });
    match restored {
        Ok(aside) => {
            tracing::info!(number, "a backup was restored");
            Some(Restored { aside: aside.map(|path| path.display().to_string()) })
        }
        Err(message) => {
            tracing::error!(%message, "a backup was not restored");
            show_error(&message);
            None
        }
    }
}

/// Shows the window of the process that runs the engine, with the invitation if there is one, unless this process was to
/// start in the background.
fn show_elsewhere(
    mut client: Box<Client>,
    background: bool,
    invitation: Option<Secret>,
) -> Result<(), IpcError> {
    match invitation {
        Some(link) => client.show_invitation(link),
        None if background => Ok(()),
        None => client.show_window(),
    }
}

/// Logs and shows why the engine cannot start.
fn fail(message: &Message, args: &Args) -> Started {
    tracing::error!(%message, "the engine did not start");
    if args.tell_when_started {
        output::print_error(text(message));
    } else {
        show_error(message);
    }
    Started::Failed
}

/// Offers to restore a backup of a damaged database or to create a new one. Both keep the damaged file. Returns true if
/// that was done.
fn repair(folder: &DataFolder, error: &HostError, backup: Option<&Path>) -> bool {
    let (restore, set_aside, quit) =
        (text!("startup-restore"), text!("startup-set-aside"), text!("startup-quit"));
    let buttons = match backup {
        Some(_) => MessageButtons::YesNoCancelCustom(restore.clone(), set_aside.clone(), quit),
        None => MessageButtons::OkCancelCustom(set_aside.clone(), quit),
    };
    let now = system::clock().now().wall;
    let MessageDialogResult::Custom(chosen) = dialog(&text(&error.message()), buttons) else {
        return false;
    };
    let repaired = match backup {
        Some(backup) if chosen == restore => Store::restore(folder.path(), backup, now),
        _ if chosen == set_aside => Store::set_aside(folder.path(), now),
        _ => return false,
    };
    match repaired {
        Ok(_) => true,
        Err(error) => {
            show_error(&error.message());
            false
        }
    }
}

/// Shows an error in a dialog, and on standard error.
pub fn show_error(message: &Message) {
    let text = text(message);
    output::print_error(&text);
    dialog(&text, MessageButtons::Ok);
}

fn dialog(text: &str, buttons: MessageButtons) -> MessageDialogResult {
    let dialog = MessageDialog::new()
        .set_level(MessageLevel::Warning)
        .set_title("Zafu")
        .set_description(text)
        .set_buttons(buttons);
    signals::while_quitting_at_once(|| dialog.show())
}
