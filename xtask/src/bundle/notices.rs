//! The licences and notices of every library that the programs and the window contain.

use crate::workspace::{metadata, root, ui};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The packages of npm that only building needs, and whose code or files the built window contains all the same.
const BUILT_INTO_WINDOW: [&str; 2] =
    ["node_modules/@fontsource-variable/figtree", "node_modules/svelte"];

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
    let packages = by_id(&metadata["packages"])?;
    for id in linked(&metadata["resolve"])? {
        let package = packages.get(id.as_str()).with_context(|| format!("no package {id}"))?;
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

fn by_id(packages: &Value) -> Result<BTreeMap<&str, &Value>> {
    let packages = packages.as_array().context("cargo metadata lists no packages")?;
    Ok(packages.iter().filter_map(|it| Some((it["id"].as_str()?, it))).collect())
}

/// Returns the IDs of all packages that are linked into the programs: dependencies of any system, but neither those of
/// tests nor those of build scripts.
fn linked(resolve: &Value) -> Result<BTreeSet<String>> {
    let nodes = resolve["nodes"].as_array().context("cargo metadata resolves nothing")?;
    let nodes: BTreeMap<_, _> =
        nodes.iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let app = format!("path+file://{}", root().display());
    let is_program =
        |id: &&&str| id.starts_with(&app) && (id.contains("zafu@") || id.contains("crates/cli"));
    let mut open: Vec<&str> = nodes.keys().filter(is_program).copied().collect();
    ensure!(!open.is_empty(), "cargo metadata does not list the programs");
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !found.insert(id.to_owned()) {
            continue;
        }
        for dependency in
            nodes.get(id).and_then(|node| node["deps"].as_array()).into_iter().flatten()
        {
            let kinds = dependency["dep_kinds"].as_array();
            let is_linked = kinds.is_some_and(|kinds| kinds.iter().any(|it| it["kind"].is_null()));
            if let (true, Some(id)) = (is_linked, dependency["pkg"].as_str()) {
                open.push(id);
            }
        }
    }
    Ok(found)
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
