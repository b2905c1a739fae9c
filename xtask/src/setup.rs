//! Prepares a machine: system packages, Node, npm packages, and the built UI.
//!
//! Each part runs only if something has changed since the last time.

use crate::packages::{self, Purpose};
use crate::steps::Steps;
use crate::workspace::{self, npm};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest major version of Node that Vite supports.
const NODE: u32 = 20;

/// The folder of the UI.
const UI: &str = "ui";

/// The folder with the npm packages of the real backend.
const BACKEND: &str = "supabase/local";

/// The folder with the npm package of the bundler.
const PACKAGING: &str = "packaging";

/// Every folder with npm packages.
pub const NPM_FOLDERS: [&str; 3] = [UI, BACKEND, PACKAGING];

/// Installs and builds everything that a purpose needs.
///
/// # Errors
/// If something is missing and cannot be installed; a failed step says how to get it.
pub fn prepare(purpose: Purpose, steps: &mut Steps) -> Result<()> {
    let is_done = steps.check("system packages", || packages::ensure(purpose));
    ensure!(is_done, "system packages are missing: see above");
    match purpose {
        Purpose::Build => prepare_ui(steps),
        Purpose::Backend => {
            ensure_node(steps)?;
            npm_ci(BACKEND, steps)
        }
        Purpose::Test => {
            prepare_ui(steps)?;
            npm_ci(BACKEND, steps)
        }
        Purpose::Screens => {
            ensure_node(steps)?;
            npm_ci(UI, steps)
        }
        Purpose::Package | Purpose::PackageCheck => {
            prepare_ui(steps)?;
            npm_ci(PACKAGING, steps)
        }
    }
}

/// Builds the UI that the app includes.
///
/// # Errors
/// If Node is missing, or the build fails.
pub fn prepare_ui(steps: &mut Steps) -> Result<()> {
    ensure_node(steps)?;
    npm_ci(UI, steps)?;
    build_ui(steps)
}

fn ensure_node(steps: &mut Steps) -> Result<()> {
    ensure!(steps.check("node", node), "Node is missing or too old: see above");
    Ok(())
}

/// Checks that Node is installed and new enough, and installs it if it is missing.
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

/// Runs `npm ci` if the lock file has changed since the last time.
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
    let is_done = steps.command(&name, npm(&folder_path, &["ci", "--no-audit", "--no-fund"]));
    ensure!(is_done, "{name} failed: see above");
    fs::create_dir_all(folder_path.join("node_modules"))?;
    fs::write(&installed, lock)
        .with_context(|| format!("{} cannot be written", installed.display()))
}

/// Runs `npm run build` if the sources of the UI have changed since the last time.
fn build_ui(steps: &mut Steps) -> Result<()> {
    let stamp = workspace::target()?.join("xtask").join("ui-dist.stamp");
    let is_fresh = workspace::ui().join("dist").join("index.html").exists()
        && fs::read_to_string(&stamp).is_ok_and(|built| built == fingerprint());
    if is_fresh {
        return Ok(());
    }
    let is_done = steps.command("ui: build", npm(&workspace::ui(), &["run", "build"]));
    ensure!(is_done, "the UI was not built: see above");
    // After the build, because it generates sources.
    fs::write(&stamp, fingerprint())
        .with_context(|| format!("{} cannot be written", stamp.display()))
}

/// Returns a hash of every source of the UI: `ui` and the message catalogue.
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
