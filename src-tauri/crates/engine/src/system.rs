//! The engine's adapters on a real computer.

use crate::adapters::Adapters;
use crate::adapters::awake::SystemAwake;
use crate::adapters::bells::{Ringing, SystemBells};
use crate::adapters::keychain::Keychain;
use crate::adapters::notify::SystemNotifier;
use crate::clock::Clock;
use crate::folder::DataFolder;
use crate::handle::EngineHandle;
use crate::host::MakeAdapters;
use crate::protocol::{ErrorCode, IpcError};
use std::sync::Arc;

/// Returns the clock of this computer, or in test builds one that tests can advance.
#[must_use]
pub fn clock() -> Arc<dyn Clock> {
    #[cfg(feature = "test-clock")]
    return Arc::new(crate::clock::TestClock::from_env());
    #[cfg(not(feature = "test-clock"))]
    return Arc::new(crate::clock::SystemClock::new());
}

/// Makes the system's bells, notifications, power management and keychain, each reporting its errors to its engine.
/// `ringing` lets the caller wait until the last bell has faded.
#[must_use]
pub fn adapters(folder: &DataFolder, ringing: Ringing) -> MakeAdapters {
    let vault = Arc::new(Keychain::of(folder.path()));
    Box::new(move |engine: &EngineHandle| {
        let clock = clock();
        let notified = engine.clone();
        let on_notification = move |answer| match answer {
            Ok(action) => notified.act_on_notification(action),
            Err(error) => notified.report(error),
        };
        let on_bell = reporter(engine, ErrorCode::Sound);
        Adapters {
            bells: Box::new(SystemBells::new(Arc::clone(&clock), on_bell, ringing)),
            notifier: Box::new(SystemNotifier::new(Arc::new(on_notification))),
            awake: Box::new(SystemAwake::new(Box::new(reporter(engine, ErrorCode::KeepAwake)))),
            clock,
            vault,
        }
    })
}

/// Returns a function that shows an adapter's error, and removes those with `code` once the adapter works again.
fn reporter(
    engine: &EngineHandle,
    code: ErrorCode,
) -> impl Fn(Result<(), IpcError>) + Send + Sync + Clone + 'static {
    let engine = engine.clone();
    move |result| match result {
        Ok(()) => engine.clear_trouble(code),
        Err(error) => engine.report(error),
    }
}
