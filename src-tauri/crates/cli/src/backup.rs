//! `zafu backup`: lists, makes and restores backups.

use crate::failure::{Failure, REJECTED, USAGE};
use crate::{confirm, print};
use std::path::{Path, PathBuf};
use zafu_core::message;
use zafu_core::message::Message;
use zafu_engine::protocol::IpcError;
use zafu_engine::{Access, DataFolder, FolderLock, ImportClient, lock_or_connect, output, system};
use zafu_messages::text;
use zafu_store::{RestorePreview, Store, StoreError};

/// The number of sits that a preview names.
const NAMED: u32 = 10;

/// Prints the backups, newest first. Reads beside a running engine.
pub fn list(folder: &DataFolder, json: bool) -> Result<(), Failure> {
    let backups = zafu_engine::backups(folder, &zafu_engine::CountedSits::default())?;
    if backups.is_empty() && !json {
        output::print(text!("cli-restore-none", folder = folder.path().display()));
    }
    print::backups(&backups, json)
}

/// Makes a backup now, through the running engine if there is one.
pub fn make(folder: &DataFolder, json: bool) -> Result<(), Failure> {
    let backup = ImportClient::connect(folder)?.back_up()?;
    print::backup(backup, json)
}

/// Prints what restoring a backup would change, and restores it. If something is newer than the backup, the user has to
/// confirm it. The current database is moved aside, never deleted.
pub fn restore(folder: &DataFolder, from: &str, yes: bool) -> Result<(), Failure> {
    restore_from(folder, &path(folder, from)?, yes, true)
}

/// What restoring a backup would change.
#[derive(PartialEq)]
enum Changes {
    Known(Box<RestorePreview>),
    /// The current database cannot be read, and so not be compared; it is kept all the same.
    Unknown(Message),
}

impl Changes {
    fn of(folder: &DataFolder, path: &Path) -> Result<Self, Failure> {
        match Store::restore_preview(folder.path(), path, NAMED) {
            Ok(preview) => Ok(Self::Known(Box::new(preview))),
            Err(error @ StoreError::BackupUnusable { .. }) => Err(error.into()),
            Err(error) => Ok(Self::Unknown(error.message())),
        }
    }

    fn print(&self) -> Result<(), Failure> {
        match self {
            Self::Known(preview) => print::restore_preview(preview)?,
            Self::Unknown(error) => {
                output::print(text!("cli-backup-no-preview", error = error.clone()));
            }
        }
        Ok(())
    }
}

/// Prints what restoring the backup at `path` would change, and restores it. The user has to confirm it if something is
/// newer than the backup, or, with `asks_if_unknown`, if the current database cannot be read. While the user is asked, the
/// folder is not locked, so that a sit can be started; what would change is then compared again.
pub fn restore_from(
    folder: &DataFolder,
    path: &Path,
    yes: bool,
    asks_if_unknown: bool,
) -> Result<(), Failure> {
    let mut held = lock(folder)?;
    let mut changes = Changes::of(folder, path)?;
    loop {
        let must_ask = match &changes {
            Changes::Known(preview) => preview.loses(),
            Changes::Unknown(_) => asks_if_unknown,
        };
        if must_ask || matches!(changes, Changes::Known(_)) {
            changes.print()?;
        }
        if yes || !must_ask {
            break;
        }
        drop(held);
        match (confirm::ask(&text!("cli-backup-question"))?, &changes) {
            (Some(true), _) => {}
            (Some(false), _) => {
                output::print(text!("cli-backup-declined"));
                return Ok(());
            }
            (None, Changes::Known(_)) => {
                return Err(Failure::new(USAGE, message!("cli-backup-unconfirmed")));
            }
            (None, Changes::Unknown(_)) => {
                return Err(Failure::new(USAGE, message!("cli-backup-unconfirmed-unknown")));
            }
        }
        held = lock(folder)?;
        let again = Changes::of(folder, path)?;
        if again == changes {
            break;
        }
        output::print_error(text!("cli-backup-changed-meanwhile"));
        changes = again;
    }
    let aside = Store::restore(folder.path(), path, system::clock().now().wall)?;
    drop(held);
    print::restored(aside.as_deref());
    Ok(())
}

/// Locks the folder, which no engine may use meanwhile.
pub fn lock(folder: &DataFolder) -> Result<FolderLock, Failure> {
    match lock_or_connect(folder).map_err(IpcError::from)? {
        Access::Lock(lock) => Ok(lock),
        Access::Engine(_) => Err(Failure::new(REJECTED, message!("cli-restore-running"))),
    }
}

/// Returns the path of the backup with this number, or else the text as a path.
fn path(folder: &DataFolder, from: &str) -> Result<PathBuf, Failure> {
    if let Ok(number) = from.parse()
        && let Some(path) = zafu_engine::backup_path(folder, number)?
    {
        return Ok(path);
    }
    if Path::new(from).is_file() {
        return Ok(from.into());
    }
    Err(Failure::new(USAGE, message!("cli-backup-not-found", text = from)))
}
