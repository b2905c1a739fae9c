//! The list of faults in `docs/faults.md` is no promise: what it names is there.

use std::fs;
use std::path::Path;

/// All that is written in Rust below a folder.
fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let is_ours = !["node_modules", "target"].iter().any(|it| path.ends_with(it));
        if path.is_dir() && is_ours {
            sources(&path, all);
        } else if path.extension().is_some_and(|it| it == "rs") {
            *all += &fs::read_to_string(path).unwrap();
        }
    }
}

#[test]
fn every_fault_is_listed_and_every_test_that_is_named_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = fs::read_to_string(root.join("docs/faults.md")).unwrap();
    let mut tests = String::new();
    for folder in ["src-tauri", "supabase/local/tests", "tests"] {
        sources(&root.join(folder), &mut tests);
    }
    let mut numbers = Vec::new();
    for line in list.lines() {
        let number = line.split('|').nth(1).and_then(|cell| cell.trim().parse::<usize>().ok());
        let names: Vec<_> = line.split('`').skip(1).step_by(2).collect();
        if let Some(number) = number {
            numbers.push(number);
            assert!(line.contains("the simulation") || !names.is_empty(), "{line}");
        }
        for name in names.into_iter().filter(|name| line.starts_with('|') && name.contains('_')) {
            assert!(
                tests.contains(&format!("fn {name}(")) || tests.contains(&format!("fn {name}<")),
                "there is no test {name}"
            );
        }
    }
    assert_eq!(numbers, (1..=48).collect::<Vec<_>>());
    // And what a test says that it is about is in the list.
    for name in tests.split("fn ").skip(1).filter_map(|it| it.split('(').next()) {
        if name.starts_with("fault_") && !name.contains(char::is_whitespace) {
            assert!(list.contains(name), "{name} is not in the list");
        }
    }
}
