//! The words of notes: how a note is split for the full-text index, and how a search becomes a query of the index.
//!
//! SQLite's tokenizer separates words at spaces and punctuation. Scripts without spaces are split per character before, so
//! that a search finds a part of a text as a phrase of characters.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension};
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

/// How the index of words splits text. As in the migrations.
const TOKENIZER: &str = "tokenize = \"unicode61 remove_diacritics 2 categories 'L* N* Co So'\"";

/// The beginnings of words that the index of words finds in the order of the log, in characters.
const INDEXED_BEGINNING: usize = 3;
/// The maximum number of words with the same beginning that are searched one by one.
const MAX_TERMS: usize = 200;

/// The words that the user searches for.
pub(crate) struct Search {
    /// Queries of the words in names, which find each in full or as the beginning of a word. None has operators: what
    /// looks like one is a word too.
    words: Vec<String>,
    /// Queries of the words in notes.
    notes: Vec<String>,
    /// An index in memory that splits text as the index of notes does.
    names: Connection,
}

impl Search {
    /// Reads the words of `text`; none if it has none. `connection` has the index of notes.
    pub(crate) fn of(connection: &Connection, text: &str) -> rusqlite::Result<Option<Self>> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let names = Connection::open_in_memory()?;
        names.execute_batch(&format!(
            "CREATE VIRTUAL TABLE typed USING fts5 (word, content = '', {TOKENIZER});
             CREATE VIRTUAL TABLE terms USING fts5vocab (typed, instance);
             CREATE VIRTUAL TABLE names USING fts5 (name, content = '', {TOKENIZER});"
        ))?;
        let mut search = Self { words: Vec::new(), notes: Vec::new(), names };
        for (n, word) in text.split_whitespace().take(MAX_WORDS).enumerate() {
            search.add(connection, i64::try_from(n).unwrap_or(i64::MAX), word)?;
        }
        Ok((!search.words.is_empty()).then_some(search))
    }

    /// Adds the `n`th word that the user typed, unless it has only punctuation.
    fn add(&mut self, connection: &Connection, n: i64, word: &str) -> rusqlite::Result<()> {
        self.names.execute("INSERT INTO typed (rowid, word) VALUES (?1, ?2)", (n, split(word)))?;
        let terms = self
            .names
            .prepare_cached("SELECT term FROM terms WHERE doc = ?1 ORDER BY offset")?
            .query_map([n], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        let Some(last) = terms.last() else { return Ok(()) };
        // No other word begins with a character that is a word.
        if last.chars().all(is_word) {
            self.words.push(quoted(&terms));
            self.notes.push(quoted(&terms));
            return Ok(());
        }
        let beginning = format!("{} *", quoted(&terms));
        let found = match &terms[..] {
            [term] if term.chars().count() > INDEXED_BEGINNING => terms_of(connection, term)?,
            _ => Vec::new(),
        };
        self.notes.push(match found.is_empty() {
            true => beginning.clone(),
            false => {
                let found: Vec<_> = found.iter().map(std::slice::from_ref).map(quoted).collect();
                format!("({})", found.join(" OR "))
            }
        });
        self.words.push(beginning);
        Ok(())
    }

    /// Returns the query of the notes that contain all words but those at `found`; none if these are all.
    pub(crate) fn without(&self, found: &BTreeSet<usize>) -> Option<String> {
        let remaining = self.notes.iter().enumerate().filter(|(n, _)| !found.contains(n));
        let remaining: Vec<_> = remaining.map(|(_, query)| query.as_str()).collect();
        (!remaining.is_empty()).then(|| remaining.join(" AND "))
    }

    /// Returns the positions of the words that each name contains, for the names that contain any.
    pub(crate) fn in_names(
        &self,
        names: &[(i64, String)],
    ) -> rusqlite::Result<BTreeMap<i64, BTreeSet<usize>>> {
        let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        self.names.execute_batch("BEGIN; INSERT INTO names (names) VALUES ('delete-all')")?;
        let mut insert =
            self.names.prepare_cached("INSERT INTO names (rowid, name) VALUES (?1, ?2)")?;
        for (id, name) in names {
            insert.execute((id, split(name)))?;
        }
        self.names.execute_batch("COMMIT")?;
        let mut search =
            self.names.prepare_cached("SELECT rowid FROM names WHERE names MATCH ?1")?;
        for (n, word) in self.words.iter().enumerate() {
            for id in search.query_map([word], |row| row.get(0))? {
                found.entry(id?).or_default().insert(n);
            }
        }
        Ok(found)
    }
}

