//! `cargo xtask package`: builds Zafu for release and bundles it into the packages of this system.
//!
//! Tauri's bundler writes the packages. This adds what it does not know: the command `zafu`, manual pages, shell
//! completions, metadata, licences, and the libraries that the programs are linked to.

mod changelog;
mod check;
mod libraries;
mod notices;
mod share;

use crate::packages::Purpose;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{self, cargo, metadata, root};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use share::Format;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What to package.
#[derive(clap::Args)]
pub struct Options {
    /// Formats, separated by commas: deb, rpm, appimage, nsis, app, dmg; by default those that this system can test
    #[arg(long, value_delimiter = ',')]
    bundles: Vec<String>,

    /// Run lintian and other checkers, then install, use, upgrade and remove the .deb in a clean Debian (as root)
    #[arg(long)]
    check: bool,
}

/// The icons that Linux desktops ask for, in pixels.
pub const LINUX_ICONS: [u32; 10] = [16, 22, 24, 32, 48, 64, 96, 128, 256, 512];

/// Builds both programs, bundles them, and copies the packages to `target/package/`.
///
/// # Errors
/// If something is missing, a build or the bundler fails, or a check finds something.
pub fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new()?;
    let purpose = if options.check { Purpose::PackageCheck } else { Purpose::Package };
    setup::prepare(purpose, &mut steps)?;
    let bundles = match options.bundles.as_slice() {
        [] => default_bundles()?,
        chosen => chosen.to_vec(),
    };
    ensure!(
        libraries::is_debian() || !bundles.iter().any(|it| it == "deb"),
        "a .deb is made on Debian, whose packages say which versions of libraries it needs"
    );
    let build = cargo(&["build", "--release", "--package", "zafu", "--package", "zafu-cli"]);
    ensure!(steps.command("release build", build), "Zafu was not built: see above");
    let project = Project::read()?;
    let folder = workspace::target()?.join("package");
    let built = workspace::target()?.join("release");
    let bundler = bundler(&project, &folder, &built, &bundles, &mut steps)?;
    ensure!(steps.command("bundles", bundler), "no package was made: see above");
    let packages = collect(&built.join("bundle"), &folder, &project.version)?;
    if options.check {
        check::run(&packages, &folder, &mut steps)?;
    }
    for package in packages {
        let size = fs::metadata(&package)?.len();
        println!("{} ({:.1} MB)", package.display(), size as f64 / 1e6);
    }
    steps.finish()
}

/// What the manifest of the app says about the project.
pub struct Project {
    pub version: String,
    /// The first author, with an address, as Debian wants it.
    pub maintainer: String,
    /// The public address of the repository, if there is one.
    pub repository: Option<String>,
}

impl Project {
    fn read() -> Result<Self> {
        let metadata = metadata(&["--no-deps"])?;
        let packages = metadata["packages"].as_array().context("cargo metadata lists none")?;
        let app = packages.iter().find(|it| it["name"] == "zafu").context("no package `zafu`")?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Ok(Self {
            version: text(&app["version"]).context("the app has no version")?,
            maintainer: text(&app["authors"][0]).context("the app names no author")?,
            repository: text(&app["repository"]).or_else(hosted_at),
        })
    }
}

/// Returns the address of the repository that a workflow on GitHub runs in.
fn hosted_at() -> Option<String> {
    let server = std::env::var("GITHUB_SERVER_URL").ok()?;
    let name = std::env::var("GITHUB_REPOSITORY").ok()?;
    Some(format!("{server}/{name}"))
}

/// Returns the formats that are made unless others are chosen. Only Debian can tell what a .deb depends on.
fn default_bundles() -> Result<Vec<String>> {
    let bundles: &[&str] = match std::env::consts::OS {
        "linux" if libraries::is_debian() => &["deb", "rpm"],
        "linux" => &["rpm"],
        "macos" => &["dmg"],
        "windows" => &["nsis"],
        system => anyhow::bail!("Zafu has no package for {system}"),
    };
    Ok(bundles.iter().map(|it| (*it).to_owned()).collect())
}

