//! Reaches the engine that another process runs.

use crate::folder::DataFolder;
use crate::protocol::{ErrorCode, IpcError, Reply, Request, Snapshot};
use crate::socket;
use interprocess::local_socket::Stream;
use interprocess::local_socket::prelude::*;
use std::io::{self, BufRead, BufReader, Write};

/// Talks to the engine of a data folder.
pub struct Client {
    stream: BufReader<Stream>,
}

impl Client {
    /// Reaches the engine of `folder`; none if none runs.
    ///
    /// # Errors
    /// One runs and cannot be reached.
    pub fn connect(folder: &DataFolder) -> Result<Option<Self>, IpcError> {
        let stream = socket::name(folder).and_then(Stream::connect);
        match stream {
            Ok(stream) => Ok(Some(Self { stream: BufReader::new(stream) })),
            Err(error) if nobody_listens(&error) => Ok(None),
            Err(error) => Err(unreachable(&error)),
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// What the engine answers, or that it has gone.
    pub fn ask(&mut self, request: &Request) -> Result<Reply, IpcError> {
        self.send(request)?;
        match self.read()? {
            Some(Reply::Error(error)) => Err(error),
            Some(reply) => Ok(reply),
            None => Err(unreachable(&"it has stopped")),
        }
    }

    /// Asks without waiting for the answer, which [`Self::read`] reads.
    ///
    /// # Errors
    /// The engine has gone.
    pub fn send(&mut self, request: &Request) -> Result<(), IpcError> {
        let mut line = serde_json::to_vec(request).map_err(|error| unreachable(&error))?;
        line.push(b'\n');
        self.stream.get_mut().write_all(&line).map_err(|error| unreachable(&error))
    }

    /// Asks for something that is answered by the state of things.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn snapshot(&mut self, request: &Request) -> Result<Snapshot, IpcError> {
        match self.ask(request)? {
            Reply::Snapshot(snapshot) => Ok(*snapshot),
            _ => Err(unreachable(&"its answer is not understood")),
        }
    }

    /// The next state of things, after [`Request::Watch`]; none once the engine has stopped.
    ///
    /// # Errors
    /// It is not understood.
    pub fn read(&mut self) -> Result<Option<Reply>, IpcError> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) => Ok(None),
            Ok(_) => serde_json::from_str(&line).map(Some).map_err(|error| unreachable(&error)),
            Err(error) => Err(unreachable(&error)),
        }
    }
}

fn nobody_listens(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

fn unreachable(error: &dyn std::fmt::Display) -> IpcError {
    let message =
        format!("the running Zafu cannot be reached: {error}. Nothing was changed; try again");
    IpcError::new(ErrorCode::Engine, message)
}
