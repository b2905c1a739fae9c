//! Files that are never in memory.

use std::io::{self, Read, Seek, SeekFrom};

/// A file that is generated block by block.
pub struct Generated<'f> {
    head: &'f str,
    /// Writes the block of a number.
    block: fn(u64, &mut Vec<u8>),
    blocks: u64,
    tail: &'f str,
    /// The length of the file.
    pub bytes: u64,
    next: u64,
    current: Vec<u8>,
    at: usize,
}

impl<'f> Generated<'f> {
    /// All blocks have the length of the first.
    pub fn new(head: &'f str, block: fn(u64, &mut Vec<u8>), blocks: u64, tail: &'f str) -> Self {
        let mut first = vec![];
        block(0, &mut first);
        let bytes = (head.len() + tail.len()) as u64 + first.len() as u64 * blocks;
        Self { head, block, blocks, tail, bytes, next: 0, current: vec![], at: 0 }
    }

    /// Generates the next part, which can be empty. Returns false at the end.
    fn generate(&mut self) -> bool {
        self.current.clear();
        self.at = 0;
        match self.next {
            0 => self.current.extend_from_slice(self.head.as_bytes()),
            next if next <= self.blocks => (self.block)(next - 1, &mut self.current),
            next if next == self.blocks + 1 => self.current.extend_from_slice(self.tail.as_bytes()),
            _ => return false,
        }
        self.next += 1;
        true
    }
}

impl Read for Generated<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.current.len() && self.generate() {}
        let read = (&self.current[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl Seek for Generated<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::End(0) => Ok(self.bytes),
            SeekFrom::Start(0) => {
                (self.next, self.at) = (0, 0);
                self.current.clear();
                Ok(0)
            }
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}
