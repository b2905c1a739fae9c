//! The arguments of `zafu-app`.

use clap::Parser;

/// The window of Zafu. The command `zafu` starts it when needed.
#[derive(Parser)]
#[command(name = "zafu-app", version)]
pub struct Args {
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
