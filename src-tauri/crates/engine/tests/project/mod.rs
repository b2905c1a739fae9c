//! A project on this computer: the server in memory, over HTTP, which can leave requests without a response.

use crate::fakes::{PARTNER, USER};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use zafu_sync::fake::{Call, Server, Token, error};
use zafu_sync::wire::HttpResponse;

/// A project with the accounts of [`USER`] and [`PARTNER`].
#[derive(Clone)]
pub struct Project {
    url: String,
    state: Arc<Mutex<State>>,
    changed: Arc<Condvar>,
}

struct State {
    server: Server,
    /// The access token of an account is the index of its token here.
    tokens: Vec<Token>,
    /// Requests whose path contains this get no response yet.
    held: Option<&'static str>,
    /// The paths of the requests that have arrived and are held.
    waiting: Vec<String>,
    /// The response to the next request whose path contains this is lost.
    lost: Option<&'static str>,
}

impl Project {
    /// Starts the server.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Server::new(1);
        let state =
            State { server, tokens: Vec::new(), held: None, waiting: Vec::new(), lost: None };
        let project = Self { url, state: Arc::new(Mutex::new(state)), changed: Arc::default() };
        let serving = project.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (project, connection) = (serving.clone(), connection.unwrap());
                // A connection ends with the client.
                thread::spawn(move || project.serve(&connection));
            }
        });
        project
    }

    /// Returns the URL of the project.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs `run` with the server.
    pub fn with<T>(&self, run: impl FnOnce(&mut Server) -> T) -> T {
        run(&mut self.state.lock().unwrap().server)
    }

    /// Carries out the next request whose path contains `part`, and closes its connection without a response.
    pub fn lose_response(&self, part: &'static str) {
        self.state.lock().unwrap().lost = Some(part);
    }

    /// Leaves requests whose path contains `part` without a response until [`Self::release`].
    pub fn hold(&self, part: &'static str) {
        self.state.lock().unwrap().held = Some(part);
    }

    /// Blocks until a request is held.
    pub fn wait_for_request(&self) {
        let state = self.state.lock().unwrap();
        drop(self.changed.wait_while(state, |state| state.waiting.is_empty()).unwrap());
    }

    /// Responds to the requests that are held, and to all later ones.
    pub fn release(&self) {
        self.state.lock().unwrap().held = None;
        self.changed.notify_all();
    }

    fn serve(&self, connection: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(connection);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let path = line.split(' ').nth(1)?.to_owned();
            let (mut length, mut token) = (0, None);
            loop {
                let mut header = String::new();
                reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
                let Some((name, value)) = header.trim().split_once(": ") else { break };
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse().ok()?,
                    "authorization" => token = value.strip_prefix("Bearer ")?.parse().ok(),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let HttpResponse { status, body, .. } = self.respond(&path, token, body);
            let mut state = self.state.lock().unwrap();
            if state.lost.is_some_and(|part| path.contains(part)) {
                state.lost = None;
                return None;
            }
            drop(state);
            let head = format!(
                "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let mut writer = connection;
            writer.write_all(&[head.as_bytes(), &body].concat()).ok()?;
        }
    }

    /// Carries out a request, once it is not held.
    fn respond(&self, path: &str, token: Option<usize>, body: Vec<u8>) -> HttpResponse {
        let is_held = |state: &State| state.held.is_some_and(|part| path.contains(part));
        let mut state = self.state.lock().unwrap();
        if is_held(&state) {
            state.waiting.push(path.to_owned());
            self.changed.notify_all();
            state = self.changed.wait_while(state, |state| is_held(state)).unwrap();
        }
        let call = match path.split(['/', '?']).filter(|part| !part.is_empty()).nth(2) {
            Some("token") => return ok(&state.sign_in(&body)),
            Some("otp" | "logout") => return ok(&json!({})),
            // A mail is sent.
            Some("signup") => return ok(&json!({ "id": USER })),
            Some("rpc") => match path.rsplit('/').next().and_then(|it| it.split('?').next()) {
                Some("zafu_health") => Call::Health,
                Some("pull_sessions") => Call::Pull(body),
                Some("push_sessions") => Call::Push(body),
                Some("sync_labels") => Call::Labels(body),
                Some("sync_partner") => Call::Partner(body),
                Some("create_invitation") => Call::Invite(body),
                Some("preview_invitation") => Call::Preview(body),
                Some("accept_invitation") => Call::Accept(body),
                Some("withdraw_invitation") => Call::Withdraw,
                Some("digest_sessions") => Call::Digest,
                Some("erase_account") => Call::Erase,
                _ => return error(404, "PGRST202"),
            },
            _ => return error(404, "not_found"),
        };
        let token = token.and_then(|token| state.tokens.get(token).copied());
        state.server.respond(token, &call)
    }
}

impl State {
    /// Signs in the account that the request names, whatever its credential.
    fn sign_in(&mut self, body: &[u8]) -> Value {
        let is_partner = String::from_utf8_lossy(body).contains("partner");
        let (user, name) = if is_partner { (PARTNER, "partner") } else { (USER, "me") };
        self.tokens.push(self.server.sign_in(user));
        json!({
            "access_token": (self.tokens.len() - 1).to_string(),
            "refresh_token": format!("refresh-{name}"),
            "user": { "id": user, "email": format!("{name}@example.org") }
        })
    }
}

fn ok(body: &Value) -> HttpResponse {
    HttpResponse { status: 200, retry_after: None, body: body.to_string().into() }
}
