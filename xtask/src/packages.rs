//! The system's packages that building and testing need, and their installation where that may be done.
//!
//! Installs as root or with a sudo that does not ask; otherwise names the one line to run. On macOS
//! and Windows nothing is installed: what is missing there is said by the tools themselves.

mod families;
mod manager;

use crate::workspace;
use anyhow::{Result, bail};
use families::{ARCH, BROWSER, DEBIAN, FEDORA, Family};
use manager::LockWait;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the packages are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To build and run.
    Build,
    /// To run the real backend: a database, and the extension that its own tests are written in.
    Backend,
    /// To run all of the tests: a screen, a sound server, a notification daemon, the real backend.
    Test,
    /// To take pictures of the screens: a browser, and what joins pictures.
    Screens,
}

/// The browsers that can take pictures of the screens, by the name of their program.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Returns the path of the first Chromium in PATH.
pub fn browser() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let program = |name: &&str| folders.iter().map(|it| it.join(name)).find(|it| it.is_file());
    BROWSERS.iter().find_map(program)
}

/// Makes sure that the system has what is needed.
///
/// # Errors
/// With the line to run, if packages are missing and may not be installed from here.
pub fn ensure(purpose: Purpose) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let Some(family) = family() else {
        println!("      this distribution is not known here: README.md names what Zafu needs");
        return Ok(());
    };
    let wanted = match purpose {
        Purpose::Build => family.build.to_vec(),
        Purpose::Backend => family.backend.to_vec(),
        Purpose::Test => [family.build, family.backend, family.test].concat(),
        // A browser from somewhere else is as good.
        Purpose::Screens if browser().is_some() => family.screens.to_vec(),
        Purpose::Screens => [family.screens, &[BROWSER]].concat(),
    };
    let missing = missing(&family, &wanted);
    if missing.is_empty() {
        return Ok(());
    }
    if missing.contains(&BROWSER) && is_ubuntu() {
        bail!(
            "Ubuntu has no package of Chromium: run `sudo snap install chromium`, or install Google Chrome, then run \
             this again"
        );
    }
    let Some(prefix) = privileges() else {
        let line = format!("{} {}", family.install, missing.join(" "));
        bail!("Zafu needs packages of your system. Install them with: sudo {line}");
    };
    println!("      installing {}", missing.join(" "));
    install(&family, prefix, &missing)
}

/// Installs Node if that is possible.
///
/// # Errors
/// With the reason, and the line to run. Whether Node is there afterwards, and new enough, is checked by the caller.
pub fn install_node() -> Result<()> {
    match (family(), privileges()) {
        (Some(family), Some(prefix)) => install(&family, prefix, &["nodejs", "npm"]),
        _ => Ok(()),
    }
}

/// Returns the family of this system, if it is one of those that are known here.
fn family() -> Option<Family> {
    [DEBIAN, FEDORA, ARCH].into_iter().find(|family| exists(family.manager))
}

/// Installs packages, after an update of the package lists where they may be missing or old.
fn install(family: &Family, prefix: &str, packages: &[&str]) -> Result<()> {
    let log = workspace::target()?.join("xtask").join("packages.log");
    // A variable set for this process would not pass through sudo.
    let prefix = format!("{prefix}env LC_ALL=C DEBIAN_FRONTEND=noninteractive ");
    let manager = family.manager;
    let mut wait =
        LockWait::new(|| println!("      another program uses {manager}: waiting for it"));
    let mut run =
        |line: &str| manager::run(&format!("{prefix}{line}"), &log, family.locked, || wait.once());
    // A stale list of one source is no reason to stop, but it explains a package that is not found afterwards.
    let updated = if needs_update(family) { run(family.update) } else { Ok(()) };
    let line = format!("{} {}", family.install, packages.join(" "));
    let Err(failure) = run(&line) else { return Ok(()) };
    let lists = match updated {
        Ok(()) => String::new(),
        Err(failure) => {
            format!(" (before that, the package lists could not be updated: {failure})")
        }
    };
    let root = if is_root() { "" } else { "sudo " };
    bail!(
        "{manager} could not install what Zafu needs: {failure}{lists}. Run this yourself, then try again: \
         {root}{} && {root}{line} (log: {})",
        family.update,
        log.display(),
    )
}

/// Whether the package lists must be fetched first. Debian's are small and change often, so they always are; the ones
/// of Arch only if there are none, because installing from newer lists without an upgrade can break a system.
fn needs_update(family: &Family) -> bool {
    let is_empty = |folder| Path::new(folder).read_dir().map_or(true, |mut it| it.next().is_none());
    family.manager == DEBIAN.manager || family.lists.is_some_and(is_empty)
}

/// What to write before a command that changes the system: nothing for root, sudo where it does not ask.
fn privileges() -> Option<&'static str> {
    if is_root() {
        Some("")
    } else {
        succeeds(&["sudo", "--non-interactive", "true"]).then_some("sudo ")
    }
}

/// Which of the packages are not installed.
fn missing<'a>(family: &Family, wanted: &[&'a str]) -> Vec<&'a str> {
    let output = Command::new(family.query[0]).args(&family.query[1..]).args(wanted).output();
    let installed = output.map(|output| output.stdout).unwrap_or_default();
    let installed = String::from_utf8_lossy(&installed);
    let is_installed = |package: &str| {
        installed.lines().any(|line| {
            let mut words = line.split_whitespace();
            // Debian writes `libasound2-dev:amd64 installed`.
            let name = words.next().and_then(|name| name.split(':').next());
            // What Debian has only heard of is in its list too, as `gnome-keyring not-installed`.
            name == Some(package) && words.next().is_none_or(|state| state == "installed")
        })
    };
    wanted.iter().copied().filter(|package| !is_installed(package)).collect()
}

fn is_ubuntu() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    release.lines().any(|line| line == "ID=ubuntu")
}

fn exists(program: &str) -> bool {
    succeeds(&["sh", "-c", &format!("command -v {program}")])
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn succeeds(command: &[&str]) -> bool {
    Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
