//! The system's packages that building and testing need, and their installation where that may be done.
//!
//! Installs as root or with a sudo that does not ask; otherwise names the one line to run. On macOS
//! and Windows nothing is installed: what is missing there is said by the tools themselves.

use crate::workspace;
use anyhow::{Context, Result, bail};
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
}

/// A family of Linux distributions.
struct Family {
    /// Its package manager, which is also how it is recognized.
    manager: &'static str,
    build: &'static [&'static str],
    backend: &'static [&'static str],
    test: &'static [&'static str],
    /// Prints which of the packages are installed or missing, see `missing`.
    query: &'static [&'static str],
    /// What follows the privileges in the line that installs.
    install: &'static str,
}

const DEBIAN: Family = Family {
    manager: "apt-get",
    build: &[
        "build-essential",
        "pkg-config",
        "libwebkit2gtk-4.1-dev",
        "libayatana-appindicator3-dev",
        "librsvg2-dev",
        "libxdo-dev",
        "libasound2-dev",
        "libdbus-1-dev",
    ],
    backend: &["pgtap", "postgresql"],
    test: &[
        "at-spi2-core",
        "dbus-x11",
        "dunst",
        "gir1.2-atspi-2.0",
        "gnome-keyring",
        "imagemagick",
        "libasound2-plugins",
        "openbox",
        "pulseaudio",
        "pulseaudio-utils",
        "python3-gi",
        "sqlite3",
        "strace",
        "webkit2gtk-driver",
        "xauth",
        "xdotool",
        "xvfb",
    ],
    query: &["dpkg-query", "--show", "--showformat=${binary:Package} ${db:Status-Status}\n"],
    install: "apt-get install --yes --no-install-recommends",
};

const FEDORA: Family = Family {
    manager: "dnf",
    build: &[
        "gcc",
        "gcc-c++",
        "make",
        "pkgconf-pkg-config",
        "webkit2gtk4.1-devel",
        "libayatana-appindicator-gtk3-devel",
        "librsvg2-devel",
        "libxdo-devel",
        "alsa-lib-devel",
        "dbus-devel",
    ],
    backend: &["pgtap", "postgresql-server"],
    test: &[
        "alsa-plugins-pulseaudio",
        "at-spi2-core",
        "dbus-x11",
        "dunst",
        "gnome-keyring",
        "ImageMagick",
        "openbox",
        "pulseaudio-utils",
        "python3-gobject",
        "sqlite",
        "strace",
        "webkit2gtk-driver",
        "xdotool",
        "xorg-x11-server-Xvfb",
    ],
    query: &["rpm", "--query", "--queryformat=%{NAME} installed\n"],
    install: "dnf install --assumeyes",
};

const ARCH: Family = Family {
    manager: "pacman",
    build: &[
        "base-devel",
        "webkit2gtk-4.1",
        "libayatana-appindicator",
        "librsvg",
        "xdotool",
        "alsa-lib",
        "dbus",
    ],
    // Its pgTAP is in no repository of its own: that one test is left out there, and says so.
    backend: &["postgresql"],
    test: &[
        "alsa-plugins",
        "at-spi2-core",
        "dunst",
        "gnome-keyring",
        "imagemagick",
        "openbox",
        "pulseaudio",
        "python-gobject",
        "sqlite",
        "strace",
        "xorg-server-xvfb",
    ],
    query: &["pacman", "--query", "--quiet"],
    install: "pacman --sync --needed --noconfirm",
};

/// Makes sure that the system has what is needed.
///
/// # Errors
/// With the line to run, if packages are missing and may not be installed from here.
pub fn ensure(purpose: Purpose) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let Some(family) = [DEBIAN, FEDORA, ARCH].into_iter().find(|family| exists(family.manager))
    else {
        println!("      this distribution is not known here: README.md names what Zafu needs");
        return Ok(());
    };
    let wanted = match purpose {
        Purpose::Build => family.build.to_vec(),
        Purpose::Backend => family.backend.to_vec(),
        Purpose::Test => [family.build, family.backend, family.test].concat(),
    };
    let missing = missing(&family, &wanted);
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("{} {}", family.install, missing.join(" "));
    let Some(prefix) = privileges() else {
        bail!("Zafu needs packages of your system. Install them with:\nsudo {line}");
    };
    println!("      installing {}", missing.join(" "));
    if family.manager == "apt-get" {
        // A fresh image knows no packages at all; a stale list of one source is no reason to stop.
        shell(&format!("{prefix}apt-get update")).ok();
    }
    shell(&format!("{prefix}{line}"))
        .with_context(|| format!("the packages could not be installed; try: {prefix}{line}"))
}

/// Installs Node where that may be done. Whether it is there afterwards, and new enough, is looked at later.
pub fn install_node() {
    let family = [DEBIAN, FEDORA, ARCH].into_iter().find(|family| exists(family.manager));
    if let (Some(family), Some(prefix)) = (family, privileges()) {
        shell(&format!("{prefix}{} nodejs npm", family.install)).ok();
    }
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

fn shell(line: &str) -> Result<()> {
    let log = workspace::target()?.join("xtask").join("packages.log");
    std::fs::create_dir_all(log.parent().expect("a file in a folder"))?;
    let output = std::fs::File::options().create(true).append(true).open(&log)?;
    let status = Command::new("sh")
        .args(["-c", line])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()?;
    anyhow::ensure!(status.success(), "`{line}` ended with {status}, see {}", log.display());
    Ok(())
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
