//! Log files: one a day in the data folder, the last seven kept. Never a note, a label or a secret in them.

use crate::folder::DataFolder;
use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How many log files of each program are kept.
const KEPT: usize = 7;

/// Writes what `program` has to say to its log files; `verbose` writes more, and to standard error too.
///
/// A folder that takes no log files changes nothing else: logs are for us, not for the person.
pub fn start(folder: &DataFolder, program: &str, verbose: bool) {
    let level = if verbose { LevelFilter::DEBUG } else { LevelFilter::INFO };
    let made = crate::folder::make_private(&folder.logs());
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(program)
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder.logs());
    let to_files = files
        .map(|files| tracing_subscriber::fmt::layer().with_ansi(false).with_writer(files))
        .ok()
        .filter(|_| made.is_ok());
    let to_person = verbose.then(|| tracing_subscriber::fmt::layer().with_writer(std::io::stderr));
    // A second subscriber in one process (tests) is no fault of the program.
    let _ = tracing_subscriber::registry()
        .with(to_files.with_filter(level))
        .with(to_person.with_filter(level))
        .try_init();
}
