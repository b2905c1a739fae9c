//! What the documents name is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of Rust below `folder`, but for what was built.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() && !["target", "node_modules", ".git"].iter().any(|it| name == *it) {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs" || it == "sql") {
            found.push(path);
        }
    }
}

#[test]
fn every_test_that_the_list_of_faults_names_is_there() {
    let list = fs::read_to_string(root().join("docs/faults.md")).unwrap();
    let named: BTreeSet<&str> = list
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains('_') && !name.contains(['/', ' ', '.']))
        .collect();
    assert!(named.len() > 80, "only {} tests are named", named.len());
    let mut files = vec![];
    sources(&root(), &mut files);
    let texts: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    // A rule of the contract is a word of a macro's, a test of the command a function of its own.
    let is_there = |name: &&str| texts.iter().any(|text| text.contains(name));
    let missing: Vec<_> = named.iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "docs/faults.md names tests that are not there: {missing:?}");
}
