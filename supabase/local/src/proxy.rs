//! What can lie between a device and its server: a proxy that does to each request what a test has written down
//! for it. It speaks bytes over plain sockets, because half of what goes wrong is below HTTP.
//!
//! Nothing here waits for time to pass: whatever is late or slow goes on when the test says so.

mod message;

pub use message::Said;

use anyhow::{Context, Result};
use message::{Came, read};
use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use tokio::sync::Notify;

/// What becomes of one request.
pub enum Fate {
    /// It is handed on, and its answer back.
    Pass,
    /// It is lost on its way: the connection ends.
    Lost,
    /// It is lost on its way, and nobody says so: the connection stays.
    Swallowed,
    /// The server does it; then the connection ends.
    AnswerLost,
    /// The server does it; then nobody says anything.
    Unanswered,
    /// The server does it twice. The second answer is handed back.
    Twice,
    /// The connection ends. The server gets it when the test says so: [`Proxy::deliver`].
    Late,
    /// So many bytes of the answer's body come, then the connection ends.
    CutOff(usize),
    /// As many bytes of the answer's body come as are left after cutting so many, as if they were all.
    Shortened(usize),
    /// The answer comes byte by byte, one each time that the test says so: [`Proxy::go_on`].
    Drip,
    /// Somebody else answers.
    Instead(Said),
    /// The server does it; then somebody else answers.
    DoneThen(Said),
    /// The answer's JSON is changed on its way back.
    Changed(Box<dyn FnOnce(&mut Value) + Send>),
    /// The server gets it; then this is done; then its answer is handed back, if there is one.
    During(Box<dyn FnOnce() + Send>),
}

/// A request that has arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Where to: `/rest/v1/rpc/push_sessions`, with its query.
    pub path: String,
    /// How many requests to the same path came before it.
    pub before: usize,
}

impl Asked {
    /// Whether it asks for this function, or at this place of the auth server.
    #[must_use]
    pub fn is(&self, what: &str) -> bool {
        names(&self.path, what)
    }
}

/// Whether `what` is a part of this path, or of what is asked with it.
fn names(path: &str, what: &str) -> bool {
    path.split(['/', '?', '=']).any(|part| part == what)
}

type Script = Box<dyn FnMut(&Asked) -> Fate + Send>;

#[derive(Default)]
struct State {
    script: Option<Script>,
    /// How often each path was asked for.
    asked: HashMap<String, usize>,
    late: Vec<Vec<u8>>,
    open: Vec<TcpStream>,
    /// Whether the open connections are dead and nobody has said so.
    deaf: Vec<SocketAddr>,
    /// How often the test has said that it goes on.
    steps: u64,
    ended: bool,
}

struct Shared {
    server: SocketAddr,
    state: Mutex<State>,
    goes_on: Condvar,
    silent: Notify,
}

