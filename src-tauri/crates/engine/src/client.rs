//! A client of the engine that another process runs.
//!
//! The client waits for the response to a request that may take long (see [`may_take_long`]) as long as the engine
//! responds to another request: this distinguishes an engine that waits for a server from one that is suspended or
//! blocked by a disk.

use crate::folder::{DataFolder, FolderError};
use crate::protocol::{
    ChangedSelection, DayTotal, EngineRequest, EngineState, ErrorCode, InsightPeriod, InsightView,
    IpcError, LabelLook, LabelView, LogPage, LogQuery, LogRequest, LogSelection, OwnerView,
    Request, Response, Secret, SelectionView, SitChange, SitEntry, StartRequest, engine_requests,
    log_requests,
};
use crate::socket::{self, Address};
use interprocess::local_socket::tokio::{Stream, prelude::*};
use serde::de::DeserializeOwned;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use zafu_core::ids::{SessionId, SessionRef};
use zafu_core::label::LabelKey;
use zafu_core::message;
use zafu_core::timer::{Answer, OvertimeAnswer};

/// How long an engine may take to respond.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection to the engine of a data folder.
///
/// Each method for a request can fail with the errors of the method of the same name of
/// [`EngineHandle`](crate::EngineHandle), and with [`ErrorCode::Engine`] if the engine has stopped, does not respond,
/// or is of another version.
pub struct Client {
    /// `None` only during the drop.
    runtime: Option<Runtime>,
    stream: BufReader<Stream>,
    folder: DataFolder,
    /// True once the engine did not respond in time.
    timed_out: bool,
    /// True once the connection was closed.
    is_closed: bool,
    _address: Address,
}

impl Drop for Client {
    fn drop(&mut self) {
        // Does not block, so that a client may be dropped in an async context.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// Connects to the engine of `folder`; returns `None` if no engine is running.
    ///
    /// # Errors
    /// [`ErrorCode::Engine`] if an engine is running and cannot be reached.
    pub fn connect(folder: &DataFolder) -> Result<Option<Self>, IpcError> {
        let address = match socket::address(folder) {
            Ok(address) => address,
            Err(FolderError::Unusable { source, .. }) if is_not_listening(&source) => {
                return Ok(None);
            }
            Err(error) => return Err(IpcError::new(ErrorCode::Engine, error.message())),
        };
        let connected = || -> io::Result<_> {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            // Connecting blocks if the engine hangs and its backlog is full.
            let connecting =
                async { timeout(RESPONSE_TIMEOUT, Stream::connect(address.name())).await };
            let stream = runtime.block_on(connecting).map_err(io::Error::from).flatten()?;
            Ok((runtime, BufReader::new(stream)))
        };
        match connected() {
            Ok((runtime, stream)) => Ok(Some(Self {
                runtime: Some(runtime),
                stream,
                folder: folder.clone(),
                timed_out: false,
                is_closed: false,
                _address: address,
            })),
            Err(error) if is_not_listening(&error) => Ok(None),
            Err(error) if is_hanging(&error) => Err(no_response()),
            Err(error) => Err(unreachable(&error)),
        }
    }

    /// Sends a request and returns its result.
    ///
    /// # Errors
    /// As described at [`Client`].
    pub fn call<T: DeserializeOwned>(&mut self, request: &Request) -> Result<T, IpcError> {
        self.send(request)?;
        let line = if may_take_long(request) { self.wait()? } else { self.read()? };
        decode(&line)?.ok_or_else(|| {
            self.is_closed = true;
            IpcError::new(ErrorCode::Engine, message!("engine-stopping"))
        })
    }

    /// Sends a request without waiting for the response, which [`Self::receive`] returns.
    ///
    /// # Errors
    /// [`ErrorCode::Engine`] if the engine has stopped or does not read requests.
    pub fn send(&mut self, request: &Request) -> Result<(), IpcError> {
        let mut line = serde_json::to_vec(request).map_err(|error| unreachable(&error))?;
        line.push(b'\n');
        let Some(runtime) = &self.runtime else { return Err(no_response()) };
        // On Unix a shared reference to the stream can be written to.
        let mut stream = self.stream.get_ref();
        let written =
            runtime.block_on(async { timeout(RESPONSE_TIMEOUT, stream.write_all(&line)).await });
        written.map_err(|_| no_response())?.map_err(|error| {
            self.is_closed = true;
            unreachable(&error)
        })
    }

    /// Returns the next result, however long it takes; `None` once the engine has stopped.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn receive<T: DeserializeOwned>(&mut self) -> Result<Option<T>, IpcError> {
        let line = self.wait()?;
        decode(&line)
    }

