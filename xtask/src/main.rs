//! The commands of this project: `cargo xtask run`, `test`, `icons`, ...
//!
//! One file per command; this one only lists them.

mod backend;
mod bench;
mod bundle;
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
    /// Install missing packages, build, and start Zafu
    Run(run::Options),
    /// Install missing packages and tools, and run every check and test
    Test(test::Options),
    /// Run the real backend on this machine until Ctrl-C, with a new database each time
    Backend(backend::Options),
    /// Measure memory, processor time, size and latency, each beside its goal
    Bench(bench::Options),
    /// Build packages for this system; with --check, also check and install them
    Package(bundle::Options),
    /// Take a picture of every screen, check each with axe, and update the picture in the README
    Screens(screens::Options),
    /// Generate the TypeScript types of the protocol between the engine and the UI
    Types,
    /// Generate every icon from icons/zafu.svg and icons/tray.svg
    Icons,
    /// Generate the bells, or with --check compare the files with what would be generated
    Sounds {
        #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
        arguments: Vec<String>,
    },
    /// Run a randomized test for as long as there is time, and look for lost sits
    Soak(soak::Options),
    /// Check the licence and the source of every dependency, in Rust and in npm
    Licences,
    /// Check whether a crate has a known fault, with the database of RustSec on GitHub
    Advisories,
    /// Type-check everything for Windows from Linux, and run the tests of the libraries under Wine
    CheckWindows,
    /// Type-check everything for macOS from Linux
    CheckMacos,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Backend(options) => backend::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Package(options) => bundle::run(&options),
        Command::Screens(options) => screens::run(&options),
        Command::Types => types::run(),
        Command::Icons => icons::run(),
        Command::Sounds { arguments } => sounds::run(&arguments).map_err(anyhow::Error::msg),
        Command::Soak(options) => soak::run(&options),
        Command::Licences => dependencies::licences(),
        Command::Advisories => dependencies::advisories(),
        Command::CheckWindows => cross::check_windows(),
        Command::CheckMacos => cross::check_macos(),
    };
    // Printed here, so that the causes are on one line and no backtrace follows.
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
