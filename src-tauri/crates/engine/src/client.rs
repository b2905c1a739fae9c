//! Reaches the engine that another process runs.
//!
//! An engine that stands still (stopped, or held by a disk that does not answer) is told from one that is busy for a
//! reason: a request that may take long is waited for as long as the engine answers another one.

use crate::folder::DataFolder;
use crate::protocol::{EngineState, ErrorCode, IpcError, Reply, Request};
use crate::socket::{self, Place};
use interprocess::local_socket::tokio::{Stream, prelude::*};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// How long an engine may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Talks to the engine of a data folder.
pub struct Client {
    /// None only while this is dropped.
    runtime: Option<Runtime>,
    stream: BufReader<Stream>,
    folder: DataFolder,
    /// The engine did not answer in time.
    timed_out: bool,
    /// The engine has closed the connection.
    has_gone: bool,
    _place: Place,
}

impl Drop for Client {
    fn drop(&mut self) {
        // Waits for nothing, so that it may be dropped anywhere.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// Reaches the engine of `folder`; none if none runs.
    ///
    /// # Errors
    /// One runs and cannot be reached.
    pub fn connect(folder: &DataFolder) -> Result<Option<Self>, IpcError> {
        let connected = || -> io::Result<_> {
            let place = socket::place(folder)?;
            let runtime = Builder::new_current_thread().enable_all().build()?;
            // An engine that stands still lets nobody in once too many wait.
            let connecting = async { timeout(PATIENCE, Stream::connect(place.name())).await };
            let stream = runtime.block_on(connecting).map_err(io::Error::from).flatten()?;
            Ok((runtime, place, BufReader::new(stream)))
        };
        match connected() {
            Ok((runtime, place, stream)) => Ok(Some(Self {
                runtime: Some(runtime),
                stream,
                folder: folder.clone(),
                timed_out: false,
                has_gone: false,
                _place: place,
            })),
            Err(error) if nobody_listens(&error) => Ok(None),
            Err(error) if stands_still(&error) => Err(no_response()),
            Err(error) => Err(unreachable(&error)),
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// What the engine answers, that it has gone, or that it does not respond.
    pub fn ask(&mut self, request: &Request) -> Result<Reply, IpcError> {
        self.send(request)?;
        let read = if may_take_long(request) { self.read()? } else { self.read_soon()? };
        match read {
            Some(Reply::Error(error)) => Err(error),
            Some(reply) => Ok(reply),
            None => {
                self.has_gone = true;
                Err(unreachable(&"it has stopped"))
            }
        }
    }

    /// Asks without waiting for the answer, which [`Self::read`] reads.
    ///
    /// # Errors
    /// The engine has gone, or takes no requests.
    pub fn send(&mut self, request: &Request) -> Result<(), IpcError> {
        let mut line = serde_json::to_vec(request).map_err(|error| unreachable(&error))?;
        line.push(b'\n');
        let Some(runtime) = &self.runtime else { return Err(no_response()) };
        // On a Unix a shared reference to the stream is written to.
        let mut stream = self.stream.get_ref();
        let written = runtime.block_on(async { timeout(PATIENCE, stream.write_all(&line)).await });
        written.map_err(|_| no_response())?.map_err(|error| {
            self.has_gone = true;
            unreachable(&error)
        })
    }

    /// Asks for something that is answered by the state of things.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn state(&mut self, request: &Request) -> Result<EngineState, IpcError> {
        match self.ask(request)? {
            Reply::State(state) => Ok(*state),
            _ => Err(unreachable(&"its answer is not understood")),
        }
    }

    /// The next state of things, after [`Request::Watch`], however long it takes to come; none once the engine has
    /// stopped.
    ///
    /// # Errors
    /// It is not understood, or the engine does not respond to anything else either.
    pub fn read(&mut self) -> Result<Option<Reply>, IpcError> {
        let mut line = Vec::new();
        while !self.read_line(&mut line)? {
            let mut other = Self::connect(&self.folder)?.ok_or_else(no_response)?;
            let answered = other.ask(&Request::State);
            self.timed_out = other.timed_out;
            answered?;
        }
        understood(&line)
    }

    /// Whether the engine was there until now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        !self.has_gone
    }

    /// Whether the engine stands still, as opposed to one that has stopped.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.timed_out
    }

    fn read_soon(&mut self) -> Result<Option<Reply>, IpcError> {
        let mut line = Vec::new();
        if self.read_line(&mut line)? {
            return understood(&line);
        }
        self.timed_out = true;
        Err(no_response())
    }

    /// Reads the rest of `line`. Says whether it came in time; what has come until then is kept.
    fn read_line(&mut self, line: &mut Vec<u8>) -> Result<bool, IpcError> {
        let Some(runtime) = &self.runtime else { return Ok(false) };
        let stream = &mut self.stream;
        let read = async { timeout(PATIENCE, stream.read_until(b'\n', line)).await };
        match runtime.block_on(read) {
            Ok(Ok(_)) => Ok(true),
            Ok(Err(error)) => {
                self.has_gone = true;
                Err(unreachable(&error))
            }
            Err(_) => Ok(false),
        }
    }
}

/// Whether a request waits for somebody else than the engine: a server, or the person and their keychain.
fn may_take_long(request: &Request) -> bool {
    matches!(request, Request::Sync(_))
}

/// The reply in `line`; none at the end of the connection.
fn understood(line: &[u8]) -> Result<Option<Reply>, IpcError> {
    if line.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(line).map(Some).map_err(|error| unreachable(&error))
}

fn nobody_listens(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

fn stands_still(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

fn unreachable(error: &dyn std::fmt::Display) -> IpcError {
    let message =
        format!("the running Zafu cannot be reached: {error}. Nothing was changed; try again");
    IpcError::new(ErrorCode::Engine, message)
}

fn no_response() -> IpcError {
    let message = format!(
        "the running Zafu has not responded for {} seconds: it is stopped, or waits for a disk. What was saved is \
         kept; what was asked of it may still be done once it goes on. Let it go on, or end it and start it again",
        PATIENCE.as_secs()
    );
    IpcError::new(ErrorCode::Engine, message)
}
