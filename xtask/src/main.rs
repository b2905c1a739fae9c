//! The commands of this project: `cargo xtask run`, `test`, `icons`, ...
//!
//! One file per command; this one only says which there are.

mod backend;
mod bench;
mod cross;
mod dependencies;
mod icons;
mod packages;
mod run;
mod screens;
mod setup;
mod soak;
mod sounds;
mod steps;
mod test;
mod tools;
mod types;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Sets up, runs, tests and checks Zafu")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build, and start Zafu
    Run(run::Options),
    /// Install what is missing and run every check and test
    Test(test::Options),
    /// Start the real backend on this machine, and forget all of it at Ctrl-C
    Backend(backend::Options),
    /// Measure what Zafu costs, each figure beside its goal
    Bench(bench::Options),
    /// Take pictures of every screen, light and dark, and the one in the README
    Screens,
    /// Write the TypeScript types of everything that crosses from Rust to the screen
    Types,
    /// Draw every icon from icons/zafu.svg and icons/tray.svg
    Icons,
    /// Make the bells, or say with --check whether they are what the source makes
    Sounds {
        #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
        arguments: Vec<String>,
    },
    /// Do what a test does for as long as there is time: kill the engine, and look for what was lost
    Soak(soak::Options),
    /// Check the licence and the source of every dependency, in Rust and in npm
    Licences,
    /// Check whether a crate has a known fault, with the database of RustSec on GitHub
    Advisories,
    /// Type-check all for Windows from Linux, and run the libraries' tests under wine
    CheckWindows,
    /// Type-check all for macOS from Linux
    CheckMacos,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Backend(options) => backend::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Screens => screens::run(),
        Command::Types => types::run(),
        Command::Icons => icons::run(),
        Command::Sounds { arguments } => sounds::run(&arguments).map_err(anyhow::Error::msg),
        Command::Soak(options) => soak::run(&options),
        Command::Licences => dependencies::licences(),
        Command::Advisories => dependencies::advisories(),
        Command::CheckWindows => cross::check_windows(),
        Command::CheckMacos => cross::check_macos(),
    };
    // By hand, because the causes belong on the line and a backtrace of this does not help anyone.
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
