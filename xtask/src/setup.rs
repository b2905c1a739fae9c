//! Makes a machine ready: system packages, Node, what npm installs, and the built screens.
//!
//! All of it is done only when something changed since the last time, so that running again is quick.

use crate::packages::{self, Purpose};
use crate::steps::Steps;
use crate::workspace::{self, npm};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Node that Vite runs on.
const NODE: u32 = 20;

/// Where npm installs the parts of the real backend.
const BACKEND: &str = "supabase/local";

/// Everything that building needs, and testing too if asked.
///
/// # Errors
/// With what is missing and how to get it.
pub fn ready(purpose: Purpose, steps: &mut Steps) -> Result<()> {
    let done = steps.check("system packages", || packages::ensure(purpose));
    ensure!(done, "the system lacks packages: see above");
    match purpose {
        Purpose::Build => ui(steps),
        Purpose::Backend => {
            ensure_node(steps)?;
            npm_ci(BACKEND, steps)
        }
        Purpose::Test => {
            ui(steps)?;
            npm_ci(BACKEND, steps)
        }
        Purpose::Screens => {
            ensure_node(steps)?;
            npm_ci("ui", steps)
        }
    }
}

/// What the app includes of the screens, built.
///
/// # Errors
/// If Node is missing, or they do not build.
pub fn ui(steps: &mut Steps) -> Result<()> {
    ensure_node(steps)?;
    npm_ci("ui", steps)?;
    build_ui(steps)
}

fn ensure_node(steps: &mut Steps) -> Result<()> {
    ensure!(steps.check("node", node), "Node is missing or too old: see above");
    Ok(())
}

/// That Node is there and new enough.
fn node() -> Result<()> {
    let installed = if node_version().is_none() { packages::install_node() } else { Ok(()) };
    match node_version() {
        Some((major, _)) if major >= NODE => Ok(()),
        Some((_, version)) => {
            bail!("Zafu needs Node {NODE} or newer, this is {version}: get it from nodejs.org")
        }
        None => {
            installed?;
            bail!("Zafu needs Node {NODE} or newer and npm: get them from nodejs.org")
        }
    }
}

fn node_version() -> Option<(u32, String)> {
    let output = Command::new("node").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    let major = version.strip_prefix('v')?.split('.').next()?.parse().ok()?;
    Some((major, version))
}

/// `npm ci` where the lock file is not the one that was installed.
fn npm_ci(folder: &str, steps: &mut Steps) -> Result<()> {
    let folder_path = workspace::root().join(folder);
    let lock = fs::read(folder_path.join("package-lock.json"))
        .with_context(|| format!("{folder}/package-lock.json: is this clone complete?"))?;
    // Inside node_modules, so that deleting that folder forgets it.
    let installed = folder_path.join("node_modules").join(".installed-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let name = format!("npm ci in {folder}");
    let done = steps.command(&name, npm(&folder_path, &["ci", "--no-audit", "--no-fund"]));
    ensure!(done, "{name} failed: see above");
    fs::create_dir_all(folder_path.join("node_modules"))?;
    fs::write(&installed, lock)
        .with_context(|| format!("{} cannot be written", installed.display()))
}

/// `npm run build` where the sources of the screens are not the ones that were built.
fn build_ui(steps: &mut Steps) -> Result<()> {
    let stamp = workspace::target()?.join("xtask").join("ui-dist.stamp");
    let is_fresh = workspace::ui().join("dist").join("index.html").exists()
        && fs::read_to_string(&stamp).is_ok_and(|built| built == fingerprint());
    if is_fresh {
        return Ok(());
    }
    let done = steps.command("ui: build", npm(&workspace::ui(), &["run", "build"]));
    ensure!(done, "the UI was not built: see above");
    // After the build, which writes generated sources of its own.
    fs::write(&stamp, fingerprint())
        .with_context(|| format!("{} cannot be written", stamp.display()))
}

/// Returns a hash of every source of the screens: `ui` and the message catalogue.
fn fingerprint() -> String {
    let mut files = vec![];
    collect(&workspace::ui(), &mut files);
    collect(&workspace::root().join("messages"), &mut files);
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(&file).unwrap_or_default().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                let name = entry.file_name();
                if !["node_modules", "dist", "dist-demo", "coverage"]
                    .iter()
                    .any(|skipped| name == *skipped)
                {
                    collect(&path, files);
                }
            }
            _ => files.push(path),
        }
    }
}