/// Writes everything that the bundler adds to the app below `folder`, and returns the bundler's command.
fn bundler(
    project: &Project,
    folder: &Path,
    built: &Path,
    bundles: &[String],
    steps: &mut Steps,
) -> Result<Command> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} is in use", folder.display()))?;
    }
    // The bundler keeps what it made before.
    let _ = fs::remove_dir_all(built.join("bundle"));
    // The bundler expects a second program under its name and the target, and packs it without the latter.
    let programs = folder.join("programs");
    fs::create_dir_all(&programs)?;
    let (zafu, suffix) = (programs.join("zafu"), std::env::consts::EXE_SUFFIX);
    let named = programs.join(format!("zafu-{}{suffix}", target_triple()?));
    let source = built.join(format!("zafu{suffix}"));
    fs::copy(&source, named).with_context(|| format!("{} was not built", source.display()))?;

    let notices = folder.join("third-party-licences.txt");
    fs::write(&notices, notices::of_all_dependencies()?)?;
    let mut bundle = json!({ "externalBin": [zafu], "homepage": project.repository });
    if cfg!(target_os = "linux") {
        let programs = [built.join("zafu-app"), source];
        let commands = folder.join("commands");
        let generate = cargo(&["run", "--package", "zafu-cli", "--example", "manual", "--"]);
        let generate = with(generate, &commands);
        ensure!(steps.command("manual pages", generate), "no manual pages were made: see above");
        let icons = LINUX_ICONS.map(|size| root().join(format!("icons/linux/{size}x{size}.png")));
        let template = root().join("packaging/linux/zafu.desktop");
        let share = |format| share::write(format, folder, project);
        let rpm_share = share(Format::Rpm)?;
        bundle["icon"] = json!(icons);
        bundle["linux"] = json!({
            "rpm": {
                "depends": libraries::for_rpm(&programs)?,
                "files": { "/usr/share": rpm_share },
                "desktopTemplate": template,
            },
            "appimage": { "files": { "/usr/share": rpm_share } },
        });
        if libraries::is_debian() {
            bundle["linux"]["deb"] = json!({
                "depends": libraries::for_debian(&programs, folder)?,
                "files": { "/usr/share": share(Format::Deb)? },
                "desktopTemplate": template,
                "section": "utils",
                "priority": "optional",
            });
        }
    } else {
        let mut resources = serde_json::Map::new();
        for licence in [root().join("LICENSE-MIT"), root().join("LICENSE-APACHE"), notices] {
            let name = licence.file_name().context("a licence has no name")?.to_string_lossy();
            resources.insert(licence.display().to_string(), json!(format!("licences/{name}")));
        }
        bundle["resources"] = Value::Object(resources);
    }
    let config = folder.join("bundle.json");
    fs::write(&config, serde_json::to_vec_pretty(&json!({ "bundle": bundle }))?)?;

    let mut command = Command::new("node");
    command
        .current_dir(root())
        .arg("packaging/node_modules/@tauri-apps/cli/tauri.js")
        // Nothing asks which package a program came from, so the programs stay as they were built.
        .args(["bundle", "--ci", "--no-binary-patching", "--bundles", &bundles.join(",")])
        .arg("--config")
        .arg(config);
    Ok(command)
}

fn with(mut command: Command, argument: &Path) -> Command {
    command.arg(argument);
    command
}

/// Returns the name of the target that cargo builds for, as `x86_64-unknown-linux-gnu`.
fn target_triple() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    output(Command::new(rustc).args(["--print", "host-tuple"])).map(|it| it.trim().to_owned())
}

/// Copies the packages out of the bundler's folders.
fn collect(bundles: &Path, folder: &Path, version: &str) -> Result<Vec<PathBuf>> {
    let mut packages = vec![];
    for kind in fs::read_dir(bundles)? {
        for entry in fs::read_dir(kind?.path())? {
            let (path, name) = entry.map(|it| (it.path(), it.file_name()))?;
            if path.is_file() && name.to_string_lossy().contains(version) {
                let package = folder.join(name);
                fs::copy(path, &package)?;
                packages.push(package);
            }
        }
    }
    ensure!(!packages.is_empty(), "{} has no packages", bundles.display());
    packages.sort();
    Ok(packages)
}

/// Runs a command and returns what it prints.
fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{program} cannot be started"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} failed: {}", error.trim());
    String::from_utf8(output.stdout).with_context(|| format!("{program} prints no UTF-8"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn every_package_opens_the_links_of_invitations() {
        // The bundler registers the scheme in the property list of macOS and in the registry of Windows.
        let config = include_str!("../../tauri.conf.json");
        let config: Value = serde_json::from_str(config).unwrap();
        assert_eq!(config["plugins"]["deep-link"]["desktop"]["schemes"], json!(["zafu"]));
        // The template of Linux is ours.
        let desktop = include_str!("../../packaging/linux/zafu.desktop");
        let entry = desktop.split("[Desktop Action").next().unwrap();
        for line in ["MimeType=x-scheme-handler/zafu;", "Exec=zafu-app %u"] {
            assert!(entry.lines().any(|it| it == line), "{line} is missing in {entry}");
        }
    }
}
