//! Reads from the running engine, or from the database if no engine is running.
//!
//! Reading neither locks nor changes the data folder, so that any number of processes can read at any time.

use crate::failure::Failure;
use zafu_engine::DataFolder;
use zafu_engine::protocol::IpcError;
use zafu_engine::{Access, lock_or_connect};
use zafu_engine::{Client, system};
use zafu_store::{OpenOutcome, ReadOnlyStore, Store};

/// Returns the result of `request` to the running engine, or `None` if no engine is running or it stops before it
/// responds.
pub fn engine<T>(
    folder: &DataFolder,
    request: impl FnOnce(&mut Client) -> Result<T, IpcError>,
) -> Result<Option<T>, IpcError> {
    let Some(mut client) = Client::connect(folder)? else { return Ok(None) };
    match request(&mut client) {
        Ok(result) => Ok(Some(result)),
        Err(error) if client.is_connected() || client.timed_out() => Err(error),
        Err(_) => Ok(None),
    }
}

/// Returns the result of `read` on the database, or `None` if there is no database yet.
pub fn database<T, E>(
    folder: &DataFolder,
    read: impl FnOnce(&ReadOnlyStore) -> Result<T, E>,
) -> Result<Option<T>, Failure>
where
    Failure: From<E>,
{
    match ReadOnlyStore::open(folder.path())? {
        OpenOutcome::NoDatabase => Ok(None),
        OpenOutcome::Open(database) => Ok(Some(read(&database)?)),
        OpenOutcome::OlderFormat => {
            upgrade(folder)?;
            match ReadOnlyStore::open(folder.path())? {
                OpenOutcome::Open(database) => Ok(Some(read(&database)?)),
                OpenOutcome::NoDatabase | OpenOutcome::OlderFormat => Ok(None),
            }
        }
    }
}

/// Upgrades a database of an older version, unless an engine has done so in the meantime.
fn upgrade(folder: &DataFolder) -> Result<(), Failure> {
    if let Access::Lock(_lock) = lock_or_connect(folder).map_err(IpcError::from)? {
        Store::open(folder.path(), system::clock().now().wall)?;
    }
    Ok(())
}
