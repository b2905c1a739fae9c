//! `zafu restore`: restores the database from a backup or a rescued database.

use crate::failure::{FAILED, Failure, REJECTED};
use zafu_cli::args::RestoreFrom;
use zafu_engine::access::{self, Access};
use zafu_engine::folder::DataFolder;
use zafu_engine::protocol::IpcError;
use zafu_engine::{output, system};
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
            output::print(format_args!("There are no backups yet in {}.", folder.path().display()));
        }
        for backup in backups {
            output::print(format_args!("{}", backup.path.display()));
        }
        return Ok(());
    };
    let _lock = match access::lock_or_connect(folder).map_err(IpcError::from)? {
        Access::Lock(lock) => lock,
        Access::Engine(_) => {
            let message = "Zafu is already running: `zafu quit` stops it; a running sit is kept as far as it has come";
            return Err(Failure::new(REJECTED, message));
        }
    };
    let now = system::clock().now().wall;
    let aside = match from {
        RestoreFrom::Empty => Store::set_aside(folder.path(), now)?,
        RestoreFrom::Path(path) => Store::restore(folder.path(), &path, now)?,
        RestoreFrom::Newest => {
            let newest = Store::newest_intact_backup(folder.path()).ok_or_else(|| {
                Failure::new(FAILED, "there is no intact backup to bring back; `zafu restore empty` begins anew and keeps the damaged file")
            })?;
            Store::restore(folder.path(), &newest, now)?
        }
    };
    match aside {
        Some(aside) => output::print(format_args!(
            "Done. What was there before is kept as {}.",
            aside.display()
        )),
        None => output::print("Done."),
    }
    Ok(())
}
