//! The libraries that the programs are linked to, as packages name them.

use super::output;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packages that the bundler adds by itself, without a version.
const ADDED_BY_BUNDLER: [&str; 2] = ["libgtk-3-0", "libwebkit2gtk-4.1-0"];

/// Whether this is Debian or a child of it, whose packages say which version of a library a program needs.
pub fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists()
}

/// Returns the packages of Debian that the programs need, each with its lowest version.
///
/// # Errors
/// If `dpkg-shlibdeps` fails or does not know a library.
pub fn for_debian(programs: &[PathBuf], folder: &Path) -> Result<Vec<String>> {
    // It wants a source package around it.
    let source = folder.join("source");
    fs::create_dir_all(source.join("debian"))?;
    fs::write(source.join("debian/control"), "Source: zafu\n\nPackage: zafu\nArchitecture: any\n")?;
    let printed =
        output(Command::new("dpkg-shlibdeps").current_dir(source).arg("-O").args(programs))?;
    let depends = printed.trim().strip_prefix("shlibs:Depends=");
    let depends = depends.context("dpkg-shlibdeps names no packages")?.split(", ");
    let is_added =
        |package: &str| ADDED_BY_BUNDLER.contains(&package.split(' ').next().unwrap_or_default());
    Ok(depends.filter(|package| !is_added(package)).map(str::to_owned).collect())
}

/// Returns the libraries that the programs need by the names that rpm knows them under, whatever the distribution.
///
/// # Errors
/// If `readelf` fails.
pub fn for_rpm(programs: &[PathBuf]) -> Result<BTreeSet<String>> {
    let printed = output(Command::new("readelf").args(["--wide", "--dynamic"]).args(programs))?;
    let mut needed: BTreeSet<_> = printed.lines().filter_map(library).collect();
    let printed =
        output(Command::new("readelf").args(["--wide", "--version-info"]).args(programs))?;
    if let Some(version) = printed.split_whitespace().filter_map(glibc).max() {
        needed.insert(format!("libc.so.6(GLIBC_{}.{})(64bit)", version.0, version.1));
    }
    Ok(needed)
}

/// Reads a line as ` 0x01 (NEEDED)  Shared library: [libasound.so.2]`.
fn library(line: &str) -> Option<String> {
    let name = line.split_once("(NEEDED)")?.1.split_once('[')?.1.split_once(']')?.0;
    // The loader is not a library of its own in rpm's eyes.
    (!name.starts_with("ld-linux")).then(|| format!("{name}()(64bit)"))
}

/// Reads `GLIBC_2.34`.
fn glibc(word: &str) -> Option<(u32, u32)> {
    let (major, minor) = word.strip_prefix("GLIBC_")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_named_as_rpm_names_it() {
        let line = " 0x0000000000000001 (NEEDED)             Shared library: [libasound.so.2]";
        assert_eq!(library(line).as_deref(), Some("libasound.so.2()(64bit)"));
        let loader = " 0x0000000000000001 (NEEDED) Shared library: [ld-linux-x86-64.so.2]";
        assert_eq!(library(loader), None);
        assert_eq!(library(" 0x0000000000000015 (DEBUG)              0x0"), None);
    }

    #[test]
    fn versions_of_glibc_are_compared_as_numbers() {
        let words = ["GLIBC_2.4", "GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_PRIVATE", "GCC_3.0"];
        assert_eq!(words.into_iter().filter_map(glibc).max(), Some((2, 34)));
    }
}
