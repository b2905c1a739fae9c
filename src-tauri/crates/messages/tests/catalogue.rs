//! Holds the catalogue to the Rust sources: every message exists in every language with the same arguments, every message
//! is used, and every use names a message that exists with the arguments that it takes.
//!
//! The window's own files and uses are checked in `ui/`, those of the help in the crate `zafu-cli`.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser::parse;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use zafu_messages::{Language, SOURCES};

type Arguments = BTreeSet<String>;

/// Collects the variables of a pattern.
fn variables(pattern: &Pattern<&str>, found: &mut Arguments) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            variables_of(expression, found);
        }
    }
}

fn variables_of(expression: &Expression<&str>, found: &mut Arguments) {
    let inline = match expression {
        Expression::Select { selector, variants } => {
            for variant in variants {
                variables(&variant.value, found);
            }
            selector
        }
        Expression::Inline(inline) => inline,
    };
    match inline {
        InlineExpression::VariableReference { id } => drop(found.insert(id.name.to_owned())),
        InlineExpression::Placeable { expression } => variables_of(expression, found),
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        other => panic!("neither terms, attributes nor functions: {other:?}"),
    }
}

/// Returns the messages of a language with their arguments.
fn messages(language: Language) -> BTreeMap<String, Arguments> {
    let mut messages = BTreeMap::new();
    for (file, source) in SOURCES.iter().filter(|(of, _)| *of == language).flat_map(|(_, it)| *it) {
        let parsed = parse(*source).unwrap_or_else(|(_, errors)| panic!("{file}: {errors:?}"));
        for entry in parsed.body {
            match entry {
                Entry::Message(message) => {
                    let id = message.id.name.to_owned();
                    let prefix = file.trim_end_matches(".ftl");
                    assert!(id.starts_with(&format!("{prefix}-")), "{id} is in {file}");
                    let mut arguments = Arguments::new();
                    variables(&message.value.expect("a message has a text"), &mut arguments);
                    assert_eq!(messages.insert(id.clone(), arguments), None, "{id} is there twice");
                }
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
                other => panic!("{file}: {other:?}"),
            }
        }
    }
    messages
}

/// Returns the text of every source in `folder` with one of these extensions, outside tests and this crate.
fn sources(folder: &str, extensions: &[&str]) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let (mut sources, mut folders) = (vec![], vec![root.join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let has_extension = || extensions.iter().any(|extension| name.ends_with(extension));
            if path.is_dir() && !["tests", "messages", "examples"].contains(&name.as_str()) {
                folders.push(path);
            } else if has_extension() && name != "message.rs" && !name.ends_with(".d.ts") {
                let text = std::fs::read_to_string(&path).unwrap();
                sources.push((path, text));
            }
        }
    }
    sources
}

/// Returns every `message!` and `text!` in a source: its id, and the names of its arguments.
fn uses(source: &str) -> Vec<(String, Arguments)> {
    let start = Regex::new(r#"\b(?:message|text)!\(\s*"([a-z0-9-]+)""#).unwrap();
    let argument = Regex::new(r"^\s*([a-z_]+)\s*=[^=]").unwrap();
    let name = |id: &str, text: &String| match argument.captures(text) {
        Some(found) => found[1].to_owned(),
        None => panic!("{id}: not an argument: {text}"),
    };
    let uses = start.captures_iter(source).map(|found| {
        let rest = &source[found.get(0).unwrap().end()..];
        let arguments = arguments(rest).iter().map(|text| name(&found[1], text)).collect();
        (found[1].to_owned(), arguments)
    });
    uses.collect()
}

/// Splits the rest of a macro's arguments at its outermost commas.
fn arguments(rest: &str) -> Vec<String> {
    let (mut depth, mut in_text, mut escaped) = (0, false, false);
    let mut parts = vec![String::new()];
    for character in rest.chars() {
        match character {
            _ if in_text => {
                in_text = character != '"' || escaped;
                escaped = character == '\\' && !escaped;
            }
            '"' => in_text = true,
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(character);
    }
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

#[test]
fn every_language_has_the_same_messages_with_the_same_arguments() {
    let english = messages(Language::English);
    for language in Language::ALL {
        assert_eq!(messages(language), english, "{language:?}");
    }
}

#[test]
fn every_message_is_used_and_every_used_message_exists() {
    let catalogue = messages(Language::English);
    let mut unused: BTreeSet<_> = catalogue.keys().cloned().collect();
    // Named after clap's definitions.
    unused.retain(|id| !id.starts_with("help-"));
    for (path, source) in sources("src-tauri", &[".rs"]) {
        for (id, arguments) in uses(&source) {
            let path = path.display();
            let Some(known) = catalogue.get(&id) else { panic!("{path}: no message {id}") };
            assert_eq!(&arguments, known, "{path}: the arguments of {id}");
            unused.remove(&id);
        }
    }
    // Some errors have a second form that only the window shows.
    let window = sources("ui/src", &[".ts", ".svelte"]);
    unused.retain(|id| !window.iter().any(|(_, source)| source.contains(&format!("'{id}'"))));
    assert!(unused.is_empty(), "no source uses {unused:?}");
}

#[test]
fn uses_are_found_with_their_arguments() {
    let source = r#"f(message!("a-b", one = g(1, "), x"), two = h)); text!("c-d")"#;
    let named = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Arguments>();
    assert_eq!(
        uses(source),
        [("a-b".to_owned(), named(&["one", "two"])), ("c-d".to_owned(), named(&[]))]
    );
}