    /// Returns the state, and has the engine send each later one, which [`Self::next_state`] returns.
    ///
    /// # Errors
    /// As described at [`Client`].
    pub fn watch(&mut self) -> Result<EngineState, IpcError> {
        self.call(&Request::Watch)
    }

    /// Returns the next state after [`Self::watch`], however long it takes; `None` once the engine has stopped.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn next_state(&mut self) -> Result<Option<EngineState>, IpcError> {
        self.receive()
    }

    /// Returns false once the engine has closed the connection.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        !self.is_closed
    }

    /// Returns true once the engine did not respond in time although it has not stopped.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.timed_out
    }

    /// Reads a line. Waits as long as the engine responds to another connection.
    fn wait(&mut self) -> Result<Vec<u8>, IpcError> {
        let mut line = Vec::new();
        while !self.read_rest(&mut line)? {
            let mut other = Self::connect(&self.folder)?.ok_or_else(no_response)?;
            let state = other.state();
            self.timed_out = other.timed_out;
            state?;
        }
        Ok(line)
    }

    /// Reads a line. Fails if it does not arrive within [`RESPONSE_TIMEOUT`].
    fn read(&mut self) -> Result<Vec<u8>, IpcError> {
        let mut line = Vec::new();
        if self.read_rest(&mut line)? {
            return Ok(line);
        }
        self.timed_out = true;
        Err(no_response())
    }

    /// Reads the rest of `line`. Returns false on a timeout, and keeps what was read until then.
    fn read_rest(&mut self, line: &mut Vec<u8>) -> Result<bool, IpcError> {
        let Some(runtime) = &self.runtime else { return Ok(false) };
        let stream = &mut self.stream;
        let read = async { timeout(RESPONSE_TIMEOUT, stream.read_until(b'\n', line)).await };
        match runtime.block_on(read) {
            Ok(Ok(_)) => Ok(true),
            Ok(Err(error)) => {
                self.is_closed = true;
                Err(unreachable(&error))
            }
            Err(_) => Ok(false),
        }
    }
}

/// Defines a method for each request of a table.
macro_rules! define_methods {
    ($Kind:ident($Request:ident): $(
        $(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])?
        $Variant:ident => $method:ident($($argument:ident: $Argument:ty),*) -> $Result:ty;
    )*) => {
        impl Client {$(
            $(#[doc = $doc])* $(#[cfg($cfg)])?
            ///
            /// # Errors
            /// As described at [`Client`].
            pub fn $method(&mut self, $($argument: $Argument),*) -> Result<$Result, IpcError> {
                self.call(&Request::$Kind($Request::$Variant { $($argument),* }))
            }
        )*}
    };
    (EngineRequest: $($table:tt)*) => {
        define_methods! { Engine(EngineRequest): $($table)* }
    };
    (LogRequest: $($table:tt)*) => {
        define_methods! { Log(LogRequest): $($table)* }
    };
}
engine_requests!(define_methods);
log_requests!(define_methods);

/// Returns whether a request may wait for a server, for the user to unlock the keychain, for a long log or for long files.
fn may_take_long(request: &Request) -> bool {
    matches!(
        request,
        Request::Account(_) | Request::Log(_) | Request::Partner(_) | Request::Import(_)
    )
}

/// Decodes the response in `line`; returns `None` at the end of the connection. Only here can a client find that the
/// engine is of another version.
fn decode<T: DeserializeOwned>(line: &[u8]) -> Result<Option<T>, IpcError> {
    if line.is_empty() {
        return Ok(None);
    }
    match serde_json::from_slice::<Response<T>>(line) {
        Ok(response) => Result::from(response).map(Some),
        Err(error) => Err(other_version(&error)),
    }
}

fn other_version(error: &serde_json::Error) -> IpcError {
    let message = message!("engine-other-version", reason = error.to_string());
    IpcError::new(ErrorCode::Engine, message)
}

fn is_not_listening(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

fn is_hanging(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

fn unreachable(error: &dyn std::fmt::Display) -> IpcError {
    let message = message!("engine-unreachable", reason = error.to_string());
    IpcError::new(ErrorCode::Engine, message)
}

fn no_response() -> IpcError {
    let message = message!("engine-not-responding", seconds = RESPONSE_TIMEOUT.as_secs());
    IpcError::new(ErrorCode::Engine, message)
}
