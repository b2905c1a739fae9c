//! The engine's outside on a real computer.

use crate::adapters::NotificationAction;
use crate::adapters::awake::SystemAwake;
use crate::adapters::bells::{Ringing, SystemBells};
use crate::adapters::keychain::Keychain;
use crate::adapters::notify::SystemNotifier;
use crate::clock::Clock;
use crate::folder::DataFolder;
use crate::host::{Engine, MakeParts};
use crate::protocol::ErrorCode;
use crate::runner::{Parts, Runner};
use std::sync::Arc;

/// The clock of this computer, or, in a test's build, one that the test moves.
#[must_use]
pub fn clock() -> Arc<dyn Clock> {
    #[cfg(feature = "test-clock")]
    return Arc::new(crate::clock::TestClock::from_env());
    #[cfg(not(feature = "test-clock"))]
    return Arc::new(crate::clock::SystemClock::new());
}

/// The system's bells, notifications, power management and keychain, each telling its engine what came of it.
/// `ringing` lets the caller wait for the last tail.
#[must_use]
pub fn parts(folder: &DataFolder, ringing: Ringing) -> MakeParts {
    let vault = Arc::new(Keychain::of(folder.path()));
    Box::new(move |engine: &Engine| {
        let clock = clock();
        let (heard, told, kept) = (engine.clone(), engine.clone(), engine.clone());
        let report = move |fared: Result<(), _>| match fared {
            Ok(()) => heard.post(|runner| runner.clear_trouble(ErrorCode::Sound)),
            Err(error) => heard.post(|runner| runner.report(error)),
        };
        let answers = move |answer| match answer {
            Ok(action) => told.post(move |runner| act(runner, action)),
            Err(error) => told.post(|runner| runner.report(error)),
        };
        let outcome = move |outcome: Result<(), _>| match outcome {
            Ok(()) => kept.post(|runner| runner.clear_trouble(ErrorCode::KeepAwake)),
            Err(error) => kept.post(|runner| runner.report(error)),
        };
        Parts {
            bells: Box::new(SystemBells::new(Arc::clone(&clock), report, ringing)),
            notifier: Box::new(SystemNotifier::new(Arc::new(answers))),
            awake: Box::new(SystemAwake::new(Box::new(outcome))),
            clock,
            vault,
        }
    })
}

fn act(runner: &mut Runner, action: NotificationAction) {
    match action {
        NotificationAction::Open => runner.show(),
        NotificationAction::AddNote(id) => runner.add_note(id),
        NotificationAction::SitAgain => {
            if let Err(error) = runner.start_again() {
                runner.report(error);
            }
        }
    }
}
