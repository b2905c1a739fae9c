//! What the timer is doing, from the engine that runs or from what the last one left.

use crate::failure::{Failure, UNREACHABLE};
use crate::print;
use zafu_engine::Client;
use zafu_engine::folder::DataFolder;
use zafu_engine::protocol::{Reply, Request, Snapshot};
use zafu_engine::{left, system};
use zafu_store::{Store, StoreError};

/// Says what the timer is doing.
pub fn show(folder: &DataFolder, json: bool) -> Result<(), Failure> {
    let (snapshot, running) = match Client::connect(folder)? {
        Some(mut client) => match client.ask(&Request::Snapshot)? {
            Reply::Snapshot(snapshot) => (*snapshot, true),
            _ => return Err(Failure::new(UNREACHABLE, "the running Zafu is of another version")),
        },
        None => (with_store(folder, waiting)?, false),
    };
    print::status(&snapshot, running, json)
}

/// What waits on disk while no engine runs.
fn waiting(store: &Store) -> Result<Snapshot, StoreError> {
    let unsettled = left::waiting(store, system::clock().now())?;
    Ok(Snapshot { unsettled, ..Snapshot::default() })
}

/// Uses the database while no engine runs.
pub fn with_store<T, E: Into<Failure>>(
    folder: &DataFolder,
    action: impl FnOnce(&Store) -> Result<T, E>,
) -> Result<T, Failure> {
    let _lock = folder.lock()?;
    let store = Store::open(folder.path(), system::clock().now().wall)?;
    action(&store).map_err(Into::into)
}
