//! The system packages that building and testing need, and their installation.
//!
//! Installs as root or with a sudo that does not ask for a password; otherwise names the command to run. Does nothing on
//! macOS and Windows.

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
    /// To run the real backend: a database, and the extension that its SQL tests use.
    Backend,
    /// To run all tests: a virtual screen, a sound server, a notification daemon, the real backend.
    Test,
    /// To take pictures of the screens: a browser and ImageMagick.
    Screens,
    /// To make packages.
    Package,
    /// To check packages.
    PackageCheck,
}

/// The programs of Chromium and its relatives, which can take pictures of the screens.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Returns the path of the first Chromium in PATH.
pub fn browser() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let program = |name: &&str| folders.iter().map(|it| it.join(name)).find(|it| it.is_file());
    BROWSERS.iter().find_map(program)
}

/// Installs the missing packages of a purpose.
///
/// # Errors
/// If they cannot be installed, with the command to run.
pub fn ensure(purpose: Purpose) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let Some(family) = family() else {
        println!(
            "      unknown distribution: DEBIAN in xtask/src/packages/families.rs lists what Zafu needs"
        );
        return Ok(());
    };
    let wanted = match purpose {
        Purpose::Build | Purpose::Package => family.build.to_vec(),
        Purpose::PackageCheck => [family.build, family.package_check].concat(),
        Purpose::Backend => family.backend.to_vec(),
        Purpose::Test => [family.build, family.backend, family.test].concat(),
        // The browser may come from elsewhere.
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
        bail!("Zafu needs system packages. Install them with: sudo {line}");
    };
    println!("      installing {}", missing.join(" "));
    install(&family, prefix, &missing)
}

/// Installs Node if the package manager is known and may be used. The caller checks the version.
///
/// # Errors
/// If the package manager fails, with the command to run.
pub fn install_node() -> Result<()> {
    match (family(), privileges()) {
        (Some(family), Some(prefix)) => install(&family, prefix, &["nodejs", "npm"]),
        _ => Ok(()),
    }
}

/// Returns the family of this distribution, if it is known.
fn family() -> Option<Family> {
    [DEBIAN, FEDORA, ARCH].into_iter().find(|family| exists(family.manager))
}

/// Installs packages, after an update of the package lists if they may be missing or old.
fn install(family: &Family, prefix: &str, packages: &[&str]) -> Result<()> {
    let log = workspace::target()?.join("xtask").join("packages.log");
    // A variable set for this process would not pass through sudo.
    let prefix = format!("{prefix}env LC_ALL=C DEBIAN_FRONTEND=noninteractive ");
    let manager = family.manager;
    let mut wait =
        LockWait::new(|| println!("      another program uses {manager}: waiting for it"));
    let mut run =
        |line: &str| manager::run(&format!("{prefix}{line}"), &log, family.locked, || wait.once());
    // A failed update does not stop the installation, but explains a package that is not found.
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
        "{manager} could not install the packages that Zafu needs: {failure}{lists}. Run this, then try again: \
         {root}{} && {root}{line} (log: {})",
        family.update,
        log.display(),
    )
}

/// Whether the package lists must be updated first: always on Debian, where they are small and change often; on Arch
/// only if there are none, because installing from newer lists without an upgrade can break a system.
fn needs_update(family: &Family) -> bool {
    let is_empty = |folder| Path::new(folder).read_dir().map_or(true, |mut it| it.next().is_none());
    family.manager == DEBIAN.manager || family.lists.is_some_and(is_empty)
}

/// Returns the prefix of a command that needs root: nothing for root, sudo if it does not ask for a password.
fn privileges() -> Option<&'static str> {
    if is_root() {
        Some("")
    } else {
        succeeds(&["sudo", "--non-interactive", "true"]).then_some("sudo ")
    }
}

/// Returns the packages that are not installed.
fn missing<'a>(family: &Family, wanted: &[&'a str]) -> Vec<&'a str> {
    let output = Command::new(family.query[0]).args(&family.query[1..]).args(wanted).output();
    let installed = output.map(|output| output.stdout).unwrap_or_default();
    let installed = String::from_utf8_lossy(&installed);
    let is_installed = |package: &str| {
        installed.lines().any(|line| {
            let mut words = line.split_whitespace();
            // Debian writes `libasound2-dev:amd64 installed`.
            let name = words.next().and_then(|name| name.split(':').next());
            // Debian also lists packages that were only looked up, as `gnome-keyring not-installed`.
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
