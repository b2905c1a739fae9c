//! Standard output and standard error.
//!
//! Writing to either never affects anything else: a reader that has gone, a full device or a terminal that is stopped
//! (Ctrl-S) neither ends, delays nor fails the program's work. One thread writes; all others only queue. `println!`,
//! `eprintln!` and the handles of the standard library panic or block instead, so no other code uses them.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// The line that a program started in the background writes to standard error once it runs.
pub const STARTED: &str = "zafu-app: started";

/// Queue length from which new texts that may be dropped are dropped.
const MAX_QUEUED: usize = 256;

/// A standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

/// A unit of work for the writer thread.
enum Job {
    Write(Stream, Vec<u8>),
    /// Detaches from standard error.
    DetachStderr,
    /// Reports that everything queued before it was written, or could not be.
    Finish(SyncSender<()>),
}

/// The queue of the writer thread.
struct Queue {
    jobs: Sender<Job>,
    waiting: AtomicUsize,
    /// The first failure of standard output. Nothing more is written there after it.
    failed: Mutex<Option<io::Error>>,
}

static QUEUE: OnceLock<Queue> = OnceLock::new();

fn queue() -> &'static Queue {
    QUEUE.get_or_init(|| {
        let (jobs, inbox) = channel();
        // If the thread cannot be started, the receiver and all texts are dropped: there is nowhere to report it.
        let _ = std::thread::Builder::new().name("output".into()).spawn(move || write_all(&inbox));
        Queue { jobs, waiting: AtomicUsize::new(0), failed: Mutex::new(None) }
    })
}

impl Queue {
    fn push(&self, job: Job) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // Fails only if the writer thread could not be started.
        let _ = self.jobs.send(job);
    }
}

fn write_all(inbox: &Receiver<Job>) {
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let queue = queue();
    for job in inbox {
        match job {
            Job::Write(Stream::Err, text) => {
                // An error is ignored: it could only be reported on standard error.
                let _ = err.write_all(&text).and_then(|()| err.flush());
            }
            Job::Write(Stream::Out, text) => {
                let mut failed = queue.failed.lock().unwrap_or_else(PoisonError::into_inner);
                if failed.is_none() {
                    drop(failed);
                    let written = out.write_all(&text).and_then(|()| out.flush());
                    failed = queue.failed.lock().unwrap_or_else(PoisonError::into_inner);
                    *failed = written.err();
                }
            }
            Job::DetachStderr => detach_stderr(),
            Job::Finish(done) => {
                let _ = done.send(());
            }
        }
        queue.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A text for standard output, which is queued when this is dropped. Writing to it never fails.
#[derive(Debug, Default)]
pub struct Out(Vec<u8>);

/// Returns an empty text for standard output.
#[must_use]
pub fn stdout() -> Out {
    Out::default()
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            queue().push(Job::Write(Stream::Out, std::mem::take(&mut self.0)));
        }
    }
}

/// Standard output for long texts: each write waits until it is written, so that the queue stays short. For use in a
/// [`std::io::BufWriter`].
#[derive(Debug, Default)]
pub struct LongOut {
    /// The lines for a terminal that are not complete; none for any other reader, which gets every byte as it is.
    line: Option<Vec<u8>>,
}

/// Returns standard output for a long text. If it is a terminal, control characters are replaced by spaces.
#[must_use]
pub fn long_stdout() -> LongOut {
    LongOut { line: io::stdout().is_terminal().then(Vec::new) }
}

impl Write for LongOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = match &mut self.line {
            None => bytes.to_vec(),
            Some(line) => {
                line.extend_from_slice(bytes);
                let end = line.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
                let lines: Vec<_> = line.drain(..end).collect();
                without_control_characters(&String::from_utf8_lossy(&lines)).into_bytes()
            }
        };
        queue().push(Job::Write(Stream::Out, text));
        finish()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns a text of a user or server with control characters and bidirectional controls replaced by spaces, so that it
/// cannot affect the terminal. Keeps line breaks.
#[must_use]
pub fn without_control_characters(text: &str) -> String {
    text.replace(|c: char| c != '\n' && is_control(c), " ")
}

/// Returns JSON with the same characters escaped as `\u` sequences. Keeps line breaks.
#[must_use]
pub fn escape_control_characters(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => json.push(c),
            c if is_control(c) => json.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json
}

/// Returns whether `c` is a control character, a line or paragraph separator, or a bidirectional control (UAX #9).
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

/// Queues a line for standard output.
pub fn print(line: impl std::fmt::Display) {
    queue().push(Job::Write(
        Stream::Out,
        format!("{}\n", without_control_characters(&line.to_string())).into_bytes(),
    ));
}

