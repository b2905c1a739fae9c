//! The arguments of `zafu-app`.

use clap::Parser;
use std::ffi::OsString;

/// The window of Zafu. The command `zafu` starts it when needed.
///
/// A link comes from outside, and on Windows as a part of a command line: no option that does something by itself is
/// accepted beside it.
#[derive(Parser)]
#[command(name = "zafu-app", version)]
pub struct Args {
    /// Show the invitation of this link, zafu://join/...
    // Not parsed here: clap repeats an invalid value in its message, and a link is a secret.
    #[arg(conflicts_with_all = ["background", "tell_when_started", "restore_backup"])]
    pub link: Vec<OsString>,
    /// Read the link from standard input. Zafu starts itself so.
    #[arg(long, hide = true, conflicts_with_all = ["link", "restore_backup"])]
    pub link_from_input: bool,
    /// Run without a window until it is asked for.
    #[arg(long)]
    pub background: bool,
    /// Write more to the log files and to standard error.
    #[arg(long, short)]
    pub verbose: bool,
    /// Report the start or its failure on standard error, without a dialog, and write nothing to it after that.
    #[arg(long, hide = true)]
    pub tell_when_started: bool,
    /// Restore the backup with this number before the engine starts. Zafu starts itself so, after the user has confirmed it.
    #[arg(long, hide = true, value_name = "NUMBER")]
    pub restore_backup: Option<u32>,
}
