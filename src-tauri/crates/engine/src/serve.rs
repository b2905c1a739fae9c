//! Serves the engine to other processes of the same user over the socket.

use crate::account::Account;
use crate::folder::DataFolder;
use crate::handle::EngineHandle;
use crate::host::HostError;
use crate::import::Imports;
use crate::log::Log;
use crate::partner::Partner;
use crate::protocol::{
    AccountRequest, BackupView, ChangedSelection, DayTotal, DeadLetterView, EngineRequest,
    EngineState, ErrorCode, ImportProgress, ImportReading, ImportRequest, ImportUndoView,
    ImportView, InsightView, InvitationPreview, InvitationView, IpcError, LabelView, LogPage,
    LogRequest, OwnerView, PartnerRequest, PartnerView, ProjectView, Request, Response,
    SelectionView, SignedInView, SyncReport, SyncView, WeekProgress, account_requests,
    engine_requests, import_requests, log_requests, partner_requests,
};
use crate::socket::{self, Address};
use crate::thread::Event;
use interprocess::local_socket::ListenerOptions;
use interprocess::local_socket::tokio::{Listener, Stream, prelude::*};
use serde::Serialize;
use serde_json::Value;
use std::io;
use std::pin::pin;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use zafu_core::ids::SessionRef;
use zafu_core::message;

/// Maximum length of a request in bytes, far above that of any client.
const MAX_REQUEST_BYTES: u64 = 1 << 20;
/// How long clients may take to read their last response when the engine stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);
/// Delay after a connection could not be accepted: most likely too many are open.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Serves clients until it is dropped.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Keeps the path valid at which the listener removes the socket when it is dropped.
    _address: Address,
}

impl Server {
    /// Serves the clients of `engine`. The folder must be locked: a socket that is already there is taken for one of an
    /// engine that was killed, and replaced.
    pub(crate) fn start(folder: &DataFolder, engine: EngineHandle) -> Result<Self, HostError> {
        let address = socket::address(folder)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            owner_only(ListenerOptions::new().name(address.name()).try_overwrite(true))?
                .create_tokio()?
        };
        #[cfg(all(unix, not(target_os = "linux")))]
        close_to_others(folder)?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("server".into()).spawn(move || {
            runtime.block_on(serve(&listener, &engine, stopped));
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread), _address: address })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the server's thread has panicked");
        }
    }
}

#[cfg(target_os = "linux")]
fn owner_only(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    use interprocess::os::unix::local_socket::ListenerOptionsExt;
    Ok(options.mode(0o600))
}

/// On these systems the mode can only be set once the socket listens: see [`close_to_others`].
#[cfg(all(unix, not(target_os = "linux")))]
fn owner_only(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    Ok(options)
}

/// Allows only the owner to connect, whatever the permissions of the folder. If the folder's path is too long for a
/// socket, the socket is in another folder that only the owner can enter.
#[cfg(all(unix, not(target_os = "linux")))]
fn close_to_others(folder: &DataFolder) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let socket = folder.path().join("engine.sock");
    match std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(windows)]
fn owner_only(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    use interprocess::os::windows::local_socket::ListenerOptionsExt;
    use interprocess::os::windows::security_descriptor::SecurityDescriptor;
    // "Protected; allow generic-all to the owner", in the security descriptor definition language.
    let owner = SecurityDescriptor::deserialize(widestring::u16cstr!("D:P(A;;GA;;;OW)"))?;
    Ok(options.security_descriptor(owner))
}

/// Serves connections until `stopped`, then finishes the requests that are in flight.
async fn serve(listener: &Listener, engine: &EngineHandle, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    let (stop, stopping) = watch::channel(());
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            _ = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok(stream) => {
                    let (engine, mut stopping) = (engine.clone(), stopping.clone());
                    connections.spawn(async move {
                        serve_connection(&stream, &engine, &mut stopping).await;
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            },
        }
    }
    drop(stop);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_TIMEOUT, all).await.is_err() {
        tracing::warn!("a client did not read its response");
    }
}

