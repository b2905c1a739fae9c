//! Log files: one a day in the data folder, the last seven kept. Never a note, a label or a secret in them.

use crate::folder::DataFolder;
use crate::output::{Harmless, LogToStderr};
use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How many log files of each program are kept.
const KEPT: usize = 7;

/// Writes what `program` has to say to its log files; `verbose` writes more, and to standard error too.
///
/// A folder that takes no log files changes nothing else: logs are for us, not for the person.
pub fn start(folder: &DataFolder, program: &str, verbose: bool) {
    note_panics();

    let level = if verbose { LevelFilter::DEBUG } else { LevelFilter::INFO };
    let made = crate::folder::make_private(&folder.logs());
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(program)
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder.logs());
    let to_files = files
        .map(|files| layer().with_ansi(false).with_writer(Harmless(files)))
        .ok()
        .filter(|_| made.is_ok());
    let to_person = verbose.then(|| layer().with_writer(|| LogToStderr));
    // A second subscriber in one process (tests) is no fault of the program.
    let _ = tracing_subscriber::registry()
        .with(to_files.with_filter(level))
        .with(to_person.with_filter(level))
        .try_init();
}

/// Says more on standard error if `verbose`, and writes no log file: for what only reads.
pub fn start_without_files(verbose: bool) {
    let to_user = verbose.then(|| layer().with_writer(|| LogToStderr));
    let _ = tracing_subscriber::registry().with(to_user.with_filter(LevelFilter::DEBUG)).try_init();
}

/// Writes panics to the log files too: standard error may lead nowhere.
fn note_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(%panic, "a thread has panicked");
        before(panic);
    }));
}
