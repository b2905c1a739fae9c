//! Tools of cargo that the checks need. A missing tool is built from its crate into a cache that all clones share.

use crate::steps::Steps;
use crate::workspace::{cargo, command};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A tool, which is a subcommand of cargo.
pub struct Tool {
    subcommand: &'static str,
    /// The version that is installed, and the oldest that is used if it is installed already.
    version: &'static str,
    features: &'static str,
}

/// Checks the dependencies against `deny.toml`.
pub const DENY: Tool = Tool { subcommand: "deny", version: "0.20.2", features: "" };

/// Runs the tests as `.config/nextest.toml` says. It is built without its updates of itself.
pub const NEXTEST: Tool =
    Tool { subcommand: "nextest", version: "0.9.143", features: "default-no-update" };

impl Tool {
    /// Runs the tool as a step, which fails if the tool cannot be installed.
    pub fn step(&self, name: &str, arguments: &[&str], steps: &mut Steps) -> bool {
        match self.command(steps) {
            Ok(mut command) => {
                command.args(arguments);
                steps.command(name, command)
            }
            Err(error) => steps.check(name, || Err(error)),
        }
    }

    /// Returns a command that runs the tool, after its installation if it is missing or too old.
    ///
    /// # Errors
    /// If it cannot be installed.
    pub fn command(&self, steps: &mut Steps) -> Result<Command> {
        let name = format!("cargo-{}", self.subcommand);
        let cache = cache()?;
        let cached = cache.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let program = match [Path::new(&name), &cached].into_iter().find(|it| self.is_usable(it)) {
            Some(program) => program,
            None => {
                let step = format!("install {name}");
                ensure!(
                    steps.command(&step, self.installation(&name, &cache)),
                    "{name} is missing"
                );
                &cached
            }
        };
        let mut command = command(program);
        command.arg(self.subcommand);
        Ok(command)
    }

    /// Returns the command that builds the tool. Optimizing it would take several times as long as it saves.
    fn installation(&self, name: &str, cache: &Path) -> Command {
        let mut install = cargo(&["install", "--locked", "--debug", "--no-default-features"]);
        install.args([name, "--version", self.version, "--features", self.features, "--root"]);
        install.arg(cache).env("CARGO_PROFILE_DEV_DEBUG", "0");
        install
    }

    /// Whether a program runs and is new enough.
    fn is_usable(&self, program: &Path) -> bool {
        let output = Command::new(program).args([self.subcommand, "--version"]).output();
        output.is_ok_and(|output| {
            // `cargo-deny 0.20.2`, or with more behind it.
            let text = String::from_utf8_lossy(&output.stdout);
            let version = text.split_whitespace().nth(1).unwrap_or_default();
            output.status.success() && numbers(version) >= numbers(self.version)
        })
    }
}

/// Returns the parts of a version, to be compared.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

/// Returns the folder of the tools. It may be deleted at any time.
fn cache() -> Result<PathBuf> {
    let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let caches = caches.or_else(|| Some(std::env::home_dir()?.join(".cache")));
    Ok(caches.context("no home folder to install tools in: set HOME")?.join("zafu-tools"))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(numbers("0.20.2") >= numbers("0.20.2"));
        assert!(numbers("0.100.0") > numbers("0.20.2"));
        assert!(numbers("0.9.143") > numbers("0.9.14"));
        assert!(numbers("") < numbers("0.20.2"));
    }
}
