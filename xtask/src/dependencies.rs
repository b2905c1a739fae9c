//! `cargo xtask licences` and `cargo xtask advisories`: whether every dependency may be shipped, and whether one has a
//! known fault.
//!
//! cargo-deny checks the crates against `deny.toml`. The npm packages are checked here, from their lock files: npm's
//! tools see only the packages that this system installs, and a lock file names those of every system.

use crate::setup::NPM_FOLDERS;
use crate::steps::Steps;
use crate::tools::DENY;
use crate::workspace::root;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};
use std::fs;

/// Licences that ask for no more than a notice, and MPL-2.0, whose files we do not change.
const ALLOWED: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Unlicense",
];

/// Checks licences, bans and sources.
///
/// # Errors
/// If the logs cannot be written. Failed checks end the process with 1.
pub fn licences() -> Result<()> {
    let mut steps = Steps::new()?;
    check_licences(&mut steps);
    steps.finish()
}

/// Checks licences, bans and sources, as steps of a longer run.
pub fn check_licences(steps: &mut Steps) {
    const WHAT: [&str; 5] = ["--locked", "check", "bans", "licenses", "sources"];
    DENY.step("dependencies: crates", &WHAT, steps);
    steps.check("dependencies: npm packages", check_npm_packages);
}

/// Checks whether a crate has a known fault. It fetches the database of advisories from GitHub.
///
/// # Errors
/// If the database cannot be fetched, or an advisory is not in `deny.toml`.
pub fn advisories() -> Result<()> {
    let mut deny = DENY.command(&mut Steps::quiet()?)?;
    let status = deny.args(["--locked", "check", "advisories"]).status()?;
    ensure!(status.success(), "the advisories could not be fetched, or one concerns us: see above");
    Ok(())
}

/// Checks every npm package of every lock file.
fn check_npm_packages() -> Result<()> {
    let mut rejected = vec![];
    for folder in NPM_FOLDERS {
        let lock = &format!("{folder}/package-lock.json");
        let text = fs::read_to_string(root().join(lock))
            .with_context(|| format!("{lock} cannot be read"))?;
        let lock_file =
            serde_json::from_str(&text).with_context(|| format!("{lock} is not JSON"))?;
        rejected.extend(check_lock(lock, &lock_file)?);
    }
    if !rejected.is_empty() {
        bail!(
            "these licences are not allowed (see ALLOWED in xtask/src/dependencies.rs):\n{}",
            rejected.join("\n")
        );
    }
    Ok(())
}

/// Returns the packages of a lock file whose licence is missing or not allowed.
///
/// # Errors
/// If the file says where packages come from: an address would bind every clone to one registry.
fn check_lock(lock: &str, lock_file: &Value) -> Result<Vec<String>> {
    let packages =
        lock_file["packages"].as_object().with_context(|| format!("{lock} lists no packages"))?;
    ensure!(
        packages.values().all(|package| package.get("resolved").is_none()),
        "{lock} names a registry's address: npm install --omit-lockfile-registry-resolved"
    );
    let mut rejected = vec![];
    for (path, package) in packages.iter().filter(|(path, _)| !path.is_empty()) {
        let licence = package["license"].as_str().unwrap_or("no licence");
        if !is_allowed(licence) {
            let version = package["version"].as_str().unwrap_or("without version");
            rejected.push(format!("{lock}: {path} {version}: {licence}"));
        }
    }
    Ok(rejected)
}

/// Whether an SPDX expression can be met with the allowed licences. Old manifests write a slash for OR.
fn is_allowed(expression: &str) -> bool {
    let allowed: Vec<_> = ALLOWED.iter().filter_map(|name| Licensee::parse(name).ok()).collect();
    Expression::parse_mode(expression, ParseMode::LAX)
        .is_ok_and(|it| it.evaluate(|wanted| allowed.iter().any(|one| one.satisfies(wanted))))
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, check_lock, is_allowed};
    use serde_json::json;
    use spdx::Licensee;

    #[test]
    fn one_side_of_an_or_suffices() {
        assert!(is_allowed("GPL-3.0-only OR MIT"));
        assert!(is_allowed("MIT OR GPL-3.0-only"));
        assert!(is_allowed("MIT/Apache-2.0"));
    }

    #[test]
    fn an_and_needs_both_sides() {
        assert!(is_allowed("(MIT OR GPL-2.0-only) AND BSD-3-Clause"));
        assert!(!is_allowed("MIT AND GPL-2.0-only"));
    }

    #[test]
    fn an_exception_makes_no_other_licence_allowed() {
        assert!(!is_allowed("GPL-3.0-only WITH GCC-exception-3.1"));
    }

    #[test]
    fn an_expression_that_cannot_be_parsed_is_rejected() {
        for expression in ["", "MIT OR", "(MIT", "MIT Apache-2.0", "SEE LICENSE IN LICENSE"] {
            assert!(!is_allowed(expression), "{expression}");
        }
    }

    #[test]
    fn every_allowed_licence_is_one_of_spdx() {
        for name in ALLOWED {
            assert!(Licensee::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_package_without_an_allowed_licence_is_named() {
        let lock = json!({ "packages": {
            "": {},
            "node_modules/a": { "version": "1.0.0", "license": "MIT" },
            "node_modules/a/node_modules/b": { "version": "2.0.0", "license": "GPL-3.0-only" },
            "node_modules/c": { "version": "3.0.0" },
        }});
        let rejected = check_lock("lock.json", &lock).unwrap();
        assert_eq!(
            rejected,
            [
                "lock.json: node_modules/a/node_modules/b 2.0.0: GPL-3.0-only",
                "lock.json: node_modules/c 3.0.0: no licence",
            ]
        );
    }

    #[test]
    fn a_lock_file_that_names_a_registry_is_rejected() {
        let lock = json!({ "packages": {
            "node_modules/a": { "license": "MIT", "resolved": "https://npm.example/a.tgz" },
        }});
        let error = check_lock("lock.json", &lock).unwrap_err().to_string();
        assert!(error.starts_with("lock.json names a registry's address"), "{error}");
    }
}
