//! A proxy between a device and its server that drops, delays, repeats or replaces requests and responses as a test says.
//! It works with plain sockets, because half of the faults are below HTTP.
//!
//! It never waits for time to pass: what is delayed or slow continues when the test says so.

mod message;

pub use message::Response;

use crate::token;
use anyhow::{Context, Result};
use message::{ServerResponse, read};
use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use tokio::sync::Notify;
use uuid::Uuid;

/// What the proxy does with one request.
pub enum Action {
    /// Forwards the request and returns the response.
    Forward,
    /// Closes the connection without forwarding the request.
    DropRequest,
    /// Does not forward the request, and leaves the connection open without a response.
    HoldRequest,
    /// Forwards the request, then closes the connection without a response.
    DropResponse,
    /// Forwards the request, and leaves the connection open without a response.
    HoldResponse,
    /// Forwards the request twice and returns the second response.
    ForwardTwice,
    /// Closes the connection, and forwards the request when the test calls [`Proxy::deliver_delayed`].
    Delay,
    /// Returns this many bytes of the body, then closes the connection.
    CutBody(usize),
    /// Removes this many bytes from the end of the body, with a content length that matches.
    ShortenBody(usize),
    /// Returns the response byte by byte, one for each call of [`Proxy::step`].
    Drip,
    /// Returns this response without forwarding the request.
    Respond(Response),
    /// Forwards the request, then returns this response instead of the server's.
    ForwardThenRespond(Response),
    /// Forwards the request and edits the JSON of the response.
    EditResponse(Box<dyn FnOnce(&mut Value) + Send>),
    /// Sends the request, runs this, then returns the response, if there is one.
    RunDuring(Box<dyn FnOnce() + Send>),
}

/// A request that has arrived at the proxy.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path and query, such as `/rest/v1/rpc/push_sessions`.
    pub path: String,
    /// How many requests to the same path response before it since the script was set.
    pub index: usize,
    /// The user whose access token it carries. Requests that sign in or refresh a token carry none.
    pub user: Option<Uuid>,
}

impl Request {
    /// Returns whether it calls this function, or this endpoint of the auth server.
    #[must_use]
    pub fn calls(&self, name: &str) -> bool {
        has_part(&self.path, name)
    }
}

/// Returns whether `name` is a segment of a path or part of its query.
fn has_part(path: &str, name: &str) -> bool {
    path.split(['/', '?', '=']).any(|part| part == name)
}

type Script = Box<dyn FnMut(&Request) -> Action + Send>;

#[derive(Default)]
struct State {
    script: Option<Script>,
    /// Number of requests to each path since the script was set.
    counts: HashMap<String, usize>,
    delayed: Vec<Vec<u8>>,
    open: Vec<TcpStream>,
    /// Clients whose connections stay open without responses.
    ignored: Vec<SocketAddr>,
    /// Number of calls of [`Proxy::step`].
    steps: u64,
    is_stopped: bool,
}

struct Shared {
    server: SocketAddr,
    state: Mutex<State>,
    stepped: Condvar,
    is_waiting: Notify,
}