async fn serve_connection(
    stream: &Stream,
    engine: &EngineHandle,
    stopping: &mut watch::Receiver<()>,
) {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    let mut imports = engine.import_client(None);
    loop {
        line.clear();
        let mut limited = (&mut lines).take(MAX_REQUEST_BYTES);
        let read = tokio::select! {
            // A request that came before the stop still gets its response.
            biased;
            read = limited.read_line(&mut line) => read,
            _ = stopping.changed() => return,
        };
        match read {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let result = match serde_json::from_str(&line) {
            Ok(Request::Watch) => {
                tokio::select! {
                    () = send_states(stream, engine) => {}
                    _ = stopping.changed() => {}
                }
                return;
            }
            Ok(Request::ImportAs(client)) => {
                imports = engine.import_client(Some(client));
                Ok(Value::Null)
            }
            Ok(Request::Engine(request)) => dispatch_engine(request, engine).await,
            Ok(Request::Log(request)) => {
                let is_change = request.is_change();
                let result = dispatch_log(request, &engine.log()).await;
                if is_change && result.is_ok() {
                    // The window knows only its own changes.
                    engine.log_changed();
                }
                result
            }
            Ok(Request::Account(request)) => dispatch_account(request, &engine.account()).await,
            Ok(Request::Partner(request)) => dispatch_partner(request, &engine.partner()).await,
            Ok(Request::Import(request)) => {
                let is_reading = matches!(request, ImportRequest::Read { .. });
                let handle = Imports::new(&imports);
                let importing = dispatch_import(request, &handle);
                match is_reading {
                    // Nobody sees what a client reads that was stopped meanwhile.
                    true => cancel_if_gone(importing, &mut lines, || imports.cancel()).await,
                    false => importing.await,
                }
            }
            Err(error) => Err(not_understood(&error)),
        };
        if send(stream, &result.into()).await.is_err() {
            return;
        }
    }
}

/// Waits for `work`, and calls `cancel` if the client that sends `lines` closes the connection meanwhile.
async fn cancel_if_gone<T>(
    work: impl Future<Output = T>,
    lines: &mut (impl AsyncBufRead + Unpin),
    cancel: impl FnOnce(),
) -> T {
    let mut work = pin!(work);
    let is_gone = async {
        match lines.fill_buf().await {
            Ok([]) | Err(_) => {}
            // Its next request.
            Ok(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        done = &mut work => return done,
        () = is_gone => cancel(),
    }
    work.await
}

fn not_understood(error: &serde_json::Error) -> IpcError {
    let message = message!("engine-request-not-understood", reason = error.to_string());
    IpcError::new(ErrorCode::Engine, message)
}

/// Sends the state now and after each change, until the client disconnects or the engine stops.
async fn send_states(stream: &Stream, engine: &EngineHandle) {
    let mut events = engine.subscribe();
    let mut state = engine.state().await;
    loop {
        if send(stream, &state.into()).await.is_err() {
            return;
        }
        state = loop {
            match events.recv().await {
                Ok(Event::State(state)) => break Ok(*state),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => break engine.state().await,
                Err(RecvError::Closed) => return,
            }
        };
    }
}

async fn send(mut stream: &Stream, response: &Response<impl Serialize>) -> io::Result<()> {
    let mut line = serde_json::to_vec(response).map_err(io::Error::other)?;
    line.push(b'\n');
    stream.write_all(&line).await
}

fn encode<T: Serialize>(result: Result<T, IpcError>) -> Result<Value, IpcError> {
    serde_json::to_value(result?).map_err(|error| {
        IpcError::new(ErrorCode::Engine, message!("engine-fault", reason = error.to_string()))
    })
}

/// Defines the function that calls the method of a request.
macro_rules! define_dispatch {
    ($dispatch:ident($Handle:ty), $Request:ident: $(
        $(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])?
        $Variant:ident => $method:ident($($argument:ident: $Argument:ty),*) -> $Result:ty;
    )*) => {
        /// Calls the method of `request` and encodes its result.
        pub(crate) async fn $dispatch(request: $Request, handle: &$Handle) -> Result<Value, IpcError> {
            match request {$(
                $(#[cfg($cfg)])?
                $Request::$Variant { $($argument),* } => {
                    encode::<$Result>(handle.$method($($argument),*).await)
                }
            )*}
        }
    };
    (EngineRequest: $($table:tt)*) => {
        define_dispatch! { dispatch_engine(EngineHandle), EngineRequest: $($table)* }
    };
    (LogRequest: $($table:tt)*) => {
        define_dispatch! { dispatch_log(Log<'_>), LogRequest: $($table)* }
    };
    (AccountRequest: $($table:tt)*) => {
        define_dispatch! { dispatch_account(Account<'_>), AccountRequest: $($table)* }
    };
    (PartnerRequest: $($table:tt)*) => {
        define_dispatch! { dispatch_partner(Partner<'_>), PartnerRequest: $($table)* }
    };
    (ImportRequest: $($table:tt)*) => {
        define_dispatch! { dispatch_import(Imports<'_>), ImportRequest: $($table)* }
    };
}
engine_requests!(define_dispatch);
log_requests!(define_dispatch);
account_requests!(define_dispatch);
partner_requests!(define_dispatch);
import_requests!(define_dispatch);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_cancelled_once_its_client_has_gone() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (client, server) = tokio::io::duplex(64);
            let mut lines = BufReader::new(server);
            // Work that only ends if it is cancelled.
            let (cancel, cancelled) = oneshot::channel();
            let mut work =
                pin!(cancel_if_gone(cancelled, &mut lines, || cancel.send("cancelled").unwrap()));
            tokio::select! {
                biased;
                done = &mut work => panic!("{done:?} while the client waits"),
                () = tokio::task::yield_now() => {}
            }
            drop(client);
            assert_eq!(work.await, Ok("cancelled"));
        });
    }

    #[test]
    fn the_next_request_of_a_client_cancels_nothing() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (mut client, server) = tokio::io::duplex(64);
            let mut lines = BufReader::new(server);
            client.write_all(b"next\n").await.unwrap();
            let work = tokio::task::yield_now();
            cancel_if_gone(work, &mut lines, || panic!("it is there")).await;
            let mut line = String::new();
            lines.read_line(&mut line).await.unwrap();
            assert_eq!(line, "next\n");
        });
    }
}
