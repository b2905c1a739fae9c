//! One address with Supabase's paths: `/rest/v1` is PostgREST, `/auth/v1` is the auth server. Who has no
//! publishable key is turned away, as there. `/mailbox` is ours: the mails that were not sent.

use anyhow::{Context, Result};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, Response, StatusCode, header};
use axum::response::IntoResponse;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// More than any request or answer of ours.
const LARGEST: usize = 256 * 1024 * 1024;

/// The gateway. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub port: u16,
    // Held for its threads.
    _runtime: Runtime,
}

#[derive(Clone)]
struct Door {
    key: Arc<str>,
    rest: reqwest::Client,
    auth: reqwest::Client,
}

impl Gateway {
    /// Opens it on `port` of loopback, or on any if that is 0, before two servers that listen on sockets. They
    /// may come and go.
    pub fn open(port: u16, key: &str, rest: &Path, auth: &Path) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .with_context(|| format!("port {port} of this machine cannot be had"))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("gateway")
            .enable_all()
            .build()?;
        let door = Door { key: key.into(), rest: client(rest)?, auth: client(auth)? };
        let app = Router::new().fallback(pass).with_state(door);
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, app).await
        });
        Ok(Self { port, _runtime: runtime })
    }
}

/// A client of whoever listens on a socket.
fn client(socket: &Path) -> Result<reqwest::Client> {
    // Somebody may have done so already: one is as good as the other.
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = reqwest::Client::builder().unix_socket(socket).no_proxy();
    Ok(client.redirect(reqwest::redirect::Policy::none()).build()?)
}

/// Hands a request on, and its answer back.
async fn pass(State(door): State<Door>, request: Request) -> Response<Body> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    if path != "/mailbox" {
        match request.headers().get("apikey") {
            None => return say(StatusCode::UNAUTHORIZED, "No API key found in request"),
            Some(key) if key.as_bytes() != door.key.as_bytes() => {
                return say(StatusCode::UNAUTHORIZED, "Invalid API key");
            }
            Some(_) => {}
        }
    }
    let (client, path) = if let Some(rest) = path.strip_prefix("/rest/v1") {
        (&door.rest, rest)
    } else if path.starts_with("/auth/v1") || path == "/mailbox" {
        // This one knows its paths by their full names.
        (&door.auth, path.as_str())
    } else {
        return say(StatusCode::NOT_FOUND, "no Route matched with those values");
    };
    hand_on(client, request, format!("http://localhost{path}")).await.unwrap_or_else(|_| {
        say(StatusCode::BAD_GATEWAY, "An invalid response was received from the upstream server")
    })
}

async fn hand_on(
    client: &reqwest::Client,
    request: Request,
    url: String,
) -> Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let mut onward = client.request(head.method, url);
    for (name, value) in head.headers.iter().filter(|(name, _)| !is_of_the_hop(name)) {
        onward = onward.header(name, value);
    }
    let answer = onward.body(to_bytes(body, LARGEST).await?).send().await?;
    let mut back = Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| !is_of_the_hop(name)) {
        back = back.header(name, value);
    }
    Ok(back.body(answer.bytes().await?.into())?)
}

/// Whether a header is about the connection, and not about what it carries.
fn is_of_the_hop(name: &HeaderName) -> bool {
    [header::CONNECTION, header::CONTENT_LENGTH, header::HOST, header::TRANSFER_ENCODING]
        .contains(name)
}

/// Answers as Supabase's own gateway does.
fn say(status: StatusCode, message: &str) -> Response<Body> {
    let body = serde_json::json!({ "message": message }).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
