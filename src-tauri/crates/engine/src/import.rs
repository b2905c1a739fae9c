//! Importing: reads files into a staged import, shows what it would change, and commits it.
//!
//! Reading takes as long as its files are long, so that it runs on a thread of its own and can be cancelled. What was read
//! and not imported is discarded by the next reading and when the engine stops.

mod client;
mod handle;
mod reader;
mod session;
mod zone;

pub use client::{ImportClient, ImportMonitor};
pub use handle::Imports;
pub(crate) use handle::{ImportHandle, ImportParts};
pub use zone::environment_zone;

use crate::protocol::{ImportProgress, ImportView, IpcError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use zafu_store::{ReadSits, StoreError};

/// Returns the imports, newest first.
///
/// # Errors
/// The database cannot be read.
pub fn imports(store: &impl ReadSits) -> Result<Vec<ImportView>, StoreError> {
    Ok(store.imports()?.into_iter().map(session::view).collect())
}

/// How far an import is, and whether it is cancelled.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    done: AtomicU64,
    total: AtomicU64,
    is_cancelled: AtomicBool,
    /// Whether the process stops.
    is_stopping: Arc<AtomicBool>,
}

impl Activity {
    fn stopped_by(is_stopping: &Arc<AtomicBool>) -> Self {
        Self { is_stopping: Arc::clone(is_stopping), ..Self::default() }
    }

    fn report(&self, done: u64, total: u64) {
        self.total.store(total, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
    }

    fn progress(&self) -> ImportProgress {
        ImportProgress {
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
        }
    }

    fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed) || self.is_stopping.load(Ordering::Relaxed)
    }

    /// Fails if it is cancelled.
    fn check(&self) -> Result<(), IpcError> {
        if self.is_cancelled() { Err(session::cancelled()) } else { Ok(()) }
    }
}