/// Returns the query for words that follow each other.
fn quoted(terms: &[String]) -> String {
    format!("\"{}\"", terms.join(" "))
}

/// Returns the words of notes with this beginning; none if there are too many. A query for each of them reads its matches one
/// by one, while a query for a beginning that is not indexed reads all matches first.
fn terms_of(connection: &Connection, beginning: &str) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut next =
        connection.prepare_cached("SELECT term FROM note_terms WHERE term >= ?1 LIMIT 1")?;
    let mut from = beginning.to_owned();
    while let Some(term) = next.query_row([&from], |row| row.get::<_, String>(0)).optional()? {
        if !term.starts_with(beginning) {
            break;
        }
        if found.len() == MAX_TERMS {
            return Ok(Vec::new());
        }
        // No term contains a control character, so that this sorts before every longer term.
        from = format!("{term}\u{1}");
        found.push(term);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(text: &str) -> Option<Search> {
        search_in("meditate meditation median medium", text)
    }

    /// Reads a search of a log with one note, and checks that its query is valid.
    fn search_in(note: &str, text: &str) -> Option<Search> {
        let notes = Connection::open_in_memory().unwrap();
        let tables = format!(
            "CREATE VIRTUAL TABLE note_words USING fts5 (note, content = '', {TOKENIZER});
             CREATE VIRTUAL TABLE note_terms USING fts5vocab (note_words, instance);"
        );
        notes.execute_batch(&tables).unwrap();
        notes.execute("INSERT INTO note_words (note) VALUES (?1)", [note]).unwrap();
        let search = Search::of(&notes, text).unwrap();
        let query = search.as_ref().and_then(|search| search.without(&BTreeSet::new()));
        if let Some(query) = query {
            let matches = "SELECT count(*) FROM note_words WHERE note_words MATCH ?1";
            notes.query_row(matches, [query], |row| row.get::<_, u32>(0)).unwrap();
        }
        search
    }

    fn names_with(text: &str, names: &[&str]) -> Vec<usize> {
        let Some(all) = search(text) else { return vec![] };
        let names: Vec<_> = (0..).zip(names.iter().map(|name| name.to_string())).collect();
        let found = all.in_names(&names).unwrap();
        let complete = |n: &&i64| found[*n].len() == all.words.len();
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
        assert!(search(" - \" * ").is_none(), "punctuation alone is no word");
    }

    #[test]
    fn a_beginning_is_searched_as_the_words_that_begin_with_it() {
        let notes = |text| search(text).unwrap().without(&BTreeSet::new()).unwrap();
        assert_eq!(notes("Médit"), "(\"meditate\" OR \"meditation\")");
        assert_eq!(notes("med"), "\"med\" *", "the index has beginnings of this length");
        assert_eq!(notes("zebra"), "\"zebra\" *");
        assert_eq!(notes("meditation x"), "(\"meditation\") AND \"x\" *");
    }

    #[test]
    fn any_number_of_words_can_have_the_same_beginning() {
        for count in [1, MAX_TERMS, MAX_TERMS + 1, 2000] {
            let words: Vec<_> = (0..count).map(|n| format!("sitting{n}")).collect();
            let text = "sitt ".repeat(MAX_WORDS + 1);
            let search = search_in(&words.join(" "), &text).unwrap();
            assert_eq!(search.notes[0].contains("OR"), (2..=MAX_TERMS).contains(&count), "{count}");
            assert_eq!(search.notes.len(), MAX_WORDS);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_an_invalid_query(text in "\\PC{0,30}|[\"*():^+{}'\\-\0 a]{0,30}") {
            search(&text).map(|search| search.in_names(&[(1, "a name".into())]).unwrap());
        }
    }
}