/// A running proxy. It stops when it is dropped.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts a proxy for the server that listens on `port` of loopback.
    ///
    /// # Errors
    /// If no port is free.
    pub fn open(port: u16) -> Result<Self> {
        let shared = Arc::new(Shared {
            server: SocketAddr::from(([127, 0, 0, 1], port)),
            state: Mutex::default(),
            stepped: Condvar::new(),
            is_waiting: Notify::new(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port is free")?;
        let port = listener.local_addr()?.port();
        let all = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if all.state().is_stopped {
                    return;
                }
                let all = all.clone();
                thread::spawn(move || all.serve(stream));
            }
        });
        Ok(Self { port, shared })
    }

    /// Returns the port of loopback that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Decides with `script` what happens to each request from now on. Resets the counts.
    pub fn set_script(&self, script: impl FnMut(&Request) -> Action + Send + 'static) {
        let mut state = self.shared.state();
        state.counts.clear();
        state.script = Some(Box::new(script));
    }

    /// Forwards every request from now on. Resets the counts.
    pub fn clear_script(&self) {
        let mut state = self.shared.state();
        state.script = None;
        state.counts.clear();
    }

    /// Returns the number of requests since the script was set or cleared.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.shared.state().counts.values().sum()
    }

    /// Returns the number of these requests that call a function or an endpoint.
    #[must_use]
    pub fn request_count_of(&self, name: &str) -> usize {
        let counts = &self.shared.state().counts;
        counts.iter().filter(|(path, _)| has_part(path, name)).map(|(_, count)| count).sum()
    }

    /// Forwards the delayed requests, the last one first. Returns the statuses of the responses.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub fn deliver_delayed(&self) -> Result<Vec<u16>> {
        let delayed = std::mem::take(&mut self.shared.state().delayed);
        delayed.iter().rev().map(|bytes| Ok(self.shared.forward(bytes, None)?.status)).collect()
    }

    /// Stops responding on the open connections, but leaves them open, as after a long sleep of the computer.
    pub fn stop_responding(&self) {
        let mut state = self.shared.state();
        state.ignored = state.open.iter().flat_map(TcpStream::peer_addr).collect();
    }

    /// Closes all open connections.
    pub fn close_connections(&self) {
        for stream in self.shared.state().open.drain(..) {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    /// Waits until a client waits for a response that only the test can continue.
    pub async fn until_waiting(&self) {
        self.shared.is_waiting.notified().await;
    }

    /// Sends the next byte of each response that drips.
    pub fn step(&self) {
        self.shared.state().steps += 1;
        self.shared.stepped.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.state().is_stopped = true;
        self.shared.stepped.notify_all();
        self.close_connections();
        // Wakes the thread that accepts connections.
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request over a new connection, runs `during`, and returns the response.
    fn forward(
        &self,
        bytes: &[u8],
        during: Option<Box<dyn FnOnce() + Send>>,
    ) -> Result<ServerResponse> {
        let mut server = TcpStream::connect(self.server)?;
        server.write_all(bytes)?;
        if let Some(during) = during {
            during();
        }
        let (head, body) = read(&mut BufReader::new(server))?.context("no response")?;
        let status = head.split_whitespace().nth(1).context("no status")?.parse()?;
        Ok(ServerResponse { status, head, body })
    }

    /// Serves one connection until it ends. Any error closes it.
    fn serve(&self, stream: TcpStream) {
        let Ok(peer) = stream.peer_addr() else { return };
        if let Ok(other) = stream.try_clone() {
            self.state().open.push(other);
        }
        self.serve_all(&stream, peer).ok();
        stream.shutdown(Shutdown::Both).ok();
        self.state().open.retain(|open| open.peer_addr().is_ok_and(|it| it != peer));
    }

    fn serve_all(&self, stream: &TcpStream, peer: SocketAddr) -> Result<()> {
        let mut reader = BufReader::new(stream);
        while let Some((head, body)) = read(&mut reader)? {
            if self.state().ignored.contains(&peer) {
                return self.hold(stream);
            }
            let path = head.split_whitespace().nth(1).context("no path")?.to_owned();
            let bytes = [head.as_bytes(), &body].concat();
            let action = {
                let mut state = self.state();
                let count = state.counts.entry(path.clone()).or_default();
                let user = token::user_of(&head);
                let request = Request { path, index: *count, user };
                *count += 1;
                state.script.as_mut().map_or(Action::Forward, |script| script(&request))
            };
            let Some(response) = self.carry_out(action, &bytes, stream)? else { return Ok(()) };
            let mut stream = stream;
            stream.write_all(&response)?;
        }
        Ok(())
    }

    /// Returns the response, or `None` if the connection is closed.
    fn carry_out(
        &self,
        action: Action,
        bytes: &[u8],
        mut stream: &TcpStream,
    ) -> Result<Option<Vec<u8>>> {
        let forward = || self.forward(bytes, None);
        Ok(Some(match action {
            Action::Forward => {
                let response = forward()?;
                response.with_body(&response.body)
            }
            Action::DropRequest => return Ok(None),
            Action::HoldRequest => return self.hold(stream).map(|()| None),
            Action::DropResponse => {
                forward()?;
                return Ok(None);
            }
            Action::HoldResponse => {
                forward()?;
                return self.hold(stream).map(|()| None);
            }
            Action::ForwardTwice => {
                forward()?;
                let second = forward()?;
                second.with_body(&second.body)
            }
            Action::Delay => {
                self.state().delayed.push(bytes.to_vec());
                return Ok(None);
            }
            Action::CutBody(at) => {
                let response = forward()?;
                let body = &response.body[..at.min(response.body.len().saturating_sub(1))];
                stream.write_all(&response.with_length(response.body.len(), body))?;
                return Ok(None);
            }
            Action::ShortenBody(by) => {
                let response = forward()?;
                response.with_body(&response.body[..response.body.len().saturating_sub(by)])
            }
            Action::Drip => {
                let response = forward()?;
                for byte in response.with_body(&response.body) {
                    if !self.wait_for_step() {
                        return Ok(None);
                    }
                    stream.write_all(&[byte])?;
                }
                Vec::new()
            }
            Action::Respond(response) => response.bytes(),
            Action::ForwardThenRespond(response) => {
                forward()?;
                response.bytes()
            }
            Action::EditResponse(change) => {
                let response = forward()?;
                let mut body = serde_json::from_slice(&response.body)?;
                change(&mut body);
                response.with_body(body.to_string().as_bytes())
            }
            Action::RunDuring(what) => {
                let response = self.forward(bytes, Some(what))?;
                response.with_body(&response.body)
            }
        }))
    }

    /// Leaves a connection open without a response until the client closes it.
    fn hold(&self, stream: &TcpStream) -> Result<()> {
        stream.set_nonblocking(true)?;
        let is_open = || !matches!(stream.peek(&mut [0]), Ok(0));
        while is_open() && self.wait_for_step() {}
        Ok(())
    }

    /// Waits for the next step. Returns false if the proxy has stopped.
    fn wait_for_step(&self) -> bool {
        let mut state = self.state();
        let before = state.steps;
        self.is_waiting.notify_one();
        while state.steps == before && !state.is_stopped {
            state = self.stepped.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.is_stopped
    }
}
