//! The words of notes: how a note is split for the full-text index, and how a search becomes a query of the index.
//!
//! SQLite's tokenizer separates words at spaces and punctuation. Scripts without spaces are split per character before, so
//! that a search finds a part of a text as a phrase of characters.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

/// The maximum number of words of a search; further words are ignored.
const MAX_WORDS: usize = 16;

/// Registers the function `zafu_words`, which triggers of the database use. A connection that changes sessions needs it;
/// one that only reads does not.
///
/// # Errors
/// An error of SQLite.
pub fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    // Innocuous: triggers may use it even if SQLite does not trust the schema.
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("zafu_words", 1, flags, |context| {
        let text = context.get_raw(0).as_str().map_err(rusqlite::Error::from)?;
        Ok(split(text))
    })
}

/// Returns whether a character is a word of its own: of a script without spaces between words, or a symbol.
const fn is_word(character: char) -> bool {
    matches!(character,
        '\u{2190}'..='\u{2bff}' // arrows, technical and other symbols
        | '\u{2e80}'..='\u{2fdf}' // radicals
        | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{30ff}' // Hiragana, Katakana
        | '\u{3105}'..='\u{31ff}' // Bopomofo, Katakana extensions
        | '\u{3400}'..='\u{4dbf}' // Han
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' // Hangul
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' // halfwidth Katakana
        | '\u{1f000}'..='\u{1faff}' // emoji
        | '\u{20000}'..='\u{323af}' // Han
    )
}

/// Returns `text` with a space before and after each character that is a word of its own.
fn split(text: &str) -> String {
    let mut words = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if is_word(character) {
            words.extend([' ', character, ' ']);
        } else {
            words.push(character);
        }
    }
    words
}

/// The words that the user searches for, each as a query of the full-text index. None has operators: what looks like one
/// is a word too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Search(Vec<String>);

impl Search {
    /// Reads the words of `text`. Each is found in full or as the beginning of a word.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.split_whitespace().filter_map(query).take(MAX_WORDS).collect())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the query of the notes that contain all words but those at `found`; none if these are all.
    pub(crate) fn without(&self, found: &BTreeSet<usize>) -> Option<String> {
        let remaining: Vec<_> =
            (0..self.0.len()).filter(|n| !found.contains(n)).map(|n| self.0[n].as_str()).collect();
        (!remaining.is_empty()).then(|| remaining.join(" AND "))
    }

    /// Returns the positions of the words that each name contains, for the names that contain any. Names are split into
    /// words exactly as notes are.
    pub(crate) fn in_names(
        &self,
        names: &[(i64, String)],
    ) -> rusqlite::Result<BTreeMap<i64, BTreeSet<usize>>> {
        let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        if names.is_empty() || self.is_empty() {
            return Ok(found);
        }
        let index = Connection::open_in_memory()?;
        index.execute_batch(
            "CREATE VIRTUAL TABLE names USING fts5 (
               name, content = '', tokenize = \"unicode61 remove_diacritics 2 categories 'L* N* Co So'\"
             ); BEGIN",
        )?;
        let mut insert = index.prepare("INSERT INTO names (rowid, name) VALUES (?1, ?2)")?;
        for (id, name) in names {
            insert.execute(params![id, split(name)])?;
        }
        let mut search = index.prepare("SELECT rowid FROM names WHERE names MATCH ?1")?;
        for (n, word) in self.0.iter().enumerate() {
            for id in search.query_map([word], |row| row.get(0))? {
                found.entry(id?).or_default().insert(n);
            }
        }
        Ok(found)
    }
}

/// Returns the query for one word that the user typed; none if it has only punctuation.
fn query(word: &str) -> Option<String> {
    // A U+0000 would end the query.
    let word = split(&word.replace('\0', " ").replace('"', "\"\""));
    let last =
        word.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_word(c)).chars().last()?;
    // A character that is a word has no other words that it begins.
    let prefix = if is_word(last) { "" } else { " *" };
    Some(format!("\"{word}\"{prefix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_with(text: &str, names: &[&str]) -> Vec<usize> {
        let all = Search::of(text);
        let names: Vec<_> = (0..).zip(names.iter().map(|name| name.to_string())).collect();
        let found = all.in_names(&names).unwrap();
        let complete = |n: &&i64| found[*n].len() == all.0.len();
        found.keys().filter(complete).map(|n| usize::try_from(*n).unwrap()).collect()
    }

    #[test]
    fn a_word_is_found_in_full_and_as_a_beginning_without_case_and_diacritics() {
        let names = ["Vipassanā", "Walking outside", "Metta"];
        assert_eq!(names_with("vipassana", &names), [0]);
        assert_eq!(names_with("VIPÁ", &names), [0]);
        assert_eq!(names_with("side", &names), [0; 0], "not inside of a word");
        assert_eq!(names_with("out walk", &names), [1], "in any order");
        assert_eq!(names_with("m", &names), [2]);
    }

    #[test]
    fn a_part_of_a_text_without_spaces_is_found() {
        let names = ["朝の坐禅", "禅坐", "慈悲の瞑想", "명상하기", "tea 🍵 time"];
        assert_eq!(names_with("坐禅", &names), [0], "in the order of its characters");
        assert_eq!(names_with("の", &names), [0, 2]);
        assert_eq!(names_with("명상", &names), [3]);
        assert_eq!(names_with("🍵", &names), [4]);
        assert_eq!(names_with("tea🍵", &names), [4]);
    }

    #[test]
    fn operators_quotes_and_punctuation_are_plain_text() {
        let names = ["rain AND wind", "NEAR the sea", "say \"om\"", "a*b-c"];
        assert_eq!(names_with("AND", &names), [0]);
        assert_eq!(names_with("rain AND wind", &names), [0]);
        assert_eq!(names_with("NOT rain", &names), [0; 0]);
        assert_eq!(names_with("NEAR(", &names), [1]);
        assert_eq!(names_with("\"om\"", &names), [2]);
        assert_eq!(names_with("om\"", &names), [2]);
        assert_eq!(names_with("a*b-c", &names), [3]);
        for text in ["\"", "*", "^ - + : { } ( )", "col: x", "\0", "'; --", "\"\"\"", "a\0b"] {
            names_with(text, &names);
        }
        assert!(Search::of(" - \" * ").is_empty(), "punctuation alone is no word");
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_an_invalid_query(text in "\\PC{0,30}|[\"*():^+{}'\\-\0 a]{0,30}") {
            Search::of(&text).in_names(&[(1, "a name".into())]).unwrap();
        }
    }
}
