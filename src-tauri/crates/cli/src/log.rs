//! `zafu log` and `zafu account list`.

use crate::failure::Failure;
use crate::{owners, print, source};
use zafu_cli::args;
use zafu_engine::DataFolder;
use zafu_engine::protocol::{LogFilter, LogOwner, LogPosition, LogQuery, OwnerView};
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
    let request = LogQuery {
        filter: LogFilter { owner, ..LogFilter::default() },
        position: LogPosition::Newest,
        limit: log.limit,
    };
    let sent = request.clone();
    let page = match source::engine(folder, |client| client.sits(sent))? {
        Some(page) => page,
        None => {
            let now = system::clock().now().wall;
            source::database(folder, |database| zafu_engine::log_page(database, &request, now))?
                .unwrap_or_default()
        }
    };
    print::log(&page.sits, log.all_accounts.then_some(&owners), log.json, log.limit)
}
