//! `zafu restore`: restores the database from a backup or a rescued database.

use crate::failure::{FAILED, Failure, REJECTED};
use zafu_cli::args::RestoreFrom;
use zafu_core::message;
use zafu_engine::DataFolder;
use zafu_engine::protocol::IpcError;
use zafu_engine::{Access, lock_or_connect};
use zafu_engine::{output, system};
use zafu_messages::text;
use zafu_store::Store;

/// Lists the rescued databases and the backups, or restores one of them. The current database is moved aside, never
/// deleted.
pub fn run(folder: &DataFolder, from: Option<String>) -> Result<(), Failure> {
    let backups = Store::backups(folder.path())?;
    let Some(from) = from.map(RestoreFrom::from) else {
        for rescued in Store::rescued(folder.path())? {
            output::print(format_args!("{}", rescued.display()));
        }
        if backups.is_empty() {
            output::print(text!("cli-restore-none", folder = folder.path().display()));
        }
        for backup in backups {
            output::print(format_args!("{}", backup.path.display()));
        }
        return Ok(());
    };
    let _lock = match lock_or_connect(folder).map_err(IpcError::from)? {
        Access::Lock(lock) => lock,
        Access::Engine(_) => return Err(Failure::new(REJECTED, message!("cli-restore-running"))),
    };
    let now = system::clock().now().wall;
    let aside = match from {
        RestoreFrom::Empty => Store::set_aside(folder.path(), now)?,
        RestoreFrom::Path(path) => Store::restore(folder.path(), &path, now)?,
        RestoreFrom::Newest => {
            let newest = Store::newest_intact_backup(folder.path())
                .ok_or_else(|| Failure::new(FAILED, message!("cli-restore-no-intact")))?;
            Store::restore(folder.path(), &newest, now)?
        }
    };
    output::print(match aside {
        Some(aside) => text!("cli-restore-done-aside", path = aside.display()),
        None => text!("cli-restore-done"),
    });
    Ok(())
}
