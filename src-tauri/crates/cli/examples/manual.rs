//! Writes the manual pages and shell completions of `zafu` into a folder:
//! `cargo run --package zafu-cli --example manual -- FOLDER`. `cargo xtask package` puts them into packages.

use clap::CommandFactory;
use clap_complete::Shell;
use std::error::Error;
use std::fs;
use std::path::Path;
use zafu_cli::args::Args;
use zafu_cli::help;
use zafu_messages::Language;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: manual FOLDER")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    // Whatever the language of the computer that builds the packages.
    zafu_messages::set_language(Language::English);
    let mut command = help::in_language(Args::command());
    clap_mangen::generate_to(command.clone(), folder)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut command, "zafu", folder)?;
    }
    Ok(())
}
