//! Turns the text of a file into UTF-8, without holding more than two buffers of it.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, BufRead, Read};

const BUFFER_BYTES: usize = 64 << 10;

/// Returns the encoding that the beginning of a file tells: from its byte order mark, or from the zeros of UTF-16.
pub fn from_head(head: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Some(encoding);
    }
    // Every other byte of UTF-16 is zero in what these formats begin with.
    let head = &head[..head.len().min(64) & !1];
    let zeros =
        |first: usize| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half >= 2 && even == 0 && odd * 4 >= half * 3 {
        Some(UTF_16LE)
    } else if half >= 2 && odd == 0 && even * 4 >= half * 3 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Decides between UTF-8 and Windows-1252 by all bytes of a file that [`from_head`] does not tell.
///
/// A file with a few damaged characters among many is still UTF-8: exports have been seen that cut emoji in two.
#[derive(Default)]
pub struct Guess {
    characters: u64,
    damaged: u64,
    /// The beginning of a character that was at the end of the last part.
    pending: Vec<u8>,
}

impl Guess {
    /// Looks at the next part of the file.
    pub fn add(&mut self, part: &[u8]) {
        if self.pending.is_empty() {
            self.scan(part);
        } else {
            // Enough to complete the character.
            let (few, rest) = part.split_at(part.len().min(3));
            let joined = [std::mem::take(&mut self.pending).as_slice(), few].concat();
            self.scan(&joined);
            if self.pending.is_empty() {
                self.scan(rest);
            } else {
                let pending = std::mem::take(&mut self.pending);
                self.scan(&[pending.as_slice(), rest].concat());
            }
        }
    }

    fn scan(&mut self, mut bytes: &[u8]) {
        loop {
            let error = match std::str::from_utf8(bytes) {
                Ok(text) => return self.count(text.as_bytes()),
                Err(error) => error,
            };
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            self.count(valid);
            let Some(length) = error.error_len() else {
                self.pending = rest.to_vec();
                return;
            };
            self.damaged += 1;
            bytes = &rest[length..];
        }
    }

    fn count(&mut self, valid: &[u8]) {
        if !valid.is_ascii() {
            let leads = valid.iter().filter(|byte| **byte >= 0xc0).count();
            self.characters += u64::try_from(leads).unwrap_or(u64::MAX);
        }
    }

    /// Returns the encoding.
    pub fn encoding(self) -> &'static Encoding {
        let damaged = self.damaged + u64::from(!self.pending.is_empty());
        if damaged > self.characters { WINDOWS_1252 } else { UTF_8 }
    }
}

/// Reads a file as UTF-8. Damaged characters become U+FFFD; a byte order mark is dropped.
pub struct Utf8Reader<R> {
    file: R,
    decoder: Decoder,
    input: Box<[u8]>,
    input_start: usize,
    input_end: usize,
    output: Box<[u8]>,
    output_start: usize,
    output_end: usize,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    Reading,
    /// The file has ended, and the decoder may still have something.
    Ending,
    Ended,
}

impl<R: Read> Utf8Reader<R> {
    /// Starts at the position of `file`.
    pub fn new(file: R, encoding: &'static Encoding) -> Self {
        Self {
            file,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; BUFFER_BYTES].into(),
            input_start: 0,
            input_end: 0,
            output: vec![0; BUFFER_BYTES].into(),
            output_start: 0,
            output_end: 0,
            state: State::Reading,
        }
    }

    /// Fills the output, which is empty.
    fn refill(&mut self) -> io::Result<()> {
        (self.output_start, self.output_end) = (0, 0);
        while self.output_end == 0 && self.state != State::Ended {
            if self.input_start == self.input_end && self.state == State::Reading {
                let read = loop {
                    match self.file.read(&mut self.input) {
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        read => break read?,
                    }
                };
                (self.input_start, self.input_end) = (0, read);
                if read == 0 {
                    self.state = State::Ending;
                }
            }
            let input = &self.input[self.input_start..self.input_end];
            let last = self.state == State::Ending;
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(input, &mut self.output, last);
            self.input_start += read;
            self.output_end = written;
            if last && result == CoderResult::InputEmpty {
                self.state = State::Ended;
            }
        }
        Ok(())
    }
}

impl<R: Read> BufRead for Utf8Reader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.output_start == self.output_end {
            self.refill()?;
        }
        Ok(&self.output[self.output_start..self.output_end])
    }

    fn consume(&mut self, amount: usize) {
        self.output_start = (self.output_start + amount).min(self.output_end);
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(bytes: &[u8]) -> String {
        let encoding = from_head(bytes).unwrap_or_else(|| {
            let mut guess = Guess::default();
            bytes.chunks(5).for_each(|part| guess.add(part));
            guess.encoding()
        });
        let mut text = String::new();
        Utf8Reader::new(bytes, encoding).read_to_string(&mut text).unwrap();
        text
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_is_found() {
        let text = "Started At,Note\nMorgen früh 🪷,“x”\n";
        assert_eq!(decoded(text.as_bytes()), text);
        let with_mark = format!("\u{feff}{text}");
        assert_eq!(decoded(with_mark.as_bytes()), text);
        for bytes in [u16::to_le_bytes as fn(u16) -> _, u16::to_be_bytes] {
            assert_eq!(decoded(&utf_16(&with_mark, bytes)), text);
            assert_eq!(decoded(&utf_16(text, bytes)), text);
        }
        assert_eq!(decoded(b"Morgen fr\xfch, \x93x\x94"), "Morgen früh, “x”");
        assert_eq!(
            decoded("früh, für 🪷".as_bytes().split_last().unwrap().1),
            "früh, für \u{fffd}"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_decoded_in_parts_of_any_size(text in ".*", part in 1_usize..9) {
            let mut guess = Guess::default();
            text.as_bytes().chunks(part).for_each(|part| guess.add(part));
            prop_assert_eq!(guess.encoding(), UTF_8);
            let text = format!("<a>{text}");
            prop_assert_eq!(decoded(&utf_16(&format!("\u{feff}{text}"), u16::to_be_bytes)), text);
        }

        #[test]
        fn bytes_become_text_and_utf_8_stays_as_it_is(bytes: Vec<u8>, text in ".*") {
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                let decoded = decoded(bytes);
                if let (Ok(text), None) = (std::str::from_utf8(bytes), from_head(bytes)) {
                    prop_assert_eq!(decoded, text);
                }
            }
        }
    }
}
