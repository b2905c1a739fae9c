//! Checks the list of faults in `docs/faults.md` against the tests that it names.

use std::fs;
use std::path::Path;

/// Appends all Rust sources below a folder to `all`.
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
fn every_fault_is_listed_and_every_listed_test_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = fs::read_to_string(root.join("docs/faults.md")).unwrap();
    let mut tests = String::new();
    for folder in ["src-tauri", "supabase/local/tests", "tests"] {
        sources(&root.join(folder), &mut tests);
    }
    let (mut numbers, mut real_life) = (Vec::new(), Vec::new());
    for line in list.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let (row, shown_by) = (cells[1], cells[cells.len() - 2]);
        let names: Vec<_> = shown_by.split('`').skip(1).step_by(2).collect();
        if let Ok(number) = row.parse::<usize>() {
            numbers.push(number);
            assert!(line.contains("the simulation") || !names.is_empty(), "{line}");
        }
        if let Some(number) = row.strip_prefix('R').and_then(|it| it.parse::<usize>().ok()) {
            real_life.push(number);
            let prefix = format!("real_life_{number:02}_");
            assert!(names.iter().any(|name| name.starts_with(&prefix)), "{line}");
        }
        for name in names.into_iter().filter(|name| name.contains('_')) {
            assert!(
                tests.contains(&format!("fn {name}(")) || tests.contains(&format!("fn {name}<")),
                "there is no test {name}"
            );
        }
    }
    assert_eq!(numbers, (1..=48).collect::<Vec<_>>());
    assert_eq!(real_life, (1..=39).collect::<Vec<_>>());
    // Conversely, every test that is named after a fault is in the list.
    for name in tests.split("fn ").skip(1).filter_map(|it| it.split('(').next()) {
        let is_listed = name.starts_with("fault_") || name.starts_with("real_life_");
        if is_listed && !name.contains(char::is_whitespace) {
            assert!(list.contains(name), "{name} is not in the list");
        }
    }
}
