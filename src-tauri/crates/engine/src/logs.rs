//! Writes one log file a day to the data folder and keeps the last seven. They never contain notes, labels or secrets.

use crate::folder::DataFolder;
use crate::output::{InfallibleWriter, LogToStderr};
use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Number of log files kept for each program.
const KEPT: usize = 7;

/// Starts the log of `program` in files; `verbose` logs more, and to standard error too.
///
/// If log files cannot be written, nothing else changes: they are for developers, not for the user.
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
        .map(|files| layer().with_ansi(false).with_writer(InfallibleWriter(files)))
        .ok()
        .filter(|_| made.is_ok());
    let to_person = verbose.then(|| layer().with_writer(|| LogToStderr));
    // Fails only if the process has a subscriber already, as in tests.
    let _ = tracing_subscriber::registry()
        .with(to_files.with_filter(level))
        .with(to_person.with_filter(level))
        .try_init();
}

/// Starts the log on standard error if `verbose`, without log files: for commands that only read.
pub fn start_without_files(verbose: bool) {
    let to_user = verbose.then(|| layer().with_writer(|| LogToStderr));
    let _ = tracing_subscriber::registry().with(to_user.with_filter(LevelFilter::DEBUG)).try_init();
}

/// Writes panics to the log files too, because standard error may be discarded.
fn note_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(%panic, "a thread has panicked");
        before(panic);
    }));
}
