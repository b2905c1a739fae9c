//! What the timer is doing, and how what is asked of nobody in particular is read: from the engine that runs, or else from what is on the disk.
//!
//! Reading never holds the folder and changes nothing in it, so that any number of programs may do it at any time.

use crate::failure::{Failure, UNREACHABLE};
use crate::print;
use zafu_engine::folder::DataFolder;
use zafu_engine::protocol::{EngineState, IpcError, Reply, Request};
use zafu_engine::turn::{self, Turn};
use zafu_engine::{Client, left, output, system};
use zafu_store::{OpenOutcome, ReadOnlyStore, Store, StoreError};

/// Says what the timer is doing.
pub fn show(folder: &DataFolder, json: bool) -> Result<(), Failure> {
    let (state, running) = match ask(folder, &Request::State)? {
        Some(Reply::State(state)) => (*state, true),
        Some(_) => return Err(other_version()),
        None => (read(folder, waiting)?.unwrap_or_default(), false),
    };
    if let Some(warning) = folder.warning() {
        output::say(warning);
    }
    print::status(&state, running, json)
}

pub fn other_version() -> Failure {
    Failure::new(UNREACHABLE, "the running Zafu is of another version")
}

/// What waits on disk while no engine runs.
fn waiting(database: &ReadOnlyStore) -> Result<EngineState, StoreError> {
    let unsettled = left::waiting(database, system::clock().now())?;
    Ok(EngineState { unsettled, ..EngineState::default() })
}

/// The answer of the engine that runs; none if none does, or if it stops before it answers.
pub fn ask(folder: &DataFolder, request: &Request) -> Result<Option<Reply>, IpcError> {
    let Some(mut client) = Client::connect(folder)? else { return Ok(None) };
    match client.ask(request) {
        Ok(reply) => Ok(Some(reply)),
        Err(error) if client.is_connected() || client.timed_out() => Err(error),
        Err(_) => Ok(None),
    }
}

/// Reads what is on the disk; none if nothing was saved yet.
pub fn read<T>(
    folder: &DataFolder,
    job: impl FnOnce(&ReadOnlyStore) -> Result<T, StoreError>,
) -> Result<Option<T>, Failure> {
    match ReadOnlyStore::open(folder.path())? {
        OpenOutcome::NoDatabase => Ok(None),
        OpenOutcome::Open(database) => Ok(Some(job(&database)?)),
        OpenOutcome::OlderFormat => {
            bring_up_to_date(folder)?;
            match ReadOnlyStore::open(folder.path())? {
                OpenOutcome::Open(database) => Ok(Some(job(&database)?)),
                OpenOutcome::NoDatabase | OpenOutcome::OlderFormat => Ok(None),
            }
        }
    }
}

/// Brings a database of an older version to the newest format, unless an engine has done so meanwhile.
fn bring_up_to_date(folder: &DataFolder) -> Result<(), Failure> {
    if let Turn::Ours(_lock) = turn::take(folder).map_err(IpcError::from)? {
        Store::open(folder.path(), system::clock().now().wall)?;
    }
    Ok(())
}
