//! What packages for Linux install below `/usr/share`, besides the desktop entry and the icons that are not SVG.

use super::{Project, changelog, output};
use crate::workspace::root;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A kind of package; each has folders of its own for completions and licences.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Deb,
    Rpm,
}

/// The folder of the manual pages of each language, and the source of the page of the app.
const MANUALS: [(&str, &str); 2] = [("man/man1", "zafu-app.1"), ("man/de/man1", "zafu-app.de.1")];

/// Writes the tree of a format, from what was generated in `folder`, and returns its path.
///
/// # Errors
/// If a source is missing or a file cannot be written.
pub fn write(format: Format, folder: &Path, project: &Project) -> Result<PathBuf> {
    let (name, zsh) = match format {
        Format::Deb => ("share-deb", "zsh/vendor-completions"),
        Format::Rpm => ("share-rpm", "zsh/site-functions"),
    };
    let share = folder.join(name);
    let commands = folder.join("commands");
    let install = |from: &Path, to: &str| copy(from, &share.join(to));
    install(&commands.join("zafu.bash"), "bash-completion/completions/zafu")?;
    install(&commands.join("zafu.fish"), "fish/vendor_completions.d/zafu.fish")?;
    install(&commands.join("_zafu"), &format!("{zsh}/_zafu"))?;
    for (manual, app) in MANUALS {
        for entry in fs::read_dir(commands.join(manual))? {
            let path = entry?.path();
            let name = path.file_name().context("a manual page has no name")?.to_string_lossy();
            install(&path, &format!("{manual}/{name}"))?;
        }
        let app = root().join("packaging/linux").join(app);
        install(&app, &format!("{manual}/zafu-app.1"))?;
    }
    install(&root().join("icons/zafu.svg"), "icons/hicolor/scalable/apps/zafu-app.svg")?;
    let day = release_day()?;
    let metainfo = fs::read_to_string(root().join("packaging/linux/app.zafu.Zafu.metainfo.xml"))?;
    let metainfo = filled(&metainfo, &project.version, &day, project.repository.as_deref())?;
    put(&share.join("metainfo/app.zafu.Zafu.metainfo.xml"), &metainfo)?;
    let notices = folder.join("third-party-licences.txt");
    match format {
        Format::Deb => {
            install(&root().join("packaging/linux/copyright"), "doc/zafu/copyright")?;
            install(&notices, "doc/zafu/third-party-licences.txt")?;
            let text = fs::read_to_string(root().join("CHANGELOG.md"))?;
            let unreleased = (project.version.as_str(), day.as_str());
            let debian = changelog::to_debian(&text, &project.maintainer, unreleased, rfc_2822)?;
            put(&share.join("doc/zafu/changelog"), &debian)?;
            compress(&share.join("doc/zafu"), |name| name != "copyright")?;
        }
        Format::Rpm => {
            install(&root().join("LICENSE-MIT"), "licenses/zafu/LICENSE-MIT")?;
            install(&root().join("LICENSE-APACHE"), "licenses/zafu/LICENSE-APACHE")?;
            install(&notices, "licenses/zafu/third-party-licences.txt")?;
        }
    }
    for (manual, _) in MANUALS {
        compress(&share.join(manual), |_| true)?;
    }
    Ok(share)
}

/// Returns the day that a package states: the one of the commit, so that each build of it is the same.
fn release_day() -> Result<String> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => seconds,
        Err(_) => {
            output(Command::new("git").current_dir(root()).args(["log", "-1", "--format=%ct"]))
                .context("the date of the commit is not known: set SOURCE_DATE_EPOCH")?
        }
    };
    date(&format!("@{}", seconds.trim()), "+%F")
}

fn rfc_2822(day: &str) -> Result<String> {
    date(day, "+%a, %d %b %Y %T %z")
}

fn date(when: &str, format: &str) -> Result<String> {
    let mut command = Command::new("date");
    command.env("LC_ALL", "C").args(["--utc", "--date", when, format]);
    output(&mut command).map(|it| it.trim().to_owned())
}

/// Fills in the template of the metainfo file. Addresses are left out while the repository has none.
fn filled(template: &str, version: &str, day: &str, repository: Option<&str>) -> Result<String> {
    const PUBLIC: &str = "  <!-- PUBLIC -->\n";
    const END: &str = "  <!-- END -->\n";
    let parts = template.split_once(PUBLIC).zip(template.split_once(END));
    let Some(((before, _), (_, after))) = parts else {
        bail!("the metainfo file has no {PUBLIC} and {END}")
    };
    let text = match repository {
        Some(address) => {
            template.replace(PUBLIC, "").replace(END, "").replace("@REPOSITORY@", address)
        }
        None => format!("{before}{after}"),
    };
    // The first comment explains the template.
    let (declaration, rest) = text.split_once("<!--").context("the metainfo has no comment")?;
    let (_, rest) = rest.split_once("-->\n").context("the metainfo's comment has no end")?;
    Ok(format!("{declaration}{rest}").replace("@VERSION@", version).replace("@DATE@", day))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("{} cannot be read", from.display()))?;
    put(to, bytes)
}

fn put(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// Compresses the files of a folder that `chosen` accepts, as Debian and Fedora want it.
fn compress(folder: &Path, chosen: impl Fn(&str) -> bool) -> Result<()> {
    let mut gzip = Command::new("gzip");
    gzip.args(["-9", "--no-name"]);
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if chosen(&path.file_name().unwrap_or_default().to_string_lossy()) {
            gzip.arg(path);
        }
    }
    let status = gzip.status().context("gzip cannot be started")?;
    ensure!(status.success(), "gzip failed in {}", folder.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = include_str!("../../../packaging/linux/app.zafu.Zafu.metainfo.xml");

    #[test]
    fn the_metainfo_has_screenshots_only_with_a_url() {
        let public =
            filled(TEMPLATE, "1.2.3", "2026-12-01", Some("https://zafu.invalid/zafu")).unwrap();
        assert!(public.contains("https://zafu.invalid/zafu/raw/HEAD/docs/sit.png"), "{public}");
        assert!(public.contains(r#"version="1.2.3" date="2026-12-01""#), "{public}");
        let private = filled(TEMPLATE, "1.2.3", "2026-12-01", None).unwrap();
        assert!(!private.contains("screenshot"), "{private}");
        for text in [public, private] {
            assert!(!text.contains('@') && !text.contains("<!--"), "{text}");
        }
    }
}
