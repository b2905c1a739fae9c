//! `cargo xtask licences`: that every dependency may be shipped with Zafu, in Rust and in npm.
//!
//! Allowed are licences that ask for no more than a notice, and MPL-2.0, whose files we do not change.

use crate::workspace::{metadata, root};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fs;

const ALLOWED: [&str; 17] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// npm packages that only build, check or document the screens and are not shipped: attribution suffices.
const ALLOWED_TOOLS: [&str; 3] = ["CC-BY-3.0", "CC-BY-4.0", "Python-2.0"];

/// Where npm packages come from.
const NPM_LOCKS: [&str; 2] = ["ui/package-lock.json", "supabase/local/package-lock.json"];

/// Checks them all.
///
/// # Errors
/// With every dependency whose licence is missing or not allowed.
pub fn run() -> Result<()> {
    let mut refused = vec![];
    let mut count = crates(&mut refused)?;
    for lock in NPM_LOCKS {
        count += npm_packages(lock, &mut refused)?;
    }
    if refused.is_empty() {
        println!("      {count} dependencies, all with allowed licences");
        return Ok(());
    }
    bail!(
        "these licences are not allowed (see ALLOWED in xtask/src/licences.rs):\n{}",
        refused.join("\n")
    );
}

/// Every crate that any target or feature of the workspace can reach.
fn crates(refused: &mut Vec<String>) -> Result<usize> {
    let metadata = metadata(&["--all-features"])?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let foreign: Vec<&Value> = packages.iter().filter(|it| !it["source"].is_null()).collect();
    for package in &foreign {
        let licence = package["license"].as_str();
        if !licence.is_some_and(|licence| is_allowed(licence, &ALLOWED)) {
            refused.push(describe("crate", &package["name"], &package["version"], licence));
        }
    }
    Ok(foreign.len())
}

/// Every npm package in a lock file. The lock must not say where they come from either: an address in
/// it would bind every clone to one registry.
fn npm_packages(lock: &str, refused: &mut Vec<String>) -> Result<usize> {
    let text =
        fs::read_to_string(root().join(lock)).with_context(|| format!("{lock} cannot be read"))?;
    let parsed: Value =
        serde_json::from_str(&text).with_context(|| format!("{lock} is not JSON"))?;
    let packages =
        parsed["packages"].as_object().with_context(|| format!("{lock} lists no packages"))?;
    ensure!(
        packages.values().all(|package| package.get("resolved").is_none()),
        "{lock} names a registry's address: npm install --omit-lockfile-registry-resolved"
    );
    let folder = root().join(lock).parent().expect("a lock lies in a folder").to_owned();
    for (path, package) in packages.iter().filter(|(path, _)| !path.is_empty()) {
        // Most say it in the lock; a few only in what was installed.
        let installed =
            fs::read_to_string(folder.join(path).join("package.json")).unwrap_or_default();
        let installed: Value = serde_json::from_str(&installed).unwrap_or_default();
        let name = path.rsplit_once("node_modules/").map_or(path.as_str(), |(_, name)| name);
        let licence = package["license"].as_str().or_else(|| installed["license"].as_str());
        let is_tool = package["dev"] == true;
        let is_fine = licence.is_some_and(|licence| {
            is_allowed(licence, &ALLOWED) || (is_tool && is_allowed(licence, &ALLOWED_TOOLS))
        });
        if !is_fine {
            refused.push(describe("npm", &name.into(), &package["version"], licence));
        }
    }
    Ok(packages.len().saturating_sub(1))
}

fn describe(kind: &str, name: &Value, version: &Value, licence: Option<&str>) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    format!("{kind} {} {}: {}", word(name), word(version), licence.unwrap_or("says none"))
}

/// Whether an SPDX expression can be met with these licences: of an OR one side, of an AND both.
/// A slash is how old manifests write OR.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, at: 0, allowed };
    parser.either() == Some(true) && parser.at == words.len()
}

struct Parser<'a> {
    words: &'a [&'a str],
    at: usize,
    allowed: &'a [&'a str],
}

/// Each answers `None` where the expression cannot be read, and reads on where the answer is known already.
impl<'a> Parser<'a> {
    fn either(&mut self) -> Option<bool> {
        let mut met = self.both()?;
        while self.take("OR") {
            met |= self.both()?;
        }
        Some(met)
    }

    fn both(&mut self) -> Option<bool> {
        let mut met = self.one()?;
        while self.take("AND") {
            met &= self.one()?;
        }
        Some(met)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let met = self.either()?;
            return self.take(")").then_some(met);
        }
        let name = self.word()?;
        if !self.take("WITH") {
            return Some(self.allowed.contains(&name));
        }
        let granted = format!("{name} WITH {}", self.word()?);
        Some(self.allowed.contains(&name) || self.allowed.contains(&granted.as_str()))
    }

    fn word(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.at).copied()?;
        self.at += 1;
        Some(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let is_next = self.words.get(self.at) == Some(&word);
        self.at += usize::from(is_next);
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, is_allowed};

    #[test]
    fn one_side_of_an_or_suffices() {
        assert!(is_allowed("GPL-3.0-only OR MIT", &ALLOWED));
        assert!(is_allowed("MIT OR GPL-3.0-only", &ALLOWED));
        assert!(is_allowed("MIT/Apache-2.0", &ALLOWED));
    }

    #[test]
    fn an_and_needs_both_sides() {
        assert!(is_allowed("(MIT OR GPL-2.0) AND Unicode-3.0", &ALLOWED));
        assert!(!is_allowed("MIT AND GPL-2.0", &ALLOWED));
    }

    #[test]
    fn an_exception_only_grants_more() {
        assert!(is_allowed("Apache-2.0 WITH LLVM-exception", &ALLOWED));
        assert!(!is_allowed("GPL-3.0 WITH GCC-exception-3.1", &ALLOWED));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for expression in ["", "MIT OR", "(MIT", "MIT Apache-2.0", "SEE LICENSE IN LICENSE"] {
            assert!(!is_allowed(expression, &ALLOWED), "{expression}");
        }
    }
}
