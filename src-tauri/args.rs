//! The arguments of `zafu-app`.

use clap::Parser;

/// The window of Zafu. The command `zafu` starts it.
#[derive(Parser)]
#[command(name = "zafu-app", version)]
pub struct Args {
    /// Run without a window until it is asked for.
    #[arg(long)]
    pub background: bool,
    /// Say more in the log files, and on standard error.
    #[arg(long, short)]
    pub verbose: bool,
    /// Say on standard error when the program runs, then nothing more; ask nothing in a dialog before that.
    #[arg(long, hide = true)]
    pub tell_when_started: bool,
}
