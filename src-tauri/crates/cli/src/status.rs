//! What the timer is doing, from the engine that runs or from what the last one left.

use crate::failure::{Failure, UNREACHABLE};
use crate::print;
use zafu_engine::Client;
use zafu_engine::folder::DataFolder;
use zafu_engine::protocol::{Reply, Request, Snapshot};
use zafu_engine::{system, view};
use zafu_store::{Store, StoreError};

/// Says what the timer is doing.
pub fn show(folder: &DataFolder, json: bool) -> Result<(), Failure> {
    let (snapshot, running) = match Client::connect(folder)? {
        Some(mut client) => match client.ask(&Request::Snapshot)? {
            Reply::Snapshot(snapshot) => (*snapshot, true),
            _ => return Err(Failure::new(UNREACHABLE, "the running Zafu is of another version")),
        },
        None => (read(folder, left)?, false),
    };
    print::status(&snapshot, running, json)
}

/// What waits on disk while no engine runs. A sit that was cut off counts as one that waits: whether it goes on
/// is decided by the engine that takes it up.
fn left(store: &Store) -> Result<Snapshot, StoreError> {
    let now = system::clock().now();
    Ok(Snapshot { unsettled: view::left(&store.left()?, now), ..Snapshot::default() })
}

/// Reads from the database while no engine runs.
pub fn read<T>(
    folder: &DataFolder,
    read: impl FnOnce(&Store) -> Result<T, StoreError>,
) -> Result<T, Failure> {
    let _lock = folder.lock()?;
    let store = Store::open(folder.path(), system::clock().now().wall)?;
    Ok(read(&store)?)
}
