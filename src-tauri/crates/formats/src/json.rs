//! Cuts a JSON file into values without holding more than one of them.
//!
//! The values are parsed by `serde_json`, each for itself: a damaged element of an array is skipped, and the next one is
//! read.

use crate::error::Fault;
use crate::limits::ROW_BYTES;
use std::io::BufRead;

/// A JSON file, of which one value at a time is held.
pub struct JsonReader<R> {
    file: R,
    value: Vec<u8>,
    line: u64,
}

/// A value of a JSON file.
pub enum Value<'v> {
    /// Its text.
    Text(&'v [u8]),
    /// It is longer than [`ROW_BYTES`], and was passed.
    TooLong,
}

impl<R: BufRead> JsonReader<R> {
    /// Starts at the position of `file`, which is UTF-8.
    pub fn new(file: R) -> Self {
        Self { file, value: vec![], line: 1 }
    }

    /// Returns the next byte that is not white space, and leaves it there. None: the file has ended.
    pub fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            let input = self.file.fill_buf()?;
            if input.is_empty() {
                return Ok(None);
            }
            let space = input.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.line += memchr::memchr_iter(b'\n', &input[..space]).count() as u64;
            let next = input.get(space).copied();
            self.file.consume(space);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Passes `byte`, which has to be next.
    pub fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        match self.peek()? {
            None => Err(Fault::Truncated),
            Some(next) if next == byte => {
                self.file.consume(1);
                Ok(())
            }
            Some(_) => Err(self.damaged(&format!("no {}", char::from(byte)))),
        }
    }

    /// Passes what is between two values or after the last: returns true after a comma, false after `end`.
    pub fn another(&mut self, end: u8) -> Result<bool, Fault> {
        match self.peek()? {
            None => Err(Fault::Truncated),
            Some(next) if next == b',' || next == end => {
                self.file.consume(1);
                Ok(next == b',')
            }
            Some(_) => Err(self.damaged(&format!("no comma and no {}", char::from(end)))),
        }
    }

    /// Returns an error for the current line.
    pub fn damaged(&self, reason: &str) -> Fault {
        Fault::Damaged { line: self.line, reason: reason.to_owned() }
    }

    /// Reads the next value.
    pub fn value(&mut self) -> Result<Value<'_>, Fault> {
        let first = self.peek()?.ok_or(Fault::Truncated)?;
        self.value.clear();
        let mut scan = Scan { depth: 0, in_string: false, escaped: false, is_bare: false };
        let mut too_long = false;
        if !matches!(first, b'{' | b'[' | b'"') {
            scan.is_bare = true;
        }
        loop {
            let input = self.file.fill_buf()?;
            if input.is_empty() {
                // A bare value needs no end of its own.
                return if scan.is_bare {
                    Ok(self.finished(too_long))
                } else {
                    Err(Fault::Truncated)
                };
            }
            let end = scan.end(input);
            let part = &input[..end.unwrap_or(input.len())];
            let length = part.len();
            if self.value.len() + length > ROW_BYTES {
                too_long = true;
                self.value.clear();
            } else if !too_long {
                self.value.extend_from_slice(part);
            }
            self.line += memchr::memchr_iter(b'\n', part).count() as u64;
            self.file.consume(length);
            if end.is_some() {
                return Ok(self.finished(too_long));
            }
        }
    }

    fn finished(&self, too_long: bool) -> Value<'_> {
        if too_long { Value::TooLong } else { Value::Text(&self.value) }
    }
}

/// Where the scan of a value is.
struct Scan {
    depth: u64,
    in_string: bool,
    escaped: bool,
    /// It is a number or a word, which ends before the next punctuation.
    is_bare: bool,
}

impl Scan {
    /// Returns where the value ends in this part of it.
    fn end(&mut self, part: &[u8]) -> Option<usize> {
        if self.is_bare {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || b",]}".contains(byte);
            return part.iter().position(ends);
        }
        let mut at = 0;
        while let Some(byte) = part.get(at) {
            at += 1;
            if self.escaped {
                self.escaped = false;
            } else if self.in_string {
                match byte {
                    b'"' => self.in_string = false,
                    b'\\' => self.escaped = true,
                    _ => {
                        // Nothing else matters in a string.
                        at += memchr::memchr2(b'"', b'\\', &part[at..]).unwrap_or(part.len() - at);
                        continue;
                    }
                }
                if !self.in_string && self.depth == 0 {
                    return Some(at);
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return Some(at);
                        }
                    }
                    _ => {}
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn elements(text: &str, part: usize) -> Result<Vec<String>, Fault> {
        let mut json = JsonReader::new(BufReader::with_capacity(part, text.as_bytes()));
        let mut elements = vec![];
        json.expect(b'[')?;
        loop {
            elements.push(match json.value()? {
                Value::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                Value::TooLong => "too long".to_owned(),
            });
            if !json.another(b']')? {
                return Ok(elements);
            }
        }
    }

    #[test]
    fn values_are_cut_where_they_end() {
        let text = r#" [ {"a": "]}\"\\", "b": [1, {}]} , 12,"x\\" , null,[[]]] "#;
        for part in [1, 2, 5, 100] {
            let expected = [r#"{"a": "]}\"\\", "b": [1, {}]}"#, "12", r#""x\\""#, "null", "[[]]"];
            assert_eq!(elements(text, part).unwrap(), expected);
        }
    }

    #[test]
    fn a_value_beyond_the_limit_is_passed() {
        let text = format!("[1,\"{}\",2]", "x".repeat(ROW_BYTES));
        assert_eq!(elements(&text, 64 << 10).unwrap(), ["1", "too long", "2"]);
    }

    #[test]
    fn a_file_that_ends_in_the_middle_is_an_error() {
        for text in ["[", "[1", "[1,", "[{\"a\": \"", "[\"\\"] {
            assert!(matches!(elements(text, 8), Err(Fault::Truncated)), "{text}");
        }
        assert!(matches!(elements("[1 2]", 8), Err(Fault::Damaged { .. })));
    }
}
