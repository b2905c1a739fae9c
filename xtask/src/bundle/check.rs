//! Checks packages: first as files, then by using the .deb in a clean Debian.

use crate::steps::Steps;
use crate::workspace::root;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the checkers of Debian and freedesktop.org, then installs, uses, upgrades and removes the .deb.
///
/// # Errors
/// If a step cannot be recorded. A step that fails is named at the end.
pub fn run(packages: &[PathBuf], folder: &Path, steps: &mut Steps) -> Result<()> {
    let command = |program: &str, arguments: &[&str], file: &Path| {
        let mut command = Command::new(program);
        command.args(arguments).arg(file);
        command
    };
    steps.command(
        "desktop-file-validate",
        command("desktop-file-validate", &[], &root().join("packaging/linux/zafu.desktop")),
    );
    let metainfo = folder.join("share-rpm/metainfo/app.zafu.Zafu.metainfo.xml");
    steps.command(
        "appstreamcli validate",
        command("appstreamcli", &["validate", "--no-net"], &metainfo),
    );
    let Some(deb) = packages.iter().find(|it| it.extension().is_some_and(|it| it == "deb")) else {
        steps.skip("lintian", "there is no .deb: dpkg-shlibdeps and lintian need Debian");
        return Ok(());
    };
    let lintian = ["--fail-on", "error,warning", "--allow-root", "--tag-display-limit", "0"];
    steps.command("lintian", command("lintian", &lintian, deb));
    let script = root().join("packaging/linux/check-install.sh");
    steps.command("install in a clean Debian", command("bash", &[&script.to_string_lossy()], deb));
    Ok(())
}
