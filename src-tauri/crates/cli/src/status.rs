//! `zafu status`: prints the state of the timer.

use crate::failure::Failure;
use crate::{print, source};
use zafu_engine::DataFolder;
use zafu_engine::protocol::EngineState;
use zafu_engine::{Client, output, system, unsettled_sits};
use zafu_messages::text;
use zafu_store::{ReadOnlyStore, StoreError};

/// Prints the state of the running engine, or the unsettled sits in the database if no engine is running.
pub fn show(folder: &DataFolder, json: bool) -> Result<(), Failure> {
    let (state, running) = match source::engine(folder, Client::state)? {
        Some(state) => (state, true),
        None => (source::database(folder, unsettled)?.unwrap_or_default(), false),
    };
    if let Some(warning) = folder.warning() {
        output::print_error(text(&warning));
    }
    print::status(&state, running, json)
}

fn unsettled(database: &ReadOnlyStore) -> Result<EngineState, StoreError> {
    let unsettled = unsettled_sits(database, system::clock().now())?;
    Ok(EngineState { unsettled, ..EngineState::default() })
}
