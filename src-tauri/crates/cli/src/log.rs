//! `zafu log` and `zafu account list`.

use crate::failure::Failure;
use crate::{owners, print, source};
use zafu_cli::args;
use zafu_engine::DataFolder;
use zafu_engine::protocol::{LogOwner, LogRequest, OwnerView};
use zafu_engine::{Client, system};

/// Returns every owner of sits in `folder`, the account in use first.
pub fn owners(folder: &DataFolder) -> Result<Vec<OwnerView>, Failure> {
    match source::engine(folder, Client::owners)? {
        Some(owners) => Ok(owners),
        None => Ok(source::database(folder, zafu_engine::owners)?.unwrap_or_default()),
    }
}

/// Prints the log of the account in use, of one account, or of all.
pub fn show(folder: &DataFolder, log: &args::Log) -> Result<(), Failure> {
    let owners = match log.all_accounts || log.account.is_some() {
        true => owners(folder)?,
        false => Vec::new(),
    };
    let owner = match &log.account {
        Some(account) => LogOwner::Of(owners::named(&owners, account)?.1),
        None if log.all_accounts => LogOwner::All,
        None => LogOwner::Shown,
    };
    let request = LogRequest { limit: log.limit, before: None, owner };
    let sent = request.clone();
    let records = match source::engine(folder, |client| client.sessions(sent))? {
        Some(records) => records,
        None => {
            let now = system::clock().now().wall;
            source::database(folder, |database| zafu_engine::sessions(database, &request, now))?
                .unwrap_or_default()
        }
    };
    print::log(&records, log.all_accounts.then_some(&owners), log.json, log.limit)
}
