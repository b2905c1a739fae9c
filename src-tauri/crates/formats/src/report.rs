//! Reports what is read and the progress, and stops when the caller cancels.

use crate::error::Fault;
use crate::limits::{PROGRESS_BYTES, PROGRESS_ROWS};
use crate::read::{Event, Progress};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

/// Reports what is read from one file.
pub struct Reporter<'c> {
    on_event: RefCell<&'c mut dyn FnMut(Event) -> ControlFlow<()>>,
    file: usize,
    rows: Cell<u64>,
    /// The bytes that were read, over all passes.
    done: Cell<u64>,
    total: Cell<u64>,
}

impl<'c> Reporter<'c> {
    /// Starts with a file of which `done` of `total` bytes were read.
    pub fn new(
        on_event: &'c mut dyn FnMut(Event) -> ControlFlow<()>,
        file: usize,
        (done, total): (u64, u64),
    ) -> Self {
        let [rows, done, total] = [0, done, total].map(Cell::new);
        Self { on_event: RefCell::new(on_event), file, rows, done, total }
    }

    /// Returns the index of the file.
    pub fn file(&self) -> usize {
        self.file
    }

    /// Returns how many bytes were read, and how many there are.
    pub fn bytes(&self) -> (u64, u64) {
        (self.done.get(), self.total.get())
    }

    /// Adds `bytes` to the expected total.
    pub fn expect(&self, bytes: u64) {
        self.total.set(self.total.get().saturating_add(bytes));
    }

    /// Counts a row. Reports the progress after every [`PROGRESS_ROWS`] rows.
    pub fn row(&self) -> Result<(), Fault> {
        self.rows.set(self.rows.get() + 1);
        if self.rows.get().is_multiple_of(PROGRESS_ROWS) { self.progress() } else { Ok(()) }
    }

    /// Reports the progress.
    pub fn progress(&self) -> Result<(), Fault> {
        let (done, total) = self.bytes();
        self.send(Event::Progress(Progress { file: self.file, done: done.min(total), total }))
    }

    /// Reports an event.
    pub fn send(&self, event: Event) -> Result<(), Fault> {
        match (self.on_event.borrow_mut())(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Fault::Cancelled),
        }
    }
}

/// Counts the bytes that are read from a file, and reports the progress also if the file has no rows.
pub struct Metered<'c, R> {
    file: R,
    reporter: &'c Reporter<'c>,
}

impl<'c, R> Metered<'c, R> {
    pub fn new(file: R, reporter: &'c Reporter<'c>) -> Self {
        Self { file, reporter }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let before = self.reporter.done.get();
        self.reporter.done.set(before + read as u64);
        if before / PROGRESS_BYTES < (before + read as u64) / PROGRESS_BYTES {
            self.reporter.progress().map_err(|_| io::Error::other(Cancelled))?;
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Metered<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// The error of a reader after the caller has cancelled.
#[derive(Debug)]
struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}

/// Returns whether the caller has cancelled.
pub fn is_cancelled(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Cancelled>())
}
