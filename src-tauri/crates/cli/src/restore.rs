//! `zafu restore`: restores the database from a backup or a rescued database.

use crate::failure::{FAILED, Failure};
use crate::{backup, print};
use zafu_cli::args::RestoreFrom;
use zafu_core::message;
use zafu_engine::{DataFolder, output, system};
use zafu_messages::text;
use zafu_store::Store;

/// Lists the rescued databases and the backups, or restores one of them. If something is newer than the backup, the user
/// has to confirm it; a damaged database is replaced without a question. The current database is moved aside, never
/// deleted.
pub fn run(folder: &DataFolder, from: Option<String>, yes: bool) -> Result<(), Failure> {
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
    let path = match from {
        RestoreFrom::Empty => {
            let _lock = backup::lock(folder)?;
            let aside = Store::set_aside(folder.path(), system::clock().now().wall)?;
            print::restored(aside.as_deref());
            return Ok(());
        }
        RestoreFrom::Path(path) => path,
        RestoreFrom::Newest => Store::newest_intact_backup(folder.path())
            .ok_or_else(|| Failure::new(FAILED, message!("cli-restore-no-intact")))?,
    };
    backup::restore_from(folder, &path, yes, false)
}
