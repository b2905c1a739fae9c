//! The licences and notices of every library that the programs and the window contain.

use crate::workspace::{metadata, ui};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The packages of npm that only building needs, and whose code or files the built window contains all the same.
const BUILT_INTO_WINDOW: [&str; 2] =
    ["node_modules/@fontsource-variable/figtree", "node_modules/svelte"];

/// The packages that the programs are built from.
const PROGRAMS: [&str; 2] = ["zafu", "zafu-cli"];

/// Returns one text: each package with its licence, then each notice with the packages that it belongs to.
///
/// # Errors
/// If a dependency cannot be found.
pub fn of_all_dependencies() -> Result<String> {
    let mut list = String::new();
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |name: String, licence: &str, folder: &Path| -> Result<()> {
        list.push_str(&format!("{name}: {licence}\n"));
        for text in notices(folder)? {
            texts.entry(text).or_default().insert(name.clone());
        }
        Ok(())
    };
    let metadata = metadata(&["--locked"])?;
    for package in linked(&metadata)? {
        if package["source"].is_null() {
            continue;
        }
        let text = |field: &str| package[field].as_str().unwrap_or_default();
        let folder =
            Path::new(text("manifest_path")).parent().context("a manifest has no folder")?;
        add(format!("{} {}", text("name"), text("version")), text("license"), folder)?;
    }
    let lock = fs::read(ui().join("package-lock.json")).context("ui/package-lock.json")?;
    let lock: Value = serde_json::from_slice(&lock)?;
    let npm_packages = lock["packages"].as_object().context("ui/package-lock.json lists none")?;
    for (path, package) in npm_packages {
        let is_built_in = BUILT_INTO_WINDOW.contains(&path.as_str());
        if path.is_empty() || package["dev"] == true && !is_built_in {
            continue;
        }
        let text = |field: &str| package[field].as_str().unwrap_or_default();
        let name = path.trim_start_matches("node_modules/");
        add(format!("{name} {}", text("version")), text("license"), &ui().join(path))?;
    }
    let mut whole = format!("Libraries in Zafu, and their licences\n\n{list}");
    for (text, owners) in texts {
        let owners: Vec<_> = owners.iter().map(String::as_str).collect();
        whole.push_str(&format!("\n{}\n{}\n\n{text}\n", "=".repeat(80), owners.join(", ")));
    }
    Ok(whole)
}

/// Returns all packages that are linked into the programs on any system: neither those of tests nor those of build
/// scripts.
fn linked(metadata: &Value) -> Result<Vec<&Value>> {
    let packages = by_id(&metadata["packages"])?;
    let nodes = by_id(&metadata["resolve"]["nodes"])?;
    let is_program = |package: &Value| {
        package["source"].is_null() && PROGRAMS.iter().any(|name| package["name"] == *name)
    };
    let mut queue: Vec<&str> =
        packages.iter().filter(|(_, it)| is_program(it)).map(|(id, _)| *id).collect();
    ensure!(queue.len() == PROGRAMS.len(), "cargo metadata does not list the programs");
    let mut found = BTreeMap::new();
    while let Some(id) = queue.pop() {
        let package = packages.get(id).with_context(|| format!("no package {id}"))?;
        if found.insert(id, *package).is_some() {
            continue;
        }
        let dependencies = nodes.get(id).and_then(|node| node["deps"].as_array());
        for dependency in dependencies.into_iter().flatten() {
            let kinds = dependency["dep_kinds"].as_array();
            let is_linked = kinds.is_some_and(|kinds| kinds.iter().any(|it| it["kind"].is_null()));
            if let (true, Some(id)) = (is_linked, dependency["pkg"].as_str()) {
                queue.push(id);
            }
        }
    }
    Ok(found.into_values().collect())
}

fn by_id(list: &Value) -> Result<BTreeMap<&str, &Value>> {
    let list = list.as_array().context("cargo metadata lists no packages")?;
    Ok(list.iter().filter_map(|it| Some((it["id"].as_str()?, it))).collect())
}

/// Returns the texts of the licence files in a package's folder.
fn notices(folder: &Path) -> Result<Vec<String>> {
    let mut texts = vec![];
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let is_notice = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"]
            .iter()
            .any(|it| name.starts_with(it));
        if is_notice && path.is_file() {
            texts.push(String::from_utf8_lossy(&fs::read(path)?).trim().replace('\r', ""));
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dependencies_of_tests_and_build_scripts_are_not_linked() {
        let package = |name: &str| json!({ "id": name, "name": name, "source": null });
        let dependency =
            |name: &str, kind: Value| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let packages = ["zafu", "zafu-cli", "linked", "below", "tests", "builds"].map(package);
        let metadata = json!({
            "packages": packages,
            "resolve": { "nodes": [
                { "id": "zafu", "deps": [
                    dependency("linked", Value::Null),
                    dependency("tests", json!("dev")),
                    dependency("builds", json!("build")),
                ] },
                { "id": "linked", "deps": [dependency("below", Value::Null)] },
                { "id": "below", "deps": [dependency("linked", Value::Null)] },
            ] },
        });
        let linked = linked(&metadata).unwrap();
        let names: Vec<_> = linked.iter().filter_map(|it| it["name"].as_str()).collect();
        assert_eq!(names, ["below", "linked", "zafu", "zafu-cli"]);
    }
}