/// Queues an unchanged text for standard output.
pub fn print_plain(text: &str) {
    queue().push(Job::Write(Stream::Out, text.as_bytes().to_vec()));
}

/// Queues a text for standard output. Drops it if the queue is too long: a newer text replaces it.
pub fn draw(text: &str) {
    let queue = queue();
    if queue.waiting.load(Ordering::Relaxed) < MAX_QUEUED {
        queue.push(Job::Write(Stream::Out, text.as_bytes().to_vec()));
    }
}

/// Queues a message for standard error, with the program's name before it.
pub fn print_error(message: impl std::fmt::Display) {
    queue().push(Job::Write(
        Stream::Err,
        format!("zafu: {}\n", without_control_characters(&message.to_string())).into_bytes(),
    ));
}

/// Queues an unchanged text for standard error.
pub fn print_error_plain(text: &str) {
    queue().push(Job::Write(Stream::Err, text.as_bytes().to_vec()));
}

/// Waits until everything queued was written, however long the reader takes.
///
/// # Errors
/// The first failure of standard output: [`io::ErrorKind::BrokenPipe`] if the reader has gone.
pub fn finish() -> io::Result<()> {
    await_written(None)
}

/// Waits until everything queued was written, at most for `limit`.
///
/// # Errors
/// As [`finish`].
pub fn finish_within(limit: Duration) -> io::Result<()> {
    await_written(Some(limit))
}

fn await_written(limit: Option<Duration>) -> io::Result<()> {
    let Some(queue) = QUEUE.get() else { return Ok(()) };
    let (done, finished) = sync_channel(1);
    queue.push(Job::Finish(done));
    match limit {
        Some(limit) => drop(finished.recv_timeout(limit)),
        None => drop(finished.recv()),
    }
    queue.failed.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
}

/// Returns whether standard output is a terminal with control sequences, so that a line can be drawn again.
#[must_use]
pub fn takes_control_sequences() -> bool {
    let is_dumb = match std::env::var_os("TERM") {
        Some(term) => term.is_empty() || term == "dumb",
        None => cfg!(unix),
    };
    !is_dumb && io::stdout().is_terminal()
}

/// Tells the process that started this program that it runs, and detaches from that process: later texts for standard
/// error are discarded. The log files contain them.
pub fn started() {
    print_error_plain(&format!("{STARTED}\n"));
    queue().push(Job::DetachStderr);
}

/// Redirects standard error to `/dev/null`.
#[cfg(unix)]
fn detach_stderr() {
    use std::os::fd::AsRawFd;
    let Ok(nothing) = std::fs::File::options().write(true).open("/dev/null") else { return };
    // SAFETY: both are descriptors of this process; standard error is replaced in one step.
    unsafe { libc::dup2(nothing.as_raw_fd(), libc::STDERR_FILENO) };
}

/// Does nothing: on Windows, writing to a pipe without a reader fails, and the error is ignored.
#[cfg(windows)]
fn detach_stderr() {}

/// Queues log lines for standard error. Drops them if the queue is too long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogToStderr;

impl Write for LogToStderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let queue = queue();
        if queue.waiting.load(Ordering::Relaxed) < MAX_QUEUED {
            queue.push(Job::Write(Stream::Err, bytes.to_vec()));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Contains the failures of a writer of log files: if it fails, or panics because it cannot report that on standard
/// error, a log line is lost and nothing else.
pub(crate) struct InfallibleWriter<W>(pub W);

/// The writer of one log line; `None` if it could not be created.
pub(crate) struct InfallibleWrite<W>(Option<W>);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for InfallibleWriter<W> {
    type Writer = InfallibleWrite<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        let made = std::panic::AssertUnwindSafe(|| self.0.make_writer());
        InfallibleWrite(std::panic::catch_unwind(made).ok())
    }
}

impl<W: Write> Write for InfallibleWrite<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(writer) = &mut self.0 {
            let _ = writer.write_all(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_life_33_a_note_cannot_change_the_text_around_it() {
        let note = "rain\u{202e}nug\u{2066} \u{1b}[2Jon\u{9b}the\u{200f}roof";
        assert_eq!(without_control_characters(note), "rain nug   [2Jon the roof");
        let json = escape_control_characters(&serde_json::to_string(note).unwrap());
        assert!(json.is_ascii() && !json.contains('\u{1b}'), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), note);
        // Right-to-left text needs none of these characters; joiners shape letters and emoji.
        for text in ["שקט", "صمت", "雨", "👩\u{200d}💻", "می\u{200c}نشینم", "two\nlines"]
        {
            assert_eq!(without_control_characters(text), text);
        }
    }
}
