//! Serves the engine to other processes of the same person: one line of JSON asked, one answered.

use crate::folder::DataFolder;
use crate::handle::EngineHandle;
use crate::protocol::{ErrorCode, IpcError, Reply, Request};
use crate::socket::{self, Place};
use crate::thread::Event;
use interprocess::local_socket::ListenerOptions;
use interprocess::local_socket::tokio::{Listener, Stream, prelude::*};
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// The longest request that is read: far beyond any that a client of ours makes.
const LONGEST_REQUEST: u64 = 1 << 20;

/// How long clients have to take their answers when the engine stops.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long after a client could not be let in the next one is.
const LET_IN_AGAIN: Duration = Duration::from_millis(100);

/// Listens until it is dropped.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// The listener removes its socket by this name.
    _place: Place,
}

impl Server {
    /// Listens for the clients of `engine`. The folder must be held: a socket left there by an engine that has
    /// died is replaced.
    pub(crate) fn start(folder: &DataFolder, engine: EngineHandle) -> io::Result<Self> {
        let place = socket::place(folder)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            owner_only(ListenerOptions::new().name(place.name()).try_overwrite(true))?
                .create_tokio()?
        };
        #[cfg(all(unix, not(target_os = "linux")))]
        close_to_others(folder)?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("server".into()).spawn(move || {
            runtime.block_on(serve(&listener, &engine, stopped));
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread), _place: place })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the server's thread had panicked");
        }
    }
}

#[cfg(target_os = "linux")]
fn owner_only(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    use interprocess::os::unix::local_socket::ListenerOptionsExt;
    Ok(options.mode(0o600))
}

/// Here the mode cannot be set before the socket listens: see [`close_to_others`].
#[cfg(all(unix, not(target_os = "linux")))]
fn owner_only(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    Ok(options)
}

/// Nobody else may connect, whatever the permissions of the folder. One that is too long for a socket has it in a
/// folder that is its user's alone.
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

/// Lets clients in until it is told to stop, then lets those that were promised an answer have it.
async fn serve(listener: &Listener, engine: &EngineHandle, mut stopped: oneshot::Receiver<()>) {
    let mut conversations = JoinSet::new();
    let (stop, stopping) = watch::channel(());
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            _ = conversations.join_next(), if !conversations.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok(stream) => {
                    let (engine, mut stopping) = (engine.clone(), stopping.clone());
                    conversations.spawn(async move {
                        converse(&stream, &engine, &mut stopping).await;
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a client could not be let in");
                    // Most likely too many are in: there is nothing to gain by asking again at once.
                    tokio::time::sleep(LET_IN_AGAIN).await;
                }
            },
        }
    }
    drop(stop);
    let all = async { while conversations.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_WORDS, all).await.is_err() {
        tracing::warn!("a client did not take its answer");
    }
}

async fn converse(stream: &Stream, engine: &EngineHandle, stopping: &mut watch::Receiver<()>) {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        let mut limited = (&mut lines).take(LONGEST_REQUEST);
        let read = tokio::select! {
            // What was asked before the stop is answered; only then is the stop looked at.
            biased;
            read = limited.read_line(&mut line) => read,
            _ = stopping.changed() => return,
        };
        match read {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let request = match serde_json::from_str(&line) {
            Ok(Request::Watch) => {
                tokio::select! {
                    () = tell_all(stream, engine) => {}
                    _ = stopping.changed() => {}
                }
                return;
            }
            Ok(request) => request,
            Err(error) => {
                let message = format!(
                    "this request is not understood: {error}. Are both Zafus of one version?"
                );
                let reply = Reply::Error(IpcError::new(ErrorCode::Engine, message));
                if write(stream, &reply).await.is_err() {
                    return;
                }
                continue;
            }
        };
        if write(stream, &answer(engine, request).await).await.is_err() {
            return;
        }
    }
}

/// Sends each state until the client goes.
async fn tell_all(stream: &Stream, engine: &EngineHandle) {
    let mut events = engine.subscribe();
    let mut reply = answer(engine, Request::State).await;
    loop {
        if write(stream, &reply).await.is_err() {
            return;
        }
        reply = loop {
            match events.recv().await {
                Ok(Event::State(state)) => break Reply::State(state),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => break answer(engine, Request::State).await,
                Err(RecvError::Closed) => return,
            }
        };
    }
}

async fn write(mut stream: &Stream, reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply).map_err(io::Error::other)?;
    line.push(b'\n');
    stream.write_all(&line).await
}

async fn answer(engine: &EngineHandle, request: Request) -> Reply {
    dispatch(engine, request).await.unwrap_or_else(Reply::Error)
}

async fn dispatch(engine: &EngineHandle, request: Request) -> Result<Reply, IpcError> {
    let state = |state| Reply::State(Box::new(state));
    Ok(match request {
        Request::State | Request::Watch => state(engine.state().await?),
        Request::Start(request) => state(engine.start_sit(request).await?),
        Request::Pause => state(engine.pause_sit().await?),
        Request::Resume => state(engine.resume_sit().await?),
        Request::End(overtime) => state(engine.end_sit(overtime).await?),
        Request::Discard => state(engine.discard_sit().await?),
        Request::Resolve(id, answer) => state(engine.resolve_sit(id, answer).await?),
        Request::Log(request) => Reply::Log(engine.sessions(request).await?),
        Request::Owners => Reply::Owners(engine.owners().await?),
        Request::Settings => Reply::Settings(Box::new(engine.settings().await?)),
        Request::Presets => Reply::Presets(engine.presets().await?),
        Request::Sync(request) => Reply::Sync(engine.sync(request).await?),
        Request::Show => engine.show_window().await.map(|()| Reply::Done)?,
        Request::Quit => engine.quit().await.map(|()| Reply::Done)?,
        #[cfg(feature = "test-clock")]
        Request::Advance(ms) => state(engine.advance(ms).await?),
    })
}
