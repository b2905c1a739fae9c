//! Writes the manual pages of `zafu` in every language, and its shell completions, into a folder:
//! `cargo run --package zafu-cli --example manual -- FOLDER`. `cargo xtask package` puts them into packages.

use clap::CommandFactory;
use clap_complete::Shell;
use std::error::Error;
use std::fs;
use std::path::Path;
use zafu_cli::args::Args;
use zafu_cli::help;
use zafu_messages::{Language, text};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: manual FOLDER")?;
    let folder = Path::new(&folder);
    for language in Language::ALL {
        // Whatever the language of the computer that builds the packages.
        zafu_messages::set_language(language);
        match language {
            Language::English => pages(&folder.join("man/man1"))?,
            other => pages(&folder.join("man").join(other.tag()).join("man1"))?,
        }
    }
    zafu_messages::set_language(Language::English);
    let mut command = help::in_language(Args::command());
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut command, "zafu", folder)?;
    }
    Ok(())
}

/// Writes a page for each command in the current language.
fn pages(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(help::in_language(Args::command()), folder)?;
    // clap_mangen has these headings in English only.
    let headings = [
        ("NAME", text!("help-manual-name")),
        ("SYNOPSIS", text!("help-manual-synopsis")),
        ("DESCRIPTION", text!("help-manual-description")),
        ("EXTRA", text!("help-manual-notes")),
    ];
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let page = headings.iter().fold(fs::read_to_string(&path)?, |page, (english, heading)| {
            page.replace(&format!("\n.SH {english}\n"), &format!("\n.SH {heading}\n"))
        });
        fs::write(path, page)?;
    }
    Ok(())
}
