//! The engine is started before there is a window; where it cannot be, the person is told in a dialog of the
//! system's own.

use crate::signals;
use rfd::{MessageButtons, MessageDialog, MessageDialogResult, MessageLevel};
use std::path::Path;
use zafu_engine::adapters::bells::Ringing;
use zafu_engine::folder::{DataFolder, FolderError};
use zafu_engine::protocol::Request;
use zafu_engine::{Client, Host, HostError, system};
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

const RESTORE: &str = "Bring back the snapshot";
const EMPTY: &str = "Begin anew";
const QUIT: &str = "Quit";

/// Starts the engine of `folder`, and lets the person mend what keeps it from starting.
pub fn start(folder: &DataFolder, ringing: &Ringing, background: bool) -> Started {
    loop {
        let error = match Host::start(folder, system::parts(folder, ringing.clone())) {
            Ok(host) => return Started::Here(host),
            Err(error) => error,
        };
        tracing::error!(%error, "the engine did not start");
        let mended = match &error {
            HostError::Folder(FolderError::Held { .. }) => match hand_over(folder, background) {
                Ok(()) => return Started::Elsewhere,
                Err(error) => tell(&error),
            },
            HostError::Store(StoreError::Corrupt { newest_snapshot, .. }) => {
                mend(folder, &error, newest_snapshot.as_deref())
            }
            error => tell(&error.to_string()),
        };
        if !mended {
            return Started::No;
        }
    }
}

/// Lets the engine that runs show its window.
fn hand_over(folder: &DataFolder, background: bool) -> Result<(), String> {
    let client = Client::connect(folder).map_err(|error| error.message)?;
    let mut client = client
        .ok_or("Zafu is already running and does not answer. Quit it, then start it again")?;
    if background {
        return Ok(());
    }
    client.ask(&Request::Show).map(drop).map_err(|error| error.message)
}

/// Offers to bring back a damaged database, or to begin a new one; the damaged one is kept in each case.
fn mend(folder: &DataFolder, error: &HostError, snapshot: Option<&Path>) -> bool {
    let buttons = match snapshot {
        Some(_) => MessageButtons::YesNoCancelCustom(RESTORE.into(), EMPTY.into(), QUIT.into()),
        None => MessageButtons::OkCancelCustom(EMPTY.into(), QUIT.into()),
    };
    let now = system::clock().now().wall;
    let MessageDialogResult::Custom(chosen) = dialog(&error.to_string(), buttons) else {
        return false;
    };
    let mended = match (chosen.as_str(), snapshot) {
        (RESTORE, Some(snapshot)) => Store::restore(folder.path(), snapshot, now),
        (EMPTY, _) => Store::set_aside(folder.path(), now),
        _ => return false,
    };
    mended.is_ok() || tell(&mended.err().map(|error| error.to_string()).unwrap_or_default())
}

/// Says what went wrong; nothing is mended by that.
fn tell(message: &str) -> bool {
    eprintln!("zafu: {message}");
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