/// The proxy. It ends when this is dropped.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Opens it before whoever listens on `port` of loopback.
    ///
    /// # Errors
    /// If no port can be had.
    pub fn open(port: u16) -> Result<Self> {
        let shared = Arc::new(Shared {
            server: SocketAddr::from(([127, 0, 0, 1], port)),
            state: Mutex::default(),
            goes_on: Condvar::new(),
            silent: Notify::new(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port can be had")?;
        let port = listener.local_addr()?.port();
        let all = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if all.state().ended {
                    return;
                }
                let all = all.clone();
                thread::spawn(move || all.serve(stream));
            }
        });
        Ok(Self { port, shared })
    }

    /// Its port of loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on `script` says what becomes of each request.
    pub fn obey(&self, script: impl FnMut(&Asked) -> Fate + Send + 'static) {
        let mut state = self.shared.state();
        state.asked.clear();
        state.script = Some(Box::new(script));
    }

    /// From now on every request passes.
    pub fn clear(&self) {
        let mut state = self.shared.state();
        state.script = None;
        state.asked.clear();
    }

    /// How many requests there were since the script was changed.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared.state().asked.values().sum()
    }

    /// How many of them asked for this function.
    #[must_use]
    pub fn count_of(&self, what: &str) -> usize {
        let asked = &self.shared.state().asked;
        asked.iter().filter(|(path, _)| names(path, what)).map(|(_, count)| count).sum()
    }

    /// Whatever is late reaches the server now, the last one first. Answers how the server answered.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub fn deliver(&self) -> Result<Vec<u16>> {
        let late = std::mem::take(&mut self.shared.state().late);
        late.iter().rev().map(|bytes| Ok(self.shared.ask(bytes, None)?.status)).collect()
    }

    /// Every connection that is open is dead from now on, as after a long sleep, and nobody says so.
    pub fn deafen(&self) {
        let mut state = self.shared.state();
        state.deaf = state.open.iter().flat_map(TcpStream::peer_addr).collect();
    }

    /// Ends every connection that is open.
    pub fn cut(&self) {
        for stream in self.shared.state().open.drain(..) {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    /// Returns when somebody waits for an answer that will not come by itself.
    pub async fn falls_silent(&self) {
        self.shared.silent.notified().await;
    }

    /// What drips sends its next byte; what is silent stays so.
    pub fn go_on(&self) {
        self.shared.state().steps += 1;
        self.shared.goes_on.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.state().ended = true;
        self.shared.goes_on.notify_all();
        self.cut();
        // So that whoever accepts looks up.
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the server over a connection of its own. `during` is done while it thinks.
    fn ask(&self, bytes: &[u8], during: Option<Box<dyn FnOnce() + Send>>) -> Result<Came> {
        let mut server = TcpStream::connect(self.server)?;
        server.write_all(bytes)?;
        if let Some(during) = during {
            during();
        }
        let (head, body) = read(&mut BufReader::new(server))?.context("no answer")?;
        let status = head.split_whitespace().nth(1).context("no status")?.parse()?;
        Ok(Came { status, head, body })
    }

    /// Serves one connection until it ends. Whatever fails on the way ends it, as anywhere.
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
            if self.state().deaf.contains(&peer) {
                return self.be_silent(stream);
            }
            let path = head.split_whitespace().nth(1).context("no path")?.to_owned();
            let bytes = [head.as_bytes(), &body].concat();
            let fate = {
                let mut state = self.state();
                let count = state.asked.entry(path.clone()).or_default();
                let asked = Asked { path, before: *count };
                *count += 1;
                state.script.as_mut().map_or(Fate::Pass, |script| script(&asked))
            };
            let Some(back) = self.meet(fate, &bytes, stream)? else { return Ok(()) };
            let mut stream = stream;
            stream.write_all(&back)?;
        }
        Ok(())
    }

    /// What is handed back; nothing where the connection ends.
    fn meet(&self, fate: Fate, bytes: &[u8], mut stream: &TcpStream) -> Result<Option<Vec<u8>>> {
        let came = || self.ask(bytes, None);
        Ok(Some(match fate {
            Fate::Pass => {
                let came = came()?;
                came.with(&came.body)
            }
            Fate::Lost => return Ok(None),
            Fate::Swallowed => return self.be_silent(stream).map(|()| None),
            Fate::AnswerLost => {
                came()?;
                return Ok(None);
            }
            Fate::Unanswered => {
                came()?;
                return self.be_silent(stream).map(|()| None);
            }
            Fate::Twice => {
                came()?;
                let again = came()?;
                again.with(&again.body)
            }
            Fate::Late => {
                self.state().late.push(bytes.to_vec());
                return Ok(None);
            }
            Fate::CutOff(at) => {
                let came = came()?;
                let body = &came.body[..at.min(came.body.len().saturating_sub(1))];
                stream.write_all(&came.promising(came.body.len(), body))?;
                return Ok(None);
            }
            Fate::Shortened(by) => {
                let came = came()?;
                came.with(&came.body[..came.body.len().saturating_sub(by)])
            }
            Fate::Drip => {
                let came = came()?;
                for byte in came.with(&came.body) {
                    if !self.wait_for_a_step() {
                        return Ok(None);
                    }
                    stream.write_all(&[byte])?;
                }
                Vec::new()
            }
            Fate::Instead(said) => said.bytes(),
            Fate::DoneThen(said) => {
                came()?;
                said.bytes()
            }
            Fate::Changed(change) => {
                let came = came()?;
                let mut body = serde_json::from_slice(&came.body)?;
                change(&mut body);
                came.with(body.to_string().as_bytes())
            }
            Fate::During(what) => {
                let came = self.ask(bytes, Some(what))?;
                came.with(&came.body)
            }
        }))
    }

    /// Says nothing until the other side has had enough of it.
    fn be_silent(&self, stream: &TcpStream) -> Result<()> {
        stream.set_nonblocking(true)?;
        let is_there = || !matches!(stream.peek(&mut [0]), Ok(0));
        while is_there() && self.wait_for_a_step() {}
        Ok(())
    }

    /// Waits until the test says that it goes on. False: it is over.
    fn wait_for_a_step(&self) -> bool {
        let mut state = self.state();
        let before = state.steps;
        self.silent.notify_one();
        while state.steps == before && !state.ended {
            state = self.goes_on.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.ended
    }
}
